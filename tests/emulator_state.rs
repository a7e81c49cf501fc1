//! The state file, and what stops the embedded API Gateway from starting.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod emulator_support;

use std::fs;

use emulator_support::{get, patch, sample, start};
use plangate::emulator::{Emulator, StartOptions};

const PLAN: &str = "/usageplans/w0mvrr";

async fn rename(emulator: &Emulator, name: &str) -> u16 {
    patch(emulator, PLAN, &[("replace", "/name", Some(name))])
        .await
        .status
}

async fn name(emulator: &Emulator) -> String {
    get(emulator, PLAN).await.json()["name"]
        .as_str()
        .unwrap()
        .to_owned()
}

#[tokio::test]
async fn an_accepted_change_is_on_disk_before_it_is_answered() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("state.json");
    let options = StartOptions {
        state: Some(file.clone()),
        ..sample()
    };
    let emulator = start(options.clone()).await;
    assert_eq!(rename(&emulator, "kept").await, 200);
    assert!(fs::read_to_string(&file).unwrap().contains("\"kept\""));
    // Dropped without being stopped, as if it had been killed.
    drop(emulator);
    let before = start(options.clone()).await;
    assert_eq!(name(&before).await, "kept");
    // A file that exists wins over the number of plans.
    let emulator = start(StartOptions {
        plans: Some(3),
        ..options
    })
    .await;
    assert_eq!(name(&emulator).await, "kept");
    assert_eq!(
        fs::read_dir(folder.path()).unwrap().count(),
        1,
        "something was left beside the file"
    );
}

#[tokio::test]
async fn a_refused_change_leaves_the_file_alone() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("state.json");
    let emulator = start(StartOptions {
        state: Some(file.clone()),
        ..sample()
    })
    .await;
    let before = fs::read(&file).unwrap();
    assert_eq!(rename(&emulator, "").await, 400);
    assert_eq!(fs::read(&file).unwrap(), before);
}

#[tokio::test]
async fn a_change_that_cannot_be_written_is_not_made() {
    let folder = tempfile::tempdir().unwrap();
    let inside = folder.path().join("inside");
    fs::create_dir(&inside).unwrap();
    let emulator = start(StartOptions {
        state: Some(inside.join("state.json")),
        ..sample()
    })
    .await;
    let before = name(&emulator).await;
    fs::remove_dir_all(&inside).unwrap();
    assert_eq!(rename(&emulator, "lost").await, 503);
    assert_eq!(name(&emulator).await, before);
    fs::create_dir(&inside).unwrap();
    assert_eq!(rename(&emulator, "kept").await, 200);
}

#[tokio::test]
async fn a_damaged_file_is_refused_and_left_untouched() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("state.json");
    let whole = {
        let emulator = start(StartOptions {
            state: Some(file.clone()),
            ..sample()
        })
        .await;
        drop(emulator);
        fs::read_to_string(&file).unwrap()
    };
    let twice = whole.replacen("\"id\":\"b3n8x1v6tr\"", "\"id\":\"a7k2m9p4qz\"", 1);
    assert_ne!(twice, whole);
    for damaged in [
        "",
        "{}",
        "not JSON",
        &whole[..whole.len() / 2],
        &whole.replace("\"version\":1", "\"version\":2"),
        &twice,
    ] {
        fs::write(&file, damaged).unwrap();
        let error = Emulator::start(StartOptions {
            state: Some(file.clone()),
            ..sample()
        })
        .await
        .unwrap_err()
        .to_string();
        assert!(
            error.contains("state.json is damaged and was left untouched"),
            "{error}"
        );
        assert_eq!(error.lines().count(), 1);
        assert_eq!(fs::read_to_string(&file).unwrap(), damaged);
    }
}

#[tokio::test]
async fn a_port_in_use_and_an_unwritable_file_are_one_clear_line() {
    let emulator = start(sample()).await;
    let port = emulator
        .endpoint()
        .rsplit(':')
        .next()
        .unwrap()
        .parse()
        .unwrap();
    let error = Emulator::start(StartOptions { port, ..sample() })
        .await
        .unwrap_err()
        .to_string();
    assert_eq!(
        error,
        format!(
            "port {port} on 127.0.0.1 is already in use; choose another one, or none for a free one"
        )
    );

    let folder = tempfile::tempdir().unwrap();
    let state = Some(folder.path().join("nosuch").join("state.json"));
    let error = Emulator::start(StartOptions { state, ..sample() })
        .await
        .unwrap_err()
        .to_string();
    assert!(
        error.starts_with("cannot write the state file ") && error.lines().count() == 1,
        "{error}"
    );
    let error = Emulator::start(StartOptions {
        state: Some(folder.path().to_owned()),
        ..sample()
    })
    .await
    .unwrap_err();
    assert!(
        error.to_string().starts_with("cannot read the state file "),
        "{error}"
    );
}

#[tokio::test]
async fn it_listens_on_loopback_and_stops() {
    let emulator = start(sample()).await;
    let endpoint = emulator.endpoint();
    assert!(endpoint.starts_with("http://127.0.0.1:"));
    assert!(
        emulator
            .environment()
            .starts_with(&format!("AWS_ENDPOINT_URL={endpoint} "))
    );
    assert!(
        emulator
            .environment()
            .ends_with("AWS_EC2_METADATA_DISABLED=true")
    );
    emulator.stop().await;
    let address = endpoint.trim_start_matches("http://");
    assert!(tokio::net::TcpStream::connect(address).await.is_err());
}

/// Starts on this file, which must not come about.
async fn refused(state: &std::path::Path) -> String {
    let state = Some(state.to_owned());
    let started = Emulator::start(StartOptions { state, ..sample() });
    let started = tokio::time::timeout(emulator_support::DEADLINE, started);
    let error = started.await.expect("it waits").unwrap_err().to_string();
    assert_eq!(error.lines().count(), 1);
    error
}

#[tokio::test]
async fn the_state_is_a_regular_file_of_its_owner() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::os::unix::net::UnixListener;

    let folder = tempfile::tempdir().unwrap();
    let inside = |name: &str| folder.path().join(name);
    let theirs = inside("theirs.json");
    fs::write(&theirs, "precious").unwrap();
    symlink(&theirs, inside("link")).unwrap();
    symlink(inside("nowhere"), inside("dangling")).unwrap();
    let _listener = UnixListener::bind(inside("socket")).unwrap();
    let pipe = std::process::Command::new("mkfifo")
        .arg(inside("pipe"))
        .status();
    assert!(pipe.unwrap().success());
    for (name, what) in [
        ("link", "a symbolic link"),
        ("dangling", "a symbolic link"),
        ("socket", "a socket"),
        ("pipe", "a named pipe"),
        ("", "a folder"),
        ("/dev/null", "a device"),
        ("/dev/zero", "a device"),
    ] {
        let error = refused(&inside(name)).await;
        assert!(error.contains(what), "{name}: {error}");
    }
    assert_eq!(fs::read_to_string(&theirs).unwrap(), "precious");
    assert!(!inside("nowhere").exists());

    // A link beside it, in the way of what is written first, is not followed either.
    let state = inside("state.json");
    symlink(&theirs, inside("state.json.new")).unwrap();
    let emulator = start(StartOptions {
        state: Some(state.clone()),
        ..sample()
    })
    .await;
    assert_eq!(rename(&emulator, "kept").await, 200);
    let mode = fs::symlink_metadata(&state).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(fs::read_to_string(&theirs).unwrap(), "precious");

    // Nor is one that takes the file's place while it runs.
    fs::remove_file(&state).unwrap();
    symlink(&theirs, &state).unwrap();
    assert_eq!(rename(&emulator, "lost").await, 503);
    assert_eq!(name(&emulator).await, "kept");
    assert_eq!(fs::read_to_string(&theirs).unwrap(), "precious");
}

#[tokio::test]
async fn a_state_that_would_fill_the_memory_is_not_read() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state.json");
    // It takes no room on the disk.
    let file = fs::File::create(&state).unwrap();
    file.set_len(1 << 40).unwrap();
    let error = refused(&state).await;
    assert!(error.contains("larger than 256 MiB"), "{error}");
    assert_eq!(fs::metadata(&state).unwrap().len(), 1 << 40);
}
