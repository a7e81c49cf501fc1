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

/// The user's name on this machine, as the environment has it; empty where it has
/// none. For [`Begun::who`].
#[must_use]
pub fn who() -> String {
    // POSIX has LOGNAME; USER is set by custom.
    let names = ["LOGNAME", "USER"].into_iter();
    let mut set = names.filter_map(|name| std::env::var(name).ok());
    set.find(|name| !name.is_empty()).unwrap_or_default()
}
