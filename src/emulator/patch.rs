//! Patch operations as they come over the wire, and which of them `UpdateUsagePlan` takes.
//!
//! This is the server's own reading of the published table (15 paths by 6 ops); it shares nothing
//! with what the dashboard checks before it sends.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::account::ThrottleSettings;
use super::body::{FromBody, Member};
use super::refusal::Refusal;

/// One operation of a PATCH request, as it was sent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Value")]
pub struct SentOperation {
    /// `add`, `remove`, `replace`; `copy`, `move` and `test` are in the model too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub op: Option<String>,
    /// A JSON Pointer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Always a text, also for numbers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// The source of a `copy` or `move`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
}

impl SentOperation {
    /// An operation with a value.
    #[must_use]
    pub fn new(op: &str, path: &str, value: &str) -> Self {
        Self {
            value: Some(value.to_owned()),
            ..Self::without_value(op, path)
        }
    }

    /// An operation without a value, such as the removal of `/quota`.
    #[must_use]
    pub fn without_value(op: &str, path: &str) -> Self {
        Self {
            op: Some(op.to_owned()),
            path: Some(path.to_owned()),
            value: None,
            from: None,
        }
    }

    pub(super) fn op_text(&self) -> &str {
        self.op.as_deref().unwrap_or("null")
    }

    pub(super) fn path_text(&self) -> &str {
        self.path.as_deref().unwrap_or("null")
    }

    /// The value, or a refusal that says what was wanted (inferred text).
    pub(super) fn wanted(&self, what: &str) -> Result<&str, Refusal> {
        self.value
            .as_deref()
            .ok_or_else(|| Refusal::patch_value(self.path_text(), what))
    }
}

impl FromBody for SentOperation {
    fn from_body(member: &Member<'_>) -> Result<Self, Refusal> {
        let members = member.object()?;
        Ok(Self {
            op: members.get("op")?,
            path: members.get("path")?,
            value: members.get("value")?,
            from: members.get("from")?,
        })
    }
}

impl TryFrom<Value> for SentOperation {
    type Error = String;

    fn try_from(value: Value) -> Result<Self, String> {
        Self::from_body(&Member::whole_of(&value)).map_err(|refusal| refusal.message)
    }
}

/// The three ops that `UpdateUsagePlan` knows on any path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PatchOp {
    Add,
    Replace,
    Remove,
}

impl PatchOp {
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "add" => Some(Self::Add),
            "replace" => Some(Self::Replace),
            "remove" => Some(Self::Remove),
            _ => None,
        }
    }

    /// The paths that a refusal of this op lists. Confirmed for `remove`; for the others the
    /// same style over the published table, in an order that is inferred.
    fn possible(self) -> &'static str {
        match self {
            Self::Remove => {
                "/apiStages, /quota, /throttle, /productCode, \
                 /apiStages/<apidId:stageName>/throttle/<resourcePath>/<httpMethod>, \
                 /apiStages/<apidId:stageName>/throttle"
            }
            Self::Add => {
                "/apiStages, /productCode, /quota/limit, /quota/offset, /quota/period, \
                 /throttle/rateLimit, /throttle/burstLimit, \
                 /apiStages/<apidId:stageName>/throttle/<resourcePath>/<httpMethod>/rateLimit, \
                 /apiStages/<apidId:stageName>/throttle/<resourcePath>/<httpMethod>/burstLimit, \
                 /apiStages/<apidId:stageName>/throttle"
            }
            Self::Replace => {
                "/name, /description, /productCode, /quota/limit, /quota/offset, /quota/period, \
                 /throttle/rateLimit, /throttle/burstLimit, \
                 /apiStages/<apidId:stageName>/throttle/<resourcePath>/<httpMethod>/rateLimit, \
                 /apiStages/<apidId:stageName>/throttle/<resourcePath>/<httpMethod>/burstLimit, \
                 /apiStages/<apidId:stageName>/throttle"
            }
        }
    }
}

/// A stage as a path or a value names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct StageName {
    pub api: String,
    pub stage: String,
}

impl StageName {
    /// Splits at colons and takes the first two parts (confirmed, by the text of a refusal).
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let mut parts = text.split(':');
        match (parts.next(), parts.next()) {
            (Some(api), Some(stage)) if !api.is_empty() && !stage.is_empty() => Ok(Self {
                api: api.to_owned(),
                stage: stage.to_owned(),
            }),
            _ => Err(Refusal::malformed_stage()),
        }
    }
}

/// A part of a throttle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Limit {
    Rate,
    Burst,
}

/// The part of a plan that a path of `UpdateUsagePlan` points at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum PatchTarget {
    ApiStages,
    Description,
    Name,
    ProductCode,
    Quota,
    QuotaLimit,
    QuotaOffset,
    QuotaPeriod,
    Throttle,
    ThrottleLimit(Limit),
    /// All method throttles of a stage.
    StageThrottles(String),
    /// One method throttle: stage, resource path and method as written in the path, unescaped.
    Method(String, MethodName),
    MethodLimit(String, MethodName, Limit),
}

/// A resource path and a method, such as `/pets` and `GET`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct MethodName {
    pub resource: String,
    pub method: String,
}

impl MethodName {
    /// Takes a key apart: `/pets/GET`, `//GET` for the root. A key without a method has an empty
    /// one, as in API Gateway's own refusal.
    pub fn parse(key: &str) -> Self {
        const METHODS: [&str; 9] = [
            "GET", "PUT", "POST", "DELETE", "PATCH", "OPTIONS", "HEAD", "ANY", "*",
        ];
        match key.rsplit_once('/') {
            Some((resource, method)) if METHODS.contains(&method) && !resource.is_empty() => Self {
                resource: resource.to_owned(),
                method: method.to_owned(),
            },
            _ => Self {
                resource: key.to_owned(),
                method: String::new(),
            },
        }
    }

    pub fn key(&self) -> String {
        format!("{}/{}", self.resource, self.method)
    }

    pub fn refusal(&self) -> Refusal {
        Refusal::unknown_method(&self.resource, &self.method)
    }
}

impl PatchTarget {
    fn parse(path: &str) -> Option<Self> {
        Some(match path {
            "/apiStages" => Self::ApiStages,
            "/description" => Self::Description,
            "/name" => Self::Name,
            "/productCode" => Self::ProductCode,
            "/quota" => Self::Quota,
            "/quota/limit" => Self::QuotaLimit,
            "/quota/offset" => Self::QuotaOffset,
            "/quota/period" => Self::QuotaPeriod,
            "/throttle" => Self::Throttle,
            "/throttle/rateLimit" => Self::ThrottleLimit(Limit::Rate),
            "/throttle/burstLimit" => Self::ThrottleLimit(Limit::Burst),
            _ => return Self::parse_in_stage(path.strip_prefix("/apiStages/")?),
        })
    }

    /// Reads `{stage}/throttle...`. Only paths whose slashes are written `~1` have so few parts:
    /// an unescaped `throttle//pets/GET` is refused (that API Gateway takes it is not proven).
    fn parse_in_stage(path: &str) -> Option<Self> {
        let parts: Vec<String> = path.split('/').map(unescape).collect::<Option<_>>()?;
        let method = |resource: &String, method: &String| MethodName {
            resource: resource.clone(),
            method: method.clone(),
        };
        match parts.as_slice() {
            [stage, throttle] if throttle == "throttle" => {
                Some(Self::StageThrottles(stage.clone()))
            }
            [stage, throttle, resource, verb] if throttle == "throttle" => {
                Some(Self::Method(stage.clone(), method(resource, verb)))
            }
            [stage, throttle, resource, verb, limit] if throttle == "throttle" => {
                let limit = match limit.as_str() {
                    "rateLimit" => Limit::Rate,
                    "burstLimit" => Limit::Burst,
                    _ => return None,
                };
                Some(Self::MethodLimit(
                    stage.clone(),
                    method(resource, verb),
                    limit,
                ))
            }
            _ => None,
        }
    }

    /// The published support table.
    fn takes(&self, op: PatchOp) -> bool {
        match self {
            Self::ApiStages => matches!(op, PatchOp::Add | PatchOp::Remove),
            Self::Description | Self::Name => op == PatchOp::Replace,
            Self::ProductCode | Self::StageThrottles(_) => true,
            Self::Quota | Self::Throttle | Self::Method(..) => op == PatchOp::Remove,
            Self::QuotaLimit
            | Self::QuotaOffset
            | Self::QuotaPeriod
            | Self::ThrottleLimit(_)
            | Self::MethodLimit(..) => matches!(op, PatchOp::Add | PatchOp::Replace),
        }
    }
}

/// Resolves an operation to its kind and its target, if it is possible on its path at all.
pub(super) fn resolve(operation: &SentOperation) -> Result<(PatchOp, PatchTarget), Refusal> {
    let Some(op) = PatchOp::parse(operation.op_text()) else {
        // `copy`, `move` and `test` have no path, so the list is empty.
        return Err(Refusal::patch_path(
            operation.op_text(),
            operation.path_text(),
            "",
        ));
    };
    PatchTarget::parse(operation.path_text())
        .filter(|target| target.takes(op))
        .map(|target| (op, target))
        .ok_or_else(|| {
            Refusal::patch_path(operation.op_text(), operation.path_text(), op.possible())
        })
}

/// Undoes the escapes of a JSON Pointer: `~1` is a slash, `~0` a tilde, nothing else is defined.
pub(super) fn unescape(token: &str) -> Option<String> {
    let mut text = String::with_capacity(token.len());
    let mut rest = token.chars();
    while let Some(c) = rest.next() {
        text.push(match c {
            '~' => match rest.next()? {
                '0' => '~',
                '1' => '/',
                _ => return None,
            },
            c => c,
        });
    }
    Some(text)
}

/// A whole number that fits 32 bits, as a patch value.
pub(super) fn whole_number(value: &str) -> Option<i32> {
    value.parse().ok()
}

/// A rate in requests per second: finite and not negative (inferred; no refusal is recorded).
pub(super) fn rate(value: &str) -> Option<f64> {
    let looks_like_a_number = value.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c));
    value
        .parse()
        .ok()
        .filter(|_| looks_like_a_number)
        .and_then(checked_rate)
}

/// The same for a number from a JSON body. Adding zero turns `-0.0` into `0.0`.
pub(super) fn checked_rate(rate: f64) -> Option<f64> {
    (rate.is_finite() && rate >= 0.0).then_some(rate + 0.0)
}

/// Sets one part of a throttle from the value of an operation.
pub(super) fn set_limit(
    throttle: &mut ThrottleSettings,
    limit: Limit,
    operation: &SentOperation,
) -> Result<(), Refusal> {
    match limit {
        Limit::Rate => {
            let what = "a non-negative number";
            let rate = rate(operation.wanted(what)?)
                .ok_or_else(|| Refusal::patch_value(operation.path_text(), what))?;
            throttle.rate_limit = Some(rate);
        }
        Limit::Burst => {
            let what = "a non-negative whole number";
            let burst = whole_number(operation.wanted(what)?).filter(|burst| *burst >= 0);
            throttle.burst_limit =
                Some(burst.ok_or_else(|| Refusal::patch_value(operation.path_text(), what))?);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_published_cells_are_possible() {
        let stage = "/apiStages/abc:dev/throttle";
        let table = [
            ("/apiStages".to_owned(), "add remove"),
            (format!("{stage}/~1pets/GET"), "remove"),
            (format!("{stage}/~1pets/GET/rateLimit"), "add replace"),
            (format!("{stage}/~1pets/GET/burstLimit"), "add replace"),
            (stage.to_owned(), "add replace remove"),
            ("/description".to_owned(), "replace"),
            ("/name".to_owned(), "replace"),
            ("/productCode".to_owned(), "add replace remove"),
            ("/quota".to_owned(), "remove"),
            ("/quota/limit".to_owned(), "add replace"),
            ("/quota/offset".to_owned(), "add replace"),
            ("/quota/period".to_owned(), "add replace"),
            ("/throttle".to_owned(), "remove"),
            ("/throttle/burstLimit".to_owned(), "add replace"),
            ("/throttle/rateLimit".to_owned(), "add replace"),
        ];
        for (path, good) in &table {
            for op in ["add", "replace", "remove", "copy", "move", "test"] {
                let possible = resolve(&SentOperation::new(op, path, "x")).is_ok();
                assert_eq!(
                    possible,
                    good.split(' ').any(|name| name == op),
                    "{op} {path}"
                );
            }
        }
        for path in [
            "",
            "/",
            "/tags",
            "/keys",
            "name",
            "/name/",
            "/throttle/nosuch",
            "/apiStages/abc:dev",
            "/apiStages/0",
            "/apiStages/abc:dev/throttle//pets/GET/rateLimit",
            "/apiStages/abc:dev/throttle/~2pets/GET/rateLimit",
        ] {
            for op in ["add", "replace", "remove"] {
                assert!(
                    resolve(&SentOperation::new(op, path, "x")).is_err(),
                    "{op} {path}"
                );
            }
        }
    }

    #[test]
    fn refusals_carry_the_recorded_words() {
        let refusal = resolve(&SentOperation::without_value(
            "remove",
            "/apiStages/abc:dev",
        ))
        .unwrap_err();
        assert_eq!(refusal.kind, "BadRequestException");
        assert_eq!(
            refusal.message,
            "Invalid patch path  '/apiStages/abc:dev' specified for op 'remove'. Must be one of: [/apiStages, /quota, \
             /throttle, /productCode, /apiStages/<apidId:stageName>/throttle/<resourcePath>/<httpMethod>, \
             /apiStages/<apidId:stageName>/throttle]"
        );
        let refusal = resolve(&SentOperation::without_value("copy", "/name")).unwrap_err();
        assert_eq!(
            refusal.message,
            "Invalid patch path  '/name' specified for op 'copy'. Please choose supported operations"
        );
    }

    #[test]
    fn a_path_names_the_key_of_the_method() {
        for (token, key) in [
            ("~1pets/GET", "/pets/GET"),
            ("~1/GET", "//GET"),
            ("~1pets~1{petId}/POST", "/pets/{petId}/POST"),
            ("*/*", "*/*"),
        ] {
            let path = format!("/apiStages/abc:dev/throttle/{token}");
            let Ok((_, PatchTarget::Method(stage, method))) =
                resolve(&SentOperation::without_value("remove", &path))
            else {
                panic!("{path}");
            };
            assert_eq!((stage.as_str(), method.key().as_str()), ("abc:dev", key));
            assert_eq!(MethodName::parse(key), method);
        }
        assert_eq!(
            MethodName::parse("/pets"),
            MethodName {
                resource: "/pets".into(),
                method: String::new()
            }
        );
    }

    #[test]
    fn stages_are_split_at_the_first_colons() {
        let name = StageName::parse(r#"{"apiId": "x", "stage": "dev"}"#).unwrap();
        assert_eq!(
            format!("{}:{}", name.api, name.stage),
            r#"{"apiId": "x", "stage""#
        );
        for bad in ["", ":", "a:", ":b", "nocolon"] {
            assert_eq!(
                StageName::parse(bad),
                Err(Refusal::malformed_stage()),
                "{bad}"
            );
        }
    }

    #[test]
    fn numbers_are_read_as_written() {
        assert_eq!(rate("0.5"), Some(0.5));
        assert_eq!(rate("-0").map(f64::to_bits), Some(0.0_f64.to_bits()));
        for bad in [
            "", "fast", "-1", "inf", "NaN", "1e999", "infinity", " 1", "1_000",
        ] {
            assert_eq!(rate(bad), None, "{bad}");
        }
        for bad in ["", "1.5", "ten", "2147483648", " 5"] {
            assert_eq!(whole_number(bad), None, "{bad}");
        }
    }
}
