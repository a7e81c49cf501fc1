//! A dashboard in memory.

use std::sync::Arc;
use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent};
use jiff::Timestamp;
use plangate::app::fleet::Desk;
use plangate::app::keys::keymap::Keymap;
use plangate::app::message::{Answer, Connected, Effect, Message, Question};
use plangate::app::{App, DraftId, Setup};
use plangate::config::Reasons;
use plangate::plan::edit::draft::Draft;
use plangate::plan::edit::jump::Percent;
use plangate::plan::model::account::{ApiMethod, RestApi, Stage};
use plangate::plan::{
    Count, MethodKey, PlanId, Rate, Scope, Settings, StageKey, Throttle, UsagePlan,
};
use plangate::ui::{self, look::Look};
use ratatui::Terminal;
use ratatui::backend::TestBackend;

/// What is staged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Drafted {
    Nothing,
    /// Another method throttle on every stage.
    EveryStage,
}

/// A dashboard of 120x40 on a plan with many stages, and one on the plan beside it.
pub struct Dashboard {
    desk: Desk,
    terminal: Terminal<TestBackend>,
    stages: Vec<StageKey>,
}

fn throttle(rate: f64) -> Throttle {
    Throttle {
        rate: Some(Rate::as_read(rate)),
        burst: Some(Count::as_read(50)),
    }
}

fn method() -> MethodKey {
    MethodKey::as_read("/orders/GET")
}

fn plan(settings: Settings) -> UsagePlan {
    UsagePlan {
        id: PlanId("aaaaaa".to_owned()),
        settings,
    }
}

fn settings(stages: &[StageKey], rate: f64) -> Settings {
    let methods = |stage: &StageKey| {
        let methods = [(method(), throttle(rate))].into_iter().collect();
        (stage.clone(), methods)
    };
    Settings {
        name: "gold".to_owned(),
        throttle: Some(throttle(100.0)),
        stages: stages.iter().map(methods).collect(),
        ..Settings::default()
    }
}

impl Dashboard {
    pub fn new(stages: usize, drafted: Drafted) -> Self {
        // Ten stages of each API, as an account with many stages has them.
        let key = |number: usize| {
            StageKey::as_read(
                format!("api{:07}", number / 10),
                format!("stage{}", number % 10),
            )
        };
        let stages: Vec<StageKey> = (0..stages).map(key).collect();
        let before = settings(&stages, 5.0);
        let mut dashboard = Self::open(before.clone(), stages);
        if drafted == Drafted::EveryStage {
            let mut draft = Draft::of(Arc::new(plan(before)));
            draft.replace(settings(&dashboard.stages, 6.0));
            dashboard.draft(&draft);
        }
        dashboard
    }

    /// On a plan with these settings.
    pub fn of(settings: Settings) -> Self {
        Self::open(settings, Vec::new())
    }

    fn open(settings: Settings, stages: Vec<StageKey>) -> Self {
        let other = UsagePlan {
            id: PlanId("bbbbbb".to_owned()),
            settings: Settings {
                // It comes behind any other name.
                name: "\u{2fa1d}".to_owned(),
                ..Settings::default()
            },
        };
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
        let mut app = App::new(setup, Keymap::shipped().unwrap(), 120, 40);
        app.core.operator.greets = false;
        let mut dashboard = Self {
            desk: Desk::of(app),
            terminal: Terminal::new(TestBackend::new(120, 40)).unwrap(),
            stages,
        };
        let effects = dashboard.desk.start();
        let effects = effects.into_iter().map(|(_, effect)| effect).collect();
        dashboard.answer(effects, &[plan(settings), other]);
        dashboard
    }

    /// What stands in each cell of the screen.
    pub fn cells(&self) -> impl Iterator<Item = &str> {
        let buffer = self.terminal.backend().buffer();
        buffer.content.iter().map(ratatui::buffer::Cell::symbol)
    }

    fn draft(&mut self, draft: &Draft) {
        // By the way that the operator has: what is typed in the patch editor.
        let operations = plangate::plan::patch::text::to_json(&draft.operations());
        self.press(KeyCode::Char('p'));
        for _ in 0..4 {
            self.send(Message::Key(KeyEvent::from(KeyCode::Delete)));
        }
        self.send(Message::Paste(operations));
        let apply = KeyEvent::new(KeyCode::Char('s'), crossterm::event::KeyModifiers::CONTROL);
        self.send(Message::Key(apply));
        self.press(KeyCode::Esc);
        let drafts: Vec<(&DraftId, &Draft)> = self.desk.front().core.drafts.changed().collect();
        assert_eq!(drafts.len(), 1);
        assert_eq!(drafts[0].1.edited(), draft.edited());
    }

    fn send(&mut self, message: Message) {
        let effects = self.desk.update(None, message, Timestamp::UNIX_EPOCH);
        let effects = effects.into_iter().map(|(_, effect)| effect).collect();
        self.answer(effects, &[]);
    }

    /// Answers whatever is asked, until nothing is.
    fn answer(&mut self, mut effects: Vec<Effect>, plans: &[UsagePlan]) {
        while let Some(effect) = effects.pop() {
            let Effect::Ask(ticket, question) = effect else {
                continue;
            };
            let place = self.desk.front_place().id;
            let answers = match question {
                Question::Connect => vec![Answer::Connected(Ok(Connected {
                    scope: Arc::new(Scope {
                        account: "demo".to_owned(),
                        region: "us-east-1".to_owned(),
                        endpoint: "http://127.0.0.1:1".to_owned(),
                    }),
                    update_interval: Duration::ZERO,
                }))],
                Question::Plans { .. } => {
                    vec![Answer::Page(plans.to_vec()), Answer::PagesEnd(Ok(()))]
                }
                Question::Apis => {
                    let api = |number: usize| RestApi {
                        id: format!("api{number:07}"),
                        name: format!("API {number}"),
                    };
                    vec![Answer::Apis(Ok((0..self.stages.len() / 10)
                        .map(api)
                        .collect()))]
                }
                Question::Stages(api) => {
                    let of_api = self.stages.iter().filter(|stage| stage.api == api);
                    let stage = |key: &StageKey| Stage {
                        key: key.clone(),
                        throttles: Vec::new(),
                    };
                    vec![Answer::Stages(Ok(of_api.map(stage).collect()))]
                }
                Question::Methods(_) => vec![Answer::Methods(Ok(vec![ApiMethod {
                    key: method(),
                    needs_key: true,
                }]))],
                Question::PlanKeys(_) | Question::ApiKeys => vec![Answer::Keys(Ok(Vec::new()))],
                _ => Vec::new(),
            };
            for answer in answers {
                let message = Message::Answer(ticket, answer);
                let more = self
                    .desk
                    .update(Some(place), message, Timestamp::UNIX_EPOCH);
                effects.extend(more.into_iter().map(|(_, effect)| effect));
            }
        }
    }

    /// Presses a key and draws what comes of it.
    pub fn press(&mut self, key: KeyCode) {
        self.send(Message::Key(KeyEvent::from(key)));
        self.draw();
    }

    fn draw(&mut self) {
        let look = Look::new(true, true);
        let desk = &self.desk;
        self.terminal
            .draw(|frame| ui::draw_desk(frame, desk, &look))
            .unwrap();
    }

    /// The screen, a line a row.
    pub fn screen(&self) -> String {
        let buffer = self.terminal.backend().buffer();
        let rows = buffer.content.chunks(usize::from(buffer.area.width));
        let row =
            |row: &[ratatui::buffer::Cell]| row.iter().map(ratatui::buffer::Cell::symbol).collect();
        rows.map(row).collect::<Vec<String>>().join("\n")
    }
}
