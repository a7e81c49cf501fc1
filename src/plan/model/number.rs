//! The two kinds of number in a usage plan.

use std::cmp::Ordering;
use std::fmt;

use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Requests per second.
///
/// A rate that an operator gives is finite and not negative ([`Rate::new`]); one
/// that the service answered is kept as it came ([`Rate::as_read`]). In JSON it is a
/// number, and one that is not finite is the text that the SDK reads in its place:
/// `"NaN"`, `"Infinity"`, `"-Infinity"`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rate(f64);

impl Serialize for Rate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            value if value.is_finite() => serializer.serialize_f64(value),
            value if value.is_nan() => serializer.serialize_str("NaN"),
            value if value > 0.0 => serializer.serialize_str("Infinity"),
            _ => serializer.serialize_str("-Infinity"),
        }
    }
}

impl<'de> Deserialize<'de> for Rate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct RateVisitor;
        impl Visitor<'_> for RateVisitor {
            type Value = f64;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number")
            }

            fn visit_f64<E: Error>(self, value: f64) -> Result<f64, E> {
                Ok(value)
            }

            #[expect(clippy::cast_precision_loss, reason = "as every JSON number is read")]
            fn visit_u64<E: Error>(self, value: u64) -> Result<f64, E> {
                Ok(value as f64)
            }

            #[expect(clippy::cast_precision_loss, reason = "as every JSON number is read")]
            fn visit_i64<E: Error>(self, value: i64) -> Result<f64, E> {
                Ok(value as f64)
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<f64, E> {
                match text {
                    "NaN" => Ok(f64::NAN),
                    "Infinity" => Ok(f64::INFINITY),
                    "-Infinity" => Ok(f64::NEG_INFINITY),
                    _ => Err(E::invalid_type(serde::de::Unexpected::Str(text), &self)),
                }
            }
        }
        deserializer.deserialize_any(RateVisitor).map(Self::as_read)
    }
}

impl Rate {
    /// A rate of zero: it blocks.
    pub const ZERO: Self = Self(0.0);

    /// A finite rate of zero or more; `None` for anything else.
    #[must_use]
    pub fn new(value: f64) -> Option<Self> {
        // Adding zero turns -0.0 into 0.0.
        (value.is_finite() && value >= 0.0).then_some(Self(value + 0.0))
    }

    /// The rate that the service answered, whatever it is.
    #[must_use]
    pub fn as_read(value: f64) -> Self {
        // As in `new`: the order below tells -0.0 from 0.0.
        Self(value + 0.0)
    }

    /// Requests per second.
    #[must_use]
    pub fn get(self) -> f64 {
        self.0
    }
}

impl PartialEq for Rate {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Rate {}

impl PartialOrd for Rate {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Rate {
    fn cmp(&self, other: &Self) -> Ordering {
        // A rate that was read may be NaN, for which only this order has a place.
        self.0.total_cmp(&other.0)
    }
}

impl fmt::Display for Rate {
    /// The shortest form that reads back the same: `12`, `0.5`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0.to_string())
    }
}

/// A burst limit, a quota's limit or its offset: a 32-bit integer.
///
/// One that an operator gives is not negative ([`Count::new`]); one that the
/// service answered is kept as it came ([`Count::as_read`]).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Count(i32);

impl Count {
    /// Zero.
    pub const ZERO: Self = Self(0);
    /// The largest value that the service's Integer holds.
    pub const MAX: i32 = i32::MAX;

    /// A count from 0 to [`Count::MAX`]; `None` for anything else.
    #[must_use]
    pub fn new(value: i64) -> Option<Self> {
        i32::try_from(value).ok().filter(|n| *n >= 0).map(Self)
    }

    /// The number that the service answered, whatever it is.
    #[must_use]
    pub fn as_read(value: i32) -> Self {
        Self(value)
    }

    /// The number.
    #[must_use]
    pub fn get(self) -> i32 {
        self.0
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_finite_and_not_negative() {
        for value in [f64::NAN, f64::INFINITY, -0.1, f64::NEG_INFINITY] {
            assert_eq!(Rate::new(value), None, "{value}");
        }
        assert_eq!(Rate::new(-0.0), Some(Rate::ZERO));
        assert_eq!(serde_json::from_str::<Rate>("-0.0").unwrap(), Rate::ZERO);
    }

    #[test]
    fn a_rate_survives_its_json_whatever_it_is() {
        let odd = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -1.5, 0.1, 1e300];
        for rate in odd.map(Rate::as_read) {
            let json = serde_json::to_string(&rate).unwrap();
            assert_eq!(serde_json::from_str::<Rate>(&json).unwrap(), rate, "{json}");
        }
        assert_eq!(
            serde_json::from_str::<Rate>("12").unwrap(),
            Rate::as_read(12.0)
        );
        let fault = serde_json::from_str::<Rate>("\"12\"").unwrap_err();
        assert!(fault.to_string().contains("expected a number"), "{fault}");
    }

    #[test]
    fn numbers_take_their_shortest_form() {
        for (value, text) in [
            (12.0, "12"),
            (0.5, "0.5"),
            (0.1, "0.1"),
            (10_000.0, "10000"),
        ] {
            assert_eq!(Rate::as_read(value).to_string(), text);
        }
    }

    #[test]
    fn a_count_fits_the_service_integer() {
        assert_eq!(Count::new(2_147_483_647).map(Count::get), Some(Count::MAX));
        assert_eq!(Count::new(2_147_483_648), None);
        assert_eq!(Count::new(-1), None);
        assert_eq!(Count::as_read(-1).to_string(), "-1");
    }
}
