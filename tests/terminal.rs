//! The real program in a pseudo-terminal: that it does its job there, and that it
//! leaves the terminal as it found it, however it ends.

#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use std::process::{Command, Stdio};
use std::time::Duration;

use rustix::process::Signal;
use support::keys::{CTRL_A, CTRL_C, CTRL_K, CTRL_O, CTRL_S, CTRL_Z, ENTER, ESCAPE, F11, F12};
use support::pty::{PLANGATE, Program, Start};
use support::written::{draws_boxes, has_colours, renditions};

/// Some plan near the top of the sample account's list.
const LOADED: &str = "39 of 39";

fn demo() -> Start {
    Start::plangate(&["--demo"])
}

/// The dashboard with the sample account's plans on the screen.
fn started(start: Start) -> Program {
    let mut program = start.run();
    program.wait_for(LOADED);
    assert!(program.is_taken());
    program
}

#[test]
fn shows_the_sample_account_and_gives_the_terminal_back_on_quit() {
    let mut program = started(demo());
    program.press("q");
    assert_eq!(program.wait_end().exit_code(), 0);
    program.assert_given_back();
}

#[test]
fn nothing_is_sent_where_it_is_read_only() {
    let mut program = started(demo().arg("--read-only"));
    program.press("r");
    program.wait_for("requests per second");
    program.press("33");
    program.press(ENTER);
    program.press("v");
    program.wait_for("PATCH /usageplans/");
    program.press(CTRL_S);
    program.wait_for("read-only: nothing is sent; the draft is kept");
}

#[test]
fn ctrl_c_is_a_key_and_quits() {
    let mut program = started(demo());
    program.press(CTRL_C);
    assert_eq!(program.wait_end().exit_code(), 0);
    program.assert_given_back();
}

#[test]
fn gives_the_terminal_back_on_the_signals_that_end_it() {
    for (signal, code) in [(Signal::TERM, 143), (Signal::HUP, 129), (Signal::INT, 130)] {
        let mut program = started(demo());
        program.signal(signal);
        assert_eq!(program.wait_end().exit_code(), code);
        program.assert_given_back();
    }
}

#[test]
#[cfg(debug_assertions)]
fn gives_the_terminal_back_after_a_panic_of_the_loop_and_of_another_thread() {
    for key in [F11, F12] {
        let mut program = started(demo().env("PLANGATE_PANIC", "1"));
        program.press(key);
        assert_eq!(program.wait_end().exit_code(), 101);
        program.assert_given_back();
        let screen = program.screen().contents();
        assert!(screen.contains("asked to panic"), "{screen}");
    }
}

#[test]
fn stops_and_goes_on_when_a_signal_says_so() {
    let mut program = started(demo());
    program.signal(Signal::TSTP);
    program.wait_stopped();
    program.wait_until("normal screen", |screen| !screen.alternate_screen());
    program.assert_given_back();
    program.signal(Signal::CONT);
    program.wait_for(LOADED);
    assert!(program.is_taken());
    program.press("q");
    assert_eq!(program.wait_end().exit_code(), 0);
    program.assert_given_back();
}

#[test]
fn gives_a_shell_its_terminal_at_ctrl_z_and_comes_back_with_fg() {
    let bash = Start::program("bash")
        .arg("--noprofile")
        .arg("--norc")
        .arg("-i");
    let mut shell = bash.env("PS1", "shell> ").env("HISTFILE", "").run();
    shell.wait_for("shell> ");
    shell.press(&format!("{PLANGATE} --demo\n"));
    shell.wait_for(LOADED);
    shell.press(CTRL_Z);
    shell.wait_for("Stopped");
    assert!(!shell.screen().alternate_screen());
    // Lines can be typed, are echoed and are run.
    shell.press("echo alive $((40 + 2))\n");
    shell.wait_for("alive 42");
    shell.press("fg\n");
    shell.wait_for(LOADED);
    assert!(shell.screen().alternate_screen());
    shell.press("q");
    shell.wait_until("prompt", |screen| {
        !screen.alternate_screen() && screen.contents().trim_end().ends_with("shell>")
    });
    shell.press("echo code $?\n");
    shell.wait_for("code 0");
}

#[test]
fn ctrl_z_does_nothing_where_no_shell_could_go_on() {
    let mut program = started(demo());
    program.press(CTRL_Z);
    // It answers the next key.
    program.press("?");
    program.wait_gone(LOADED);
    assert!(program.is_taken());
}

#[test]
fn draws_anew_for_another_size() {
    let mut program = started(demo().size(120, 40));
    for (columns, rows) in [(80, 24), (140, 45)] {
        program.resize(columns, rows);
        // The hints stand in the last line.
        program.wait_until("hints in the last line", |screen| {
            let last = screen.rows(0, columns).last().unwrap_or_default();
            last.contains("? all keys") && screen.contents().contains(LOADED)
        });
    }
}

#[test]
fn says_when_the_terminal_is_too_small_and_recovers() {
    let mut program = demo().size(40, 10).run();
    program.wait_for("40x10");
    program.resize(100, 30);
    program.wait_for(LOADED);
    program.resize(20, 5);
    program.wait_for("20x5");
    program.resize(100, 30);
    program.wait_for(LOADED);
}

#[test]
fn refuses_to_start_without_a_terminal() {
    let output = Command::new(PLANGATE)
        .arg("--demo")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stdout.is_empty());
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        said.starts_with("plangate: the dashboard needs a terminal"),
        "{said}"
    );
    assert_eq!(said.lines().count(), 1, "{said}");
}

/// Walks over the screens where colours are.
fn written_in(start: Start) -> Vec<u8> {
    let mut program = started(start);
    program.press("?");
    program.wait_gone(LOADED);
    // The first closes the help.
    program.press("qq");
    program.wait_end();
    program.bytes().to_vec()
}

#[test]
fn has_colours_unless_it_is_told_not_to() {
    let colourful = written_in(demo());
    assert!(has_colours(&renditions(&colourful)));
    assert!(draws_boxes(&colourful));
    let plain = written_in(demo().env("NO_COLOR", "1"));
    assert!(!has_colours(&renditions(&plain)));
    // What is selected is marked all the same.
    assert!(renditions(&plain).contains(&7));
    assert!(draws_boxes(&plain));
    let flagged = written_in(Start::plangate(&["--demo", "--no-color", "--ascii"]));
    assert!(!has_colours(&renditions(&flagged)));
    assert!(!draws_boxes(&flagged));
}

#[test]
fn keeps_to_ascii_without_colours_on_a_dumb_terminal() {
    let written = written_in(demo().env("TERM", "dumb"));
    assert!(!has_colours(&renditions(&written)));
    assert!(!draws_boxes(&written));
}

#[test]
fn keeps_to_ascii_where_the_locale_is_not_utf_8() {
    let written = written_in(demo().env("LC_ALL", "C"));
    assert!(has_colours(&renditions(&written)));
    assert!(!draws_boxes(&written));
}

#[test]
fn finds_a_plan_changes_it_sends_it_and_shows_the_new_value() {
    let mut program = started(demo());
    program.press("/w0mvrr");
    program.wait_for("1 of 39");
    program.press(ENTER);
    program.press(ENTER);
    // The detail, with the plan's API keys.
    program.wait_for("reports-reader");
    program.press("e");
    program.wait_for("Staged: nothing");
    // The name is the first field.
    program.press(ENTER);
    program.press(CTRL_A);
    program.press(CTRL_K);
    program.press("renamed-in-a-pty");
    program.press(ENTER);
    program.wait_for("replace /name");
    program.press("v");
    program.wait_for("nothing is sent yet");
    program.wait_for("renamed-in-a-pty");
    program.press(CTRL_S);
    program.wait_for("updated");
    program.wait_until("new name in the list", |screen| {
        let lines = screen.rows(0, 120).collect::<Vec<_>>();
        lines
            .iter()
            .any(|line| line.contains("▸") && line.contains("renamed-in-a-pty"))
    });
    program.press("q");
    assert_eq!(program.wait_end().exit_code(), 0);
    program.assert_given_back();
}

#[test]
fn opens_the_matrix_reads_why_changes_a_cell_sends_it_and_shows_it_changed() {
    let mut program = started(demo());
    program.press("/orders-gold");
    program.wait_for("Plan qm6bea");
    program.press(ENTER);
    program.press("m");
    program.wait_for("10 of 10 methods");
    // Down to GET /invoices, which has a method throttle of its own.
    program.press("jj");
    program.wait_for("Why: orders:prod /invoices/GET");
    program.wait_for("The plan's method throttle applies: 5 requests/s, burst");
    program.wait_for("│10.");
    program.press("r8");
    program.wait_for("= 8 requests per second");
    program.press(ENTER);
    program.wait_for("8/10 M");
    program.press("v");
    program.wait_for("nothing is sent yet");
    program.press(CTRL_S);
    // More than half as much again: it asks.
    program.wait_for("Send it?");
    program.press("y");
    program.wait_for("updated");
    program.wait_for("The plan's method throttle applies: 8 requests/s, burst");
    program.wait_for("│10.");
    // The first closes the matrix.
    program.press("qq");
    assert_eq!(program.wait_end().exit_code(), 0);
    program.assert_given_back();
}

fn has(program: &Program, bytes: &str) -> bool {
    let bytes = bytes.as_bytes();
    program.bytes().windows(bytes.len()).any(|at| at == bytes)
}

/// `w0mvrr` as a terminal takes it for its clipboard.
const COPIED: &str = "\x1b]52;c;dzBtdnJy\x1b\\";

/// Copies the id of a plan; the end of the notice is awaited.
fn copy_id(program: &mut Program, ends: &str) {
    program.press("/w0mvrr");
    program.wait_for("1 of 39");
    program.press(ENTER);
    program.press("yid");
    program.wait_for("ctrl-o shows it instead");
    program.press(ENTER);
    program.wait_for(ends);
}

#[test]
fn copies_through_the_terminal_and_through_tmux() {
    let mut program = started(demo());
    copy_id(
        &mut program,
        "Copied the id, 6 characters, through the terminal",
    );
    assert!(has(&program, COPIED));
    assert!(!has(&program, "\x1bPtmux;"));

    let mut program = started(demo().env("TMUX", "/tmp/tmux-1000/default,1,0"));
    copy_id(
        &mut program,
        "Copied the id, 6 characters, through the terminal",
    );
    assert!(has(&program, COPIED));
    assert!(has(
        &program,
        "\x1bPtmux;\x1b\x1b]52;c;dzBtdnJy\x1b\x1b\\\x1b\\"
    ));
}

#[test]
fn copies_with_a_program_and_shows_what_it_does_not_take() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("clipboard");
    let command = format!("dd of={}", file.display());
    let mut program = started(demo().arg("--clipboard").arg(&command));
    copy_id(&mut program, "Copied the id, 6 characters.");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "w0mvrr");
    assert!(!has(&program, "\x1b]52;"));

    let mut program = started(demo().arg("--clipboard").arg("/nonexistent/copy now"));
    copy_id(&mut program, "/nonexistent/copy cannot be run");
    program.wait_for("The id:");
}

#[test]
fn a_dumb_terminal_is_not_sent_what_it_would_show() {
    let mut program = started(demo().env("TERM", "dumb"));
    copy_id(&mut program, "The id:");
    assert!(!has(&program, "\x1b]52;"));
}

#[test]
fn the_mouse_clicks_and_is_left_to_the_terminal_when_asked() {
    let mut program = started(demo());
    assert!(has(&program, "\x1b[?1000h"));
    // A pointer that only moves wakes nobody.
    assert!(!has(&program, "\x1b[?1003h"));
    // The wheel, over the list.
    program.press("\x1b[<65;10;10M\x1b[<65;10;10M");
    program.wait_until("seventh plan selected", |screen| {
        let rows: Vec<String> = screen.rows(0, 120).collect();
        rows.get(9).is_some_and(|row| row.contains('▸'))
    });
    // A click on the first plan.
    program.press("\x1b[<0;10;4M\x1b[<0;10;4m");
    program.wait_until("first plan selected", |screen| {
        let rows: Vec<String> = screen.rows(0, 120).collect();
        rows.get(3).is_some_and(|row| row.contains('▸'))
    });
    program.press("\x1bm");
    program.wait_for("The mouse is the terminal's");
    let mode = program.screen().mouse_protocol_mode();
    assert_eq!(mode, vt100::MouseProtocolMode::None);
    program.press("\x1bm");
    program.wait_for("The mouse is plangate's");
    program.press("q");
    program.wait_end();
    program.assert_given_back();

    for start in [
        demo().arg("--no-mouse"),
        demo().env("PLANGATE_MOUSE", "false"),
    ] {
        let mut program = started(start);
        program.press("q");
        program.wait_end();
        assert!(!has(&program, "\x1b[?1000h"));
    }
}

/// The dashboard in the patch editor, with an editor that is a script of the shell.
fn with_editor(lines: &str) -> Program {
    use std::os::unix::fs::PermissionsExt;
    let start = demo();
    let script = start.home().join("editor");
    std::fs::write(&script, format!("#!/bin/sh\n{lines}\n")).unwrap();
    std::fs::set_permissions(&script, PermissionsExt::from_mode(0o755)).unwrap();
    let editor = format!("{} --wait", script.display());
    let mut program = started(start.env("VISUAL", &editor).env("EDITOR", "false"));
    program.press("/w0mvrr");
    program.wait_for("1 of 39");
    program.press(ENTER);
    program.press("r150");
    program.press(ENTER);
    program.wait_for("Staged: rate limit");
    program.press("p");
    program.wait_for("All good");
    program
}

#[test]
fn the_patch_is_edited_in_the_editor_of_the_operator() {
    let mut program = with_editor(
        "[ \"$1\" = --wait ] || exit 9\n\
         echo \"editing $(stat -c %a \"$2\")\"\n\
         read -r rate\n\
         sed -i \"s/150/$rate/\" \"$2\"\n\
         echo \"$2\" > \"$HOME/where\"",
    );
    program.press(CTRL_O);
    program.wait_for("editing 600");
    program.assert_given_back();
    // What is typed is the editor's, quitting keys too.
    program.press("175\n");
    program.wait_for("Back from the editor");
    assert!(program.is_taken());
    program.wait_for("\"value\": \"175\"");
    program.press(CTRL_S);
    program.wait_for("1 operation is staged");
    let file = std::fs::read_to_string(program.home().join("where")).unwrap();
    assert!(!std::path::Path::new(file.trim()).exists(), "{file}");
    program.press("q");
    program.wait_for("1 draft was not sent");
    program.press("y");
    assert_eq!(program.wait_end().exit_code(), 0);
    program.assert_given_back();
}

#[test]
fn ctrl_c_and_ctrl_z_in_the_editor_are_the_editors() {
    let mut program = with_editor("echo editing\nread -r rate\necho \"[]\" > \"$2\"");
    program.press(CTRL_O);
    program.wait_for("editing");
    program.press(CTRL_C);
    program.wait_for("Here the text is as it was");
    assert!(program.is_taken());
    program.wait_for("\"value\": \"150\"");
    // And again, now to its end.
    program.press(CTRL_O);
    program.wait_until("editor", |screen| !screen.alternate_screen());
    program.press("\n");
    program.wait_for("Back from the editor");
}

#[test]
fn a_newcomer_is_told_the_first_steps_until_they_are_closed_for_good() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().to_str().unwrap();
    let newcomer = || demo().env("XDG_STATE_HOME", state);
    for _ in 0..2 {
        let mut program = started(newcomer());
        program.wait_for("First steps");
        program.wait_for("m shows which limit applies, U the usage, H what was sent.");
        program.press("q");
        program.wait_end();
    }
    let mut program = started(newcomer());
    program.press(ESCAPE);
    program.wait_gone("First steps");
    program.press("q");
    program.wait_end();
    let mut program = started(newcomer());
    assert!(!program.screen().contents().contains("First steps"));
    program.press("q");
    assert_eq!(program.wait_end().exit_code(), 0);
}

#[test]
fn logs_requests_to_a_file_of_the_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let mut program = started(demo());
    program.press("q");
    program.wait_end();
    let path = program.home().join("state/plangate/plangate.log");
    let log = std::fs::read_to_string(&path).unwrap();
    assert!(log.contains("GetUsagePlans"), "{log}");
    assert!(log.contains("ends"), "{log}");
    let mode = std::fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert!(!String::from_utf8_lossy(program.bytes()).contains("INFO"));
}

#[test]
fn runs_where_no_log_can_be_written() {
    let mut program = started(demo().env("XDG_STATE_HOME", "/dev/null/nowhere"));
    program.press("q");
    assert_eq!(program.wait_end().exit_code(), 0);
    program.assert_given_back();
}

/// What the program asks for the terminal's background with.
const QUESTION: &[u8] = b"\x1b]11;?\x1b\\";

/// What a terminal with a white background answers.
const WHITE: &str = "\x1b]11;rgb:ffff/ffff/ffff\x1b\\";

/// How long the program takes an answer, in milliseconds; for builds of tests.
const ANSWER_MS: &str = "PLANGATE_ANSWER_MS";

fn asks(program: &Program) -> bool {
    let bytes = program.bytes();
    bytes.windows(QUESTION.len()).any(|part| part == QUESTION)
}

/// The colour of the border of the pane that has the keys: the accent.
fn accent(screen: &vt100::Screen) -> vt100::Color {
    screen.cell(1, 0).unwrap().fgcolor()
}

/// The accents of the dark and the light theme in 256 colours.
const DARK: vt100::Color = vt100::Color::Idx(80);
const LIGHT: vt100::Color = vt100::Color::Idx(25);

#[test]
#[cfg(debug_assertions)]
fn is_light_where_the_terminal_says_so_and_loses_no_key_meanwhile() {
    let mut program = started(demo().env(ANSWER_MS, "60000"));
    assert!(asks(&program));
    assert_eq!(accent(program.screen()), DARK);
    program.press(&format!("/go{WHITE}ld"));
    program.wait_until("the light theme", |screen| accent(screen) == LIGHT);
    program.wait_for("filter: gold");
    assert!(!program.screen().contents().contains("rgb"));
    // From now on what looks like an answer is keys.
    program.press(WHITE);
    program.wait_for("11;rgb");
}

#[test]
#[cfg(debug_assertions)]
fn an_answer_that_comes_late_changes_nothing_and_is_no_keys() {
    let mut program = started(demo().env(ANSWER_MS, "0"));
    program.press(&format!("/go{WHITE}ld"));
    program.wait_for("filter: gold");
    assert_eq!(accent(program.screen()), DARK);
    assert!(!program.screen().contents().contains("rgb"));
}

#[test]
fn a_terminal_that_does_not_answer_costs_nothing() {
    // The list came without an answer, and an escape, with which one begins, is a key.
    let mut program = started(demo());
    assert!(asks(&program));
    program.press("/");
    program.wait_for("filter:");
    program.press("\x1b");
    program.wait_gone("filter:");
    assert_eq!(accent(program.screen()), DARK);
}

#[test]
fn who_cannot_answer_is_not_asked() {
    for start in [
        demo().env("TMUX", "/tmp/tmux-1000/default,1,0"),
        demo().env("TERM", "screen-256color"),
        demo().env("TERM", "dumb"),
        demo().env("NO_COLOR", "1"),
        demo().arg("--theme").arg("dark"),
    ] {
        assert!(!asks(&started(start)));
    }
}

/// What the program asks for the place of the cursor with.
const WHERE: &[u8] = b"\x1b[6n";

/// Waits until the program asks where the cursor is.
fn asked_where(program: &mut Program) -> bool {
    (0..1000).any(|_| {
        program.listen(Duration::from_millis(20));
        program
            .bytes()
            .windows(WHERE.len())
            .any(|part| part == WHERE)
    })
}

fn japanese() -> Start {
    demo().env("LANG", "ja_JP.UTF-8").arg("--theme").arg("dark")
}

#[test]
#[cfg(debug_assertions)]
fn frames_hold_where_the_terminal_takes_two_cells_and_no_key_is_lost() {
    for (report, is_wide) in [("\x1b[1;5R", true), ("\x1b[1;3R", false)] {
        let mut program = japanese().env(ANSWER_MS, "60000").run();
        assert!(asked_where(&mut program));
        program.press(&format!("/go{report}ld"));
        program.wait_for("filter: gold");
        let screen = program.screen().contents();
        assert_eq!(!draws_boxes(screen.as_bytes()), is_wide, "{screen}");
        assert!(
            !screen.contains("5R") && !screen.contains("[1;"),
            "{screen}"
        );
    }
}

#[test]
#[cfg(debug_assertions)]
fn a_report_that_comes_late_is_no_keys() {
    let mut program = japanese().env(ANSWER_MS, "0").run();
    assert!(asked_where(&mut program));
    program.wait_for(LOADED);
    program.press("/go\x1b[1;5Rld");
    program.wait_for("filter: gold");
    assert!(draws_boxes(program.screen().contents().as_bytes()));
}

#[test]
fn elsewhere_it_is_not_asked_where_the_cursor_is_and_an_option_decides() {
    let asks = |program: &Program| {
        let bytes = program.bytes();
        bytes.windows(WHERE.len()).any(|part| part == WHERE)
    };
    assert!(!asks(&started(demo())));
    let wide = started(demo().env("PLANGATE_AMBIGUOUS_WIDTH", "wide"));
    assert!(!asks(&wide));
    assert!(!draws_boxes(wide.screen().contents().as_bytes()));
    let narrow = started(japanese().env("PLANGATE_AMBIGUOUS_WIDTH", "narrow"));
    assert!(!asks(&narrow));
    assert!(draws_boxes(narrow.screen().contents().as_bytes()));
}

#[test]
fn a_theme_is_shown_in_as_many_colours_as_there_are() {
    let of = |start: Start| accent(started(start.arg("--theme").arg("okabe-ito")).screen());
    let sky_blue = vt100::Color::Rgb(0x56, 0xb4, 0xe9);
    assert_eq!(of(demo().env("COLORTERM", "truecolor")), sky_blue);
    assert_eq!(of(demo()), vt100::Color::Idx(74));
    assert_eq!(of(demo().env("TERM", "xterm")), vt100::Color::Idx(6));
}

#[test]
fn a_theme_that_means_nothing_is_told_before_the_terminal_is_taken() {
    let mut program = demo().arg("--theme").arg("okabe").run();
    assert_eq!(program.wait_end().exit_code(), 2);
    program.assert_given_back();
    let screen = program.screen().contents();
    assert!(
        screen.contains("--theme: \"okabe\" is not a theme"),
        "{screen}"
    );
    let took = program
        .bytes()
        .windows(8)
        .any(|part| part == b"\x1b[?1049h");
    assert!(!took);
}

#[test]
fn two_regions_are_one_list_each_is_gone_to_and_the_end_asks_for_both() {
    let mut program = demo().arg("--region").arg("us-east-1,eu-west-1").run();
    program.wait_for("Plans 78 of 78");
    // A draft in each.
    program.press("r71");
    program.press(ENTER);
    program.wait_for("1 draft not sent");
    program.press("j");
    program.wait_for("sample account · 123456789012 · eu-west-1");
    program.press("r72");
    program.press(ENTER);
    program.wait_for("2 drafts not sent");
    // One of them alone, by the picker.
    program.press("@us-east-1");
    program.press(ENTER);
    program.wait_for("Plans 39 of 39");
    program.wait_for("2 accounts · sample account · 123456789012 · us-east-1");
    program.press("q");
    program.wait_for("us-east-1: 1 draft was not sent; eu-west-1: 1 draft was not sent");
    program.press("y");
    assert_eq!(program.wait_end().exit_code(), 0);
    program.assert_given_back();
    // Each Region has a journal of its own.
    let journals = program.home().join("state/plangate/journal");
    let mut folders: Vec<String> = std::fs::read_dir(journals)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    folders.sort();
    assert_eq!(folders, ["demo", "demo-eu-west-1"]);
}

/// The dashboard where no file may grow (`ulimit -f 0`): each write to one is a signal that
/// ends most programs.
fn without_room(state: &str) -> Start {
    let shell = Start::program("/bin/sh").arg("-c");
    let shell = shell.arg("ulimit -f 0; exec \"$0\" --demo").arg(PLANGATE);
    shell.env("XDG_STATE_HOME", state)
}

/// Changes the selected plan's rate, and waits until that is on the screen.
fn change_the_rate(program: &mut Program) {
    program.press("/w0mvrr");
    program.wait_for("1 of 39");
    program.press(ENTER);
    program.press("r");
    program.wait_for("requests per second");
    program.press("33");
    program.press(ENTER);
}

/// Leaves although there is a draft.
fn leave(program: &mut Program) {
    program.press("q");
    program.wait_for("Leave plangate?");
    program.press("y");
    assert_eq!(program.wait_end().exit_code(), 0);
    program.assert_given_back();
}

#[test]
fn a_limit_on_files_neither_ends_it_nor_loses_what_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().to_str().unwrap();
    std::fs::create_dir(folder.path().join("plangate")).unwrap();
    std::fs::write(folder.path().join("plangate/greeted"), "").unwrap();

    let mut program = started(without_room(state));
    change_the_rate(&mut program);
    // It is told, and the draft is there as long as the program is.
    program.wait_for("File too large");
    leave(&mut program);

    let kept = || demo().env("XDG_STATE_HOME", state);
    let mut program = started(kept());
    change_the_rate(&mut program);
    program.wait_for("33");
    leave(&mut program);

    // What was kept before is not touched where it cannot be taken over.
    let mut program = started(without_room(state));
    program.wait_for("File too large");
    program.press("q");
    assert_eq!(program.wait_end().exit_code(), 0);
    program.assert_given_back();
    let mut program = started(kept());
    program.press("/w0mvrr");
    program.wait_for("1 of 39");
    program.press(ENTER);
    program.wait_for("33");
    leave(&mut program);
}

#[test]
fn a_limit_on_files_is_told_by_commands() {
    let folder = tempfile::tempdir().unwrap();
    for (line, told) in [
        (
            "exec \"$0\" list --demo > list",
            "what was found cannot be written",
        ),
        (
            "exec \"$0\" emulate --state state",
            "cannot write the state file",
        ),
    ] {
        let output = Command::new("/bin/sh")
            .args(["-c", &format!("ulimit -f 0; {line}")])
            .arg(PLANGATE)
            .current_dir(folder.path())
            .env("XDG_STATE_HOME", folder.path())
            .env("HOME", folder.path())
            .stdin(Stdio::null())
            .output()
            .unwrap();
        // A signal would leave no code.
        assert!(output.status.code().is_some_and(|code| code != 0), "{line}");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(
            said.contains(told) && said.contains("File too large"),
            "{said}"
        );
    }
    assert!(!folder.path().join("state.new").exists());
}

#[test]
fn a_change_on_the_command_line_is_shown_and_asked_before_it_is_sent() {
    let set = |line| Start::plangate(&["--demo", "set", "basic-monthly", line]).run();
    let mut program = set("rate 120");
    program.wait_for("Send? [y/N]");
    let screen = program.screen().contents();
    assert!(screen.contains("~ rate limit: 100 -> 120"), "{screen}");
    program.press("\r");
    program.wait_for("nothing was sent");
    assert_eq!(program.wait_end().exit_code(), 1);

    let mut program = set("rate 120");
    program.wait_for("Send? [y/N]");
    program.press("y\r");
    program.wait_for("basic-monthly: sent");
    assert_eq!(program.wait_end().exit_code(), 0);

    // A jump needs more than a y.
    for (typed, code) in [("y", 1), ("basic-monthly", 0)] {
        let mut program = set("rate 900");
        program.wait_for("Type w0mvrr to send:");
        program.press(&format!("{typed}\r"));
        assert_eq!(program.wait_end().exit_code(), code, "{typed}");
    }
}
