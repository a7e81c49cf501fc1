//! The way through the network: proxies, and whom to trust.

use std::borrow::Cow;
use std::path::Path;

use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::{TlsContext, TrustStore};
use aws_types::os_shim_internal::{Env, Fs};
use http::Uri;
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use super::given::{non_empty, unusable, unusable_setting};
use crate::gateway::failure::Failure;

/// The proxies for plain and for encrypted requests.
#[derive(Clone, Debug, Default)]
pub(in crate::gateway) struct Proxies {
    pub(in crate::gateway) http: Option<Proxy>,
    pub(in crate::gateway) https: Option<Proxy>,
}

impl Proxies {
    /// From `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY`, in capitals
    /// or not. `HTTP_PROXY` in capitals is ignored where `REQUEST_METHOD` is
    /// set, as everybody does since a request header could set it.
    pub(in crate::gateway) fn from_env(env: &Env) -> Result<Self, Failure> {
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

    pub(in crate::gateway) fn for_tls(&self, is_tls: bool) -> Option<&Proxy> {
        if is_tls {
            self.https.as_ref()
        } else {
            self.http.as_ref()
        }
    }
}

/// A proxy that can be used.
#[derive(Clone)]
pub(in crate::gateway) struct Proxy {
    config: ProxyConfig,
    /// Its scheme, host and port, without user and password.
    shown: String,
    is_https: bool,
}

impl Proxy {
    /// This machine and what is next to it are never reached through a proxy.
    const NEAR: &str = "localhost,127.0.0.0/8,::1,169.254.0.0/16";

    fn parse(variable: &str, address: &str, exempt: &str) -> Result<Self, Failure> {
        // As curl reads it: without a scheme it is a proxy over HTTP.
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

    pub(in crate::gateway) fn config(&self) -> ProxyConfig {
        self.config.clone()
    }

    pub(in crate::gateway) fn is_https(&self) -> bool {
        self.is_https
    }

    pub(in crate::gateway) fn shown(&self) -> &str {
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
pub(in crate::gateway) struct TrustedCertificates {
    /// PEM blocks, each of which rustls takes; `None` for the machine's own.
    bundle: Option<Vec<String>>,
}

impl TrustedCertificates {
    /// The certificates of a PEM file. One that cannot be used is left out; a
    /// file without any that can is an error.
    pub(in crate::gateway) async fn from_bundle(path: &str, fs: &Fs) -> Result<Self, Failure> {
        let bad = |why: String| {
            unusable_setting(
                "AWS_CA_BUNDLE or the ca_bundle of the profile",
                format!("the file of certificates {path} (AWS_CA_BUNDLE or ca_bundle) {why}"),
            )
        };
        let bytes = fs
            .read_to_end(Path::new(path))
            .await
            .map_err(|error| bad(format!("cannot be read: {error}")))?;
        // Bundles have comments between their blocks, in whatever encoding.
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

    pub(in crate::gateway) fn tls_context(&self) -> TlsContext {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gateway::FailureKind;

    const AUTHORITY: &str = include_str!("../testdata/ca.pem");

    fn proxies(env: &[(&str, &str)]) -> Result<Proxies, Failure> {
        Proxies::from_env(&Env::from_slice(env))
    }

    fn shown(proxy: Option<&Proxy>) -> Option<&str> {
        proxy.map(Proxy::shown)
    }

    #[test]
    fn each_kind_of_request_has_its_proxy() {
        let all = proxies(&[
            ("https_proxy", "http://user:s3cret@secure:3128"),
            ("ALL_PROXY", "any:8080"),
        ])
        .unwrap();
        assert_eq!(shown(all.for_tls(true)), Some("http://secure:3128"));
        assert_eq!(shown(all.for_tls(false)), Some("http://any:8080"));
        assert!(!format!("{all:?}").contains("s3cret"));

        let none = proxies(&[("HTTPS_PROXY", " "), ("NO_PROXY", "*")]).unwrap();
        assert_eq!(shown(none.for_tls(true)), None);

        let cgi = proxies(&[("REQUEST_METHOD", "GET"), ("HTTP_PROXY", "http://evil")]).unwrap();
        assert_eq!(shown(cgi.for_tls(false)), None);
    }

    #[test]
    fn a_proxy_that_cannot_be_used_is_named_without_its_password() {
        for (value, why) in [
            (
                "socks5://user:s3cret@p:1",
                "socks5:// proxies are not supported",
            ),
            ("http://", "is not an address"),
            ("http://us er:s3cret@p", "is not an address"),
        ] {
            let failure = proxies(&[("HTTPS_PROXY", value)]).unwrap_err();
            let text = failure.to_string();
            assert_eq!(failure.kind, FailureKind::Configuration);
            assert!(text.contains("HTTPS_PROXY") && text.contains(why), "{text}");
            assert!(!text.contains("s3cret"), "{text}");
        }
    }

    async fn bundle(text: &str) -> Result<TrustedCertificates, Failure> {
        let files = Fs::from_slice(&[("/bundle.pem", text)]);
        TrustedCertificates::from_bundle("/bundle.pem", &files).await
    }

    #[tokio::test]
    async fn the_usable_certificates_of_a_bundle_are_taken() {
        let odd = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        let text = format!("# ours\n{odd}{AUTHORITY}# the end");
        let trusted = bundle(&text).await.unwrap();
        assert_eq!(trusted.bundle.unwrap(), [AUTHORITY.trim()]);
    }

    #[tokio::test]
    async fn a_bundle_that_cannot_be_used_is_an_error() {
        let odd = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        for (text, why) in [
            ("", "has no certificate"),
            ("-----BEGIN CERTIFICATE-----\nAAAA", "has no certificate"),
            (odd, "has 1 certificates and none can be used"),
        ] {
            let failure = bundle(text).await.unwrap_err();
            assert_eq!(failure.kind, FailureKind::Configuration);
            let said = failure.to_string();
            assert!(said.contains("/bundle.pem") && said.contains(why), "{said}");
        }
        let files = Fs::from_slice(&[]);
        let missing = TrustedCertificates::from_bundle("/bundle.pem", &files).await;
        assert!(missing.unwrap_err().to_string().contains("cannot be read"));
    }
}
