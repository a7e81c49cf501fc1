use std::collections::BTreeSet;
use std::sync::mpsc;
use std::time::Duration;

use tokio::sync::oneshot;

use super::*;

#[allow(clippy::panic, reason = "this is what is tested")]
fn fall() {
    panic!("no way\n  {}", 42);
}

fn died(job: Job) -> impl Fn(&Died) -> bool {
    move |died| died.job == job && died.said.starts_with("no way 42 (src/task/tests.rs:")
}

#[test]
fn each_job_has_a_name_and_words_of_its_own() {
    let names: BTreeSet<String> = Job::ALL.iter().map(|job| job.name()).collect();
    assert_eq!(names.len(), Job::ALL.len());
    assert!(names.contains("load-account"), "{names:?}");
    let words: BTreeSet<&str> = Job::ALL.iter().map(|job| job.words()).collect();
    assert_eq!(words.len(), Job::ALL.len());
}

#[tokio::test]
async fn whatever_form_the_work_has_its_death_is_its_result() {
    let is = died(Job::Call);
    assert!(is(&here(Job::Call, fall).unwrap_err()));
    assert!(is(&watch(Job::Call, async { fall() }).await.unwrap_err()));
    assert!(is(&spawn(Job::Call, async { fall() }).await.unwrap_err()));
    assert!(is(&blocking(Job::Call, fall).await.unwrap_err()));
    let mut tasks = JoinSet::new();
    spawn_in(&mut tasks, Job::Call, async { fall() });
    assert!(is(&tasks.join_next().await.unwrap().unwrap().unwrap_err()));
    let (tell, told) = oneshot::channel();
    let tell = |died| async move { drop(tell.send(died)) };
    drop(spawn_telling(Job::Call, async { fall() }, tell));
    assert!(is(&told.await.unwrap()));
    let (tell, told) = mpsc::channel();
    let obituary = thread(Job::Call, fall, move |died| drop(tell.send(died))).unwrap();
    assert!(is(&told.recv_timeout(Duration::from_secs(20)).unwrap()));
    assert!(is(obituary.died().unwrap()));
}

#[tokio::test]
async fn work_that_lives_gives_its_result() {
    assert_eq!(here(Job::Call, || 1), Ok(1));
    assert_eq!(watch(Job::Call, async { 2 }).await, Ok(2));
    assert_eq!(spawn(Job::Call, async { 3 }).await, Ok(3));
    assert_eq!(blocking(Job::Call, || 4).await, Ok(4));
    let stopped = spawn(Job::Call, std::future::pending::<()>());
    stopped.abort();
    assert_eq!(stopped.await.unwrap_err().said, "it ended early");
}

#[tokio::test]
async fn it_is_known_of_what_a_task_died_before_its_ends_are_let_go() {
    for _ in 0..100 {
        let (held, gone) = oneshot::channel::<()>();
        let task = spawn(Job::Pace, async move {
            let _held = held;
            tokio::task::yield_now().await;
            fall();
        });
        let obituary = task.obituary();
        assert!(gone.await.is_err());
        assert!(died(Job::Pace)(obituary.died().unwrap()));
    }
}

#[tokio::test]
async fn the_innermost_job_is_the_one_that_died() {
    let outer = spawn(Job::Question, async {
        let inner = watch(Job::Call, async { fall() }).await.unwrap_err();
        assert!(is_watched());
        inner
    });
    assert!(died(Job::Call)(&outer.await.unwrap()));
    assert!(!is_watched());
}

#[test]
fn a_place_in_a_crate_is_told_without_the_machines_folders() {
    for (file, told) in [
        ("src/task.rs", "src/task.rs"),
        (
            "/home/x/.cargo/registry/src/index.crates.io-1/http-1.3.1/src/uri/mod.rs",
            "http-1.3.1/src/uri/mod.rs",
        ),
    ] {
        assert_eq!(in_its_crate(file), told);
    }
}
