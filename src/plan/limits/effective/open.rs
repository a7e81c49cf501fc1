//! What is open of a chain: halves that are not set, and a stage's -1.
//!
//! Sources: the service's own documents say nothing of either; what others reported
//! is named where it is told.

use super::{Chain, Count, Fact, LimitHalf, Link, OddQuota, Rank, Rate};

impl Chain {
    /// The things that nobody published of how these limits apply, one sentence each.
    /// The cell has the lower bound in each case.
    #[must_use]
    pub fn open(&self) -> Vec<String> {
        if !self.reach.is_answered() {
            return Vec::new();
        }
        let plan = self.links.iter().filter(|link| link.rank.is_per_key());
        let plan = plan.filter_map(|link| negative(link).or_else(|| half(link)));
        plan.chain(self.switched_off()).collect()
    }

    /// The open question of a throttle of the plan that has one half only.
    pub(super) fn doubt_of_half(&self) -> Option<&'static str> {
        let plan = self.links.iter().filter(|link| link.rank.is_per_key());
        let mut missing = plan.filter_map(set_and_missing).map(|(_, missing)| missing);
        let (one, other) = (missing.next()?, missing.next());
        Some(match (one, other) {
            (one, Some(other)) if one != other => {
                "open: which burst applies where a throttle has only a rate, and which rate where \
                 it has only a burst"
            }
            ("rate", _) => "open: which rate applies where a throttle has only a burst",
            _ => "open: which burst applies where a throttle has only a rate",
        })
    }

    /// Reservations about what is reckoned: with a throttle of the plan that has one half
    /// only, with a limit of 0 that lets a burst through, with a quota that is odd.
    #[must_use]
    pub fn reservations(&self) -> Vec<String> {
        let half = self
            .doubt_of_half()
            .filter(|_| self.facts.contains(&Fact::HalfThrottle));
        let half = half.map(|doubt| format!("{doubt}; reckoned here with the next that is known"));
        let zero = self.facts.contains(&Fact::ZeroRate);
        let zero = zero.then(|| Fact::ZeroRate.sentence().to_owned());
        let quota = self.odd_quota().map(|quota| match quota {
            OddQuota::Zero => quota.sentence(),
            OddQuota::Negative(_) => format!("{}; reckoned without it", quota.sentence()),
        });
        half.into_iter().chain(zero).chain(quota).collect()
    }

    /// The limits of the plan that do not count because the method asks for no API key,
    /// one sentence each.
    #[must_use]
    pub fn not_counted(&self) -> Vec<String> {
        let sentence = |link: &Link| {
            let rate = match link.rate {
                LimitHalf::NotCounted(rate) => Some(format!("rate {rate}")),
                _ => None,
            };
            let burst = match link.burst {
                LimitHalf::NotCounted(burst) => Some(format!("burst {burst}")),
                _ => None,
            };
            let values: Vec<String> = rate.into_iter().chain(burst).collect();
            (!values.is_empty()).then(|| {
                format!(
                    "The {} ({}) does not count here: API key not required",
                    link.rank.name(),
                    values.join(", ")
                )
            })
        };
        self.links.iter().filter_map(sentence).collect()
    }

    /// The way in which a plan's method throttle counts, and whether it matters that
    /// this is open; `None` where there is none.
    #[must_use]
    pub fn of_method_throttle(&self) -> Option<&'static str> {
        let is_set = |rank: Rank| {
            let mut links = self.links.iter().filter(|link| link.rank == rank);
            links.any(|link| link.rate.is_given() || link.burst.is_given())
        };
        if !self.reach.is_answered() || !is_set(Rank::PlanMethod) {
            return None;
        }
        Some(if self.facts.contains(&Fact::MethodBesidePlan) {
            "per API key and method; instead of the plan's throttle, or beside it (open)"
        } else if is_set(Rank::Plan) {
            "per API key and method; whether the plan's throttle counts beside it makes no \
             difference to rate and burst here"
        } else {
            "per API key and method"
        })
    }

    /// A method setting of -1 beside the stage's default.
    fn switched_off(&self) -> Option<String> {
        // Where both readings come to the same, there is nothing to know.
        self.facts.contains(&Fact::OffAtStage).then_some(())?;
        let of = |rank| self.links.iter().find(|link| link.rank == rank);
        let (own, default) = (of(Rank::StageMethod)?, of(Rank::StageDefault)?);
        let rate = own.rate == LimitHalf::Off && default.rate.applies().is_some();
        let burst = own.burst == LimitHalf::Off && default.burst.applies().is_some();
        let what = match (rate, burst) {
            (true, true) => "rate and burst",
            (true, false) => "rate",
            (false, true) => "burst",
            (false, false) => return None,
        };
        Some(format!(
            "The stage's method setting has the {what} -1, which is no throttle of its own. Two \
             readings, neither measured: the stage's default applies (reported: \
             serverless-api-gateway-throttling), or only the account's limit (reported: \
             Terraform's documentation). The cell has the stage's default, the safe one"
        ))
    }
}

/// A plan's limit below 0: no document has one, and a stage's -1 says nothing of it.
fn negative(link: &Link) -> Option<String> {
    let rate = link.rate.applies().filter(|rate| *rate < Rate::ZERO);
    let burst = link.burst.applies().filter(|burst| *burst < Count::ZERO);
    let what = match (rate, burst) {
        (Some(rate), _) => format!("rate of {rate}"),
        (None, Some(burst)) => format!("burst of {burst}"),
        (None, None) => return None,
    };
    Some(format!(
        "The {} has a {what}, which no document of AWS explains: the cell takes it for 0, the safe \
         reading",
        link.rank.name()
    ))
}

/// A throttle of which one half is not set.
fn half(link: &Link) -> Option<String> {
    let (set, missing) = set_and_missing(link)?;
    Some(format!(
        "The {} has a {set} and its {missing} is not set. Which {missing} then applies is open: \
         AWS does not say. The cell has the next {missing} that is known",
        link.rank.name()
    ))
}

/// The half of a throttle that is set, and the one that is not.
fn set_and_missing(link: &Link) -> Option<(&'static str, &'static str)> {
    match (link.rate, link.burst) {
        (rate, LimitHalf::NotSet) if rate.is_given() => Some(("rate", "burst")),
        (LimitHalf::NotSet, burst) if burst.is_given() => Some(("burst", "rate")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::cases::{chain, given, method, stage};
    use super::super::{Fact, Matrix, Reach};

    #[test]
    fn half_a_throttle_is_told_as_open_and_blocks_nothing() {
        for (line, missing) in [
            ("-    -  7/-   -     -      20/30", "its burst is not set"),
            ("-    -  -/8   -     -      20/30", "its rate is not set"),
            ("5/-  -  7/8   -     -      20/30", "its burst is not set"),
        ] {
            let chain = chain(line);
            assert!(!chain.is_blocked(), "{line}");
            let open = chain.open();
            assert_eq!(open.len(), 1, "{line}");
            assert!(open[0].contains(missing), "{line}: {}", open[0]);
        }
        assert_eq!(chain("- - 7/8 - - 20/30").open(), [""; 0]);
        assert_eq!(chain("- - -   - - 20/30").open(), [""; 0]);
    }

    #[test]
    fn half_a_throttle_is_marked_in_cell_verdict_and_reservation() {
        let rate = "which burst applies where a throttle has only a rate";
        let burst = "which rate applies where a throttle has only a burst";
        for (line, doubt) in [
            ("-    -   7/-  -     11/12  20/30", rate),
            ("-    -   -/8  -     11/12  20/30", burst),
            ("5/-  -   7/8  -     -      20/30", rate),
            ("-/6  -   -    -     -      20/30", burst),
            ("-    5/- -    -     -      20/30", rate),
            ("9/9  -   5/-  -     -      20/30", rate),
            ("9/-  -   -/5  -     -      20/30", "and which rate where"),
        ] {
            let chain = chain(line);
            assert!(chain.facts.contains(&Fact::HalfThrottle), "{line}");
            assert!(chain.sentence().contains(doubt), "{}", chain.sentence());
            assert!(chain.reservations()[0].contains(doubt), "{line}");
            let (settings, around) = given(line);
            let matrix = Matrix::of(&settings, None, &around);
            let row = matrix.row_of(&method()).unwrap();
            assert!(matrix.cell(row, 0).unwrap().now.is_inferred, "{line}");
        }
        for line in [
            "- - 7/8 - 11/12 20/30",
            "5/6 7/- - - 11/12 20/30",
            "- - - 15/- 9/9 20/30",
        ] {
            let chain = chain(line);
            assert!(!chain.facts.contains(&Fact::HalfThrottle), "{line}");
            assert_eq!(chain.reservations(), [""; 0], "{line}");
        }
    }

    #[test]
    fn both_readings_of_minus_1_beside_a_default_are_told() {
        let off = chain("- - - -1/-1 11/12 20/30");
        let [open] = &off.open()[..] else {
            panic!("{:?}", off.open());
        };
        assert!(open.contains("the stage's default applies"), "{open}");
        assert!(open.contains("only the account's limit"), "{open}");
        // The safe one.
        assert_eq!(off.rate.unwrap().value.get().to_bits(), 11.0_f64.to_bits());
        // Without a default there is nothing to read in two ways.
        assert_eq!(chain("- - - -1/-1 -     20/30").open(), [""; 0]);
        assert_eq!(chain("- - - -     -1/-1 20/30").open(), [""; 0]);
        assert!(chain("- - - -1/9 11/12 20/30").open()[0].contains("the rate -1"));
    }

    #[test]
    fn only_what_makes_a_difference_is_named_as_open() {
        for (line, facts) in [
            (
                "9/9 -     5/5 -     -     20/20",
                vec![Fact::MethodBesidePlan],
            ),
            // The stage's is lower than either.
            ("9/9 -     5/5 4/4   -     20/20", vec![]),
            ("3/3 -     5/5 -     -     20/20", vec![]),
            // Which throttle counts does not matter; what -1 means does.
            ("8/8 -     9/9 -1/-1 4/4   20/20", vec![Fact::OffAtStage]),
            ("8/8 -     9/9 -1/-1 15/15 20/20", vec![]),
            (
                "-   30/30 5/5 -     -     20/20",
                vec![Fact::MethodBesidePlan, Fact::AllInPlan],
            ),
            ("-   3/3   5/5 -     -     20/20", vec![Fact::AllInPlan]),
            ("-   30/30 5/5 4/4   -     20/20", vec![]),
        ] {
            let chain = chain(line);
            assert_eq!(chain.facts, facts, "{line}");
            let is_named = facts.contains(&Fact::MethodBesidePlan);
            let note = chain.of_method_throttle().unwrap();
            assert_eq!(note.contains("(open)"), is_named, "{line}: {note}");
            assert_ne!(
                note.contains("makes no difference"),
                is_named,
                "{line}: {note}"
            );
            assert_eq!(
                chain.sentence().contains("counts beside"),
                is_named,
                "{line}"
            );
        }
        assert_eq!(chain("- - 5/5 - - 20/20").of_method_throttle(), None);
    }

    #[test]
    fn a_plans_limit_below_0_is_taken_for_0_and_told_as_open() {
        let chain = chain("- - -1/-1 - - 20/30");
        assert!(chain.is_blocked());
        assert!(
            chain.open()[0].contains("no document of AWS explains"),
            "{:?}",
            chain.open()
        );
    }

    #[test]
    fn a_stage_that_blocks_blocks_what_no_plan_meters_as_well() {
        let (settings, mut around) = given("- - 7/8 - 0/0 20/30");
        let api = around.apis.get_mut(&stage().api).unwrap();
        if let crate::plan::model::account::Known::Read(methods) = &mut api.methods {
            methods[0].needs_key = false;
        }
        let matrix = Matrix::of(&settings, None, &around);
        let row = matrix.row_of(&method()).unwrap();
        let cell = matrix.cell(row, 0).unwrap().now;
        assert_eq!(cell.reach, Reach::Unmetered);
        assert!(cell.is_blocked());
    }
}
