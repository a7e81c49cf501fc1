//! Calls of the past that may have been made after all: reading showed that they were
//! not, or nobody could tell, or an answer said so and did not show it; and nothing later
//! covers their traces.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use jiff::Timestamp;
use memchr::memmem;
use serde::Deserialize;

use super::folder::name_of;
use super::history::{History, ListedSend};
use super::past::{PastSend, PastStep};
use super::read::{Name, list};
use super::record::{CallOutcome, EntryId, Intent, OpenCall, Sent};
use crate::plan::{Call, Field, PlanId, Scope, Settings, changes};

/// The calls of the past that are said not to be made, or of which nobody could tell or an
/// answer did not show it, and that were made where their plans show them after all. Blocks while it reads.
#[must_use]
pub fn doubted(root: &Path, scope: &Scope) -> Vec<OpenCall> {
    doubts(root, scope).doubted
}

/// Calls of the past that are to be looked at again.
#[derive(Default)]
pub(super) struct Doubts {
    /// Those that are said not to be made, or of which nobody could tell.
    pub doubted: Vec<OpenCall>,
    /// Those that were not seen yet when their send was over.
    pub unseen: Vec<OpenCall>,
}

/// The calls in doubt of all programs. A history that cannot be read gives none: what
/// is in it stays as it is.
pub(super) fn doubts(root: &Path, scope: &Scope) -> Doubts {
    // Few journals have any, and reading all of one takes its time.
    if !may_have(&root.join(name_of(scope))) {
        return Doubts::default();
    }
    // A start must not fail because of what only might be in doubt.
    let Ok(history) = History::read(root, scope) else {
        return Doubts::default();
    };
    let sends = history.sends.iter();
    let mut doubts = Doubts::default();
    for send in sends.clone().filter(|send| send.may_be_in_doubt()) {
        let Some(send) = send.read() else { continue };
        doubts.doubted.extend(
            steps(&send)
                .filter(|step| is_in_doubt(step))
                .filter_map(PastStep::call),
        );
        let unseen = steps(&send).filter(|step| step.outcome() == Some(CallOutcome::NotSeen));
        let unseen = unseen.filter(|_| !send.is_open());
        doubts.unseen.extend(unseen.filter_map(PastStep::call));
    }
    // Sends are read in full only where they may matter: a history may be long.
    let near = near(&history, &doubts.doubted);
    let all = || near.iter().flat_map(steps);
    doubts
        .doubted
        .retain(|doubt| !all().any(|step| covers(step, doubt)));
    let made: Vec<PlanId> = all().filter_map(made).collect();
    let mut doubted = doubts.doubted.iter_mut();
    for doubt in doubted.by_ref().filter(|doubt| is_creation(&doubt.intent)) {
        // A plan that another creation made reads the same, and is not this one's.
        let twins = doubt.intent.twins.get_or_insert_default();
        twins.extend(made.iter().cloned());
    }
    doubts
}

fn steps(send: &PastSend) -> impl Iterator<Item = &PastStep> {
    send.entries.iter().flat_map(|entry| &entry.steps)
}

/// The sends whose calls may cover the traces of those in doubt.
fn near(history: &History, doubted: &[OpenCall]) -> Vec<PastSend> {
    let plans: BTreeSet<&PlanId> = doubted
        .iter()
        .filter_map(|d| d.intent.call.plan())
        .collect();
    let makes_plans = doubted.iter().any(|doubt| is_creation(&doubt.intent));
    let is_near = |send: &&ListedSend| {
        let mut entries = send.entries.iter();
        makes_plans || entries.any(|entry| plans.iter().any(|plan| entry.is_about(plan)))
    };
    let sends = history.sends.iter().filter(is_near);
    sends.filter_map(ListedSend::read).collect()
}

fn is_creation(intent: &Intent) -> bool {
    matches!(intent.call, Call::Create(_))
}

/// The members of a line that name a call.
#[derive(Deserialize)]
struct Told {
    at: Timestamp,
    entry: EntryId,
    step: u32,
}

/// Returns true if the last that these files tell of some call leaves it in doubt.
fn may_have(folder: &Path) -> bool {
    let files = list(folder, &mut Vec::new())
        .unwrap_or_default()
        .into_iter();
    let files = files.filter(|(_, name)| matches!(name, Name::Sends(_) | Name::Past));
    let mut last: BTreeMap<(EntryId, u32), (Timestamp, bool)> = BTreeMap::new();
    for (path, _) in files {
        let Ok(file) = File::open(path) else { continue };
        let mut reader = BufReader::with_capacity(64 * 1024, file);
        let mut line = Vec::new();
        while reader
            .read_until(b'\n', &mut line)
            .is_ok_and(|read| read > 0)
        {
            // Few lines are read in full: those in doubt, and what came of the same later.
            let is_in_doubt = is_doubtful(&line);
            let is_sent = memmem::find(&line, br#""kind":"sent""#).is_some();
            if is_sent
                && (is_in_doubt || !last.is_empty())
                && let Ok(told) = serde_json::from_slice::<Told>(&line)
            {
                let call = (told.entry, told.step);
                match last.get_mut(&call) {
                    Some(known) if known.0 <= told.at => *known = (told.at, is_in_doubt),
                    None if is_in_doubt => {
                        last.insert(call, (told.at, true));
                    }
                    _ => {}
                }
            }
            line.clear();
        }
    }
    last.into_values().any(|(_, is_in_doubt)| is_in_doubt)
}

fn is_doubtful(line: &[u8]) -> bool {
    let has = |words: &str| memmem::find(line, words.as_bytes()).is_some();
    let is_surprise = || has(&format!(r#""said":"{}"#, Sent::SURPRISED));
    // By the bytes as they are written: to parse all lines of a long history would take its
    // time at each start.
    has(r#""fate":"unknown""#)
        || has(r#""fate":"applied""#) && is_surprise()
        || has(r#""fate":"notSeen""#)
        || has(r#""fate":"notApplied""#)
            && (has(r#""byReading":true"#) || Sent::READ.iter().any(|words| has(words)))
}

fn is_in_doubt(step: &PastStep) -> bool {
    let Some((_, sent)) = &step.sent else {
        return false;
    };
    let intent = step.intent.as_ref().map(|(_, intent)| intent);
    match sent.outcome {
        // Of a creation it has to be known which plans read so before.
        CallOutcome::Unknown => intent.is_some_and(|i| !is_creation(i) || i.twins.is_some()),
        // The answer to a creation names the plan.
        CallOutcome::Applied => intent.is_some_and(|i| !is_creation(i)) && !step.doubt().is_empty(),
        _ => sent.is_doubtful(),
    }
}

/// The plan that a creation surely made.
fn made(step: &PastStep) -> Option<PlanId> {
    let (_, intent) = step.intent.as_ref().filter(|(_, i)| is_creation(i))?;
    let (_, sent) = step.sent.as_ref()?;
    let plan = sent
        .plan
        .as_ref()
        .filter(|_| sent.outcome == CallOutcome::Applied)?;
    (intent.entry == sent.entry).then(|| plan.id.clone())
}

/// Returns true if a later call, made or perhaps made, would show the same.
fn covers(step: &PastStep, doubt: &OpenCall) -> bool {
    let Some((at, intent)) = &step.intent else {
        return false;
    };
    let is_refused = step
        .sent
        .as_ref()
        .is_some_and(|(_, sent)| sent.outcome == CallOutcome::NotApplied && !sent.is_doubtful());
    // A call that was surely refused left no traces that could cover others.
    *at > doubt.at && !is_refused && covers_traces(intent, &doubt.intent)
}

/// Returns true if one call is about the same fields, plan or key as another, so that
/// what stands there tells nothing of the other any more.
#[must_use]
pub fn covers_traces(later: &Intent, earlier: &Intent) -> bool {
    match (&later.call, &earlier.call) {
        (Call::AttachKey { plan, key } | Call::DetachKey { plan, key }, other) => matches!(
            other,
            Call::AttachKey { plan: p, key: k } | Call::DetachKey { plan: p, key: k }
                if (p, k) == (plan, key)
        ),
        // Plans are told apart by their settings alone until their identifiers are known.
        (Call::Create(settings), Call::Create(other)) => settings == other,
        // Neither leaves a trace in the settings of a plan that is there already.
        (Call::Create(_) | Call::ExtendUsage { .. }, _) | (_, Call::Create(_)) => false,
        (call, other) if call.plan() != other.plan() => false,
        // With a plan goes all that it could show.
        (Call::Delete { .. }, _) | (_, Call::Delete { .. }) => true,
        _ => {
            let touched = touched(later);
            self::touched(earlier)
                .iter()
                .any(|field| touched.contains(field))
        }
    }
}

fn touched(intent: &Intent) -> Vec<Field> {
    let nothing = Settings::default();
    let before = intent.before.as_ref().unwrap_or(&nothing);
    let after = intent.after.as_ref().unwrap_or(&nothing);
    let changed = changes(before, after).into_iter();
    changed.map(|change| change.field).collect()
}
