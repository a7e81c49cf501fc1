//! What a shell offers where a profile, a theme or a plan is asked for.
//!
//! The scripts of `plangate completions` call the program with the words that were typed, the
//! last of them as far as it goes, and [`VARIABLE`] set. It answers a name a line, and with
//! another exit code than 0 where something else is asked for. It asks nobody outside this
//! machine, and gives up after less than a second.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use clap::{ArgMatches, Command, FromArgMatches};

use super::{Cli, Group, account, definition, output};
use crate::config::{Config, theme_names, usual_path};
use crate::gateway::connect::places;
use crate::gateway::is_on_this_machine;
use crate::journal::{self, History};
use crate::plan::UsagePlan;

/// The variable by which a shell asks.
pub const VARIABLE: &str = "PLANGATE_COMPLETE";

/// Nobody waits longer for a shell to answer a key.
const LONGEST: Duration = Duration::from_millis(800);

/// The kind of name that a word is the beginning of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Profile,
    Theme,
    Plan,
}

/// Prints the names that the last of the words can go on with. The exit code is 1 where no
/// name is asked for.
///
/// # Errors
/// Where there is no runtime, or nothing can be printed.
pub fn offer() -> anyhow::Result<ExitCode> {
    let words = std::env::args_os().skip(1);
    let words: Vec<String> = words
        .map(|word| word.to_string_lossy().into_owned())
        .collect();
    let definition = definition(|_| true);
    let Some((kind, begun)) = asked(&definition, &words) else {
        return Ok(ExitCode::FAILURE);
    };
    // Of several profiles the last is being typed.
    let (before, begun) = match begun.rfind(',') {
        Some(comma) if kind == Kind::Profile => begun.split_at(comma + 1),
        _ => ("", begun),
    };
    let runtime = output::runtime()?;
    let names = runtime.block_on(async {
        let names = names(kind, &definition, &words);
        tokio::time::timeout(LONGEST, names)
            .await
            .unwrap_or_default()
    });
    runtime.shutdown_background();
    let fitting = names.iter().filter(|name| name.starts_with(begun));
    let lines: Vec<String> = fitting.map(|name| format!("{before}{name}\n")).collect();
    output::print(&lines.concat())?;
    Ok(ExitCode::SUCCESS)
}

/// The kind of name that is asked for, and as much of it as there is.
fn asked<'a>(definition: &Command, words: &'a [String]) -> Option<(Kind, &'a str)> {
    let (last, before) = words.split_last()?;
    let mut command = definition;
    let mut option: Option<String> = None;
    let mut arguments = 0;
    for word in before {
        // Bash parts `--profile=ops` at its sign.
        if word == "=" || option.take().is_some() {
            continue;
        }
        if let Some(name) = word.strip_prefix("--") {
            let takes = |one: &&clap::Arg| one.get_long() == Some(name) && takes_value(one);
            let found = options(definition, command).find(takes);
            option = found.map(|one| one.get_id().to_string());
        } else if let Some(sub) = command.find_subcommand(word) {
            command = sub;
        } else if !word.starts_with('-') {
            arguments += 1;
        }
    }
    let of_option = |id: &str| match id {
        "profile" => Some(Kind::Profile),
        "theme" => Some(Kind::Theme),
        _ => None,
    };
    if let Some(option) = option {
        let begun = last.strip_prefix('=').unwrap_or(last);
        return Some((of_option(&option)?, begun));
    }
    if let Some((name, begun)) = last
        .strip_prefix("--")
        .and_then(|word| word.split_once('='))
    {
        return Some((of_option(name)?, begun));
    }
    let takes_plan = match command.get_name() {
        "show" | "diff" | "apply" | "history" => arguments == 0,
        "set" => true,
        _ => false,
    };
    (takes_plan && !last.starts_with('-')).then_some((Kind::Plan, last))
}

fn takes_value(option: &clap::Arg) -> bool {
    option.get_action().takes_values()
}

/// The options that a command takes, those of all commands with them.
fn options<'a>(root: &'a Command, command: &'a Command) -> impl Iterator<Item = &'a clap::Arg> {
    command.get_arguments().chain(root.get_arguments())
}

async fn names(kind: Kind, definition: &Command, words: &[String]) -> Vec<String> {
    match kind {
        Kind::Profile => {
            let known = places::known_here().await.unwrap_or_default().into_iter();
            known.map(|profile| profile.name).collect()
        }
        Kind::Theme => {
            let usual = usual_path();
            let folder = usual.as_deref().and_then(Path::parent);
            theme_names(folder.map(|folder| folder.join("themes")).as_deref())
        }
        Kind::Plan => plans(definition, words).await.unwrap_or_default(),
    }
}

/// The plans of the account that the words name: those of a server on this machine as they
/// are, else those that the history on this machine has.
async fn plans(definition: &Command, words: &[String]) -> anyhow::Result<Vec<String>> {
    let line = account_line(definition, words);
    let matches: ArgMatches = definition.clone().try_get_matches_from(line)?;
    let Cli { flags, .. } = Cli::from_arg_matches(&matches)?;
    let config = Config::new(flags, usual_path().as_deref(), |name| {
        std::env::var_os(name)
    })?;
    let open = account::open(config.of_one_place()?.account).await?;
    let scope = open.gateway.scope();
    if is_on_this_machine(&scope.endpoint) {
        return Ok(typable(open.plans().await?.iter().map(named)));
    }
    let history = History::read(&journal::root()?, scope)?;
    let entries = history.sends.iter().flat_map(|send| &send.entries);
    let plans =
        entries.filter_map(|entry| Some((entry.name.clone(), entry.plan.as_ref()?.0.clone())));
    Ok(typable(plans))
}

fn named(plan: &UsagePlan) -> (String, String) {
    (plan.settings.name.clone(), plan.id.0.clone())
}

/// The names of plans by which a shell reads them back as one word, and that only one of
/// them has; of the others their identifiers.
fn typable(plans: impl Iterator<Item = (String, String)>) -> Vec<String> {
    let mut by_name: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, id) in plans {
        let ids = by_name.entry(name).or_default();
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    let is_plain = |name: &str| {
        let fits = |c: char| c.is_ascii_alphanumeric() || "-_./@%+".contains(c);
        !name.is_empty() && !name.starts_with('-') && name.chars().all(fits)
    };
    let all = by_name.into_iter();
    all.flat_map(|(name, ids)| match ids.as_slice() {
        [_] if is_plain(&name) => vec![name],
        _ => ids.into_iter().filter(|id| is_plain(id)).collect(),
    })
    .collect()
}

/// A command line with the options that name the account, and no others.
fn account_line(definition: &Command, words: &[String]) -> Vec<String> {
    let groups = [Group::Account, Group::Sample].into_iter();
    let names: Vec<String> = groups
        .flat_map(Group::arguments)
        .filter_map(|one| one.get_long().map(str::to_owned))
        .collect();
    let mut line = vec!["plangate".to_owned(), "list".to_owned()];
    // The last word is not finished.
    let finished = words.split_last().map_or(&[][..], |(_, before)| before);
    let mut rest = finished.iter().filter(|word| *word != "=");
    while let Some(word) = rest.next() {
        let Some(option) = word.strip_prefix("--") else {
            continue;
        };
        let (name, has_value) = match option.split_once('=') {
            Some((name, _)) => (name, true),
            None => (option, false),
        };
        let takes = |one: &clap::Arg| one.get_long() == Some(name) && takes_value(one);
        let value = definition.get_arguments().any(takes) && !has_value;
        let value = value.then(|| rest.next()).flatten();
        if names.iter().any(|known| known == name) {
            line.push(word.clone());
            line.extend(value.cloned());
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kind_of_name_follows_from_the_words_before() {
        let definition = definition(|_| true);
        let kind = |line: &str| {
            let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
            asked(&definition, &words).map(|(kind, begun)| (kind, begun.to_owned()))
        };
        for (line, expected) in [
            ("--profile ", Some((Kind::Profile, ""))),
            ("list --profile o", Some((Kind::Profile, "o"))),
            ("list --profile=o", Some((Kind::Profile, "o"))),
            // As bash parts it.
            ("list --profile = o", Some((Kind::Profile, "o"))),
            ("--theme l", Some((Kind::Theme, "l"))),
            ("show ", Some((Kind::Plan, ""))),
            ("show --demo g", Some((Kind::Plan, "g"))),
            ("--profile ops show g", Some((Kind::Plan, "g"))),
            ("set gold ", Some((Kind::Plan, ""))),
            ("diff gold ch", None),
            ("show --region ", None),
            ("show --j", None),
            ("sh", None),
            ("undo k", None),
        ] {
            let expected = expected.map(|(kind, begun)| (kind, begun.to_owned()));
            assert_eq!(kind(line), expected, "{line}");
        }
    }

    #[test]
    fn a_name_that_a_shell_would_part_or_carry_out_is_offered_by_its_identifier() {
        let plans = [
            ("gold", "a1"),
            ("two words", "b2"),
            ("$(reboot)", "c3"),
            ("twin", "d4"),
            ("twin", "e5"),
        ];
        let plans = plans.map(|(name, id)| (name.to_owned(), id.to_owned()));
        let mut offered = typable(plans.into_iter());
        offered.sort();
        assert_eq!(offered, ["b2", "c3", "d4", "e5", "gold"]);
    }

    #[test]
    fn only_the_account_is_taken_from_a_line() {
        let words = [
            "show",
            "--demo",
            "--plans",
            "7",
            "--json",
            "--region=eu-west-1",
            "go",
        ];
        let words = words.map(str::to_owned);
        let line = account_line(&definition(|_| true), &words);
        let expected = [
            "plangate",
            "list",
            "--demo",
            "--plans",
            "7",
            "--region=eu-west-1",
        ];
        assert_eq!(line, expected);
    }
}
