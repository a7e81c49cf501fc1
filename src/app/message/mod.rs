//! Messages that reach the dashboard, and effects that it wants done.

pub mod changed;

use std::sync::Arc;
use std::time::Duration;

use crossterm::event::{KeyEvent, MouseEvent};

use crate::app::core::usage::UsageRead;
use crate::app::fleet::Wish;
use crate::config::{Guards, Reasons, Spot};
use crate::gateway::connect::places::Profile;
use crate::gateway::{Failure, Identity, KeyValue, Reply, Request};
use crate::journal::{History, Record, Recovered};
use crate::plan::calls::call::Call;
use crate::plan::model::account::{AccountLimits, ApiKey, ApiMethod, RestApi, Stage};
use crate::plan::{PlanId, Scope, UsagePlan};
use crate::task::Died;

/// Something that happened.
#[derive(Debug)]
pub enum Message {
    /// A key was pressed.
    Key(KeyEvent),
    /// The mouse was used.
    Mouse(MouseEvent),
    /// A text was pasted.
    Paste(String),
    /// The terminal has this many columns and rows now.
    Resize(u16, u16),
    /// A question was answered.
    Answer(Ticket, Answer),
    /// A request was made, for the log of requests.
    Requested(Request),
    /// The journal is open, and has what an earlier run left behind; or why not.
    Recovered(Box<Result<Recovered, String>>),
    /// A change of the journal: it keeps what it is given again, or keeps it no more,
    /// with the reason.
    Kept(Result<(), String>),
    /// The screen's content, as lines of plain text.
    Described(String),
    /// The profiles of the AWS files, or why they cannot be read.
    Profiles(Result<Vec<Profile>, String>),
    /// A task died that nobody waits for.
    Died(Died),
    /// The moment has come that [`Core::wake_at`](crate::app::core::Core::wake_at) named.
    Woken,
}

/// The number of a question. An answer with a number that nobody waits for any
/// more is dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticket(pub u64);

/// Something that only the service knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Question {
    /// The account, Region and endpoint.
    Connect,
    /// The caller's identity.
    Identity,
    /// All plans, or those of one API key.
    Plans {
        /// The API key's id.
        of_key: Option<String>,
    },
    /// One plan.
    Plan(PlanId),
    /// The API keys of one plan.
    PlanKeys(PlanId),
    /// The plans of one API key, beside what the list shows.
    PlansOf(String),
    /// All API keys.
    ApiKeys,
    /// The REST APIs.
    Apis,
    /// The stages of one REST API.
    Stages(String),
    /// The methods of one REST API.
    Methods(String),
    /// The account's own limits.
    Account,
    /// The usage of a plan's API keys over the last
    /// [`DAYS`](crate::app::core::usage::DAYS) up to today, in UTC. Which day that is, the
    /// answer says: the dashboard has no clock.
    Usage(PlanId),
    /// The value of an API key.
    KeyValue(String),
    /// The membership of an API key in a plan: yes or no.
    HasKey(PlanId, String),
}

/// The way to the service, as it was set up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connected {
    /// The account, Region and endpoint.
    pub scope: Arc<Scope>,
    /// The time between updates of plans, at least.
    pub update_interval: Duration,
}

/// The caller, and what follows from the identity.
#[derive(Debug)]
pub struct Caller {
    /// The identity, or the reason why it is not known.
    pub identity: Result<Identity, Failure>,
    /// The source of the credentials, for the operator.
    pub credentials: String,
    /// The guards that keep changes back, and the rules they are by, where they depend on
    /// the account.
    pub guards: Option<(Guards, Reasons)>,
    /// The time between updates of plans, at least.
    pub update_interval: Duration,
}

/// An answer.
#[derive(Debug)]
pub enum Answer {
    /// The caller, and what follows from the identity.
    Identity(Box<Caller>),
    /// The account, Region and endpoint, or the reason why they are not known.
    Connected(Result<Connected, Failure>),
    /// A page of plans; more may follow.
    Page(Vec<UsagePlan>),
    /// The end of the pages, good or bad.
    PagesEnd(Result<(), Failure>),
    /// One plan.
    Plan(Box<Result<UsagePlan, Failure>>),
    /// The plans of an API key.
    PlansOf(Result<Vec<UsagePlan>, Failure>),
    /// API keys, of a plan or of the account.
    Keys(Result<Vec<ApiKey>, Failure>),
    /// The REST APIs.
    Apis(Result<Vec<RestApi>, Failure>),
    /// The stages of a REST API.
    Stages(Result<Vec<Stage>, Failure>),
    /// The methods of a REST API.
    Methods(Result<Vec<ApiMethod>, Failure>),
    /// The account's own limits.
    Account(Result<AccountLimits, Failure>),
    /// The usage of a plan's API keys.
    Usage(Box<Result<UsageRead, Failure>>),
    /// The value of an API key.
    KeyValue(Result<KeyValue, Failure>),
    /// A text was written into this file, or why it was not.
    Saved(Result<String, String>),
    /// A program took the text that was to be copied, or why not.
    Copied(Result<(), String>),
    /// The text is back from the operator's editor, where it is another one; or why not.
    Edited(Result<Option<String>, String>),
    /// A call that changes something came back.
    Sent(Box<Result<Reply, Failure>>),
    /// True where an API key is in a plan.
    HasKey(Result<bool, Failure>),
    /// The journal has what it was given, or why not.
    Recorded(Result<(), String>),
    /// The sent changes, or the reason why they cannot be read.
    History(Result<HistoryRead, String>),
}

impl Answer {
    /// The reason why the service gave no answer, where it gave none.
    #[must_use]
    pub fn failure(&self) -> Option<&Failure> {
        match self {
            Self::Identity(caller) => caller.identity.as_ref().err(),
            Self::Connected(result) => result.as_ref().err(),
            Self::PagesEnd(result) => result.as_ref().err(),
            Self::Plan(result) => result.as_ref().as_ref().err(),
            Self::PlansOf(result) => result.as_ref().err(),
            Self::Keys(result) => result.as_ref().err(),
            Self::Apis(result) => result.as_ref().err(),
            Self::Stages(result) => result.as_ref().err(),
            Self::Methods(result) => result.as_ref().err(),
            Self::Account(result) => result.as_ref().err(),
            Self::Usage(result) => result.as_ref().as_ref().err(),
            Self::KeyValue(result) => result.as_ref().err(),
            Self::Sent(result) => result.as_ref().as_ref().err(),
            Self::HasKey(result) => result.as_ref().err(),
            Self::Page(_)
            | Self::Saved(_)
            | Self::Copied(_)
            | Self::Edited(_)
            | Self::Recorded(_)
            | Self::History(_) => None,
        }
    }
}

/// The sent changes, as they were read.
#[derive(Clone, Debug)]
pub struct HistoryRead {
    /// The sent changes.
    pub history: Arc<History>,
    /// The folder that it was read from.
    pub folder: String,
}

/// Something that the dashboard wants done.
#[derive(Debug, PartialEq, Eq)]
pub enum Effect {
    /// Ask the service.
    Ask(Ticket, Question),
    /// Send a call that changes something.
    Send(Ticket, Call),
    /// Write this into the journal, and answer when it is there.
    Record(Ticket, Box<Record>),
    /// Write this into the journal. Whether that goes well, [`Message::Kept`] tells.
    Keep(Box<Record>),
    /// Read from the journal what was sent.
    ReadHistory(Ticket),
    /// Write a text into a new file of the current folder. Nothing that is there
    /// is overwritten: a number goes before the ending where the name is taken.
    Save {
        /// The number of the answer.
        ticket: Ticket,
        /// The file's name, of letters, digits, dots and hyphens.
        name: String,
        /// The text of the file.
        text: String,
    },
    /// Hand a text to the terminal's clipboard.
    CopyToTerminal(String),
    /// Give a text to a program on its standard input.
    CopyWith {
        /// The number of the answer.
        ticket: Ticket,
        /// The program.
        program: String,
        /// Its arguments.
        arguments: Vec<String>,
        /// The text.
        text: String,
    },
    /// Let the operator edit a text in their own editor, which has the terminal
    /// meanwhile.
    Edit(Ticket, String),
    /// Leave to the desk, on which the dashboard stands, what is not the dashboard's
    /// alone.
    Desk(Wish),
    /// Make what a new place needs: its connection, its tasks, its journal.
    Open(Spot),
    /// Read which profiles the AWS files have.
    ReadProfiles,
    /// Note that the greeting was closed for good.
    Greeted,
    /// Take the mouse, or leave it to the terminal.
    Mouse(bool),
    /// Describe the screen in lines of plain text; [`Message::Described`] follows.
    Describe,
    /// Stop asking; no answer is wanted any more.
    Cancel(Ticket),
    /// Draw the whole screen anew.
    Redraw,
    /// Give the terminal back to the shell until it is continued.
    Suspend,
    /// Leave.
    Quit,
}
