//! Plans by what happens to them.

use std::collections::HashMap;
use std::fmt;

use super::{ChangedField, Entry};
use crate::plan::model::human::short_rate;
use crate::plan::{Field, Rate};

/// Plans to which the same happens.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// Their places in the list, in its order; at least one.
    pub plans: Vec<usize>,
    /// Set if they are to be made.
    pub is_new: bool,
    /// The changes of one of them, in the order of a plan's fields. The method
    /// throttles of a stage, which travel as one operation, are told apart.
    pub lines: Vec<GroupChange>,
}

/// The change of one field in all plans of a group.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupChange {
    /// The field.
    pub field: Field,
    /// The readings before.
    pub before: Span,
    /// The readings after.
    pub after: Span,
}

impl GroupChange {
    /// `+` for new, `-` for gone, `~` for changed.
    #[must_use]
    pub fn mark(&self) -> char {
        match (&self.before, &self.after) {
            (Span::Nothing, _) => '+',
            (_, Span::Nothing) => '-',
            _ => '~',
        }
    }
}

impl fmt::Display for GroupChange {
    /// `rate limit 100..500 -> 120..600`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{} {} -> {}", self.field, self.before, self.after))
    }
}

/// The readings of a field in several plans.
#[derive(Clone, Debug, PartialEq)]
pub enum Span {
    /// Nothing, in all of them.
    Nothing,
    /// The same in all of them.
    Same(String),
    /// Numbers from the least to the most.
    Numbers(f64, f64),
    /// So many different texts.
    Texts(usize),
}

impl fmt::Display for Span {
    /// `none`, `MONTH`, `100..500`, `3 values`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = |value: f64| short_rate(Rate::as_read(value));
        match self {
            Self::Nothing => f.pad("none"),
            Self::Same(text) => f.pad(text),
            Self::Numbers(least, most) => f.pad(&format!("{}..{}", number(*least), number(*most))),
            Self::Texts(count) => f.pad(&format!("{count} values")),
        }
    }
}

/// A plan to which something happens.
type Changed = (usize, Vec<ChangedField>);

/// The fields that change and the sign of each change, whatever the values.
type Shape<'a> = (bool, Vec<(&'a Field, char)>);

/// Groups plans: the same fields in the same way, and where one set of new values
/// has more than half of those, that one apart from the others. The largest group
/// first, of the same size that of the first plan.
pub(super) fn groups(entries: &[Entry<'_>], changed: &[Changed]) -> Vec<Group> {
    let mut shapes: HashMap<Shape<'_>, Vec<&Changed>> = HashMap::new();
    for one in changed {
        let is_new = entries.get(one.0).is_some_and(|entry| entry.base.is_none());
        let fields = one.1.iter();
        let fields = fields.map(|changed| (&changed.field, changed.mark()));
        let shape = (is_new, fields.collect());
        shapes.entry(shape).or_default().push(one);
    }
    let mut groups: Vec<Group> = Vec::new();
    for ((is_new, _), members) in shapes {
        // One value that most plans get reads as one line; the rest are looked at apart.
        let (common, others) = part(members);
        let parts = [common, others].into_iter();
        groups.extend(parts.filter_map(|members| group(is_new, &members)));
    }
    // A hash map has no order, and the groups must not change places between two looks.
    let order = |group: &Group| {
        let first = group.plans.first().copied();
        (std::cmp::Reverse(group.plans.len()), first)
    };
    groups.sort_by_key(order);
    groups
}

/// Parts those with the most common set of new values from the others, where they
/// are more than half of all; else nothing is parted.
fn part(members: Vec<&Changed>) -> (Vec<&Changed>, Vec<&Changed>) {
    let mut counts: HashMap<Vec<Option<&str>>, usize> = HashMap::new();
    for one in &members {
        *counts.entry(values(one)).or_default() += 1;
    }
    let most = counts.into_iter().max_by_key(|(_, count)| *count);
    match most {
        // Only one set can have more than half, so that no tie is decided by a hash map's
        // order.
        Some((common, count)) if count * 2 > members.len() => {
            members.into_iter().partition(|one| values(one) == common)
        }
        _ => (members, Vec::new()),
    }
}

/// The new values.
fn values(one: &Changed) -> Vec<Option<&str>> {
    one.1
        .iter()
        .map(|changed| changed.after.as_deref())
        .collect()
}

fn group(is_new: bool, members: &[&Changed]) -> Option<Group> {
    let (_, first) = members.first()?;
    let line = |(index, changed): (usize, &ChangedField)| {
        let of = |value: fn(&ChangedField) -> &Option<String>| {
            // All members have the same fields in the same order: that is what they were
            // grouped by.
            let values = members.iter().filter_map(|one| one.1.get(index));
            span(
                &changed.field,
                values.map(|changed| value(changed).as_deref()),
            )
        };
        GroupChange {
            field: changed.field.clone(),
            before: of(|changed| &changed.before),
            after: of(|changed| &changed.after),
        }
    };
    Some(Group {
        plans: members.iter().map(|(plan, _)| *plan).collect(),
        is_new,
        lines: first.iter().enumerate().map(line).collect(),
    })
}

fn span<'a>(field: &Field, values: impl Iterator<Item = Option<&'a str>>) -> Span {
    let mut values: Vec<&str> = values.flatten().collect();
    let Some(first) = values.first().copied() else {
        return Span::Nothing;
    };
    let is_same = values.iter().all(|value| *value == first);
    let is_number = matches!(
        field,
        Field::Rate
            | Field::Burst
            | Field::QuotaLimit
            | Field::QuotaOffset
            | Field::MethodRate(..)
            | Field::MethodBurst(..)
    );
    let numbers = values.iter().filter_map(|value| value.parse::<f64>().ok());
    match is_number {
        _ if is_same => {
            let number = numbers.take(usize::from(is_number)).next();
            Span::Same(number.map_or(first.to_owned(), |n| short_rate(Rate::as_read(n))))
        }
        true => {
            let (mut least, mut most) = (f64::INFINITY, f64::NEG_INFINITY);
            for number in numbers {
                (least, most) = (least.min(number), most.max(number));
            }
            Span::Numbers(least, most)
        }
        false => {
            values.sort_unstable();
            values.dedup();
            Span::Texts(values.len())
        }
    }
}
