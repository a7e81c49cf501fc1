//! The place where a finding is fixed: the form or the limits, the line selected that it is
//! about.

use crate::app::DraftId;
use crate::app::core::Core;
use crate::app::message::changed::Route;
use crate::app::page::form::{Form, Line};
use crate::app::stack::{Screen, Stack};
use crate::app::{Presence, Weight};
use crate::plan::lint::{LintFinding, LintRule};
use crate::plan::model::manager::Manager;
use crate::plan::{Field, MethodKey, PlanId, Settings, StageKey};

/// The place where a finding is fixed.
enum Spot {
    /// A line of the form; on a method throttle's line its burst, where that is the fault.
    Form(Line, bool),
    /// The row of all methods of a stage, on the page of the limits.
    Limits(StageKey),
    /// The API keys of the plan.
    Keys,
}

impl Spot {
    fn of(finding: &LintFinding, settings: &Settings) -> Self {
        match (finding.rule, &finding.field) {
            (LintRule::NoKeys, _) => Self::Keys,
            // These are about what the stage or the API has, of which the form shows nothing.
            (
                LintRule::StageBlocks
                | LintRule::SettingWithoutMethod
                | LintRule::SettingTwice
                | LintRule::UnmeteredMethod,
                Some(Field::Stage(stage)),
            ) => Self::Limits(stage.clone()),
            (LintRule::NoStages, _) => Self::Form(Line::AttachStage, false),
            (LintRule::NoLimits, _) => Self::Form(Line::Field(Field::Throttle), false),
            (LintRule::Managed, _) => {
                let tag = Manager::of(settings).and_then(|manager| manager.tag(settings));
                Self::Form(tag.map_or(Line::AddTag, Line::Tag), false)
            }
            (_, Some(field)) => Self::Form(
                line_of(field, settings),
                matches!(field, Field::MethodBurst(..)),
            ),
            (_, None) => Self::Form(Line::Field(Field::Name), false),
        }
    }
}

/// The line of the form on which a field stands.
fn line_of(field: &Field, settings: &Settings) -> Line {
    match field {
        Field::Stage(stage) => Line::Stage(stage.clone()),
        Field::Method(stage, method)
        | Field::MethodRate(stage, method)
        | Field::MethodBurst(stage, method) => Line::Method(stage.clone(), method.clone()),
        Field::Tag(key) => Line::Tag(key.clone()),
        // Without the whole its parts have no lines.
        Field::Rate | Field::Burst if settings.throttle.is_none() => Line::Field(Field::Throttle),
        Field::QuotaLimit | Field::QuotaPeriod | Field::QuotaOffset if settings.quota.is_none() => {
            Line::Field(Field::Quota)
        }
        other => Line::Field(other.clone()),
    }
}

impl Stack {
    /// Opens the place where a finding on a plan is fixed. One step back leads to where it was
    /// opened.
    pub(in crate::app) fn open_finding(
        &mut self,
        core: &mut Core,
        id: &PlanId,
        finding: &LintFinding,
    ) {
        let Some(plan) = core.plans.plan(id).cloned() else {
            let called = core.called_gone(id);
            let text = match core.presence(id) {
                Presence::Gone => format!("The plan {called} is gone."),
                _ => format!("The plan {called} is not in the list."),
            };
            return core.say(Weight::Warning, text);
        };
        match Spot::of(finding, &plan.settings) {
            Spot::Keys => self.open(core, Route::Keys(id.clone(), None)),
            Spot::Limits(stage) => {
                self.open(core, Route::Limits(id.clone()));
                if let Some(Screen::Limits(limits)) = self.screens.last_mut() {
                    limits.choose(&stage, &MethodKey::as_read("*/*"));
                }
            }
            Spot::Form(line, on_burst) => {
                let Some(plan) = core.plans.reference(id) else {
                    return;
                };
                self.open_form_at(core, DraftId::Plan(plan), line, on_burst);
            }
        }
        // It is not to be kept in mind on the way.
        let text = format!(
            "{}: {}: {}.",
            finding.level, finding.message, finding.instead
        );
        let text = core.named(&text).into_owned();
        core.say(Weight::Info, text);
    }

    fn open_form_at(&mut self, core: &mut Core, draft: DraftId, line: Line, on_burst: bool) {
        if core.draft(&draft).is_none() {
            return;
        }
        let form = Form::at(draft, line, on_burst);
        self.screens.push(Screen::Edit(Box::new(form)));
        core.ask_apis();
    }
}
