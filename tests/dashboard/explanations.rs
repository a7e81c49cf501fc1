//! Every line of the form explains itself: unit, range, and the page of AWS about it.

use plangate::app::page::form::{Line, lines};
use plangate::app::{Screen, Weight};
use plangate::plan::Field;

use crate::session::Session;

/// What the explanation of a line must name, beside its link.
fn wanted(line: &Line, on_burst: bool) -> &'static [&'static str] {
    match line {
        Line::Field(Field::Name) => &["any text", "not empty"],
        Line::Field(Field::Description) => &["any text", "none"],
        Line::Field(Field::ProductCode) => &["text", "none", "AWS Marketplace"],
        Line::Field(Field::Throttle) => &["per API key", "over all stages"],
        Line::Field(Field::Rate) => &["requests per second", "0 or more"],
        Line::Field(Field::Burst) => &["requests", "0 to 2147483647"],
        Line::Field(Field::Quota) => &["requests per period", "unlimited"],
        Line::Field(Field::QuotaLimit) => &["requests per period", "0 to 2147483647"],
        Line::Field(Field::QuotaPeriod) => &["DAY, WEEK or MONTH"],
        Line::Field(Field::QuotaOffset) => &["0 to 6 for WEEK", "0 to 27 for MONTH", "days"],
        Line::Field(other) => panic!("no case for {other}"),
        Line::Stage(_) | Line::AttachStage => &["API:STAGE"],
        Line::Method(..) if on_burst => &["requests at once", "0 to 2147483647"],
        Line::Method(..) => &["requests per second", "0 or more"],
        Line::Tag(key) if key.starts_with("aws:") => &["Read-only", "AWS's own"],
        Line::Tag(_) => &["0 to 256 characters"],
        Line::AddTag => &["1 to 128 characters", "0 to 256"],
    }
}

/// The lines of the form in front, the selected one's place, and whether its burst is
/// selected.
fn form(session: &Session) -> (Vec<Line>, usize, bool) {
    let Some(Screen::Edit(form)) = session.app.stack.screen() else {
        panic!("not the form");
    };
    let draft = session.app.core.drafts.get(&form.draft).unwrap();
    (lines(draft), form.cursor.at, form.on_burst)
}

#[tokio::test]
async fn every_line_names_unit_and_range_and_links_to_the_page_about_it() {
    let mut seen = std::collections::BTreeSet::new();
    // One has method throttles and tags of AWS's own, the other tags like any.
    for plan in ["qm6bea", "3i6x10"] {
        for (columns, rows) in [(80, 24), (120, 40), (200, 60)] {
            let mut session = Session::start(columns, rows).await;
            session.find(plan).await;
            session.keys("e").await;
            let count = form(&session).0.len();
            for _ in 0..count {
                let (all, at, _) = form(&session);
                let line = &all[at];
                let both = matches!(line, Line::Method(..));
                for keys in if both { vec!["", "<right>"] } else { vec![""] } {
                    session.keys(keys).await;
                    let on_burst = form(&session).2;
                    let notice = session.app.stack.status(&session.app.core).unwrap();
                    assert_eq!(notice.weight, Weight::Info, "{line:?}");
                    for part in wanted(line, on_burst) {
                        assert!(notice.text.contains(part), "no {part:?} in {notice:?}");
                    }
                    // The whole link has a line of its own, and nothing is cut.
                    let page = notice.link.unwrap();
                    assert!(page.starts_with("https://docs.aws.amazon.com/apigateway/"));
                    let screen = session.screen();
                    assert!(screen.lines().any(|row| row == page), "{page}:\n{screen}");
                    let said: String = notice.text.split_whitespace().collect();
                    let shown: String = screen.split_whitespace().collect();
                    assert!(shown.contains(&said), "{said} is cut:\n{screen}");
                }
                seen.insert(std::mem::discriminant(line).hash_of());
                session.keys("j").await;
            }
        }
    }
    // All kinds of lines were met.
    assert_eq!(seen.len(), 6);
}

/// What tells kinds of lines apart.
trait Kind {
    fn hash_of(&self) -> u64;
}

impl Kind for std::mem::Discriminant<Line> {
    fn hash_of(&self) -> u64 {
        use std::hash::{DefaultHasher, Hash, Hasher};
        let mut hasher = DefaultHasher::new();
        self.hash(&mut hasher);
        hasher.finish()
    }
}

#[tokio::test]
async fn what_gives_no_value_says_why_and_links_too() {
    let mut session = Session::start(80, 24).await;
    session.find("qm6bea").await;
    session.keys("e4j<enter>").await;
    session.press("many");
    session.resolve().await;
    session.shows("many");
    session.shows("https://docs.aws.amazon.com/apigateway/latest/api/API_ThrottleSettings.html");
}

#[tokio::test]
async fn in_the_smallest_terminal_the_form_comes_before_the_link() {
    let mut session = Session::start(60, 15).await;
    session.find("qm6bea").await;
    session.keys("e4j").await;
    session.shows("requests per second and API key, 0 or more");
    session.hides("https://docs");
    session.shows("rate  ");
}
