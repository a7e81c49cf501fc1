//! The load that is offered to a limit, and how much of it passes.

use std::time::Duration;

use super::{Limits, sentence};
use crate::app::core::Core;
use crate::plan::limits::bucket::{ASSUMPTION, Bucket};
use crate::plan::limits::effective::{Most, Rank};
use crate::plan::limits::load::Load;
use crate::plan::limits::simulate::{Run, simulate};
use crate::plan::limits::zero::OddQuota;
use crate::plan::{Count, Fact, Rate};

/// The time for which a simulated load is watched where it says nothing itself.
const WATCHED: Duration = Duration::from_secs(10);

/// The slices of time that a picture has.
const SLICES: u32 = 60;

/// A load against the buckets of a chain.
#[derive(Debug)]
pub struct Trial {
    /// The load, as it reads.
    pub load: String,
    /// The buckets on the way.
    pub ranks: Vec<Rank>,
    /// The time for which it was watched.
    pub duration: Duration,
    /// The outcome, in the reading that lets least through.
    pub run: Run,
    /// The reading that lets most through, where it is open which one is right.
    pub loosest: Option<Run>,
    /// The names of the two readings.
    pub readings: [&'static str; 2],
    /// All that is open or inferred of the buckets in either reading, and of the quota.
    pub reservations: Vec<String>,
}

impl Trial {
    /// The sentences on what is offered, what passes in each reading where they differ,
    /// and what is assumed.
    #[must_use]
    pub fn texts(&self) -> Vec<String> {
        let seconds = (self.duration.as_secs_f64() * 10.0).round() / 10.0;
        let mut texts = vec![format!("Offered {} for {seconds} s.", self.load)];
        match &self.loosest {
            None => texts.push(sentence(&self.run.sentence())),
            Some(loosest) => {
                let [strict, loose] = self.readings;
                texts.push(format!("{strict}: {}.", self.run.sentence()));
                texts.push(format!("{loose}: {}.", loosest.sentence()));
            }
        }
        texts.extend(self.reservations.iter().map(|text| sentence(text)));
        let mark = Fact::RefusedSpendsNothing.basis();
        texts.push(format!("Assumed ({mark}): {ASSUMPTION}."));
        texts
    }
}

impl Core {
    /// The selected cell's buckets under the offered load.
    ///
    /// # Errors
    /// The reason why there is nothing to see: no limit is known, or the load cannot be read.
    pub fn trial(&self, limits: &Limits) -> Result<Trial, String> {
        let chain = self.chain(limits).ok_or("no cell is selected")?;
        let buckets = chain.buckets();
        // Enough of it to exceed what any reading lets through.
        let most = chain.up_to.rate.and_then(Most::limit).or(chain.rate);
        let rate = most.map(|bound| bound.value.get());
        let rate = rate
            .filter(|_| !buckets.is_empty())
            .ok_or("no rate or no burst is known here, so that nothing can be simulated")?;
        let text = if limits.offered.trim().is_empty() {
            let most = chain.up_to.burst.and_then(Most::limit);
            let burst = most
                .or(chain.burst)
                .map_or(0.0, |bound| f64::from(bound.value.get()));
            // Enough to empty the bucket within the picture.
            format!("{}/s", (rate * 2.0 + burst / 5.0).max(1.0).ceil())
        } else {
            limits.offered.clone()
        };
        let load = Load::parse(&text)?.times(limits.factor);
        let duration = load.end().unwrap_or(WATCHED).max(Duration::from_secs(1));
        let (ranks, mut buckets): (Vec<_>, Vec<_>) = buckets.into_iter().unzip();
        let quota = chain.odd_quota();
        // A quota of 0 is a bucket that never holds anything.
        let of_quota =
            || (quota == Some(OddQuota::Zero)).then(|| Bucket::full(Rate::ZERO, Count::ZERO));
        buckets.extend(of_quota());
        let run = simulate(&buckets, &load, duration, duration / SLICES)?;
        let loosest = chain.loosest_buckets().map(|buckets| {
            let (_, mut buckets): (Vec<_>, Vec<_>) = buckets.into_iter().unzip();
            buckets.extend(of_quota());
            simulate(&buckets, &load, duration, duration / SLICES)
        });
        let open = [Fact::AllOfResource, Fact::TwoSpellings, Fact::OffAtStage];
        let is_more_open = open.iter().any(|fact| chain.facts.contains(fact));
        let readings = if chain.facts.contains(&Fact::MethodBesidePlan) && !is_more_open {
            [
                "If the plan's throttle counts too",
                "If the method throttle replaces it",
            ]
        } else {
            ["At least", "At most"]
        };
        let load = if (limits.factor - 1.0).abs() < 1e-9 {
            text
        } else {
            format!("{text} x {:.2}", limits.factor)
        };
        Ok(Trial {
            load,
            ranks,
            duration,
            run,
            loosest: loosest.transpose()?,
            readings,
            reservations: chain.reservations(),
        })
    }
}
