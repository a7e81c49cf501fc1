//! The throttle matrix of a plan: which limit holds for every method of every
//! stage, why, and what it lets through.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};
use ratatui::layout::Rect;

use crate::app::core::Core;
use crate::app::core::catalogue::Load as Known;
use crate::app::keys::command::Command;
use crate::app::prompt::input::Input;
use crate::app::view::layout;
use crate::app::view::scroll::{Cursor, Scroll};
use crate::app::{App, Awaited, DraftId, Overlay, Screen, Weight};
use crate::plan::limits::bucket::{ASSUMPTION, Bucket};
use crate::plan::limits::effective::{
    Body, Chain, Explanation, Matrix, Most, Observed, Rank, effective, explain,
};
use crate::plan::limits::load::Load;
use crate::plan::limits::simulate::{Run, simulate};
use crate::plan::limits::zero::OddQuota;
use crate::plan::model::account::Surroundings;
use crate::plan::model::human::parse_rate;
use crate::plan::{
    Count, Fact, Field, MethodKey, PlanId, Rate, Settings, StageKey, UsagePlan, spelled,
};
use crate::text::wrap::wrap;

/// How long a simulated load is watched where it says nothing itself.
const WATCHED: Duration = Duration::from_secs(10);

/// How many slices of time a picture has.
const SLICES: u32 = 60;

/// Which rows the matrix shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rows {
    /// All.
    All,
    /// Those where some stage has something else than its default.
    UnlikeDefault,
    /// Those where the selected stage and the next one differ.
    Between,
    /// Those that what is staged changes.
    Changed,
}

impl Rows {
    /// The next choice.
    #[must_use]
    pub fn next(self) -> Self {
        match self {
            Self::All => Self::UnlikeDefault,
            Self::UnlikeDefault => Self::Between,
            Self::Between => Self::Changed,
            Self::Changed => Self::All,
        }
    }

    /// What it shows, for the operator.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::All => "all methods",
            Self::UnlikeDefault => "unlike their stage's default",
            Self::Between => "different on this stage and the next",
            Self::Changed => "changed by what is staged",
        }
    }
}

/// What stands below the matrix where there is room for one thing only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Below {
    /// Why the selected limit holds.
    Why,
    /// What it lets through.
    LetsThrough,
    /// Why the selected limit holds, in the place of the matrix too.
    WhyInFull,
}

/// The screen of the matrix.
#[derive(Debug)]
pub struct Limits {
    /// Whose limits.
    pub plan: PlanId,
    /// What holds in every cell.
    pub matrix: Matrix,
    /// What the matrix was resolved from: the plan, what was staged, and what was
    /// known around it.
    from: (Arc<UsagePlan>, Option<Arc<Settings>>),
    around: Surroundings,
    /// The rows that are shown, in order, by their place in the matrix.
    pub rows: Vec<usize>,
    /// The selected row among those shown.
    pub row: Cursor,
    /// The selected stage.
    pub column: Cursor,
    /// What narrows the rows.
    pub filter: String,
    /// Whether the tightest come first.
    pub tightest_first: bool,
    /// The cell that was selected and is not in the matrix now.
    wanted: Option<(StageKey, MethodKey)>,
    /// Whether that was said.
    is_told: bool,
    /// Which rows are shown.
    pub choice: Rows,
    /// What stands below.
    pub below: Below,
    /// Which of its lines are shown where it stands in full.
    pub scroll: Scroll,
    /// The load that is offered, as typed; empty for twice what holds.
    pub offered: String,
    /// How much more of it than typed.
    pub factor: f64,
    /// What a client saw, where that is to be explained.
    pub seen: Option<Seen>,
}

/// What AWS says of every limit (developer guide, request throttling).
pub const BEST_EFFORT: &str = "Limits are best effort, says AWS: targets, not ceilings.";

/// A sentence on why a limit holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// The sentence.
    pub text: String,
    /// Whether it is beside the point for who only asks why.
    pub is_aside: bool,
}

/// A text with a capital and a full stop.
fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(|c| c.to_uppercase().to_string());
    format!("{}{}.", first.unwrap_or_default(), chars.as_str())
}

/// What a client saw at the selected cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The message of the refusal.
    pub body: Option<Body>,
    /// The rate at which it sent, in requests per second.
    pub rate: Option<Rate>,
}

impl Seen {
    /// Reads a message, a rate, or both: `Too Many Requests at 80/s`.
    ///
    /// # Errors
    /// What can be written, where the text has neither.
    pub fn parse(text: &str) -> Result<Self, String> {
        let body = Body::parse(text);
        let mut words = text.split_whitespace();
        let rate = words.find_map(|word| parse_rate(word.strip_suffix("/s")?).ok());
        if body.is_none() && rate.is_none() {
            let forms = "write what the client got, Too Many Requests, Limit Exceeded or Forbidden, \
                         and its rate if you know it: 80/s";
            return Err(forms.to_owned());
        }
        Ok(Self { body, rate })
    }
}

/// A load against the buckets of a chain.
#[derive(Debug)]
pub struct Trial {
    /// The load, as it reads.
    pub load: String,
    /// The buckets on the way.
    pub ranks: Vec<Rank>,
    /// How long was watched.
    pub duration: Duration,
    /// What happened, in the reading that lets least through.
    pub run: Run,
    /// The reading that lets most through, where it is open which one is right.
    pub loosest: Option<Run>,
    /// What the two readings are called.
    pub readings: [&'static str; 2],
    /// What is open or inferred of the buckets in either reading, and of the quota.
    pub reservations: Vec<String>,
}

impl Trial {
    /// What is offered, what passes in each reading where they differ, and what is
    /// assumed.
    #[must_use]
    pub fn texts(&self) -> Vec<String> {
        let seconds = (self.duration.as_secs_f64() * 10.0).round() / 10.0;
        let mut texts = vec![format!("Offered {} for {seconds} s.", self.load)];
        match &self.loosest {
            None => texts.push(sentence(&self.run.sentence())),
            Some(loosest) => {
                let [strict, loose] = self.readings;
                texts.push(format!("{strict}: {}.", self.run.sentence()));
                texts.push(format!("{loose}: {}.", loosest.sentence()));
            }
        }
        texts.extend(self.reservations.iter().map(|text| sentence(text)));
        let mark = Fact::RefusedSpendsNothing.basis();
        texts.push(format!("Assumed ({mark}): {ASSUMPTION}."));
        texts
    }
}

impl Limits {
    /// The stage and the method of the selected cell.
    #[must_use]
    pub fn selected(&self) -> Option<(&StageKey, &MethodKey)> {
        let column = self.matrix.columns.get(self.column.selected()?)?;
        let method = self
            .matrix
            .rows
            .get(*self.rows.get(self.row.selected()?)?)?;
        Some((&column.stage, method))
    }

    /// The chain of limits of a cell, with what is staged.
    #[must_use]
    pub fn chain(&self, stage: &StageKey, method: &MethodKey) -> Chain {
        let (plan, staged) = &self.from;
        let settings = staged.as_deref().unwrap_or(&plan.settings);
        effective(settings, stage, method, &self.around)
    }

    /// Takes another matrix. The selected cell stays selected by its stage and its
    /// method, wherever they stand now; what is not there any more of them is given,
    /// and nothing is selected until it is there again or another cell is chosen.
    /// Until the operator chose a cell, it is the first, unless the plan changed.
    fn take(&mut self, matrix: Matrix, is_same_plan: bool) -> Option<String> {
        let selected = self
            .selected()
            .map(|(stage, method)| (stage.clone(), method.clone()));
        let is_chosen = self.row.is_chosen() || self.column.is_chosen();
        let keeps = is_chosen || !is_same_plan || self.wanted.is_some();
        let wanted = selected.or_else(|| self.wanted.clone());
        self.matrix = matrix;
        let Some((stage, method)) = wanted.filter(|_| keeps) else {
            self.rearrange();
            return None;
        };
        let mut columns = self.matrix.columns.iter();
        let column = columns.position(|column| column.stage == stage);
        match column {
            Some(column) => self.column.select(column),
            None => self.column.lose(),
        }
        self.rearrange_around(Some(method.clone()));
        let is_method = |row: &usize| self.matrix.rows.get(*row) == Some(&method);
        let has_method = self.rows.iter().any(is_method);
        if !has_method {
            self.row.lose();
        }
        let gone = match column {
            Some(_) if has_method => None,
            Some(_) => Some(format!("method {method}")),
            None => Some(format!("stage {stage}")),
        };
        self.wanted = gone.is_some().then_some((stage, method));
        gone
    }

    /// Brings the shown rows up to date. The selected method stays selected.
    pub(in crate::app) fn rearrange(&mut self) {
        let selected = self.selected().map(|(_, method)| method.clone());
        self.rearrange_around(selected);
    }

    fn rearrange_around(&mut self, selected: Option<MethodKey>) {
        let at = self.column.at;
        let mut rows: Vec<usize> = match self.choice {
            Rows::All => (0..self.matrix.rows.len()).collect(),
            Rows::UnlikeDefault => self.matrix.unlike_default(),
            Rows::Between => self
                .matrix
                .between(at, (at + 1) % self.matrix.columns.len().max(1)),
            Rows::Changed => self.matrix.changed(),
        };
        if self.tightest_first {
            let order = self.matrix.tightest();
            let mut place = vec![0; order.len()];
            for (at, row) in order.into_iter().enumerate() {
                if let Some(place) = place.get_mut(row) {
                    *place = at;
                }
            }
            rows.sort_by_key(|row| place.get(*row).copied());
        }
        let words = self.filter.trim();
        if !words.is_empty() {
            let pattern = Pattern::parse(words, CaseMatching::Smart, Normalization::Smart);
            let mut matcher = Matcher::new(Config::DEFAULT);
            let mut letters = Vec::new();
            rows.retain(|row| {
                self.matrix.rows.get(*row).is_some_and(|method| {
                    let name = Utf32Str::new(method.as_str(), &mut letters);
                    pattern.score(name, &mut matcher).is_some()
                })
            });
        }
        self.rows = rows;
        if let Some(at) = selected.and_then(|method| {
            self.rows
                .iter()
                .position(|row| self.matrix.rows.get(*row) == Some(&method))
        }) {
            self.row.select(at);
        }
        self.row.at = self.row.at.min(self.rows.len().saturating_sub(1));
        self.column.at = self
            .column
            .at
            .min(self.matrix.columns.len().saturating_sub(1));
    }

    /// Narrows the rows to the methods that fit a text.
    pub(in crate::app) fn set_filter(&mut self, text: &str) {
        text.clone_into(&mut self.filter);
        self.rearrange();
    }

    /// Moves the selection by so many methods.
    pub(in crate::app) fn move_by(&mut self, by: isize) {
        self.row.move_by(by, self.rows.len(), usize::MAX);
    }

    /// The field of the draft that a change of the selected cell's rate or burst
    /// goes into: the plan's own throttle in the row of `*/*`, else the method's.
    #[must_use]
    pub fn field(&self, is_burst: bool) -> Option<Field> {
        let (stage, method) = self.selected()?;
        if method.is_all() {
            return Some(if is_burst { Field::Burst } else { Field::Rate });
        }
        let (plan, staged) = &self.from;
        let settings = staged.as_deref().unwrap_or(&plan.settings);
        let methods = settings.stages.get(stage);
        // The throttle that is there keeps its spelling.
        let key = methods.and_then(|methods| spelled(methods, method));
        let key = key.unwrap_or(method).clone();
        Some(if is_burst {
            Field::MethodBurst(stage.clone(), key)
        } else {
            Field::MethodRate(stage.clone(), key)
        })
    }
}

impl Core {
    /// The chain of limits of the selected cell, with what is staged.
    #[must_use]
    pub fn chain(&self, limits: &Limits) -> Option<Chain> {
        let (stage, method) = limits.selected()?;
        Some(limits.chain(stage, method))
    }

    /// The selected cell's buckets under the offered load.
    ///
    /// # Errors
    /// Why there is nothing to see: no limit is known, or the load cannot be read.
    pub fn trial(&self, limits: &Limits) -> Result<Trial, String> {
        let chain = self.chain(limits).ok_or("no cell is selected")?;
        let buckets = chain.buckets();
        // Enough of it to exceed what any reading lets through.
        let most = chain.up_to.rate.and_then(Most::limit).or(chain.rate);
        let rate = most.map(|bound| bound.value.get());
        let rate = rate
            .filter(|_| !buckets.is_empty())
            .ok_or("no rate or no burst is known here, so that nothing can be simulated")?;
        let text = if limits.offered.trim().is_empty() {
            let most = chain.up_to.burst.and_then(Most::limit);
            let burst = most
                .or(chain.burst)
                .map_or(0.0, |bound| f64::from(bound.value.get()));
            // Enough to empty the bucket within the picture.
            format!("{}/s", (rate * 2.0 + burst / 5.0).max(1.0).ceil())
        } else {
            limits.offered.clone()
        };
        let load = Load::parse(&text)?.times(limits.factor);
        let duration = load.end().unwrap_or(WATCHED).max(Duration::from_secs(1));
        let (ranks, mut buckets): (Vec<_>, Vec<_>) = buckets.into_iter().unzip();
        let quota = chain.odd_quota();
        // A quota of 0 is a bucket that never holds anything.
        let of_quota =
            || (quota == Some(OddQuota::Zero)).then(|| Bucket::full(Rate::ZERO, Count::ZERO));
        buckets.extend(of_quota());
        let run = simulate(&buckets, &load, duration, duration / SLICES)?;
        let loosest = chain.loosest_buckets().map(|buckets| {
            let (_, mut buckets): (Vec<_>, Vec<_>) = buckets.into_iter().unzip();
            buckets.extend(of_quota());
            simulate(&buckets, &load, duration, duration / SLICES)
        });
        let open = [Fact::AllOfResource, Fact::TwoSpellings, Fact::OffAtStage];
        let is_more_open = open.iter().any(|fact| chain.facts.contains(fact));
        let readings = if chain.facts.contains(&Fact::MethodBesidePlan) && !is_more_open {
            [
                "If the plan's throttle counts too",
                "If the method throttle stands in its place",
            ]
        } else {
            ["At least", "At most"]
        };
        let load = if (limits.factor - 1.0).abs() < 1e-9 {
            text
        } else {
            format!("{text} x {:.2}", limits.factor)
        };
        Ok(Trial {
            load,
            ranks,
            duration,
            run,
            loosest: loosest.transpose()?,
            readings,
            reservations: chain.reservations(),
        })
    }

    /// Stops asking for what the matrix still waits for: nobody looks any more.
    pub(in crate::app) fn stop_reading_limits(&mut self) {
        let is_of_limits = |awaited: &Awaited| {
            matches!(
                awaited,
                Awaited::Stages(_) | Awaited::Methods(_) | Awaited::PlanKeys(_)
            )
        };
        if self.cancel(is_of_limits) {
            self.resolve_around();
            self.catalogue.forget_unread();
        }
    }

    /// When something that the matrix shows was read last, as far as the log of
    /// requests goes back.
    #[must_use]
    pub fn read_at(&self, operation: &str, target: &str) -> Option<Timestamp> {
        let mut requests = self.log.iter().rev();
        let found = requests.find(|request| {
            request.operation == operation && request.target == target && request.outcome.is_ok()
        });
        found.map(|request| request.started)
    }

    /// Whether why a limit holds stands in the place of the matrix.
    #[must_use]
    pub fn is_why_in_full(&self, limits: &Limits) -> bool {
        limits.below == Below::WhyInFull
    }

    /// Why a limit holds, in sentences below the limits themselves.
    #[must_use]
    pub fn why(&self, limits: &Limits, chain: &Chain) -> Vec<Said> {
        let mut said = Vec::new();
        let mut say = |text: String, is_aside: bool| said.push(Said { text, is_aside });
        say(sentence(&chain.sentence()), false);
        say(format!("A client gets {}.", chain.answer()), false);
        for fact in &chain.facts {
            // Those of a stage's -1 and of half a throttle are told with what is open.
            if !matches!(fact, Fact::OffAtStage | Fact::HalfThrottle) {
                say(sentence(fact.sentence()), false);
            }
        }
        for open in chain.not_counted().into_iter().chain(chain.open()) {
            say(format!("{open}."), false);
        }
        for step in chain.to_allow_more() {
            say(format!("To allow more: {step}."), true);
        }
        if let Some(Known::Here(keys)) = self.catalogue.plan_keys.get(&limits.plan) {
            for said in chain.fleet(keys.len()).sentences() {
                say(format!("All keys: {said}."), true);
            }
        }
        if let Some(note) = chain.of_method_throttle() {
            say(format!("Plan's method throttle: {note}."), true);
        }
        let api = chain.stage.api.as_str();
        let reads = [
            ("GetStages", api),
            ("GetResources", api),
            ("GetAccount", ""),
        ];
        let times = reads.iter().filter_map(|(operation, target)| {
            let time = self.read_at(operation, target)?;
            Some(format!("{operation} {}", time.strftime("%H:%M:%S")))
        });
        let times: Vec<String> = times.collect();
        if !times.is_empty() {
            let refresh = self.key_for(Command::Refresh);
            let text = format!("Read (UTC): {}. {refresh} reads again.", times.join(", "));
            say(text, true);
        }
        say(BEST_EFFORT.to_owned(), true);
        if let Ok(trial) = self.trial(limits) {
            for text in trial.texts() {
                say(text, true);
            }
        }
        said
    }

    /// Which limits explain what a client saw at the selected cell, the likeliest
    /// first.
    #[must_use]
    pub fn explanations(&self, limits: &Limits, seen: Seen) -> Vec<Explanation> {
        let Some((stage, method)) = limits.selected() else {
            return Vec::new();
        };
        let (plan, _) = &limits.from;
        let observed = Observed {
            body: seen.body,
            stage: Some(stage.clone()),
            method: Some(method.clone()),
            rate: seen.rate,
            ..Observed::default()
        };
        // What clients saw, they saw of the plan as the service has it.
        explain(&plan.settings, &limits.around, &observed)
    }

    /// The draft that changes in the matrix go into.
    pub(in crate::app) fn draft_of_limits(&self, limits: &Limits) -> Option<DraftId> {
        self.plans.reference(&limits.plan).map(DraftId::Plan)
    }
}

impl App {
    /// Opens the matrix of the selected plan, and asks for what it needs.
    pub(in crate::app) fn open_limits(&mut self) {
        let Some(row) = self.core.plans.selected() else {
            return;
        };
        let plan = row.plan.clone();
        let limits = Limits {
            plan: plan.id.clone(),
            matrix: Matrix::of(&plan.settings, None, &Surroundings::default()),
            from: (plan, None),
            around: Surroundings::default(),
            rows: Vec::new(),
            row: Cursor::default(),
            column: Cursor::default(),
            filter: String::new(),
            tightest_first: false,
            wanted: None,
            is_told: false,
            choice: Rows::All,
            below: Below::Why,
            scroll: Scroll::default(),
            offered: String::new(),
            factor: 1.0,
            seen: None,
        };
        self.stack.screens.push(Screen::Limits(Box::new(limits)));
        self.ask_for_limits();
        self.refresh_limits();
    }

    /// Asks for what the matrix needs and is not here yet.
    pub(in crate::app) fn ask_for_limits(&mut self) {
        let Screen::Limits(limits) = self.screen() else {
            return;
        };
        let id = limits.plan.clone();
        let Some(plan) = self.core.plans.plan(&id) else {
            return;
        };
        let edited = self
            .core
            .draft_of(&id)
            .map(|draft| draft.edited().stages.keys());
        let stages = plan
            .settings
            .stages
            .keys()
            .chain(edited.into_iter().flatten());
        let apis: BTreeSet<String> = stages.map(|stage| stage.api.clone()).collect();
        self.core.ask_account();
        self.core.ask_plan_keys(&id);
        for api in apis {
            self.core.ask_stages_of(&api);
            self.core.ask_methods(&api);
        }
    }

    /// Asks for what the matrix needs and nobody asked for since the catalogue was
    /// emptied; what failed stays so.
    pub(in crate::app) fn ask_again_for_limits(&mut self) {
        let Screen::Limits(limits) = self.screen() else {
            return;
        };
        let Some(plan) = self.core.plans.plan(&limits.plan) else {
            return;
        };
        let catalogue = &self.core.catalogue;
        let is_unasked = |stage: &StageKey| {
            !catalogue.stages.contains_key(&stage.api)
                || !catalogue.methods.contains_key(&stage.api)
        };
        let edited = self.core.draft_of(&limits.plan);
        let edited = edited.map(|draft| draft.edited().stages.keys());
        let mut stages = plan
            .settings
            .stages
            .keys()
            .chain(edited.into_iter().flatten());
        if catalogue.account == Known::NotAsked
            || !catalogue.plan_keys.contains_key(&limits.plan)
            || stages.any(is_unasked)
        {
            self.ask_for_limits();
        }
    }

    /// Resolves the matrix anew from what is known and staged now.
    pub(in crate::app) fn refresh_limits(&mut self) {
        let Some(Screen::Limits(limits)) = self.stack.screens.last() else {
            return;
        };
        let id = limits.plan.clone();
        let Some(plan) = self.core.plans.plan(&id).cloned() else {
            return;
        };
        let staged = self.core.draft_of(&id).map(|draft| draft.state().0.clone());
        let around = self.core.catalogue.surroundings();
        // What is being read anew may come back.
        let is_reading = self.core.questions.awaited.values().any(|awaited| {
            matches!(
                awaited,
                Awaited::Plans | Awaited::Apis | Awaited::Stages(_) | Awaited::Methods(_)
            )
        });
        let Some(Screen::Limits(limits)) = self.stack.screens.last_mut() else {
            return;
        };
        let is_same_plan = limits.from.0.settings == plan.settings;
        let was_told = limits.is_told;
        let gone = limits.take(
            Matrix::of(&plan.settings, staged.as_deref(), &around),
            is_same_plan,
        );
        limits.is_told = gone.is_some() && (was_told || !is_reading);
        limits.from = (plan, staged);
        limits.around = around;
        if let Some(gone) = gone.filter(|_| !was_told && !is_reading) {
            let choose = match self.screen() {
                Screen::Limits(limits) => self.core.told_of_other_cells(limits),
                _ => String::new(),
            };
            let text = format!("The {gone} is not in the matrix any more. {choose}");
            self.core.say(Weight::Warning, text);
        }
    }

    /// Whether the matrix was resolved from the plan and the draft as they are.
    fn is_resolved(&self) -> bool {
        let Some(Screen::Limits(limits)) = self.stack.screens.last() else {
            return true;
        };
        let (plan, staged) = &limits.from;
        let is_same = self
            .core
            .plans
            .plan(&limits.plan)
            .is_none_or(|now| Arc::ptr_eq(now, plan));
        // What is held here cannot be changed in its place.
        let is_same_draft = match (staged, self.core.draft_of(&limits.plan)) {
            (Some(staged), Some(draft)) => Arc::ptr_eq(staged, draft.state().0),
            (staged, draft) => staged.is_none() && draft.is_none(),
        };
        is_same && is_same_draft
    }

    pub(in crate::app) fn arrange_limits(&mut self, body: Rect) {
        if !self.is_resolved() {
            self.refresh_limits();
        }
        let (grid, _) = layout::limits(body);
        let (rows, columns) = layout::cells(grid);
        if let Some(Screen::Limits(limits)) = self.stack.screens.last_mut() {
            limits.row.keep_within(limits.rows.len(), rows);
            limits
                .column
                .keep_within(limits.matrix.columns.len(), columns);
        }
    }

    pub(in crate::app) fn limits_command(&mut self, command: Command) {
        if command == Command::Remove {
            return self.remove_method_throttle();
        }
        let side_by_side = layout::is_side_by_side(self.parts().body);
        let Some(Screen::Limits(limits)) = self.stack.screens.last_mut() else {
            return;
        };
        match command {
            Command::Left => limits
                .column
                .move_by(-1, limits.matrix.columns.len(), usize::MAX),
            Command::Right => limits
                .column
                .move_by(1, limits.matrix.columns.len(), usize::MAX),
            Command::Tightest => limits.tightest_first = !limits.tightest_first,
            Command::Narrow => limits.choice = limits.choice.next(),
            Command::Other => {
                limits.below = match limits.below {
                    // Side by side both are there already.
                    Below::Why if side_by_side => Below::WhyInFull,
                    Below::Why => Below::LetsThrough,
                    Below::LetsThrough => Below::WhyInFull,
                    Below::WhyInFull => Below::Why,
                };
                limits.scroll = Scroll::default();
            }
            Command::More => limits.factor *= 1.25,
            Command::Less => limits.factor *= 0.8,
            Command::Load => {
                let input = Input::new(&limits.offered);
                self.stack.overlay = Some(Overlay::Load(input));
            }
            Command::Seen => self.stack.overlay = Some(Overlay::Seen(Input::new(""))),
            _ => {}
        }
        if let Some(Screen::Limits(limits)) = self.stack.screens.last_mut() {
            limits.rearrange();
        }
    }

    /// Moves through why a limit holds.
    pub(in crate::app) fn scroll_why(&mut self, by: isize) {
        let pane = layout::inside(self.parts().body);
        let Screen::Limits(limits) = self.screen() else {
            return;
        };
        let columns = usize::from(pane.width);
        let texts = self.core.chain(limits).map(|chain| {
            let texts = self.core.why(limits, &chain);
            let lines = texts.iter().map(|said| wrap(&said.text, columns).len());
            let lines = lines.sum::<usize>();
            // What passes and what is refused, and the tokens of each bucket.
            let pictures = self
                .core
                .trial(limits)
                .map_or(0, |trial| 2 + trial.ranks.len());
            // The head of the limits, and each of them.
            1 + chain.links.len() + lines + pictures
        });
        let lines = match limits.seen {
            Some(seen) => {
                let told = self.core.explanations(limits, seen);
                let lines = told.iter().map(|one| {
                    let text = format!("{}: {}", one.cause.name(), one.sentence);
                    wrap(&text, columns.saturating_sub(11)).len()
                });
                lines.sum::<usize>() + wrap(BEST_EFFORT, columns).len()
            }
            None => texts.unwrap_or(0),
        };
        if let Some(Screen::Limits(limits)) = self.stack.screens.last_mut() {
            limits.scroll.move_by(by, lines, usize::from(pane.height));
        }
    }

    /// What is wrong with what is typed for the matrix: what it offers, what was seen.
    #[must_use]
    pub fn fault_of_typed(&self) -> Option<String> {
        let (input, fault) = match &self.stack.overlay {
            Some(Overlay::Load(input)) => (input, Load::parse(&input.text()).err()),
            Some(Overlay::Seen(input)) => (input, Seen::parse(&input.text()).err()),
            _ => return None,
        };
        // Where nothing is typed yet, only who presses enter is told.
        let is_typed = !input.text().trim().is_empty();
        fault.filter(|_| is_typed || self.core.notice.is_some())
    }

    /// Takes the load that was typed; an empty one is the load that it began with.
    pub(in crate::app) fn accept_load(&mut self, input: Input) {
        let text = input.text();
        if let (false, Err(reason)) = (text.trim().is_empty(), Load::parse(&text)) {
            self.stack.overlay = Some(Overlay::Load(input));
            return self.core.say(Weight::Warning, reason);
        }
        if let Some(Screen::Limits(limits)) = self.stack.screens.last_mut() {
            limits.offered = text;
            limits.factor = 1.0;
            limits.below = Below::LetsThrough;
        }
    }

    /// Takes what a client saw, to be explained.
    pub(in crate::app) fn accept_seen(&mut self, input: Input) {
        match Seen::parse(&input.text()) {
            Ok(seen) => {
                if let Some(Screen::Limits(limits)) = self.stack.screens.last_mut() {
                    limits.seen = Some(seen);
                    limits.below = Below::Why;
                }
            }
            Err(reason) => {
                self.stack.overlay = Some(Overlay::Seen(input));
                self.core.say(Weight::Warning, reason);
            }
        }
    }

    /// Takes the selected cell's method throttle out of the draft.
    fn remove_method_throttle(&mut self) {
        let Screen::Limits(limits) = self.screen() else {
            return;
        };
        let Some((stage, method)) = limits.selected().map(|(s, m)| (s.clone(), m.clone())) else {
            return;
        };
        let Some(id) = self.core.draft_of_limits(limits) else {
            return;
        };
        let Some(draft) = self.core.draft(&id) else {
            return;
        };
        let methods = draft.methods(&stage).into_iter();
        let spellings: Vec<_> = methods.filter(|there| there.means(&method)).collect();
        if spellings.is_empty() {
            let text = format!("the plan has no throttle of its own for {method} on {stage}");
            self.core.say(Weight::Warning, text);
        } else {
            for there in &spellings {
                draft.remove_method(&stage, there);
            }
            self.core.say(
                Weight::Info,
                format!("Staged: {stage} {method} has no throttle of its own."),
            );
        }
        self.tidy(&id);
    }
}
