//! Places that turn out to be one account in one Region, by two names. The plans are
//! shown once, and there is one send queue: the account's limits are for all who use it.

use std::sync::Arc;

use super::{Desk, PlaceId, Stand};
use crate::app::core::Core;
use crate::app::{Weight, Who};
use crate::gateway::AccountNumber;
use crate::plan::Scope;
use crate::send::Mode;

/// The owner of a place's plans, as far as that is known.
#[derive(Debug, Default)]
pub(super) struct Whose {
    scope: Option<Arc<Scope>>,
    /// As learnt last: it stays while it is asked for again.
    account: Option<AccountNumber>,
    /// True where the plans cannot be read.
    is_failed: bool,
}

impl Stand {
    /// Notes whose plans they are. Says whether anything is new.
    pub(super) fn note_whose(&mut self) -> bool {
        let scope = match &self.app.core.who {
            Who::Connected(scope) => Some(scope),
            _ => None,
        };
        let account = self.app.core.me.identity.here().map(|known| &known.account);
        let account = account.or(self.whose.account.as_ref());
        let is_failed = self.failure().is_some();
        let is_known = self.whose.scope.as_ref() == scope
            && self.whose.account.as_ref() == account
            && self.whose.is_failed == is_failed;
        if !is_known {
            self.whose = Whose {
                scope: scope.cloned(),
                account: account.cloned(),
                is_failed,
            };
        }
        !is_known
    }

    /// True where it is the same account in the same Region at the same endpoint: by its
    /// number, and as long as that is not known by its profile.
    fn is_same_as(&self, other: &Self) -> bool {
        let (Some(here), Some(there)) = (&self.whose.scope, &other.whose.scope) else {
            return false;
        };
        let is_same_account = match (&self.whose.account, &other.whose.account) {
            (Some(here), Some(there)) => here == there,
            _ => here.account == there.account,
        };
        here.region == there.region && here.endpoint == there.endpoint && is_same_account
    }
}

impl Desk {
    /// Works out anew which places stand for which. Of several of one account, one whose
    /// plans can be read is shown: that which was, else the one that was opened first.
    pub(super) fn find_same_places(&mut self) {
        let mut places = self.places();
        places.sort_by_key(|stand| (stand.whose.is_failed, stand.same_as.is_some(), stand.id));
        let mut shown: Vec<&Stand> = Vec::new();
        let mut found: Vec<(PlaceId, Option<(PlaceId, String)>)> = Vec::new();
        for stand in places {
            let first = shown.iter().find(|other| other.is_same_as(stand));
            found.push((stand.id, first.map(|first| (first.id, first.name()))));
            if first.is_none() {
                shown.push(stand);
            }
        }
        for (id, first) in found {
            self.stand_for(id, first);
        }
    }

    /// Shows a place with this one, or by itself.
    fn stand_for(&mut self, id: PlaceId, first: Option<(PlaceId, String)>) {
        let (first, name) = first.unzip();
        let Some(stand) = self.get_mut(id) else {
            return;
        };
        // Also where the place is the same: its name may be another now that its Region
        // is known.
        stand.app.core.seat.same_as = name;
        if stand.same_as == first {
            return;
        }
        stand.same_as = first;
        // What is not shown is not to be worked on.
        stand.app.core.plans.clear_marks();
        if let Some(together) = &mut self.together {
            together.forget();
        }
        self.hold_queue(id);
        self.hear(id);
    }

    /// One account has one send queue: that of a place that is shown with another waits.
    pub(super) fn hold_queue(&mut self, id: PlaceId) {
        if let Some(stand) = self.get_mut(id)
            && stand.same_as.is_some()
        {
            stand.app.core.hold_queue_of_same_account();
        }
    }
}

impl Core {
    /// The reason why nothing can be sent from a place that is shown with another.
    pub(in crate::app) fn obstacle_of_same_account(&self) -> Option<&'static str> {
        self.seat.same_as.is_some().then_some(
            "this is the same account as <same-place>, and one account has one send queue: \
             <places> goes there, send there; the drafts here are kept",
        )
    }

    fn hold_queue_of_same_account(&mut self) {
        if self.outbox.queue.is_idle() || self.outbox.queue.mode() == Mode::Paused {
            return;
        }
        self.outbox.queue.pause();
        let text = "The send queue is paused: this is the same account as <same-place>, and one \
                    account has one send queue. Send there; what is left here is kept, and \
                    <queue> shows it.";
        let text = self.with_keys(text);
        self.say(Weight::Warning, text);
    }
}
