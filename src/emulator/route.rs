//! From method, path, query and body to one call of the control plane, fully parsed.

use hyper::Method;

use super::body::{self, FromBody, Member};
use super::call::Operation;
use super::collection::PageQuery;
use super::keys::ApiKeyQuery;
use super::patch::SentOperation;
use super::refusal::Refusal;
use super::tags::Resource;
use super::usage::{UsageQuery, UsageSpan};

impl Operation {
    /// Finds the operation for a request. Segments and query values are decoded one by one, so an
    /// encoded slash in an ARN separates nothing.
    pub fn parse(
        method: &Method,
        path: &str,
        query: Option<&str>,
        body: &[u8],
    ) -> Result<Self, Refusal> {
        let segments = path
            .strip_prefix('/')
            .unwrap_or(path)
            .split('/')
            .map(|segment| decode(segment, false))
            .collect::<Result<Vec<_>, _>>()?;
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        let query = Query::parse(query.unwrap_or_default())?;
        if segments.iter().skip(1).any(|segment| segment.is_empty()) {
            return Err(Refusal::no_such_route());
        }
        let method = method.as_str();
        match segments.as_slice() {
            ["usageplans", rest @ ..] => Self::parse_plans(method, rest, &query, body),
            ["apikeys", rest @ ..] => Self::parse_keys(method, rest, &query, body),
            ["restapis", rest @ ..] => Self::parse_apis(method, rest, &query, body),
            ["tags", arn] => Self::parse_tags(method, Resource::parse(arn)?, &query, body),
            ["account"] if method == "GET" => Ok(Self::GetAccount),
            ["account"] if method == "PATCH" => Ok(Self::UpdateAccount {
                patch: patch(body)?,
            }),
            _ => Err(Refusal::no_such_route()),
        }
    }

    /// Everything under `/usageplans`.
    fn parse_plans(
        method: &str,
        rest: &[&str],
        query: &Query,
        body: &[u8],
    ) -> Result<Self, Refusal> {
        let own = str::to_owned;
        Ok(match (method, rest) {
            ("POST", []) => Self::CreateUsagePlan(body::read(body)?),
            ("GET", []) => Self::GetUsagePlans {
                page: query.page()?,
                key: query.get("keyId"),
            },
            ("GET", [plan]) => Self::GetUsagePlan { plan: own(plan) },
            ("PATCH", [plan]) => Self::UpdateUsagePlan {
                plan: own(plan),
                patch: patch(body)?,
            },
            ("DELETE", [plan]) => Self::DeleteUsagePlan { plan: own(plan) },
            ("POST", [plan, "keys"]) => Self::CreateUsagePlanKey {
                plan: own(plan),
                new: body::read(body)?,
            },
            ("GET", [plan, "keys"]) => Self::GetUsagePlanKeys {
                plan: own(plan),
                page: query.page()?,
                name: query.get("name"),
            },
            ("GET", [plan, "keys", key]) => Self::GetUsagePlanKey {
                plan: own(plan),
                key: own(key),
            },
            ("DELETE", [plan, "keys", key]) => Self::DeleteUsagePlanKey {
                plan: own(plan),
                key: own(key),
            },
            ("GET", [plan, "usage"]) => Self::GetUsage(UsageQuery {
                plan: own(plan),
                span: UsageSpan::parse(
                    query.get("startDate").as_deref(),
                    query.get("endDate").as_deref(),
                )?,
                key: query.get("keyId"),
                page: query.page()?,
            }),
            ("PATCH", [plan, "keys", key, "usage"]) => Self::UpdateUsage {
                plan: own(plan),
                key: own(key),
                patch: patch(body)?,
            },
            _ => return Err(Refusal::no_such_route()),
        })
    }

    /// Everything under `/apikeys`.
    fn parse_keys(
        method: &str,
        rest: &[&str],
        query: &Query,
        body: &[u8],
    ) -> Result<Self, Refusal> {
        let own = str::to_owned;
        Ok(match (method, rest) {
            // With `mode=import` it is another operation, which this control plane does not have.
            ("POST", []) if query.get("mode").is_none() => Self::CreateApiKey(body::read(body)?),
            ("GET", []) => Self::GetApiKeys {
                page: query.page()?,
                filter: ApiKeyQuery {
                    name: query.get("name"),
                    customer: query.get("customerId"),
                    include_values: query.flag("includeValues")?,
                },
            },
            ("GET", [key]) => Self::GetApiKey {
                key: own(key),
                include_value: query.flag("includeValue")?,
            },
            ("PATCH", [key]) => Self::UpdateApiKey {
                key: own(key),
                patch: patch(body)?,
            },
            ("DELETE", [key]) => Self::DeleteApiKey { key: own(key) },
            _ => return Err(Refusal::no_such_route()),
        })
    }

    /// Everything under `/restapis`.
    fn parse_apis(
        method: &str,
        rest: &[&str],
        query: &Query,
        body: &[u8],
    ) -> Result<Self, Refusal> {
        let own = str::to_owned;
        Ok(match (method, rest) {
            ("GET", []) => Self::GetRestApis {
                page: query.page()?,
            },
            ("GET", [api]) => Self::GetRestApi { api: own(api) },
            ("DELETE", [api]) => Self::DeleteRestApi { api: own(api) },
            ("GET", [api, "stages"]) => Self::GetStages {
                api: own(api),
                deployment: query.get("deploymentId"),
            },
            ("GET", [api, "stages", stage]) => Self::GetStage {
                api: own(api),
                stage: own(stage),
            },
            ("PATCH", [api, "stages", stage]) => Self::UpdateStage {
                api: own(api),
                stage: own(stage),
                patch: patch(body)?,
            },
            ("DELETE", [api, "stages", stage]) => Self::DeleteStage {
                api: own(api),
                stage: own(stage),
            },
            ("GET", [api, "resources"]) => Self::GetResources {
                api: own(api),
                page: query.page()?,
                embed_methods: query.embed_methods(),
            },
            ("GET", [api, "resources", resource]) => Self::GetResource {
                api: own(api),
                resource: own(resource),
                embed_methods: query.embed_methods(),
            },
            _ => return Err(Refusal::no_such_route()),
        })
    }

    fn parse_tags(
        method: &str,
        resource: Resource,
        query: &Query,
        body: &[u8],
    ) -> Result<Self, Refusal> {
        match method {
            "PUT" => Ok(Self::TagResource {
                resource,
                new: body::read(body)?,
            }),
            "DELETE" => Ok(Self::UntagResource {
                resource,
                keys: query.all("tagKeys"),
            }),
            "GET" => Ok(Self::GetTags { resource }),
            _ => Err(Refusal::no_such_route()),
        }
    }
}

/// The operations of a PATCH.
struct Patch(Option<Vec<SentOperation>>);

impl FromBody for Patch {
    fn from_body(member: &Member<'_>) -> Result<Self, Refusal> {
        member.object()?.get("patchOperations").map(Self)
    }
}

/// Reads the operations of a PATCH. That there must be one is inferred.
fn patch(body: &[u8]) -> Result<Vec<SentOperation>, Refusal> {
    let Patch(operations) = body::read(body)?;
    operations
        .filter(|operations| !operations.is_empty())
        .ok_or_else(|| {
            Refusal::bad_request("Invalid patch operations specified. Must have at least one")
        })
}

/// The parameters after the question mark.
#[derive(Debug)]
struct Query(Vec<(String, String)>);

impl Query {
    fn parse(text: &str) -> Result<Self, Refusal> {
        text.split('&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| {
                let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                Ok((decode(name, true)?, decode(value, true)?))
            })
            .collect::<Result<_, _>>()
            .map(Self)
    }

    fn get(&self, name: &str) -> Option<String> {
        self.0
            .iter()
            .find(|(present, _)| present == name)
            .map(|(_, value)| value.clone())
    }

    fn all(&self, name: &str) -> Vec<String> {
        self.0
            .iter()
            .filter(|(present, _)| present == name)
            .map(|(_, value)| value.clone())
            .collect()
    }

    fn page(&self) -> Result<PageQuery, Refusal> {
        PageQuery::parse(
            self.get("position").as_deref(),
            self.get("limit").as_deref(),
        )
    }

    fn flag(&self, name: &str) -> Result<bool, Refusal> {
        match self.get(name).as_deref() {
            None | Some("false") => Ok(false),
            Some("true") => Ok(true),
            Some(_) => Err(Refusal::bad_request(format!(
                "Invalid {name} specified. Must be one of [true, false]"
            ))),
        }
    }

    fn embed_methods(&self) -> bool {
        self.all("embed").iter().any(|what| what == "methods")
    }
}

/// Undoes percent-encoding, and in a query the plus signs for spaces.
fn decode(text: &str, plus_is_space: bool) -> Result<String, Refusal> {
    let bad = || Refusal::bad_request("Invalid percent-encoding in the request");
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let mut digit = || rest.next().and_then(|byte| char::from(byte).to_digit(16));
                let (high, low) = (digit().ok_or_else(bad)?, digit().ok_or_else(bad)?);
                u8::try_from(high * 16 + low).map_err(|_| bad())?
            }
            b'+' if plus_is_space => b' ',
            byte => byte,
        });
    }
    String::from_utf8(bytes).map_err(|_| bad())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arn_is_one_segment() {
        let path = "/tags/arn%3Aaws%3Aapigateway%3Aus-east-1%3A%3A%2Fusageplans%2Fw0mvrr";
        let call = Operation::parse(
            &Method::DELETE,
            path,
            Some("tagKeys=a&tagKeys=b%20c+d"),
            b"",
        )
        .unwrap();
        let keys = vec!["a".to_owned(), "b c d".to_owned()];
        assert_eq!(
            call,
            Operation::UntagResource {
                resource: Resource::Plan("w0mvrr".into()),
                keys
            }
        );
    }

    #[test]
    fn unknown_routes_and_methods_are_refused() {
        for (method, path) in [
            (Method::GET, "/"),
            (Method::GET, ""),
            (Method::POST, "/restapis"),
            (Method::PUT, "/usageplans"),
            (Method::GET, "/usageplans/"),
            (Method::GET, "/usageplans//keys"),
            (Method::OPTIONS, "*"),
        ] {
            assert_eq!(
                Operation::parse(&method, path, None, b"{}"),
                Err(Refusal::no_such_route()),
                "{method} {path}"
            );
        }
        assert!(
            Operation::parse(
                &Method::POST,
                "/apikeys",
                Some("mode=import&format=csv"),
                b"{}"
            )
            .is_err()
        );
    }

    #[test]
    fn broken_encodings_are_refused() {
        for path in [
            "/usageplans/%",
            "/usageplans/%4",
            "/usageplans/%zz",
            "/usageplans/%ff",
        ] {
            assert_eq!(
                Operation::parse(&Method::GET, path, None, b"")
                    .unwrap_err()
                    .status,
                400,
                "{path}"
            );
        }
    }

    #[test]
    fn a_patch_value_is_a_text() {
        let body = br#"{"patchOperations":[{"op":"replace","path":"/quota/limit","value":5}]}"#;
        assert_eq!(
            Operation::parse(&Method::PATCH, "/usageplans/x", None, body)
                .unwrap_err()
                .status,
            400
        );
        for body in [
            "",
            "[]",
            "{}",
            r#"{"patchOperations":[]}"#,
            r#"{"patchOperations":null}"#,
            "{\"patchOperations\":",
        ] {
            assert_eq!(
                Operation::parse(&Method::PATCH, "/usageplans/x", None, body.as_bytes())
                    .unwrap_err()
                    .status,
                400,
                "{body}"
            );
        }
    }
}
