//! `plangate config`, and what the configuration makes of the commands.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use plangate::config::COMMENTED_DEFAULT;
use serde_json::Value;
use tempfile::TempDir;

use super::{outcome, plangate};

#[test]
fn init_writes_a_file_of_ones_own_once() {
    let home = TempDir::new().unwrap();
    let folder = home.path().join("xdg");
    let in_home = |arguments: &[&str]| {
        let mut command = plangate(arguments);
        command.env("XDG_CONFIG_HOME", &folder);
        outcome(command)
    };
    let path = folder.join("plangate/config.toml");
    let line = format!("{}\n", path.display());
    assert_eq!(
        in_home(&["config", "path"]),
        (Some(0), line.clone(), String::new())
    );
    assert!(!path.exists());

    assert_eq!(in_home(&["config", "init"]), (Some(0), line, String::new()));
    assert_eq!(fs::read_to_string(&path).unwrap(), COMMENTED_DEFAULT);
    let mode = |path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&path), 0o600);
    assert_eq!(mode(&folder.join("plangate")), 0o700);

    fs::write(&path, "log = \"off\"\n").unwrap();
    let (code, out, error) = in_home(&["config", "init"]);
    assert_eq!((code, out.as_str()), (Some(2), ""));
    let want = format!("plangate: {} is there already", path.display());
    assert!(error.starts_with(&want), "{error}");
    assert_eq!(fs::read_to_string(&path).unwrap(), "log = \"off\"\n");
}

#[test]
fn show_tells_what_holds_and_from_where() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("own.toml");
    fs::write(
        &file,
        "# mine\nregion = \"eu-west-1\"\nprofile = \"eu-prod\"\n",
    )
    .unwrap();
    let file = file.to_str().unwrap();
    let show = |arguments: &[&str]| {
        let mut command = plangate(&[&["--config", file, "config", "show"], arguments].concat());
        command.env("PLANGATE_GUARD", "20");
        let (code, out, error) = outcome(command);
        assert_eq!(code, Some(0), "{error}");
        out
    };
    let text = show(&["--update-interval", "5"]);
    for (option, from) in [
        ("read_only = false", "default".to_owned()),
        ("protected = true", "default".to_owned()),
        ("update_interval = 5", "--update-interval".to_owned()),
        ("guard = 20", "PLANGATE_GUARD".to_owned()),
        ("profile = \"eu-prod\"", format!("{file}:3")),
        ("region = \"eu-west-1\"", format!("{file}:2")),
        ("#endpoint_url =", "default; the Region's own".to_owned()),
    ] {
        let line = text.lines().find(|line| line.starts_with(option)).unwrap();
        assert!(line.ends_with(&format!(" # {from}")), "{line}");
    }
    // Each option says what holds, also where nobody said anything.
    let (_, defaults, _) = outcome(plangate(&["config", "show"]));
    for (option, from) in [
        ("#profile =", "default; the AWS profile \"default\""),
        ("#region =", "default; the Region of the AWS profile"),
        (
            "#keymap =",
            "default; keymap.toml beside the configuration file, where there is one",
        ),
        (
            "update_interval = 20",
            "default; 0 for a server on this machine",
        ),
        (
            "theme = \"auto\"",
            "default; light if the terminal says that its background is, else dark",
        ),
    ] {
        let line = defaults
            .lines()
            .find(|line| line.starts_with(option))
            .unwrap();
        assert!(line.ends_with(&format!(" # {from}")), "{line}");
    }
    let json: Value = serde_json::from_str(&show(&["--read-only", "--json"])).unwrap();
    assert_eq!(json["file"], file);
    let options = &json["options"];
    assert_eq!(options["read_only"]["value"], true);
    assert_eq!(options["read_only"]["from"], "--read-only");
    assert_eq!(options["endpoint_url"]["value"], Value::Null);
    assert_eq!(options["region"]["from"], format!("{file}:2"));
}

#[test]
fn a_configuration_that_means_nothing_ends_every_command_that_reads_it() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("own.toml");
    fs::write(&file, "[profiles.ops]\nread-only = true\n").unwrap();
    let file = file.to_str().unwrap();
    for arguments in [
        &["--demo"][..],
        &["config", "show"],
        &["--demo", "list"],
        &["--demo", "show", "w0mvrr"],
        &["--demo", "lint"],
    ] {
        let (code, out, error) = outcome(plangate(&[&["--config", file], arguments].concat()));
        assert_eq!((code, out.as_str()), (Some(2), ""), "{arguments:?}");
        let want = format!(
            "plangate: {file}:2:1: \"read-only\" is not an option of [profiles.ops]; \
             did you mean read_only?\n"
        );
        assert_eq!(error, want, "{arguments:?}");
    }
    // What can mend it works still.
    let (code, ..) = outcome(plangate(&["--config", file, "config", "path"]));
    assert_eq!(code, Some(0));
}

#[test]
fn a_file_that_was_named_must_be_there() {
    let mut command = plangate(&["--demo", "list"]);
    command.env("PLANGATE_CONFIG", "/nonexistent/own.toml");
    let (code, _, error) = outcome(command);
    assert_eq!(code, Some(2));
    assert!(
        error.starts_with("plangate: the configuration /nonexistent/own.toml cannot be read"),
        "{error}"
    );
}
