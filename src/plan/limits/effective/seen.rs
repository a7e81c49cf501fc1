//! Reads what a client saw, in the client's own words: a status, a message, a rate, a
//! response that was pasted with its headers and its body.

use super::explain::Body;
use crate::plan::Rate;
use crate::plan::model::human::parse_rate;

/// The types of errors, from the header `x-amzn-ErrorType` or a log, and the types of gateway
/// responses. They tell apart what has the same status.
const TYPES: [(&str, Body); 8] = [
    ("toomanyrequestsexception", Body::TooManyRequests),
    ("limitexceededexception", Body::LimitExceeded),
    ("missingauthenticationtokenexception", Body::NoSuchMethod),
    ("accessdeniedexception", Body::Denied),
    ("forbiddenexception", Body::Forbidden),
    ("quota_exceeded", Body::LimitExceeded),
    ("throttled", Body::TooManyRequests),
    ("invalid_api_key", Body::Forbidden),
];

/// The messages, and what people make of them. The first that is found counts: "rate limit
/// exceeded" is no quota's.
const MESSAGES: [(&str, Body); 11] = [
    ("rate limit exceeded", Body::TooManyRequests),
    ("limit exceeded", Body::LimitExceeded),
    ("quota exceeded", Body::LimitExceeded),
    ("exceeded quota", Body::LimitExceeded),
    ("too many requests", Body::TooManyRequests),
    ("throttling", Body::TooManyRequests),
    ("missing authentication token", Body::NoSuchMethod),
    ("not authorized", Body::Denied),
    ("access denied", Body::Denied),
    ("explicit deny", Body::Denied),
    ("forbidden", Body::Forbidden),
];

/// The phrases that HTTP has for a status, whatever the message says: a quota's refusal is
/// `429 Too Many Requests` in the status line as well.
const PHRASES: [&str; 4] = [
    "429 too many requests",
    "429 client error: too many requests",
    "403 forbidden",
    "403 client error: forbidden",
];

/// The units of a rate, joined to the number or after it.
const UNITS: [&str; 12] = [
    "/s",
    "/sec",
    "/second",
    "rps",
    "tps",
    "req/s",
    "reqs/s",
    "requests/s",
    "calls/s",
    "requests/sec",
    "requests/second",
    "r/s",
];

impl Body {
    /// Reads a message, a type of error or a status, bare or within a response, in any case.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut text = text.to_ascii_lowercase();
        let named = |names: &[(&str, Self)], text: &str| {
            let found = names.iter().find(|(name, _)| text.contains(name));
            found.map(|(_, body)| *body)
        };
        if let Some(body) = named(&TYPES, &text) {
            return Some(body);
        }
        for phrase in PHRASES {
            let status: String = phrase.chars().take(3).collect();
            text = text.replacen(phrase, &status, 1);
        }
        named(&MESSAGES, &text).or_else(|| match status(&text)? {
            429 => Some(Self::Status429),
            403 => Some(Self::Status403),
            _ => None,
        })
    }
}

/// The status of a response: the number that stands for itself.
#[must_use]
pub fn status(text: &str) -> Option<u16> {
    let is_apart = |c: char| c.is_whitespace() || ":,;=\"'(){}[]".contains(c);
    let words: Vec<&str> = text
        .split(is_apart)
        .filter(|word| !word.is_empty())
        .collect();
    let numbers = words.iter().enumerate().filter(|(at, _)| {
        let before = at.checked_sub(1).and_then(|at| words.get(at));
        // A length or an age is no status, and a rate is none either.
        let is_of_header = before.is_some_and(|word| {
            let word = word.to_ascii_lowercase();
            word.contains("length") || word.contains("age") || word.contains("after")
        });
        let is_rate = words.get(at + 1).is_some_and(|unit| is_unit(unit));
        !is_of_header && !is_rate
    });
    let mut numbers = numbers.filter(|(_, word)| word.len() == 3);
    numbers.find_map(|(_, word)| {
        let status = word.parse().ok();
        status.filter(|status| (100..=599).contains(status))
    })
}

fn is_unit(word: &str) -> bool {
    UNITS.contains(&word.to_ascii_lowercase().as_str())
}

/// The rate at which a client sent: `80/s`, `at 80 rps`, `80 requests per second`.
#[must_use]
pub fn rate(text: &str) -> Option<Rate> {
    let words: Vec<String> = text
        .split_whitespace()
        .map(|word| word.trim_matches(|c: char| ",;.()\"'".contains(c)))
        .map(str::to_ascii_lowercase)
        .collect();
    let joined = |word: &str| {
        // The longest first: `req/s` ends in `/s` as well.
        let units = UNITS.iter().filter_map(|unit| word.strip_suffix(unit));
        units.min_by_key(|number| number.len()).map(str::to_owned)
    };
    words.iter().enumerate().find_map(|(at, word)| {
        let after = |by: usize| words.get(at + by).map_or("", String::as_str);
        let is_per_second = |by: usize| {
            matches!(after(by), "per" | "a" | "each")
                && matches!(after(by + 1), "second" | "sec" | "s")
        };
        let stands_alone = is_unit(after(1))
            || is_per_second(1)
            || (after(1).starts_with("req") || after(1) == "calls") && is_per_second(2);
        let number = joined(word).or_else(|| stands_alone.then(|| word.clone()))?;
        parse_rate(&number).ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_is_understood_in_its_own_words() {
        use Body::{
            Denied, Forbidden, LimitExceeded, NoSuchMethod, Status403, Status429, TooManyRequests,
        };
        for (text, body) in [
            ("429", Status429),
            ("HTTP 429", Status429),
            ("Request failed with status code 429", Status429),
            (
                "429 Client Error: Too Many Requests for url: https://x",
                Status429,
            ),
            // The status line says so for a quota as well.
            ("429 Too Many Requests", Status429),
            ("HTTP/1.1 429 Too Many Requests", Status429),
            ("Too Many Requests", TooManyRequests),
            ("{\"message\":\"Too Many Requests\"}", TooManyRequests),
            ("we get throttled", TooManyRequests),
            ("Rate limit exceeded", TooManyRequests),
            ("Limit Exceeded", LimitExceeded),
            (
                "HTTP/1.1 429 Too Many Requests content-type: application/json \
                 {\"message\":\"Limit Exceeded\"}",
                LimitExceeded,
            ),
            (
                "HTTP/2 429 date: Mon, 02 Mar 2026 10:00:00 GMT content-length: 403 \
                 x-amzn-errortype: LimitExceededException",
                LimitExceeded,
            ),
            ("HTTP/2 429 content-length: 403", Status429),
            (
                "HTTP/1.1 403 Forbidden {\"message\":\"Forbidden\"}",
                Forbidden,
            ),
            ("403 Forbidden", Status403),
            ("403", Status403),
            ("Forbidden", Forbidden),
            (
                "HTTP/1.1 403 Forbidden x-amzn-ErrorType: MissingAuthenticationTokenException \
                 {\"message\":\"Missing Authentication Token\"}",
                NoSuchMethod,
            ),
            ("User is not authorized to access this resource", Denied),
            (
                "403 Forbidden {\"Message\":\"User: anonymous is not authorized\"}",
                Denied,
            ),
        ] {
            assert_eq!(Body::parse(text), Some(body), "{text}");
        }
        for text in [
            "",
            "502",
            "Internal server error",
            "at 429/s",
            "403 rps",
            "hello",
        ] {
            assert_eq!(Body::parse(text), None, "{text}");
        }
        assert_eq!(status("HTTP/1.1 502 Bad Gateway"), Some(502));
    }

    #[test]
    fn a_rate_is_understood_as_people_write_it() {
        for text in [
            "80/s",
            "at 80/s",
            "429 at 80/s",
            "Too Many Requests at 80 rps",
            "80 requests per second",
            "80 req/s,",
            "(80rps)",
            "about 80 calls a second",
        ] {
            assert_eq!(rate(text).map(Rate::get), Some(80.0), "{text}");
        }
        for text in ["429", "", "80", "Limit Exceeded"] {
            assert_eq!(rate(text), None, "{text}");
        }
    }
}
