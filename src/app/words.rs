//! How a change that was sent ended, in the operator's words.

use super::Weight;
use crate::plan::{ChangedField, Field};
use crate::send::End;

pub(super) fn names(fields: &[Field]) -> String {
    let names: Vec<String> = fields.iter().map(ToString::to_string).collect();
    names.join(", ")
}

/// What happened, to what, what was not changed, and what to do next. What comes from
/// no draft is not kept: the history tells how far it came. `refresh` is the key that
/// reads again.
#[expect(clippy::too_many_lines, reason = "a sentence for each end")]
pub(super) fn words(name: &str, end: &End, has_draft: bool, refresh: &str) -> (Weight, String) {
    let list = |changed: &[ChangedField]| {
        let each = changed.iter().map(|change| {
            let or_none = |text: &Option<String>| text.clone().unwrap_or_else(|| "none".to_owned());
            let (before, after) = (or_none(&change.before), or_none(&change.after));
            format!("{} is {after}, not {before}", change.field)
        });
        each.collect::<Vec<_>>().join("; ")
    };
    let (kept, rest) = if has_draft {
        (format!("The draft of {name} is kept."), "The rest is kept.")
    } else {
        let told = "The history shows how far it came.";
        (told.to_owned(), told)
    };
    match end {
        End::Nothing => (
            Weight::Info,
            format!("Nothing had to be sent: {name} is as you want it already."),
        ),
        End::Cancelled {
            is_partly_sent: false,
        } => (
            Weight::Info,
            if has_draft {
                format!("Cancelled before anything was sent. {kept}")
            } else {
                format!("Cancelled before anything of it was sent: {name}.")
            },
        ),
        End::Cancelled {
            is_partly_sent: true,
        } => (
            Weight::Warning,
            format!("Stopped half-way: a part of the change of {name} was sent. {rest}"),
        ),
        End::NotRecorded(why) => (
            Weight::Error,
            format!(
                "Nothing was sent to {name}, for what is sent must be written down first. {why} \
                 {kept}"
            ),
        ),
        End::Sent {
            surprises,
            rebased,
            is_read_back,
        } if surprises.is_empty() => {
            let read_back = if *is_read_back {
                " (the answer said otherwise; the plan was read again)"
            } else {
                ""
            };
            let kept = if rebased.is_empty() {
                String::new()
            } else {
                format!(
                    " Meanwhile somebody else had changed {}; that was kept.",
                    names(rebased)
                )
            };
            (
                Weight::Info,
                format!("Sent: {name} is now as reviewed{read_back}.{kept}"),
            )
        }
        End::Sent { surprises, .. } => (
            Weight::Warning,
            format!(
                "Sent, but the answer for {name} is not what was predicted: {}.",
                list(surprises)
            ),
        ),
        End::Moved(_) => (
            Weight::Warning,
            "Nothing was sent: the plan moved.".to_owned(),
        ),
        End::Gone(failure) => (
            Weight::Error,
            format!("Nothing was sent: {name} is gone. {failure}"),
        ),
        End::NotSent(failure) => (Weight::Error, failure.noting(&kept)),
        End::NotApplied(failure) => (
            Weight::Error,
            format!(
                "{}: no certain answer ({}). It was read again when it could not be made any \
                 more, and it was not made. {kept}",
                failure.operation,
                failure.in_short()
            ),
        ),
        End::NotSeen(failure) => (
            Weight::Warning,
            format!(
                "{}: no certain answer ({}). The change of {name} is not seen yet and may still be \
                 made: it is read again by itself, and nothing of it is sent before. {kept}",
                failure.operation,
                failure.in_short()
            ),
        ),
        End::Unconfirmed {
            failure,
            differences,
        } if differences.is_empty() => (
            Weight::Error,
            format!(
                "{failure} {name} could not be read to see whether it was changed. {refresh} reads again; do not send twice unseen."
            ),
        ),
        End::Unconfirmed {
            failure,
            differences,
        } => (
            Weight::Error,
            format!(
                "{failure} Read again, {name} is neither as before nor as sent: {}.",
                list(differences)
            ),
        ),
    }
}
