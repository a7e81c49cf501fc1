//! Keys of method throttles in several spellings.

use crate::plan::{MethodKey, MethodThrottles, Settings};

/// The key of a map that means a method: the same spelling where the map has it,
/// else the first that means the method.
#[must_use]
pub fn spelled<'a>(methods: &'a MethodThrottles, key: &MethodKey) -> Option<&'a MethodKey> {
    let same = methods.keys().find(|found| *found == key);
    same.or_else(|| methods.keys().find(|found| found.means(key)))
}

/// Settings that somebody typed, with method keys spelled as the plan has them,
/// else plain: what is typed for a method means that method, whatever the spelling,
/// and only what is to change is changed. Two spellings of one method stay two.
#[must_use]
pub fn respelled(base: Option<&Settings>, mut typed: Settings) -> Settings {
    for (stage, methods) in typed.stages.iter_mut() {
        let before = base.and_then(|base| base.stages.get(stage));
        let is_new = |key: &MethodKey| before.is_none_or(|before| !before.contains_key(key));
        if !methods.keys().any(is_new) {
            continue;
        }
        for key in methods.keys().cloned().collect::<Vec<_>>() {
            if !is_new(&key) {
                continue;
            }
            let as_before = before.and_then(|before| spelled(before, &key)).cloned();
            let wanted = as_before.unwrap_or_else(|| key.plain().into_owned());
            // Where both spellings were typed, neither may overwrite the other.
            if wanted != key
                && !methods.contains_key(&wanted)
                && let Some(throttle) = methods.remove(&key)
            {
                methods.insert(wanted, throttle);
            }
        }
    }
    typed
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Count, Rate, StageKey, Throttle};

    fn with(keys: &[&str]) -> Settings {
        let throttle = Throttle::new(Rate::as_read(1.0), Count::as_read(1));
        let methods = keys.iter().map(|key| (MethodKey::as_read(key), throttle));
        Settings {
            stages: [(StageKey::as_read("a", "b"), methods.collect())]
                .into_iter()
                .collect(),
            ..Settings::default()
        }
    }

    #[test]
    fn what_is_typed_takes_the_spelling_of_the_plan() {
        let typed = with(&["/pets/GET", "~1cats/GET", "//GET"]);
        assert_eq!(
            respelled(Some(&with(&["pets/GET"])), typed.clone()),
            with(&["pets/GET", "/cats/GET", "//GET"])
        );
        assert_eq!(
            respelled(None, typed),
            with(&["/pets/GET", "/cats/GET", "//GET"])
        );
        // Two spellings stay two.
        let twice = with(&["/pets/GET", "pets/GET"]);
        assert_eq!(respelled(Some(&twice), twice.clone()), twice);
        assert_eq!(respelled(None, twice.clone()), twice);
        assert_eq!(respelled(Some(&with(&["/pets/GET"])), twice.clone()), twice);
    }
}
