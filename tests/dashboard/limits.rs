//! The throttle matrix: what it shows, why, and what changes in it stage.

use insta::assert_snapshot;
use plangate::emulator::FaultKind;
use plangate::ui::look::Look;

use crate::session::Session;

/// The matrix of a plan of the sample account.
async fn matrix(id: &str, columns: u16, rows: u16) -> Session {
    let mut session = Session::start(columns, rows).await;
    session.find(id).await;
    session.keys("m").await;
    session
}

/// A screen without the times of day (`13:00:13`) at which something was read.
fn without_times(screen: &str) -> String {
    let mut letters: Vec<char> = screen.chars().collect();
    let form = "00:00:00";
    let is_time = |part: &[char]| {
        part.iter()
            .zip(form.chars())
            .all(|(letter, form)| match form {
                '0' => letter.is_ascii_digit(),
                other => *letter == other,
            })
    };
    for at in 0..letters.len().saturating_sub(form.len()) {
        if is_time(&letters[at..at + form.len()]) {
            letters.splice(at..at + form.len(), form.chars());
        }
    }
    letters.into_iter().collect()
}

#[tokio::test]
async fn shows_which_limit_holds_why_and_what_it_lets_through() {
    for (columns, rows) in crate::session::SIZES {
        let mut session = matrix("qm6bea", columns, rows).await;
        assert_snapshot!(
            format!("matrix {columns}x{rows}"),
            without_times(&session.screen())
        );
        session.keys("jjjjw").await;
        assert_snapshot!(
            format!("matrix below {columns}x{rows}"),
            without_times(&session.screen())
        );
    }
}

#[tokio::test]
async fn why_a_limit_holds_can_be_read_to_its_end_in_a_small_terminal() {
    for (columns, rows) in [(80, 24), (60, 15)] {
        let mut session = matrix("qm6bea", columns, rows).await;
        session.shows("Why: orders:prod");
        session.hides("Limits are best effort");
        session.shows("more lines: w w shows all");
        session.keys("ww").await;
        session.shows("LIMIT, AS APPLIED");
        session.shows("more lines below)");
        session.keys("G").await;
        session.shows("tokens A");
        session.hides("below)");
        // One step back goes where the last one does.
        session.keys("<page-up><page-up><page-up><page-up>").await;
        session.shows("LIMIT, AS APPLIED");
        session.keys("<esc>").await;
        session.shows("Limits of one key of orders-gold");
        session.shows("Why: orders:prod");
    }
}

#[tokio::test]
async fn what_cannot_be_read_is_said_and_stays_as_typed() {
    for (key, prompt, typed) in [
        ("o", "offered load: ", "-5"),
        ("o", "offered load: ", "abc"),
        ("o", "offered load: ", "1e9/s for 10s"),
        ("o", "offered load: ", "80/s for 10000000s"),
        ("o", "offered load: ", "spike"),
        ("c", "the client saw: ", "garbage"),
        ("c", "the client saw: ", "日本"),
    ] {
        for (columns, rows) in [(60, 15), (80, 24), (120, 40)] {
            let mut session = matrix("qm6bea", columns, rows).await;
            session.keys(&format!("{key}{typed}<enter>")).await;
            let screen = session.screen();
            // The test terminal has a blank behind each wide character.
            assert!(
                screen
                    .replace("日 本", "日本")
                    .contains(&format!("{prompt}{typed}")),
                "{screen}"
            );
            session.shows(" ! ");
            // It goes as soon as it can be read.
            session.keys("<ctrl-u>80/s").await;
            session.hides(" ! ");
        }
    }
    let mut session = matrix("qm6bea", 80, 24).await;
    session.keys("c").await;
    session.hides(" ! ");
    session.keys("<enter>").await;
    session.shows(" ! write what the client got");
}

#[tokio::test]
async fn says_the_same_in_ascii_and_without_colour() {
    let mut session = matrix("qm6bea", 120, 40).await;
    session.look = Look::new(false, false);
    let screen = without_times(&session.screen());
    assert!(screen.is_ascii(), "{screen}");
    assert_snapshot!("matrix ascii 120x40", screen);
}

#[tokio::test]
async fn a_cell_is_changed_reviewed_sent_and_seen_changed() {
    let mut session = matrix("qm6bea", 120, 40).await;
    // GET /orders has no throttle of its own: both numbers are asked for.
    session.keys("jjj").await;
    session.shows("Why: orders:prod /orders/GET");
    session.keys("r50<enter>").await;
    session.shows("burst");
    session.keys("60<enter>").await;
    // The value as it is, and as it is staged.
    session.shows("400/500 → 50/60 M");
    session.shows("1 draft not sent");
    session.keys("v<ctrl-s>y").await;
    session.shows("Sent: ");
    session.shows("50/60 M");
    session.hides("not sent");
    let plan = session.plan("qm6bea").await;
    let text = serde_json::to_string(&plangate::plan::model::json::to_json(&plan)).unwrap();
    assert!(
        text.contains(r#""/orders/GET":{"burstLimit":60,"rateLimit":50.0}"#),
        "{text}"
    );
}

#[tokio::test]
async fn a_method_throttle_is_taken_away_in_the_matrix() {
    let mut session = matrix("qm6bea", 120, 40).await;
    session.keys("jj").await;
    session.shows("Why: orders:prod /invoices/GET");
    session.keys("d").await;
    session.shows("has no throttle of its own");
    session.keys("d").await;
    session.shows("the plan has no throttle of its own for /invoices/GET");
    session.keys("u").await;
    session.hides("not sent");
}

#[tokio::test]
async fn what_may_not_be_read_is_said_cell_by_cell() {
    let mut session = Session::start(120, 40).await;
    session.find("e209ji").await;
    // This plan has no throttle of its own, so the stage's limits would hold.
    session.next("GetStages", FaultKind::AccessDenied);
    session.keys("m").await;
    session.shows("denied");
}

#[tokio::test]
async fn a_stage_that_is_gone_is_told_apart() {
    let mut session = matrix("dyiwli", 120, 40).await;
    session.shows("is gone");
    session.shows("does not exist any more");
}

#[tokio::test]
async fn a_blocked_method_is_told_apart() {
    let mut session = matrix("xapbeb", 120, 40).await;
    session.shows("BLOCKED");
    session.shows("lets nothing through");
}

#[tokio::test]
async fn a_load_is_typed_and_nudged() {
    let mut session = matrix("qm6bea", 120, 40).await;
    session.keys("o80/s for 5s<enter>").await;
    session.shows("Offered 80/s for 5s for 5 s");
    session.shows("All 400 requests pass");
    session.keys("++++++++++").await;
    session.shows("refused, the");
    session.keys("ononsense<enter>").await;
    session.shows(" ! ");
    session.shows("is not a time, such as 10s");
    session.shows("nonsense");
}

#[tokio::test]
async fn rows_are_found_narrowed_and_sorted_by_tightest() {
    let mut session = matrix("qm6bea", 120, 40).await;
    session.keys("/invoices<enter>").await;
    session.shows("1 of 10 methods");
    session.keys("<esc>n").await;
    session.shows("unlike their stage's default");
    session.keys("nnns").await;
    session.shows("tightest first");
    let screen = session.screen();
    let at = |text: &str| screen.find(text).unwrap();
    assert!(at("/invoices") < at("/orders/{orderId}"), "{screen}");
}

#[tokio::test]
async fn coming_back_asks_nothing_twice() {
    let mut session = matrix("qm6bea", 120, 40).await;
    let before = session.server.requests().await.len();
    session.keys("<esc>m").await;
    assert_eq!(session.server.requests().await.len(), before);
}

#[tokio::test]
async fn reading_again_asks_again_for_what_the_matrix_needs() {
    let mut session = matrix("qm6bea", 120, 40).await;
    session.keys("jj").await;
    let cells = |session: &mut Session| -> Vec<String> {
        let screen = session.screen();
        let is_of_matrix = |line: &&str| {
            line.contains(" /") || line.contains("every other") || line.contains("of 10 methods")
        };
        screen
            .lines()
            .filter(is_of_matrix)
            .map(str::to_owned)
            .collect()
    };
    let before = cells(&mut session);
    session.shows("10 of 10 methods");
    for operation in ["GetStages", "GetResources"] {
        let asked = session.asked(operation).await;
        session.keys("R").await;
        assert_eq!(cells(&mut session), before);
        assert!(session.asked(operation).await > asked, "{operation}");
    }
    session.hides("is not in the matrix any more");
}

#[tokio::test]
async fn what_a_client_saw_is_explained() {
    let mut session = matrix("qm6bea", 120, 40).await;
    session.keys("jj").await;
    session.keys("cnonsense<enter>").await;
    session.shows("nonsense");
    session
        .keys("<ctrl-u>Too Many Requests at 20/s<enter>")
        .await;
    session.shows("What explains it at orders:prod /invoices/GET");
    let screen = session.screen();
    let line = screen
        .lines()
        .find(|line| line.contains("explains  "))
        .unwrap();
    assert!(line.contains("plan's method throttle"), "{screen}");
    session.shows("ruled out");
    session.keys("cLimit Exceeded<enter>").await;
    let screen = session.screen();
    let line = screen
        .lines()
        .find(|line| line.contains("explains  "))
        .unwrap();
    assert!(line.contains("quota"), "{screen}");
    session.keys("<esc>").await;
    session.shows("Why: orders:prod");
}

#[tokio::test]
async fn what_nobody_looks_at_any_more_is_not_waited_for_and_asked_again_later() {
    let mut session = Session::start(120, 40).await;
    session.find("qm6bea").await;
    session.press("m");
    // The plan's own limits stand there at once, and are not certain yet.
    session.shows("400/800 P?");
    session.press("<esc>");
    // The answers come too late, and the next look asks again.
    session.resolve().await;
    session.keys("m").await;
    session.shows("10 of 10 methods");
    session.shows("GET    /orders");
}

#[tokio::test]
async fn the_heads_stay_while_it_scrolls_both_ways() {
    // Three stages, of which 80 columns show one at a time.
    let mut session = matrix("3i6x10", 80, 24).await;
    session.shows("stage 1 of 3");
    let first = session.screen();
    session.keys("ll").await;
    session.shows("stage 3 of 3");
    let third = session.screen();
    let head = |screen: &str| {
        screen
            .lines()
            .find(|line| line.contains("METHOD"))
            .unwrap()
            .to_owned()
    };
    assert_ne!(
        head(&first),
        head(&third),
        "another stage's name stands there"
    );
    session.keys("G").await;
    assert_eq!(
        head(&session.screen()),
        head(&third),
        "the head stays while rows scroll"
    );
    session.keys("g").await;
    session.shows("every other method");
}

/// The lines of the pane on what explains what a client saw.
fn explained(session: &mut Session) -> Vec<String> {
    let screen = session.screen();
    let lines = screen
        .lines()
        .skip_while(|line| !line.contains("What explains it"));
    let lines = lines.skip(1).take_while(|line| !line.contains('└'));
    let own = |line: &str| {
        let mut parts = line.split('│').skip(1);
        parts.next().unwrap_or_default().trim_end().to_owned()
    };
    lines.map(own).filter(|line| !line.is_empty()).collect()
}

#[tokio::test]
async fn what_a_client_saw_is_understood_in_its_own_words_and_told_in_six_lines() {
    for (columns, rows) in [(80, 24), (120, 40), (200, 60)] {
        for (typed, said, ruled_out) in [
            ("429", "429: a throttle", "API key"),
            ("429 Too Many Requests", "429: a throttle", "API key"),
            (
                "Too Many Requests at 80/s",
                "At 80 requests/s. 429 Too Many",
                "plan's quota",
            ),
            (
                "Limit Exceeded",
                "429 Limit Exceeded: the quota",
                "plan's throttle",
            ),
            (
                "403 Forbidden",
                "403: the API key, the path",
                "plan's quota",
            ),
            (
                "{\"message\":\"Forbidden\"}",
                "403 Forbidden: the API key",
                "plan's quota",
            ),
            ("at 80/s", "At 80 requests/s. No answer given", ""),
            (
                "HTTP/2 429 x-amzn-errortype: LimitExceededException {\"message\":\"Limit Exceeded\"}",
                "429 Limit Exceeded: the quota",
                "API key",
            ),
            (
                "Missing Authentication Token",
                "the stage has no such",
                "API key",
            ),
        ] {
            let mut session = matrix("qm6bea", columns, rows).await;
            session.keys("c").await;
            session.press(typed);
            session.keys("<enter>").await;
            let lines = explained(&mut session);
            assert!(
                (1..=6).contains(&lines.len()),
                "{typed}: {lines:#?}\n{}",
                session.screen()
            );
            let told = lines.join(" ");
            let flat = told.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(flat.contains(said), "{typed}: {flat}");
            let out = flat.split("ruled out").nth(1).unwrap_or_default();
            assert!(out.contains(ruled_out), "{typed}: {flat}");
        }
    }
}

#[tokio::test]
async fn a_status_of_no_limit_is_told_so() {
    let mut session = matrix("qm6bea", 120, 40).await;
    session.keys("c502 Bad Gateway<enter>").await;
    session.shows("502 comes from no limit and no API key");
}
