//! Every list, pane and page that shows nothing says why, and what to do.

use plangate::emulator::{FaultKind, InjectedFault};

use crate::session::Session;

/// What is empty, the keys that lead there on the sample account, and what it says.
const EMPTY: [(&str, &str, &str); 25] = [
    (
        "the list, filtered",
        "/nothing-is-called-so<enter>",
        "None of 39 plans fits \"nothing-is-called-so\". esc shows all.",
    ),
    (
        "the detail",
        "/nothing-is-called-so<enter>",
        "No plan is selected: the list shows none.",
    ),
    (
        "the stages of a plan",
        ":6kc7c6<enter>",
        "none: the plan opens nothing; e attaches one",
    ),
    (
        "the keys of a plan in its detail",
        ":6kc7c6<enter>",
        "none: nobody has access by this plan; A attaches one",
    ),
    (
        "the API keys of a plan",
        ":6kc7c6<enter>A",
        "No API key is in this plan: nobody has access by it. a attaches one.",
    ),
    (
        "the API keys of a plan, filtered",
        ":qm6bea<enter>A/zzz<enter>",
        "Nothing fits the filter; esc shows all.",
    ),
    (
        "the usage of a plan",
        ":6kc7c6<enter>U",
        "The plan has no API keys: nobody uses it. A shows where they are attached.",
    ),
    ("the keys that run out", "W", "Nothing was read yet."),
    (
        "the keys that run out, and how to read them",
        "W",
        "a reads the rest.",
    ),
    (
        "the findings, filtered",
        "F/zzz<enter>",
        "No finding fits; n turns to all plans, / changes the filter.",
    ),
    (
        "the history of the account",
        "H",
        "Nothing was sent to this account with plangate from this machine yet.",
    ),
    (
        "the history of a plan",
        ":qm6bea<enter>H",
        "n shows what was sent to the account.",
    ),
    (
        "the history, filtered",
        "H/zzz<enter>",
        "Nothing that was sent fits \"zzz\". esc shows all.",
    ),
    (
        "the send queue",
        "Q",
        "What is sent from a review waits here for its turn; H shows what was sent.",
    ),
    (
        "the matrix of a plan without stages",
        ":6kc7c6<enter>m",
        "The plan has no stages: there is nothing that it limits. e attaches one.",
    ),
    (
        "the matrix, filtered",
        ":qm6bea<enter>m/zzz<enter>",
        "No method fits what the matrix is narrowed to; n and / widen it.",
    ),
    (
        "the staged operations",
        ":qm6bea<enter>e",
        "What you change stands here as the operations that will be sent.",
    ),
    (
        "the stages in the form",
        ":6kc7c6<enter>e",
        "attach a stage",
    ),
    ("the tags in the form", ":6kc7c6<enter>e", "add a tag"),
    (
        "a picker, filtered",
        "szzz",
        "nothing fits what is typed: shorten the search to see more",
    ),
    (
        "the command line",
        ":zzzzz",
        "No command and no plan fits: shorten the search to see more",
    ),
    (
        "the review of nothing",
        "v",
        "nothing is staged on this plan yet: e edits it, r, b and t change a number",
    ),
    (
        "the review of no drafts",
        "V",
        "there is no draft yet: e edits a plan, T tweaks marked ones",
    ),
    (
        "the review of marked plans without drafts",
        "<space>V",
        "none of the marked plans has a draft yet: T tweaks them",
    ),
    ("what was copied", "Y", "nothing was copied yet"),
];

#[tokio::test]
async fn what_is_empty_says_why_and_what_to_do() {
    for (what, keys, said) in EMPTY {
        // Panes stand below each other there, so that what one says stays together.
        let mut session = Session::start(100, 60).await;
        session.keys(keys).await;
        let shown = words(&session.screen());
        assert!(
            shown.contains(&words(said)),
            "{what} does not say {said:?}:\n{}",
            session.screen()
        );
    }
}

/// The words of a screen in a row, whatever stands between them.
fn words(screen: &str) -> String {
    let is_frame = |c: char| matches!(c, '\u{2500}'..='\u{257f}');
    let text = screen.replace(is_frame, " ");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn an_account_without_plans_says_so_everywhere() {
    for (keys, said) in [
        (
            "",
            "This account has no usage plans in this Region. n starts one.",
        ),
        (
            "W",
            "No plan has a quota: nothing runs out. The form of a plan gives it one.",
        ),
        ("F", "Nothing was found in what was read."),
        ("m", "no plan is selected: the list shows none"),
        ("U", "no plan is selected: the list shows none"),
        ("A", "no plan is selected: the list shows none"),
        ("K", "of every key"),
    ] {
        let mut session = Session::without_plans(120, 40).await;
        session.keys(keys).await;
        let shown = words(&session.screen());
        assert!(
            shown.contains(&words(said)),
            "{keys:?}: {said:?}:\n{}",
            session.screen()
        );
    }
}

#[tokio::test]
async fn a_list_that_is_not_here_says_why_and_what_reads_it() {
    // While it is being read.
    let mut session = Session::unanswered(120, 40).await;
    session.shows("Reading the plans.");
    // It could not be read.
    let denied = || InjectedFault::next("GetUsagePlans", FaultKind::AccessDenied);
    session.server.faults().schedule(denied());
    session.resolve().await;
    session.shows("GetUsagePlans: not allowed: apigateway:GET");
    session.shows("R tries again.");
    // A key that is in no plan.
    session.keys("R").await;
    session.shows("Plans 39 of 39");
    let asked = InjectedFault::next("GetUsage", FaultKind::AccessDenied);
    session.server.faults().schedule(asked);
    session.find("qm6bea").await;
    session.keys("U").await;
    session.shows("Not permitted: ");
    session.shows("Ask for ");
}

#[tokio::test]
async fn the_log_of_requests_is_empty_before_the_first() {
    let mut session = Session::unanswered(120, 40).await;
    session.press("L");
    session.shows("No request was made yet: the first goes out as soon as it is known where to.");
}
