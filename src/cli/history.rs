//! `plangate history`: what was sent, newest first.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::process::ExitCode;

use anyhow::{anyhow, bail};
use clap::Args;
use serde::Serialize;
use serde_json::{Value, json};

use super::{account, output};
use crate::config::AccountConfig;
use crate::gateway::Failure;
use crate::journal::{
    self, Damage, EntryId, EntryState, History, ListedEntry, ListedSend, PastEntry, PastSend,
    who_sent,
};
use crate::plan::model::json::to_json;
use crate::plan::model::lookup::listed;
use crate::plan::{Aim, Call, ChangedField, PatchOperation, PlanId, Settings, UsagePlan, changes};
use crate::ui::clean;

/// The options of `plangate history`.
#[derive(Args, Clone, Debug)]
pub struct HistoryFlags {
    /// Only changes of this plan: its id, or a name that only one plan has
    pub plan: Option<String>,

    /// Only changes in which these words are found: names, ids, who, reason, paths
    #[arg(long, value_name = "WORDS")]
    pub search: Option<String>,

    /// No more than so many changes
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,

    /// Print JSON: an array of {"id", "send", "at", "who", "arn", "profile", "reason", "plan",
    /// "name", "state", "doubt", "changes", "operations", "before", "after", "requestIds",
    /// "said", "takesBack", "takenBackBy", "takenBackInPart"}, and a {"damaged"} for each part
    /// of the journal that cannot be read
    #[arg(long)]
    pub json: bool,
}

/// The exit code where not all of the journal can be read: what is missing is not known.
const INCOMPLETE: u8 = 3;

/// Prints the history of an account, Region and endpoint. Asks nothing of the service,
/// but whether there is a plan of which the journal has no change.
/// The exit code is 3 where a part of the journal cannot be read, so that changes may be
/// missing, else 0.
///
/// # Errors
/// Where the account is not named, or the journal cannot be read, or it is not known
/// which plan is meant.
pub fn history(account: AccountConfig, flags: &HistoryFlags) -> anyhow::Result<ExitCode> {
    let runtime = output::runtime()?;
    let scope = runtime.block_on(account::scope(account.clone()))?;
    let history = History::read(&journal::root()?, &scope)?;
    // Before the plan is looked for: the damage may be why it is not found.
    for damage in &history.damaged {
        output::complain(&format!("{} (left out)", told(damage)));
    }
    let plan = match flags.plan.as_deref() {
        Some(text) => Some(match meant(&history, text)? {
            Some(meant) => meant,
            None => runtime.block_on(asked(account, text))?,
        }),
        None => None,
    };
    let found = history.search(flags.search.as_deref().unwrap_or_default());
    let found = found.filter(|(_, entry)| plan.as_ref().is_none_or(|plan| plan.has(entry)));
    // Last, so that the limit counts what is printed.
    let found = found.take(flags.limit.unwrap_or(usize::MAX));
    let mut rows: Vec<Row> = Vec::new();
    let mut text = String::new();
    // The changes of a send follow each other: it is read once.
    let mut last: Option<PastSend> = None;
    let mut takers: Vec<PastSend> = Vec::new();
    for (listed, entry) in found {
        if last.as_ref().is_none_or(|send| send.id != listed.id) {
            last = listed.read();
            let sends = history.undone_by(&listed.id);
            takers = sends.filter_map(ListedSend::read).collect();
        }
        let Some(send) = &last else { continue };
        let Some(entry) = send.entries.iter().find(|one| one.id == entry.id) else {
            continue;
        };
        if flags.json {
            rows.push(Row::new(send, entry, &takers));
        } else {
            text.push_str(&lines(send, entry, &takers));
        }
    }
    if flags.json {
        let damaged = history.damaged.iter().map(damage_json).map(Ok);
        let rows = rows.iter().map(serde_json::to_value).chain(damaged);
        output::print_json(&rows.collect::<Result<Vec<Value>, _>>()?)?;
    } else {
        output::print(&text)?;
    }
    Ok(if history.damaged.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(INCOMPLETE)
    })
}

/// A part of the journal that cannot be read, and why.
pub(super) fn told(damage: &Damage) -> String {
    let line = damage
        .line
        .map_or_else(String::new, |line| format!(":{line}"));
    format!("{}{line}: {}", damage.file.display(), damage.why)
}

/// The same for scripts.
fn damage_json(damage: &Damage) -> Value {
    json!({
        "damaged": {
            "file": damage.file.display().to_string(),
            "line": damage.line,
            "why": damage.why,
        }
    })
}

/// The plan, key or send whose changes are printed.
#[derive(Default)]
struct Meant {
    plan: Option<PlanId>,
    /// Changes of which it is not known what plan came of them.
    without_plan: Vec<EntryId>,
}

impl Meant {
    fn has(&self, entry: &ListedEntry) -> bool {
        self.plan.as_ref().is_some_and(|plan| entry.is_about(plan))
            || self.without_plan.contains(&entry.id)
    }
}

/// Finds the plan, key or send that a text names, by what the journal knows: plans that are
/// gone since have a history too. An id wins over every name.
fn meant(history: &History, text: &str) -> anyhow::Result<Option<Meant>> {
    let by_id = PlanId(text.to_owned());
    if history.of_plan(&by_id).next().is_some() {
        return Ok(Some(Meant {
            plan: Some(by_id),
            ..Meant::default()
        }));
    }
    let mut plans = BTreeSet::new();
    let mut without_plan = Vec::new();
    for (send, entry) in history.entries().filter(|(_, entry)| entry.name == text) {
        if !is_called_as_its_plan(send, &entry.id) {
            continue;
        }
        match &entry.plan {
            Some(plan) => {
                plans.insert(plan.clone());
            }
            None => without_plan.push(entry.id.clone()),
        }
    }
    if plans.len() > 1 {
        let ids: Vec<PlanId> = plans.into_iter().collect();
        let count = ids.len();
        bail!(
            "the history has changes of {count} usage plans that were called {text:?}: {}; name \
             one by its id",
            listed(&ids)
        );
    }
    let plan = plans.pop_first();
    // A creation whose answer was lost has a history too, without the id of its plan.
    let is_known = plan.is_some() || !without_plan.is_empty();
    Ok(is_known.then_some(Meant { plan, without_plan }))
}

/// Returns true if a change is called as its plan is: one of an API key is called as the
/// key.
fn is_called_as_its_plan(send: &ListedSend, id: &EntryId) -> bool {
    let entries = send.read().map(|send| send.entries);
    let entry = entries.and_then(|all| all.into_iter().find(|entry| entry.id == *id));
    entry.is_some_and(|entry| {
        matches!(
            entry.aim,
            Aim::Create { .. } | Aim::Update { .. } | Aim::Delete { .. }
        )
    })
}

/// The plan that a text names of which the journal has no change: the service knows
/// whether there is one.
async fn asked(account: AccountConfig, text: &str) -> anyhow::Result<Meant> {
    let none = format!("the history on this machine has no change of a plan {text:?}");
    let not_known =
        |why: anyhow::Error| anyhow!("{none}, and API Gateway could not be asked for it: {why:#}");
    let open = account::open(account).await.map_err(not_known)?;
    match open.find(text).await {
        Ok(plan) => Ok(Meant {
            plan: Some(plan.id),
            ..Meant::default()
        }),
        Err(why) if why.is::<Failure>() => Err(not_known(why)),
        Err(why) => Err(anyhow!("{none}, and {why:#}")),
    }
}

/// A change of the history, for scripts.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    id: String,
    send: String,
    at: String,
    who: String,
    arn: String,
    profile: String,
    reason: String,
    plan: Option<String>,
    name: String,
    state: &'static str,
    /// The reason why a change that is said to be made may not be; none where nothing is in
    /// doubt.
    doubt: Option<String>,
    changes: Vec<Value>,
    operations: Vec<PatchOperation>,
    before: Option<Value>,
    after: Option<Value>,
    request_ids: Vec<String>,
    said: String,
    // Scripts read this name, which stays whatever the code says for it.
    #[serde(rename = "takesBack")]
    undoes: Option<String>,
    #[serde(rename = "takenBackBy")]
    undone_by: Vec<String>,
    /// Those of them that did not bring back all of it, and what they did not.
    #[serde(rename = "takenBackInPart")]
    undone_in_part: Vec<Value>,
}

impl Row {
    fn new(send: &PastSend, entry: &PastEntry, takers: &[PastSend]) -> Self {
        let field = |change: &ChangedField| {
            json!({
                "field": change.field.to_string(),
                "before": change.before,
                "after": change.after,
            })
        };
        let outcomes = entry.steps.iter().filter_map(|step| step.sent.as_ref());
        let request_ids = outcomes.map(|(_, outcome)| outcome.request_id.clone());
        Self {
            id: entry.id.to_string(),
            send: send.id.to_string(),
            // A change that still waits has no time of its own.
            at: entry.at().unwrap_or(send.at).to_string(),
            who: send.who.clone(),
            arn: send.arn.clone(),
            profile: send.profile.clone(),
            reason: send.reason.clone(),
            plan: entry.plan().map(ToString::to_string),
            name: entry.name.clone(),
            state: entry.state().as_str(),
            doubt: Some(entry.doubt()).filter(|doubt| !doubt.is_empty()),
            changes: changed(entry).iter().map(field).collect(),
            operations: operations(entry),
            before: entry.before().map(|settings| plan_json(entry, settings)),
            after: entry.after().map(|settings| plan_json(entry, settings)),
            request_ids: request_ids.filter(|id| !id.is_empty()).collect(),
            said: said(entry),
            undoes: send.undoes.as_ref().map(ToString::to_string),
            undone_by: takers.iter().map(|taker| taker.id.to_string()).collect(),
            undone_in_part: takers
                .iter()
                .map(|taker| (taker, entry.not_back_by(taker)))
                .filter(|(_, lost)| !lost.is_empty())
                .map(|(taker, lost)| json!({ "by": taker.id.to_string(), "lost": lost }))
                .collect(),
        }
    }
}

/// A plan as it was, as GetUsagePlan answers it.
fn plan_json(entry: &PastEntry, settings: &Settings) -> Value {
    to_json(&UsagePlan {
        id: entry
            .plan()
            .cloned()
            // A plan that was to be created has none until the service gave it one.
            .unwrap_or_else(|| PlanId(String::new())),
        settings: settings.clone(),
    })
}

/// The fields that were changed, or were to be.
fn changed(entry: &PastEntry) -> Vec<ChangedField> {
    let nothing = Settings::default();
    match (entry.before(), entry.after()) {
        (None, None) => Vec::new(),
        (before, after) => changes(before.unwrap_or(&nothing), after.unwrap_or(&nothing)),
    }
}

fn operations(entry: &PastEntry) -> Vec<PatchOperation> {
    let intents = entry.steps.iter().filter_map(|step| step.intent.as_ref());
    let of_call = |call: &Call| match call {
        Call::Update { operations, .. } => operations.clone(),
        _ => Vec::new(),
    };
    intents
        .flat_map(|(_, intent)| of_call(&intent.call))
        .collect()
}

/// The last words on a call that did not go as wanted.
fn said(entry: &PastEntry) -> String {
    let sent = entry.steps.iter().filter_map(|step| step.sent.as_ref());
    let mut said = sent
        .map(|(_, sent)| sent.said.clone())
        .filter(|said| !said.is_empty());
    said.next_back().unwrap_or_default()
}

fn lines(send: &PastSend, entry: &PastEntry, takers: &[PastSend]) -> String {
    let mut text = String::new();
    let mut line = |words: &str| {
        // Writing to a text has no way to fail.
        let _ = writeln!(text, "{}", clean(words));
    };
    let at = entry
        .at()
        .unwrap_or(send.at)
        .strftime("%Y-%m-%d %H:%M:%S UTC");
    let plan = entry
        .plan()
        .map_or_else(String::new, |plan| format!(" {plan}"));
    let who = match who_sent(&send.who, &send.arn).as_str() {
        "" => String::new(),
        who => format!(" by {who}"),
    };
    let state = entry.state();
    let doubt = entry.doubt();
    let in_doubt = if doubt.is_empty() { "" } else { " (in doubt)" };
    line(&format!(
        "{} {at} {}{plan}: {}{in_doubt}{who}",
        entry.id,
        entry.name,
        state.as_str()
    ));
    if !send.reason.is_empty() {
        line(&format!("    reason: {}", send.reason));
    }
    for change in changed(entry) {
        line(&format!("    {change}"));
    }
    if !doubt.is_empty() {
        line(&format!("    in doubt: {doubt}"));
    }
    let said = said(entry);
    if state != EntryState::Applied && !said.is_empty() {
        line(&format!("    {said}"));
    }
    if let Some(other) = &send.undoes {
        line(&format!("    undoes {other}"));
    }
    for taker in takers {
        line(&format!("    {}", undone(entry, taker)));
    }
    text
}

/// By which send a change was undone, and what that did not bring back.
fn undone(entry: &PastEntry, taker: &PastSend) -> String {
    let lost = entry.not_back_by(taker);
    if lost.is_empty() {
        format!("undone by {}", taker.id)
    } else {
        format!("undone in part by {}: {}", taker.id, lost.join("; "))
    }
}
