//! What names a plan, an API stage and a method.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::segment;

/// The place where a plan lives.
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
    /// The place where it lives.
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

    /// Returns true if its written form is one that [`StageKey::parse`] reads.
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

/// The key of a method throttle or a method setting, as it was written:
/// `{resourcePath}/{httpMethod}`, so `/pets/GET`, `//GET` for the root, or `*/*`
/// for every method.
///
/// The service keeps a key as it was addressed (recorded for method settings:
/// `~1pets/GET`, `pets/GET`), so one map can hold one method in two spellings.
/// Two keys are equal where they are written alike; [`MethodKey::plain`] tells
/// which method a key means.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MethodKey(String);

impl MethodKey {
    /// The HTTP methods of a REST API; `ANY` and `*` stand for all of them.
    pub const METHODS: [&str; 9] = [
        "GET", "PUT", "POST", "DELETE", "PATCH", "OPTIONS", "HEAD", "ANY", "*",
    ];

    /// A key as the service wrote it.
    #[must_use]
    pub fn as_read(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// The key that stands for all methods without a limit of their own.
    #[must_use]
    pub fn all() -> Self {
        Self("*/*".to_owned())
    }

    /// Returns true if it means all methods without a limit of their own, in any spelling.
    #[must_use]
    pub fn is_all(&self) -> bool {
        self.plain().0 == "*/*"
    }

    /// The method that it means, spelled as the resource's path and the method:
    /// `~1pets~1{id}/GET`, `pets~1{id}/GET` and `pets/{id}/GET` mean
    /// `/pets/{id}/GET`, `~1/GET` and `/GET` mean `//GET`, `/*/*` means `*/*`
    /// (that they mean the same is inferred). In a key that begins with a slash a
    /// tilde stands for itself. Letter case is kept: a method in small letters
    /// matches none.
    #[must_use]
    pub fn plain(&self) -> Cow<'_, Self> {
        let Some((path, method)) = self.0.rsplit_once('/') else {
            return Cow::Borrowed(self);
        };
        match path {
            "*" => Cow::Borrowed(self),
            "" => Cow::Owned(Self::of("/", method)),
            "/*" | "~1*" if method == "*" => Cow::Owned(Self::all()),
            path if path.starts_with('/') => Cow::Borrowed(self),
            path => {
                // In this order (RFC 6901): `~01` is an escaped `~1`, and no slash.
                let path = path.replace("~1", "/").replace("~0", "~");
                let slash = if path.starts_with('/') { "" } else { "/" };
                Cow::Owned(Self::of(&format!("{slash}{path}"), method))
            }
        }
    }

    /// Returns true if it means the same method as another key.
    #[must_use]
    pub fn means(&self, other: &Self) -> bool {
        self == other || self.plain() == other.plain()
    }

    /// Reads a well-formed key: `/path/METHOD`, `//METHOD` or `*/*`, also in the
    /// escaped form of a patch path, `~1path/METHOD`. `None` for anything else, a
    /// method in small letters included.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let key = Self::as_read(text);
        let key = if text.starts_with("~1") || text == "/*/*" {
            key.plain().into_owned()
        } else {
            key
        };
        Some(key).filter(Self::is_well_formed)
    }

    /// Returns true if it is `/path/METHOD`, `//METHOD` or `*/*`.
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
    fn every_spelling_means_its_method_and_stays_as_it_was_written() {
        for (written, plain) in [
            ("/pets/GET", "/pets/GET"),
            ("~1pets/GET", "/pets/GET"),
            ("pets/GET", "/pets/GET"),
            ("~1pets~1{petId}/GET", "/pets/{petId}/GET"),
            ("pets~1{petId}/GET", "/pets/{petId}/GET"),
            ("pets/{petId}/GET", "/pets/{petId}/GET"),
            ("/pets/{petId}/GET", "/pets/{petId}/GET"),
            ("~1a~01b/GET", "/a~1b/GET"),
            // In a key that begins with a slash a tilde stands for itself.
            ("/a~1b/GET", "/a~1b/GET"),
            ("//GET", "//GET"),
            ("~1/GET", "//GET"),
            ("/GET", "//GET"),
            ("*/*", "*/*"),
            ("/*/*", "*/*"),
            ("~1*/*", "*/*"),
            ("pets/*", "/pets/*"),
            ("~1pets/*", "/pets/*"),
            ("pets/get", "/pets/get"),
            ("pets", "pets"),
            ("", ""),
        ] {
            let key = MethodKey::as_read(written);
            assert_eq!(key.as_str(), written);
            assert_eq!(key.plain().as_str(), plain, "{written}");
            assert_eq!(key.plain().plain(), key.plain(), "{written}");
            assert!(key.means(&MethodKey::as_read(plain)), "{written}");
        }
        let keys = ["/pets/GET", "/pets/get", "/pets/*", "*/*", "//GET"];
        for (at, a) in keys.iter().enumerate() {
            for b in keys.iter().skip(at + 1) {
                assert!(
                    !MethodKey::as_read(a).means(&MethodKey::as_read(b)),
                    "{a} {b}"
                );
            }
        }
        // Typed, a key is taken in its plain form.
        assert_eq!(
            MethodKey::parse("~1pets/GET"),
            MethodKey::parse("/pets/GET")
        );
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
