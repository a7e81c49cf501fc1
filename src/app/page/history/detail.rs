//! The lines about the selected send or change.

use super::{HistoryView, Opened, Selected};
use crate::app::core::Core;
use crate::app::keys::command::Command;
use crate::app::keys::keymap::Place;
use crate::app::view::review_line::{ReviewLine, changed_lines};
use crate::journal::{CallOutcome, EntryState, History, PastEntry, PastStep, who_sent};
use crate::plan::{Aim, Call, Op, PatchOperation, Settings};

impl Core {
    /// The lines about what is selected.
    #[must_use]
    pub fn history_lines(&self, view: &HistoryView) -> Vec<ReviewLine> {
        let mut lines = Vec::new();
        if let (Some(selected), Some(history)) = (view.selected(), view.history()) {
            match selected {
                Selected::Send(opened) => about_send(&mut lines, history, opened),
                Selected::Change(opened, entry) => {
                    let resolve = self.keymap.label(Place::History, Command::Resolve);
                    about_change(&mut lines, history, opened, entry, &resolve);
                }
            }
        }
        if let Some(read) = &view.read {
            damage(&mut lines, &read.history);
            lines.push(ReviewLine::Text(format!("Kept in {}", read.folder)));
        }
        self.fitted(lines)
    }
}

/// Its origin: who sent it, when and why, and what it undoes.
fn origin(lines: &mut Vec<ReviewLine>, history: &History, selected: Selected<'_>) {
    let send = selected.send();
    let mut text = format!("Begun {} UTC", send.at.strftime("%Y-%m-%d %H:%M:%S"));
    // Where the ARN is known it stands below, and this is the account on the machine.
    let who = match send.arn.as_str() {
        "" => who_sent(&send.who, ""),
        _ => send.who.clone(),
    };
    if !who.is_empty() {
        text = format!("{text} by {who}");
    }
    if !send.profile.is_empty() {
        text = format!("{text}, profile {}", send.profile);
    }
    lines.push(ReviewLine::Text(format!("{text}.")));
    if !send.arn.is_empty() {
        lines.push(ReviewLine::Text(format!("As {}", send.arn)));
    }
    if !send.reason.is_empty() {
        lines.push(ReviewLine::Text(format!("Reason: {}", send.reason)));
    }
    if let Some(other) = &send.undoes {
        let of = match history.find(other) {
            Some(other) => format!(" of {} UTC", other.at.strftime("%Y-%m-%d %H:%M:%S")),
            None => String::new(),
        };
        lines.push(ReviewLine::Text(format!("It undoes {other}{of}.")));
    }
}

/// The command that takes it back.
fn undo(lines: &mut Vec<ReviewLine>, selected: Selected<'_>) {
    let is_done = match selected {
        Selected::Send(opened) => !opened.send.done().is_empty(),
        Selected::Change(_, entry) => entry.done().is_some(),
    };
    if is_done {
        let text = format!("From a shell: plangate undo {}", selected.id());
        lines.push(ReviewLine::Text(text));
    }
}

fn about_send(lines: &mut Vec<ReviewLine>, history: &History, opened: &Opened) {
    let send = &opened.send;
    lines.push(ReviewLine::Head(format!(
        "Send {} of {} changes",
        send.id,
        send.entries.len()
    )));
    origin(lines, history, Selected::Send(opened));
    let all = [
        EntryState::Applied,
        EntryState::Partly,
        EntryState::NotApplied,
        EntryState::NotSeen,
        EntryState::Unknown,
        EntryState::UnderWay,
        EntryState::Waiting,
        EntryState::NeverSent,
    ];
    let counts = all.map(|state| (state, send.count(state))).into_iter();
    let counts = counts.filter(|(_, count)| *count > 0);
    let counts: Vec<String> = counts.map(|(s, n)| format!("{n} {}", s.as_str())).collect();
    lines.push(ReviewLine::Text(format!("{}.", counts.join(", "))));
    if send.is_open() {
        let text = "It is not over: what is left is sent by the program that has it in its queue.";
        lines.push(ReviewLine::Text(text.to_owned()));
    }
    for taker in history.undone_by(&send.id) {
        let by = format!("Undone by {}, in whole or in part.", taker.id);
        lines.push(ReviewLine::Text(by));
    }
    undo(lines, Selected::Send(opened));
    for entry in send.entries.iter().filter(|entry| entry.needs_a_look()) {
        // The last word of the service: earlier calls of a change went well, or were sent
        // again.
        let why = entry.steps.iter().rev().find_map(|step| {
            let (_, outcome) = step.sent.as_ref()?;
            (!outcome.said.is_empty()).then(|| outcome.said.clone())
        });
        let why = why.map_or_else(String::new, |why| format!(": {why}"));
        let state = entry.state().as_str();
        let text = format!("{}: {state}{why}", entry.name);
        lines.push(ReviewLine::Warning(text));
    }
    lines.push(ReviewLine::Blank);
}

fn about_change(
    lines: &mut Vec<ReviewLine>,
    history: &History,
    opened: &Opened,
    entry: &PastEntry,
    resolve: &str,
) {
    let state = entry.state();
    lines.push(ReviewLine::Head(format!(
        "{}: {}",
        entry.name,
        state.as_str()
    )));
    origin(lines, history, Selected::Change(opened, entry));
    if state == EntryState::Unknown {
        let text = format!(
            "It is not known what was made of it: look at the plan, or {resolve} reads to see."
        );
        lines.push(ReviewLine::Warning(text));
    }
    if state == EntryState::NotSeen {
        let text = format!(
            "It is not seen yet and may still be made: it is read again by itself; {resolve} reads now."
        );
        lines.push(ReviewLine::Warning(text));
    }
    let doubt = entry.doubt();
    if !doubt.is_empty() {
        lines.push(ReviewLine::Warning(format!("In doubt: {doubt}.")));
    }
    if let Some(taker) = opened.undone(entry) {
        let mut text = format!("Undone by {taker}");
        if let Some(lost) = opened.not_back(entry) {
            text = format!("Undone in part by {taker} ({lost})");
        }
        // An undo that was undone itself leaves the change as it was made.
        if let Some(again) = history.undone_by(taker).next() {
            text = format!("{text}, which was undone by {}", again.id);
        }
        lines.push(ReviewLine::Text(format!("{text}.")));
    }
    undo(lines, Selected::Change(opened, entry));
    lines.push(ReviewLine::Blank);
    differing(lines, entry);
    let count = entry.steps.len();
    for step in &entry.steps {
        about_step(lines, step, count);
    }
    // Without a call the record has only the aim to tell what would be sent.
    if entry.steps.is_empty() {
        lines.push(ReviewLine::Head("To be sent".to_owned()));
        for call in entry.aim.calls() {
            about_call(lines, &call);
        }
        lines.push(ReviewLine::Blank);
    }
}

/// The fields that differ: as it was made, or where it was not, as it was to be.
fn differing(lines: &mut Vec<ReviewLine>, entry: &PastEntry) {
    let nothing = Settings::default();
    let (before, after) = match (entry.after(), &entry.aim) {
        (Some(after), _) => (entry.before().unwrap_or(&nothing), after),
        (None, Aim::Create { wanted, .. }) => (&nothing, wanted),
        (None, Aim::Update { base, wanted }) => (&base.settings, wanted),
        (None, _) => return,
    };
    let changed = changed_lines(before, after);
    if changed.is_empty() {
        return;
    }
    let head = if entry.after().is_some() {
        "Before and after"
    } else {
        "As it was to be"
    };
    lines.push(ReviewLine::Head(head.to_owned()));
    lines.extend(changed);
    lines.push(ReviewLine::Blank);
}

fn about_step(lines: &mut Vec<ReviewLine>, step: &PastStep, count: usize) {
    let number = if count > 1 {
        format!(" {} of {count}", step.number)
    } else {
        String::new()
    };
    let outcome = match step.outcome() {
        Some(CallOutcome::Applied) => "made",
        Some(CallOutcome::NotApplied) => "not made",
        Some(CallOutcome::Changed) => "somebody else changed the same",
        Some(CallOutcome::Unknown) => "not known whether it was made",
        Some(CallOutcome::NotSeen) => "not seen yet",
        None => "no outcome yet",
    };
    match &step.intent {
        Some((_, intent)) => {
            let name = intent.call.operation();
            lines.push(ReviewLine::Head(format!("Call{number}: {name}, {outcome}")));
            about_call(lines, &intent.call);
        }
        // The outcome may be whole where the line of the intent is damaged: each is a
        // line of its own.
        None => lines.push(ReviewLine::Head(format!(
            "Call{number}: its record is damaged, {outcome}"
        ))),
    }
    if let Some((at, sent)) = &step.sent {
        let mut text = format!("{} UTC", at.strftime("%Y-%m-%d %H:%M:%S"));
        if !sent.request_id.is_empty() {
            text = format!("{text}, request {}", sent.request_id);
        }
        lines.push(ReviewLine::Text(text));
        if !sent.said.is_empty() {
            lines.push(ReviewLine::Warning(sent.said.clone()));
        }
    }
    lines.push(ReviewLine::Blank);
}

/// The parts of a call, a line for each.
fn about_call(lines: &mut Vec<ReviewLine>, call: &Call) {
    let mut add = |text: String| lines.push(ReviewLine::Text(text));
    match call {
        // All that a creation sets stands above, as what differs from nothing.
        Call::Create(_) => {}
        Call::Update { operations, .. } => operations.iter().map(operation).for_each(add),
        Call::Tag { tags, .. } => {
            for (key, value) in tags {
                add(format!("{key} = {value}"));
            }
        }
        Call::Untag { keys, .. } => keys.iter().cloned().for_each(add),
        Call::ExtendUsage { key, remaining, .. } => {
            add(format!("API key {key}: {remaining} requests left"));
        }
        Call::AttachKey { plan, key } => add(format!("API key {key} into plan {plan}")),
        Call::DetachKey { plan, key } => add(format!("API key {key} out of plan {plan}")),
        Call::Delete { plan } => add(format!("plan {plan}")),
    }
}

fn operation(operation: &PatchOperation) -> String {
    let (op, path) = (operation.op.as_str(), &operation.path);
    match &operation.value {
        // A remove of a stage carries its value; an empty one says nothing.
        Some(value) if operation.op != Op::Remove || !value.is_empty() => {
            format!("{op} {path} {value}")
        }
        _ => format!("{op} {path}"),
    }
}

fn damage(lines: &mut Vec<ReviewLine>, history: &History) {
    let Some(first) = history.damaged.first() else {
        return;
    };
    let text = format!(
        "{} records could not be read and are not shown; the first is in {}: {}",
        history.damaged.len(),
        first.file.display(),
        first.why
    );
    lines.push(ReviewLine::Warning(text));
    lines.push(ReviewLine::Blank);
}
