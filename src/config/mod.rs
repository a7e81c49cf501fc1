//! What the program was asked to do, from the command line and the environment,
//! as one checked value.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use tracing::level_filters::LevelFilter;

use crate::emulator;

/// The options of the dashboard as given on the command line.
#[derive(Args, Clone, Debug, Default, PartialEq, Eq)]
pub struct Flags {
    /// Which account it shows.
    #[command(flatten)]
    pub account: AccountFlags,

    /// No colours (also: `NO_COLOR` in the environment)
    #[arg(long)]
    pub no_color: bool,

    /// Only ASCII characters for borders and symbols
    #[arg(long)]
    pub ascii: bool,
}

/// The options that say which account is meant.
#[derive(Args, Clone, Debug, Default, PartialEq, Eq)]
pub struct AccountFlags {
    /// Try it out: a sample account on this machine, no AWS account needed
    ///
    /// Starts an API Gateway of its own inside the program. Your AWS settings are
    /// not read and nothing leaves this machine.
    #[arg(long, conflicts_with_all = ["profile", "region", "endpoint_url"])]
    pub demo: bool,

    /// Profile of your AWS config and credentials files
    ///
    /// It wins over keys in the environment. Without it the AWS environment
    /// variables hold, as in other AWS tools.
    #[arg(long, value_name = "NAME")]
    pub profile: Option<String>,

    /// AWS Region, such as eu-central-1
    #[arg(long, value_name = "REGION")]
    pub region: Option<String>,

    /// Address of another endpoint than the Region's own, such as <http://127.0.0.1:4566>
    #[arg(long, value_name = "URL")]
    pub endpoint_url: Option<String>,
}

impl AccountFlags {
    /// These, and where they say nothing what the others say: as options before a
    /// command hold for it too.
    #[must_use]
    pub fn or(self, before: Self) -> Self {
        Self {
            demo: self.demo || before.demo,
            profile: self.profile.or(before.profile),
            region: self.region.or(before.region),
            endpoint_url: self.endpoint_url.or(before.endpoint_url),
        }
    }
}

/// The options of the embedded API Gateway.
#[derive(Args, Clone, Debug, Default, PartialEq, Eq)]
pub struct SampleFlags {
    /// Port on 127.0.0.1; a free one unless given
    #[arg(
        long,
        value_name = "PORT",
        default_value_t = 0,
        hide_default_value = true
    )]
    pub port: u16,

    /// Keep the account in this file; one that exists is read and wins over --plans
    #[arg(long, value_name = "FILE")]
    pub state: Option<PathBuf>,

    /// A made-up account with so many plans, instead of the sample account
    #[arg(long, value_name = "N")]
    pub plans: Option<usize>,

    /// Request limits: those of API Gateway's control plane, or none
    #[arg(
        long,
        value_enum,
        value_name = "LIMITS",
        default_value_t,
        hide_default_value = true
    )]
    pub limits: Limits,

    /// Let failures be scheduled over HTTP, at /_plangate/faults
    #[arg(long)]
    pub faults: bool,
}

/// Whether the embedded API Gateway limits requests.
#[derive(ValueEnum, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Limits {
    /// As API Gateway does: 10 requests per second, one plan update per 20 seconds
    Aws,
    /// Not at all
    #[default]
    None,
}

impl From<SampleFlags> for emulator::Options {
    fn from(flags: SampleFlags) -> Self {
        Self {
            port: flags.port,
            state: flags.state,
            plans: flags.plans,
            limits: match flags.limits {
                Limits::Aws => emulator::Limits::Aws,
                Limits::None => emulator::Limits::None,
            },
            faults: flags.faults,
            ..Self::default()
        }
    }
}

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

impl Account {
    /// The account that the options name; those of the sample account count only
    /// with `--demo`.
    #[must_use]
    pub fn new(flags: AccountFlags, sample: SampleFlags) -> Self {
        if flags.demo {
            Self::Sample(sample.into())
        } else {
            Self::Operator {
                profile: flags.profile,
                region: flags.region,
                endpoint_url: flags.endpoint_url,
            }
        }
    }
}

/// What the dashboard was asked to do.
#[derive(Clone, Debug)]
pub struct Config {
    /// Which account it shows.
    pub account: Account,
    /// Whether there are colours.
    pub colour: bool,
    /// Whether there is more than ASCII.
    pub unicode: bool,
    /// How much is logged.
    pub log: LevelFilter,
}

/// A setting of the environment that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("PLANGATE_LOG is {0:?}; it can be off, error, warn, info, debug or trace")]
pub struct WrongLevel(OsString);

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
    /// Where a variable has a value that means nothing.
    pub fn new(
        flags: Flags,
        sample: SampleFlags,
        variable: impl Fn(&str) -> Option<OsString>,
    ) -> Result<Self, WrongLevel> {
        let set = |name: &str| variable(name).filter(|value| !value.is_empty());
        let dumb = set("TERM").is_some_and(|term| term == "dumb");
        let log = match set("PLANGATE_LOG") {
            None => LevelFilter::INFO,
            Some(level) => level
                .to_str()
                .and_then(|level| level.parse().ok())
                .ok_or(WrongLevel(level))?,
        };
        Ok(Self {
            account: Account::new(flags.account, sample),
            log,
            colour: !(flags.no_color || dumb || set("NO_COLOR").is_some()),
            unicode: !(flags.ascii || dumb) && is_utf8(set),
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

    fn try_config(flags: Flags, environment: &[(&str, &str)]) -> Result<Config, WrongLevel> {
        Config::new(flags, SampleFlags::default(), |name| {
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
        let flags = Flags {
            no_color: true,
            ascii: true,
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
