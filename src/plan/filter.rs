//! The filter of plans: the same for the list on the screen, `plangate list` and every
//! command that takes plans by what they are.

use crate::plan::UsagePlan;
use crate::plan::model::api_names::ApiNames;
use crate::text::search::{Search, Searcher, Texts};

/// What narrows plans, as somebody typed it.
///
/// The language is that of [`Search`]: words parted by spaces, of which all have to fit. A
/// word is looked for in the plan's name, where its letters may stand scattered, and as it
/// stands in its identifier, its description, its stages (`petstore:prod` and
/// `a1b2c3d4e5:prod`) and its tags (`team=payments`), without regard to case and accents
/// there. `^gold`, `gold$` and `^gold$` mean the beginning, the end and the whole of the name
/// or the identifier. `'gold` is `gold` without scattered letters, and what `'gold` shows
/// `!gold` leaves out; so do `!^gold` and `!gold$`. An empty filter fits every plan.
#[derive(Clone, Debug, Default)]
pub struct Filter(Search);

impl Filter {
    /// The filter that a text means. Every text means one.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        Self(Search::parse(text))
    }

    /// Returns true where every plan fits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns true for a plan that fits.
    #[must_use]
    pub fn fits(&self, plan: &UsagePlan, names: &ApiNames) -> bool {
        let texts = texts_of(plan, names);
        self.0.fit(&texts, &mut Searcher::default()).is_some()
    }

    /// Leaves the plans that fit, in their order.
    pub fn retain(&self, plans: &mut Vec<UsagePlan>, names: &ApiNames) {
        if self.is_empty() {
            return;
        }
        let mut searcher = Searcher::default();
        plans.retain(|plan| self.0.fit(&texts_of(plan, names), &mut searcher).is_some());
    }

    /// The search that it is.
    #[must_use]
    pub fn search(&self) -> &Search {
        &self.0
    }
}

/// The texts of a plan that a filter looks at: its name and identifier, and beside them its
/// description, its stages by identifier and by name, and its tags.
#[must_use]
pub fn texts_of(plan: &UsagePlan, names: &ApiNames) -> Texts {
    let settings = &plan.settings;
    let mut beside = settings.description.clone();
    for stage in settings.stages.keys() {
        for shown in [stage.to_string(), names.stage(stage)] {
            beside.push('\n');
            beside.push_str(&shown);
        }
    }
    for (key, value) in &settings.tags {
        for part in ["\n", key, "=", value] {
            beside.push_str(part);
        }
    }
    Texts::new(&settings.name, &plan.id.0, &beside)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::model::account::RestApi;
    use crate::plan::{MethodThrottles, PlanId, Settings, StageKey};

    fn plan() -> UsagePlan {
        let mut settings = Settings {
            name: "petstore-gold-eu".to_owned(),
            description: "For the Café".to_owned(),
            ..Settings::default()
        };
        let stage = StageKey::as_read("a7k2m9p4qz", "prod");
        settings.stages.insert(stage, MethodThrottles::new());
        settings
            .tags
            .insert("team".to_owned(), "Payments".to_owned());
        UsagePlan {
            id: PlanId("3i6x10".to_owned()),
            settings,
        }
    }

    #[test]
    fn a_plan_is_found_by_all_that_is_known_of_it() {
        let petstore = RestApi {
            id: "a7k2m9p4qz".to_owned(),
            name: "Petstore".to_owned(),
        };
        let (named, unnamed) = (ApiNames::new(&[petstore]), ApiNames::default());
        let fits = |text: &str, names| Filter::parse(text).fits(&plan(), names);
        for text in [
            "",
            "gold",
            "pge",
            "3i6x10",
            "^3i6x",
            "gold cafe",
            "team=pay",
            "a7k2m9p4qz:prod",
            "petstore:prod",
            "gold petstore:prod !silver",
        ] {
            assert!(fits(text, &named), "{text}");
        }
        for text in ["silver", "gold$", "!café", "!petstore:prod", "orders:prod"] {
            assert!(!fits(text, &named), "{text}");
        }
        assert!(!fits("petstore:prod", &unnamed), "not read yet");
        assert!(fits("a7k2m9p4qz:prod", &unnamed));
    }
}
