//! Where the value of an option comes from: the flag, else the variable of the
//! environment, else the file, else the default.

use std::borrow::Cow;
use std::ffi::OsString;

use super::depth::Depth;
use super::file::Table;
use super::setting::{Setting, Source};
use super::value::OptionValue;
use super::{AccountFlags, Clipboard, Wrong};

/// An option, its value, and where that comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownOption {
    /// The option's name in the file.
    pub name: Cow<'static, str>,
    /// Its value; null where there is none.
    pub value: serde_json::Value,
    /// The source of the value.
    pub from: Source,
}

impl ShownOption {
    pub(super) fn of<T: OptionValue>(name: &'static str, setting: &Setting<T>) -> Self {
        Self {
            name: name.into(),
            value: setting.value.shown(),
            from: setting.from.clone(),
        }
    }

    /// An option that may not be set; `otherwise` is what holds then.
    pub(super) fn optional<T: OptionValue>(
        name: &'static str,
        setting: Option<&Setting<T>>,
        otherwise: &'static str,
    ) -> Self {
        setting.map_or_else(
            || Self {
                name: name.into(),
                value: serde_json::Value::Null,
                from: Source::Default(otherwise),
            },
            |setting| Self::of(name, setting),
        )
    }
}

/// The environment, and what it says of an option.
pub(super) struct Layers<V>(V);

/// The Region and the endpoint that the table of a profile sets.
pub(super) type PlaceSettings = (Option<Setting<String>>, Option<Setting<String>>);

impl<V: Fn(&str) -> Option<OsString>> Layers<V> {
    pub(super) fn new(variable: V) -> Self {
        Self(variable)
    }

    fn set(&self, name: &str) -> Option<OsString> {
        (self.0)(name).filter(|value| !value.is_empty())
    }

    /// The first of the variables that is set.
    fn first_of(&self, names: &[&str]) -> Option<Setting<String>> {
        names.iter().find_map(|name| {
            Some(Setting {
                value: self.set(name)?.to_string_lossy().into_owned(),
                from: Source::Variable((*name).to_owned()),
            })
        })
    }

    /// An option: what the flag says, else `PLANGATE_` and its name, else the file.
    pub(super) fn option<T: OptionValue>(
        &self,
        name: &'static str,
        flag: Option<(&'static str, T)>,
        in_file: Option<Setting<T>>,
    ) -> Result<Option<Setting<T>>, Wrong> {
        let variable = format!("PLANGATE_{}", name.to_uppercase());
        // The variable is read even where a flag wins: a value that means nothing is told at once,
        // and not on the day when the flag is left out.
        let Some(text) = self.set(&variable) else {
            let flag = flag.map(|(name, value)| Setting {
                value,
                from: Source::Flag(name),
            });
            return Ok(flag.or(in_file));
        };
        let Some(value) = text.to_str().and_then(T::of_text) else {
            return Err(Wrong::Variable {
                name: variable,
                refusal: T::refusal(&text.to_string_lossy()),
                value: text,
            });
        };
        Ok(Some(match flag {
            Some((name, value)) => Setting {
                value,
                from: Source::Flag(name),
            },
            None => Setting {
                value,
                from: Source::Variable(variable),
            },
        }))
    }

    /// The same for what AWS has variables of its own for: they win over the file.
    fn aws_option(
        &self,
        name: &'static str,
        flag: Option<(&'static str, String)>,
        in_file: Option<Setting<String>>,
        variables: &[&str],
    ) -> Result<Option<Setting<String>>, Wrong> {
        let said = self.option(name, flag, in_file)?;
        Ok(match said {
            Some(said) if said.is_of_this_run() => Some(said),
            in_file => self.first_of(variables).or(in_file),
        })
    }

    /// The profile. Keys in the environment win over the file's, as they have none.
    pub(super) fn profile(
        &self,
        flags: &AccountFlags,
        file: &mut Table<'_>,
    ) -> Result<Option<Setting<String>>, Wrong> {
        let in_file = file.take("profile")?;
        // A profile of the file would bring its own keys, past those that this shell was given.
        let in_file = in_file.filter(|_| self.set("AWS_ACCESS_KEY_ID").is_none());
        let flag = flags.profile.clone().map(|name| ("--profile", name));
        self.aws_option("profile", flag, in_file, &["AWS_PROFILE"])
    }

    /// The Region and the endpoint.
    pub(super) fn place(
        &self,
        flags: &AccountFlags,
        file: &mut Table<'_>,
        of_profile: PlaceSettings,
    ) -> Result<PlaceSettings, Wrong> {
        let (region, endpoint) = of_profile;
        let in_file = file.take("region")?;
        let region = self.aws_option(
            "region",
            flags.region.clone().map(|name| ("--region", name)),
            // A profile's own Region says more of it than the file's Region for all.
            region.or(in_file),
            &["AWS_REGION", "AWS_DEFAULT_REGION"],
        )?;
        let in_file = file.take("endpoint_url")?;
        let endpoint = self.aws_option(
            "endpoint_url",
            flags
                .endpoint_url
                .clone()
                .map(|url| ("--endpoint-url", url)),
            endpoint.or(in_file),
            &["AWS_ENDPOINT_URL_API_GATEWAY", "AWS_ENDPOINT_URL"],
        )?;
        Ok((region, endpoint))
    }

    /// The default for colors: true unless `NO_COLOR` or a dumb terminal speaks against
    /// them.
    pub(super) fn colours(&self) -> Setting<bool> {
        unless(self.first_of(&["NO_COLOR"]).or_else(|| self.dumb()))
    }

    /// The default for characters beyond ASCII: true unless the terminal or the locale
    /// speaks against them.
    pub(super) fn characters(&self) -> Setting<bool> {
        // The first variable that is set decides, as POSIX has it; where none is,
        // UTF-8 is taken for granted.
        let locale = self.first_of(&["LC_ALL", "LC_CTYPE", "LANG"]);
        let other = locale.filter(|locale| {
            let locale = locale.value.to_lowercase();
            !locale.contains("utf-8") && !locale.contains("utf8")
        });
        unless(self.dumb().or(other))
    }

    /// Returns true if the terminal may take two cells for a character of ambiguous width:
    /// it is set up for Chinese, Japanese or Korean, and can say where its cursor is.
    pub(super) fn may_be_wide(&self) -> bool {
        let locale = self.first_of(&["LC_ALL", "LC_CTYPE", "LANG"]);
        let is_east_asian = locale.is_some_and(|locale| {
            ["zh", "ja", "ko"].into_iter().any(|language| {
                let rest = locale.value.strip_prefix(language);
                rest.is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_alphabetic()))
            })
        });
        is_east_asian && self.set("TERM").is_some() && self.dumb().is_none()
    }

    /// The number of colors that the terminal has.
    pub(super) fn depth(&self) -> Depth {
        let text = |name| {
            self.set(name)
                .map(|text| text.to_string_lossy().into_owned())
        };
        let [colorterm, term] = ["COLORTERM", "TERM"].map(|name| text(name).unwrap_or_default());
        Depth::of_terminal(&colorterm, &term)
    }

    /// The default way of a text to the clipboard: none in a dumb terminal, which would
    /// show the sequence.
    pub(super) fn clipboard(&self) -> Setting<Clipboard> {
        self.dumb().map_or_else(
            || Setting::default_of(Clipboard::Osc52),
            |dumb| Setting {
                value: Clipboard::None,
                from: dumb.from,
            },
        )
    }

    /// Returns true if the terminal may be asked for its background.
    pub(super) fn answers(&self) -> bool {
        let term = self.set("TERM");
        let term = term
            .as_deref()
            .and_then(|term| term.to_str())
            // Of a terminal without a name nothing is known, so that it is not asked.
            .unwrap_or("dumb");
        // Some take the question for text, and a multiplexer would answer in the terminal's
        // place.
        let is_silent = ["dumb", "linux", "screen", "tmux"]
            .into_iter()
            .any(|silent| {
                let rest = term.strip_prefix(silent);
                // `screen-256color` and `screen.xterm-256color` are screens too.
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '.']))
            });
        !is_silent && self.set("TMUX").is_none() && self.set("STY").is_none()
    }

    fn dumb(&self) -> Option<Setting<String>> {
        self.first_of(&["TERM"]).filter(|term| term.value == "dumb")
    }
}

/// True, unless a variable speaks against it.
fn unless(against: Option<Setting<String>>) -> Setting<bool> {
    against.map_or_else(
        || Setting::default_of(true),
        |against| Setting {
            value: false,
            from: against.from,
        },
    )
}
