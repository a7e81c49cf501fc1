//! Everything about the selected plan, laid out to be read.

mod values;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use crate::app::Known;
use crate::app::core::Core;
use crate::app::core::catalogue::Load;
use crate::app::keys::command::Command;
use crate::app::keys::keymap::Place;
use crate::app::view::level::mark;
use crate::app::view::scroll::Scroll;
use crate::plan::edit::draft::{Draft, Snapshot};
use crate::plan::lint::{Level, PlanLint};
use crate::plan::model::json;
use crate::plan::{Field, Map, MethodKey, MethodThrottles, PlanId, StageKey, UsagePlan, changes};
use crate::text::wrap::{width, wrap};

use values::{method_line, or_none, padded, quota_lines, tag_lines, throttle_lines};

/// The detail pane.
#[derive(Clone, Debug, Default)]
pub struct Detail {
    /// The plan whose lines are shown: those of another plan begin at the top.
    pub(in crate::app) of: Option<PlanId>,
    /// True where the plan is shown as JSON.
    pub raw: bool,
    /// The lines that are shown.
    pub scroll: Scroll,
    /// The lines of the plans that were shown last, the last one first.
    built: VecDeque<Built>,
}

/// Lines, and what they were made from: a plan can have thousands of stages, and most
/// keys change nothing of it.
#[derive(Clone, Debug)]
struct Built {
    plan: Arc<UsagePlan>,
    draft: Option<Snapshot>,
    is_raw: bool,
    columns: usize,
    known: Known,
    lines: Arc<[DetailLine]>,
}

impl Built {
    /// True where these lines are the ones that would be laid out now.
    fn is_of(&self, plan: &Arc<UsagePlan>, draft: Option<&Draft>) -> bool {
        let is_same_draft = match (&self.draft, draft) {
            (Some(built), Some(draft)) => built.is_of(draft),
            (built, draft) => built.is_none() && draft.is_none(),
        };
        is_same_draft && Arc::ptr_eq(&self.plan, plan)
    }
}

/// A line of the detail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DetailLine {
    /// The head of a group of lines.
    Head(String),
    /// A name, a value, and the value that is staged for it.
    Pair {
        /// The name; empty where the line goes on from the one above.
        name: String,
        /// The value as the service has it.
        value: String,
        /// The value that the draft gives it, where that is another.
        staged: Option<String>,
    },
    /// A text of its own.
    Text(String),
    /// Something found, or something that went wrong.
    Found(Level, String),
}

impl Core {
    fn plan_lines(&self, plan: &UsagePlan, draft: Option<&Draft>) -> Vec<DetailLine> {
        let settings = &plan.settings;
        let changed = draft
            .map(|draft| changes(settings, draft.edited()))
            .unwrap_or_default();
        let changed = changed.into_iter();
        let changed: BTreeMap<Field, Option<String>> =
            changed.map(|change| (change.field, change.after)).collect();
        let staged = |field: &Field| {
            let after = changed.get(field)?.clone();
            // A field that the draft takes away has no value after, and shows as staged
            // all the same.
            Some(after.unwrap_or_else(|| "none".to_owned()))
        };
        let mut lines = Vec::new();
        // What is empty comes last: a small pane shows the first lines only.
        let mut empty = Vec::new();
        for (name, value, field) in [
            ("name", &settings.name, Field::Name),
            ("description", &settings.description, Field::Description),
            ("product code", &settings.product_code, Field::ProductCode),
        ] {
            let staged = staged(&field);
            if value.is_empty() && staged.is_none() {
                empty.push(name);
                continue;
            }
            lines.push(DetailLine::Pair {
                name: name.to_owned(),
                value: or_none(value),
                staged,
            });
        }
        lines.push(DetailLine::Head(
            "Throttle, per API key over all stages".to_owned(),
        ));
        throttle_lines(&mut lines, settings.throttle, &staged);
        lines.push(DetailLine::Head("Quota, per API key".to_owned()));
        quota_lines(&mut lines, settings.quota.as_ref(), &staged);
        self.worst_lines(&mut lines, plan);
        self.stage_lines(&mut lines, plan, draft, &staged);
        self.key_lines(&mut lines, plan);
        self.found_lines(&mut lines, plan);
        tag_lines(&mut lines, &settings.tags, &staged);
        if !empty.is_empty() {
            lines.push(DetailLine::Head("Not set".to_owned()));
            lines.push(DetailLine::Text(empty.join(", ")));
        }
        lines
    }

    fn found_lines(&self, lines: &mut Vec<DetailLine>, plan: &UsagePlan) {
        let lint = PlanLint::for_plan(&plan.settings, self.plans.around());
        let mut findings = lint.look_over(&plan.settings, self.key_counts(&plan.id));
        let silenced = self.setup.silence.apply(&mut findings);
        if findings.is_empty() && silenced.is_empty() {
            return;
        }
        lines.push(DetailLine::Head(format!("Findings ({})", findings.len())));
        lines.extend(findings.into_iter().map(|found| {
            let rule = found.rule.id();
            let text = format!("{} ({rule}): {}", found.message, found.instead);
            DetailLine::Found(found.level, self.named(&text).into_owned())
        }));
        let silenced = silenced.into_iter();
        lines.extend(silenced.map(|kind| DetailLine::Text(format!("silenced: {kind}"))));
    }

    /// The attached stages with their method throttles, those that are staged
    /// included.
    fn stage_lines(
        &self,
        lines: &mut Vec<DetailLine>,
        plan: &UsagePlan,
        draft: Option<&Draft>,
        staged: &impl Fn(&Field) -> Option<String>,
    ) {
        let now = &plan.settings.stages;
        lines.push(DetailLine::Head(format!("API stages ({})", now.len())));
        let nothing = Map::new();
        let wanted = draft.map_or(&nothing, |draft| &draft.edited().stages);
        if now.is_empty() && wanted.is_empty() {
            let text = self.with_keys("none: the plan opens nothing; <edit> attaches one");
            lines.push(DetailLine::Text(text));
        }
        // The stages of both: one that is only staged is not in the plan yet, and one
        // that the draft detaches still is.
        let both: BTreeSet<&StageKey> = now.keys().chain(wanted.keys()).collect();
        let names = self.catalogue.names();
        let widths = both.iter().map(|stage| width(&names.stage(stage)));
        let stage_columns = widths.max().unwrap_or(0);
        let name_of = |method: &MethodKey| format!("  {} {}", method.method(), method.path());
        let methods_of = |stage: &StageKey| -> BTreeSet<&MethodKey> {
            let both = now.get(stage).into_iter().chain(wanted.get(stage));
            both.flat_map(MethodThrottles::keys).collect()
        };
        let methods = both.iter().flat_map(|stage| methods_of(stage));
        let method_columns = methods
            .map(|method| width(&name_of(method)))
            .max()
            .unwrap_or(0);
        for stage in both {
            let change = staged(&Field::Stage(stage.clone()));
            let is_there = now.contains_key(stage);
            lines.push(DetailLine::Pair {
                name: padded(&names.stage(stage), stage_columns),
                value: if is_there {
                    names.id_beside(stage).to_owned()
                } else {
                    "not attached".to_owned()
                },
                staged: change.map(|_| {
                    if is_there {
                        "detached".to_owned()
                    } else {
                        "attached".to_owned()
                    }
                }),
            });
            for method in methods_of(stage) {
                let throttle = now.get(stage).and_then(|methods| methods.get(method));
                let name = padded(&name_of(method), method_columns);
                lines.push(method_line(name, stage, method, throttle, staged));
            }
        }
    }

    fn key_lines(&self, lines: &mut Vec<DetailLine>, plan: &UsagePlan) {
        match self.catalogue.plan_keys.get(&plan.id) {
            None | Some(Load::NotAsked) => {
                lines.push(DetailLine::Head("API keys".to_owned()));
                // Not asked for as the cursor passes: each plan would take a call of its
                // own, of the few per second that the account has.
                let text = self.with_keys("read when this pane is opened: <open> opens it");
                lines.push(DetailLine::Text(text));
            }
            Some(Load::Underway) => {
                lines.push(DetailLine::Head("API keys".to_owned()));
                lines.push(DetailLine::Text("being read".to_owned()));
            }
            Some(Load::Failed { reason, .. }) => {
                lines.push(DetailLine::Head("API keys".to_owned()));
                lines.push(DetailLine::Found(Level::Warning, reason.clone()));
            }
            Some(Load::Here(keys)) => {
                lines.push(DetailLine::Head(format!("API keys ({})", keys.len())));
                if keys.is_empty() {
                    let text = "none: nobody has access by this plan; <keys> attaches one";
                    lines.push(DetailLine::Text(self.with_keys(text)));
                }
                lines.extend(keys.iter().take(MOST_KEYS).map(|key| DetailLine::Pair {
                    name: key.id.clone(),
                    value: key.name.clone(),
                    staged: None,
                }));
                if let more @ 1.. = keys.len().saturating_sub(MOST_KEYS) {
                    lines.push(DetailLine::Text(format!("and {more} more")));
                }
            }
        }
    }

    /// The keys that run dry, as far as the usage was read.
    fn worst_lines(&self, lines: &mut Vec<DetailLine>, plan: &UsagePlan) {
        if plan.settings.quota.is_none() {
            return;
        }
        let Some(read) = self.catalogue.usage_of(&plan.id) else {
            let key = self.keymap.label(Place::Detail, Command::Usage);
            return lines.push(DetailLine::Text(format!("Usage: {key} reads it")));
        };
        lines.push(DetailLine::Head("Keys that run out".to_owned()));
        lines.push(DetailLine::Text(read.age()));
        match (read.worst().is_empty(), read.unknown()) {
            (false, 0) => {}
            (true, 0) => {
                let text = "none before the next reset".to_owned();
                lines.push(DetailLine::Text(text));
            }
            (is_none, unknown) => {
                // A key of which nothing is told may have run dry as well, so a bare
                // "none" would promise too much.
                let none = if is_none { "none that is known; " } else { "" };
                let of = keys_in_words(unknown);
                let text = format!("{none}of {of} it is not known how much is left");
                lines.push(DetailLine::Text(text));
            }
        }
        let keys = self.catalogue.plan_keys.get(&plan.id).and_then(Load::here);
        for (id, forecast) in read.worst() {
            let key = keys.and_then(|keys| keys.iter().find(|key| key.id == *id));
            let name = key.map(|key| &key.name).filter(|name| !name.is_empty());
            let mut text = match forecast.days_left {
                Some(days) if days > 0.0 => {
                    format!("runs out in {days:.1} days from {}", forecast.since)
                }
                // A key stands among the worst with no days left only where it is
                // exhausted.
                _ => "nothing left".to_owned(),
            };
            let told = forecast.current.told;
            if !told.is_whole() {
                text = format!("{text} ({} of this period so far)", told.words());
            }
            lines.push(DetailLine::Found(
                Level::Warning,
                format!("{}: {text}", name.unwrap_or(id)),
            ));
        }
    }
}

impl Detail {
    /// Returns its lines, none wider than so many columns.
    #[must_use]
    pub fn lines(&self, core: &Core, columns: usize) -> Arc<[DetailLine]> {
        let Some(row) = core.plans.selected() else {
            let none = || "No plan is selected: the list shows none.".to_owned();
            let text = core.told_of_missing().unwrap_or_else(none);
            return fitted(DetailLine::Text(text), columns).into();
        };
        let draft = core.draft_of(&row.plan.id);
        let is_built = |built: &&Built| {
            (built.is_raw, built.columns, built.known) == (self.raw, columns, core.known())
                && built.is_of(&row.plan, draft)
        };
        if let Some(built) = self.built.iter().find(is_built) {
            return built.lines.clone();
        }
        let lines = if self.raw {
            raw(&row.plan)
        } else {
            core.plan_lines(&row.plan, draft)
        };
        let lines = lines.into_iter().flat_map(|line| fitted(line, columns));
        lines.collect()
    }

    /// Lays the lines out, to be drawn as often as it takes; returns their number.
    pub(super) fn build(&mut self, core: &Core, columns: usize) -> usize {
        let lines = self.lines(core, columns);
        let count = lines.len();
        let known = core.known();
        let Some(row) = core.plans.selected() else {
            return count;
        };
        let is_raw = self.raw;
        let is_same = |built: &Built| built.is_raw == is_raw && built.plan.id == row.plan.id;
        self.built
            // What is known never becomes again what it was: lines that were made by less
            // would only take up a place.
            .retain(|built| built.known == known && !is_same(built));
        self.built.truncate(MOST_BUILT - 1);
        self.built.push_front(Built {
            plan: row.plan.clone(),
            draft: core.draft_of(&row.plan.id).map(Draft::snapshot),
            is_raw,
            columns,
            known,
            lines,
        });
        count
    }
}

/// `1 key`, `3 keys`
fn keys_in_words(count: usize) -> String {
    match count {
        1 => "1 key".to_owned(),
        n => format!("{n} keys"),
    }
}

/// The lines of how many plans are kept, for who goes to and fro among them.
const MOST_BUILT: usize = 4;

/// The number of API keys that the detail names; a plan can have 10,000.
const MOST_KEYS: usize = 200;

/// The columns for the names before their values.
pub const NAME_WIDTH: usize = 14;

/// A line in as many as it needs in so many columns.
fn fitted(line: DetailLine, columns: usize) -> Vec<DetailLine> {
    match line {
        DetailLine::Text(text) => wrap(&text, columns)
            .into_iter()
            .map(DetailLine::Text)
            .collect(),
        DetailLine::Found(level, text) => {
            let mark = mark(level);
            // Set in by the mark on every line, so that the mark alone stands in its
            // column.
            let lines = wrap(&text, columns.saturating_sub(width(mark) + 1)).into_iter();
            lines
                .enumerate()
                .map(|(at, line)| {
                    let before = if at == 0 { mark } else { "" };
                    DetailLine::Found(level, format!("{} {line}", padded(before, width(mark))))
                })
                .collect()
        }
        DetailLine::Pair {
            name,
            value,
            staged,
        } => fitted_pair(name, &value, staged, columns),
        line @ DetailLine::Head(_) => vec![line],
    }
}

fn fitted_pair(
    name: String,
    value: &str,
    staged: Option<String>,
    columns: usize,
) -> Vec<DetailLine> {
    let before = width(&name).max(NAME_WIDTH) + 1;
    let after = staged.as_ref().map_or(0, |staged| width(staged) + 4);
    if before + width(value) + after <= columns {
        return vec![DetailLine::Pair {
            name,
            value: value.to_owned(),
            staged,
        }];
    }
    let room = columns.saturating_sub(NAME_WIDTH + 1);
    let values = wrap(value, room).into_iter();
    let mut lines: Vec<DetailLine> = values
        .map(|value| DetailLine::Pair {
            name: String::new(),
            value,
            staged: None,
        })
        .collect();
    if width(&name) <= NAME_WIDTH {
        if let Some(DetailLine::Pair { name: first, .. }) = lines.first_mut() {
            *first = name;
        }
    } else {
        // The name of a stage or a method can take most of the pane and would leave its
        // value no room beside it.
        let lone = DetailLine::Pair {
            name,
            value: String::new(),
            staged: None,
        };
        lines.insert(0, lone);
    }
    if let Some(staged) = staged {
        let texts = wrap(&staged, room.saturating_sub(3)).into_iter();
        lines.extend(texts.map(|staged| DetailLine::Pair {
            name: String::new(),
            value: String::new(),
            staged: Some(staged),
        }));
    }
    lines
}

fn raw(plan: &UsagePlan) -> Vec<DetailLine> {
    json::to_text(plan)
        .lines()
        .map(|line| DetailLine::Text(line.to_owned()))
        .collect()
}
