//! The names of REST APIs: the one place that says how a stage is shown, and which stage a
//! person means.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::account::RestApi;
use crate::plan::StageKey;
use crate::text::search::{composed, folded};
use crate::text::showable::clean;

/// The names of the REST APIs of an account and Region, as far as they were read. Of one
/// without a name, or that was not read, the identifier stands for it.
///
/// A stage is shown as `petstore:prod`; where several APIs have the name, with the
/// identifier: `petstore:prod (a1b2c3d4e5)`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ApiNames(Arc<Names>);

#[derive(Debug, Default, PartialEq, Eq)]
struct Names {
    by_id: BTreeMap<String, Name>,
    /// The identifiers of the APIs of each name, in composed letters.
    by_name: BTreeMap<String, Vec<String>>,
}

#[derive(Debug, PartialEq, Eq)]
struct Name {
    /// As it may be shown.
    shown: String,
    /// True where other APIs have it too.
    is_shared: bool,
}

/// The stage that a text names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StageLookup {
    /// This stage.
    Found(StageKey),
    /// Several APIs have the name: the stage of each.
    Ambiguous(Vec<StageKey>),
    /// None: the text has not the form of a stage.
    None,
}

impl ApiNames {
    /// The names of these APIs.
    #[must_use]
    pub fn new(apis: &[RestApi]) -> Self {
        let ids: BTreeSet<&str> = apis.iter().map(|api| api.id.as_str()).collect();
        let mut by_name: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let mut shown = Vec::new();
        for api in apis {
            let name = clean(&api.name).trim().to_owned();
            // A name that ends in the identifier of an API would be taken for that one.
            if !name.is_empty() && !ids.contains(tail(&name, is_part)) {
                let called = by_name.entry(composed(&name).into_owned()).or_default();
                called.push(api.id.clone());
                shown.push((api.id.clone(), name));
            }
        }
        let named = shown.into_iter().map(|(id, shown)| {
            let called = by_name.get(&*composed(&shown));
            let is_shared = called.is_some_and(|ids| ids.len() > 1);
            (id, Name { shown, is_shared })
        });
        let by_id = named.collect();
        Self(Arc::new(Names { by_id, by_name }))
    }

    /// An API as it is shown: `petstore`, or `petstore (a1b2c3d4e5)` where several have
    /// the name.
    #[must_use]
    pub fn api<'a>(&'a self, id: &'a str) -> Cow<'a, str> {
        match self.0.by_id.get(id) {
            None => Cow::Borrowed(id),
            Some(name) if name.is_shared => Cow::Owned(format!("{} ({id})", name.shown)),
            Some(name) => Cow::Borrowed(&name.shown),
        }
    }

    /// A stage as it is shown.
    #[must_use]
    pub fn stage(&self, stage: &StageKey) -> String {
        match self.0.by_id.get(&stage.api) {
            Some(name) if !name.is_shared => format!("{}:{}", name.shown, stage.stage),
            _ => self.stage_and_id(stage),
        }
    }

    /// A stage by its name and its API's identifier, where it has to be exact:
    /// `petstore:prod (a1b2c3d4e5)`.
    #[must_use]
    pub fn stage_and_id(&self, stage: &StageKey) -> String {
        match self.0.by_id.get(&stage.api) {
            None => stage.to_string(),
            Some(name) => format!("{}:{} ({})", name.shown, stage.stage, stage.api),
        }
    }

    /// The identifier of a stage's API, where the stage is shown without it; empty where it
    /// is shown with it.
    #[must_use]
    pub fn id_beside<'a>(&self, stage: &'a StageKey) -> &'a str {
        let name = self.0.by_id.get(&stage.api);
        name.filter(|name| !name.is_shared)
            .map_or("", |_| stage.api.as_str())
    }

    /// A sentence with the stages and APIs in it as they are shown. What is written of plans names
    /// stages by their identifiers, because it knows nothing else; whoever shows it gives it
    /// the names.
    #[must_use]
    pub fn in_text<'a>(&self, text: &'a str) -> Cow<'a, str> {
        self.replaced(text, Self::stage)
    }

    /// The same with the identifiers beside the names.
    #[must_use]
    pub fn in_text_with_ids<'a>(&self, text: &'a str) -> Cow<'a, str> {
        self.replaced(text, Self::stage_and_id)
    }

    fn replaced<'a>(
        &self,
        text: &'a str,
        show: impl Fn(&Self, &StageKey) -> String,
    ) -> Cow<'a, str> {
        if self.0.by_id.is_empty() {
            return Cow::Borrowed(text);
        }
        let (mut named, mut done, mut at) = (String::new(), 0, 0);
        while let Some((start, id)) = next_word(text, at) {
            at = start + id.len();
            let before = text.get(..start).and_then(|text| text.chars().next_back());
            let after = text.get(at..).unwrap_or_default();
            // In the path of an operation it has to be exact.
            if before == Some('/') || !self.0.by_id.contains_key(id) {
                continue;
            }
            let stage = after.strip_prefix(':').map_or("", leading);
            let shown = if !stage.is_empty() {
                at += 1 + stage.len();
                show(self, &StageKey::as_read(id, stage))
            } else if before.is_none_or(char::is_whitespace) && ends_word(after) {
                self.api(id).into_owned()
            } else {
                continue;
            };
            named.push_str(text.get(done..start).unwrap_or_default());
            named.push_str(&shown);
            done = at;
        }
        if done == 0 {
            return Cow::Borrowed(text);
        }
        named.push_str(text.get(done..).unwrap_or_default());
        Cow::Owned(named)
    }

    /// The stage that a text names: by the identifier of its API, which wins over every
    /// name, by the API's name, or by both as they are shown. A name in other capitals is
    /// taken where no other is meant.
    #[must_use]
    pub fn look_up(&self, text: &str) -> StageLookup {
        let text = text.trim();
        if let Some(stage) = self.by_both(text) {
            return StageLookup::Found(stage);
        }
        let Some((api, stage)) = text.rsplit_once(':').filter(|(_, stage)| !stage.is_empty())
        else {
            return StageLookup::None;
        };
        let key = |id: &String| StageKey::as_read(id, stage);
        if !self.0.by_id.contains_key(api) {
            match self.called(api).as_slice() {
                [] => {}
                [id] => return StageLookup::Found(key(id)),
                ids => return StageLookup::Ambiguous(ids.iter().map(key).collect()),
            }
        }
        StageKey::parse(text).map_or(StageLookup::None, StageLookup::Found)
    }

    /// A stage by its name and identifier, as it is shown where a name does not do.
    fn by_both(&self, text: &str) -> Option<StageKey> {
        let (named, id) = text.strip_suffix(')')?.rsplit_once(" (")?;
        let (api, stage) = named.rsplit_once(':')?;
        let name = self.0.by_id.get(id)?;
        (composed(&name.shown) == composed(api)).then(|| StageKey::as_read(id, stage))
    }

    /// The identifiers of the APIs of a name, also in other capitals where none has it as
    /// it is written.
    fn called(&self, name: &str) -> Vec<String> {
        if let Some(ids) = self.0.by_name.get(&*composed(name)) {
            return ids.clone();
        }
        let name = folded(name);
        let alike = self.0.by_name.iter().filter(|(one, _)| folded(one) == name);
        alike.flat_map(|(_, ids)| ids.iter().cloned()).collect()
    }
}

/// True for what identifiers of APIs and names of stages consist of.
fn is_part(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || "_-".contains(letter)
}

/// The first word of such letters from a byte of a text on, and where it begins.
fn next_word(text: &str, from: usize) -> Option<(usize, &str)> {
    let rest = text.get(from..)?;
    let start = rest.find(is_part)?;
    Some((from + start, leading(rest.get(start..)?)))
}

/// The beginning of a text that consists of such letters.
fn leading(text: &str) -> &str {
    let rest = text.trim_start_matches(is_part);
    text.get(..text.len() - rest.len()).unwrap_or_default()
}

/// True for what follows a word of a sentence: a blank, or a sign and a blank.
fn ends_word(after: &str) -> bool {
    let after = after.strip_prefix(['.', ',', ';', ':']).unwrap_or(after);
    after.chars().next().is_none_or(char::is_whitespace)
}

/// The end of a text that consists of such letters.
fn tail(text: &str, is_part: impl Fn(char) -> bool) -> &str {
    let rest = text.trim_end_matches(is_part);
    text.get(rest.len()..).unwrap_or_default()
}

/// `2 APIs are called "petstore": a1b2c3:prod, d4e5f6:prod; name one by its ID`
#[must_use]
pub fn ambiguous_stage(text: &str, stages: &[StageKey]) -> String {
    let api = text.rsplit_once(':').map_or(text, |(api, _)| api).trim();
    let listed: Vec<String> = stages.iter().map(ToString::to_string).collect();
    format!(
        "{} APIs are called {api:?}: {}; name one by its ID",
        stages.len(),
        listed.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> ApiNames {
        let api = |id: &str, name: &str| RestApi {
            id: id.to_owned(),
            name: name.to_owned(),
        };
        ApiNames::new(&[
            api("a1b2c3", "petstore"),
            api("d4e5f6", "Orders: EU"),
            api("g7h8i9", "cafe\u{301}"),
            api("twin1", "twin"),
            api("twin2", "twin"),
            api("noname", " "),
            api("liar", "a1b2c3"),
            api("bad", "x\u{1b}[31m\ny"),
        ])
    }

    fn key(api: &str, stage: &str) -> StageKey {
        StageKey::as_read(api, stage)
    }

    #[test]
    fn a_stage_is_shown_by_the_name_of_its_api() {
        let names = names();
        for (api, shown, exact) in [
            ("a1b2c3", "petstore:prod", "petstore:prod (a1b2c3)"),
            ("d4e5f6", "Orders: EU:prod", "Orders: EU:prod (d4e5f6)"),
            ("twin1", "twin:prod (twin1)", "twin:prod (twin1)"),
            ("noname", "noname:prod", "noname:prod"),
            ("liar", "liar:prod", "liar:prod"),
            ("unknown", "unknown:prod", "unknown:prod"),
        ] {
            assert_eq!(names.stage(&key(api, "prod")), shown);
            assert_eq!(names.stage_and_id(&key(api, "prod")), exact);
            let is_said = shown.contains(api);
            let beside = if is_said { "" } else { api };
            assert_eq!(names.id_beside(&key(api, "prod")), beside);
        }
        assert!(!names.stage(&key("bad", "prod")).contains(char::is_control));
        assert_eq!(names.api("twin2"), "twin (twin2)");
        assert_eq!(names.api("a1b2c3"), "petstore");
    }

    #[test]
    fn a_stage_is_named_by_name_id_or_both() {
        let names = names();
        for (text, api) in [
            ("petstore:prod", "a1b2c3"),
            ("PetStore:prod", "a1b2c3"),
            ("a1b2c3:prod", "a1b2c3"),
            ("petstore:prod (a1b2c3)", "a1b2c3"),
            ("Orders: EU:prod", "d4e5f6"),
            ("caf\u{e9}:prod", "g7h8i9"),
            ("twin:prod (twin2)", "twin2"),
            ("unread:prod", "unread"),
        ] {
            let found = StageLookup::Found(key(api, "prod"));
            assert_eq!(names.look_up(text), found, "{text}");
        }
        let twins = vec![key("twin1", "prod"), key("twin2", "prod")];
        let text = ambiguous_stage("twin:prod", &twins);
        assert_eq!(names.look_up("twin:prod"), StageLookup::Ambiguous(twins));
        assert_eq!(
            text,
            "2 APIs are called \"twin\": twin1:prod, twin2:prod; name one by its ID"
        );
        for text in ["", "petstore", "petstore:", ":prod", "no such:prod"] {
            assert_eq!(names.look_up(text), StageLookup::None, "{text}");
        }
    }

    #[test]
    fn sentences_name_stages_and_paths_keep_identifiers() {
        let names = names();
        for (text, shown) in [
            (
                "the stage a1b2c3:prod does not exist",
                "the stage petstore:prod does not exist",
            ),
            (
                "a1b2c3:prod, twin1:dev: /pets/GET.",
                "petstore:prod, twin:dev (twin1): /pets/GET.",
            ),
            ("add /apiStages/a1b2c3:prod/throttle", ""),
            ("GET /restapis/a1b2c3 (a1b2c3) \"a1b2c3\"", ""),
            ("xa1b2c3:prod is no stage", ""),
            (
                "a1b2c3 asks for no API key; nor does twin1.",
                "petstore asks for no API key; nor does twin (twin1).",
            ),
            ("x-a1b2c3:prod", ""),
            ("petstore:prod (a1b2c3)", ""),
            ("é:a1b2c3:prod:é", "é:petstore:prod:é"),
        ] {
            let wanted = if shown.is_empty() { text } else { shown };
            assert_eq!(names.in_text(text), wanted);
            assert_eq!(names.in_text(wanted), wanted, "twice is once");
        }
        assert_eq!(
            names.in_text_with_ids("stage a1b2c3:prod"),
            "stage petstore:prod (a1b2c3)"
        );
    }
}
