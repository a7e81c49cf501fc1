//! The same flow in every terminal: found, changed, reviewed, sent, undone, left.
//! What differs is what the terminal can show.

#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use std::process::Command;

use support::keys::{CTRL_S, ENTER};
use support::pty::{PLANGATE, Program, Start};
use support::written::{draws_boxes, has_colours, renditions};

/// Finds a plan, changes a number, reads the review, sends it, takes it back from the
/// history, and leaves.
fn flow(program: &mut Program) {
    program.wait_for("39 of 39");
    program.press("/w0mvrr");
    program.wait_for("1 of 39");
    program.press(ENTER);
    program.press(ENTER);
    // The detail, with the plan's API keys.
    program.wait_for("reports-reader");
    program.press("r");
    program.wait_for("requests per second: a number");
    program.press("120");
    program.wait_for("= 120 requests per second");
    program.press(ENTER);
    program.wait_for("Staged: rate limit from 100 to 120");
    program.press("v");
    program.wait_for("nothing is sent yet");
    program.wait_for("\"value\": \"120\"");
    program.press(CTRL_S);
    program.wait_for("updated");
    program.press("H");
    program.wait_for("History of");
    program.wait_for("rate 100 -> 120");
    program.press("u");
    program.wait_for("Staged: what undoes the change");
    program.wait_for("\"value\": \"100\"");
    program.press(CTRL_S);
    program.wait_for("undoes: ");
    program.wait_for("undone");
    // The first one closes the history.
    program.press("qq");
}

/// A terminal, and what it can show.
struct Environment {
    variables: &'static [(&'static str, &'static str)],
    has_colours: bool,
    is_ascii: bool,
    /// The rendition (SGR) that marks what is selected: 7 reverses it, 48 begins a background.
    selected: u32,
}

const ENVIRONMENTS: [Environment; 7] = [
    Environment {
        variables: &[("TERM", "xterm")],
        has_colours: true,
        is_ascii: false,
        selected: 7,
    },
    Environment {
        variables: &[("TERM", "xterm-256color")],
        has_colours: true,
        is_ascii: false,
        selected: 48,
    },
    Environment {
        variables: &[("TERM", "screen-256color")],
        has_colours: true,
        is_ascii: false,
        selected: 48,
    },
    Environment {
        variables: &[("TERM", "xterm-256color"), ("COLORTERM", "truecolor")],
        has_colours: true,
        is_ascii: false,
        selected: 48,
    },
    Environment {
        variables: &[("TERM", "dumb")],
        has_colours: false,
        is_ascii: true,
        selected: 7,
    },
    Environment {
        variables: &[("NO_COLOR", "1")],
        has_colours: false,
        is_ascii: false,
        selected: 7,
    },
    Environment {
        variables: &[("LANG", "C")],
        has_colours: true,
        is_ascii: true,
        selected: 48,
    },
];

#[test]
fn the_same_flow_passes_in_every_terminal_and_shows_what_that_can() {
    for environment in ENVIRONMENTS {
        let Environment {
            variables,
            has_colours: wants_colours,
            is_ascii,
            selected,
        } = environment;
        let start = Start::plangate(&["--demo"]);
        let start = variables
            .iter()
            .fold(start, |start, (name, value)| start.env(name, value));
        let mut program = start.run();
        flow(&mut program);
        assert_eq!(program.wait_end().exit_code(), 0, "{variables:?}");
        program.assert_given_back();
        let written = program.bytes();
        let renditions = renditions(written);
        assert_eq!(has_colours(&renditions), wants_colours, "{variables:?}");
        // What is selected is marked without colour too.
        assert!(renditions.contains(&selected), "{variables:?}");
        assert_eq!(written.is_ascii(), is_ascii, "{variables:?}");
        assert_eq!(draws_boxes(written), !is_ascii, "{variables:?}");
    }
}

/// tmux in the pseudo-terminal, on a socket and with a configuration of its own; its
/// server ends with it.
struct Tmux {
    program: Program,
    config: String,
}

impl Tmux {
    /// Runs a command of the shell in tmux.
    fn run(inner_terminal: &str, command: &str) -> Self {
        let start = Start::program("tmux");
        let config = start.home().join("tmux.conf");
        let options = format!(
            "set -g status off\nset -s escape-time 0\nset -g default-terminal {inner_terminal}\n"
        );
        std::fs::write(&config, options).unwrap();
        let config = config.to_str().unwrap().to_owned();
        let folder = start.home().to_str().unwrap().to_owned();
        let program = start
            .env("TMUX_TMPDIR", &folder)
            .env("SHELL", "/bin/sh")
            .arg("-L")
            .arg("plangate")
            .arg("-f")
            .arg(&config)
            .arg("new-session")
            .arg(command)
            .run();
        Self { program, config }
    }
}

impl Drop for Tmux {
    fn drop(&mut self) {
        let mut tmux = Command::new("tmux");
        tmux.args(["-L", "plangate", "-f", &self.config, "kill-server"]);
        // It is gone already where all went well.
        let _ = tmux.env("TMUX_TMPDIR", self.program.home()).output();
    }
}

#[test]
fn the_same_flow_passes_inside_tmux() {
    if Command::new("tmux").arg("-V").output().is_err() {
        println!("skipped: tmux is not installed");
        return;
    }
    for inner_terminal in ["screen-256color", "tmux-256color", "screen"] {
        let command = format!("{PLANGATE} --demo; echo \"ended with $?\"; read line");
        let mut tmux = Tmux::run(inner_terminal, &command);
        flow(&mut tmux.program);
        // The pane is the shell's again: what was drawn is gone.
        tmux.program.wait_for("ended with 0");
        assert!(!tmux.program.screen().contents().contains("History of"));
        tmux.program.press(ENTER);
        assert_eq!(tmux.program.wait_end().exit_code(), 0, "{inner_terminal}");
        tmux.program.assert_given_back();
        let written = tmux.program.bytes();
        assert!(has_colours(&renditions(written)), "{inner_terminal}");
        assert!(draws_boxes(written), "{inner_terminal}");
    }
}
