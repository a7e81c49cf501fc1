//! That everything on the command line is told wherever it is looked for.

use clap_complete::Shell;
use clap_complete::generate;
use clap_mangen::Man;

use super::super::{definition, documented};

/// Every command with the words that lead to it, and what it takes.
fn commands() -> Vec<(Vec<String>, clap::Command)> {
    let mut definition = documented();
    definition.build();
    let mut found = Vec::new();
    let mut open = vec![(Vec::new(), definition)];
    while let Some((words, command)) = open.pop() {
        for sub in command.get_subcommands() {
            if sub.get_name() != "help" {
                let words = [words.clone(), vec![sub.get_name().to_owned()]].concat();
                open.push((words, sub.clone()));
            }
        }
        found.push((words, command));
    }
    found
}

/// What the options of a command are called where they are typed, and its arguments.
fn names(command: &clap::Command) -> Vec<String> {
    let arguments = command.get_arguments().filter(|one| !one.is_hide_set());
    let name = |one: &clap::Arg| match one.get_long() {
        Some(long) => format!("--{long}"),
        None => one.get_value_names().unwrap_or_default()[0].to_string(),
    };
    arguments.map(name).collect()
}

fn help_of(words: &[String]) -> String {
    let line = [
        vec!["plangate".to_owned()],
        words.to_vec(),
        vec!["--help".to_owned()],
    ]
    .concat();
    let help = definition(|_| true).try_get_matches_from(line).unwrap_err();
    help.to_string()
}

#[test]
fn every_option_and_every_command_is_in_the_help_and_explained() {
    let commands = commands();
    assert!(commands.len() > 15, "{}", commands.len());
    for (words, command) in commands {
        let help = help_of(&words);
        for name in names(&command) {
            assert!(
                help.contains(&name),
                "no {name} in the help of {words:?}:\n{help}"
            );
        }
        for argument in command.get_arguments() {
            let help = argument
                .get_help()
                .map(ToString::to_string)
                .unwrap_or_default();
            assert!(
                help.len() > 5,
                "{} of {words:?} is not explained",
                argument.get_id()
            );
        }
        for sub in command.get_subcommands() {
            assert!(
                help.contains(sub.get_name()),
                "{} in {words:?}",
                sub.get_name()
            );
            assert!(sub.get_about().is_some(), "{}", sub.get_name());
        }
    }
}

#[test]
fn every_option_and_every_command_is_in_its_manual_page() {
    for (words, command) in commands() {
        let mut page = Vec::new();
        Man::new(command.clone()).render(&mut page).unwrap();
        // In a manual page a hyphen stands escaped.
        let page = String::from_utf8(page).unwrap().replace("\\-", "-");
        let subs = command
            .get_subcommands()
            .map(|sub| sub.get_name().to_owned());
        for name in names(&command).into_iter().chain(subs) {
            assert!(page.contains(&name), "no {name} in the page of {words:?}");
        }
    }
}

#[test]
fn every_option_and_every_command_is_completed_in_every_shell() {
    for shell in [
        Shell::Bash,
        Shell::Zsh,
        Shell::Fish,
        Shell::Elvish,
        Shell::PowerShell,
    ] {
        let mut definition = documented();
        let mut script = Vec::new();
        generate(shell, &mut definition, "plangate", &mut script);
        let script = String::from_utf8(script).unwrap();
        for (words, command) in commands() {
            let subs = command
                .get_subcommands()
                .map(|sub| sub.get_name().to_owned());
            let options = names(&command)
                .into_iter()
                .filter(|name| name.starts_with("--"));
            for name in options.chain(subs) {
                // Fish has the names without their dashes.
                let bare = name.trim_start_matches('-');
                let there = match shell {
                    Shell::Fish if name.starts_with('-') => {
                        script.contains(&format!("-l {bare} "))
                            || script.contains(&format!("-l {bare}\n"))
                    }
                    Shell::Fish => script.contains(&format!("-a \"{bare}\"")),
                    _ => script.contains(&name),
                };
                assert!(there, "{shell} does not complete {name} of {words:?}");
            }
        }
    }
}
