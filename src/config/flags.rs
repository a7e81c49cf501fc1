//! The options of the command line that several commands share. Each of them
//! stands before a command's name or behind it.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

use super::value::OptionValue;
use super::{Clipboard, Pattern};
use crate::emulator;

/// All of them.
#[derive(Args, Clone, Debug, Default, PartialEq, Eq)]
pub struct Flags {
    /// The flags that name the account.
    #[command(flatten)]
    pub account: AccountFlags,

    /// The flags on the way changes are sent.
    #[command(flatten)]
    pub sending: SendingFlags,

    /// The flags on the dashboard's looks.
    #[command(flatten)]
    pub look: LookFlags,

    /// The flags on keys, the mouse and the clipboard.
    #[command(flatten)]
    pub input: InputFlags,

    /// The embedded API Gateway.
    #[command(flatten, next_help_heading = "Sample account")]
    pub sample: SampleFlags,
}

/// The options that say which account is meant.
#[derive(Args, Clone, Debug, Default, PartialEq, Eq)]
pub struct AccountFlags {
    /// Try it out: a sample account on this machine, no AWS account needed
    ///
    /// Starts an API Gateway of its own inside the program. Your AWS settings are
    /// not read and nothing leaves this machine.
    #[arg(long, global = true)]
    pub demo: bool,

    /// Profile of your AWS config and credentials files
    ///
    /// It wins over keys in the environment. Without it the AWS environment
    /// variables hold, as in other AWS tools. Several, parted by commas, are shown as
    /// one list.
    #[arg(long, global = true, value_name = "NAME")]
    pub profile: Option<String>,

    /// AWS Region, such as eu-central-1; several with commas between them, as one list
    ///
    /// With several profiles, each of them in each of these Regions.
    #[arg(long, global = true, value_name = "REGION")]
    pub region: Option<String>,

    /// All profiles of your AWS files of a pattern, as one list: '*' for any text, '?' for one character
    #[arg(long, global = true, value_name = "PATTERN", value_parser = pattern)]
    pub all_profiles: Option<Pattern>,

    /// Address of another endpoint than the Region's own, such as <http://127.0.0.1:4566>
    ///
    /// It holds for all Regions of the profiles that are named with it, and not for
    /// other profiles that are gone to later.
    #[arg(long, global = true, value_name = "URL")]
    pub endpoint_url: Option<String>,

    /// Send nothing that would change anything
    ///
    /// Edits can be made, checked and reviewed. What would send them says that it
    /// may not.
    #[arg(long, global = true)]
    pub read_only: bool,

    /// The configuration file, instead of plangate/config.toml in the XDG config folder
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// The options that say how changes are sent.
#[derive(Args, Clone, Debug, Default, PartialEq, Eq)]
pub struct SendingFlags {
    /// Seconds from one plan update to the next; 20, and 0 for a server on this machine
    ///
    /// API Gateway takes one UpdateUsagePlan per 20 seconds per account.
    #[arg(long, global = true, value_name = "SECONDS", value_parser = seconds)]
    pub update_interval: Option<Duration>,
}

fn pattern(text: &str) -> Result<Pattern, String> {
    Pattern::new(text).ok_or_else(|| "it can be a pattern such as *prod*".to_owned())
}

fn seconds(text: &str) -> Result<Duration, String> {
    Duration::of_text(text).ok_or_else(|| format!("it can be {}", Duration::KIND))
}

/// The options that say what the dashboard looks like.
#[derive(Args, Clone, Debug, Default, PartialEq, Eq)]
pub struct LookFlags {
    /// No colours (also: `NO_COLOR` in the environment)
    #[arg(long, global = true)]
    pub no_color: bool,

    /// Theme: auto, dark, light, high-contrast, okabe-ito, none, one of your own, or a file
    ///
    /// Your own are themes/NAME.toml beside the configuration file in the XDG config
    /// folder. With auto, which is the default, it is light where the terminal says that
    /// its background is, else dark.
    #[arg(long, global = true, value_name = "NAME")]
    pub theme: Option<String>,

    /// Only ASCII characters for borders and symbols
    #[arg(long, global = true)]
    pub ascii: bool,
}

/// The options that say how keys, the mouse and the clipboard work.
#[derive(Args, Clone, Debug, Default, PartialEq, Eq)]
pub struct InputFlags {
    /// Your changes to the keys, instead of plangate/keymap.toml in the XDG config folder
    ///
    /// What holds, and from where: plangate keymap
    #[arg(long, global = true, value_name = "FILE")]
    pub keymap: Option<PathBuf>,

    /// Leave the mouse to the terminal, for its own selection
    #[arg(long, global = true)]
    pub no_mouse: bool,

    /// How y copies: osc52 (through the terminal), none, or a command such as wl-copy
    #[arg(long, global = true, value_name = "HOW", value_parser = clipboard)]
    pub clipboard: Option<Clipboard>,
}

fn clipboard(text: &str) -> Result<Clipboard, String> {
    Clipboard::of_text(text).ok_or_else(|| Clipboard::refusal(text))
}

/// The options of the embedded API Gateway.
#[derive(Args, Clone, Debug, Default, PartialEq, Eq)]
pub struct SampleFlags {
    /// Port on 127.0.0.1; a free one unless given
    #[arg(
        long,
        global = true,
        value_name = "PORT",
        // Hidden in the help, which says in words what 0 does.
        default_value_t = 0,
        hide_default_value = true
    )]
    pub port: u16,

    /// Keep the account in this file; one that exists is read and wins over --plans
    #[arg(long, global = true, value_name = "FILE")]
    pub state: Option<PathBuf>,

    /// A made-up account with so many plans, instead of the sample account
    #[arg(long, global = true, value_name = "N")]
    pub plans: Option<usize>,

    /// Request limits: those of API Gateway's control plane, or none
    #[arg(
        long,
        global = true,
        value_enum,
        value_name = "LIMITS",
        default_value_t,
        hide_default_value = true
    )]
    pub limits: SampleLimits,

    /// Let failures be scheduled over HTTP, at /_plangate/faults
    #[arg(long, global = true)]
    pub faults: bool,
}

/// The switch of the embedded API Gateway's limits on requests.
#[derive(ValueEnum, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SampleLimits {
    /// As API Gateway does: 10 requests per second, one plan update per 20 seconds
    Aws,
    /// Not at all
    #[default]
    None,
}

impl From<SampleFlags> for emulator::StartOptions {
    fn from(flags: SampleFlags) -> Self {
        Self {
            port: flags.port,
            state: flags.state,
            plans: flags.plans,
            limits: match flags.limits {
                SampleLimits::Aws => emulator::Limits::Aws,
                SampleLimits::None => emulator::Limits::None,
            },
            faults: flags.faults,
            ..Self::default()
        }
    }
}
