//! The readings of what AWS leaves open, and what applies in each of them.

use std::borrow::Cow;

use super::{
    Applying, Bound, ColumnOf, Count, Fact, Link, MethodKey, Most, Part, Rank, Rate, Reach, Seen,
    Throttle, lowest,
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

    fn is_open(&self) -> bool {
        self.others.iter().any(|other| *other != self.first)
    }

    /// Whether one of them has only one half.
    fn is_half(&self) -> bool {
        self.choices().any(is_half)
    }

    /// Whether one of them has a -1.
    fn is_off(&self) -> bool {
        self.choices().any(|limit| {
            limit.rate.is_some_and(|rate| rate < Rate::ZERO)
                || limit.burst.is_some_and(|burst| burst < Count::ZERO)
        })
    }
}

/// Whether only one half of a throttle is set.
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

    /// What is set for a method itself.
    pub fn own(&self, method: &MethodKey) -> Option<&Spelled> {
        let list = if method.method() == "*" {
            &self.resources
        } else {
            &self.methods
        };
        let at = list.binary_search_by(|(key, _)| (**key).cmp(method));
        at.ok().and_then(|at| list.get(at)).map(|(_, set)| set)
    }

    /// What is set for all methods of a method's resource.
    pub fn of_resource(&self, method: &MethodKey) -> Option<&Spelled> {
        if self.resources.is_empty() || method.method() == "*" {
            return None;
        }
        self.own(&MethodKey::of(method.path(), "*"))
    }
}

/// The limits in every reading.
pub(super) struct Readings {
    all: Vec<[Link; 5]>,
    facts: Vec<Fact>,
}

/// The throttles of which one may apply to a method: those set for itself, else those for
/// its resource, which may mean nothing. None of them set is one without halves.
fn candidates(own: Option<&Spelled>, resource: Option<&Spelled>) -> Vec<Throttle> {
    let mut all: Vec<Throttle> = match (own, resource) {
        (Some(own), _) => own.choices().collect(),
        (None, Some(resource)) => {
            let nothing = std::iter::once(Throttle::default());
            resource.choices().chain(nothing).collect()
        }
        (None, None) => vec![Throttle::default()],
    };
    all.sort_unstable();
    all.dedup();
    all
}

/// The limits on a method in every reading of what is open.
pub(super) fn readings(column: &ColumnOf<'_>, method: &MethodKey, reach: Reach) -> Readings {
    let is_metered = reach != Reach::Unmetered;
    let is_all = method.is_all();
    let own = column.methods.own(method).filter(|_| is_metered && !is_all);
    let plan_resource = column.methods.of_resource(method);
    let plan_resource = plan_resource.filter(|_| is_metered && own.is_none());
    let plan_all = column.methods.all.as_ref().filter(|_| is_metered);
    let set = column.settings.own(method).filter(|_| !is_all);
    let stage_resource = column
        .settings
        .of_resource(method)
        .filter(|_| set.is_none());
    let stage_all = column.settings.all.as_ref();
    let plan = if is_metered {
        column.plan
    } else {
        Throttle::default()
    };
    let has_method = own.or(plan_resource).or(plan_all).is_some();
    let has_plan = plan != Throttle::default();

    // Where none is set for the method, the plan's for all methods takes its place.
    let none = Throttle::default();
    let own_choices = candidates(own, plan_resource);
    let mut of_method: Vec<Throttle> = own_choices.iter().copied().filter(|t| *t != none).collect();
    let falls_to_all = own_choices.contains(&none);
    if falls_to_all {
        of_method.extend(candidates(plan_all, None));
    }
    let of_setting = candidates(set, stage_resource);
    let of_default = candidates(stage_all, None);

    let of_stage = |rank, limit| Link::of_stage(rank, Seen::of(column.stages, |_| limit));
    let account = Seen::of(Some(column.account), |limits| {
        limits.throttle.unwrap_or_default()
    });
    let account = Link::of_account(account);
    let has_off = set.or(stage_resource).is_some_and(Spelled::is_off) && stage_all.is_some();
    let both = |is_open: bool| {
        if is_open {
            &[false, true][..]
        } else {
            &[false][..]
        }
    };
    let uncounted = (!is_metered).then(|| not_counted(column, method));
    let mut all = Vec::with_capacity(1);
    for of_method in of_method {
        let plan_method = Link::of_plan(Rank::PlanMethod, of_method);
        for is_beside in both(has_method && has_plan) {
            let mut plan = Link::of_plan(Rank::Plan, plan);
            if !is_beside {
                plan = plan.replaced_by(plan_method);
            }
            let [plan_method, plan] = uncounted.unwrap_or([plan_method, plan]);
            for of_setting in &of_setting {
                let stage_method = of_stage(Rank::StageMethod, *of_setting);
                for of_default in &of_default {
                    let stage_all = of_stage(Rank::StageDefault, *of_default);
                    let stage_all = stage_all.replaced_by(stage_method);
                    all.push([plan_method, plan, stage_method, stage_all, account]);
                    if has_off {
                        // A -1 may lift the stage's default too.
                        let lifted = stage_all.lifted_by(stage_method);
                        all.push([plan_method, plan, stage_method, lifted, account]);
                    }
                }
            }
        }
    }
    let all_set = [own, plan_resource, plan_all, set, stage_resource, stage_all];
    let is_twice = all_set.into_iter().flatten().any(Spelled::is_open);
    let of_method = own.map_or([plan_resource, plan_all], |own| [Some(own), None]);
    let has_half = of_method.into_iter().flatten().any(Spelled::is_half);
    let has_half = has_half || is_metered && is_half(plan);
    let is_by_all = falls_to_all && plan_all.is_some();
    let has_resource = plan_resource.or(stage_resource).is_some();
    let facts = [
        (has_method && has_plan, Fact::MethodBesidePlan),
        (is_by_all, Fact::AllInPlan),
        (has_resource, Fact::AllOfResource),
        (is_twice, Fact::TwoSpellings),
        (has_off, Fact::OffAtStage),
        (has_half, Fact::HalfThrottle),
    ];
    let facts = facts.into_iter().filter(|(is_met, _)| *is_met);
    Readings {
        all,
        facts: facts.map(|(_, fact)| fact).collect(),
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
        part: fn(&Link) -> Part<T>,
    ) -> (Option<Bound<T>>, Option<Most<T>>) {
        let bound = |links: &[Link; 5]| lowest(links.iter().map(|link| (link.rank, part(link))));
        let mut least: Option<Bound<T>> = None;
        let mut most: Option<Most<T>> = None;
        for links in &self.all {
            let bound = bound(links);
            let is_less = |there: Bound<T>| bound.is_some_and(|bound| bound.value < there.value);
            if least.is_none_or(is_less) {
                least = bound.or(least);
            }
            most = Some(match (most, bound) {
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

    pub fn has_unknown(&self) -> bool {
        self.all.iter().flatten().any(Link::is_unknown)
    }

    /// Whether some limit may not be read.
    pub fn is_withheld(&self) -> bool {
        let mut links = self.all.iter().flatten();
        links.any(|link| link.rate == Part::NotPermitted)
    }

    /// The limits of the readings together: what not all of them have is open.
    pub fn links(&self) -> [Link; 5] {
        let mut all = self.all.iter().copied();
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
        let bounds = |links: &[Link; 5]| {
            let rate = lowest(links.iter().map(|link| (link.rank, link.rate)));
            let burst = lowest(links.iter().map(|link| (link.rank, link.burst)));
            let rate = rate.map(|bound| bound.value);
            let burst = burst.map(|bound| bound.value);
            // No limit is more than any.
            (rate.is_none(), rate, burst.is_none(), burst)
        };
        let loosest = self.all.iter().max_by_key(|links| bounds(links));
        loosest.copied().unwrap_or_else(|| self.links())
    }

    /// The facts that what applies rests on.
    pub fn facts(&self, applying: &Applying) -> Vec<Fact> {
        let up_to = applying.up_to;
        let rates = [applying.rate, up_to.rate.and_then(Most::limit)];
        let bursts = [applying.burst, up_to.burst.and_then(Most::limit)];
        let has_zero = rates.into_iter().flatten().any(|b| b.value <= Rate::ZERO)
            || bursts.into_iter().flatten().any(|b| b.value <= Count::ZERO);
        let by_plan = rates
            .into_iter()
            .flatten()
            .any(|b| b.rank == Rank::PlanMethod)
            || bursts
                .into_iter()
                .flatten()
                .any(|b| b.rank == Rank::PlanMethod);
        let matters = |fact: &Fact| match fact {
            // Where a plan's */* bounds nothing, what it means does not matter.
            Fact::AllInPlan => by_plan,
            // What stands in for the other half is a reading of its own.
            Fact::HalfThrottle => applying.rate.is_some() || applying.burst.is_some(),
            // Where the readings agree, it does not matter which one is right.
            _ => up_to.is_open(),
        };
        let mut facts: Vec<_> = self.facts.iter().copied().filter(matters).collect();
        if has_zero {
            facts.push(Fact::ZeroBlocks);
        }
        facts
    }
}

impl<T: Copy + Ord> Part<T> {
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
            (Some((a, b)), None) | (None, Some((a, b))) => Self::Open(a, b),
            (None, None) => self,
        }
    }
}
