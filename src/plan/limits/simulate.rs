//! What a chain of token buckets lets through of an offered load.

use std::ops::Range;
use std::time::Duration;

use super::bucket::Bucket;
use super::load::{Arrivals, Load, micros, time};

/// The most requests that one run takes.
const MOST_REQUESTS: u64 = 10_000_000;
/// The most slices that one run gives; the step is widened where there would be more.
const MOST_SLICES: u64 = 100_000;

/// The requests that were offered and admitted in a slice of time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Slice {
    /// Requests that arrived.
    pub offered: u64,
    /// Requests that passed every bucket.
    pub admitted: u64,
}

impl Slice {
    /// Requests that were refused.
    #[must_use]
    pub fn refused(self) -> u64 {
        self.offered.saturating_sub(self.admitted)
    }
}

/// The result of an offered load.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// The length of a slice.
    pub step: Duration,
    /// The slices, in order.
    pub slices: Vec<Slice>,
    /// For each bucket, the tokens left at the end of each slice.
    pub tokens: Vec<Vec<f64>>,
    /// For each bucket, how many requests found it empty, and the ones before it
    /// not.
    pub refused_by: Vec<u64>,
    /// The time at which the first request was refused.
    pub first_refusal: Option<Duration>,
    /// The sum over all slices.
    pub total: Slice,
    /// Requests admitted per second in the last quarter of the time in which
    /// requests arrived; `None` where that is less than one slice or none arrived.
    pub steady: Option<f64>,
}

/// Offers a load to full buckets for a time, and tells what happens in each step.
///
/// What is assumed of several buckets is [`super::bucket::ASSUMPTION`].
///
/// # Errors
/// When the load has more requests than can be counted in the blink of an eye.
pub fn simulate(
    buckets: &[Bucket],
    load: &Load,
    duration: Duration,
    step: Duration,
) -> Result<Run, String> {
    simulate_arrivals(buckets, &load.arrivals(duration), duration, step)
}

/// The same for requests that are given one interval after the other, in order of
/// time.
///
/// # Errors
/// As [`simulate`].
pub fn simulate_arrivals(
    buckets: &[Bucket],
    arrivals: &[Arrivals],
    duration: Duration,
    step: Duration,
) -> Result<Run, String> {
    let offered = arrivals
        .iter()
        .fold(0_u64, |sum, arrivals| sum.saturating_add(arrivals.requests));
    if offered > MOST_REQUESTS {
        return Err(format!(
            "{offered} requests are more than the {MOST_REQUESTS} that can be simulated; \
             offer fewer, or for a shorter time"
        ));
    }
    let mut simulation = Simulation::new(buckets, micros(duration), micros(step));
    for arrivals in arrivals {
        simulation.offer(arrivals);
    }
    Ok(simulation.finish(arrivals))
}

struct Simulation {
    buckets: Vec<Bucket>,
    /// The time that the buckets' levels are of, in microseconds.
    now: u64,
    duration: u64,
    step: u64,
    run: Run,
}

impl Simulation {
    fn new(buckets: &[Bucket], duration: u64, step: u64) -> Self {
        // A step of nothing would divide by zero.
        let step = step.max(duration / MOST_SLICES).max(1);
        let count = usize::try_from(duration.div_ceil(step)).unwrap_or(0).max(1);
        Self {
            buckets: buckets.to_vec(),
            now: 0,
            duration,
            step,
            run: Run {
                step: Duration::from_micros(step),
                slices: vec![Slice::default(); count],
                tokens: vec![Vec::with_capacity(count); buckets.len()],
                refused_by: vec![0; buckets.len()],
                first_refusal: None,
                total: Slice::default(),
                steady: None,
            },
        }
    }

    /// The number of slices that have their tokens noted.
    fn noted(&self) -> usize {
        self.run.tokens.first().map_or(0, Vec::len)
    }

    /// The end of a slice.
    fn end_of(&self, slice: usize) -> u64 {
        let end = self.step.saturating_mul(slice as u64 + 1);
        end.min(self.duration)
    }

    /// Notes the tokens at the end of every slice that ends by a time. No
    /// request has arrived since `now`.
    fn note_until(&mut self, until: u64) {
        // Without a bucket nothing is ever noted, and the loop below would not end.
        if self.buckets.is_empty() {
            return;
        }
        while self.noted() < self.run.slices.len() && self.end_of(self.noted()) <= until {
            let passed = self.end_of(self.noted()).saturating_sub(self.now);
            for (bucket, tokens) in self.buckets.iter().zip(&mut self.run.tokens) {
                tokens.push(bucket.tokens_after(passed));
            }
        }
    }

    fn advance(&mut self, to: u64) {
        self.note_until(to);
        let passed = to.saturating_sub(self.now);
        for bucket in &mut self.buckets {
            bucket.advance(passed);
        }
        self.now = self.now.max(to);
    }

    fn offer(&mut self, arrivals: &Arrivals) {
        let (from, to) = (micros(arrivals.from), micros(arrivals.to));
        if from < self.duration {
            self.advance(from);
            // A spike has no time over which it could be spread.
            if to <= from {
                self.at_once(arrivals.requests);
            } else {
                self.spread(from, to, arrivals.requests);
            }
        }
    }

    fn slice_at(&self, time: u64) -> usize {
        usize::try_from(time / self.step).unwrap_or(usize::MAX)
    }

    fn count(&mut self, slice: usize, counted: Slice) {
        if let Some(slice) = self.run.slices.get_mut(slice) {
            slice.offered += counted.offered;
            slice.admitted += counted.admitted;
        }
        self.run.total.offered += counted.offered;
        self.run.total.admitted += counted.admitted;
    }

    fn refuse_first(&mut self, at: u64) {
        self.run
            .first_refusal
            .get_or_insert(Duration::from_micros(at));
    }

    fn at_once(&mut self, requests: u64) {
        let whole = self.buckets.iter().map(Bucket::whole_tokens);
        // The bucket with the fewest tokens decides: what it refuses spends none elsewhere
        // (assumed, see `ASSUMPTION`).
        let admitted = whole.min().unwrap_or(requests).min(requests);
        for bucket in &mut self.buckets {
            bucket.spend(admitted);
        }
        if admitted < requests {
            self.refuse_first(self.now);
            // A refusal counts for the first empty bucket: the chain ends there.
            let empty = self.buckets.iter().position(|bucket| !bucket.has_token());
            if let Some(refused) = empty.and_then(|index| self.run.refused_by.get_mut(index)) {
                *refused += requests - admitted;
            }
        }
        let counted = Slice {
            offered: requests,
            admitted,
        };
        self.count(self.slice_at(self.now), counted);
    }

    fn spread(&mut self, from: u64, to: u64, requests: u64) {
        let lasts = to - from;
        for bucket in &mut self.buckets {
            // The gap between requests is no whole number of microseconds, and rounding
            // would add up.
            bucket.prepare(lasts, requests);
        }
        let scaled = |number: u64, by: u64, over: u64, up: bool| {
            // Requests times microseconds may not fit in 64 bits.
            let product = u128::from(number) * u128::from(by);
            let over = u128::from(over.max(1));
            let scaled = if up {
                product.div_ceil(over)
            } else {
                product / over
            };
            u64::try_from(scaled).unwrap_or(u64::MAX)
        };
        let time_of = |request: u64| from + scaled(request, lasts, requests, false);
        let mut next = 0;
        while next < requests && time_of(next) < self.duration {
            let slice = self.slice_at(time_of(next));
            let end = self.end_of(slice).min(to);
            // The first request that does not arrive before the slice ends.
            // At least one request, so that each turn of the loop gets on.
            let beyond = scaled(end - from, requests, lasts, true).clamp(next + 1, requests);
            let (admitted, first_refused) = self.offer_some(next..beyond, requests);
            if let Some(refused) = first_refused {
                self.refuse_first(time_of(refused));
            }
            let counted = Slice {
                offered: beyond - next,
                admitted,
            };
            self.count(slice, counted);
            self.now = time_of(beyond - 1);
            self.note_until(time_of(beyond));
            next = beyond;
        }
        // Otherwise the time ran out within the interval, and nothing follows.
        if next == requests {
            for bucket in &mut self.buckets {
                bucket.pass_gap(requests);
            }
            self.note_until(to);
            self.now = to;
        }
    }

    /// Offers some of an interval's requests. Gives how many passed, and the
    /// first that did not.
    fn offer_some(&mut self, some: Range<u64>, requests: u64) -> (u64, Option<u64>) {
        let refused_by = &mut self.run.refused_by;
        let buckets = self.buckets.as_mut_slice();
        // Where the number of buckets is known the loops over them unroll, which
        // makes the usual chains twice as fast.
        if let Ok(four) = <&mut [Bucket; 4]>::try_from(&mut *buckets) {
            offer_to(four, refused_by, some, requests)
        } else if let Ok(three) = <&mut [Bucket; 3]>::try_from(&mut *buckets) {
            offer_to(three, refused_by, some, requests)
        } else {
            offer_to(buckets, refused_by, some, requests)
        }
    }

    fn finish(mut self, arrivals: &[Arrivals]) -> Run {
        self.advance(self.duration);
        let last = arrivals.iter().map(|arrivals| micros(arrivals.to)).max();
        // The quiet time behind the last request would thin out the mean.
        let last = last.unwrap_or(0).min(self.duration);
        let until = usize::try_from(last / self.step).unwrap_or(0);
        let quarter = until / 4;
        if quarter > 0 {
            let slices = self.run.slices.get(until - quarter..until);
            let admitted: u64 = slices
                .into_iter()
                .flatten()
                .map(|slice| slice.admitted)
                .sum();
            let seconds = self.run.step.as_secs_f64() * to_f64(quarter as u64);
            self.run.steady = Some(to_f64(admitted) / seconds);
        }
        self.run
    }
}

#[inline(always)]
#[expect(
    clippy::inline_always,
    reason = "so that it is compiled for each number of buckets"
)]
fn offer_to(
    buckets: &mut [Bucket],
    refused_by: &mut [u64],
    some: Range<u64>,
    requests: u64,
) -> (u64, Option<u64>) {
    let mut admitted = 0;
    let mut first_refused = None;
    for request in some {
        let mut passes = true;
        for bucket in &mut *buckets {
            if request > 0 {
                bucket.pass_gap(requests);
            }
            passes &= bucket.has_token();
        }
        // A refused request spends no token anywhere (assumed, see `ASSUMPTION`).
        if passes {
            for bucket in &mut *buckets {
                bucket.spend(1);
            }
            admitted += 1;
            continue;
        }
        first_refused.get_or_insert(request);
        let empty = buckets.iter().position(|bucket| !bucket.has_token());
        if let Some(refused) = empty.and_then(|index| refused_by.get_mut(index)) {
            *refused += 1;
        }
    }
    (admitted, first_refused)
}

#[expect(clippy::cast_precision_loss, reason = "counts of at most ten million")]
fn to_f64(count: u64) -> f64 {
    count as f64
}

impl Run {
    /// The run in one sentence.
    #[must_use]
    pub fn sentence(&self) -> String {
        let Slice { offered, admitted } = self.total;
        let refused = self.total.refused();
        let Some(first) = self.first_refusal else {
            return match offered {
                0 => "no request is offered".to_owned(),
                1 => "the only request passes".to_owned(),
                offered => format!("all {offered} requests pass"),
            };
        };
        let share = 100.0 * to_f64(refused) / to_f64(offered.max(1));
        // To the millisecond: anything finer rests on requests being spread evenly.
        let first = time(micros(first) / 1000 * 1000);
        let steady = self.steady.map_or_else(String::new, |steady| {
            format!(
                "; in the end {} pass each second",
                (steady * 10.0).round() / 10.0
            )
        });
        format!(
            "{admitted} of {offered} requests pass, {refused} ({share:.0} %) are refused, the \
             first at {first}{steady}"
        )
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::plan::{Count, Rate};

    fn bucket(rate: f64, burst: i32) -> Bucket {
        Bucket::full(Rate::as_read(rate), Count::as_read(burst))
    }

    fn run(buckets: &[(f64, i32)], load: &str, seconds: u64) -> Run {
        let buckets: Vec<_> = buckets.iter().map(|(r, b)| bucket(*r, *b)).collect();
        let load = Load::parse(load).unwrap();
        let (duration, step) = (Duration::from_secs(seconds), Duration::from_secs(1));
        simulate(&buckets, &load, duration, step).unwrap()
    }

    /// The worked cases of the API Gateway developer guide ("Throttle API requests
    /// for better throughput", 2018 edition).
    #[test]
    fn admits_what_the_developer_guide_says() {
        #[derive(serde::Deserialize)]
        struct Guide {
            rate_limit: f64,
            burst_limit: i32,
            cases: Vec<Case>,
        }
        #[derive(serde::Deserialize)]
        struct Case {
            arrivals: Vec<[u64; 3]>,
            admitted: u64,
        }
        let text = include_str!("../../../tests/data/token-bucket-cases.json");
        let guide: Guide = serde_json::from_str(text).unwrap();
        assert_eq!(guide.cases.len(), 5);
        let bucket = bucket(guide.rate_limit, guide.burst_limit);
        for (number, case) in guide.cases.iter().enumerate() {
            let arrivals: Vec<_> = case
                .arrivals
                .iter()
                .map(|[from, to, requests]| Arrivals {
                    from: Duration::from_millis(*from),
                    to: Duration::from_millis(*to),
                    requests: *requests,
                })
                .collect();
            for step in [1, 7, 100, 1000] {
                let run = simulate_arrivals(
                    std::slice::from_ref(&bucket),
                    &arrivals,
                    Duration::from_secs(1),
                    Duration::from_millis(step),
                );
                let admitted = run.unwrap().total.admitted;
                assert_eq!(admitted, case.admitted, "case {number}, step {step} ms");
            }
        }
    }

    #[test]
    fn a_steady_load_resolves_at_the_rate() {
        // 80 arrive and 50 are filled up each second: 100 tokens last 3.3 s.
        let run = run(&[(50.0, 100)], "80/s for 10s", 10);
        assert_eq!(run.total.offered, 800);
        assert_eq!(run.total.admitted, 599);
        let first = run.first_refusal.unwrap().as_secs_f64();
        assert!((3.3..3.4).contains(&first), "{first}");
        assert_eq!(run.steady, Some(50.0));
        assert_eq!(
            run.slices[0],
            Slice {
                offered: 80,
                admitted: 80
            }
        );
        assert_eq!(
            run.slices[9],
            Slice {
                offered: 80,
                admitted: 50
            }
        );
        assert_eq!(run.slices.len(), 10);
        assert_eq!(run.tokens[0].len(), 10);
        assert!(
            (run.tokens[0][0] - 70.0).abs() < 1e-6,
            "{}",
            run.tokens[0][0]
        );
        assert_eq!(
            run.sentence(),
            "599 of 800 requests pass, 201 (25 %) are refused, the first at 3.312s; in the end \
             50 pass each second"
        );
    }

    #[test]
    fn the_same_rate_as_offered_passes_for_ever() {
        for rate in [3.0, 7.0, 0.3, 12.5] {
            let run = run(&[(rate, 1)], &format!("{rate}/s"), 60);
            assert_eq!(run.first_refusal, None, "{rate}");
            assert!(run.total.offered > 0);
        }
    }

    #[test]
    fn a_refused_request_spends_no_token_elsewhere() {
        // The second bucket refuses nearly all; the first stays full.
        let run = run(&[(100.0, 100), (1.0, 1)], "100/s for 10s", 10);
        assert_eq!(run.total.admitted, 10);
        assert_eq!(run.refused_by, [0, 990]);
        assert!(run.tokens[0][9] > 98.0);
    }

    #[test]
    fn spikes_take_the_burst_at_once() {
        let run = run(&[(10.0, 50)], "spike 500 at 2s", 5);
        assert_eq!(
            run.total,
            Slice {
                offered: 500,
                admitted: 50
            }
        );
        assert_eq!(run.slices[2].offered, 500);
        assert_eq!(run.first_refusal, Some(Duration::from_secs(2)));
        assert!((run.tokens[0][2] - 10.0).abs() < 1e-6);
        assert_eq!(run.steady, None, "a spike is no time");
    }

    #[test]
    fn no_bucket_refuses_nothing_and_a_blocked_one_everything() {
        let passed = run(&[], "10/s for 2s", 2);
        assert_eq!(passed.sentence(), "all 20 requests pass");
        let blocked = run(&[(0.0, 0)], "10/s for 2s", 2);
        assert_eq!(blocked.total.admitted, 0);
        assert_eq!(blocked.first_refusal, Some(Duration::ZERO));
        assert_eq!(run(&[], "0/s", 2).sentence(), "no request is offered");
    }

    #[test]
    fn what_would_take_too_long_is_refused() {
        let load = Load::parse("1000000/s for 1h").unwrap();
        let hour = Duration::from_hours(1);
        let fault = simulate(&[bucket(1.0, 1)], &load, hour, hour).unwrap_err();
        assert!(fault.contains("10000000"), "{fault}");
    }

    fn arrivals() -> impl Strategy<Value = Vec<Arrivals>> {
        let interval = (0_u64..400, 0_u64..400, 1_u64..300);
        prop::collection::vec(interval, 1..6).prop_map(|intervals| {
            let mut clock = 0;
            let mut arrivals = Vec::new();
            for (pause, lasts, requests) in intervals {
                let from = clock + pause;
                clock = from + lasts;
                arrivals.push(Arrivals {
                    from: Duration::from_millis(from),
                    to: Duration::from_millis(clock),
                    requests,
                });
            }
            arrivals
        })
    }

    proptest! {
        #[test]
        fn never_admits_more_than_burst_and_rate_times_time(
            arrivals in arrivals(),
            throttles in prop::collection::vec((0_u32..3000, 0_i32..50), 1..4),
            step in 1_u64..50,
        ) {
            let rate = |tenths: u32| f64::from(tenths) / 10.0;
            let buckets: Vec<_> = throttles.iter().map(|(r, b)| bucket(rate(*r), *b)).collect();
            let (duration, step) = (Duration::from_secs(4), Duration::from_millis(step));
            let run = simulate_arrivals(&buckets, &arrivals, duration, step).unwrap();
            let offered: u64 = arrivals.iter().map(|arrivals| arrivals.requests).sum();
            prop_assert_eq!(run.total.offered, offered);
            let slices: Vec<u64> = run.slices.iter().map(|slice| slice.admitted).collect();
            prop_assert_eq!(slices.iter().sum::<u64>(), run.total.admitted);
            prop_assert_eq!(run.refused_by.iter().sum::<u64>(), run.total.refused());
            for (tokens, (tenths, burst)) in run.tokens.iter().zip(&throttles) {
                prop_assert_eq!(tokens.len(), slices.len());
                prop_assert!(tokens.iter().all(|t| (0.0..=f64::from(*burst)).contains(t)));
                // Every window of slices.
                for start in 0..slices.len() {
                    let mut admitted = 0;
                    for (length, slice) in slices[start..].iter().enumerate() {
                        admitted += slice;
                        let time = run.step.as_secs_f64() * to_f64(length as u64 + 1);
                        let most = f64::from(*burst) + rate(*tenths) * time;
                        prop_assert!(to_f64(admitted) <= most + 1e-6, "{admitted} > {most}");
                    }
                }
            }
        }

        #[test]
        fn admits_as_a_bucket_request_by_request(
            arrivals in arrivals(),
            throttles in prop::collection::vec((0_u32..300, 0_i32..20), 1..4),
        ) {
            // In parts of a token that fit every time at which a request arrives.
            let mut levels: Vec<i128> = Vec::new();
            let mut admitted = 0;
            let unit: i128 = arrivals.iter().map(|a| i128::from(a.requests)).product();
            let token = unit * 1000;
            levels.extend(throttles.iter().map(|(_, burst)| i128::from(*burst) * token));
            let mut clock: i128 = 0;
            for interval in &arrivals {
                let [from, to] = [interval.from, interval.to].map(|t| t.as_millis().cast_signed() * unit);
                for request in 0..i128::from(interval.requests) {
                    let now = from + (to - from) / i128::from(interval.requests) * request;
                    for (level, (rate, burst)) in levels.iter_mut().zip(&throttles) {
                        let gained = i128::from(*rate) * (now - clock);
                        *level = (*level + gained).min(i128::from(*burst) * token);
                    }
                    clock = now;
                    if levels.iter().all(|level| *level >= token) {
                        admitted += 1;
                        for level in &mut levels {
                            *level -= token;
                        }
                    }
                }
            }
            let buckets: Vec<_> =
                throttles.iter().map(|(r, b)| bucket(f64::from(*r), *b)).collect();
            let duration = Duration::from_secs(4);
            let run = simulate_arrivals(&buckets, &arrivals, duration, Duration::from_millis(9));
            prop_assert_eq!(run.unwrap().total.admitted, admitted);
        }
    }
}
