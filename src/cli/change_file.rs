//! The file that says what is to become of a plan: from a path or from standard
//! input.

use std::fs::File;
use std::io::{self, IsTerminal, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail};
use clap::Args;
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::plan::model::json::{DesiredPlan, from_json};
use crate::plan::{Finding, Located, PatchOperation, parse_operations, place_of};

/// No change of a plan is longer. What is, is another file than was meant.
const LONGEST: u64 = 16 << 20;

/// The option that names the file.
#[derive(Args, Clone, Debug, Default)]
pub struct ChangeFile {
    /// The change: patch operations or a whole plan, as JSON; - for standard input
    ///
    /// Either a JSON array of patch operations, or the request body around one,
    /// {"patchOperations": [...]}, or a plan in the form in which GetUsagePlan
    /// answers: what such a plan leaves out, the plan is not to have. Without FILE,
    /// what is piped in is read.
    #[arg(value_name = "FILE")]
    pub file: Option<PathBuf>,
}

/// The request of a change file.
#[derive(Clone, Debug)]
pub(super) enum Wanted {
    /// These operations, in order.
    Operations(Vec<Located<PatchOperation>>),
    /// A plan like this, and its text.
    Plan(Box<DesiredPlan>, String),
}

impl Wanted {
    /// The place of a finding in the file of a plan.
    pub(super) fn place_of(&self, finding: &Finding) -> Option<(usize, usize)> {
        match (self, &finding.field) {
            (Self::Plan(_, text), Some(field)) => place_of(text, field),
            _ => None,
        }
    }
}

impl ChangeFile {
    /// The operator's name for it.
    pub(super) fn name(&self) -> String {
        match self.path() {
            Some(path) => path.display().to_string(),
            None => "standard input".to_owned(),
        }
    }

    fn path(&self) -> Option<&Path> {
        self.file.as_deref().filter(|path| *path != Path::new("-"))
    }

    /// Reads it.
    pub(super) fn read(&self) -> anyhow::Result<Wanted> {
        let name = self.name();
        if self.file.is_none() && io::stdin().is_terminal() {
            bail!("no FILE is given and nothing is piped in; see --help");
        }
        let mut bytes = Vec::new();
        let source: anyhow::Result<Box<dyn Read>> = match self.path() {
            Some(path) => File::open(path)
                .map(|file| Box::new(file) as _)
                .map_err(Into::into),
            None => Ok(Box::new(io::stdin().lock())),
        };
        source
            // One byte more than the longest tells that it is longer, however much follows.
            .and_then(|source| Ok(source.take(LONGEST + 1).read_to_end(&mut bytes)?))
            .with_context(|| format!("{name} cannot be read"))?;
        if u64::try_from(bytes.len()).is_ok_and(|length| length > LONGEST) {
            bail!(
                "{name} is longer than {} MiB: too long for a change",
                LONGEST >> 20
            );
        }
        let text = String::from_utf8(bytes).map_err(|_| anyhow!("{name} is not UTF-8 text"))?;
        parse(&text).with_context(|| name)
    }
}

fn parse(text: &str) -> anyhow::Result<Wanted> {
    // A byte order mark is no part of the text.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if is_plan(text) {
        let plan = Box::new(from_json(text)?);
        Ok(Wanted::Plan(plan, text.to_owned()))
    } else {
        Ok(Wanted::Operations(parse_operations(text)?))
    }
}

/// An object is a plan unless it has a member for operations.
fn is_plan(text: &str) -> bool {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Body {
        patch_operations: Option<IgnoredAny>,
    }
    let is_object = text.trim_start().starts_with('{');
    // What cannot be read counts as a plan, whose reader says what is wrong and where.
    is_object && !serde_json::from_str(text).is_ok_and(|body: Body| body.patch_operations.is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_three_forms_are_told_apart() {
        let operation = r#"{"op": "remove", "path": "/quota"}"#;
        for text in [
            format!(" [{operation}]"),
            format!("\u{feff}{{\"patchOperations\": [{operation}]}}"),
        ] {
            let Wanted::Operations(operations) = parse(&text).unwrap() else {
                panic!("{text}");
            };
            assert_eq!(operations.len(), 1);
        }
        let Wanted::Plan(plan, _) = parse("\n{\"name\": \"gold\"}").unwrap() else {
            panic!("no plan");
        };
        assert_eq!(plan.settings.name, "gold");
    }

    #[test]
    fn a_fault_has_its_place() {
        for (text, said) in [
            ("", "line 1, column 1: expected ["),
            ("{", "line 1, column 1: EOF"),
            ("{\n \"nam\": 1}", "line 2, column 6: unknown field `nam`"),
            (
                "[{\"op\": \"put\"}]",
                "line 1, column 9: \"put\" is not an op",
            ),
            (
                "{\"patchOperations\": 5}",
                "line 1, column 21: invalid type",
            ),
        ] {
            let error = format!("{:#}", parse(text).unwrap_err());
            assert!(error.starts_with(said), "{text}: {error}");
        }
    }
}
