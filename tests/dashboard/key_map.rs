//! Keys that the operator changed, the command line, counts, and that every sentence
//! names the key that holds.

use std::fmt::Write as _;

use plangate::app::keys::command::Command;
use plangate::app::keys::keymap::{Keymap, Place};
use plangate::emulator::FaultKind;
use plangate::plan::{Op, PatchOperation};

use crate::session::Session;

/// A key map in which every letter of the shipped one takes alt with it.
fn with_alt() -> Keymap {
    let shipped = Keymap::shipped().unwrap();
    let mut text = String::new();
    for place in Place::ALL {
        let _ = writeln!(text, "[{}]", place.name());
        for binding in shipped.bindings(place) {
            let keys = binding.keys.iter().map(|key| {
                let name = key.to_string();
                let is_letter = name.chars().count() == 1 && name.chars().all(char::is_alphabetic);
                let alt = if is_letter { "alt-" } else { "" };
                format!("{:?}", format!("{alt}{name}"))
            });
            let keys: Vec<String> = keys.collect();
            let _ = writeln!(text, "{} = [{}]", binding.command.name(), keys.join(", "));
        }
    }
    Keymap::of(Some(("keymap.toml", &text))).unwrap()
}

/// The dashboard with that key map.
async fn remapped(columns: u16, rows: u16) -> Session {
    let mut session = Session::unanswered(columns, rows).await;
    session.app.core.keymap = with_alt();
    session.resolve().await;
    session
}

#[tokio::test]
async fn the_keys_of_the_operator_hold_and_the_shipped_ones_do_not() {
    let mut session = remapped(120, 40).await;
    session.find("w0mvrr").await;
    session.keys("e").await;
    session.hides("Staged: nothing");
    session.keys("<alt-e>").await;
    session.shows("Staged: nothing");
    // In a field, letters are text as ever.
    session.keys("<enter>eq<esc><esc>").await;
    session.shows("1 draft not sent");
}

#[tokio::test]
async fn sentences_name_the_key_that_holds() {
    let mut session = remapped(120, 60).await;
    session.find("qm6bea").await;
    for (keys, sentence) in [
        (
            "<alt-v>",
            "alt-e edits it, alt-r, alt-b and alt-t change a number",
        ),
        ("<alt-r>150<enter>", "alt-v reviews it."),
        ("<alt-p><enter><esc>", "alt-p opens it again."),
        ("<alt-e>G", "Staged"),
        ("<alt-G>", "enter adds a tag"),
        ("<up><up><up><up>", "enter attaches an API stage"),
        (
            "<up>",
            "NAME: alt-a adds a method throttle, alt-d detaches it.",
        ),
        (
            "<enter>",
            "alt-a adds a method throttle to this stage, alt-d detaches it",
        ),
        ("<esc><alt-n><enter>x<esc><esc>", "new (alt-n)"),
        ("/nothing-is-called-so", "esc shows all."),
        ("<esc><alt-X>", "alt-y yes  alt-n no"),
        ("<esc><alt-m>", "alt-R reads again."),
        ("/zzz<enter>", "alt-n and / widen it."),
    ] {
        session.keys(keys).await;
        session.shows(sentence);
    }
}

#[tokio::test]
async fn sentences_about_sending_name_the_key_that_holds() {
    let mut session = remapped(120, 40).await;
    session.find("w0mvrr").await;
    session.keys("<alt-r>150<enter>").await;
    let theirs = PatchOperation::new(Op::Replace, "/throttle/rateLimit", "77");
    session.somebody_else("w0mvrr", vec![theirs]).await;
    session.keys("<alt-v><ctrl-s>").await;
    session.shows("alt-t theirs, alt-m mine, alt-b base.");
    session.keys("<ctrl-s>").await;
    session.shows("resolve the conflicts first: alt-t theirs");
}

#[tokio::test]
async fn a_failure_names_the_key_that_tries_again() {
    let mut session = Session::unanswered(120, 40).await;
    session.app.core.keymap = with_alt();
    session.next("GetUsagePlans", FaultKind::AccessDenied);
    session.resolve().await;
    session.shows("alt-R tries again.");
}

#[tokio::test]
async fn the_help_page_and_the_hints_name_the_keys_that_hold() {
    let mut session = remapped(120, 40).await;
    session.shows("alt-e edit");
    session.keys("?").await;
    session.shows("alt-v");
    session.hides("  v  ");
}

#[tokio::test]
async fn the_command_line_does_anything_by_its_name() {
    let mut session = Session::start(120, 40).await;
    session.find("w0mvrr").await;
    session.keys(":").await;
    session.shows("goes to the detail of the selected plan");
    // What does nothing now is there, with its reason.
    session.keys("undo").await;
    session.shows("(there is no change to undo)");
    session.keys("<enter>").await;
    session.shows("! there is no change to undo");
    session.keys(":rate<enter>150<enter>").await;
    session.shows("Staged: rate limit from 100 to 150");
    // The likeliest is taken: nobody has to type all of it.
    session.keys(":undo<enter>").await;
    session.hides("not sent");
    session.keys(":frobnicate<enter>").await;
    session.shows("No command and no plan is called \"frobnicate\". ? shows what there is.");
}

#[tokio::test]
async fn the_command_line_goes_to_a_plan_by_name_and_by_id() {
    let mut session = Session::start(120, 40).await;
    let selected = |session: &Session| session.app.core.plans.selected().unwrap().plan.id.0.clone();
    session.keys(":orders-gold").await;
    session.shows("goes to the plan");
    session.keys("<enter>").await;
    assert_eq!(selected(&session), "qm6bea");
    session.shows("Plan qm6bea");
    // From any screen, and past a filter that hides it.
    session.keys("m").await;
    session.shows("methods");
    session.keys(":w0mvrr<enter>").await;
    assert_eq!(selected(&session), "w0mvrr");
    session.hides("10 of 10 methods");
    session.keys("<esc>/orders<enter>:w0mvrr<enter>").await;
    assert_eq!(selected(&session), "w0mvrr");
}

#[tokio::test]
async fn the_command_line_goes_to_every_screen_from_every_screen() {
    let mut session = Session::start(120, 40).await;
    session.find("qm6bea").await;
    for (line, title) in [
        ("limits", "10 of 10 methods"),
        ("usage", "Usage of orders-gold"),
        ("findings", "Findings"),
        ("exhaustion", "run out"),
        ("at-risk", "run out"),
        ("edit", "Staged: nothing"),
        ("requests", "Requests, times in UTC"),
        ("queue", "Send queue"),
        ("help", "Help: the keys"),
        ("plans", "Plans 1 of 39"),
    ] {
        session.keys(&format!(":{line}<enter>")).await;
        session.shows(title);
    }
    // What belongs to another place alone says to which.
    session.keys(":extend").await;
    session.shows("(it belongs to: Usage of API keys, Review of an extension)");
}

#[tokio::test]
async fn a_draft_is_kept_where_the_command_line_leaves_its_form() {
    let mut session = Session::start(120, 40).await;
    session.find("w0mvrr").await;
    session.keys("e<enter>X<esc>:limits<enter>").await;
    session.shows("1 draft not sent");
    // Where nothing could be done there, nothing is left here.
    let mut session = Session::start(120, 40).await;
    session.find("w0mvrr").await;
    session.keys("U:review<enter>").await;
    session.shows("! nothing is staged on this plan yet: e edits it");
    session.shows("Usage of basic-monthly");
}

#[tokio::test]
async fn sending_must_be_named_in_full_and_works_only_in_the_review() {
    let mut session = Session::start(120, 40).await;
    session.find("w0mvrr").await;
    session.keys("r150<enter>:send<enter>").await;
    session.shows("it belongs to: Review");
    session.keys("v:sen<enter>").await;
    session.shows("Nothing was done: type send in full.");
    assert!(session.sent("UpdateUsagePlan").await.is_empty());
    session.keys(":sen<tab><enter>").await;
    session.keys("y").await;
    assert_eq!(session.sent("UpdateUsagePlan").await.len(), 1);
}

#[tokio::test]
async fn the_command_line_completes_and_brings_earlier_lines_back() {
    let mut session = Session::start(120, 40).await;
    session.keys(":find<tab>").await;
    session.shows(":findings");
    session.keys("<esc>").await;
    session.shows("Plans 39 of 39");
    session.hides(":findings");
    // Tab again takes the next that fits, back-tab the one before.
    session.keys(":que<tab>").await;
    assert_eq!(last_lines(&mut session), ":queue");
    session.keys("<esc>:page<tab>").await;
    let first = last_lines(&mut session);
    session.keys("<tab>").await;
    assert_ne!(last_lines(&mut session), first);
    session.keys("<back-tab>").await;
    assert_eq!(last_lines(&mut session), first);
    session.keys("<esc>:top<enter>:bottom<enter>:<up>").await;
    session.shows(":bottom");
    session.keys("<up>").await;
    session.shows(":top");
    session.keys("<down><enter>").await;
    assert_eq!(session.app.core.plans.position().1, 38);
    // Quitting is a line too.
    session.keys(":q<enter>").await;
    assert!(session.quit);
}

/// What is being typed.
fn last_lines(session: &mut Session) -> String {
    let screen = session.screen();
    let line = screen.lines().find(|line| line.starts_with(':'));
    line.unwrap().to_owned()
}

#[tokio::test]
async fn a_number_repeats_a_movement() {
    let mut session = Session::start(120, 40).await;
    let at = |session: &Session| session.app.core.plans.position().1;
    session.keys("12j").await;
    assert_eq!(at(&session), 12);
    session.keys("3k").await;
    assert_eq!(at(&session), 9);
    session.keys("20").await;
    session.shows("20 ? help");
    session.keys("G").await;
    session.hides("20 ? help");
    assert_eq!(at(&session), 19);
    session.keys("5g").await;
    assert_eq!(at(&session), 4);
    session.keys("gg").await;
    assert_eq!(at(&session), 0);
    session.keys("99999999999999999999j").await;
    assert_eq!(at(&session), 38);
    // Back is without the number, and nothing else.
    session.keys("/o<enter>7<esc>").await;
    assert_eq!(session.app.core.plans.filter(), "o");
    session.hides("7 ? help");
    session.keys("gj").await;
    assert_eq!(at(&session), 1);
    // What is no movement does not take it.
    session.keys("3s").await;
    session.shows("Sort by");
    session.keys("<esc>gj").await;
    assert_eq!(at(&session), 1);
}

#[tokio::test]
async fn a_number_is_text_where_text_is_typed() {
    let mut session = Session::start(120, 40).await;
    session.find("w0mvrr").await;
    session.keys("r12<enter>").await;
    session.shows("from 100 to 12");
    session.keys("2<page-down>").await;
    assert_eq!(session.app.core.operator.count, None);
}

#[tokio::test]
async fn a_pasted_line_is_typed_and_not_done() {
    let mut session = Session::start(120, 40).await;
    session.keys(":").await;
    session.tell(plangate::app::message::Message::Paste("quit\n".to_owned()));
    session.resolve().await;
    assert!(!session.quit);
    session.keys("<enter>").await;
    assert!(session.quit);
}

#[tokio::test]
async fn every_command_by_its_name_does_something_or_says_why_and_nothing_is_sent() {
    for screen in ["", "e", "m", "U"] {
        let mut session = Session::start(120, 40).await;
        session.find("qm6bea").await;
        session.keys("r150<enter>").await;
        for command in Command::ALL {
            // Each begins on this screen, with the draft as it was.
            session.app.stack.prompt = None;
            session.keys(&format!(":plans<enter>{screen}")).await;
            let before = session.screen();
            session.keys(&format!(":{}<enter>", command.name())).await;
            // What changes nothing that is seen leaves the program, or does so here.
            let is_quiet = matches!(
                command,
                Command::Quit
                    | Command::Suspend
                    | Command::Redraw
                    | Command::Refresh
                    | Command::Back
                    | Command::Plans
                    | Command::Complete
            );
            let is_here = matches!(
                (screen, command),
                ("e", Command::Edit) | ("m", Command::Limits) | ("U", Command::Usage)
            );
            let moves = command.is_movement() || matches!(command, Command::More | Command::Less);
            assert!(
                is_quiet
                    || is_here
                    || moves
                    || session.screen() != before
                    || session.app.stack.prompt.is_some()
                    // Where to be is left to the desk.
                    || !std::mem::take(&mut session.wishes).is_empty(),
                "{} on {screen:?} does nothing and says nothing:\n{before}",
                command.name()
            );
        }
        for operation in ["UpdateUsagePlan", "CreateUsagePlan", "UpdateUsage"] {
            assert!(session.sent(operation).await.is_empty(), "{operation}");
        }
    }
}
