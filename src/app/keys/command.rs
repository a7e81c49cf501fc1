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

macro_rules! commands {
    ($($variant:ident $name:literal $short:literal $help:literal;)*) => {
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

            /// A sentence on what it does, for the help page.
            #[must_use]
            pub fn help(self) -> &'static str {
                match self { $(Self::$variant => $help,)* }
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
    Help "help" "help" "shows the keys of every place";
    Back "back" "back" "goes one step back; drafts are kept";
    Quit "quit" "quit" "leaves plangate; asks first while drafts are open or a send is under way";
    Suspend "suspend" "" "hands the terminal back to the shell until fg";
    Requests "requests" "log" "shows the requests that were sent, with outcome and duration";
    Who "who" "" "shows who you are: account, ARN, profile, Region, endpoint, credentials, what is protected";
    Redraw "redraw" "" "draws the whole screen anew";
    CommandLine "command-line" "go to" "does anything and goes to any plan by its name, completed as you type";
    Places "places" "where" "chooses where to be: the open places, the profiles of your AWS files, the Regions";
    Profile "profile" "" "goes to another profile of your AWS files; drafts are kept";
    Region "region" "" "goes to another Region; drafts are kept";
    Plans "plans" "" "goes to the list of plans; drafts are kept";
    Copy "copy" "yank" "copies the id, ARN, name, value, JSON, CLI command, Terraform or CloudFormation";
    Copied "copied" "" "shows what was copied last, to be selected or written to a file";
    ShowText "show" "show" "shows the selected text instead of copying it";
    PlainText "plain-text" "" "shows this view as lines of plain text, to be selected, copied or written to a file";
    Message "message" "" "shows the last message in full, to be read, selected or copied";
    SaveText "save-text" "to file" "writes the text into a new file of the current folder";
    Mouse "mouse" "" "leaves the mouse to the terminal, for its own selection, and back";
    Down "down" "" "moves down";
    Up "up" "" "moves up";
    PageDown "page-down" "" "moves down a page";
    PageUp "page-up" "" "moves up a page";
    Top "top" "" "goes to the first line";
    Bottom "bottom" "" "goes to the last line";
    Left "left" "" "chooses the value before";
    Right "right" "" "chooses the value after";
    Open "open" "open" "goes to the detail of the selected plan";
    NextPane "next-pane" "pane" "goes to the other pane";
    Filter "filter" "filter" "narrows the list as you type";
    Edit "edit" "edit" "opens the form on the plan";
    Rate "rate" "rate" "changes the rate limit: a number, x2, +20%";
    Burst "burst" "burst" "changes the burst limit: a number, x2, +20%";
    Quota "quota" "quota" "changes the quota's limit: a number, x2, +20%";
    Review "review" "review" "shows what will be sent, and sends it from there";
    Patch "patch" "patch" "edits the draft as JSON patch operations";
    NewPlan "new-plan" "new" "starts a new plan";
    CopyPlan "copy-plan" "copy" "starts a new plan as a copy of this one";
    Undo "undo" "undo" "undoes the last change of the draft";
    Redo "redo" "redo" "makes the change again that was undone";
    Discard "discard" "discard" "throws the draft away; asks first";
    Sort "sort" "sort" "chooses the column to sort by";
    Reverse "reverse" "" "turns the sort order round";
    ByKey "by-key" "by key" "shows the plans of one API key";
    Raw "raw" "JSON" "shows the plan as JSON, and back";
    Limits "limits" "limits" "shows which limit holds for every method and stage, and why";
    Usage "usage" "usage" "shows how much of its quota each API key of the plan used";
    Exhaustion "exhaustion" "exhaustion" "shows the keys that will run out before their reset, over all plans read";
    ReadRest "read-rest" "read the rest" "reads what is missing: the usage of all plans, or the plans again and their stages, methods and keys";
    Extend "extend" "extend" "sets how many requests the key has left: a number, +20%, +10k";
    KeyValue "key-value" "value" "asks for the key's value and shows it while this page is open, and back";
    KeyInFull "key-in-full" "in full" "shows the selected key in the place of the table, every line of it, and back";
    SaveCsv "save-csv" "CSV" "writes the usage into the current folder as CSV";
    SaveJson "save-json" "JSON" "writes the usage into the current folder as JSON";
    Tightest "tightest" "tightest" "puts the tightest limits first, and back";
    Narrow "narrow" "narrow" "shows only methods unlike the default, different on two stages, or staged";
    Other "other" "why/load" "turns between why a limit applies, what it lets through, and all of it in full";
    Seen "seen" "client saw" "asks which limit explains what a client saw: Too Many Requests, Limit Exceeded, Forbidden, 80/s";
    Load "load" "load" "types the load that is offered: 80/s for 10s, spike 500 at 2s, ramp 10..200 over 30s";
    More "more" "" "offers a quarter more";
    Less "less" "" "offers a fifth less";
    Mark "mark" "mark" "marks the selected plan or takes its mark away, and goes one down";
    MarkRange "mark-range" "" "marks from the plan marked last to the selected one, in the order shown";
    MarkShown "mark-shown" "mark all" "marks all plans that the filter shows; takes their marks away where all have one";
    ClearMarks "clear-marks" "" "takes all marks away, shown or not";
    TweakPlans "tweak-plans" "tweak" "changes limits of the marked plans in one line: rate x2, quota 1.5M/month";
    ReviewAll "review-all" "review all" "shows what will be sent of all marked plans, or of all drafts, and sends it from there";
    Unfold "unfold" "open" "opens the plans of a group, or a plan's own review";
    Reason "reason" "reason" "types why it is sent, for the journal";
    Earlier "earlier" "earlier" "brings back the line that was typed before";
    Later "later" "" "brings back the line that was typed after";
    Findings "findings" "findings" "shows what deserves a look: over all plans, or of the plan from its detail";
    OnlyPlan "only-plan" "one plan" "shows only what is about the selected one's plan, and back";
    UndoSend "undo-send" "undo" "reads what became of the selected change or send, and stages what undoes it";
    Resolve "resolve" "what became" "reads what became of calls of which nobody knows, and writes it down";
    History "history" "history" "shows what was sent: to the account, or to the plan from its detail";
    Keys "keys" "keys" "shows the API keys of the plan, to attach, detach and move them";
    AttachKey "attach-key" "attach" "attaches API keys of the account to the plan";
    DetachKey "detach-key" "detach" "takes the marked or selected API keys out of the plan";
    MoveKey "move-key" "move" "moves the marked or selected API keys to another plan; in a review, moves keys that cannot enter while another plan has them";
    CopyKey "copy-key" "also to" "attaches the marked or selected API keys to another plan besides";
    MarkKey "mark-key" "mark" "marks the selected API key or takes its mark away, and goes one down";
    KeyPlans "key-plans" "which plans" "asks which plans the marked or selected API keys are in";
    LeaveOut "leave-out" "leave out" "leaves out of the review what is refused";
    DeletePlan "delete-plan" "DELETE" "shows what deleting the plan, or all marked ones, would do, and deletes from there";
    Refresh "refresh" "refresh" "reads everything again";
    Change "change" "change" "changes the selected line";
    Add "add" "add" "adds a stage, or a method throttle to the selected stage";
    Remove "remove" "remove" "takes the selected line away: detaches a stage, removes a throttle";
    Drop "drop" "drop" "drops the selected staged change";
    Apply "apply" "apply" "takes the operations into the draft";
    Editor "editor" "$EDITOR" "opens the text in your own editor: $VISUAL, else $EDITOR, else vi";
    Send "send" "SEND" "sends what the review shows";
    Queue "queue" "queue" "shows what is being sent, and what waits for its turn";
    Pause "pause" "pause" "pauses the send queue, or goes on with it";
    StopAfter "stop-after" "last one" "lets the send queue stop after the one that is on its way";
    Skip "skip" "skip" "leaves the selected change out; its draft is kept";
    DropRest "drop-rest" "drop rest" "leaves out all that is not sent yet; the drafts are kept";
    KeepGoing "keep-going" "on failure" "lets the send queue stop at a failure, or not";
    Theirs "theirs" "theirs" "resolves the conflict with the value that the service has now";
    Mine "mine" "mine" "resolves the conflict with the value of the draft";
    Base "base" "base" "resolves the conflict with the value as first read";
    Choose "choose" "choose" "takes the selected line";
    Accept "accept" "done" "ends typing";
    Complete "complete" "complete" "completes the line; again: to the next that fits";
    CompleteBack "complete-back" "" "completes the line to the one before";
    NextField "next-field" "next" "goes on to the next field";
    PreviousField "previous-field" "" "goes back to the field before";
    Yes "yes" "yes" "yes";
    No "no" "no" "no";
}
