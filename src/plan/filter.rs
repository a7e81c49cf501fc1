//! The filter of plans: the same for the list on the screen, `plangate list` and every
//! command that takes plans by what they are.

use crate::plan::UsagePlan;
use crate::plan::model::api_names::ApiNames;
use crate::text::search::{Fit, Search, Searcher, Texts, folded};

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

    /// Returns true where some plans fit better than others, and not only some do not fit.
    #[must_use]
    pub fn ranks(&self) -> bool {
        self.0.ranks()
    }

    /// Returns true for a plan that fits.
    #[must_use]
    pub fn fits(&self, plan: &UsagePlan, names: &ApiNames) -> bool {
        let texts = PlanTexts::new(plan, names);
        self.fit(&texts, &mut Searcher::default()).is_some()
    }

    /// Leaves the plans that fit, in their order.
    pub fn retain(&self, plans: &mut Vec<UsagePlan>, names: &ApiNames) {
        if self.is_empty() {
            return;
        }
        let mut searcher = Searcher::default();
        plans.retain(|plan| {
            self.fit(&PlanTexts::new(plan, names), &mut searcher)
                .is_some()
        });
    }

    /// The fit of a plan by its texts; `None` where it does not fit.
    #[must_use]
    pub fn fit(&self, texts: &PlanTexts, searcher: &mut Searcher) -> Option<Fit> {
        self.0.fit(&texts.texts(), searcher)
    }

    /// The search that it is, for the letters of a name that fit.
    #[must_use]
    pub fn search(&self) -> &Search {
        &self.0
    }
}

/// The texts of a plan that a filter looks at, in one piece: there may be 100,000 plans.
#[derive(Clone, Debug)]
pub struct PlanTexts {
    /// The name, the identifier, and all else in small letters.
    text: Box<str>,
    /// The byte at which the identifier begins.
    id: u32,
    /// The byte at which the rest begins.
    rest: u32,
}

impl PlanTexts {
    /// The texts of a plan.
    #[must_use]
    pub fn new(plan: &UsagePlan, names: &ApiNames) -> Self {
        let settings = &plan.settings;
        let mut text = settings.name.clone();
        let id = at(&text);
        text.push_str(&plan.id.0);
        let rest = at(&text);
        text.push_str(&folded(&settings.description));
        for stage in settings.stages.keys() {
            for shown in [stage.to_string(), names.stage(stage)] {
                text.push('\n');
                text.push_str(&folded(&shown));
            }
        }
        for (key, value) in &settings.tags {
            text.push('\n');
            text.push_str(&folded(&format!("{key}={value}")));
        }
        Self {
            text: text.into(),
            id,
            rest,
        }
    }

    /// The name and the identifier alone.
    #[must_use]
    pub fn named(&self) -> Texts<'_> {
        Texts {
            beside: "",
            ..self.texts()
        }
    }

    /// The texts one by one.
    fn texts(&self) -> Texts<'_> {
        let part = |from: u32, to: usize| self.text.get(from as usize..to).unwrap_or_default();
        Texts {
            name: part(0, self.id as usize),
            id: part(self.id, self.rest as usize),
            beside: part(self.rest, self.text.len()),
        }
    }
}

/// The end of a text. A name is never as long as would not fit.
fn at(text: &str) -> u32 {
    u32::try_from(text.len()).unwrap_or(u32::MAX)
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
