//! Reading again what is in front, and all of it after a new connection.

use crate::app::Pane;
use crate::app::core::Core;
use crate::app::message::changed::Changed;
use crate::app::stack::Stack;

impl Stack {
    /// Reads again what the screen in front shows.
    pub(in crate::app) fn refresh_or_connect(&mut self, core: &mut Core) {
        if core.must_connect() {
            core.connect_anew();
        } else if !self.front_mut().read_again(core) {
            self.read_plans_again(core);
        }
    }

    /// Reads all again: the list, which stood still while there was no way to the
    /// service, and what the screen in front of it shows.
    pub(in crate::app) fn read_all_again(&mut self, core: &mut Core) {
        if self.front_mut().read_again(core) {
            core.read_plans(core.plans.of_key.clone());
        } else {
            self.read_plans_again(core);
        }
    }

    /// Reads the plans again, and forgets what was read around them.
    fn read_plans_again(&mut self, core: &mut Core) {
        core.forget_all();
        core.ask_identity();
        core.read_plans(core.plans.of_key.clone());
        core.tell(Changed::Emptied);
        if self.plans.pane == Pane::Detail {
            self.plans.open_detail(core);
        }
    }
}
