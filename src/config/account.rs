//! Which account is meant.

use thiserror::Error;

use super::{AccountFlags, SampleFlags};
use crate::emulator;

/// The account that is shown or looked over.
#[derive(Clone, Debug)]
pub enum AccountConfig {
    /// The sample account, served by this program itself.
    Sample {
        /// The Region that it plays, where one was given.
        region: Option<String>,
        /// The options of the emulator that serves it.
        server: emulator::StartOptions,
    },
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
    #[error("--demo cannot be used with --profile, --all-profiles or --endpoint-url")]
    Both,
    /// Profiles by their names and by a pattern.
    #[error("--all-profiles cannot be used with --profile: one of them says which")]
    TwoWays,
    /// Options of the sample account without it.
    #[error("the options of the sample account need --demo")]
    NotTheSample,
}

impl AccountConfig {
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
                all_profiles: None,
                endpoint_url: None,
                region,
                ..
            } => Ok(Self::Sample {
                region,
                server: sample.into(),
            }),
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
