//! What the operator's options, environment and AWS files say about where to
//! go and how. Environment and files come as values, so that nothing here
//! depends on the process.

use std::borrow::Cow;
use std::path::Path;
use std::time::Duration;

use aws_config::profile::ProfileSet;
use aws_runtime::env_config::EnvConfigValue;
use aws_runtime::env_config::file::EnvConfigFiles;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::{TlsContext, TrustStore};
use aws_types::os_shim_internal::{Env, Fs};
use http::Uri;
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use super::failure::{Failure, FailureKind};

/// Where to find API Gateway, and as whom.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// The profile of the AWS files; else `AWS_PROFILE`, else `default`. A
    /// profile given here wins over keys in the environment.
    pub profile: Option<String>,
    /// The Region; else the environment's, else the profile's.
    pub region: Option<String>,
    /// The endpoint's address; else that of the environment or the profile,
    /// else the Region's own.
    pub endpoint_url: Option<String>,
    /// The sample account: fixed credentials, `us-east-1`, and nothing of the
    /// user's AWS set-up is read. Only `endpoint_url` counts beside it.
    pub demo: bool,
    /// How long to wait for a connection; 3 seconds unless given.
    pub connect_timeout: Option<Duration>,
    /// How long one attempt may take in all; 30 seconds unless given.
    pub read_timeout: Option<Duration>,
}

/// The same, resolved.
#[derive(Clone, Debug)]
pub(super) struct Setup {
    /// The profile's name; `demo` for the sample account.
    pub(super) account: String,
    pub(super) region: String,
    /// The endpoint where it is not the Region's own.
    pub(super) endpoint: Option<String>,
    /// Whether that is on this machine.
    pub(super) is_loopback: bool,
    pub(super) proxies: Proxies,
    pub(super) certificates: TrustedCertificates,
    pub(super) connect_timeout: Duration,
    pub(super) answer_timeout: Duration,
}

impl Setup {
    /// Reads environment and files once.
    pub(super) async fn resolve(options: &Options, env: &Env, fs: &Fs) -> Result<Self, Failure> {
        if options.demo {
            return Self::demo(options);
        }
        let profiles = profiles(options, env, fs).await?;
        let setting = |variable: &'static str, key: &'static str| {
            non_empty(env.get(variable).ok()).or_else(|| non_empty(from_profile(&profiles, key)))
        };
        let region = non_empty(options.region.clone())
            .or_else(|| non_empty(env.get("AWS_REGION").ok()))
            .or_else(|| setting("AWS_DEFAULT_REGION", "region"))
            .ok_or_else(|| Failure::new(Failure::CONNECT, "", FailureKind::NoRegion))?;
        let region = parse_region(region)?;
        let endpoint =
            non_empty(options.endpoint_url.clone()).or_else(|| configured_endpoint(env, &profiles));
        let uri = endpoint.as_deref().map(parse_endpoint).transpose()?;
        let certificates = match setting("AWS_CA_BUNDLE", "ca_bundle") {
            Some(path) => TrustedCertificates::from_bundle(&path, fs).await?,
            None => TrustedCertificates::default(),
        };
        Ok(Self {
            account: profiles.selected_profile().to_owned(),
            region,
            is_loopback: uri.as_ref().is_some_and(is_loopback),
            endpoint,
            proxies: Proxies::from_env(env)?,
            certificates,
            connect_timeout: options.connect_timeout.unwrap_or(CONNECT_TIMEOUT),
            answer_timeout: options.read_timeout.unwrap_or(ANSWER_TIMEOUT),
        })
    }

    fn demo(options: &Options) -> Result<Self, Failure> {
        let endpoint = options.endpoint_url.clone();
        let uri = endpoint.as_deref().map(parse_endpoint).transpose()?;
        let is_loopback = uri.as_ref().is_some_and(is_loopback);
        if !is_loopback {
            return Err(unusable("the sample account lives on this machine only"));
        }
        Ok(Self {
            account: "demo".to_owned(),
            region: "us-east-1".to_owned(),
            endpoint,
            is_loopback,
            proxies: Proxies::default(),
            certificates: TrustedCertificates::default(),
            connect_timeout: options.connect_timeout.unwrap_or(CONNECT_TIMEOUT),
            answer_timeout: options.read_timeout.unwrap_or(ANSWER_TIMEOUT),
        })
    }
}

const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);

/// A failure of the set-up, in the operator's words.
fn unusable(said: impl AsRef<str>) -> Failure {
    Failure::new(Failure::CONNECT, "", FailureKind::Configuration).saying(said.as_ref())
}

fn non_empty(text: Option<String>) -> Option<String> {
    text.map(|text| text.trim().to_owned())
        .filter(|text| !text.is_empty())
}

/// The profiles of the AWS files; an error where the one that was asked for
/// does not exist.
async fn profiles(options: &Options, env: &Env, fs: &Fs) -> Result<ProfileSet, Failure> {
    let named = non_empty(options.profile.clone());
    let profiles = aws_config::profile::load(
        fs,
        env,
        &EnvConfigFiles::default(),
        named.clone().map(Cow::Owned),
    )
    .await
    .map_err(|error| unusable(super::classify::chain(&error)))?;
    let asked_for = named.or_else(|| non_empty(env.get("AWS_PROFILE").ok()));
    if let Some(name) = asked_for
        && profiles.get_profile(&name).is_none()
    {
        return Err(unusable(no_such_profile(&name, &profiles)));
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
    let mut visited = Vec::new();
    let mut name = profiles.selected_profile();
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
    let well_formed = region.len() <= 63
        && region
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    if well_formed {
        Ok(region)
    } else {
        Err(unusable(format!(
            "`{region}` is no Region; one looks like eu-central-1"
        )))
    }
}

/// The endpoint of the environment or the profile: API Gateway's own first,
/// then the one for all services.
fn configured_endpoint(env: &Env, profiles: &ProfileSet) -> Option<String> {
    let ignored = EnvConfigValue::new()
        .env("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS")
        .profile("ignore_configured_endpoint_urls")
        .load(env, Some(profiles))
        .is_some_and(|(value, _)| value.eq_ignore_ascii_case("true"));
    if ignored {
        return None;
    }
    let configured = EnvConfigValue::new()
        .env("AWS_ENDPOINT_URL")
        .profile("endpoint_url")
        .service_id("API Gateway")
        .load(env, Some(profiles))?;
    non_empty(Some(configured.0.into_owned()))
}

fn parse_endpoint(endpoint: &str) -> Result<Uri, Failure> {
    let uri = endpoint.parse::<Uri>().ok().filter(|uri| {
        matches!(uri.scheme_str(), Some("http" | "https"))
            && uri.host().is_some_and(|host| !host.is_empty())
    });
    uri.ok_or_else(|| {
        unusable(format!(
            "`{endpoint}` is no endpoint; one looks like http://127.0.0.1:4566"
        ))
    })
}

fn is_loopback(uri: &Uri) -> bool {
    let host = uri.host().unwrap_or_default();
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || host
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

/// The proxies for plain and for encrypted requests.
#[derive(Clone, Debug, Default)]
pub(super) struct Proxies {
    pub(super) http: Option<Proxy>,
    pub(super) https: Option<Proxy>,
}

impl Proxies {
    /// From `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY`, in capitals
    /// or not. `HTTP_PROXY` in capitals is ignored where `REQUEST_METHOD` is
    /// set, as everybody does since a request header could set it.
    pub(super) fn from_env(env: &Env) -> Result<Self, Failure> {
        let first = |names: &[&'static str]| {
            names.iter().find_map(|name| {
                let value = non_empty(env.get(name).ok())?;
                Some((*name, value))
            })
        };
        let exempt = first(&["NO_PROXY", "no_proxy"]).map_or(String::new(), |(_, value)| value);
        let proxy = |names: &[&'static str]| {
            first(names)
                .map(|(name, value)| Proxy::parse(name, &value, &exempt))
                .transpose()
        };
        let http: &[&str] = if env.get("REQUEST_METHOD").is_ok() {
            &["http_proxy", "ALL_PROXY", "all_proxy"]
        } else {
            &["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"]
        };
        Ok(Self {
            http: proxy(http)?,
            https: proxy(&["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"])?,
        })
    }

    pub(super) fn for_tls(&self, is_tls: bool) -> Option<&Proxy> {
        if is_tls {
            self.https.as_ref()
        } else {
            self.http.as_ref()
        }
    }
}

/// A proxy that can be used.
#[derive(Clone)]
pub(super) struct Proxy {
    config: ProxyConfig,
    /// Its scheme, host and port, without user and password.
    shown: String,
    is_https: bool,
}

impl Proxy {
    /// This machine and what is next to it are never reached through a proxy.
    const NEAR: &str = "localhost,127.0.0.0/8,::1,169.254.0.0/16";

    fn parse(variable: &str, address: &str, exempt: &str) -> Result<Self, Failure> {
        let whole = if address.contains("://") {
            Cow::Borrowed(address)
        } else {
            Cow::Owned(format!("http://{address}"))
        };
        // The address may hold a password: it is never repeated as it is.
        let bad = |why: &str| {
            unusable(format!(
                "{variable} names a proxy that cannot be used: {why}. \
                 It should look like http://proxy.example.com:8080"
            ))
        };
        let uri = whole
            .parse::<Uri>()
            .map_err(|_| bad("it is not an address"))?;
        let scheme = uri.scheme_str().unwrap_or_default().to_owned();
        if scheme != "http" && scheme != "https" {
            return Err(bad(&format!("{scheme}:// proxies are not supported")));
        }
        let host = uri.host().filter(|host| !host.is_empty());
        let host = host.ok_or_else(|| bad("it has no host"))?;
        let port = uri.port().map_or(String::new(), |port| format!(":{port}"));
        Ok(Self {
            shown: format!("{scheme}://{host}{port}"),
            is_https: scheme == "https",
            config: ProxyConfig::all(uri.clone())
                .map_err(|error| bad(&error.to_string()))?
                .no_proxy(format!("{},{exempt}", Self::NEAR)),
        })
    }

    pub(super) fn config(&self) -> ProxyConfig {
        self.config.clone()
    }

    pub(super) fn is_https(&self) -> bool {
        self.is_https
    }

    pub(super) fn shown(&self) -> &str {
        &self.shown
    }
}

impl std::fmt::Debug for Proxy {
    /// Without user and password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Proxy({})", self.shown)
    }
}

/// Whom to trust: the certificates of a bundle, or the machine's own.
#[derive(Clone, Debug, Default)]
pub(super) struct TrustedCertificates {
    /// PEM blocks, each of which rustls takes; `None` for the machine's own.
    bundle: Option<Vec<String>>,
}

impl TrustedCertificates {
    /// The certificates of a PEM file. One that cannot be used is left out; a
    /// file without any that can is an error.
    async fn from_bundle(path: &str, fs: &Fs) -> Result<Self, Failure> {
        let bad = |why: String| {
            unusable(format!(
                "the bundle of certificates {path} (AWS_CA_BUNDLE or ca_bundle) {why}"
            ))
        };
        let bytes = fs
            .read_to_end(Path::new(path))
            .await
            .map_err(|error| bad(format!("cannot be read: {error}")))?;
        let text = String::from_utf8_lossy(&bytes);
        let blocks: Vec<_> = pem_blocks(&text).map(str::to_owned).collect();
        if blocks.is_empty() {
            return Err(bad("has no certificate in PEM form".to_owned()));
        }
        let count = blocks.len();
        let good: Vec<_> = blocks.into_iter().filter(|pem| is_usable(pem)).collect();
        if good.is_empty() {
            return Err(bad(format!(
                "has {count} certificates and none can be used"
            )));
        }
        if good.len() < count {
            tracing::warn!(path, left_out = count - good.len(), "certificates left out");
        }
        Ok(Self { bundle: Some(good) })
    }

    pub(super) fn tls_context(&self) -> TlsContext {
        let store = match &self.bundle {
            None => TrustStore::default(),
            Some(blocks) => blocks.iter().fold(TrustStore::empty(), |store, pem| {
                store.with_pem_certificate(pem.as_bytes())
            }),
        };
        TlsContext::builder()
            .with_trust_store(store)
            .build()
            .unwrap_or_default()
    }
}

fn pem_blocks(text: &str) -> impl Iterator<Item = &str> {
    const END: &str = "-----END CERTIFICATE-----";
    text.split_inclusive(END).filter_map(|part| {
        let begin = part.find("-----BEGIN CERTIFICATE-----")?;
        part.ends_with(END).then(|| part.get(begin..)).flatten()
    })
}

/// The HTTP client panics on a certificate that rustls does not take, so each
/// is tried before.
fn is_usable(pem: &str) -> bool {
    CertificateDer::from_pem_slice(pem.as_bytes())
        .is_ok_and(|certificate| RootCertStore::empty().add(certificate).is_ok())
}
