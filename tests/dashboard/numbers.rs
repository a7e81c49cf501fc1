//! Numbers as people type and paste them, and as the screen writes them.

use plangate::app::message::Message;
use plangate::plan::Period;

use crate::form::clear_line;
use crate::session::Session;

#[tokio::test]
async fn a_number_is_taken_as_people_write_it() {
    let mut session = Session::start(120, 40).await;
    session.find("w0mvrr").await;
    for (typed, shown) in [
        ("r300/s", "= 300 requests per second"),
        ("r/2", "= 50 requests per second"),
        ("r2.5k", "= 2,500 requests per second"),
        ("r−10 ％", "= 90 requests per second"),
        ("rnone", "= no throttle: rate and burst are removed"),
        ("b1’000", "= 1,000 requests"),
        ("b1 million", "= 1M requests"),
        ("b１２", "= 12 requests"),
        ("t75k/WEEK", "= 75,000 requests per week"),
        ("t100/DAY", "= 100 requests per day"),
        ("tWEEK", "= 5 requests per week"),
        ("tDAY", "= 5 requests per day: unchanged"),
        ("tnone", "= no quota"),
        ("t1.5M", "= 1.5M requests per period"),
    ] {
        session.keys(typed).await;
        session.shows(shown);
        session.keys("<esc>").await;
        session.hides("not sent");
    }
}

#[tokio::test]
async fn what_can_be_read_in_two_ways_asks_and_stages_nothing() {
    let mut session = Session::start(120, 40).await;
    session.find("w0mvrr").await;
    for (typed, question) in [
        ("b1.000", "can mean 1 or 1000"),
        ("b1,5", "can mean 1.5 or 15"),
        ("r1e-400", "too small to tell from 0"),
        ("r300/min", "300 per minute is 5/s"),
        ("t5/s", "a quota is per day, week or month"),
        ("t+20%/day", "keeps its period"),
    ] {
        session.keys(&format!("{typed}<enter>")).await;
        session.shows(question);
        session.keys("<esc>").await;
        session.hides("not sent");
    }
}

#[tokio::test]
async fn a_quota_is_staged_and_sent_with_its_period() {
    let mut session = Session::start(120, 40).await;
    session.find("w0mvrr").await;
    session.keys("t75k/WEEK<enter>").await;
    session.shows("Staged: quota limit from 5 to 75,000 requests per week");
    session.keys("v<ctrl-s>y").await;
    session.shows("Sent: ");
    let quota = session.plan("w0mvrr").await.settings.quota.unwrap();
    assert_eq!(quota.limit.unwrap().get(), 75_000);
    assert_eq!(quota.period, Some(Period::Week));
}

#[tokio::test]
async fn none_takes_a_throttle_away_as_a_whole() {
    let mut session = Session::start(120, 40).await;
    session.find("w0mvrr").await;
    session.keys("rnone<enter>").await;
    session.shows("Staged: no throttle");
    session.keys("v<ctrl-s>y").await;
    session.shows("Sent: ");
    assert_eq!(session.plan("w0mvrr").await.settings.throttle, None);
    session.keys("<esc>").await;
    session.find("w0mvrr").await;
    session.keys("rnone<enter>").await;
    session.shows("Unchanged: the plan has no rate limit");
}

#[tokio::test]
async fn the_form_takes_the_same() {
    let mut session = Session::start(120, 40).await;
    session.find("w0mvrr").await;
    session
        .keys("e<down><down><down><down><down><down><down><enter>")
        .await;
    clear_line(&mut session).await;
    session.keys("75k/week<enter>").await;
    session.shows("75000");
    session.shows("< WEEK >");
    session.keys("<enter>").await;
    clear_line(&mut session).await;
    session.keys("none<enter>").await;
    session.hides("< WEEK >");
    session.keys("v<ctrl-s>y").await;
    session.shows("Sent: ");
    assert_eq!(session.plan("w0mvrr").await.settings.quota, None);
}

#[tokio::test]
async fn two_pasted_lines_are_never_one_number() {
    let mut session = Session::start(120, 40).await;
    session.find("w0mvrr").await;
    for paste in ["100\n200", "100\r200\r\n", "100\u{2028}200"] {
        session.keys("b").await;
        session.tell(Message::Paste(paste.to_owned()));
        session.shows("burst limit 200 → 100 | 200");
        session.shows("2 numbers are there: leave one");
        session.keys("<enter><esc>").await;
        session.hides("not sent");
    }
    // One line with its end is one number.
    session.keys("b").await;
    session.tell(Message::Paste("\n1,300\r\n".to_owned()));
    session.shows("= 1,300 requests");
    session.keys("<esc>e<down><down><down><down><enter>").await;
    session.tell(Message::Paste("1\n2".to_owned()));
    session.shows("1 | 2");
    session.keys("<esc>u<esc>").await;
    session.hides("not sent");
    // In the line for many plans they stay two words.
    session.keys("T").await;
    session.tell(Message::Paste("rate 100\n200 ".to_owned()));
    session.shows("\"200\" is not a change");
}
