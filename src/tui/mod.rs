//! The event loop: the one place where messages meet [`Desk::update`] and a frame
//! is drawn.
//!
//! There is no tick. The loop sleeps until a key, a signal, an answer or a
//! logged request arrives, takes whatever else has arrived by then, and draws one
//! frame for all of it.

mod background;
mod cells;
mod clipboard;
mod dashboard;
mod editor;
mod greeting;
mod input;
mod keeper;
pub mod log;
pub mod plain;
mod reports;
mod save;
mod terminal;
mod ways;
mod work;

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use crossterm::event::{Event, KeyEventKind, MouseEventKind};
use futures::future::BoxFuture;
use futures::{FutureExt, Stream, StreamExt, future, stream};
use jiff::Timestamp;
use ratatui::backend::{Backend, TestBackend};
use ratatui::layout::Rect;
use ratatui::{Terminal, TerminalOptions, Viewport};
use tokio::sync::mpsc::{self, Receiver, Sender, UnboundedReceiver, UnboundedSender};

use crate::app::App;
use crate::app::fleet::{Desk, PlaceId};
use crate::app::message::{Answer, Effect, Message, Question};
use crate::config::Spot;
use crate::gateway::connect::places::Profile;
use crate::gateway::{Failure, Gateway, Request};
use crate::task::{self, Died, Job};
use crate::ui;
use crate::ui::look::Look;

pub use dashboard::dashboard;
pub use input::{Input, Signal};
pub(crate) use ways::spots;

pub use work::{answers, history, replaceable};

use work::Work;

/// The number of answers that may wait to be taken; whoever has more waits.
const ANSWERS: usize = 64;

/// A backend that frames are drawn on, and that can be handed back to the shell meanwhile.
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

/// The end of a session.
#[derive(Debug)]
pub enum Ending {
    /// The operator left.
    Quit,
    /// A signal asked for the end.
    Signalled(Signal),
    /// Nothing can be read from the terminal any more.
    InputLost(io::Error),
    /// The task that reads the terminal died.
    Died(Died),
}

/// The ways to the places that can be opened.
pub trait Ways {
    /// Makes a way to the service in a place; asked again, it tries again. Every request
    /// goes to `log`.
    fn connect(
        &self,
        spot: &Spot,
        log: UnboundedSender<Request>,
    ) -> BoxFuture<'static, Result<Gateway, Failure>>;

    /// The profiles that there are, or why they cannot be read.
    fn profiles(&self) -> BoxFuture<'static, Result<Vec<Profile>, String>> {
        async { Ok(Vec::new()) }.boxed()
    }
}

/// The way to the only place that there is.
struct OneWay<C>(C);

impl<C, F> Ways for OneWay<C>
where
    C: Fn(UnboundedSender<Request>) -> F,
    F: Future<Output = Result<Gateway, Failure>> + Send + 'static,
{
    fn connect(
        &self,
        _: &Spot,
        log: UnboundedSender<Request>,
    ) -> BoxFuture<'static, Result<Gateway, Failure>> {
        (self.0)(log).boxed()
    }
}

/// Runs a session in one place: draws on `surface`, takes keys and signals from `inputs`,
/// and reaches the service through what `connect` gives. The first frame is drawn
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
    run_desk(
        Desk::of(app),
        look,
        surface,
        inputs,
        OneWay(connect),
        journals,
    )
    .await
}

/// The same in as many places as the operator goes to, which are reached by `ways`.
///
/// # Errors
/// Where the surface cannot be drawn on.
pub async fn run_desk<S, I, W>(
    desk: Desk,
    look: &Look,
    surface: S,
    inputs: I,
    ways: W,
    journals: Result<PathBuf, String>,
) -> Result<Ending, S::Error>
where
    S: Surface,
    I: Stream<Item = Input> + Unpin,
    W: Ways,
{
    let (requests, requested) = mpsc::unbounded_channel();
    let (answers, answered) = mpsc::channel(ANSWERS);
    let mut news = news(inputs, answered, requested);

    // A size is told by an event; with any other viewport ratatui asks for it at each
    // frame.
    let viewport = Viewport::Fixed(desk.front().core.area());
    let mut session = Session {
        terminal: Terminal::with_options(surface, TerminalOptions { viewport })?,
        desk,
        look: *look,
        ways,
        places: BTreeMap::new(),
        answers,
        requests,
        journals,
        away: None,
        editors_until: None,
        ending: None,
    };
    // Connecting goes on beside the first frame.
    let effects = session.desk.start();
    session.carry_out(effects)?;
    session.draw()?;
    while let Some(first) = next(&mut news, session.desk.wake_at()).await {
        let mut changed = session.take(first)?;
        // A frame is drawn only when nothing waits. The scheduler makes a busy
        // queue seem empty now and then, so frames come also in a flood.
        while session.ending.is_none()
            && let Some(Some(next)) = news.next().now_or_never()
        {
            changed |= session.take(next)?;
        }
        if let Some(ending) = session.ending.take() {
            // All at once: each may have to wait for its disk.
            future::join_all(session.places.into_values().map(|place| place.work.close())).await;
            return Ok(ending);
        }
        if changed {
            session.draw()?;
        }
    }
    Ok(Ending::Quit)
}

/// The news of the operator and of all places, as they come.
fn news(
    inputs: impl Stream<Item = Input> + Unpin,
    mut answered: Receiver<(PlaceId, Message)>,
    mut requested: UnboundedReceiver<(PlaceId, Message)>,
) -> impl Stream<Item = News> + Unpin {
    let requested = stream::poll_fn(move |context| requested.poll_recv(context));
    let answered = stream::poll_fn(move |context| answered.poll_recv(context));
    let messages = stream::select(answered, requested);
    let messages = messages.map(|(place, message)| News::Of(place, message));
    // Where the inputs end, nobody is there any more who could leave.
    let inputs = inputs.map(News::Input).chain(stream::once(async {
        News::Input(Input::Lost(io::ErrorKind::UnexpectedEof.into()))
    }));
    // Both in turn: a flood of answers must not keep the keys waiting.
    stream::select(Box::pin(inputs), messages)
}

/// The next news. Where none comes until that moment, the moment does.
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
        // What has come is taken first: it may move the moment, or make it needless.
        biased;
        first = news.next() => first,
        () = moment => Some(News::Woken),
    }
}

/// The news that the loop waits for.
enum News {
    Input(Input),
    /// It comes from a place.
    Of(PlaceId, Message),
    Woken,
}

/// The time after the editor's end in which an interrupt is taken for the one that ended it.
const EDITORS_LAST: Duration = Duration::from_secs(1);

/// The program that has the terminal meanwhile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Away {
    /// The shell.
    Stopped,
    /// The operator's editor.
    Lent,
}

/// The loop's ends of a place.
struct Reached {
    spot: Spot,
    work: Work,
    /// The channel for its requests.
    requests: UnboundedSender<Request>,
}

struct Session<S: Surface, W> {
    desk: Desk,
    look: Look,
    terminal: Terminal<S>,
    ways: W,
    places: BTreeMap<PlaceId, Reached>,
    answers: Sender<(PlaceId, Message)>,
    requests: UnboundedSender<(PlaceId, Message)>,
    /// The folder of all journals.
    journals: Result<PathBuf, String>,
    /// The program that has the terminal, where it is not the dashboard.
    away: Option<Away>,
    /// The time until which an interrupt is the editor's still.
    editors_until: Option<Instant>,
    ending: Option<Ending>,
}

impl<S, W> Session<S, W>
where
    S: Surface,
    W: Ways,
{
    /// Takes in what happened; says whether the screen may look different now.
    fn take(&mut self, news: News) -> Result<bool, S::Error> {
        let (from, message) = match news {
            News::Of(place, message) => {
                let is_back = matches!(message, Message::Answer(_, Answer::Edited(_)));
                if is_back && self.away == Some(Away::Lent) {
                    // Its ctrl-c ends the editor and is told here too: which of the two is
                    // heard of first is chance.
                    self.editors_until = Some(Instant::now() + EDITORS_LAST);
                    self.come_back()?;
                }
                (Some(place), message)
            }
            News::Woken => (None, Message::Woken),
            News::Input(input) if self.is_for_the_editor(&input) => return Ok(false),
            News::Input(input) => return self.hear(input),
        };
        self.tell(from, message)?;
        Ok(true)
    }

    /// Returns true if what is typed is for the operator's editor; at its ctrl-c the terminal
    /// tells everybody.
    fn is_for_the_editor(&self, input: &Input) -> bool {
        let is_lent = self.away == Some(Away::Lent);
        match input {
            Input::Terminal(_) | Input::Continued => is_lent,
            Input::End(Signal::Interrupt) => {
                let is_its_last = |until| Instant::now() < until;
                is_lent || self.editors_until.is_some_and(is_its_last)
            }
            _ => false,
        }
    }

    /// Takes in what came from the terminal and from signals.
    fn hear(&mut self, input: Input) -> Result<bool, S::Error> {
        match input {
            Input::Terminal(event) => return self.hear_terminal(event),
            Input::Stop => {
                // The editor is stopped with all of its terminal; it goes on with it too.
                if self.away != Some(Away::Lent) {
                    self.away = Some(Away::Stopped);
                }
                self.terminal.backend_mut().stop()?;
            }
            Input::Continued => return self.come_back(),
            // The terminal told its background after the first frame: all colors may be others.
            Input::Look(look) => {
                self.look = *look;
                return Ok(true);
            }
            Input::End(signal) => self.ending = Some(Ending::Signalled(signal)),
            Input::Died(died) => self.ending = Some(Ending::Died(died)),
            Input::Lost(error) => self.ending = Some(Ending::InputLost(error)),
        }
        Ok(false)
    }

    fn hear_terminal(&mut self, event: Event) -> Result<bool, S::Error> {
        let message = match event {
            // Some terminals tell of keys that are let go, too.
            Event::Key(key) if key.kind != KeyEventKind::Release => Message::Key(key),
            Event::Paste(text) => Message::Paste(text),
            // A pointer that only moves does nothing.
            Event::Mouse(mouse) if mouse.kind != MouseEventKind::Moved => Message::Mouse(mouse),
            Event::Resize(columns, rows) => return self.resize(columns, rows),
            _ => return Ok(false),
        };
        self.tell(None, message)?;
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
        self.tell(None, Message::Resize(columns, rows))?;
        Ok(true)
    }

    fn tell(&mut self, from: Option<PlaceId>, message: Message) -> Result<(), S::Error> {
        if let Some(place) = from.and_then(|from| self.places.get_mut(&from)) {
            place.work.note(&message);
        }
        let effects = self.desk.update(from, message, Timestamp::now());
        self.carry_out(effects)
    }

    /// Makes what a place needs.
    fn open(&mut self, id: PlaceId, spot: Spot) {
        let answers = reports::Reports {
            place: id,
            to: self.answers.clone(),
        };
        let (requests, mut requested) = mpsc::unbounded_channel();
        let to = self.requests.clone();
        let told = async move {
            while let Some(request) = requested.recv().await {
                log::request(&request);
                if to.send((id, Message::Requested(request))).is_err() {
                    break;
                }
            }
        };
        let dead = self.requests.clone();
        task::spawn_telling(Job::Requests, told, async move |died| {
            drop(dead.send((id, Message::Died(died))));
        });
        let place = Reached {
            spot,
            work: Work::new(answers, self.journals.clone()),
            requests,
        };
        self.places.insert(id, place);
    }

    fn read_profiles(&self, id: PlaceId) {
        let (read, to) = (self.ways.profiles(), self.answers.clone());
        let dead = to.clone();
        let read = async move {
            let read = Message::Profiles(read.await);
            // Nobody listens any more when the program is about to end.
            drop(to.send((id, read)).await);
        };
        task::spawn_telling(Job::Profiles, read, async move |died| {
            let read = Message::Profiles(Err(died.to_string()));
            drop(dead.send((id, read)).await);
        });
    }

    fn carry_out(&mut self, effects: Vec<(PlaceId, Effect)>) -> Result<(), S::Error> {
        for (id, effect) in effects {
            let effect = match effect {
                Effect::Open(spot) => {
                    self.open(id, spot);
                    continue;
                }
                Effect::CopyToTerminal(text) => {
                    self.terminal.backend_mut().copy(&text)?;
                    continue;
                }
                Effect::Mouse(wanted) => {
                    self.terminal.backend_mut().take_mouse(wanted)?;
                    continue;
                }
                Effect::ReadProfiles => {
                    self.read_profiles(id);
                    continue;
                }
                Effect::Describe => {
                    let text = ui::plain::text_of_desk(&self.desk, &self.look);
                    self.tell(Some(id), Message::Described(text))?;
                    continue;
                }
                Effect::Redraw => {
                    self.terminal.clear()?;
                    continue;
                }
                Effect::Suspend => {
                    self.terminal.backend_mut().ask_to_stop()?;
                    continue;
                }
                Effect::Quit => {
                    self.ending = Some(Ending::Quit);
                    continue;
                }
                of_place => of_place,
            };
            self.carry_out_in(id, effect)?;
        }
        Ok(())
    }

    /// Does what a place wants done with what is its own.
    fn carry_out_in(&mut self, id: PlaceId, effect: Effect) -> Result<(), S::Error> {
        let Some(Reached {
            spot,
            work,
            requests,
        }) = self.places.get_mut(&id)
        else {
            return Ok(());
        };
        match effect {
            Effect::Ask(ticket, Question::Connect) => {
                work.connect(ticket, self.ways.connect(spot, requests.clone()));
            }
            Effect::Ask(ticket, question) => work.ask(ticket, question),
            Effect::Send(ticket, call) => work.send(ticket, call),
            Effect::Save { ticket, name, text } => work.save(ticket, name, text),
            Effect::CopyWith {
                ticket,
                program,
                arguments,
                text,
            } => work.copy(ticket, program, arguments, text),
            Effect::Edit(ticket, text) => {
                self.away = Some(Away::Lent);
                self.terminal.backend_mut().lend()?;
                work.edit(ticket, text);
            }
            Effect::Greeted => work.note_greeted(),
            Effect::Record(ticket, record) => work.record(Some(ticket), record),
            Effect::Keep(record) => work.record(None, record),
            Effect::ReadHistory(ticket) => work.read_history(ticket),
            Effect::Cancel(ticket) => work.cancel(ticket),
            // The desk keeps its own, and the rest is not a place's.
            Effect::Desk(_)
            | Effect::Open(_)
            | Effect::Describe
            | Effect::ReadProfiles
            | Effect::CopyToTerminal(_)
            | Effect::Mouse(_)
            | Effect::Redraw
            | Effect::Suspend
            | Effect::Quit => {}
        }
        Ok(())
    }

    fn draw(&mut self) -> Result<(), S::Error> {
        // Drawn now, it would stand in the midst of what another program shows.
        if self.away.is_none() {
            let (desk, look) = (
                &self.desk,
                self.look.guarded(self.desk.front().core.setup.protected),
            );
            self.terminal
                .draw(|frame| ui::draw_desk(frame, desk, &look))?;
        }
        Ok(())
    }
}
