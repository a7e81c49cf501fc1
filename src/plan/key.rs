//! What names a plan, an API stage and a method.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::segment;

/// Where a plan lives.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Scope {
    /// The account's number where it is known, else the name of the profile;
    /// `demo` for the sample account.
    pub account: String,
    /// The Region.
    pub region: String,
    /// The endpoint's address where it is not the Region's own; empty otherwise.
    pub endpoint: String,
}

/// The Region of the sample account, unless another one is asked for.
pub const SAMPLE_REGION: &str = "us-east-1";

/// The identifier of a usage plan within its scope.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PlanId(pub String);

impl fmt::Display for PlanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// The name of a plan over all scopes.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PlanRef {
    /// Where it lives.
    pub scope: Arc<Scope>,
    /// Its identifier there.
    pub id: PlanId,
}

/// An API stage, written `apiId:stageName`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StageKey {
    /// The REST API's identifier.
    pub api: String,
    /// The stage's name.
    pub stage: String,
}

impl StageKey {
    /// A stage as the service named it.
    #[must_use]
    pub fn as_read(api: impl Into<String>, stage: impl Into<String>) -> Self {
        Self {
            api: api.into(),
            stage: stage.into(),
        }
    }

    /// Reads `apiId:stageName`: one colon, both sides given, without white
    /// space, slashes, quotes, braces (a JSON object is often given instead) or
    /// control characters, and both short enough to be identifiers
    /// ([`segment::LONGEST`]). `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (api, stage) = text.split_once(':')?;
        let key = Self::as_read(api, stage);
        key.is_well_formed().then_some(key)
    }

    /// Whether its written form is one that [`StageKey::parse`] reads.
    #[must_use]
    pub fn is_well_formed(&self) -> bool {
        let well_formed = |part: &str| {
            segment::fits(part).is_ok()
                && !part.contains([':', '/', '~', '"', '{', '}'])
                && !part.chars().any(|c| c.is_whitespace() || c.is_control())
        };
        well_formed(&self.api) && well_formed(&self.stage)
    }
}

impl fmt::Display for StageKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}:{}", self.api, self.stage))
    }
}

/// The key of a method throttle: `{resourcePath}/{httpMethod}`, so `/pets/GET`,
/// `//GET` for the root, or `*/*` for every method.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MethodKey(String);

impl MethodKey {
    /// The HTTP methods of a REST API; `ANY` and `*` stand for all of them.
    pub const METHODS: [&str; 9] = [
        "GET", "PUT", "POST", "DELETE", "PATCH", "OPTIONS", "HEAD", "ANY", "*",
    ];

    /// A key as the service wrote it. A key that came in the escaped form of a
    /// patch path (`~1pets/GET`) is the same as the plain one (inferred: only the
    /// plain form is documented for usage plans).
    #[must_use]
    pub fn as_read(text: &str) -> Self {
        let path_is_escaped = text.starts_with("~1");
        Self(if path_is_escaped {
            text.replace("~1", "/").replace("~0", "~")
        } else {
            text.to_owned()
        })
    }

    /// Reads a well-formed key: `/path/METHOD`, `//METHOD` or `*/*`. `None` for
    /// anything else, a method in small letters included.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Some(Self::as_read(text)).filter(Self::is_well_formed)
    }

    /// Whether it is `/path/METHOD`, `//METHOD` or `*/*`.
    #[must_use]
    pub fn is_well_formed(&self) -> bool {
        self.0 == "*/*" || self.is_path_and_method()
    }

    /// The key of a resource path and an HTTP method.
    #[must_use]
    pub fn of(path: &str, method: &str) -> Self {
        Self(format!("{path}/{method}"))
    }

    fn is_path_and_method(&self) -> bool {
        let path = self.path();
        self.0.len() <= segment::LONGEST_METHOD_KEY
            && path.starts_with('/')
            && (path == "/" || !path.ends_with('/'))
            && !path.chars().any(|c| c.is_whitespace() || c.is_control())
            && Self::METHODS.contains(&self.method())
    }

    /// The resource's path: `/pets`, `/` for the root, `*` for all.
    #[must_use]
    pub fn path(&self) -> &str {
        self.0.rsplit_once('/').map_or("", |(path, _)| path)
    }

    /// The HTTP method.
    #[must_use]
    pub fn method(&self) -> &str {
        self.0
            .rsplit_once('/')
            .map_or(self.0.as_str(), |(_, method)| method)
    }

    /// The key as the service writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for MethodKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_stage_with_one_colon_only() {
        let stage = StageKey::parse("o81lxisefl:Stage_A").unwrap();
        assert_eq!((&*stage.api, &*stage.stage), ("o81lxisefl", "Stage_A"));
        assert_eq!(stage.to_string(), "o81lxisefl:Stage_A");
        for text in [
            "",
            ":",
            "a:",
            ":b",
            "a",
            "a:b:c",
            "a/b:c",
            "a:b c",
            "a:b\n",
            "{\"a\":\"b\"}",
            "..:b",
            "a:%2e%2e",
        ] {
            assert_eq!(StageKey::parse(text), None, "{text}");
        }
        let long = "x".repeat(70_000);
        for text in [format!("{long}:b"), format!("a:{long}")] {
            assert_eq!(StageKey::parse(&text), None);
        }
        assert_eq!(MethodKey::parse(&format!("/{long}/GET")), None);
    }

    #[test]
    fn an_escaped_method_key_is_the_plain_one() {
        assert_eq!(
            MethodKey::as_read("~1pets/GET"),
            MethodKey::as_read("/pets/GET")
        );
        assert_eq!(MethodKey::as_read("~1/GET").as_str(), "//GET");
        assert_eq!(MethodKey::as_read("~1a~01b/GET").as_str(), "/a~1b/GET");
        // In the plain form a tilde stands for itself.
        assert_eq!(MethodKey::as_read("/a~1b/GET").as_str(), "/a~1b/GET");
    }

    #[test]
    fn parts_a_method_key_into_path_and_method() {
        for (text, path, method) in [
            ("/pets/GET", "/pets", "GET"),
            ("//GET", "/", "GET"),
            ("*/*", "*", "*"),
            ("/a/{proxy+}/ANY", "/a/{proxy+}", "ANY"),
        ] {
            let key = MethodKey::parse(text).unwrap();
            assert_eq!((key.path(), key.method()), (path, method));
            assert_eq!(MethodKey::of(path, method), key);
        }
        for text in [
            "",
            "/pets",
            "pets/GET",
            "/pets//GET",
            "/pets/get",
            "*/GET",
            "/p ets/GET",
            "GET",
        ] {
            assert_eq!(MethodKey::parse(text), None, "{text}");
        }
    }
}
