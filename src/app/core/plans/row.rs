//! A plan as the list has it.

use std::borrow::Cow;
use std::sync::Arc;

use super::column::Column;
use crate::plan::filter::texts_of;
use crate::plan::lint::{KeyCounts, Level, PlanLint, Silence};
use crate::plan::model::api_names::ApiNames;
use crate::plan::model::human::{short_count, short_rate};
use crate::plan::{Period, Settings, UsagePlan};
use crate::text::number::percent;
use crate::text::search::Texts;
use crate::text::showable::clean;
use crate::text::wrap::width;

/// All that the signs of plans go by beside the plans.
pub(super) struct ListLint<'a> {
    pub(super) lint: PlanLint<'a>,
    pub(super) silence: &'a Silence,
}

/// The findings of a plan that its row has a sign for. Of two, the worse is the greater.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Signs {
    /// The number of errors.
    pub errors: usize,
    /// The number of warnings.
    pub warnings: usize,
}

impl Signs {
    /// The signs of a plan, by what is known around it and of its keys.
    pub(super) fn of(settings: &Settings, lint: &ListLint<'_>, keys: KeyCounts) -> Self {
        let findings = lint.lint.look_over(settings, keys).into_iter();
        let told = findings.filter(|found| !lint.silence.covers(found.rule));
        let levels: Vec<Level> = told.map(|found| found.level).collect();
        let count = |wanted| levels.iter().filter(|level| **level == wanted).count();
        Self {
            errors: count(Level::Error),
            warnings: count(Level::Warning),
        }
    }

    /// The level of the worst; none where nothing has a sign.
    #[must_use]
    pub fn worst(self) -> Option<Level> {
        match (self.errors, self.warnings) {
            (1.., _) => Some(Level::Error),
            (0, 1..) => Some(Level::Warning),
            (0, 0) => None,
        }
    }
}

/// A plan in the list.
#[derive(Clone, Debug)]
pub struct Row {
    /// The plan as last read.
    pub plan: Arc<UsagePlan>,
    /// Its findings that are errors or warnings, by what is known around it.
    pub signs: Signs,
    /// The part of the quota that the busiest key used, from 0 to 1; none where its usage was
    /// not read or it has no quota.
    pub used: Option<f64>,
    /// The widths of its values, by column in the order of their discriminants.
    pub(super) widths: [u8; Column::ALL.len()],
    /// True where a send to it ended without a certain answer since it was read.
    pub is_doubtful: bool,
    /// True where it is marked, to be worked on with others.
    pub is_marked: bool,
    /// The texts that the filter looks at.
    pub(super) texts: Texts,
}

impl Row {
    pub(super) fn new(
        plan: Arc<UsagePlan>,
        lint: &ListLint<'_>,
        keys: KeyCounts,
        names: &ApiNames,
    ) -> Self {
        let mut row = Self {
            signs: Signs::of(&plan.settings, lint, keys),
            used: None,
            widths: [0; Column::ALL.len()],
            is_doubtful: false,
            is_marked: false,
            texts: texts_of(&plan, names),
            plan,
        };
        row.measure();
        row
    }

    /// Measures its values: a frame is not to do so for all plans.
    fn measure(&mut self) {
        for column in Column::ALL {
            let value = self.value(column).unwrap_or_default();
            let wide = u8::try_from(width(&clean(&value))).unwrap_or(u8::MAX);
            if let Some(place) = self.widths.get_mut(column as usize) {
                *place = wide;
            }
        }
    }

    /// Says how much of the quota the busiest key used.
    pub(super) fn set_used(&mut self, used: Option<f64>) {
        self.used = used;
        self.measure();
    }

    /// The width of its value in a column.
    pub(super) fn width(&self, column: Column) -> u8 {
        self.widths.get(column as usize).copied().unwrap_or(0)
    }

    /// Its value in a column; none where it has none, and in columns of signs and places.
    #[must_use]
    pub fn value(&self, column: Column) -> Option<Cow<'_, str>> {
        let settings = &self.plan.settings;
        let throttle = settings.throttle.unwrap_or_default();
        Some(match column {
            Column::Findings | Column::Where => return None,
            Column::Id => self.plan.id.0.as_str().into(),
            Column::Name => settings.name.as_str().into(),
            Column::Rate => short_rate(throttle.rate?).into(),
            Column::Burst => short_count(throttle.burst?).into(),
            Column::Quota => {
                let quota = settings.quota.as_ref()?;
                let none = || "-".to_owned();
                let limit = quota.limit.map_or_else(none, short_count);
                let period = quota.period.as_ref().map_or_else(none, Period::to_string);
                format!("{limit}/{period}").into()
            }
            Column::Used => percent(Some(self.used?)).into(),
            Column::Stages => settings.stages.len().to_string().into(),
            Column::ProductCode if settings.product_code.is_empty() => return None,
            Column::ProductCode => settings.product_code.as_str().into(),
        })
    }
}
