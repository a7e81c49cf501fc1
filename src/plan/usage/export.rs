//! Usage as text for other programs.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;

use super::PlanUsage;
use crate::plan::PlanId;
use crate::plan::showable::{escaped, in_json};

/// What the columns of the CSV are called.
const HEADER: &str = "plan_id,key_id,key_name,date,used,remaining\n";

/// The daily use of plans' keys as CSV (RFC 4180, lines ended by a line feed): a
/// line per key and day, in UTC. What remained is empty where there is no quota.
/// A name that a spreadsheet would take for a formula has an apostrophe before
/// it, and what may not be shown ([`crate::plan::showable`]) becomes spaces.
#[must_use]
pub fn to_csv<'a>(
    plans: impl IntoIterator<Item = (&'a PlanId, &'a PlanUsage)>,
    names: &BTreeMap<&str, &str>,
) -> String {
    let mut csv = HEADER.to_owned();
    for (plan, usage) in plans {
        let plan = field(&plan.0);
        for key in usage.keys() {
            let name = field(names.get(key).copied().unwrap_or_default());
            let start = format!("{plan},{},{name}", field(key));
            for (date, day) in usage.days(key) {
                let used = day.used;
                let left = day
                    .remaining
                    .map_or_else(String::new, |left| left.to_string());
                // Writing into a text has no way to fail.
                let _ = writeln!(csv, "{start},{date},{used},{left}");
            }
        }
    }
    csv
}

fn field(text: &str) -> String {
    let mut text = escaped(text, |_, escaped| escaped.push(' ')).into_owned();
    if text.starts_with(['=', '+', '-', '@']) {
        text.insert(0, '\'');
    }
    if text.contains([',', '"', ' ']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

/// The same as JSON: `{"usage": [{"planId", "keyId", "keyName", "days": [{"date",
/// "used", "remaining"}]}]}`, where what remained is null without a quota.
#[must_use]
pub fn to_json<'a>(
    plans: impl IntoIterator<Item = (&'a PlanId, &'a PlanUsage)>,
    names: &BTreeMap<&str, &str>,
) -> String {
    let mut keys = Vec::new();
    for (plan, usage) in plans {
        for key in usage.keys() {
            let day = |(date, day): (jiff::civil::Date, super::Day)| DayJson {
                date: date.to_string(),
                used: day.used,
                remaining: day.remaining,
            };
            keys.push(KeyJson {
                plan_id: &plan.0,
                key_id: key,
                key_name: names.get(key).copied().unwrap_or_default(),
                days: usage.days(key).map(day).collect(),
            });
        }
    }
    // Texts and numbers have no way to fail.
    let json = serde_json::to_string_pretty(&UsageJson { usage: keys }).unwrap_or_default();
    in_json(&json).into_owned()
}

#[derive(Serialize)]
struct UsageJson<'a> {
    usage: Vec<KeyJson<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct KeyJson<'a> {
    plan_id: &'a str,
    key_id: &'a str,
    key_name: &'a str,
    days: Vec<DayJson>,
}

#[derive(Serialize)]
struct DayJson {
    date: String,
    used: u32,
    remaining: Option<u32>,
}
