//! What keeps the operator from a slip.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::sync::Arc;
use std::time::Duration;

use super::file::Table;
use super::layers::{Layers, PlaceSettings, ShownOption};
use super::setting::{Setting, Source};
use super::{AccountFlags, Pattern, SendingFlags, Wrong};
use crate::plan::calls::call::UPDATE_INTERVAL;
use crate::plan::edit::jump::Percent;

/// The guards against an operator's slip in one account.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Guards {
    /// True if nothing may be changed.
    pub read_only: bool,
    /// True if sending takes typing the plan's name or id.
    pub protected: bool,
    /// The time from one plan update to the next; `None` where nobody set it: then
    /// it is what the endpoint takes.
    pub update_interval: Option<Duration>,
    /// The change of a limit from which the review asks once more.
    pub guard: Percent,
}

/// The rules behind the guards, for the operator.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reasons {
    /// The reason why something may be changed or not.
    pub read_only: String,
    /// The reason why the account is protected or not.
    pub protected: String,
    /// True if that is so only as long as it is not known which account it is.
    pub may_be_any: bool,
}

/// The guards of whatever account it turns out to be. Cheap to clone.
#[derive(Clone, Debug)]
pub struct AccountGuards(pub(super) Arc<Rules>);

impl AccountGuards {
    /// See [`Config::guards`](super::Config::guards).
    #[must_use]
    pub fn guards(&self, account: Option<&str>) -> Guards {
        self.0.guards(account)
    }

    /// The rules behind those guards.
    #[must_use]
    pub fn reasons(&self, account: Option<&str>) -> Reasons {
        self.0.reasons(account)
    }
}

/// The settings of the table of one profile or one account.
#[derive(Clone, Debug)]
struct Own {
    read_only: Option<Setting<bool>>,
    protected: Option<Setting<bool>>,
    update_interval: Option<Setting<Duration>>,
}

impl Own {
    fn take(table: &mut Table<'_>) -> Result<Self, Wrong> {
        Ok(Self {
            read_only: table.take("read_only")?,
            protected: table.take("protected")?,
            update_interval: table.take("update_interval")?,
        })
    }
}

/// The rules of the profile, and of each account that the file names.
#[derive(Clone, Debug)]
pub(super) struct Rules {
    read_only: Setting<bool>,
    /// The word of the profile's table, or of the pattern that the profile matches.
    protected: Option<Setting<bool>>,
    patterns: Setting<Vec<Pattern>>,
    update_interval: Option<Setting<Duration>>,
    guard: Setting<Percent>,
    accounts: BTreeMap<String, Own>,
    /// True for the sample account, which is none that the file could mean.
    is_demo: bool,
}

impl Rules {
    /// Reads what holds for a profile, and where the profile's table says to go.
    pub(super) fn read<V: Fn(&str) -> Option<OsString>>(
        layers: &mut Layers<V>,
        file: &mut Table<'_>,
        flags: &AccountFlags,
        sending: &SendingFlags,
        profile: &str,
    ) -> Result<(Self, PlaceSettings), Wrong> {
        let mut of_profile = None;
        let mut place = (None, None);
        // All are read, not that of this profile alone: a mistake in a guard is told before
        // the day on which the guard is needed.
        for (name, mut table) in file.tables("profiles", |_| Ok(()))? {
            let own = Own::take(&mut table)?;
            let its_place = (table.take("region")?, table.take("endpoint_url")?);
            table.finish()?;
            if name == profile {
                of_profile = Some(own);
                place = its_place;
            }
        }
        let mut accounts = BTreeMap::new();
        for (number, mut table) in file.tables("accounts", is_account_number)? {
            accounts.insert(number, Own::take(&mut table)?);
            table.finish()?;
        }
        if flags.demo {
            // It is none of them.
            accounts.clear();
        }
        let (read_only, protected, update_interval) = match of_profile {
            Some(own) => (own.read_only, own.protected, own.update_interval),
            None => (None, None, None),
        };
        let flag = flags.read_only.then_some(("--read-only", true));
        let for_all = file.take("read_only")?;
        let read_only = layers.option("read_only", flag, read_only.or(for_all))?;
        let patterns = layers.option("protected", None, file.take("protected")?)?;
        let patterns = patterns.unwrap_or_else(|| {
            let shipped = Pattern::new("*prod*").into_iter().collect();
            Setting::default_of(shipped)
        });
        let flag = sending
            .update_interval
            .map(|time| ("--update-interval", time));
        let for_all = file.take("update_interval")?;
        let guard = layers.option("guard", None, file.take("guard")?)?;
        let rules = Self {
            read_only: read_only.unwrap_or_else(|| Setting::default_of(false)),
            protected: protected.or_else(|| of_pattern(&patterns, profile)),
            patterns,
            update_interval: layers.option("update_interval", flag, update_interval.or(for_all))?,
            guard: guard.unwrap_or_else(|| Setting::default_of(Percent::GUARD)),
            accounts,
            is_demo: flags.demo,
        };
        Ok((rules, place))
    }

    pub(super) fn guards(&self, account: Option<&str>) -> Guards {
        Guards {
            read_only: self.read_only(account).value,
            protected: self.protected(account).value,
            update_interval: self.update_interval(account).map(|setting| setting.value),
            guard: self.guard.value,
        }
    }

    /// Returns true if the account's number makes a difference.
    pub(super) fn depend_on_the_account(&self) -> bool {
        !self.accounts.is_empty() || self.pattern_of_accounts().is_some()
    }

    /// The first of the patterns that could be meant for an account.
    fn pattern_of_accounts(&self) -> Option<&Pattern> {
        let mut patterns = self.patterns.value.iter();
        patterns.find(|pattern| pattern.could_name_an_account() && !self.is_demo)
    }

    pub(super) fn reasons(&self, account: Option<&str>) -> Reasons {
        let may_be_any = account.is_none() && self.depend_on_the_account();
        let told = |setting: &Setting<bool>| {
            if may_be_any && setting.value {
                format!(
                    "{}, as long as the account's number is not known",
                    setting.from
                )
            } else {
                setting.from.to_string()
            }
        };
        let protected = self.protected(account);
        let mut why_protected = told(&protected);
        // The place of the option does not say which name the pattern hit.
        if protected.value && protected.from == self.patterns.from {
            let patterns = self.patterns.value.iter().map(ToString::to_string);
            let patterns: Vec<String> = patterns.collect();
            why_protected = format!("protected = {}; {why_protected}", patterns.join(", "));
        }
        Reasons {
            read_only: told(self.read_only(account)),
            protected: why_protected,
            may_be_any,
        }
    }

    /// The interval that the account's table sets. Where the account is not known, the
    /// longest that holds in any: it may be that one.
    fn update_interval(&self, account: Option<&str>) -> Option<&Setting<Duration>> {
        let usual = self.update_interval.as_ref();
        // What was said for this run is meant for whatever account it turns out to be.
        if usual.is_some_and(Setting::is_of_this_run) {
            return usual;
        }
        if let Some(number) = account {
            let own = self.accounts.get(number);
            return own.and_then(|own| own.update_interval.as_ref()).or(usual);
        }
        let all = self.accounts.values();
        let all = all.filter_map(|own| own.update_interval.as_ref());
        let longest = all.chain(usual).max_by_key(|setting| setting.value);
        // Where nobody sets it, the service's own holds in the others.
        longest.filter(|setting| usual.is_some() || setting.value > UPDATE_INTERVAL)
    }

    fn read_only(&self, account: Option<&str>) -> &Setting<bool> {
        if self.read_only.is_of_this_run() {
            return &self.read_only;
        }
        self.of_account(account, |own| own.read_only.as_ref())
            .unwrap_or(&self.read_only)
    }

    fn protected(&self, account: Option<&str>) -> Setting<bool> {
        let of_account = self.of_account(account, |own| own.protected.as_ref());
        let of_pattern = || match account {
            Some(number) if !self.is_demo => of_pattern(&self.patterns, number),
            // The sample account's number is made up: no pattern means it.
            Some(_) => None,
            // It may be the one that is meant.
            None => self.pattern_of_accounts().map(|_| Setting {
                value: true,
                from: self.patterns.from.clone(),
            }),
        };
        let of_profile = of_account.or(self.protected.as_ref()).cloned();
        of_profile.or_else(of_pattern).unwrap_or_else(|| Setting {
            value: false,
            from: self.patterns.from.clone(),
        })
    }

    /// The word of the account's table. Where the account is not known, the word of any of
    /// them that forbids.
    fn of_account(
        &self,
        account: Option<&str>,
        of: impl Fn(&Own) -> Option<&Setting<bool>>,
    ) -> Option<&Setting<bool>> {
        match account {
            Some(number) => self.accounts.get(number).and_then(of),
            None => self
                .accounts
                .values()
                .filter_map(of)
                .find(|setting| setting.value),
        }
    }

    /// The options as they hold while the account's number is not known.
    pub(super) fn shown(&self) -> Vec<ShownOption> {
        let service = Setting {
            value: UPDATE_INTERVAL,
            from: Source::Default("0 for a server on this machine"),
        };
        let interval = self.update_interval(None).unwrap_or(&service);
        vec![
            ShownOption::of("read_only", self.read_only(None)),
            ShownOption::of("protected", &self.protected(None)),
            ShownOption::of("update_interval", interval),
            ShownOption::of("guard", &self.guard),
        ]
    }
}

/// The number of an AWS account has 12 digits (AWS account identifiers): a guard of any
/// other would never hold.
fn is_account_number(name: &str) -> Result<(), &'static str> {
    let fits = name.len() == 12 && name.bytes().all(|byte| byte.is_ascii_digit());
    fits.then_some(()).ok_or("the account's number, 12 digits")
}

/// Protection by a pattern, with where the pattern comes from.
fn of_pattern(patterns: &Setting<Vec<Pattern>>, name: &str) -> Option<Setting<bool>> {
    let is_of = |pattern: &Pattern| pattern.matches(name);
    patterns.value.iter().any(is_of).then(|| Setting {
        value: true,
        from: patterns.from.clone(),
    })
}
