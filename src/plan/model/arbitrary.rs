//! Strategies for property tests: valid settings with awkward contents, few
//! enough stages and methods that two of them have some in common.

use proptest::collection::btree_map;
use proptest::option;
use proptest::prelude::*;

use crate::plan::{
    Count, Map, MethodKey, MethodThrottles, Period, PlanId, Quota, Rate, Settings, StageKey,
    Throttle, UsagePlan,
};

/// Any text that is not empty, the awkward ones often.
fn text() -> BoxedStrategy<String> {
    prop_oneof![
        "[a-z0-9 -]{1,12}",
        "\\PC{1,12}",
        any::<String>().prop_filter("not empty", |text| !text.is_empty()),
        Just("\"quoted\" \\ 'text'".to_owned()),
        Just("two\nlines\ttabbed\u{1b}[31m".to_owned()),
        Just("金牌套餐 🥇 e\u{301}".to_owned()),
        Just(" ".to_owned()),
    ]
    .boxed()
}

pub(crate) fn rate() -> impl Strategy<Value = Rate> {
    prop_oneof![
        (0_u32..20_000).prop_map(f64::from),
        (0_u32..1000).prop_map(|tenths| f64::from(tenths) / 10.0),
        0.0..1e6_f64,
        prop_oneof![
            Just(0.0),
            Just(f64::MAX),
            Just(f64::MIN_POSITIVE),
            Just(5e-324)
        ],
        any::<f64>().prop_filter("a rate", |value| Rate::new(*value).is_some()),
    ]
    .prop_map(|value| Rate::new(value).expect("a rate"))
}

pub(crate) fn count() -> impl Strategy<Value = Count> {
    prop_oneof![0..20_000_i32, Just(0), Just(Count::MAX), 0..=Count::MAX]
        .prop_map(|value| Count::new(value.into()).expect("a count"))
}

fn throttle() -> impl Strategy<Value = Throttle> {
    (rate(), count()).prop_map(|(rate, burst)| Throttle::new(rate, burst))
}

fn quota() -> impl Strategy<Value = Quota> {
    let period = prop::sample::select(Period::KNOWN.to_vec());
    (count(), period, 0..28_i32).prop_map(|(limit, period, day)| {
        let largest = period.largest_offset().expect("a known period");
        let offset = Count::new((day % (largest + 1)).into()).expect("a count");
        Quota::new(limit, period, offset)
    })
}

pub(crate) fn stage_key() -> impl Strategy<Value = StageKey> {
    let stage = prop_oneof![Just("prod"), Just("beta"), Just("Stage_A"), Just("试验-1")];
    (prop::sample::select(vec!["a1b2c3", "o81lxisefl"]), stage)
        .prop_map(|(api, stage)| StageKey::as_read(api, stage))
}

pub(crate) fn method_key() -> impl Strategy<Value = MethodKey> {
    let method = prop::sample::select(MethodKey::METHODS.to_vec());
    let path = prop_oneof![
        Just("/".to_owned()),
        Just("/pets".to_owned()),
        Just("/{proxy+}".to_owned()),
        Just("/a~b/~1c~0".to_owned()),
        Just("/\"quoted\"/rateLimit".to_owned()),
        "(/[a-z{}~.+:01\"%-]{1,4}){1,3}",
    ];
    prop_oneof![
        1 => Just(MethodKey::of("*", "*")),
        9 => (path, method).prop_map(|(path, method)| MethodKey::of(&path, method)),
    ]
}

fn method_throttles() -> impl Strategy<Value = MethodThrottles> {
    btree_map(method_key(), throttle(), 0..4).prop_map(Map::from_iter)
}

fn tags() -> impl Strategy<Value = Map<String, String>> {
    let key = prop_oneof![Just("team".to_owned()), Just("cost".to_owned()), text()];
    btree_map(key, prop_oneof![Just(String::new()), text()], 0..3).prop_map(Map::from_iter)
}

fn half(throttle: Throttle, which: u8) -> Throttle {
    Throttle {
        rate: throttle.rate.filter(|_| which != 1),
        burst: throttle.burst.filter(|_| which != 2),
    }
}

/// Two settings in which some throttles and quotas have not all their parts, as a
/// service can answer them.
pub(crate) fn two_with_halves() -> impl Strategy<Value = (Settings, Settings)> {
    let parts = || prop::collection::vec(0..5_u8, 8);
    (two_settings(), parts(), parts())
        .prop_map(|((one, other), a, b)| (with_halves(one, &a), with_halves(other, &b)))
}

fn with_halves(mut settings: Settings, which: &[u8]) -> Settings {
    let mut which = which.iter().copied().cycle();
    let mut next = || which.next().unwrap_or_default();
    settings.throttle = settings.throttle.map(|throttle| half(throttle, next()));
    for (_, methods) in settings.stages.iter_mut() {
        for (_, throttle) in methods.iter_mut() {
            *throttle = half(*throttle, next());
        }
    }
    settings.quota = settings.quota.and_then(|quota| {
        let (limit, period, offset) = (next(), next(), next());
        let quota = Quota {
            limit: quota.limit.filter(|_| limit != 1),
            period: quota.period.filter(|_| period != 1),
            offset: quota.offset.filter(|_| offset != 1),
        };
        quota.given()
    });
    settings
}

/// Gives method throttles the plan's throttle that they need.
fn with_throttle(mut settings: Settings) -> Settings {
    if settings.stages.values().any(|methods| !methods.is_empty()) {
        settings.throttle.get_or_insert(Throttle::new(
            Rate::new(1.0).expect("a rate"),
            Count::new(1).expect("a count"),
        ));
    }
    settings
}

/// Settings that break no rule.
pub(crate) fn settings() -> BoxedStrategy<Settings> {
    let none_or = |text| prop_oneof![Just(String::new()), text];
    (
        text(),
        none_or(text()),
        none_or(text()),
        option::of(throttle()),
        option::of(quota()),
        btree_map(stage_key(), method_throttles(), 0..4).prop_map(Map::from_iter),
        tags(),
    )
        .prop_map(
            |(name, description, product_code, throttle, quota, stages, tags)| Settings {
                name,
                description,
                product_code,
                throttle,
                quota,
                stages: stages.into(),
                tags,
            },
        )
        .prop_map(with_throttle)
        .boxed()
}

/// Settings that differ from others in some fields only, as edits do.
fn edit_of(base: Settings) -> BoxedStrategy<Settings> {
    (settings(), any::<[bool; 8]>(), any::<u64>())
        .prop_map(move |(other, moved, mask)| {
            let mut edited = base.clone();
            let [name, description, code, throttle, rate, quota, stages, tags] = moved;
            let fields = [
                (name, crate::plan::Field::Name),
                (description, crate::plan::Field::Description),
                (code, crate::plan::Field::ProductCode),
                (throttle, crate::plan::Field::Throttle),
                (rate, crate::plan::Field::Rate),
                (quota, crate::plan::Field::Quota),
            ];
            for (_, field) in fields.iter().filter(|(moved, _)| *moved) {
                edited.take(field, &other);
            }
            if stages {
                // Some stages and some methods come from the other settings.
                let mut bits = (0..64).cycle().map(|bit| mask >> bit & 1 == 1);
                let mut chance = || bits.next().unwrap_or(false);
                for stage in base.stages.keys().chain(other.stages.keys()) {
                    if chance() {
                        edited.take(&crate::plan::Field::Stage(stage.clone()), &other);
                    } else if let Some(methods) = edited.stages.get_mut(stage) {
                        let there = other.stages.get(stage).cloned().unwrap_or_default();
                        methods.retain(|_, _| chance());
                        methods.extend(there.into_iter().filter(|_| chance()));
                    }
                }
            }
            if tags {
                edited.tags.retain(|key, _| key.len() % 2 == 0);
                edited.tags.extend(other.tags);
            }
            with_throttle(edited)
        })
        .boxed()
}

/// Two settings: unrelated ones, or the second an edit of the first.
pub(crate) fn two_settings() -> impl Strategy<Value = (Settings, Settings)> {
    prop_oneof![
        1 => (settings(), settings()),
        3 => settings().prop_flat_map(|base| (Just(base.clone()), edit_of(base))),
    ]
}

/// Settings, and two edits of them.
pub(crate) fn three_settings() -> impl Strategy<Value = (Settings, Settings, Settings)> {
    settings().prop_flat_map(|base| (Just(base.clone()), edit_of(base.clone()), edit_of(base)))
}

pub(crate) fn usage_plan() -> impl Strategy<Value = UsagePlan> {
    ("[a-z0-9]{6}", settings()).prop_map(|(id, settings)| UsagePlan {
        id: PlanId(id),
        settings,
    })
}
