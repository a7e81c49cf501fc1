//! A dashboard on a test terminal whose questions are answered one after the
//! other by a real gateway, so that every screen is the same in every run.

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::sync::Arc;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use futures::StreamExt;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use plangate::app::keymap::Keymap;
use plangate::app::message::{Answer, Effect, Message, Question, Ticket};
use plangate::app::usage::{DAYS, UsageRead};
use plangate::app::{App, Setup};
use plangate::emulator::{self, Clock, Emulator, Fault, FaultKind};
use plangate::gateway::{self, Failure, Gateway, Request};
use plangate::plan::{Call, PatchOperation, PlanId, Scope, UsagePlan};
use plangate::ui::{self, look::Look};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// The time in every session: a Wednesday.
pub fn now() -> Timestamp {
    "2026-03-18T12:00:00Z".parse().unwrap()
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
    requests: UnboundedReceiver<Request>,
    terminal: Terminal<TestBackend>,
    waiting: VecDeque<Effect>,
}

impl Session {
    /// A dashboard that has loaded the sample account.
    pub async fn start(columns: u16, rows: u16) -> Self {
        let mut session = Self::unanswered(columns, rows).await;
        session.settle().await;
        session
    }

    /// A dashboard that was started, and has no answer yet.
    pub async fn unanswered(columns: u16, rows: u16) -> Self {
        let options = emulator::Options {
            faults: true,
            clock: Clock::fixed(now()),
            ..emulator::Options::default()
        };
        let server = Emulator::start(options).await.unwrap();
        let options = gateway::Options {
            endpoint_url: Some(server.endpoint()),
            demo: true,
            ..gateway::Options::default()
        };
        let (log, requests) = unbounded_channel();
        let gateway = Gateway::connect(options, log).await.unwrap();
        let setup = Setup {
            profile: String::new(),
            demo: true,
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
            requests,
            terminal: Terminal::new(TestBackend::new(columns, rows)).unwrap(),
            waiting,
        }
    }

    /// Does everything that the dashboard wants done, until it wants nothing more.
    pub async fn settle(&mut self) {
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
            Effect::Save { ticket, name, text } => {
                self.saved.push((name.clone(), text));
                self.tell(Message::Answer(ticket, Answer::Saved(Ok(name))));
            }
            Effect::Quit => self.quit = true,
            Effect::Cancel(_) | Effect::Redraw | Effect::Suspend => {}
        }
    }

    /// Does one of the things that the dashboard wants done.
    pub async fn settle_one(&mut self) {
        if let Some(effect) = self.waiting.pop_front() {
            self.carry_out(effect).await;
        }
    }

    /// The plans are read again, past the keys.
    pub async fn read_plans_again(&mut self) {
        let overlay = self.app.overlay.take();
        self.keys("R").await;
        self.app.overlay = overlay;
    }

    async fn ask(&mut self, ticket: Ticket, question: Question) {
        let gateway = self.gateway.clone();
        let answer = match question {
            Question::Connect => {
                // The port differs from run to run, and the screens must not.
                let scope = Scope {
                    account: "demo".to_owned(),
                    region: "us-east-1".to_owned(),
                    endpoint: "http://127.0.0.1:4566".to_owned(),
                };
                Answer::Connected(Ok(Arc::new(scope)))
            }
            Question::Plans { of_key } => {
                let mut pages = Box::pin(gateway.plans(of_key));
                let mut end = Ok(());
                while let Some(page) = pages.next().await {
                    match page {
                        Ok(plans) => self.tell(Message::Answer(ticket, Answer::Page(plans))),
                        Err(failure) => end = Err(failure),
                    }
                }
                Answer::PagesEnd(end)
            }
            Question::Plan(id) => Answer::Plan(Box::new(gateway.plan(&id).await)),
            Question::PlanKeys(id) => Answer::Keys(gateway.plan_keys(&id).await),
            Question::ApiKeys => Answer::Keys(gateway.api_keys().await),
            Question::Apis => Answer::Apis(gateway.apis().await),
            Question::Stages(api) => Answer::Stages(gateway.stages(&api).await),
            Question::Methods(api) => Answer::Methods(gateway.methods(&api).await),
            Question::Account => Answer::Account(gateway.account().await),
            Question::Usage(plan) => Answer::Usage(Box::new(self.usage(&plan).await)),
            Question::KeyValue(id) => Answer::KeyValue(gateway.key_value(&id).await),
        };
        self.tell(Message::Answer(ticket, answer));
    }

    async fn usage(&self, plan: &PlanId) -> Result<UsageRead, Failure> {
        let at = now();
        let today = at.to_zoned(TimeZone::UTC).date();
        let from = today.saturating_sub((DAYS - 1).days());
        let usage = self.gateway.usage(plan, from, today, None).await?;
        Ok(UsageRead::new(usage, at))
    }

    /// Tells the dashboard something, and what it wants done is done by
    /// [`Self::settle`].
    pub fn tell(&mut self, message: Message) {
        let effects = self.app.update(message);
        self.waiting.extend(effects);
        while let Ok(request) = self.requests.try_recv() {
            self.waiting
                .extend(self.app.update(Message::Requested(request)));
        }
    }

    /// Presses keys, without doing yet what follows from them. Names stand in
    /// angle brackets: `e<down><enter>20<ctrl-s>`.
    pub fn press(&mut self, keys: &str) {
        let mut rest = keys;
        while let Some(first) = rest.chars().next() {
            let (name, after) = match rest.strip_prefix('<').and_then(|r| r.split_once('>')) {
                Some((name, after)) => (name, after),
                None => rest.split_at(first.len_utf8()),
            };
            rest = after;
            let (name, modifiers) = match name.strip_prefix("ctrl-") {
                Some(name) => (name, KeyModifiers::CONTROL),
                None => (name, KeyModifiers::NONE),
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
                "page-down" => KeyCode::PageDown,
                other => KeyCode::Char(other.chars().next().unwrap()),
            };
            self.tell(Message::Key(KeyEvent::new(code, modifiers)));
        }
    }

    /// Presses keys, and does what follows from them.
    pub async fn keys(&mut self, keys: &str) {
        self.press(keys);
        self.settle().await;
    }

    /// Gives the terminal another size.
    pub fn resize(&mut self, columns: u16, rows: u16) {
        self.terminal.backend_mut().resize(columns, rows);
        self.tell(Message::Resize(columns, rows));
    }

    /// Selects a plan by its id through the filter, as an operator would.
    pub async fn find(&mut self, id: &str) {
        self.keys(&format!("/{id}<enter>")).await;
        assert_eq!(self.app.list.selected().unwrap().plan.id.0, id);
    }

    /// What the terminal shows.
    pub fn buffer(&mut self) -> Buffer {
        let (app, look) = (&self.app, &self.look);
        self.terminal
            .draw(|frame| ui::draw(frame, app, look))
            .unwrap();
        self.terminal.backend().buffer().clone()
    }

    /// What the terminal shows, as text.
    pub fn screen(&mut self) -> String {
        let buffer = self.buffer();
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
        self.server.faults().schedule(Fault::next(operation, kind));
    }

    /// The bodies of the calls of an operation that reached the server.
    pub async fn sent(&self, operation: &str) -> Vec<serde_json::Value> {
        let requests = self.server.requests().await.into_iter();
        let bodies = requests.filter(|request| request.operation == operation);
        bodies
            .map(|request| serde_json::from_str(&request.body).unwrap())
            .collect()
    }

    /// A plan as the server has it.
    pub async fn plan(&self, id: &str) -> UsagePlan {
        self.gateway.plan(&PlanId(id.to_owned())).await.unwrap()
    }
}
