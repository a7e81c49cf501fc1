//! Everything that a key can ask for.

/// The name that a command or a part of the key map has today: a key map that was written
/// for an earlier version keeps its meaning.
pub(super) fn name_of_today(name: &str) -> &str {
    match name {
        "take-back" => "undo-send",
        "settle" => "resolve",
        "at-risk" => "exhaustion",
        other => other,
    }
}

/// What an operator is about with a command: help and documents are grouped by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Task {
    /// Changing one plan, or what is selected.
    Change,
    /// Reviewing, sending, undoing a send.
    Send,
    /// Changing many plans at once.
    Many,
    /// Looking at something.
    See,
    /// Narrowing and ordering what is shown.
    Find,
    /// API keys and plans as a whole.
    Manage,
    /// Copying and saving.
    Copy,
    /// Typing, choosing, answering.
    Type,
    /// Moving around.
    Move,
    /// plangate itself: the account, the terminal, the way out.
    Program,
}

impl Task {
    /// Its title on the help page and in the documents.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Change => "Change",
            Self::Send => "Review, send, undo",
            Self::Many => "Many plans at once",
            Self::See => "Look at",
            Self::Find => "Find and sort",
            Self::Manage => "Plans and API keys",
            Self::Copy => "Copy and save",
            Self::Type => "Type and choose",
            Self::Move => "Move",
            Self::Program => "plangate",
        }
    }
}

macro_rules! commands {
    ($($variant:ident $name:literal $short:literal $task:ident $help:literal [$($synonym:literal)*];)*) => {
        /// Something that the operator can ask for with a key.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Command {
            $(#[doc = $help] $variant,)*
        }

        impl Command {
            /// All commands.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// Its name in the key map.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// The command of a name, of today or of an earlier version.
            #[must_use]
            pub fn named(name: &str) -> Option<Self> {
                // Key maps and habits from earlier versions keep their meaning.
                let name = name_of_today(name);
                match name { $($name => Some(Self::$variant),)* _ => None }
            }

            /// Its word among the hints at the foot; empty for what needs no hint.
            #[must_use]
            pub fn short(self) -> &'static str {
                match self { $(Self::$variant => $short,)* }
            }

            /// A sentence on what it does, in the third person: that of the help page, the
            /// command line and the documents.
            #[must_use]
            pub fn help(self) -> &'static str {
                match self { $(Self::$variant => $help,)* }
            }

            /// The task that it belongs to.
            #[must_use]
            pub fn task(self) -> Task {
                match self { $(Self::$variant => Task::$task,)* }
            }

            /// Other words that an operator may look for it by, in small letters.
            #[must_use]
            pub fn synonyms(self) -> &'static [&'static str] {
                match self { $(Self::$variant => &[$($synonym),*],)* }
            }
        }
    };
}

impl Command {
    /// Returns true where it works also where text is typed.
    #[must_use]
    pub fn is_always(self) -> bool {
        // In raw mode the terminal leaves Ctrl-C and Ctrl-Z to the program, and they must
        // work while a text is typed as well.
        matches!(self, Self::Quit | Self::Suspend | Self::Redraw)
    }

    /// Returns true where it changes the draft of the selected plan, or leads to where
    /// that is changed.
    #[must_use]
    pub fn changes_the_draft(self) -> bool {
        matches!(
            self,
            Self::Edit
                | Self::Rate
                | Self::Burst
                | Self::Quota
                | Self::Patch
                | Self::Undo
                | Self::Redo
                | Self::Discard
                | Self::Left
                | Self::Right
                | Self::Change
                | Self::Add
                | Self::Remove
                | Self::Drop
                | Self::Apply
                | Self::Theirs
                | Self::Mine
                | Self::Base
        )
    }

    /// Returns true where it must be named in full on the command line: it sends.
    #[must_use]
    pub fn must_be_named(self) -> bool {
        matches!(self, Self::Send)
    }

    /// Returns true for a movement, which a number before it repeats.
    #[must_use]
    pub fn is_movement(self) -> bool {
        matches!(
            self,
            Self::Down
                | Self::Up
                | Self::PageDown
                | Self::PageUp
                | Self::Top
                | Self::Bottom
                | Self::Left
                | Self::Right
        )
    }

    /// Returns true where it changes nothing and leads nowhere from where changes are
    /// made.
    #[must_use]
    pub fn is_harmless(self) -> bool {
        matches!(
            self,
            Self::Back
                | Self::Close
                | Self::Help
                | Self::Requests
                | Self::Who
                | Self::Up
                | Self::Down
                | Self::PageUp
                | Self::PageDown
                | Self::Top
                | Self::Bottom
                | Self::CommandLine
                | Self::Copy
                | Self::Copied
                | Self::Mouse
                | Self::Yes
                | Self::No
        ) || self.is_always()
    }
}

commands! {
    Help "help" "all keys" Program "shows all keys, those of this page first; / searches them" ["keys" "shortcuts" "bindings" "manual" "theme" "colors"];
    Back "back" "back" Move "goes one step back; drafts are kept" ["escape" "cancel" "return"];
    Close "close" "" Move "closes this page; drafts are kept" ["leave" "exit"];
    Quit "quit" "quit" Program "quits plangate; asks first while drafts or sends are open" ["exit" "leave" "bye"];
    Suspend "suspend" "" Program "hands the terminal back to the shell until fg" ["background" "shell" "stop"];
    Requests "requests" "requests" See "shows the requests sent to AWS, with outcome and duration" ["log" "latency" "errors" "debug" "api calls"];
    Who "who" "who" Program "shows your account, ARN, profile, Region, endpoint, credentials and guards" ["identity" "account" "sts" "credentials" "arn" "whoami"];
    Redraw "redraw" "" Program "draws the whole screen again" ["refresh" "clear" "screen" "garbage"];
    CommandLine "command-line" "go to" Find "finds any command, plan or account by name; takes changes too: rate +20%" ["palette" "search" "command" "run"];
    Places "places" "accounts" Program "switches between the open accounts, your AWS profiles and the Regions" ["switch" "account" "profile" "region" "context"];
    Profile "profile" "" Program "switches to another AWS profile; drafts are kept" ["account" "credentials" "switch" "login" "sso"];
    Region "region" "" Program "switches to another Region; drafts are kept" ["switch" "eu-west-1" "us-east-1"];
    Plans "plans" "" Move "goes to the list of plans; drafts are kept" ["list" "home" "usageplans"];
    Copy "copy" "copy" Copy "copies the id, ARN, name, value, JSON, AWS CLI command, Terraform or CloudFormation" ["yank" "clipboard" "export" "terraform" "cloudformation" "cli" "json" "arn" "code"];
    CopyCode "copy-code" "as code" Copy "copies the change as code for the tool that manages the plan" ["terraform" "cloudformation" "cdk" "iac" "export" "drift"];
    Copied "copied" "" Copy "shows the text copied last, to select it or write it to a file" ["clipboard" "yank"];
    ShowText "show" "show" Copy "shows the selected text instead of copying it" ["export" "view"];
    PlainText "plain-text" "" Copy "shows this page as plain text, to select, copy or write to a file" ["export" "text" "screen reader"];
    Message "message" "" See "shows the last message in full" ["notice" "error" "log"];
    SaveText "save-text" "save to file" Copy "writes the text to a new file in the current folder" ["export" "write"];
    Mouse "mouse" "" Program "gives the mouse back to the terminal for its own selection, or takes it again" ["select" "click"];
    Down "down" "" Move "moves down" ["next"];
    Up "up" "" Move "moves up" ["previous"];
    PageDown "page-down" "" Move "moves down a page" ["scroll"];
    PageUp "page-up" "" Move "moves up a page" ["scroll"];
    Top "top" "" Move "goes to the first line" ["first" "home" "start"];
    Bottom "bottom" "" Move "goes to the last line" ["last" "end"];
    Left "left" "" Move "goes to the value on the left" ["previous"];
    Right "right" "" Move "goes to the value on the right" ["next"];
    Open "open" "open" See "opens the selected line" ["detail" "show" "enter"];
    NextPane "next-pane" "pane" Move "goes to the other pane" ["switch" "focus" "tab"];
    Filter "filter" "filter" Find "shortens the list to what you type" ["search" "find" "grep"];
    Edit "edit" "edit" Change "opens the form to change any field" ["modify" "update" "form" "stage" "tag"];
    Rate "rate" "rate" Change "changes the rate limit: a number, x2, +20%" ["throttle" "limit" "429" "rps" "requests per second"];
    Burst "burst" "burst" Change "changes the burst limit: a number, x2, +20%" ["throttle" "limit" "429" "bucket"];
    Quota "quota" "quota" Change "changes the quota: a number, x2, +20%" ["limit" "day" "week" "month" "429" "exceeded"];
    Review "review" "review" Send "shows what will be sent; nothing is sent before that" ["diff" "changes" "staged" "apply" "commit" "deploy"];
    Patch "patch" "patch" Change "edits the draft as JSON patch operations" ["json" "operations" "raw"];
    NewPlan "new-plan" "new" Manage "creates a new plan" ["create" "add"];
    CopyPlan "copy-plan" "clone" Manage "creates a new plan as a copy of this one" ["duplicate" "clone" "create"];
    Undo "undo" "undo" Change "undoes the last edit of the draft; with none, the last send of the selected plan" ["rollback" "revert" "back"];
    Redo "redo" "redo" Change "makes the undone edit again" ["repeat"];
    Discard "discard" "discard" Change "discards the draft; asks first" ["drop" "delete" "reset" "cancel" "rollback" "revert" "throw away"];
    Sort "sort" "sort" Find "sorts the list by another column" ["order" "column"];
    Columns "columns" "" Find "chooses the columns of the list and their order" ["column" "width" "hide" "id" "product"];
    Reverse "reverse" "" Find "reverses the sort order" ["order" "descending" "ascending"];
    ByKey "by-key" "by key" Find "shows only the plans of one API key" ["apikey" "client" "customer" "api key"];
    Raw "raw" "JSON" See "shows the plan as JSON, and back" ["json" "source"];
    Limits "limits" "limits" See "shows which limit applies to each stage and method, and why" ["throttle" "429" "matrix" "stage" "method" "rate" "burst" "effective" "why" "heat map"];
    Usage "usage" "usage" See "shows how much of its quota each API key used" ["quota" "consumption" "429" "exhausted" "apikey" "remaining"];
    Exhaustion "exhaustion" "exhaustion" See "shows the API keys whose quota will be exhausted before its reset, over all plans" ["quota" "429" "forecast" "apikey" "run out"];
    ReadRest "read-rest" "read the rest" See "reads what was not checked yet: usage, stages, methods and keys" ["load" "refresh" "check all"];
    Extend "extend" "extend" Change "gives the API key more or fewer requests until the reset: a number, +20%, +10k" ["quota" "remaining" "exhausted" "grant" "apikey" "429"];
    KeyValue "key-value" "value" See "shows the value of the API key while this page is open, and back" ["secret" "apikey" "x-api-key"];
    KeyInFull "key-in-full" "in full" See "shows every line of the selected key, and back" ["detail" "daily"];
    SaveCsv "save-csv" "CSV" Copy "writes the usage to the current folder as CSV" ["export" "report" "spreadsheet" "download"];
    SaveJson "save-json" "save JSON" Copy "writes the usage to the current folder as JSON" ["export" "report" "download"];
    Tightest "tightest" "tightest" Find "puts the tightest limits first, and back" ["sort" "lowest"];
    Narrow "narrow" "only different" Find "shows only methods unlike the default, different on two stages, or staged, and back" ["differences" "filter"];
    Other "other" "why/load" See "switches between why a limit applies, what it lets through, and all of it in full" ["explain" "reason"];
    Seen "seen" "client saw" See "finds the limit behind what a client saw: 429, Limit Exceeded, a pasted response, 80/s" ["429" "403" "error" "diagnose" "troubleshoot" "throttled"];
    Load "load" "load" See "simulates the load you type: 80/s for 10s, spike 500 at 2s, ramp 10..200 over 30s" ["traffic" "simulate" "offered" "test"];
    More "more" "" See "offers 25% more load" ["increase"];
    Less "less" "" See "offers 20% less load" ["decrease"];
    Mark "mark" "mark" Many "marks the selected plan or removes its mark, and moves down" ["select" "multiple" "toggle"];
    MarkRange "mark-range" "" Many "marks from the plan marked last to the selected one" ["select" "multiple"];
    MarkShown "mark-shown" "mark all" Many "marks all plans in the list, or removes the marks where all have one" ["select" "all" "bulk"];
    ClearMarks "clear-marks" "" Many "removes all marks, in the list or not" ["unselect" "unmark" "deselect"];
    TweakPlans "tweak-plans" "tweak" Many "changes limits and stages of the marked plans in one line: rate x2, quota 1.5M/month" ["bulk" "set" "throttle" "stage" "attach" "detach" "tag" "increase" "raise" "lower"];
    ReviewAll "review-all" "review all" Send "shows what will be sent for all drafts, or those of the marked plans" ["bulk" "diff" "changes" "apply" "commit"];
    Unfold "unfold" "open" See "opens the plans of a group, or the review of one plan" ["expand" "detail"];
    Reason "reason" "reason" Send "adds a reason, which the history keeps" ["why" "note" "comment" "ticket"];
    Earlier "earlier" "earlier" Type "brings back the line typed before" ["history" "previous"];
    Later "later" "" Type "brings back the line typed after" ["history" "next"];
    Findings "findings" "findings" See "shows errors and warnings: of all plans, or of this plan from its detail" ["lint" "problems" "warnings" "errors" "check" "audit"];
    OnlyPlan "only-plan" "this plan" Find "shows only lines about the selected plan, and back" ["filter"];
    UndoSend "undo-send" "undo" Send "stages what undoes the selected change or send; you review it first" ["rollback" "revert" "restore"];
    Resolve "resolve" "resolve" Send "checks what happened to calls with an unknown outcome, and records it" ["uncertain" "unknown" "lost"];
    History "history" "history" See "shows what was sent: from the account, or to this plan from its detail" ["undo" "rollback" "revert" "journal" "past sends" "audit log"];
    Keys "keys" "keys" Manage "shows the API keys of the plan, to attach, detach and move them" ["apikey" "client" "subscriber" "api key"];
    AttachKey "attach-key" "attach" Manage "attaches API keys to the plan" ["apikey" "add" "key" "subscribe"];
    DetachKey "detach-key" "detach" Manage "detaches the API key from the plan" ["apikey" "remove" "key" "unsubscribe" "revoke"];
    MoveKey "move-key" "move" Manage "moves the API key to another plan; in a review, moves keys that another plan has" ["apikey" "transfer" "upgrade" "downgrade"];
    CopyKey "copy-key" "also to" Manage "attaches the API key to another plan as well" ["apikey" "second" "plan"];
    MarkKey "mark-key" "mark" Many "marks the selected line or removes its mark, and moves down" ["select" "multiple" "apikey"];
    KeyPlans "key-plans" "which plans" See "checks which plans the API key is attached to" ["apikey" "membership"];
    LeaveOut "leave-out" "leave out" Send "leaves out of the review what cannot be done" ["skip"];
    DeletePlan "delete-plan" "DELETE" Manage "shows what deleting the plan, or all marked ones, would do; deletes from there" ["remove" "destroy" "drop"];
    Refresh "refresh" "refresh" See "reads this page again from AWS" ["reload" "update" "f5" "sync"];
    Change "change" "change" Change "changes the selected line" ["edit" "modify" "enter"];
    Add "add" "add" Change "adds a stage, a tag, or a method throttle to the selected stage" ["attach" "stage" "api" "throttle" "method" "new"];
    Remove "remove" "remove" Change "removes the selected line: detaches a stage, removes a throttle" ["detach" "delete" "stage"];
    Drop "drop" "drop" Change "discards the selected staged change" ["undo" "unstage" "revert"];
    Apply "apply" "apply" Change "applies the operations to the draft" ["save" "commit"];
    Editor "editor" "$EDITOR" Change "opens the text in your own editor: $VISUAL, else $EDITOR, else vi" ["vim" "external"];
    Send "send" "SEND" Send "sends what the review shows" ["apply" "commit" "deploy" "push" "save"];
    Queue "queue" "queue" Send "shows what is being sent, and what waits" ["progress" "pending" "sending"];
    Pause "pause" "pause" Send "pauses the send queue, or resumes it" ["resume" "stop" "hold" "continue"];
    StopAfter "stop-after" "stop after this" Send "stops the send queue after the change in flight" ["pause"];
    Skip "skip" "skip" Send "skips the selected change; its draft is kept" ["remove" "leave out"];
    DropRest "drop-rest" "skip rest" Send "skips all changes not sent yet; the drafts are kept" ["cancel" "abort" "stop"];
    KeepGoing "keep-going" "on failure" Send "stops the send queue at a failure, or keeps it going" ["error" "continue"];
    Theirs "theirs" "theirs" Send "resolves the conflict with the value AWS has now" ["merge"];
    Mine "mine" "mine" Send "resolves the conflict with the value of the draft" ["merge"];
    Base "base" "base" Send "resolves the conflict with the value first read" ["merge" "original"];
    Choose "choose" "choose" Type "takes the selected line" ["enter" "select"];
    Accept "accept" "done" Type "takes what is typed" ["enter" "ok"];
    Complete "complete" "complete" Type "completes the line; again for the next match" ["tab"];
    CompleteBack "complete-back" "" Type "completes the line to the match before" ["tab"];
    NextField "next-field" "next" Type "goes to the next field" ["tab"];
    PreviousField "previous-field" "" Type "goes to the field before" ["back-tab"];
    Yes "yes" "yes" Type "answers yes" ["confirm"];
    No "no" "no" Type "answers no" ["cancel"];
}
