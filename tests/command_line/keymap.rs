//! `plangate keymap`, and what a key map that means nothing keeps from starting.

use std::fs;

use serde_json::Value;
use tempfile::TempDir;

use super::{outcome, plangate, run};

/// A folder with a key map beside the usual configuration file.
fn home(keymap: &str) -> TempDir {
    let home = TempDir::new().unwrap();
    let folder = home.path().join("plangate");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("keymap.toml"), keymap).unwrap();
    home
}

fn in_home(home: &TempDir, arguments: &[&str]) -> (Option<i32>, String, String) {
    let mut command = plangate(arguments);
    command.env("XDG_CONFIG_HOME", home.path());
    outcome(command)
}

#[test]
fn what_is_printed_is_a_key_map_and_says_from_where_each_line_is() {
    let (code, shipped, error) = run(&["keymap"]);
    assert_eq!((code, error.as_str()), (Some(0), ""));
    assert!(
        shipped.starts_with("# Everywhere\n[everywhere]\nhelp = [\"?\", \"f1\"]"),
        "{shipped}"
    );
    assert!(shipped.lines().all(|line| {
        line.is_empty() || line.starts_with(['#', '[']) || line.ends_with(" # default")
    }));

    let home = home("# mine\n[list]\nedit = [\"E\"]\nreview = []\n");
    let path = home.path().join("plangate/keymap.toml");
    let (code, own, error) = in_home(&home, &["keymap"]);
    assert_eq!((code, error.as_str()), (Some(0), ""));
    let changed: Vec<&str> = own
        .lines()
        .filter(|line| !shipped.lines().any(|other| other == *line))
        .collect();
    let line = |text: &str, line| format!("{text:<40} # {}:{line}", path.display());
    assert_eq!(changed, [line("edit = [\"E\"]", 3), line("review = []", 4)]);

    // The whole of it can be a file of one's own.
    let again = self::home(&own);
    let (code, text, error) = in_home(&again, &["keymap", "--json"]);
    assert_eq!((code, error.as_str()), (Some(0), ""));
    let json: Value = serde_json::from_str(&text).unwrap();
    let edit = &json["places"]["list"]["edit"];
    assert_eq!(edit["keys"], serde_json::json!(["E"]));
    assert!(edit["help"].as_str().unwrap().contains("form"));
    let from = edit["from"].as_str().unwrap();
    assert!(from.contains("plangate/keymap.toml:"), "{from}");
}

#[test]
fn a_key_map_can_be_named_by_flag_variable_and_configuration() {
    let home = home("[list]\nedit = [\"E\"]\n");
    let other = home.path().join("other.toml");
    fs::write(&other, "[list]\nedit = [\"f6\"]\n").unwrap();
    let named = home.path().join("plangate/config.toml");
    fs::write(&named, "keymap = \"../other.toml\"\n").unwrap();
    let other = other.to_str().unwrap();
    let edits = |text: &str| text.contains("edit = [\"f6\"]");

    let (_, text, error) = in_home(&home, &["keymap"]);
    assert!(edits(&text), "{text}{error}");
    let (_, text, error) = run(&["keymap", "--keymap", other]);
    assert!(edits(&text), "{text}{error}");
    let mut command = plangate(&["keymap"]);
    command.env("PLANGATE_KEYMAP", other);
    let (_, text, error) = outcome(command);
    assert!(edits(&text), "{text}{error}");

    let (code, _, error) = run(&["keymap", "--keymap", "/nonexistent/keymap.toml"]);
    assert_eq!(code, Some(2));
    let said = "plangate: the configuration /nonexistent/keymap.toml cannot be read";
    assert!(error.starts_with(said), "{error}");
}

#[test]
fn a_key_map_that_means_nothing_keeps_the_dashboard_from_starting() {
    for (text, said) in [
        (
            "[list]\nedti = [\"x\"]\n",
            ":2:1: \"edti\" is not a command; did you mean edit?",
        ),
        (
            "\n[lits]\n",
            ":2:2: [lits] is not a section; did you mean [list]?",
        ),
        (
            "[list]\nedit = [\"pagedown\"]\n",
            ":2:9: \"pagedown\" is not a key; did you mean page-down?",
        ),
        (
            "[list]\nedit = [\"v\"]\n",
            ":2:9: \"v\" would mean both edit and review, as plangate ships it, in [list]",
        ),
        (
            "[everywhere]\nquit = []\n",
            ":2:1: quit would have no key in [everywhere]",
        ),
    ] {
        let home = home(text);
        let path = home.path().join("plangate/keymap.toml");
        for arguments in [&["--demo"][..], &["keymap"]] {
            let (code, out, error) = in_home(&home, arguments);
            assert_eq!((code, out.as_str()), (Some(2), ""), "{arguments:?}");
            let said = format!("plangate: {}{said}", path.display());
            assert!(error.starts_with(&said), "{error}\n{said}");
            assert_eq!(error.lines().count(), 1, "{error}");
        }
        // What needs no keys works.
        let (code, ..) = in_home(&home, &["--demo", "list"]);
        assert_eq!(code, Some(0));
    }
}

#[test]
fn mouse_and_clipboard_are_options_like_others() {
    let show = |arguments: &[&str]| {
        let mut command = plangate(&[&["config", "show"], arguments].concat());
        command.env("PLANGATE_MOUSE", "false").env("TERM", "dumb");
        let (code, out, error) = outcome(command);
        assert_eq!(code, Some(0), "{error}");
        out
    };
    let holds = |text: &str, option: &str, from: &str| {
        let line = text.lines().find(|line| line.starts_with(option));
        let line = line.unwrap_or_else(|| panic!("{option} is not in:\n{text}"));
        assert!(line.ends_with(&format!(" # {from}")), "{line}");
    };
    let text = show(&[]);
    holds(&text, "mouse = false", "PLANGATE_MOUSE");
    // A dumb terminal would show the sequence.
    holds(&text, "clipboard = \"none\"", "TERM");
    let text = show(&["--no-mouse", "--clipboard", "xclip -selection clipboard"]);
    holds(&text, "mouse = false", "--no-mouse");
    let command = "clipboard = \"xclip -selection clipboard\"";
    holds(&text, command, "--clipboard");
    let (code, _, error) = run(&["--clipboard", " ", "config", "show"]);
    assert_eq!(code, Some(2));
    assert!(error.contains("it can be \"osc52\", \"none\""), "{error}");
}

#[test]
fn a_quote_of_the_clipboard_command_that_is_not_closed_is_told_wherever_it_stands() {
    let reason = "a quote in it is not closed";
    let (code, _, error) = run(&["--clipboard", "copy 'it", "config", "show"]);
    assert_eq!(code, Some(2));
    assert!(error.contains(reason), "{error}");
    let mut command = plangate(&["config", "show"]);
    command.env("PLANGATE_CLIPBOARD", "copy 'it");
    let (code, _, error) = outcome(command);
    assert_eq!(code, Some(2));
    assert!(error.contains(reason), "{error}");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config.toml");
    std::fs::write(&file, "\nclipboard = \"copy 'it\"\n").unwrap();
    let (code, _, error) = run(&["--config", file.to_str().unwrap(), "config", "show"]);
    assert_eq!(code, Some(2));
    let said = format!("config.toml:2:13: clipboard is \"copy 'it\"; {reason}");
    assert!(error.contains(&said), "{error}");
}
