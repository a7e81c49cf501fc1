//! The readings of what AWS leaves open, and what applies in each of them.

use std::borrow::Cow;

use super::{
    AccountLimits, Applying, Bound, ColumnOf, Count, Fact, LimitHalf, LimitReading, Link,
    MethodKey, MissingLimit, Most, OddQuota, Rank, Rate, Reach, Stop, Throttle, Traffic, lowest,
};

/// The throttles that are set for one method, one for each of its spellings: which of
/// them applies is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Spelled {
    first: Throttle,
    others: Vec<Throttle>,
}

impl Spelled {
    fn of(throttle: Throttle) -> Self {
        Self {
            first: throttle,
            others: Vec::new(),
        }
    }

    /// Adds another spelling.
    fn add(&mut self, other: &Self) {
        self.others.extend(other.choices());
    }

    /// Those that may apply.
    fn choices(&self) -> impl Iterator<Item = Throttle> {
        std::iter::once(self.first).chain(self.others.iter().copied())
    }

    /// Returns true if one of them has only one half.
    fn is_half(&self) -> bool {
        self.choices().any(is_half)
    }

    /// Returns true if one of them has a -1.
    fn is_off(&self) -> bool {
        self.choices().any(|limit| {
            limit.rate.is_some_and(|rate| rate < Rate::ZERO)
                || limit.burst.is_some_and(|burst| burst < Count::ZERO)
        })
    }
}

/// Returns true if only one half of a throttle is set.
fn is_half(throttle: Throttle) -> bool {
    throttle.rate.is_some() != throttle.burst.is_some()
}

/// The throttles of a map by the methods that they mean.
pub(super) struct Spellings<'a> {
    /// Sorted by method; `*/*` and `/path/*` apart.
    methods: Vec<(Cow<'a, MethodKey>, Spelled)>,
    /// Those for all methods of a resource.
    resources: Vec<(Cow<'a, MethodKey>, Spelled)>,
    /// The one for all methods.
    pub all: Option<Spelled>,
}

impl<'a> Spellings<'a> {
    pub fn of(map: impl Iterator<Item = (&'a MethodKey, &'a Throttle)>) -> Self {
        let mut spellings = Self {
            methods: Vec::new(),
            resources: Vec::new(),
            all: None,
        };
        for (key, throttle) in map {
            let (plain, set) = (key.plain(), Spelled::of(*throttle));
            if plain.is_all() {
                match &mut spellings.all {
                    Some(there) => there.add(&set),
                    none => *none = Some(set),
                }
            } else if plain.method() == "*" {
                spellings.resources.push((plain, set));
            } else {
                spellings.methods.push((plain, set));
            }
        }
        for list in [&mut spellings.methods, &mut spellings.resources] {
            // Mostly sorted already, which the stable sort notices.
            list.sort_by(|(a, _), (b, _)| a.cmp(b));
            // Two spellings are two entries, and nobody published which one applies.
            list.dedup_by(|(next, set), (kept, merged)| {
                let is_same = next == kept;
                if is_same {
                    merged.add(set);
                }
                is_same
            });
        }
        spellings
    }

    /// The throttle that is set for a method itself.
    pub fn own(&self, method: &MethodKey) -> Option<&Spelled> {
        let list = if method.method() == "*" {
            &self.resources
        } else {
            &self.methods
        };
        // A plan may have thousands of method throttles, and each cell of the matrix asks.
        let at = list.binary_search_by(|(key, _)| (**key).cmp(method));
        at.ok().and_then(|at| list.get(at)).map(|(_, set)| set)
    }

    /// The throttle that is set for all methods of a method's resource.
    pub fn of_resource(&self, method: &MethodKey) -> Option<&Spelled> {
        // Hardly any plan has one: the key is not even built then.
        if self.resources.is_empty() || method.method() == "*" {
            return None;
        }
        self.own(&MethodKey::of(method.path(), "*"))
    }
}

/// The limits in every reading.
pub(super) struct Readings {
    all: Vec<Reading>,
    /// Set if half a throttle of the plan is among them.
    has_half: bool,
}

/// One way to read what is open: the answers, and the limits that follow.
struct Reading {
    answers: Answers,
    links: [Link; 5],
}

/// The answers to what is open, each by its number where there are several.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Answers {
    /// The plan's throttle for the method.
    own: Answer,
    /// The plan's throttle for all methods, where that takes its place.
    all: Option<Answer>,
    /// Set if the plan's throttle counts beside that for the method.
    is_beside: bool,
    /// The stage's setting for the method.
    setting: Answer,
    /// The stage's default.
    default: Answer,
    /// Set if a -1 of the setting lifts the default too.
    lifts: bool,
}

/// The one that is meant of the throttles that may be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Answer {
    /// None is set, or what is set for the resource means nothing.
    Nothing,
    /// This spelling of what is set for the method.
    Method(usize),
    /// This spelling of what is set for all methods of its resource.
    Resource(usize),
}

impl Answers {
    /// The fact of which these and other answers differ, where it is one alone.
    fn apart(self, other: Self) -> Option<Fact> {
        let of_key = |a: Answer, b: Answer| match (a, b) {
            (Answer::Resource(_), Answer::Nothing) | (Answer::Nothing, Answer::Resource(_)) => {
                Fact::AllOfResource
            }
            _ => Fact::TwoSpellings,
        };
        // What is set for all methods has an answer only where it is asked for.
        let is_all_apart = self.own == other.own && self.all != other.all;
        let differences = [
            (self.own != other.own, of_key(self.own, other.own)),
            (is_all_apart, Fact::TwoSpellings),
            (self.is_beside != other.is_beside, Fact::MethodBesidePlan),
            (
                self.setting != other.setting,
                of_key(self.setting, other.setting),
            ),
            (self.default != other.default, Fact::TwoSpellings),
            (self.lifts != other.lifts, Fact::OffAtStage),
        ];
        let mut facts = differences.into_iter().filter(|(differs, _)| *differs);
        let (_, fact) = facts.next()?;
        // Where two answers differ, neither alone makes the difference.
        facts.next().is_none().then_some(fact)
    }
}

type Choices = Vec<(Answer, Throttle)>;

/// The throttles of which one may apply to a method: those set for itself, else those for
/// its resource, which may mean nothing. None of them set is one without halves.
fn candidates(own: Option<&Spelled>, resource: Option<&Spelled>) -> Choices {
    let nothing = (Answer::Nothing, Throttle::default());
    let of = |set: &Spelled, answer: fn(usize) -> Answer| -> Choices {
        let mut all: Vec<Throttle> = set.choices().collect();
        // Two spellings with the same numbers leave nothing open.
        all.sort_unstable();
        all.dedup();
        let all = all.into_iter().enumerate();
        all.map(|(at, throttle)| (answer(at), throttle)).collect()
    };
    match (own, resource) {
        (Some(own), _) => of(own, Answer::Method),
        (None, Some(resource)) => {
            let mut all = of(resource, Answer::Resource);
            // Nobody says that `/path/*` means all methods of the resource: it may mean
            // none.
            all.push(nothing);
            all
        }
        (None, None) => vec![nothing],
    }
}

/// The throttles that are set in the plan and at the stage for one method.
struct Sets<'a> {
    plan: Throttle,
    own: Option<&'a Spelled>,
    plan_resource: Option<&'a Spelled>,
    plan_all: Option<&'a Spelled>,
    setting: Option<&'a Spelled>,
    stage_resource: Option<&'a Spelled>,
    stage_all: Option<&'a Spelled>,
}

impl<'a> Sets<'a> {
    fn of(column: &'a ColumnOf<'_>, method: &MethodKey, reach: Reach) -> Self {
        let is_metered = reach != Reach::Unmetered;
        let is_all = method.is_all();
        let own = column.methods.own(method).filter(|_| is_metered && !is_all);
        let plan_resource = column.methods.of_resource(method);
        let setting = column.settings.own(method).filter(|_| !is_all);
        let stage_resource = column.settings.of_resource(method);
        Self {
            plan: if is_metered {
                column.plan
            } else {
                Throttle::default()
            },
            own,
            plan_resource: plan_resource.filter(|_| is_metered && own.is_none()),
            plan_all: column.methods.all.as_ref().filter(|_| is_metered),
            setting,
            stage_resource: stage_resource.filter(|_| setting.is_none()),
            stage_all: column.settings.all.as_ref(),
        }
    }

    /// The throttles of the plan that may be the method's. Where none is set for it, the
    /// plan's for all methods takes its place.
    fn of_method(&self) -> Vec<(Answer, Option<Answer>, Throttle)> {
        let none = Throttle::default();
        let mut all = Vec::with_capacity(1);
        for (own, throttle) in candidates(self.own, self.plan_resource) {
            if throttle == none {
                let of_all = candidates(self.plan_all, None).into_iter();
                all.extend(of_all.map(|(answer, throttle)| (own, Some(answer), throttle)));
            } else {
                all.push((own, None, throttle));
            }
        }
        all
    }

    fn has_method(&self) -> bool {
        self.own.or(self.plan_resource).or(self.plan_all).is_some()
    }

    fn has_off(&self) -> bool {
        let setting = self.setting.or(self.stage_resource);
        setting.is_some_and(Spelled::is_off) && self.stage_all.is_some()
    }

    fn has_half(&self) -> bool {
        let of_method = match self.own {
            Some(own) => [Some(own), None],
            None => [self.plan_resource, self.plan_all],
        };
        of_method.into_iter().flatten().any(Spelled::is_half) || is_half(self.plan)
    }
}

/// The limits on a method in every reading of what is open.
pub(super) fn readings(column: &ColumnOf<'_>, method: &MethodKey, reach: Reach) -> Readings {
    let sets = Sets::of(column, method, reach);
    let of_setting = candidates(sets.setting, sets.stage_resource);
    let of_default = candidates(sets.stage_all, None);
    let of_stage = |rank, limit| Link::of_stage(rank, LimitReading::of(column.stages, |_| limit));
    let account = LimitReading::of(Some(column.account), AccountLimits::told);
    let account = Link::of_account(account);
    let both = |is_open: bool| {
        if is_open {
            &[false, true][..]
        } else {
            &[false][..]
        }
    };
    // A plan counts only requests with an API key; its limits are shown and do not apply.
    let uncounted = (reach == Reach::Unmetered).then(|| not_counted(column, method));
    let has_plan = sets.plan != Throttle::default();
    let mut all = Vec::with_capacity(1);
    for (own, of_all, of_method) in sets.of_method() {
        let plan_method = Link::of_plan(Rank::PlanMethod, of_method);
        for is_beside in both(sets.has_method() && has_plan) {
            let mut plan = Link::of_plan(Rank::Plan, sets.plan);
            if !is_beside {
                plan = plan.replaced_by(plan_method);
            }
            let [plan_method, plan] = uncounted.unwrap_or([plan_method, plan]);
            for (setting, of_setting) in &of_setting {
                let stage_method = of_stage(Rank::StageMethod, *of_setting);
                for (default, of_default) in &of_default {
                    let stage_all = of_stage(Rank::StageDefault, *of_default);
                    let stage_all = stage_all.replaced_by(stage_method);
                    for lifts in both(sets.has_off()) {
                        let stage_all = if *lifts {
                            // A -1 may lift the stage's default too.
                            stage_all.lifted_by(stage_method)
                        } else {
                            stage_all
                        };
                        all.push(Reading {
                            answers: Answers {
                                own,
                                all: of_all,
                                is_beside: *is_beside,
                                setting: *setting,
                                default: *default,
                                lifts: *lifts,
                            },
                            links: [plan_method, plan, stage_method, stage_all, account],
                        });
                    }
                }
            }
        }
    }
    Readings {
        all,
        has_half: sets.has_half(),
    }
}

/// The plan's limits on a method that asks for no API key.
fn not_counted(column: &ColumnOf<'_>, method: &MethodKey) -> [Link; 2] {
    let methods = &column.methods;
    let set = methods.own(method).filter(|_| !method.is_all());
    let set = set.or_else(|| methods.of_resource(method));
    let set = set.or(methods.all.as_ref());
    let set = set.map_or(Throttle::default(), |set| set.first);
    [
        Link::not_counted(Rank::PlanMethod, set),
        Link::not_counted(Rank::Plan, column.plan),
    ]
}

impl Readings {
    /// The least that any reading lets through, and the most where they differ.
    pub fn range<T: Copy + Ord>(
        &self,
        part: fn(&Link) -> LimitHalf<T>,
    ) -> (Option<Bound<T>>, Option<Most<T>>) {
        let mut least: Option<Bound<T>> = None;
        let mut most: Option<Most<T>> = None;
        for reading in &self.all {
            let bound = reading.lowest(part);
            let is_less = |there: Bound<T>| bound.is_some_and(|bound| bound.value < there.value);
            if least.is_none_or(is_less) {
                least = bound.or(least);
            }
            most = Some(match (most, bound) {
                // One reading without a limit is enough: that one lets the most through.
                (_, None) | (Some(Most::NoLimit), _) => Most::NoLimit,
                (Some(Most::Limit(there)), Some(bound)) if there.value >= bound.value => {
                    Most::Limit(there)
                }
                (_, Some(bound)) => Most::Limit(bound),
            });
        }
        let differs = |most: &Most<T>| match (most.limit(), least) {
            (Some(most), Some(least)) => most.value > least.value,
            (None, Some(_)) => true,
            (_, None) => false,
        };
        (least, most.filter(differs))
    }

    fn links_of_all(&self) -> impl Iterator<Item = &Link> {
        self.all.iter().flat_map(|reading| &reading.links)
    }

    pub fn has_unknown(&self) -> bool {
        self.links_of_all().any(Link::is_unknown)
    }

    /// The reason why some limit is not here; one that may not be read comes before
    /// one that is awaited.
    pub fn missing(&self) -> Option<MissingLimit> {
        // Both halves of a limit come with one answer, so that the rate tells for both.
        let has = |part| self.links_of_all().any(|link| link.rate == part);
        if has(LimitHalf::NotPermitted) {
            Some(MissingLimit::Withheld)
        } else {
            has(LimitHalf::NotYet).then_some(MissingLimit::Awaited)
        }
    }

    /// The lot of requests where a limit is 0.
    pub fn outcome(&self) -> Traffic {
        let stops: Option<Vec<Stop>> = self.all.iter().map(Reading::stop).collect();
        match stops.and_then(|stops| stops.into_iter().max()) {
            // Only where each reading stops is it certain; the latest stop is promised.
            Some(most) => Traffic::Stops(most),
            None if self.all.iter().any(|reading| reading.stop().is_some()) => Traffic::Perhaps,
            None => Traffic::Flows,
        }
    }

    /// The limits of the readings together: what not all of them have is open.
    pub fn links(&self) -> [Link; 5] {
        let mut all = self.all.iter().map(|reading| reading.links);
        let Some(first) = all.next() else {
            return Rank::ALL.map(|rank| Link::of_plan(rank, Throttle::default()));
        };
        all.fold(first, |mut merged, links| {
            for (merged, link) in merged.iter_mut().zip(links) {
                merged.rate = merged.rate.or_open(link.rate);
                merged.burst = merged.burst.or_open(link.burst);
            }
            merged
        })
    }

    /// The limits of the reading that lets most through.
    pub fn loosest(&self) -> [Link; 5] {
        let bounds = |reading: &&Reading| {
            let Outcome { rate, burst, .. } = reading.outcome();
            // No limit is more than any.
            (rate.is_none(), rate, burst.is_none(), burst)
        };
        let loosest = self.all.iter().max_by_key(bounds);
        loosest.map_or_else(|| self.links(), |reading| reading.links)
    }

    /// The open facts of which an answer alone would make a difference.
    pub fn open_facts(&self) -> Vec<Fact> {
        let outcomes: Vec<Outcome> = match self.all.len() {
            // Nearly all cells have one reading, and nothing to compare.
            1 => Vec::new(),
            _ => self.all.iter().map(Reading::outcome).collect(),
        };
        let mut facts: Vec<Fact> = Vec::new();
        let all = || self.all.iter().zip(&outcomes);
        for (at, (one, outcome)) in all().enumerate() {
            for (other, of_other) in all().skip(at + 1) {
                if outcome != of_other {
                    facts.extend(one.answers.apart(other.answers));
                }
            }
        }
        facts.sort_unstable();
        facts.dedup();
        facts
    }

    /// The facts that what applies rests on: what is open only where it makes a
    /// difference.
    pub fn facts(&self, applying: &Applying, quota: Option<OddQuota>) -> Vec<Fact> {
        let is_answered = applying.rate.is_some() || applying.burst.is_some();
        let mut facts: Vec<Fact> = Vec::new();
        if is_answered {
            facts = self.open_facts();
            for one in &self.all {
                if one.rests_on_all() {
                    facts.push(Fact::AllInPlan);
                }
                facts.extend(one.stop_with_fact().map(|(_, fact)| fact));
            }
            // What stands in for the other half is a reading of its own.
            facts.extend(self.has_half.then_some(Fact::HalfThrottle));
        }
        facts.extend(quota.map(OddQuota::fact));
        facts.sort_unstable();
        facts.dedup();
        facts
    }
}

/// The outcome of a reading.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Outcome {
    rate: Option<Rate>,
    burst: Option<Count>,
    stop: Option<Stop>,
}

impl Reading {
    fn lowest<T: Copy + Ord>(&self, part: fn(&Link) -> LimitHalf<T>) -> Option<Bound<T>> {
        lowest(self.links.iter().map(|link| (link.rank, part(link))))
    }

    fn outcome(&self) -> Outcome {
        Outcome {
            rate: self.lowest(|link| link.rate).map(|bound| bound.value),
            burst: self.lowest(|link| link.burst).map(|bound| bound.value),
            stop: self.stop(),
        }
    }

    fn stop(&self) -> Option<Stop> {
        self.stop_with_fact().map(|(stop, _)| stop)
    }

    /// The requests that a 0 in it lets through, and the best fact that says so.
    fn stop_with_fact(&self) -> Option<(Stop, Fact)> {
        let burst = self.lowest(|link| link.burst);
        let stops = self
            .links
            .iter()
            .filter_map(Link::stop)
            .map(|stop| match stop {
                // The next that is known stands in for the half that is not set.
                (Stop::AfterUnknown, fact) => {
                    let stop = burst.map_or(Stop::AfterUnknown, |burst| Stop::After(burst.value));
                    (stop, fact)
                }
                stop => stop,
            });
        // Of two limits that stop alike, the better founded one is named.
        stops.min_by_key(|(stop, fact)| (*stop, fact.basis()))
    }

    /// Returns true if the meaning of a plan's `*/*` matters to it: without it,
    /// something else would come of it.
    fn rests_on_all(&self) -> bool {
        let is_by_all = !matches!(self.answers.all, None | Some(Answer::Nothing));
        is_by_all && {
            let outcome = self.outcome();
            let mut without = Self {
                answers: self.answers,
                links: self.links,
            };
            let [method, plan, ..] = &mut without.links;
            *method = Link::of_plan(Rank::PlanMethod, Throttle::default());
            plan.rate = plan.rate.counted();
            plan.burst = plan.burst.counted();
            without.outcome() != outcome
        }
    }
}

impl<T> LimitHalf<T> {
    /// With nothing in its place.
    fn counted(self) -> Self {
        match self {
            Self::Replaced(value) => Self::Set(value),
            itself => itself,
        }
    }
}

impl<T: Copy + Ord> LimitHalf<T> {
    /// With what another reading has: the same, or open.
    fn or_open(self, other: Self) -> Self {
        let ends = |part: Self| match part {
            Self::Set(value) | Self::Replaced(value) => Some((value, value)),
            Self::Open(least, most) => Some((least, most)),
            _ => None,
        };
        if self == other {
            return self;
        }
        match (ends(self), ends(other)) {
            (Some((a, b)), Some((c, d))) => Self::Open(a.min(c), b.max(d)),
            // One reading has a limit here and another has none: whether it applies is
            // open.
            (Some((a, b)), None) | (None, Some((a, b))) => Self::Open(a, b),
            (None, None) => self,
        }
    }
}
