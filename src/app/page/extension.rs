//! Extending what an API key has left of its quota: typed, reviewed, sent, read
//! back and compared.

use super::review::ReviewLine;
use crate::app::core::Core;
use crate::app::keys::command::Command;
use crate::app::keys::keymap::Place;
use crate::app::outbox::extension::{Extension, number};
use crate::app::prompt::input::Input;
use crate::app::view::scroll::Scroll;
use crate::app::{App, Overlay, Screen, Weight};
use crate::plan::model::human::Amount;
use crate::plan::usage::Left;
use crate::plan::{Count, PlanId};

/// The new number of remaining requests, while it is typed.
#[derive(Debug)]
pub struct ExtensionPrompt {
    plan: PlanId,
    key: String,
    /// What the key is called.
    pub called: String,
    /// Requests that it has left, as read; 0 where it is below.
    pub before: Count,
    /// How it was read.
    left: Left,
    /// What is typed.
    pub input: Input,
}

impl ExtensionPrompt {
    /// What the key would have left.
    ///
    /// # Errors
    /// Why what is typed gives no number from 0 to 2147483647.
    pub fn after(&self) -> Result<Count, String> {
        Amount::parse(&self.input.text())?.on_count(self.before)
    }
}

/// The review of an extension.
#[derive(Debug)]
pub struct ExtensionReview {
    /// The extension.
    pub extension: Extension,
    /// Which lines are shown.
    pub scroll: Scroll,
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
            "It holds for the current period only, and changes nothing of the plan.".to_owned(),
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

impl App {
    /// Whether an extension was typed and not sent.
    pub(in crate::app) fn has_unsent_extension(&self) -> bool {
        self.stack.screens.iter().any(|screen| match screen {
            Screen::Extension(_) => !self.core.is_extending(),
            Screen::Usage(usage) => usage.unsent.is_some(),
            _ => false,
        })
    }

    /// Asks what the selected key is to have left; from the review, anew.
    pub(in crate::app) fn open_extend(&mut self) {
        let prompt = match self.screen() {
            Screen::Usage(usage) => {
                let Some(row) = usage.selected() else { return };
                let left = row.forecast.current.left;
                // What is not known is not taken for 0 (see `obstacle_in_usage`).
                let Some(known) = left.known() else { return };
                let Some(before) = Count::new(known.max(0)) else {
                    return;
                };
                ExtensionPrompt {
                    plan: usage.plan.clone(),
                    key: row.id.clone(),
                    called: row.called().to_owned(),
                    before,
                    left,
                    input: Input::new(&usage.unsent_of(&row.id)),
                }
            }
            Screen::Extension(review) => {
                let extension = &review.extension;
                ExtensionPrompt {
                    plan: extension.plan.clone(),
                    key: extension.key.clone(),
                    called: extension.called.clone(),
                    before: extension.before,
                    left: extension.left,
                    input: Input::new(&extension.after.to_string()),
                }
            }
            _ => return,
        };
        self.stack.overlay = Some(Overlay::Extend(Box::new(prompt)));
    }

    /// Takes the number that was typed into a review.
    pub(in crate::app) fn accept_extend(&mut self, prompt: Box<ExtensionPrompt>) {
        if prompt.input.text().trim().is_empty() {
            return;
        }
        let after = match prompt.after() {
            Ok(after) => after,
            Err(reason) => {
                self.stack.overlay = Some(Overlay::Extend(prompt));
                return self
                    .core
                    .say(Weight::Warning, format!("Not staged: {reason}"));
            }
        };
        let ExtensionPrompt {
            plan,
            key,
            called,
            before,
            left,
            ..
        } = *prompt;
        if matches!(self.screen(), Screen::Extension(_)) {
            self.stack.screens.pop();
        }
        if after == before {
            let text = format!("Nothing to send: {called} has so many requests left already.");
            return self.core.say(Weight::Info, text);
        }
        self.stack
            .screens
            .push(Screen::Extension(Box::new(ExtensionReview {
                extension: Extension {
                    plan,
                    key,
                    called,
                    before,
                    left,
                    after,
                },
                scroll: Scroll::default(),
            })));
    }

    /// The review was left without sending: what it was about is kept while the
    /// usage is open.
    pub(in crate::app) fn keep_extension(&mut self, left: &Extension) {
        if let Some(Screen::Usage(usage)) = self.stack.screens.last_mut() {
            usage.unsent = Some((left.key.clone(), left.after));
            let text = format!(
                "Not sent: {} keeps what it has. {} goes on with it while this page is open.",
                left.called,
                self.core.keymap.label(Place::Usage, Command::Extend)
            );
            self.core.say(Weight::Info, text);
        }
    }

    /// Sends what is shown.
    pub(in crate::app) fn send_shown_extension(&mut self) {
        let Screen::Extension(review) = self.screen() else {
            return;
        };
        let mut lines = self.core.extension_lines(&review.extension).into_iter();
        if lines.any(|line| matches!(line, ReviewLine::Refusal(_))) {
            let text = "Nothing was sent: what is marked as refused must be mended first.";
            return self.core.say(Weight::Warning, text);
        }
        let extension = review.extension.clone();
        self.core.send_extension(&extension);
    }

    /// An extension is over: its review is, and nothing is left of what was typed.
    pub(in crate::app) fn extended(&mut self) {
        self.stack
            .screens
            .retain(|screen| !matches!(screen, Screen::Extension(_)));
        if let Some(Screen::Usage(usage)) = self.stack.screens.last_mut() {
            usage.unsent = None;
        }
        self.refresh_usage();
    }
}
