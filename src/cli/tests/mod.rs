//! Tests of the command line.

mod documents;

use super::*;
use crate::plan::lint::Level;

fn read(line: &str) -> anyhow::Result<Command> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let matches = definition(|name| words.contains(&name)).try_get_matches_from(&words)?;
    Command::of(&matches, None, |_| None)
}

fn refusal(line: &str) -> String {
    in_one_line(&read(line).unwrap_err().to_string())
}

#[test]
fn the_definition_is_consistent() {
    definition(|_| true).debug_assert();
}

#[test]
fn what_the_pages_and_the_help_show_is_understood() {
    let pages = [
        include_str!("../../../README.md"),
        include_str!("../../../docs/commands.md"),
        include_str!("../../../docs/configuration.md"),
        include_str!("../../../docs/emulator.md"),
        include_str!("../../../docs/installing.md"),
        include_str!("../../../docs/keys.md"),
    ];
    // Every other part of a page between fences is code.
    let code = pages.map(|page| page.split("```").skip(1).step_by(2));
    let lines = code.into_iter().flatten().flat_map(str::lines);
    let lines: Vec<&str> = lines.chain(EXAMPLES.lines().map(str::trim)).collect();
    // The version is told before anything is read.
    let commands = lines
        .iter()
        .filter(|line| line.starts_with("plangate ") && !line.contains("--version"));
    let mut count = 0;
    for line in commands {
        // Up to a comment, or to what the shell does with the rest.
        let command = line.split(['#', '>', '|', '&']).next().unwrap_or_default();
        // In the help, what it is for stands behind two spaces.
        let command = command.split("  ").next().unwrap_or_default();
        read(command).unwrap_or_else(|error| panic!("{line}: {error}"));
        count += 1;
    }
    assert!(count > 15, "{count}");
}

#[test]
fn the_sample_account_takes_its_options() {
    let Command::Dashboard(config) =
        read("plangate --demo --plans 300 --limits aws --port 5601").unwrap()
    else {
        panic!("not the dashboard");
    };
    let AccountConfig::Sample {
        server: options, ..
    } = config.account
    else {
        panic!("not the sample account");
    };
    assert_eq!(options.plans, Some(300));
    assert_eq!(options.limits, emulator::Limits::Aws);
    assert_eq!(options.port, 5601);
}

#[test]
fn an_account_of_ones_own_takes_profile_region_and_endpoint() {
    let line = "plangate --profile ops --region eu-west-1 --endpoint-url http://[::1]:1";
    let Command::Dashboard(config) = read(line).unwrap() else {
        panic!("not the dashboard");
    };
    let AccountConfig::Operator {
        profile,
        region,
        endpoint_url,
    } = config.account
    else {
        panic!("not an account of one's own");
    };
    assert_eq!(profile.as_deref(), Some("ops"));
    assert_eq!(region.as_deref(), Some("eu-west-1"));
    assert_eq!(endpoint_url.as_deref(), Some("http://[::1]:1"));
}

#[test]
fn what_does_not_go_together_is_refused() {
    let two = "--demo cannot be used with --profile, --all-profiles or --endpoint-url";
    let sample = "the options of the sample account need --demo";
    for (line, said) in [
        ("plangate --demo --profile ops", two),
        ("plangate --demo --all-profiles *", two),
        (
            "plangate --all-profiles * --profile ops",
            "--all-profiles cannot be used with --profile",
        ),
        (
            "plangate show --region a,b x",
            "one account at a time: name one profile and one Region (2 are named)",
        ),
        ("plangate history --all-profiles *", "one account at a time"),
        ("plangate --demo --endpoint-url http://127.0.0.1:1", two),
        ("plangate --demo lint --profile ops", two),
        ("plangate lint --demo --all-profiles *", two),
        ("plangate --limits none --plans 1 --profile ops", sample),
        ("plangate --plans 3", sample),
        ("plangate lint --plans 3", sample),
        (
            "plangate --demo emulate",
            "plangate emulate takes no --demo",
        ),
        (
            "plangate emulate --demo",
            "plangate emulate takes no --demo",
        ),
        (
            "plangate emulate --profile ops",
            "plangate emulate takes no --profile",
        ),
        ("plangate --ascii list", "plangate list takes no --ascii"),
        (
            "plangate check --region x",
            "plangate check takes no --region",
        ),
        ("plangate lint --fail-on much", "invalid value 'much'"),
        ("plangate emulate --port 70000", "70000 is not in 0..=65535"),
        ("plangate --demo --limits some", "invalid value 'some'"),
        (
            "plangate show",
            "required arguments were not provided: <PLAN>",
        ),
    ] {
        let refusal = refusal(line);
        assert!(refusal.contains(said), "{line}: {refusal}");
    }
}

#[test]
fn the_help_of_a_command_has_the_options_that_it_takes_and_no_others() {
    for (command, has, has_not) in [
        (
            "list",
            vec!["--profile", "--demo", "--plans"],
            vec!["--ascii"],
        ),
        (
            "check",
            vec!["--json"],
            vec!["--profile", "--demo", "--plans"],
        ),
        (
            "emulate",
            vec!["--port", "--plans"],
            vec!["--profile", "--demo"],
        ),
    ] {
        let line = ["plangate", command, "--help"];
        let help = definition(|_| true).try_get_matches_from(line).unwrap_err();
        let help = help.to_string();
        for option in has {
            assert!(help.contains(option), "{command} {option}: {help}");
        }
        for option in has_not {
            assert!(!help.contains(option), "{command} {option}: {help}");
        }
    }
}

#[test]
fn emulate_takes_its_options_alone() {
    let line = "plangate emulate --port 5601 --plans 10 --limits aws --faults --state a.json";
    let Command::Emulate(options) = read(line).unwrap() else {
        panic!("not the embedded server");
    };
    assert_eq!((options.port, options.plans), (5601, Some(10)));
    assert!(options.faults);
    assert_eq!(options.state, Some("a.json".into()));
}

#[test]
fn a_command_takes_its_account_before_and_behind_its_name() {
    for line in [
        "plangate --demo --plans 9 lint",
        "plangate --demo lint --plans 9",
        "plangate lint --plans 9 --demo",
        "plangate --demo list --plans 9",
        "plangate show gold --plans 9 --demo",
        "plangate --plans 9 diff gold --demo",
    ] {
        let account = match read(line).unwrap() {
            Command::Lint(config, lint) => {
                assert_eq!(lint.fail_on, Level::Warning);
                config.account
            }
            Command::List(config, _) => config.account,
            Command::Show(account, _) | Command::Diff(account, _) => account,
            other => panic!("{other:?}"),
        };
        let AccountConfig::Sample { server: sample, .. } = account else {
            panic!("not the sample account");
        };
        assert_eq!(sample.plans, Some(9), "{line}");
    }
    let line = "plangate --profile ops lint --region eu-west-1 --fail-on note --json";
    let Command::Lint(config, flags) = read(line).unwrap() else {
        panic!("not the findings");
    };
    assert!(flags.json);
    assert_eq!(flags.fail_on, Level::Note);
    let AccountConfig::Operator {
        profile, region, ..
    } = config.account
    else {
        panic!("not an account of one's own");
    };
    assert_eq!(profile.as_deref(), Some("ops"));
    assert_eq!(region.as_deref(), Some("eu-west-1"));
}
