//! Tests of the desk, without a service: what goes to which place, and what goes along.

use std::sync::Arc;
use std::time::Duration;

use crossterm::event::{KeyCode, KeyModifiers};

use super::*;
use crate::app::keys::keymap::Keymap;
use crate::app::message::{Answer, Caller, Connected, Question, Ticket};
use crate::config::Reasons;
use crate::gateway::connect::places::Profile;
use crate::gateway::{Failure, FailureKind, Identity};
use crate::plan::edit::jump::Percent;
use crate::plan::{PlanId, Scope, Settings, UsagePlan};

fn setup() -> Setup {
    Setup {
        profile: String::new(),
        demo: false,
        who: String::new(),
        protected: false,
        read_only: false,
        guard: Percent::GUARD,
        reasons: Reasons::default(),
        silence: std::sync::Arc::default(),
    }
}

fn spot(region: &str) -> Spot {
    Spot {
        profile: Some("ops".to_owned()),
        region: Some(region.to_owned()),
    }
}

/// A desk with the first of these Regions, or with all of them as one list.
fn desk(regions: &[&str]) -> Desk {
    let app = App::new(setup(), Keymap::shipped().unwrap(), 120, 40);
    let mut spots = regions.iter().map(|region| spot(region));
    let first = spots.next().unwrap();
    Desk::new(app, first, Box::new(|_| Ok(setup())))
        .together_with(spots)
        .unwrap()
}

fn key(desk: &mut Desk, code: KeyCode) -> Vec<(PlaceId, Effect)> {
    let event = KeyEvent::new(code, KeyModifiers::NONE);
    desk.update(None, Message::Key(event), Timestamp::UNIX_EPOCH)
}

fn type_line(desk: &mut Desk, text: &str) -> Vec<(PlaceId, Effect)> {
    for letter in text.chars() {
        let _ = key(desk, KeyCode::Char(letter));
    }
    key(desk, KeyCode::Enter)
}

/// The ticket that a place asked something with.
fn ticket(effects: &[(PlaceId, Effect)], id: u16, question: &Question) -> Ticket {
    let asked = effects.iter().find_map(|(from, effect)| match effect {
        Effect::Ask(ticket, asked) if asked == question && *from == PlaceId(id) => Some(*ticket),
        _ => None,
    });
    asked.unwrap()
}

/// Connects a place; gives what it wants done then.
fn connect(
    desk: &mut Desk,
    started: &[(PlaceId, Effect)],
    id: u16,
    scope: [&str; 2],
) -> Vec<(PlaceId, Effect)> {
    let ticket = ticket(started, id, &Question::Connect);
    let [account, region] = scope.map(str::to_owned);
    let connected = Connected {
        scope: Arc::new(Scope {
            account,
            region,
            endpoint: String::new(),
        }),
        update_interval: Duration::ZERO,
    };
    let answer = Message::Answer(ticket, Answer::Connected(Ok(connected)));
    desk.update(Some(PlaceId(id)), answer, Timestamp::UNIX_EPOCH)
}

fn page(names: &[&str]) -> Answer {
    let plan = |name: &&str| UsagePlan {
        id: PlanId(format!("id-{name}")),
        settings: Settings {
            name: (*name).to_owned(),
            ..Settings::default()
        },
    };
    Answer::Page(names.iter().map(plan).collect())
}

/// A desk with two places and these plans in them.
fn with_plans(first: &[&str], second: &[&str]) -> Desk {
    let mut desk = desk(&["aa-north-1", "bb-south-2"]);
    let started = desk.start();
    for (id, names, region) in [(0, first, "aa-north-1"), (1, second, "bb-south-2")] {
        let effects = connect(&mut desk, &started, id, ["ops", region]);
        let ticket = ticket(&effects, id, &Question::Plans { of_key: None });
        for answer in [page(names), Answer::PagesEnd(Ok(()))] {
            let message = Message::Answer(ticket, answer);
            let _ = desk.update(Some(PlaceId(id)), message, Timestamp::UNIX_EPOCH);
        }
    }
    desk
}

fn rows(desk: &Desk) -> Vec<(u16, String)> {
    let rows = desk.window();
    rows.map(|(_, stand, row)| (stand.id.0, row.plan.settings.name.clone()))
        .collect()
}

#[test]
fn each_place_is_opened_before_it_asks() {
    let mut desk = desk(&["aa-north-1", "bb-south-2"]);
    let started = desk.start();
    for id in [0, 1].map(PlaceId) {
        let of_place = started.iter().filter(|(from, _)| *from == id);
        let first: Vec<&Effect> = of_place.map(|(_, effect)| effect).collect();
        assert!(matches!(first[0], Effect::Open(_)), "{first:?}");
        assert!(matches!(first[1], Effect::Ask(_, Question::Connect)));
    }
}

#[test]
fn rows_are_merged_by_the_sort_and_then_by_the_place() {
    let mut desk = with_plans(&["alpha", "gamma"], &["beta", "gamma"]);
    let named = |id: u16, name: &str| (id, name.to_owned());
    let merged = [
        named(0, "alpha"),
        named(1, "beta"),
        named(0, "gamma"),
        named(1, "gamma"),
    ];
    assert_eq!(rows(&desk), merged);
    // Turned round, the plans of one name stay in the order of their places.
    let _ = key(&mut desk, KeyCode::Char('S'));
    let turned = [
        named(0, "gamma"),
        named(1, "gamma"),
        named(1, "beta"),
        named(0, "alpha"),
    ];
    assert_eq!(rows(&desk), turned);
}

#[test]
fn a_filter_that_hides_all_plans_of_a_place_leaves_the_others() {
    let mut desk = with_plans(&["alpha"], &["beta"]);
    assert_eq!(desk.front_place().id, PlaceId(0));
    let _ = type_line(&mut desk, "/bet");
    assert_eq!(desk.front_place().id, PlaceId(1));
    assert_eq!(rows(&desk), [(1, "beta".to_owned())]);
    // The place is a word of the filter, beside letters of the name.
    let _ = key(&mut desk, KeyCode::Esc);
    let _ = type_line(&mut desk, "/aa-n al");
    assert_eq!(rows(&desk), [(0, "alpha".to_owned())]);
}

#[test]
fn what_is_the_operators_goes_along() {
    let mut desk = desk(&["aa-north-1"]);
    let _ = desk.start();
    let _ = type_line(&mut desk, ":mouse");
    assert!(!desk.front().core.operator.has_mouse);
    let _ = type_line(&mut desk, ":region bb-south-2");
    assert_eq!(desk.front_place().region(), "bb-south-2");
    assert!(!desk.front().core.operator.has_mouse);
    // The lines of the command line too.
    let _ = key(&mut desk, KeyCode::Char(':'));
    let _ = key(&mut desk, KeyCode::Up);
    let _ = key(&mut desk, KeyCode::Up);
    let Some(Prompt::Palette(palette)) = &desk.front().stack.prompt else {
        panic!("no command line");
    };
    assert_eq!(palette.input.text(), "mouse");
}

#[test]
fn a_profile_is_one_place_whether_named_or_taken_for_granted() {
    let app = App::new(setup(), Keymap::shipped().unwrap(), 120, 40);
    let mut desk = Desk::new(app, Spot::default(), Box::new(|_| Ok(setup())));
    let started = desk.start();
    let _ = connect(&mut desk, &started, 0, ["default", "aa-north-1"]);
    let profile = |name: &str, region: &str| Profile {
        name: name.to_owned(),
        region: Some(region.to_owned()),
    };
    // The files are read when they are asked for, and once at a time.
    let effects = key(&mut desk, KeyCode::Char('@'));
    assert!(effects.contains(&(PlaceId(0), Effect::ReadProfiles)));
    let known = vec![
        profile("default", "aa-north-1"),
        profile("ops", "bb-south-2"),
    ];
    let message = Message::Profiles(Ok(known));
    let _ = desk.update(Some(PlaceId(0)), message, Timestamp::UNIX_EPOCH);
    let _ = type_line(&mut desk, "default");
    assert_eq!(desk.places().len(), 1);
    let _ = type_line(&mut desk, "@aa-north-1");
    assert_eq!(desk.places().len(), 1);
    let effects = type_line(&mut desk, "@ops");
    let opened = Spot {
        profile: Some("ops".to_owned()),
        region: None,
    };
    assert!(effects.contains(&(PlaceId(1), Effect::Open(opened))));
    // It turns out to be the Region that was expected: the same place again.
    let _ = connect(&mut desk, &effects, 1, ["ops", "bb-south-2"]);
    let _ = type_line(&mut desk, ":region bb-south-2");
    assert_eq!(desk.places().len(), 2);
}

#[test]
fn two_places_that_turn_out_to_be_one_are_shown_once() {
    let mut desk = desk(&["aa-north-1", "bb-south-2"]);
    let started = desk.start();
    let _ = connect(&mut desk, &started, 0, ["ops", "aa-north-1"]);
    let _ = connect(&mut desk, &started, 1, ["ops", "aa-north-1"]);
    assert_eq!(desk.places()[1].same_as, Some(PlaceId(0)));
}

#[test]
fn a_new_size_is_every_places() {
    let mut desk = desk(&["aa-north-1", "bb-south-2"]);
    let _ = desk.start();
    let _ = desk.update(None, Message::Resize(80, 24), Timestamp::UNIX_EPOCH);
    for stand in desk.places() {
        assert_eq!(
            (stand.app.core.area().width, stand.app.core.area().height),
            (80, 24)
        );
    }
}

#[test]
fn what_was_not_told_yet_is_told_where_the_operator_goes() {
    let mut desk = with_plans(&["alpha"], &["beta"]);
    // Something stands in the status line already.
    let lost = |why: &str| Message::Kept(Err(why.to_owned()));
    for (id, why) in [(0, "here"), (1, "there")] {
        let _ = desk.update(Some(PlaceId(id)), lost(why), Timestamp::UNIX_EPOCH);
    }
    let said = |desk: &Desk| {
        desk.front()
            .core
            .notice
            .as_ref()
            .map(|notice| notice.text.clone())
    };
    assert!(said(&desk).unwrap().ends_with("here"));
    let _ = key(&mut desk, KeyCode::Char('j'));
    assert_eq!(desk.front_place().id, PlaceId(1));
    assert!(said(&desk).unwrap().ends_with("there"));
    // It was told: it is not there again later.
    let _ = key(&mut desk, KeyCode::Char('k'));
    let _ = key(&mut desk, KeyCode::Char('j'));
    assert_eq!(said(&desk), None);
}

#[test]
fn what_is_said_elsewhere_is_told_one_after_the_other() {
    let mut desk = desk(&["aa-north-1", "bb-south-2"]);
    let _ = desk.start();
    let lost = |why: &str| Message::Kept(Err(why.to_owned()));
    for why in ["full", "gone"] {
        let _ = desk.update(Some(PlaceId(1)), lost(why), Timestamp::UNIX_EPOCH);
    }
    let said = |desk: &Desk| {
        desk.front()
            .core
            .notice
            .as_ref()
            .map(|notice| notice.text.clone())
    };
    assert!(
        said(&desk)
            .unwrap()
            .starts_with("bb-south-2: Drafts last only")
    );
    assert!(said(&desk).unwrap().ends_with("full"));
    // It was read by whoever goes on.
    let _ = key(&mut desk, KeyCode::Char('j'));
    assert!(said(&desk).unwrap().ends_with("gone"));
    let _ = key(&mut desk, KeyCode::Char('j'));
    assert_eq!(said(&desk), None);
}

/// Answers whose account a place is that was connected so.
fn identify(desk: &mut Desk, connected: &[(PlaceId, Effect)], id: u16, number: &str) {
    let ticket = ticket(connected, id, &Question::Identity);
    let caller = Caller {
        identity: Ok(Identity::of_account(number)),
        credentials: String::new(),
        guards: None,
        update_interval: Duration::ZERO,
    };
    let answer = Message::Answer(ticket, Answer::Identity(Box::new(caller)));
    let _ = desk.update(Some(PlaceId(id)), answer, Timestamp::UNIX_EPOCH);
}

fn folded(desk: &Desk) -> [Option<u16>; 2] {
    let places = desk.places();
    [0, 1].map(|at| places[at].same_as.map(|id| id.0))
}

/// Two profiles of one account in one Region; what each wanted done once connected.
fn of_one_account() -> (Desk, [Vec<(PlaceId, Effect)>; 2]) {
    let mut desk = desk(&["aa-north-1", "aa-north-1"]);
    let started = desk.start();
    let connected = [(0, "dev"), (1, "ops")]
        .map(|(id, profile)| connect(&mut desk, &started, id, [profile, "aa-north-1"]));
    assert_eq!(folded(&desk), [None, None]);
    for id in [0, 1] {
        identify(&mut desk, &connected[usize::from(id)], id, "123456789012");
    }
    assert_eq!(folded(&desk), [None, Some(0)]);
    (desk, connected)
}

#[test]
fn another_profile_of_the_account_is_shown_where_the_first_cannot_be_read() {
    let (mut desk, connected) = of_one_account();
    let failure = |operation| Failure::new(operation, "", FailureKind::Configuration);
    let read = |desk: &mut Desk, id: u16, end| {
        let plans = Question::Plans { of_key: None };
        let ticket = ticket(&connected[usize::from(id)], id, &plans);
        let message = Message::Answer(ticket, Answer::PagesEnd(end));
        let _ = desk.update(Some(PlaceId(id)), message, Timestamp::UNIX_EPOCH);
    };
    read(&mut desk, 0, Err(failure("GetUsagePlans")));
    assert_eq!(folded(&desk), [Some(1), None]);
    // Where neither can be read, nothing moves any more.
    read(&mut desk, 1, Err(failure("GetUsagePlans")));
    assert_eq!(folded(&desk), [Some(1), None]);
}

#[test]
fn a_place_whose_account_is_another_now_is_shown_by_itself() {
    let (mut desk, _) = of_one_account();
    // The key that tries again asks anew who it is.
    for id in [0, 1] {
        let place = desk.places()[id].id;
        desk.with(place, |app| app.core.connect_anew());
    }
    let anew = desk.update(None, Message::Woken, Timestamp::UNIX_EPOCH);
    let connected = connect(&mut desk, &anew, 0, ["dev", "aa-north-1"]);
    assert_eq!(folded(&desk), [None, Some(0)], "until it is known");
    identify(&mut desk, &connected, 0, "210987654321");
    assert_eq!(folded(&desk), [None, None]);
}

#[test]
fn what_was_told_in_front_is_told_once_also_where_the_front_moves_on() {
    let mut desk = desk(&["aa-north-1", "bb-south-2"]);
    let started = desk.start();
    let lost = Message::Kept(Err("full".to_owned()));
    let _ = desk.update(Some(PlaceId(0)), lost, Timestamp::UNIX_EPOCH);
    // The first place has no plans: the second comes to the front by itself.
    for (id, names, region) in [(0, &[][..], "aa-north-1"), (1, &["beta"], "bb-south-2")] {
        let effects = connect(&mut desk, &started, id, ["ops", region]);
        let ticket = ticket(&effects, id, &Question::Plans { of_key: None });
        for answer in [page(names), Answer::PagesEnd(Ok(()))] {
            let message = Message::Answer(ticket, answer);
            let _ = desk.update(Some(PlaceId(id)), message, Timestamp::UNIX_EPOCH);
        }
    }
    assert_eq!(desk.front_place().id, PlaceId(1));
    let said = |desk: &Desk| {
        let notice = desk.front().core.notice.as_ref();
        notice.map(|notice| notice.text.clone())
    };
    let told = said(&desk).unwrap();
    assert!(told.starts_with("aa-north-1: Drafts last only"), "{told}");
    // Whatever comes from there, it was told.
    let _ = key(&mut desk, KeyCode::Char('j'));
    let _ = desk.update(Some(PlaceId(0)), Message::Woken, Timestamp::UNIX_EPOCH);
    assert_eq!(said(&desk), None);
}
