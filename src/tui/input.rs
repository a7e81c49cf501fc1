//! What comes from the terminal and from the system: keys and signals, in one
//! stream.

use std::io;
use std::sync::mpsc as plain;
use std::time::{Duration, Instant};

use crossterm::event::{self, Event};
use futures::{Stream, StreamExt, stream};
use rustix::process;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;

use super::background::{self, Heard, Listener};
use crate::task::{self, Died, Job};
use crate::ui::look::Look;

/// Something that reached the program from outside.
#[derive(Debug)]
pub enum Input {
    /// A key, a paste, a new size.
    Terminal(Event),
    /// The program is asked to stop for a while (SIGTSTP).
    Stop,
    /// It was stopped, and goes on now (SIGCONT).
    Continued,
    /// The terminal told its background, and this look fits it.
    Look(Box<Look>),
    /// It is asked to end.
    End(Signal),
    /// The terminal cannot be read any more.
    Lost(io::Error),
    /// The task that reads it died.
    Died(Died),
}

/// A signal that asks a program to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// SIGHUP: the terminal is gone.
    Hangup,
    /// SIGINT, sent; ctrl-c is a key like others here.
    Interrupt,
    /// SIGTERM.
    Terminate,
}

impl Signal {
    /// The number of the signal, the same on every Unix.
    #[must_use]
    pub fn number(self) -> u8 {
        match self {
            Self::Hangup => 1,
            Self::Interrupt => 2,
            Self::Terminate => 15,
        }
    }
}

/// Everything from outside; with the look for a light background where the terminal is
/// asked for its own. Must be called in a tokio runtime. A size that is read
/// afterwards never misses a change.
///
/// # Errors
/// Where signals cannot be listened for or no thread can be started.
pub(super) fn inputs(
    light: Option<Box<Look>>,
) -> io::Result<(impl Stream<Item = Input> + Unpin, Gate)> {
    let tstp = SignalKind::from_raw(process::Signal::TSTP.as_raw());
    let cont = SignalKind::from_raw(process::Signal::CONT.as_raw());
    let signals = stream::select_all([
        watch(SignalKind::terminate(), || Input::End(Signal::Terminate))?,
        watch(SignalKind::hangup(), || Input::End(Signal::Hangup))?,
        watch(SignalKind::interrupt(), || Input::End(Signal::Interrupt))?,
        watch(tstp, || Input::Stop)?,
        watch(cont, || Input::Continued)?,
        watch(SignalKind::window_change(), resized)?,
    ]);
    let (events, gate) = events(light)?;
    Ok((stream::select(events, signals), gate))
}

fn watch(kind: SignalKind, input: fn() -> Input) -> io::Result<stream::BoxStream<'static, Input>> {
    let mut signal = signal(kind)?;
    let arrivals = stream::poll_fn(move |context| signal.poll_recv(context));
    Ok(arrivals.map(move |()| input()).boxed())
}

fn resized() -> Input {
    let size = crossterm::terminal::size();
    size.map_or_else(Input::Lost, |(columns, rows)| {
        Input::Terminal(Event::Resize(columns, rows))
    })
}

/// The meaning of an event as long as the terminal may answer with its background.
fn heard(light: &mut Option<(Box<Look>, Listener)>, input: Input) -> Vec<Input> {
    let now = Instant::now();
    if light
        .as_ref()
        .is_some_and(|(_, listener)| listener.is_over(now))
    {
        *light = None;
    }
    match (&mut *light, input) {
        (Some((_, listener)), Input::Terminal(event)) => match listener.hear(event, now) {
            Heard::Part => Vec::new(),
            Heard::Keys(keys) => keys.into_iter().map(Input::Terminal).collect(),
            Heard::Answer(is_light) => {
                let answered = light.take().filter(|_| is_light == Some(true));
                answered
                    .map(|(look, _)| Input::Look(look))
                    .into_iter()
                    .collect()
            }
        },
        (_, input) => vec![input],
    }
}

/// The events of the terminal, read by a thread of its own: one hand-over from the read to
/// the loop, where crossterm's own stream takes three.
fn events(light: Option<Box<Look>>) -> io::Result<(impl Stream<Item = Input> + Unpin, Gate)> {
    let (sender, mut receiver) = mpsc::unbounded_channel();
    let dead = sender.clone();
    let (shuts, shut) = plain::channel::<Shut>();
    let mut light = light.map(|look| (look, Listener::new(Instant::now())));
    let read = move || {
        loop {
            if let Some((_, listener)) = light.as_mut().filter(|(_, l)| l.is_holding())
                && matches!(event::poll(background::PAUSE), Ok(false))
            {
                for key in listener.let_go() {
                    // Whether anybody takes it is seen at the next one.
                    drop(sender.send(Input::Terminal(key)));
                }
            }
            let input = event::read().map_or_else(Input::Lost, Input::Terminal);
            let lost = matches!(input, Input::Lost(_));
            // crossterm listens for these only from its first read on, which is too
            // late for a change during the start.
            let is_resize = matches!(input, Input::Terminal(Event::Resize(..)));
            if let Ok(shut) = shut.try_recv() {
                shut.wait();
            }
            if is_resize {
                continue;
            }
            #[cfg(debug_assertions)]
            super::terminal::panic_if_asked(&input, super::terminal::PANIC_ELSEWHERE);
            let mut inputs = heard(&mut light, input).into_iter();
            if inputs.any(|input| sender.send(input).is_err()) || lost {
                return;
            }
        }
    };
    task::thread(Job::Input, read, move |died| {
        drop(dead.send(Input::Died(died)));
    })?;
    let events = stream::poll_fn(move |context| receiver.poll_recv(context));
    let gate = Gate { shuts, opens: None };
    #[cfg(debug_assertions)]
    let events = events.inspect(|input| {
        super::terminal::panic_if_asked(input, super::terminal::PANIC_IN_LOOP);
    });
    Ok((events, gate))
}

/// The time that the reading thread is waited for; it answers at once unless it is in the
/// middle of a key.
const PATIENCE: Duration = Duration::from_millis(200);

/// Keeps the thread that reads the terminal from reading, while another program does.
#[derive(Debug)]
pub(super) struct Gate {
    shuts: plain::Sender<Shut>,
    /// Dropped, it lets the thread go on.
    opens: Option<plain::Sender<()>>,
}

/// The orders to the thread: to say that it waits, and to wait.
struct Shut {
    waits: plain::Sender<()>,
    opened: plain::Receiver<()>,
}

impl Shut {
    fn wait(self) {
        // Where nobody listens any more the gate is open.
        let _ = self.waits.send(());
        let _ = self.opened.recv();
    }
}

impl Gate {
    /// Waits until nothing is read any more.
    pub(super) fn shut(&mut self) {
        let (waits, waiting) = plain::channel();
        let (opens, opened) = plain::channel();
        if self.shuts.send(Shut { waits, opened }).is_err() {
            return;
        }
        self.opens = Some(opens);
        // What wakes a thread that waits for a key is a key, or a change of size.
        let _ = process::kill_process(process::getpid(), process::Signal::WINCH);
        let _ = waiting.recv_timeout(PATIENCE);
    }

    /// Lets it be read again.
    pub(super) fn open(&mut self) {
        self.opens = None;
    }
}
