//! The places that are asked for: profiles and Regions, one or several of each.

use std::collections::BTreeSet;
use std::fmt;

use super::{Pattern, Wrong};

/// A profile and a Region, as far as they are named. What is not named is what the
/// environment and the AWS files say.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Spot {
    /// The profile's name.
    pub profile: Option<String>,
    /// The Region's code, such as eu-west-1.
    pub region: Option<String>,
}

impl fmt::Display for Spot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named: Vec<&str> = [&self.profile, &self.region]
            .into_iter()
            .filter_map(|name| name.as_deref())
            .collect();
        f.write_str(&named.join(" "))
    }
}

/// The places that were asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Asked {
    /// The profiles that are named; none for whatever holds without a name.
    pub(super) profiles: Vec<String>,
    /// All profiles of the AWS files whose names are of this pattern.
    pub(super) matching: Option<Pattern>,
    /// The Regions that are named; none for that of each profile.
    pub(super) regions: Vec<String>,
}

impl Asked {
    /// Returns true if the command line speaks of several places, or may.
    pub(super) fn is_several(&self) -> bool {
        self.matching.is_some() || self.profiles.len() > 1 || self.regions.len() > 1
    }

    /// Returns true if a profile is one of those that were asked for.
    pub(super) fn is_of(&self, profile: Option<&str>) -> bool {
        let Some(profile) = profile else {
            // Without a name it is whatever the environment says, and a pattern names what
            // is in files.
            return self.matching.is_none();
        };
        let matches = |pattern: &Pattern| pattern.matches(profile);
        self.profiles.iter().any(|name| name == profile)
            || self.matching.as_ref().is_some_and(matches)
    }

    /// Each profile with each Region. `in_files` are the profiles of the AWS files.
    pub(super) fn spots(&self, in_files: &[String]) -> Result<Vec<Spot>, Wrong> {
        let names = match &self.matching {
            None => self.profiles.clone(),
            Some(pattern) => {
                let matching = in_files.iter().filter(|name| pattern.matches(name));
                let matching: Vec<String> = matching.cloned().collect();
                if matching.is_empty() {
                    return Err(Wrong::NoProfile {
                        pattern: pattern.clone(),
                        known: in_files.to_vec(),
                    });
                }
                matching
            }
        };
        let profiles = or_none(names);
        let regions = or_none(self.regions.clone());
        let spots = profiles.into_iter().flat_map(|profile| {
            regions.iter().map(move |region| Spot {
                profile: profile.clone(),
                region: region.clone(),
            })
        });
        Ok(spots.collect())
    }
}

/// As much of each place's profile, Region and endpoint as tells them apart: the profile
/// where that does, else the Region, else both; of places that are the same, both.
#[must_use]
pub fn told_apart(places: &[[&str; 3]]) -> Vec<String> {
    let ways: [&[usize]; 5] = [&[0], &[1], &[0, 1], &[2], &[0, 1, 2]];
    let labels = |way: &[usize]| -> Vec<String> {
        let label = |place: &[&str; 3]| {
            let parts = way.iter().filter_map(|part| place.get(*part).copied());
            let parts: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
            parts.join(" ")
        };
        places.iter().map(label).collect()
    };
    let tells = |labels: &Vec<String>| {
        let each: BTreeSet<&String> = labels.iter().filter(|label| !label.is_empty()).collect();
        each.len() == places.len()
    };
    let found = ways.into_iter().map(labels).find(tells);
    found.unwrap_or_else(|| labels(&[0, 1]))
}

/// The names, or that there is none.
fn or_none(names: Vec<String>) -> Vec<Option<String>> {
    if names.is_empty() {
        return vec![None];
    }
    names.into_iter().map(Some).collect()
}

/// The names between commas, each once, in their order.
pub(super) fn names(text: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let given = text
        .split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty());
    for name in given {
        if !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_differs_tells_places_apart() {
        let regions = [["a", "eu-west-1", ""], ["a", "us-east-1", ""]];
        assert_eq!(told_apart(&regions), ["eu-west-1", "us-east-1"]);
        let profiles = [["a", "eu-west-1", ""], ["b", "eu-west-1", "http://x"]];
        assert_eq!(told_apart(&profiles), ["a", "b"]);
        let both = [["a", "eu-west-1", ""], ["b", "us-east-1", ""]];
        assert_eq!(told_apart(&both), ["a", "b"]);
        let product = [
            ["a", "eu-west-1", ""],
            ["a", "us-east-1", ""],
            ["b", "us-east-1", ""],
        ];
        assert_eq!(
            told_apart(&product),
            ["a eu-west-1", "a us-east-1", "b us-east-1"]
        );
        let endpoints = [
            ["a", "eu-west-1", "http://x"],
            ["a", "eu-west-1", "http://y"],
        ];
        assert_eq!(told_apart(&endpoints), ["http://x", "http://y"]);
        // One whose Region is not known yet still has a name.
        let unknown = [["a", "", ""], ["a", "us-east-1", ""]];
        assert_eq!(told_apart(&unknown), ["a", "a us-east-1"]);
        let same = [["a", "eu-west-1", ""]; 2];
        assert_eq!(told_apart(&same), ["a eu-west-1", "a eu-west-1"]);
    }

    #[test]
    fn names_stand_between_commas_each_once() {
        assert_eq!(names("b, a,b,,"), ["b", "a"]);
        assert!(names(" ,").is_empty());
    }
}
