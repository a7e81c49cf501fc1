//! The pictures and the pages: that they are there, that they are reached from the
//! README, and that pictures are made by the program that makes them.

#![allow(clippy::unwrap_used, clippy::panic)]

#[allow(dead_code)]
#[path = "../examples/pictures/script.rs"]
mod script;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use plangate::app::keys::command::Command;
use plangate::app::keys::keymap::Keymap;
use plangate::app::view::help_lines::MANY;
use script::PICTURES;
use xmlparser::{ElementEnd, Token, Tokenizer};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// No picture is larger than this, in bytes.
const LARGEST: usize = 400_000;

fn read(file: &Path) -> String {
    fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// The files of a folder of the tree that end so.
fn files(folder: &str, end: &str) -> BTreeSet<String> {
    fs::read_dir(Path::new(ROOT).join(folder))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(end))
        .collect()
}

/// The pages at the top of the tree and in `docs`.
fn pages() -> Vec<PathBuf> {
    let top = files("", ".md").into_iter();
    let docs = files("docs", ".md").into_iter();
    top.map(PathBuf::from)
        .chain(docs.map(|name| Path::new("docs").join(name)))
        .collect()
}

/// Where the links of a page lead, without those to other hosts, relative to the
/// root of the tree.
fn links(page: &Path) -> Vec<PathBuf> {
    let text = read(&Path::new(ROOT).join(page));
    let folder = page.parent().unwrap();
    text.split("](")
        .skip(1)
        .filter_map(|rest| rest.split([')', '#']).next())
        .filter(|link| !link.is_empty() && !link.contains("://"))
        .map(|link| folder.join(link))
        .map(|link| match link.strip_prefix("docs/..") {
            Ok(above) => above.to_owned(),
            Err(_) => link,
        })
        .collect()
}

#[test]
fn every_link_leads_to_a_file() {
    for page in pages() {
        for link in links(&page) {
            let path = Path::new(ROOT).join(&link);
            assert!(path.exists(), "{}: {}", page.display(), link.display());
        }
    }
}

#[test]
fn every_page_is_reached_from_the_readme() {
    let mut reached = BTreeSet::from([PathBuf::from("README.md")]);
    let mut open: Vec<PathBuf> = reached.iter().cloned().collect();
    while let Some(page) = open.pop() {
        for link in links(&page) {
            let is_page = link.extension().is_some_and(|end| end == "md");
            if is_page && reached.insert(link.clone()) {
                open.push(link);
            }
        }
    }
    for page in pages() {
        assert!(reached.contains(&page), "{} is not linked", page.display());
    }
}

#[test]
fn every_picture_is_made_by_the_script_and_shown_on_a_page() {
    let made: BTreeSet<String> = PICTURES
        .iter()
        .map(|picture| picture.file.to_owned())
        .collect();
    assert_eq!(made.len(), PICTURES.len());
    assert_eq!(files("assets", ".svg"), made);
    let linked: BTreeSet<PathBuf> = pages().iter().flat_map(|page| links(page)).collect();
    for picture in made {
        let path = Path::new("assets").join(&picture);
        assert!(linked.contains(&path), "no page shows {picture}");
    }
}

#[test]
fn every_picture_is_small_and_well_formed_and_runs_and_loads_nothing() {
    for picture in PICTURES {
        let file = picture.file;
        let text = read(&Path::new(ROOT).join("assets").join(file));
        assert!(text.len() < LARGEST, "{file}: {} bytes", text.len());
        let mut open = Vec::new();
        let mut names = BTreeSet::new();
        for token in Tokenizer::from(text.as_str()) {
            match token.unwrap_or_else(|error| panic!("{file}: {error}")) {
                Token::ElementStart { local, .. } => {
                    assert!(!open.is_empty() || names.is_empty(), "{file}: two roots");
                    open.push(local.as_str());
                    names.insert(local.as_str());
                }
                Token::ElementEnd { end, .. } => match end {
                    ElementEnd::Open => {}
                    ElementEnd::Empty => drop(open.pop()),
                    ElementEnd::Close(_, name) => {
                        assert_eq!(open.pop(), Some(name.as_str()), "{file}");
                    }
                },
                Token::Attribute { local, .. } => {
                    let name = local.as_str();
                    assert!(!name.starts_with("on") && name != "href", "{file}: {name}");
                }
                _ => {}
            }
        }
        assert!(open.is_empty(), "{file}: {open:?} is not closed");
        let known = ["svg", "title", "style", "rect", "g", "path", "text"];
        let strange: Vec<_> = names.iter().filter(|name| !known.contains(name)).collect();
        assert!(strange.is_empty(), "{file}: {strange:?}");
        assert!(
            !text.contains("url(") && !text.contains("@import"),
            "{file}"
        );
        assert_eq!(text.contains("@keyframes"), picture.is_recording, "{file}");
    }
}

/// The code blocks of a page in a language.
fn blocks(page: &str, language: &str) -> Vec<String> {
    let text = read(&Path::new(ROOT).join(page));
    let mut blocks = Vec::new();
    let mut open: Option<String> = None;
    for line in text.lines() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(found)) => {
                open = (found == language).then(String::new).or(Some("\0".into()));
            }
            (Some(_), Some(_)) => {
                blocks.extend(open.take().filter(|block| !block.starts_with('\0')));
            }
            (Some(block), None) => {
                block.push_str(line);
                block.push('\n');
            }
            (None, None) => {}
        }
    }
    blocks
}

#[test]
fn every_option_of_the_configuration_is_in_the_table_of_the_page() {
    let page = read(&Path::new(ROOT).join("docs/configuration.md"));
    let whole = plangate::config::COMMENTED_DEFAULT;
    let top = whole.split("\n#[").next().unwrap();
    let options: Vec<&str> = top
        .lines()
        .filter_map(|line| line.strip_prefix('#')?.split_once(" = "))
        .map(|(name, _)| name)
        .filter(|name| {
            name.chars()
                .all(|letter| letter.is_ascii_lowercase() || letter == '_')
        })
        .collect();
    assert!(options.len() > 10, "{options:?}");
    for option in options {
        assert!(
            page.contains(&format!("\n| `{option}` | ")),
            "{option} is not explained"
        );
    }
}

/// Returns true if an ARN's pattern, in which `*` stands for any text, takes an ARN.
fn takes(pattern: &str, arn: &str) -> bool {
    let (first, rest) = pattern.split_once('*').unwrap_or((pattern, "\0"));
    match rest {
        "\0" => pattern == arn,
        rest => arn.strip_prefix(first).is_some_and(|arn| {
            (0..=arn.len()).any(|at| arn.is_char_boundary(at) && takes(rest, &arn[at..]))
        }),
    }
}

#[test]
fn the_policies_allow_what_they_say_and_no_more() {
    let policies: Vec<serde_json::Value> = blocks("docs/configuration.md", "json")
        .iter()
        .map(|block| serde_json::from_str(block).unwrap())
        .collect();
    let allows = |policies: &[serde_json::Value], method: &str, path: &str| {
        let action = format!("apigateway:{method}");
        let arn = format!("arn:aws:apigateway:eu-west-1::{path}");
        let list = |value: &serde_json::Value| match value {
            serde_json::Value::Array(all) => all.clone(),
            one => vec![one.clone()],
        };
        policies
            .iter()
            .flat_map(|policy| list(&policy["Statement"]))
            .any(|statement| {
                assert_eq!(statement["Effect"], "Allow");
                list(&statement["Action"]).contains(&action.clone().into())
                    && list(&statement["Resource"])
                        .iter()
                        .any(|pattern| takes(pattern.as_str().unwrap(), &arn))
            })
    };
    let [read, limits, all] = &policies[..] else {
        panic!("three policies, not {}", policies.len());
    };
    let sets = [
        vec![read.clone()],
        vec![read.clone(), limits.clone()],
        vec![read.clone(), all.clone()],
    ];
    // A call, and which of the three sets allow it.
    for (method, path, allowed) in [
        ("GET", "/usageplans", [true, true, true]),
        ("GET", "/usageplans/a", [true, true, true]),
        ("GET", "/usageplans/a/keys", [true, true, true]),
        ("GET", "/usageplans/a/usage", [true, true, true]),
        ("GET", "/apikeys", [true, true, true]),
        ("GET", "/apikeys/k", [true, true, true]),
        ("GET", "/restapis", [true, true, true]),
        ("GET", "/restapis/r/stages", [true, true, true]),
        ("GET", "/restapis/r/resources", [true, true, true]),
        ("GET", "/account", [true, true, true]),
        ("PATCH", "/usageplans/a", [false, true, true]),
        ("PATCH", "/usageplans/a/keys/k/usage", [false, true, true]),
        ("POST", "/usageplans", [false, false, true]),
        ("POST", "/usageplans/a/keys", [false, false, true]),
        ("DELETE", "/usageplans/a", [false, false, true]),
        ("DELETE", "/usageplans/a/keys/k", [false, false, true]),
        ("PUT", "/tags/arn%3Aaws%3Aapigateway", [false, false, true]),
        (
            "DELETE",
            "/tags/arn%3Aaws%3Aapigateway",
            [false, false, true],
        ),
        ("POST", "/apikeys", [false, false, false]),
        ("DELETE", "/restapis/r", [false, false, false]),
        ("PATCH", "/account", [false, false, false]),
    ] {
        let got = sets.each_ref().map(|set| allows(set, method, path));
        assert_eq!(got, allowed, "{method} {path}");
    }
}

/// Where the tables of the keys stand in their page.
const KEYS: (&str, [&str; 2]) = (
    "docs/keys.md",
    [
        "<!-- The tables are written by tests/documentation.rs from assets/keymap.toml. -->\n",
        "<!-- The end of the tables. -->\n",
    ],
);

/// The keys of every place as tables, those of a task together.
fn tables_of_keys(keymap: &Keymap) -> String {
    let mut text = String::new();
    for place in keymap.places() {
        let mut bindings: Vec<_> = keymap.bindings(place).iter().collect();
        bindings.sort_by_key(|binding| binding.command.task());
        let head = "| Key | What it does | Name |\n|---|---|---|\n";
        let _ = writeln!(text, "\n### {}\n\n{head}", place.title());
        text.truncate(text.len() - 1);
        let has_tasks = bindings.len() >= MANY;
        let mut task = None;
        for binding in bindings {
            let command = binding.command;
            if has_tasks && task != Some(command.task()) {
                let _ = writeln!(text, "| | **{}** | |", command.task().title());
                task = Some(command.task());
            }
            let keys = keymap.keys(place, command);
            let keys: Vec<String> = keys.iter().map(|key| format!("`{key}`")).collect();
            let keys = keys.join(" ").replace('|', "\\|");
            let (help, name) = (command.help(), command.name());
            let _ = writeln!(text, "| {keys} | {help} | `{name}` |");
        }
    }
    text.push('\n');
    text
}

#[test]
fn the_tables_of_keys_are_those_of_the_key_map() {
    let (page, [begin, end]) = KEYS;
    let page = Path::new(ROOT).join(page);
    let text = read(&page);
    let (before, rest) = text.split_once(begin).unwrap();
    let (written, after) = rest.split_once(end).unwrap();
    let tables = tables_of_keys(&Keymap::shipped().unwrap());
    // As the snapshots are written anew.
    if std::env::var("INSTA_UPDATE").is_ok_and(|value| value == "always") {
        fs::write(&page, format!("{before}{begin}{tables}{end}{after}")).unwrap();
        return;
    }
    let command = "INSTA_UPDATE=always cargo test --test documentation";
    assert!(
        written == tables,
        "the tables are not those of the key map: {command} writes them anew"
    );
}

#[test]
fn every_key_of_every_place_stands_in_the_tables_with_its_description() {
    let text = read(&Path::new(ROOT).join(KEYS.0));
    let keymap = Keymap::shipped().unwrap();
    let mut sections = text.split("\n### ").skip(1);
    for place in keymap.places() {
        let section = sections.next().unwrap();
        assert!(section.starts_with(place.title()), "{}", place.title());
        for binding in keymap.bindings(place) {
            let (help, name) = (binding.command.help(), binding.command.name());
            let row = format!(" | {help} | `{name}` |");
            let row = section.lines().find(|line| line.ends_with(&row));
            let row = row.unwrap_or_else(|| panic!("{name} is not in {}", place.title()));
            for key in &binding.keys {
                assert!(row.contains(&format!("`{key}`")), "{key} in {row}");
            }
        }
    }
    // A description is one line, and reads on from the name of the key.
    for command in Command::ALL {
        let help = command.help();
        let first = help.split([' ', ',', ';']).next().unwrap();
        let is_verb = first.ends_with('s') && first.chars().all(char::is_lowercase);
        assert!(
            is_verb && !help.ends_with('.') && help.len() <= 90,
            "{help:?}"
        );
    }
}

/// Words that a person must not meet on the screen, in an error or on a page, with the word
/// that stands there instead. Each means one thing only, so that none is met by chance.
const OLD_WORDS: [(&str, &str); 19] = [
    ("is now as reviewed", "updated"),
    ("all is over", "all sent"),
    ("thrown away", "discarded"),
    ("throw away the", "discard"),
    ("grave", "destructive"),
    ("to mend", "to fix, problems"),
    ("mended", "fixed, corrected"),
    ("runs dry", "runs out"),
    ("run dry", "run out"),
    ("next to hold", "the next limit"),
    ("limits hold", "limits apply"),
    ("limit holds", "limit applies"),
    ("questions to go", "API calls left"),
    ("is not known, for", "not checked yet"),
    ("no plan meters it", "usage plans do not apply"),
    ("sending asks", "you will be asked"),
    ("less of it shows", "shorten the search"),
    ("is no name of a send", "no send has the ID"),
    ("look and send", "review and send"),
];

/// The files of the source whose texts a person reads, without tests. What the emulator says is
/// AWS's own English.
fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let is_read = !matches!(
            name.as_str(),
            "tests" | "tests.rs" | "emulator" | "arbitrary.rs"
        );
        if path.is_dir() && is_read {
            sources(&path, found);
        } else if is_read && path.extension().is_some_and(|end| end == "rs") {
            found.push(path);
        }
    }
}

/// The texts in quotes of a source file, before its tests.
fn texts(source: &str) -> Vec<String> {
    let code = source.split("#[cfg(test)]\nmod tests {").next().unwrap();
    let code: Vec<&str> = code
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect();
    let code = code.join("\n");
    let mut texts = Vec::new();
    let mut text: Option<String> = None;
    let mut chars = code.chars().peekable();
    while let Some(c) = chars.next() {
        match (&mut text, c) {
            (None, '"') => text = Some(String::new()),
            // A quote as a character opens nothing.
            (None, '\'') if chars.peek() == Some(&'"') => drop(chars.next()),
            (Some(_), '"') => texts.extend(text.take()),
            (Some(open), '\\') => match chars.next() {
                // A text goes on behind the indent of its next line.
                Some('\n') => while chars.next_if(|c| c.is_whitespace()).is_some() {},
                Some(c) => open.push(c),
                None => {}
            },
            (Some(open), c) => open.push(c),
            _ => {}
        }
    }
    texts
}

#[test]
fn nobody_meets_a_word_that_another_one_has_replaced() {
    let mut files = Vec::new();
    sources(&Path::new(ROOT).join("src"), &mut files);
    let mut read_all = 0;
    let mut met = Vec::new();
    let mut look = |place: &Path, text: &str| {
        let lower = text.to_lowercase();
        for (old, instead) in OLD_WORDS {
            if lower.contains(old) {
                met.push(format!(
                    "{}: {text:?} has {old:?}: {instead}",
                    place.display()
                ));
            }
        }
    };
    for file in &files {
        for text in texts(&read(file)) {
            read_all += 1;
            look(file, &text);
        }
    }
    for page in pages().into_iter().filter(|page| page.starts_with("docs")) {
        for line in read(&Path::new(ROOT).join(&page)).lines() {
            look(&page, line);
        }
    }
    assert!(read_all > 3000, "only {read_all} texts were found");
    assert!(met.is_empty(), "{}", met.join("\n"));
}
