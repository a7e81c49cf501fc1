//! A change handed over as code to the tool that manages its plan: the next deployment may
//! overwrite what only the service has.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::app::core::Core;
use crate::app::prompt::consent::Proposed;
use crate::app::view::copyable::Copyable;
use crate::app::view::review_line::ReviewLine;
use crate::app::{DraftId, Weight};
use crate::plan::calls::snippets;
use crate::plan::model::json;
use crate::plan::model::manager::{Code, Manager};
use crate::plan::{Aim, Settings, UsagePlan, changes};
use crate::text::showable::in_json;

/// The number of managers that a review names where its plans have several.
const NAMED: usize = 3;

/// A managed plan that is to change.
pub(in crate::app) struct Managed<'a> {
    manager: Manager,
    base: &'a UsagePlan,
    /// None where the plan is to be deleted.
    wanted: Option<&'a Settings>,
}

impl<'a> Managed<'a> {
    /// The managed plan that a change is about; none where no tag names a manager.
    fn new(base: &'a UsagePlan, wanted: Option<&'a Settings>) -> Option<Self> {
        Some(Self {
            manager: Manager::of(&base.settings)?,
            base,
            wanted,
        })
    }

    fn of_aim(aim: &'a Aim) -> Option<Self> {
        match aim {
            Aim::Update { base, wanted } => Self::new(base, Some(wanted)),
            Aim::Delete { base, .. } => Self::new(base, None),
            Aim::Create { .. } | Aim::Key { .. } | Aim::Extend { .. } => None,
        }
    }

    /// The plan as it is to be, in the manager's language, what changes in comments above it.
    fn code(&self, core: &Core) -> Option<Copyable> {
        let wanted = self.wanted?;
        let gone = core.gone_stages(wanted);
        let language = self.manager.tool.code();
        let copyable = match language {
            Code::Terraform => Copyable::snippet(
                "Terraform of the plan as staged",
                snippets::terraform(wanted, None, &gone),
                "tf",
            ),
            Code::CloudFormation => Copyable::snippet(
                "CloudFormation of the plan as staged",
                snippets::cloudformation(wanted, &gone),
                "yaml",
            ),
            Code::Json => {
                let staged = UsagePlan {
                    id: self.base.id.clone(),
                    settings: wanted.clone(),
                };
                let text = in_json(&json::to_text(&staged)).into_owned();
                Copyable::new("JSON of the plan as staged", text, "json")
            }
        };
        // JSON has no comments.
        if language == Code::Json {
            return Some(copyable);
        }
        let head = format!("Plan {}, changed:", self.base.id);
        let changes = changes(&self.base.settings, wanted).into_iter();
        let lines = std::iter::once(head).chain(changes.map(|change| change.to_string()));
        Some(copyable.with_comments(lines))
    }
}

impl Core {
    /// The managed plans among these drafts.
    fn managed_drafts<'a>(
        &'a self,
        drafts: impl IntoIterator<Item = &'a DraftId>,
    ) -> Vec<Managed<'a>> {
        let drafts = drafts.into_iter().filter_map(|id| self.drafts.get(id));
        drafts
            .filter_map(|draft| Managed::new(draft.base()?, Some(draft.edited())))
            .collect()
    }

    /// The first lines of a review of drafts: who manages their plans.
    pub(in crate::app) fn managed_draft_lines<'a>(
        &'a self,
        drafts: impl IntoIterator<Item = &'a DraftId>,
    ) -> Vec<ReviewLine> {
        self.managed_lines(&self.managed_drafts(drafts), true)
    }

    /// The first lines of a review of changes that come from no draft.
    pub(in crate::app) fn managed_change_lines(&self, changes: &[Proposed]) -> Vec<ReviewLine> {
        let managed = changes.iter().map(|change| Managed::of_aim(&change.aim));
        self.managed_lines(&managed.flatten().collect::<Vec<_>>(), false)
    }

    /// The lines on managed plans; on the key that copies code, where the page has it.
    fn managed_lines(&self, managed: &[Managed<'_>], has_key: bool) -> Vec<ReviewLine> {
        let key = |one: &Managed<'_>| match one.wanted {
            Some(_) if has_key => self.with_keys(match one.manager.tool.code() {
                Code::Terraform => " <copy-code> copies it as Terraform.",
                Code::CloudFormation => " <copy-code> copies it as CloudFormation.",
                Code::Json => " <copy-code> copies it as JSON.",
            }),
            _ => String::new(),
        };
        if let [only] = managed {
            let warning = match only.wanted {
                Some(_) => only.manager.warning(),
                None => format!(
                    "Managed by {}: {} may create the plan again.",
                    only.manager,
                    only.manager.tool.deployment()
                ),
            };
            return vec![ReviewLine::Warning(format!("{warning}{}", key(only)))];
        }
        let mut counts: BTreeMap<&Manager, usize> = BTreeMap::new();
        for one in managed {
            *counts.entry(&one.manager).or_default() += 1;
        }
        let mut groups: Vec<(&Manager, usize)> = counts.into_iter().collect();
        // Stable: of as many plans, in the order of their names.
        groups.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        let named = groups.iter().take(NAMED).map(|(manager, count)| {
            let plans = match count {
                1 => "1 plan is".to_owned(),
                n => format!("{n} plans are"),
            };
            let deployment = manager.tool.deployment();
            format!("{plans} managed by {manager}: {deployment} may overwrite the change.")
        });
        let mut lines: Vec<String> = named.collect();
        let more: usize = groups.iter().skip(NAMED).map(|(_, count)| count).sum();
        match more {
            0 => {}
            1 => lines.push("1 more plan is managed by another tool or stack.".to_owned()),
            n => lines.push(format!(
                "{n} more plans are managed by other tools or stacks."
            )),
        }
        let key = (has_key && !lines.is_empty())
            .then(|| ReviewLine::Text(self.with_keys("<copy-code> copies them as code.")));
        let lines = lines.into_iter().map(ReviewLine::Warning);
        lines.chain(key).collect()
    }

    fn code_of(&self, managed: &[Managed<'_>]) -> Option<Copyable> {
        let mut codes = managed.iter().filter_map(|one| one.code(self));
        let first = codes.next()?;
        let others: Vec<Copyable> = codes.collect();
        if others.is_empty() {
            return Some(first);
        }
        let remarks = others.iter().map(|code| code.remarks).sum::<usize>();
        let is_alike = others.iter().all(|code| code.ending == first.ending);
        let ending = if is_alike { first.ending } else { "txt" };
        let all = std::iter::once(&first).chain(&others);
        let texts: Vec<Cow<'_, str>> = all.map(|code| Cow::Borrowed(code.text.as_str())).collect();
        let text = texts.join("\n");
        Some(Copyable {
            remarks: first.remarks + remarks,
            ..Copyable::new("code of the plans as staged", text, ending)
        })
    }

    /// Copies drafts as code for the tools that manage their plans.
    pub(in crate::app) fn hand_over<'a>(&mut self, drafts: impl IntoIterator<Item = &'a DraftId>) {
        let drafts: Vec<DraftId> = drafts.into_iter().cloned().collect();
        let code = self.code_of(&self.managed_drafts(&drafts));
        self.copy_code(code);
    }

    fn copy_code(&mut self, code: Option<Copyable>) {
        match code {
            Some(code) => self.copy(code),
            None => self.say(Weight::Warning, self.with_keys(NO_MANAGER)),
        }
    }

    /// Returns true where a tool manages the plan of one of these drafts.
    pub(in crate::app) fn is_any_managed<'a>(
        &self,
        drafts: impl IntoIterator<Item = &'a DraftId>,
    ) -> bool {
        let mut drafts = drafts.into_iter().filter_map(|id| self.drafts.get(id));
        drafts.any(|draft| {
            let base = draft.base();
            base.is_some_and(|base| Manager::of(&base.settings).is_some())
        })
    }
}

/// The reason why there is no code to copy.
pub(in crate::app) const NO_MANAGER: &str = "no tag says that a tool manages this plan: <copy> copies it as Terraform \
                          or CloudFormation";
