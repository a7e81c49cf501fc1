//! The HTTP client under the SDK: plain connections without any TLS set-up,
//! TLS only once it is needed, proxies, and answers that are bounded in size
//! and time and mended before the SDK reads them.

use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use aws_smithy_http_client::{Builder, Connector, tls};
use aws_smithy_runtime_api::client::connection::CaptureSmithyConnection;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use tokio::sync::OnceCell;

use super::network::{Proxies, Proxy, TrustedCertificates};
use crate::gateway::failure::FailureKind;
use crate::gateway::failure::causes::root;
use crate::gateway::failure::fault::Fault;
use crate::gateway::read::mend;
use crate::gateway::read::request::AttemptNotes;
use crate::gateway::read::shape::{AnswerVerdict, Lack};
use crate::task::{self, Died, Job};

/// The longest answer that is read. A page of 500 plans, each with 20 method
/// throttles, is some 1 MiB.
const LONGEST_ANSWER: usize = 32 << 20;

/// Makes the connections, and waits for whole answers.
#[derive(Clone, Debug)]
pub(in crate::gateway) struct Client(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    plain: SharedHttpClient,
    tls: SharedHttpClient,
    /// Set once the machine's certificates are in memory.
    tls_is_warm: OnceCell<()>,
    proxies: Proxies,
    answer_timeout: Duration,
}

impl Client {
    /// Nothing is opened and no certificate is read before the first request.
    pub(in crate::gateway) fn new(
        proxies: Proxies,
        certificates: TrustedCertificates,
        answer_timeout: Duration,
    ) -> Self {
        let certificates = Arc::new(certificates);
        let plain = proxies.http.clone();
        // A proxy that is itself reached over TLS needs it for http:// as well.
        let plain_needs_tls = plain.as_ref().is_some_and(Proxy::is_https);
        let with_tls = |proxy: Option<Proxy>, certificates: Arc<TrustedCertificates>| {
            Builder::new().build_with_connector_fn(move |settings, components| {
                tls_connector(&certificates, proxy.as_ref(), settings, components)
            })
        };
        Self(Arc::new(Shared {
            plain: if plain_needs_tls {
                with_tls(plain, Arc::clone(&certificates))
            } else {
                Builder::new().build_with_connector_fn(move |settings, components| {
                    plain_connector(plain.as_ref(), settings, components)
                })
            },
            tls: with_tls(proxies.https.clone(), certificates),
            tls_is_warm: OnceCell::new(),
            proxies,
            answer_timeout,
        }))
    }
}

fn plain_connector(
    proxy: Option<&Proxy>,
    settings: Option<&HttpConnectorSettings>,
    components: Option<&RuntimeComponents>,
) -> Connector {
    let mut builder = Connector::builder();
    builder.set_connector_settings(settings.cloned());
    builder.set_sleep_impl(components.and_then(RuntimeComponents::sleep_impl));
    builder.set_proxy_config(proxy.map(Proxy::config));
    builder.build_http()
}

fn tls_connector(
    certificates: &TrustedCertificates,
    proxy: Option<&Proxy>,
    settings: Option<&HttpConnectorSettings>,
    components: Option<&RuntimeComponents>,
) -> Connector {
    let mut builder = Connector::builder()
        .tls_provider(tls::Provider::Rustls(
            tls::rustls_provider::CryptoMode::AwsLc,
        ))
        .tls_context(certificates.tls_context());
    builder.set_connector_settings(settings.cloned());
    builder.set_sleep_impl(components.and_then(RuntimeComponents::sleep_impl));
    builder.set_proxy_config(proxy.map(Proxy::config));
    builder.build()
}

impl HttpClient for Client {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(Exchange {
            shared: Arc::clone(&self.0),
            settings: settings.clone(),
            components: components.clone(),
        })
    }
}

/// One client with the timeouts of one caller.
#[derive(Clone, Debug)]
struct Exchange {
    shared: Arc<Shared>,
    settings: HttpConnectorSettings,
    components: RuntimeComponents,
}

impl HttpConnector for Exchange {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let exchange = self.clone();
        HttpConnectorFuture::new(async move {
            exchange
                .whole_answer(request)
                .await
                .map_err(|broken| ConnectorError::other(Box::new(broken), None))
        })
    }
}

impl Exchange {
    /// Sends the request and reads the answer to its end, all within the
    /// timeout, so that what the SDK gets can be neither endless nor stalled.
    async fn whole_answer(self, mut request: HttpRequest) -> Result<HttpResponse, Broken> {
        let seen = request
            .extension::<AttemptNotes>()
            .cloned()
            .unwrap_or_default();
        seen.note_sending();
        // The SDK asks to be told the connection, and so does this.
        let told = request.extension::<CaptureSmithyConnection>().cloned();
        let connection = told.unwrap_or_else(|| {
            let capture = CaptureSmithyConnection::new();
            request.add_extension(capture.clone());
            capture
        });
        let is_tls = request.uri().starts_with("https:");
        let proxy = self.shared.proxies.for_tls(is_tls).map(Proxy::shown);
        let after = self.shared.answer_timeout;
        let exchange = async {
            let answer = self
                .connector(is_tls)
                .await?
                .call(request)
                .await
                .map_err(|error| Broken::Lost(root(&error)))?;
            seen.note_status(answer.status().as_u16());
            read(answer, &seen).await
        };
        let outcome = match tokio::time::timeout(after, exchange).await {
            Ok(outcome) => outcome,
            Err(_) => Err(Broken::TimedOut(after)),
        };
        // Asked only now: a connection that came about during the attempt counts. Without one the
        // request cannot have reached the service, so that a change may be sent again.
        let never_sent = connection.get().is_none();
        outcome.map_err(|broken| match broken {
            Broken::Lost(said) if never_sent => Broken::NeverConnected(through(proxy, said)),
            Broken::TimedOut(after) if never_sent => Broken::NeverConnected(through(
                proxy,
                format!("nothing came back within {} s", after.as_secs_f64()),
            )),
            other => other,
        })
    }

    async fn connector(&self, is_tls: bool) -> Result<SharedHttpConnector, Broken> {
        let shared = Arc::clone(&self.shared);
        // A plain connector reads no certificates, so that there is nothing to warm up.
        if !is_tls {
            return Ok(shared
                .plain
                .http_connector(&self.settings, &self.components));
        }
        // Reading the machine's certificates takes some milliseconds of disk
        // and processor: not on a thread that answers keys.
        shared
            .tls_is_warm
            .get_or_try_init(|| async {
                let exchange = self.clone();
                task::blocking(Job::Certificates, move || {
                    let tls = &exchange.shared.tls;
                    tls.http_connector(&exchange.settings, &exchange.components);
                })
                .await
                .map_err(Broken::NoCertificates)
            })
            .await?;
        Ok(shared.tls.http_connector(&self.settings, &self.components))
    }
}

fn through(proxy: Option<&str>, said: String) -> String {
    match proxy {
        Some(proxy) => format!("{said} (the proxy {proxy} is set)"),
        None => said,
    }
}

/// The answer with its body in memory, mended where it must be.
async fn read(answer: HttpResponse, seen: &AttemptNotes) -> Result<HttpResponse, Broken> {
    let mut answer = answer;
    let expected = answer
        .headers()
        .get("content-length")
        .and_then(|length| length.parse::<usize>().ok())
        .unwrap_or_default();
    // Looked at before there is room made for it: a length may announce anything.
    if expected > LONGEST_ANSWER {
        return Err(Broken::TooLong);
    }
    let mut whole = Vec::with_capacity(expected);
    let mut stream = ByteStream::new(std::mem::replace(answer.body_mut(), SdkBody::empty()));
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(|error| Broken::Lost(root(&error)))?;
        if whole.len() + chunk.len() > LONGEST_ANSWER {
            return Err(Broken::TooLong);
        }
        whole.extend_from_slice(&chunk);
    }
    // The SDK does not look at the body of an answer that has none by the model.
    let first = whole.trim_ascii_start().first();
    if answer.status().is_success() && first.is_some_and(|byte| *byte != b'{') {
        seen.note_no_json();
    }
    if answer.status().is_success()
        && let Some(mended) = mend::mended(&whole)
    {
        seen.note_mended();
        // The SDK holds the body against the length that was announced.
        answer.headers_mut().remove("content-length");
        whole = mended;
    }
    if answer.status().is_success() {
        match seen.shape.look_at(&whole) {
            AnswerVerdict::Fits => {}
            AnswerVerdict::EmptyInferred => seen.note_inferred_empty(),
            AnswerVerdict::Lacks(lack) => return Err(Broken::Lacks(lack)),
        }
    }
    if answer.status().is_success() && seen.keeps_text() {
        seen.note_text(whole);
        answer.headers_mut().remove("content-length");
        whole = b"{}".to_vec();
    }
    *answer.body_mut() = SdkBody::from(whole);
    Ok(answer)
}

/// The reason why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::gateway) enum Broken {
    /// The request was never sent.
    NeverConnected(String),
    /// The connection broke after it was there.
    Lost(String),
    /// No whole answer in time.
    TimedOut(Duration),
    /// The answer is longer than [`LONGEST_ANSWER`].
    TooLong,
    /// The answer is not that of the operation.
    Lacks(Lack),
    /// The certificates to trust could not be loaded.
    NoCertificates(Died),
}

impl Broken {
    pub(in crate::gateway) fn fault(&self) -> Fault {
        match self {
            Self::NeverConnected(said) => Fault::new(FailureKind::Unreachable, said),
            Self::Lost(said) => Fault::new(FailureKind::Lost, said),
            Self::TimedOut(after) => {
                Fault::new(FailureKind::TimedOut { after: *after }, String::new())
            }
            Self::TooLong => Fault::new(FailureKind::BadAnswer { field: None }, self.to_string()),
            Self::Lacks(Lack { field, said }) => {
                let field = field.clone();
                Fault::new(FailureKind::BadAnswer { field }, said.clone())
            }
            Self::NoCertificates(died) => Fault::died(died, false),
        }
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NeverConnected(said) | Self::Lost(said) | Self::Lacks(Lack { said, .. }) => {
                f.write_str(said)
            }
            Self::TimedOut(after) => write!(f, "no answer within {} s", after.as_secs_f64()),
            Self::TooLong => write!(f, "it is longer than {} MiB", LONGEST_ANSWER >> 20),
            Self::NoCertificates(died) => died.fmt(f),
        }
    }
}

impl Error for Broken {}

#[cfg(test)]
mod tests;
