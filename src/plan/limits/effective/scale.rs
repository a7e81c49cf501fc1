//! A logarithmic scale for bars.

use super::Rate;

/// A logarithmic scale from one power of ten to another, shared by bars that
/// are to be compared.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LogScale {
    /// The exponent of the low end: 0 for 1 request per second.
    pub low: i32,
    /// The exponent of the high end.
    pub high: i32,
}

impl LogScale {
    /// The scale that holds all rates above 0. From 1 to 10 where there are none.
    #[must_use]
    pub fn of(rates: impl IntoIterator<Item = Rate>) -> Self {
        let rates = rates.into_iter().map(Rate::get);
        let (mut least, mut most) = (f64::INFINITY, 0.0_f64);
        for rate in rates.filter(|rate| rate.is_finite() && *rate > 0.0) {
            least = least.min(rate);
            most = most.max(rate);
        }
        if most == 0.0 {
            return Self { low: 0, high: 1 };
        }
        // The lowest rate has a bar too, so the scale begins below it.
        let low = exponent(least.log10().ceil()) - 1;
        let high = exponent(most.log10().ceil()).max(low + 1);
        Self { low, high }
    }

    /// The length of a rate's bar, from 0 to 1; 0 for a rate of 0.
    #[must_use]
    pub fn share(self, rate: Rate) -> f64 {
        let rate = rate.get();
        if rate <= 0.0 {
            return 0.0;
        }
        let (low, high) = (f64::from(self.low), f64::from(self.high));
        ((rate.log10() - low) / (high - low)).clamp(0.0, 1.0)
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "the logarithm of a float is between -324 and 309"
)]
fn exponent(value: f64) -> i32 {
    value as i32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scale(rates: &[f64]) -> LogScale {
        LogScale::of(rates.iter().copied().map(Rate::as_read))
    }

    #[test]
    fn spans_whole_powers_of_ten() {
        assert_eq!(scale(&[5.0, 2000.0]), LogScale { low: 0, high: 4 });
        assert_eq!(scale(&[0.1, 10_000.0]), LogScale { low: -2, high: 4 });
        assert_eq!(scale(&[100.0]), LogScale { low: 1, high: 2 });
        assert_eq!(scale(&[]), LogScale { low: 0, high: 1 });
        assert_eq!(scale(&[0.0, f64::NAN]), LogScale { low: 0, high: 1 });
    }

    #[test]
    fn each_power_of_ten_is_the_same_step() {
        let scale = LogScale { low: 0, high: 4 };
        let shares = [0.0, 0.5, 1.0, 10.0, 100.0, 1000.0, 10_000.0, 1e6]
            .map(|rate| (scale.share(Rate::as_read(rate)) * 100.0).to_string());
        assert_eq!(shares, ["0", "0", "0", "25", "50", "75", "100", "100"]);
    }
}
