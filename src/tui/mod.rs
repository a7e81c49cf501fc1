//! The event loop: the one place where messages meet [`App::update`] and a frame
//! is drawn.
//!
//! There is no tick. The loop sleeps until a key, a signal, an answer or a
//! logged request arrives, takes whatever else has arrived by then, and draws one
//! frame for all of it.

mod background;
mod clipboard;
mod dashboard;
mod editor;
mod greeting;
mod input;
pub mod log;
pub mod plain;
mod save;
mod terminal;
mod work;

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use crossterm::event::{Event, KeyEventKind, MouseEventKind};
use futures::{FutureExt, Stream, StreamExt, future, stream};
use jiff::Timestamp;
use ratatui::backend::{Backend, TestBackend};
use ratatui::layout::Rect;
use ratatui::{Terminal, TerminalOptions, Viewport};
use tokio::sync::mpsc::{self, UnboundedSender};

use crate::app::App;
use crate::app::message::{Answer, Effect, Message};
use crate::gateway::{Failure, Gateway, Request};
use crate::ui;
use crate::ui::look::Look;

pub use dashboard::dashboard;
pub use input::{Input, Signal};

pub use work::{answers, history};

use work::Work;

/// How many answers may wait to be taken; whoever has more waits.
const ANSWERS: usize = 64;

/// What frames are drawn on, and what can be handed back to the shell meanwhile.
/// By itself a backend is nothing that a shell could want back.
pub trait Surface: Backend {
    /// Asks the shell to stop the program, if there is a shell that can. Then
    /// [`Input::Stop`] follows.
    ///
    /// # Errors
    /// What the system says.
    fn ask_to_stop(&mut self) -> Result<(), Self::Error> {
        Ok(())
    }

    /// Gives the terminal back and stops the program until it is continued. Then
    /// [`Input::Continued`] follows.
    ///
    /// # Errors
    /// What the system says.
    fn stop(&mut self) -> Result<(), Self::Error> {
        Ok(())
    }

    /// Gives the terminal to another program, which reads the keys too, until
    /// [`Self::resume`].
    ///
    /// # Errors
    /// What the system says.
    fn lend(&mut self) -> Result<(), Self::Error> {
        Ok(())
    }

    /// Hands a text to the terminal's clipboard.
    ///
    /// # Errors
    /// What the system says.
    fn copy(&mut self, text: &str) -> Result<(), Self::Error> {
        let _ = text;
        Ok(())
    }

    /// Takes the mouse, or leaves it to the terminal.
    ///
    /// # Errors
    /// What the system says.
    fn take_mouse(&mut self, wanted: bool) -> Result<(), Self::Error> {
        let _ = wanted;
        Ok(())
    }

    /// Takes the terminal again.
    ///
    /// # Errors
    /// What the system says.
    fn resume(&mut self) -> Result<(), Self::Error> {
        Ok(())
    }
}

impl Surface for TestBackend {}

/// How a session ended.
#[derive(Debug)]
pub enum Ending {
    /// The operator left.
    Quit,
    /// A signal asked for the end.
    Signalled(Signal),
    /// Nothing can be read from the terminal any more.
    InputLost(io::Error),
}

/// Runs a session: draws on `surface`, takes keys and signals from `inputs`, and
/// reaches the service through what `connect` gives. The first frame is drawn
/// before `connect` is awaited. `journals` is the folder of all journals.
///
/// # Errors
/// Where the surface cannot be drawn on.
pub async fn run<S, I, C, F>(
    app: App,
    look: &Look,
    surface: S,
    inputs: I,
    connect: C,
    journals: Result<PathBuf, String>,
) -> Result<Ending, S::Error>
where
    S: Surface,
    I: Stream<Item = Input> + Unpin,
    C: Fn(UnboundedSender<Request>) -> F,
    F: Future<Output = Result<Gateway, Failure>> + Send + 'static,
{
    let (requests, mut requested) = mpsc::unbounded_channel();
    let (answers, mut answered) = mpsc::channel(ANSWERS);
    let requested = stream::poll_fn(move |context| requested.poll_recv(context));
    let answered = stream::poll_fn(move |context| answered.poll_recv(context));
    let requested = requested.inspect(log::request).map(Message::Requested);
    let messages = stream::select(answered, requested).map(News::Message);
    // Where the inputs end, nobody is there any more who could leave.
    let inputs = inputs.map(News::Input).chain(stream::once(async {
        News::Input(Input::Lost(io::ErrorKind::UnexpectedEof.into()))
    }));
    let mut news = stream::select(Box::pin(inputs), messages);

    let viewport = Viewport::Fixed(app.area());
    let mut session = Session {
        terminal: Terminal::with_options(surface, TerminalOptions { viewport })?,
        app,
        look: *look,
        work: Work::new(connect, answers, requests, journals),
        away: None,
        ending: None,
    };
    // Connecting goes on beside the first frame.
    let effects = session.app.start();
    session.carry_out(effects)?;
    session.draw()?;
    while let Some(first) = next(&mut news, session.app.wake_at()).await {
        let mut changed = session.take(first)?;
        // A frame is drawn only when nothing waits. The scheduler makes a busy
        // queue seem empty now and then, so frames come also in a flood.
        while session.ending.is_none()
            && let Some(Some(next)) = news.next().now_or_never()
        {
            changed |= session.take(next)?;
        }
        if let Some(ending) = session.ending.take() {
            session.work.close().await;
            return Ok(ending);
        }
        if changed {
            session.draw()?;
        }
    }
    Ok(Ending::Quit)
}

/// What happens next. Where nothing does until that moment, the moment does.
async fn next(
    news: &mut (impl Stream<Item = News> + Unpin),
    at: Option<Timestamp>,
) -> Option<News> {
    let moment = async {
        match at {
            Some(at) => {
                let wait = at.duration_since(Timestamp::now());
                tokio::time::sleep(Duration::try_from(wait).unwrap_or_default()).await;
            }
            None => future::pending().await,
        }
    };
    tokio::select! {
        biased;
        first = news.next() => first,
        () = moment => Some(News::Message(Message::Woken)),
    }
}

/// What the loop waits for.
enum News {
    Input(Input),
    Message(Message),
}

/// Who has the terminal meanwhile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Away {
    /// The shell.
    Stopped,
    /// The operator's editor.
    Lent,
}

struct Session<S: Surface, C> {
    app: App,
    look: Look,
    terminal: Terminal<S>,
    work: Work<C>,
    /// Who has the terminal, where it is not the dashboard.
    away: Option<Away>,
    ending: Option<Ending>,
}

impl<S, C, F> Session<S, C>
where
    S: Surface,
    C: Fn(UnboundedSender<Request>) -> F,
    F: Future<Output = Result<Gateway, Failure>> + Send + 'static,
{
    /// Takes in what happened; says whether the screen may look different now.
    fn take(&mut self, news: News) -> Result<bool, S::Error> {
        let message = match news {
            News::Message(message) => {
                let is_back = matches!(message, Message::Answer(_, Answer::Edited(_)));
                if is_back && self.away == Some(Away::Lent) {
                    self.come_back()?;
                }
                message
            }
            // What is typed is for the editor; at its ctrl-c the terminal tells everybody.
            News::Input(Input::Terminal(_) | Input::Continued | Input::End(Signal::Interrupt))
                if self.away == Some(Away::Lent) =>
            {
                return Ok(false);
            }
            // The editor is stopped with all of its terminal; it goes on with it too.
            News::Input(Input::Stop) if self.away == Some(Away::Lent) => {
                self.terminal.backend_mut().stop()?;
                return Ok(false);
            }
            News::Input(Input::Terminal(event)) => match event {
                Event::Key(key) if key.kind != KeyEventKind::Release => Message::Key(key),
                Event::Paste(text) => Message::Paste(text),
                // A pointer that only moves does nothing.
                Event::Mouse(mouse) if mouse.kind != MouseEventKind::Moved => Message::Mouse(mouse),
                Event::Resize(columns, rows) => return self.resize(columns, rows),
                _ => return Ok(false),
            },
            News::Input(Input::Stop) => {
                self.away = Some(Away::Stopped);
                self.terminal.backend_mut().stop()?;
                return Ok(false);
            }
            News::Input(Input::Continued) => {
                return self.come_back();
            }
            News::Input(Input::Look(look)) => {
                self.look = *look;
                return Ok(true);
            }
            News::Input(Input::End(signal)) => {
                self.ending = Some(Ending::Signalled(signal));
                return Ok(false);
            }
            News::Input(Input::Lost(error)) => {
                self.ending = Some(Ending::InputLost(error));
                return Ok(false);
            }
        };
        self.tell(message)?;
        Ok(true)
    }

    /// Takes the terminal again.
    fn come_back(&mut self) -> Result<bool, S::Error> {
        self.away = None;
        self.terminal.backend_mut().resume()?;
        let size = self.terminal.size()?;
        self.resize(size.width, size.height)
    }

    /// Clears the screen for a size that may be new.
    fn resize(&mut self, columns: u16, rows: u16) -> Result<bool, S::Error> {
        self.terminal.resize(Rect::new(0, 0, columns, rows))?;
        self.tell(Message::Resize(columns, rows))?;
        Ok(true)
    }

    fn tell(&mut self, message: Message) -> Result<(), S::Error> {
        self.work.note(&message);
        let effects = self.app.update(message, Timestamp::now());
        self.carry_out(effects)
    }

    fn carry_out(&mut self, effects: Vec<Effect>) -> Result<(), S::Error> {
        for effect in effects {
            match effect {
                Effect::Ask(ticket, question) => self.work.ask(ticket, question),
                Effect::Send(ticket, call) => self.work.send(ticket, call),
                Effect::Save { ticket, name, text } => self.work.save(ticket, name, text),
                Effect::CopyToTerminal(text) => self.terminal.backend_mut().copy(&text)?,
                Effect::CopyWith {
                    ticket,
                    program,
                    arguments,
                    text,
                } => self.work.copy(ticket, program, arguments, text),
                Effect::Edit(ticket, text) => {
                    self.away = Some(Away::Lent);
                    self.terminal.backend_mut().lend()?;
                    self.work.edit(ticket, text);
                }
                Effect::Describe => {
                    let text = ui::plain::text(&self.app, &self.look);
                    self.tell(Message::Described(text))?;
                }
                Effect::Greeted => self.work.note_greeted(),
                Effect::Mouse(wanted) => self.terminal.backend_mut().take_mouse(wanted)?,
                Effect::Record(ticket, record) => self.work.record(Some(ticket), record),
                Effect::Keep(record) => self.work.record(None, record),
                Effect::ReadHistory(ticket) => self.work.read_history(ticket),
                Effect::Cancel(ticket) => self.work.cancel(ticket),
                Effect::Redraw => self.terminal.clear()?,
                Effect::Suspend => self.terminal.backend_mut().ask_to_stop()?,
                Effect::Quit => self.ending = Some(Ending::Quit),
            }
        }
        Ok(())
    }

    fn draw(&mut self) -> Result<(), S::Error> {
        if self.away.is_none() {
            let (app, look) = (&self.app, &self.look);
            self.terminal.draw(|frame| ui::draw(frame, app, look))?;
        }
        Ok(())
    }
}
