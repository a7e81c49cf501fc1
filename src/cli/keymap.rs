//! `plangate keymap`: what the keys mean, and who says so.

use std::fmt::Write as _;
use std::process::ExitCode;

use clap::Args;
use serde_json::{Map, json};

use super::output;
use crate::app::keys::keymap::{Binding, Keymap};
use crate::config::Config;
use crate::ui::clean;

/// The options of `plangate keymap`.
#[derive(Args, Clone, Copy, Debug)]
pub struct KeymapFlags {
    /// Print JSON: {"file", "places": {PLACE: {COMMAND: {"keys", "from", "help"}}}}
    #[arg(long)]
    pub json: bool,
}

/// Prints the keys of every place.
///
/// # Errors
/// Where there is something wrong with the key map.
pub fn keymap(config: &Config, flags: KeymapFlags) -> anyhow::Result<ExitCode> {
    let text = config.input.keymap_text()?;
    let file = text.as_ref().map(|(file, _)| file.as_str());
    let keymap = Keymap::of(
        text.as_ref()
            .map(|(file, text)| (file.as_str(), text.as_str())),
    )?;
    if flags.json {
        output::print_json(&to_json(&keymap, file))?;
    } else {
        output::print(&to_text(&keymap, file))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The origin of a binding: plangate's own map, or the operator's file.
fn origin(binding: &Binding, file: Option<&str>) -> String {
    match (binding.line, file) {
        (Some(line), Some(file)) => format!("{file}:{line}"),
        _ => "default".to_owned(),
    }
}

fn names(binding: &Binding) -> Vec<String> {
    binding.keys.iter().map(ToString::to_string).collect()
}

/// The key map as the file that would make it.
fn to_text(keymap: &Keymap, file: Option<&str>) -> String {
    let mut text = String::new();
    for (number, place) in keymap.places().enumerate() {
        let gap = if number == 0 { "" } else { "\n" };
        // Writing to a text has no way to fail.
        let _ = writeln!(text, "{gap}# {}\n[{}]", place.title(), place.name());
        for binding in keymap.bindings(place) {
            let keys: Vec<String> = names(binding)
                .iter()
                // What JSON escapes in a text, TOML reads back the same.
                .map(|key| json!(key).to_string())
                .collect();
            let line = format!("{} = [{}]", binding.command.name(), keys.join(", "));
            let from = origin(binding, file);
            let _ = writeln!(text, "{line:<40} # {}", clean(&from));
        }
    }
    text
}

fn to_json(keymap: &Keymap, file: Option<&str>) -> serde_json::Value {
    let of_binding = |binding: &Binding| {
        let value = json!({
            "keys": names(binding),
            "from": origin(binding, file),
            "help": binding.command.help(),
        });
        (binding.command.name().to_owned(), value)
    };
    let of_place = |place| {
        let bindings = keymap.bindings(place).iter().map(of_binding);
        (
            place.name().to_owned(),
            bindings.collect::<Map<_, _>>().into(),
        )
    };
    let places: Map<String, serde_json::Value> = keymap.places().map(of_place).collect();
    json!({ "file": file, "places": places })
}
