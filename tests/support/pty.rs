//! A program in a pseudo-terminal, with a screen to look at.

use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::path::Path;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process, waitid};
use tempfile::TempDir;

use super::DEADLINE;

pub const PLANGATE: &str = env!("CARGO_BIN_EXE_plangate");

/// How to start a program: in an environment of its own, with a home of its own.
pub struct Start {
    command: CommandBuilder,
    home: TempDir,
    size: (u16, u16),
}

impl Start {
    pub fn plangate(arguments: &[&str]) -> Self {
        let mut start = Self::program(PLANGATE);
        start.command.args(arguments);
        start
    }

    pub fn program(program: &str) -> Self {
        let home = TempDir::new().unwrap();
        let mut command = CommandBuilder::new(program);
        command.env_clear();
        command.cwd(home.path());
        command.env("HOME", home.path());
        let state = home.path().join("state");
        std::fs::create_dir_all(state.join("plangate")).unwrap();
        std::fs::write(state.join("plangate/greeted"), "").unwrap();
        command.env("XDG_STATE_HOME", state);
        command.env("XDG_CONFIG_HOME", home.path().join("config"));
        command.env("PATH", "/usr/local/bin:/usr/bin:/bin");
        command.env("TERM", "xterm-256color");
        command.env("LANG", "C.UTF-8");
        command.env("AWS_EC2_METADATA_DISABLED", "true");
        Self {
            command,
            home,
            size: (120, 40),
        }
    }

    pub fn arg(mut self, argument: &str) -> Self {
        self.command.arg(argument);
        self
    }

    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    /// The home that it will have.
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// In a terminal of so many columns and rows.
    pub fn size(mut self, columns: u16, rows: u16) -> Self {
        self.size = (columns, rows);
        self
    }

    pub fn run(self) -> Program {
        let (columns, rows) = self.size;
        let pair = native_pty_system()
            .openpty(pty_size(columns, rows))
            .unwrap();
        let termios = termios(&*pair.master);
        let child = pair.slave.spawn_command(self.command).unwrap();
        let writer = pair.master.take_writer().unwrap();
        let mut reader = pair.master.try_clone_reader().unwrap();
        let (sender, output) = mpsc::channel();
        thread::spawn(move || {
            let mut buffer = vec![0; 65536];
            // The end of the program shows as an error on Linux.
            while let Ok(length @ 1..) = reader.read(&mut buffer) {
                let output = (buffer[..length].to_vec(), Instant::now());
                if sender.send(output).is_err() {
                    break;
                }
            }
        });
        Program {
            pid: Pid::from_raw(child.process_id().unwrap().try_into().unwrap()).unwrap(),
            child,
            master: pair.master,
            writer,
            output,
            parser: vt100::Parser::new(one_or_more(rows), one_or_more(columns), 0),
            bytes: Vec::new(),
            termios,
            home: self.home,
        }
    }
}

/// A program that runs in a pseudo-terminal. It is ended with the test.
pub struct Program {
    child: Box<dyn Child + Send + Sync>,
    pid: Pid,
    master: Box<dyn MasterPty + Send>,
    writer: Box<dyn Write + Send>,
    output: Receiver<(Vec<u8>, Instant)>,
    parser: vt100::Parser,
    bytes: Vec<u8>,
    termios: String,
    home: TempDir,
}

impl Program {
    pub fn press(&mut self, keys: &str) {
        self.writer.write_all(keys.as_bytes()).unwrap();
        self.writer.flush().unwrap();
    }

    pub fn resize(&mut self, columns: u16, rows: u16) {
        self.parser
            .set_size(one_or_more(rows), one_or_more(columns));
        self.master.resize(pty_size(columns, rows)).unwrap();
    }

    pub fn signal(&self, signal: Signal) {
        kill_process(self.pid, signal).unwrap();
    }

    pub fn screen(&self) -> &vt100::Screen {
        self.parser.screen()
    }

    /// Every byte that the program wrote so far.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub fn home(&self) -> &Path {
        self.home.path()
    }

    pub fn pid(&self) -> Pid {
        self.pid
    }

    /// Waits until the screen is as wanted; gives the time when the last piece of
    /// it came. `what` is for the message where it does not become so.
    pub fn wait_until(&mut self, what: &str, wanted: impl Fn(&vt100::Screen) -> bool) -> Instant {
        let mut last = Instant::now();
        let deadline = Instant::now() + DEADLINE;
        while !wanted(self.parser.screen()) {
            match self.output.recv_timeout(left(deadline)) {
                Ok(output) => last = self.feed(&output),
                Err(error) => panic!(
                    "no {what} ({error}) on this screen:\n{}",
                    self.parser.screen().contents()
                ),
            }
        }
        last
    }

    /// Waits for a text on the screen; gives the time when it came.
    pub fn wait_for(&mut self, text: &str) -> Instant {
        self.wait_until(&format!("{text:?}"), |screen| {
            screen.contents().contains(text)
        })
    }

    /// Waits for a text on the screen, or for the end of the program; says whether
    /// the text came.
    pub fn comes(&mut self, text: &str) -> bool {
        let deadline = Instant::now() + DEADLINE;
        while !self.parser.screen().contents().contains(text) {
            match self.output.recv_timeout(left(deadline)) {
                Ok(output) => {
                    self.feed(&output);
                }
                Err(RecvTimeoutError::Disconnected) => return false,
                Err(RecvTimeoutError::Timeout) => panic!(
                    "no {text:?} on this screen:\n{}",
                    self.parser.screen().contents()
                ),
            }
        }
        true
    }

    /// Waits until a text is gone from the screen.
    pub fn wait_gone(&mut self, text: &str) {
        self.wait_until(&format!("screen without {text:?}"), |screen| {
            !screen.contents().contains(text)
        });
    }

    /// Takes what is written in this time, however little; says how many bytes.
    pub fn listen(&mut self, time: Duration) -> usize {
        let deadline = Instant::now() + time;
        let before = self.bytes.len();
        while let Ok(output) = self.output.recv_timeout(left(deadline)) {
            self.feed(&output);
        }
        self.bytes.len() - before
    }

    /// Waits for the end of a frame; gives the time when it came.
    pub fn wait_for_frame(&mut self) -> Instant {
        let from = self.bytes.len();
        loop {
            let output = self.output.recv_timeout(DEADLINE).unwrap();
            let came = self.feed(&output);
            let ends = |bytes: &[u8]| bytes == b"\x1b[?2026l";
            if self.bytes[from..].windows(8).any(ends) {
                return came;
            }
        }
    }

    /// Waits for the program to be stopped by a signal.
    pub fn wait_stopped(&mut self) {
        let deadline = Instant::now() + DEADLINE;
        let how = WaitIdOptions::STOPPED | WaitIdOptions::NOHANG;
        while waitid(WaitId::Pid(self.pid), how).unwrap().is_none() {
            assert!(Instant::now() < deadline, "the program does not stop");
            // The system offers no wait with a deadline.
            thread::sleep(Duration::from_millis(2));
        }
    }

    /// Waits for the program to end.
    pub fn wait_end(&mut self) -> ExitStatus {
        let deadline = Instant::now() + DEADLINE;
        loop {
            match self.output.recv_timeout(left(deadline)) {
                Ok(output) => {
                    self.feed(&output);
                }
                Err(RecvTimeoutError::Disconnected) => return self.child.wait().unwrap(),
                Err(RecvTimeoutError::Timeout) => panic!(
                    "the program does not end; its screen:\n{}",
                    self.parser.screen().contents()
                ),
            }
        }
    }

    /// Asserts that the terminal is as it was before the program started.
    pub fn assert_given_back(&self) {
        let screen = self.parser.screen();
        assert!(!screen.alternate_screen(), "the alternate screen was left");
        assert!(!screen.hide_cursor(), "the cursor is shown");
        assert!(!screen.bracketed_paste(), "pastes are not bracketed");
        let mouse = screen.mouse_protocol_mode();
        assert_eq!(mouse, vt100::MouseProtocolMode::None, "mouse");
        assert_eq!(termios(&*self.master), self.termios, "termios");
    }

    /// Whether the terminal is in raw mode and the program's.
    pub fn is_taken(&self) -> bool {
        self.parser.screen().alternate_screen() && termios(&*self.master) != self.termios
    }

    fn feed(&mut self, (bytes, came): &(Vec<u8>, Instant)) -> Instant {
        self.bytes.extend_from_slice(bytes);
        self.parser.process(bytes);
        *came
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn left(deadline: Instant) -> Duration {
    deadline.saturating_duration_since(Instant::now())
}

fn termios(terminal: &dyn MasterPty) -> String {
    format!("{:?}", terminal.get_termios().unwrap())
}

fn pty_size(columns: u16, rows: u16) -> PtySize {
    PtySize {
        rows,
        cols: columns,
        ..PtySize::default()
    }
}

fn one_or_more(length: u16) -> NonZeroU16 {
    NonZeroU16::new(length).unwrap()
}
