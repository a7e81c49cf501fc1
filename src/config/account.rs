//! Which account is meant.

use thiserror::Error;

use super::{AccountFlags, SampleFlags};
use crate::emulator;

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
