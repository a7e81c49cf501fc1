//! A dashboard on a test terminal whose questions are answered one after the
//! other by a real gateway, so that every screen is the same in every run.

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use futures::StreamExt;
use jiff::Timestamp;
use plangate::app::fleet::Wish;
use plangate::app::keys::keymap::Keymap;
use plangate::app::message::{Answer, Connected, Effect, HistoryRead, Message, Question, Ticket};
use plangate::app::{App, Setup};
use plangate::config::Reasons;
use plangate::emulator::{self, Clock, Emulator, FaultKind, InjectedFault};
use plangate::gateway::{self, Gateway, Request};
use plangate::journal::{History, Journal, Record};
use plangate::plan::edit::jump::Percent;
use plangate::plan::lint::Silence;
use plangate::plan::{Call, PatchOperation, PlanId, Scope, UsagePlan};
use plangate::ui::{self, look::Look};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::layout::Position;
use tempfile::TempDir;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// The sizes of terminal that every screen is looked at in.
pub const SIZES: [(u16, u16); 3] = [(80, 24), (120, 40), (200, 60)];

/// The time in every session: a Wednesday.
pub fn now() -> Timestamp {
    "2026-03-18T12:00:00Z".parse().unwrap()
}

/// Where every session is. The port differs from run to run, and the screens must not.
fn scope() -> Scope {
    Scope {
        account: "demo".to_owned(),
        region: "us-east-1".to_owned(),
        endpoint: "http://127.0.0.1:4566".to_owned(),
    }
}

/// The keys that a text names. Names stand in angle brackets: `e<down><enter>20<ctrl-s>`.
pub fn events(keys: &str) -> Vec<KeyEvent> {
    let mut events = Vec::new();
    let mut rest = keys;
    while let Some(first) = rest.chars().next() {
        let (name, after) = match rest.strip_prefix('<').and_then(|r| r.split_once('>')) {
            Some((name, after)) => (name, after),
            None => rest.split_at(first.len_utf8()),
        };
        rest = after;
        events.push(event_of(name));
    }
    events
}

/// The key of a name as it stands in angle brackets.
fn event_of(name: &str) -> KeyEvent {
    let (name, modifiers) = match name.split_once('-') {
        Some(("ctrl", name)) => (name, KeyModifiers::CONTROL),
        Some(("alt", name)) => (name, KeyModifiers::ALT),
        _ => (name, KeyModifiers::NONE),
    };
    let code = match name {
        "enter" => KeyCode::Enter,
        "esc" => KeyCode::Esc,
        "tab" => KeyCode::Tab,
        "back-tab" => KeyCode::BackTab,
        "down" => KeyCode::Down,
        "up" => KeyCode::Up,
        "left" => KeyCode::Left,
        "right" => KeyCode::Right,
        "backspace" => KeyCode::Backspace,
        "space" => KeyCode::Char(' '),
        "page-down" => KeyCode::PageDown,
        "page-up" => KeyCode::PageUp,
        "home" => KeyCode::Home,
        "end" => KeyCode::End,
        "delete" => KeyCode::Delete,
        "insert" => KeyCode::Insert,
        "f1" => KeyCode::F(1),
        "less" => KeyCode::Char('<'),
        other => KeyCode::Char(other.chars().next().unwrap()),
    };
    KeyEvent::new(code, modifiers)
}

/// What a terminal shows, as text.
pub fn text_of(buffer: &Buffer) -> String {
    let mut text = String::new();
    for y in 0..buffer.area.height {
        let mut line = String::new();
        let mut skip = 0;
        for x in 0..buffer.area.width {
            if skip > 0 {
                skip -= 1;
                continue;
            }
            let symbol = buffer[(x, y)].symbol();
            skip = unicode_width::UnicodeWidthStr::width(symbol).saturating_sub(1);
            line.push_str(symbol);
        }
        let _ = writeln!(text, "{}", line.trim_end());
    }
    text
}

/// A dashboard, its server and its terminal.
pub struct Session {
    pub app: App,
    pub server: Emulator,
    pub gateway: Gateway,
    pub look: Look,
    pub quit: bool,
    /// The files that the dashboard wanted written: name and text.
    pub saved: Vec<(String, String)>,
    /// What the journal was given for the history.
    written: Arc<AtomicI64>,
    journal: Option<Journal>,
    /// The folder of all journals.
    pub journals: Arc<TempDir>,
    /// The texts that the dashboard wanted copied.
    pub copied: Vec<String>,
    /// The texts that the dashboard wanted edited in the operator's editor.
    pub edited: Vec<String>,
    /// What that editor answers.
    pub editor: Result<Option<String>, String>,
    /// What the dashboard left to a desk: there is none here.
    pub wishes: Vec<Wish>,
    /// Whether the greeting was closed for good.
    pub greeted: bool,
    /// Whether the dashboard has the mouse.
    pub mouse: bool,
    /// Why the journal takes nothing; `None` where it does.
    pub journal_is_full: Option<String>,
    /// The time for the dashboard.
    pub now: Timestamp,
    requests: UnboundedReceiver<Request>,
    terminal: Terminal<TestBackend>,
    waiting: VecDeque<Effect>,
}

impl Session {
    /// A dashboard that has loaded the sample account.
    pub async fn start(columns: u16, rows: u16) -> Self {
        let mut session = Self::unanswered(columns, rows).await;
        session.resolve().await;
        session
    }

    /// A dashboard that has loaded the sample account, and sends updates of plans so
    /// far apart.
    pub async fn paced(columns: u16, rows: u16, interval: Duration) -> Self {
        let mut session = Self::begin(columns, rows, Some(interval), None).await;
        session.resolve().await;
        session
    }

    /// A dashboard that was started, and has no answer yet.
    pub async fn unanswered(columns: u16, rows: u16) -> Self {
        Self::begin(columns, rows, None, None).await
    }

    /// A dashboard on an account that somebody else would have to fill.
    pub async fn without_plans(columns: u16, rows: u16) -> Self {
        let mut session = Self::begin(columns, rows, None, Some(0)).await;
        session.resolve().await;
        session
    }

    /// A dashboard that has loaded so many made-up plans.
    pub async fn made_up(columns: u16, rows: u16, plans: usize) -> Self {
        let mut session = Self::begin(columns, rows, None, Some(plans)).await;
        session.resolve().await;
        session
    }

    /// A dashboard that has loaded the sample account, and is not told these findings.
    pub async fn silenced(columns: u16, rows: u16, silence: Silence) -> Self {
        let mut session = Self::unanswered(columns, rows).await;
        let setup = Setup {
            silence: Arc::new(silence),
            ..session.app.core.setup.clone()
        };
        session.app = App::new(setup, Keymap::shipped().unwrap(), columns, rows);
        session.waiting = session.app.start().into();
        session.resolve().await;
        session
    }

    /// A dashboard that has loaded the account of a state file.
    pub async fn with_state(columns: u16, rows: u16, state: &Path) -> Self {
        let options = emulator::StartOptions {
            state: Some(state.to_owned()),
            ..emulator::StartOptions::default()
        };
        let mut session = Self::begin_on(columns, rows, None, options).await;
        session.resolve().await;
        session
    }

    async fn begin(
        columns: u16,
        rows: u16,
        update_interval: Option<Duration>,
        plans: Option<usize>,
    ) -> Self {
        let options = emulator::StartOptions {
            plans,
            ..emulator::StartOptions::default()
        };
        Self::begin_on(columns, rows, update_interval, options).await
    }

    async fn begin_on(
        columns: u16,
        rows: u16,
        update_interval: Option<Duration>,
        account: emulator::StartOptions,
    ) -> Self {
        let options = emulator::StartOptions {
            faults: true,
            clock: Clock::fixed(now()),
            ..account
        };
        let server = Emulator::start(options).await.unwrap();
        let options = gateway::Options {
            endpoint_url: Some(server.endpoint()),
            demo: true,
            update_interval,
            ..gateway::Options::default()
        };
        let (log, requests) = unbounded_channel();
        let gateway = Gateway::connect(options, log).await.unwrap();
        let setup = Setup {
            profile: String::new(),
            demo: true,
            who: "ops".to_owned(),
            protected: false,
            read_only: false,
            guard: Percent::GUARD,
            reasons: Reasons::default(),
            silence: std::sync::Arc::default(),
        };
        let mut app = App::new(setup, Keymap::shipped().unwrap(), columns, rows);
        let waiting = app.start().into();
        Self {
            app,
            server,
            gateway,
            look: Look::new(true, true),
            quit: false,
            saved: Vec::new(),
            written: Arc::default(),
            journal: None,
            journals: Arc::new(tempfile::tempdir().unwrap()),
            copied: Vec::new(),
            edited: Vec::new(),
            editor: Ok(None),
            wishes: Vec::new(),
            greeted: false,
            mouse: true,
            journal_is_full: None,
            now: now(),
            requests,
            terminal: Terminal::new(TestBackend::new(columns, rows)).unwrap(),
            waiting,
        }
    }

    /// Does everything that the dashboard wants done, and lets the time pass that it
    /// waits for, until it wants nothing more.
    pub async fn resolve(&mut self) {
        loop {
            self.resolve_now().await;
            let Some(at) = self.app.core.wake_at() else {
                return;
            };
            self.now = at;
            self.tell(Message::Woken);
        }
    }

    /// Does everything that the dashboard wants done, and lets no time pass.
    pub async fn resolve_now(&mut self) {
        while let Some(effect) = self.waiting.pop_front() {
            self.carry_out(effect).await;
        }
    }

    async fn carry_out(&mut self, effect: Effect) {
        match effect {
            Effect::Ask(ticket, question) => self.ask(ticket, question).await,
            Effect::Send(ticket, call) => {
                let answer = self.gateway.send(&call).await;
                self.tell(Message::Answer(ticket, Answer::Sent(Box::new(answer))));
            }
            Effect::Record(ticket, record) => {
                let answer = match (&self.journal_is_full, &self.journal) {
                    (None, Some(journal)) => {
                        // Each record has a time of its own: the history has an order.
                        self.written.fetch_add(1, Ordering::Relaxed);
                        let written = journal.write(*record).await;
                        written.map_err(|failure| failure.to_string())
                    }
                    (Some(why), _) => Err(why.clone()),
                    (None, None) => panic!("written before it was open: {record:?}"),
                };
                self.tell(Message::Answer(ticket, Answer::Recorded(answer)));
            }
            // As the loop does, what is given before it is open waits for it.
            Effect::Keep(record) => match &self.journal {
                Some(journal) => journal.write(*record).await.unwrap(),
                None => assert!(matches!(*record, Record::NoDraft(_)), "{record:?}"),
            },
            Effect::ReadHistory(ticket) => {
                let root = self.journals.path().to_owned();
                let read = plangate::tui::history(root, scope()).await;
                // The folder differs from run to run, and the screens must not.
                let read = read.map(|read| HistoryRead {
                    folder: "~/.local/state/plangate/journal/demo".to_owned(),
                    ..read
                });
                self.tell(Message::Answer(ticket, Answer::History(read)));
            }
            Effect::Save { ticket, name, text } => {
                self.saved.push((name.clone(), text));
                self.tell(Message::Answer(ticket, Answer::Saved(Ok(name))));
            }
            Effect::CopyToTerminal(text) => self.copied.push(text),
            Effect::CopyWith {
                ticket,
                program,
                arguments,
                text,
            } => {
                self.copied.push(text);
                let taken = if program == "missing" {
                    Err("missing cannot be run.".to_owned())
                } else {
                    assert_eq!(arguments, ["-selection", "clipboard"]);
                    Ok(())
                };
                self.tell(Message::Answer(ticket, Answer::Copied(taken)));
            }
            Effect::Edit(ticket, text) => {
                self.edited.push(text);
                let answer = self.editor.clone();
                self.tell(Message::Answer(ticket, Answer::Edited(answer)));
            }
            Effect::Describe => {
                let text = ui::plain::text(&self.app, &self.look);
                self.tell(Message::Described(text));
            }
            Effect::Mouse(wanted) => self.mouse = wanted,
            Effect::Greeted => self.greeted = true,
            Effect::Quit => self.quit = true,
            Effect::Desk(wish) => self.wishes.push(wish),
            Effect::Open(_)
            | Effect::ReadProfiles
            | Effect::Cancel(_)
            | Effect::Redraw
            | Effect::Suspend => {}
        }
    }

    /// Does the first of the things that the dashboard wants of the service; what it
    /// wants written is written.
    pub async fn resolve_one(&mut self) {
        self.resolve_written().await;
        if let Some(effect) = self.waiting.pop_front() {
            self.carry_out(effect).await;
        }
        self.resolve_written().await;
    }

    /// Writes what the dashboard wants written, and does nothing else.
    pub async fn resolve_written(&mut self) {
        let is_record = |effect: &Effect| matches!(effect, Effect::Record(..) | Effect::Keep(_));
        while let Some(at) = self.waiting.iter().position(is_record) {
            if let Some(effect) = self.waiting.remove(at) {
                self.carry_out(effect).await;
            }
        }
    }

    /// The plans are read again, past the keys.
    pub async fn read_plans_again(&mut self) {
        let prompt = self.app.stack.prompt.take();
        self.keys("R").await;
        self.app.stack.prompt = prompt;
    }

    /// Opens the journal, and takes over what an earlier run left behind.
    fn open_journal(&mut self) {
        let written = self.written.clone();
        let clock = move || {
            let seconds = written.load(Ordering::Relaxed);
            now() + jiff::SignedDuration::from_secs(seconds)
        };
        let (journal, recovered) = Journal::open(self.journals.path(), &scope(), clock).unwrap();
        self.journal = Some(journal);
        self.tell(Message::Recovered(Box::new(Ok(recovered))));
    }

    /// Ends the program where it is, without a word, and starts it again. What was on
    /// its way is lost with it.
    pub async fn restart(&mut self) {
        self.kill().await;
        self.resolve().await;
    }

    /// As [`Self::restart`], without an answer yet.
    pub async fn kill(&mut self) {
        if let Some(journal) = self.journal.take() {
            journal.close().await;
        }
        let area = self.app.core.area();
        let keymap = Keymap::shipped().unwrap();
        let setup = self.app.core.setup.clone();
        self.app = App::new(setup, keymap, area.width, area.height);
        self.waiting = self.app.start().into();
    }

    async fn ask(&mut self, ticket: Ticket, question: Question) {
        if question == Question::Connect {
            // The way made anew is the same one: it may replace that of before.
            let before = self.journal.as_ref().map(|_| &self.gateway);
            let may = plangate::tui::replaceable(before, &self.gateway).await;
            let connected = may.map(|()| Connected {
                scope: Arc::new(scope()),
                update_interval: self.gateway.update_interval(),
            });
            self.tell(Message::Answer(ticket, Answer::Connected(connected)));
            // Connecting anew leaves the journal as it is.
            if self.journal.is_none() {
                self.open_journal();
            }
            return;
        }
        let mut answers = plangate::tui::answers(&self.gateway, question, self.now);
        while let Some(answer) = answers.next().await {
            self.tell(Message::Answer(ticket, answer));
        }
    }

    /// Lets so much time pass, and does what the dashboard wants done meanwhile.
    pub async fn wait(&mut self, time: Duration) {
        let until = self.now + time;
        self.resolve_now().await;
        while let Some(at) = self.app.core.wake_at().filter(|at| *at <= until) {
            self.now = at;
            self.tell(Message::Woken);
            self.resolve_now().await;
        }
        self.now = until;
    }

    /// Tells the dashboard something, and what it wants done is done by
    /// [`Self::resolve`].
    pub fn tell(&mut self, message: Message) {
        let effects = self.app.update(message, self.now);
        self.waiting.extend(effects);
        while let Ok(request) = self.requests.try_recv() {
            self.waiting
                .extend(self.app.update(Message::Requested(request), self.now));
        }
    }

    /// Presses keys, without doing yet what follows from them. Names stand in
    /// angle brackets: `e<down><enter>20<ctrl-s>`.
    pub fn press(&mut self, keys: &str) {
        for key in events(keys) {
            self.tell(Message::Key(key));
        }
    }

    /// A key as [`Self::press`] takes it, in angle brackets where it has a name.
    pub fn event(key: &str) -> KeyEvent {
        let named = key.strip_prefix('<').and_then(|key| key.strip_suffix('>'));
        event_of(named.unwrap_or(key))
    }

    /// What the dashboard wants done and nobody did yet.
    pub fn wanted(&self) -> impl Iterator<Item = &Effect> {
        self.waiting.iter()
    }

    /// Presses keys, and does what follows from them.
    pub async fn keys(&mut self, keys: &str) {
        self.press(keys);
        self.resolve().await;
    }

    /// Presses keys, and does what follows from them, and lets no time pass.
    pub async fn keys_now(&mut self, keys: &str) {
        self.press(keys);
        self.resolve_now().await;
    }

    /// Gives the terminal another size.
    pub fn resize(&mut self, columns: u16, rows: u16) {
        self.terminal.backend_mut().resize(columns, rows);
        self.tell(Message::Resize(columns, rows));
    }

    /// Selects a plan by its id through the filter, as an operator would.
    pub async fn find(&mut self, id: &str) {
        self.keys(&format!("/{id}<enter>")).await;
        assert_eq!(self.app.core.plans.selected().unwrap().plan.id.0, id);
    }

    /// As [`Self::find`], and lets no time pass.
    pub async fn find_now(&mut self, id: &str) {
        self.keys_now(&format!("/{id}<enter>")).await;
        assert_eq!(self.app.core.plans.selected().unwrap().plan.id.0, id);
    }

    /// Forgets what the terminal showed. The test backend, unlike a terminal, keeps what
    /// stood below the second half of a wide character.
    pub fn forget_frame(&mut self) {
        self.terminal.clear().unwrap();
    }

    /// What the terminal shows.
    pub fn buffer(&mut self) -> Buffer {
        let (app, look) = (&self.app, &self.look);
        self.terminal
            .draw(|frame| ui::draw(frame, app, look))
            .unwrap();
        self.terminal.backend().buffer().clone()
    }

    /// Where the real cursor stands, by column and row; `None` where it is hidden.
    pub fn cursor(&mut self) -> Option<(u16, u16)> {
        self.buffer();
        let backend = self.terminal.backend();
        let Position { x, y } = backend.cursor_position();
        backend.cursor_visible().then_some((x, y))
    }

    /// What the terminal shows, as text.
    pub fn screen(&mut self) -> String {
        text_of(&self.buffer())
    }

    /// Asserts that the terminal shows a text.
    #[track_caller]
    pub fn shows(&mut self, text: &str) {
        let screen = self.screen();
        assert!(
            screen.contains(text),
            "{text:?} is not on the screen:\n{screen}"
        );
    }

    /// Asserts that the terminal does not show a text.
    #[track_caller]
    pub fn hides(&mut self, text: &str) {
        let screen = self.screen();
        assert!(
            !screen.contains(text),
            "{text:?} is on the screen:\n{screen}"
        );
    }

    /// Somebody else changes a plan, past this dashboard.
    pub async fn somebody_else(&self, id: &str, operations: Vec<PatchOperation>) {
        let call = Call::Update {
            plan: PlanId(id.to_owned()),
            operations,
        };
        self.gateway.send(&call).await.unwrap();
    }

    /// Lets something go wrong with the next call of an operation.
    pub fn next(&self, operation: &str, kind: FaultKind) {
        self.server
            .faults()
            .schedule(InjectedFault::next(operation, kind));
    }

    /// The bodies of the calls of an operation that reached the server.
    pub async fn sent(&self, operation: &str) -> Vec<serde_json::Value> {
        let requests = self.server.requests().await.into_iter();
        let bodies = requests.filter(|request| request.operation == operation);
        bodies
            .map(|request| serde_json::from_str(&request.body).unwrap())
            .collect()
    }

    /// How often an operation was asked for.
    pub async fn asked(&self, operation: &str) -> usize {
        let requests = self.server.requests().await.into_iter();
        requests
            .filter(|request| request.operation == operation)
            .count()
    }

    /// What the journal has of what was sent.
    pub fn history(&self) -> History {
        History::read(self.journals.path(), &scope()).unwrap()
    }

    /// What the terminal shows, with names of sends that are the same in every run, the
    /// newest first.
    pub fn screen_of_history(&mut self) -> String {
        let mut screen = self.screen();
        for (number, send) in self.history().sends.iter().enumerate() {
            let letter = char::from(b'a' + u8::try_from(number).unwrap());
            screen = screen.replace(&send.id.to_string(), &letter.to_string().repeat(8));
        }
        screen
    }

    /// A plan as the server has it.
    pub async fn plan(&self, id: &str) -> UsagePlan {
        self.gateway.plan(&PlanId(id.to_owned())).await.unwrap()
    }
}
