//! The program in a pseudo-terminal, with a home of its own.

use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use tempfile::TempDir;
use vt100::{Parser, Screen};

/// How long the program may take to show something.
const PATIENCE: Duration = Duration::from_secs(20);

/// How long a key may go without an answer: some change nothing on the screen.
const UNANSWERED: Duration = Duration::from_secs(2);

/// How long nothing may be written before the screen counts as still.
const STILL: Duration = Duration::from_millis(150);

/// The port of the embedded server: it is in the pictures, and is to be the same
/// in all of them.
const PORT: &str = "4566";

/// A session with the sample account. Its end is the end of the program.
pub struct Session {
    child: Box<dyn Child + Send + Sync>,
    keys: Box<dyn Write + Send>,
    output: Receiver<Vec<u8>>,
    parser: Parser,
    // The terminal and the home are there as long as the program is.
    _terminal: Box<dyn MasterPty + Send>,
    _home: TempDir,
}

impl Session {
    /// Starts the program with a theme, in a terminal of so many columns and rows.
    pub fn start(program: &Path, (columns, rows): (u16, u16), theme: &str) -> Result<Self> {
        let pair = native_pty_system().openpty(PtySize {
            rows,
            cols: columns,
            ..PtySize::default()
        })?;
        let home = TempDir::new()?;
        let state = home.path().join("state");
        // Nobody is greeted here.
        std::fs::create_dir_all(state.join("plangate"))?;
        std::fs::write(state.join("plangate/greeted"), "")?;
        let mut command = CommandBuilder::new(program);
        command.args(["--demo", "--port", PORT, "--theme", theme]);
        command.env_clear();
        command.cwd(home.path());
        for (name, value) in [
            ("TERM", "xterm-256color"),
            ("COLORTERM", "truecolor"),
            ("LANG", "C.UTF-8"),
        ] {
            command.env(name, value);
        }
        command.env("HOME", home.path());
        command.env("XDG_STATE_HOME", &state);
        command.env("XDG_CONFIG_HOME", home.path().join("config"));
        let child = pair.slave.spawn_command(command)?;
        let keys = pair.master.take_writer()?;
        let mut reader = pair.master.try_clone_reader()?;
        let (sender, output) = channel();
        std::thread::spawn(move || {
            let mut buffer = vec![0; 65_536];
            while let Ok(length @ 1..) = reader.read(&mut buffer) {
                if sender.send(buffer[..length].to_vec()).is_err() {
                    break;
                }
            }
        });
        let size = |cells| NonZeroU16::new(cells).context("a terminal without cells");
        Ok(Self {
            child,
            keys,
            output,
            parser: Parser::new(size(rows)?, size(columns)?, 0),
            _terminal: pair.master,
            _home: home,
        })
    }

    pub fn screen(&self) -> &Screen {
        self.parser.screen()
    }

    /// Presses a key and takes the program's answer to it, if it has one. The next
    /// key comes later: an escape with a letter behind it is another key.
    pub fn press(&mut self, key: char) -> Result<()> {
        self.keys
            .write_all(key.encode_utf8(&mut [0; 4]).as_bytes())?;
        self.keys.flush()?;
        let mut wait = UNANSWERED;
        while let Ok(bytes) = self.output.recv_timeout(wait) {
            self.parser.process(&bytes);
            wait = STILL;
        }
        Ok(())
    }

    /// Waits until a text is on the screen and the screen is still.
    pub fn wait_for(&mut self, text: &str) -> Result<()> {
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            let is_there = self.screen().contents().contains(text);
            match self.output.recv_timeout(STILL) {
                Ok(bytes) => self.parser.process(&bytes),
                Err(RecvTimeoutError::Timeout) if is_there => return Ok(()),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        bail!("{text:?} is not there:\n{}", self.screen().contents())
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
