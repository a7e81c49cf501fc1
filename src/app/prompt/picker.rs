//! A list to choose one thing from, narrowed by typing.

use crate::app::DraftId;
use crate::app::core::plans::Column;
use crate::app::fleet::Goal;
use crate::app::prompt::input::Input;
use crate::app::view::copyable::Copyable;
use crate::app::view::scroll::Cursor;
use crate::plan::model::api_names::{ApiNames, StageLookup, ambiguous_stage};
use crate::plan::{MethodKey, PlanId, StageKey};
use crate::text::search::{Fit, Search, Searcher, Texts};

/// The purpose of a choice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// The column to sort the list by.
    Sort,
    /// The API key whose plans the list is to show.
    ByKey,
    /// A stage to attach to the plan of the form.
    Attach,
    /// A method of this stage to give a throttle.
    AddMethod(StageKey),
    /// The draft of a new plan to go on with, or another one.
    NewPlan,
    /// API keys that are to enter this plan.
    AttachKeys(PlanId),
    /// The plan that API keys are to enter.
    KeysTo {
        /// The keys' identifiers.
        keys: Vec<String>,
        /// The plan that they are in.
        plan: PlanId,
        /// True where they leave that.
        moves: bool,
    },
    /// To copy one of several texts.
    Copy,
    /// To go to another place.
    Place,
}

impl Purpose {
    /// Returns true where it is about API keys entering plans.
    #[must_use]
    pub fn is_of_keys(&self) -> bool {
        matches!(self, Self::AttachKeys(_) | Self::KeysTo { .. })
    }

    /// Returns true where several can be chosen at once.
    #[must_use]
    pub fn takes_many(&self) -> bool {
        matches!(self, Self::AttachKeys(_))
    }
}

/// A thing that can be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// Sort by this column.
    Column(Column),
    /// All plans.
    AllPlans,
    /// The plans of this API key.
    Key {
        /// The key's id.
        id: String,
        /// The key's name.
        name: String,
    },
    /// Attach this stage.
    Stage(StageKey),
    /// Give this method a throttle.
    Method(MethodKey),
    /// Go on with this draft.
    Draft(DraftId),
    /// Start a new plan.
    EmptyPlan,
    /// This plan.
    Plan(PlanId),
    /// Copy this.
    Copy(Box<Copyable>),
    /// Be there.
    Place(Goal),
}

impl Choice {
    /// The identifier of the plan or the API key that it is.
    fn id(&self) -> Option<&str> {
        match self {
            Self::Plan(id) => Some(&id.0),
            Self::Key { id, .. } => Some(id),
            _ => None,
        }
    }
}

/// A line of the picker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// The thing that choosing it gives.
    pub choice: Choice,
    /// Its name; the typed text is matched against it.
    pub label: String,
    /// A word on what else is worth knowing.
    pub note: String,
}

/// A list to choose from.
#[derive(Debug)]
pub struct Picker {
    /// The purpose of the choice.
    pub purpose: Purpose,
    /// The question.
    pub title: String,
    /// The text that narrows it.
    pub input: Input,
    /// A word on what the list is still missing, or why it is empty; empty for nothing.
    pub note: String,
    items: Vec<Item>,
    /// Items that fit, the best first.
    fitting: Vec<usize>,
    /// The names of the APIs, by which stages are typed.
    names: ApiNames,
    /// A sentence on why the typed text names nothing; empty for none.
    told: String,
    /// The thing that the typed text itself stands for, where the items do not have it.
    typed: Option<Item>,
    /// The things that are marked to be chosen together.
    marked: Vec<Choice>,
    /// The selected line.
    pub cursor: Cursor,
    /// The number of lines that fit.
    height: usize,
    /// True where the operator chose the selected line; until then it is the first.
    is_chosen: bool,
}

impl Picker {
    /// A picker without anything to choose yet.
    #[must_use]
    pub fn new(purpose: Purpose, title: impl Into<String>) -> Self {
        Self {
            purpose,
            title: title.into(),
            input: Input::new(""),
            note: String::new(),
            items: Vec::new(),
            fitting: Vec::new(),
            names: ApiNames::default(),
            told: String::new(),
            typed: None,
            marked: Vec::new(),
            cursor: Cursor::default(),
            // Not known before the first frame; until then nothing scrolls.
            height: usize::MAX,
            is_chosen: false,
        }
    }

    /// Sets what there is to choose from. The selected thing stays selected.
    pub fn set_items(&mut self, items: Vec<Item>) {
        let selected = self
            .selected()
            // What nobody chose does not hold the selection while better lines still come
            // in.
            .filter(|_| self.is_chosen)
            .map(|item| item.choice.clone());
        self.items = items;
        self.narrow();
        let at = |choice: &Choice| self.lines().position(|item| item.choice == *choice);
        match selected.as_ref().map(at) {
            // What was chosen is gone: nothing takes its place unseen.
            Some(None) => self.cursor.lose(),
            Some(Some(at)) => self.cursor.select(at),
            None if self.cursor.selected().is_some() => self.cursor.select(0),
            None => {}
        }
        self.cursor.keep_within(self.len(), self.height);
    }

    /// Says how APIs are called, before the items are set.
    pub(in crate::app) fn set_names(&mut self, names: &ApiNames) {
        self.names = names.clone();
    }

    /// A word on what the list is still missing, why it is empty, or why the typed text
    /// names nothing; empty for nothing.
    #[must_use]
    pub fn word(&self) -> &str {
        if self.told.is_empty() {
            &self.note
        } else {
            &self.told
        }
    }

    /// Moves the selection by so many lines, of which `height` fit.
    pub fn move_by(&mut self, by: isize, height: usize) {
        self.is_chosen = true;
        self.height = height;
        let lines = self.len();
        self.cursor.move_by(by, lines, height);
    }

    /// Narrows it to what fits the typed text.
    pub fn narrow(&mut self) {
        let text = self.input.text();
        let (search, mut searcher) = (Search::parse(&text), Searcher::default());
        let mut fitting: Vec<(Fit, usize)> = Vec::new();
        for (at, item) in self.items.iter().enumerate() {
            // The note counts as well: the name of a Region stands there, beside its
            // code.
            let id = item.choice.id().unwrap_or_default();
            let texts = Texts::new(&item.label, id, &item.note);
            if let Some(fit) = search.fit(&texts, &mut searcher) {
                fitting.push((fit, at));
            }
        }
        // The best first; of equals, and without a text, in the order of the items.
        fitting.sort_by_key(|(fit, at)| (std::cmp::Reverse(*fit), *at));
        self.fitting = fitting.into_iter().map(|(_, at)| at).collect();
        self.typed = self.item_of_text(text.trim());
    }

    /// The thing that the typed text itself may stand for, which the list does not have.
    fn item_of_text(&mut self, text: &str) -> Option<Item> {
        self.told.clear();
        let choice = match &self.purpose {
            Purpose::Attach => match self.names.look_up(text) {
                StageLookup::Found(stage) => Choice::Stage(stage),
                StageLookup::Ambiguous(stages) => {
                    self.told = ambiguous_stage(text, &stages);
                    return None;
                }
                StageLookup::None => return None,
            },
            Purpose::Place => Choice::Place(Goal::typed(text)?),
            Purpose::AddMethod(_) => Choice::Method(MethodKey::parse(text)?),
            // Where the keys cannot be read, the operator may know an identifier.
            Purpose::AttachKeys(_) if self.items.is_empty() && is_identifier(text) => Choice::Key {
                id: text.to_owned(),
                name: String::new(),
            },
            Purpose::Sort
            | Purpose::ByKey
            | Purpose::NewPlan
            | Purpose::Copy
            | Purpose::AttachKeys(_)
            | Purpose::KeysTo { .. } => return None,
        };
        let is_listed = self.items.iter().any(|item| item.choice == choice);
        (!is_listed).then(|| Item {
            choice,
            label: text.to_owned(),
            note: "as typed: not among those that were read".to_owned(),
        })
    }

    /// Marks the selected line, or takes its mark away, and goes one down.
    pub fn turn_mark(&mut self) {
        let Some(choice) = self.selected().map(|item| item.choice.clone()) else {
            return;
        };
        match self.marked.iter().position(|marked| *marked == choice) {
            Some(at) => drop(self.marked.remove(at)),
            None => self.marked.push(choice),
        }
        self.move_by(1, self.height);
    }

    /// Returns true for a line that is marked.
    #[must_use]
    pub fn is_marked(&self, item: &Item) -> bool {
        self.marked.contains(&item.choice)
    }

    /// The number of marked lines, shown or not.
    #[must_use]
    pub fn marks(&self) -> usize {
        self.marked.len()
    }

    /// The chosen things: those that are marked, else the selected line.
    #[must_use]
    pub fn chosen(&self) -> Vec<Choice> {
        if self.marked.is_empty() {
            let selected = self.selected().map(|item| item.choice.clone());
            return selected.into_iter().collect();
        }
        self.marked.clone()
    }

    /// The lines to choose from.
    pub fn lines(&self) -> impl Iterator<Item = &Item> {
        let listed = self.fitting.iter().filter_map(|at| self.items.get(*at));
        self.typed.iter().chain(listed)
    }

    /// The number of lines to choose from.
    #[must_use]
    pub fn len(&self) -> usize {
        self.fitting.len() + usize::from(self.typed.is_some())
    }

    /// Returns true where nothing fits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The selected line.
    #[must_use]
    pub fn selected(&self) -> Option<&Item> {
        self.lines().nth(self.cursor.selected()?)
    }
}

/// True for a text that may be the identifier of an API key: letters and digits, 10 by
/// all examples (inferred), and here 6 or more.
fn is_identifier(text: &str) -> bool {
    text.len() >= 6 && text.chars().all(|c| c.is_ascii_alphanumeric())
}
