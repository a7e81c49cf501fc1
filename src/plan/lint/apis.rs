//! The APIs, stages and limits around the plans, ready to be asked for many of them.

use std::collections::HashMap;

use super::full::Full;
use crate::plan::limits::effective::{Between, StageLimits};
use crate::plan::limits::zero::Stop;
use crate::plan::model::account::{AccountLimits, ApiReading, Known, Stage, Surroundings};
use crate::plan::{Count, Fact, MethodKey, Rate, StageKey, Throttle};

/// The number of methods that a sentence names.
pub(super) const NAMED: usize = 3;

/// The surroundings of the plans, ready to be asked for many of them.
pub(super) struct Apis<'a> {
    pub(super) around: &'a Surroundings,
    pub(super) account: Option<AccountLimits>,
    pub(super) by_id: HashMap<&'a str, KnownApi<'a>>,
}

pub(super) struct KnownApi<'a> {
    pub(super) stages: Option<HashMap<&'a str, KnownLimits>>,
    pub(super) methods: Option<HashMap<&'a MethodKey, bool>>,
    /// Its methods without a key; `None` where there are none.
    pub(super) unmetered: Option<Unmetered>,
    /// The settings that block, by stage.
    pub(super) blocking: HashMap<&'a str, Vec<Blocking<'a>>>,
}

/// The methods of an API that ask for no key.
pub(super) struct Unmetered {
    /// The words on them.
    pub(super) words: String,
    /// True where no method asks for one.
    pub(super) is_all: bool,
}

/// The settings of a stage with a 0: it is set there, and never "left out" (recorded from
/// AWS: an entry always has both halves). A -1 is none of the entry's own.
fn zeros(stage: &Stage) -> Vec<Blocking<'_>> {
    let settings = stage.throttles.iter().filter_map(|(key, throttle)| {
        let own = Throttle {
            // A -1 lifts a limit and is no 0.
            rate: throttle.rate.filter(|rate| *rate >= Rate::ZERO),
            burst: throttle.burst.filter(|burst| *burst >= Count::ZERO),
        };
        let (stop, fact) = own.stop(true)?;
        Some(Blocking { key, stop, fact })
    });
    settings.collect()
}

/// A stage's setting with a 0, and what that does.
pub(super) struct Blocking<'a> {
    pub(super) key: &'a MethodKey,
    pub(super) stop: Stop,
    pub(super) fact: Fact,
}

/// The limits of a stage, as far as they are known.
pub(super) struct KnownLimits {
    pub(super) default: Between,
    /// Of each method that is set or known.
    pub(super) methods: HashMap<MethodKey, Between>,
    /// The most that all metered methods together let through; `None` where the
    /// methods are not known.
    pub(super) through: Option<Full>,
    /// Its settings that mean no method of the API, and those that mean one twice.
    pub(super) odd: Vec<MethodKey>,
    pub(super) twice: Vec<(MethodKey, MethodKey)>,
}

impl KnownLimits {
    fn of(
        stage: &Stage,
        all: &Known<Vec<Stage>>,
        known: Option<&HashMap<&MethodKey, bool>>,
    ) -> Self {
        let read = StageLimits::of(stage, all);
        let mut limits = Self {
            default: read.on(&MethodKey::all()),
            methods: HashMap::new(),
            through: None,
            odd: Vec::new(),
            twice: Vec::new(),
        };
        let mut seen: HashMap<MethodKey, &MethodKey> = HashMap::new();
        for (key, _) in &stage.throttles {
            let plain = key.plain().into_owned();
            if let Some(other) = seen.insert(plain.clone(), key) {
                limits.twice.push((other.clone(), key.clone()));
            }
            if !plain.is_all() {
                if known.is_some_and(|known| !known.contains_key(&plain)) {
                    limits.odd.push(key.clone());
                }
                let between = read.on(&plain);
                limits.methods.insert(plain, between);
            }
        }
        // A setting for a resource may mean methods that have none of their own.
        // Asked once: hardly any stage has one, and a known API may have many methods.
        let of_resource = limits.methods.keys().any(|key| key.method() == "*");
        for key in known.into_iter().flat_map(HashMap::keys) {
            if of_resource && !limits.methods.contains_key(*key) {
                limits.methods.insert((*key).clone(), read.on(key));
            }
        }
        limits.through = known.map(|known| {
            let metered = known.iter().filter(|(_, needs_key)| **needs_key);
            let each = metered.map(|(key, _)| Full::of(limits.of_method(key).most));
            each.fold(Full::NONE, Full::and)
        });
        limits
    }

    /// The limits that the stage gives a method.
    pub(super) fn of_method(&self, key: &MethodKey) -> &Between {
        self.methods.get(key).unwrap_or(&self.default)
    }

    /// The highest rate that the stage may give any method; `None` where that is
    /// not known.
    pub(super) fn highest(&self) -> Option<Rate> {
        let default = self.default.most.rate?;
        let own = self.methods.values().map(|between| between.most.rate);
        let own: Option<Vec<Rate>> = own.collect();
        // One limit that is not known may be the highest, so that then none is.
        own?.into_iter().chain([default]).max()
    }
}

impl<'a> Apis<'a> {
    /// Takes what is known of the APIs that are wanted.
    pub(super) fn of(around: &'a Surroundings, wanted: impl Fn(&str) -> bool) -> Self {
        let api = |(id, api): (&'a String, &'a ApiReading)| {
            let methods = api.methods.read().map(|methods| {
                let method = methods.iter().map(|method| (&method.key, method.needs_key));
                method.collect::<HashMap<_, _>>()
            });
            let stages = api.stages.read().map(|stages| {
                let limits = |stage| KnownLimits::of(stage, &api.stages, methods.as_ref());
                let stage = |stage: &'a Stage| (stage.key.stage.as_str(), limits(stage));
                stages.iter().map(stage).collect()
            });
            let unmetered = unmetered(api);
            let blocking = api.stages.read().into_iter().flatten();
            let blocking = blocking.map(|stage| (stage.key.stage.as_str(), zeros(stage)));
            let api = KnownApi {
                stages,
                methods,
                unmetered,
                blocking: blocking.filter(|(_, zeros)| !zeros.is_empty()).collect(),
            };
            (id.as_str(), api)
        };
        Self {
            around,
            account: around.account.read().copied(),
            by_id: around
                .apis
                .iter()
                .filter(|(id, _)| wanted(id))
                .map(api)
                .collect(),
        }
    }

    pub(super) fn api(&self, stage: &StageKey) -> Option<&KnownApi<'a>> {
        self.by_id.get(stage.api.as_str())
    }

    /// The stage's limits; `None` where they are not known or it does not exist.
    pub(super) fn limits(&self, stage: &StageKey) -> Option<&KnownLimits> {
        self.api(stage)?.stages.as_ref()?.get(stage.stage.as_str())
    }

    /// The account's limits, as far as they are known.
    pub(super) fn of_account(&self) -> Throttle {
        self.account
            .as_ref()
            .map(AccountLimits::told)
            .unwrap_or_default()
    }

    /// The most that a stage lets through at all methods together that the plan
    /// meters; `None` where its methods or its limits are not known.
    pub(super) fn through(&self, stage: &StageKey) -> Option<Full> {
        self.limits(stage)?.through
    }

    /// The methods of a stage that ask for an API key; `None` where they are not known.
    pub(super) fn metered(&self, stage: &StageKey) -> Option<impl Iterator<Item = &'a MethodKey>> {
        let methods = self.api(stage)?.methods.as_ref()?;
        let metered = methods.iter().filter(|(_, needs_key)| **needs_key);
        Some(metered.map(|(key, _)| *key))
    }

    /// Returns true if the plan meters a method, or that is not known.
    pub(super) fn may_meter(&self, stage: &StageKey, key: &MethodKey) -> bool {
        let methods = self.api(stage).and_then(|api| api.methods.as_ref());
        // What is not known gives no finding, and a method that is left out could cause
        // one.
        methods.is_none_or(|methods| methods.get(&*key.plain()) == Some(&true))
    }

    pub(super) fn is_dangling(&self, stage: &StageKey) -> bool {
        let stages = self.api(stage).and_then(|api| api.stages.as_ref());
        stages.is_some_and(|stages| !stages.contains_key(stage.stage.as_str()))
    }
}

/// The methods of an API that ask for no key. OPTIONS is left out: browsers send it without
/// a key.
fn unmetered(api: &ApiReading) -> Option<Unmetered> {
    let Known::Read(methods) = &api.methods else {
        return None;
    };
    let countable = methods
        .iter()
        .filter(|method| method.key.method() != "OPTIONS");
    let (metered, open): (Vec<_>, Vec<_>) = countable.partition(|method| method.needs_key);
    let first = open.first()?;
    let named: Vec<_> = open
        .iter()
        .take(NAMED)
        .map(|method| method.key.as_str())
        .collect();
    let more = match open.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let is_all = metered.is_empty();
    let words = if is_all {
        format!(
            "asks for an API key at no method ({}{more})",
            named.join(", ")
        )
    } else if open.len() == 1 {
        format!("does not require an API key at {}", first.key)
    } else {
        format!("does not require an API key at {}{more}", named.join(", "))
    };
    Some(Unmetered { words, is_all })
}
