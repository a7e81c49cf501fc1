//! `plangate set`: changes one plan or many with one line, as the dashboard's `T` does.

use std::fmt::Write as _;
use std::io::{self, IsTerminal, Write as _};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, bail};
use clap::Args;
use serde::Serialize;

use super::account;
use super::diff::Difference;
use super::output;
use super::send::{
    ConsentFlags, EndedSend, MissingConsent, NOT_SENT, NamedChange, apis_at_stake, code_when_told,
    missing_consent, open_journal, send, words,
};
use crate::config::Config;
use crate::correction::Sightings;
use crate::plan::calls::command_line::Target;
use crate::plan::edit::tweak::{Tweak, Tweaked};
use crate::plan::filter::Filter;
use crate::plan::{Aim, UsagePlan};
use crate::text::stretch::human_time;
use crate::ui::clean;

/// The options of `plangate set`.
#[derive(Args, Clone, Debug)]
pub struct SetFlags {
    /// The plans, each by its id or a name that only one plan has, and then the change
    ///
    /// The change is one line in quotes: 'rate 200 burst 400', 'rate +20%, quota
    /// 2M/MONTH', 'no quota', 'attach petstore:prod', 'petstore:prod GET /pets rate 5 burst
    /// 10', 'tag team=pay'. It is what T takes in the dashboard.
    #[arg(value_name = "PLAN", required = true, num_args = 1..)]
    pub words: Vec<String>,

    /// Take the plans that this filter of the list finds, in place of names
    ///
    /// As / in the dashboard: words that have to fit the name, the id, the stages or the
    /// tags, ^gold, gold$, !gold. Letters that only stand scattered in a name are not
    /// taken for it here.
    #[arg(long = "where", value_name = "FILTER")]
    pub filter: Option<String>,

    /// Send without asking
    ///
    /// Without a terminal nothing is sent otherwise.
    #[arg(short, long)]
    pub yes: bool,

    /// The consent that sending asks for.
    #[command(flatten)]
    pub consent: ConsentFlags,

    /// Print JSON: {"send", "needs", "plans": [as `diff --json` does, and {"result",
    /// "said"}]}
    #[arg(long)]
    pub json: bool,
}

/// Changes plans by one line, all of them or none: a plan that the line does not fit keeps
/// it from all. The exit code is 0 where they are so now (or with `--dry-run` might be sent),
/// 1 where nothing was sent because it may not be, and 3 where it is not certain that all of
/// it was made.
///
/// # Errors
/// Where the change cannot be read, or a plan.
pub fn set(config: &Config, flags: &SetFlags) -> anyhow::Result<ExitCode> {
    let (tweak, names) = request(flags)?;
    output::runtime()?.block_on(async {
        let (open, guards) = account::open_to_send(config).await?;
        let tweak = open.with_ids(tweak).await?;
        let plans = match &flags.filter {
            Some(filter) => open.find_fitting(filter).await?,
            None => open.find_all(names).await?,
        };
        let mut review = match Review::new(&plans, &tweak, &open.target()) {
            Ok(review) => review,
            Err(refused) => {
                output::complain(&format!("{refused:#}"));
                return Ok(ExitCode::from(NOT_SENT));
            }
        };
        let changes = review.changes();
        // Asked before a dry run too, which says what the real one will want.
        let around = apis_at_stake(&open, &changes).await;
        let missing = missing_consent(&changes, &around, &guards, &flags.consent);
        if changes.is_empty() || flags.consent.dry_run {
            review.needs = missing.map(|missing| missing.to_string());
            review.print(flags.json, open.gateway.update_interval())?;
            return Ok(ExitCode::SUCCESS);
        }
        let text = review.to_text(open.gateway.update_interval());
        if !flags.yes && is_asked() {
            // What stdout takes as JSON is the outcome alone.
            io::stderr().write_all(text.as_bytes())?;
        } else if !flags.json {
            output::print(&text)?;
        }
        if let Some(why) = withheld(missing, flags.yes)? {
            output::complain(&why);
            return Ok(ExitCode::from(NOT_SENT));
        }
        let journal = open_journal(&open, &Sightings::default()).await?;
        let ended = send(&open, &journal, changes, &flags.consent.reason, None).await;
        journal.close().await;
        let ended = ended?;
        review.take(&ended);
        let printed = review.print_outcome(flags.json, &ended);
        Ok(ExitCode::from(code_when_told(
            printed,
            &ended,
            ended.code(),
        )))
    })
}

/// The change and the plans that a command line names.
fn request(flags: &SetFlags) -> anyhow::Result<(Tweak, &[String])> {
    let Some((change, names)) = flags.words.split_last() else {
        bail!("no change is given; see --help");
    };
    match &flags.filter {
        None if names.is_empty() => {
            bail!("name a plan and then the change: plangate set PLAN 'rate +20%'")
        }
        // Of a script whose variable is not set this would change every plan.
        Some(filter) if Filter::parse(filter).is_empty() => {
            bail!("the filter of --where is empty: every plan would fit")
        }
        _ => {}
    }
    match Tweak::parse(change) {
        Ok(_) if flags.filter.is_some() && !names.is_empty() => {
            bail!("plans are named, or found with --where, not both")
        }
        Ok(tweak) => Ok((tweak, names)),
        Err(fault) => {
            // A shell parts a line that does not stand in quotes.
            let parts = (0..names.len()).filter_map(|at| flags.words.get(at..));
            let joined = parts.map(|words| words.join(" "));
            if let Some(meant) = joined.into_iter().find(|line| Tweak::parse(line).is_ok()) {
                bail!("put the change in quotes: '{meant}'");
            }
            if fault.is_unfinished() {
                bail!("the change {change:?} is not finished: {fault}");
            }
            let before = change.get(..fault.range.start).unwrap_or_default();
            let column = before.chars().count() + 1;
            bail!("the change {change:?}, column {column}: {fault}")
        }
    }
}

/// Returns true where a person can be asked.
fn is_asked() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// The reason why changes are not sent; nothing where they are.
fn withheld(missing: Option<MissingConsent>, yes: bool) -> anyhow::Result<Option<String>> {
    Ok(match missing {
        Some(missing) if yes => Some(missing.to_string()),
        None if yes => None,
        Some(missing) if !is_asked() => Some(format!("{missing}; and --yes, without a terminal")),
        None if !is_asked() => {
            Some("nothing was sent: without a terminal it needs --yes".to_owned())
        }
        Some(missing) => {
            let question = format!("{}\nType {} to send: ", missing.reasons(), missing.word());
            let answer = ask(&question)?;
            (!missing.accepts(&answer)).then(|| "nothing was sent".to_owned())
        }
        None => {
            let answer = ask("Send? [y/N] ")?.to_lowercase();
            (!["y", "yes"].contains(&answer.as_str())).then(|| "nothing was sent".to_owned())
        }
    })
}

/// The line that a person types behind a question.
fn ask(question: &str) -> anyhow::Result<String> {
    let mut err = io::stderr();
    err.write_all(clean_lines(question).as_bytes())?;
    err.flush()?;
    let mut answer = String::new();
    io::stdin()
        .read_line(&mut answer)
        .context("the answer cannot be read")?;
    Ok(answer.trim().to_owned())
}

/// A text of several lines as it may be shown.
fn clean_lines(text: &str) -> String {
    let lines: Vec<_> = text.split('\n').map(clean).collect();
    lines.join("\n")
}

/// The plans that were named, with what the line does to each.
#[derive(Serialize)]
struct Review<'a> {
    /// The ID of the send, for `plangate undo`; none where nothing was sent.
    send: Option<String>,
    /// The consent that sending needs and that was not given.
    needs: Option<String>,
    plans: Vec<Row<'a>>,
}

#[derive(Serialize)]
struct Row<'a> {
    #[serde(flatten)]
    difference: Difference<'a>,
    result: &'static str,
    said: String,
    #[serde(skip)]
    plan: &'a UsagePlan,
}

impl Row<'_> {
    /// The name that a person knows the plan by.
    fn name(&self) -> &str {
        name_of(self.plan)
    }
}

/// The name of a plan; its id where it has none.
fn name_of(plan: &UsagePlan) -> &str {
    match plan.settings.name.as_str() {
        "" => &plan.id.0,
        name => name,
    }
}

impl<'a> Review<'a> {
    /// Derives what the line does to each plan.
    ///
    /// # Errors
    /// Why nothing may be sent: each reason, with the plans that it keeps the line from.
    fn new(plans: &'a [UsagePlan], tweak: &Tweak, target: &Target) -> anyhow::Result<Self> {
        let mut rows = Vec::new();
        let mut reasons: Vec<(String, Vec<&str>)> = Vec::new();
        for plan in plans {
            let name = name_of(plan);
            let edited = match tweak.apply(&plan.settings) {
                Ok(Tweaked::Changed(edited)) => Ok(*edited),
                Ok(Tweaked::AsItIs) => Ok(plan.settings.clone()),
                Err(reason) => Err(reason.to_string()),
            };
            let of_plan = edited.and_then(|edited| {
                let of_plan = Difference::to(plan, edited, (name, &|_| None), target);
                of_plan.map_err(|refused| format!("{refused:#}"))
            });
            match of_plan {
                Ok(difference) => rows.push(Row {
                    result: if difference.is_same() {
                        "nothing to send"
                    } else {
                        "not sent"
                    },
                    said: String::new(),
                    difference,
                    plan,
                }),
                Err(why) => match reasons.iter_mut().find(|(said, _)| *said == why) {
                    Some((_, names)) => names.push(name),
                    None => reasons.push((why, vec![name])),
                },
            }
        }
        if reasons.is_empty() {
            let (send, needs) = (None, None);
            return Ok(Self {
                send,
                needs,
                plans: rows,
            });
        }
        let each = reasons.iter();
        let each = each.map(|(why, names)| format!("{}: {why}", listed(names)));
        bail!("nothing was sent: {}", each.collect::<Vec<_>>().join("; "))
    }

    /// The changes to send, in the order of the plans.
    fn changes(&self) -> Vec<NamedChange> {
        let changed = self.plans.iter().filter(|row| !row.difference.is_same());
        let change = |row: &Row<'_>| NamedChange {
            name: row.name().to_owned(),
            aim: Aim::Update {
                base: row.plan.clone().into(),
                wanted: row.difference.edited.clone(),
            },
        };
        changed.map(change).collect()
    }

    /// Takes in how the send went.
    fn take(&mut self, ended: &EndedSend) {
        self.send = Some(ended.id.to_string());
        let changed = self
            .plans
            .iter_mut()
            .filter(|row| !row.difference.is_same());
        // They were sent in this order.
        for (row, (_, outcome)) in changed.zip(&ended.changes) {
            (row.result, row.said) = words(outcome.as_ref());
        }
    }

    /// What would be sent, as `apply` tells it, plan after plan.
    fn to_text(&self, interval: Duration) -> String {
        let mut text = String::new();
        let mut updates = 0_u32;
        for row in &self.plans {
            if row.difference.is_same() {
                // Writing to a text has no way to fail.
                let _ = writeln!(text, "{}: nothing to send", clean(row.name()));
            } else {
                text.push_str(&row.difference.to_text(row.name()));
                updates += u32::from(row.difference.takes_a_slot());
            }
        }
        let time = interval.saturating_mul(updates.saturating_sub(1));
        if updates > 1 {
            let changed = self.plans.iter().filter(|row| !row.difference.is_same());
            let _ = writeln!(
                text,
                "{} plans change; one update every {}: {} in all",
                changed.count(),
                human_time(interval),
                human_time(time)
            );
        }
        text
    }

    fn print(&self, is_json: bool, interval: Duration) -> anyhow::Result<()> {
        if is_json {
            output::print_json(self)?;
            return Ok(());
        }
        let mut text = self.to_text(interval);
        if self.plans.iter().any(|row| !row.difference.is_same()) {
            let needs = self
                .needs
                .as_deref()
                .unwrap_or("nothing was sent: a dry run");
            let _ = writeln!(text, "{}", clean(needs));
        }
        output::print(&text)?;
        Ok(())
    }

    fn print_outcome(&self, is_json: bool, ended: &EndedSend) -> anyhow::Result<()> {
        if is_json {
            output::print_json(self)?;
            return Ok(());
        }
        let mut text = String::new();
        for row in self.plans.iter().filter(|row| !row.difference.is_same()) {
            let said = match row.said.as_str() {
                "" => String::new(),
                said => format!(": {said}"),
            };
            let line = format!("{}: {}{said}", row.name(), row.result);
            let _ = writeln!(text, "{}", clean(&line));
        }
        if ended.made_something() {
            let _ = writeln!(text, "undo this: plangate undo {}", ended.id);
        }
        output::print(&text)?;
        Ok(())
    }
}

/// Names in a sentence, not more than can be read.
fn listed(names: &[&str]) -> String {
    const LISTED: usize = 5;
    let shown = names.iter().take(LISTED).copied();
    let shown = shown.collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(LISTED) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}
