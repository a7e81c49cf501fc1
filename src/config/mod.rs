//! What the program was asked to do, from the command line, the environment and
//! the configuration file, as one checked value.

mod account;
mod ambiguous;
mod columns;
mod depth;
mod file;
mod flags;
mod guards;
mod input;
mod layers;
mod looks;
mod pattern;
mod setting;
mod silence;
mod spot;
mod theme;
mod value;
mod variables;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use thiserror::Error;
use tracing::level_filters::LevelFilter;

pub use account::{AccountConfig, WrongAccount};
pub use ambiguous::AmbiguousWidth;
pub use columns::ListColumn;
pub use depth::Depth;
pub use file::{COMMENTED_DEFAULT, init, usual_path};
pub use flags::{
    AccountFlags, Flags, InputFlags, LookFlags, SampleFlags, SampleLimits, SendingFlags,
};
pub use guards::{AccountGuards, Guards, Reasons};
pub use input::{Clipboard, InputConfig};
pub use layers::ShownOption;
pub use looks::Looks;
pub use pattern::Pattern;
pub use setting::Source;
pub use spot::{Spot, told_apart};
pub use theme::{Role, SHIPPED, Theme, Themes, theme_names};

use file::{Table, Text};
use guards::Rules;
use input::InputSettings;
use layers::Layers;
use setting::Setting;
use spot::Asked;
use variables::{Recorder, Variables};

use crate::plan::lint::Silence;

/// The checked options of one run.
#[derive(Clone, Debug)]
pub struct Config {
    /// The account that is meant.
    pub account: AccountConfig,
    /// The looks of the dashboard.
    pub looks: Looks,
    /// The settings of keys, the mouse and the clipboard.
    pub input: InputConfig,
    /// The kinds of findings that are not told, each with the reason.
    pub silence: Arc<Silence>,
    /// The level of the log.
    pub log: LevelFilter,
    /// Every option with its value and where that comes from.
    pub shown: Vec<ShownOption>,
    rules: Arc<Rules>,
    asked: Asked,
    said: Said,
}

/// The words of the start, to be read again for another profile and Region.
#[derive(Clone, Debug)]
struct Said {
    flags: Flags,
    usual: Option<PathBuf>,
    text: Text,
    variables: Variables,
}

impl Said {
    fn new(flags: Flags, usual: Option<&Path>, text: &Text) -> Self {
        Self {
            flags,
            usual: usual.map(Path::to_owned),
            text: text.clone(),
            variables: Variables::default(),
        }
    }
}

/// The faults in options that keep the program from its work.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Wrong {
    /// The options name no account.
    #[error(transparent)]
    Account(#[from] WrongAccount),
    /// Several places for what is done in one.
    #[error(
        "this works in one account at a time: name one profile and one Region ({} are named)",
        count.map_or("several".to_owned(), |count| count.to_string())
    )]
    Several {
        /// The count of the named places, where that is known.
        count: Option<usize>,
    },
    /// A pattern that is that of no profile.
    #[error(
        "no profile matches the pattern {pattern}; {}",
        match known.as_slice() {
            [] => "the AWS files have none".to_owned(),
            known => format!("the AWS files have {}", known.join(", ")),
        }
    )]
    NoProfile {
        /// The pattern.
        pattern: Pattern,
        /// The profiles that there are.
        known: Vec<String>,
    },
    /// A variable of the environment that means nothing.
    #[error("{name} is {value:?}; {refusal}")]
    Variable {
        /// Its name.
        name: String,
        /// The value that it is set to.
        value: OsString,
        /// The reason why it cannot be that, such as what it can be.
        refusal: String,
    },
    /// A configuration file that somebody named, or that is there, and that cannot
    /// be read.
    #[error(
        "the configuration {} cannot be read: {reason}; name another with --config, or write one \
         with `plangate config init`",
        path.display()
    )]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The system's own words.
        reason: String,
    },
    /// A theme that cannot be had.
    #[error("{from}: {message}")]
    Theme {
        /// The source that asks for it.
        from: String,
        /// The fault, and the suggestion where there is one.
        message: String,
    },
    /// Something in the configuration file, or in that of a theme.
    #[error("{}:{line}:{column}: {message}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
        /// The column, counted from 1 in characters.
        column: usize,
        /// The fault, and the suggestion where there is one.
        message: String,
    },
}

/// The file that holds the configuration, and whether somebody named it: the flag,
/// else `PLANGATE_CONFIG`, else the usual place.
#[must_use]
pub fn file_of(
    flags: &AccountFlags,
    usual: Option<&Path>,
    variable: impl Fn(&str) -> Option<OsString>,
) -> Option<(PathBuf, bool)> {
    let variable = || variable("PLANGATE_CONFIG").filter(|path| !path.is_empty());
    let named = flags.config.clone().or_else(|| variable().map(Into::into));
    let named = named.map(|path| (path, true));
    named.or_else(|| usual.map(|path| (path.to_owned(), false)))
}

impl Config {
    /// Brings together the command line, the environment and the configuration
    /// file, in this order. `usual` is where the file is unless it is named;
    /// `variable` reads a variable of the environment.
    ///
    /// A theme's name is looked for in `themes` beside the usual file first. Unless it is
    /// said otherwise, there are no colours with a `NO_COLOR` that is
    /// not empty (<https://no-color.org>) or in a dumb terminal; and only ASCII in a
    /// dumb terminal or a locale that names another character set than UTF-8. What
    /// the AWS variables of the environment say of profile, Region and endpoint wins
    /// over the file, and so does a key in them over its profile.
    ///
    /// # Errors
    /// Where the options name no account, a variable has a value that means
    /// nothing, or the file cannot be read or has what means nothing.
    pub fn new(
        flags: Flags,
        usual: Option<&Path>,
        variable: impl Fn(&str) -> Option<OsString>,
    ) -> Result<Self, Wrong> {
        let recorder = Recorder::new(variable);
        let variable = |name: &str| recorder.get(name);
        let text = match file_of(&flags.account, usual, variable) {
            Some((path, is_named)) => Text::read(path, is_named)?,
            None => Text::default(),
        };
        let config = Self::of(flags.clone(), usual, &text, variable, &Spot::default())?;
        let said = Said {
            flags,
            usual: usual.map(Path::to_owned),
            variables: recorder.said(),
            text,
        };
        Ok(Self { said, ..config })
    }

    /// The same for another profile and Region: what flags, environment and file said at
    /// the start holds there too, in the same order.
    ///
    /// An `--endpoint-url` holds for all Regions of the profiles that this run was
    /// started with, and for no other profile. So a Region is changed within an emulator
    /// without a call that goes past it, and another profile is reached where it is.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn at(&self, spot: &Spot) -> Result<Self, Wrong> {
        // The only place of most runs, before the first frame: it is read already.
        if !self.is_several() && self.spots(&[])?.first() == Some(spot) {
            return Ok(self.clone());
        }
        let Said {
            flags,
            usual,
            text,
            variables,
        } = &self.said;
        let mut flags = flags.clone();
        let is_of_start = self.asked.is_of(spot.profile.as_deref());
        let account = &mut flags.account;
        // The place is named: there is nothing left to look for.
        account.all_profiles = None;
        if !is_of_start {
            // It was typed for the profiles of the start; credentials of another must not go there.
            account.endpoint_url = None;
        }
        let variable = |name: &str| variables.get(name);
        let config = Self::of(flags, usual.as_deref(), text, variable, spot)?;
        Ok(Self {
            said: self.said.clone(),
            asked: self.asked.clone(),
            ..config
        })
    }

    /// Returns true if several places were asked for at once, or may be.
    #[must_use]
    pub fn is_several(&self) -> bool {
        self.asked.is_several()
    }

    /// Returns true if the AWS files say which places were asked for.
    #[must_use]
    pub fn wants_profiles(&self) -> bool {
        self.asked.matching.is_some()
    }

    /// The places that were asked for: each profile with each Region. `in_files` are the
    /// profiles of the AWS files.
    ///
    /// # Errors
    /// Where none of them is of the pattern that was given.
    pub fn spots(&self, in_files: &[String]) -> Result<Vec<Spot>, Wrong> {
        self.asked.spots(in_files)
    }

    /// The same, where one place was asked for.
    ///
    /// # Errors
    /// Where several were.
    pub fn of_one_place(self) -> Result<Self, Wrong> {
        if !self.is_several() {
            return Ok(self);
        }
        // Where none is named there is the one that holds without a name.
        let count = self.asked.profiles.len().max(1) * self.asked.regions.len().max(1);
        let count = Some(count).filter(|_| !self.wants_profiles());
        Err(Wrong::Several { count })
    }

    /// Reads all of it, for what was typed, or for a place: its names are whole, and a
    /// comma in one parts nothing.
    fn of(
        flags: Flags,
        usual: Option<&Path>,
        text: &Text,
        variable: impl Fn(&str) -> Option<OsString>,
        spot: &Spot,
    ) -> Result<Self, Wrong> {
        let Flags {
            account,
            sending,
            look,
            input,
            sample,
        } = flags.clone();
        let account = account_at(account, spot)?;
        let mut file = Table::parse(text)?;
        let mut layers = Layers::new(variable);

        let profile = layers.profile(&account, &mut file)?;
        let profile_shown =
            ShownOption::optional("profile", profile.as_ref(), "the AWS profile \"default\"");
        let (profile, profiles) = first_of_several(profile, spot.profile.is_none());
        let own = profile.as_ref().map_or("default", |own| own.value.as_str());
        let name = if account.demo { "demo" } else { own };
        let (rules, place) = Rules::read(&mut layers, &mut file, &account, &sending, name)?;
        let (region, endpoint) = layers.place(&account, &mut file, place)?;
        let region_shown =
            ShownOption::optional("region", region.as_ref(), "the Region of the AWS profile");
        let endpoint_shown =
            ShownOption::optional("endpoint_url", endpoint.as_ref(), "the Region's own");
        let (region, regions) = first_of_several(region, spot.region.is_none());
        let themes = usual.and_then(Path::parent).map(|own| own.join("themes"));
        let (looks, shown_of_looks) = Looks::read(&layers, &look, &mut file, themes.as_deref())?;
        let log = layers.option("log", None, file.take("log")?)?;
        let log = log.unwrap_or_else(|| Setting::default_of(LevelFilter::INFO));
        let input = InputSettings::read(&layers, input, &mut file)?;
        let (silence, shown_of_silence) = silence::read(&mut file)?;
        // Last of all: an option is known only by having been asked for.
        file.finish()?;

        let mut shown = rules.shown();
        shown.extend([profile_shown, region_shown, endpoint_shown]);
        shown.extend(shown_of_looks);
        shown.extend(input.shown());
        shown.push(ShownOption::of("log", &log));
        shown.extend(shown_of_silence);
        let firsts = [profile, region, endpoint];
        let (account, asked) = asked(account, firsts, profiles, regions, spot);
        Ok(Self {
            account: AccountConfig::new(account, sample)?,
            looks,
            asked,
            said: Said::new(flags, usual, text),
            input: input.checked(text, usual),
            log: log.value,
            silence: Arc::new(silence),
            shown,
            rules: rules.into(),
        })
    }

    /// The guards against an operator's slip in an account. As long as its number is not
    /// known (`None`), it may be any of those that the file names, and what one of them
    /// keeps from being changed is not changed.
    #[must_use]
    pub fn guards(&self, account: Option<&str>) -> Guards {
        self.rules.guards(account)
    }

    /// The rules behind those guards.
    #[must_use]
    pub fn reasons(&self, account: Option<&str>) -> Reasons {
        self.rules.reasons(account)
    }

    /// The guards of each account, where its number makes a difference.
    #[must_use]
    pub fn account_guards(&self) -> Option<AccountGuards> {
        let depend = self.rules.depend_on_the_account();
        depend.then(|| AccountGuards(self.rules.clone()))
    }
}

/// The flags of an account in the place that is meant.
fn account_at(mut account: AccountFlags, spot: &Spot) -> Result<AccountFlags, WrongAccount> {
    if let Some(profile) = spot.profile.as_ref().filter(|_| !account.demo) {
        account.profile = Some(profile.clone());
    }
    if let Some(region) = &spot.region {
        account.region = Some(region.clone());
    }
    if account.all_profiles.is_some() && account.profile.is_some() {
        return Err(WrongAccount::TwoWays);
    }
    Ok(account)
}

/// The places that were asked for, and the flags of the account in the first of them:
/// `firsts` are its profile, its Region and its endpoint.
fn asked(
    mut account: AccountFlags,
    firsts: [Option<Setting<String>>; 3],
    profiles: Vec<String>,
    regions: Vec<String>,
    spot: &Spot,
) -> (AccountFlags, Asked) {
    let mut asked = Asked {
        profiles,
        matching: account.all_profiles.clone(),
        regions,
    };
    if account.demo {
        // What is not said on the command line is not of the sample account.
        asked.profiles.clear();
        let typed = account.region.as_deref().filter(|_| spot.region.is_none());
        asked.regions = typed.map(spot::names).unwrap_or_default();
        account.region = asked.regions.first().cloned().or(account.region);
    } else {
        if asked.matching.is_some() {
            asked.profiles.clear();
        }
        let [profile, region, endpoint] = firsts;
        account.profile = profile.and_then(Setting::own);
        account.region = region.and_then(Setting::own);
        account.endpoint_url = endpoint.and_then(Setting::own);
    }
    (account, asked)
}

/// The first of the names between commas, and all of them, where it was typed. The
/// variables of AWS name one each, and are read where the AWS files are.
fn first_of_several(
    setting: Option<Setting<String>>,
    is_typed: bool,
) -> (Option<Setting<String>>, Vec<String>) {
    let names = match &setting {
        Some(setting) if is_typed && setting.is_own() => spot::names(&setting.value),
        _ => Vec::new(),
    };
    let first = setting.map(|setting| match names.first() {
        Some(first) => Setting {
            value: first.clone(),
            ..setting
        },
        None => setting,
    });
    (first, names)
}

#[cfg(test)]
mod tests;
