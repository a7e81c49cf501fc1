//! What the path of a patch operation points at.

use jsonptr::{Pointer, PointerBuf};

use strsim::osa_distance;

use super::support;
use crate::plan::{Field, Finding, MethodKey, Rule, StageKey, SupportRow};

/// A path that the support table has, read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    /// `/apiStages`: the stage is in the value.
    ApiStages,
    /// A method throttle as a whole.
    Method(StageKey, MethodKey),
    /// A method throttle's rate limit.
    MethodRate(StageKey, MethodKey),
    /// A method throttle's burst limit.
    MethodBurst(StageKey, MethodKey),
    /// All method throttles of a stage.
    MethodThrottles(StageKey),
    /// `/description`
    Description,
    /// `/name`
    Name,
    /// `/productCode`
    ProductCode,
    /// `/quota`
    Quota,
    /// `/quota/limit`
    QuotaLimit,
    /// `/quota/offset`
    QuotaOffset,
    /// `/quota/period`
    QuotaPeriod,
    /// `/throttle`
    Throttle,
    /// `/throttle/burstLimit`
    Burst,
    /// `/throttle/rateLimit`
    Rate,
}

/// All paths in one line.
const PATHS: &str = "the paths are /name, /description, /productCode, \
    /throttle (/rateLimit, /burstLimit), /quota (/limit, /period, /offset), /apiStages and \
    /apiStages/{apiId:stageName}/throttle (/{resourcePath}/{httpMethod} (/rateLimit, /burstLimit))";

impl Target {
    /// Reads a JSON Pointer. A `/` inside a part is written `~1`, a `~` is `~0`.
    ///
    /// # Errors
    /// A finding with a hint when no row of the support table has this path, or
    /// when the stage or the method in it is not well-formed.
    pub fn parse(path: &str) -> Result<Self, Finding> {
        let pointer = Pointer::parse(path).map_err(|_| not_a_pointer(path))?;
        let tokens: Vec<String> = pointer
            .tokens()
            .map(|token| token.decoded().into_owned())
            .collect();
        let tokens: Vec<&str> = tokens.iter().map(String::as_str).collect();
        match tokens.as_slice() {
            ["description"] => Ok(Self::Description),
            ["name"] => Ok(Self::Name),
            ["productCode"] => Ok(Self::ProductCode),
            ["quota"] => Ok(Self::Quota),
            ["quota", "limit"] => Ok(Self::QuotaLimit),
            ["quota", "offset"] => Ok(Self::QuotaOffset),
            ["quota", "period"] => Ok(Self::QuotaPeriod),
            ["throttle"] => Ok(Self::Throttle),
            ["throttle", "burstLimit"] => Ok(Self::Burst),
            ["throttle", "rateLimit"] => Ok(Self::Rate),
            ["apiStages"] => Ok(Self::ApiStages),
            // What many try first, and the service refuses (boto3 issue 2629).
            ["apiStages", stage] => Err(unknown(path, attach_hint(stage))),
            ["apiStages", stage, "throttle", rest @ ..] => {
                Self::parse_method(path, stage_of(path, stage)?, rest)
            }
            ["tags", ..] => Err(unknown(
                path,
                "tags are changed by TagResource and UntagResource, not by patch operations",
            )),
            ["keys", ..] => Err(unknown(
                path,
                "API keys are attached by CreateUsagePlanKey, not by patch operations",
            )),
            _ => Err(unknown_path(path)),
        }
    }

    /// Reads what follows `/apiStages/{stage}/throttle`.
    fn parse_method(path: &str, stage: StageKey, rest: &[&str]) -> Result<Self, Finding> {
        let (resource, method, of): (_, _, fn(_, _) -> _) = match *rest {
            [] => return Ok(Self::MethodThrottles(stage)),
            // `/pets/rateLimit` has no method, or a slash that was not escaped.
            [resource, method] if !is_limit(method) => (resource, method, Self::Method),
            [resource, method, "rateLimit"] => (resource, method, Self::MethodRate),
            [resource, method, "burstLimit"] => (resource, method, Self::MethodBurst),
            _ => return Err(unknown(path, unescaped_hint(stage, rest))),
        };
        // A key that was escaped twice would be taken for the plain one.
        let key = (!resource.starts_with('~'))
            .then(|| MethodKey::parse(MethodKey::of(resource, method).as_str()))
            .flatten();
        if let Some(key) = key {
            return Ok(of(stage, key));
        }
        if !resource.starts_with('/') {
            return Err(unknown(path, unescaped_hint(stage, rest)));
        }
        Err(Finding {
            rule: Rule::MethodForm,
            field: None,
            message: format!("{path:?} does not name a method"),
            instead: method_form(),
        })
    }

    /// The path in its plain form, escaped.
    #[must_use]
    pub fn path(&self) -> String {
        let fixed = match self {
            Self::ApiStages => "/apiStages",
            Self::Description => "/description",
            Self::Name => "/name",
            Self::ProductCode => "/productCode",
            Self::Quota => "/quota",
            Self::QuotaLimit => "/quota/limit",
            Self::QuotaOffset => "/quota/offset",
            Self::QuotaPeriod => "/quota/period",
            Self::Throttle => "/throttle",
            Self::Burst => "/throttle/burstLimit",
            Self::Rate => "/throttle/rateLimit",
            Self::MethodThrottles(stage) => return stage_path(stage, &[]),
            Self::Method(stage, key) => return stage_path(stage, &[key.path(), key.method()]),
            Self::MethodRate(stage, key) => {
                return stage_path(stage, &[key.path(), key.method(), "rateLimit"]);
            }
            Self::MethodBurst(stage, key) => {
                return stage_path(stage, &[key.path(), key.method(), "burstLimit"]);
            }
        };
        fixed.to_owned()
    }

    /// The row of the support table.
    #[must_use]
    pub fn row(&self) -> SupportRow {
        match self {
            Self::ApiStages => SupportRow::ApiStages,
            Self::Method(..) => SupportRow::Method,
            Self::MethodRate(..) => SupportRow::MethodRate,
            Self::MethodBurst(..) => SupportRow::MethodBurst,
            Self::MethodThrottles(_) => SupportRow::MethodThrottles,
            Self::Description => SupportRow::Description,
            Self::Name => SupportRow::Name,
            Self::ProductCode => SupportRow::ProductCode,
            Self::Quota => SupportRow::Quota,
            Self::QuotaLimit => SupportRow::QuotaLimit,
            Self::QuotaOffset => SupportRow::QuotaOffset,
            Self::QuotaPeriod => SupportRow::QuotaPeriod,
            Self::Throttle => SupportRow::Throttle,
            Self::Burst => SupportRow::Burst,
            Self::Rate => SupportRow::Rate,
        }
    }

    /// The field that it edits. None for `/apiStages`, where the value names the
    /// stage; the stage for its method throttles as a whole.
    #[must_use]
    pub fn field(&self) -> Option<Field> {
        Some(match self {
            Self::ApiStages => return None,
            Self::Method(stage, key) => Field::Method(stage.clone(), key.clone()),
            Self::MethodRate(stage, key) => Field::MethodRate(stage.clone(), key.clone()),
            Self::MethodBurst(stage, key) => Field::MethodBurst(stage.clone(), key.clone()),
            Self::MethodThrottles(stage) => Field::Stage(stage.clone()),
            Self::Description => Field::Description,
            Self::Name => Field::Name,
            Self::ProductCode => Field::ProductCode,
            Self::Quota => Field::Quota,
            Self::QuotaLimit => Field::QuotaLimit,
            Self::QuotaOffset => Field::QuotaOffset,
            Self::QuotaPeriod => Field::QuotaPeriod,
            Self::Throttle => Field::Throttle,
            Self::Burst => Field::Burst,
            Self::Rate => Field::Rate,
        })
    }
}

/// The form of a method key, for refusals.
pub(in crate::plan) fn method_form() -> String {
    format!(
        "/path/METHOD, //METHOD for the root, or */*; METHOD is one of {}",
        MethodKey::METHODS.join(", ")
    )
}

fn stage_path(stage: &StageKey, rest: &[&str]) -> String {
    let stage = stage.to_string();
    let start = ["apiStages", &stage, "throttle"];
    PointerBuf::from_tokens(start.into_iter().chain(rest.iter().copied())).to_string()
}

fn is_limit(token: &str) -> bool {
    token == "rateLimit" || token == "burstLimit"
}

/// The path that was meant by one that no row has: the nearest of those that there are,
/// the parts that vary taken as they were written.
fn meant(path: &str) -> Option<String> {
    let tokens: Vec<&str> = path.trim_matches('/').split('/').collect();
    let rows = SupportRow::ALL.into_iter().filter_map(support::of);
    let near = rows.filter_map(|row| {
        let template: Vec<&str> = row.path.trim_matches('/').split('/').collect();
        if template.len() != tokens.len() {
            return None;
        }
        let (mut filled, mut slips, mut length) = (String::new(), 0, 0);
        for (part, token) in template.iter().zip(&tokens) {
            let varies = part.starts_with('{');
            if varies && token.is_empty() {
                return None;
            }
            if !varies {
                slips += osa_distance(&part.to_lowercase(), &token.to_lowercase());
                length += part.len();
            }
            filled = format!("{filled}/{}", if varies { token } else { part });
        }
        (slips <= 1 + length / 4).then_some((slips, filled))
    });
    // The path itself is no better than it is.
    let near = near.filter(|(_, filled)| filled != path);
    let near = near.min_by_key(|(slips, _)| *slips);
    near.map(|(_, filled)| filled).or_else(|| by_last(&tokens))
}

/// The path of the plan that ends as a text does: `/rate`, `/limits/burstLimit`.
fn by_last(tokens: &[&str]) -> Option<String> {
    let last = tokens.last()?.to_lowercase();
    let rows = SupportRow::ALL.into_iter().filter_map(support::of);
    let plain = rows.filter(|row| !row.path.contains('{'));
    let mut ending = plain.filter(|row| {
        let end = row.path.rsplit('/').next().unwrap_or_default();
        last.len() > 2 && end.to_lowercase().starts_with(&last)
    });
    let found = ending.next()?;
    // Two that end so were meant as little as none.
    ending.next().is_none().then(|| found.path.clone())
}

/// A refusal of a path that names the one that was meant, where one is near.
fn unknown_path(path: &str) -> Finding {
    let instead = match meant(path) {
        Some(meant) => format!("did you mean {meant}? {PATHS}"),
        None => PATHS.to_owned(),
    };
    unknown(path, instead)
}

fn unknown(path: &str, instead: impl Into<String>) -> Finding {
    Finding {
        rule: Rule::KnownPath,
        field: None,
        message: format!("UpdateUsagePlan knows no path {path:?}"),
        instead: instead.into(),
    }
}

fn not_a_pointer(path: &str) -> Finding {
    let instead = if !path.starts_with('/') && Target::parse(&format!("/{path}")).is_ok() {
        format!("write /{path}")
    } else if path.starts_with('/') {
        "after a ~ stands 0 (for ~ itself) or 1 (for /)".to_owned()
    } else {
        let meant = meant(path).map(|meant| format!("did you mean {meant}? "));
        format!("a path starts with /; {}{PATHS}", meant.unwrap_or_default())
    };
    unknown(path, instead)
}

fn stage_of(path: &str, text: &str) -> Result<StageKey, Finding> {
    StageKey::parse(text).ok_or_else(|| Finding {
        rule: Rule::StageForm,
        field: None,
        message: format!("{text:?} in {path:?} is not an API stage"),
        instead: "write it as apiId:stageName".to_owned(),
    })
}

fn attach_hint(stage: &str) -> String {
    format!("attach or detach a stage with add or remove on /apiStages and the value {stage:?}")
}

/// The escaped path for one that was written without `~1`, as Terraform does.
fn unescaped_hint(stage: StageKey, rest: &[&str]) -> String {
    let (limit, method) = match rest {
        [method @ .., limit] if is_limit(limit) => (Some(*limit), method),
        method => (None, method),
    };
    let key = match method {
        [whole] => MethodKey::parse(whole),
        [resource @ .., method] => {
            // Terraform writes `throttle//pets/GET`, which leaves a part empty.
            let parts: Vec<_> = resource.iter().filter(|part| !part.is_empty()).collect();
            let plain = parts.iter().fold(String::new(), |path, part| {
                format!("{path}/{}", part.trim_start_matches('/'))
            });
            let plain = if plain.is_empty() { "/" } else { &plain };
            MethodKey::parse(MethodKey::of(plain, method).as_str())
        }
        [] => None,
    };
    let Some(key) = key else {
        let written = ["", "apiStages", &stage.to_string(), "throttle"].join("/");
        let meant = meant(&format!("{written}/{}", rest.join("/")));
        let meant = meant.map(|meant| format!("did you mean {meant}? "));
        return format!(
            "{}a / inside a resource's path is written ~1; {PATHS}",
            meant.unwrap_or_default()
        );
    };
    let target = match limit {
        None => Target::Method(stage, key),
        Some("rateLimit") => Target::MethodRate(stage, key),
        Some(_) => Target::MethodBurst(stage, key),
    };
    format!(
        "a / inside a resource's path is written ~1: {}",
        target.path()
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::plan::model::arbitrary::{method_key, stage_key};

    fn hint(path: &str) -> String {
        Target::parse(path).unwrap_err().instead
    }

    #[test]
    fn reads_method_paths_with_escapes() {
        let stage = || StageKey::as_read("a1b2c3", "prod");
        for (path, key) in [
            ("~1pets/GET", "/pets/GET"),
            ("~1/GET", "//GET"),
            ("*/*", "*/*"),
            ("~1{proxy+}/ANY", "/{proxy+}/ANY"),
            ("~1a~1{b}/POST", "/a/{b}/POST"),
            ("~1a~0b/GET", "/a~b/GET"),
            ("~1rateLimit/GET", "/rateLimit/GET"),
        ] {
            let path = format!("/apiStages/a1b2c3:prod/throttle/{path}");
            let key = MethodKey::as_read(key);
            for (path, target) in [
                (path.clone(), Target::Method(stage(), key.clone())),
                (
                    format!("{path}/rateLimit"),
                    Target::MethodRate(stage(), key.clone()),
                ),
                (
                    format!("{path}/burstLimit"),
                    Target::MethodBurst(stage(), key.clone()),
                ),
            ] {
                assert_eq!(Target::parse(&path).as_ref(), Ok(&target), "{path}");
                assert_eq!(target.path(), path);
            }
        }
    }

    #[test]
    fn hints_at_the_escaped_form() {
        for (written, meant) in [
            ("/pets/GET/rateLimit", "~1pets/GET/rateLimit"),
            ("/a/b/{c}/GET/burstLimit", "~1a~1b~1{c}/GET/burstLimit"),
            ("//GET/rateLimit", "~1/GET/rateLimit"),
            ("/GET/rateLimit", "~1/GET/rateLimit"),
            ("pets/GET/rateLimit", "~1pets/GET/rateLimit"),
            ("pets/GET", "~1pets/GET"),
            ("~1pets~1GET", "~1pets/GET"),
            ("~1pets~1GET/rateLimit", "~1pets/GET/rateLimit"),
        ] {
            let hint = hint(&format!("/apiStages/a:b/throttle/{written}"));
            let path = format!(": /apiStages/a:b/throttle/{meant}");
            assert!(hint.ends_with(&path), "{written}: {hint}");
        }
        assert!(
            hint("/apiStages/a1b2c3:dev").contains(r#"on /apiStages and the value "a1b2c3:dev""#)
        );
        assert_eq!(hint("quota/limit"), "write /quota/limit");
        assert!(hint("/tags/team").contains("TagResource"));
        assert!(hint("/na~me").contains('~'));
        assert!(hint("/limit").contains("/quota"));
    }

    #[test]
    fn hints_at_the_nearest_path() {
        for (written, meant) in [
            ("/throtle/rateLimit", "/throttle/rateLimit"),
            ("/throttle/rate", "/throttle/rateLimit"),
            ("/throttle/BurstLimit", "/throttle/burstLimit"),
            ("/quota/limits", "/quota/limit"),
            ("/rateLimit", "/throttle/rateLimit"),
            ("/settings/period", "/quota/period"),
            ("/Name/", "/name"),
            ("/apistages", "/apiStages"),
            ("quotas/offset", "/quota/offset"),
            ("/apiStages/a:b/throtle", "/apiStages/a:b/throttle"),
            (
                "/apiStage/a:b/throttle/~1pets/GET/ratelimit",
                "/apiStages/a:b/throttle/~1pets/GET/rateLimit",
            ),
        ] {
            let hint = hint(written);
            let said = format!("did you mean {meant}? ");
            assert!(hint.contains(&said), "{written}: {hint}");
        }
        // Several end so, or none is near.
        for far in ["/id", "/keys2/x", "/foo/bar/baz", "/"] {
            assert!(!hint(far).contains("did you mean"), "{far}: {}", hint(far));
        }
    }

    #[test]
    fn refuses_what_is_no_stage_or_no_method() {
        let rule = |path: &str| Target::parse(path).unwrap_err().rule;
        for stage in ["prod", ":prod", "a:", "a:b:c", "a b:c", ""] {
            assert_eq!(
                rule(&format!("/apiStages/{stage}/throttle")),
                Rule::StageForm,
                "{stage}"
            );
        }
        for method in ["~1pets/get", "~1pets/FETCH", "~1pets~1/GET", "~1pe ts/GET"] {
            let path = format!("/apiStages/a:b/throttle/{method}/rateLimit");
            assert_eq!(rule(&path), Rule::MethodForm, "{path}");
        }
        // Escaped twice: the service would not take it for /pets.
        assert_eq!(rule("/apiStages/a:b/throttle/~01pets/GET"), Rule::KnownPath);
    }

    proptest! {
        #[test]
        fn any_method_survives_its_path(stage in stage_key(), key in method_key()) {
            for target in [
                Target::Method(stage.clone(), key.clone()),
                Target::MethodRate(stage.clone(), key.clone()),
                Target::MethodBurst(stage.clone(), key.clone()),
                Target::MethodThrottles(stage.clone()),
            ] {
                prop_assert_eq!(Target::parse(&target.path()), Ok(target));
            }
        }

        #[test]
        fn any_pointer_survives_escapes(tokens: Vec<String>) {
            let pointer = PointerBuf::from_tokens(&tokens).to_string();
            let read = Pointer::parse(&pointer).unwrap();
            let back: Vec<_> = read.tokens().map(|token| token.decoded().into_owned()).collect();
            prop_assert_eq!(back, tokens);
            // No pointer makes the reader panic, and a refusal always has a hint.
            if let Err(finding) = Target::parse(&pointer) {
                prop_assert!(!finding.instead.is_empty());
            }
        }

        #[test]
        fn any_text_is_a_target_or_a_finding(
            text in any::<String>(),
            near in "/apiStages/a:b/throttle[/~01*a-z]{0,8}(/GET)?(/rateLimit)?",
        ) {
            for path in [text, near] {
                match Target::parse(&path) {
                    Ok(target) => prop_assert_eq!(Target::parse(&target.path()), Ok(target)),
                    Err(finding) => prop_assert!(!finding.instead.is_empty()),
                }
            }
        }
    }
}
