//! The help page: that it reads well at every size, and has all there is.

use plangate::app::keys::command::Command;
use plangate::app::keys::keymap::{Keymap, Place};
use plangate::app::view::help_lines::{HelpLine, lines};

use crate::session::Session;

/// The sizes that the help page is to read well at.
const SIZES: [(u16, u16); 4] = [(60, 15), (80, 24), (120, 40), (200, 60)];

/// The words of a command's help, put together again from the lines that it stands in:
/// keys, name, what it does.
fn commands(lines: &[HelpLine]) -> Vec<(String, String, String)> {
    let mut all: Vec<(String, String, String)> = Vec::new();
    let mut is_open = false;
    for line in lines {
        let HelpLine::Command { keys, name, help } = line else {
            is_open = false;
            continue;
        };
        let joined = |a: &str, b: &str| format!("{a} {}", b.trim()).trim().to_owned();
        // What goes on has no name, and its help does not begin anew.
        let goes_on = is_open && name.trim().is_empty() && !help.contains(": ");
        match all.last_mut().filter(|_| goes_on) {
            Some(last) => {
                last.0 = joined(&last.0, keys);
                last.2 = joined(&last.2, help);
            }
            None => all.push((keys.trim().into(), name.trim().into(), help.trim().into())),
        }
        is_open = true;
    }
    all
}

#[test]
fn no_line_is_wider_than_the_page_and_no_word_is_broken() {
    let keymap = Keymap::shipped().unwrap();
    for (columns, _) in SIZES {
        let columns = usize::from(columns) - 2;
        for place in Place::ALL {
            let lines = lines(&keymap, place, columns);
            for line in &lines {
                let text = match line {
                    HelpLine::Head(text) | HelpLine::Text(text) => text.clone(),
                    HelpLine::Task(text) => format!(" {text}"),
                    HelpLine::Blank => String::new(),
                    HelpLine::Command { keys, name, help } if name.is_empty() => {
                        format!("  {keys}  {help}")
                    }
                    HelpLine::Command { keys, name, help } => {
                        format!("  {keys}  {name}  {help}")
                    }
                };
                let wide = unicode_width::UnicodeWidthStr::width(text.trim_end());
                assert!(wide <= columns, "{wide} of {columns}: {text:?}");
            }
            // The columns stand under each other.
            let mut widths: Vec<(usize, usize)> = Vec::new();
            for line in &lines {
                if let HelpLine::Command { keys, name, .. } = line {
                    widths.push((keys.chars().count(), name.chars().count()));
                }
            }
            widths.dedup();
            assert_eq!(widths.len(), 1, "{columns}: {widths:?}");
        }
    }
}

#[test]
fn every_command_of_every_place_is_there_with_all_keys_its_name_and_all_its_words() {
    let keymap = Keymap::shipped().unwrap();
    let all = commands(&lines(&keymap, Place::List, 118));
    for place in keymap.places() {
        for binding in keymap.bindings(place) {
            let command = binding.command;
            let keys = keymap.keys(place, command);
            let keys: Vec<String> = keys.iter().map(ToString::to_string).collect();
            let wanted = (
                keys.join(" "),
                command.name().to_owned(),
                command.help().to_owned(),
            );
            assert!(all.contains(&wanted), "{wanted:?} is not on the page");
        }
    }
    // In a narrow terminal the name stands before what it does.
    let narrow = lines(&keymap, Place::List, 58);
    let words: String = narrow
        .iter()
        .filter_map(|line| match line {
            HelpLine::Command { help, .. } => Some(format!("{} ", help.trim())),
            _ => None,
        })
        .collect();
    for command in Command::ALL {
        let said = format!("{}: {}", command.name(), command.help());
        assert!(words.contains(&said), "{said:?}");
    }
}

#[tokio::test]
async fn the_place_that_it_is_asked_in_comes_first() {
    for (keys, title) in [
        ("", "Here: List of plans"),
        ("<enter>", "Here: Detail of a plan"),
        ("e", "Here: Form"),
        ("m", "Here: Limits of a plan"),
        ("U", "Here: Usage of API keys"),
        ("A", "Here: API keys of a plan"),
        ("W", "Here: Exhaustion: API keys whose quota runs out"),
        ("F", "Here: Findings"),
        ("H", "Here: History"),
        ("Q", "Here: Send queue"),
        ("L", "Here: Requests"),
        ("I", "Here: Who you are"),
    ] {
        let mut session = Session::start(80, 24).await;
        session.find("qm6bea").await;
        session.keys(&format!("{keys}?")).await;
        let screen = session.screen();
        let first = screen.lines().nth(2).unwrap();
        assert!(first.contains(title), "after {keys:?}: {first}");
        // The rest follows, each place once.
        let Some(plangate::app::Screen::Help(help)) = session.app.stack.screen() else {
            panic!("the help is not in front");
        };
        let lines = help.lines(&session.app.core);
        let heads = lines
            .iter()
            .filter(|line| matches!(line, HelpLine::Head(_)));
        assert_eq!(heads.count(), Place::ALL.len() + 1);
    }
}

#[tokio::test]
async fn pages_say_how_much_of_them_is_not_in_sight() {
    let mut session = Session::start(80, 24).await;
    session.keys("?").await;
    session.shows("Help: all keys (/ searches, esc goes back) (");
    session.shows(" more lines below)");
    session.keys("jj").await;
    session.shows("(2 above, ");
    session.keys("G").await;
    session.shows(" more lines above)");
    session.hides("below)");
    session.keys("k").await;
    session.shows("1 more line below)");
    session.keys("<esc>:plain-text<enter>").await;
    session.shows("The view: y copies, s saves");
    session.shows("more lines below)");
}

#[tokio::test]
async fn a_search_finds_keys_names_descriptions_and_synonyms_over_all_places() {
    let mut session = Session::start(120, 60).await;
    session.keys("?").await;
    session.shows("/ filter");
    // A synonym: no name and no description has the word.
    for (text, found) in [
        (
            "429",
            "shows which limit applies to each stage and method, and why",
        ),
        ("apikey", "attaches API keys to the plan"),
        ("terraform", "copies the id, ARN, name, value, JSON"),
        ("rollback", "stages what undoes the selected change or send"),
        // A name, a description, several words of both.
        (
            "stop-after",
            "stops the send queue after the change in flight",
        ),
        ("spike", "simulates the load you type"),
        (
            "queue fail",
            "stops the send queue at a failure, or keeps it going",
        ),
        ("THROTTLE", "changes the burst limit"),
    ] {
        session.keys(&format!("/{text}")).await;
        session.shows(found);
        session.hides("goes to the last line");
        session.keys("<esc>").await;
    }
    // A key finds what it does, wherever: no other letter stands for it.
    session.keys("/W<enter>").await;
    session.shows("Help: keys for \"W\"");
    session.shows("  W ");
    session.shows("Here: List of plans");
    session.shows("Usage of API keys");
    session.hides("shows errors and warnings");
    // One step back shows all, the next one leaves.
    session.keys("<esc>").await;
    session.shows("Help: all keys");
    session.keys("/no-such-thing<enter>").await;
    session.shows("No key and no command fits: esc shows all.");
    session.keys("<esc><esc>").await;
    session.shows("Plans 39 of 39");
}

#[test]
fn long_groups_stand_under_their_tasks_and_the_page_s_own_keys_come_first() {
    let keymap = Keymap::shipped().unwrap();
    let lines = lines(&keymap, Place::Limits, 118);
    assert_eq!(
        lines[0],
        HelpLine::Head("Here: Limits of a plan".to_owned())
    );
    assert_eq!(lines[1], HelpLine::Task("Change"));
    let at = |wanted: &HelpLine| lines.iter().position(|line| line == wanted).unwrap();
    let everywhere = at(&HelpLine::Head("Everywhere".to_owned()));
    assert!(at(&HelpLine::Task("Look at")) < everywhere);
    // What belongs to one task stands together: each title once in a group.
    let own: Vec<&HelpLine> = lines[..everywhere].iter().collect();
    let mut tasks: Vec<&HelpLine> = own
        .iter()
        .filter(|line| matches!(line, HelpLine::Task(_)))
        .copied()
        .collect();
    let count = tasks.len();
    tasks.dedup();
    assert!(count > 3 && tasks.len() == count, "{tasks:?}");
    // A short group needs none.
    let review = at(&HelpLine::Head("Review of an extension".to_owned()));
    assert!(!matches!(lines[review + 1], HelpLine::Task(_)));
}

#[tokio::test]
async fn q_closes_every_page_and_quits_from_the_list() {
    for way in [
        "?",
        "H",
        "L",
        "Q",
        "I",
        "F",
        "W",
        "U",
        "m",
        "A",
        "D",
        "e",
        "e<tab>",
        "r150<enter>v",
        "r150<enter>V",
        ":plain-text<enter>",
    ] {
        let mut session = Session::start(120, 40).await;
        session.find("qm6bea").await;
        session.keys(way).await;
        assert!(session.app.stack.screen().is_some(), "after {way:?}");
        session.keys("q").await;
        assert!(!session.quit, "after {way:?}");
        assert!(session.app.stack.screen().is_none(), "after {way:?}");
        // The foot names it no more: a q too many asks, or leaves.
        session.keys("q").await;
        let asks = session.app.stack.prompt.is_some();
        assert!(session.quit || asks, "after {way:?}");
    }
    // Within a narrowed page as well: it is the page that closes.
    let mut session = Session::start(120, 40).await;
    session.keys("?/quota<enter>q").await;
    session.shows("Plans 39 of 39");
    // The detail is the list's.
    session.keys("<enter>q").await;
    assert!(session.quit);
    // A draft that is edited stays, and q is a letter where text is typed.
    let mut session = Session::start(120, 40).await;
    session.find("w0mvrr").await;
    session.keys("e<enter>q<enter>q").await;
    session.shows("1 draft not sent");
    session.keys("q").await;
    session.shows("Leave plangate?");
    // What quits at once does so from anywhere.
    let mut session = Session::start(120, 40).await;
    session.keys("?<ctrl-c>").await;
    assert!(session.quit);
}
