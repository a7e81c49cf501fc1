use futures::FutureExt;
use futures::future::try_join_all;
use proptest::prelude::*;

use super::*;

const PLAN: &str = "GetUsagePlan";
const RESOURCES: &str = "GetResources";

/// One call per second, so many at once.
fn slow(burst: u32) -> Paces {
    let limit = CallLimit {
        every: Duration::from_secs(1),
        burst,
    };
    Paces::new(limit, limit)
}

fn pace(paces: &Paces) -> Pace {
    paces.of("demo", "us-east-1")
}

#[test]
fn calls_take_at_least_what_the_rate_allows() {
    let began = Instant::now();
    let mut bucket = Bucket::full(CallLimit::ALL, began);
    let mut now = began;
    for n in 1_u32..=200 {
        now += bucket.wait(now);
        bucket.take(now);
        let least = f64::from(n.saturating_sub(30)) / 5.0;
        assert_eq!(now - began, Duration::from_secs_f64(least), "call {n}");
    }
}

#[test]
fn a_rest_fills_the_bucket_up_to_its_burst() {
    let began = Instant::now();
    let mut bucket = Bucket::full(CallLimit::ALL, began);
    for rest in [Duration::ZERO, Duration::from_hours(1)] {
        let now = began + rest;
        for _ in 0..30 {
            assert_eq!(bucket.wait(now), Duration::ZERO);
            bucket.take(now);
        }
        assert_eq!(bucket.wait(now), Duration::from_millis(200));
    }
}

#[test]
fn odd_limits_do_no_harm() {
    let now = Instant::now();
    for (every, burst) in [
        (Duration::MAX, 0),
        (Duration::MAX, u32::MAX),
        (Duration::ZERO, 0),
    ] {
        let mut bucket = Bucket::full(CallLimit { every, burst }, now);
        for _ in 0..3 {
            bucket.take(now);
        }
        assert!(every > Duration::ZERO || bucket.wait(now).is_zero());
    }
}

proptest! {
    #[test]
    fn no_window_holds_more_than_burst_and_rate(
        burst in 1_u32..8,
        every in 1_u64..500,
        gaps in prop::collection::vec(0_u64..1_000, 1..80),
    ) {
        let limit = CallLimit { every: Duration::from_millis(every), burst };
        let mut now = Instant::now();
        let mut bucket = Bucket::full(limit, now);
        let mut went = Vec::new();
        for gap in gaps {
            now += Duration::from_millis(gap);
            now += bucket.wait(now);
            bucket.take(now);
            went.push(now);
        }
        for (n, from) in went.iter().enumerate() {
            for (m, to) in went.iter().enumerate().skip(n) {
                let allowed = u128::from(burst) + (*to - *from).as_millis() / u128::from(every);
                prop_assert!((m - n + 1) as u128 <= allowed);
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_burst_goes_at_once_and_the_rest_at_the_rate() {
    let pace = pace(&Paces::default());
    let began = Instant::now();

    let waited = try_join_all((0..40).map(|_| pace.turn(PLAN)))
        .await
        .unwrap();

    assert!(waited.iter().take(30).all(Duration::is_zero), "{waited:?}");
    assert!(began.elapsed() >= Duration::from_secs(2));
    assert!(began.elapsed() < Duration::from_secs(3));
    assert!(waited.is_sorted(), "first come, first served: {waited:?}");
}

#[tokio::test(start_paused = true)]
async fn whoever_gives_up_frees_the_place() {
    let pace = pace(&slow(1));
    pace.turn(PLAN).await.unwrap();
    let mut given_up: Vec<_> = (0..100).map(|_| Box::pin(pace.turn(PLAN))).collect();
    for turn in &mut given_up {
        assert!(turn.now_or_never().is_none());
    }
    let last = pace.turn(PLAN);
    let dropped = async {
        sleep(Duration::from_millis(500)).await;
        drop(given_up);
    };

    let (waited, ()) = tokio::join!(last, dropped);
    let waited = waited.unwrap();

    assert!(waited >= Duration::from_secs(1), "{waited:?}");
    assert!(waited < Duration::from_secs(2), "{waited:?}");
}

#[tokio::test(start_paused = true)]
async fn a_call_that_nobody_polls_holds_up_nobody() {
    let pace = pace(&slow(1));
    pace.turn(PLAN).await.unwrap();
    let mut asleep = Box::pin(pace.turn(PLAN));
    assert!(asleep.as_mut().now_or_never().is_none());

    let waited = pace.turn(PLAN).await.unwrap();

    assert!(waited >= Duration::from_secs(2), "{waited:?}");
    assert!(asleep.now_or_never().is_some());
}

#[tokio::test(start_paused = true)]
async fn resources_pass_both_buckets_and_hold_up_nobody_else() {
    let pace = pace(&Paces::default());
    let resources = try_join_all((0..5).map(|_| pace.turn(RESOURCES)));
    let others = try_join_all((0..25).map(|_| pace.turn(PLAN)));

    let (resources, others) = tokio::try_join!(resources, others).unwrap();

    assert!(others.iter().all(Duration::is_zero), "{others:?}");
    let last = resources.last().copied().unwrap();
    assert!(last >= Duration::from_secs(2), "{resources:?}");
    // 30 tokens went, and 2 seconds brought 10.
    let drained = try_join_all((0..11).map(|_| pace.turn(PLAN)))
        .await
        .unwrap();
    assert!(drained.last().copied().unwrap() > Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn an_account_and_region_have_one_pace() {
    let paces = slow(1);
    let (one, same) = (pace(&paces), pace(&paces.clone()));
    let elsewhere = paces.of("demo", "eu-west-1");
    let somebody_else = paces.of("prod", "us-east-1");

    assert_eq!(one.turn(PLAN).await.unwrap(), Duration::ZERO);
    assert_eq!(elsewhere.turn(PLAN).await.unwrap(), Duration::ZERO);
    assert_eq!(somebody_else.turn(PLAN).await.unwrap(), Duration::ZERO);
    assert!(same.turn(PLAN).await.unwrap() >= Duration::from_secs(1));
}

#[tokio::test]
async fn where_the_task_that_paces_died_no_call_goes_unpaced() {
    let (arrivals, mut arriving) = unbounded_channel();
    let keeper = task::spawn(Job::Pace, async move {
        let _first: Option<Arrival> = arriving.recv().await;
        panic!("no more");
    });
    let pace = Pace {
        arrivals,
        keeper: keeper.obituary(),
    };
    for _ in 0..2 {
        let died = pace.turn(PLAN).await.unwrap_err();
        assert!(
            died.to_string()
                .contains("paces the API calls died: no more"),
            "{died}"
        );
    }
}

#[test]
fn a_refusal_halves_the_pace_and_calm_gives_it_back() {
    let began = Instant::now();
    let mut bucket = Bucket::full(CallLimit::ALL, began);
    let usual = CallLimit::ALL.every;
    bucket.slow_down(began);
    assert_eq!(bucket.wait(began), 2 * usual, "the burst is gone");
    // Those that went together are refused together.
    bucket.slow_down(began + Duration::from_millis(900));
    assert_eq!(bucket.limit.every, 2 * usual);
    for second in 1_u64..9 {
        bucket.slow_down(began + Duration::from_secs(second));
    }
    let mut now = began + Duration::from_secs(8);
    for times in [8, 4, 2] {
        assert_eq!(bucket.limit.every, times * usual);
        bucket.ease(now + CALM / 2);
        assert_eq!(bucket.limit.every, times * usual);
        now += CALM;
        bucket.ease(now);
    }
    assert_eq!(bucket.limit, CallLimit::ALL);
    assert_eq!(bucket.wait(now), usual, "nothing is made up for");
}
