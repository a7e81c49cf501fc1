//! An account of any size, the same for the same size.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::account::{
    Account, AccountKey, Api, ApiStage, DeployedStage, Plan, PlanKey, QuotaPeriod, QuotaSettings,
    Tags, ThrottleSettings, UsePattern,
};
use super::random;

/// The date on which everything was made: 2026-01-01, in seconds since 1970.
const MADE: i64 = 1_767_225_600;
/// As many API keys as an account can have.
const MOST_KEYS: usize = 10_000;

const SUBJECTS: [&str; 8] = [
    "pets", "orders", "search", "billing", "reports", "media", "geo", "events",
];
const STAGES: [&str; 3] = ["dev", "staging", "prod"];
const TIERS: [&str; 5] = ["free", "bronze", "silver", "gold", "platinum"];
/// Two fifths of the rate of each tier, in requests per second: all within the account's
/// limits.
const SIZES: [i32; 5] = [1, 10, 100, 400, 1000];

impl Account {
    /// Eight APIs with three stages each and so many plans, each with a key of its own as far as
    /// the account's 10,000 keys reach.
    pub fn synthetic(plans: usize, today: Date) -> Self {
        let mut account = Self {
            founded: today,
            ..Self::default()
        };
        for subject in SUBJECTS {
            let id = account.new_id(10, |account, id| account.apis.contains(id));
            account.apis.insert(api(id, subject));
        }
        let apis: Vec<String> = account.apis.iter().map(|api| api.id.clone()).collect();
        for number in 0..plans {
            let key = (number < MOST_KEYS)
                .then(|| account.new_id(10, |account, id| account.keys.contains(id)));
            if let Some(id) = &key {
                account.keys.insert(api_key(id.clone(), number));
            }
            let id = account.new_id(6, |account, id| account.plans.contains(id));
            account.plans.insert(plan(id, number, key, &apis));
        }
        account
    }
}

fn api(id: String, subject: &str) -> Api {
    let methods = |list: &[(&str, bool)]| {
        list.iter()
            .map(|(verb, key)| ((*verb).to_owned(), *key))
            .collect()
    };
    let mut paths = BTreeMap::from([
        ("/".to_owned(), methods(&[("GET", false)])),
        (
            format!("/{subject}"),
            methods(&[("GET", true), ("POST", true)]),
        ),
        (
            format!("/{subject}/{{id}}"),
            methods(&[("DELETE", true), ("GET", true), ("PUT", true)]),
        ),
    ]);
    if subject == "pets" {
        paths.insert(
            "/pets/{petId}".to_owned(),
            methods(&[("GET", true), ("POST", true)]),
        );
    }
    let stage = |name: &&str| DeployedStage {
        name: (*name).to_owned(),
        description: None,
        deployment_id: random::id(random::mix_text(&format!("{id}/{name}")), 6),
        created_date: MADE,
        last_updated_date: MADE,
        method_settings: BTreeMap::new(),
        tags: Tags::new(),
    };
    Api {
        name: format!("{subject}-api"),
        description: Some(format!("Synthetic API for {subject}")),
        created_date: MADE,
        tags: Tags::new(),
        stages: STAGES.iter().map(stage).collect(),
        methods: paths,
        id,
    }
}

fn api_key(id: String, number: usize) -> AccountKey {
    AccountKey {
        value: random::key_value(random::mix_text(&id)),
        id,
        name: Some(format!("customer-{number:05}")),
        description: None,
        customer_id: None,
        enabled: !number.is_multiple_of(17),
        created_date: MADE,
        last_updated_date: MADE,
        stage_keys: Vec::new(),
        tags: Tags::new(),
    }
}

/// A quota over one of the three periods: hours of full rate a day, or, where it is tight,
/// minutes.
fn quota(size: i32, period: usize, is_tight: bool) -> QuotaSettings {
    let periods = [
        (QuotaPeriod::Day, 1),
        (QuotaPeriod::Week, 7),
        (QuotaPeriod::Month, 30),
    ];
    let (period, days) = periods.get(period).copied().unwrap_or(periods[2]);
    let per_day = size * if is_tight { 100 } else { 20_000 };
    QuotaSettings {
        limit: per_day * days,
        offset: 0,
        period,
    }
}

fn plan(id: String, number: usize, key: Option<String>, apis: &[String]) -> Plan {
    let luck = random::mix(number as u64);
    // A number below `below`, from eight bits of the plan's luck.
    let pick = |shift: u32, below: u64| usize::try_from((luck >> shift) % 256 % below).unwrap_or(0);
    let tier = pick(0, TIERS.len() as u64);
    let size = SIZES.get(tier).copied().unwrap_or(1);
    let rate = f64::from(size) * 2.5;
    let has_throttle = pick(40, 10) > 0;
    // Hardly anybody keeps a plan that opens nothing.
    let stages = match pick(8, 24) {
        0 => 0,
        lucky => 1 + lucky % STAGES.len(),
    };
    // Without a throttle of the plan there are no method throttles.
    let of_method = (has_throttle && pick(16, 4) == 0).then(|| ThrottleSettings {
        rate_limit: Some(rate / 5.0),
        burst_limit: Some(size),
    });
    let api_stages = (0..stages)
        .filter_map(|stage| api_stage(stage, number + stage * 3, of_method, apis))
        .collect();
    let tier_name = TIERS.get(tier).copied().unwrap_or_default();
    let keys = key.into_iter().map(|id| PlanKey {
        id,
        shape: UsePattern::Weekly,
        daily: size.unsigned_abs() * 20,
        extension: None,
    });
    Plan {
        id,
        name: format!("customer-{number:05}-{tier_name}"),
        description: (pick(32, 3) > 0)
            .then(|| format!("The {tier_name} tier for customer {number}")),
        api_stages,
        throttle: has_throttle.then_some(ThrottleSettings {
            rate_limit: Some(rate),
            // Now and then somebody gives a burst of less than a second of the rate.
            burst_limit: Some(if pick(20, 32) == 0 { size } else { size * 5 }),
        }),
        quota: (pick(48, 5) > 0).then(|| quota(size, pick(24, 3), pick(28, 8) == 0)),
        product_code: None,
        tags: if pick(56, 4) == 0 {
            Tags::from([("tier".to_owned(), tier_name.to_owned())])
        } else {
            Tags::new()
        },
        keys: keys.collect(),
    }
}

/// A stage of the made-up account, with a throttle for one of its methods or without.
fn api_stage(
    stage: usize,
    api: usize,
    of_method: Option<ThrottleSettings>,
    apis: &[String],
) -> Option<ApiStage> {
    let at = api % apis.len().max(1);
    let subject = SUBJECTS.get(at)?;
    let throttle = of_method.map(|throttle| (format!("/{subject}/GET"), throttle));
    Some(ApiStage {
        api_id: apis.get(at)?.clone(),
        stage: (*STAGES.get(stage)?).to_owned(),
        throttle: throttle.into_iter().collect(),
    })
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::super::store::Store;
    use super::*;

    #[test]
    fn the_same_size_gives_the_same_account() {
        let today = date(2026, 3, 1);
        let text = |plans| Store::text(&Account::synthetic(plans, today)).unwrap();
        assert_eq!(text(300), text(300));
        assert_eq!(Account::synthetic(0, today).plans.len(), 0);
        assert_eq!(Account::synthetic(1_000, today).plans.len(), 1_000);
    }
}
