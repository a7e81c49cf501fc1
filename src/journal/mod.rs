//! Drafts and the history of sent changes, on disk.
//!
//! [`Journal`] writes and [`History`] reads. What an ended program left open comes
//! back with [`Journal::open`] as [`Recovered`].
//!
//! # The files
//!
//! Each account, Region and endpoint has a folder of its own in
//! `$XDG_STATE_HOME/plangate/journal` (`~/.local/state/plangate/journal`), named
//! `ACCOUNT@REGION` or `ACCOUNT@REGION@ENDPOINT`; the sample account's is `demo`.
//! Characters that a file's name should not have are underlines there, and a number
//! after a `+` tells apart what then looks alike. Only their owner can read the
//! folders (0700) and the files (0600).
//!
//! Each running program has files of its own, made with its first record; `STEM` is
//! the time (UTC) of their making, the number of the process and a random text:
//!
//! | File | What is in it |
//! |---|---|
//! | `STEM.sends.jsonl` | What was sent. Lines are added, never changed. Its program holds a lock on it (`flock`) as long as it runs. |
//! | `STEM.drafts.jsonl` | Drafts, a line for each of their states. Written anew with the newest states only, now and then. |
//! | `STEM.past.jsonl` | A file of sends in which nothing is open, or of which another program has taken over what was open: history. |
//! | `damaged/FILE.line-N` | A copy of a line that could not be read when its file was taken over. |
//! | `older-drafts/*.jsonl` | A draft that gave way to a newer one of the same plan, when two programs had left one each. |
//! | `*.new` | A file that is being made. |
//!
//! A file of sends without a lock belongs to nobody: the next program takes it over,
//! with the drafts beside it.
//!
//! # The lines
//!
//! Every line is a JSON object with `at` (UTC, RFC 3339) and `kind`. Members that are
//! not known are passed over; what is left out is none.
//!
//! | `kind` | Its members |
//! |---|---|
//! | `journal` | The first line: `version` (1), `account`, `region`, `endpoint`, `program` |
//! | `draft` | `draft`: `{"plan": ID}` or `{"new": NUMBER}`; `base`, the plan as last read; `edited`, the settings as they are to be; `typed`, texts that give no value yet, each with its `field`; `patch`, the text in the patch editor; `takesBack`, the send that it undoes |
//! | `noDraft` | `draft`: it was sent or thrown away |
//! | `begun` | A send: `send` (its name), `who`, `arn` (where it was known), `profile`, `reason`, `takesBack` (the send that it undoes), `entries`: each with `entry` (its name, `kqfmxwab.17`), `name` and `aim` |
//! | `intent` | A call about to be made: `entry`, `step` (from 1), `before` and `after` (settings, the latter predicted), `call`, `inverse` (the calls that would take it back), and for a creation `twins` (the plans that read just so before) |
//! | `sent` | What came of it: `entry`, `step`, `fate` (`applied`, `notApplied`, `changed`, `unknown`, `notSeen`), `plan` (as the service showed it), `requestId`, `said`, `byReading` (where it was read, and not the service's answer). A later one of the same call corrects it |
//! | `givenUp` | `entry`: it failed or was left out, and its send goes on without it |
//! | `over` | `send`: what it had left will not be sent |
//!
//! A plan is in the form in which GetUsagePlan answers; settings are the same without
//! an `id`. An `aim` is one of `{"create": {"wanted", "keys"}}`, `{"update": {"base",
//! "wanted"}}`, `{"delete": {"base", "keys"}}`, `{"key": {"key", "from", "to"}}` and
//! `{"extend": {"plan", "key", "before", "after"}}`. A call has `operation`, the
//! service's name for it, and by that `plan`, `patchOperations`, `settings`, `tags`,
//! `tagKeys`, `key` and `remaining`.
//!
//! An intent and what came of it are on disk before the call is made and before the
//! program goes on. An intent without an outcome is a call that may have been made.

#[cfg(test)]
mod arbitrary;
mod aside;
mod assemble;
mod doubt;
mod folder;
mod history;
mod keeper;
mod line;
mod past;
mod read;
mod record;
mod recover;
#[cfg(test)]
mod tests;
mod typed;
mod writer;

pub use doubt::{covers_traces, doubted};
pub use folder::{Unusable, folder_of, make_private_folder, root, state_folder};
pub use history::{History, ListedEntry, ListedSend};
pub use keeper::WriteFailure;
pub use line::VERSION;
pub use past::{EntryState, PastEntry, PastSend, PastStep};
pub use read::Damage;
pub use record::{
    Begun, CallOutcome, DraftKey, DraftRecord, EntryId, Intent, OpenCall, Planned, Record, SendId,
    Sent,
};
pub use recover::{OlderDraft, Recovered};
pub use writer::Journal;

/// The user's name on this machine, as the environment has it, else as the system does;
/// empty where neither has one. For [`Begun::who`].
#[must_use]
pub fn who() -> String {
    // POSIX has LOGNAME; USER is set by custom.
    let names = ["LOGNAME", "USER"].into_iter();
    let mut set = names.filter_map(|name| std::env::var(name).ok());
    let told = set.find(|name| !name.is_empty());
    // Services and containers have neither.
    told.or_else(|| account_of(&std::fs::read_to_string("/etc/passwd").ok()?))
        .unwrap_or_default()
}

/// The name of the account that this program runs as, by the system's list of them.
fn account_of(passwd: &str) -> Option<String> {
    let id = rustix::process::getuid().as_raw().to_string();
    let mut accounts = passwd.lines().map(|line| line.split(':'));
    accounts.find_map(|mut parts| {
        let name = parts.next()?;
        (parts.nth(1)? == id).then(|| name.to_owned())
    })
}

/// The person behind a send, for people: the name in the ARN where that is known, else the
/// account on the machine that it was sent from, which is marked. Empty where neither is.
#[must_use]
pub fn who_sent(who: &str, arn: &str) -> String {
    let name = arn.rsplit(['/', ':']).next().unwrap_or_default();
    match (name, who) {
        ("", "") => String::new(),
        ("", who) => format!("{who}@local"),
        (name, _) => name.to_owned(),
    }
}

#[cfg(test)]
mod of_who {
    use super::{account_of, who_sent};

    #[test]
    fn a_send_is_of_the_caller_at_aws_else_of_an_account_that_is_marked() {
        let session = "arn:aws:sts::111122223333:assumed-role/Admin/alice";
        assert_eq!(who_sent("ops", session), "alice");
        assert_eq!(
            who_sent("ops", "arn:aws:iam::111122223333:user/team/bob"),
            "bob"
        );
        assert_eq!(who_sent("ops", "arn:aws:iam::111122223333:root"), "root");
        assert_eq!(who_sent("ops", ""), "ops@local");
        assert_eq!(who_sent("", ""), "");
    }

    #[test]
    fn the_account_is_found_by_its_number() {
        let id = rustix::process::getuid().as_raw();
        let passwd = format!("other:x:{}:0::/:/bin/sh\nme:x:{id}:0::/:/bin/sh\n", id + 1);
        assert_eq!(account_of(&passwd).as_deref(), Some("me"));
        assert_eq!(account_of("odd\n\n"), None);
    }
}
