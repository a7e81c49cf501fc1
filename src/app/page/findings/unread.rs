//! What findings would need and is not here, and why.

use std::collections::BTreeSet;

use crate::app::Awaited;
use crate::app::core::Core;
use crate::app::core::catalogue::Load;
use crate::app::core::plans::Loading;
use crate::plan::lint::untold_account;

/// The part of something that is not here, and why where it was asked for:
/// `stages of 5 of 8 APIs (1 not permitted, 2 failed)`.
fn gap<'a, T: 'a>(
    what: &str,
    of: &str,
    loads: impl IntoIterator<Item = Option<&'a Load<T>>>,
) -> Option<String> {
    let (mut all, mut missing, mut denied, mut failed) = (0, 0, 0, 0);
    for load in loads {
        all += 1;
        missing += usize::from(load.and_then(Load::here).is_none());
        let is_denied = matches!(
            load,
            Some(Load::Failed {
                is_denied: true,
                ..
            })
        );
        denied += usize::from(is_denied);
        failed += usize::from(matches!(load, Some(Load::Failed { .. })) && !is_denied);
    }
    if missing == 0 {
        return None;
    }
    let count = if of.is_empty() {
        String::new()
    } else {
        format!(" of {missing} of {all} {of}")
    };
    let why = |of: usize, word: &str| match of {
        0 => None,
        _ if of == missing => Some(word.to_owned()),
        _ => Some(format!("{of} {word}")),
    };
    let whys = [why(denied, "not permitted"), why(failed, "failed")];
    let whys: Vec<String> = whys.into_iter().flatten().collect();
    let whys = if whys.is_empty() {
        String::new()
    } else {
        format!(" ({})", whys.join(", "))
    };
    Some(format!("{what}{count}{whys}"))
}

/// The words for plans that are not known as they are now: findings of plans that are gone stand
/// until the plans were read to their end.
fn gap_of_plans(loading: &Loading) -> Option<String> {
    let why = match loading {
        Loading::Done => return None,
        Loading::Underway => "being read",
        Loading::NotAsked => "not read",
        Loading::Stopped => "stopped",
        Loading::Failed(_) => "failed",
    };
    Some(format!("the plans as they are now ({why})"))
}

impl Core {
    /// The REST APIs that plans name.
    pub(super) fn named_apis(&self) -> BTreeSet<&str> {
        let stages = self
            .plans
            .plans()
            .flat_map(|plan| plan.settings.stages.keys());
        stages.map(|stage| stage.api.as_str()).collect()
    }

    /// The words for all that findings would need and is not here.
    pub(super) fn unread(&self) -> String {
        let catalogue = &self.catalogue;
        let apis = self.named_apis();
        let stages = apis.iter().map(|api| catalogue.stages.get(*api));
        let methods = apis.iter().map(|api| catalogue.methods.get(*api));
        let plans = self.plans.plans();
        let keys = plans.map(|plan| catalogue.plan_keys.get(&plan.id));
        let parts = [
            gap_of_plans(&self.plans.loading),
            gap("the account's limits", "", [Some(&catalogue.account)]),
            gap("stages", "APIs", stages),
            gap("methods", "APIs", methods),
            gap("keys", "plans", keys),
            gap("the account's API keys", "", [Some(&catalogue.api_keys)]),
        ];
        let untold = untold_account(self.plans.around());
        let untold = untold.map(|gap| format!("{} (the answer does not tell them)", gap.what));
        let parts: Vec<String> = parts.into_iter().flatten().chain(untold).collect();
        parts.join(", ")
    }

    /// True for what is neither here nor on its way.
    pub(super) fn is_missing(&self, question: &Awaited) -> bool {
        let catalogue = &self.catalogue;
        match question {
            Awaited::Account => catalogue.account.is_missing(),
            Awaited::ApiKeys => catalogue.api_keys.is_missing(),
            Awaited::Stages(api) => catalogue.stages.get(api).is_none_or(Load::is_missing),
            Awaited::Methods(api) => catalogue.methods.get(api).is_none_or(Load::is_missing),
            Awaited::PlanKeys(plan) => catalogue.plan_keys.get(plan).is_none_or(Load::is_missing),
            _ => false,
        }
    }
}
