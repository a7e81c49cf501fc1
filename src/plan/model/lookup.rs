//! Which plan a text names. An identifier that is exactly the text wins over every
//! name, and "there is none" is said only of a list that was read to its end.

use super::segment;
use crate::plan::{PlanId, UsagePlan};

/// The most plans of one name that are listed.
const LISTED: usize = 20;

/// The plan or plans that a text names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lookup {
    /// This plan.
    Found(PlanId),
    /// Several plans are called so: which, in their order.
    Ambiguous(Vec<PlanId>),
    /// No plan: the list was read to its end.
    None,
    /// Not known: no plan of those read has this identifier, and others may be to
    /// come. Which of those read have this name.
    NotKnown(Vec<PlanId>),
}

/// Looks up the plan that a text names: by its identifier, else by its name as a
/// whole. `is_whole` says that the plans are all that there are.
#[must_use]
pub fn look_up<'a>(
    plans: impl IntoIterator<Item = &'a UsagePlan>,
    text: &str,
    is_whole: bool,
) -> Lookup {
    let mut called = Vec::new();
    for plan in plans {
        if plan.id.0 == text {
            return Lookup::Found(plan.id.clone());
        }
        if plan.settings.name == text {
            called.push(plan.id.clone());
        }
    }
    // Of a list that broke off a later page may have the plan of this identifier, or
    // another one of this name.
    if !is_whole {
        return Lookup::NotKnown(called);
    }
    match called.as_slice() {
        [] => Lookup::None,
        [id] => Lookup::Found(id.clone()),
        _ => Lookup::Ambiguous(called),
    }
}

/// Returns true if a text can be a plan's identifier: letters and digits (by examples).
/// Anything else would be no part of a path, so it is nobody's.
#[must_use]
pub fn may_be_id(text: &str) -> bool {
    segment::fits(text).is_ok() && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// `3 usage plans are called "gold": a1, b2, c3; name one by its id`
#[must_use]
pub fn ambiguous(text: &str, ids: &[PlanId]) -> String {
    format!(
        "{} usage plans are called {text:?}: {}; name one by its id",
        ids.len(),
        listed(ids)
    )
}

/// Identifiers in a sentence, not more than can be read.
#[must_use]
pub fn listed(ids: &[PlanId]) -> String {
    let shown: Vec<&str> = ids.iter().take(LISTED).map(|id| id.0.as_str()).collect();
    let more = match ids.len().saturating_sub(LISTED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("{}{more}", shown.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Settings;

    fn plan(id: &str, name: &str) -> UsagePlan {
        UsagePlan {
            id: PlanId(id.to_owned()),
            settings: Settings {
                name: name.to_owned(),
                ..Settings::default()
            },
        }
    }

    fn ids(ids: &[&str]) -> Vec<PlanId> {
        ids.iter().map(|id| PlanId((*id).to_owned())).collect()
    }

    #[test]
    fn an_id_wins_over_every_name_wherever_it_stands() {
        let plans = [
            plan("a1", "gold"),
            plan("b2", "a1"),
            plan("c3", "a1"),
            plan("d4", "b2"),
            plan("e5", "gold"),
            plan("f6", "only"),
            plan("g7", "g7"),
        ];
        for (text, whole, part) in [
            ("a1", Lookup::Found(ids(&["a1"]).remove(0)), None),
            ("b2", Lookup::Found(ids(&["b2"]).remove(0)), None),
            ("g7", Lookup::Found(ids(&["g7"]).remove(0)), None),
            (
                "only",
                Lookup::Found(ids(&["f6"]).remove(0)),
                Some(ids(&["f6"])),
            ),
            (
                "gold",
                Lookup::Ambiguous(ids(&["a1", "e5"])),
                Some(ids(&["a1", "e5"])),
            ),
            ("gol", Lookup::None, Some(Vec::new())),
            ("", Lookup::None, Some(Vec::new())),
        ] {
            for order in [false, true] {
                let mut plans: Vec<&UsagePlan> = plans.iter().collect();
                if order {
                    plans.reverse();
                }
                let sorted = |found: Lookup| match found {
                    Lookup::Ambiguous(mut ids) => {
                        ids.sort();
                        Lookup::Ambiguous(ids)
                    }
                    Lookup::NotKnown(mut ids) => {
                        ids.sort();
                        Lookup::NotKnown(ids)
                    }
                    other => other,
                };
                let found = sorted(look_up(plans.iter().copied(), text, true));
                assert_eq!(found, whole, "{text}");
                // A list that broke off knows an identifier, and nothing else.
                let found = sorted(look_up(plans, text, false));
                let expected = part.clone().map_or(whole.clone(), Lookup::NotKnown);
                assert_eq!(found, expected, "{text} in a part");
            }
        }
    }

    #[test]
    fn an_ambiguous_name_is_told_with_the_ids() {
        assert_eq!(
            ambiguous("gold", &ids(&["a1", "e5"])),
            "2 usage plans are called \"gold\": a1, e5; name one by its id"
        );
        let many: Vec<PlanId> = (0..25).map(|n| PlanId(format!("p{n}"))).collect();
        assert!(listed(&many).ends_with("p19 and 5 more"));
    }
}
