//! Tests of the configuration as a whole.

use std::fs;
use std::time::Duration;

use tempfile::TempDir;

use super::*;
use crate::plan::edit::jump::Percent;

/// The configuration of a file with this text.
fn of_file(text: &str, flags: Flags, environment: &[(&str, &str)]) -> Result<Config, Wrong> {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("config.toml");
    fs::write(&path, text).unwrap();
    Config::new(flags, Some(&path), variables(environment))
}

fn variables(environment: &[(&str, &str)]) -> impl Fn(&str) -> Option<OsString> {
    |name| {
        let found = environment.iter().find(|(key, _)| *key == name)?;
        Some(found.1.into())
    }
}

fn try_config(flags: Flags, environment: &[(&str, &str)]) -> Result<Config, Wrong> {
    Config::new(flags, None, variables(environment))
}

fn config(flags: Flags, environment: &[(&str, &str)]) -> Config {
    try_config(flags, environment).unwrap()
}

/// What a file is refused for, without its path.
fn refusal(text: &str) -> String {
    let refusal = of_file(text, Flags::default(), &[]).unwrap_err();
    let text = refusal.to_string();
    text.split_once("config.toml:")
        .map_or(text.clone(), |(_, rest)| rest.to_owned())
}

fn account_flags(account: AccountFlags) -> Flags {
    Flags {
        account,
        ..Flags::default()
    }
}

fn with_profile(profile: &str) -> Flags {
    account_flags(AccountFlags {
        profile: Some(profile.to_owned()),
        ..AccountFlags::default()
    })
}

/// Profile, Region and endpoint.
fn place(config: &Config) -> [Option<&str>; 3] {
    let AccountConfig::Operator {
        profile,
        region,
        endpoint_url,
    } = &config.account
    else {
        panic!("the sample account");
    };
    [profile, region, endpoint_url].map(|text| text.as_deref())
}

/// The options of the commented default: what stands behind `#` and reads as
/// `name = value`, and the tables.
fn uncommented() -> String {
    let option = |line: &str| {
        let line = line.strip_prefix('#')?;
        let is_option = line.starts_with(|c: char| c.is_ascii_lowercase() || c == '[');
        is_option.then(|| format!("{line}\n"))
    };
    COMMENTED_DEFAULT.lines().filter_map(option).collect()
}

#[test]
fn the_commented_default_has_every_option_and_changes_none() {
    let nothing = config(Flags::default(), &[]);
    let as_written = of_file(COMMENTED_DEFAULT, Flags::default(), &[]).unwrap();
    assert_eq!(as_written.shown, nothing.shown);

    // Every option of the program stands there, with its default.
    let text = uncommented();
    let for_all = text.split("\n[").next().unwrap();
    let written: toml::Table = for_all.parse().unwrap();
    let names: Vec<&str> = nothing.shown.iter().map(|one| &*one.name).collect();
    let mut sorted = names.clone();
    sorted.sort_unstable();
    let mut there: Vec<&str> = written.keys().map(String::as_str).collect();
    there.sort_unstable();
    assert_eq!(there, sorted);
    for one in &nothing.shown {
        let value = serde_json::to_value(&written[&*one.name]).unwrap();
        match &*one.name {
            // What is shown is whether the patterns protect.
            "protected" => assert_eq!(value, serde_json::json!(["*prod*"])),
            _ if one.value.is_null() => {
                assert!(value.is_string() || value.is_array(), "an example");
            }
            _ => assert_eq!(value, one.value, "{}", one.name),
        }
    }
    // And what it has is known, in its tables too.
    of_file(&text, Flags::default(), &[]).unwrap();
}

#[test]
fn flags_win_over_variables_and_variables_over_the_file() {
    let text = "profile = \"file\"\nlog = \"debug\"\nread_only = true\nupdate_interval = 5\n";
    let read = |flags, environment: &[_]| of_file(text, flags, environment).unwrap();
    let from = |config: &Config, name: &str| {
        let one = config.shown.iter().find(|one| one.name == name).unwrap();
        (one.value.clone(), one.from.to_string())
    };

    let of_file_only = read(Flags::default(), &[]);
    assert_eq!(place(&of_file_only)[0], Some("file"));
    assert_eq!(of_file_only.log, LevelFilter::DEBUG);
    let (value, source) = from(&of_file_only, "log");
    assert_eq!(value, "debug");
    assert!(source.ends_with("config.toml:2"), "{source}");
    assert!(of_file_only.guards(None).read_only);

    let environment = [
        ("PLANGATE_PROFILE", "env"),
        ("PLANGATE_LOG", "off"),
        ("PLANGATE_READ_ONLY", "false"),
        ("PLANGATE_UPDATE_INTERVAL", "0.5"),
    ];
    let with_variables = read(Flags::default(), &environment);
    assert_eq!(place(&with_variables)[0], Some("env"));
    assert_eq!(with_variables.log, LevelFilter::OFF);
    let guards = with_variables.guards(None);
    assert!(!guards.read_only);
    assert_eq!(guards.update_interval, Some(Duration::from_millis(500)));
    let wanted = ("env".into(), "PLANGATE_PROFILE".to_owned());
    assert_eq!(from(&with_variables, "profile"), wanted);

    let flags = Flags {
        account: AccountFlags {
            profile: Some("flag".to_owned()),
            read_only: true,
            ..AccountFlags::default()
        },
        sending: SendingFlags {
            update_interval: Some(Duration::from_secs(3)),
        },
        ..Flags::default()
    };
    let with_flags = read(flags, &environment);
    assert_eq!(place(&with_flags)[0], Some("flag"));
    let guards = with_flags.guards(None);
    assert!(guards.read_only);
    assert_eq!(guards.update_interval, Some(Duration::from_secs(3)));
    let wanted = ("flag".into(), "--profile".to_owned());
    assert_eq!(from(&with_flags, "profile"), wanted);
}

#[test]
fn what_aws_has_variables_for_yields_to_them() {
    let text = "profile = \"ops\"\nregion = \"eu-west-1\"\nendpoint_url = \"http://[::1]:1\"\n";
    let at = |environment: &[(&str, &str)]| {
        let config = of_file(text, Flags::default(), environment).unwrap();
        place(&config).map(|text| text.map(str::to_owned))
    };
    let all = ["ops", "eu-west-1", "http://[::1]:1"].map(|text| Some(text.to_owned()));
    assert_eq!(at(&[]), all);
    let environment = [
        ("AWS_PROFILE", "other"),
        ("AWS_DEFAULT_REGION", "eu-west-2"),
        ("AWS_ENDPOINT_URL", "http://127.0.0.1:2"),
    ];
    // They are read where the AWS files are.
    assert_eq!(at(&environment), [None, None, None]);
    let [profile, region, _] = at(&[("AWS_ACCESS_KEY_ID", "x")]);
    assert_eq!((profile, region), (None, all[1].clone()));
    // Those of plangate's own win.
    let [profile, ..] = at(&[("AWS_PROFILE", "x"), ("PLANGATE_PROFILE", "own")]);
    assert_eq!(profile.as_deref(), Some("own"));
}

#[test]
fn the_sample_account_needs_nothing_of_it() {
    let demo = || {
        account_flags(AccountFlags {
            demo: true,
            ..AccountFlags::default()
        })
    };
    let text = "profile = \"ops\"\nregion = \"x\"\n[accounts.111111111111]\nread_only = true\n";
    let config = of_file(text, demo(), &[("PLANGATE_ENDPOINT_URL", "http://x")]).unwrap();
    assert!(matches!(config.account, AccountConfig::Sample { .. }));
    assert!(!config.guards(None).read_only);
}

#[test]
fn the_table_of_a_profile_wins_over_what_is_for_all() {
    let text = "\
        read_only = true\nregion = \"eu-west-1\"\n\
        [profiles.ops]\nread_only = false\nupdate_interval = 1\nregion = \"eu-west-2\"\n\
        [profiles.nonprod]\nprotected = false\n";
    let of = |profile| of_file(text, with_profile(profile), &[]).unwrap();
    let ops = of("ops");
    let guards = ops.guards(None);
    assert!(!guards.read_only && !guards.protected);
    assert_eq!(guards.update_interval, Some(Duration::from_secs(1)));
    assert_eq!(place(&ops), [Some("ops"), Some("eu-west-2"), None]);
    let other = of("other");
    assert!(other.guards(None).read_only);
    assert_eq!(place(&other)[1], Some("eu-west-1"));
    assert!(of("eu-prod").guards(None).protected);
    assert!(!of("nonprod").guards(None).protected);
    // The profile that the AWS variables name is the one that is meant.
    let variables = [("AWS_PROFILE", "ops")];
    let named = of_file(text, Flags::default(), &variables).unwrap();
    assert!(!named.guards(None).read_only);
}

#[test]
fn an_account_that_is_not_known_may_be_any_of_those_that_forbid() {
    let text = "\
        [profiles.ops]\nread_only = false\n\
        [accounts.111111111111]\nread_only = true\nprotected = true\n\
        [accounts.222222222222]\nread_only = false\nupdate_interval = 7\n";
    let config = of_file(text, with_profile("ops"), &[]).unwrap();
    let guards = |number| {
        let guards = config.guards(number);
        (guards.read_only, guards.protected)
    };
    assert_eq!(guards(None), (true, true));
    assert_eq!(guards(Some("111111111111")), (true, true));
    assert_eq!(guards(Some("222222222222")), (false, false));
    assert_eq!(guards(Some("3")), (false, false));
    let seconds = |number| {
        config
            .guards(number)
            .update_interval
            .map(|time| time.as_secs())
    };
    assert_eq!(
        (seconds(Some("222222222222")), seconds(Some("3"))),
        (Some(7), None)
    );
    // Less than what the service asks for in any other account does not hold in advance.
    assert_eq!(seconds(None), None);
    let longest = |text: &str, flags| {
        let config = of_file(text, flags, &[]).unwrap();
        let time = config.guards(None).update_interval;
        time.map(|time| time.as_secs())
    };
    let tables = "[accounts.111111111111]\nupdate_interval = 60\n[accounts.222222222222]\nupdate_interval = 40\n";
    assert_eq!(longest(tables, Flags::default()), Some(60));
    for (usual, holds) in [(90, 90), (5, 60)] {
        let text = format!("update_interval = {usual}\n{tables}");
        assert_eq!(longest(&text, Flags::default()), Some(holds));
    }
    // What is said for this run holds, whatever the account.
    let variables = [("PLANGATE_UPDATE_INTERVAL", "3")];
    let config = of_file(tables, Flags::default(), &variables).unwrap();
    assert_eq!(
        config.guards(None).update_interval,
        Some(Duration::from_secs(3))
    );
    let text = "protected = [\"12*\"]\n[accounts.121212121212]\nread_only = true\n";
    let variables = [("PLANGATE_READ_ONLY", "0")];
    let config = of_file(text, Flags::default(), &variables).unwrap();
    assert!(!config.guards(Some("121212121212")).read_only);
    assert!(
        config.guards(Some("121212121212")).protected,
        "patterns are over accounts too"
    );
    assert!(
        config.guards(None).protected,
        "it may be the account that the pattern means"
    );
    assert!(!config.guards(Some("210000000000")).protected);
}

#[test]
fn the_account_is_asked_for_only_where_it_makes_a_difference() {
    let depends = |text: &str, flags| {
        let config = of_file(text, flags, &[]).unwrap();
        config.account_guards().is_some()
    };
    let flags = Flags::default;
    assert!(!depends("", flags()));
    assert!(!depends("protected = [\"*prod*\", \"*\"]", flags()));
    assert!(depends("protected = [\"prod\", \"1234*\"]", flags()));
    assert!(depends(
        "[accounts.111111111111]\nread_only = true",
        flags()
    ));
    let mut demo = flags();
    demo.account.demo = true;
    let text = "protected = [\"1*\"]\n[accounts.123456789012]\nread_only = true";
    assert!(
        !depends(text, demo.clone()),
        "the sample account is none of them"
    );
    let config = of_file(text, demo, &[]).unwrap();
    assert!(!config.guards(None).protected);
    assert!(!config.guards(Some("123456789012")).protected);
}

#[test]
fn a_guard_tells_which_rule_it_is_by() {
    let text = "[profiles.ops]\nprotected = true\n[accounts.111111111111]\nread_only = true\n";
    let config = of_file(text, with_profile("ops"), &[]).unwrap();
    let reasons = config.reasons(Some("111111111111"));
    assert!(reasons.protected.ends_with(":2"), "{reasons:?}");
    assert!(reasons.read_only.ends_with(":4"), "{reasons:?}");
    let unknown = config.reasons(None);
    let until = ":4, as long as the account's number is not known";
    assert!(unknown.read_only.ends_with(until), "{unknown:?}");
    let other = config.reasons(Some("222222222222"));
    assert_eq!(other.read_only, "default");
    let by_pattern = of_file("", with_profile("eu-prod"), &[]).unwrap();
    let reasons = by_pattern.reasons(None);
    assert_eq!(reasons.protected, "protected = *prod*; default");
}

#[test]
fn updates_wait_for_the_service_and_not_for_this_machine() {
    let guards = config(Flags::default(), &[]).guards(None);
    assert_eq!(guards.update_interval, None);
    assert_eq!(guards.guard, Percent::GUARD);
    let set = of_file("update_interval = 20", Flags::default(), &[]).unwrap();
    assert_eq!(
        set.guards(None).update_interval,
        Some(Duration::from_secs(20))
    );
}

#[test]
fn what_means_nothing_is_told_with_its_place_and_what_was_meant() {
    for (text, said) in [
        (
            "# é\n  read-olny = true",
            "2:3: \"read-olny\" is not an option; did you mean read_only?",
        ),
        (
            "colour = true",
            "1:1: \"colour\" is not an option; did you mean color?",
        ),
        (
            "zzz = 1",
            "1:1: \"zzz\" is not an option; the options are profile, profiles, accounts, read_only, \
             protected, update_interval, guard, region, endpoint_url, color, color_depth, theme, \
             unicode, ambiguous_width, columns, log, keymap, mouse, \
             clipboard, silence",
        ),
        (
            "\nread_only = \"yes\"",
            "2:13: read_only is \"yes\"; it can be true or false",
        ),
        (
            "update_interval = -1",
            "1:19: update_interval is -1; it can be a number of seconds from 0 to 3600",
        ),
        (
            "protected = \"*prod*\"",
            "1:13: protected is \"*prod*\"; it can be a list of patterns, in a file as \
             [\"*prod*\", \"live\"]",
        ),
        (
            "protected = [1]",
            "1:13: protected is a list of something else; it can be a list of patterns, in a \
             file as [\"*prod*\", \"live\"]",
        ),
        (
            "log = 3",
            "1:7: log is 3; it can be off, error, warn, info, debug or trace",
        ),
        (
            "[profiles.ops]\nlog = \"off\"",
            "2:1: \"log\" is not an option of [profiles.ops]; the options are read_only, protected, \
             update_interval, region, endpoint_url",
        ),
        (
            "[accounts.111111111111]\nprotectd = true",
            "2:1: \"protectd\" is not an option of [accounts.111111111111]; did you mean protected?",
        ),
        (
            "[accounts.12345678901]\nread_only = true",
            "1:11: [accounts.12345678901] names nothing; it can be the account's number, 12 digits",
        ),
        (
            "profiles = 1",
            "1:12: profiles is not a table; write [profiles.NAME] above its options",
        ),
        (
            "[profiles]\nops = true",
            "2:1: profiles.ops is not a table; write [profiles.NAME] above its options",
        ),
        (
            "[profile.ops]\nread_only = true",
            "1:2: profile is a table; it can be a text, in a file in quotes",
        ),
        (
            "guard = -1",
            "1:9: guard is -1; it can be a number of percent, 0 or more",
        ),
        ("read_only", "1:10: key with no value, expected `=`"),
    ] {
        assert_eq!(refusal(text), said, "{text}");
    }
}

#[test]
fn a_file_that_was_named_must_be_there() {
    let missing = Path::new("/nonexistent/config.toml");
    assert!(Config::new(Flags::default(), Some(missing), |_| None).is_ok());
    let named = account_flags(AccountFlags {
        config: Some(missing.to_owned()),
        ..AccountFlags::default()
    });
    let refusal = Config::new(named, None, |_| None).unwrap_err().to_string();
    let want = "the configuration /nonexistent/config.toml cannot be read: No such file";
    assert!(refusal.starts_with(want), "{refusal}");
    let by_variable = [("PLANGATE_CONFIG", "/nonexistent/config.toml")];
    assert!(try_config(Flags::default(), &by_variable).is_err());
}

#[test]
fn colour_and_unicode_unless_something_speaks_against_it() {
    let look = |environment: &[(&str, &str)]| {
        let config = config(Flags::default(), environment);
        let none = Themes::One(Theme::shipped("none"));
        (config.looks.themes != none, config.looks.unicode)
    };
    assert_eq!(look(&[]), (true, true));
    assert_eq!(look(&[("TERM", "xterm-256color")]), (true, true));
    assert_eq!(look(&[("NO_COLOR", "1")]), (false, true));
    assert_eq!(look(&[("NO_COLOR", "")]), (true, true));
    assert_eq!(look(&[("TERM", "dumb")]), (false, false));
    assert_eq!(look(&[("LANG", "de_DE.UTF-8")]), (true, true));
    assert_eq!(look(&[("LANG", "en_US.utf8")]), (true, true));
    assert_eq!(look(&[("LANG", "C")]), (true, false));
    assert_eq!(look(&[("LC_ALL", "C.UTF-8"), ("LANG", "C")]), (true, true));
    assert_eq!(
        look(&[("LC_ALL", "POSIX"), ("LANG", "C.UTF-8")]),
        (true, false)
    );
    assert_eq!(
        look(&[("LC_ALL", ""), ("LC_CTYPE", "C"), ("LANG", "C.UTF-8")]),
        (true, false)
    );
    // Who says so for plangate means it.
    let on = [("NO_COLOR", "1"), ("PLANGATE_COLOR", "true")];
    assert_eq!(look(&on), (true, true));
    let text = "color = true\nunicode = false";
    let config = of_file(text, Flags::default(), &[("NO_COLOR", "1")]).unwrap();
    assert!(matches!(config.looks.themes, Themes::ByBackground { .. }));
    assert!(!config.looks.unicode);
}

#[test]
fn the_flags_say_no_too() {
    let look = LookFlags {
        no_color: true,
        ascii: true,
        theme: None,
    };
    let flags = Flags {
        look,
        ..Flags::default()
    };
    let environment = [("LANG", "C.UTF-8"), ("PLANGATE_COLOR", "true")];
    let config = config(flags, &environment);
    let none = Theme::shipped("none");
    assert_eq!(config.looks.themes, Themes::One(none));
    assert!(!config.looks.unicode);
}

#[test]
fn the_log_has_a_level() {
    let level = |text| try_config(Flags::default(), &[("PLANGATE_LOG", text)]);
    assert_eq!(level("").unwrap().log, LevelFilter::INFO);
    assert_eq!(level("off").unwrap().log, LevelFilter::OFF);
    assert_eq!(level("Debug").unwrap().log, LevelFilter::DEBUG);
    let refusal = level("loud").unwrap_err().to_string();
    assert_eq!(
        refusal,
        r#"PLANGATE_LOG is "loud"; it can be off, error, warn, info, debug or trace"#
    );
}

/// What a theme of the operator's own is refused for, without the folder.
fn theme_refusal(text: &str) -> String {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("own.toml");
    fs::write(&path, text).unwrap();
    let named = [("PLANGATE_THEME", path.to_str().unwrap())];
    let refusal = try_config(Flags::default(), &named).unwrap_err();
    let text = refusal.to_string();
    text.split_once("own.toml:").unwrap().1.to_owned()
}

#[test]
fn every_shipped_theme_says_all_of_every_role() {
    for (name, text) in SHIPPED {
        let written: toml::Table = text.parse().unwrap();
        for role in Role::ALL {
            assert!(written.contains_key(role.name()), "{name}: {}", role.name());
        }
        let looks = config(Flags::default(), &[("PLANGATE_THEME", name)]).looks;
        assert_eq!(looks.themes, Themes::One(Theme::shipped(name)));
        assert_ne!(*looks.themes.first(), Theme::default(), "{name}");
    }
}

#[test]
fn the_theme_is_found_by_name_in_the_folder_of_the_operator_and_by_path() {
    use ratatui::style::{Color, Modifier};

    let folder = TempDir::new().unwrap();
    let file = folder.path().join("config.toml");
    let themes = folder.path().join("themes");
    fs::create_dir(&themes).unwrap();
    fs::write(
        themes.join("mine.toml"),
        "base = \"light\"\naccent = { fg = 208, bg = \"black\", modifiers = [\"bold\", \"dim\"] }\n",
    )
    .unwrap();
    fs::write(themes.join("dark.toml"), "dim = { fg = \"#ABCDEF\" }\n").unwrap();
    let looks = |text: &str, environment: &[(&str, &str)]| {
        fs::write(&file, text).unwrap();
        Config::new(Flags::default(), Some(&file), variables(environment)).map(|read| read.looks)
    };
    for text in ["theme = \"mine\"", "theme = \"themes/mine.toml\""] {
        let Themes::One(mine) = looks(text, &[]).unwrap().themes else {
            panic!("{text}");
        };
        let accent = mine.style(Role::Accent);
        assert_eq!(
            (accent.fg, accent.bg),
            (Some(Color::Indexed(208)), Some(Color::Black))
        );
        assert_eq!(accent.add_modifier, Modifier::BOLD | Modifier::DIM);
        // Titles follow the accent where the theme has none of its own.
        let title = mine.style(Role::Title);
        assert_eq!((title.fg, title.bg), (accent.fg, accent.bg));
        assert!(title.add_modifier.contains(Modifier::BOLD));
        // The rest is that of its base.
        let light = Theme::shipped("light");
        assert_eq!(mine.style(Role::Error), light.style(Role::Error));
        assert_eq!(mine.backgrounds, light.backgrounds);
    }
    // One of a shipped name stands in for it, also where the terminal decides.
    let Themes::ByBackground { dark, light } = looks("", &[]).unwrap().themes else {
        panic!("the terminal decides");
    };
    assert_eq!(dark.style(Role::Dim).fg, Some(Color::Rgb(0xab, 0xcd, 0xef)));
    assert_eq!(light, Theme::shipped("light"));
    // What is unknown is told with where it was asked for.
    let refusal =
        |text, environment: &[(&str, &str)]| looks(text, environment).unwrap_err().to_string();
    let here = file.display();
    assert_eq!(
        refusal("\ntheme = \"drak\"", &[]),
        format!("{here}:2: \"drak\" is not a theme; did you mean dark?")
    );
    assert_eq!(
        refusal("", &[("PLANGATE_THEME", "zzzzzz")]),
        "PLANGATE_THEME: \"zzzzzz\" is not a theme; it can be auto, dark, light, \
         high-contrast, okabe-ito, none, mine, or the path of a file"
    );
    let missing = themes.join("missing.toml");
    assert_eq!(
        refusal("theme = \"themes/missing.toml\"", &[]),
        format!("{here}:1: there is no theme {}", missing.display())
    );
    // A flag wins.
    let look = LookFlags {
        theme: Some("lihgt".to_owned()),
        ..LookFlags::default()
    };
    let flags = Flags {
        look,
        ..Flags::default()
    };
    let named = Config::new(flags, None, variables(&[("PLANGATE_THEME", "dark")]));
    assert_eq!(
        named.unwrap_err().to_string(),
        "--theme: \"lihgt\" is not a theme; did you mean light?"
    );
}

#[test]
fn what_means_nothing_in_a_theme_is_told_with_its_place_and_what_was_meant() {
    for (text, said) in [
        (
            "\nacent = {}",
            "2:1: \"acent\" is not an option; did you mean accent?",
        ),
        (
            "dim = { colour = \"red\" }",
            "1:9: \"colour\" is not an option of [dim]; the options are fg, bg, modifiers",
        ),
        (
            "dim = { fg = \"grene\" }",
            "1:14: fg is \"grene\"; did you mean green?",
        ),
        (
            "[dim]\nfg = \"#12345\"",
            "2:6: fg is \"#12345\"; it can be #rrggbb, a number from 0 to 255, black, red, \
             green, yellow, blue, magenta, cyan, gray, dark-gray, white, or bright- and one of \
             red to cyan",
        ),
        (
            "dim = { fg = \"#+12345\" }",
            "1:14: fg is \"#+12345\"; it can be #rrggbb, a number from 0 to 255, black, red, \
             green, yellow, blue, magenta, cyan, gray, dark-gray, white, or bright- and one of \
             red to cyan",
        ),
        (
            "dim = { bg = 256 }",
            "1:14: bg is 256; it can be #rrggbb, a number from 0 to 255, black, red, green, \
             yellow, blue, magenta, cyan, gray, dark-gray, white, or bright- and one of red to \
             cyan",
        ),
        (
            "dim = { modifiers = [\"blink\"] }",
            "1:21: modifiers is a list of something else; it can be a list of bold, dim, italic, \
             underlined and reversed, in a file as [\"bold\"]",
        ),
        (
            "dim = \"red\"",
            "1:7: dim is not a table; write dim = { ... }",
        ),
        (
            "base = \"drak\"",
            "1:8: base is \"drak\"; did you mean dark?",
        ),
        (
            "background = [\"red\"]",
            "1:14: background is a list of something else; it can be a list of colors as #rrggbb",
        ),
    ] {
        assert_eq!(theme_refusal(text), said, "{text}");
    }
}

#[test]
fn the_number_of_colours_is_what_the_terminal_says_unless_it_is_set() {
    let depth = |environment: &[(&str, &str)]| config(Flags::default(), environment).looks.depth;
    assert_eq!(depth(&[]), Depth::Ansi);
    assert_eq!(depth(&[("TERM", "xterm")]), Depth::Ansi);
    assert_eq!(depth(&[("TERM", "screen-256color")]), Depth::Indexed);
    assert_eq!(depth(&[("TERM", "xterm-direct")]), Depth::True);
    let term = ("TERM", "xterm-256color");
    assert_eq!(depth(&[("COLORTERM", "truecolor"), term]), Depth::True);
    assert_eq!(depth(&[("COLORTERM", "24bit"), term]), Depth::True);
    assert_eq!(depth(&[("COLORTERM", "1"), term]), Depth::Indexed);
    assert_eq!(depth(&[("PLANGATE_COLOR_DEPTH", "16"), term]), Depth::Ansi);
    for (text, wanted) in [
        ("color_depth = \"true\"", Depth::True),
        ("color_depth = 256", Depth::Indexed),
        ("color_depth = \"auto\"", Depth::Ansi),
    ] {
        let read = of_file(text, Flags::default(), &[]).unwrap();
        assert_eq!(read.looks.depth, wanted, "{text}");
    }
    assert_eq!(
        refusal("color_depth = 8"),
        "1:15: color_depth is 8; it can be \"auto\", \"16\", \"256\" or \"true\""
    );
}

#[test]
fn the_terminal_is_asked_for_its_background_where_that_decides_and_it_can_answer() {
    let asks = |environment: &[(&str, &str)]| {
        let looks = config(Flags::default(), environment).looks;
        looks.light().is_some()
    };
    let term = ("TERM", "xterm-256color");
    assert!(asks(&[term]));
    assert!(asks(&[("TERM", "screenwriter")]));
    for silent in [
        "dumb",
        "linux",
        "screen",
        "screen.xterm-256color",
        "tmux-256color",
    ] {
        assert!(!asks(&[("TERM", silent)]), "{silent}");
    }
    assert!(!asks(&[]));
    assert!(!asks(&[term, ("TMUX", "/tmp/tmux-1000/default,1,0")]));
    assert!(!asks(&[term, ("STY", "1.pts-0.host")]));
    assert!(!asks(&[term, ("PLANGATE_THEME", "dark")]));
    assert!(!asks(&[term, ("NO_COLOR", "1")]));
}

#[test]
fn the_terminal_is_asked_for_its_cells_where_it_may_take_two() {
    let ambiguous = |environment: &[(&str, &str)]| {
        let looks = config(Flags::default(), environment).looks;
        looks.ambiguous
    };
    let term = ("TERM", "xterm-256color");
    for locale in ["zh_CN.UTF-8", "ja_JP.UTF-8", "ko_KR.utf8", "ja"] {
        let set = ambiguous(&[term, ("LANG", locale)]);
        assert_eq!(set, AmbiguousWidth::Asked, "{locale}");
    }
    for locale in ["en_US.UTF-8", "kok_IN.UTF-8", "C.UTF-8"] {
        let set = ambiguous(&[term, ("LANG", locale)]);
        assert_eq!(set, AmbiguousWidth::Narrow, "{locale}");
    }
    let japanese = ("LANG", "ja_JP.UTF-8");
    assert_eq!(
        ambiguous(&[("TERM", "dumb"), japanese]),
        AmbiguousWidth::Narrow
    );
    for (text, set) in [
        ("narrow", AmbiguousWidth::Narrow),
        ("wide", AmbiguousWidth::Wide),
    ] {
        let named = ("PLANGATE_AMBIGUOUS_WIDTH", text);
        assert_eq!(ambiguous(&[term, japanese, named]), set);
        assert_eq!(ambiguous(&[term, named]), set);
    }
}

#[test]
fn every_refusal_of_the_configuration_says_what_to_do() {
    let missing = account_flags(AccountFlags {
        config: Some("/nonexistent/config.toml".into()),
        ..AccountFlags::default()
    });
    let demo = account_flags(AccountFlags {
        demo: true,
        profile: Some("ops".to_owned()),
        ..AccountFlags::default()
    });
    let theme = Flags {
        look: LookFlags {
            theme: Some("drak".to_owned()),
            ..LookFlags::default()
        },
        ..Flags::default()
    };
    let variable = try_config(Flags::default(), &[("PLANGATE_GUARD", "much")]);
    let several = AccountFlags {
        region: Some("x-y-1,x-y-2".to_owned()),
        ..AccountFlags::default()
    };
    let several = config(account_flags(several), &[]);
    let none = AccountFlags {
        all_profiles: Pattern::new("*-live"),
        ..AccountFlags::default()
    };
    let none = config(account_flags(none), &[]);
    for (refused, next) in [
        (variable, "it can be "),
        (
            Config::new(missing, None, |_| None),
            "name another with --config, or write one with `plangate config init`",
        ),
        (try_config(theme, &[]), "did you mean dark"),
        (of_file("guard = []", Flags::default(), &[]), "it can be "),
        (
            of_file("gaurd = 1", Flags::default(), &[]),
            "did you mean guard?",
        ),
        (
            of_file("xyzzy = 1", Flags::default(), &[]),
            "the options are ",
        ),
        (of_file("guard = ", Flags::default(), &[]), "expected "),
        (
            try_config(demo, &[]),
            "--demo cannot be used with --profile, --all-profiles or --endpoint-url",
        ),
        (several.of_one_place(), "name one profile and one Region"),
        (
            none.spots(&["b".to_owned()]).map(|_| none.clone()),
            "the AWS files have b",
        ),
    ] {
        let refused = refused.unwrap_err();
        // A new kind of refusal has to be thought of here.
        match &refused {
            Wrong::Account(_)
            | Wrong::Variable { .. }
            | Wrong::Unreadable { .. }
            | Wrong::Theme { .. }
            | Wrong::File { .. }
            | Wrong::Several { .. }
            | Wrong::NoProfile { .. } => {}
        }
        let text = refused.to_string();
        assert!(text.contains(next), "{text}");
    }
}

/// The places that were asked for, with these profiles in the AWS files.
fn spots(config: &Config, in_files: &[&str]) -> Vec<(Option<String>, Option<String>)> {
    let in_files: Vec<String> = in_files.iter().map(ToString::to_string).collect();
    let spots = config.spots(&in_files).unwrap().into_iter();
    spots.map(|spot| (spot.profile, spot.region)).collect()
}

#[test]
fn several_profiles_and_regions_are_each_in_each() {
    let some = |text: &str| Some(text.to_owned());
    let flags = account_flags(AccountFlags {
        profile: some("a, b"),
        region: some("x-y-1,x-y-2"),
        ..AccountFlags::default()
    });
    let config = config(flags, &[]);
    assert!(config.is_several());
    assert_eq!(place(&config), [Some("a"), Some("x-y-1"), None]);
    let each = [
        (some("a"), some("x-y-1")),
        (some("a"), some("x-y-2")),
        (some("b"), some("x-y-1")),
        (some("b"), some("x-y-2")),
    ];
    assert_eq!(spots(&config, &[]), each);
    assert!(config.of_one_place().is_err());
    // The file may ask for several at each start.
    let config = of_file("region = \"x-y-1,x-y-2\"\n", Flags::default(), &[]).unwrap();
    assert_eq!(
        spots(&config, &[]),
        [(None, some("x-y-1")), (None, some("x-y-2"))]
    );
}

#[test]
fn profiles_of_a_pattern_are_those_of_the_aws_files() {
    let flags = account_flags(AccountFlags {
        all_profiles: Pattern::new("*-live"),
        ..AccountFlags::default()
    });
    let config = config(flags, &[("AWS_PROFILE", "ops")]);
    assert!(config.wants_profiles());
    let found = spots(&config, &["a-live", "b", "c-live"]);
    let named: Vec<_> = found
        .iter()
        .map(|(profile, _)| profile.as_deref())
        .collect();
    assert_eq!(named, [Some("a-live"), Some("c-live")]);
    let none = config.spots(&["b".to_owned()]).unwrap_err();
    let said = "no profile matches the pattern *-live; the AWS files have b";
    assert_eq!(none.to_string(), said);
}

#[test]
fn another_place_has_its_own_guards_and_the_same_precedence() {
    let text = "\
        region = \"eu-west-1\"\n\
        [profiles.eu-live]\nread_only = true\nregion = \"eu-west-2\"\n";
    let at = |config: &Config, profile: Option<&str>, region: Option<&str>| {
        let spot = Spot {
            profile: profile.map(str::to_owned),
            region: region.map(str::to_owned),
        };
        config.at(&spot).unwrap()
    };
    let config = of_file(text, with_profile("dev"), &[]).unwrap();
    let live = at(&config, Some("eu-live"), None);
    assert!(live.guards(None).read_only && !config.guards(None).read_only);
    assert_eq!(place(&live), [Some("eu-live"), Some("eu-west-2"), None]);
    let elsewhere = at(&config, Some("eu-live"), Some("x-y-1"));
    assert_eq!(place(&elsewhere), [Some("eu-live"), Some("x-y-1"), None]);
    // The environment of the start wins over the file there too, and is asked for what
    // a flag had answered.
    let environment = [("AWS_REGION", "us-west-1"), ("PLANGATE_READ_ONLY", "false")];
    let flags = account_flags(AccountFlags {
        region: Some("eu-west-3".to_owned()),
        ..AccountFlags::default()
    });
    let config = of_file(text, flags, &environment).unwrap();
    let live = at(&config, Some("eu-live"), None);
    assert!(!live.guards(None).read_only);
    assert_eq!(place(&live)[1], Some("eu-west-3"));
    let config = of_file(text, Flags::default(), &environment[..1]).unwrap();
    // AWS's own variables are read where the AWS files are.
    assert_eq!(place(&at(&config, Some("eu-live"), None))[1], None);
}

#[test]
fn an_endpoint_is_that_of_the_profiles_it_was_given_with() {
    let flags = account_flags(AccountFlags {
        profile: Some("a,b".to_owned()),
        endpoint_url: Some("http://127.0.0.1:1".to_owned()),
        ..AccountFlags::default()
    });
    let config = config(flags, &[]);
    for (profile, endpoint) in [("a", true), ("b", true), ("c", false)] {
        let spot = Spot {
            profile: Some(profile.to_owned()),
            region: Some("x-y-1".to_owned()),
        };
        let there = config.at(&spot).unwrap();
        assert_eq!(place(&there)[2].is_some(), endpoint, "{profile}");
    }
}

#[test]
fn the_sample_account_takes_regions_of_the_command_line() {
    let flags = account_flags(AccountFlags {
        demo: true,
        region: Some("us-east-1,eu-west-1".to_owned()),
        ..AccountFlags::default()
    });
    let config = of_file(
        "profile = \"ops\"\n",
        flags,
        &[("PLANGATE_REGION", "x-y-1")],
    )
    .unwrap();
    assert_eq!(spots(&config, &[]).len(), 2);
    let spot = Spot {
        profile: None,
        region: Some("eu-west-1".to_owned()),
    };
    let AccountConfig::Sample { region, .. } = config.at(&spot).unwrap().account else {
        panic!("not the sample account");
    };
    assert_eq!(region.as_deref(), Some("eu-west-1"));
}

#[test]
fn a_name_with_a_comma_is_whole_in_a_place_and_parted_where_it_is_typed() {
    let spot = |profile: &str, region: Option<&str>| Spot {
        profile: Some(profile.to_owned()),
        region: region.map(str::to_owned),
    };
    let text =
        "[profiles.\"ops,old\"]\nregion = \"eu-west-2\"\n[profiles.ops]\nregion = \"us-east-2\"\n";
    for flags in [Flags::default(), with_profile("dev,ops")] {
        let config = of_file(text, flags, &[]).unwrap();
        let there = config.at(&spot("ops,old", None)).unwrap();
        assert_eq!(place(&there), [Some("ops,old"), Some("eu-west-2"), None]);
        let there = config.at(&spot("ops,old", Some("x,y"))).unwrap();
        assert_eq!(place(&there), [Some("ops,old"), Some("x,y"), None]);
    }
    let typed = config(with_profile("ops,old"), &[]);
    assert_eq!(typed.spots(&[]).unwrap().len(), 2);
}
