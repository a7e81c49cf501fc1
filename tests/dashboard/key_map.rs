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
            "API:STAGE: alt-a adds a method throttle, alt-d detaches it.",
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
    session.shows("alt-r rate  alt-m limits  alt-T tweak");
    session.keys("?").await;
    session.shows("alt-v");
    session.hides("  v  ");
}

/// The last line: what can be pressed.
fn foot(session: &mut Session) -> String {
    let screen = session.screen();
    screen.lines().last().unwrap().trim_end().to_owned()
}

#[tokio::test]
async fn the_foot_shows_what_is_most_used_first_and_always_the_way_to_all_keys() {
    let all = [
        "m limits",
        "T tweak",
        "U usage",
        "H history",
        "F findings",
        ": go to",
        "? all keys",
    ];
    for columns in [80, 100, 120, 200] {
        let mut session = Session::start(columns, 24).await;
        session.find("qm6bea").await;
        session.keys("<esc>").await;
        let foot = foot(&mut session);
        for hint in all {
            assert!(foot.contains(hint), "{hint:?} in {columns}: {foot}");
        }
        assert!(foot.starts_with("r rate  m limits  T tweak"), "{foot}");
        assert!(foot.ends_with("? all keys"), "{foot}");
    }
    // A newcomer sees the same beside the first steps, which say themselves how they close.
    let mut session = Session::start(80, 24).await;
    session.app.core.operator.greets = true;
    let greeted = foot(&mut session);
    assert!(all.iter().all(|hint| greeted.contains(hint)), "{greeted}");
    for key in [
        "m shows",
        "T changes many",
        "U the usage",
        "H what was sent",
    ] {
        session.shows(key);
    }
    // However narrow it is, the ends stay: they lead to the rest.
    let mut session = Session::start(60, 15).await;
    session.keys("/gold<enter>").await;
    let narrow = foot(&mut session);
    assert!(narrow.starts_with("r rate"), "{narrow}");
    assert!(
        narrow.ends_with(": go to  esc back  ? all keys"),
        "{narrow}"
    );
}

#[tokio::test]
async fn the_foot_shows_only_what_does_something_now_and_what_presses_first() {
    let mut session = Session::start(120, 40).await;
    session.find("qm6bea").await;
    session.keys("<esc>").await;
    let calm = foot(&mut session);
    assert!(!calm.contains('(') && !calm.contains("review"), "{calm}");
    // A draft wants its review, marks what is done with all of them.
    session.keys("r150<enter>").await;
    let drafted = foot(&mut session);
    assert!(drafted.starts_with("v review  r rate"), "{drafted}");
    session.keys("<space>").await;
    let marked = foot(&mut session);
    assert!(marked.starts_with("T tweak  V review all"), "{marked}");
    // On a plan without a draft there is nothing to review.
    session.keys("-j").await;
    let other = foot(&mut session);
    assert!(other.starts_with("r rate"), "{other}");
    // A page has its own, and the way out; what does nothing there is not shown.
    session.keys("H").await;
    let history = foot(&mut session);
    assert!(history.ends_with("esc back  ? all keys"), "{history}");
    assert!(!history.contains("undo"), "{history}");
}

#[tokio::test]
async fn the_command_line_does_anything_by_its_name() {
    let mut session = Session::start(120, 40).await;
    session.find("w0mvrr").await;
    session.keys(":").await;
    session.shows("opens the selected line");
    // What does nothing now is there, with its reason.
    session.keys("redo").await;
    session.shows("(no change was undone)");
    session.keys("<enter>").await;
    session.shows("! no change was undone");
    session.keys(":rate<enter>150<enter>").await;
    session.shows("Staged: rate limit from 100 to 150");
    // The likeliest is taken: nobody has to type all of it.
    session.keys(":undo<enter>").await;
    session.hides("not sent");
    session.keys(":frobnicate<enter>").await;
    session.shows("No command and no plan is called \"frobnicate\". ? shows what there is.");
}

/// The names of what the command line offers, the likeliest first.
fn offered(session: &Session) -> Vec<String> {
    let Some(plangate::app::Prompt::Palette(palette)) = &session.app.stack.prompt else {
        panic!("the command line is open");
    };
    palette
        .suggestions
        .iter()
        .map(|one| one.name.clone())
        .collect()
}

#[tokio::test]
async fn the_command_line_finds_commands_by_other_words_for_them() {
    let mut session = Session::start(120, 40).await;
    session.find("qm6bea").await;
    for (typed, wanted) in [
        ("throttle", &["rate", "burst", "limits", "tweak-plans"][..]),
        ("429", &["limits", "usage", "quota", "seen"]),
        ("theme", &["help"]),
        ("apikey", &["keys", "by-key", "usage"]),
        ("API key", &["keys", "by-key"]),
        ("stage", &["limits", "edit", "tweak-plans", "add"]),
        ("quota", &["quota", "usage", "exhaustion"]),
        ("undo", &["undo", "history"]),
        ("rollback", &["undo", "history", "undo-send"]),
        ("export", &["copy", "plain-text"]),
        ("terraform", &["copy"]),
        ("whoami", &["who"]),
        // Letters in order, and a word of the description.
        ("fndngs", &["findings"]),
        ("permissions", &[]),
        ("spike", &["load"]),
    ] {
        session.keys(&format!(":{typed}")).await;
        let offered = offered(&session);
        for name in wanted {
            let has = offered.iter().any(|one| one == name);
            assert!(has, "{name} for {typed:?}: {offered:?}");
        }
        session.keys("<esc>").await;
    }
    // Its name says more than another word for it, that more than its description; what
    // does nothing now stands below all that does something, with why.
    session.keys(":undo").await;
    let names = offered(&session);
    let at = |name: &str| names.iter().position(|one| one == name).unwrap();
    assert_eq!(at("undo"), 0, "{names:?}");
    assert!(at("history") < at("undo-send"), "{names:?}");
    session.shows("(it belongs to: History)");
}

#[tokio::test]
async fn the_key_stands_beside_each_command_also_where_it_is_another_page_s() {
    let mut session = Session::start(120, 40).await;
    session.keys(":limits").await;
    session.shows("limits       m ");
    session.keys("<esc>:extend").await;
    session.shows("x in usage");
    // Of an own key map as well.
    let mut session = remapped(120, 40).await;
    session.keys(":limits").await;
    session.shows("alt-m");
}

#[tokio::test]
async fn what_was_used_last_on_the_command_line_comes_first() {
    let mut session = Session::start(120, 40).await;
    session.find("qm6bea").await;
    session.keys(":").await;
    let before = offered(&session);
    session
        .keys("<esc>:findings<enter><esc>:bottom<enter>:")
        .await;
    let names = offered(&session);
    assert_eq!(names[..2], ["bottom", "findings"], "{names:?}");
    assert_eq!(names.len(), before.len());
    // Among what fits alike, too: all of these begin with the letters.
    session.keys("<esc>:page-up<enter>:page").await;
    assert_eq!(offered(&session)[..2], ["page-up", "page-down"]);
    // What did nothing was not used.
    session.keys("<esc>:redo<enter>:").await;
    assert_eq!(offered(&session)[0], "page-up");
}

#[tokio::test]
async fn a_change_is_typed_on_the_command_line_and_seen_before_it_is_staged() {
    let mut session = Session::start(120, 40).await;
    session.find("w0mvrr").await;
    session.keys(":rate +20%").await;
    session.shows("changes basic-monthly w0mvrr: you see it before it is staged");
    session.keys("<enter>").await;
    // The same preview as of the line that changes many, and nothing staged yet.
    session.shows("tweak: rate +20%");
    session.shows("1 plan changes");
    session.hides("not sent");
    session.keys("<enter>").await;
    session.shows("Staged on 1 plan.");
    session.shows("1 draft not sent");
    // On the marked plans, where some are.
    session.keys("u<esc>").await;
    session.find("qm6bea").await;
    session.keys("<space>").await;
    session.find("w0mvrr").await;
    session.keys("<space>:rate x2").await;
    session.shows("changes 2 marked plans");
    session.keys("<enter>").await;
    session.shows("2 plans change");
    session.keys("<enter>").await;
    session.shows("Staged on 2 plans.");
    assert!(session.sent("UpdateUsagePlan").await.is_empty());
}

#[tokio::test]
async fn a_change_on_the_command_line_is_for_the_plan_of_the_page_in_front() {
    let mut session = Session::start(120, 40).await;
    session.find("w0mvrr").await;
    session.keys("m:burst 777").await;
    session.shows("changes basic-monthly w0mvrr");
    session.keys("<enter><enter>").await;
    session.shows("Staged on 1 plan.");
    let selected = session.app.core.plans.selected().unwrap();
    assert_eq!(selected.plan.id.0, "w0mvrr");
    // What is not whole yet goes on in the line that knows how.
    session.keys(":quota +").await;
    session.shows("changes basic-monthly w0mvrr; it ");
    session.keys("<enter>").await;
    session.shows("tweak: quota +");
    session.keys("20%").await;
    session.shows("1 plan changes");
    // A new plan is in no list: its form takes it.
    session.keys("<esc>n").await;
    session.keys(":rate 5").await;
    session.shows("(this plan is new: its limits are typed in the form)");
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
        ("help", "Help: all keys"),
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
    session.shows("20 r rate");
    session.keys("G").await;
    session.hides("20 r rate");
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
    session.hides("7 r rate");
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
