//! A call as the HTTP request that it is, and as the command of the AWS CLI that
//! would do the same.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::call::{Call, extension};
use crate::plan::model::json::{WrittenTags, to_json};
use crate::plan::patch::text::to_body;
use crate::plan::{PlanId, Settings, UsagePlan};
use crate::text::json::readable;
use crate::text::showable::{in_json, is_clean, is_unshowable};

/// The only type of key that CreateUsagePlanKey takes (AWS API reference).
pub const API_KEY: &str = "API_KEY";

/// The place that a command has to go to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Target {
    /// The profile; empty for the default one.
    pub profile: String,
    /// The Region; empty for the default one.
    pub region: String,
    /// The endpoint's address; empty for the Region's own.
    pub endpoint: String,
}

/// A call as an HTTP request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpRequest {
    /// Method and path.
    pub line: String,
    /// The body, as JSON over several lines; empty for none.
    pub body: String,
}

/// The request that a call makes. Characters that could steer a terminal stand
/// escaped, which in JSON means the same.
#[must_use]
pub fn request(call: &Call) -> HttpRequest {
    match call {
        Call::Create(settings) => HttpRequest {
            line: "POST /usageplans".to_owned(),
            body: pretty(&creation(settings)),
        },
        Call::Update { plan, operations } => HttpRequest {
            line: format!("PATCH /usageplans/{plan}"),
            body: in_json(&to_body(operations)).into_owned(),
        },
        Call::Tag { plan, tags } => HttpRequest {
            // The whole ARN stands percent-encoded in the path; its end is what tells the
            // plan.
            line: format!("PUT /tags/…/usageplans/{plan}"),
            body: pretty(&json!({ "tags": WrittenTags(tags) })),
        },
        Call::Untag { plan, keys } => HttpRequest {
            line: format!(
                "DELETE /tags/…/usageplans/{plan}?tagKeys={}",
                keys.join("&tagKeys=")
            ),
            body: String::new(),
        },
        Call::ExtendUsage {
            plan,
            key,
            remaining,
        } => HttpRequest {
            line: format!("PATCH /usageplans/{plan}/keys/{key}/usage"),
            body: in_json(&to_body(&[extension(*remaining)])).into_owned(),
        },
        Call::AttachKey { plan, key } => HttpRequest {
            line: format!("POST /usageplans/{plan}/keys"),
            body: pretty(&json!({ "keyId": key, "keyType": API_KEY })),
        },
        Call::DetachKey { plan, key } => HttpRequest {
            line: format!("DELETE /usageplans/{plan}/keys/{key}"),
            body: String::new(),
        },
        Call::Delete { plan } => HttpRequest {
            line: format!("DELETE /usageplans/{plan}"),
            body: String::new(),
        },
    }
}

/// The body of CreateUsagePlan as it is sent: without a product code, for which
/// it has no member, and without what is empty or 0, which the SDK leaves out.
fn creation(settings: &Settings) -> Value {
    let nameless = UsagePlan {
        id: PlanId(String::new()),
        settings: settings.clone(),
    };
    let mut body = to_json(&nameless);
    if let Some(members) = body.as_object_mut() {
        members.retain(|key, value| {
            let is_empty = value.as_object().is_some_and(Map::is_empty)
                || value.as_array().is_some_and(Vec::is_empty);
            key != "id" && key != "productCode" && !is_empty
        });
        if let Some(quota) = members.get_mut("quota").and_then(Value::as_object_mut) {
            // The service takes an offset that is missing for 0 (recorded), so that the
            // SDK's body and this one make the same quota.
            quota.retain(|key, value| key != "offset" || value.as_i64() != Some(0));
        }
    }
    body
}

/// The command that does what a call does, on one line, safe to paste into a
/// POSIX shell.
#[must_use]
pub fn command(call: &Call, target: &Target) -> String {
    let (subcommand, of_call) = subcommand(call, target);
    let of_target = [
        ("--profile", &target.profile),
        ("--region", &target.region),
        ("--endpoint-url", &target.endpoint),
    ];
    // The CLI finds the default itself, and takes an empty value for a wrong one.
    let of_target = of_target.into_iter().filter(|(_, value)| !value.is_empty());
    let of_target = of_target.map(|(option, value)| (option, vec![value.clone()]));
    let mut line = format!("aws apigateway {subcommand}");
    for (option, values) in of_call.into_iter().chain(of_target) {
        match values.as_slice() {
            // Alone, such a value would be read as another option.
            [value] if value.starts_with('-') => {
                line.push(' ');
                line.push_str(&quoted(&format!("{option}={value}")));
            }
            values => {
                for word in std::iter::once(option).chain(values.iter().map(String::as_str)) {
                    line.push(' ');
                    line.push_str(&quoted(word));
                }
            }
        }
    }
    line
}

/// An option of the AWS CLI with its values.
type CliOption = (&'static str, Vec<String>);

/// The subcommand of the AWS CLI that makes a call, with the options that say what it is to do.
fn subcommand(call: &Call, target: &Target) -> (&'static str, Vec<CliOption>) {
    let of_plan = |plan: &PlanId| ("--usage-plan-id", vec![plan.0.clone()]);
    let of_key = |key: &str| ("--key-id", vec![key.to_owned()]);
    let of_resource = |plan| ("--resource-arn", vec![plan_arn(&target.region, plan)]);
    let patch = |operations| ("--patch-operations", vec![compact(&operations)]);
    match call {
        Call::Create(settings) => {
            // One document, the same as the body that is shown, instead of an option for
            // each member.
            let body = vec![compact(&creation(settings))];
            ("create-usage-plan", vec![("--cli-input-json", body)])
        }
        Call::Update { plan, operations } => {
            let options = vec![of_plan(plan), patch(json!(operations))];
            ("update-usage-plan", options)
        }
        Call::Tag { plan, tags } => {
            // JSON and not the CLI's `key=value` shorthand, in which a comma in a value
            // begins the next tag.
            let tags = vec![compact(&json!(WrittenTags(tags)))];
            ("tag-resource", vec![of_resource(plan), ("--tags", tags)])
        }
        Call::Untag { plan, keys } => {
            // As words, a key that begins with `-` would be an option, with `[` JSON, and with
            // `file://` the name of a file.
            let is_plain =
                |key: &String| key.starts_with(char::is_alphanumeric) && !key.contains("://");
            let keys = if keys.iter().all(is_plain) {
                keys.clone()
            } else {
                vec![compact(&json!(keys))]
            };
            (
                "untag-resource",
                vec![of_resource(plan), ("--tag-keys", keys)],
            )
        }
        Call::ExtendUsage {
            plan,
            key,
            remaining,
        } => {
            let operation = patch(json!([extension(*remaining)]));
            ("update-usage", vec![of_plan(plan), of_key(key), operation])
        }
        Call::AttachKey { plan, key } => {
            let kind = ("--key-type", vec![API_KEY.to_owned()]);
            let options = vec![of_plan(plan), of_key(key), kind];
            ("create-usage-plan-key", options)
        }
        Call::DetachKey { plan, key } => {
            ("delete-usage-plan-key", vec![of_plan(plan), of_key(key)])
        }
        Call::Delete { plan } => ("delete-usage-plan", vec![of_plan(plan)]),
    }
}

/// Commands as entries that can be pasted together: those after one that fails are not
/// run, as plangate itself sends nothing after a failure.
pub fn chained(commands: &[String]) -> impl Iterator<Item = String> {
    let last = commands.len().saturating_sub(1);
    let commands = commands.iter().enumerate();
    commands.map(move |(n, command)| match n {
        n if n == last => command.clone(),
        _ => format!("{command} &&"),
    })
}

/// The ARN that a plan's tags go by. The partition is that of the Region.
/// Source: the service's recorded ARNs; they have no account number.
#[must_use]
pub fn plan_arn(region: &str, plan: &PlanId) -> String {
    // China and GovCloud are partitions of their own, whose ARNs begin otherwise.
    let partition = match region {
        region if region.starts_with("cn-") => "aws-cn",
        region if region.starts_with("us-gov-") => "aws-us-gov",
        _ => "aws",
    };
    format!("arn:{partition}:apigateway:{region}::/usageplans/{plan}")
}

fn pretty(value: &Value) -> String {
    in_json(&readable(
        &serde_json::to_string_pretty(value).unwrap_or_default(),
    ))
    .into_owned()
}

fn compact(value: &Value) -> String {
    in_json(&value.to_string()).into_owned()
}

/// A word as a POSIX shell reads it back.
pub(crate) fn quoted(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=@%+,".contains(c);
    // zsh takes a word that begins with `=` for the path of a command.
    if !text.is_empty() && !text.starts_with('=') && text.chars().all(is_plain) {
        return text.to_owned();
    }
    // In plain quotes such a character would reach the terminal as it is, when the line is
    // shown and when it is pasted.
    if !is_clean(text) {
        return bytes_quoted(text);
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// A word with the bytes of what may not be shown as octal numbers: `$'gold\342\200\256'`
/// (POSIX.1-2024, and bash, zsh and ksh for long).
fn bytes_quoted(text: &str) -> String {
    let mut quoted = "$'".to_owned();
    for c in text.chars() {
        match c {
            '\'' | '\\' => quoted.extend(['\\', c]),
            c if is_unshowable(c) => {
                for byte in c.encode_utf8(&mut [0; 4]).bytes() {
                    // Writing to memory has no way to fail.
                    let _ = write!(quoted, "\\{byte:03o}");
                }
            }
            c => quoted.push(c),
        }
    }
    quoted.push('\'');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Op, PatchOperation};

    fn update(operations: Vec<PatchOperation>) -> Call {
        Call::Update {
            plan: PlanId("w0mvrr".to_owned()),
            operations,
        }
    }

    #[test]
    fn what_is_not_seen_is_quoted_by_its_bytes() {
        assert_eq!(quoted("it's"), r"'it'\''s'");
        let hostile = "a'b\\c\n\u{202e}\u{1b}é";
        assert_eq!(quoted(hostile), r"$'a\'b\\c\012\342\200\256\033é'");
        let said = std::process::Command::new("bash")
            .args(["-c", &format!("printf %s {}", quoted(hostile))])
            .output()
            .unwrap();
        assert_eq!(String::from_utf8(said.stdout).unwrap(), hostile);
    }

    #[test]
    fn a_value_is_never_taken_for_an_option_or_a_file() {
        let untag = |keys: &[&str]| {
            let call = Call::Untag {
                plan: PlanId("w0mvrr".to_owned()),
                keys: keys.iter().map(|key| (*key).to_owned()).collect(),
            };
            let line = command(&call, &Target::default());
            line.split_once(" --tag-keys ").unwrap().1.to_owned()
        };
        assert_eq!(untag(&["env", "owner"]), "env owner");
        for odd in ["--debug", "[x", "file:///etc/passwd"] {
            assert_eq!(untag(&["env", odd]), format!("'[\"env\",\"{odd}\"]'"));
        }
        let delete = Call::Delete {
            plan: PlanId("-x".to_owned()),
        };
        assert_eq!(
            command(&delete, &Target::default()),
            "aws apigateway delete-usage-plan --usage-plan-id=-x"
        );
        assert_eq!(quoted("=ls"), "'=ls'");
        assert_eq!(quoted("a=b"), "a=b");
    }

    #[test]
    fn extending_a_usage_names_plan_and_key() {
        let call = Call::ExtendUsage {
            plan: PlanId("w0mvrr".to_owned()),
            key: "trfwmusmrp".to_owned(),
            remaining: crate::plan::Count::as_read(250),
        };
        assert_eq!(
            command(&call, &Target::default()),
            "aws apigateway update-usage --usage-plan-id w0mvrr --key-id trfwmusmrp \
             --patch-operations '[{\"op\":\"replace\",\"path\":\"/remaining\",\"value\":\"250\"}]'"
        );
        let request = request(&call);
        assert_eq!(
            request.line,
            "PATCH /usageplans/w0mvrr/keys/trfwmusmrp/usage"
        );
        assert!(request.body.contains("/remaining"), "{}", request.body);
    }

    #[test]
    fn an_update_is_one_command_that_names_its_target() {
        let call = update(vec![PatchOperation::new(Op::Replace, "/name", "gold")]);
        let target = Target {
            profile: "ops".to_owned(),
            region: "eu-west-1".to_owned(),
            endpoint: String::new(),
        };
        let want = "aws apigateway update-usage-plan --usage-plan-id w0mvrr --patch-operations \
                    '[{\"op\":\"replace\",\"path\":\"/name\",\"value\":\"gold\"}]' \
                    --profile ops --region eu-west-1";
        assert_eq!(command(&call, &target), want);
    }

    #[test]
    fn a_shell_reads_back_what_a_hostile_name_holds() {
        let hostile = "it's $(rm -rf ~) `x` \"q\" \\ !! \u{1b}[31m \u{9b}2J \u{202e}";
        let call = update(vec![PatchOperation::new(Op::Replace, "/name", hostile)]);
        let line = command(&call, &Target::default());
        assert!(!line.chars().any(char::is_control), "{line:?}");
        let shell = std::process::Command::new("sh")
            .arg("-c")
            .arg(line.replacen("aws apigateway", "printf '%s\\n'", 1))
            .output()
            .unwrap();
        let words = String::from_utf8(shell.stdout).unwrap();
        let json = words.lines().last().unwrap();
        let read: Vec<PatchOperation> = serde_json::from_str(json).unwrap();
        assert_eq!(read.first().unwrap().value.as_deref(), Some(hostile));
    }
}
