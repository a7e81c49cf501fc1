//! Tells the program its version, with the commit where that is known: from what
//! cargo packs with a crate, else from git. Without either it is the version alone.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// How much of a commit's name is told.
const LENGTH: usize = 12;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let root = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let version = std::env::var("CARGO_PKG_VERSION").unwrap_or_default();
    let commit = packed(&root).or_else(|| checked_out(&root));
    let commit = commit.as_deref().and_then(shortened);
    let version = commit.map_or(version.clone(), |commit| format!("{version} ({commit})"));
    println!("cargo::rustc-env=PLANGATE_VERSION={version}");
}

/// The beginning of a commit's name, if it is one.
fn shortened(commit: &str) -> Option<&str> {
    let is_hex = |c: char| c.is_ascii_hexdigit();
    commit
        .get(..LENGTH)
        .filter(|commit| commit.chars().all(is_hex))
}

/// What cargo noted when it packed the crate: `{"git": {"sha1": "..."}}`.
fn packed(root: &Path) -> Option<String> {
    let path = root.join(".cargo_vcs_info.json");
    let text = fs::read_to_string(&path).ok()?;
    println!("cargo::rerun-if-changed={}", path.display());
    let (_, rest) = text.split_once("\"sha1\"")?;
    rest.split('"').nth(1).map(str::to_owned)
}

/// What git has checked out here. A tree that lies in somebody else's repository is
/// not of its commit.
fn checked_out(root: &Path) -> Option<String> {
    let top = git(root, &["rev-parse", "--show-toplevel"])?;
    if fs::canonicalize(top).ok()? != fs::canonicalize(root).ok()? {
        return None;
    }
    // One of these changes with every commit and every change of branch. One that
    // is not there would make cargo run this every time.
    let reference = git(root, &["rev-parse", "--symbolic-full-name", "HEAD"]);
    let names = ["HEAD", "logs/HEAD", "packed-refs"];
    for name in names.into_iter().chain(reference.as_deref()) {
        let path = git(root, &["rev-parse", "--git-path", name]).map(|path| root.join(path));
        if let Some(path) = path.filter(|path| path.exists()) {
            println!("cargo::rerun-if-changed={}", path.display());
        }
    }
    git(root, &["rev-parse", "HEAD"])
}

/// What git answers; `None` where there is no git, or no answer.
fn git(root: &Path, arguments: &[&str]) -> Option<String> {
    let output = Command::new("git")
        .arg("-C")
        .arg(root)
        .args(arguments)
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}
