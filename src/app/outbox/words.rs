//! The end of a change that was sent, in the operator's words.

use crate::app::Weight;
use crate::gateway::Failure;
use crate::plan::{ChangedField, Field, Partly};
use crate::send::End;

pub(in crate::app) fn names(fields: &[Field]) -> String {
    let names: Vec<String> = fields.iter().map(ToString::to_string).collect();
    names.join(", ")
}

/// The thing that was sent, as far as its end is told differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::app) enum Origin {
    /// The draft of a plan that there is.
    Draft,
    /// The draft of a new plan.
    NewPlan,
    /// A change without a draft.
    NoDraft,
}

/// The words on an end: what happened, to what, what was not changed, and what to do
/// next. What comes from no draft is not kept: the history tells how far it came.
/// `partly` has the parts where some calls of it were made and others were not. `refresh`
/// is the key that reads again.
pub(in crate::app) fn words(
    name: &str,
    end: &End,
    partly: Option<&Partly>,
    origin: Origin,
    refresh: &str,
) -> (Weight, String) {
    let has_draft = origin != Origin::NoDraft;
    let (kept, rest) = if has_draft {
        (format!("The draft of {name} is kept."), "The rest is kept.")
    } else {
        let told = "The history shows how far it came.";
        (told.to_owned(), told)
    };
    if let Some(partly) = partly {
        return partly_sent(name, end, partly, rest);
    }
    let text = match end {
        End::Nothing => format!("Nothing had to be sent: {name} is as you want it already."),
        End::Cancelled if has_draft => format!("Cancelled before anything was sent. {kept}"),
        End::Cancelled => format!("Cancelled before anything of it was sent: {name}."),
        End::NotRecorded(why) => format!(
            "Nothing was sent to {name}, for what is sent must be written down first. {why} {kept}"
        ),
        End::Sent {
            surprises,
            rebased,
            is_read_back,
            by_reading,
        } if surprises.is_empty() => as_reviewed(name, origin, rebased, *is_read_back, by_reading),
        End::Sent { surprises, .. } => {
            let differences = differences_in_words(surprises);
            format!("Sent, but the answer for {name} is not what was predicted: {differences}.")
        }
        End::Moved(_) => "Nothing was sent: the plan moved.".to_owned(),
        End::Gone(failure) => format!("Nothing was sent: {name} is gone. {failure}"),
        End::NotSent(failure) => failure.noting(&kept),
        End::NotApplied(failure) => {
            let then = format!(
                "It was read again when it could not be made any more, and it was not made. {kept}"
            );
            without_answer(failure, &then)
        }
        End::NotSeen(failure) => {
            let then = format!(
                "The change of {name} is not seen yet and may still be made: it is read again by \
                 itself, and nothing of it is sent before. {kept}"
            );
            without_answer(failure, &then)
        }
        End::Unconfirmed {
            failure,
            differences,
            seen,
        } => unconfirmed(name, failure, differences.is_empty(), seen, refresh),
    };
    (weight_of(end), text)
}

/// The words for a change of which reading did not show what became of it.
/// `nothing_differs` where no field was read that is neither as before nor as sent.
fn unconfirmed(
    name: &str,
    failure: &Failure,
    nothing_differs: bool,
    seen: &str,
    refresh: &str,
) -> String {
    if !nothing_differs {
        return format!("{failure} Read again, {name} is neither as before nor as sent. {seen}");
    }
    let read = if seen.is_empty() {
        format!("{name} could not be read to see whether it was changed.")
    } else {
        format!("Of {name}: {seen}")
    };
    // Long words of the service come last.
    let next = format!("{refresh} reads again; do not send twice unseen.");
    format!("{failure} {next} {read}")
}

fn weight_of(end: &End) -> Weight {
    match end {
        End::Nothing | End::Cancelled => Weight::Info,
        End::Sent { surprises, .. } if surprises.is_empty() => Weight::Info,
        End::Sent { .. } | End::Moved(_) | End::NotSeen(_) => Weight::Warning,
        End::NotRecorded(_)
        | End::Gone(_)
        | End::NotSent(_)
        | End::NotApplied(_)
        | End::Unconfirmed { .. } => Weight::Error,
    }
}

/// The words for a call without a certain answer; `then` tells what reading showed, and
/// what follows from it.
fn without_answer(failure: &Failure, then: &str) -> String {
    let operation = failure.operation;
    format!(
        "{operation}: no certain answer ({}). {then}",
        failure.in_short()
    )
}

/// The words for a change that was made as it was reviewed, with what else was found.
fn as_reviewed(
    name: &str,
    origin: Origin,
    rebased: &[Field],
    is_read_back: bool,
    by_reading: &[String],
) -> String {
    let said = is_read_back.then_some("the answer said otherwise; the plan was read again");
    let known = said
        .into_iter()
        .chain(by_reading.iter().map(String::as_str));
    let read_back = match known.collect::<Vec<_>>().join("; ") {
        known if known.is_empty() => known,
        known => format!(" ({known})"),
    };
    let kept = match names(rebased) {
        names if names.is_empty() => names,
        names => format!(" Meanwhile somebody else had changed {names}; that was kept."),
    };
    let done = match origin {
        Origin::NewPlan => "created",
        Origin::Draft | Origin::NoDraft => "updated",
    };
    format!("Sent: {name} {done}{read_back}.{kept}")
}

fn differences_in_words(changed: &[ChangedField]) -> String {
    let each = changed.iter().map(|change| {
        let or_none = |text: &Option<String>| text.clone().unwrap_or_else(|| "none".to_owned());
        let (before, after) = (or_none(&change.before), or_none(&change.after));
        format!("{} is {after}, not {before}", change.field)
    });
    each.collect::<Vec<_>>().join("; ")
}

/// The words for a change that stopped between its calls: the parts that were made and
/// those that were not stand where the failed call alone would say "Nothing was changed".
fn partly_sent(name: &str, end: &End, partly: &Partly, rest: &str) -> (Weight, String) {
    let changed = format!("Partly sent: {partly}.");
    let text = match end {
        End::NotSent(failure)
        | End::NotApplied(failure)
        | End::Gone(failure)
        | End::NotSeen(failure) => failure.within(&changed, rest),
        End::Unconfirmed { failure, seen, .. } => {
            failure.within(&changed, format!("{seen} {rest}").trim())
        }
        End::NotRecorded(why) => format!("{changed} {why} {rest}"),
        End::Moved(_) => format!("{changed} Somebody else changed {name} in the meantime. {rest}"),
        End::Cancelled => format!("Stopped. {changed} {rest}"),
        End::Sent { .. } | End::Nothing => {
            format!("{changed} The answer for {name} is not what was predicted. {rest}")
        }
    };
    (Weight::Error, text)
}
