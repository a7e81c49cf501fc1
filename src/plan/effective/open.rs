//! What is open of a chain: halves that are not set, and a stage's -1.
//!
//! Sources: the service's own documents say nothing of either; what others reported
//! is named where it is told.

use super::{Chain, Link, Part, Rank};

impl Chain {
    /// What nobody published of how these limits apply, one sentence each. The cell
    /// has the lower bound in each case.
    #[must_use]
    pub fn open(&self) -> Vec<String> {
        if !self.reach.is_answered() {
            return Vec::new();
        }
        let halves = self.links.iter().filter_map(half);
        halves.chain(self.switched_off()).collect()
    }

    /// A method setting of -1 beside the stage's default.
    fn switched_off(&self) -> Option<String> {
        let of = |rank| self.links.iter().find(|link| link.rank == rank);
        let (own, default) = (of(Rank::StageMethod)?, of(Rank::StageDefault)?);
        let rate = own.rate == Part::Off && default.rate.applies().is_some();
        let burst = own.burst == Part::Off && default.burst.applies().is_some();
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

/// A throttle of which one half is not set.
fn half(link: &Link) -> Option<String> {
    if !matches!(link.rank, Rank::PlanMethod | Rank::Plan) {
        return None;
    }
    let (set, missing) = match (link.rate, link.burst) {
        (rate, Part::NotSet) if rate.is_given() => ("rate", "burst"),
        (Part::NotSet, burst) if burst.is_given() => ("burst", "rate"),
        _ => return None,
    };
    Some(format!(
        "The {} has a {set} and its {missing} is not set. Which {missing} then applies is open: \
         AWS does not say. The cell has the next {missing} that is known",
        link.rank.name()
    ))
}

#[cfg(test)]
mod tests {
    use super::super::cases::{chain, given, method, stage};
    use super::super::{Matrix, Reach};

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
    fn a_stage_that_blocks_blocks_what_no_plan_meters_as_well() {
        let (settings, mut around) = given("- - 7/8 - 0/0 20/30");
        let api = around.apis.get_mut(&stage().api).unwrap();
        if let crate::plan::account::Known::Read(methods) = &mut api.methods {
            methods[0].needs_key = false;
        }
        let matrix = Matrix::of(&settings, None, &around);
        let row = matrix.row_of(&method()).unwrap();
        let cell = matrix.cell(row, 0).unwrap().now;
        assert_eq!(cell.reach, Reach::Unmetered);
        assert!(cell.is_blocked());
    }
}
