//! One operation on its own: is it possible at all, and does its value fit?

use super::{method_map, support};
use crate::plan::model::human;
use crate::plan::{
    Count, Field, Finding, MethodKey, MethodThrottles, Op, PatchOperation, Period, Rate, Rule,
    StageKey, SupportRow, Target,
};

/// The change that an operation makes, once it has passed both gates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PatchChange {
    /// Attaches a stage, without method throttles.
    AttachStage(StageKey),
    /// Detaches a stage, and drops its method throttles.
    DetachStage(StageKey),
    /// Sets all method throttles of a stage; none when empty.
    MethodThrottles(StageKey, MethodThrottles),
    /// Takes away one method throttle.
    RemoveMethod(StageKey, MethodKey),
    /// Sets the rate limit of one method throttle.
    MethodRate(StageKey, MethodKey, Rate),
    /// Sets the burst limit of one method throttle.
    MethodBurst(StageKey, MethodKey, Count),
    /// Sets the name.
    Name(String),
    /// Sets the description; empty for none.
    Description(String),
    /// Sets the product code; empty for none.
    ProductCode(String),
    /// Takes away the throttle.
    RemoveThrottle,
    /// Sets the plan's rate limit.
    Rate(Rate),
    /// Sets the plan's burst limit.
    Burst(Count),
    /// Takes away the quota.
    RemoveQuota,
    /// Sets the quota's limit.
    QuotaLimit(Count),
    /// Sets the quota's period.
    QuotaPeriod(Period),
    /// Sets the quota's offset.
    QuotaOffset(Count),
}

/// Holds one operation that somebody wrote against the support table, then its value
/// against the rules. Values are taken in the service's own form only: `"1300"`,
/// `"0.5"`, `"MONTH"`, `apiId:stageName`, a JSON map of whole method throttles.
///
/// # Errors
/// The first refusal, with the rule and what is allowed instead.
pub fn check(operation: &PatchOperation) -> Result<PatchChange, Finding> {
    let mut change = fits(operation)?;
    if let PatchChange::MethodThrottles(stage, methods) = &mut change {
        // The plan is not known here, so that every half counts as new.
        method_map::whole(stage, methods, |_, _| false)?;
        *methods = method_map::plain(stage, methods)?;
    }
    Ok(change)
}

/// The same for an operation of [`crate::plan::diff`]: a map of method throttles may have
/// halves and keys in any spelling, because those that the plan has already are sent
/// along with what changed.
///
/// # Errors
/// As [`check`].
pub fn fits(operation: &PatchOperation) -> Result<PatchChange, Finding> {
    let target = Target::parse(&operation.path)?;
    support::permit(target.row(), operation.op, target.field())?;
    let given = Given {
        operation,
        field: target.field(),
        row: target.row(),
    };
    given.no_from()?;
    // A stage is named in the value also where it is removed (recorded), though the value's
    // documentation speaks of add and replace alone.
    if operation.op == Op::Remove && target != Target::ApiStages {
        given.no_value()?;
        return removal(target).ok_or_else(|| given.refuse(Rule::SupportedOp, "cannot be removed"));
    }
    let value = given.value()?;
    Ok(match target {
        Target::ApiStages if operation.op == Op::Remove => {
            PatchChange::DetachStage(given.stage(value)?)
        }
        Target::ApiStages => PatchChange::AttachStage(given.stage(value)?),
        Target::MethodThrottles(stage) => {
            let methods = method_map::from_text(&stage, value)?;
            PatchChange::MethodThrottles(stage, methods)
        }
        Target::MethodRate(stage, key) => PatchChange::MethodRate(stage, key, given.rate(value)?),
        Target::MethodBurst(stage, key) => {
            PatchChange::MethodBurst(stage, key, given.count(value)?)
        }
        Target::Name if value.is_empty() => {
            return Err(given.refuse(Rule::NameGiven, "a plan needs a name"));
        }
        Target::Name => PatchChange::Name(value.to_owned()),
        Target::Description => PatchChange::Description(value.to_owned()),
        Target::ProductCode if value.is_empty() => {
            return Err(Finding {
                instead: "take a product code away with remove".to_owned(),
                ..given.refuse(Rule::ValueGiven, "the product code is empty")
            });
        }
        Target::ProductCode => PatchChange::ProductCode(value.to_owned()),
        Target::Rate => PatchChange::Rate(given.rate(value)?),
        Target::Burst => PatchChange::Burst(given.count(value)?),
        Target::QuotaLimit => PatchChange::QuotaLimit(given.count(value)?),
        Target::QuotaOffset => PatchChange::QuotaOffset(given.count(value)?),
        Target::QuotaPeriod => PatchChange::QuotaPeriod(given.period(value)?),
        // The support table has no op with a value on these.
        Target::Method(..) | Target::Quota | Target::Throttle => {
            return Err(given.refuse(Rule::SupportedOp, "can only be removed"));
        }
    })
}

/// The change that removes a target; `None` for what cannot be removed.
fn removal(target: Target) -> Option<PatchChange> {
    Some(match target {
        Target::Method(stage, key) => PatchChange::RemoveMethod(stage, key),
        Target::MethodThrottles(stage) => {
            PatchChange::MethodThrottles(stage, MethodThrottles::default())
        }
        Target::ProductCode => PatchChange::ProductCode(String::new()),
        Target::Quota => PatchChange::RemoveQuota,
        Target::Throttle => PatchChange::RemoveThrottle,
        _ => return None,
    })
}

/// An operation whose value is being read.
struct Given<'a> {
    operation: &'a PatchOperation,
    field: Option<Field>,
    row: SupportRow,
}

impl Given<'_> {
    /// A refusal that says what kind of value the path takes.
    fn refuse(&self, rule: Rule, message: impl Into<String>) -> Finding {
        let kind = support::of(self.row).map(|support| support.value.describe());
        Finding {
            rule,
            field: self.field.clone(),
            message: message.into(),
            instead: kind.map_or_else(String::new, |kind| format!("write {kind}")),
        }
    }

    fn no_from(&self) -> Result<(), Finding> {
        if self.operation.from.is_none() {
            return Ok(());
        }
        let op = self.operation.op.as_str();
        Err(Finding {
            instead: "leave from out".to_owned(),
            ..self.refuse(Rule::ValueGiven, format!("{op} takes no from"))
        })
    }

    /// The value of an `add` or `replace`, or of a `remove` on `/apiStages`.
    fn value(&self) -> Result<&str, Finding> {
        self.operation.value.as_deref().ok_or_else(|| {
            let (op, path) = (self.operation.op.as_str(), &self.operation.path);
            self.refuse(
                Rule::ValueGiven,
                format!("{op} on {path} needs a value, and none is given"),
            )
        })
    }

    /// The documented examples remove with an empty value, Terraform without one.
    fn no_value(&self) -> Result<(), Finding> {
        match self.operation.value.as_deref() {
            None | Some("") => Ok(()),
            Some(value) => Err(Finding {
                instead: "leave the value out".to_owned(),
                ..self.refuse(
                    Rule::ValueGiven,
                    format!(
                        "remove on {} takes no value, not {value:?}",
                        self.operation.path
                    ),
                )
            }),
        }
    }

    fn stage(&self, value: &str) -> Result<StageKey, Finding> {
        StageKey::parse(value)
            .ok_or_else(|| self.refuse(Rule::StageForm, format!("{value:?} is not an API stage")))
    }

    fn rate(&self, value: &str) -> Result<Rate, Finding> {
        let (whole, fraction) = value.split_once('.').unwrap_or((value, "0"));
        // `1e3`, `+5` and `inf` are numbers to Rust; what the service makes of them is not
        // known.
        let is_plain = is_digits(whole) && is_digits(fraction);
        let rate = value.parse().ok().and_then(Rate::new);
        rate.filter(|_| is_plain).ok_or_else(|| {
            let meant = human::parse_rate(value).map(|rate| rate.to_string());
            self.refuse_number(Rule::RateValue, "rate", value, meant)
        })
    }

    fn count(&self, value: &str) -> Result<Count, Finding> {
        let count = value.parse().ok().and_then(Count::new);
        count.filter(|_| is_digits(value)).ok_or_else(|| {
            let meant = human::parse_count(value).map(|count| count.to_string());
            self.refuse_number(Rule::CountValue, "count", value, meant)
        })
    }

    /// Refuses a number, and suggests the plain form of what was meant.
    fn refuse_number(
        &self,
        rule: Rule,
        what: &str,
        value: &str,
        meant: Result<String, String>,
    ) -> Finding {
        match meant {
            Ok(plain) => Finding {
                instead: format!("write \"{plain}\""),
                ..self.refuse(
                    rule,
                    format!("the service reads plain numbers only, not {value:?}"),
                )
            },
            Err(_) => self.refuse(rule, format!("{value:?} is not a {what}")),
        }
    }

    fn period(&self, value: &str) -> Result<Period, Finding> {
        match Period::from_service(value) {
            Period::Other(_) => {
                Err(self.refuse(Rule::PeriodValue, format!("{value:?} is not a period")))
            }
            known => Ok(known),
        }
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn replace(path: &str, value: &str) -> Result<PatchChange, Finding> {
        check(&PatchOperation::new(Op::Replace, path, value))
    }

    #[test]
    fn takes_values_in_the_service_form() {
        let rate = |value| Rate::new(value).unwrap();
        let count = |value| Count::new(value).unwrap();
        assert_eq!(
            replace("/throttle/rateLimit", "0.5"),
            Ok(PatchChange::Rate(rate(0.5)))
        );
        assert_eq!(
            replace("/throttle/burstLimit", "0"),
            Ok(PatchChange::Burst(count(0)))
        );
        assert_eq!(
            replace("/quota/limit", "2147483647"),
            Ok(PatchChange::QuotaLimit(count(2_147_483_647)))
        );
        assert_eq!(
            replace("/quota/period", "WEEK"),
            Ok(PatchChange::QuotaPeriod(Period::Week))
        );
        assert_eq!(
            replace("/description", ""),
            Ok(PatchChange::Description(String::new()))
        );
        let stage = StageKey::as_read("o81lxisefl", "Stage_A");
        assert_eq!(
            check(&PatchOperation::new(
                Op::Add,
                "/apiStages",
                "o81lxisefl:Stage_A"
            )),
            Ok(PatchChange::AttachStage(stage.clone()))
        );
        let map = r#"{"/pets/GET":{"rateLimit":1.0,"burstLimit":1},"~1/GET":{"burstLimit":2,"rateLimit":3}}"#;
        let methods = [
            (MethodKey::as_read("/pets/GET"), (1.0, 1)),
            (MethodKey::as_read("//GET"), (3.0, 2)),
        ];
        let methods = methods.map(|(key, (per_second, burst))| {
            let throttle = crate::plan::Throttle::new(rate(per_second), count(burst));
            (key, throttle)
        });
        assert_eq!(
            replace("/apiStages/o81lxisefl:Stage_A/throttle", map),
            Ok(PatchChange::MethodThrottles(
                stage,
                methods.into_iter().collect()
            ))
        );
    }

    #[test]
    fn refuses_numbers_in_other_forms_and_suggests_the_plain_one() {
        for (path, value, rule, instead) in [
            (
                "/quota/limit",
                "1.5M",
                Rule::CountValue,
                "write \"1500000\"",
            ),
            ("/quota/limit", "1,300", Rule::CountValue, "write \"1300\""),
            ("/quota/limit", "+5", Rule::CountValue, "write \"5\""),
            ("/quota/limit", "12.0", Rule::CountValue, "write \"12\""),
            ("/quota/limit", " 12", Rule::CountValue, "write \"12\""),
            (
                "/quota/limit",
                "-1",
                Rule::CountValue,
                "from 0 to 2147483647",
            ),
            (
                "/quota/limit",
                "2147483648",
                Rule::CountValue,
                "from 0 to 2147483647",
            ),
            ("/quota/limit", "", Rule::CountValue, "from 0 to 2147483647"),
            (
                "/throttle/burstLimit",
                "0.5",
                Rule::CountValue,
                "from 0 to 2147483647",
            ),
            (
                "/throttle/rateLimit",
                "1e3",
                Rule::RateValue,
                "write \"1000\"",
            ),
            (
                "/throttle/rateLimit",
                "2k",
                Rule::RateValue,
                "write \"2000\"",
            ),
            (
                "/throttle/rateLimit",
                ".5",
                Rule::RateValue,
                "write \"0.5\"",
            ),
            (
                "/throttle/rateLimit",
                "-1",
                Rule::RateValue,
                "requests per second",
            ),
            (
                "/throttle/rateLimit",
                "inf",
                Rule::RateValue,
                "requests per second",
            ),
            (
                "/throttle/rateLimit",
                "NaN",
                Rule::RateValue,
                "requests per second",
            ),
            ("/throttle/rateLimit", "١", Rule::RateValue, "write \"1\""),
            (
                "/quota/period",
                "month",
                Rule::PeriodValue,
                "DAY, WEEK or MONTH",
            ),
            (
                "/quota/period",
                "YEAR",
                Rule::PeriodValue,
                "DAY, WEEK or MONTH",
            ),
            ("/name", "", Rule::NameGiven, "a text"),
            ("/productCode", "", Rule::ValueGiven, "remove"),
        ] {
            let finding = replace(path, value).unwrap_err();
            assert_eq!(finding.rule, rule, "{path} {value}");
            assert!(
                finding.instead.contains(instead),
                "{path} {value}: {}",
                finding.instead
            );
            assert_eq!(finding.field, Target::parse(path).unwrap().field());
        }
        let too_large = "9".repeat(400);
        let finding = replace("/throttle/rateLimit", &too_large).unwrap_err();
        assert_eq!(finding.rule, Rule::RateValue);
    }

    #[test]
    fn a_removal_takes_no_value_but_that_of_a_stage_needs_one() {
        for path in [
            "/apiStages/a:b/throttle/~1pets/GET",
            "/apiStages/a:b/throttle",
            "/productCode",
            "/quota",
            "/throttle",
        ] {
            assert!(check(&PatchOperation::remove(path)).is_ok(), "{path}");
            assert!(
                check(&PatchOperation::new(Op::Remove, path, "")).is_ok(),
                "{path}"
            );
            let with_value = check(&PatchOperation::new(Op::Remove, path, "x")).unwrap_err();
            assert_eq!(with_value.rule, Rule::ValueGiven, "{path}");
        }
        let without = check(&PatchOperation::remove("/apiStages")).unwrap_err();
        assert_eq!(without.rule, Rule::ValueGiven);
        assert!(without.instead.contains("apiId:stageName"));
    }

    #[test]
    fn needs_a_value_and_takes_no_from() {
        let mut operation = PatchOperation::new(Op::Replace, "/name", "x");
        operation.from = Some("/description".to_owned());
        assert_eq!(check(&operation).unwrap_err().rule, Rule::ValueGiven);
        operation.from = None;
        operation.value = None;
        let finding = check(&operation).unwrap_err();
        assert_eq!(
            finding.message,
            "replace on /name needs a value, and none is given"
        );
    }

    #[test]
    fn refuses_maps_and_stages_that_are_not_well_formed() {
        for (map, rule) in [
            ("", Rule::MethodMapForm),
            ("[]", Rule::MethodMapForm),
            ("{", Rule::MethodMapForm),
            (r#"{"/pets/GET":{"rateLimit":1}}"#, Rule::MethodMapForm),
            (
                r#"{"/pets/GET":{"rateLimit":"1","burstLimit":1}}"#,
                Rule::MethodMapForm,
            ),
            (
                r#"{"/pets/GET":{"rateLimit":1,"burstLimit":1.5}}"#,
                Rule::MethodMapForm,
            ),
            (
                r#"{"/pets/GET":{"rateLimit":1,"burstLimit":1,"x":1}}"#,
                Rule::MethodMapForm,
            ),
            (
                r#"{"/pets/GET":{"rateLimit":1,"burstLimit":9999999999}}"#,
                Rule::MethodMapForm,
            ),
            (
                r#"{"/a/GET":{"rateLimit":1,"burstLimit":1},"~1a/GET":{"rateLimit":1,"burstLimit":1}}"#,
                Rule::MethodMapForm,
            ),
            (
                r#"{"/pets":{"rateLimit":1,"burstLimit":1}}"#,
                Rule::MethodForm,
            ),
            (
                r#"{"/pets/get":{"rateLimit":1,"burstLimit":1}}"#,
                Rule::MethodForm,
            ),
            (
                r#"{"/pets/GET":{"rateLimit":-1,"burstLimit":1}}"#,
                Rule::RateValue,
            ),
            (
                r#"{"/pets/GET":{"rateLimit":1,"burstLimit":-1}}"#,
                Rule::CountValue,
            ),
        ] {
            let finding = replace("/apiStages/a:b/throttle", map).unwrap_err();
            assert_eq!(finding.rule, rule, "{map}: {finding}");
        }
        for stage in [
            "fakevalue",
            "a:b:c",
            ":b",
            "a:",
            "a b:c",
            r#"{"apiId":"x"}"#,
        ] {
            let finding = check(&PatchOperation::new(Op::Add, "/apiStages", stage)).unwrap_err();
            assert_eq!(finding.rule, Rule::StageForm, "{stage}");
        }
    }
}
