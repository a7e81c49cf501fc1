//! `plangate history`: what was sent, newest first.

use std::fmt::Write as _;
use std::process::ExitCode;

use clap::Args;
use serde::Serialize;
use serde_json::{Value, json};

use super::{account, output};
use crate::config::Account;
use crate::journal::{self, Damage, EntryState, History, ListedSend, PastEntry, PastSend};
use crate::plan::model::json::to_json;
use crate::plan::{Call, ChangedField, PatchOperation, PlanId, Settings, UsagePlan, changes};
use crate::ui::clean;

/// The options of `plangate history`.
#[derive(Args, Clone, Debug)]
pub struct HistoryFlags {
    /// Only changes of this plan, by its id; a name finds too
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

/// Prints the history of an account, Region and endpoint. Asks nothing of the service.
/// The exit code is 3 where a part of the journal cannot be read, so that changes may be
/// missing, else 0.
///
/// # Errors
/// Where the account is not named, or the journal cannot be read.
pub fn history(account: Account, flags: &HistoryFlags) -> anyhow::Result<ExitCode> {
    let scope = output::runtime()?.block_on(account::scope(account))?;
    let history = History::read(&journal::root()?, &scope)?;
    for damage in &history.damaged {
        output::complain(&format!("{} (left out)", told(damage)));
    }
    let words = [flags.plan.as_deref(), flags.search.as_deref()];
    let words: Vec<&str> = words.into_iter().flatten().collect();
    let words = words.join(" ");
    let found = history.search(&words);
    let found = found.take(flags.limit.unwrap_or(usize::MAX));
    let mut rows: Vec<Row> = Vec::new();
    let mut text = String::new();
    // The changes of a send follow each other: it is read once.
    let mut last: Option<PastSend> = None;
    let mut takers: Vec<PastSend> = Vec::new();
    for (listed, entry) in found {
        if last.as_ref().is_none_or(|send| send.id != listed.id) {
            last = listed.read();
            let sends = history.taken_back_by(&listed.id);
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
    /// Why what is said to be made may not be; none where nothing is in doubt.
    doubt: Option<String>,
    changes: Vec<Value>,
    operations: Vec<PatchOperation>,
    before: Option<Value>,
    after: Option<Value>,
    request_ids: Vec<String>,
    said: String,
    takes_back: Option<String>,
    taken_back_by: Vec<String>,
    /// Those of them that did not bring back all of it, and what they did not.
    taken_back_in_part: Vec<Value>,
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
            takes_back: send.takes_back.as_ref().map(ToString::to_string),
            taken_back_by: takers.iter().map(|taker| taker.id.to_string()).collect(),
            taken_back_in_part: takers
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
            .unwrap_or_else(|| PlanId(String::new())),
        settings: settings.clone(),
    })
}

/// What was changed, or was to be.
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

/// What was said of a call that did not go as wanted, the last one.
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
    let who = match send.who.as_str() {
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
        let [before, after] =
            [&change.before, &change.after].map(|v| v.as_deref().unwrap_or("none"));
        line(&format!(
            "    {} {}: {before} -> {after}",
            change.mark(),
            change.field
        ));
    }
    if !doubt.is_empty() {
        line(&format!("    in doubt: {doubt}"));
    }
    let said = said(entry);
    if state != EntryState::Applied && !said.is_empty() {
        line(&format!("    {said}"));
    }
    if let Some(other) = &send.takes_back {
        line(&format!("    takes back {other}"));
    }
    for taker in takers {
        line(&format!("    {}", taken_back(entry, taker)));
    }
    text
}

/// By which send a change was taken back, and what that did not bring back.
fn taken_back(entry: &PastEntry, taker: &PastSend) -> String {
    let lost = entry.not_back_by(taker);
    if lost.is_empty() {
        format!("taken back by {}", taker.id)
    } else {
        format!("taken back in part by {}: {}", taker.id, lost.join("; "))
    }
}
