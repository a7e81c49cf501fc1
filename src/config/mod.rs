//! What the program was asked to do, from the command line and the environment,
//! as one checked value.

mod flags;

use std::ffi::OsString;

use thiserror::Error;
use tracing::level_filters::LevelFilter;

use crate::emulator;

pub use flags::{AccountFlags, Flags, Limits, LookFlags, SampleFlags};

/// Which account is shown or looked over.
#[derive(Clone, Debug)]
pub enum Account {
    /// The sample account, served by this program itself.
    Sample(emulator::Options),
    /// That of the operator.
    Operator {
        /// The profile of the AWS files, where one was given.
        profile: Option<String>,
        /// The Region, where one was given.
        region: Option<String>,
        /// The endpoint's address, where one was given.
        endpoint_url: Option<String>,
    },
}

/// Options that name no account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum WrongAccount {
    /// The sample account and one of the operator's own.
    #[error("--demo cannot be used with --profile, --region or --endpoint-url")]
    Both,
    /// Options of the sample account without it.
    #[error("the options of the sample account need --demo")]
    NotTheSample,
}

impl Account {
    /// The account that the options name; those of the sample account count only
    /// with `--demo`.
    ///
    /// # Errors
    /// Where they name two, or options of the sample account are given for another.
    pub fn new(flags: AccountFlags, sample: SampleFlags) -> Result<Self, WrongAccount> {
        match flags {
            AccountFlags {
                demo: true,
                profile: None,
                region: None,
                endpoint_url: None,
                ..
            } => Ok(Self::Sample(sample.into())),
            AccountFlags { demo: true, .. } => Err(WrongAccount::Both),
            _ if sample != SampleFlags::default() => Err(WrongAccount::NotTheSample),
            AccountFlags {
                demo: false,
                profile,
                region,
                endpoint_url,
                ..
            } => Ok(Self::Operator {
                profile,
                region,
                endpoint_url,
            }),
        }
    }
}

/// What the dashboard was asked to do.
#[derive(Clone, Debug)]
pub struct Config {
    /// Which account it shows.
    pub account: Account,
    /// Whether nothing may be changed in it.
    pub read_only: bool,
    /// Whether there are colours.
    pub colour: bool,
    /// Whether there is more than ASCII.
    pub unicode: bool,
    /// How much is logged.
    pub log: LevelFilter,
}

/// What the program cannot be asked to do.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Wrong {
    /// The options name no account.
    #[error(transparent)]
    Account(#[from] WrongAccount),
    /// A setting of the environment that cannot be used.
    #[error("PLANGATE_LOG is {0:?}; it can be off, error, warn, info, debug or trace")]
    Level(OsString),
}

impl Config {
    /// Brings together the command line and the environment; `variable` reads a
    /// variable of the environment.
    ///
    /// There are no colours with `--no-color`, a `NO_COLOR` that is not empty
    /// (<https://no-color.org>) or a dumb terminal; and only ASCII with `--ascii`,
    /// a dumb terminal, or a locale that names another character set than UTF-8.
    /// `PLANGATE_LOG` says how much is logged, `info` unless set.
    ///
    /// # Errors
    /// Where the options name no account, or a variable has a value that means
    /// nothing.
    pub fn new(flags: Flags, variable: impl Fn(&str) -> Option<OsString>) -> Result<Self, Wrong> {
        let set = |name: &str| variable(name).filter(|value| !value.is_empty());
        let dumb = set("TERM").is_some_and(|term| term == "dumb");
        let log = match set("PLANGATE_LOG") {
            None => LevelFilter::INFO,
            Some(level) => level
                .to_str()
                .and_then(|level| level.parse().ok())
                .ok_or(Wrong::Level(level))?,
        };
        Ok(Self {
            read_only: flags.account.read_only,
            account: Account::new(flags.account, flags.sample)?,
            log,
            colour: !(flags.look.no_color || dumb || set("NO_COLOR").is_some()),
            unicode: !(flags.look.ascii || dumb) && is_utf8(set),
        })
    }
}

/// Whether the locale's characters are UTF-8. The first variable that is set
/// decides, as POSIX has it; where none is, UTF-8 is taken for granted.
fn is_utf8(set: impl Fn(&str) -> Option<OsString>) -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(set);
    locale.is_none_or(|locale| {
        let locale = locale.to_string_lossy().to_lowercase();
        locale.contains("utf-8") || locale.contains("utf8")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn try_config(flags: Flags, environment: &[(&str, &str)]) -> Result<Config, Wrong> {
        Config::new(flags, |name| {
            let found = environment.iter().find(|(key, _)| *key == name)?;
            Some(found.1.into())
        })
    }

    fn config(flags: Flags, environment: &[(&str, &str)]) -> Config {
        try_config(flags, environment).unwrap()
    }

    #[test]
    fn colour_and_unicode_unless_something_speaks_against_it() {
        let look = |environment: &[(&str, &str)]| {
            let config = config(Flags::default(), environment);
            (config.colour, config.unicode)
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
    }

    #[test]
    fn the_flags_say_no_too() {
        let look = LookFlags {
            no_color: true,
            ascii: true,
        };
        let flags = Flags {
            look,
            ..Flags::default()
        };
        let config = config(flags, &[("LANG", "C.UTF-8")]);
        assert!(!config.colour && !config.unicode);
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
}
