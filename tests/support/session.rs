//! A whole session of the dashboard in this process: ratatui's test backend for
//! the screen, injected events for the terminal, and the gateway over HTTP.

use std::convert::Infallible;

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use futures::stream;
use plangate::app::keys::keymap::Keymap;
use plangate::app::{App, Setup};
use plangate::config::Reasons;
use plangate::gateway::{Failure, Gateway, Options, Request};
use plangate::plan::edit::jump::Percent;
use plangate::tui::{self, Ending, Input, Surface};
use plangate::ui::look::Look;
use ratatui::backend::{Backend, ClearType, TestBackend, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::DEADLINE;

/// A session under way.
pub struct Session {
    inputs: UnboundedSender<Input>,
    frames: UnboundedReceiver<Frame>,
    last: Frame,
    running: JoinHandle<Result<Ending, Infallible>>,
}

/// What the surface was told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Frame {
    /// It shows this.
    Drawn(String),
    /// The shell was asked to stop the program.
    AskedToStop,
    /// It was given back.
    Stopped,
    /// It was taken again.
    Resumed,
    /// It was given to another program.
    Lent,
    /// A text was handed to its clipboard.
    Copied(String),
    /// The mouse was taken, or left.
    Mouse(bool),
}

impl Session {
    /// Starts on the sample account at this endpoint.
    pub fn start(endpoint: String) -> Self {
        Self::start_with(move |log| Gateway::connect(demo(&endpoint), log))
    }

    /// Starts with a way to connect of the test's own.
    pub fn start_with<F>(connect: impl Fn(UnboundedSender<Request>) -> F + Send + 'static) -> Self
    where
        F: Future<Output = Result<Gateway, Failure>> + Send + 'static,
    {
        let (columns, rows) = (120, 40);
        let setup = Setup {
            profile: String::new(),
            demo: true,
            who: String::new(),
            protected: false,
            read_only: false,
            guard: Percent::GUARD,
            reasons: Reasons::default(),
            silence: std::sync::Arc::default(),
        };
        let (frames, seen) = mpsc::unbounded_channel();
        let surface = Watched {
            inner: TestBackend::new(columns, rows),
            frames,
        };
        let (inputs, mut waiting) = mpsc::unbounded_channel();
        let running = tokio::spawn(async move {
            // Gone with the session.
            let folder = tempfile::tempdir().unwrap();
            let journals = Ok(folder.path().join("journal"));
            let app = App::new(setup, Keymap::shipped().unwrap(), columns, rows);
            let inputs = stream::poll_fn(move |context| waiting.poll_recv(context));
            tui::run(
                app,
                &Look::new(true, true),
                surface,
                inputs,
                connect,
                journals,
            )
            .await
        });
        Self {
            inputs,
            frames: seen,
            last: Frame::Drawn(String::new()),
            running,
        }
    }

    pub fn input(&self, input: Input) {
        self.inputs.send(input).unwrap();
    }

    pub fn event(&self, event: Event) {
        self.input(Input::Terminal(event));
    }

    pub fn key(&self, code: KeyCode) {
        self.event(Event::Key(KeyEvent::new(code, KeyModifiers::NONE)));
    }

    pub fn ctrl(&self, letter: char) {
        let key = KeyEvent::new(KeyCode::Char(letter), KeyModifiers::CONTROL);
        self.event(Event::Key(key));
    }

    /// Types a text, a key for each character.
    pub fn type_text(&self, text: &str) {
        for letter in text.chars() {
            self.key(KeyCode::Char(letter));
        }
    }

    /// The next thing that the surface is told.
    pub async fn next(&mut self) -> Frame {
        self.last = timeout(DEADLINE, self.frames.recv())
            .await
            .unwrap()
            .unwrap();
        self.last.clone()
    }

    /// Waits for a text on the screen; gives the screen.
    pub async fn wait_for(&mut self, text: &str) -> String {
        self.wait_until(|screen| screen.contains(text), text).await
    }

    /// Waits until a text is gone from the screen; gives the screen.
    pub async fn wait_gone(&mut self, text: &str) -> String {
        self.wait_until(|screen| !screen.contains(text), text).await
    }

    async fn wait_until(&mut self, wanted: impl Fn(&str) -> bool, what: &str) -> String {
        loop {
            if let Frame::Drawn(screen) = &self.last
                && wanted(screen)
            {
                return screen.clone();
            }
            match timeout(DEADLINE, self.frames.recv()).await {
                Ok(Some(frame)) => self.last = frame,
                end => panic!("waited for {what:?} ({end:?}) on this:\n{:?}", self.last),
            }
        }
    }

    /// Lets the loop take in everything that is there for it, and counts what it
    /// told the surface since the last look. For tests on one thread, where
    /// nothing else goes on meanwhile.
    pub async fn frames_by_now(&mut self) -> usize {
        for _ in 0..1000 {
            tokio::task::yield_now().await;
        }
        let mut count = 0;
        while let Ok(frame) = self.frames.try_recv() {
            self.last = frame;
            count += 1;
        }
        count
    }

    /// Waits for the session to end.
    pub async fn end(self) -> Ending {
        let ended = timeout(DEADLINE, self.running).await.unwrap();
        ended.unwrap().unwrap()
    }
}

/// How the sample account is reached.
pub fn demo(endpoint: &str) -> Options {
    Options {
        demo: true,
        endpoint_url: Some(endpoint.to_owned()),
        ..Options::default()
    }
}

/// The test backend, with every frame handed on.
struct Watched {
    inner: TestBackend,
    frames: UnboundedSender<Frame>,
}

impl Watched {
    fn tell(&self, frame: Frame) {
        // The test may be over.
        let _ = self.frames.send(frame);
    }
}

impl Surface for Watched {
    fn ask_to_stop(&mut self) -> Result<(), Infallible> {
        self.tell(Frame::AskedToStop);
        Ok(())
    }

    fn stop(&mut self) -> Result<(), Infallible> {
        self.tell(Frame::Stopped);
        Ok(())
    }

    fn lend(&mut self) -> Result<(), Infallible> {
        self.tell(Frame::Lent);
        Ok(())
    }

    fn copy(&mut self, text: &str) -> Result<(), Infallible> {
        self.tell(Frame::Copied(text.to_owned()));
        Ok(())
    }

    fn take_mouse(&mut self, wanted: bool) -> Result<(), Infallible> {
        self.tell(Frame::Mouse(wanted));
        Ok(())
    }

    fn resume(&mut self) -> Result<(), Infallible> {
        self.tell(Frame::Resumed);
        Ok(())
    }
}

impl Backend for Watched {
    type Error = Infallible;

    fn draw<'a, I>(&mut self, content: I) -> Result<(), Infallible>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        self.inner.draw(content)
    }

    fn hide_cursor(&mut self) -> Result<(), Infallible> {
        self.inner.hide_cursor()
    }

    fn show_cursor(&mut self) -> Result<(), Infallible> {
        self.inner.show_cursor()
    }

    fn get_cursor_position(&mut self) -> Result<Position, Infallible> {
        self.inner.get_cursor_position()
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> Result<(), Infallible> {
        self.inner.set_cursor_position(position)
    }

    fn clear(&mut self) -> Result<(), Infallible> {
        self.inner.clear()
    }

    fn clear_region(&mut self, region: ClearType) -> Result<(), Infallible> {
        self.inner.clear_region(region)
    }

    fn size(&self) -> Result<Size, Infallible> {
        self.inner.size()
    }

    fn window_size(&mut self) -> Result<WindowSize, Infallible> {
        self.inner.window_size()
    }

    fn flush(&mut self) -> Result<(), Infallible> {
        self.inner.flush()?;
        let buffer = self.inner.buffer();
        let width = usize::from(buffer.area.width).max(1);
        let rows = buffer.content.chunks(width).map(|row| {
            let text: String = row.iter().map(Cell::symbol).collect();
            text + "\n"
        });
        self.tell(Frame::Drawn(rows.collect()));
        Ok(())
    }
}
