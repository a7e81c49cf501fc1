//! The work that a message costs, counted for the tests.

use std::cell::Cell;

/// Counts of what is worked out anew.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::app) struct Work {
    /// The changes that pages were told of.
    pub(in crate::app) changes: Cell<usize>,
    /// The drafts that were held against their plans.
    pub(in crate::app) conflicts: Cell<usize>,
    /// The readings of the history.
    pub(in crate::app) histories: Cell<usize>,
    /// The drafts that were given to the journal.
    pub(in crate::app) drafts: Cell<usize>,
}

mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use crossterm::event::{KeyCode, KeyEvent};
    use jiff::Timestamp;

    use super::Work;
    use crate::app::keys::keymap::{Keymap, Place};
    use crate::app::message::changed::Changed;
    use crate::app::message::{Answer, Connected, Effect, Message, Question, Ticket};
    use crate::app::{App, Setup};
    use crate::config::Reasons;
    use crate::plan::edit::jump::Percent;
    use crate::plan::{PlanId, Scope, Settings, UsagePlan};

    fn tell(app: &mut App, message: Message) -> Vec<Effect> {
        app.update(message, Timestamp::UNIX_EPOCH)
    }

    fn keys(app: &mut App, keys: &str) -> Vec<Effect> {
        let code = |letter| match letter {
            '\n' => KeyCode::Enter,
            '\x1b' => KeyCode::Esc,
            letter => KeyCode::Char(letter),
        };
        let keys = keys.chars().map(|letter| KeyEvent::from(code(letter)));
        keys.flat_map(|key| tell(app, Message::Key(key))).collect()
    }

    fn ticket(effects: &[Effect], question: &Question) -> Ticket {
        let mut asked = effects.iter().filter_map(|effect| match effect {
            Effect::Ask(ticket, asked) if asked == question => Some(*ticket),
            _ => None,
        });
        asked.next().unwrap()
    }

    /// Answers the question for all plans.
    fn answer_plans(app: &mut App, effects: &[Effect]) {
        let asked = ticket(effects, &Question::Plans { of_key: None });
        let plan = |name: &str| UsagePlan {
            id: PlanId(format!("id-{name}")),
            settings: Settings {
                name: name.to_owned(),
                ..Settings::default()
            },
        };
        let page = Answer::Page(vec![plan("gold"), plan("silver"), plan("tin")]);
        for answer in [page, Answer::PagesEnd(Ok(()))] {
            let _ = tell(app, Message::Answer(asked, answer));
        }
    }

    /// A dashboard with three plans, the first of which has a draft and a mark.
    fn started() -> App {
        let setup = Setup {
            profile: String::new(),
            demo: false,
            who: String::new(),
            protected: false,
            read_only: false,
            guard: Percent::GUARD,
            reasons: Reasons::default(),
            silence: std::sync::Arc::default(),
        };
        let mut app = App::new(setup, Keymap::shipped().unwrap(), 120, 40);
        let effects = app.start();
        let connected = Connected {
            scope: Arc::new(Scope {
                account: "ops".to_owned(),
                region: "aa-north-1".to_owned(),
                endpoint: String::new(),
            }),
            update_interval: Duration::ZERO,
        };
        let answer = Answer::Connected(Ok(connected));
        let asked = ticket(&effects, &Question::Connect);
        let effects = tell(&mut app, Message::Answer(asked, answer));
        answer_plans(&mut app, &effects);
        let _ = keys(&mut app, "\x1br150\n90\n ");
        assert_eq!(app.core.drafts_not_queued(), 1);
        app
    }

    /// The keys that lead from the list, where the first plan is selected, to the pages.
    const PAGES: [(&str, Place); 16] = [
        ("", Place::List),
        ("l", Place::Detail),
        ("e", Place::Form),
        ("p", Place::Patch),
        ("lv", Place::Review),
        ("V", Place::BulkReview),
        ("m", Place::Limits),
        ("U", Place::Usage),
        ("A", Place::Keys),
        ("W", Place::Exhaustion),
        ("F", Place::Findings),
        ("H", Place::History),
        ("Q", Place::Queue),
        ("L", Place::Requests),
        ("?", Place::Help),
        ("I", Place::Identity),
    ];

    #[test]
    fn a_key_that_moves_the_cursor_works_out_nothing_anew() {
        for (page, place) in PAGES {
            let mut app = started();
            let _ = keys(&mut app, "k");
            let _ = keys(&mut app, page);
            assert_eq!(app.stack.screen_place(), place);
            app.core.work = Work::default();
            for code in [KeyCode::Down, KeyCode::Down, KeyCode::Up] {
                let _ = tell(&mut app, Message::Key(KeyEvent::from(code)));
            }
            assert_eq!(app.core.work, Work::default(), "on {place:?}");
        }
    }

    #[test]
    fn what_changed_is_worked_out_anew_by_the_pages_that_show_it() {
        let mut app = started();
        let _ = keys(&mut app, "klv");
        app.core.work = Work::default();
        let effects = keys(&mut app, "R");
        answer_plans(&mut app, &effects);
        assert!(app.core.work.conflicts.get() > 0);

        let mut app = started();
        let _ = keys(&mut app, "H");
        app.core.work = Work::default();
        app.core.questions.awaited.clear();
        app.core.tell(Changed::Journal);
        let _ = tell(&mut app, Message::Woken);
        assert_eq!(app.core.work.histories.get(), 1);

        let mut app = started();
        app.core.work = Work::default();
        let _ = keys(&mut app, "kr160\n");
        assert!(app.core.work.drafts.get() > 0);
    }
}
