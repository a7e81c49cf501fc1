//! The causes of a failure that can be told from others of its kind, each with its own advice.
//! To add one: a variant, its words, its advice, where it is recognized, and a line of the test.

use http::Uri;

use crate::gateway::connect::credentials::{Credentials, Means};
use crate::gateway::failure::FailureKind;

/// The cause of a failure, where more is known of it than its kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::gateway) enum Cause {
    /// The endpoint is the address of a deployed API.
    DeployedApi,
    /// The endpoint has a path, and what answers there is not API Gateway.
    EndpointPath(String),
    /// Nothing listens at an endpoint on this machine.
    NothingListens,
    /// The name of the host is not known here.
    UnknownHost,
    /// The certificate of the other side is not trusted.
    UntrustedCertificate,
    /// A proxy wants to be signed in to.
    ProxySignIn,
    /// A role is assumed only with an MFA code.
    RoleNeedsMfa {
        /// The profile that says so.
        profile: String,
    },
    /// A role takes its credentials from a profile that does not exist.
    NoSourceProfile {
        /// The profile of the role.
        profile: String,
        /// The profile that is missing.
        source: String,
    },
    /// A setting that cannot be used, by the names under which it is given.
    Setting(&'static str),
}

impl Cause {
    /// The cause of a failed call, by its kind, what was said of it, and how the call was set
    /// up.
    pub(in crate::gateway) fn of(
        kind: &FailureKind,
        said: &str,
        endpoint: &str,
        credentials: &Credentials,
    ) -> Option<Self> {
        let says = |words: &[&str]| words.iter().any(|words| said.contains(words));
        let is_role =
            matches!(kind, FailureKind::Denied { action, .. } if action == "sts:AssumeRole");
        match kind {
            FailureKind::Configuration | FailureKind::Unreachable
                if says(&["HTTP 407", "(407)", "proxy auth"]) =>
            {
                Some(Self::ProxySignIn)
            }
            FailureKind::Unreachable if says(&["certificate"]) => Some(Self::UntrustedCertificate),
            FailureKind::Unreachable if says(&["dns error", "failed to lookup"]) => {
                Some(Self::UnknownHost)
            }
            FailureKind::Unreachable if is_local(endpoint) && says(&["refused"]) => {
                Some(Self::NothingListens)
            }
            _ if kind.is_of_credentials() || is_role || *kind == FailureKind::Configuration => {
                Self::of_credentials(kind, credentials).or_else(|| Self::of_path(kind, endpoint))
            }
            _ => Self::of_path(kind, endpoint),
        }
    }

    fn of_credentials(kind: &FailureKind, credentials: &Credentials) -> Option<Self> {
        let Credentials::Profile { name, how, mfa, .. } = credentials else {
            return None;
        };
        if let Means::NoSource(source) = how {
            return Some(Self::NoSourceProfile {
                profile: name.clone(),
                source: source.clone(),
            });
        }
        let is_refused = matches!(
            kind,
            FailureKind::WrongCredentials | FailureKind::Denied { .. }
        );
        let profile = mfa.clone().filter(|_| is_refused)?;
        Some(Self::RoleNeedsMfa { profile })
    }

    /// Where an endpoint has a path: the answers of what may be no API Gateway.
    fn of_path(kind: &FailureKind, endpoint: &str) -> Option<Self> {
        let is_odd = matches!(
            kind,
            FailureKind::WrongCredentials
                | FailureKind::Denied { .. }
                | FailureKind::Refused
                | FailureKind::BadAnswer { field: None }
        );
        let uri = endpoint.parse::<Uri>().ok().filter(|_| is_odd)?;
        let path = uri.path().trim_end_matches('/');
        (!path.is_empty()).then(|| Self::EndpointPath(path.to_owned()))
    }

    /// The cause in words, without the end of the sentence; `None` where the kind says it.
    pub(super) fn words(&self) -> Option<String> {
        Some(match self {
            Self::DeployedApi => "the endpoint is the address of a deployed API, not of the \
                                  service that manages it"
                .to_owned(),
            Self::ProxySignIn => "the proxy wants a user and a password (HTTP 407)".to_owned(),
            Self::RoleNeedsMfa { profile } => {
                format!("the role of the profile {profile} needs an MFA code (mfa_serial)")
            }
            Self::NoSourceProfile { profile, source } => format!(
                "the profile {profile} takes its credentials from the profile {source} \
                 (source_profile), which does not exist"
            ),
            Self::EndpointPath(_)
            | Self::NothingListens
            | Self::UnknownHost
            | Self::UntrustedCertificate
            | Self::Setting(_) => return None,
        })
    }

    /// Returns true if the cause leaves nothing to tell of what the other side said.
    pub(super) fn says_all(&self) -> bool {
        matches!(
            self,
            Self::DeployedApi | Self::ProxySignIn | Self::NoSourceProfile { .. }
        )
    }

    /// What to do about it.
    pub(super) fn advice(&self) -> String {
        match self {
            Self::DeployedApi => "Leave out --endpoint-url to reach API Gateway itself.".to_owned(),
            Self::EndpointPath(path) => format!(
                "Check the endpoint: it has the path {path}, and API Gateway has none there."
            ),
            Self::NothingListens => {
                "Start the server at that address, or correct --endpoint-url.".to_owned()
            }
            Self::UnknownHost => {
                "Check the Region, --endpoint-url and the network: this host name is not known \
                 here."
                    .to_owned()
            }
            Self::UntrustedCertificate => {
                "Set AWS_CA_BUNDLE to a file with the certificates of your network, or correct \
                 --endpoint-url."
                    .to_owned()
            }
            Self::ProxySignIn => {
                "Set HTTPS_PROXY (or HTTP_PROXY) to http://USER:PASSWORD@HOST:PORT, or list the \
                 host in NO_PROXY."
                    .to_owned()
            }
            Self::RoleNeedsMfa { profile } => format!(
                "Run `eval \"$(aws configure export-credentials --profile {profile} --format \
                 env)\"`, which asks for the code, then start plangate without --profile."
            ),
            Self::NoSourceProfile { profile, source } => format!(
                "Correct source_profile of the profile {profile}, or add the profile {source} to \
                 the AWS files."
            ),
            Self::Setting(names) => format!("Correct {names}."),
        }
    }
}

fn is_local(endpoint: &str) -> bool {
    let uri = endpoint.parse::<Uri>().ok();
    uri.as_ref()
        .and_then(Uri::host)
        .is_some_and(|host| matches!(host, "localhost" | "127.0.0.1" | "[::1]"))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::gateway::failure::Failure;
    use crate::plan::Scope;

    fn profile(how: Means, mfa: Option<&str>) -> Credentials {
        Credentials::Profile {
            name: "ops".to_owned(),
            how,
            roles: vec!["arn:role".to_owned()],
            mfa: mfa.map(str::to_owned),
        }
    }

    /// Each cause: how the call failed, and what the operator reads.
    #[test]
    fn each_cause_is_named_and_has_its_own_advice() {
        use FailureKind as K;
        let sample = || Credentials::Sample;
        let table = [
            (
                (K::WrongCredentials, "Missing Authentication Token"),
                ("https://gateway.test/prod", sample()),
                "the AWS credentials were not accepted: Missing Authentication Token.",
                "Check the endpoint: it has the path /prod",
            ),
            (
                (K::Refused, "HTTP 404 without an error of AWS's own"),
                ("http://127.0.0.1:4566/prod/", sample()),
                "refused by http://127.0.0.1:4566/prod/",
                "it has the path /prod",
            ),
            (
                (
                    K::WrongCredentials,
                    "User: x is not authorized to perform: sts:AssumeRole",
                ),
                ("", profile(Means::Keys, Some("ops"))),
                "the role of the profile ops needs an MFA code (mfa_serial): User: x",
                "aws configure export-credentials --profile ops",
            ),
            (
                (K::NoCredentials, "profile `base` was not defined"),
                ("", profile(Means::NoSource("base".to_owned()), None)),
                "the profile ops takes its credentials from the profile base (source_profile), \
                 which does not exist.",
                "Correct source_profile of the profile ops, or add the profile base",
            ),
            (
                (K::Configuration, "HTTP 407 without an error of AWS's own"),
                ("", sample()),
                "the proxy wants a user and a password (HTTP 407).",
                "Set HTTPS_PROXY (or HTTP_PROXY) to http://USER:PASSWORD@HOST:PORT",
            ),
            (
                (
                    K::Unreachable,
                    "proxy authorization required (the proxy http://p:1 is set)",
                ),
                ("", sample()),
                "the proxy wants a user and a password",
                "NO_PROXY",
            ),
            (
                (K::Unreachable, "invalid peer certificate: UnknownIssuer"),
                ("", sample()),
                "no connection to API Gateway: invalid peer certificate: UnknownIssuer.",
                "Set AWS_CA_BUNDLE",
            ),
            (
                (K::Unreachable, "dns error: no such host"),
                ("", sample()),
                "no connection to API Gateway: dns error",
                "this host name is not known here",
            ),
            (
                (K::Unreachable, "Connection refused (os error 111)"),
                ("http://127.0.0.1:9", sample()),
                "no connection to http://127.0.0.1:9: Connection refused",
                "Start the server at that address",
            ),
        ];
        for ((kind, said), (endpoint, credentials), words, advice) in table {
            let cause = Cause::of(&kind, said, endpoint, &credentials);
            let scope = Scope {
                account: String::new(),
                region: String::new(),
                endpoint: endpoint.to_owned(),
            };
            let failure = Failure::new("GetUsagePlans", "", kind)
                .saying(said)
                .at(Arc::new(scope))
                .because(cause);
            let text = failure.to_string();
            let body = text.strip_prefix("GetUsagePlans: ").unwrap();
            assert!(body.starts_with(words), "{text}");
            assert!(text.contains(advice), "{text}");
            // One cause has one advice: not the credentials' besides.
            assert!(!text.contains("aws sso login"), "{text}");
        }
    }

    #[test]
    fn what_is_like_a_cause_and_is_none_keeps_the_advice_of_its_kind() {
        use FailureKind as K;
        let mfa = || profile(Means::Keys, Some("ops"));
        for (kind, said, endpoint, credentials) in [
            (
                K::Refused,
                "no",
                "https://gateway.test/",
                Credentials::Sample,
            ),
            (
                K::NotFound,
                "no plan",
                "https://gateway.test/aws",
                Credentials::Sample,
            ),
            (K::Expired, "expired", "", mfa()),
            (
                K::Unreachable,
                "Connection refused",
                "https://gateway.test",
                mfa(),
            ),
            (K::WrongCredentials, "no", "", profile(Means::Keys, None)),
            (K::Configuration, "no such profile", "", mfa()),
        ] {
            assert_eq!(
                Cause::of(&kind, said, endpoint, &credentials),
                None,
                "{said}"
            );
        }
    }
}
