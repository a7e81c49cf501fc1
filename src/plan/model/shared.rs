//! Values that are shared until one of the holders changes his.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use crate::plan::Map;

/// A value that clones share until one of them is changed. That two of them are the same
/// one is known without comparing what is in them: a plan may have thousands of stages,
/// and an edit of it changes few.
#[derive(Clone, Default, PartialOrd, Ord)]
pub struct Shared<T>(Arc<T>);

impl<T> Shared<T> {
    /// Returns true if both are the same one. Two that are equal may be two.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl<T> Deref for Shared<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: Clone> DerefMut for Shared<T> {
    fn deref_mut(&mut self) -> &mut T {
        Arc::make_mut(&mut self.0)
    }
}

impl<T: PartialEq> PartialEq for Shared<T> {
    fn eq(&self, other: &Self) -> bool {
        self.is_same(other) || self.0 == other.0
    }
}

impl<T: Eq> Eq for Shared<T> {}

impl<T: std::fmt::Debug> std::fmt::Debug for Shared<T> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(formatter)
    }
}

impl<T> From<T> for Shared<T> {
    fn from(value: T) -> Self {
        Self(Arc::new(value))
    }
}

impl<A, T: FromIterator<A>> FromIterator<A> for Shared<T> {
    fn from_iter<I: IntoIterator<Item = A>>(items: I) -> Self {
        Self(Arc::new(items.into_iter().collect()))
    }
}

impl<'a, K: Ord, V> IntoIterator for &'a Shared<Map<K, V>> {
    type Item = (&'a K, &'a V);
    type IntoIter = <&'a Map<K, V> as IntoIterator>::IntoIter;

    fn into_iter(self) -> Self::IntoIter {
        (&*self.0).into_iter()
    }
}

impl<K: Ord + Clone, V: Clone> IntoIterator for Shared<Map<K, V>> {
    type Item = (K, V);
    type IntoIter = <Map<K, V> as IntoIterator>::IntoIter;

    fn into_iter(self) -> Self::IntoIter {
        Arc::unwrap_or_clone(self.0).into_iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clone_is_the_same_one_until_it_is_changed() {
        let one: Shared<Vec<i32>> = [1, 2].into_iter().collect();
        let mut other = one.clone();
        assert!(one.is_same(&other));
        other.push(3);
        assert!(!one.is_same(&other));
        assert_eq!(
            (one.as_slice(), other.as_slice()),
            (&[1, 2][..], &[1, 2, 3][..])
        );
        other.pop();
        assert!(one == other && !one.is_same(&other));
    }
}
