//! What a tag may be: the rules that TagResource has.

use crate::plan::model::manager::Tool;
use crate::plan::{Field, Finding, Map, Rule};

/// The longest key of a tag, in characters (AWS API reference, TagResource).
const LONGEST_KEY: usize = 128;
/// The longest value of a tag, in characters (AWS API reference, TagResource).
const LONGEST_VALUE: usize = 256;
/// The most tags that a plan can have. Confirmed for stages (AWS general reference, API
/// Gateway quotas); inferred for usage plans.
const MOST_TAGS: usize = 50;
/// The prefix of AWS's own tags.
const RESERVED: &str = "aws:";

/// Returns true if a tag is AWS's own: nobody else sets it or takes it away. Any mixture
/// of case is reserved (AWS tagging reference).
#[must_use]
pub fn is_reserved(key: &str) -> bool {
    let start = key.get(..RESERVED.len());
    start.is_some_and(|start| start.eq_ignore_ascii_case(RESERVED))
}

/// Returns true if a copy of a plan leaves a tag out: AWS's own cannot be given, and one
/// that says which tool manages the original would say so of the copy, which it does not.
#[must_use]
pub fn stays_behind(key: &str, value: &str) -> bool {
    is_reserved(key) || Tool::of_tag(key, value).is_some()
}

/// The findings about the tags that are new, changed or gone.
pub(in crate::plan) fn judge(
    before: &Map<String, String>,
    now: &Map<String, String>,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (key, value) in now {
        match before.get(key) {
            Some(before) if before == value => {}
            was => {
                // A key that stands was taken by the service once, whatever it looks like.
                if was.is_none() || is_reserved(key) {
                    findings.extend(wrong_key(key));
                }
                findings.extend(wrong_value(key, value));
                findings.extend(odd_characters(key, value));
            }
        }
    }
    let gone = before
        .keys()
        .filter(|key| is_reserved(key) && !now.contains_key(*key));
    findings.extend(gone.map(|key| reserved(key)));
    // AWS's own tags do not count (AWS tagging reference).
    let own = |tags: &Map<String, String>| tags.keys().filter(|key| !is_reserved(key)).count();
    let count = own(now);
    // A plan that has too many may still lose some of them.
    if count > MOST_TAGS && count > own(before) {
        findings.push(Finding {
            rule: Rule::TagCount,
            field: None,
            message: format!("the plan would have {count} tags"),
            instead: format!("{MOST_TAGS} or fewer"),
        });
    }
    findings
}

fn about(rule: Rule, key: &str, message: String, instead: impl Into<String>) -> Finding {
    Finding {
        rule,
        field: Some(Field::Tag(key.to_owned())),
        message,
        instead: instead.into(),
    }
}

fn reserved(key: &str) -> Finding {
    let message = format!("the tag {key} is AWS's own");
    let instead = format!("leave it as it is; keys of your own do not begin with {RESERVED}");
    about(Rule::TagKey, key, message, instead)
}

fn wrong_key(key: &str) -> Option<Finding> {
    if is_reserved(key) {
        return Some(reserved(key));
    }
    let length = key.chars().count();
    let message = match length {
        0 => "a tag has no key".to_owned(),
        1..=LONGEST_KEY => return None,
        _ => format!("the key of a tag has {length} characters"),
    };
    let instead = format!("1 to {LONGEST_KEY} characters");
    Some(about(Rule::TagKey, key, message, instead))
}

fn wrong_value(key: &str, value: &str) -> Option<Finding> {
    let length = value.chars().count();
    let message = format!("the value of the tag {key} has {length} characters");
    let instead = format!("{LONGEST_VALUE} characters or fewer");
    (length > LONGEST_VALUE).then(|| about(Rule::TagValue, key, message, instead))
}

/// The documented set is `[a-zA-Z+-=._:/]`, in which `+-=` is taken as the range
/// that it is: it has the digits.
fn odd_characters(key: &str, value: &str) -> Option<Finding> {
    let is_documented =
        |c: &char| c.is_ascii_alphabetic() || ('+'..='=').contains(c) || ['_', ':'].contains(c);
    let odd = key.chars().chain(value.chars()).find(|c| !is_documented(c));
    odd.map(|odd| {
        about(
            Rule::TagCharacters,
            key,
            format!("the tag {key} has the character {odd:?}, which is not in the documented set"),
            "letters, digits and + - = . _ : / are",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_that_say_who_manages_the_plan_stay_behind() {
        for (key, value) in [
            ("aws:cloudformation:stack-name", "orders"),
            ("AWS:CloudFormation:logical-id", "Plan"),
            ("Aws:other", "x"),
            ("ManagedBy", "Terraform"),
            ("managed_by", "terraform-cloud"),
            ("terraform", "true"),
            ("Terraform-Workspace", "prod"),
            ("aws-cdk:owned", "true"),
            ("cdk:stack", "Orders"),
            ("created-by", "CDK"),
            ("lambda:createdBy", "SAM"),
            ("serverless:service", "orders"),
            ("provisioner", "serverless framework"),
            ("app.kubernetes.io/managed-by", "crossplane"),
            ("pulumi:stack", "dev"),
            ("IaC", "opentofu"),
        ] {
            assert!(stays_behind(key, value), "{key}={value}");
        }
        for (key, value) in [
            ("team", "pay"),
            ("ManagedBy", "payments-team"),
            ("owner", "terraform"),
            ("terraform", "false"),
            ("samples", "yes"),
            ("sam", "his plan"),
            ("createdBy", "samuel"),
            ("awsome:tag", "x"),
            ("stage", "prod"),
            ("", ""),
        ] {
            assert!(!stays_behind(key, value), "{key}={value}");
        }
    }

    fn tags(tags: &[(&str, &str)]) -> Map<String, String> {
        let owned = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
        tags.iter().map(owned).collect()
    }

    /// The rules that are broken, refusals with an exclamation mark.
    fn broken(before: &[(&str, &str)], now: &[(&str, &str)]) -> Vec<String> {
        let findings = judge(&tags(before), &tags(now)).into_iter();
        let name = |finding: Finding| {
            let mark = if finding.refuses() { "!" } else { "" };
            format!("{}{mark}", finding.rule.id())
        };
        findings.map(name).collect()
    }

    #[test]
    fn keys_and_values_have_their_lengths() {
        assert_eq!(broken(&[], &[(&"k".repeat(128), "")]), [""; 0]);
        assert_eq!(broken(&[], &[(&"k".repeat(129), "")]), ["tag-key!"]);
        assert_eq!(broken(&[], &[("", "x")]), ["tag-key!"]);
        assert_eq!(broken(&[], &[("k", &"v".repeat(256))]), [""; 0]);
        assert_eq!(broken(&[], &[("k", &"v".repeat(257))]), ["tag-value!"]);
    }

    #[test]
    fn tags_of_aws_stay_as_they_are() {
        let stack = ("aws:cloudformation:stack-name", "api");
        let other = ("aws:cloudformation:stack-name", "other");
        assert_eq!(broken(&[], &[stack]), ["tag-key!"]);
        assert_eq!(broken(&[stack], &[other]), ["tag-key!"]);
        assert_eq!(broken(&[stack], &[]), ["tag-key!"]);
        assert_eq!(broken(&[stack], &[stack, ("team", "pay")]), [""; 0]);
    }

    #[test]
    fn other_characters_are_a_warning() {
        assert_eq!(broken(&[], &[("team", "pay-1.2_x=y+z:/9")]), [""; 0]);
        for odd in ["pay me", "é", "a@b", "~"] {
            assert_eq!(broken(&[], &[("team", odd)]), ["tag-characters"], "{odd}");
        }
        // What is there already was taken.
        let odd = ("cost center", "4 5");
        assert_eq!(broken(&[odd], &[odd]), [""; 0]);
    }

    #[test]
    fn more_than_fifty_are_a_warning_where_one_is_added() {
        let many = |count: usize| -> Map<String, String> {
            let tag = |n| (format!("k{n}"), String::new());
            (0..count).map(tag).collect()
        };
        assert_eq!(judge(&many(0), &many(50)), []);
        let found = judge(&many(50), &many(51));
        assert_eq!(found.len(), 1);
        assert!(!found.iter().any(Finding::refuses));
        assert_eq!(judge(&many(52), &many(51)), []);
    }
}
