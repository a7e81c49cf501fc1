//! The real terminal: taken when the dashboard starts, and left again as it was
//! found, however the dashboard ends.

use std::fs::File;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::os::fd::AsFd;
use std::panic;
use std::sync::atomic::{AtomicBool, Ordering};

use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use crossterm::terminal::{
    BeginSynchronizedUpdate, Clear, EndSynchronizedUpdate, EnterAlternateScreen,
    LeaveAlternateScreen,
};
use crossterm::{cursor, queue, style};
use ratatui::backend::{Backend, ClearType, CrosstermBackend, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};
use rustix::process::{self, Signal};

use super::Surface;
use super::cells::Answered;
use super::clipboard::{Multiplexer, osc52};
use super::input::Gate;
use crate::task;

/// Room for a whole frame, so that it is written in one go.
const FRAME: usize = 64 * 1024;

/// Has the terminal tell of buttons, the wheel and drags, with places of any size. Not of
/// a pointer that only moves: that would wake the loop for nothing.
const MOUSE: &str = "\x1b[?1000h\x1b[?1002h\x1b[?1006h";

/// Leaves the mouse to the terminal.
const NO_MOUSE: &str = "\x1b[?1006l\x1b[?1002l\x1b[?1000l";

/// True if the terminal is the dashboard's now. The one state that a panic's hook needs to
/// know.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// There is no terminal to draw on.
#[derive(Debug, thiserror::Error)]
#[error(
    "the dashboard needs a terminal, and {0} is not one. Run plangate without redirecting its \
     input or output; `plangate --help` shows what works without a terminal"
)]
pub(super) struct NoTerminal(&'static str);

/// Makes sure that there is a terminal, before anything is started.
pub(super) fn require() -> Result<(), NoTerminal> {
    if !io::stdin().is_terminal() {
        return Err(NoTerminal("the standard input"));
    }
    if !io::stdout().is_terminal() {
        return Err(NoTerminal("the standard output"));
    }
    Ok(())
}

/// The terminal, taken. Dropping it gives it back. What is drawn goes out in one
/// write at [`Backend::flush`], and nothing goes out where nothing changed.
#[derive(Debug)]
pub(super) struct RealTerminal {
    /// Writing through it queues; only `flush` writes.
    inner: CrosstermBackend<BufWriter<File>>,
    /// The cursor as the terminal has it; `None` where it is hidden.
    cursor: Option<Position>,
    /// True if a frame was begun that is not written yet.
    drawing: bool,
    /// True if the mouse is wanted.
    mouse: bool,
    /// The gate that keeps the keys from being read while another program has the terminal.
    gate: Option<Gate>,
}

impl RealTerminal {
    /// Takes the terminal. What that needs is written with the first frame.
    pub(super) fn take(mouse: bool) -> io::Result<Self> {
        // Whether there are colours is decided by the look, not by crossterm.
        style::force_color_output(true);
        give_back_on_panic();
        let output = BufWriter::with_capacity(FRAME, output()?);
        let mut screen = Self {
            inner: CrosstermBackend::new(output),
            cursor: None,
            drawing: false,
            mouse,
            gate: None,
        };
        screen.enter()?;
        Ok(screen)
    }

    /// Has the keys read through a gate, which is shut while the terminal is lent.
    pub(super) fn set_gate(&mut self, gate: Gate) {
        self.gate = Some(gate);
    }

    fn enter(&mut self) -> io::Result<()> {
        TAKEN.store(true, Ordering::SeqCst);
        crossterm::terminal::enable_raw_mode()?;
        // Another program may have moved it meanwhile, so nothing is known of it.
        self.cursor = None;
        queue!(
            self.inner,
            EnterAlternateScreen,
            // Pasted text comes as one event then: its line breaks are no presses of Enter.
            EnableBracketedPaste,
            cursor::Hide,
            Clear(crossterm::terminal::ClearType::All),
        )?;
        if self.mouse {
            queue!(self.inner, style::Print(MOUSE))?;
        }
        Ok(())
    }

    /// Asks the terminal for its background colour, together with the first frame. The
    /// answer comes between the keys.
    pub(super) fn ask_background(&mut self) -> io::Result<()> {
        self.inner.write_all(super::background::QUESTION)
    }

    /// Asks the terminal how many cells it takes for a character of ambiguous width, and
    /// waits a little for the answer. Must be called before anything else reads the keys.
    pub(super) fn ask_cells(&mut self) -> io::Result<Answered> {
        super::cells::ask(&mut self.inner)
    }

    /// Marks the begin of a frame, so that the terminal shows it as a whole.
    fn begin(&mut self) -> io::Result<()> {
        if !self.drawing {
            self.drawing = true;
            queue!(self.inner, BeginSynchronizedUpdate)?;
        }
        Ok(())
    }
}

impl Drop for RealTerminal {
    fn drop(&mut self) {
        // What is still queued would come after the terminal was given back.
        drop(Backend::flush(self));
        give_back();
    }
}

/// The terminal's output, past the standard output's own lock and buffer.
fn output() -> io::Result<File> {
    Ok(io::stdout().as_fd().try_clone_to_owned()?.into())
}

/// Leaves the terminal as it was found. Does nothing where it is not taken, and
/// goes on where a part of it fails: this is the last chance.
fn give_back() {
    if !TAKEN.swap(false, Ordering::SeqCst) {
        return;
    }
    let mut leave = Vec::new();
    let queued = queue!(
        leave,
        // A panic in the middle of a frame would leave a terminal that shows nothing.
        EndSynchronizedUpdate,
        style::ResetColor,
        // Turned off even where it was never turned on: a panic hook does not know, and it harms nothing.
        style::Print(NO_MOUSE),
        DisableBracketedPaste,
        LeaveAlternateScreen,
        cursor::Show,
    );
    if let (Ok(()), Ok(mut output)) = (queued, output()) {
        drop(output.write_all(&leave));
    }
    drop(crossterm::terminal::disable_raw_mode());
}

/// A panic of the loop, or on a thread that nobody watches, ends the program: first the
/// terminal is given back, then the panic is told, and the exit code is 101 as for any
/// panic. One in a watched task is told by who waits for the task, and the dashboard goes
/// on.
fn give_back_on_panic() {
    task::note_panics();
    let tell = panic::take_hook();
    panic::set_hook(Box::new(move |panic| {
        if task::is_watched() {
            return tell(panic);
        }
        give_back();
        tracing::error!("{panic}");
        drop(super::log::finish());
        tell(panic);
        std::process::exit(101);
    }));
}

impl Surface for RealTerminal {
    /// Does what the terminal does at ctrl-z outside raw mode: the whole process
    /// group is stopped, so that a shell also takes over again where a wrapper
    /// started this program. Where this program leads the session there is no
    /// shell, nobody could continue it, and nothing happens.
    fn ask_to_stop(&mut self) -> io::Result<()> {
        if process::getsid(None)? != process::getpid() {
            process::kill_current_process_group(Signal::TSTP)?;
        }
        Ok(())
    }

    fn stop(&mut self) -> io::Result<()> {
        Backend::flush(self)?;
        give_back();
        // SIGTSTP itself is caught; this is what it would have done.
        process::kill_process(process::getpid(), Signal::STOP)?;
        Ok(())
    }

    fn lend(&mut self) -> io::Result<()> {
        Backend::flush(self)?;
        if let Some(gate) = &mut self.gate {
            gate.shut();
        }
        give_back();
        Ok(())
    }

    fn copy(&mut self, text: &str) -> io::Result<()> {
        let between = Multiplexer::of(|name| std::env::var_os(name));
        self.inner.write_all(&osc52(text, between))?;
        Write::flush(&mut self.inner)
    }

    fn take_mouse(&mut self, wanted: bool) -> io::Result<()> {
        self.mouse = wanted;
        queue!(
            self.inner,
            style::Print(if wanted { MOUSE } else { NO_MOUSE })
        )?;
        Write::flush(&mut self.inner)
    }

    fn resume(&mut self) -> io::Result<()> {
        if let Some(gate) = &mut self.gate {
            gate.open();
        }
        // Raw mode may have been taken away without this program's doing.
        drop(crossterm::terminal::disable_raw_mode());
        self.enter()
    }
}

impl Backend for RealTerminal {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let mut content = content.peekable();
        if content.peek().is_none() {
            return Ok(());
        }
        self.begin()?;
        // Drawing moves the cursor.
        self.cursor = self.cursor.map(|_| Position::new(u16::MAX, u16::MAX));
        self.inner.draw(content)
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        if self.cursor.take().is_some() {
            self.begin()?;
            queue!(self.inner, cursor::Hide)?;
        }
        Ok(())
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        if self.cursor.is_none() {
            self.begin()?;
            self.cursor = Some(Position::new(u16::MAX, u16::MAX));
            queue!(self.inner, cursor::Show)?;
        }
        Ok(())
    }

    /// Never asks the terminal: its answer would come between the keys.
    fn get_cursor_position(&mut self) -> io::Result<Position> {
        Ok(self.cursor.unwrap_or_default())
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        let position = position.into();
        if self.cursor != Some(position) {
            self.begin()?;
            self.cursor = self.cursor.map(|_| position);
            queue!(self.inner, cursor::MoveTo(position.x, position.y))?;
        }
        Ok(())
    }

    fn clear(&mut self) -> io::Result<()> {
        self.clear_region(ClearType::All)
    }

    fn clear_region(&mut self, region: ClearType) -> io::Result<()> {
        use crossterm::terminal::ClearType as Region;
        self.begin()?;
        let region = match region {
            ClearType::All => Region::All,
            ClearType::AfterCursor => Region::FromCursorDown,
            ClearType::BeforeCursor => Region::FromCursorUp,
            ClearType::CurrentLine => Region::CurrentLine,
            ClearType::UntilNewLine => Region::UntilNewLine,
        };
        queue!(self.inner, Clear(region))
    }

    fn size(&self) -> io::Result<Size> {
        self.inner.size()
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        self.inner.window_size()
    }

    fn flush(&mut self) -> io::Result<()> {
        if std::mem::take(&mut self.drawing) {
            queue!(self.inner, EndSynchronizedUpdate)?;
        }
        Write::flush(&mut self.inner)
    }
}

/// The key that makes the loop panic, where the test of it asks for that.
#[cfg(debug_assertions)]
pub(super) const PANIC_IN_LOOP: crossterm::event::KeyCode = crossterm::event::KeyCode::F(11);

/// The key that makes another thread panic.
#[cfg(debug_assertions)]
pub(super) const PANIC_ELSEWHERE: crossterm::event::KeyCode = crossterm::event::KeyCode::F(12);

/// Panics at this key where `PLANGATE_PANIC` is set: how the terminal is given
/// back after a panic cannot be tested without one. Not in release builds.
#[cfg(debug_assertions)]
#[allow(clippy::panic, reason = "this is what it is for")]
pub(super) fn panic_if_asked(input: &super::Input, code: crossterm::event::KeyCode) {
    if let super::Input::Terminal(crossterm::event::Event::Key(key)) = input
        && key.code == code
        && std::env::var_os("PLANGATE_PANIC").is_some()
    {
        panic!("asked to panic");
    }
}
