//! HTTP/1.1 on loopback: connections, time limits, and what faults do to an answer on its way.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::{Body, Bytes, Frame, Incoming, SizeHint};
use hyper::header::{CONTENT_TYPE, HeaderName, RETRY_AFTER};
use hyper::http::request::Parts;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Interval, Sleep, interval, sleep, timeout};

use super::answer::Answer;
use super::call::Operation;
use super::crowd::{self, AtWork, Crowd};
use super::door;
use super::faults::{InjectedFault, Mishap};
use super::messages::{ControlMessage, ControlReply, Received, ReceivedRequest};
use super::refusal::Refusal;
use super::sts;
use crate::task::{self, Died, Job, Obituary};

/// Connections at the same time. For one more, the one that waits longest for its client is
/// closed; where all are being answered, it is refused.
const MOST_CONNECTIONS: usize = 256;
/// The longest body of a request, in bytes.
const LONGEST_BODY: usize = 1024 * 1024;
/// The time for a client to send its headers, however it divides them, or to say nothing on
/// an open connection.
const HEADER_TIME: Duration = Duration::from_mins(1);
/// The time for a client to make room for more of an answer.
const READ_TIME: Duration = Duration::from_secs(30);
/// The time for a client to send a body.
const BODY_TIME: Duration = Duration::from_secs(10);
/// The time that open requests have once the server is told to stop.
const STOP_TIME: Duration = Duration::from_secs(1);
/// The admin path, off unless asked for.
const FAULTS_PATH: &str = "/_plangate/faults";
/// Also admin: the last requests as they came in.
const REQUESTS_PATH: &str = "/_plangate/requests";

static ERROR_TYPE: HeaderName = HeaderName::from_static("x-amzn-errortype");
static REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");

/// The shared things that every connection needs.
#[derive(Clone)]
pub(super) struct ServiceDesk {
    pub control: mpsc::UnboundedSender<ControlMessage>,
    /// Of what the owner of the account died.
    pub owner: Obituary,
    /// The channel for deaths of tasks.
    pub deaths: mpsc::UnboundedSender<Died>,
    /// True if the admin path is open.
    pub admin: bool,
    pub served: Arc<AtomicU64>,
}

impl ServiceDesk {
    /// The refusal of who comes when nobody owns the account any more.
    fn stopped(&self) -> Refusal {
        let why = match self.owner.died() {
            Some(died) => format!("The embedded API Gateway has stopped: {died}"),
            None => "The embedded API Gateway has stopped".to_owned(),
        };
        Refusal::new(503, "ServiceUnavailableException", why)
    }
}

/// Accepts connections until told to stop, then lets open requests finish.
pub(super) async fn serve(
    listener: TcpListener,
    desk: ServiceDesk,
    mut stop: watch::Receiver<bool>,
) {
    let mut connections = Crowd::new(MOST_CONNECTIONS, desk.deaths.clone());
    let stopping = stop.clone();
    loop {
        tokio::select! {
            _ = stop.changed() => break,
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) if connections.make_room() => {
                    let (desk, stopping) = (desk.clone(), stopping.clone());
                    connections.serve(|line| connection(stream, desk, line, stopping));
                }
                Ok((stream, _)) => turn_away(&stream),
                // Out of file descriptors, most likely: wait for some to come back.
                Err(_) => sleep(Duration::from_millis(50)).await,
            }
        }
    }
    drop(listener);
    drop(timeout(STOP_TIME, connections.ended()).await);
}

/// Says so, as far as that is possible without waiting.
fn turn_away(stream: &TcpStream) {
    let text = refusal_text(
        "HTTP/1.1 429 Too Many Requests",
        "TooManyRequestsException",
        "Too many connections",
    );
    drop(stream.try_write(text.as_bytes()));
}

async fn connection(
    stream: TcpStream,
    desk: ServiceDesk,
    line: Arc<crowd::ConnectionState>,
    mut stop: watch::Receiver<bool>,
) {
    // Small answers must not wait for the client's acknowledgement.
    drop(stream.set_nodelay(true));
    let reset = Arc::new(AtomicBool::new(false));
    let wire = Wire {
        stream,
        reset: Arc::clone(&reset),
        stuck: None,
    };
    let service = service_fn(move |request| {
        respond(request, desk.clone(), Arc::clone(&line), Arc::clone(&reset))
    });
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIME)
        // This bounds the head of a request too, at several times what API Gateway takes
        // (10,240 bytes, quotas page).
        .max_buf_size(64 * 1024)
        .serve_connection(TokioIo::new(wire), service);
    tokio::pin!(served);
    // Errors here are the client's: it went away, or it does not speak HTTP.
    tokio::select! {
        ended = served.as_mut() => drop(ended),
        _ = stop.changed() => {
            // A request that is under way still gets its answer.
            served.as_mut().graceful_shutdown();
            drop(served.await);
        }
    }
}

/// A connection that can be torn down so that the client sees a reset.
struct Wire {
    stream: TcpStream,
    reset: Arc<AtomicBool>,
    /// Runs while the client takes nothing of an answer.
    stuck: Option<Pin<Box<Sleep>>>,
}

impl Wire {
    /// The result of a try to write; a client that takes nothing for too long is gone.
    fn unless_stuck<T>(
        &mut self,
        written: Poll<io::Result<T>>,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.stuck = None;
            return written;
        }
        let stuck = self.stuck.get_or_insert_with(|| Box::pin(sleep(READ_TIME)));
        match stuck.as_mut().poll(cx) {
            Poll::Ready(()) => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
            Poll::Pending => Poll::Pending,
        }
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        if self.reset.load(Ordering::SeqCst) {
            // With no time to linger the system sends a reset in the place of a proper end.
            drop(self.stream.set_zero_linger());
        }
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = match not_http(buf) {
            Some(text) => {
                let written = Pin::new(&mut self.stream).poll_write(cx, text.as_bytes());
                // All of hyper's own bytes count as written: the rest of them would follow
                // the text.
                written.map_ok(|_| buf.len())
            }
            None => Pin::new(&mut self.stream).poll_write(cx, buf),
        };
        self.unless_stuck(written, cx)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.reset.load(Ordering::SeqCst) {
            // A proper end would be sent before the reset.
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

/// hyper answers bytes that are not HTTP by itself, with a bare status: this gives the refusal the
/// body that clients of API Gateway expect (inferred text). Our own answers name a content type.
fn not_http(head: &[u8]) -> Option<String> {
    let head = std::str::from_utf8(head).ok()?;
    if !head.starts_with("HTTP/1.1 4")
        || !head.ends_with("\r\n\r\n")
        || head.contains("content-type")
    {
        return None;
    }
    Some(refusal_text(
        head.lines().next()?,
        "BadRequestException",
        "The request is not valid HTTP",
    ))
}

/// A whole refusal, after which the connection is closed.
fn refusal_text(status_line: &str, kind: &str, message: &str) -> String {
    let body = serde_json::json!({ "message": message }).to_string();
    format!(
        "{status_line}\r\ncontent-type: application/json\r\nx-amzn-errortype: {kind}\r\nconnection: close\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// A connection that is to be reset instead of answered.
#[derive(Debug, thiserror::Error)]
#[error("the connection is reset on purpose")]
struct Reset;

async fn respond(
    request: hyper::Request<Incoming>,
    desk: ServiceDesk,
    line: Arc<crowd::ConnectionState>,
    reset: Arc<AtomicBool>,
) -> Result<Response<Sent>, Reset> {
    let number = desk.served.fetch_add(1, Ordering::Relaxed) + 1;
    // A UUID in form, as the service's own, and counted, so that runs can be compared.
    let id = format!("00000000-0000-4000-8000-{number:012x}");
    let mut at_work = None;
    let answered = match read(request).await {
        Ok((head, body)) => {
            // Not before the request is whole: a client that is slow to send one may be
            // closed.
            at_work = Some(AtWork::on(&line));
            let answered = answer(&head, &body, &desk, &id);
            let answered = task::watch(Job::Request, answered).await;
            answered.unwrap_or_else(|died| {
                let refusal = Refusal::new(500, "InternalFailure", died.to_string());
                drop(desk.deaths.send(died));
                Err(refusal)
            })
        }
        Err(refusal) => Err(refusal),
    };
    let ControlReply { answer, mishap } = answered.unwrap_or_else(|refusal| ControlReply {
        answer: refusal.into(),
        mishap: None,
    });
    match mishap {
        Some(Mishap::Late(delay)) => sleep(delay).await,
        Some(Mishap::Reset) => {
            reset.store(true, Ordering::SeqCst);
            return Err(Reset);
        }
        _ => {}
    }
    Ok(response(answer, mishap, at_work, id))
}

/// The response that carries an answer.
fn response(
    answer: Answer,
    mishap: Option<Mishap>,
    at_work: Option<AtWork>,
    id: String,
) -> Response<Sent> {
    let Answer {
        status,
        error,
        retry_after,
        content_type,
        body,
    } = answer;
    let body = Sent {
        body: AnswerBody::new(body.into(), mishap),
        _at_work: at_work,
    };
    let mut response = Response::new(body);
    *response.status_mut() =
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(
        CONTENT_TYPE,
        hyper::header::HeaderValue::from_static(content_type),
    );
    if let Some(kind) = error {
        headers.insert(&ERROR_TYPE, hyper::header::HeaderValue::from_static(kind));
    }
    if let Some(seconds) = retry_after {
        headers.insert(RETRY_AFTER, seconds.into());
    }
    if let Ok(id) = id.try_into() {
        headers.insert(&REQUEST_ID, id);
    }
    response
}

async fn answer(
    head: &Parts,
    body: &Bytes,
    desk: &ServiceDesk,
    id: &str,
) -> Result<ControlReply, Refusal> {
    let (path, query) = (head.uri.path(), head.uri.query());
    if desk.admin && [FAULTS_PATH, REQUESTS_PATH].contains(&path) {
        let answer = admin(head.method.as_str(), path, body, desk).await?;
        return Ok(ControlReply {
            answer,
            mishap: None,
        });
    }
    if sts::is_for_sts(&head.method, path, &head.headers) {
        return Ok(ControlReply {
            answer: sts::answer(body, id),
            mishap: None,
        });
    }
    let call = Operation::parse(&head.method, path, query, body)?;
    let request = ReceivedRequest {
        operation: call.name().to_owned(),
        method: head.method.to_string(),
        path: head.uri.to_string(),
        // Bodies are kept only where somebody can ask for them.
        body: if desk.admin {
            String::from_utf8_lossy(body).into_owned()
        } else {
            String::new()
        },
    };
    let (reply, answered) = oneshot::channel();
    desk.control
        .send(ControlMessage::Call(Received {
            call,
            request,
            reply,
        }))
        .map_err(|_| desk.stopped())?;
    answered.await.map_err(|_| desk.stopped())
}

/// A whole request, if it may come in and its body is neither too long nor too slow.
/// Inferred texts.
async fn read(request: hyper::Request<Incoming>) -> Result<(Parts, Bytes), Refusal> {
    let (head, body) = request.into_parts();
    door::check(&head)?;
    let too_large = || {
        Refusal::new(
            413,
            "RequestEntityTooLargeException",
            "Request body must be at most 1 MiB",
        )
    };
    // A length that is announced is judged before a byte of the body is read.
    if body.size_hint().lower() > LONGEST_BODY as u64 {
        return Err(too_large());
    }
    match timeout(BODY_TIME, Limited::new(body, LONGEST_BODY).collect()).await {
        Ok(Ok(body)) => Ok((head, body.to_bytes())),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(too_large()),
        Ok(Err(_)) => Err(Refusal::bad_request("The request body could not be read")),
        Err(_) => Err(Refusal::new(
            408,
            "RequestTimeoutException",
            "The request body did not arrive in time",
        )),
    }
}

/// `POST` schedules a fault, `DELETE` takes all back; `GET` of the requests reads the last ones.
async fn admin(
    method: &str,
    path: &str,
    body: &[u8],
    desk: &ServiceDesk,
) -> Result<Answer, Refusal> {
    match (method, path) {
        ("POST", FAULTS_PATH) => {
            let fault: InjectedFault = serde_json::from_slice(body)
                .map_err(|error| Refusal::bad_request(format!("Not a fault: {error}")))?;
            desk.control
                .send(ControlMessage::Schedule(fault))
                .map_err(|_| desk.stopped())?;
            Ok(Answer::empty(204))
        }
        ("DELETE", FAULTS_PATH) => {
            desk.control
                .send(ControlMessage::ClearFaults)
                .map_err(|_| desk.stopped())?;
            Ok(Answer::empty(204))
        }
        ("GET", REQUESTS_PATH) => {
            let (reply, answered) = oneshot::channel();
            desk.control
                .send(ControlMessage::Requests(reply))
                .map_err(|_| desk.stopped())?;
            Ok(Answer::json(
                200,
                &answered.await.map_err(|_| desk.stopped())?,
            ))
        }
        _ => Err(Refusal::no_such_route()),
    }
}

/// An answer on its way: until its end the connection is at work.
struct Sent {
    body: AnswerBody,
    _at_work: Option<AtWork>,
}

impl Body for Sent {
    type Data = Bytes;
    type Error = Reset;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Reset>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// The body of an answer, whole or spoilt.
enum AnswerBody {
    Whole(Option<Bytes>),
    /// Half of the bytes that were announced, then the connection ends.
    Truncated {
        half: Option<Bytes>,
        announced: u64,
        flushed: bool,
    },
    /// All but the end, then white space for ever.
    Endless {
        start: Option<Bytes>,
        trickle: Interval,
    },
}

impl AnswerBody {
    fn new(bytes: Bytes, mishap: Option<Mishap>) -> Self {
        match mishap {
            Some(Mishap::NotJson) => Self::Whole(Some(Bytes::from_static(
                b"<html><head><title>Bad Gateway</title></head><body><h1>Bad Gateway</h1></body></html>",
            ))),
            Some(Mishap::Truncated) => {
                let half = bytes.slice(..bytes.len() / 2);
                // An empty body is cut short too: something was announced that never comes.
                let announced = (bytes.len() as u64).max(2);
                Self::Truncated { half: Some(half), announced, flushed: false }
            }
            Some(Mishap::Endless) => {
                let start = bytes.slice(..bytes.len().saturating_sub(1));
                Self::Endless { start: Some(start), trickle: interval(Duration::from_millis(20)) }
            }
            _ => Self::Whole(Some(bytes).filter(|bytes| !bytes.is_empty())),
        }
    }
}

impl Body for AnswerBody {
    type Data = Bytes;
    type Error = Reset;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Reset>>> {
        match &mut *self {
            Self::Whole(bytes) => Poll::Ready(bytes.take().map(|bytes| Ok(Frame::data(bytes)))),
            Self::Truncated { half, flushed, .. } => {
                if let Some(half) = half.take().filter(|half| !half.is_empty()) {
                    return Poll::Ready(Some(Ok(Frame::data(half))));
                }
                if !*flushed {
                    // One turn in which the first half goes out.
                    *flushed = true;
                    cx.waker().wake_by_ref();
                    return Poll::Pending;
                }
                Poll::Ready(Some(Err(Reset)))
            }
            Self::Endless { start, trickle } => {
                if let Some(start) = start.take().filter(|start| !start.is_empty()) {
                    return Poll::Ready(Some(Ok(Frame::data(start))));
                }
                trickle
                    .poll_tick(cx)
                    .map(|_| Some(Ok(Frame::data(Bytes::from_static(&[b' '; 512])))))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(self, Self::Whole(None))
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(bytes) => SizeHint::with_exact(bytes.as_ref().map_or(0, Bytes::len) as u64),
            Self::Truncated { announced, .. } => SizeHint::with_exact(*announced),
            Self::Endless { .. } => SizeHint::default(),
        }
    }
}
