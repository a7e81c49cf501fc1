//! The form of an answer, seen before the SDK reads it.
//!
//! The SDK takes an answer without any of the members that it knows for one in which they
//! are absent: a page of another program that is JSON, or nothing at all, would read as
//! "no plans". So what an answer must have is looked for in its own text.
//!
//! An empty list has its member on the wire: `GetApiKeys` and `GetUsagePlanKeys`, recorded
//! against AWS with boto3, have `items: []` where there is nothing, and botocore gives no
//! member that the answer does not have. For the other lists that is inferred: one that
//! has no member is not understood, since a plan, a stage or a key that is taken for gone
//! is worse than a list that is not read.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

use super::mend;

/// The form that the answer to an operation has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::gateway) enum Shape {
    /// Nothing is asked of it here.
    #[default]
    Any,
    /// `{"item": [...], "position": "..."}`
    List,
    /// `{"usagePlanId", "startDate", "endDate", "values": {...}, "position"}`
    Usage,
    /// At least one of the members of `GetAccount`.
    Account,
}

/// The members of `GetAccount` (the service's model).
const OF_ACCOUNT: [&str; 4] = [
    "throttleSettings",
    "features",
    "apiKeyVersion",
    "cloudwatchRoleArn",
];

/// The verdict on an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::gateway) enum AnswerVerdict {
    /// The SDK can read it.
    Fits,
    /// It has no usage, and says itself of which plan or days: there is none (inferred).
    EmptyInferred,
    /// It is not the answer to this operation.
    Lacks(Lack),
}

/// The part that an answer does not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::gateway) struct Lack {
    /// The member that it should have; none where it is no object.
    pub(in crate::gateway) field: Option<String>,
    /// The thing that it is or has instead.
    pub(in crate::gateway) said: String,
}

type Members<'a> = BTreeMap<String, &'a RawValue>;

impl Shape {
    /// That of the operation of this name.
    pub(in crate::gateway) fn of(operation: &str) -> Self {
        match operation {
            "GetUsagePlans" | "GetUsagePlanKeys" | "GetApiKeys" | "GetRestApis" | "GetStages"
            | "GetResources" => Self::List,
            "GetUsage" => Self::Usage,
            "GetAccount" => Self::Account,
            _ => Self::Any,
        }
    }

    /// Looks at the body of an answer that says that all went well.
    pub(in crate::gateway) fn look_at(self, body: &[u8]) -> AnswerVerdict {
        if self == Self::Any {
            return AnswerVerdict::Fits;
        }
        let Ok(members) = serde_json::from_slice::<Members>(body) else {
            return no_object(body);
        };
        let has = |name: &str| members.get(name).is_some_and(|value| value.get() != "null");
        let list = match self {
            Self::List => "item",
            Self::Usage => "values",
            Self::Account if OF_ACCOUNT.iter().any(|name| has(name)) => return AnswerVerdict::Fits,
            _ => return lacks("throttleSettings", &members),
        };
        if has(list) {
            return AnswerVerdict::Fits;
        }
        // It says itself that it is of this operation.
        let is_its_own = has("usagePlanId") || (has("startDate") && has("endDate"));
        if self == Self::Usage && is_its_own {
            AnswerVerdict::EmptyInferred
        } else {
            lacks(list, &members)
        }
    }
}

fn no_object(body: &[u8]) -> AnswerVerdict {
    if body.trim_ascii().is_empty() {
        return AnswerVerdict::Lacks(Lack {
            field: None,
            said: "it is empty".to_owned(),
        });
    }
    // What is wrong deeper inside is for the SDK to find.
    let Some(mend::MemberFault { field, said }) = mend::fault_in(body) else {
        return AnswerVerdict::Fits;
    };
    AnswerVerdict::Lacks(Lack { field, said })
}

/// The first members that an answer has instead, by their names.
fn lacks(member: &str, members: &Members) -> AnswerVerdict {
    const NAMED: usize = 3;
    let others = members.iter().filter(|(_, value)| value.get() != "null");
    let mut others = others.map(|(name, _)| {
        let mut short: String = name.chars().take(40).collect();
        if short.len() < name.len() {
            short.push('…');
        }
        format!("`{short}`")
    });
    let named: Vec<String> = others.by_ref().take(NAMED).collect();
    let said = match (named.len(), others.count()) {
        (0, _) => "it is missing, and there is nothing else".to_owned(),
        (_, 0) => format!("it is missing; there is {}", named.join(", ")),
        (_, more) => format!(
            "it is missing; there is {} and {more} more",
            named.join(", ")
        ),
    };
    AnswerVerdict::Lacks(Lack {
        field: Some(member.to_owned()),
        said,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(shape: Shape, body: &str) -> String {
        match shape.look_at(body.as_bytes()) {
            AnswerVerdict::Fits => "fits".to_owned(),
            AnswerVerdict::EmptyInferred => "empty".to_owned(),
            AnswerVerdict::Lacks(Lack { field, said }) => {
                format!("{}: {said}", field.unwrap_or_default())
            }
        }
    }

    #[test]
    fn a_list_is_what_has_its_member() {
        for (body, said) in [
            (r#"{"item":[]}"#, "fits"),
            (r#"{"item":[{"id":"a"}],"position":"p"}"#, "fits"),
            // Whether it is a list the SDK finds out.
            (r#"{"item":{"id":"a"}}"#, "fits"),
            ("{}", "item: it is missing, and there is nothing else"),
            (
                r#" {"item":null,"position":null} "#,
                "item: it is missing, and there is nothing else",
            ),
            (
                r#"{"position":"p"}"#,
                "item: it is missing; there is `position`",
            ),
            (
                r#"{"message":"Forbidden"}"#,
                "item: it is missing; there is `message`",
            ),
            (
                r#"{"_links":{},"_embedded":{"item":[]},"a":1,"b":2}"#,
                "item: it is missing; there is `_embedded`, `_links`, `a` and 1 more",
            ),
            ("[]", ": it is a list, not an object"),
            ("null", ": it is null, not an object"),
            (r#""item""#, r#": it is the text "item", not an object"#),
            ("<p>item</p>", ": it is an HTML page, not JSON"),
            (" \n", ": it is empty"),
        ] {
            assert_eq!(fault(Shape::List, body), said, "{body}");
        }
        let said = fault(Shape::List, r#"{"item":["#);
        assert!(said.starts_with(": it is not JSON"), "{said}");
    }

    #[test]
    fn usage_is_what_has_values_or_says_of_which_plan_and_days_it_is() {
        for (body, said) in [
            (r#"{"values":{}}"#, "fits"),
            (r#"{"usagePlanId":"a"}"#, "empty"),
            (
                r#"{"startDate":"2026-01-01","endDate":"2026-01-02"}"#,
                "empty",
            ),
            ("{}", "values: it is missing, and there is nothing else"),
            (r#"{"item":[]}"#, "values: it is missing; there is `item`"),
        ] {
            assert_eq!(fault(Shape::Usage, body), said, "{body}");
        }
    }

    #[test]
    fn an_account_has_one_of_its_members() {
        for (body, said) in [
            (r#"{"throttleSettings":{}}"#, "fits"),
            (r#"{"apiKeyVersion":"4"}"#, "fits"),
            (
                r#"{"message":"x"}"#,
                "throttleSettings: it is missing; there is `message`",
            ),
        ] {
            assert_eq!(fault(Shape::Account, body), said, "{body}");
        }
    }
}
