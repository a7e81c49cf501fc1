//! Sending from a command: the same queue, journal and guards as in the dashboard.

use std::fmt;
use std::io::{self, IsTerminal, Write};
use std::time::Duration;

use anyhow::{Context, anyhow};
use clap::Args;
use futures::{FutureExt, TryStreamExt};
use jiff::Timestamp;
use tokio::signal;

use super::account::Open;
use super::output;
use crate::config::Guards;
use crate::correction::Sightings;
use crate::gateway::{FailureKind, none_where_gone};
use crate::journal::{
    self, Begun, CallOutcome, EntryId, Intent, Journal, OpenCall, Planned, Record, SendId, Sent,
};
use crate::plan::model::account::{ApiReading, Known, Surroundings};
use crate::plan::{Aim, Partly, PlanId, StageKey, UsagePlan};
use crate::send::{
    End, Evidence, Outcome, Queue, Slots, Todo, consent_words, graveness, known, large_jumps, look,
    outcome_of_creation, outcome_of_key, outcome_of_plan, read_later_in_words, takes_effect_until,
    unlike_predicted,
};
use crate::task::{self, Job};

/// The exit code where nothing was sent, because it may not be.
pub(super) const NOT_SENT: u8 = 1;
/// The exit code where something was sent, and not all of it, or not as predicted, or
/// nobody knows.
pub const NOT_CERTAIN: u8 = 3;

/// The options of all commands that send.
#[derive(Args, Clone, Debug, Default)]
pub struct ConsentFlags {
    /// Show what would be sent, and send nothing
    #[arg(long)]
    pub dry_run: bool,

    /// Consent to what is grave, to large jumps and to a protected profile
    ///
    /// The plan's id or name; the number of changes where there are several.
    #[arg(long, value_name = "ID")]
    pub confirm: Option<String>,

    /// Why it is done: kept in the journal
    #[arg(
        long,
        value_name = "TEXT",
        default_value = "",
        hide_default_value = true
    )]
    pub reason: String,
}

/// A change and what its plan or key is called.
pub(super) struct NamedChange {
    pub(super) name: String,
    pub(super) aim: Aim,
}

/// A consent that sending needs and that was not given.
pub(super) struct MissingConsent {
    /// The texts that are accepted as one.
    words: Vec<String>,
    why: Vec<String>,
}

impl MissingConsent {
    /// The id, which has no blank at which a shell would part it; the number of changes
    /// where there are several.
    pub(super) fn word(&self) -> &str {
        self.words.last().map_or("", String::as_str)
    }

    /// The reasons why it is needed.
    pub(super) fn reasons(&self) -> String {
        self.why.join("; ")
    }

    /// Returns true if a text is the consent.
    pub(super) fn accepts(&self, text: &str) -> bool {
        self.words.iter().any(|word| word == text)
    }
}

impl fmt::Display for MissingConsent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (word, reasons) = (self.word(), self.reasons());
        write!(f, "nothing was sent: it needs --confirm {word}: {reasons}")
    }
}

/// The consent that is still missing; nothing where changes need none, or it is given.
pub(super) fn missing_consent(
    changes: &[NamedChange],
    around: &Surroundings,
    guards: &Guards,
    flags: &ConsentFlags,
) -> Option<MissingConsent> {
    let aims: Vec<&Aim> = changes.iter().map(|change| &change.aim).collect();
    let mut why = Vec::new();
    if guards.protected {
        why.push("the profile is protected".to_owned());
    }
    let weighed = changes.iter().map(|change| &change.aim);
    let weighed = weighed.map(|aim| aim.without_gone(|stage| around.is_gone(stage)));
    let weighed: Vec<_> = weighed.collect();
    let weighed: Vec<&Aim> = weighed.iter().map(AsRef::as_ref).collect();
    why.extend(graveness(&weighed));
    let named = changes.iter().map(|c| (c.name.as_str(), &c.aim));
    let large = large_jumps(named, guards.guard).into_iter();
    why.extend(large.map(|(name, jump)| format!("{name}: {jump}")));
    let missing = MissingConsent {
        words: consent_words(&aims),
        why,
    };
    let given = flags.confirm.as_deref();
    let is_given = given.is_some_and(|given| missing.accepts(given));
    (!missing.why.is_empty() && !is_given).then_some(missing)
}

/// The APIs whose stages are detached, as far as their stages can be read: who detaches what
/// is gone hurts no caller. What cannot be read counts as being there.
pub(super) async fn apis_at_stake(open: &Open, changes: &[NamedChange]) -> Surroundings {
    let mut around = Surroundings::default();
    for change in changes {
        let Aim::Update { base, wanted } = &change.aim else {
            continue;
        };
        let stages = base.settings.stages.keys();
        let detached = stages.filter(|stage| !wanted.stages.contains_key(stage));
        for StageKey { api, .. } in detached {
            if around.apis.contains_key(api) {
                continue;
            }
            let read = open.gateway.stages(api).await.or_else(none_where_gone);
            let reading = ApiReading {
                stages: read.map_or(Known::NotYet, Known::Read),
                ..ApiReading::default()
            };
            around.apis.insert(api.clone(), reading);
        }
    }
    around
}

/// Opens the journal of the account, and finds out what became of calls that an ended
/// program left open, which may take until they cannot take effect any more. What the
/// history says wrongly of what was just read is corrected.
pub(super) async fn open_journal(open: &Open, seen: &Sightings) -> anyhow::Result<Journal> {
    let root = journal::root()?;
    let scope = open.gateway.scope().clone();
    let opening = move || Journal::open(&root, &scope, Timestamp::now);
    let (journal, recovered) = task::blocking(Job::OpenJournal, opening).await??;
    for call in recovered.unresolved {
        resolve(open, &journal, call).await?;
    }
    for OpenCall { intent, .. } in recovered.doubted {
        if let Some(record) = seen.shows(&intent) {
            journal.write(record).await?;
        }
    }
    Ok(journal)
}

/// Finds out what became of a call that an ended program had under way.
async fn resolve(open: &Open, journal: &Journal, call: OpenCall) -> anyhow::Result<()> {
    let until = takes_effect_until(call.at, Timestamp::now());
    let operation = call.intent.call.operation();
    loop {
        let read_at = Timestamp::now();
        let (shown, plan) = fate_of(open, &call.intent)
            .await
            .context("the outcome of a call of an earlier run cannot be read")?;
        let outcome = match look(&call.intent.call) {
            Evidence::Nothing => shown,
            _ => known(shown, read_at, until),
        };
        journal
            .write(read_later(&call.intent, outcome, plan))
            .await?;
        if outcome != CallOutcome::NotSeen {
            return Ok(());
        }
        let what = match call.intent.call.plan() {
            Some(plan) => format!("{operation} {plan}"),
            None => operation.to_owned(),
        };
        tell_unseen(&format!("{what}, under way when plangate ended,"), until);
        tokio::select! {
            () = tokio::time::sleep(left_until(until)) => {}
            _ = signal::ctrl_c() => {
                journal.close().await;
                return Err(anyhow!("nothing was sent: {what}, sent before, is not seen yet"));
            }
        }
    }
}

fn left_until(until: Timestamp) -> Duration {
    Duration::try_from(until.duration_since(Timestamp::now())).unwrap_or_default()
}

/// Says that something is waited for, and how long.
fn tell_unseen(what: &str, until: Timestamp) {
    let seconds = left_until(until).as_millis().div_ceil(1000);
    output::complain(&format!(
        "{what} is not seen yet and may still be made: it is read again in {seconds} s \
         (Ctrl-C stops waiting)"
    ));
}

/// The later word of a reading on a call, for the journal.
fn read_later(intent: &Intent, outcome: CallOutcome, plan: Option<UsagePlan>) -> Record {
    Record::Sent(Box::new(Sent {
        entry: intent.entry.clone(),
        step: intent.step,
        outcome,
        said: read_later_in_words(intent, outcome, plan.as_ref(), Timestamp::now()),
        plan: plan.map(Into::into),
        request_id: String::new(),
        by_reading: true,
    }))
}

/// Reads the outcome of a call as it shows now, and the plan where the reading gives one.
pub(super) async fn fate_of(
    open: &Open,
    intent: &Intent,
) -> anyhow::Result<(CallOutcome, Option<UsagePlan>)> {
    Ok(match look(&intent.call) {
        Evidence::Plan(id) => {
            let plan = open.plan(&id).await?;
            (outcome_of_plan(intent, plan.as_ref()), plan)
        }
        Evidence::Key(plan, key) => {
            let is_in = open.gateway.has_key(&plan, &key).await?;
            (outcome_of_key(&intent.call, is_in), None)
        }
        Evidence::Plans => {
            let plans = open.plans().await?;
            outcome_of_creation(intent, &plans)
        }
        Evidence::Nothing => (CallOutcome::Unknown, None),
    })
}

/// A send that is over.
pub(super) struct EndedSend {
    pub(super) id: SendId,
    /// The changes with what became of them; none for those whose turn did not come.
    pub(super) changes: Vec<(Planned, Option<Outcome>)>,
}

impl EndedSend {
    /// Returns true if something was surely made, which can be undone.
    pub(super) fn made_something(&self) -> bool {
        let mut ends = self.changes.iter().filter_map(|(_, end)| end.as_ref());
        ends.any(|end| end.made > 0)
    }

    /// The exit code that says how it went.
    pub(super) fn code(&self) -> u8 {
        let ends = || self.changes.iter().map(|(_, outcome)| outcome.as_ref());
        let is_good = |outcome: Option<&Outcome>| outcome.is_some_and(|o| o.end.is_good());
        let is_untouched = |outcome: Option<&Outcome>| match outcome.map(|o| &o.end) {
            None => true,
            Some(
                End::Moved(_)
                | End::Gone(_)
                | End::NotRecorded(_)
                | End::NotApplied(_)
                | End::NotSent(_)
                | End::Cancelled,
            ) => outcome.is_some_and(|o| o.made == 0),
            Some(End::Sent { .. } | End::Nothing | End::NotSeen(_) | End::Unconfirmed { .. }) => {
                false
            }
        };
        if ends().all(is_good) {
            0
        } else if ends().all(is_untouched) {
            NOT_SENT
        } else {
            NOT_CERTAIN
        }
    }
}

/// Sends changes, one after the other. What stops it is told in their outcomes; the
/// rest is not sent then. The first interrupt stops it after the call that is under
/// way.
pub(super) async fn send(
    open: &Open,
    journal: &Journal,
    changes: Vec<NamedChange>,
    reason: &str,
    undoes: Option<SendId>,
) -> anyhow::Result<EndedSend> {
    let begun = begun(open, changes, reason, undoes);
    let id = begun.id.clone();
    let mut queue = Queue::new(Slots::new(open.gateway.update_interval()));
    let changes = begun
        .entries
        .iter()
        .map(|one| (one.clone(), None))
        .collect();
    queue.add(begun);
    let mut way = Way {
        open,
        journal,
        queue,
        changes,
    };
    // Listened for from here on: an interrupt during a call, or between two waits, would end
    // the program or be missed otherwise.
    let mut interrupt = std::pin::pin!(signal::ctrl_c().fuse());
    let _ = futures::poll!(&mut interrupt);
    loop {
        while let Some(todo) = way.queue.poll(Timestamp::now()) {
            way.take(todo).await?;
        }
        let queue = &mut way.queue;
        let Some(at) = queue.wake_at() else {
            if queue.is_idle() {
                break;
            }
            // It stopped at a failure: the rest is not sent.
            queue.drop_rest();
            continue;
        };
        if let (Some(until), Some((entry, sending))) = (queue.unseen_until(), queue.current()) {
            tell_unseen(&format!("{}: {}", entry.name, sending.called()), until);
        }
        tokio::select! {
            () = tokio::time::sleep(left_until(at)) => {}
            _ = &mut interrupt => {
                queue.drop_rest();
                // The call is made and only waited for to show: this ends the wait.
                if queue.unseen_until().is_some() {
                    queue.cancel();
                }
            }
        }
    }
    let changes = way.changes;
    Ok(EndedSend { id, changes })
}

/// The send that these changes are, under a new name.
fn begun(open: &Open, changes: Vec<NamedChange>, reason: &str, undoes: Option<SendId>) -> Begun {
    let id = SendId::new();
    let entries = (1..).zip(changes).map(|(number, change)| Planned {
        id: EntryId {
            send: id.clone(),
            number,
        },
        name: change.name,
        aim: change.aim,
    });
    let entries = entries.collect();
    let identity = open.gateway.known_identity();
    Begun {
        id,
        who: journal::who(),
        arn: identity.map_or_else(String::new, |me| me.arn().to_owned()),
        profile: open.profile().to_owned(),
        reason: reason.to_owned(),
        undoes,
        entries,
    }
}

/// Changes on their way, and the outcomes of those that are over.
struct Way<'a> {
    open: &'a Open,
    journal: &'a Journal,
    queue: Queue,
    changes: Vec<(Planned, Option<Outcome>)>,
}

impl Way<'_> {
    /// Does what the queue asks for, and hands it what came of it.
    ///
    /// # Errors
    /// Where the journal cannot be written, so that nothing was sent.
    async fn take(&mut self, todo: Todo) -> anyhow::Result<()> {
        let gateway = &self.open.gateway;
        let queue = &mut self.queue;
        match todo {
            Todo::Read(plan) => queue.read(gateway.plan(&plan).await),
            Todo::ReadKey(plan, key) => queue.key_read(gateway.has_key(&plan, &key).await),
            Todo::ReadPlans => queue.plans_read(gateway.plans(None).try_concat().await),
            Todo::Record(record) => {
                let written = self.journal.write(*record).await;
                let told = queue.recorded(written.map_err(|failure| failure.to_string()));
                // What cannot be recorded is not sent: nobody could find out about it after a
                // crash.
                if let Some(Todo::NotBegun(_, why)) = told {
                    return Err(anyhow!("nothing was sent: {why}"));
                }
            }
            Todo::Call(call) => {
                let answer = gateway.send(&call).await;
                queue.sent(answer, Timestamp::now());
            }
            // Nobody is there who could renew them.
            Todo::Held(..) => queue.give_up(),
            Todo::Done(entry, outcome) => {
                let found = self.changes.iter_mut().find(|(one, _)| one.id == entry);
                if let Some((planned, ended)) = found {
                    tell_progress(queue, planned);
                    *ended = Some(*outcome);
                }
            }
            Todo::NotBegun(_, why) => return Err(anyhow!("nothing was sent: {why}")),
        }
        Ok(())
    }
}

/// The exit code of a send whose report could be printed or not: where it could not, the
/// send's ID stands on stderr, for what was sent is sent.
pub(super) fn code_when_told(printed: anyhow::Result<()>, ended: &EndedSend, code: u8) -> u8 {
    let Err(fault) = printed else {
        return code;
    };
    let id = &ended.id;
    output::complain(&format!(
        "what became of send {id} could not be printed: {fault:#}. `plangate history` has it"
    ));
    code.max(NOT_CERTAIN)
}

/// Says on a terminal how far a long send has come.
fn tell_progress(queue: &Queue, planned: &Planned) {
    let progress = queue.progress();
    // In a log this would only stand before the report, which tells all of it.
    if progress.total > 1 && io::stderr().is_terminal() {
        let over = progress.total - progress.left;
        let name = crate::ui::clean(&planned.name).into_owned();
        drop(writeln!(
            io::stderr(),
            "{over} of {}: {name}",
            progress.total
        ));
    }
}

/// The outcome of a change, in words, and a word for scripts.
pub(super) fn words(outcome: Option<&Outcome>) -> (&'static str, String) {
    let Some(outcome) = outcome else {
        return ("not sent", "its turn did not come".to_owned());
    };
    let (word, said) = match &outcome.partly {
        Some(partly) => ("partly sent", words_on_parts(&outcome.end, partly)),
        None => words_on_whole(&outcome.end),
    };
    // What was tried and not made is called so in the history too.
    let word = match word {
        "not sent" if outcome.tried && outcome.made == 0 => "not applied",
        word => word,
    };
    let said = match &outcome.unrecorded {
        Some(why) => format!("{said} It is not in the journal: {why}")
            .trim()
            .to_owned(),
        None => said,
    };
    (word, said)
}

/// The parts of a change that stopped between its calls, and why it stopped.
fn words_on_parts(end: &End, partly: &Partly) -> String {
    let changed = partly.to_string();
    match end {
        End::Gone(failure)
        | End::NotSent(failure)
        | End::NotApplied(failure)
        | End::NotSeen(failure) => {
            format!("{changed}. {}", failure.within("", ""))
        }
        End::Unconfirmed { failure, seen, .. } => {
            format!("{changed}. {}", failure.within("", seen))
        }
        End::NotRecorded(why) => format!("{changed}. {why}"),
        End::Moved(_) => {
            format!("{changed}. The plan was changed by somebody else meanwhile: look again")
        }
        End::Sent { .. } | End::Nothing => {
            format!("{changed}. The answer is not as predicted: look again")
        }
        End::Cancelled => format!("{changed}. It was stopped"),
    }
}

fn words_on_whole(end: &End) -> (&'static str, String) {
    match end {
        End::Sent {
            surprises,
            by_reading,
            ..
        } if surprises.is_empty() => ("sent", by_reading.join("; ")),
        End::Sent { surprises, .. } => ("sent", unlike_predicted(surprises)),
        End::Nothing => ("nothing to send", String::new()),
        End::Moved(merged) => {
            let fields = merged.conflicts.iter().map(|c| c.field.to_string());
            let fields: Vec<String> = fields.collect();
            let what = if fields.is_empty() {
                "the plan was changed meanwhile".to_owned()
            } else {
                format!("somebody else changed {} meanwhile", fields.join(", "))
            };
            ("not sent", format!("{what}: look again and send again"))
        }
        End::Gone(failure) | End::NotSent(failure) => ("not sent", failure.to_string()),
        End::NotApplied(failure) => (
            "not applied",
            format!(
                "{}: no certain answer ({}). It was read again when it could not be made any \
                 more, and it was not made.",
                failure.operation,
                failure.in_short()
            ),
        ),
        End::NotRecorded(why) => ("not sent", why.clone()),
        End::NotSeen(failure) => ("not seen yet", failure.to_string()),
        End::Cancelled => ("not sent", "stopped".to_owned()),
        End::Unconfirmed { failure, seen, .. } => ("unknown", failure.noting(seen)),
    }
}

impl Open {
    /// A plan as it is now; none where there is none.
    pub(super) async fn plan(&self, id: &PlanId) -> anyhow::Result<Option<UsagePlan>> {
        match self.gateway.plan(id).await {
            Ok(plan) => Ok(Some(plan)),
            Err(failure) if failure.kind == FailureKind::NotFound => Ok(None),
            Err(failure) => Err(failure.into()),
        }
    }
}
