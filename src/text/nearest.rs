//! The name that a person meant who wrote another.

/// The name that was meant, where one is near: a letter too many, too few, wrong or
/// changed with its neighbor, and one more for every four of the name.
pub(crate) fn nearest<'a>(written: &str, names: &[&'a str]) -> Option<&'a str> {
    // Options are joined by underscores, commands and keys by hyphens: that somebody took
    // the one for the other must not use up the slips that are allowed.
    let plain = |name: &str| name.to_lowercase().replace('-', "_");
    let written = plain(written);
    let distance = |name: &&&str| strsim::osa_distance(&written, &plain(name));
    let near = names.iter().min_by_key(distance)?;
    (distance(&near) <= 1 + near.len() / 4).then_some(near)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn case_and_joints_are_no_slips() {
        let names = ["page-down", "read_only", "Esc"];
        assert_eq!(nearest("PAGE_DOWN", &names), Some("page-down"));
        assert_eq!(nearest("read-olny", &names), Some("read_only"));
        assert_eq!(nearest("esc", &names), Some("Esc"));
        assert_eq!(nearest("throttle", &names), None);
        assert_eq!(nearest("esc", &[]), None);
    }
}
