//! Who a caller is: the one call of AWS STS that the sample account answers.
//!
//! It is another service with a protocol of its own (a form in, XML out), so it stands beside the
//! control plane: it takes nothing from its limits, and faults that are scheduled for its calls do
//! not happen here.

use std::borrow::Cow;

use hyper::Method;
use hyper::header::{CONTENT_TYPE, HeaderMap};

use super::answer::Answer;

/// The account of the sample data, as the ARNs of its stacks have it.
const ACCOUNT: &str = "123456789012";
const ARN: &str = "arn:aws:iam::123456789012:user/demo";
const USER: &str = "AIDADEMODEMODEMODEMO1";
/// The only version of STS that there is (its API reference).
const VERSION: &str = "2011-06-15";
const NAMESPACE: &str = "https://sts.amazonaws.com/doc/2011-06-15/";

/// Returns true if a request is for STS: a form that is posted to the root, where the REST
/// control plane has nothing.
pub(super) fn is_for_sts(method: &Method, path: &str, headers: &HeaderMap) -> bool {
    let kind = headers
        .get(CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok());
    let is_form = |kind: &str| kind.starts_with("application/x-www-form-urlencoded");
    method == Method::POST && path == "/" && kind.is_some_and(is_form)
}

/// Answers it. `id` is the number of the request.
pub(super) fn answer(body: &[u8], id: &str) -> Answer {
    let form = String::from_utf8_lossy(body);
    let field = |name: &str| {
        // Not decoded: what is looked for has no character that would be written otherwise.
        let mut fields = form.split('&').filter_map(|field| field.split_once('='));
        fields.find(|(key, _)| *key == name).map(|(_, value)| value)
    };
    match (field("Action"), field("Version")) {
        (Some("GetCallerIdentity"), Some(VERSION)) => identity(id),
        (None | Some(""), _) => refusal("MissingAction", "No action was specified", id),
        // Inferred text: it is what the query services of AWS say.
        (Some(action), version) => {
            let version = version.unwrap_or_default();
            let message = format!("Could not find operation {action} for version {version}");
            refusal("InvalidAction", &message, id)
        }
    }
}

fn identity(id: &str) -> Answer {
    let body = format!(
        "<GetCallerIdentityResponse xmlns=\"{NAMESPACE}\">\n  <GetCallerIdentityResult>\n    \
         <Arn>{ARN}</Arn>\n    <UserId>{USER}</UserId>\n    <Account>{ACCOUNT}</Account>\n  \
         </GetCallerIdentityResult>\n  <ResponseMetadata>\n    <RequestId>{id}</RequestId>\n  \
         </ResponseMetadata>\n</GetCallerIdentityResponse>\n"
    );
    Answer::xml(200, body)
}

/// STS refuses with XML as well, and a form that it does not know with 400.
fn refusal(code: &str, message: &str, id: &str) -> Answer {
    let message = escaped(message);
    let body = format!(
        "<ErrorResponse xmlns=\"{NAMESPACE}\">\n  <Error>\n    <Type>Sender</Type>\n    \
         <Code>{code}</Code>\n    <Message>{message}</Message>\n  </Error>\n  \
         <RequestId>{id}</RequestId>\n</ErrorResponse>\n"
    );
    Answer::xml(400, body)
}

fn escaped(text: &str) -> Cow<'_, str> {
    if !text.contains(['&', '<', '>']) {
        return Cow::Borrowed(text);
    }
    let escaped = text.replace('&', "&amp;").replace('<', "&lt;");
    Cow::Owned(escaped.replace('>', "&gt;"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(body: &str) -> (u16, String) {
        let answer = answer(body.as_bytes(), "r-1");
        (answer.status, String::from_utf8(answer.body).unwrap())
    }

    #[test]
    fn the_caller_is_told_who_it_is() {
        let (status, body) = text("Action=GetCallerIdentity&Version=2011-06-15");
        assert_eq!(status, 200);
        assert!(body.contains("<Account>123456789012</Account>"), "{body}");
        assert!(body.contains(&format!("<Arn>{ARN}</Arn>")), "{body}");
    }

    #[test]
    fn everything_else_is_refused_as_sts_would() {
        let cases = [
            ("Action=AssumeRole&Version=2011-06-15", "InvalidAction"),
            (
                "Action=GetCallerIdentity&Version=2010-01-01",
                "InvalidAction",
            ),
            ("Action=GetCallerIdentity", "InvalidAction"),
            ("Action=%3Cb%3E<&Version=2011-06-15", "InvalidAction"),
            ("Version=2011-06-15", "MissingAction"),
            ("", "MissingAction"),
        ];
        for (form, code) in cases {
            let (status, body) = text(form);
            assert_eq!(status, 400, "{form}");
            assert!(body.contains(&format!("<Code>{code}</Code>")), "{body}");
            assert!(!body.contains("E<"), "{body}");
        }
    }

    #[test]
    fn only_a_form_at_the_root_is_for_sts() {
        let form = "application/x-www-form-urlencoded; charset=utf-8";
        let headers = |kind: &str| HeaderMap::from_iter([(CONTENT_TYPE, kind.parse().unwrap())]);
        assert!(is_for_sts(&Method::POST, "/", &headers(form)));
        assert!(!is_for_sts(&Method::GET, "/", &headers(form)));
        assert!(!is_for_sts(&Method::POST, "/usageplans", &headers(form)));
        assert!(!is_for_sts(
            &Method::POST,
            "/",
            &headers("application/json")
        ));
        assert!(!is_for_sts(&Method::POST, "/", &HeaderMap::new()));
    }
}
