//! The stages of a tweak, named by the names of their APIs.

use std::collections::{BTreeMap, BTreeSet};

use super::Tweak;
use crate::plan::StageKey;
use crate::plan::model::api_names::{ApiNames, StageLookup, ambiguous_stage};

impl Tweak {
    /// Returns true where it names stages.
    #[must_use]
    pub fn has_stages(&self) -> bool {
        !(self.attach.is_empty() && self.detach.is_empty() && self.methods.is_empty())
    }

    /// The same with its stages by the identifiers of their APIs.
    ///
    /// # Errors
    /// A sentence where an API is meant that nobody knows of, or several have its name.
    pub fn with_ids(self, names: &ApiNames) -> Result<Self, String> {
        if !self.has_stages() {
            return Ok(self);
        }
        let all = |stages: BTreeSet<StageKey>| -> Result<BTreeSet<StageKey>, String> {
            stages.iter().map(|stage| with_id(stage, names)).collect()
        };
        let (attach, detach) = (all(self.attach)?, all(self.detach)?);
        if let Some(both) = attach.intersection(&detach).next() {
            let both = names.stage(both);
            return Err(format!("{both} is both attached and detached"));
        }
        let mut methods = BTreeMap::new();
        for ((stage, key), tweak) in self.methods {
            let stage = with_id(&stage, names)?;
            let shown = names.stage(&stage);
            if methods.insert((stage, key.clone()), tweak).is_some() {
                return Err(format!("the throttle of {shown} {key} is changed twice"));
            }
        }
        Ok(Self {
            attach,
            detach,
            methods,
            ..self
        })
    }
}

/// A stage by its API's identifier, as it was named by that or by the API's name.
fn with_id(stage: &StageKey, names: &ApiNames) -> Result<StageKey, String> {
    let text = stage.to_string();
    match names.look_up(&text) {
        StageLookup::Found(stage) => Ok(stage),
        StageLookup::Ambiguous(stages) => Err(ambiguous_stage(&text, &stages)),
        StageLookup::None => Err(format!("no API is called {:?}", stage.api)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::model::account::RestApi;

    #[test]
    fn stages_are_named_by_name_or_id() {
        let api = |id: &str, name: &str| RestApi {
            id: id.to_owned(),
            name: name.to_owned(),
        };
        let names = ApiNames::new(&[
            api("a1b2c3", "petstore"),
            api("d4e5f6", "Orders: EU"),
            api("twin1", "twin"),
            api("twin2", "twin"),
        ]);
        let read = |line: &str| {
            let tweak = Tweak::parse(line).map_err(|fault| fault.to_string())?;
            tweak.with_ids(&names).map(|tweak| tweak.to_string())
        };
        for (line, meant) in [
            ("attach petstore:prod", "attach a1b2c3:prod"),
            ("attach a1b2c3:prod", "attach a1b2c3:prod"),
            ("attach new1:prod", "attach new1:prod"),
            ("detach \"Orders: EU:prod\"", "detach d4e5f6:prod"),
            ("attach \"twin:prod (twin2)\"", "attach twin2:prod"),
            (
                "petstore:prod GET /pets rate 5 burst 10",
                "a1b2c3:prod GET /pets rate 5 burst 10",
            ),
            ("rate 5", "rate 5"),
        ] {
            assert_eq!(read(line).as_deref(), Ok(meant), "{line}");
        }
        for (line, told) in [
            (
                "attach twin:prod",
                "2 APIs are called \"twin\": twin1:prod, twin2:prod; name one by its ID",
            ),
            ("attach \"no such:prod\"", "no API is called \"no such\""),
            (
                "attach petstore:prod, detach a1b2c3:prod",
                "petstore:prod is both attached and detached",
            ),
        ] {
            assert_eq!(read(line), Err(told.to_owned()), "{line}");
        }
    }
}
