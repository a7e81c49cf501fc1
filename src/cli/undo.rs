//! `plangate undo`: undoes what was sent.

use std::collections::{BTreeMap, BTreeSet};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::bail;
use clap::Args;
use serde::Serialize;
use serde_json::{Value, json};

use super::account::{self, Open};
use super::history::told;
use super::output;
use super::send::{
    ConsentFlags, NOT_CERTAIN, NOT_SENT, NamedChange, apis_at_stake, code_when_told, fate_of,
    missing_consent, open_journal, send, words,
};
use crate::config::Config;
use crate::correction::{Sightings, keep, made};
use crate::gateway::none_where_gone;
use crate::journal::{self, CallOutcome, EntryId, History, ListedSend, OpenCall, PastSend, SendId};
use crate::plan::calls::command_line::{chained, command};
use crate::plan::edit::undo::{Done, Now, Undo, undo_of};
use crate::plan::{Aim, PlanId, StageKey, UsagePlan, judge, or_none};
use crate::ui::clean;

/// The options of `plangate undo`.
#[derive(Args, Clone, Debug)]
pub struct UndoFlags {
    /// What to undo: a send or one change of it, as `plangate history` names it
    pub id: String,

    /// The consent that sending asks for.
    #[command(flatten)]
    pub consent: ConsentFlags,

    /// Print JSON: {"send", "takesBack", "changes": [{"what", "commands", "result",
    /// "said", "lost", "notes"}]}
    #[arg(long)]
    pub json: bool,
}

/// Undoes a send, or one change of it, on top of what became of the plans since.
/// The exit code is 0 where it is undone (or with `--dry-run` would be), 1 where nothing
/// was sent because it may not be or nothing can come back, and 3 where not all of it came
/// back or it is not certain that it did.
///
/// # Errors
/// Where there is no such send, or the plans cannot be read.
pub fn undo(config: &Config, flags: &UndoFlags) -> anyhow::Result<ExitCode> {
    output::runtime()?.block_on(async {
        let (open, guards) = account::open_to_send(config).await?;
        let history = resolved_history(&open, &flags.id).await?;
        let doubted = journal::doubted(&journal::root()?, open.gateway.scope());
        let (id, done) = find(&open, &history, &doubted, &flags.id).await?;
        let world = World::read(&open, &done).await?;
        let way = world.back(&done);
        if let Some(refused) = refusal(&way) {
            output::complain(&refused);
            return Ok(ExitCode::from(NOT_SENT));
        }
        let changes = changes(&way);
        // Asked before a dry run too, which says what the real one will want.
        let around = apis_at_stake(&open, &changes).await;
        let missing = missing_consent(&changes, &around, &guards, &flags.consent);
        let missing = missing.map(|missing| missing.to_string());
        if changes.is_empty() || flags.consent.dry_run {
            let result = if changes.is_empty() {
                "nothing to send"
            } else {
                "not sent"
            };
            let rows = way
                .iter()
                .map(|back| Row::new(back, &open, result, String::new()));
            print(flags.json, None, &id, rows.collect(), missing.as_deref())?;
            return Ok(ExitCode::from(code(&way, 0)));
        }
        if let Some(why) = missing {
            output::complain(&why);
            return Ok(ExitCode::from(NOT_SENT));
        }
        let journal = open_journal(&open, &world.seen()).await?;
        let reason = &flags.consent.reason;
        let ended = send(&open, &journal, changes, reason, Some(id.clone())).await;
        // Closed whatever came of it: what was made is to be on disk before anything is
        // told.
        journal.close().await;
        let ended = ended?;
        let mut ends = ended.changes.iter();
        let rows = way.iter().map(|back| {
            // Only what had an aim was sent, in the same order.
            let end = back.aim.as_ref().and_then(|_| ends.next());
            let (result, said) = match end {
                Some((_, outcome)) => words(outcome.as_ref()),
                None => ("nothing to send", String::new()),
            };
            Row::new(back, &open, result, said)
        });
        // A send that made nothing is nothing that could be undone.
        let send = Some(&ended.id).filter(|_| flags.json || ended.made_something());
        let printed = print(flags.json, send, &id, rows.collect(), None);
        let code = code_when_told(printed, &ended, code(&way, ended.code()));
        Ok(ExitCode::from(code))
    })
}

/// The exit code, where `sent` is that of what was sent: what cannot come back makes an
/// undo fail, however well the rest went.
fn code(way: &[Undo], sent: u8) -> u8 {
    let is_whole = way.iter().all(|back| back.lost.is_empty());
    let sends = way.iter().any(|back| back.aim.is_some());
    match sent {
        0 if is_whole => 0,
        0 if sends => NOT_CERTAIN,
        0 => NOT_SENT,
        failed => failed,
    }
}

/// The history, with what became of the calls of a send or of one change where an ended
/// program left that open or did not see them yet: undo waits until it is certain.
async fn resolved_history(open: &Open, id: &str) -> anyhow::Result<History> {
    let root = journal::root()?;
    let read = || History::read(&root, open.gateway.scope());
    let history = read()?;
    if unresolved(&history, id).is_empty() {
        return Ok(history);
    }
    // Opening it is all that is wanted: that finds out what became of the calls.
    open_journal(open, &Sightings::default())
        .await?
        .close()
        .await;
    let history = read()?;
    if let Some(call) = unresolved(&history, id).first() {
        let call = &call.intent.call;
        let plan = call.plan().map_or_else(|| "a new plan", |plan| &plan.0);
        bail!(
            "nothing was undone: {} of {plan} is under way in a program that still runs; undo {id} when it has ended",
            call.operation()
        );
    }
    Ok(history)
}

/// The calls of a send, or of one change, without an outcome or not seen yet.
fn unresolved(history: &History, id: &str) -> Vec<OpenCall> {
    let entry = EntryId::parse(id);
    let send = SendId::parse(id).or_else(|| Some(entry.as_ref()?.send.clone()));
    let found = send.and_then(|send| history.find(&send)?.read());
    let calls = found.iter().flat_map(PastSend::unresolved);
    let is_meant = |call: &OpenCall| entry.as_ref().is_none_or(|one| call.intent.entry == *one);
    calls.filter(is_meant).collect()
}

/// Finds the changes that a send made, or the one that was named, in the order in which
/// they were made.
async fn find(
    open: &Open,
    history: &History,
    doubted: &[OpenCall],
    id: &str,
) -> anyhow::Result<(SendId, Vec<Done>)> {
    let (send, done) = if let Some(send) = SendId::parse(id) {
        let found = history.find(&send).and_then(ListedSend::read);
        let found = look_again(open, found, doubted).await?;
        (send, found.map(|send| send.done()))
    } else if let Some(entry) = EntryId::parse(id) {
        let found = history.find(&entry.send).and_then(ListedSend::read);
        let found = look_again(open, found, doubted).await?;
        let found = found.and_then(|send| send.entries.into_iter().find(|one| one.id == entry));
        let done = found.map(|entry| entry.done().into_iter().collect());
        (entry.send, done)
    } else {
        bail!("no send has the ID {id:?}; `plangate history` lists all sends");
    };
    match done {
        None => bail!(
            "no send has the ID {id}; `plangate history` lists all sends{}",
            damage_in_words(history)
        ),
        Some(done) if done.is_empty() => bail!(
            "nothing of {id} was surely made: there is nothing to undo{}",
            damage_in_words(history)
        ),
        Some(done) => Ok((send, done)),
    }
}

/// The parts of the journal that cannot be read, as a hint about what is not in it; empty
/// where all can.
fn damage_in_words(history: &History) -> String {
    let Some(first) = history.damaged.first() else {
        return String::new();
    };
    let more = match history.damaged.len() - 1 {
        0 => String::new(),
        more => format!(" (and {more} more, which `plangate history` names)"),
    };
    format!(
        ". A part of the journal cannot be read and may have had it: {}{more}",
        told(first)
    )
}

/// A send, with what its plans show now of the calls in doubt.
async fn look_again(
    open: &Open,
    send: Option<PastSend>,
    doubted: &[OpenCall],
) -> anyhow::Result<Option<PastSend>> {
    let Some(mut send) = send else {
        return Ok(None);
    };
    let mut found = Vec::new();
    for step in send.entries.iter_mut().flat_map(|entry| &mut entry.steps) {
        let doubt = step.call().filter(|call| doubted.contains(call));
        let (Some(call), Some((_, outcome))) = (doubt, &mut step.sent) else {
            continue;
        };
        if let (CallOutcome::Applied, plan) = fate_of(open, &call.intent).await? {
            outcome.outcome = CallOutcome::Applied;
            outcome.plan = plan.map(Arc::new);
            found.push(made(&call.intent, outcome.plan.clone()));
        }
    }
    // Also where nothing is sent then, and nobody opens the journal.
    keep(open.gateway.scope(), found).await;
    Ok(Some(send))
}

/// The plans as they are now, as far as what was made concerns them.
struct World {
    plans: BTreeMap<PlanId, Option<Arc<UsagePlan>>>,
    keys: BTreeMap<PlanId, Vec<String>>,
    stages: BTreeSet<StageKey>,
    /// The identifiers of all API keys; none where nobody asked for them.
    api_keys: Option<BTreeSet<String>>,
}

impl World {
    async fn read(open: &Open, done: &[Done]) -> anyhow::Result<Self> {
        let mut world = Self {
            plans: BTreeMap::new(),
            keys: BTreeMap::new(),
            stages: BTreeSet::new(),
            api_keys: None,
        };
        let mut apis = BTreeSet::new();
        for one in done {
            // One more call for each plan: only where the way back goes by its keys.
            let needs_keys = matches!(one, Done::Created { .. } | Done::Key { .. });
            for id in one.plans() {
                if !world.plans.contains_key(id) {
                    let plan = open.plan(id).await?;
                    world.plans.insert(id.clone(), plan.map(Arc::new));
                }
                let is_there = world.plans.get(id).is_some_and(Option::is_some);
                if needs_keys && is_there && !world.keys.contains_key(id) {
                    let keys = open.gateway.plan_keys(id).await?;
                    let keys = keys.into_iter().map(|key| key.id).collect();
                    world.keys.insert(id.clone(), keys);
                }
            }
            if let Done::Updated { before, .. } | Done::Deleted { before, .. } = one {
                apis.extend(before.stages.keys().map(|stage| stage.api.clone()));
            }
        }
        let needs_keys = |done: &Done| match done {
            Done::Deleted { keys, .. } => !keys.is_empty(),
            // Only a key that goes back into a plan has to be there still.
            Done::Key { from, .. } => from.is_some(),
            _ => false,
        };
        if done.iter().any(needs_keys) {
            let keys = open.gateway.api_keys().await?.into_iter();
            world.api_keys = Some(keys.map(|key| key.id).collect());
        }
        for api in apis {
            // An API that is gone has no stages to attach: that is told as lost, and the rest
            // comes back.
            let stages = open.gateway.stages(&api).await.or_else(none_where_gone)?;
            world
                .stages
                .extend(stages.into_iter().map(|stage| stage.key));
        }
        Ok(world)
    }

    /// The signs in it that calls in doubt were made.
    fn seen(&self) -> Sightings {
        Sightings {
            plans: self.plans.values().flatten().cloned().collect(),
            // Only some plans were read: that one is not among them proves nothing.
            list: None,
            keys: self.keys.clone(),
        }
    }

    fn back(&self, done: &[Done]) -> Vec<Undo> {
        undo_of(
            done,
            &Now {
                plan: &|id| self.plans.get(id).cloned().flatten(),
                keys: &|id| self.keys.get(id).cloned().unwrap_or_default(),
                has_stage: &|stage| self.stages.contains(stage),
                has_key: &|key| self.api_keys.as_ref().is_none_or(|all| all.contains(key)),
            },
        )
    }
}

/// The changes to send, each with its name.
fn changes(way: &[Undo]) -> Vec<NamedChange> {
    let mut changes = Vec::new();
    for back in way {
        let Some(aim) = back.aim.clone() else {
            continue;
        };
        let name = match &aim {
            Aim::Create { wanted, .. } => wanted.name.clone(),
            Aim::Update { base, .. } | Aim::Delete { base, .. } => base.settings.name.clone(),
            Aim::Key { key, .. } | Aim::Extend { key, .. } => key.clone(),
        };
        changes.push(NamedChange { name, aim });
    }
    changes
}

/// The reason why it cannot be undone without looking: somebody else changed the same
/// fields, or the way back breaks a rule.
fn refusal(way: &[Undo]) -> Option<String> {
    for back in way {
        let conflicts: Vec<String> = back
            .conflicts
            .iter()
            .map(|conflict| {
                format!(
                    "{} was set to {} and is {} now, not {}",
                    conflict.field,
                    or_none(&conflict.base),
                    or_none(&conflict.theirs),
                    or_none(&conflict.mine)
                )
            })
            .collect();
        if !conflicts.is_empty() {
            return Some(format!(
                "nothing was sent: {} was changed since: {}. Choose in the dashboard: H, then u",
                back.what,
                conflicts.join("; ")
            ));
        }
        if let Some(Aim::Update { base, wanted }) = &back.aim {
            let found = judge(Some(&base.settings), wanted, None);
            if let Some(finding) = found.iter().find(|finding| finding.refuses()) {
                return Some(format!("nothing was sent: {}: {finding}", back.what));
            }
        }
    }
    None
}

/// One change that undoes something.
#[derive(Serialize)]
struct Row {
    what: String,
    commands: Vec<String>,
    result: &'static str,
    said: String,
    /// The parts that cannot come back.
    lost: Vec<String>,
    /// Everything else that there is to know.
    notes: Vec<String>,
}

impl Row {
    fn new(back: &Undo, open: &Open, result: &'static str, said: String) -> Self {
        let calls = back.aim.as_ref().map(Aim::calls).unwrap_or_default();
        Self {
            what: back.what.clone(),
            commands: calls
                .iter()
                .map(|call| command(call, &open.target()))
                .collect(),
            result: match &back.aim {
                Some(_) => result,
                None if back.lost.is_empty() => "nothing to send",
                None => "cannot be undone",
            },
            said,
            lost: back.lost.clone(),
            notes: back.said.clone(),
        }
    }
}

fn print(
    is_json: bool,
    send: Option<&SendId>,
    undoes: &SendId,
    rows: Vec<Row>,
    missing: Option<&str>,
) -> anyhow::Result<()> {
    if is_json {
        let send: Value = send.map(ToString::to_string).into();
        // Scripts read "takesBack", whatever the code says for it.
        let value = json!({ "send": send, "takesBack": undoes.to_string(), "changes": rows });
        output::print_json(&value)?;
        return Ok(());
    }
    let mut text = String::new();
    let mut line = |words: &str| {
        text.push_str(&clean(words));
        text.push('\n');
    };
    for row in rows {
        let said = if row.said.is_empty() {
            String::new()
        } else {
            format!(": {}", row.said)
        };
        line(&format!("{}: {}{said}", row.what, row.result));
        for lost in row.lost {
            line(&format!("  cannot come back: {lost}"));
        }
        for note in row.notes {
            line(&format!("  note: {note}"));
        }
        for command in chained(&row.commands) {
            line(&format!("  {command}"));
        }
    }
    if let Some(missing) = missing {
        line(missing);
    }
    if let Some(send) = send {
        line(&format!("undo this: plangate undo {send}"));
    }
    output::print(&text)?;
    Ok(())
}
