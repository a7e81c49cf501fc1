//! API keys that are to move into plans, out of them and across.

use crate::app::Weight;
use crate::app::core::Core;
use crate::app::message::changed::Route;
use crate::app::page::change_review::ChangeReview;
use crate::app::prompt::consent::Proposed;
use crate::plan::Aim;
use crate::send::Transfer;

impl Core {
    /// Asks for the review of API keys that leave plans or enter them, one after the other
    /// as one send.
    pub(in crate::app) fn review_transfers(
        &mut self,
        what: &str,
        whereto: &str,
        transfers: Vec<Transfer>,
    ) {
        let title = match transfers.as_slice() {
            [] => return self.say(Weight::Warning, "no key is selected"),
            [only] => format!("{what} {} {whereto}", self.called_key(&only.key)),
            many => format!("{what} {} API keys {whereto}", many.len()),
        };
        let changes = transfers.into_iter().map(|transfer| {
            let Transfer { key, from, to } = transfer;
            Proposed {
                name: self.called_key(&key),
                aim: Aim::Key { key, from, to },
                draft: None,
            }
        });
        let aims = ChangeReview::new(title, changes.collect(), Vec::new());
        self.go(Route::ChangeReview(Box::new(aims)));
    }
}
