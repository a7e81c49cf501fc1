//! Lines that go to a stage of the selected plan: `limits petstore:prod`.

use super::{Suggestion, Target};
use crate::app::Weight;
use crate::app::core::Core;
use crate::app::keys::command::Command;
use crate::app::message::changed::Route;
use crate::plan::model::api_names::{StageLookup, ambiguous_stage};
use crate::plan::{PlanId, StageKey, UsagePlan};
use crate::text::search::{Fit, Search, Searcher, Texts};

/// The stage that a line asks for, as far as it was typed; `None` where it asks for none.
pub(super) fn stage_in(line: &str) -> Option<&str> {
    let rest = line.trim_start().strip_prefix(Command::Limits.name())?;
    rest.starts_with(' ').then(|| rest.trim())
}

impl Core {
    /// The stages of the selected plan that a line may ask for, the likeliest first; `None`
    /// where it asks for none.
    pub(super) fn suggest_stages(&self, line: &str) -> Option<Vec<Suggestion>> {
        let typed = stage_in(line)?;
        let Some(plan) = self.plans.selected().map(|row| row.plan.clone()) else {
            return Some(Vec::new());
        };
        let (search, mut searcher) = (Search::parse(typed), Searcher::default());
        let names = self.catalogue.names();
        let mut fitting: Vec<(Fit, StageKey)> = Vec::new();
        for stage in plan.settings.stages.keys() {
            let texts = Texts::new(&names.stage(stage), "", &stage.to_string());
            if let Some(fit) = search.fit(&texts, &mut searcher) {
                fitting.push((fit, stage.clone()));
            }
        }
        fitting.sort_by_key(|(fit, _)| std::cmp::Reverse(*fit));
        let suggestion = |(_, stage): (Fit, StageKey)| Suggestion {
            name: format!("{} {}", Command::Limits.name(), names.stage(&stage)),
            target: Target::Stage(plan.id.clone(), stage),
            key: String::new(),
            help: format!("shows what {} gets there", plan.settings.name),
            obstacle: None,
        };
        Some(fitting.into_iter().map(suggestion).collect())
    }

    /// The stage of the selected plan that a line names exactly.
    ///
    /// # Errors
    /// A sentence where there is none, or several are called so.
    pub(super) fn stage_named(&self, line: &str) -> Option<Result<(PlanId, StageKey), String>> {
        let typed = stage_in(line).filter(|typed| !typed.is_empty())?;
        let plan = self.plans.selected()?.plan.clone();
        let found = match self.catalogue.names().look_up(typed) {
            StageLookup::Found(stage) => vec![stage],
            StageLookup::Ambiguous(stages) => stages,
            StageLookup::None => return None,
        };
        let has = |stage: &&StageKey| plan.settings.stages.contains_key(*stage);
        let attached: Vec<StageKey> = found.iter().filter(has).cloned().collect();
        Some(match attached.as_slice() {
            [] => Err(self.without(&plan, typed)),
            [stage] => Ok((plan.id.clone(), stage.clone())),
            several => Err(ambiguous_stage(typed, several)),
        })
    }

    fn without(&self, plan: &UsagePlan, typed: &str) -> String {
        let called = self.called_plan(&plan.id);
        format!("{called} does not have the stage {typed}")
    }

    /// Goes to the stage that a line names; true where it names one, or none that is there.
    pub(super) fn went_to_stage(&mut self, line: &str) -> bool {
        match self.stage_named(line) {
            None => return false,
            Some(Ok((plan, stage))) => self.go(Route::LimitsOn(plan, stage)),
            // Nothing is guessed where several are meant, or none.
            Some(Err(told)) => self.say(Weight::Warning, format!("{told}.")),
        }
        true
    }
}
