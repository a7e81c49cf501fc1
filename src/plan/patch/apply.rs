//! What operations make of a plan's settings.

use std::collections::BTreeMap;

use litemap::Entry;
use thiserror::Error;

use super::method_map;
use crate::plan::{
    Count, Field, Finding, MethodKey, MethodThrottles, PatchChange, PatchOperation, Quota, Rule,
    Settings, StageKey, Throttle, fits, spelled,
};

/// The operation that cannot be applied, and why.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("operation {number}: {finding}", number = .index + 1)]
pub struct Refused {
    /// The place of the operation, counted from 0.
    pub index: usize,
    /// The finding that stopped it.
    pub finding: Finding,
}

/// Applies operations in order and gives the settings that result. Tags stay.
///
/// Judged is the end, not the steps: a quota's pieces may be set one by one, in
/// any order. An offset that is never given is 0. The whole plan is judged by
/// [`crate::plan::judge`].
///
/// # Errors
/// The first operation that fails [`fits`] or does not fit what is there; a
/// quota or a throttle that is left without one of its parts, with the last
/// operation that touched it.
pub fn apply(base: &Settings, operations: &[PatchOperation]) -> Result<Settings, Refused> {
    run(base, operations, false)
}

/// The same for operations of [`crate::plan::diff`]: they may leave half a throttle or half
/// a quota, because that is what an undo goes back to. Somebody who writes one is
/// refused by [`apply`].
///
/// # Errors
/// The first operation that fails [`fits`] or does not fit what is there.
pub fn outcome(base: &Settings, operations: &[PatchOperation]) -> Result<Settings, Refused> {
    run(base, operations, true)
}

fn run(
    base: &Settings,
    operations: &[PatchOperation],
    takes_halves: bool,
) -> Result<Settings, Refused> {
    let mut work = Work {
        base,
        takes_halves,
        settings: base.clone(),
        throttle: Half::default(),
        quota: Started::default(),
        methods: BTreeMap::new(),
    };
    for (index, operation) in operations.iter().enumerate() {
        fits(operation)
            .and_then(|change| work.make(index, change))
            .map_err(|finding| Refused { index, finding })?;
    }
    work.finish()
}

/// A throttle of which only one part is given so far.
#[derive(Clone, Copy, Default)]
struct Half {
    given: Throttle,
    /// The last operation that gave a part.
    index: usize,
}

impl Half {
    fn whole(self) -> Option<Throttle> {
        self.given.both().map(|_| self.given)
    }

    fn refusal(self, field: Field, what: &str) -> Option<Refused> {
        let missing = match (self.given.rate, self.given.burst) {
            (Some(_), None) => "burst limit",
            (None, Some(_)) => "rate limit",
            _ => return None,
        };
        Some(Refused {
            index: self.index,
            finding: Finding {
                rule: Rule::ThrottleComplete,
                field: Some(field),
                message: format!("the new throttle of {what} has no {missing}"),
                instead: "give both rateLimit and burstLimit".to_owned(),
            },
        })
    }
}

/// A quota of which not both limit and period are given so far.
#[derive(Default)]
struct Started {
    given: Quota,
    /// The last operation that gave a part.
    index: usize,
}

/// The settings so far, and what is not yet complete enough to stand in them.
struct Work<'a> {
    base: &'a Settings,
    takes_halves: bool,
    settings: Settings,
    throttle: Half,
    quota: Started,
    methods: BTreeMap<(StageKey, MethodKey), Half>,
}

impl Work<'_> {
    fn make(&mut self, index: usize, change: PatchChange) -> Result<(), Finding> {
        match change {
            PatchChange::AttachStage(stage) => return self.attach(stage),
            PatchChange::DetachStage(stage) => {
                self.attached(&stage)?;
                self.settings.stages.remove(&stage);
                // Halves that wait for a stage that goes would be refused in the end.
                self.methods.retain(|(of, _), _| *of != stage);
            }
            PatchChange::MethodThrottles(stage, methods) => {
                // A map may keep half a throttle that the plan has already, but not bring a
                // new one.
                if !self.takes_halves {
                    let before = self.base.stages.get(&stage);
                    let is_there = |key: &MethodKey, throttle: &Throttle| {
                        before.and_then(|methods| methods.get(key)) == Some(throttle)
                    };
                    method_map::whole(&stage, &methods, is_there)?;
                }
                *self.attached(&stage)? = methods;
                self.methods.retain(|(of, _), _| *of != stage);
            }
            PatchChange::RemoveMethod(stage, key) => return self.remove_method(stage, key),
            PatchChange::MethodRate(stage, key, rate) => {
                let set = |throttle: &mut Throttle| throttle.rate = Some(rate);
                return self.set_method((stage, key), index, set);
            }
            PatchChange::MethodBurst(stage, key, burst) => {
                let set = |throttle: &mut Throttle| throttle.burst = Some(burst);
                return self.set_method((stage, key), index, set);
            }
            PatchChange::Name(name) => self.settings.name = name,
            PatchChange::Description(text) => self.settings.description = text,
            PatchChange::ProductCode(code) => self.settings.product_code = code,
            PatchChange::RemoveThrottle => {
                self.settings.throttle = None;
                self.throttle = Half::default();
            }
            PatchChange::Rate(rate) => {
                self.set_throttle(index, |throttle| throttle.rate = Some(rate));
            }
            PatchChange::Burst(burst) => {
                self.set_throttle(index, |throttle| throttle.burst = Some(burst));
            }
            PatchChange::RemoveQuota => {
                self.settings.quota = None;
                self.quota = Started::default();
            }
            PatchChange::QuotaLimit(limit) => {
                self.set_quota(index, |quota| quota.limit = Some(limit));
            }
            PatchChange::QuotaPeriod(period) => {
                self.set_quota(index, |quota| quota.period = Some(period));
            }
            PatchChange::QuotaOffset(offset) => {
                self.set_quota(index, |quota| quota.offset = Some(offset));
            }
        }
        Ok(())
    }

    fn attach(&mut self, stage: StageKey) -> Result<(), Finding> {
        match self.settings.stages.entry(stage) {
            Entry::Vacant(place) => {
                place.insert(MethodThrottles::new());
                Ok(())
            }
            Entry::Occupied(there) => Err(Finding {
                rule: Rule::StageOnce,
                field: Some(Field::Stage(there.key().clone())),
                message: format!("{} is attached already", there.key()),
                instead: "leave this operation out".to_owned(),
            }),
        }
    }

    /// The method throttles of a stage that must be attached.
    fn attached(&mut self, stage: &StageKey) -> Result<&mut MethodThrottles, Finding> {
        self.settings.stages.get_mut(stage).ok_or_else(|| Finding {
            rule: Rule::StageAttached,
            field: Some(Field::Stage(stage.clone())),
            message: format!("{stage} is not attached to the plan"),
            instead: format!("attach it before: add /apiStages with the value {stage}"),
        })
    }

    fn remove_method(&mut self, stage: StageKey, key: MethodKey) -> Result<(), Finding> {
        let methods = self.attached(&stage)?;
        // AWS keeps keys as they are written (inferred): `pets/GET` is found as
        // `/pets/GET`.
        let key = spelled(methods, &key).cloned().unwrap_or(key);
        let was_there = methods.remove(&key).is_some();
        let method = (stage, key);
        if was_there || self.methods.remove(&method).is_some() {
            return Ok(());
        }
        let (stage, key) = method;
        Err(Finding {
            rule: Rule::MethodExists,
            message: format!("{stage} has no throttle for {key}"),
            field: Some(Field::Method(stage, key)),
            instead: "leave this operation out".to_owned(),
        })
    }

    /// Sets one part of a method throttle, which may not exist yet.
    fn set_method(
        &mut self,
        method: (StageKey, MethodKey),
        index: usize,
        set: impl FnOnce(&mut Throttle),
    ) -> Result<(), Finding> {
        let takes_halves = self.takes_halves;
        let throttles = self.attached(&method.0)?;
        // Another spelling would be a second entry for the same method.
        let there = spelled(throttles, &method.1).cloned();
        if let Some(throttle) = there.and_then(|key| throttles.get_mut(&key)) {
            set(throttle);
            return Ok(());
        }
        if takes_halves {
            let mut half = Throttle::default();
            set(&mut half);
            throttles.insert(method.1, half);
            return Ok(());
        }
        let half = self.methods.entry(method.clone()).or_default();
        set(&mut half.given);
        half.index = index;
        if let Some(throttle) = half.whole() {
            self.methods.remove(&method);
            self.attached(&method.0)?.insert(method.1, throttle);
        }
        Ok(())
    }

    fn set_throttle(&mut self, index: usize, set: impl FnOnce(&mut Throttle)) {
        if self.takes_halves || self.settings.throttle.is_some() {
            set(self.settings.throttle.get_or_insert_default());
            return;
        }
        set(&mut self.throttle.given);
        self.throttle.index = index;
        self.settings.throttle = self.throttle.whole();
        if self.settings.throttle.is_some() {
            self.throttle = Half::default();
        }
    }

    fn set_quota(&mut self, index: usize, set: impl FnOnce(&mut Quota)) {
        if self.takes_halves || self.settings.quota.is_some() {
            set(self.settings.quota.get_or_insert_with(new_quota));
            return;
        }
        set(&mut self.quota.given);
        self.quota.index = index;
        if self.quota.given.counts().is_some() {
            let given = std::mem::take(&mut self.quota).given;
            let offset = given.offset.or(new_quota().offset);
            self.settings.quota = Some(Quota { offset, ..given });
        }
    }

    /// The settings, when nothing is left incomplete.
    fn finish(self) -> Result<Settings, Refused> {
        let methods = self.methods.into_iter().filter_map(|((stage, key), half)| {
            let what = format!("{stage} {key}");
            half.refusal(Field::Method(stage, key), &what)
        });
        let refusals = methods
            .chain(self.throttle.refusal(Field::Throttle, "the plan"))
            .chain(self.quota.refusal());
        // The operator reads the list from the top.
        match refusals.min_by_key(|refused| refused.index) {
            Some(refused) => Err(refused),
            None => Ok(self.settings),
        }
    }
}

/// A quota that begins: its offset is 0 by itself.
fn new_quota() -> Quota {
    Quota {
        offset: Some(Count::ZERO),
        ..Quota::default()
    }
}

impl Started {
    fn refusal(&self) -> Option<Refused> {
        let missing = match (self.given.limit, &self.given.period, self.given.offset) {
            (None, None, None) => return None,
            (Some(_), _, _) => "period",
            (None, Some(_), _) => "limit",
            (None, None, Some(_)) => "limit and no period",
        };
        Some(Refused {
            index: self.index,
            finding: Finding {
                rule: Rule::QuotaComplete,
                field: Some(Field::Quota),
                message: format!("the new quota has no {missing}"),
                instead: "give /quota/limit and /quota/period (and /quota/offset, else 0)"
                    .to_owned(),
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::patch::text;
    use crate::plan::{Op, Period};

    /// Operations from lines of `op path value`.
    fn operations(lines: &[&str]) -> Vec<PatchOperation> {
        let read = |line: &&str| {
            let mut words = line.splitn(3, ' ');
            let word = words.next().unwrap();
            PatchOperation {
                op: Op::ALL.into_iter().find(|op| op.as_str() == word).unwrap(),
                path: words.next().unwrap().to_owned(),
                value: words.next().map(str::to_owned),
                from: None,
            }
        };
        lines.iter().map(read).collect()
    }

    fn after(base: &Settings, lines: &[&str]) -> Settings {
        apply(base, &operations(lines)).unwrap()
    }

    fn refused(base: &Settings, lines: &[&str]) -> (usize, Rule) {
        let refused = apply(base, &operations(lines)).unwrap_err();
        (refused.index, refused.finding.rule)
    }

    fn plan() -> Settings {
        Settings {
            name: "plan".to_owned(),
            ..Settings::default()
        }
    }

    fn weekly() -> Settings {
        Settings {
            quota: Some(Quota::new(
                Count::as_read(100),
                Period::Week,
                Count::as_read(6),
            )),
            ..plan()
        }
    }

    fn with_stage() -> Settings {
        after(&plan(), &["add /apiStages a:b"])
    }

    #[test]
    fn applies_the_documented_example() {
        let text = r#"{"patchOperations": [
            {"op": "add", "path": "/apiStages", "value": "o81lxisefl:Stage_A"},
            {"op": "replace", "path": "/name", "value": "new-plan-name"},
            {"op": "replace", "path": "/description", "value": "new-plan-description"},
            {"op": "replace", "path": "/quota/period", "value": "MONTH"},
            {"op": "replace", "path": "/quota/limit", "value": "1300"},
            {"op": "replace", "path": "/quota/offset", "value": "5"}]}"#;
        let operations: Vec<_> = text::parse_operations(text)
            .unwrap()
            .into_iter()
            .map(|located| located.item)
            .collect();
        let after = apply(&plan(), &operations).unwrap();
        assert_eq!(after.name, "new-plan-name");
        assert_eq!(after.description, "new-plan-description");
        assert_eq!(after.quota.unwrap().to_string(), "1300 per MONTH, offset 5");
        assert!(
            after
                .stages
                .contains_key(&StageKey::as_read("o81lxisefl", "Stage_A"))
        );
    }

    #[test]
    fn judges_a_quota_at_the_end_only() {
        let lines = ["replace /quota/offset 20", "replace /quota/period MONTH"];
        let quota = after(&weekly(), &lines).quota.unwrap();
        assert_eq!(quota.to_string(), "100 per MONTH, offset 20");
        let lines = [
            "add /quota/offset 3",
            "add /quota/limit 9",
            "add /quota/period WEEK",
        ];
        let quota = after(&plan(), &lines).quota.unwrap();
        assert_eq!(quota.to_string(), "9 per WEEK, offset 3");
        let lines = [
            "remove /quota",
            "add /quota/period DAY",
            "add /quota/limit 5",
        ];
        let quota = after(&weekly(), &lines).quota.unwrap();
        assert_eq!(quota.to_string(), "5 per DAY, offset 0");
    }

    #[test]
    fn refuses_a_quota_or_a_throttle_that_stays_incomplete() {
        let quota = Rule::QuotaComplete;
        assert_eq!(refused(&plan(), &["add /quota/limit 5"]), (0, quota));
        assert_eq!(refused(&plan(), &["add /quota/offset 5"]), (0, quota));
        let lines = [
            "replace /quota/period DAY",
            "replace /name x",
            "replace /quota/offset 0",
        ];
        assert_eq!(refused(&plan(), &lines), (2, quota));
        let lines = ["remove /quota", "add /quota/limit 5"];
        assert_eq!(refused(&weekly(), &lines), (1, quota));
        let throttle = Rule::ThrottleComplete;
        assert_eq!(
            refused(&plan(), &["add /throttle/rateLimit 5"]),
            (0, throttle)
        );
        assert_eq!(
            refused(&plan(), &["replace /throttle/burstLimit 5"]),
            (0, throttle)
        );
        let lines = ["replace /apiStages/a:b/throttle/~1pets/GET/rateLimit 5"];
        assert_eq!(refused(&with_stage(), &lines), (0, throttle));
        // Begun and taken away again is nothing.
        let lines = ["add /quota/limit 5", "remove /quota"];
        assert_eq!(after(&plan(), &lines), plan());
        let lines = ["add /throttle/rateLimit 5", "remove /throttle"];
        assert_eq!(after(&plan(), &lines), plan());
    }

    #[test]
    fn a_new_throttle_comes_from_its_two_parts() {
        let lines = [
            "add /throttle/burstLimit 20",
            "replace /throttle/rateLimit 0.5",
        ];
        let throttled = after(&plan(), &lines);
        assert_eq!(
            throttled.throttle.unwrap().to_string(),
            "0.5 requests/s, burst 20"
        );
        let lines = ["add /throttle/rateLimit 7"];
        let throttle = after(&throttled, &lines).throttle.unwrap();
        assert_eq!(throttle.to_string(), "7 requests/s, burst 20");
    }

    #[test]
    fn method_throttles_need_their_stage() {
        let method = "/apiStages/a:b/throttle/~1pets/GET";
        let rate = format!("add {method}/rateLimit 5");
        let burst = format!("replace {method}/burstLimit 6");
        let remove = format!("remove {method}");
        let map = r#"replace /apiStages/a:b/throttle {"//GET":{"rateLimit":1.0,"burstLimit":1}}"#;
        for line in [
            &*rate,
            &remove,
            map,
            "remove /apiStages/a:b/throttle",
            "remove /apiStages a:b",
        ] {
            assert_eq!(
                refused(&plan(), &[line]),
                (0, Rule::StageAttached),
                "{line}"
            );
        }
        assert_eq!(
            refused(&with_stage(), &["add /apiStages a:b"]),
            (0, Rule::StageOnce)
        );
        assert_eq!(refused(&with_stage(), &[&remove]), (0, Rule::MethodExists));
        let both = after(&with_stage(), &[&rate, &burst]);
        let stage = StageKey::as_read("a", "b");
        let throttle = both.stages[&stage][&MethodKey::as_read("/pets/GET")];
        assert_eq!(throttle.to_string(), "5 requests/s, burst 6");
        assert_eq!(after(&both, &[&remove]), with_stage());
        // A path means the method in whatever spelling the plan has it.
        let mut odd = both.clone();
        let throttle = both.stages[&stage][&MethodKey::as_read("/pets/GET")];
        let keyed = [(MethodKey::as_read("pets/GET"), throttle)];
        odd.stages
            .insert(stage.clone(), keyed.into_iter().collect());
        let faster = after(&odd, &[&rate.replace(" 5", " 50")]);
        let keys: Vec<_> = faster.stages[&stage]
            .keys()
            .map(MethodKey::as_str)
            .collect();
        assert_eq!(keys, ["pets/GET"]);
        assert_eq!(after(&odd, &[&remove]), with_stage());
        // The map replaces all that was there.
        let replaced = after(&both, &[map]);
        let keys: Vec<_> = replaced.stages[&stage]
            .keys()
            .map(MethodKey::as_str)
            .collect();
        assert_eq!(keys, ["//GET"]);
        assert_eq!(
            after(&both, &["remove /apiStages/a:b/throttle"]),
            with_stage()
        );
        // Detaching drops them, also those half begun.
        let lines = ["remove /apiStages a:b", "add /apiStages a:b"];
        assert_eq!(after(&both, &lines), with_stage());
        let lines = [&*rate, "remove /apiStages a:b", "add /apiStages a:b"];
        assert_eq!(after(&with_stage(), &lines), with_stage());
    }

    #[test]
    fn a_new_map_lets_go_of_what_was_begun_on_its_stage_and_of_nothing_else() {
        let mut base = with_stage();
        base.stages
            .insert(StageKey::as_read("a", "c"), MethodThrottles::new());
        let map = r#"replace /apiStages/a:b/throttle {"//GET":{"rateLimit":1.0,"burstLimit":1}}"#;
        let half_of =
            |stage: &str| format!("replace /apiStages/a:{stage}/throttle/~1x/GET/rateLimit 5");
        let settings = after(&base, &[&half_of("b"), map]);
        let methods = &settings.stages[&StageKey::as_read("a", "b")];
        assert_eq!(methods.len(), 1, "the half is gone with the old map");
        // The half of the other stage is still to be completed.
        let lines = [&*half_of("c"), map];
        assert_eq!(refused(&base, &lines), (0, Rule::ThrottleComplete));
    }

    #[test]
    fn removing_what_is_not_there_changes_nothing() {
        let lines = ["remove /quota", "remove /throttle", "remove /productCode"];
        assert_eq!(after(&plan(), &lines), plan());
    }

    #[test]
    fn keeps_tags_and_an_unknown_period() {
        let mut base = weekly();
        base.tags.insert("team".to_owned(), "pay".to_owned());
        base.quota.as_mut().unwrap().period = Some(Period::Other("YEAR".to_owned()));
        let after = after(&base, &["replace /quota/limit 7"]);
        assert_eq!(after.tags, base.tags);
        assert_eq!(after.quota.unwrap().to_string(), "7 per YEAR, offset 6");
    }

    #[test]
    fn names_the_operation_that_fails_its_check() {
        let lines = ["replace /name x", "remove /name"];
        let refused = apply(&plan(), &operations(&lines)).unwrap_err();
        assert_eq!(refused.index, 1);
        assert!(
            refused
                .to_string()
                .starts_with("operation 2: remove is not supported on /name")
        );
    }
}
