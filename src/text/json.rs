//! JSON as people read it.

/// The widest line that an object or a list is put on.
const WIDEST: usize = 88;

/// JSON over several lines with what is small on one line each: a patch operation always,
/// and any object or list without others in it that is not wide. It means the same.
#[must_use]
pub fn readable(pretty: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    // The lines at which what is open begins, and whether it has others in it.
    let mut open: Vec<(usize, bool)> = Vec::new();
    for line in pretty.lines() {
        let (bare, at) = (line.trim_start(), lines.len());
        lines.push(line.to_owned());
        // A text ends with its quote: a bracket at an end is no part of one.
        if line.ends_with(['{', '[']) {
            if let Some((_, has_others)) = open.last_mut() {
                *has_others = true;
            }
            open.push((at, false));
        } else if bare.starts_with(['}', ']'])
            && let Some((begin, false)) = open.pop()
            && let Some(joined) = joined(&lines[begin..])
        {
            lines.truncate(begin);
            lines.push(joined);
        }
    }
    lines.join("\n")
}

/// An object or a list on one line; `None` where that would be too wide.
fn joined(lines: &[String]) -> Option<String> {
    let [first, inner @ .., last] = lines else {
        return None;
    };
    let inner: Vec<&str> = inner.iter().map(|line| line.trim()).collect();
    let is_operation = inner
        .first()
        .is_some_and(|line| line.starts_with("\"op\":"));
    let joined = format!("{first}{}{}", inner.join(" "), last.trim_start());
    (is_operation || joined.chars().count() <= WIDEST).then_some(joined)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::readable;

    fn lines(value: &Value) -> String {
        readable(&serde_json::to_string_pretty(value).unwrap())
    }

    #[test]
    fn an_operation_stands_on_a_line_of_its_own_however_long() {
        let long = "{\"/pets/GET\":{\"rateLimit\":1.0}}".repeat(5);
        let body = json!({"patchOperations": [
            {"op": "replace", "path": "/name", "value": "a [b] {"},
            {"op": "replace", "path": "/apiStages/a:b/throttle", "value": long},
        ]});
        let text = lines(&body);
        let shown: Vec<&str> = text.lines().collect();
        assert_eq!(shown.len(), 6, "{text}");
        assert_eq!(shown[..2], ["{", "  \"patchOperations\": ["]);
        let first = "    {\"op\": \"replace\", \"path\": \"/name\", \"value\": \"a [b] {\"},";
        assert_eq!(shown[2], first);
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), body);
    }

    #[test]
    fn what_is_wide_or_has_others_in_it_keeps_its_lines() {
        let wide = json!({"a": "x".repeat(90)});
        assert_eq!(lines(&wide).lines().count(), 3);
        assert_eq!(
            lines(&json!([[1, 2], [], {}])),
            "[\n  [1, 2],\n  [],\n  {}\n]"
        );
        assert_eq!(
            lines(&json!({"a": {"b": [1]}})),
            "{\n  \"a\": {\n    \"b\": [1]\n  }\n}"
        );
        assert_eq!(lines(&json!([])), "[]");
        assert_eq!(lines(&json!("{")), "\"{\"");
    }
}
