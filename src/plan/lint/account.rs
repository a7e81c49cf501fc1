//! What is found over several plans, and over the account.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::{Inventory, LintFinding, LintRule};
use crate::plan::model::account::ApiKey;
use crate::plan::{
    Count, Fact, Field, Map, MethodThrottles, Period, PlanId, Quota, Rate, Settings, StageKey,
    Throttle, UsagePlan,
};

/// The service's quotas (AWS general reference, API Gateway endpoints and quotas),
/// for each account and Region.
const PLANS: usize = 300;
const KEYS: usize = 10_000;
/// Inferred: the page's "API stage throttles in a usage plan" are method throttles.
const METHOD_THROTTLES_PER_PLAN: usize = 20;
const PLANS_PER_KEY: usize = 10;
/// The distance between the limits of two tiers, as a share, up to which they are nearly the same.
const NEAR: f64 = 0.05;
/// The number of customers that a finding names.
const NAMED: usize = 3;

pub(super) fn look_over(inventory: &Inventory<'_>, findings: &mut Vec<LintFinding>) {
    let plans = &inventory.plans;
    let near = |count, most, what: &str, instead: &str| near_quota(count, most, what, instead);
    // Some of the plans say nothing of how many there are.
    if inventory.is_whole {
        findings.extend(near(
            plans.len(),
            PLANS,
            "usage plans in the account and Region",
            "ask AWS for more (Service Quotas, L-E8693075), or delete plans",
        ));
    }
    if let Some(keys) = inventory.api_keys {
        let instead = "delete keys that are not used; AWS does not raise this quota";
        findings.extend(near(
            keys.len(),
            KEYS,
            "API keys in the account and Region",
            instead,
        ));
    }
    for plan in plans {
        let throttles = plan
            .settings
            .stages
            .values()
            .map(MethodThrottles::len)
            .sum();
        let instead = "ask AWS for more (Service Quotas, L-A9DBC573), or take some away";
        let finding = near(
            throttles,
            METHOD_THROTTLES_PER_PLAN,
            "method throttles",
            instead,
        );
        findings.extend(finding.map(|finding| {
            about(
                [plan.id.clone()],
                finding.resting_on([Fact::ThrottlesPerPlan]),
            )
        }));
    }
    look_over_keys(inventory, findings);
    near_duplicates(plans, findings);
}

fn about(plans: impl IntoIterator<Item = PlanId>, finding: LintFinding) -> LintFinding {
    LintFinding {
        plans: plans.into_iter().collect(),
        ..finding
    }
}

fn is_near(count: usize, most: usize) -> bool {
    // Within a tenth of it.
    count * 10 >= most * 9
}

fn near_quota(count: usize, most: usize, what: &str, instead: &str) -> Option<LintFinding> {
    is_near(count, most).then(|| {
        LintFinding::of(
            LintRule::NearServiceQuota,
            match most {
                // The one quota of these that AWS does not raise (quotas page).
                KEYS => format!("{count} {what}: the service allows {most}"),
                most => format!("{count} {what}: the service allows {most} unless it was raised"),
            },
            instead,
        )
    })
}

/// Plans that meet on a stage, with the keys or customers that make them meet.
type Meetings<'a> = BTreeMap<(&'a StageKey, Vec<&'a PlanId>), Vec<&'a str>>;

fn look_over_keys(inventory: &Inventory<'_>, findings: &mut Vec<LintFinding>) {
    let by_key = plans_by(inventory, |key| Some(&key.id));
    for (key, plans) in &by_key {
        if is_near(plans.len(), PLANS_PER_KEY) {
            let instead = "ask AWS for more (Service Quotas, L-985EB478), or take it out of some";
            let what = format!("usage plans have the API key {key}");
            let ids = plans.iter().map(|plan| plan.id.clone());
            let finding = near_quota(plans.len(), PLANS_PER_KEY, &what, instead);
            findings.extend(finding.map(|finding| about(ids, finding)));
        }
    }
    let of_keys = meetings(&by_key);
    keys_that_meet(&of_keys, findings);
    let all = inventory.api_keys.unwrap_or_default().iter();
    let customers: HashMap<&str, &str> = all
        .filter(|key| !key.customer.is_empty())
        .map(|key| (key.id.as_str(), key.customer.as_str()))
        .collect();
    if !customers.is_empty() {
        let by_customer = plans_by(inventory, |key| customers.get(key.id.as_str()).copied());
        let mut of_customers = meetings(&by_customer);
        // What one key of the customer does by itself is found already.
        for (met, names) in &mut of_customers {
            let keys = of_keys.get(met).into_iter().flatten();
            let found: HashSet<_> = keys.filter_map(|key| customers.get(key)).collect();
            names.retain(|name| !found.contains(name));
        }
        of_customers.retain(|_, names| !names.is_empty());
        customers_that_meet(&of_customers, findings);
    }
}

/// The plans of each holder of keys that has several plans, in the order of the
/// holders. Who holds a key: the key itself, or its customer.
fn plans_by<'a>(
    inventory: &Inventory<'a>,
    holder: impl Fn(&'a ApiKey) -> Option<&'a str>,
) -> Vec<(&'a str, Vec<&'a UsagePlan>)> {
    let mut plans_by: HashMap<&str, Vec<&UsagePlan>> = HashMap::new();
    for plan in &inventory.plans {
        let keys = inventory.plan_keys.get(&plan.id).copied();
        for holder in keys.unwrap_or_default().iter().filter_map(&holder) {
            let plans = plans_by.entry(holder).or_default();
            // A plan may have several keys of one customer.
            if plans.last().is_none_or(|last| last.id != plan.id) {
                plans.push(plan);
            }
        }
    }
    let several = plans_by.into_iter().filter(|(_, plans)| plans.len() > 1);
    let mut several: Vec<_> = several.collect();
    // A hash map has no order, and the findings must not change places from run to run.
    several.sort_unstable_by_key(|(holder, _)| *holder);
    several
}

fn meetings<'a>(plans_by: &[(&'a str, Vec<&'a UsagePlan>)]) -> Meetings<'a> {
    let mut meetings = Meetings::new();
    for (holder, plans) in plans_by {
        let stages = plans.iter().flat_map(|plan| {
            let stages = plan.settings.stages.keys();
            stages.map(|stage| (stage, &plan.id))
        });
        let mut stages: Vec<_> = stages.collect();
        stages.sort_unstable();
        for met in stages
            .chunk_by(|(a, _), (b, _)| a == b)
            .filter(|met| met.len() > 1)
        {
            let plans = met.iter().map(|(_, plan)| *plan).collect();
            if let Some((stage, _)) = met.first() {
                meetings.entry((stage, plans)).or_default().push(holder);
            }
        }
    }
    meetings
}

/// A key may be in one plan only for each stage (AWS developer guide, usage plans).
fn keys_that_meet(meetings: &Meetings<'_>, findings: &mut Vec<LintFinding>) {
    for ((stage, plans), keys) in meetings {
        let keys = match keys.as_slice() {
            [key] => format!("the API key {key} is"),
            keys => format!("{} API keys are", keys.len()),
        };
        let finding = LintFinding::of(
            LintRule::StageTwice,
            format!(
                "{keys} in {} plans that all have the stage {stage}, where only one can count",
                plans.len()
            ),
            "take the keys out of all but one of the plans, or detach the stage there",
        );
        let finding = finding.at(Field::Stage((*stage).clone()));
        findings.push(about(plans.iter().copied().cloned(), finding));
    }
}

/// The service allows it: each key has the limits of its own plan.
fn customers_that_meet(meetings: &Meetings<'_>, findings: &mut Vec<LintFinding>) {
    for ((stage, plans), customers) in meetings {
        let who = match customers.as_slice() {
            [customer] => format!("the customer {customer} has"),
            customers => {
                let named: Vec<_> = customers.iter().copied().take(NAMED).collect();
                let more = if customers.len() > NAMED { ", …" } else { "" };
                let (count, named) = (customers.len(), named.join(", "));
                format!("{count} customers ({named}{more}) each have")
            }
        };
        let finding = LintFinding::of(
            LintRule::CustomerTwice,
            format!(
                "{who} keys in {} plans that all have the stage {stage}: each key has the limits of its own plan",
                plans.len()
            ),
            "give the customer one plan for the stage, unless the keys are to differ",
        );
        let finding = finding.at(Field::Stage((*stage).clone()));
        findings.push(about(plans.iter().copied().cloned(), finding));
    }
}

/// Tiers with the same stages and method throttles whose limits are the same or
/// nearly so.
fn near_duplicates(plans: &[&UsagePlan], findings: &mut Vec<LintFinding>) {
    let mut tiers: BTreeMap<Shape<'_>, Vec<&UsagePlan>> = BTreeMap::new();
    for plan in plans {
        // What has no stages or no limits is found already.
        if !plan.settings.stages.is_empty() && has_limits(&plan.settings) {
            tiers
                .entry(Shape::of(&plan.settings))
                .or_default()
                .push(plan);
        }
    }
    for mut tier in tiers.into_values() {
        let order = |plan: &&UsagePlan| {
            let Settings {
                throttle, quota, ..
            } = &plan.settings;
            (*throttle, quota.as_ref().and_then(|quota| quota.limit))
        };
        // Only neighbors are compared below, so that plans that are near have to stand side
        // by side.
        tier.sort_by_key(order);
        let groups = tier.chunk_by(|a, b| are_near(&a.settings, &b.settings));
        for group in groups.filter(|group| group.len() > 1) {
            let same = group.windows(2).all(|pair| match pair {
                [a, b] => order(a) == order(b),
                _ => true,
            });
            let how = if same { "the same" } else { "nearly the same" };
            let finding = LintFinding::of(
                LintRule::NearDuplicate,
                format!(
                    "{} plans have the same stages and {how} limits",
                    group.len()
                ),
                "make one plan of them, unless they must be told apart",
            );
            findings.push(about(group.iter().map(|plan| plan.id.clone()), finding));
        }
    }
}

fn has_limits(settings: &Settings) -> bool {
    settings.throttle.is_some() || settings.quota.is_some()
}

/// The parts that have to be equal in tiers that are nearly the same.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Shape<'a> {
    stages: &'a Map<StageKey, MethodThrottles>,
    /// The halves of a throttle that are set.
    throttle: Option<[bool; 2]>,
    period: Option<(Option<&'a Period>, Count)>,
}

impl<'a> Shape<'a> {
    fn of(settings: &'a Settings) -> Self {
        let quota = settings.quota.as_ref();
        Self {
            stages: &settings.stages,
            throttle: (settings.throttle).map(|t| [t.rate.is_some(), t.burst.is_some()]),
            period: quota.map(|quota| (quota.period.as_ref(), quota.offset_or_zero())),
        }
    }
}

fn are_near(a: &Settings, b: &Settings) -> bool {
    let numbers = |throttle: Option<Throttle>, quota: Option<&Quota>| {
        let rate = throttle.and_then(|throttle| throttle.rate);
        let burst = throttle.and_then(|throttle| throttle.burst);
        let limit = quota.and_then(|quota| quota.limit);
        let number = |count: Option<Count>| count.map_or(0.0, |count| f64::from(count.get()));
        [rate.map_or(0.0, Rate::get), number(burst), number(limit)]
    };
    let a = numbers(a.throttle, a.quota.as_ref());
    let b = numbers(b.throttle, b.quota.as_ref());
    a.into_iter()
        .zip(b)
        .all(|(a, b)| (a - b).abs() <= NEAR * a.abs().max(b.abs()))
}
