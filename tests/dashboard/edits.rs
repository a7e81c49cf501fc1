//! Edits on their way: throttled, interrupted, left; keys at the wrong moment.

use plangate::app::Screen;
use plangate::emulator::FaultKind;
use plangate::plan::{Op, PatchOperation};

use crate::session::Session;

fn replace(path: &str, value: &str) -> PatchOperation {
    PatchOperation::new(Op::Replace, path, value)
}

#[tokio::test]
async fn quitting_with_a_draft_asks_first() {
    let mut session = Session::start(120, 40).await;
    session.keys("r1<enter>q").await;
    session.shows("Leave plangate? 1 draft was not sent");
    assert!(!session.quit);
    session.keys("nq<esc>").await;
    assert!(!session.quit);
    session.keys("qy").await;
    assert!(session.quit);
}

#[tokio::test]
async fn a_429_is_waited_out_and_the_change_is_made_once() {
    let mut session = Session::start(120, 40).await;
    session.find("w0mvrr").await;
    session.next("UpdateUsagePlan", FaultKind::Throttle { retry_after: None });
    session.keys("r150<enter>v<ctrl-s>").await;
    session.shows("Sent: ");
    assert_eq!(
        session.sent("UpdateUsagePlan").await.len(),
        2,
        "one refused, one made"
    );
    session.keys("L").await;
    session.shows("200, 1 operation");
}

#[tokio::test]
async fn reading_again_puts_a_draft_on_the_plan_as_it_is_now() {
    let mut session = Session::start(120, 40).await;
    session.find("w0mvrr").await;
    session.keys("r150<enter>").await;
    let theirs = vec![replace("/description", "theirs")];
    session.somebody_else("w0mvrr", theirs).await;
    session.keys("R").await;
    session.shows("each draft now stands on that");
    session.keys("v").await;
    session.shows("~ rate limit");
    session.hides("description");
}

#[tokio::test]
async fn quitting_while_a_send_is_under_way_asks_first() {
    let mut session = Session::start(120, 40).await;
    session.find("w0mvrr").await;
    session.keys("r150<enter>v").await;
    session.press("<ctrl-s><ctrl-c>");
    session.shows("Leave plangate? a send is under way");
    session.keys("n").await;
    session.shows("Sent: ");
}

#[tokio::test]
async fn a_message_that_is_cut_can_be_read_in_full() {
    let mut session = Session::start(60, 15).await;
    session.keys(":message<enter>").await;
    session.shows("there was no message yet");
    session.find("w0mvrr").await;
    session.keys("r110<enter>v").await;
    session.next("UpdateUsagePlan", FaultKind::AccessDenied);
    session.keys("<ctrl-s>").await;
    session.shows(":message shows all");
    session.hides("identity-based policy allows the action");
    session.keys(":message<enter>").await;
    session.shows("The message:");
    session.shows("UpdateUsagePlan");
    session.shows("because no identity-based");
    session.keys("<esc>").await;
    session.shows("Review basic-monthly");
}

#[tokio::test]
async fn a_plan_that_is_gone_keeps_its_draft() {
    let mut session = Session::start(120, 40).await;
    session.find("6kc7c6").await;
    session.keys("e<enter>X<esc>v").await;
    let client = session.server.endpoint();
    delete(&client, "6kc7c6").await;
    session.keys("<ctrl-s>").await;
    session.shows("is gone");
    session.shows("1 draft not sent");
    // It goes on as a new plan, and can be sent as one.
    session.keys("<esc><esc>n").await;
    session.shows("empty-shellX (new: plan 6kc7c6 is gone)");
    session.keys("<enter>v<ctrl-s>").await;
    session.shows("Sent: ");
}

pub async fn delete(endpoint: &str, plan: &str) {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let address = endpoint.trim_start_matches("http://");
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let request = format!(
        "DELETE /usageplans/{plan} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 202"), "{answer}");
}

#[tokio::test]
async fn an_answer_that_nobody_waits_for_changes_nothing() {
    let mut session = Session::unanswered(120, 40).await;
    session.shows("connecting");
    session.resolve().await;
    session.press("R<esc>");
    session.shows("reading stopped");
    // What was asked for is answered now, too late.
    session.resolve().await;
    session.shows("reading stopped");
    session.keys("R").await;
    session.shows("Plans 39 of 39 ");
}

#[tokio::test]
async fn the_list_narrows_to_the_plans_of_one_key() {
    let mut session = Session::start(120, 40).await;
    session.keys("K").await;
    session.shows("all plans");
    session.keys("<down><enter>").await;
    session.shows("of key");
    let shown = session.app.core.plans.shown();
    assert!(shown > 0 && shown < 39, "{shown} plans");
    session.keys("<esc>").await;
    session.shows("39 of 39");
}

#[tokio::test]
async fn what_may_not_be_read_is_named_and_the_rest_goes_on() {
    let mut session = Session::unanswered(120, 40).await;
    session.next("GetAccount", FaultKind::AccessDenied);
    session.resolve().await;
    session.shows("39 of 39");
    session.shows("apigateway:GET");
    session.keys("j").await;
    session.hides("apigateway:GET");
}

/// Presses keys at random, always the same ones, long enough to meet most keys in
/// most places. Whatever is in front must have what it is about.
async fn walk(session: &mut Session, steps: usize, named: &[&str]) {
    let letters: Vec<char> = "abcdefghijklmnoprstuvwxzABCDEFGHIJKLMNOPRSTUVWXZ/?:;+-*%0123 äλ中😀"
        .chars()
        .collect();
    let mut seed = 7_u32;
    for _ in 0..steps {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let pick = (seed >> 8) as usize;
        if pick.is_multiple_of(3) {
            session.press(&format!("<{}>", named[(pick / 3) % named.len()]));
        } else {
            session.press(&letters[(pick / 3) % letters.len()].to_string());
        }
        if pick.is_multiple_of(7) {
            session.resolve().await;
        }
        let draft = match session.app.stack.screen() {
            Some(Screen::Edit(form)) => Some(&form.draft),
            Some(Screen::Patch(editor)) => Some(&editor.draft),
            Some(Screen::Review(review)) => Some(&review.draft),
            _ => None,
        };
        if let Some(draft) = draft {
            assert!(
                session.app.core.drafts.contains(draft),
                "a screen without its draft"
            );
        }
        if pick.is_multiple_of(11) {
            session.screen();
        }
    }
}

const NAMED: [&str; 11] = [
    "enter",
    "tab",
    "back-tab",
    "esc",
    "up",
    "down",
    "left",
    "right",
    "page-down",
    "ctrl-r",
    "ctrl-e",
];

#[tokio::test]
async fn every_key_in_every_place_is_survived_and_sends_nothing() {
    let mut session = Session::start(80, 24).await;
    walk(&mut session, 6000, &NAMED).await;
    assert!(
        session.sent("UpdateUsagePlan").await.is_empty(),
        "only ctrl-s sends"
    );
    assert!(
        session.sent("CreateUsagePlan").await.is_empty(),
        "only ctrl-s sends"
    );
}

#[tokio::test]
async fn sending_at_any_moment_is_survived() {
    let mut session = Session::start(120, 40).await;
    let named: Vec<&str> = NAMED
        .into_iter()
        .chain(["ctrl-s", "ctrl-s", "ctrl-u"])
        .collect();
    walk(&mut session, 6000, &named).await;
    // What was sent was reviewed, so the server refused none of it for its form.
    session.resolve().await;
    let screen = session.screen();
    assert!(!screen.contains("Invalid patch path"), "{screen}");
}

#[tokio::test]
async fn leaving_can_be_thought_over_without_losing_what_is_typed() {
    let mut session = Session::start(120, 40).await;
    session.find("w0mvrr").await;
    session.keys("b300<enter>r15<ctrl-c>").await;
    session.shows("Leave plangate?");
    session.keys("n").await;
    session.shows("rate limit 100 → 15");
    session.keys("0<enter>").await;
    session.shows("rate limit from 100 to 150");
}
