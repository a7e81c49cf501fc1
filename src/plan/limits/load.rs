//! An offered load: the requests that arrive, and when.

use std::fmt;
use std::time::Duration;

use crate::plan::model::human::{names_its_second, parse_count, parse_rate};
use crate::text::number;

/// The forms that a load can be written in, for messages.
pub const FORMS: &str = "write 80/s for 10s, spike 500 at 2s, or ramp 10..200 over 30s; \
                         join several with + (together) or then (one after the other)";

/// The highest rate that can be offered, in requests per second.
const HIGHEST_RATE: f64 = 1e6;
/// The longest time that can be written.
const LONGEST: Duration = Duration::from_hours(24);
/// A millionth of a request per second for a microsecond, per request.
const REQUEST: u128 = 1_000_000_000_000;
/// Into how many steps of even load a ramp is cut.
const RAMP_STEPS: u64 = 1000;

/// Requests that arrive in an interval: the first at its beginning, the others
/// spread evenly after it; all at once where it begins and ends at the same time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrivals {
    /// The beginning of the interval.
    pub from: Duration,
    /// The end of the interval; no request arrives then, unless it is the beginning too.
    pub to: Duration,
    /// The number of requests that arrive.
    pub requests: u64,
}

/// An offered load: parts that are added up.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Load {
    parts: Vec<Part>,
}

/// Rates are in millionths of a request per second, times in microseconds.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Part {
    /// The same rate for a time; until the end where no time is given.
    Steady {
        rate: u64,
        from: u64,
        lasts: Option<u64>,
    },
    /// Requests all at once.
    Spike { requests: u64, at: u64 },
    /// From one rate to another.
    Ramp {
        first: u64,
        last: u64,
        from: u64,
        over: u64,
    },
}

impl Load {
    /// The same rate (requests per second) for a time; to the end where none is
    /// given.
    #[must_use]
    pub fn steady(rate: f64, lasts: Option<Duration>) -> Self {
        Self {
            parts: vec![Part::Steady {
                rate: millionths(rate),
                from: 0,
                lasts: lasts.map(micros),
            }],
        }
    }

    /// Requests all at once.
    #[must_use]
    pub fn spike(requests: u32, at: Duration) -> Self {
        Self {
            parts: vec![Part::Spike {
                requests: requests.into(),
                at: micros(at),
            }],
        }
    }

    /// From one rate (requests per second) to another.
    #[must_use]
    pub fn ramp(first: f64, last: f64, over: Duration) -> Self {
        Self {
            parts: vec![Part::Ramp {
                first: millionths(first),
                last: millionths(last),
                from: 0,
                over: micros(over),
            }],
        }
    }

    /// Both loads together.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.parts.extend(other.parts);
        self
    }

    /// Reads `80/s for 10s`, `spike 500 at 2s`, `ramp 10..200 over 30s`, and
    /// several of them: with `+` or a comma and a space they come together, with
    /// `then` one after the other. `from 5s` moves a part; a steady rate without
    /// a time lasts to the end. Times are in `ms`, `s` (also without a unit), `m`
    /// and `h`.
    ///
    /// # Errors
    /// What cannot be read, and what can.
    pub fn parse(text: &str) -> Result<Self, String> {
        // With the blank: `1,000/s` has a comma of its own.
        let together = text.replace(", ", " + ").replace(';', " + ");
        let mut parts = Vec::new();
        for group in together.split(" + ") {
            // Anew for each group: those go on together.
            let mut clock = Some(0);
            for part in group.split(" then ") {
                let Some(from) = clock else {
                    return Err(format!(
                        "a steady rate without a time has nothing after it: {FORMS}"
                    ));
                };
                let part = Part::parse(part.trim(), from)?;
                clock = part.end();
                parts.push(part);
            }
        }
        Ok(Self { parts })
    }

    /// More or less of the same load: all rates and spikes times a factor.
    #[must_use]
    pub fn times(&self, factor: f64) -> Self {
        let factor = if factor.is_finite() {
            factor.max(0.0)
        } else {
            1.0
        };
        let rate = |rate: u64| millionths(rate_of(rate) * factor);
        let scaled = |part: &Part| match *part {
            Part::Steady {
                rate: r,
                from,
                lasts,
            } => Part::Steady {
                rate: rate(r),
                from,
                lasts,
            },
            Part::Spike { requests, at } => Part::Spike {
                // Through the same rounding as a rate.
                requests: rate(requests * 1_000_000) / 1_000_000,
                at,
            },
            Part::Ramp {
                first,
                last,
                from,
                over,
            } => Part::Ramp {
                first: rate(first),
                last: rate(last),
                from,
                over,
            },
        };
        Self {
            parts: self.parts.iter().map(scaled).collect(),
        }
    }

    /// The end of the last part; `None` where one lasts to the end.
    #[must_use]
    pub fn end(&self) -> Option<Duration> {
        let ends: Option<Vec<u64>> = self.parts.iter().map(Part::end).collect();
        Some(Duration::from_micros(ends?.into_iter().max().unwrap_or(0)))
    }

    /// The requests that arrive before a time, in order. Where parts overlap,
    /// their requests are spread evenly together; a ramp is cut into a thousand
    /// steps.
    #[must_use]
    pub fn arrivals(&self, until: Duration) -> Vec<Arrivals> {
        let until = micros(until);
        let mut cuts: Vec<u64> = self.parts.iter().flat_map(Part::cuts).collect();
        cuts.extend([0, until]);
        cuts.retain(|cut| *cut <= until);
        cuts.sort_unstable();
        cuts.dedup();
        let offered_by = |time: u64| -> u128 {
            let offered: u128 = self.parts.iter().map(|part| part.offered_by(time)).sum();
            // Rounded down over all the time so far, not over each interval: what is left
            // of a request counts in the next.
            offered / REQUEST
        };
        let mut arrivals = Vec::new();
        let mut before = 0;
        for (index, &from) in cuts.iter().enumerate() {
            let spikes: u64 = self.parts.iter().map(|part| part.spike_at(from)).sum();
            if spikes > 0 && from < until {
                let at = Duration::from_micros(from);
                arrivals.push(Arrivals {
                    from: at,
                    to: at,
                    requests: spikes,
                });
            }
            let Some(&to) = cuts.get(index + 1) else {
                break;
            };
            let now = offered_by(to);
            let requests = u64::try_from(now - before).unwrap_or(u64::MAX);
            before = now;
            if requests > 0 {
                arrivals.push(Arrivals {
                    from: Duration::from_micros(from),
                    to: Duration::from_micros(to),
                    requests,
                });
            }
        }
        arrivals
    }
}

impl Part {
    fn parse(text: &str, start: u64) -> Result<Self, String> {
        let text = text.strip_prefix("steady ").unwrap_or(text).trim();
        let mut words = Words::of(text)?;
        let head = std::mem::take(&mut words.head);
        let from = match words.time("from")?.or(words.time("at")?) {
            Some(from) => from,
            None => start,
        };
        let part = if let Some(count) = head.strip_prefix("spike ") {
            let count = parse_count(count).map_err(|fault| format!("{fault}; {FORMS}"))?;
            Self::Spike {
                requests: u64::try_from(count.get()).unwrap_or(0),
                at: from,
            }
        } else if let Some(rates) = head.strip_prefix("ramp ") {
            let (first, last) = rates
                .split_once("..")
                .ok_or_else(|| format!("a ramp needs two rates, as in 10..200: {FORMS}"))?;
            let over = words
                .time("over")?
                .filter(|over| *over > 0)
                .ok_or_else(|| format!("a ramp needs a time, as in over 30s: {FORMS}"))?;
            Self::Ramp {
                first: offered_rate(first)?,
                last: offered_rate(last)?,
                from,
                over,
            }
        } else if names_its_second(&head) {
            Self::Steady {
                rate: offered_rate(&head)?,
                from,
                lasts: words.time("for")?,
            }
        } else {
            return Err(format!("{text:?} is not a load: {FORMS}"));
        };
        match words.rest.first() {
            None => Ok(part),
            Some((word, _)) => Err(format!("{text:?} takes no {word:?}: {FORMS}")),
        }
    }

    fn end(&self) -> Option<u64> {
        match *self {
            Self::Steady { from, lasts, .. } => lasts.map(|lasts| from.saturating_add(lasts)),
            Self::Spike { at, .. } => Some(at),
            Self::Ramp { from, over, .. } => Some(from.saturating_add(over)),
        }
    }

    /// The times at which what it offers changes.
    fn cuts(&self) -> Vec<u64> {
        match *self {
            Self::Steady { from, .. } => std::iter::once(from).chain(self.end()).collect(),
            Self::Spike { at, .. } => vec![at],
            Self::Ramp { from, over, .. } => (0..=RAMP_STEPS)
                .map(|step| {
                    let passed = u128::from(over) * u128::from(step) / u128::from(RAMP_STEPS);
                    from.saturating_add(u64::try_from(passed).unwrap_or(u64::MAX))
                })
                .collect(),
        }
    }

    /// The requests that it offers before a time, in parts of a request, without spikes.
    fn offered_by(&self, time: u64) -> u128 {
        match *self {
            Self::Steady { rate, from, lasts } => {
                let passed = time.saturating_sub(from).min(lasts.unwrap_or(u64::MAX));
                u128::from(rate) * u128::from(passed)
            }
            Self::Spike { .. } => 0,
            Self::Ramp {
                first,
                last,
                from,
                over,
            } => {
                let passed = u128::from(time.saturating_sub(from).min(over));
                let at_first = u128::from(first) * passed;
                // At most 10^12 times the square of a day's 8.64 * 10^10 microseconds,
                // which 128 bits hold.
                let change = u128::from(first.abs_diff(last)) * passed * passed
                    / (2 * u128::from(over.max(1)));
                if last >= first {
                    at_first + change
                } else {
                    at_first.saturating_sub(change)
                }
            }
        }
    }

    fn spike_at(&self, time: u64) -> u64 {
        match *self {
            Self::Spike { requests, at } if at == time => requests,
            _ => 0,
        }
    }
}

/// A part's words: `80/s`, and what `for`, `at`, `over` and `from` say.
struct Words {
    head: String,
    rest: Vec<(&'static str, u64)>,
}

impl Words {
    fn of(text: &str) -> Result<Self, String> {
        let mut head = Vec::new();
        let mut rest = Vec::new();
        let mut words = text.split_whitespace();
        while let Some(word) = words.next() {
            let known = ["for", "at", "over", "from"]
                .into_iter()
                .find(|k| *k == word);
            match known {
                Some(known) => {
                    let time = words
                        .next()
                        .ok_or_else(|| format!("{word:?} needs a time: {FORMS}"))?;
                    rest.push((known, parse_time(time)?));
                }
                None => head.push(word),
            }
        }
        Ok(Self {
            head: head.join(" "),
            rest,
        })
    }

    /// The time that a word says, once.
    fn time(&mut self, word: &str) -> Result<Option<u64>, String> {
        let found = self.rest.iter().position(|(known, _)| *known == word);
        let time = found.map(|index| self.rest.remove(index).1);
        if self.rest.iter().any(|(known, _)| *known == word) {
            return Err(format!("{word:?} stands twice: {FORMS}"));
        }
        Ok(time)
    }
}

fn offered_rate(text: &str) -> Result<u64, String> {
    let rate = parse_rate(text)?.get();
    if rate > HIGHEST_RATE {
        return Err(format!(
            "{}/s is more than the 1M/s that can be shown",
            number::decimal(rate)
        ));
    }
    Ok(millionths(rate))
}

fn parse_time(text: &str) -> Result<u64, String> {
    // The first that fits is taken, and what ends with `ms` ends with `s` too.
    let units = [("ms", 1e-3), ("s", 1.0), ("m", 60.0), ("h", 3600.0)];
    let (number, unit) = units
        .into_iter()
        .find_map(|(suffix, unit)| Some((text.strip_suffix(suffix)?, unit)))
        .unwrap_or((text, 1.0));
    let fault = || format!("{text:?} is not a time, such as 10s, 500ms, 2m or 1h");
    let number: f64 = number.trim().parse().map_err(|_| fault())?;
    let time = Duration::try_from_secs_f64(number * unit).map_err(|_| fault())?;
    if time > LONGEST {
        return Err(format!("{text} is longer than the 24h that can be shown"));
    }
    Ok(micros(time))
}

pub(in crate::plan) fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a float becomes the nearest whole number of the range, which is what is meant"
)]
fn millionths(rate: f64) -> u64 {
    (rate.min(HIGHEST_RATE) * 1e6).round() as u64
}

#[expect(
    clippy::cast_precision_loss,
    reason = "at most a million requests per second"
)]
fn rate_of(millionths: u64) -> f64 {
    millionths as f64 / 1e6
}

impl fmt::Display for Load {
    /// The load as it can be read back.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts: Vec<_> = self.parts.iter().map(ToString::to_string).collect();
        f.pad(&parts.join(" + "))
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let start = |f: &mut fmt::Formatter<'_>, from: u64| match from {
            0 => Ok(()),
            from => write!(f, " from {}", time(from)),
        };
        match *self {
            Self::Steady { rate, from, lasts } => {
                write!(f, "{}/s", rate_of(rate))?;
                if let Some(lasts) = lasts {
                    write!(f, " for {}", time(lasts))?;
                }
                start(f, from)
            }
            Self::Spike { requests, at } => write!(f, "spike {requests} at {}", time(at)),
            Self::Ramp {
                first,
                last,
                from,
                over,
            } => {
                let (first, last) = (rate_of(first), rate_of(last));
                write!(f, "ramp {first}..{last} over {}", time(over))?;
                start(f, from)
            }
        }
    }
}

/// Microseconds as seconds in the shortest form: `10s`, `0.5s`.
pub(in crate::plan) fn time(micros: u64) -> String {
    format!("{}s", rate_of(micros))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn arrivals(text: &str, seconds: u64) -> Vec<(u64, u64, u64)> {
        let load = Load::parse(text).unwrap();
        let arrivals = load.arrivals(Duration::from_secs(seconds)).into_iter();
        let millis = |time: Duration| u64::try_from(time.as_millis()).unwrap();
        arrivals
            .map(|a| (millis(a.from), millis(a.to), a.requests))
            .collect()
    }

    #[test]
    fn reads_what_people_write() {
        assert_eq!(arrivals("80/s for 10s", 20), [(0, 10_000, 800)]);
        assert_eq!(arrivals("80/s", 20), [(0, 20_000, 1600)]);
        assert_eq!(arrivals("steady 0.5/s for 1m", 90), [(0, 60_000, 30)]);
        assert_eq!(arrivals("80/s for 10s from 5s", 8), [(5000, 8000, 240)]);
        assert_eq!(arrivals("spike 1.5k at 500ms", 1), [(500, 500, 1500)]);
        assert_eq!(arrivals("spike 5", 1), [(0, 0, 5)]);
        // Together, and one after the other.
        assert_eq!(
            arrivals("80/s for 10s + spike 500 at 2s", 10),
            [(0, 2000, 160), (2000, 2000, 500), (2000, 10_000, 640)]
        );
        assert_eq!(
            arrivals("1,000/s for 2s, 10/s for 3s from 1s", 10),
            [(0, 1000, 1000), (1000, 2000, 1010), (2000, 4000, 20)]
        );
        assert_eq!(
            arrivals("10/s for 1s then spike 7 then 20/s for 1s", 10),
            [(0, 1000, 10), (1000, 1000, 7), (1000, 2000, 20)]
        );
    }

    #[test]
    fn a_ramp_rises_and_falls_evenly() {
        for (text, total) in [
            ("ramp 10..200 over 30s", 3150),
            ("ramp 200..10 over 30s", 3150),
        ] {
            let arrivals = arrivals(text, 60);
            assert_eq!(
                arrivals.iter().map(|(.., requests)| requests).sum::<u64>(),
                total
            );
            let second = |from: u64| -> u64 {
                let within = arrivals
                    .iter()
                    .filter(|(at, ..)| (from..from + 1000).contains(at));
                within.map(|(.., requests)| requests).sum()
            };
            let (first, last) = (second(0), second(29_000));
            let (low, high) = (first.min(last), first.max(last));
            assert!(
                (12..=14).contains(&low) && (195..=201).contains(&high),
                "{low} {high}"
            );
        }
    }

    #[test]
    fn says_what_cannot_be_read() {
        for (text, said) in [
            ("", "not a load"),
            ("fast", "not a load"),
            ("80", "not a load"),
            ("x/s", "not a number"),
            ("-1/s", "below 0"),
            ("2000000/s", "1M/s"),
            ("80/s for", "needs a time"),
            ("80/s for ten", "not a time"),
            ("80/s for 10s for 5s", "twice"),
            ("80/s over 10s", "takes no \"over\""),
            ("80/s for 48h", "24h"),
            ("80/s for -1s", "not a time"),
            ("spike", "not a load"),
            ("spike x", "not a number"),
            ("ramp 10 over 5s", "two rates"),
            ("ramp 1..2", "needs a time"),
            ("ramp 1..2 over 0s", "needs a time"),
            ("80/s then 90/s", "nothing after it"),
        ] {
            let fault = Load::parse(text).unwrap_err();
            assert!(fault.contains(said), "{text}: {fault}");
        }
    }

    #[test]
    fn more_or_less_of_the_same() {
        let load = Load::parse("80/s for 10s + spike 500 at 2s + ramp 10..20 over 1s").unwrap();
        let text = "160/s for 10s + spike 1000 at 2s + ramp 20..40 over 1s";
        assert_eq!(load.times(2.0).to_string(), text);
        assert_eq!(load.times(f64::NAN), load);
        assert_eq!(load.end(), Some(Duration::from_secs(10)));
        assert_eq!(Load::parse("1/s").unwrap().end(), None);
    }

    fn part() -> impl Strategy<Value = String> {
        let (rate, time) = (0_u32..5000, 1_u32..5000);
        prop_oneof![
            (rate.clone(), time.clone()).prop_map(|(r, t)| format!("{r}/s for {t}ms")),
            (rate.clone(), time.clone(), time.clone())
                .prop_map(|(r, t, from)| format!("{r}/s for {t}ms from {from}ms")),
            (rate.clone(), time.clone()).prop_map(|(n, t)| format!("spike {n} at {t}ms")),
            (rate.clone(), rate, time).prop_map(|(a, b, t)| format!("ramp {a}..{b} over {t}ms")),
        ]
    }

    proptest! {
        #[test]
        fn what_is_shown_reads_back(
            parts in prop::collection::vec(part(), 1..4),
            joint in prop::sample::select(vec![" + ", " then "]),
        ) {
            let load = Load::parse(&parts.join(joint)).unwrap();
            prop_assert_eq!(Load::parse(&load.to_string()), Ok(load.clone()));
            let arrivals = load.arrivals(Duration::from_mins(1));
            prop_assert!(arrivals.iter().all(|a| a.from <= a.to && a.requests > 0));
            prop_assert!(arrivals.windows(2).all(|pair| pair[0].to <= pair[1].from));
        }

        #[test]
        fn any_text_gives_a_load_or_a_reason(text: String) {
            if let Err(fault) = Load::parse(&text) {
                prop_assert!(!fault.is_empty());
            }
        }
    }
}
