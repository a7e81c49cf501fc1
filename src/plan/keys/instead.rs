//! What can be done in place of what plans of the same stage stand against.

use super::Members;
use crate::plan::{Aim, PlanId};

impl Members<'_> {
    /// The same end by another way, where a key cannot enter a plan because others of
    /// the same stage have it: it moves from one of them, and leaves the rest before.
    /// `None` where nothing of that kind stands against it.
    #[must_use]
    pub fn by_moving(&self, aim: &Aim) -> Option<Vec<Aim>> {
        let Aim::Key {
            key,
            from,
            to: Some(to),
        } = aim
        else {
            return None;
        };
        let place = self.places.get(to).copied()?;
        if self.is_in(key, place) {
            return None;
        }
        let from_place = from.as_ref().and_then(|from| self.places.get(from));
        let stands_against = |other: &usize| {
            Some(other) != from_place && self.common_stages(place, *other).next().is_some()
        };
        let others = self.places_of(key).filter(stands_against);
        let others = others.filter_map(|other| Some(self.plans.get(other)?.plan?.id.clone()));
        let mut others: Vec<PlanId> = others.collect();
        let moves_from = match from {
            Some(from) if !others.is_empty() => from.clone(),
            Some(_) => return None,
            None => others.pop()?,
        };
        let change = |from: PlanId, to: Option<PlanId>| Aim::Key {
            key: key.clone(),
            from: Some(from),
            to,
        };
        let leaves = others.into_iter().map(|other| change(other, None));
        let moves = change(moves_from, Some(to.clone()));
        Some(leaves.chain([moves]).collect())
    }
}
