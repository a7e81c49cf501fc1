//! Over all plans, the API keys that run out before their reset.

use std::collections::VecDeque;

use jiff::Timestamp;
use ratatui::layout::Rect;

use crate::app::Weight;
use crate::app::core::Core;
use crate::app::core::catalogue::Load;
use crate::app::core::usage::{Format, KeyUsage, UsageRead};
use crate::app::keys::command::Command;
use crate::app::keys::keymap::Place;
use crate::app::message::changed::{Changed, Route};
use crate::app::page::{Next, Offer, Page, Rows};
use crate::app::view::copyable::Copyable;
use crate::app::view::layout;
use crate::app::view::scroll::Cursor;
use crate::plan::usage::exhaustion;
use crate::plan::{PlanId, Quota, UsagePlan};

/// The lines of the table that are no keys: how far the reading has come, how old the
/// figures are, the columns' heads.
const HEAD: u16 = 3;

/// The number of plans that are asked for at once; the gateway paces them besides.
const AT_ONCE: usize = 4;

/// The progress of the reading.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Plans with a quota whose usage was read.
    pub read: usize,
    /// Plans with a quota.
    pub of: usize,
    /// Plans with a quota whose usage could not be read.
    pub failed: usize,
    /// Plans without a quota: nothing of theirs runs out, and nothing is read.
    pub without_quota: usize,
    /// Keys of which it is not told how much they have left.
    pub unknown: usize,
    /// The times at which the first and the last of the plans were read.
    pub between: Option<(Timestamp, Timestamp)>,
}

/// A key that runs out before its reset.
#[derive(Clone, Debug, PartialEq)]
pub struct Risk {
    /// Its plan.
    pub plan: PlanId,
    /// The plan's name.
    pub plan_name: String,
    /// The key.
    pub key: KeyUsage,
}

/// The screen of the keys that run out.
#[derive(Debug, Default)]
pub struct Exhaustion {
    /// The keys, those that need attention first.
    pub rows: Vec<Risk>,
    /// The selected key.
    pub cursor: Cursor,
    /// The progress of the reading.
    pub progress: Progress,
    /// The reason why a plan could not be read, for the first that could not.
    pub failure: Option<String>,
    /// The plans that are still to be read.
    rest: VecDeque<PlanId>,
    /// The number of plans that are being read now.
    underway: usize,
}

impl Exhaustion {
    /// The keys that run out, over the plans that were read.
    pub(in crate::app) fn open(core: &Core) -> Self {
        let mut page = Self::default();
        page.rank(core);
        page
    }

    /// Returns true if plans are being read.
    #[must_use]
    pub fn is_reading(&self) -> bool {
        self.underway > 0 || !self.rest.is_empty()
    }

    /// The selected key.
    #[must_use]
    pub fn selected(&self) -> Option<&Risk> {
        self.rows.get(self.cursor.at)
    }

    /// Reads the plans with a quota that were not read yet.
    fn read_rest(&mut self, core: &mut Core) {
        let is_missing = |plan: &PlanId| {
            let usage = core.catalogue.usage.get(plan);
            usage.is_none_or(Load::is_missing)
        };
        let plans = core.plans.plans();
        self.rest = plans
            .filter(|plan| plan.settings.quota.is_some() && is_missing(&plan.id))
            .map(|plan| plan.id.clone())
            .collect();
        // The keys are told by their names; one reading gives them all.
        core.ask_api_keys();
        self.ask_next(core);
        self.rank(core);
    }

    /// Asks for the usage of the next plans, a few at a time.
    fn ask_next(&mut self, core: &mut Core) {
        self.underway = core.usage_underway().count();
        while self.underway < AT_ONCE
            && let Some(plan) = self.rest.pop_front()
        {
            core.ask_usage(&plan);
            self.underway = core.usage_underway().count();
        }
    }

    /// Ranks anew over what was read. The selected key stays selected.
    fn rank(&mut self, core: &Core) {
        let (read, progress, failure) = read(core);
        self.progress = progress;
        self.failure = failure;
        self.underway = core.usage_underway().count();
        let of = |risk: &Risk| (risk.plan.clone(), risk.key.id.clone());
        let selected = self.selected().map(of);
        self.rows = self.ranked(core, &read);
        let at = selected.and_then(|it| self.rows.iter().position(|row| of(row) == it));
        self.cursor.at = at.unwrap_or(self.cursor.at);
    }

    fn ranked(&mut self, core: &Core, read: &[Read<'_>]) -> Vec<Risk> {
        // Plans read on both sides of midnight stand on the later day.
        let Some(today) = read.iter().map(|(_, usage, _)| usage.today()).max() else {
            return Vec::new();
        };
        let plans = read
            .iter()
            .map(|(plan, read, quota)| ((*plan, &read.usage), &read.usage, Some(*quota)));
        let names = core.names_of_keys();
        let exhaustion = exhaustion(plans, today);
        self.progress.unknown = exhaustion.unknown;
        let rows = exhaustion.keys.into_iter();
        let rows = rows.map(|((plan, usage), key, forecast)| Risk {
            plan: plan.id.clone(),
            plan_name: plan.settings.name.clone(),
            key: KeyUsage::of(key, forecast, usage, &names),
        });
        rows.collect()
    }

    /// The reason why one of its commands does nothing now.
    fn obstacle(&self, command: Command) -> Option<&'static str> {
        match command {
            Command::ReadRest if self.is_reading() => Some("the rest is being read"),
            Command::ReadRest if self.progress.read == self.progress.of => {
                Some("every plan with a quota was read: <refresh> reads them again")
            }
            Command::SaveCsv | Command::SaveJson if self.progress.read == 0 => {
                Some("no usage was read yet")
            }
            Command::Open | Command::Keys if self.rows.is_empty() => {
                Some("no key is selected: none is known to run out")
            }
            _ => None,
        }
    }
}

/// A plan whose usage was read, and its quota.
type Read<'a> = (&'a UsagePlan, &'a UsageRead, &'a Quota);

/// The plans that were read, how far the reading has come, and why the first plan that
/// could not be read could not.
fn read(core: &Core) -> (Vec<Read<'_>>, Progress, Option<String>) {
    let mut progress = Progress::default();
    let mut failure = None;
    let mut read = Vec::new();
    for plan in core.plans.plans() {
        let Some(quota) = &plan.settings.quota else {
            progress.without_quota += 1;
            continue;
        };
        progress.of += 1;
        match core.catalogue.usage.get(&plan.id) {
            Some(Load::Here(usage)) => {
                progress.read += 1;
                let (first, last) = progress.between.unwrap_or((usage.at, usage.at));
                progress.between = Some((first.min(usage.at), last.max(usage.at)));
                read.push((&**plan, usage, quota));
            }
            Some(Load::Failed { reason, .. }) => {
                progress.failed += 1;
                failure.get_or_insert_with(|| reason.clone());
            }
            _ => {}
        }
    }
    (read, progress, failure)
}

/// Writes the usage of all plans that were read into a file.
fn save(core: &mut Core, format: Format) {
    let plans: Vec<PlanId> = core.catalogue.usage.keys().cloned().collect();
    core.save_usage("", plans.iter(), format);
}

impl Page for Exhaustion {
    fn context(&self) -> Place {
        Place::Exhaustion
    }

    fn rows(&self, _core: &Core, body: Rect) -> Option<Rows> {
        let area = layout::below(body, HEAD);
        Some(Rows::of(area, self.cursor, self.rows.len()))
    }

    fn opens(&self) -> Option<Command> {
        Some(Command::Open)
    }

    fn move_by(&mut self, _core: &mut Core, _body: Rect, by: isize) {
        self.cursor.move_by(by, self.rows.len(), usize::MAX);
    }

    fn arrange(&mut self, _core: &mut Core, body: Rect) {
        let height = layout::rows(body, HEAD);
        self.cursor.keep_within(self.rows.len(), height);
    }

    fn offer(&self, _core: &Core, command: Command) -> Offer {
        match command {
            Command::Open
            | Command::Keys
            | Command::ReadRest
            | Command::SaveCsv
            | Command::SaveJson => Offer::unless(self.obstacle(command)),
            _ => Offer::PassOn,
        }
    }

    fn act(&mut self, core: &mut Core, _body: Rect, command: Command) -> Next {
        let selected = self.selected();
        let selected = selected.map(|row| (row.plan.clone(), Some(row.key.id.clone())));
        match (command, selected) {
            (Command::Open, Some((plan, key))) => core.go(Route::Usage(plan, key)),
            (Command::Keys, Some((plan, key))) => core.go(Route::Keys(plan, key)),
            // Without a connection each of the plans would fail by itself.
            (Command::ReadRest, _) if core.must_connect() => core.connect_anew(),
            (Command::ReadRest, _) => self.read_rest(core),
            (Command::SaveCsv, _) => save(core, Format::Csv),
            (Command::SaveJson, _) => save(core, Format::Json),
            _ => return Next::PassOn,
        }
        Next::Stay
    }

    fn changed(&mut self, core: &mut Core, changed: &Changed) {
        match changed {
            // The others would fail in the same way.
            Changed::UsageStops => return self.rest.clear(),
            // It goes on reading behind another page.
            Changed::Usage(_) => self.ask_next(core),
            Changed::Plans | Changed::Around | Changed::Keys | Changed::Queue => {}
            _ => return,
        }
        // Over thousands of plans that takes long: only where it is seen.
        if core.screen_place() == Place::Exhaustion {
            self.rank(core);
        }
    }

    fn resumed(&mut self, core: &mut Core) {
        self.rank(core);
    }

    fn read_again(&mut self, core: &mut Core) -> bool {
        let plans: Vec<PlanId> = core.catalogue.usage.keys().cloned().collect();
        if plans.is_empty() {
            let text = core.with_keys("Nothing was read yet: <read-rest> reads the plans.");
            core.say(Weight::Info, text);
            return true;
        }
        for plan in &plans {
            core.forget_usage(plan);
        }
        self.rest = plans.into();
        self.ask_next(core);
        self.rank(core);
        true
    }

    fn shows_usage_of(&self, _plan: &PlanId) -> bool {
        true
    }

    fn failure(&self, _core: &Core) -> Option<String> {
        self.failure.clone()
    }

    fn plan_to_copy(&self) -> Option<PlanId> {
        self.selected().map(|row| row.plan.clone())
    }

    fn copies_from_list(&self) -> bool {
        false
    }

    fn value(&self, _core: &Core) -> Option<Copyable> {
        let row = self.selected()?;
        Some(Copyable::line("id of the API key", &row.key.id))
    }
}
