//! The environment, remembered as far as it was asked for, so that the same can be
//! asked for another profile later.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ffi::OsString;

/// The variables that are asked for one profile and perhaps not for another: whoever has a
/// flag asks no variable.
const ASKED_SOMETIMES: [&str; 6] = [
    "AWS_ACCESS_KEY_ID",
    "AWS_DEFAULT_REGION",
    "AWS_ENDPOINT_URL",
    "AWS_ENDPOINT_URL_API_GATEWAY",
    "AWS_PROFILE",
    "AWS_REGION",
];

/// The variables that were asked for and are set.
#[derive(Clone, Debug, Default)]
pub(super) struct Variables(BTreeMap<String, OsString>);

impl Variables {
    /// The value of one of them.
    pub(super) fn get(&self, name: &str) -> Option<OsString> {
        self.0.get(name).cloned()
    }
}

/// An environment that remembers what it said.
pub(super) struct Recorder<V> {
    variable: V,
    said: RefCell<BTreeMap<String, OsString>>,
}

impl<V: Fn(&str) -> Option<OsString>> Recorder<V> {
    pub(super) fn new(variable: V) -> Self {
        Self {
            variable,
            said: RefCell::default(),
        }
    }

    pub(super) fn get(&self, name: &str) -> Option<OsString> {
        let value = (self.variable)(name)?;
        self.said
            .borrow_mut()
            .insert(name.to_owned(), value.clone());
        Some(value)
    }

    /// All that it said.
    pub(super) fn said(&self) -> Variables {
        for name in ASKED_SOMETIMES {
            self.get(name);
        }
        Variables(self.said.borrow().clone())
    }
}
