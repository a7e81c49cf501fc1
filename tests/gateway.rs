//! The gateway against the embedded API Gateway, over HTTP.

#![allow(clippy::unwrap_used)]

use std::fmt::Write as _;
use std::time::Duration;

use futures::{StreamExt, TryStreamExt};
use jiff::civil::{Weekday, date};
use plangate::emulator::{self, Clock, Emulator, FaultKind, InjectedFault, Limits};
use plangate::gateway::{Failure, FailureKind, Gateway, Options, Request};
use plangate::plan::calls::call::Call;
use plangate::plan::{
    Count, Map, MethodKey, Op, PatchOperation, Period, PlanId, Quota, Rate, Settings, StageKey,
    Throttle, UsagePlan,
};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

struct Session {
    emulator: Emulator,
    gateway: Gateway,
    log: UnboundedReceiver<Request>,
}

impl Session {
    async fn start(options: emulator::StartOptions) -> Self {
        let emulator = Emulator::start(emulator::StartOptions {
            faults: true,
            ..options
        })
        .await
        .unwrap();
        let (log, requests) = unbounded_channel();
        let options = Options {
            demo: true,
            endpoint_url: Some(emulator.endpoint()),
            ..Options::default()
        };
        let gateway = Gateway::connect(options, log).await.unwrap();
        Self {
            emulator,
            gateway,
            log: requests,
        }
    }

    async fn sample() -> Self {
        Self::start(emulator::StartOptions::default()).await
    }

    /// The sample account on Wednesday, 2026-03-18, noon UTC.
    async fn on_a_fixed_day() -> Self {
        Self::start(emulator::StartOptions {
            clock: Clock::fixed("2026-03-18T12:00:00Z".parse().unwrap()),
            ..emulator::StartOptions::default()
        })
        .await
    }

    async fn synthetic(plans: usize) -> Self {
        Self::start(emulator::StartOptions {
            plans: Some(plans),
            ..emulator::StartOptions::default()
        })
        .await
    }

    fn fault(&self, operation: &str, times: u32, kind: FaultKind) {
        self.emulator.faults().schedule(InjectedFault {
            times,
            ..InjectedFault::next(operation, kind)
        });
    }

    /// How many requests of an operation the server understood.
    async fn served(&self, operation: &str) -> usize {
        let requests = self.emulator.requests().await;
        requests
            .iter()
            .filter(|request| request.operation == operation)
            .count()
    }

    async fn rename(&self, name: &str) -> Result<Option<UsagePlan>, Failure> {
        let operation = PatchOperation::new(Op::Replace, "/name", name);
        self.update(vec![operation]).await
    }

    async fn update(&self, operations: Vec<PatchOperation>) -> Result<Option<UsagePlan>, Failure> {
        let call = Call::Update {
            plan: example(),
            operations,
        };
        self.gateway.send(&call).await.map(|reply| reply.plan)
    }

    async fn name(&self) -> String {
        self.gateway.plan(&example()).await.unwrap().settings.name
    }

    fn outcomes(&mut self) -> Vec<Result<String, String>> {
        std::iter::from_fn(|| self.log.try_recv().ok())
            .map(|request| request.outcome)
            .collect()
    }
}

/// A plan of the sample account.
fn example() -> PlanId {
    PlanId("w0mvrr".to_owned())
}

fn throttle(rate: f64, burst: i64) -> Throttle {
    Throttle::new(Rate::new(rate).unwrap(), Count::new(burst).unwrap())
}

#[tokio::test]
async fn plans_come_in_pages_of_500_as_they_arrive() {
    let mut session = Session::synthetic(1201).await;
    let mut pages = std::pin::pin!(session.gateway.plans(None));

    let first = pages.next().await.unwrap().unwrap();
    assert_eq!(first.len(), 500);
    assert_eq!(session.served("GetUsagePlans").await, 1, "the rest waits");

    let mut plans = first;
    while let Some(page) = pages.next().await {
        plans.extend(page.unwrap());
    }
    let ids: std::collections::BTreeSet<_> = plans.iter().map(|plan| &plan.id).collect();
    assert_eq!(ids.len(), 1201);
    let expected = ["200, 500 plans", "200, 500 plans", "200, 201 plans"];
    assert_eq!(
        session.outcomes(),
        expected.map(|outcome| Ok(outcome.to_owned()))
    );
}

#[tokio::test]
async fn plans_are_narrowed_to_one_key() {
    let session = Session::sample().await;
    let keys = session.gateway.plan_keys(&example()).await.unwrap();
    let key = keys.first().unwrap().id.clone();

    let plans: Vec<_> = session.gateway.plans(Some(key)).try_concat().await.unwrap();

    assert!(plans.iter().any(|plan| plan.id == example()));
    assert!(plans.len() < 5, "{}", plans.len());
}

#[tokio::test]
async fn the_surroundings_of_a_plan_are_read() {
    let session = Session::sample().await;
    let gateway = &session.gateway;

    let apis = gateway.apis().await.unwrap();
    let petstore = apis.iter().find(|api| api.name == "petstore").unwrap();
    let stages = gateway.stages(&petstore.id).await.unwrap();
    let prod = stages.iter().find(|stage| stage.key.stage == "prod");
    let prod = prod.unwrap();
    assert_eq!(prod.key.api, petstore.id);
    let keys: Vec<_> = prod.throttles.iter().map(|(key, _)| key.as_str()).collect();
    assert!(keys.contains(&"*/*"), "{keys:?}");
    // As the service spells it.
    assert!(keys.contains(&"~1pets/GET"), "{keys:?}");
    assert_eq!(&gateway.stage(&petstore.id, "prod").await.unwrap(), prod);

    let methods = gateway.methods(&petstore.id).await.unwrap();
    let list_pets = MethodKey::parse("/pets/GET").unwrap();
    assert!(
        methods
            .iter()
            .any(|method| method.key == list_pets && method.needs_key)
    );

    assert!(gateway.account().await.unwrap().throttle.is_some());
    let keys = gateway.api_keys().await.unwrap();
    assert!(keys.iter().all(|key| key.enabled.is_some()));
    let customer = |name| {
        let key = keys.iter().find(|key| key.name == name).unwrap();
        key.customer.as_str()
    };
    assert_eq!(customer("harbour-logistics"), "harbour");
    assert_eq!(customer("market-square"), "");
    assert!(
        gateway.plan_keys(&example()).await.unwrap()[0]
            .enabled
            .is_none()
    );
}

#[tokio::test]
async fn a_plan_is_created_updated_and_tagged() {
    let session = Session::sample().await;
    let api = session.gateway.apis().await.unwrap()[0].id.clone();
    let methods = Map::from_iter([(MethodKey::parse("/pets/GET").unwrap(), throttle(0.5, 1))]);
    let settings = Settings {
        name: "Gold 金".to_owned(),
        description: "for two".to_owned(),
        throttle: Some(throttle(12.5, 25)),
        quota: Some(Quota::new(
            Count::new(1300).unwrap(),
            Period::Week,
            Count::new(5).unwrap(),
        )),
        stages: FromIterator::from_iter([(StageKey::as_read(&api, "prod"), methods)]),
        tags: Map::from_iter([("team".to_owned(), "data".to_owned())]),
        ..Settings::default()
    };

    let create = Call::Create(Box::new(settings.clone()));
    let plan = session.gateway.send(&create).await.unwrap().plan.unwrap();
    assert_eq!(plan.settings, settings);
    assert_eq!(session.gateway.plan(&plan.id).await.unwrap(), plan);

    let update = Call::Update {
        plan: plan.id.clone(),
        operations: vec![
            PatchOperation::new(Op::Add, "/productCode", "code-1"),
            PatchOperation::remove("/quota"),
        ],
    };
    let updated = session.gateway.send(&update).await.unwrap().plan.unwrap();
    assert_eq!(updated.settings.product_code, "code-1");
    assert_eq!(updated.settings.quota, None);

    let tag = Call::Tag {
        plan: plan.id.clone(),
        tags: Map::from_iter([("owner".to_owned(), "pat".to_owned())]),
    };
    assert_eq!(session.gateway.send(&tag).await.unwrap().plan, None);
    let untag = Call::Untag {
        plan: plan.id.clone(),
        keys: vec!["team".to_owned()],
    };
    assert_eq!(session.gateway.send(&untag).await.unwrap().plan, None);
    let tags = session.gateway.plan(&plan.id).await.unwrap().settings.tags;
    assert_eq!(
        tags,
        Map::from_iter([("owner".to_owned(), "pat".to_owned())])
    );
}

#[tokio::test]
async fn questions_survive_passing_faults() {
    for (kind, times) in [
        (FaultKind::Throttle { retry_after: None }, 3),
        (FaultKind::InternalError, 3),
        (FaultKind::Unavailable, 3),
        (FaultKind::ResetBefore, 3),
        (FaultKind::ResetAfter, 3),
        (FaultKind::Truncated, 3),
    ] {
        let mut session = Session::sample().await;
        session.fault("GetUsagePlan", times, kind.clone());

        let plan = session.gateway.plan(&example()).await;

        assert_eq!(plan.unwrap().id, example(), "{kind:?}");
        assert_eq!(session.outcomes().len(), 4, "{kind:?}");
    }
}

#[tokio::test]
async fn questions_are_bounded_and_end_in_words() {
    use FailureKind as K;
    let denied = K::Denied {
        action: "apigateway:GET".to_owned(),
        resource: "arn:aws:apigateway:us-east-1::/*".to_owned(),
    };
    for (fault, kind, attempts) in [
        (
            FaultKind::Throttle { retry_after: None },
            K::TooManyRequests { retry_after: None },
            8,
        ),
        (FaultKind::InternalError, K::Service { status: 500 }, 4),
        (FaultKind::Unavailable, K::Service { status: 503 }, 4),
        (FaultKind::ResetBefore, K::Lost, 4),
        (FaultKind::AccessDenied, denied, 1),
        (FaultKind::ExpiredToken, K::Expired, 1),
        (FaultKind::NotJson, K::BadAnswer { field: None }, 1),
    ] {
        let session = Session::sample().await;
        session.fault("GetUsagePlan", 100, fault.clone());

        let failure = session.gateway.plan(&example()).await.unwrap_err();

        assert_eq!(failure.kind, kind, "{failure}");
        assert_eq!(failure.attempts(), attempts, "{failure}");
        assert!(failure.surely_unchanged(), "a question changes nothing");
    }
    let session = Session::sample().await;
    let unknown = PlanId("nosuch".to_owned());
    let failure = session.gateway.plan(&unknown).await.unwrap_err();
    assert_eq!(failure.kind, K::NotFound);
    assert!(
        failure
            .to_string()
            .contains("Invalid Usage Plan ID specified")
    );
}

#[tokio::test]
async fn a_change_is_made_once_at_most() {
    // Whether it was made, and whether the operator is told that it surely was not.
    for (fault, made, surely_unchanged) in [
        (FaultKind::ResetBefore, false, false),
        (FaultKind::ResetAfter, true, false),
        (FaultKind::Truncated, true, false),
        (FaultKind::NotJson, true, false),
        (FaultKind::InternalError, false, false),
        (FaultKind::Unavailable, false, false),
        (FaultKind::AccessDenied, false, true),
        (FaultKind::ExpiredToken, false, true),
    ] {
        let session = Session::sample().await;
        session.fault("UpdateUsagePlan", 1, fault.clone());

        let failure = session.rename("renamed").await.unwrap_err();

        assert_eq!(failure.surely_unchanged(), surely_unchanged, "{failure}");
        assert_eq!(session.served("UpdateUsagePlan").await, 1, "{failure}");
        assert_eq!(session.name().await == "renamed", made, "{failure}");
    }
}

#[tokio::test]
async fn a_change_that_was_throttled_is_sent_again() {
    let mut session = Session::sample().await;
    let retry_after = Some(0);
    session.fault("TagResource", 2, FaultKind::Throttle { retry_after });
    let call = Call::Tag {
        plan: example(),
        tags: [("team".to_owned(), "pay".to_owned())]
            .into_iter()
            .collect(),
    };

    session.gateway.send(&call).await.unwrap();

    let outcomes = session.outcomes();
    assert_eq!(outcomes.len(), 3);
    assert_eq!(
        outcomes[0],
        Err("429, too many requests: Too Many Requests".to_owned())
    );
    assert_eq!(outcomes[2], Ok("204".to_owned()));
}

#[tokio::test]
async fn a_refused_change_says_why() {
    let session = Session::sample().await;

    let failure = session
        .update(vec![PatchOperation::new(Op::Copy, "/name", "x")])
        .await
        .unwrap_err();

    assert_eq!(failure.kind, FailureKind::Refused);
    assert!(failure.surely_unchanged());
    let text = failure.to_string();
    assert!(text.contains("Invalid patch path"), "{text}");
    assert!(text.contains("Nothing was changed"), "{text}");
}

#[tokio::test]
async fn an_endless_answer_ends() {
    let emulator = Emulator::start(emulator::StartOptions::default())
        .await
        .unwrap();
    emulator.faults().schedule(InjectedFault {
        times: 10,
        ..InjectedFault::next("GetUsagePlan", FaultKind::Endless)
    });
    let after = Duration::from_millis(200);
    let options = Options {
        demo: true,
        endpoint_url: Some(emulator.endpoint()),
        read_timeout: Some(after),
        ..Options::default()
    };
    let (log, _requests) = unbounded_channel();
    let gateway = Gateway::connect(options, log).await.unwrap();

    let failure = gateway.plan(&example()).await.unwrap_err();

    assert_eq!(failure.kind, FailureKind::TimedOut { after });
}

#[tokio::test]
async fn dropping_a_call_frees_the_way_for_the_next() {
    let mut session = Session::sample().await;
    let late = FaultKind::Delay(Duration::from_mins(1));
    session.fault("GetUsagePlan", 1, late);

    let plan = example();
    let waiting = session.gateway.plan(&plan);
    let given_up = tokio::time::timeout(Duration::from_millis(50), waiting).await;
    assert!(given_up.is_err());

    assert_eq!(session.name().await, "basic-monthly");
    let outcomes = session.outcomes();
    assert_eq!(outcomes[0], Err("cancelled".to_owned()));
    assert_eq!(outcomes[1], Ok("200".to_owned()));
}

#[tokio::test]
async fn the_services_own_pace_is_told() {
    let session = Session::start(emulator::StartOptions {
        limits: Limits::Aws,
        ..emulator::StartOptions::default()
    })
    .await;
    session.rename("first").await.unwrap();

    let failure = session.rename("second").await.unwrap_err();

    assert!(matches!(failure.kind, FailureKind::TooManyRequests { .. }));
    assert!(failure.surely_unchanged());
    assert!(failure.to_string().contains("20 seconds"), "{failure}");
    assert_eq!(session.name().await, "first");
}

/// A key of the plan `petstore-bronze`, 50,000 requests a month, used on weekdays.
const KEY: &str = "ir98aqwaf7";

fn bronze() -> PlanId {
    PlanId("tf11o0".to_owned())
}

#[tokio::test]
async fn usage_is_read_day_by_day() {
    let mut session = Session::on_a_fixed_day().await;
    let (from, to) = (date(2026, 3, 1), date(2026, 3, 18));

    let plan = bronze();
    let usage = session.gateway.usage(&plan, from, to, None);
    let usage = usage.await.unwrap();

    assert_eq!((usage.first(), usage.last()), (from, to));
    let mut keys: Vec<_> = usage.keys().collect();
    keys.sort_unstable();
    assert_eq!(keys, ["9fijth2cba", KEY]);
    let mut left = 50_000;
    for (day, of_key) in usage.days(KEY) {
        let is_weekend = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
        let usual = if is_weekend { 200..300 } else { 1_300..1_700 };
        let used = of_key.used.unwrap();
        assert!(usual.contains(&used), "{day}: {of_key:?}");
        left -= used;
        assert_eq!(of_key.remaining, Some(left), "{day}");
    }
    assert_eq!(usage.days(KEY).count(), 18);
    assert_eq!(session.outcomes(), [Ok("200, 2 keys".to_owned())]);

    let one = session.gateway.usage(&plan, from, to, Some(KEY));
    assert_eq!(one.await.unwrap().keys().collect::<Vec<_>>(), [KEY]);
}

#[tokio::test]
async fn a_usage_that_cannot_be_read_says_why() {
    let session = Session::on_a_fixed_day().await;
    let (from, to) = (date(2026, 3, 1), date(2026, 3, 18));
    for (plan, from, key, kind) in [
        ("nosuch", from, None, FailureKind::NotFound),
        ("tf11o0", from, Some("nosuch"), FailureKind::NotFound),
        ("tf11o0", date(2026, 3, 19), None, FailureKind::Refused),
    ] {
        let plan = PlanId(plan.to_owned());
        let failure = session.gateway.usage(&plan, from, to, key).await;
        let failure = failure.unwrap_err();
        assert_eq!(failure.kind, kind, "{failure}");
        assert_eq!(failure.operation, "GetUsage");
    }
}

#[tokio::test]
async fn an_extension_is_made_once_at_most_and_read_back() {
    let session = Session::on_a_fixed_day().await;
    session.fault("UpdateUsage", 1, FaultKind::ResetAfter);
    let call = Call::ExtendUsage {
        plan: bronze(),
        key: KEY.to_owned(),
        remaining: Count::new(77_000).unwrap(),
    };

    let failure = session.gateway.send(&call).await.unwrap_err();

    assert!(!failure.surely_unchanged(), "{failure}");
    assert_eq!(session.served("UpdateUsage").await, 1);
    let (plan, today) = (bronze(), date(2026, 3, 18));
    let usage = session.gateway.usage(&plan, today, today, Some(KEY));
    let usage = usage.await.unwrap();
    let remaining: Vec<_> = usage.days(KEY).map(|(_, day)| day.remaining).collect();
    assert_eq!(remaining, [Some(77_000)]);
}

#[tokio::test]
async fn the_value_of_a_key_is_shown_and_told_nobody_else() {
    let mut session = Session::sample().await;
    let value = "6Rtg5ZJXMze45CXTi27ByMzcMiWA576QRYdC1jPp";

    let shown = session.gateway.key_value("4hh5w74zt5").await.unwrap();

    assert_eq!(shown.reveal(), value);
    let mut told = format!("{shown:?} {shown:#?}");
    for fault in [FaultKind::Truncated, FaultKind::NotJson] {
        session.fault("GetApiKey", 4, fault);
        let failure = session.gateway.key_value("4hh5w74zt5").await.unwrap_err();
        write!(told, "{failure} {failure:?}").unwrap();
    }
    session.gateway.api_keys().await.unwrap();
    session.gateway.plan_keys(&example()).await.unwrap();
    while let Ok(request) = session.log.try_recv() {
        write!(told, "{request:?}").unwrap();
    }
    assert!(told.contains("GetUsagePlanKeys"), "{told}");
    assert!(!told.contains(&value[..8]), "{told}");

    let failure = session.gateway.key_value("nosuch").await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::NotFound);
}
