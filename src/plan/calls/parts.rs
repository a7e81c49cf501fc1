//! The parts of a change in the operator's words: the thing that each call changes, and
//! which of the calls were made where the change stopped between them.

use std::fmt;

use crate::plan::patch::diff::attached_by;
use crate::plan::{Call, Field, Op, PatchOperation, Target};

/// From so many names on, a part says their number instead.
const MANY: usize = 4;

/// The part of a change that one call makes: "rate limit and burst limit", "changed".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    what: String,
    is_plural: bool,
    /// The participle that says the change.
    verb: String,
}

/// A change of which a part was made and the rest was not, or not surely.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Partly {
    /// The parts that were made, in order.
    pub made: Vec<Part>,
    /// The part of which nobody knows whether it was made.
    pub unknown: Option<Part>,
    /// The parts that were not made, in order.
    pub not_made: Vec<Part>,
}

impl Part {
    fn one(what: impl Into<String>, verb: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            is_plural: false,
            verb: verb.into(),
        }
    }

    fn several(names: &[String], noun: &str, verb: &str) -> Self {
        let what = match names {
            [only] => only.clone(),
            [first @ .., last] if names.len() < MANY => format!("{} and {last}", first.join(", ")),
            _ => format!("{} {noun}", names.len()),
        };
        Self {
            what,
            is_plural: names.len() != 1,
            verb: verb.to_owned(),
        }
    }

    fn be(&self) -> &'static str {
        if self.is_plural { "were" } else { "was" }
    }
}

impl Call {
    /// The part of a change that this call makes.
    #[must_use]
    pub fn part(&self) -> Part {
        let tags = |keys: &mut dyn Iterator<Item = &String>, verb| {
            let names: Vec<String> = keys.map(|key| format!("tag {key}")).collect();
            Part::several(&names, "tags", verb)
        };
        match self {
            Self::Create(_) => Part::one("the plan", "created"),
            Self::Delete { .. } => Part::one("the plan", "deleted"),
            Self::Update { operations, .. } => {
                let mut names: Vec<String> = operations.iter().filter_map(name).collect();
                names.dedup();
                // The update that goes before a deletion only detaches: "3 fields changed"
                // would hide it.
                let is_of_stages = |op| {
                    let mut all = operations.iter();
                    all.all(|one| one.op == op && one.path == "/apiStages")
                };
                if is_of_stages(Op::Remove) {
                    Part::several(&names, "stages", "detached")
                } else if is_of_stages(Op::Add) {
                    Part::several(&names, "stages", "attached")
                } else {
                    Part::several(&names, "fields", "changed")
                }
            }
            Self::Tag { tags: set, .. } => tags(&mut set.keys(), "set"),
            Self::Untag { keys, .. } => tags(&mut keys.iter(), "removed"),
            Self::ExtendUsage { key, .. } => {
                Part::one(format!("the requests left of API key {key}"), "set")
            }
            Self::AttachKey { plan, key } => {
                Part::one(format!("API key {key}"), format!("attached to plan {plan}"))
            }
            Self::DetachKey { plan, key } => Part::one(
                format!("API key {key}"),
                format!("detached from plan {plan}"),
            ),
        }
    }
}

/// The thing that an operation changes.
fn name(operation: &PatchOperation) -> Option<String> {
    match Target::parse(&operation.path).ok()? {
        Target::ApiStages => attached_by(operation).map(|stage| Field::Stage(stage).to_string()),
        Target::MethodThrottles(stage) => Some(format!("method throttles of {stage}")),
        target => target.field().map(|field| field.to_string()),
    }
}

impl fmt::Display for Partly {
    /// `name was changed; tag team was not set`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let made = self.made.iter();
        let made = made.map(|part| format!("{} {} {}", part.what, part.be(), part.verb));
        let unknown = self.unknown.iter().map(|part| {
            let (what, be, verb) = (&part.what, part.be(), &part.verb);
            format!("it is not known if {what} {be} {verb}")
        });
        let not_made = self.not_made.iter();
        let not_made =
            not_made.map(|part| format!("{} {} not {}", part.what, part.be(), part.verb));
        let all: Vec<String> = made.chain(unknown).chain(not_made).collect();
        f.pad(&all.join("; "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Map, PlanId};

    fn plan() -> PlanId {
        PlanId("w0mvrr".to_owned())
    }

    fn update(operations: &[(&str, &str)]) -> Call {
        let operation = |(path, value): &(&str, &str)| {
            PatchOperation::new(Op::Replace, *path, (*value).to_owned())
        };
        Call::Update {
            plan: plan(),
            operations: operations.iter().map(operation).collect(),
        }
    }

    fn tag(keys: &[&str]) -> Call {
        let tag = |key: &&str| ((*key).to_owned(), "v".to_owned());
        let tags: Map<_, _> = keys.iter().map(tag).collect();
        Call::Tag { plan: plan(), tags }
    }

    #[test]
    fn it_says_which_part_was_made() {
        let untag = Call::Untag {
            plan: plan(),
            keys: vec!["a".to_owned(), "b".to_owned()],
        };
        let attach = Call::AttachKey {
            plan: plan(),
            key: "k".to_owned(),
        };
        let rates = [("/throttle/rateLimit", "1"), ("/throttle/burstLimit", "2")];
        let many = [
            ("/name", "n"),
            ("/description", "d"),
            ("/quota/limit", "1"),
            ("/quota/period", "DAY"),
        ];
        let stage = [
            ("/apiStages", "a:prod"),
            ("/apiStages/a:prod/throttle", "{}"),
        ];
        for (made, not_made, words) in [
            (
                vec![update(&[("/name", "new")])],
                vec![tag(&["team"])],
                "name was changed; tag team was not set",
            ),
            (
                vec![update(&rates), untag],
                vec![tag(&["x", "y", "z"])],
                "rate limit and burst limit were changed; tag a and tag b were removed; \
                 tag x, tag y and tag z were not set",
            ),
            (
                vec![update(&many)],
                vec![tag(&["1", "2", "3", "4", "5"])],
                "4 fields were changed; 5 tags were not set",
            ),
            (
                vec![update(&stage)],
                vec![Call::Delete { plan: plan() }],
                "stage a:prod and method throttles of a:prod were changed; the plan was not \
                 deleted",
            ),
            (
                vec![Call::Update {
                    plan: plan(),
                    operations: vec![PatchOperation::new(Op::Remove, "/apiStages", "a:prod")],
                }],
                vec![Call::Delete { plan: plan() }],
                "stage a:prod was detached; the plan was not deleted",
            ),
            (
                vec![Call::Create(Box::default())],
                vec![attach],
                "the plan was created; API key k was not attached to plan w0mvrr",
            ),
        ] {
            let partly = Partly {
                made: made.iter().map(Call::part).collect(),
                unknown: None,
                not_made: not_made.iter().map(Call::part).collect(),
            };
            assert_eq!(partly.to_string(), words);
        }
    }

    #[test]
    fn a_part_that_may_have_been_made_is_neither() {
        let partly = Partly {
            made: vec![update(&[("/name", "new")]).part()],
            unknown: Some(tag(&["team"]).part()),
            not_made: Vec::new(),
        };
        assert_eq!(
            partly.to_string(),
            "name was changed; it is not known if tag team was set"
        );
    }
}
