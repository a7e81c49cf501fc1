//! The hints at the foot: what of its table does something now, with the keys of the key map.

use std::ops::Range;

use crate::app::core::Core;
use crate::app::keys::command::Command;
use crate::app::keys::foot;
use crate::app::keys::keymap::Place;
use crate::app::stack::Stack;
use crate::send::Mode;
use crate::text::wrap::width;

/// A hint at the foot: something that a key does now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// What it asks for.
    pub command: Command,
    /// The key to press.
    pub key: String,
    /// What it does, in a word.
    pub word: &'static str,
}

impl Hint {
    /// The columns that it takes.
    fn columns(&self) -> usize {
        width(&self.key) + 1 + width(self.word)
    }
}

/// A hint and the columns that it takes in the line at the foot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlacedHint {
    /// The hint.
    pub hint: Hint,
    /// From its first column to behind its last.
    pub columns: Range<usize>,
}

/// What parts a hint from the next.
pub const GAP: usize = 2;

impl Stack {
    /// The hints that fit so many columns. The number that is typed stands before them, and
    /// what ends the foot of the place stands behind them, however narrow it is.
    #[must_use]
    pub fn hint_line(&self, core: &Core, columns: usize) -> Vec<PlacedHint> {
        let count = core.operator.count;
        let mut used = count.map_or(0, |count| count.to_string().len() + 1);
        let endings = foot::endings(self.place()).iter();
        let mut endings: Vec<Hint> = endings.filter_map(|c| self.hint(core, *c)).collect();
        let takes = |hints: &[Hint]| hints.iter().map(|hint| hint.columns() + GAP).sum::<usize>();
        // Behind the last hint there is no gap.
        let room = (columns + GAP).saturating_sub(used);
        // The last one leads to all others.
        while endings.len() > 1 && takes(&endings) > room {
            endings.remove(0);
        }
        let mut left = room.saturating_sub(takes(&endings));
        let mut hints = self.hints(core);
        hints.retain(|hint| {
            let fits = hint.columns() + GAP <= left;
            left -= if fits { hint.columns() + GAP } else { 0 };
            fits
        });
        hints.extend(endings);
        let place = |hint: Hint| {
            let columns = used..used + hint.columns();
            used = columns.end + GAP;
            PlacedHint { hint, columns }
        };
        hints.into_iter().map(place).collect()
    }

    /// What matters on the page in front and does something now, the most used first.
    #[must_use]
    pub fn hints(&self, core: &Core) -> Vec<Hint> {
        let place = self.place();
        let mut commands = self.pressing(core);
        for command in foot::most_used(place) {
            if !commands.contains(command) {
                commands.push(*command);
            }
        }
        let commands = commands.into_iter();
        commands.filter_map(|c| self.hint(core, c)).collect()
    }

    /// What comes before the most used as things are: to connect where that is what is
    /// missing, what is done with marked plans, and the review of what is staged.
    fn pressing(&self, core: &Core) -> Vec<Command> {
        let place = self.place();
        let mut commands = Vec::new();
        if core.must_connect() && place.falls_back() {
            commands.push(Command::Refresh);
        }
        if matches!(place, Place::List | Place::Detail) {
            let has_marks = self.plans.works_on_marks_in_sight(core);
            if has_marks {
                commands.extend([Command::TweakPlans, Command::ReviewAll]);
            } else {
                commands.push(Command::Review);
                if core.drafts.count_changed() > 1 {
                    commands.push(Command::ReviewAll);
                }
            }
        }
        commands
    }

    /// The hint for a command; none where it has no key here, does nothing now, or would
    /// only take room.
    fn hint(&self, core: &Core, command: Command) -> Option<Hint> {
        let is_worth_it = match command {
            // The first steps say it themselves, and the list has better use for the room.
            Command::Back if self.greeting_height(core) > 0 => self.prompt.is_some(),
            Command::Back => self.prompt.is_some() || !core.is_at_the_start(),
            // Who is in one place asks for others by the help page or the command line.
            Command::Places => core.seat.places > 1,
            _ => true,
        };
        let key = *core.keymap.keys(self.place(), command).first()?;
        let does_something = || self.obstacle(core, command).is_none();
        let hint = || Hint {
            command,
            key: key.to_string(),
            word: match command {
                Command::Pause if core.outbox.queue.mode() == Mode::Paused => "resume",
                command => command.short(),
            },
        };
        (is_worth_it && does_something()).then(hint)
    }
}

impl Core {
    /// The key to press for a command, from the key map: a sentence that names a key takes
    /// it from here.
    #[must_use]
    pub fn key_for(&self, command: Command) -> String {
        self.keymap.label(self.here.page, command)
    }

    /// The key that goes back from what is being typed or asked.
    #[must_use]
    pub fn back_key(&self) -> String {
        self.keymap.label(self.here.keys, Command::Back)
    }

    /// A sentence of the program's own with the keys in it; see [`Keymap::fill`](crate::app::keys::keymap::Keymap::fill).
    /// `<same-place>` stands for the place whose account this is too.
    #[must_use]
    pub fn with_keys(&self, sentence: &'static str) -> String {
        let filled = self.keymap.fill(self.here.page, sentence);
        match &self.seat.same_as {
            Some(place) => filled.replace("<same-place>", place),
            None => filled,
        }
    }
}
