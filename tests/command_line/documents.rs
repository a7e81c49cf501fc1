//! The commands of the documents, each run as it stands there.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use plangate::emulator::{self, Emulator};
use tempfile::TempDir;

use super::outcome;

/// The lines of the shell blocks of a page that begin with `plangate`, without comments.
fn commands(page: &Path) -> Vec<String> {
    let text = fs::read_to_string(page).unwrap();
    let mut is_shell = false;
    let mut commands = Vec::new();
    for line in text.lines() {
        if let Some(language) = line.strip_prefix("```") {
            is_shell = language == "sh" && !is_shell;
        } else if is_shell && (line == "plangate" || line.starts_with("plangate ")) {
            let (command, _) = line.split_once(" #").unwrap_or((line, ""));
            commands.push(command.trim_end().to_owned());
        }
    }
    commands
}

/// A home with the profiles and the file that the documents speak of.
fn home() -> TempDir {
    let home = TempDir::new().unwrap();
    let path = |name: &str| home.path().join(name);
    let profiles = ["default", "profile ops", "profile eu-dev", "profile us-dev"].map(|profile| {
        format!(
            "[{profile}]\naws_access_key_id = test\naws_secret_access_key = test\n\
             region = us-east-1\n"
        )
    });
    for folder in [
        ".aws",
        ".local/share/bash-completion/completions",
        ".local/share/zsh/site-functions",
        ".config/fish/completions",
        ".config/elvish/lib",
        ".local/share/man/man1",
    ] {
        fs::create_dir_all(path(folder)).unwrap();
    }
    fs::write(path(".aws/config"), profiles.concat()).unwrap();
    fs::write(
        path("change.json"),
        r#"[{"op": "replace", "path": "/throttle/rateLimit", "value": "510"}]"#,
    )
    .unwrap();
    home
}

/// A command of the documents as it is run here: against this server, and without a
/// terminal.
fn runnable(command: &str, endpoint: &str, send: &str) -> String {
    let command = command
        .replace("http://127.0.0.1:4566", endpoint)
        .replace("undo kqfmxwab", &format!("undo {send}"));
    let second = command.split_whitespace().nth(1);
    if second.is_none_or(|word| word.starts_with("--")) && !command.contains("--plain") {
        return format!("{command} --plain");
    }
    command
}

#[tokio::test(flavor = "multi_thread")]
async fn every_command_of_the_documents_does_what_it_says() {
    let server = Emulator::start(emulator::StartOptions::default())
        .await
        .unwrap();
    let home = home();
    let shell = |line: &str| {
        let binary = Path::new(env!("CARGO_BIN_EXE_plangate"));
        let folders = format!("{}:/usr/bin:/bin", binary.parent().unwrap().display());
        let mut command = Command::new("sh");
        command
            .args(["-c", line])
            .current_dir(home.path())
            .env_clear()
            .env("HOME", home.path())
            .env("PATH", folders)
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("AWS_ENDPOINT_URL", server.endpoint())
            .stdin(Stdio::null());
        command
    };
    // Something was sent, so that there is something to undo.
    let (code, out, error) = outcome(shell(
        "plangate apply orders-silver change.json --confirm orders-silver --json",
    ));
    assert_eq!(code, Some(0), "{error}");
    let told: serde_json::Value = serde_json::from_str(&out).unwrap();
    let send = told["send"].as_str().unwrap();

    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut pages = vec![root.join("README.md")];
    pages.extend(
        fs::read_dir(root.join("docs"))
            .unwrap()
            .map(|entry| entry.unwrap().path()),
    );
    pages.sort();
    let mut ran = 0;
    for page in pages {
        for command in commands(&page) {
            // Those do not end by themselves: `emulate_serves_until_it_is_told_to_end`.
            if command.starts_with("plangate emulate") {
                continue;
            }
            // The program that shows the page is not everywhere.
            let line = runnable(&command, &server.endpoint(), send).replace("| man -l -", "");
            let (code, _, error) = outcome(shell(&line));
            let ended = match command.split_whitespace().nth(1) {
                // A difference, or a finding.
                Some("diff" | "lint") => matches!(code, Some(0 | 1)),
                _ => code == Some(0),
            };
            assert!(ended, "{}: {command}: {code:?} {error}", page.display());
            ran += 1;
        }
    }
    assert!(ran > 20, "{ran}");
}
