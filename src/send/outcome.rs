//! What became of a call whose answer is not known, from what stands there now.

use std::time::Duration;

use jiff::Timestamp;

use crate::gateway::{Failure, longest_effect};
use crate::journal::{CallOutcome, Intent};
use crate::plan::{Call, PlanId, Settings, UsagePlan, changes};

/// The place to be looked at to see whether a call was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// The plan.
    Plan(PlanId),
    /// The presence of the API key in the plan.
    Key(PlanId, String),
    /// All plans: the new one has no identifier yet.
    Plans,
    /// Nothing shows it: requests that are left go on being used.
    Nothing,
}

/// The place that shows the traces of a call.
#[must_use]
pub fn look(call: &Call) -> Evidence {
    match call {
        Call::Create(_) => Evidence::Plans,
        Call::Update { plan, .. }
        | Call::Tag { plan, .. }
        | Call::Untag { plan, .. }
        | Call::Delete { plan } => Evidence::Plan(plan.clone()),
        Call::AttachKey { plan, key } | Call::DetachKey { plan, key } => {
            Evidence::Key(plan.clone(), key.clone())
        }
        Call::ExtendUsage { .. } => Evidence::Nothing,
    }
}

/// The moment from which on a call cannot take effect any more, from when its intent was
/// written and the time now: what is not there then will not come. A clock that was set
/// back in between makes it no later than were it written now.
#[must_use]
pub fn takes_effect_until(written: Timestamp, now: Timestamp) -> Timestamp {
    later(written.min(now), longest_effect())
}

pub(super) fn later(time: Timestamp, by: Duration) -> Timestamp {
    time.saturating_add(by).unwrap_or(Timestamp::MAX)
}

/// The outcome that a reading which began at a time shows of a call: what is there was
/// made, and what is not may still come as long as the call can take effect.
#[must_use]
pub fn known(shown: CallOutcome, read_at: Timestamp, until: Timestamp) -> CallOutcome {
    match shown {
        CallOutcome::Applied => CallOutcome::Applied,
        _ if read_at < until => CallOutcome::NotSeen,
        shown => shown,
    }
}

/// The outcome of a change of settings, from the settings as they are now. Only the
/// fields that it was to change count: others may have moved meanwhile.
#[must_use]
pub fn outcome_of_settings(before: &Settings, after: &Settings, now: &Settings) -> CallOutcome {
    let touched = changes(before, after);
    let reads_as = |wanted: &Settings| {
        let differences = changes(now, wanted);
        let is_off = |field| {
            differences
                .iter()
                .any(|difference| difference.field == field)
        };
        !touched.iter().any(|change| is_off(change.field.clone()))
    };
    if reads_as(after) {
        CallOutcome::Applied
    } else if reads_as(before) {
        CallOutcome::NotApplied
    } else {
        CallOutcome::Changed
    }
}

/// The outcome of an update, a tagging or a deletion, from the plan as it is now; `None`
/// where it is gone.
#[must_use]
pub fn outcome_of_plan(intent: &Intent, now: Option<&UsagePlan>) -> CallOutcome {
    match (&intent.call, now) {
        (Call::Delete { .. }, None) => CallOutcome::Applied,
        (Call::Delete { .. }, Some(_)) => CallOutcome::NotApplied,
        // Somebody deleted it, and with it went what the call may have done.
        (_, None) => CallOutcome::Changed,
        (_, Some(now)) => match (&intent.before, &intent.after) {
            (Some(before), Some(after)) => outcome_of_settings(before, after, &now.settings),
            _ => CallOutcome::Unknown,
        },
    }
}

/// The outcome of putting an API key in or taking it out, from whether it is in now.
#[must_use]
pub fn outcome_of_key(call: &Call, is_in: bool) -> CallOutcome {
    if matches!(call, Call::AttachKey { .. }) == is_in {
        CallOutcome::Applied
    } else {
        CallOutcome::NotApplied
    }
}

/// Returns true if a plan as it is now shows that a change of its settings was made.
#[must_use]
pub fn is_shown_by(intent: &Intent, plan: &UsagePlan) -> bool {
    let is_settings = intent.before.is_some() && intent.after.is_some();
    is_settings
        && intent.call.plan() == Some(&plan.id)
        && outcome_of_plan(intent, Some(plan)) == CallOutcome::Applied
}

/// Returns true if the API keys that are in a plan now show that one was put in or taken out.
#[must_use]
pub fn is_shown_by_keys(call: &Call, keys: &[String]) -> bool {
    match call {
        Call::AttachKey { key, .. } | Call::DetachKey { key, .. } => {
            outcome_of_key(call, keys.contains(key)) == CallOutcome::Applied
        }
        _ => false,
    }
}

/// The outcome of a creation, with the plan that it made, from all plans as they are now:
/// it is the one that has the name and the settings it was to have, and was not there
/// before as far as that is known. Where several are, nobody can tell.
#[must_use]
pub fn outcome_of_creation<'a>(
    intent: &Intent,
    plans: impl IntoIterator<Item = &'a UsagePlan>,
) -> (CallOutcome, Option<UsagePlan>) {
    let Some(after) = &intent.after else {
        return (CallOutcome::Unknown, None);
    };
    let twins = intent.twins.as_deref().unwrap_or_default();
    let is_it = |plan: &&UsagePlan| is_listed_as(plan, after) && !twins.contains(&plan.id);
    let mut found = plans.into_iter().filter(is_it);
    match (found.next(), found.next()) {
        (None, _) => (CallOutcome::NotApplied, None),
        (Some(plan), None) => {
            let id = plan.id.clone();
            // As it was to be: the list may have left its tags out.
            let settings = after.clone();
            (CallOutcome::Applied, Some(UsagePlan { id, settings }))
        }
        (Some(_), Some(_)) => (CallOutcome::Unknown, None),
    }
}

/// The words for a reading of a call of which nobody can tell whether it was made, with
/// the time of that reading (UTC).
pub(super) fn shown_in_words(
    intent: &Intent,
    outcome: CallOutcome,
    now: Option<&UsagePlan>,
    read_at: Timestamp,
) -> String {
    let shown = match (&intent.call, now) {
        (Call::Create(_), None) if outcome == CallOutcome::Unknown => {
            "several new plans have its name and settings".to_owned()
        }
        (Call::Create(_), None) => "no new plan has its name and settings".to_owned(),
        (_, None) => "the plan is not there".to_owned(),
        (_, Some(now)) => {
            let nothing = Settings::default();
            let before = intent.before.as_ref().unwrap_or(&nothing);
            let after = intent.after.as_ref().unwrap_or(&nothing);
            let touched: Vec<_> = changes(before, after)
                .into_iter()
                .map(|c| c.field)
                .collect();
            let off = changes(&now.settings, after).into_iter();
            let off = off.filter(|change| touched.contains(&change.field));
            let read: Vec<String> = off.map(|change| change.misread()).collect();
            read.join(", ")
        }
    };
    format!("Last read at {}: {shown}.", moment(read_at))
}

/// The text that is written into the journal of a call without an answer of which reading
/// told later, with the time of that (UTC).
#[must_use]
pub fn read_later_in_words(
    intent: &Intent,
    outcome: CallOutcome,
    now: Option<&UsagePlan>,
    read_at: Timestamp,
) -> String {
    let said = "no answer came; read later";
    match outcome {
        CallOutcome::Changed | CallOutcome::Unknown if look(&intent.call) != Evidence::Nothing => {
            let shown = shown_in_words(intent, outcome, now, read_at);
            format!("{said}. {shown}")
        }
        _ => said.to_owned(),
    }
}

/// That what a call should have changed could not be read, and when that was tried (UTC).
pub(super) fn not_read_in_words(failure: &Failure, tried_at: Timestamp) -> String {
    format!(
        "It could not be read at {}: {}.",
        moment(tried_at),
        failure.in_short().trim_end_matches('.')
    )
}

fn moment(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// The reason why a plan is believed to be the one that a creation made, whose answer did
/// not come: nothing but its name and settings says so.
#[must_use]
pub fn taken_for(plan: &PlanId) -> String {
    format!("the new plan {plan} has its name and settings and is taken for it")
}

/// Returns true if a plan out of a list has these settings. A list is not known to have
/// the tags of its plans: where it has none of a plan, they do not count.
pub(super) fn is_listed_as(plan: &UsagePlan, settings: &Settings) -> bool {
    if !plan.settings.tags.is_empty() || settings.tags.is_empty() {
        return plan.settings == *settings;
    }
    let bare = Settings {
        tags: settings.tags.clone(),
        ..plan.settings.clone()
    };
    bare == *settings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(name: &str, description: &str) -> Settings {
        Settings {
            name: name.to_owned(),
            description: description.to_owned(),
            ..Settings::default()
        }
    }

    #[test]
    fn only_the_fields_that_were_to_change_count() {
        let (before, after) = (settings("old", ""), settings("new", ""));
        for (name, description, outcome) in [
            ("new", "", CallOutcome::Applied),
            ("new", "theirs", CallOutcome::Applied),
            ("old", "", CallOutcome::NotApplied),
            ("old", "theirs", CallOutcome::NotApplied),
            ("theirs", "", CallOutcome::Changed),
        ] {
            let now = settings(name, description);
            assert_eq!(
                outcome_of_settings(&before, &after, &now),
                outcome,
                "{now:?}"
            );
        }
    }

    #[test]
    fn half_of_a_change_is_neither() {
        let (before, after) = (settings("old", "old"), settings("new", "new"));
        let outcome = outcome_of_settings(&before, &after, &settings("new", "old"));
        assert_eq!(outcome, CallOutcome::Changed);
    }

    #[test]
    fn what_is_there_is_believed_at_once_and_what_is_not_only_when_it_cannot_come() {
        let until = Timestamp::from_second(100).unwrap();
        for shown in [
            CallOutcome::Applied,
            CallOutcome::NotApplied,
            CallOutcome::Changed,
            CallOutcome::Unknown,
        ] {
            let early = known(shown, until - Duration::from_millis(1), until);
            let is_made = shown == CallOutcome::Applied;
            assert_eq!(early, if is_made { shown } else { CallOutcome::NotSeen });
            assert_eq!(known(shown, until, until), shown);
        }
    }

    #[test]
    fn a_clock_that_was_set_back_makes_nobody_wait_for_hours() {
        let now = Timestamp::from_second(1_773_835_200).unwrap();
        let longest = longest_effect();
        let hour = Duration::from_hours(1);
        assert_eq!(takes_effect_until(now - longest, now), now);
        assert_eq!(takes_effect_until(now + hour, now), now + longest);
        assert_eq!(takes_effect_until(Timestamp::MAX, now), now + longest);
    }

    #[test]
    fn a_list_without_tags_shows_a_plan_with_tags_all_the_same() {
        let mut wanted = settings("new", "");
        wanted.tags.insert("team".to_owned(), "pay".to_owned());
        let mut other = wanted.clone();
        other.tags.insert("team".to_owned(), "web".to_owned());
        for (listed, is_it) in [
            (wanted.clone(), true),
            (settings("new", ""), true),
            (other, false),
            (settings("old", ""), false),
        ] {
            let id = PlanId("w0mvrr".to_owned());
            let plan = UsagePlan {
                id,
                settings: listed,
            };
            assert_eq!(is_listed_as(&plan, &wanted), is_it, "{plan:?}");
        }
        let plain = settings("new", "");
        let id = PlanId("w0mvrr".to_owned());
        let settings = wanted;
        assert!(!is_listed_as(&UsagePlan { id, settings }, &plain));
    }

    #[test]
    fn a_key_is_in_or_out() {
        let (plan, key) = (PlanId("w0mvrr".to_owned()), "k".to_owned());
        let attach = Call::AttachKey {
            plan: plan.clone(),
            key: key.clone(),
        };
        let detach = Call::DetachKey { plan, key };
        assert_eq!(outcome_of_key(&attach, true), CallOutcome::Applied);
        assert_eq!(outcome_of_key(&attach, false), CallOutcome::NotApplied);
        assert_eq!(outcome_of_key(&detach, true), CallOutcome::NotApplied);
        assert_eq!(outcome_of_key(&detach, false), CallOutcome::Applied);
    }
}
