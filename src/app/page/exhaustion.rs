//! Over all plans, the API keys that run out before their reset.

use std::collections::VecDeque;

use jiff::Timestamp;
use ratatui::layout::Rect;

use crate::app::core::catalogue::Load;
use crate::app::core::usage::KeyUsage;
use crate::app::view::layout;
use crate::app::view::scroll::Cursor;
use crate::app::{App, Screen, Weight};
use crate::plan::PlanId;
use crate::plan::usage::exhaustion;

/// The lines of the table that are no keys: how far the reading has come, how old the
/// figures are, the columns' heads.
const HEAD: u16 = 3;

/// How many plans are asked for at once; the gateway paces them besides.
const AT_ONCE: usize = 4;

/// How far the reading has come.
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
    /// When the first and the last of the plans were read.
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
    /// How far the reading has come.
    pub progress: Progress,
    /// Why a plan could not be read, for the first that could not.
    pub failure: Option<String>,
    /// The plans that are still to be read.
    rest: VecDeque<PlanId>,
    /// How many are being read now.
    underway: usize,
}

impl Exhaustion {
    /// Whether plans are being read.
    #[must_use]
    pub fn is_reading(&self) -> bool {
        self.underway > 0 || !self.rest.is_empty()
    }

    pub(in crate::app) fn move_by(&mut self, by: isize) {
        self.cursor.move_by(by, self.rows.len(), usize::MAX);
    }
}

impl App {
    /// Opens the keys that run out, over the plans that were read.
    pub(in crate::app) fn open_exhaustion(&mut self) {
        // It is one page: where it is open behind this one, that is where to go.
        if let Some(at) = self
            .stack
            .screens
            .iter()
            .position(|screen| matches!(screen, Screen::Exhaustion(_)))
        {
            self.stack.screens.truncate(at + 1);
            self.stop_reading_usage();
        } else {
            self.stack.screens.push(Screen::Exhaustion(Box::default()));
        }
        self.refresh_exhaustion();
    }

    /// Reads the plans with a quota that were not read yet.
    pub(in crate::app) fn read_the_rest(&mut self) {
        let is_missing = |plan: &PlanId| {
            let usage = self.core.catalogue.usage.get(plan);
            usage.is_none_or(Load::is_missing)
        };
        let plans = self.core.plans.plans();
        let rest = plans
            .filter(|plan| plan.settings.quota.is_some() && is_missing(&plan.id))
            .map(|plan| plan.id.clone())
            .collect();
        if let Some(Screen::Exhaustion(risk)) = self.stack.screens.last_mut() {
            risk.rest = rest;
        }
        // The keys are told by their names; one reading gives them all.
        self.core.ask_api_keys();
        self.ask_next_usage();
        self.refresh_exhaustion();
    }

    /// Reads again the plans that were read.
    pub(in crate::app) fn read_exhaustion_again(&mut self) {
        let plans: Vec<PlanId> = self.core.catalogue.usage.keys().cloned().collect();
        if plans.is_empty() {
            let text = self.with_keys("Nothing was read yet: <read-rest> reads the plans.");
            return self.core.say(Weight::Info, text);
        }
        for plan in &plans {
            self.core.forget_usage(plan);
        }
        if let Some(Screen::Exhaustion(risk)) = self.stack.screens.last_mut() {
            risk.rest = plans.into();
        }
        self.ask_next_usage();
        self.refresh_exhaustion();
    }

    /// The others would fail in the same way: no more is asked.
    pub(in crate::app) fn stop_reading_exhaustion(&mut self) {
        if let Some(risk) = self.exhaustion_mut() {
            risk.rest.clear();
        }
    }

    /// Asks for the usage of the next plan, a few at a time.
    pub(in crate::app) fn ask_next_usage(&mut self) {
        loop {
            let underway = self.core.usage_underway().count();
            let Some(risk) = self.exhaustion_mut() else {
                return;
            };
            risk.underway = underway;
            if underway >= AT_ONCE {
                return;
            }
            let Some(plan) = risk.rest.pop_front() else {
                return;
            };
            self.core.ask_usage(&plan);
        }
    }

    fn exhaustion_mut(&mut self) -> Option<&mut Exhaustion> {
        self.stack
            .screens
            .iter_mut()
            .find_map(|screen| match screen {
                Screen::Exhaustion(risk) => Some(risk.as_mut()),
                _ => None,
            })
    }

    /// Ranks anew over what was read.
    pub(in crate::app) fn refresh_exhaustion(&mut self) {
        let mut progress = Progress::default();
        let mut failure = None;
        let mut read = Vec::new();
        for plan in self.core.plans.plans() {
            let Some(quota) = &plan.settings.quota else {
                progress.without_quota += 1;
                continue;
            };
            progress.of += 1;
            match self.core.catalogue.usage.get(&plan.id) {
                Some(Load::Here(usage)) => {
                    progress.read += 1;
                    let (first, last) = progress.between.unwrap_or((usage.at, usage.at));
                    progress.between = Some((first.min(usage.at), last.max(usage.at)));
                    read.push((plan, usage, quota));
                }
                Some(Load::Failed { reason, .. }) => {
                    progress.failed += 1;
                    failure.get_or_insert_with(|| reason.clone());
                }
                _ => {}
            }
        }
        // Plans read on both sides of midnight stand on the later day.
        let Some(today) = read.iter().map(|(_, usage, _)| usage.today()).max() else {
            return self.show_exhaustion(Vec::new(), progress, failure);
        };
        let plans = read
            .iter()
            .map(|(plan, read, quota)| ((*plan, &read.usage), &read.usage, Some(*quota)));
        let names = self.core.names_of_keys();
        let exhaustion = exhaustion(plans, today);
        progress.unknown = exhaustion.unknown;
        let rows = exhaustion.keys.into_iter();
        let rows = rows.map(|((plan, usage), key, forecast)| Risk {
            plan: plan.id.clone(),
            plan_name: plan.settings.name.clone(),
            key: KeyUsage::of(key, forecast, usage, &names),
        });
        let rows = rows.collect();
        self.show_exhaustion(rows, progress, failure);
    }

    fn show_exhaustion(&mut self, rows: Vec<Risk>, progress: Progress, failure: Option<String>) {
        let underway = self.core.usage_underway().count();
        if let Some(Screen::Exhaustion(risk)) = self.stack.screens.last_mut() {
            let of = |risk: &Risk| (risk.plan.clone(), risk.key.id.clone());
            let selected = risk.rows.get(risk.cursor.at).map(of);
            risk.rows = rows;
            let at = selected.and_then(|it| risk.rows.iter().position(|row| of(row) == it));
            risk.cursor.at = at.unwrap_or(risk.cursor.at);
            risk.progress = progress;
            risk.failure = failure;
            risk.underway = underway;
        }
    }

    pub(in crate::app) fn arrange_exhaustion(&mut self, body: Rect) {
        let height = layout::rows(body, HEAD);
        if let Some(Screen::Exhaustion(risk)) = self.stack.screens.last_mut() {
            risk.cursor.keep_within(risk.rows.len(), height);
        }
    }

    /// Opens the plan of the selected key, the key selected.
    pub(in crate::app) fn open_risk(&mut self) {
        let Screen::Exhaustion(risk) = self.screen() else {
            return;
        };
        if let Some(row) = risk.rows.get(risk.cursor.at) {
            let (plan, key) = (row.plan.clone(), row.key.id.clone());
            self.open_usage_of(&plan, Some(key));
        }
    }
}
