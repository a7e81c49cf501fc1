//! What the operator's options, environment and AWS files say about where to
//! go and how. Environment and files come as values, so that nothing here
//! depends on the process.

use std::borrow::Cow;
use std::time::Duration;

use aws_config::profile::ProfileSet;
use aws_runtime::env_config::file::EnvConfigFiles;
use aws_runtime::env_config::property::PropertiesKey;
use aws_types::os_shim_internal::{Env, Fs};
use http::Uri;

use super::credentials::Credentials;
use super::given::{non_empty, unusable, unusable_setting};
use super::network::{Proxies, TrustedCertificates};
use crate::config::AccountGuards;
use crate::gateway::effect::ANSWER_TIMEOUT;
use crate::gateway::failure::{Cause, Failure, FailureKind};
use crate::gateway::read::pace::Paces;
use crate::plan::SAMPLE_REGION;

/// The way to API Gateway: the place, and as whom to go there.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The profile of the AWS files; else `AWS_PROFILE`, else `default`. A
    /// profile given here wins over keys in the environment.
    pub profile: Option<String>,
    /// The Region; else the environment's, else the profile's.
    pub region: Option<String>,
    /// The endpoint's address; else that of the environment or the profile,
    /// else the Region's own.
    pub endpoint_url: Option<String>,
    /// The sample account: fixed credentials, `us-east-1` unless `region` says
    /// otherwise, and nothing of the user's AWS set-up is read. Only that and
    /// `endpoint_url` count beside it.
    pub demo: bool,
    /// True if nothing may be changed: then what would change something is not sent, and
    /// fails with [`FailureKind::ReadOnly`].
    pub read_only: bool,
    /// The time limit for a connection to come about; 3 seconds unless given.
    pub connect_timeout: Option<Duration>,
    /// The time limit for one attempt in all; 30 seconds unless less is given.
    pub read_timeout: Option<Duration>,
    /// True if calls wait for their turn; unless given, everywhere but on this machine.
    pub paced: Option<bool>,
    /// The token buckets that calls pass. Gateways to one account and Region
    /// share a pace where their options are clones, or have clones of this.
    pub paces: Paces,
    /// The guards of each account, where they depend on its number. Once that is known
    /// ([`Gateway::identity`](crate::gateway::Gateway::identity)) they hold, until then those of
    /// an account that is not known, and neither `read_only` nor `update_interval`.
    pub by_account: Option<AccountGuards>,
    /// The pause between updates of plans. Unless set it is the 20 seconds that the service
    /// wants (AWS limits page), and nothing for a server on this machine.
    pub update_interval: Option<Duration>,
}

/// The same, resolved.
#[derive(Clone, Debug)]
pub(in crate::gateway) struct ResolvedSetup {
    /// The profile's name; `demo` for the sample account.
    pub(in crate::gateway) account: String,
    pub(in crate::gateway) region: String,
    /// The endpoint where it is not the Region's own.
    pub(in crate::gateway) endpoint: Option<String>,
    /// True if that is on this machine.
    pub(in crate::gateway) is_loopback: bool,
    /// The endpoint of STS where it is not the Region's own.
    pub(in crate::gateway) sts_endpoint: Option<String>,
    pub(in crate::gateway) credentials: Credentials,
    pub(in crate::gateway) proxies: Proxies,
    pub(in crate::gateway) certificates: TrustedCertificates,
    pub(in crate::gateway) connect_timeout: Duration,
    pub(in crate::gateway) answer_timeout: Duration,
}

impl ResolvedSetup {
    /// Reads environment and files once.
    pub(in crate::gateway) async fn resolve(
        options: &Options,
        env: &Env,
        fs: &Fs,
    ) -> Result<Self, Failure> {
        if options.demo {
            return Self::demo(options);
        }
        let profiles = profiles(options, env, fs, true).await?;
        let setting = |variable: &'static str, key: &'static str| {
            non_empty(env.get(variable).ok()).or_else(|| non_empty(from_profile(&profiles, key)))
        };
        let region = non_empty(options.region.clone())
            .or_else(|| non_empty(env.get("AWS_REGION").ok()))
            .or_else(|| setting("AWS_DEFAULT_REGION", "region"))
            .ok_or_else(|| Failure::new(Failure::CONNECT, "", FailureKind::NoRegion))?;
        let region = parse_region(region)?;
        let configured = configured_endpoint(&API_GATEWAY, env, &profiles);
        let endpoint = non_empty(options.endpoint_url.clone()).or(configured);
        let uri = endpoint.as_deref().map(parse_endpoint).transpose()?;
        let is_loopback = uri.as_ref().is_some_and(is_loopback);
        let sts_endpoint = sts_endpoint(env, &profiles, endpoint.as_deref(), is_loopback)?;
        let certificates = match setting("AWS_CA_BUNDLE", "ca_bundle") {
            Some(path) => TrustedCertificates::from_bundle(&path, fs).await?,
            None => TrustedCertificates::default(),
        };
        Ok(Self {
            account: profiles.selected_profile().to_owned(),
            region,
            credentials: Credentials::find(options.profile.is_some(), !is_loopback, env, &profiles),
            is_loopback,
            sts_endpoint,
            endpoint,
            proxies: Proxies::from_env(env)?,
            certificates,
            connect_timeout: options.connect_timeout.unwrap_or(CONNECT_TIMEOUT),
            answer_timeout: answer_timeout(options),
        })
    }

    fn demo(options: &Options) -> Result<Self, Failure> {
        let endpoint = options.endpoint_url.clone();
        let uri = endpoint.as_deref().map(parse_endpoint).transpose()?;
        let is_loopback = uri.as_ref().is_some_and(is_loopback);
        if !is_loopback {
            return Err(unusable("the sample account lives on this machine only"));
        }
        let region = non_empty(options.region.clone()).unwrap_or_else(|| SAMPLE_REGION.to_owned());
        Ok(Self {
            account: "demo".to_owned(),
            region: parse_region(region)?,
            sts_endpoint: endpoint.clone(),
            credentials: Credentials::Sample,
            endpoint,
            is_loopback,
            proxies: Proxies::default(),
            certificates: TrustedCertificates::default(),
            connect_timeout: options.connect_timeout.unwrap_or(CONNECT_TIMEOUT),
            answer_timeout: answer_timeout(options),
        })
    }
}

const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// Never longer than what [`LONGEST_EFFECT`](crate::gateway::LONGEST_EFFECT) counts on.
fn answer_timeout(options: &Options) -> Duration {
    let given = options.read_timeout.unwrap_or(ANSWER_TIMEOUT);
    given.min(ANSWER_TIMEOUT)
}

/// The profiles of the AWS files; an error where the one that was asked for
/// does not exist, where it must.
pub(in crate::gateway) async fn profiles(
    options: &Options,
    env: &Env,
    fs: &Fs,
    must_exist: bool,
) -> Result<ProfileSet, Failure> {
    let named = non_empty(options.profile.clone());
    let profiles = aws_config::profile::load(
        fs,
        env,
        &EnvConfigFiles::default(),
        named.clone().map(Cow::Owned),
    )
    .await
    .map_err(|error| unusable(crate::gateway::failure::causes::chain(&error)))?;
    let asked_for = named.or_else(|| non_empty(env.get("AWS_PROFILE").ok()));
    if let Some(name) = asked_for.filter(|_| must_exist)
        && profiles.get_profile(&name).is_none()
    {
        return Err(unusable_setting(
            "--profile or AWS_PROFILE",
            no_such_profile(&name, &profiles),
        ));
    }
    Ok(profiles)
}

fn no_such_profile(name: &str, profiles: &ProfileSet) -> String {
    const SHOWN: usize = 12;
    let mut names: Vec<_> = profiles.profiles().collect();
    names.sort_unstable();
    let more = if names.len() > SHOWN { ", …" } else { "" };
    names.truncate(SHOWN);
    if names.is_empty() {
        format!("there is no profile `{name}`, and no other in the AWS files")
    } else {
        format!(
            "there is no profile `{name}`; the AWS files have {}{more}",
            names.join(", ")
        )
    }
}

/// A key of the selected profile or of one that it takes its credentials from.
fn from_profile(profiles: &ProfileSet, key: &str) -> Option<String> {
    from_profile_of(profiles, profiles.selected_profile(), key)
}

/// The same for a profile of any name.
pub(in crate::gateway) fn from_profile_of<'a>(
    profiles: &'a ProfileSet,
    mut name: &'a str,
    key: &str,
) -> Option<String> {
    let mut visited = Vec::new();
    loop {
        let profile = profiles.get_profile(name)?;
        if let Some(value) = profile.get(key) {
            return Some(value.to_owned());
        }
        visited.push(name);
        name = profile.get("source_profile")?;
        if visited.contains(&name) {
            return None;
        }
    }
}

/// A Region becomes part of a host name, so it must not bring more than that.
fn parse_region(region: String) -> Result<String, Failure> {
    if may_be_region(&region) {
        Ok(region)
    } else {
        Err(unusable_setting(
            "--region, AWS_REGION or the region of the profile",
            format!(
                "`{}` is not a Region; one looks like eu-central-1",
                brief(&region)
            ),
        ))
    }
}

/// Returns true if a text can be a Region's code at all.
#[must_use]
pub fn may_be_region(text: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    // A label of a host name has 63 bytes at most (RFC 1035).
    !text.is_empty() && text.len() <= 63 && text.bytes().all(is_part)
}

/// A service as environment and AWS files name it.
struct Service {
    /// The variable of its own.
    variable: &'static str,
    /// Its names in a `services` section.
    names: &'static [&'static str],
}

/// AWS documents it as `api_gateway`; its SDK for Rust reads `api-gateway`.
const API_GATEWAY: Service = Service {
    variable: "AWS_ENDPOINT_URL_API_GATEWAY",
    names: &["api_gateway", "api-gateway"],
};

const STS: Service = Service {
    variable: "AWS_ENDPOINT_URL_STS",
    names: &["sts"],
};

/// The endpoint of the environment, else of the profile: each time the service's own
/// before the one for all services.
fn configured_endpoint(service: &Service, env: &Env, profiles: &ProfileSet) -> Option<String> {
    let variable = |name| non_empty(env.get(name).ok());
    let key = |name| non_empty(profiles.get(name).map(str::to_owned));
    let is_ignored = variable("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS")
        .or_else(|| key("ignore_configured_endpoint_urls"))
        .is_some_and(|value| value.eq_ignore_ascii_case("true"));
    if is_ignored {
        return None;
    }
    variable(service.variable)
        .or_else(|| variable("AWS_ENDPOINT_URL"))
        .or_else(|| services_endpoint(service, profiles))
        .or_else(|| key("endpoint_url"))
}

/// The endpoint of STS. Where API Gateway is on this machine, so is STS: stand-ins answer
/// for both at one address, and nothing is to call out from there.
fn sts_endpoint(
    env: &Env,
    profiles: &ProfileSet,
    endpoint: Option<&str>,
    is_local: bool,
) -> Result<Option<String>, Failure> {
    let configured = configured_endpoint(&STS, env, profiles);
    let uri = configured.as_deref().map(parse_endpoint).transpose()?;
    if is_local && !uri.as_ref().is_some_and(is_loopback) {
        return Ok(endpoint.map(str::to_owned));
    }
    Ok(configured)
}

/// A service's endpoint in the `services` section that the profile names.
fn services_endpoint(service: &Service, profiles: &ProfileSet) -> Option<String> {
    let section = profiles.get("services")?;
    service.names.iter().find_map(|service| {
        let key = PropertiesKey::builder()
            .section_key("services")
            .section_name(section)
            .property_name(*service)
            .sub_property_name("endpoint_url")
            .build()
            .ok()?;
        non_empty(profiles.other_sections().get(&key).cloned())
    })
}

/// The longest address of an endpoint, in bytes. What is asked for is put behind it, and a
/// URI has 65,534 bytes at most (the `http` crate).
const LONGEST_ENDPOINT: usize = 2_048;

fn parse_endpoint(endpoint: &str) -> Result<Uri, Failure> {
    let uri = endpoint.parse::<Uri>().ok().filter(|uri| {
        endpoint.len() <= LONGEST_ENDPOINT
            && matches!(uri.scheme_str(), Some("http" | "https"))
            && uri.host().is_some_and(|host| !host.is_empty())
    });
    let uri = uri.ok_or_else(|| {
        unusable_setting(
            "--endpoint-url, AWS_ENDPOINT_URL or the endpoint_url of the profile",
            format!(
                "`{}` is not an endpoint; one looks like http://127.0.0.1:4566",
                brief(endpoint)
            ),
        )
    })?;
    if uri
        .host()
        .is_some_and(|host| host.contains(".execute-api."))
    {
        return Err(unusable(brief(endpoint)).because(Cause::DeployedApi));
    }
    Ok(uri)
}

/// The begin of what somebody gave, so that what is wrong with it is told in sight.
fn brief(text: &str) -> String {
    const SHOWN: usize = 100;
    let mut begin: String = text.chars().take(SHOWN).collect();
    if begin.len() < text.len() {
        begin.push('…');
    }
    begin
}

/// Returns true for the address of a server on this machine: nothing leaves it.
#[must_use]
pub fn is_on_this_machine(address: &str) -> bool {
    address.parse().is_ok_and(|uri| is_loopback(&uri))
}

fn is_loopback(uri: &Uri) -> bool {
    let host = uri.host().unwrap_or_default();
    // An IPv6 address stands in brackets in a URI.
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || host
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILES: &[(&str, &str)] = &[(
        "/home/.aws/config",
        "[default]\nregion = eu-west-1\n\
             [profile prod]\nregion = eu-central-1\nservices = local\n\
             [profile role]\nsource_profile = prod\n\
             [profile far]\nendpoint_url = http://192.0.2.1:4566\n\
             [services local]\napi_gateway =\n  endpoint_url = http://localhost:4566\n",
    )];

    type Variables<'a> = &'a [(&'a str, &'a str)];

    async fn resolve(options: Options, env: Variables<'_>) -> Result<ResolvedSetup, Failure> {
        let mut all = vec![("HOME", "/home")];
        all.extend_from_slice(env);
        ResolvedSetup::resolve(&options, &Env::from_slice(&all), &Fs::from_slice(FILES)).await
    }

    fn options() -> Options {
        Options::default()
    }

    fn with_profile(name: &str) -> Options {
        Options {
            profile: Some(name.to_owned()),
            ..options()
        }
    }

    #[tokio::test]
    async fn flags_win_over_environment_and_environment_over_profile() {
        let setup = resolve(options(), &[]).await.unwrap();
        assert_eq!(
            (setup.account.as_str(), setup.region.as_str()),
            ("default", "eu-west-1")
        );
        assert_eq!(setup.endpoint, None);
        assert!(!setup.is_loopback);

        let setup = resolve(options(), &[("AWS_PROFILE", "prod")])
            .await
            .unwrap();
        assert_eq!(
            (setup.account.as_str(), setup.region.as_str()),
            ("prod", "eu-central-1")
        );
        assert_eq!(setup.endpoint.as_deref(), Some("http://localhost:4566"));
        assert!(setup.is_loopback);

        let env = [
            ("AWS_PROFILE", "prod"),
            ("AWS_REGION", "us-west-2"),
            ("AWS_DEFAULT_REGION", "us-west-1"),
            ("AWS_ENDPOINT_URL_API_GATEWAY", "http://192.0.2.7"),
        ];
        let setup = resolve(options(), &env).await.unwrap();
        assert_eq!(setup.region, "us-west-2");
        assert_eq!(setup.endpoint.as_deref(), Some("http://192.0.2.7"));
        assert!(!setup.is_loopback);

        let flags = Options {
            region: Some("ap-south-1".to_owned()),
            endpoint_url: Some("http://[::1]:80".to_owned()),
            ..with_profile("role")
        };
        let setup = resolve(flags, &env).await.unwrap();
        assert_eq!(
            (setup.account.as_str(), setup.region.as_str()),
            ("role", "ap-south-1")
        );
        assert_eq!(setup.endpoint.as_deref(), Some("http://[::1]:80"));
        assert!(setup.is_loopback);
    }

    #[tokio::test]
    async fn a_profile_takes_the_region_of_its_source() {
        let setup = resolve(with_profile("role"), &[]).await.unwrap();
        assert_eq!(setup.region, "eu-central-1");
    }

    #[tokio::test]
    async fn configured_endpoints_can_be_ignored() {
        let env = [
            ("AWS_ENDPOINT_URL", "http://192.0.2.7"),
            ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true"),
        ];
        let setup = resolve(options(), &env).await.unwrap();
        assert_eq!(setup.endpoint, None);
    }

    #[tokio::test]
    async fn sts_has_an_endpoint_of_its_own_and_never_calls_out_from_this_machine() {
        let local = || Options {
            endpoint_url: Some("http://127.0.0.1:1".to_owned()),
            ..options()
        };
        let far = "http://192.0.2.7";
        let near = "http://127.0.0.1:2";
        let cases: [(Options, Variables, Option<&str>); 9] = [
            (options(), &[], None),
            (options(), &[("AWS_ENDPOINT_URL_STS", far)], Some(far)),
            (options(), &[("AWS_ENDPOINT_URL", far)], Some(far)),
            (
                with_profile("far"),
                &[("AWS_REGION", "eu-west-1")],
                Some("http://192.0.2.1:4566"),
            ),
            (local(), &[], Some("http://127.0.0.1:1")),
            (local(), &[("AWS_ENDPOINT_URL_STS", near)], Some(near)),
            (local(), &[("AWS_ENDPOINT_URL", near)], Some(near)),
            (
                local(),
                &[("AWS_ENDPOINT_URL_STS", far)],
                Some("http://127.0.0.1:1"),
            ),
            (with_profile("prod"), &[], Some("http://localhost:4566")),
        ];
        for (options, env, expected) in cases {
            let setup = resolve(options, env).await.unwrap();
            assert_eq!(setup.sts_endpoint.as_deref(), expected, "{env:?}");
        }
    }

    #[tokio::test]
    async fn what_cannot_be_used_is_said() {
        let bad_region = Options {
            region: Some("evil.example.com/".to_owned()),
            ..options()
        };
        let bad_endpoint = Options {
            endpoint_url: Some("localhost:4566".to_owned()),
            ..options()
        };
        let cases: [(Options, Variables, &str); 6] = [
            (
                with_profile("nosuch"),
                &[],
                "no profile `nosuch`; the AWS files have default, far, prod, role",
            ),
            (
                options(),
                &[("AWS_PROFILE", "nosuch")],
                "no profile `nosuch`",
            ),
            (bad_region, &[], "is not a Region"),
            (bad_endpoint, &[], "`localhost:4566` is not an endpoint"),
            (options(), &[("AWS_CA_BUNDLE", "/none.pem")], "/none.pem"),
            (options(), &[("HTTPS_PROXY", "socks5://p:1")], "HTTPS_PROXY"),
        ];
        for (options, env, words) in cases {
            let failure = resolve(options, env).await.unwrap_err();
            assert_eq!(failure.kind, FailureKind::Configuration);
            assert!(failure.to_string().contains(words), "{failure}");
        }
        let env = Env::from_slice(&[("HOME", "/nowhere")]);
        let none = ResolvedSetup::resolve(&options(), &env, &Fs::from_slice(&[])).await;
        assert_eq!(none.unwrap_err().kind, FailureKind::NoRegion);
    }

    #[tokio::test]
    async fn the_sample_account_reads_nothing() {
        let demo = Options {
            demo: true,
            endpoint_url: Some("http://127.0.0.1:1".to_owned()),
            ..options()
        };
        let env = [
            ("AWS_PROFILE", "nosuch"),
            ("AWS_REGION", "eu-west-3"),
            ("HTTP_PROXY", "socks5://p:1"),
            ("AWS_CA_BUNDLE", "/none.pem"),
        ];
        let setup = resolve(demo.clone(), &env).await.unwrap();
        assert_eq!(
            (setup.account.as_str(), setup.region.as_str()),
            ("demo", "us-east-1")
        );
        assert!(setup.proxies.for_tls(false).is_none());

        for endpoint_url in [None, Some("http://192.0.2.1".to_owned())] {
            let far = Options {
                endpoint_url,
                ..demo.clone()
            };
            let failure = resolve(far, &[]).await.unwrap_err();
            assert_eq!(failure.kind, FailureKind::Configuration);
        }
    }
}
