//! A server before the embedded one that lets only some access keys in, and gives
//! credentials as IAM Identity Center and STS do.

use std::collections::BTreeSet;
use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// The access key that IAM Identity Center and STS give here.
pub const GIVEN: &str = "ASIAGIVEN";

/// What it lets through.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    /// The access keys that hold. Others have expired.
    pub keys: BTreeSet<String>,
    /// Whether roles may be assumed.
    pub roles: bool,
    /// What is answered to every call, instead of all else: status, error type, message.
    pub instead: Option<(u16, String, String)>,
    /// Whether STS does not tell who the caller is.
    pub is_silent: bool,
    /// Whether STS takes its time until this is not set any more.
    pub is_slow: bool,
    /// The account and the ARN that STS tells; else the sample account's.
    pub caller: Option<(String, String)>,
}

/// It stops with the test.
pub struct Gatekeeper {
    pub endpoint: String,
    policy: watch::Sender<Policy>,
}

impl Gatekeeper {
    /// Starts before a server, with nothing let through.
    pub async fn start(behind: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let policy = watch::Sender::new(Policy::default());
        let behind: Arc<str> = behind.trim_start_matches("http://").into();
        let rules = policy.subscribe();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (behind, rules) = (Arc::clone(&behind), rules.clone());
                tokio::spawn(async move {
                    // The client may be gone.
                    let _ = serve(stream, &behind, &rules).await;
                });
            }
        });
        Self { endpoint, policy }
    }

    /// Changes what is let through.
    pub fn set(&self, change: impl FnOnce(&mut Policy)) {
        self.policy.send_modify(change);
    }

    /// Lets an access key in.
    pub fn admit(&self, key: &str) {
        self.set(|policy| {
            policy.keys.insert(key.to_owned());
        });
    }
}

async fn serve(
    mut client: TcpStream,
    behind: &str,
    rules: &watch::Receiver<Policy>,
) -> std::io::Result<()> {
    let request = read(&mut client).await?;
    if request.contains("Action=GetCallerIdentity") {
        let mut rules = rules.clone();
        // The test may be over.
        drop(rules.wait_for(|policy| !policy.is_slow).await);
    }
    let policy = rules.borrow().clone();
    let Some(answer) = answer(&request, &policy) else {
        let mut server = TcpStream::connect(behind).await?;
        let closing = request.replacen("\r\n", "\r\nconnection: close\r\n", 1);
        server.write_all(closing.as_bytes()).await?;
        tokio::io::copy(&mut server, &mut client).await?;
        return client.shutdown().await;
    };
    client.write_all(answer.as_bytes()).await?;
    client.shutdown().await
}

/// What it answers itself; `None` for what goes on to the server.
fn answer(request: &str, policy: &Policy) -> Option<String> {
    let path = request.split(' ').nth(1).unwrap_or_default();
    if let Some((status, kind, message)) = &policy.instead {
        return Some(refusal(*status, kind, message));
    }
    if path.starts_with("/federation/credentials") {
        let expiration = 4_102_444_800_000_u64;
        let body = format!(
            "{{\"roleCredentials\":{{\"accessKeyId\":\"{GIVEN}\",\"secretAccessKey\":\"s\",\
             \"sessionToken\":\"t\",\"expiration\":{expiration}}}}}"
        );
        return Some(whole(200, "application/json", "", &body));
    }
    if request.contains("Action=AssumeRole") {
        return Some(if policy.roles {
            whole(
                200,
                "text/xml",
                "",
                &assumed(request.contains("WebIdentity")),
            )
        } else {
            let said = "User: arn:aws:iam::123456789012:user/ops is not authorized to perform: \
                        sts:AssumeRole on resource: arn:aws:iam::123456789012:role/Ops";
            xml_refusal(403, "AccessDenied", said)
        });
    }
    let key = request.split("Credential=").nth(1).unwrap_or_default();
    let key = key.split('/').next().unwrap_or_default();
    let is_for_sts = request.contains("Action=GetCallerIdentity");
    if is_for_sts && policy.is_silent {
        return Some(xml_refusal(
            403,
            "AccessDenied",
            "an endpoint policy forbids it",
        ));
    }
    if !policy.keys.contains(key) {
        let said = "The security token included in the request is expired";
        return Some(if is_for_sts {
            xml_refusal(403, "ExpiredToken", said)
        } else {
            refusal(403, "ExpiredTokenException", said)
        });
    }
    let (account, arn) = policy.caller.as_ref().filter(|_| is_for_sts)?;
    let body = format!(
        "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\
         <GetCallerIdentityResult><Arn>{arn}</Arn><UserId>u</UserId><Account>{account}</Account>\
         </GetCallerIdentityResult></GetCallerIdentityResponse>"
    );
    Some(whole(200, "text/xml", "", &body))
}

fn assumed(by_token: bool) -> String {
    let name = if by_token {
        "AssumeRoleWithWebIdentity"
    } else {
        "AssumeRole"
    };
    format!(
        "<{name}Response xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><{name}Result>\
         <Credentials><AccessKeyId>{GIVEN}</AccessKeyId><SecretAccessKey>s</SecretAccessKey>\
         <SessionToken>t</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>\
         <AssumedRoleUser><AssumedRoleId>A:s</AssumedRoleId>\
         <Arn>arn:aws:sts::123456789012:assumed-role/Ops/s</Arn></AssumedRoleUser>\
         </{name}Result></{name}Response>"
    )
}

fn refusal(status: u16, kind: &str, message: &str) -> String {
    let body = serde_json::json!({ "message": message }).to_string();
    let header = format!("x-amzn-errortype: {kind}\r\n");
    whole(status, "application/json", &header, &body)
}

fn xml_refusal(status: u16, code: &str, message: &str) -> String {
    let body = format!(
        "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error>\
         <Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>\
         <RequestId>r</RequestId></ErrorResponse>"
    );
    whole(status, "text/xml", "", &body)
}

fn whole(status: u16, kind: &str, headers: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status} Status\r\ncontent-type: {kind}\r\n{headers}content-length: {}\r\n\
         connection: close\r\n\r\n{body}",
        body.len()
    )
}

/// Head and body of one request.
async fn read(stream: &mut TcpStream) -> std::io::Result<String> {
    let mut bytes = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let lines = head.to_lowercase();
            let length = lines
                .lines()
                .find_map(|line| line.strip_prefix("content-length:"));
            let length = length.and_then(|length| length.trim().parse::<usize>().ok());
            if body.len() >= length.unwrap_or_default() {
                return Ok(text);
            }
        }
        match stream.read(&mut chunk).await? {
            0 => return Ok(text),
            read => bytes.extend_from_slice(&chunk[..read]),
        }
    }
}
