//! A usage plan as text for tools that manage infrastructure: Terraform and
//! CloudFormation.
//!
//! Every text of the plan stands in quotes with what could end them, begin an
//! expression or steer a terminal escaped, so that a tool reads back exactly what the
//! plan has. Tags of the service's own (`aws:…`) are left out: nobody can give them.
//! Where a text would not make the same plan, comments at its top say so.

mod remarks;

use std::fmt::Write as _;

use crate::plan::model::tags::is_reserved;
use crate::plan::patch::text::printable;
use crate::plan::{Map, MethodThrottles, Period, PlanId, Quota, Settings, StageKey, Throttle};
use crate::text::showable::is_unshowable;

/// A plan as a text for a tool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snippet {
    /// The text.
    pub text: String,
    /// The number of comments in it that say that it would not make the same plan, and why.
    pub remarks: usize,
}

/// A language, by how its quoted texts are escaped.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Language {
    /// HCL, as of Terraform 0.12 on.
    Hcl,
    /// YAML 1.2, a text in double quotes.
    Yaml,
}

/// The plan as a resource of Terraform: `aws_api_gateway_usage_plan`. One that is
/// there already is named in a comment, for `terraform import`. Of the stages, `gone`
/// are known not to exist any more.
#[must_use]
pub fn terraform(settings: &Settings, plan: Option<&PlanId>, gone: &[StageKey]) -> Snippet {
    let name = terraform_name(&settings.name);
    let mut text = Text::new(Language::Hcl);
    // In a comment only what cannot end it.
    if let Some(plan) = plan.filter(|plan| is_plain(&plan.0)) {
        text.line(
            0,
            format!("# terraform import aws_api_gateway_usage_plan.{name} {plan}"),
        );
    }
    let remarks = text.remarks(&remarks::of_terraform(settings, gone));
    text.line(
        0,
        format!("resource \"aws_api_gateway_usage_plan\" \"{name}\" {{"),
    );
    text.terraform_texts(settings);
    text.terraform_stages(&settings.stages);
    if let Some(quota) = &settings.quota {
        text.terraform_quota(quota);
    }
    if let Some(throttle) = &settings.throttle {
        text.line(0, "");
        text.line(1, "throttle_settings {");
        text.terraform_throttle(2, throttle);
        text.line(1, "}");
    }
    text.terraform_tags(&own_tags(&settings.tags));
    text.line(0, "}");
    let text = text.text;
    Snippet { text, remarks }
}

/// The plan as a resource of CloudFormation: `AWS::ApiGateway::UsagePlan`, in YAML. It
/// has no property for a product code: that is told in a comment. Of the stages, `gone`
/// are known not to exist any more.
#[must_use]
pub fn cloudformation(settings: &Settings, gone: &[StageKey]) -> Snippet {
    let mut text = Text::new(Language::Yaml);
    let texts = texts(settings);
    if texts.iter().any(|text| text.contains("{{resolve:")) {
        // Source: the User Guide, "dynamic references". There is no way to escape one.
        text.line(
            0,
            "# Look out: CloudFormation resolves what stands in {{resolve:...}} below.",
        );
    }
    let remarks = text.remarks(&remarks::of_cloudformation(settings, gone));
    text.line(0, "Resources:");
    text.line(1, format!("{}:", cloudformation_name(&settings.name)));
    text.line(2, "Type: AWS::ApiGateway::UsagePlan");
    text.line(2, "Properties:");
    let name = text.quoted(&settings.name);
    text.line(3, format!("UsagePlanName: {name}"));
    if !settings.description.is_empty() {
        let description = text.quoted(&settings.description);
        text.line(3, format!("Description: {description}"));
    }
    if !settings.product_code.is_empty() {
        let code = text.quoted(&settings.product_code);
        text.line(
            3,
            format!("# The product code {code} has no property here."),
        );
    }
    text.cloudformation_stages(&settings.stages);
    if let Some(quota) = &settings.quota {
        text.line(3, "Quota:");
        text.given(4, "Limit: ", quota.limit);
        text.given(4, "Offset: ", quota.offset);
        let period = quota.period.as_ref();
        let period = period.map(|period| match period {
            // A text that nobody wrote for YAML may mean something else there.
            Period::Other(other) => text.quoted(other),
            known => known.as_str().to_owned(),
        });
        text.given(4, "Period: ", period);
    }
    if let Some(throttle) = &settings.throttle {
        text.line(3, "Throttle:");
        text.cloudformation_throttle(4, throttle);
    }
    let tags = own_tags(&settings.tags);
    if !tags.is_empty() {
        text.line(3, "Tags:");
    }
    for (key, value) in tags {
        let (key, value) = (text.quoted(key), text.quoted(value));
        text.line(4, format!("- Key: {key}"));
        text.line(4, format!("  Value: {value}"));
    }
    let text = text.text;
    Snippet { text, remarks }
}

/// A text that is being written, line by line.
struct Text {
    language: Language,
    text: String,
}

impl Text {
    fn new(language: Language) -> Self {
        let text = String::new();
        Self { language, text }
    }

    fn line(&mut self, depth: usize, line: impl AsRef<str>) {
        self.text.push_str(&"  ".repeat(depth));
        self.text.push_str(line.as_ref());
        self.text.push('\n');
    }

    /// Comments that the text does not make the same plan. What stands in them came from
    /// elsewhere: nothing in it may end a comment.
    fn remarks(&mut self, remarks: &[String]) -> usize {
        for remark in remarks {
            self.line(0, format!("# Not the same plan: {}.", printable(remark)));
        }
        remarks.len()
    }

    /// A line for a value that is set; none for one that is not.
    fn given(&mut self, depth: usize, name: &str, value: Option<impl std::fmt::Display>) {
        if let Some(value) = value {
            self.line(depth, format!("{name}{value}"));
        }
    }

    fn terraform_throttle(&mut self, depth: usize, throttle: &Throttle) {
        self.given(depth, "burst_limit = ", throttle.burst);
        self.given(depth, "rate_limit  = ", throttle.rate);
    }

    fn cloudformation_throttle(&mut self, depth: usize, throttle: &Throttle) {
        self.given(depth, "BurstLimit: ", throttle.burst);
        self.given(depth, "RateLimit: ", throttle.rate);
    }

    fn terraform_texts(&mut self, settings: &Settings) {
        let mut parts = vec![("name", &settings.name)];
        let optional = [
            ("description", &settings.description),
            ("product_code", &settings.product_code),
        ];
        parts.extend(optional.into_iter().filter(|(_, value)| !value.is_empty()));
        // As `terraform fmt` writes it: the equals signs of a block stand below each other.
        let columns = parts.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
        for (name, value) in parts {
            let value = self.quoted(value);
            self.line(1, format!("{name:columns$} = {value}"));
        }
    }

    fn terraform_stages(&mut self, stages: &Map<StageKey, MethodThrottles>) {
        for (stage, methods) in stages {
            let (api, name) = (self.quoted(&stage.api), self.quoted(&stage.stage));
            self.line(0, "");
            self.line(1, "api_stages {");
            self.line(2, format!("api_id = {api}"));
            self.line(2, format!("stage  = {name}"));
            for (method, throttle) in methods {
                let path = self.quoted(method.as_str());
                self.line(0, "");
                self.line(2, "throttle {");
                self.line(3, format!("path        = {path}"));
                self.terraform_throttle(3, throttle);
                self.line(2, "}");
            }
            self.line(1, "}");
        }
    }

    fn terraform_quota(&mut self, quota: &Quota) {
        self.line(0, "");
        self.line(1, "quota_settings {");
        self.given(2, "limit  = ", quota.limit);
        self.given(2, "offset = ", quota.offset);
        let period = quota.period.as_ref();
        // A period that plangate does not know is kept as the service wrote it.
        let period = period.map(|period| self.quoted(period.as_str()));
        self.given(2, "period = ", period);
        self.line(1, "}");
    }

    fn terraform_tags(&mut self, tags: &[(&String, &String)]) {
        if tags.is_empty() {
            return;
        }
        self.line(0, "");
        self.line(1, "tags = {");
        for (key, value) in tags {
            let (key, value) = (self.quoted(key), self.quoted(value));
            self.line(2, format!("{key} = {value}"));
        }
        self.line(1, "}");
    }

    fn cloudformation_stages(&mut self, stages: &Map<StageKey, MethodThrottles>) {
        if !stages.is_empty() {
            self.line(3, "ApiStages:");
        }
        for (stage, methods) in stages {
            let (api, name) = (self.quoted(&stage.api), self.quoted(&stage.stage));
            self.line(4, format!("- ApiId: {api}"));
            self.line(4, format!("  Stage: {name}"));
            if !methods.is_empty() {
                self.line(4, "  Throttle:");
            }
            for (method, throttle) in methods {
                let method = self.quoted(method.as_str());
                self.line(6, format!("{method}:"));
                self.cloudformation_throttle(7, throttle);
            }
        }
    }

    /// A text in double quotes, on one line.
    fn quoted(&self, text: &str) -> String {
        let mut quoted = String::with_capacity(text.len() + 2);
        quoted.push('"');
        let mut rest = text.chars().peekable();
        while let Some(c) = rest.next() {
            let begins = self.language == Language::Hcl && rest.peek() == Some(&'{');
            match c {
                '"' => quoted.push_str("\\\""),
                '\\' => quoted.push_str("\\\\"),
                '\n' => quoted.push_str("\\n"),
                '\r' => quoted.push_str("\\r"),
                '\t' => quoted.push_str("\\t"),
                // As a character's number it begins no template, whatever stands before it.
                c if (begins && matches!(c, '$' | '%')) || must_be_escaped(c) => {
                    let number = u32::from(c);
                    // Writing to a text has no way to fail.
                    let _ = if number > 0xffff {
                        write!(quoted, "\\U{number:08x}")
                    } else {
                        write!(quoted, "\\u{number:04x}")
                    };
                }
                c => quoted.push(c),
            }
        }
        quoted.push('"');
        quoted
    }
}

/// Returns true for a character that may not stand in a quoted text as it is: one that
/// steers a terminal, or that YAML takes for the end of a line or does not take at all.
fn must_be_escaped(c: char) -> bool {
    is_unshowable(c) || matches!(c, '\u{fffe}' | '\u{ffff}')
}

fn is_plain(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric())
}

fn own_tags(tags: &Map<String, String>) -> Vec<(&String, &String)> {
    // Keys that begin with `aws:` are AWS's own and refused from others (tagging
    // reference).
    tags.iter().filter(|(key, _)| !is_reserved(key)).collect()
}

/// All texts of a plan that a template has.
fn texts(settings: &Settings) -> Vec<&str> {
    let mut texts: Vec<&str> = vec![&settings.name, &settings.description];
    for (stage, methods) in &settings.stages {
        texts.extend([stage.api.as_str(), stage.stage.as_str()]);
        texts.extend(methods.keys().map(crate::plan::MethodKey::as_str));
    }
    for (key, value) in own_tags(&settings.tags) {
        texts.extend([key.as_str(), value.as_str()]);
    }
    texts
}

/// A name that Terraform takes for a resource.
fn terraform_name(name: &str) -> String {
    let words = words(name).collect::<Vec<_>>().join("_").to_lowercase();
    match words.chars().next() {
        None => "usage_plan".to_owned(),
        // A name in Terraform does not begin with a digit.
        Some(first) if first.is_ascii_digit() => format!("plan_{words}"),
        Some(_) => words,
    }
}

/// A name that CloudFormation takes for a resource: letters and digits.
fn cloudformation_name(name: &str) -> String {
    let capital = |word: &str| {
        // The words are ASCII and not empty, so that the first byte is the first character.
        let (first, rest) = word.split_at(1);
        first.to_uppercase() + rest
    };
    let words: String = words(name).map(capital).collect();
    if words.is_empty() {
        "UsagePlan".to_owned()
    } else {
        words
    }
}

/// The pieces of a name that are letters and digits of ASCII.
fn words(name: &str) -> impl Iterator<Item = &str> {
    name.split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::plan::model::arbitrary::usage_plan;
    use crate::plan::model::json::from_json;

    fn plan() -> Settings {
        let json = json!({
            "name": "orders-gold",
            "description": "Partners with a \"contract\"\nand ${more} than $${that}, %{if}",
            "productCode": "ordersgold01",
            "apiStages": [
                {"apiId": "b3n8x1v6tr", "stage": "prod",
                 "throttle": {"/invoices/GET": {"rateLimit": 5.5, "burstLimit": 10}}},
                {"apiId": "b3n8x1v6tr", "stage": "v2"},
            ],
            "throttle": {"rateLimit": 400.0, "burstLimit": 800},
            "quota": {"limit": 20_000_000, "offset": 3, "period": "MONTH"},
            "tags": {"team": "pay", "aws:cloudformation:stack-name": "x"},
        });
        from_json(&json.to_string()).unwrap().settings
    }

    #[test]
    fn a_period_that_nobody_knows_is_a_quoted_text_in_yaml() {
        let yaml = |period: &str| {
            let settings = Settings {
                quota: Some(Quota {
                    period: Some(Period::Other(period.to_owned())),
                    ..Quota::default()
                }),
                ..Settings::default()
            };
            cloudformation(&settings, &[]).text
        };
        for odd in ["NO", "1", "A: b # c"] {
            assert!(yaml(odd).contains(&format!("Period: \"{odd}\"")), "{odd}");
        }
    }

    #[test]
    fn terraform_has_all_that_the_plan_has() {
        let want = r#"# terraform import aws_api_gateway_usage_plan.orders_gold qm6bea
# Not the same plan: AWS's own tags cannot be given and are left out: aws:cloudformation:stack-name.
resource "aws_api_gateway_usage_plan" "orders_gold" {
  name         = "orders-gold"
  description  = "Partners with a \"contract\"\nand \u0024{more} than $\u0024{that}, \u0025{if}"
  product_code = "ordersgold01"

  api_stages {
    api_id = "b3n8x1v6tr"
    stage  = "prod"

    throttle {
      path        = "/invoices/GET"
      burst_limit = 10
      rate_limit  = 5.5
    }
  }

  api_stages {
    api_id = "b3n8x1v6tr"
    stage  = "v2"
  }

  quota_settings {
    limit  = 20000000
    offset = 3
    period = "MONTH"
  }

  throttle_settings {
    burst_limit = 800
    rate_limit  = 400
  }

  tags = {
    "team" = "pay"
  }
}
"#;
        let id = PlanId("qm6bea".to_owned());
        assert_eq!(terraform(&plan(), Some(&id), &[]).text, want);
        // A new plan has nothing to import, and no identifier ends the comment.
        let resource = want.split_once('\n').unwrap().1;
        assert_eq!(terraform(&plan(), None, &[]).text, resource);
        let hostile = PlanId("x\nresource".to_owned());
        assert_eq!(terraform(&plan(), Some(&hostile), &[]).text, resource);
    }

    #[test]
    fn cloudformation_has_all_that_the_plan_has() {
        let want = r#"# Not the same plan: the product code has no property here: set it afterwards.
# Not the same plan: AWS's own tags cannot be given and are left out: aws:cloudformation:stack-name.
Resources:
  OrdersGold:
    Type: AWS::ApiGateway::UsagePlan
    Properties:
      UsagePlanName: "orders-gold"
      Description: "Partners with a \"contract\"\nand ${more} than $${that}, %{if}"
      # The product code "ordersgold01" has no property here.
      ApiStages:
        - ApiId: "b3n8x1v6tr"
          Stage: "prod"
          Throttle:
            "/invoices/GET":
              BurstLimit: 10
              RateLimit: 5.5
        - ApiId: "b3n8x1v6tr"
          Stage: "v2"
      Quota:
        Limit: 20000000
        Offset: 3
        Period: MONTH
      Throttle:
        BurstLimit: 800
        RateLimit: 400
      Tags:
        - Key: "team"
          Value: "pay"
"#;
        let snippet = cloudformation(&plan(), &[]);
        assert_eq!((snippet.text.as_str(), snippet.remarks), (want, 2));
    }

    #[test]
    fn a_plan_with_next_to_nothing_has_next_to_nothing() {
        let settings = Settings {
            name: "地理编码".to_owned(),
            ..Settings::default()
        };
        let want =
            "resource \"aws_api_gateway_usage_plan\" \"usage_plan\" {\n  name = \"地理编码\"\n}\n";
        assert_eq!(terraform(&settings, None, &[]).text, want);
        let want = "Resources:\n  UsagePlan:\n    Type: AWS::ApiGateway::UsagePlan\n    \
                    Properties:\n      UsagePlanName: \"地理编码\"\n";
        assert_eq!(cloudformation(&settings, &[]).text, want);
    }

    fn with(json: &serde_json::Value) -> Settings {
        let mut whole = json!({"name": "x"});
        let (Some(whole_members), Some(members)) = (whole.as_object_mut(), json.as_object()) else {
            panic!("{json}");
        };
        whole_members.extend(members.clone());
        from_json(&whole.to_string()).unwrap().settings
    }

    #[test]
    fn what_would_not_make_the_same_plan_is_told_in_both_languages() {
        let stages = json!([{"apiId": "a", "stage": "b",
            "throttle": {"//GET": {"rateLimit": 0.0, "burstLimit": 1}}}]);
        let throttle = json!({"rateLimit": 5.0, "burstLimit": 5});
        for (json, terraform_says, cloudformation_says) in [
            (
                json!({"throttle": {"rateLimit": 0.0, "burstLimit": 0}}),
                "unlimited, not blocked, at: rate limit, burst limit",
                "was not tried",
            ),
            (
                json!({"quota": {"limit": 0, "offset": 0, "period": "DAY"}}),
                "not blocked, at: quota limit",
                "at: quota limit",
            ),
            (
                json!({"throttle": throttle, "apiStages": stages}),
                "at: a:b //GET rate limit",
                "at: a:b //GET rate limit",
            ),
            (
                json!({"throttle": {"rateLimit": 5.0}}),
                "which blocks (inferred), at: burst limit",
                "",
            ),
            (
                json!({"throttle": {"burstLimit": 5}}),
                "(inferred), at: rate limit",
                "",
            ),
            (
                json!({"quota": {"limit": 5}}),
                "the quota has no period",
                "the quota has no period",
            ),
            (
                json!({"quota": {"period": "DAY"}}),
                "has no limit",
                "has no limit",
            ),
            (
                json!({"quota": {"limit": 5, "period": "YEAR"}}),
                "\"YEAR\" is not a period",
                "\"YEAR\" is not a period",
            ),
            (
                json!({"quota": {"limit": 5, "offset": 9, "period": "WEEK"}}),
                "WEEK does not take an offset of 9",
                "WEEK does not take an offset of 9",
            ),
            (
                json!({"throttle": {"rateLimit": -1.0, "burstLimit": -1}}),
                "-1 is not a rate",
                "-1 is not a burst",
            ),
            (
                json!({"apiStages": stages}),
                "refuses method throttles",
                "refuses method throttles",
            ),
            (
                json!({"apiStages": [{"apiId": "a", "stage": "gone"}]}),
                "a:gone does not exist any more",
                "a:gone does not exist any more",
            ),
            (
                json!({"tags": {"aws:x": "y"}}),
                "are left out: aws:x",
                "are left out: aws:x",
            ),
            (
                json!({"productCode": "p"}),
                "",
                "the product code has no property",
            ),
            // The same plan: nothing is said.
            (
                json!({"throttle": throttle, "tags": {"team": "pay"}}),
                "",
                "",
            ),
        ] {
            let settings = with(&json);
            let gone = [StageKey::as_read("a", "gone")];
            for (snippet, says) in [
                (terraform(&settings, None, &gone), terraform_says),
                (cloudformation(&settings, &gone), cloudformation_says),
            ] {
                let comments = snippet.text.lines();
                let comments: Vec<_> = comments
                    .filter(|l| l.starts_with("# Not the same"))
                    .collect();
                assert_eq!(snippet.remarks, comments.len(), "{json}");
                assert_eq!(comments.is_empty(), says.is_empty(), "{json}: {comments:?}");
                let is_said = comments.iter().any(|comment| comment.contains(says));
                assert!(says.is_empty() || is_said, "{json}: {comments:?}");
            }
        }
    }

    #[test]
    fn a_half_that_is_not_set_is_in_no_text() {
        let settings = with(
            &json!({"throttle": {"rateLimit": 5.0}, "quota": {"limit": 9},
            "apiStages": [{"apiId": "a", "stage": "b", "throttle": {"//GET": {"burstLimit": 1}}}]}),
        );
        for text in [
            terraform(&settings, None, &[]).text,
            cloudformation(&settings, &[]).text,
        ] {
            let text = text.to_lowercase().replace('_', "");
            let lines = text.lines().filter(|line| !line.starts_with('#'));
            let lines: String = lines.collect();
            assert_eq!(lines.matches("ratelimit").count(), 1, "{text}");
            assert_eq!(lines.matches("burstlimit").count(), 1, "{text}");
            assert!(
                !lines.contains("period") && !lines.contains("offset"),
                "{text}"
            );
        }
    }

    #[test]
    fn what_cloudformation_would_resolve_is_told() {
        let mut settings = plan();
        settings.description = "{{resolve:secretsmanager:prod}}".to_owned();
        let text = cloudformation(&settings, &[]).text;
        assert!(text.starts_with("# Look out: CloudFormation resolves"));
    }

    fn number(rest: &mut std::str::Chars<'_>, digits: usize) -> Option<char> {
        let digits: String = rest.take(digits).collect();
        char::from_u32(u32::from_str_radix(&digits, 16).ok()?)
    }

    /// Reads a quoted text back, as the grammar of both languages has it; `None` where
    /// it is not one text in quotes.
    fn read_back(quoted: &str) -> Option<String> {
        let mut rest = quoted.strip_prefix('"')?.strip_suffix('"')?.chars();
        let mut text = String::new();
        while let Some(c) = rest.next() {
            text.push(match c {
                '"' => return None,
                '\\' => match rest.next()? {
                    'n' => '\n',
                    'r' => '\r',
                    't' => '\t',
                    'u' => number(&mut rest, 4)?,
                    'U' => number(&mut rest, 8)?,
                    c @ ('"' | '\\') => c,
                    _ => return None,
                },
                c => c,
            });
        }
        Some(text)
    }

    proptest! {
        #[test]
        fn any_text_is_read_back_and_none_escapes_its_quotes(
            text in "([$%{}\"\\\\\n\r\t#]|\\$\\{|\u{1b}|\u{9b}|\u{202e}|\u{2028}|\u{10ffff}|\\PC){0,20}",
        ) {
            for language in [Language::Hcl, Language::Yaml] {
                let quoted = Text::new(language).quoted(&text);
                prop_assert_eq!(read_back(&quoted), Some(text.clone()));
                prop_assert!(!quoted.chars().any(must_be_escaped), "{:?}", quoted);
                if language == Language::Hcl {
                    let is_template = quoted.contains("${") || quoted.contains("%{");
                    prop_assert!(!is_template, "{:?}", quoted);
                }
            }
        }

        #[test]
        fn no_plan_breaks_out_of_its_snippet(plan in usage_plan()) {
            let gone: Vec<_> = plan.settings.stages.keys().cloned().collect();
            let terraform = terraform(&plan.settings, Some(&plan.id), &gone).text;
            let resources = terraform.lines().filter(|line| line.starts_with("resource "));
            prop_assert_eq!(resources.count(), 1);
            prop_assert_eq!(terraform.lines().last(), Some("}"));
            let template = cloudformation(&plan.settings, &gone).text;
            let types = template.lines().filter(|line| line.trim_start().starts_with("Type:"));
            prop_assert_eq!(types.count(), 1);
            for text in [terraform, template] {
                prop_assert!(!text.chars().any(|c| is_unshowable(c) && c != '\n'));
            }
        }
    }
}
