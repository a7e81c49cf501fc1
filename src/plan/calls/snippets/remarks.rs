//! What a text for Terraform or CloudFormation says of itself where it would not make
//! the same plan, one sentence each.

use crate::plan::model::tags::is_reserved;
use crate::plan::{Count, Field, Rate, Rule, Settings, StageKey, Throttle, judge};

/// The differences of the plan that Terraform would make.
pub(super) fn of_terraform(settings: &Settings, gone: &[StageKey]) -> Vec<String> {
    let mut remarks = Vec::new();
    let zeros = limits(settings, Limit::is_zero);
    if !zeros.is_empty() {
        remarks.push(format!(
            "Terraform's AWS provider leaves a limit of 0 out when it creates a plan (seen with \
             5.100.0): a plan created from this is unlimited, not blocked, at: {}",
            zeros.join(", ")
        ));
    }
    let unset = limits(settings, Limit::is_unset);
    if !unset.is_empty() {
        remarks.push(format!(
            "not set in the plan, and Terraform takes what is left out for 0: a later update by \
             it may set 0, which blocks (inferred), at: {}",
            unset.join(", ")
        ));
    }
    remarks.extend(half_a_quota(settings, "Terraform asks for both"));
    remarks.extend(of_both(settings, gone));
    remarks
}

/// The differences of the plan that CloudFormation would make. That a product code has no
/// property is told where it would stand.
pub(super) fn of_cloudformation(settings: &Settings, gone: &[StageKey]) -> Vec<String> {
    let mut remarks = Vec::new();
    let zeros = limits(settings, Limit::is_zero);
    if !zeros.is_empty() {
        remarks.push(format!(
            "whether CloudFormation sends a limit of 0 when it creates a plan was not tried; \
             without it the plan is unlimited, not blocked, at: {}",
            zeros.join(", ")
        ));
    }
    if !settings.product_code.is_empty() {
        remarks.push("the product code has no property here: set it afterwards".to_owned());
    }
    remarks.extend(half_a_quota(
        settings,
        "API Gateway asks for both (reported)",
    ));
    remarks.extend(of_both(settings, gone));
    remarks
}

fn of_both(settings: &Settings, gone: &[StageKey]) -> Vec<String> {
    let mut remarks = Vec::new();
    for stage in gone
        .iter()
        .filter(|stage| settings.stages.contains_key(stage))
    {
        remarks.push(format!(
            "the stage {stage} does not exist any more, so that a plan with it cannot be created"
        ));
    }
    let has_methods = settings.stages.values().any(|methods| !methods.is_empty());
    if has_methods && settings.throttle.is_none() {
        remarks.push(
            "the service refuses method throttles in a plan without a throttle of its own \
             (reported: aws-cdk, pull request 6411)"
                .to_owned(),
        );
    }
    let own: Vec<_> = settings
        .tags
        .keys()
        .filter(|key| is_reserved(key))
        .collect();
    if !own.is_empty() {
        let own: Vec<&str> = own.into_iter().map(String::as_str).collect();
        remarks.push(format!(
            "AWS's own tags cannot be given and are left out: {}",
            own.join(", ")
        ));
    }
    // Whatever else keeps a plan from being created as it is.
    let is_left_out =
        |field: &Option<Field>| matches!(field, Some(Field::Tag(key)) if is_reserved(key));
    let broken = judge(None, settings, None).into_iter();
    // What method throttles need is told above.
    let broken = broken.filter(|found| {
        found.refuses() && found.rule != Rule::MethodsNeedThrottle && !is_left_out(&found.field)
    });
    remarks
        .extend(broken.map(|found| format!("a plan like this is not created: {}", found.message)));
    remarks
}

fn half_a_quota(settings: &Settings, who: &str) -> Option<String> {
    let quota = settings.quota.as_ref()?;
    let missing = match (quota.limit, &quota.period) {
        (Some(_), Some(_)) => return None,
        (None, Some(_)) => "limit",
        (Some(_), None) => "period",
        (None, None) => "limit and no period",
    };
    Some(format!("the quota has no {missing}, and {who}"))
}

/// A limit as it stands in the plan.
#[derive(Clone, Copy)]
enum Limit {
    Rate(Option<Rate>),
    Burst(Option<Count>),
    Quota(Count),
}

impl Limit {
    fn is_zero(self) -> bool {
        match self {
            Self::Rate(rate) => rate == Some(Rate::ZERO),
            Self::Burst(burst) => burst == Some(Count::ZERO),
            Self::Quota(limit) => limit == Count::ZERO,
        }
    }

    fn is_unset(self) -> bool {
        matches!(self, Self::Rate(None) | Self::Burst(None))
    }
}

/// The names of the limits that are so.
fn limits(settings: &Settings, is_so: impl Fn(Limit) -> bool) -> Vec<String> {
    let halves = |throttle: &Throttle, fields: [Field; 2]| {
        let [rate, burst] = fields;
        [
            (rate, Limit::Rate(throttle.rate)),
            (burst, Limit::Burst(throttle.burst)),
        ]
    };
    let plan = settings.throttle.iter();
    let plan = plan.flat_map(|throttle| halves(throttle, [Field::Rate, Field::Burst]));
    let quota = settings.quota.as_ref().and_then(|quota| quota.limit);
    let quota = quota.map(|limit| (Field::QuotaLimit, Limit::Quota(limit)));
    let methods = settings.stages.iter().flat_map(|(stage, methods)| {
        methods.iter().flat_map(move |(key, throttle)| {
            let fields = [
                Field::MethodRate(stage.clone(), key.clone()),
                Field::MethodBurst(stage.clone(), key.clone()),
            ];
            halves(throttle, fields)
        })
    });
    let all = plan.chain(quota).chain(methods);
    all.filter(|(_, limit)| is_so(*limit))
        .map(|(field, _)| field.to_string())
        .collect()
}
