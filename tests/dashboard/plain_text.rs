//! Every screen as plain text, from within the dashboard.

use std::fmt::Write as _;

use plangate::app::keys::command::Command;
use plangate::app::message::Effect;

use crate::session::Session;

/// The screens, and the keys that lead to them from a plan.
const SCREENS: [(&str, &str); 15] = [
    ("list", "<esc>"),
    ("detail", "<enter>"),
    ("json", "<enter>J"),
    ("form", "e"),
    ("review", "v"),
    ("review-all", "V"),
    ("limits", "m"),
    ("usage", "U"),
    ("keys", "A"),
    ("at-risk", "Wa"),
    ("findings", "FR"),
    ("history", "H"),
    ("queue", "Q"),
    ("requests", "L"),
    ("deletion", "D"),
];

#[tokio::test]
async fn every_screen_can_be_had_as_plain_text_whole_and_without_frames() {
    let mut all = String::new();
    for (name, keys) in SCREENS {
        // In a small terminal, where hardly anything fits.
        let mut session = Session::start(60, 15).await;
        session.find("qm6bea").await;
        session.keys("r150<enter>").await;
        session.keys(keys).await;
        session.keys(":plain-text<enter>").await;
        session.shows("The view:");
        session.keys("s").await;
        let (file, text) = session.saved.pop().unwrap();
        assert_eq!(file, "view.txt");
        for line in text.lines() {
            assert!(!line.contains(char::is_control), "{name}: {line:?}");
            let is_frame = |c| matches!(c, '\u{2500}'..='\u{259f}' | '\u{2800}'..='\u{28ff}');
            assert!(!line.contains(is_frame), "{name}: {line:?}");
            assert!(!line.contains('…'), "{name} is cut: {line:?}");
            assert_eq!(line, line.trim_end(), "{name}");
        }
        // The requests have times of their own.
        if name != "requests" {
            let shown: Vec<&str> = text.lines().take(30).collect();
            let _ = writeln!(all, "=== {name}\n{}", shown.join("\n"));
        }
    }
    insta::with_settings!({ omit_expression => true }, {
        insta::assert_snapshot!("every_screen_as_plain_text", all);
    });
}

#[tokio::test]
async fn each_value_of_a_plan_stands_under_its_head() {
    let mut session = Session::start(120, 40).await;
    session.keys(":plain-text<enter>").await;
    session.keys("s").await;
    let (_, text) = session.saved.pop().unwrap();
    let head = text.lines().find(|line| line.contains("NAME")).unwrap();
    assert!(!head.contains("WHERE"), "there is one place: {head}");
    let row = text.lines().find(|line| line.contains("qm6bea")).unwrap();
    for (title, value) in [
        ("ID", "qm6bea"),
        ("NAME", "orders-gold"),
        ("PRODUCT", "ordersgold01"),
    ] {
        assert_eq!(head.find(title), row.find(value), "{title}:\n{head}\n{row}");
    }
    // Numbers end where their head does.
    for (title, value) in [("RATE/S", "400"), ("BURST", "800"), ("QUOTA", "20M/MONTH")] {
        let end = |line: &str, part: &str| line.find(part).map(|at| at + part.len());
        assert_eq!(end(head, title), end(row, value), "{title}:\n{head}\n{row}");
    }
}

#[tokio::test]
async fn plain_text_of_plain_text_says_why_not() {
    let mut session = Session::start(120, 40).await;
    session.keys(":plain-text<enter>").await;
    session.keys(":plain-text<enter>").await;
    session.shows("this is plain text already");
}

#[tokio::test]
async fn in_ascii_nothing_is_lost() {
    let mut session = Session::start(120, 40).await;
    session.look = plangate::ui::look::Look::new(false, false);
    session.keys(":plain-text<enter>").await;
    session.keys("s").await;
    let (_, text) = session.saved.pop().unwrap();
    assert!(text.is_ascii(), "{text}");
    assert!(text.contains("# Plans 39 of 39"));
}

#[tokio::test]
async fn a_line_leads_to_views_only_and_views_ask_and_nothing_else() {
    let mut session = Session::start(102, 400).await;
    let mut views = 0;
    for command in Command::ALL {
        session
            .app
            .stack
            .go_to_view(&mut session.app.core, "plan qm6bea")
            .unwrap();
        let led = session
            .app
            .stack
            .go_to_view(&mut session.app.core, command.name());
        if !command.is_view() {
            let refused = led.unwrap_err();
            let said = format!("{} is not a view", command.name());
            assert!(refused.starts_with(&said), "{refused}");
            continue;
        }
        views += 1;
        let is_reading = |effect: &Effect| {
            matches!(
                effect,
                Effect::Ask(..) | Effect::ReadHistory(_) | Effect::Cancel(_)
            )
        };
        // What belongs to another place says so.
        match led {
            Ok(effects) => assert!(effects.iter().all(is_reading), "{effects:?}"),
            Err(why) => assert!(why.contains("it belongs to"), "{why}"),
        }
        assert_eq!(session.app.core.drafts.count_changed(), 0);
        assert!(session.app.stack.prompt.is_none());
    }
    assert!(views > 15, "{views}");
}
