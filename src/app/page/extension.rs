//! The review of an extension of what an API key has left of its quota, until it is sent,
//! read back and compared.

use ratatui::layout::Rect;

use super::review::ReviewLine;
use crate::app::core::Core;
use crate::app::keys::command::Command;
use crate::app::keys::keymap::Place;
use crate::app::message::changed::Changed;
use crate::app::outbox::extension::{Extension, number};
use crate::app::page::{Next, Offer, Page};
use crate::app::prompt::extend::{ExtensionPrompt, Typed};
use crate::app::view::layout;
use crate::app::view::scroll::Scroll;
use crate::app::{Prompt, Weight};
use crate::plan::PlanId;

/// The review of an extension.
#[derive(Debug)]
pub struct ExtensionReview {
    /// The extension.
    pub extension: Extension,
    /// The lines that are shown.
    pub scroll: Scroll,
    /// True once nothing is left to review.
    is_over: bool,
}

impl Core {
    /// The lines of the review of an extension.
    #[must_use]
    pub fn extension_lines(&self, extension: &Extension) -> Vec<ReviewLine> {
        let plan = self.plans.plan(&extension.plan);
        let mut lines = Vec::new();
        if plan.is_none_or(|plan| plan.settings.quota.is_none()) {
            let text = "the plan has no quota any more: there is nothing to extend";
            lines.push(ReviewLine::Refusal(text.to_owned()));
        }
        let read = self.catalogue.usage_of(&extension.plan);
        let age = read.map(|read| format!("Usage {}.", read.age()));
        let plan = plan.map_or_else(String::new, |plan| plan.settings.name.clone());
        lines.push(ReviewLine::Head("Before and after".to_owned()));
        lines.push(ReviewLine::Changed {
            mark: '~',
            name: "remaining requests".to_owned(),
            before: Some(extension.left_before()),
            after: Some(number(extension.after)),
        });
        for text in [
            format!(
                "API key {} ({}) of the plan {plan} ({}).",
                extension.called, extension.key, extension.plan
            ),
            "It applies to the current period only and changes nothing in the plan.".to_owned(),
            "What the key uses until this is sent is not taken off: the number is set.".to_owned(),
        ] {
            lines.push(ReviewLine::Text(text));
        }
        lines.extend(extension.below_zero().map(ReviewLine::Text));
        lines.extend(age.map(ReviewLine::Text));
        lines.push(ReviewLine::Blank);
        self.request_lines(&mut lines, &extension.call(), "");
        self.fitted(lines)
    }
}

impl ExtensionReview {
    /// The review of an extension that was typed.
    pub(in crate::app) fn new(extension: Extension) -> Self {
        Self {
            extension,
            scroll: Scroll::default(),
            is_over: false,
        }
    }

    /// Sends what is shown.
    fn send(&self, core: &mut Core) {
        // The plan may have lost its quota since the number was typed.
        let mut lines = core.extension_lines(&self.extension).into_iter();
        if lines.any(|line| matches!(line, ReviewLine::Refusal(_))) {
            let text = "Nothing was sent: fix what is marked as refused first.";
            return core.say(Weight::Warning, text);
        }
        core.send_extension(&self.extension);
    }
}

impl Page for ExtensionReview {
    fn context(&self) -> Place {
        Place::Extension
    }

    fn plan(&self) -> Option<&PlanId> {
        Some(self.extension.plan())
    }

    fn move_by(&mut self, core: &mut Core, body: Rect, by: isize) {
        let lines = core.extension_lines(&self.extension).len();
        let height = usize::from(layout::inside(body).height);
        self.scroll.move_by(by, lines, height);
    }

    fn arrange(&mut self, core: &mut Core, body: Rect) {
        self.move_by(core, body, 0);
    }

    fn offer(&self, core: &Core, command: Command) -> Offer {
        match command {
            // It was checked when it was typed.
            Command::Send => Offer::unless(core.obstacle_of_same_account()),
            Command::Extend => Offer::Mine,
            _ => Offer::PassOn,
        }
    }

    fn act(&mut self, core: &mut Core, _body: Rect, command: Command) -> Next {
        match command {
            Command::Send => self.send(core),
            Command::Extend => {
                let prompt = ExtensionPrompt::of(&self.extension);
                core.ask_for(Prompt::Extend(Box::new(prompt)));
            }
            _ => return Next::PassOn,
        }
        Next::Stay
    }

    fn answered(&mut self, core: &mut Core, prompt: Prompt) -> Option<Prompt> {
        let Prompt::Extend(prompt) = prompt else {
            return Some(prompt);
        };
        match prompt.taken(core) {
            Typed::Again(prompt) => return Some(Prompt::Extend(prompt)),
            Typed::Nothing => {}
            Typed::Unchanged => self.is_over = true,
            Typed::Reviewed(extension) => *self = Self::new(extension),
        }
        None
    }

    fn changed(&mut self, _core: &mut Core, changed: &Changed) {
        self.is_over |= matches!(changed, Changed::Extended(_));
    }

    fn step_back(&mut self, core: &mut Core) -> bool {
        let is_sending = core.is_extending();
        core.stop_extending();
        is_sending
    }

    fn is_sending(&self, core: &Core) -> bool {
        core.is_extending()
    }

    fn is_over(&self) -> bool {
        self.is_over
    }

    fn left(&mut self, core: &mut Core) {
        let text = format!(
            "Not sent: {} keeps what it has. {} goes on with it while this page is open.",
            self.extension.called,
            core.keymap.label(Place::Usage, Command::Extend)
        );
        core.say(Weight::Info, text);
    }
}
