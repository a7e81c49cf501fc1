//! What goes into the packed crate.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::process::Command;

/// Where cargo notes the commit.
const NOTED: &str = ".cargo_vcs_info.json";

/// What stands beside the sources.
const BESIDE: [&str; 18] = [
    NOTED,
    "CHANGELOG.md",
    "Cargo.lock",
    "Cargo.toml",
    "Cargo.toml.orig",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "README.md",
    "assets/config.toml",
    "assets/demo.json",
    "assets/keymap.toml",
    "assets/support-table.toml",
    "assets/themes/dark.toml",
    "assets/themes/high-contrast.toml",
    "assets/themes/light.toml",
    "assets/themes/none.toml",
    "assets/themes/okabe-ito.toml",
    "build.rs",
];

#[test]
fn it_has_what_the_program_is_made_of_and_nothing_else() {
    let output = Command::new(env!("CARGO"))
        .args(["package", "--list", "--allow-dirty", "--offline"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let list = String::from_utf8(output.stdout).unwrap();
    let (sources, beside): (BTreeSet<&str>, BTreeSet<&str>) =
        list.lines().partition(|file| file.starts_with("src/"));
    let mut want = BTreeSet::from(BESIDE);
    if !beside.contains(NOTED) {
        // Without a repository cargo has no commit to note.
        want.remove(NOTED);
    }
    assert_eq!(beside, want);
    for file in [
        "src/main.rs",
        "src/lib.rs",
        "src/cli/list.rs",
        "src/plan/mod.rs",
    ] {
        assert!(sources.contains(file), "{file} is missing");
    }
    assert!(sources.len() < 400, "{} files", sources.len());
}
