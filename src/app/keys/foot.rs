//! The keys at the foot: the commands of each place that are worth one, the most used first.

use super::command::Command;
use super::keymap::Place;

/// The commands that stand at the foot of a place while they do something, the most used
/// first: what does not fit the width is left out from the end. What always ends the foot is
/// not among them.
#[must_use]
pub fn most_used(place: Place) -> &'static [Command] {
    use Command as C;
    match place {
        // In 80 columns all fits from here to the history.
        Place::List => &[
            C::Rate,
            C::Limits,
            C::TweakPlans,
            C::Usage,
            C::Findings,
            C::History,
            C::Places,
            C::Filter,
            C::Open,
            C::Burst,
            C::Quota,
            C::Edit,
            C::Mark,
            C::Exhaustion,
            C::NewPlan,
            C::Keys,
            C::Sort,
            C::Copy,
            C::Undo,
            C::Queue,
        ],
        Place::Detail => &[
            C::Edit,
            C::Rate,
            C::Burst,
            C::Quota,
            C::Limits,
            C::Usage,
            C::Keys,
            C::History,
            C::Findings,
            C::TweakPlans,
            C::Raw,
            C::Copy,
            C::Undo,
        ],
        Place::Form => &[
            C::Review,
            C::Change,
            C::Add,
            C::Remove,
            C::Undo,
            C::Redo,
            C::NextPane,
            C::Patch,
            C::Discard,
        ],
        Place::Staged => &[
            C::Review,
            C::Drop,
            C::NextPane,
            C::Undo,
            C::Redo,
            C::Patch,
            C::Discard,
        ],
        Place::Patch => &[C::Apply, C::Editor],
        Place::Review => &[
            C::Theirs,
            C::Mine,
            C::Base,
            C::Send,
            C::Edit,
            C::Reason,
            C::Copy,
            C::Queue,
        ],
        Place::ChangeReview => &[
            C::Send,
            C::LeaveOut,
            C::MoveKey,
            C::KeyPlans,
            C::History,
            C::Copy,
        ],
        Place::BulkReview => &[C::Send, C::Unfold, C::Reason, C::Copy, C::Queue],
        Place::Limits => &[
            C::Review,
            C::Rate,
            C::Burst,
            C::Other,
            C::Seen,
            C::Load,
            C::Remove,
            C::Tightest,
            C::Narrow,
            C::Filter,
            C::Undo,
            C::Edit,
        ],
        Place::Usage => &[
            C::Extend,
            C::KeyInFull,
            C::Exhaustion,
            C::Keys,
            C::KeyValue,
            C::SaveCsv,
            C::SaveJson,
            C::Refresh,
        ],
        Place::Keys => &[
            C::AttachKey,
            C::DetachKey,
            C::MoveKey,
            C::CopyKey,
            C::MarkKey,
            C::KeyPlans,
            C::Usage,
            C::Filter,
            C::ByKey,
        ],
        Place::Exhaustion => &[
            C::Open,
            C::ReadRest,
            C::Keys,
            C::SaveCsv,
            C::SaveJson,
            C::Refresh,
        ],
        Place::Extension => &[C::Send, C::Extend],
        Place::Findings => &[C::Open, C::Filter, C::OnlyPlan, C::ReadRest, C::Copy],
        Place::History => &[
            C::UndoSend,
            C::Open,
            C::Filter,
            C::OnlyPlan,
            C::NextPane,
            C::Resolve,
            C::Refresh,
        ],
        Place::Queue => &[
            C::Pause,
            C::StopAfter,
            C::Skip,
            C::DropRest,
            C::KeepGoing,
            C::History,
        ],
        Place::Help => &[C::Filter],
        Place::Identity => &[C::Refresh],
        Place::Requests | Place::Everywhere => &[C::Copy],
        Place::Text => &[C::Copy, C::SaveText],
        Place::Picker => &[C::Choose, C::MarkKey, C::ShowText],
        Place::TweakLine => &[C::Accept, C::Complete, C::Earlier],
        Place::CommandLine => &[C::Accept, C::Complete],
        Place::Typing => &[C::Accept, C::NextField],
        Place::Confirm => &[C::Yes, C::No],
    }
}

/// The commands that end the foot of a place, however narrow it is.
#[must_use]
pub fn endings(place: Place) -> &'static [Command] {
    use Command as C;
    match place {
        Place::List | Place::Detail => &[C::CommandLine, C::Back, C::Help],
        Place::Confirm => &[],
        Place::Help => &[C::Back],
        place if place.falls_back() => &[C::Back, C::Help],
        // What is typed there is no key.
        _ => &[C::Back],
    }
}
