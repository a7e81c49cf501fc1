//! The number of requests that an API key is to have left, while it is typed.

use crate::app::Weight;
use crate::app::core::Core;
use crate::app::outbox::extension::Extension;
use crate::app::prompt::input::Input;
use crate::plan::model::human::{Amount, Measure};
use crate::plan::usage::Left;
use crate::plan::{Count, PlanId};

/// The new number of remaining requests, while it is typed.
#[derive(Debug)]
pub struct ExtensionPrompt {
    plan: PlanId,
    key: String,
    /// The key's name, else its identifier.
    pub called: String,
    /// Requests that it has left, as read; 0 where it is below.
    pub before: Count,
    /// The same as it was read.
    left: Left,
    /// The text that is typed.
    pub input: Input,
}

/// The end of typing it.
#[derive(Debug)]
pub(in crate::app) enum Typed {
    /// It is no number: the line stands there again.
    Again(Box<ExtensionPrompt>),
    /// Nothing was typed.
    Nothing,
    /// The key already has that many requests left.
    Unchanged,
    /// It is to be reviewed.
    Reviewed(Extension),
}

impl ExtensionPrompt {
    /// The line for an API key of a plan; none where what it has left is not known, which
    /// is not to be taken for 0.
    pub(in crate::app) fn new(
        core: &Core,
        plan: &PlanId,
        (key, called): (&str, &str),
        left: Left,
    ) -> Option<Self> {
        // Below 0 more was counted than the quota has; the least that can be set is 0.
        let before = Count::new(left.known()?.max(0))?;
        let typed = core.unsent_extension(plan, key);
        Some(Self {
            plan: plan.clone(),
            key: key.to_owned(),
            called: called.to_owned(),
            before,
            left,
            input: Input::new(&typed.map_or_else(String::new, |count| count.to_string())),
        })
    }

    /// The line of an extension that is under review.
    pub(in crate::app) fn of(extension: &Extension) -> Self {
        Self {
            plan: extension.plan.clone(),
            key: extension.key.clone(),
            called: extension.called.clone(),
            before: extension.before,
            left: extension.left,
            input: Input::new(&extension.after.to_string()),
        }
    }

    /// The number that the key would have left.
    ///
    /// # Errors
    /// The reason why the text gives no number from 0 to 2147483647.
    pub fn after(&self) -> Result<Count, String> {
        Amount::parse(&self.input.text(), Measure::Requests)?.on_count(self.before)
    }

    /// Takes what was typed. What is to be reviewed is kept as not sent.
    pub(in crate::app) fn taken(self: Box<Self>, core: &mut Core) -> Typed {
        if self.input.text().trim().is_empty() {
            return Typed::Nothing;
        }
        let after = match self.after() {
            Ok(after) => after,
            Err(reason) => {
                core.say(Weight::Warning, format!("Not staged: {reason}"));
                return Typed::Again(self);
            }
        };
        let Self {
            plan,
            key,
            called,
            before,
            left,
            ..
        } = *self;
        if after == before {
            let text = format!("Nothing to send: {called} already has that many requests left.");
            core.forget_unsent_extension(&plan, &key);
            core.say(Weight::Info, text);
            return Typed::Unchanged;
        }
        let extension = Extension {
            plan,
            key,
            called,
            before,
            left,
            after,
        };
        core.keep_unsent_extension(&extension);
        Typed::Reviewed(extension)
    }
}
