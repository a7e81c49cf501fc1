//! What is packed for others to install, and which Rust it takes.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// Where cargo notes the commit. A folder that has it was packed itself, and is not
/// packed again.
const NOTED: &str = ".cargo_vcs_info.json";

/// In bytes, compressed.
const SMALL: u64 = 1_500_000;

fn is_unpacked() -> bool {
    Path::new(ROOT).join(NOTED).exists()
}

/// What cargo says to these arguments, without the network.
fn cargo(arguments: &[&str]) -> Result<Output, String> {
    let output = Command::new(env!("CARGO"))
        .args(arguments)
        .arg("--offline")
        .current_dir(ROOT)
        .output()
        .unwrap();
    if output.status.success() {
        Ok(output)
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }
}

#[test]
fn it_has_what_the_commands_of_the_readme_need_and_nothing_else() {
    if is_unpacked() {
        return;
    }
    let output = cargo(&["package", "--list", "--allow-dirty"]).unwrap();
    let list = String::from_utf8(output.stdout).unwrap();
    for file in [
        "Cargo.lock",
        "LICENSE-APACHE",
        "LICENSE-MIT",
        "README.md",
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        "build.rs",
        "src/main.rs",
        "src/plan/mod.rs",
        "assets/config.toml",
        "assets/demo.json",
        "assets/keymap.toml",
        "assets/recording.svg",
        "assets/support-table.toml",
        "assets/themes/dark.toml",
        "benches/terminal.rs",
        "docs/emulator.md",
        "examples/pictures/main.rs",
        "tests/package.rs",
        "tests/dashboard/main.rs",
    ] {
        assert!(list.lines().any(|line| line == file), "{file} is missing");
    }
    // Kinds of files that are known, in the folders where they belong.
    let belongs = |file: &str| match file.split_once('/') {
        None => {
            [
                "build.rs",
                "Cargo.lock",
                "Cargo.toml",
                "Cargo.toml.orig",
                NOTED,
            ]
            .contains(&file)
                || file.starts_with("LICENSE-")
                || ends(file, &["md"])
        }
        // A certificate and its key, which tests of the gateway compile in.
        Some(("src", path)) if path.starts_with("gateway/testdata/") => ends(file, &["pem", "key"]),
        // The bytes of journals written by earlier versions.
        Some(("src", path)) if path.starts_with("journal/tests/") => ends(file, &["rs", "jsonl"]),
        Some(("src" | "benches" | "examples", _)) => ends(file, &["rs"]),
        Some(("docs", _)) => ends(file, &["md"]),
        Some(("assets", _)) => ends(file, &["toml", "json", "svg"]),
        Some(("tests", _)) => ends(file, &["rs", "py", "snap", "json", "txt"]),
        Some(_) => false,
    };
    let strange: Vec<&str> = list.lines().filter(|file| !belongs(file)).collect();
    assert!(strange.is_empty(), "{strange:?}");
}

fn ends(file: &str, kinds: &[&str]) -> bool {
    let kind = Path::new(file).extension().and_then(|kind| kind.to_str());
    kind.is_some_and(|kind| kinds.contains(&kind))
}

#[test]
fn it_is_packed_without_a_warning_and_is_small() {
    if is_unpacked() {
        return;
    }
    let target = TempDir::new().unwrap();
    let folder = target.path().to_str().unwrap();
    let output = cargo(&[
        "package",
        "--no-verify",
        "--allow-dirty",
        "--target-dir",
        folder,
    ])
    .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(!said.contains("warning"), "{said}");
    let name = concat!("plangate-", env!("CARGO_PKG_VERSION"), ".crate");
    let packed = target.path().join("package").join(name);
    let size = fs::metadata(packed).unwrap().len();
    assert!(size < SMALL, "{size} bytes");
}

#[test]
fn no_dependency_asks_for_a_newer_rust_than_we_do() {
    let arguments = ["metadata", "--locked", "--format-version", "1"];
    // Of all platforms where cargo has fetched all of them, as in CI; else of this one.
    let output = cargo(&arguments).or_else(|_| {
        let host = host();
        cargo(&[&arguments[..], &["--filter-platform", host.as_str()]].concat())
    });
    let output = output.unwrap();
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let ours = version(env!("CARGO_PKG_RUST_VERSION"));
    let mut asking = 0;
    for package in packages {
        let Some(rust) = package["rust_version"].as_str() else {
            continue;
        };
        asking += 1;
        assert!(
            version(rust) <= ours,
            "{} {} asks for Rust {rust}",
            package["name"],
            package["version"]
        );
    }
    // Most of them say what they need.
    assert!(asking * 2 > packages.len(), "{asking}");
}

/// The platform that this is.
fn host() -> String {
    let output = Command::new("rustc").arg("-vV").output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let mut lines = said.lines();
    let host = lines.find_map(|line| line.strip_prefix("host: "));
    host.unwrap().to_owned()
}

/// `1.94` and `1.94.0` are the same.
fn version(text: &str) -> [u32; 3] {
    let mut numbers = text.split('.').map(|number| number.parse().unwrap());
    [(); 3].map(|()| numbers.next().unwrap_or(0))
}
