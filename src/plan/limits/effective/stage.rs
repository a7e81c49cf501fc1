//! What the limits of a stage come to, and those of a key over all methods of one.

use super::{
    AccountLimits, ColumnOf, Count, Fact, Known, MethodKey, Most, Rate, Reach, Settings, Spellings,
    Stage, StageKey, Surroundings, Throttle, readings,
};

/// A limit in every reading of what is open.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Between {
    /// The least of any reading; a half is `None` where no limit is set in any.
    pub least: Throttle,
    /// The most of any reading; a half is `None` where one of them sets no limit.
    pub most: Throttle,
    /// The open facts about it.
    pub facts: Vec<Fact>,
}

impl Between {
    fn of(column: &ColumnOf<'_>, method: &MethodKey, reach: Reach) -> Self {
        let read = readings(column, method, reach);
        let (rate, most_rate) = read.range(|link| link.rate);
        let (burst, most_burst) = read.range(|link| link.burst);
        let (rate, burst) = (rate.map(|b| b.value), burst.map(|b| b.value));
        Self {
            least: Throttle { rate, burst },
            most: Throttle {
                rate: most_of(rate, most_rate),
                burst: most_of(burst, most_burst),
            },
            facts: read.open_facts(),
        }
    }
}

fn most_of<T: Copy>(least: Option<T>, most: Option<Most<T>>) -> Option<T> {
    match most {
        Some(most) => most.limit().map(|bound| bound.value),
        None => least,
    }
}

/// The limits of a stage by themselves.
pub struct StageLimits<'a>(ColumnOf<'a>);

impl<'a> StageLimits<'a> {
    /// Those of a stage that was read.
    #[must_use]
    pub fn of(stage: &'a Stage, known: &'a Known<Vec<Stage>>) -> Self {
        // The account's limit would hide what the stage by itself says.
        const NOT_READ: &Known<AccountLimits> = &Known::NotYet;
        let set = stage.throttles.iter();
        Self(ColumnOf {
            is_attached: true,
            methods: Spellings::of(std::iter::empty()),
            plan: Throttle::default(),
            quota: None,
            stages: Some(known),
            is_there: true,
            settings: Spellings::of(set.map(|(key, throttle)| (key, throttle))),
            api_methods: None,
            account: NOT_READ,
        })
    }

    /// Its limits on a method; for `*/*` its default.
    #[must_use]
    pub fn on(&self, method: &MethodKey) -> Between {
        // A stage's limits hold whether or not the method asks for a key.
        Between::of(&self.0, &method.plain(), Reach::Unknown)
    }
}

/// The least that one key can send over some methods of a stage, in any reading of what
/// is open, without the plan's own throttle for all of them together: the sum of what
/// holds at each. A half is infinite where no limit is known at one of them. Beside it what is
/// open of it.
#[must_use]
pub fn least_together<'a>(
    settings: &Settings,
    stage: &StageKey,
    around: &Surroundings,
    methods: impl Iterator<Item = &'a MethodKey>,
) -> (f64, f64, Vec<Fact>) {
    let column = ColumnOf::new(settings, stage, around);
    let each = methods.map(|method| Between::of(&column, &method.plain(), Reach::Metered));
    let rate = |rate: Option<Rate>| rate.map_or(f64::INFINITY, |rate| rate.get().max(0.0));
    let burst =
        |burst: Option<Count>| burst.map_or(f64::INFINITY, |burst| f64::from(burst.get().max(0)));
    let (mut rates, mut bursts, mut facts) = (0.0, 0.0, Vec::new());
    for Between {
        least, facts: open, ..
    } in each
    {
        rates += rate(least.rate);
        bursts += burst(least.burst);
        facts.extend(open);
    }
    (rates, bursts, facts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stage(throttles: &[(&str, f64, i32)]) -> Stage {
        let throttles = throttles.iter().map(|(key, rate, burst)| {
            let throttle = Throttle::new(Rate::as_read(*rate), Count::as_read(*burst));
            (MethodKey::as_read(key), throttle)
        });
        Stage {
            key: StageKey::as_read("a", "b"),
            throttles: throttles.collect(),
        }
    }

    fn on(throttles: &[(&str, f64, i32)], method: &str) -> (Option<f64>, Option<f64>, Vec<Fact>) {
        let stage = stage(throttles);
        let known = Known::Read(vec![stage.clone()]);
        let between = StageLimits::of(&stage, &known).on(&MethodKey::as_read(method));
        let rate = |throttle: Throttle| throttle.rate.map(Rate::get);
        (rate(between.least), rate(between.most), between.facts)
    }

    #[test]
    fn a_stage_is_read_in_every_way_that_is_open() {
        let all = ("*/*", 50.0, 60);
        for (throttles, least, most, facts) in [
            (vec![all], Some(50.0), Some(50.0), vec![]),
            (vec![], None, None, vec![]),
            (
                vec![("~1a/GET", 7.0, 7), ("a/GET", 9.0, 9), all],
                Some(7.0),
                Some(9.0),
                vec![Fact::TwoSpellings],
            ),
            (
                vec![("~1a/GET", -1.0, -1), all],
                Some(50.0),
                None,
                vec![Fact::OffAtStage],
            ),
            (
                vec![("~1a/*", 80.0, 80), all],
                Some(50.0),
                Some(80.0),
                vec![Fact::AllOfResource],
            ),
        ] {
            let found = on(&throttles, "/a/GET");
            assert_eq!(found, (least, most, facts), "{throttles:?}");
        }
    }
}
