//! The filter of the page in front.

use crate::app::Prompt;
use crate::app::core::Core;
use crate::app::prompt::input::Input;
use crate::app::stack::Stack;

impl Stack {
    pub(super) fn open_filter(&mut self, core: &mut Core) {
        let own = self.front().filter();
        let before = own.unwrap_or(core.plans.filter()).to_owned();
        let selected = core.plans.selected_id().cloned();
        // A new filter begins empty; esc brings the one before back.
        self.set_filter(core, "");
        self.prompt = Some(Prompt::Filter {
            input: Input::new(""),
            before,
            selected,
        });
    }

    pub(super) fn set_filter(&mut self, core: &mut Core, text: &str) {
        let page = self.front_mut();
        if page.filter().is_some() {
            page.set_filter(text);
        } else {
            core.plans.set_filter(text);
        }
    }
}
