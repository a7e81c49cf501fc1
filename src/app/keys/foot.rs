//! The keys at the foot: the commands of each place that are worth one, the most used first.

use super::command::Command;
use super::command::Command as C;
use super::keymap::Place;

/// The commands that stand at the foot of a place while they do something, the most used
/// first: what does not fit the width is left out from the end. What always ends the foot is
/// not among them.
const MOST_USED: [(Place, &[C]); 25] = [
    // In 80 columns all fits from here to the history.
    (
        Place::List,
        &[
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
    ),
    (
        Place::Detail,
        &[
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
    ),
    (
        Place::Form,
        &[
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
    ),
    (
        Place::Staged,
        &[
            C::Review,
            C::Drop,
            C::NextPane,
            C::Undo,
            C::Redo,
            C::Patch,
            C::Discard,
        ],
    ),
    (Place::Patch, &[C::Apply, C::Editor]),
    (
        Place::Review,
        &[
            C::Theirs,
            C::Mine,
            C::Base,
            C::Send,
            C::CopyCode,
            C::Edit,
            C::Reason,
            C::Copy,
            C::Queue,
        ],
    ),
    (
        Place::ChangeReview,
        &[
            C::Send,
            C::LeaveOut,
            C::MoveKey,
            C::KeyPlans,
            C::History,
            C::Copy,
        ],
    ),
    (
        Place::BulkReview,
        &[
            C::Send,
            C::Unfold,
            C::CopyCode,
            C::Reason,
            C::Copy,
            C::Queue,
        ],
    ),
    (
        Place::Limits,
        &[
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
    ),
    (
        Place::Usage,
        &[
            C::Extend,
            C::KeyInFull,
            C::Exhaustion,
            C::Keys,
            C::KeyValue,
            C::SaveCsv,
            C::SaveJson,
            C::Refresh,
        ],
    ),
    (
        Place::Keys,
        &[
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
    ),
    (
        Place::Exhaustion,
        &[
            C::Open,
            C::ReadRest,
            C::Keys,
            C::SaveCsv,
            C::SaveJson,
            C::Refresh,
        ],
    ),
    (Place::Extension, &[C::Send, C::Extend]),
    (
        Place::Findings,
        &[C::Open, C::Filter, C::OnlyPlan, C::ReadRest, C::Copy],
    ),
    (
        Place::History,
        &[
            C::UndoSend,
            C::Open,
            C::Filter,
            C::OnlyPlan,
            C::NextPane,
            C::Resolve,
            C::Refresh,
        ],
    ),
    (
        Place::Queue,
        &[
            C::Pause,
            C::StopAfter,
            C::Skip,
            C::DropRest,
            C::KeepGoing,
            C::History,
        ],
    ),
    (Place::Help, &[C::Filter]),
    (Place::Identity, &[C::Refresh]),
    (Place::Requests, &[C::Copy]),
    (Place::Text, &[C::Copy, C::SaveText]),
    (Place::Picker, &[C::Choose, C::MarkKey, C::ShowText]),
    (Place::TweakLine, &[C::Accept, C::Complete, C::Earlier]),
    (Place::CommandLine, &[C::Accept, C::Complete]),
    (Place::Typing, &[C::Accept, C::NextField]),
    (Place::Confirm, &[C::Yes, C::No]),
];

/// The commands that are worth a key at the foot of a place, the most used first.
#[must_use]
pub fn most_used(place: Place) -> &'static [Command] {
    let feet = MOST_USED.iter();
    let foot = feet.copied().find(|(of, _)| *of == place);
    foot.map_or(&[], |(_, commands)| commands)
}

/// The commands that end the foot of a place, however narrow it is.
#[must_use]
pub fn endings(place: Place) -> &'static [Command] {
    match place {
        Place::List | Place::Detail => &[C::CommandLine, C::Back, C::Help],
        Place::Confirm => &[],
        place if place.falls_back() && place != Place::Help => &[C::Back, C::Help],
        // The help is there, or what is typed is no key.
        _ => &[C::Back],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::keys::keymap::Keymap;

    #[test]
    fn every_place_has_a_foot_of_commands_that_it_has_a_key_and_a_word_for() {
        let keymap = Keymap::shipped().unwrap();
        for place in Place::ALL {
            // No page is everywhere.
            let has_foot = MOST_USED.iter().any(|(of, _)| *of == place);
            assert_eq!(has_foot, place != Place::Everywhere, "{place:?}");
            let mut seen = Vec::new();
            for command in most_used(place).iter().chain(endings(place)) {
                let name = command.name();
                assert!(
                    !keymap.keys(place, *command).is_empty(),
                    "{name} in {place:?}"
                );
                assert!(!command.short().is_empty(), "{name} in {place:?}");
                assert!(!seen.contains(command), "{name} twice in {place:?}");
                seen.push(*command);
            }
        }
    }
}
