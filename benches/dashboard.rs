//! How fast the dashboard answers a key, with few plans and with many.
//!
//! `cargo bench --bench dashboard`

#![expect(
    clippy::expect_used,
    reason = "a bench stops at the first thing that is wrong"
)]

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use criterion::{Criterion, criterion_group, criterion_main};
use crossterm::event::{KeyCode, KeyEvent};
use ratatui::Terminal;
use ratatui::backend::TestBackend;

use plangate::app::keymap::Keymap;
use plangate::app::list::List;
use plangate::app::message::{Answer, Effect, Message, Question};
use plangate::app::{App, Setup};
use plangate::plan::{
    Count, MethodKey, Period, PlanId, Quota, Rate, Scope, Settings, StageKey, Throttle, UsagePlan,
};
use plangate::ui::{self, look::Look};

const TIERS: [&str; 5] = ["bronze", "silver", "gold", "platinum", "trial"];

/// Plans as an account has them that gives each customer one.
fn plans(count: usize) -> Vec<UsagePlan> {
    let plan = |number: usize| {
        let tier = TIERS[number % TIERS.len()];
        let throttle = |rate: i32| Throttle {
            rate: Rate::as_read(f64::from(rate)),
            burst: Count::as_read(rate * 2),
        };
        let methods = [(MethodKey::as_read("/orders/GET"), throttle(5))];
        let stage = StageKey::as_read(format!("api{:07}", number % 40), "prod");
        let settings = Settings {
            name: format!("{tier}-customer-{number:06}"),
            description: format!("Plan of customer {number}, tier {tier}"),
            throttle: Some(throttle(10 + i32::try_from(number % 90).unwrap_or(0))),
            quota: Some(Quota {
                limit: Count::as_read(100_000),
                period: Period::Month,
                offset: Count::ZERO,
            }),
            stages: [(stage, methods.into())].into(),
            tags: [("team".to_owned(), format!("team-{}", number % 7))].into(),
            ..Settings::default()
        };
        UsagePlan {
            id: PlanId(format!("{number:06x}")),
            settings,
        }
    };
    (0..count).map(plan).collect()
}

/// A dashboard of 120x40 that has loaded so many plans.
fn dashboard(count: usize) -> App {
    let setup = Setup {
        profile: String::new(),
        demo: true,
    };
    let mut app = App::new(
        setup,
        Keymap::shipped().expect("the shipped key map"),
        120,
        40,
    );
    let scope = Scope {
        account: "demo".to_owned(),
        region: "us-east-1".to_owned(),
        endpoint: "http://127.0.0.1:1".to_owned(),
    };
    let mut effects = app.start();
    let mut plans = Some(plans(count));
    while let Some(effect) = effects.pop() {
        let Effect::Ask(ticket, question) = effect else {
            continue;
        };
        let answers = match question {
            Question::Connect => vec![Answer::Connected(Ok(Arc::new(scope.clone())))],
            Question::Plans { .. } => {
                vec![
                    Answer::Page(plans.take().unwrap_or_default()),
                    Answer::PagesEnd(Ok(())),
                ]
            }
            _ => Vec::new(),
        };
        for answer in answers {
            effects.extend(app.update(Message::Answer(ticket, answer)));
        }
    }
    assert_eq!(app.list.len(), count);
    app
}

fn key(code: KeyCode) -> Message {
    Message::Key(KeyEvent::from(code))
}

/// One key: the update and a full draw of the frame.
fn one_key(criterion: &mut Criterion) {
    let look = Look::new(true, true);
    let mut group = criterion.benchmark_group("one key, update and draw");
    for count in [100, 10_000] {
        let mut app = dashboard(count);
        let mut terminal = Terminal::new(TestBackend::new(120, 40)).expect("a terminal");
        let mut down = true;
        group.bench_function(format!("{count} plans"), |bencher| {
            bencher.iter(|| {
                let (_, at) = app.list.position();
                if at == 0 || at + 1 == app.list.shown() {
                    down = at == 0;
                }
                let code = if down { KeyCode::Down } else { KeyCode::Up };
                black_box(app.update(key(code)));
                terminal
                    .draw(|frame| ui::draw(frame, &app, &look))
                    .expect("drawn");
            });
        });
    }
    group.finish();
}

/// One more letter of the filter.
fn one_filter_key(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("one filter keystroke");
    for count in [10_000, 100_000] {
        let mut list = List::default();
        list.set_height(30);
        list.begin();
        list.take_page(plans(count));
        list.finish();
        for (before, after) in [("", "g"), ("gold-cust", "gold-custo"), ("team-", "team-3")] {
            group.bench_function(format!("{after:?} over {count} plans"), |bencher| {
                bencher.iter_custom(|rounds| {
                    let mut took = Duration::ZERO;
                    for _ in 0..rounds {
                        list.set_filter(before);
                        let start = Instant::now();
                        list.set_filter(after);
                        took += start.elapsed();
                    }
                    black_box(list.shown());
                    took
                });
            });
        }
    }
    group.finish();
}

criterion_group!(benches, one_key, one_filter_key);
criterion_main!(benches);
