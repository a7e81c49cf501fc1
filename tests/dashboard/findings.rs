//! The findings: the page, the marks in the list, and what is read for them.

use insta::assert_snapshot;
use plangate::app::Screen;
use plangate::emulator::FaultKind;
use plangate::plan::lint::{Level, LintRule};
use plangate::ui::look::Look;

use crate::session::Session;

/// The page over all plans, with everything read.
async fn page(columns: u16, rows: u16) -> Session {
    let mut session = Session::start(columns, rows).await;
    session.keys("FR").await;
    session
}

/// How many times a page of the plans was asked for.
async fn lists_read(session: &Session) -> usize {
    let requests = session.server.requests().await.into_iter();
    requests
        .filter(|one| one.operation == "GetUsagePlans")
        .count()
}

#[tokio::test]
async fn shows_the_worst_first_and_the_selected_one_in_full() {
    for (columns, rows) in crate::session::SIZES {
        let mut session = Session::start(columns, rows).await;
        session.keys("F").await;
        assert_snapshot!(
            format!("findings unread {columns}x{rows}"),
            session.screen()
        );
        session.keys("R").await;
        assert_snapshot!(format!("findings {columns}x{rows}"), session.screen());
        let screen = session.screen();
        let at = |text: &str| screen.find(text).unwrap();
        let warning = screen.find("! warning").unwrap_or(usize::MAX);
        assert!(at("x error") < warning, "{screen}");
        // In few lines the errors have all of them.
        assert_eq!(warning < usize::MAX, rows > 24, "{screen}");
    }
}

#[tokio::test]
async fn says_the_same_in_ascii_and_without_colour() {
    let mut session = page(120, 40).await;
    session.look = Look::new(false, false);
    // The sample account has names that are not ASCII themselves.
    session.keys("/quota orders<enter>").await;
    let screen = session.screen();
    assert!(screen.is_ascii(), "{screen}");
    assert_snapshot!("findings ascii 120x40", screen);
}

#[tokio::test]
async fn what_was_not_read_is_said_and_read_on_request() {
    let mut session = Session::start(120, 40).await;
    session.keys("F").await;
    session.shows("Not checked yet (R checks): stages of");
    session.hides("dangling-stage");
    session.keys("R").await;
    session.shows("Everything that findings need was read.");
    session.shows("x error   dangling-stage");
    // The plans are read again, for one may be gone; nothing else is asked twice.
    let before = session.server.requests().await.len();
    let lists = lists_read(&session).await;
    session.keys("R<esc>FR").await;
    let again = lists_read(&session).await - lists;
    assert!(again >= 2, "{again}");
    assert_eq!(session.server.requests().await.len(), before + again);
    session.shows("is here or on its way");
}

#[tokio::test]
async fn the_rest_is_read_a_few_questions_at_a_time_while_the_page_is_open() {
    let mut session = Session::start(120, 40).await;
    let before = session.server.requests().await.len();
    session.press("FR");
    session.shows("API calls left");
    session.press("<esc>");
    session.resolve().await;
    let asked = session.server.requests().await.len() - before;
    assert!((1..=8).contains(&asked), "{asked} questions were asked");
}

#[tokio::test]
async fn what_may_not_be_read_gives_no_finding() {
    let mut session = Session::start(120, 40).await;
    session.next("GetApiKeys", FaultKind::AccessDenied);
    session.keys("FR").await;
    session.shows("Not checked yet (R checks): the account's API keys (not permitted).");
    session.keys("R").await;
    session.shows("Everything that findings need was read.");
}

#[tokio::test]
async fn what_failed_is_not_checked_and_says_so() {
    let mut session = Session::start(120, 40).await;
    for _ in 0..4 {
        session.next("GetApiKeys", FaultKind::InternalError);
    }
    session.keys("FR").await;
    session.shows("Not checked yet (R checks): the account's API keys (failed).");
    session.keys("R").await;
    session.shows("Everything that findings need was read.");
}

/// The line of the screen that is selected.
fn selected_line(session: &mut Session) -> String {
    let screen = session.screen();
    let line = screen.lines().find(|line| line.contains('▸'));
    line.unwrap_or_default().to_owned()
}

#[tokio::test]
async fn enter_goes_to_the_field_of_a_finding_and_esc_back_to_it() {
    let mut session = Session::start(120, 40).await;
    // The list hides the plan, and selects another one.
    session.keys("/gold<enter>FR").await;
    for (filter, page, line) in [
        ("dangling reports", "Edit reports-archive", "Stage_Z"),
        ("quota-too-soon dyiwli", "dyiwli", "limit"),
        (
            "zero-blocks xapbeb rate",
            "Edit blocked-customer xapbeb",
            "rate",
        ),
        (
            "no stage is attached 48hiwm",
            "Edit no-stages-yet",
            "attach a stage",
        ),
        ("no-keys 48hiwm", "no-stages-yet", ""),
        ("managed 0699if", "0699if", "ManagedBy"),
        (
            "unmetered-method dvl3zf",
            "Limits of one key",
            "every other method",
        ),
    ] {
        session.keys(&format!("/{filter}<enter>")).await;
        session.shows("Findings 1 of");
        let before = session.screen();
        session.keys("<enter>").await;
        session.shows(page);
        let selected = selected_line(&mut session);
        assert!(selected.contains(line), "{filter}: {selected}");
        session.keys("<esc>").await;
        let at = |screen: &str| {
            screen
                .lines()
                .skip(1)
                .take(30)
                .collect::<Vec<_>>()
                .join("\n")
        };
        assert_eq!(at(&session.screen()), at(&before));
        assert!(session.app.core.drafts.changed().next().is_none());
    }
}

#[tokio::test]
async fn the_findings_stand_where_they_were_left() {
    let mut session = page(120, 40).await;
    session.keys("jjjj").await;
    let before = selected_line(&mut session);
    session.keys("<enter>").await;
    assert!(!session.screen().contains("Findings"));
    session.keys("<esc>").await;
    assert_eq!(selected_line(&mut session), before);
}

#[tokio::test]
async fn the_page_is_narrowed_to_a_plan_and_widened_again() {
    let mut session = page(120, 40).await;
    session.keys("n").await;
    session.shows("Findings 3 of 73");
    session.shows("of plan xapbeb");
    session.shows("zero-blocks");
    session.hides("within-account");
    session.keys("n").await;
    session.hides("of plan");
    session.shows("within-account");
    session.keys("<esc>").await;
    session.find("6kc7c6").await;
    session.keys("<enter>F").await;
    session.shows("of plan 6kc7c6");
    session.shows("Findings 3 of");
}

#[tokio::test]
async fn a_rule_that_is_only_inferred_says_so() {
    let mut session = page(120, 40).await;
    session.keys("/zero-blocks xapbeb<enter>").await;
    session.shows("Source: inferred: from how zero limits are used");
}

#[tokio::test]
async fn a_finding_about_the_account_or_several_plans_says_so() {
    let mut session = page(120, 40).await;
    session.keys("/near-duplicate<enter>").await;
    session.shows("and 2 more");
    session.shows("Plans: ");
    session.shows("3 plans have the same stages and the same limits");
}

#[tokio::test]
async fn the_selected_finding_stays_selected_as_more_is_found() {
    let mut session = Session::start(120, 40).await;
    session.keys("Fjj").await;
    let selected = |session: &Session| match session.app.stack.screen() {
        Some(Screen::Findings(page)) => page.selected().unwrap().found.clone(),
        other => panic!("{other:?}"),
    };
    let before = selected(&session);
    session.keys("R").await;
    assert_eq!(selected(&session), before);
}

#[tokio::test]
async fn a_filter_is_undone_before_the_page_is_left() {
    let mut session = page(80, 24).await;
    session.keys("/nothing-is-called-so<enter>").await;
    session.shows("No finding fits");
    session.keys("<enter>").await;
    session.shows("no finding is selected");
    session.keys("<esc>").await;
    session.shows("x error");
    session.keys("<esc>").await;
    session.shows("Plans 39 of 39");
}

#[tokio::test]
async fn the_list_and_the_detail_carry_what_is_found() {
    let mut session = Session::start(120, 40).await;
    session.find("dyiwli").await;
    let row = |session: &Session| session.app.core.plans.selected().unwrap().signs;
    // Its quota would be used up soon at full rate: that is a note, and no sign.
    assert_eq!(row(&session).worst(), None);
    session.shows("(quota-too-soon)");
    session.hides("dangling-stage");
    session.keys("m").await;
    session.keys("<esc>").await;
    assert_eq!(row(&session).errors, 1, "the matrix read the stages");
    session.shows("▸  x ");
    session.keys("<enter>").await;
    session.shows("x the stage z0y9x8w7v6:prod does not");
    session.shows("(dangling-stage)");
    // A note alone is no mark.
    session.keys("<esc>").await;
    session.find("0699if").await;
    assert_eq!(row(&session).worst(), None);
    session.shows("Findings (1)");
    session.shows("- Terraform (inferred from");
}

#[tokio::test]
async fn a_change_that_was_sent_is_looked_over_anew() {
    let mut session = Session::start(120, 40).await;
    session.find("nrb9eb").await;
    session.shows("burst-covers-rate");
    session.keys("b100<enter>v<ctrl-s>y").await;
    session.shows("Sent");
    session.keys("<esc>").await;
    session.hides("burst-covers-rate");
    session.keys("F").await;
    session.keys("/nrb9eb burst<enter>").await;
    session.shows("No finding fits");
}

#[tokio::test]
async fn errors_and_warnings_have_signs_of_their_own_and_notes_have_none() {
    let mut session = Session::start(120, 40).await;
    session.look = Look::new(false, false);
    // Blocked; a burst below its rate; a quota that full rate would use up in minutes.
    for (plan, sign) in [
        ("xapbeb", ">  x "),
        ("nrb9eb", ">  ! "),
        ("tf11o0", ">    "),
    ] {
        session.find(plan).await;
        session.shows(sign);
        session.keys("<esc>").await;
    }
}

#[tokio::test]
async fn few_of_many_made_up_plans_have_a_sign() {
    let mut session = Session::made_up(120, 40, 300).await;
    let signed = |session: &Session| {
        let rows = session.app.core.plans.rows_shown();
        rows.filter(|row| row.signs.worst().is_some()).count()
    };
    let count = signed(&session);
    assert!((1..45).contains(&count), "{count} of 300");
    session.keys("FR").await;
    session.shows("Everything that findings need was read.");
    let count = signed(&session);
    assert!((1..45).contains(&count), "{count} of 300 once all is read");
    let rows = session.app.core.plans.rows_shown();
    let errors = rows.filter(|row| row.signs.worst() == Some(Level::Error));
    assert_eq!(errors.count(), 0, "nothing is broken on purpose");
}

#[tokio::test]
async fn usage_makes_a_warning_of_a_quota_that_is_used_up_early() {
    let mut session = Session::start(120, 40).await;
    session.find("w0mvrr").await;
    let worst = |session: &Session| session.app.core.plans.selected().unwrap().signs.worst();
    assert_eq!(worst(&session), None);
    session.keys("U").await;
    session.keys("<esc>").await;
    assert_eq!(worst(&session), Some(Level::Warning));
    session.keys("F/w0mvrr too-soon<enter>").await;
    session.shows("1 API key uses up the quota of 5 per DAY before it resets");
}

#[tokio::test]
async fn findings_stand_by_their_kind_with_counts() {
    let mut session = page(120, 40).await;
    // Errors are open, what only is worth knowing is folded.
    session.shows("- x error   dangling-stage          2 findings in 2 plans");
    session.shows("2kfjhj reports-archive");
    session.shows("+ - note    quota-too-soon          14 findings in 14 plans");
    session.hides("at full rate the quota of 700");
    // What is the only one of its kind needs no head.
    session.shows("  ! warning method-above-plan       nrb9eb telemetry-readers");
    session.keys("/too-soon<enter>").await;
    session.shows("- - note    quota-too-soon          14 findings in 14 plans");
    session.shows("at full rate the quota of 700");
}

#[tokio::test]
async fn enter_opens_and_closes_a_kind() {
    let mut session = page(120, 40).await;
    session.keys("G").await;
    session.shows("note: managed (12 findings in 12 plans)");
    session.shows("enter shows them.");
    session.hides("gkknrj media-uploaders");
    // What is opened at the foot comes into sight.
    session.keys("<enter>").await;
    session.shows("enter hides them.");
    session.shows("gkknrj media-uploaders");
    session.keys("n").await;
    session.shows("a kind of findings is selected: choose one of its findings");
    session.keys("<enter>").await;
    session.hides("gkknrj media-uploaders");
    // It stays open where the page is left for a plan.
    session.keys("<enter>jj<enter>").await;
    session.shows("Edit media-uploaders gkknrj");
    session.keys("<esc>").await;
    session.shows("▸    gkknrj media-uploaders");
}

#[tokio::test]
async fn a_kind_that_is_silenced_is_counted_and_has_no_sign() {
    let rule = |name: &str| LintRule::all().find(|rule| rule.id() == name).unwrap();
    let silence = [
        (rule("zero-blocks"), "blocked on purpose".to_owned()),
        (rule("quota-too-soon"), "sized by contract".to_owned()),
    ];
    let mut session = Session::silenced(120, 40, silence.into_iter().collect()).await;
    session.find("xapbeb").await;
    let worst = session.app.core.plans.selected().unwrap().signs.worst();
    assert_eq!(worst, None);
    session.shows("silenced: 2 zero-blocks (blocked on purpose)");
    session.keys("<esc>FR").await;
    session.shows("Findings 53 of 53 · 2 errors");
    session.shows("Silenced: 6 zero-blocks (blocked on purpose), 14 quota-too-soon (sized by");
    session.hides("error   zero-blocks");
}
