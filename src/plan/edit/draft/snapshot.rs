//! A draft as it stood, to tell cheaply whether it still stands so.

use std::sync::Arc;

use super::Draft;
use super::state::State;
use crate::plan::UsagePlan;

/// A draft as it stood at some time: what was made from it then is good as long as it
/// stands so, and that is known without comparing what is in it.
#[derive(Clone, Debug)]
pub struct Snapshot {
    pub(super) base: Option<Arc<UsagePlan>>,
    pub(super) now: State,
}

impl Snapshot {
    /// Returns true if a draft stands as it did then. A draft that was changed and
    /// changed back may count as another one.
    #[must_use]
    pub fn is_of(&self, draft: &Draft) -> bool {
        let is_same_base = match (&self.base, &draft.base) {
            (Some(one), Some(other)) => Arc::ptr_eq(one, other),
            (one, other) => one.is_none() && other.is_none(),
        };
        // Settings that are held here cannot be changed in their place.
        is_same_base
            && Arc::ptr_eq(&self.now.edited, &draft.now.edited)
            && self.now.typed == draft.now.typed
    }

    /// Returns true if a draft has the fields that it had then, whatever is in them now.
    #[must_use]
    pub fn has_fields_of(&self, draft: &Draft) -> bool {
        let is_same_base = match (&self.base, &draft.base) {
            (Some(one), Some(other)) => Arc::ptr_eq(one, other),
            (one, other) => one.is_none() && other.is_none(),
        };
        is_same_base && self.now.has_fields_of(&draft.now)
    }
}
