//! How much changes weigh before they are sent: what makes them grave, which limits
//! move far, and what has to be typed as a consent.

use crate::plan::Aim;
use crate::plan::edit::jump::{Jump, Percent, jumps};

/// The reasons why changes are grave, a sentence each; nothing for those that are not.
#[must_use]
pub fn graveness(aims: &[&Aim]) -> Vec<String> {
    let count = |is: fn(&Aim) -> bool| aims.iter().filter(|aim| is(aim)).count();
    let deleted = count(|aim| matches!(aim, Aim::Delete { .. }));
    let detached = count(|aim| matches!(aim, Aim::Update { .. }) && aim.is_grave());
    let left = count(|aim| matches!(aim, Aim::Key { .. }) && aim.is_grave());
    let mut why = Vec::new();
    for (count, one, many) in [
        (deleted, "A plan is deleted.", "plans are deleted."),
        (
            detached,
            "A plan loses a stage: its clients are refused there.",
            "plans lose a stage: their clients are refused there.",
        ),
        (
            left,
            "An API key loses its plan.",
            "API keys lose their plan.",
        ),
    ] {
        match count {
            0 => {}
            1 => why.push(one.to_owned()),
            n => why.push(format!("{n} {many}")),
        }
    }
    why
}

/// The limits that move by more than this share, the farthest first, each with the
/// name of its change.
#[must_use]
pub fn large_jumps<'a>(
    changes: impl IntoIterator<Item = (&'a str, &'a Aim)>,
    guard: Percent,
) -> Vec<(&'a str, Jump)> {
    let mut large = Vec::new();
    for (name, aim) in changes {
        if let Aim::Update { base, wanted } = aim {
            let moved = jumps(&base.settings, wanted).into_iter();
            large.extend(
                moved
                    .filter(|jump| jump.exceeds(guard))
                    .map(|jump| (name, jump)),
            );
        }
    }
    large.sort_by(|(_, one), (_, other)| other.cmp_size(one));
    large
}

/// The texts that are accepted as a consent: the name or the identifier of the one plan
/// (for a key that loses its plan, that of the plan), or the number of changes.
#[must_use]
pub fn consent_words(aims: &[&Aim]) -> Vec<String> {
    let [only] = aims else {
        return vec![aims.len().to_string()];
    };
    let name = match only {
        Aim::Update { base, .. } | Aim::Delete { base, .. } => Some(&base.settings.name),
        Aim::Create { wanted, .. } => Some(&wanted.name),
        Aim::Key { .. } | Aim::Extend { .. } => None,
    };
    let mut words: Vec<String> = name.cloned().into_iter().collect();
    words.extend(only.plan().map(ToString::to_string));
    // To a plan without a name the Enter key alone would be a consent.
    words.retain(|word| !word.trim().is_empty());
    words.dedup();
    words
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::plan::{MethodThrottles, PlanId, Settings, StageKey, UsagePlan};

    fn plan(name: &str, stages: &[&str]) -> UsagePlan {
        let stages = stages.iter().map(|stage| StageKey::as_read("a", *stage));
        UsagePlan {
            id: PlanId("w0mvrr".to_owned()),
            settings: Settings {
                name: name.to_owned(),
                stages: stages
                    .map(|stage| (stage, MethodThrottles::new()))
                    .collect(),
                ..Settings::default()
            },
        }
    }

    fn detaching() -> Aim {
        Aim::Update {
            base: Arc::new(plan("gold", &["beta", "prod"])),
            wanted: plan("gold", &["prod"]).settings,
        }
    }

    #[test]
    fn who_loses_access_is_counted() {
        let (one, other) = (detaching(), detaching());
        assert_eq!(graveness(&[&one]).len(), 1);
        let [many] = graveness(&[&one, &other]).try_into().unwrap();
        assert!(many.starts_with("2 plans lose"), "{many}");
        let renamed = Aim::Update {
            base: Arc::new(plan("gold", &["prod"])),
            wanted: plan("silver", &["prod"]).settings,
        };
        assert!(graveness(&[&renamed]).is_empty());
    }

    #[test]
    fn one_plan_is_named_and_many_are_counted() {
        let (one, other) = (detaching(), detaching());
        assert_eq!(consent_words(&[&one]), ["gold", "w0mvrr"]);
        assert_eq!(consent_words(&[&one, &other]), ["2"]);
    }
}
