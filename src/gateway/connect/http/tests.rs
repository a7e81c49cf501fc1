use std::net::SocketAddr;
use std::sync::Arc;

use aws_config::retry::RetryConfig;
use aws_sdk_apigateway::Client as Sdk;
use aws_sdk_apigateway::config::{Config, Credentials, Region};
use aws_types::os_shim_internal::{Env, Fs};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio_rustls::TlsAcceptor;

use super::*;
use crate::gateway::failure::classify::fault;

const ANSWER: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}";

fn sdk(endpoint: &str, proxies: Proxies, certificates: TrustedCertificates) -> Sdk {
    let http = Client::new(proxies, certificates, Duration::from_secs(10));
    Sdk::from_conf(
        Config::builder()
            .behavior_version_latest()
            .region(Region::new("us-east-1"))
            .credentials_provider(Credentials::new("a", "b", None, None, "test"))
            .retry_config(RetryConfig::disabled())
            .endpoint_url(endpoint)
            .http_client(http)
            .build(),
    )
}

async fn listen() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

/// Reads the head of one request, answers it, and gives its first line.
async fn answer_once(mut stream: impl AsyncRead + AsyncWrite + Unpin) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    stream.write_all(ANSWER.as_bytes()).await.unwrap();
    stream.shutdown().await.unwrap();
    let head = String::from_utf8(head).unwrap();
    head.lines().next().unwrap().to_owned()
}

async fn bundle(pem: &str) -> TrustedCertificates {
    let files = Fs::from_slice(&[("/bundle.pem", pem)]);
    TrustedCertificates::from_bundle("/bundle.pem", &files)
        .await
        .unwrap()
}

/// A server with the certificate that `testdata/ca.pem` signed for 127.0.0.1.
/// The keys were made for this test by `openssl req` and guard nothing; the
/// authority's own was thrown away.
async fn tls_server() -> (SocketAddr, oneshot::Receiver<Result<String, String>>) {
    let certificate = include_str!("../../testdata/server.pem");
    let key = include_str!("../../testdata/server.key");
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(
            vec![CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap()],
            PrivateKeyDer::from_pem_slice(key.as_bytes()).unwrap(),
        )
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let (listener, address) = listen().await;
    let (tell, told) = oneshot::channel();
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let outcome = match acceptor.accept(stream).await {
            Ok(stream) => Ok(answer_once(stream).await),
            Err(error) => Err(error.to_string()),
        };
        tell.send(outcome).unwrap();
    });
    (address, told)
}

#[tokio::test]
async fn the_certificates_of_the_bundle_are_trusted_and_no_others() {
    let (address, told) = tls_server().await;
    let trusted = bundle(include_str!("../../testdata/ca.pem")).await;
    let sdk = sdk(&format!("https://{address}"), Proxies::default(), trusted);
    sdk.get_account().send().await.unwrap();
    assert_eq!(told.await.unwrap().unwrap(), "GET /account HTTP/1.1");

    // The server's own certificate is no authority that it could be traced to.
    let (address, told) = tls_server().await;
    let stranger = bundle(include_str!("../../testdata/other.pem")).await;
    let sdk = self::sdk(&format!("https://{address}"), Proxies::default(), stranger);
    let fault = fault(&sdk.get_account().send().await.unwrap_err());
    assert_eq!(fault.kind, FailureKind::Unreachable, "{}", fault.said);
    assert!(fault.said.contains("certificate"), "{}", fault.said);
    assert!(told.await.unwrap().is_err(), "no request was sent");
}

#[tokio::test]
async fn requests_go_through_the_proxy_except_to_this_machine() {
    let (listener, address) = listen().await;
    let proxy = format!("http://{address}");
    let env = Env::from_slice(&[("HTTP_PROXY", &proxy), ("HTTPS_PROXY", &proxy)]);
    let proxies = Proxies::from_env(&env).unwrap();

    let plain = sdk(
        "http://gateway.invalid",
        proxies.clone(),
        TrustedCertificates::default(),
    );
    let (answered, line) = tokio::join!(plain.get_account().send(), async {
        answer_once(listener.accept().await.unwrap().0).await
    });
    answered.unwrap();
    assert_eq!(line, "GET http://gateway.invalid/account HTTP/1.1");

    // An encrypted request asks the proxy for a tunnel; this one gives none.
    let trusted = bundle(include_str!("../../testdata/ca.pem")).await;
    let tunnelled = sdk("https://gateway.invalid", proxies.clone(), trusted);
    let (answered, line) = tokio::join!(tunnelled.get_account().send(), async {
        let mut stream = listener.accept().await.unwrap().0;
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await.unwrap());
        }
        let no = b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n";
        stream.write_all(no).await.unwrap();
        String::from_utf8(head).unwrap()
    });
    assert!(line.starts_with("CONNECT gateway.invalid:443 "), "{line}");
    let fault = fault(&answered.unwrap_err());
    assert_eq!(fault.kind, FailureKind::Unreachable);
    assert!(fault.said.contains(&proxy), "{}", fault.said);

    let (direct, address) = listen().await;
    let near = sdk(
        &format!("http://{address}"),
        proxies,
        TrustedCertificates::default(),
    );
    let (answered, line) = tokio::join!(near.get_account().send(), async {
        answer_once(direct.accept().await.unwrap().0).await
    });
    answered.unwrap();
    assert_eq!(line, "GET /account HTTP/1.1");
}

#[tokio::test]
async fn an_unknown_host_is_unreachable() {
    let sdk = sdk(
        "http://gateway.invalid",
        Proxies::default(),
        TrustedCertificates::default(),
    );
    let fault = fault(&sdk.get_account().send().await.unwrap_err());
    assert_eq!(fault.kind, FailureKind::Unreachable, "{}", fault.said);
}
