//! Things of one kind in the order of their creation, found by id, read in pages.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

use super::refusal::Refusal;

/// Something with an id of its own.
pub(super) trait Identified {
    fn id(&self) -> &str;
}

/// Things in the order of their creation. Each has a number that is never used again, so a reader
/// in the middle of the pages meets every remaining thing once, whatever is added or removed.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "Vec<T>", into = "Vec<T>")]
#[serde(bound(
    serialize = "T: Clone + Serialize + Identified",
    deserialize = "T: Deserialize<'de> + Identified"
))]
pub(super) struct Collection<T> {
    things: BTreeMap<u32, T>,
    numbers: HashMap<Box<str>, u32>,
    next: u32,
}

impl<T> Default for Collection<T> {
    fn default() -> Self {
        Self {
            things: BTreeMap::new(),
            numbers: HashMap::new(),
            next: 0,
        }
    }
}

impl<T: Identified> TryFrom<Vec<T>> for Collection<T> {
    type Error = String;

    fn try_from(things: Vec<T>) -> Result<Self, String> {
        let mut collection = Self::default();
        for thing in things {
            if collection.contains(thing.id()) {
                return Err(format!("the id '{}' occurs twice", thing.id()));
            }
            collection.insert(thing);
        }
        Ok(collection)
    }
}

impl<T> From<Collection<T>> for Vec<T> {
    fn from(collection: Collection<T>) -> Self {
        collection.things.into_values().collect()
    }
}

impl<T: Identified> Collection<T> {
    pub fn len(&self) -> usize {
        self.things.len()
    }

    pub fn contains(&self, id: &str) -> bool {
        self.numbers.contains_key(id)
    }

    pub fn number(&self, id: &str) -> Option<u32> {
        self.numbers.get(id).copied()
    }

    pub fn get(&self, id: &str) -> Option<&T> {
        self.things.get(self.numbers.get(id)?)
    }

    pub fn get_mut(&mut self, id: &str) -> Option<&mut T> {
        self.things.get_mut(self.numbers.get(id)?)
    }

    /// Adds a thing at the end, or puts it in the place of the one with the same id.
    pub fn insert(&mut self, thing: T) {
        let number = self.number(thing.id()).unwrap_or_else(|| {
            self.next += 1;
            self.next
        });
        self.numbers.insert(thing.id().into(), number);
        self.things.insert(number, thing);
    }

    pub fn remove(&mut self, id: &str) -> Option<T> {
        self.things.remove(&self.numbers.remove(id)?)
    }

    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &T> {
        self.things.values()
    }

    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.things.values_mut()
    }

    /// One page, oldest first, of the things that `keep` lets through.
    pub fn oldest_first(&self, page: PageQuery, keep: impl Fn(&T) -> bool) -> Paged<&T> {
        let rest = self
            .things
            .range(page.after.map_or(0, |after| after.saturating_add(1))..);
        page.cut(
            rest.filter(|(_, thing)| keep(thing))
                .map(|(number, thing)| (*number, thing)),
        )
    }

    /// One page, newest first, of the things that `keep` lets through.
    pub fn newest_first(&self, page: PageQuery, keep: impl Fn(&T) -> bool) -> Paged<&T> {
        let rest = self.things.range(..page.after.unwrap_or(u32::MAX)).rev();
        page.cut(
            rest.filter(|(_, thing)| keep(thing))
                .map(|(number, thing)| (*number, thing)),
        )
    }
}

/// The page of a list that is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct PageQuery {
    /// The number of the last thing on the page before.
    pub after: Option<u32>,
    pub limit: usize,
}

/// A page, and the position of the next one if there is more.
#[derive(Debug)]
pub(super) struct Paged<T> {
    pub things: Vec<T>,
    pub position: Option<String>,
}

impl PageQuery {
    /// Reads the query parameters: `limit` is 25 unless given and at most 500 (confirmed by the
    /// model). That a limit outside 1 to 500 and a foreign position are refused is inferred.
    pub fn parse(position: Option<&str>, limit: Option<&str>) -> Result<Self, Refusal> {
        let limit = match limit {
            None => 25,
            Some(text) => text
                .parse()
                .ok()
                .filter(|limit| (1..=500).contains(limit))
                .ok_or_else(|| {
                    Refusal::bad_request(
                        "Invalid limit specified. Must be between 1 and 500 inclusive",
                    )
                })?,
        };
        let after = position.filter(|text| !text.is_empty()).map(|text| {
            u32::from_str_radix(text, 36)
                .map_err(|_| Refusal::bad_request("Invalid position specified"))
        });
        Ok(Self {
            after: after.transpose()?,
            limit,
        })
    }

    /// Takes this page off the front of `rest`, which starts after `self.after`.
    pub fn cut<T>(self, rest: impl Iterator<Item = (u32, T)>) -> Paged<T> {
        let mut rest = rest.peekable();
        let mut things = Vec::with_capacity(self.limit.min(rest.size_hint().0.max(16)));
        let mut last = 0;
        for (number, thing) in rest.by_ref().take(self.limit) {
            things.push(thing);
            last = number;
        }
        // The last page has none (the service's model); clients read on as long as there is
        // one.
        let position = rest.peek().is_some().then(|| base36(last));
        Paged { things, position }
    }
}

fn base36(mut number: u32) -> String {
    let mut digits = Vec::new();
    loop {
        digits.push(char::from_digit(number % 36, 36).unwrap_or('0'));
        number /= 36;
        if number == 0 {
            break digits.into_iter().rev().collect();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Clone, Serialize, Deserialize)]
    struct Thing(String);

    impl Identified for Thing {
        fn id(&self) -> &str {
            &self.0
        }
    }

    fn things(count: usize) -> Collection<Thing> {
        let names: Vec<_> = (0..count).map(|i| Thing(format!("t{i}"))).collect();
        Collection::try_from(names).unwrap()
    }

    fn walk(
        collection: &mut Collection<Thing>,
        limit: usize,
        mut between: impl FnMut(&mut Collection<Thing>),
    ) -> Vec<String> {
        let mut page = PageQuery { after: None, limit };
        let mut seen = Vec::new();
        loop {
            let paged = collection.oldest_first(page, |_| true);
            seen.extend(paged.things.iter().map(|thing| thing.0.clone()));
            let Some(position) = paged.position else {
                return seen;
            };
            page = PageQuery::parse(Some(&position), Some(&limit.to_string())).unwrap();
            between(collection);
        }
    }

    #[test]
    fn pages_hold_every_thing_once() {
        for count in [0, 1, 25, 49, 50, 51] {
            let seen = walk(&mut things(count), 25, |_| ());
            assert_eq!(seen.len(), count);
            assert_eq!(
                seen,
                (0..count).map(|i| format!("t{i}")).collect::<Vec<_>>()
            );
        }
    }

    #[test]
    fn removing_between_pages_skips_nothing_else() {
        let mut gone = 0;
        let seen = walk(&mut things(20), 5, |collection| {
            collection.remove(&format!("t{gone}"));
            gone += 1;
        });
        assert_eq!(seen.len(), 20);
    }

    #[test]
    fn newest_first_turns_the_order_round() {
        let collection = things(3);
        let first = collection.newest_first(
            PageQuery {
                after: None,
                limit: 2,
            },
            |_| true,
        );
        assert_eq!(
            first
                .things
                .iter()
                .map(|t| t.0.as_str())
                .collect::<Vec<_>>(),
            ["t2", "t1"]
        );
        let page = PageQuery::parse(first.position.as_deref(), None).unwrap();
        let second = collection.newest_first(page, |_| true);
        assert_eq!(
            second
                .things
                .iter()
                .map(|t| t.0.as_str())
                .collect::<Vec<_>>(),
            ["t0"]
        );
        assert_eq!(second.position, None);
    }

    #[test]
    fn odd_pages_are_refused() {
        for (position, limit) in [
            (None, Some("0")),
            (None, Some("501")),
            (None, Some("-1")),
            (None, Some("x")),
            (Some("!"), None),
        ] {
            assert_eq!(
                PageQuery::parse(position, limit).unwrap_err().status,
                400,
                "{position:?} {limit:?}"
            );
        }
    }

    #[test]
    fn an_id_that_occurs_twice_is_an_error() {
        assert!(serde_json::from_str::<Collection<Thing>>(r#"["a","a"]"#).is_err());
    }
}
