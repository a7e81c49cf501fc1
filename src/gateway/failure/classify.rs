//! From what the SDK reports to what the operator is told.

use std::error::Error;
use std::time::Duration;

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_apigateway::error::SdkError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use serde_json::Value;

use crate::gateway::connect::http::Broken;
use crate::gateway::failure::FailureKind;
use crate::gateway::failure::causes::{chain, find, root};
use crate::gateway::failure::fault::Fault;
use crate::gateway::read::mend;

/// The fault behind an error of the SDK.
pub(in crate::gateway) fn fault<E>(error: &SdkError<E, HttpResponse>) -> Fault
where
    E: Error + Send + Sync + 'static,
{
    if let Some(answer) = error.raw_response() {
        let status = answer.status().as_u16();
        let body = answer.body().bytes().unwrap_or_default();
        if answer.status().is_success() {
            return unreadable(body, error);
        }
        let header = |name| answer.headers().get(name);
        return refusal(
            status,
            header("x-amzn-errortype"),
            header("retry-after"),
            body,
        );
    }
    match error {
        // No such timeout is set, and if one were, the request may have been sent.
        SdkError::TimeoutError(_) if find::<Broken>(error).is_none() => {
            Fault::new(FailureKind::Lost, root(error))
        }
        _ => unsent(error),
    }
}

/// The same for STS, which refuses in XML: what the SDK read in it is given.
pub(in crate::gateway) fn fault_of_sts<E>(
    error: &SdkError<E, HttpResponse>,
    code: &str,
    message: &str,
) -> Fault
where
    E: Error + Send + Sync + 'static,
{
    match error.raw_response() {
        Some(answer) if answer.status().is_success() => unreadable(&[], error),
        Some(answer) => judged(answer.status().as_u16(), code, message, None),
        None => unsent(error),
    }
}

/// No answer came.
fn unsent(error: &(dyn Error + 'static)) -> Fault {
    // Credentials may be what could not be had over a broken connection.
    if let Some(credentials) = find::<CredentialsError>(error) {
        return no_credentials(credentials);
    }
    if let Some(broken) = find::<Broken>(error) {
        return broken.fault();
    }
    // What is left was refused by the SDK before it was sent: what happens on the way
    // comes from the HTTP client, whose errors are all of the type above.
    Fault::new(FailureKind::Refused, chain(error))
}

/// An answer that says that all went well and that the SDK could not read.
fn unreadable(body: &[u8], error: &(dyn Error + 'static)) -> Fault {
    match mend::fault_in(body) {
        Some(found) => Fault::new(FailureKind::BadAnswer { field: found.field }, found.said),
        None => Fault::new(FailureKind::BadAnswer { field: None }, root(error)),
    }
}

/// An answer that says that it did not go well. Judged by status, error type
/// and message and not by the SDK's exceptions, because not all that answers is
/// API Gateway: proxies and stand-ins send pages of HTML.
pub(in crate::gateway) fn refusal(
    status: u16,
    error_type: Option<&str>,
    retry_after: Option<&str>,
    body: &[u8],
) -> Fault {
    let is_page = body.trim_ascii_start().starts_with(b"<");
    let body: Value = serde_json::from_slice(body).unwrap_or(Value::Null);
    let text = |names: &[&str]| {
        names
            .iter()
            .find_map(|name| body.get(name)?.as_str())
            .unwrap_or_default()
    };
    // The protocol (restJson1) has it in a header, or else in the body as `code` or
    // `__type`; stand-ins use all three.
    let code = bare_code(error_type.unwrap_or_else(|| text(&["__type", "code", "Code"])));
    let message = text(&["message", "Message", "errorMessage"]);
    let mut fault = judged(status, code, message, retry_after);
    let is_own = !code.is_empty() || !message.is_empty();
    if !is_own && is_page {
        fault.said = format!("HTTP {status} without an error of AWS's own: an HTML page");
    }
    fault.is_certain = is_refusal(status, is_own);
    fault
}

/// Returns true if an answer proves that a change was not carried out.
///
/// API Gateway's own refusals do: they have an error type or a message in JSON. A page
/// of HTML, or nothing, is what proxies and firewalls answer with: one that looks into
/// answers gives it in place of the service's yes, so that it proves nothing whatever its
/// status is. One that wants to be signed in to (407) had not passed anything on (RFC
/// 9110, 15.5.8). 408, 425 and 499 say that somebody on the way stopped waiting or wants
/// it again, not what became of it, whoever says so; nor do 3xx and 5xx.
fn is_refusal(status: u16, is_own: bool) -> bool {
    match status {
        407 => true,
        408 | 425 | 499 => false,
        400..=499 => is_own,
        _ => false,
    }
}

fn judged(status: u16, code: &str, message: &str, retry_after: Option<&str>) -> Fault {
    let kind = kind_of(status, code, message, retry_after);
    let said = match (code, message) {
        ("", "") => format!("HTTP {status} without an error of AWS's own"),
        (code, "") => format!("{code} (HTTP {status})"),
        (_, message) => message.to_owned(),
    };
    Fault::new(kind, said)
}

/// `NotFoundException` out of `com.amazonaws#NotFoundException:http://…`.
fn bare_code(code: &str) -> &str {
    let code = code.split_once(':').map_or(code, |(code, _)| code);
    code.rsplit_once('#').map_or(code, |(_, code)| code).trim()
}

fn kind_of(status: u16, code: &str, message: &str, retry_after: Option<&str>) -> FailureKind {
    match code {
        "ExpiredToken" | "ExpiredTokenException" => FailureKind::Expired,
        "RequestExpired" | "RequestTimeTooSkewed" => FailureKind::WrongClock,
        // A signature has the time in it, and is good for five minutes around that.
        "InvalidSignatureException" | "SignatureDoesNotMatch"
            if ["Signature expired", "Signature not yet current"]
                .iter()
                .any(|words| message.contains(words)) =>
        {
            FailureKind::WrongClock
        }
        "UnauthorizedException"
        | "UnrecognizedClientException"
        | "InvalidClientTokenId"
        | "InvalidSignatureException"
        | "SignatureDoesNotMatch"
        | "IncompleteSignatureException"
        | "IncompleteSignature"
        | "MissingAuthenticationTokenException"
        | "MissingAuthenticationToken"
        | "InvalidAccessKeyId"
        | "AuthFailure"
        | "OptInRequired" => FailureKind::WrongCredentials,
        "AccessDeniedException" | "AccessDenied" => denied(message),
        "NotFoundException" => FailureKind::NotFound,
        "ConflictException" => FailureKind::Conflict,
        "LimitExceededException" => FailureKind::LimitExceeded,
        "TooManyRequestsException" | "ThrottlingException" | "Throttling" => {
            FailureKind::TooManyRequests {
                retry_after: asked_wait(retry_after),
            }
        }
        "BadRequestException" => FailureKind::Refused,
        _ => match status {
            401 => FailureKind::WrongCredentials,
            403 => denied(message),
            404 if !code.is_empty() || !message.is_empty() => FailureKind::NotFound,
            407 => FailureKind::Configuration,
            409 => FailureKind::Conflict,
            429 => FailureKind::TooManyRequests {
                retry_after: asked_wait(retry_after),
            },
            // Of the first three nobody waited for the end.
            408 | 425 | 499 | 500..=599 => FailureKind::Service { status },
            400..=499 => FailureKind::Refused,
            _ => FailureKind::BadAnswer { field: None },
        },
    }
}

/// Action and resource out of IAM's sentence `User: … is not authorized to
/// perform: ACTION on resource: RESOURCE …`; empty where it says neither.
fn denied(message: &str) -> FailureKind {
    let after = |mark: &str| {
        message
            .split_once(mark)
            .and_then(|(_, rest)| rest.split_whitespace().next())
            .unwrap_or_default()
            .to_owned()
    };
    FailureKind::Denied {
        action: after("perform: "),
        resource: after("on resource: "),
    }
}

/// Only whole seconds: the form that the service's model has.
fn asked_wait(retry_after: Option<&str>) -> Option<Duration> {
    retry_after?.trim().parse().ok().map(Duration::from_secs)
}

fn no_credentials(error: &CredentialsError) -> Fault {
    let whole = chain(error).to_lowercase();
    let is_of = |words: &[&str]| words.iter().any(|words| whole.contains(words));
    let kind = match error {
        CredentialsError::CredentialsNotLoaded(_) => FailureKind::NoCredentials,
        _ if is_of(&["expired", "reauthenticate"]) => FailureKind::Expired,
        // Nobody has signed in yet, or the program or the token file gives nothing.
        _ if is_of(&["cached sso token", "cached login token", "external process"])
            || find::<std::io::Error>(error).is_some() =>
        {
            FailureKind::NoCredentials
        }
        CredentialsError::InvalidConfiguration(_) => FailureKind::Configuration,
        CredentialsError::ProviderTimedOut(_) => FailureKind::NoCredentials,
        _ if find::<Broken>(error).is_some() => FailureKind::Unreachable,
        _ => FailureKind::WrongCredentials,
    };
    let said = root(error);
    // The SDK lists every place where it looked, a line each: no help.
    let is_list = said.contains("credentials found in chain");
    let said = match kind {
        FailureKind::Unreachable => format!("while credentials were asked for: {said}"),
        _ => of_process(&said).unwrap_or(said),
    };
    Fault::new(kind, if is_list { String::new() } else { said })
}

/// The words of a program that gives credentials, without what the SDK says around them.
fn of_process(said: &str) -> Option<String> {
    let said = said.strip_prefix("Error retrieving credentials")?;
    if let Some(ended) = said.strip_prefix(": external process exited with code ") {
        let (how, words) = ended.split_once(". Stderr: ")?;
        return Some(match words.trim() {
            "" => format!("the program ended with {how}"),
            words => format!("the program ended with {how}: {words}"),
        });
    }
    let rest = said.strip_prefix(" from external process, could not parse response: ")?;
    Some(format!(
        "what the program printed are not credentials: {rest}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(status: u16, code: Option<&str>, retry_after: Option<&str>, body: &str) -> FailureKind {
        let fault = refusal(status, code, retry_after, body.as_bytes());
        assert!(!fault.said.is_empty(), "{status} {code:?} {body}");
        fault.kind
    }

    fn denied_somehow() -> FailureKind {
        denied("")
    }

    fn throttled(seconds: Option<u64>) -> FailureKind {
        FailureKind::TooManyRequests {
            retry_after: seconds.map(Duration::from_secs),
        }
    }

    #[test]
    fn an_error_type_says_more_than_a_status() {
        use FailureKind as K;
        for (status, code, expected) in [
            (400, "BadRequestException", K::Refused),
            (400, "ExpiredToken", K::Expired),
            (400, "ThrottlingException", throttled(None)),
            (401, "UnauthorizedException", K::WrongCredentials),
            (403, "SignatureDoesNotMatch", K::WrongCredentials),
            (403, "ExpiredTokenException", K::Expired),
            (403, "RequestTimeTooSkewed", K::WrongClock),
            (403, "InvalidSignatureException", K::WrongCredentials),
            (403, "AccessDeniedException", denied_somehow()),
            (404, "NotFoundException", K::NotFound),
            (404, "aws#NotFoundException:http://x/", K::NotFound),
            (409, "ConflictException", K::Conflict),
            (429, "LimitExceededException", K::LimitExceeded),
            (429, "TooManyRequestsException", throttled(None)),
            (500, "InternalFailure", K::Service { status: 500 }),
        ] {
            let body = r#"{"message":"words"}"#;
            assert_eq!(kind(status, Some(code), None, body), expected, "{code}");
        }
        let in_body = r#"{"__type":"NotFoundException"}"#;
        assert_eq!(kind(404, None, None, in_body), K::NotFound);
    }

    #[test]
    fn a_signature_of_another_time_is_the_clocks() {
        let message = "Signature expired: 20260318T120000Z is now earlier than 20260318T122000Z";
        let body = serde_json::json!({ "message": message }).to_string();
        let code = Some("InvalidSignatureException");
        assert_eq!(kind(403, code, None, &body), FailureKind::WrongClock);
    }

    #[test]
    fn what_is_not_api_gateway_is_judged_by_its_status() {
        use FailureKind as K;
        for (status, expected) in [
            (302, K::BadAnswer { field: None }),
            (400, K::Refused),
            (401, K::WrongCredentials),
            (403, denied_somehow()),
            (404, K::Refused),
            (407, K::Configuration),
            (409, K::Conflict),
            (413, K::Refused),
            (429, throttled(None)),
            (503, K::Service { status: 503 }),
            (599, K::Service { status: 599 }),
        ] {
            assert_eq!(kind(status, None, None, "<html>"), expected, "{status}");
        }
    }

    #[test]
    fn only_what_the_service_itself_refused_was_surely_not_carried_out() {
        const OWN: &str = r#"{"message":"words"}"#;
        const PAGE: &str = " <!doctype html><title>Blocked</title>";
        let is_certain =
            |status, code, body: &str| refusal(status, code, None, body.as_bytes()).is_certain;
        for status in [400, 401, 403, 404, 405, 409, 413, 414, 422, 429, 431, 451] {
            assert!(is_certain(status, None, OWN), "{status}");
            assert!(is_certain(status, Some("SomeException"), ""), "{status}");
            for body in [
                PAGE,
                "",
                "Forbidden",
                "{}",
                "[]",
                "null",
                r#"{"error":"blocked"}"#,
            ] {
                assert!(!is_certain(status, None, body), "{status} {body}");
            }
        }
        // Whoever says so, it tells nothing of what became of it.
        for status in [
            100, 300, 301, 302, 303, 307, 308, 408, 425, 499, 500, 502, 503, 504, 520, 599,
        ] {
            for body in [OWN, PAGE, ""] {
                assert!(
                    !is_certain(status, Some("BadRequestException"), body),
                    "{status}"
                );
                assert!(!is_certain(status, None, body), "{status}");
            }
        }
        assert!(
            is_certain(407, None, PAGE),
            "a proxy passes nothing on before"
        );
        let said = refusal(403, None, None, PAGE.as_bytes()).said;
        assert!(said.contains("an HTML page"), "{said}");
    }

    #[test]
    fn a_wait_is_whole_seconds() {
        let wait = |asked| kind(429, Some("TooManyRequestsException"), asked, "{}");
        assert_eq!(wait(Some(" 5 ")), throttled(Some(5)));
        assert_eq!(wait(Some("Sun, 06 Nov 1994 08:49:37 GMT")), throttled(None));
        assert_eq!(wait(Some("-1")), throttled(None));
    }

    #[test]
    fn iam_names_action_and_resource() {
        let message = "User: arn:aws:iam::1:user/p is not authorized to perform: apigateway:PATCH \
            on resource: arn:aws:apigateway:eu-west-1::/usageplans/a because";
        assert_eq!(
            denied(message),
            FailureKind::Denied {
                action: "apigateway:PATCH".to_owned(),
                resource: "arn:aws:apigateway:eu-west-1::/usageplans/a".to_owned(),
            }
        );
    }

    #[test]
    fn credentials_that_cannot_be_had() {
        let table = [
            (
                CredentialsError::not_loaded_no_source(),
                FailureKind::NoCredentials,
            ),
            (
                CredentialsError::provider_error("the SSO session has expired"),
                FailureKind::Expired,
            ),
            (
                CredentialsError::invalid_configuration("a loop of profiles"),
                FailureKind::Configuration,
            ),
            (
                CredentialsError::provider_error(Broken::NeverConnected("refused".to_owned())),
                FailureKind::Unreachable,
            ),
            (
                CredentialsError::provider_error("STS said no"),
                FailureKind::WrongCredentials,
            ),
        ];
        for (error, kind) in table {
            assert_eq!(no_credentials(&error).kind, kind, "{error:?}");
        }
        let failed = "Error retrieving credentials: external process exited with code exit status: 3. \
            Stderr: sealed\n";
        let fault = no_credentials(&CredentialsError::provider_error(failed));
        assert_eq!(fault.kind, FailureKind::NoCredentials);
        assert_eq!(fault.said, "the program ended with exit status: 3: sealed");
        // What aws login says of a session that is over.
        let over = "Your session has expired. Please reauthenticate.";
        let fault = no_credentials(&CredentialsError::provider_error(over));
        assert_eq!(fault.kind, FailureKind::Expired);
        let nothing =
            CredentialsError::not_loaded("no credentials found in chain. Attempted:\n  A");
        assert_eq!(no_credentials(&nothing).said, "");
    }
}
