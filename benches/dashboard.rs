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

use jiff::Timestamp;
use plangate::app::core::plans::List;
use plangate::app::fleet::Desk;
use plangate::app::keys::keymap::Keymap;
use plangate::app::message::{Answer, Connected, Effect, Message, Question};
use plangate::app::{App, Setup};
use plangate::config::{Reasons, Spot};
use plangate::plan::edit::jump::Percent;
use plangate::plan::model::account::{ApiMethod, Stage};
use plangate::plan::{
    Count, MethodKey, Period, PlanId, Quota, Rate, Scope, Settings, StageKey, Throttle, UsagePlan,
};
use plangate::ui::{self, look::Look};

const TIERS: [&str; 5] = ["bronze", "silver", "gold", "platinum", "trial"];

/// Plans as an account has them that gives each customer one.
fn plans(count: usize) -> Vec<UsagePlan> {
    let plan = |number: usize| {
        let tier = TIERS[number % TIERS.len()];
        let throttle =
            |rate: i32| Throttle::new(Rate::as_read(f64::from(rate)), Count::as_read(rate * 2));
        let methods = [(MethodKey::as_read("/orders/GET"), throttle(5))];
        let stage = StageKey::as_read(format!("api{:07}", number % 40), "prod");
        let settings = Settings {
            name: format!("{tier}-customer-{number:06}"),
            description: format!("Plan of customer {number}, tier {tier}"),
            throttle: Some(throttle(10 + i32::try_from(number % 90).unwrap_or(0))),
            quota: Some(Quota::new(
                Count::as_read(100_000),
                Period::Month,
                Count::ZERO,
            )),
            stages: [(stage, methods.into_iter().collect())]
                .into_iter()
                .collect(),
            tags: [("team".to_owned(), format!("team-{}", number % 7))]
                .into_iter()
                .collect(),
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
    let app = loaded(plans(count));
    assert_eq!(app.core.plans.len(), count);
    app
}

fn setup() -> Setup {
    Setup {
        profile: String::new(),
        demo: true,
        who: String::new(),
        protected: false,
        read_only: false,
        guard: Percent::GUARD,
        reasons: Reasons::default(),
        silence: std::sync::Arc::default(),
    }
}

/// A dashboard of 120x40 that has loaded these plans.
fn loaded(plans: Vec<UsagePlan>) -> App {
    let mut app = App::new(
        setup(),
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
    let mut plans = Some(plans);
    while let Some(effect) = effects.pop() {
        let Effect::Ask(ticket, question) = effect else {
            continue;
        };
        let answers = match question {
            Question::Connect => vec![Answer::Connected(Ok(Connected {
                scope: Arc::new(scope.clone()),
                update_interval: std::time::Duration::ZERO,
            }))],
            Question::Plans { .. } => {
                vec![
                    Answer::Page(plans.take().unwrap_or_default()),
                    Answer::PagesEnd(Ok(())),
                ]
            }
            _ => Vec::new(),
        };
        for answer in answers {
            effects.extend(app.update(Message::Answer(ticket, answer), Timestamp::UNIX_EPOCH));
        }
    }
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
                let (_, at) = app.core.plans.position();
                if at == 0 || at + 1 == app.core.plans.shown() {
                    down = at == 0;
                }
                let code = if down { KeyCode::Down } else { KeyCode::Up };
                black_box(app.update(key(code), Timestamp::UNIX_EPOCH));
                terminal
                    .draw(|frame| ui::draw(frame, &app, &look))
                    .expect("drawn");
            });
        });
    }
    group.finish();
}

/// One key on a plan with few stages and on one with many, each with a method throttle: a
/// line down in the list, in the detail, in the form and in the review of a change of the
/// rate, and a letter of the name.
fn many_stages(criterion: &mut Criterion) {
    let look = Look::new(true, true);
    let mut terminal = Terminal::new(TestBackend::new(120, 40)).expect("a terminal");
    let mut group = criterion.benchmark_group("one key on a plan with many stages");
    for count in [50, 5_000] {
        let mut plans = plans(2);
        let methods = plans[0].settings.stages.values().next().cloned();
        let methods = methods.expect("a stage");
        let stage = |number: usize| {
            let api = format!("api{:07}", number / 10);
            StageKey::as_read(api, format!("stage{}", number % 10))
        };
        plans[0].settings.stages = (0..count)
            .map(|number| (stage(number), methods.clone()))
            .collect();
        let mut app = loaded(plans);
        let mut press = |app: &mut App, code: KeyCode| {
            black_box(app.update(key(code), Timestamp::UNIX_EPOCH));
            terminal
                .draw(|frame| ui::draw(frame, app, &look))
                .expect("drawn");
        };
        let moves = [KeyCode::Down, KeyCode::Up];
        let mut measure = |app: &mut App, place: &str, way: &[KeyCode], keys: [KeyCode; 2]| {
            for code in way {
                press(app, *code);
            }
            let mut keys = keys.into_iter().cycle();
            group.bench_function(format!("{place}, {count} stages"), |bencher| {
                bencher.iter(|| {
                    if let Some(code) = keys.next() {
                        press(app, code);
                    }
                });
            });
        };
        measure(&mut app, "list", &[], moves);
        measure(&mut app, "detail", &[KeyCode::Home, KeyCode::Tab], moves);
        measure(&mut app, "form", &[KeyCode::Char('e')], moves);
        let name = [KeyCode::Home, KeyCode::Enter];
        let letters = [KeyCode::Char('x'), KeyCode::Backspace];
        measure(&mut app, "letter in a form", &name, letters);
        // With something staged.
        let rate = [KeyCode::Esc, KeyCode::Esc, KeyCode::Char('r')];
        let rate = [&rate[..], &[KeyCode::Char('7'), KeyCode::Enter]].concat();
        let rate = [&rate[..], &[KeyCode::Char('v')]].concat();
        measure(&mut app, "review", &rate, moves);
    }
    group.finish();
}

/// The throttle matrix of 300 methods by 10 stages: a step to the next method,
/// which resolves and draws it anew.
fn matrix(criterion: &mut Criterion) {
    let look = Look::new(true, true);
    let mut plan = plans(1).remove(0);
    let methods: Vec<ApiMethod> = (0..300)
        .map(|number| ApiMethod {
            key: MethodKey::as_read(&format!("/resource/{number:03}/GET")),
            needs_key: number % 9 != 0,
        })
        .collect();
    let keys: Vec<StageKey> = (0..10)
        .map(|number| StageKey::as_read("api0000000", format!("stage{number}")))
        .collect();
    plan.settings.stages = keys
        .iter()
        .map(|key| (key.clone(), [].into_iter().collect()))
        .collect();
    let throttle = |rate| Throttle::new(Rate::as_read(rate), Count::as_read(50));
    let stages: Vec<Stage> = keys
        .into_iter()
        .map(|key| Stage {
            key,
            throttles: methods
                .iter()
                .step_by(3)
                .zip(1..)
                .map(|(method, rate)| (method.key.clone(), throttle(f64::from(rate))))
                .collect(),
        })
        .collect();
    let mut app = loaded(vec![plan]);
    let mut effects = app.update(key(KeyCode::Char('m')), Timestamp::UNIX_EPOCH);
    while let Some(effect) = effects.pop() {
        let Effect::Ask(ticket, question) = effect else {
            continue;
        };
        let answer = match question {
            Question::Stages(_) => Answer::Stages(Ok(stages.clone())),
            Question::Methods(_) => Answer::Methods(Ok(methods.clone())),
            Question::PlanKeys(_) => Answer::Keys(Ok(Vec::new())),
            _ => continue,
        };
        effects.extend(app.update(Message::Answer(ticket, answer), Timestamp::UNIX_EPOCH));
    }
    let mut terminal = Terminal::new(TestBackend::new(120, 40)).expect("a terminal");
    let mut group = criterion.benchmark_group("matrix of 300 methods by 10 stages");
    group.bench_function("update", |bencher| {
        bencher.iter(|| black_box(app.update(key(KeyCode::Down), Timestamp::UNIX_EPOCH)));
    });
    group.bench_function("draw", |bencher| {
        bencher.iter(|| {
            terminal
                .draw(|frame| ui::draw(frame, &app, &look))
                .expect("drawn");
        });
    });
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

/// Work on 10,000 marked plans: a mark, a letter of a line that tweaks them all, and
/// the review of what it does.
fn many_marked(criterion: &mut Criterion) {
    let look = Look::new(true, true);
    let mut terminal = Terminal::new(TestBackend::new(120, 40)).expect("a terminal");
    let mut group = criterion.benchmark_group("10,000 marked plans, update and draw");
    group.sample_size(10);
    let mut press = |app: &mut App, code: KeyCode| {
        black_box(app.update(key(code), Timestamp::UNIX_EPOCH));
        terminal
            .draw(|frame| ui::draw(frame, app, &look))
            .expect("drawn");
    };
    let mut app = dashboard(10_000);
    press(&mut app, KeyCode::Char('*'));
    assert_eq!(app.core.plans.marked().all, 10_000);
    group.bench_function("one mark", |bencher| {
        bencher.iter(|| press(&mut app, KeyCode::Char(' ')));
    });
    press(&mut app, KeyCode::Char('*'));
    press(&mut app, KeyCode::Char('T'));
    for letter in "rate +20% burst x2 quota +2".chars() {
        press(&mut app, KeyCode::Char(letter));
    }
    group.bench_function("one letter of a line", |bencher| {
        bencher.iter_custom(|rounds| {
            let mut took = Duration::ZERO;
            for _ in 0..rounds {
                press(&mut app, KeyCode::Backspace);
                let start = Instant::now();
                press(&mut app, KeyCode::Char('7'));
                took += start.elapsed();
            }
            took
        });
    });
    let drafted = |app: &App| app.core.drafts.changed().count();
    press(&mut app, KeyCode::Enter);
    assert_eq!(drafted(&app), 10_000);
    group.bench_function("one step down the list", |bencher| {
        bencher.iter(|| press(&mut app, KeyCode::Down));
    });
    group.bench_function("the review opens", |bencher| {
        bencher.iter(|| {
            press(&mut app, KeyCode::Char('V'));
            press(&mut app, KeyCode::Esc);
        });
    });
    group.finish();
}

/// A desk of 120x40 that shows so many plans of so many Regions as one list.
fn together(count: usize, places: usize) -> Desk {
    let spot = |number: usize| Spot {
        profile: None,
        region: Some(format!("eu-west-{number}")),
    };
    let keymap = Keymap::shipped().expect("the shipped key map");
    let app = App::new(setup(), keymap, 120, 40);
    let desk = Desk::new(app, spot(0), Box::new(|_| Ok(setup())));
    let mut desk = desk
        .together_with((1..places).map(spot))
        .expect("places that can be opened");
    let now = Timestamp::UNIX_EPOCH;
    let mut effects = desk.start();
    while let Some((id, effect)) = effects.pop() {
        let Effect::Ask(ticket, question) = effect else {
            continue;
        };
        let answers = match question {
            Question::Connect => vec![Answer::Connected(Ok(Connected {
                scope: Arc::new(Scope {
                    account: "demo".to_owned(),
                    region: format!("eu-west-{}", id.0),
                    endpoint: String::new(),
                }),
                update_interval: Duration::ZERO,
            }))],
            Question::Plans { .. } => vec![
                Answer::Page(plans(count / places)),
                Answer::PagesEnd(Ok(())),
            ],
            _ => Vec::new(),
        };
        for answer in answers {
            effects.extend(desk.update(Some(id), Message::Answer(ticket, answer), now));
        }
    }
    assert_eq!(desk.plans(), count / places * places);
    desk
}

/// The list of several places: a row down, which goes from place to place, and a letter of
/// the filter, which merges their lists anew.
fn several_places(criterion: &mut Criterion) {
    let look = Look::new(true, true);
    let mut terminal = Terminal::new(TestBackend::new(120, 40)).expect("a terminal");
    let mut group = criterion.benchmark_group("10,000 plans in several places, update and draw");
    let mut press = |desk: &mut Desk, code: KeyCode| {
        black_box(desk.update(None, key(code), Timestamp::UNIX_EPOCH));
        terminal
            .draw(|frame| ui::draw_desk(frame, desk, &look))
            .expect("drawn");
    };
    for places in [3, 20] {
        let mut desk = together(10_000, places);
        let mut down = true;
        group.bench_function(format!("one row, {places} places"), |bencher| {
            bencher.iter(|| {
                let sight = desk.in_sight().unwrap_or_default();
                if sight.at == 0 || sight.at + 1 == sight.count {
                    down = sight.at == 0;
                }
                let code = if down { KeyCode::Down } else { KeyCode::Up };
                press(&mut desk, code);
            });
        });
        press(&mut desk, KeyCode::Char('/'));
        for letter in "gold-cust".chars() {
            press(&mut desk, KeyCode::Char(letter));
        }
        group.bench_function(format!("one filter letter, {places} places"), |bencher| {
            bencher.iter_custom(|rounds| {
                let mut took = Duration::ZERO;
                for _ in 0..rounds {
                    press(&mut desk, KeyCode::Backspace);
                    let start = Instant::now();
                    press(&mut desk, KeyCode::Char('t'));
                    took += start.elapsed();
                }
                took
            });
        });
    }
    group.finish();
}

criterion_group!(
    benches,
    one_key,
    one_filter_key,
    many_stages,
    matrix,
    several_places,
    many_marked
);
criterion_main!(benches);
