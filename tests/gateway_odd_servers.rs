//! The gateway against servers that are not API Gateway: what an operator is
//! told, what is tried again, and that a change is never sent twice.

#![allow(clippy::unwrap_used)]

use std::time::Duration;

use futures::{StreamExt, TryStreamExt};
use plangate::gateway::{Failure, FailureKind, Gateway, Options, Request};
use plangate::plan::calls::call::Call;
use plangate::plan::{Count, Map, Op, PatchOperation, Period, PlanId, Rate, UsagePlan};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// How long a test waits for what must come.
const DEADLINE: Duration = Duration::from_secs(20);

/// What the server does with one request.
#[derive(Clone)]
enum Answer {
    /// Status line, headers and body, then the end of the connection.
    Whole(String),
    /// This beginning, then the same bytes for ever.
    Endless(String),
    /// The end of the connection without an answer.
    Hangup,
    /// Nothing, for ever.
    Silence,
}

fn json(status: u16, body: &str) -> Answer {
    answer(status, "content-type: application/json\r\n", body)
}

fn error(status: u16, code: &str, message: &str) -> Answer {
    let body = serde_json::json!({ "message": message }).to_string();
    answer(status, &format!("x-amzn-errortype: {code}\r\n"), &body)
}

fn answer(status: u16, headers: &str, body: &str) -> Answer {
    Answer::Whole(format!(
        "HTTP/1.1 {status} Status\r\n{headers}content-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    ))
}

/// A server that gives each request the next answer, and the last one for ever.
struct Server {
    url: String,
    requests: UnboundedReceiver<String>,
}

impl Server {
    async fn start(answers: Vec<Answer>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (seen, requests) = unbounded_channel();
        tokio::spawn(async move {
            let mut answers = answers.into_iter();
            let mut now = answers.next().unwrap();
            let mut next = Some(now.clone());
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                if let Some(answer) = next.take() {
                    now = answer;
                }
                next = answers.next();
                let (seen, answer) = (seen.clone(), now.clone());
                tokio::spawn(async move {
                    let mut stream = stream;
                    let _ = seen.send(read_request(&mut stream).await);
                    give(stream, answer).await;
                });
            }
        });
        Self { url, requests }
    }

    /// How many requests came in all. Every call of the test is over by now.
    fn count(&mut self) -> usize {
        std::iter::from_fn(|| self.requests.try_recv().ok()).count()
    }
}

/// Head and body of a request with a `content-length`, or with none.
async fn read_request(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .filter_map(|line| {
                    line.to_lowercase()
                        .strip_prefix("content-length:")
                        .map(str::to_owned)
                })
                .find_map(|length| length.trim().parse::<usize>().ok())
                .unwrap_or_default();
            if body.len() >= length {
                return text;
            }
        }
        match stream.read(&mut chunk).await {
            Ok(0) | Err(_) => return text,
            Ok(n) => bytes.extend_from_slice(&chunk[..n]),
        }
    }
}

async fn give(mut stream: TcpStream, answer: Answer) {
    match answer {
        Answer::Whole(text) => {
            let _ = stream.write_all(text.as_bytes()).await;
            let _ = stream.shutdown().await;
        }
        Answer::Endless(beginning) => {
            let _ = stream.write_all(beginning.as_bytes()).await;
            let more = vec![b' '; 65536];
            while stream.write_all(&more).await.is_ok() {}
        }
        Answer::Hangup => {}
        Answer::Silence => {
            // Until the other side has had enough.
            let _ = stream.read(&mut [0; 1]).await;
        }
    }
}

async fn gateway_to(url: &str) -> (Gateway, UnboundedReceiver<Request>) {
    let options = Options {
        demo: true,
        endpoint_url: Some(url.to_owned()),
        read_timeout: Some(Duration::from_secs(10)),
        ..Options::default()
    };
    connect(options).await
}

async fn impatient_gateway(url: &str) -> Gateway {
    let options = Options {
        demo: true,
        endpoint_url: Some(url.to_owned()),
        read_timeout: Some(Duration::from_millis(150)),
        ..Options::default()
    };
    connect(options).await.0
}

async fn connect(options: Options) -> (Gateway, UnboundedReceiver<Request>) {
    let (log, requests) = unbounded_channel();
    (Gateway::connect(options, log).await.unwrap(), requests)
}

async fn list(gateway: &Gateway) -> Result<Vec<UsagePlan>, Failure> {
    let all = gateway.plans(None).try_concat();
    tokio::time::timeout(DEADLINE, all).await.unwrap()
}

async fn rename(gateway: &Gateway) -> Result<Option<UsagePlan>, Failure> {
    let call = renaming();
    let sending = gateway.send(&call);
    tokio::time::timeout(DEADLINE, sending)
        .await
        .unwrap()
        .map(|reply| reply.plan)
}

fn renaming() -> Call {
    Call::Update {
        plan: PlanId("w0mvrr".to_owned()),
        operations: vec![PatchOperation::new(Op::Replace, "/name", "Gold")],
    }
}

/// An empty list.
const NONE: &str = r#"{"item":[]}"#;

const RENAMED: &str = r#"{"id":"w0mvrr","name":"Gold","tags":{}}"#;

#[tokio::test]
async fn numbers_that_are_texts_are_mended() {
    let body = r#"{"item": [{"id": "a", "name": "A", "tags": {"limit": "5"},
        "throttle": {"rateLimit": "12.5", "burstLimit" : "25"},
        "quota": {"limit": "1300", "offset": "5", "period": "WEEK"},
        "apiStages": [{"apiId": "x", "stage": "y",
            "throttle": {"/pets/GET": {"rateLimit": "0.5", "burstLimit": "1"}}}]}]}"#;
    let server = Server::start(vec![json(200, body)]).await;
    let (gateway, mut log) = gateway_to(&server.url).await;

    let plans = list(&gateway).await.unwrap();

    let settings = &plans[0].settings;
    let throttle = settings.throttle.unwrap();
    assert_eq!(throttle.rate, Rate::new(12.5));
    assert_eq!(throttle.burst, Count::new(25));
    let quota = settings.quota.clone().unwrap();
    assert_eq!(quota.limit, Count::new(1300));
    assert_eq!(quota.offset, Count::new(5));
    assert_eq!(quota.period, Some(Period::Week));
    let method = settings.stages.values().next().unwrap().values().next();
    assert_eq!(method.unwrap().rate, Rate::new(0.5));
    assert_eq!(
        settings.tags.get("limit").unwrap(),
        "5",
        "a tag is a text whatever its key"
    );
    assert_eq!(
        log.recv().await.unwrap().outcome,
        Ok("200, 1 plan, numbers corrected".to_owned())
    );
}

#[tokio::test]
async fn what_cannot_be_mended_names_operation_and_field() {
    let cases = [
        (
            r#"{"item":[{"id":"a"},{"id":"b","quota":{"limit":"many","period":"DAY"}}]}"#,
            Some("item[1].quota.limit"),
        ),
        (
            r#"{"item":[{"id":"a","throttle":{"burstLimit":99999999999}}]}"#,
            Some("item[0].throttle.burstLimit"),
        ),
        (r#"{"item":[{"id":7}]}"#, Some("item[0].id")),
        (r#"{"item":[{"name":"no id"}]}"#, Some("item[0].id")),
        (r#"{"item":{"id":"a"}}"#, Some("item")),
        (r#"{"item":[{"id":"a"}"#, None),
        ("<html>Welcome</html>", None),
        ("[]", None),
    ];
    for (body, field) in cases {
        let mut server = Server::start(vec![json(200, body)]).await;
        let (gateway, _log) = gateway_to(&server.url).await;

        let failure = list(&gateway).await.unwrap_err();

        let field = field.map(str::to_owned);
        assert_eq!(failure.operation, "GetUsagePlans", "{body}");
        assert_eq!(failure.kind, FailureKind::BadAnswer { field }, "{body}");
        assert_eq!(server.count(), 1, "asking again gives the same: {body}");
    }
}

#[tokio::test]
async fn null_stands_for_absent() {
    let body = r#"{"position": null, "item": [{"id": "a", "name": null, "description": null,
        "apiStages": null, "throttle": null, "quota": null, "productCode": null, "tags": null},
        {"id": "b", "throttle": {"rateLimit": null, "burstLimit": null},
         "apiStages": [{"apiId": "x", "stage": "y", "throttle": null}]}]}"#;
    let server = Server::start(vec![json(200, body)]).await;
    let (gateway, _log) = gateway_to(&server.url).await;

    let plans = list(&gateway).await.unwrap();

    assert_eq!(plans[0].settings, plangate::plan::Settings::default());
    assert_eq!(
        plans[1].settings.throttle, None,
        "no half is set, none is 0"
    );
    assert_eq!(plans[1].settings.stages.len(), 1);
}

#[tokio::test]
async fn a_failing_server_is_asked_again_but_not_told_again() {
    let page = answer(500, "", "<html>Internal Server Error</html>");

    let mut server = Server::start(vec![page.clone(), page.clone(), json(200, NONE)]).await;
    let (gateway, mut log) = gateway_to(&server.url).await;
    assert_eq!(list(&gateway).await.unwrap(), []);
    assert_eq!(server.count(), 3);
    let attempts: Vec<_> = std::iter::from_fn(|| log.try_recv().ok()).collect();
    assert_eq!(attempts.len(), 3);
    assert_eq!(attempts[2].attempt, 3);
    assert!(
        attempts[0]
            .outcome
            .as_ref()
            .unwrap_err()
            .starts_with("500, ")
    );

    let mut server = Server::start(vec![page.clone()]).await;
    let (gateway, _log) = gateway_to(&server.url).await;
    let failure = list(&gateway).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Service { status: 500 });
    assert_eq!(failure.attempts(), 4);
    assert_eq!(server.count(), 4, "bounded");

    let failure = rename(&gateway).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Service { status: 500 });
    assert!(!failure.surely_unchanged());
    assert_eq!(server.count(), 1, "it may have been made");
}

#[tokio::test]
async fn an_answer_without_end_ends() {
    let beginning = "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{";
    let server = Server::start(vec![Answer::Endless(beginning.to_owned())]).await;
    let (gateway, _log) = gateway_to(&server.url).await;

    let failure = list(&gateway).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::BadAnswer { field: None });
    assert!(failure.said().contains("longer than"), "{failure}");

    let failure = rename(&gateway).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::BadAnswer { field: None });
    assert!(!failure.surely_unchanged());
}

#[tokio::test]
async fn an_answer_that_does_not_come_is_not_waited_for() {
    let stalled = "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{";
    for answer in [Answer::Silence, Answer::Whole(stalled.to_owned())] {
        let is_silence = matches!(answer, Answer::Silence);
        let mut server = Server::start(vec![answer]).await;
        let gateway = impatient_gateway(&server.url).await;

        let failure = rename(&gateway).await.unwrap_err();

        assert_eq!(server.count(), 1);
        assert!(!failure.surely_unchanged());
        if is_silence {
            let after = Duration::from_millis(150);
            assert_eq!(failure.kind, FailureKind::TimedOut { after });
            assert!(failure.to_string().contains("within 0.1"), "{failure}");
        } else {
            assert_eq!(failure.kind, FailureKind::Lost);
        }
    }
}

#[tokio::test]
async fn a_lost_connection_is_asked_again_but_not_told_again() {
    let mut server = Server::start(vec![Answer::Hangup, json(200, NONE)]).await;
    let (gateway, _log) = gateway_to(&server.url).await;
    assert_eq!(list(&gateway).await.unwrap(), []);
    assert_eq!(server.count(), 2);

    let mut server = Server::start(vec![Answer::Hangup]).await;
    let (gateway, _log) = gateway_to(&server.url).await;
    let failure = rename(&gateway).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Lost);
    assert!(!failure.surely_unchanged());
    assert!(
        failure.to_string().contains("may have been made"),
        "{failure}"
    );
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn a_refused_connection_changed_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let (gateway, mut log) = gateway_to(&url).await;

    let failure = rename(&gateway).await.unwrap_err();

    assert_eq!(failure.kind, FailureKind::Unreachable);
    assert!(failure.surely_unchanged());
    let text = failure.to_string();
    assert!(text.contains(&url) && text.contains("refused"), "{text}");
    assert!(text.contains("Nothing was changed"), "{text}");
    assert_eq!(log.recv().await.unwrap().attempt, 1);
    assert_eq!(log.recv().await.unwrap().attempt, 2, "it was never sent");
}

#[tokio::test]
async fn an_update_that_came_too_soon_is_the_send_queues_to_send_again() {
    let body = r#"{"message":"Too Many Requests"}"#;
    let headers = "x-amzn-errortype: TooManyRequestsException\r\nretry-after: 7\r\n";
    let mut server = Server::start(vec![answer(429, headers, body)]).await;
    let (gateway, _log) = gateway_to(&server.url).await;

    let failure = rename(&gateway).await.unwrap_err();

    let asked = Some(Duration::from_secs(7));
    let kind = FailureKind::TooManyRequests { retry_after: asked };
    assert_eq!(failure.kind, kind);
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn a_long_wait_is_the_operators_to_decide() {
    let headers = "x-amzn-errortype: TooManyRequestsException\r\nretry-after: 600\r\n";
    let mut server = Server::start(vec![answer(429, headers, "{}")]).await;
    let (gateway, _log) = gateway_to(&server.url).await;

    let failure = rename(&gateway).await.unwrap_err();

    let retry_after = Some(Duration::from_mins(10));
    assert_eq!(failure.kind, FailureKind::TooManyRequests { retry_after });
    assert!(failure.to_string().contains("600 s"), "{failure}");
    assert!(failure.surely_unchanged());
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn a_limit_is_not_tried_again() {
    let full = error(429, "LimitExceededException", "no more plans");
    let mut server = Server::start(vec![full]).await;
    let (gateway, _log) = gateway_to(&server.url).await;

    let failure = rename(&gateway).await.unwrap_err();

    assert_eq!(failure.kind, FailureKind::LimitExceeded);
    assert!(failure.surely_unchanged());
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn a_call_that_is_dropped_is_cancelled_and_logged() {
    let mut server = Server::start(vec![Answer::Silence]).await;
    let (gateway, mut log) = gateway_to(&server.url).await;

    let call = tokio::spawn(async move { rename(&gateway).await });
    server.requests.recv().await.unwrap();
    call.abort();
    assert!(call.await.unwrap_err().is_cancelled());

    let entry = log.recv().await.unwrap();
    assert_eq!(entry.operation, "UpdateUsagePlan");
    assert_eq!(entry.target, "w0mvrr");
    assert_eq!(entry.outcome, Err("cancelled".to_owned()));
    assert_eq!(log.recv().await, None, "nothing is under way any more");
    assert_eq!(server.count(), 0);
}

#[tokio::test]
async fn a_position_that_comes_again_is_no_end_of_the_list() {
    let page = json(200, r#"{"position":"p","item":[{"id":"a"}]}"#);
    let mut server = Server::start(vec![page]).await;
    let (gateway, _log) = gateway_to(&server.url).await;

    let pages: Vec<_> = gateway.plans(None).collect().await;

    assert_eq!(pages.len(), 2);
    assert!(pages[0].is_ok());
    let failure = pages[1].as_ref().unwrap_err();
    let field = Some("position".to_owned());
    assert_eq!(failure.kind, FailureKind::BadAnswer { field });
    assert!(
        failure.to_string().contains("the list does not end"),
        "{failure}"
    );
    assert_eq!(server.count(), 2);
}

#[tokio::test]
async fn what_the_service_says_reaches_the_operator() {
    use FailureKind as K;
    let not_allowed = "User: arn:aws:iam::123456789012:user/pat is not authorized to perform: \
        apigateway:GET on resource: arn:aws:apigateway:us-east-1::/usageplans/w0mvrr because \
        no identity-based policy allows the apigateway:GET action";
    let cases = [
        (
            error(404, "NotFoundException", "Invalid Usage Plan ID specified"),
            K::NotFound,
            "Invalid Usage Plan ID specified",
        ),
        (
            error(
                400,
                "BadRequestException:http://internal/",
                "Invalid patch path  '/x'",
            ),
            K::Refused,
            "Invalid patch path  '/x'",
        ),
        (
            error(403, "AccessDeniedException", not_allowed),
            K::Denied {
                action: "apigateway:GET".to_owned(),
                resource: "arn:aws:apigateway:us-east-1::/usageplans/w0mvrr".to_owned(),
            },
            "apigateway:GET on resource: arn:aws:apigateway:us-east-1::/usageplans/w0mvrr",
        ),
        (
            error(403, "AccessDeniedException", "no"),
            K::Denied {
                action: "apigateway:GET".to_owned(),
                resource: "/usageplans/w0mvrr".to_owned(),
            },
            "apigateway:GET on /usageplans/w0mvrr",
        ),
        (
            error(
                403,
                "ExpiredTokenException",
                "The security token is expired",
            ),
            K::Expired,
            "aws sso login",
        ),
        (
            error(403, "UnrecognizedClientException", "The token is invalid"),
            K::WrongCredentials,
            "clock",
        ),
        (error(409, "ConflictException", "busy"), K::Conflict, "busy"),
        (
            answer(404, "", "<html>not routed</html>"),
            K::Refused,
            "HTTP 404 without an error of AWS's own",
        ),
        (
            error(400, "BadRequestException", "red \u{1b}[31m text"),
            K::Refused,
            "\\u{1b}[31m",
        ),
    ];
    for (answer, kind, words) in cases {
        let mut server = Server::start(vec![answer]).await;
        let (gateway, _log) = gateway_to(&server.url).await;

        let failure = gateway.plan(&PlanId("w0mvrr".into())).await.unwrap_err();

        assert_eq!(failure.kind, kind);
        assert!(failure.to_string().contains(words), "{failure}");
        assert!(
            failure.to_string().contains("GetUsagePlan w0mvrr"),
            "{failure}"
        );
        assert_eq!(server.count(), 1);
    }
}

#[tokio::test]
async fn the_values_of_keys_are_nowhere() {
    let body = r#"{"item":[{"id":"k1","type":"API_KEY","value":"s3cretValue","name":"one"}]}"#;
    let mut server = Server::start(vec![json(200, body)]).await;
    let (gateway, mut log) = gateway_to(&server.url).await;

    let of_plan = gateway.plan_keys(&PlanId("w0mvrr".into())).await.unwrap();
    let of_account = gateway.api_keys().await.unwrap();

    assert_eq!(of_plan[0].name, "one");
    assert_eq!(of_account[0].id, "k1");
    let entries = (log.recv().await, log.recv().await);
    let shown = format!("{of_plan:?} {of_account:?} {entries:?} {gateway:?}");
    assert!(!shown.contains("s3cretValue"), "{shown}");
    server.requests.recv().await.unwrap();
    let request = server.requests.recv().await.unwrap();
    assert!(request.starts_with("GET /apikeys?"), "{request}");
    assert!(!request.contains("includeValues=true"), "{request}");
}

#[tokio::test]
async fn changes_go_out_as_the_service_reads_them() {
    let mut server = Server::start(vec![json(200, RENAMED)]).await;
    let (gateway, _log) = gateway_to(&server.url).await;

    rename(&gateway).await.unwrap();
    let request = server.requests.recv().await.unwrap();
    assert!(
        request.starts_with("PATCH /usageplans/w0mvrr "),
        "{request}"
    );
    assert!(
        request.to_lowercase().contains("accept: application/json"),
        "{request}"
    );
    let (_, body) = request.split_once("\r\n\r\n").unwrap();
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(body).unwrap(),
        serde_json::json!({"patchOperations": [{"op": "replace", "path": "/name", "value": "Gold"}]})
    );

    let plan = PlanId("w0mvrr".to_owned());
    let tags = Map::from_iter([("team".to_owned(), "data".to_owned())]);
    let tag = Call::Tag {
        plan: plan.clone(),
        tags,
    };
    assert_eq!(gateway.send(&tag).await.unwrap().plan, None);
    let request = server.requests.recv().await.unwrap();
    let arn = "/tags/arn%3Aaws%3Aapigateway%3Aus-east-1%3A%3A%2Fusageplans%2Fw0mvrr";
    assert!(request.starts_with(&format!("PUT {arn} ")), "{request}");

    let untag = Call::Untag {
        plan,
        keys: vec!["team".to_owned()],
    };
    assert_eq!(gateway.send(&untag).await.unwrap().plan, None);
    let request = server.requests.recv().await.unwrap();
    assert!(
        request.starts_with(&format!("DELETE {arn}?tagKeys=team ")),
        "{request}"
    );
}

#[tokio::test]
async fn usage_comes_in_pages_and_odd_days_are_no_usage() {
    let day = jiff::civil::date(2026, 3, 1);
    let first = r#"{"position":"p2","values":{"b":[[1,9],[2,7]],"a":[[0,-1]]}}"#;
    let last = r#"{"values":{"c":[],"d":[[3,0]]}}"#;
    let mut server = Server::start(vec![json(200, first), json(200, last)]).await;
    let (gateway, _log) = gateway_to(&server.url).await;
    let plan = PlanId("w0mvrr".to_owned());
    let tomorrow = day.tomorrow().unwrap();

    let usage = gateway.usage(&plan, day, tomorrow, None).await.unwrap();

    assert_eq!(usage.keys().collect::<Vec<_>>(), ["a", "b", "c", "d"]);
    let used = |key| -> Vec<Option<i64>> { usage.days(key).map(|(_, day)| day.used).collect() };
    assert_eq!(used("b"), [Some(1), Some(2)]);
    assert_eq!(
        used("c"),
        [None, None],
        "no days are told, not days without use"
    );
    let asked = server.requests.recv().await.unwrap();
    for part in ["startDate=2026-03-01", "endDate=2026-03-02", "limit=500"] {
        assert!(asked.contains(part), "{asked}");
    }
    assert!(
        server
            .requests
            .recv()
            .await
            .unwrap()
            .contains("position=p2")
    );

    // What is odd of one key is said of that key, and the others are read.
    for (days, used, said) in [
        ("[[1]]", [Some(1), None], None),
        ("[[]]", [None, None], None),
        ("[null,[2,null]]", [None, Some(2)], None),
        (
            "[[4e0,1],[5000000000,1]]",
            [Some(4), Some(5_000_000_000)],
            None,
        ),
        ("[[1,2,3]]", [None, None], Some("day 1: it has 3 numbers")),
        ("7", [None, None], Some("its days are 7")),
        (
            "[[1,2],[3,4],[5,6]]",
            [Some(1), Some(3)],
            Some("it has more days than were asked for"),
        ),
    ] {
        let body = format!(r#"{{"values":{{"odd":{days},"sound":[[1,9]]}}}}"#);
        let server = Server::start(vec![json(200, &body)]).await;
        let (gateway, _log) = gateway_to(&server.url).await;

        let usage = gateway.usage(&plan, day, tomorrow, None).await.unwrap();

        let read: Vec<Option<i64>> = usage.days("odd").map(|(_, day)| day.used).collect();
        assert_eq!(read, used, "{days}");
        let odd = usage.odd("odd");
        assert_eq!(odd.is_some(), said.is_some(), "{days}: {odd:?}");
        assert!(
            odd.unwrap_or_default()
                .starts_with(said.unwrap_or_default()),
            "{odd:?}"
        );
        assert_eq!(usage.told("sound").days, 1);
        assert_eq!(usage.odd("sound"), None);
    }

    // The days begin where the answer says that they do.
    let body = r#"{"startDate":"2026-03-02","values":{"late":[[5,9]]}}"#;
    let server = Server::start(vec![json(200, body)]).await;
    let (gateway, _log) = gateway_to(&server.url).await;
    let usage = gateway.usage(&plan, day, tomorrow, None).await.unwrap();
    let read: Vec<Option<i64>> = usage.days("late").map(|(_, day)| day.used).collect();
    assert_eq!(read, [None, Some(5)]);

    // Where no key can be told from another, the answer is not understood.
    for body in [
        r#"{"values":[]}"#,
        r#"{"values":7}"#,
        r#"{"item":[]}"#,
        "{}",
    ] {
        let server = Server::start(vec![json(200, body)]).await;
        let (gateway, _log) = gateway_to(&server.url).await;

        let failure = gateway.usage(&plan, day, tomorrow, None).await.unwrap_err();

        let field = Some("values".to_owned());
        assert_eq!(failure.kind, FailureKind::BadAnswer { field }, "{failure}");
    }
}

#[tokio::test]
async fn a_key_without_its_value_is_a_bad_answer() {
    let server = Server::start(vec![json(200, r#"{"id":"4hh5w74zt5"}"#)]).await;
    let (gateway, _log) = gateway_to(&server.url).await;

    let failure = gateway.key_value("4hh5w74zt5").await.unwrap_err();

    let field = Some("value".to_owned());
    assert_eq!(failure.kind, FailureKind::BadAnswer { field });
}

#[tokio::test]
async fn what_is_not_the_services_own_no_proves_nothing_of_a_change() {
    const PAGE: &str = "<html>Blocked</html>";
    let html = "content-type: text/html\r\n";
    let answers = [
        answer(403, html, PAGE),
        answer(404, html, PAGE),
        answer(401, html, PAGE),
        answer(429, html, PAGE),
        answer(409, "", ""),
        answer(302, "location: /login\r\n", ""),
        answer(408, "", r#"{"message":"Request Timeout"}"#),
        answer(200, html, PAGE),
        answer(200, "", ""),
        answer(204, "", ""),
        json(200, "{}"),
    ];
    for given in answers {
        let mut server = Server::start(vec![given]).await;
        let (gateway, _log) = gateway_to(&server.url).await;

        let failure = rename(&gateway).await.unwrap_err();

        assert!(!failure.surely_unchanged(), "{failure}");
        assert!(
            failure.to_string().contains("may have been made"),
            "{failure}"
        );
        assert_eq!(server.count(), 1, "it is not sent again: {failure}");
    }
}

#[tokio::test]
async fn a_yes_that_is_a_page_of_html_is_none() {
    let plan = PlanId("w0mvrr".to_owned());
    let key = "k1".to_owned();
    let calls = [
        Call::Delete { plan: plan.clone() },
        Call::DetachKey {
            plan: plan.clone(),
            key: key.clone(),
        },
        Call::AttachKey {
            plan: plan.clone(),
            key,
        },
        Call::Untag {
            plan,
            keys: vec!["team".to_owned()],
        },
    ];
    for call in &calls {
        let page = answer(200, "", "<html>Welcome</html>");
        let server = Server::start(vec![page]).await;
        let (gateway, _log) = gateway_to(&server.url).await;

        let failure = gateway.send(call).await.unwrap_err();

        assert_eq!(
            failure.kind,
            FailureKind::BadAnswer { field: None },
            "{call:?}"
        );
        assert!(!failure.surely_unchanged(), "{call:?}");
    }
}

#[tokio::test]
async fn an_answer_about_something_else_is_told_as_that() {
    let other = r#"{"id":"qm6bea","name":"Gold","value":"s3cret","stageName":"other"}"#;
    let plan = PlanId("w0mvrr".to_owned());
    let field = Some("id".to_owned());
    let server = Server::start(vec![json(200, other)]).await;
    let (gateway, _log) = gateway_to(&server.url).await;

    let failures = [
        gateway.plan(&plan).await.unwrap_err(),
        rename(&gateway).await.unwrap_err(),
        gateway.has_key(&plan, "k1").await.unwrap_err(),
        gateway.key_value("k1").await.unwrap_err(),
        gateway.stage("a1", "prod").await.unwrap_err(),
    ];

    for failure in failures {
        let field = field.clone();
        assert_eq!(failure.kind, FailureKind::BadAnswer { field }, "{failure}");
        let text = failure.to_string();
        assert!(text.contains("it is about \""), "{text}");
        let is_change = failure.operation == "UpdateUsagePlan";
        assert_eq!(failure.surely_unchanged(), !is_change, "{text}");
        assert!(!text.contains("s3cret"), "{text}");
    }
}
