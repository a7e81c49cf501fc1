//! What the pictures show: which keys are pressed in the sample account, and which
//! text says that the program has done what they ask for.

/// A picture: one session with the sample account, from its start.
pub struct Picture {
    /// Its file in the folder `assets`.
    pub file: &'static str,
    /// What it shows, for those who do not see it.
    pub title: &'static str,
    /// The columns and rows of the terminal.
    pub size: (u16, u16),
    /// What is done in it. A still shows how it ends, a recording all of it.
    pub steps: &'static [Step],
    /// Whether it moves.
    pub is_recording: bool,
}

/// Some keys, and what comes of them.
pub struct Step {
    /// What is typed, one after the other. A text is typed letter by letter.
    pub keys: &'static [&'static str],
    /// A text that is on the screen when they have done their work.
    pub until: &'static str,
    /// What a recording says of it.
    pub caption: &'static str,
    /// How long a recording rests on the outcome, in milliseconds.
    pub rest: u32,
}

pub const ENTER: &str = "\r";
pub const ESCAPE: &str = "\x1b";
pub const CTRL_S: &str = "\x13";

/// What is on the screen when the list of the sample account has come.
pub const LOADED: &str = "39 of 39";

const WIDE: (u16, u16) = (120, 32);

/// The pages that are looked at before and after a change of their looks: their names,
/// and the keys that open them from the list of the sample account.
pub const PAGES: &[(&str, &[&str])] = &[
    ("list", &[]),
    ("detail", &["/petstore-gold", ENTER, ENTER]),
    ("form", &["/petstore-gold", ENTER, "r", "+20%", ENTER, "e"]),
    ("limits", &["/orders-gold", ENTER, "m", "j", "j"]),
    ("review", &["/orders-gold", ENTER, "r", "+20%", ENTER, "v"]),
    (
        "bulk-review",
        &[
            "/^customer",
            ENTER,
            "*",
            "T",
            "rate x2, quota +20%",
            ENTER,
            "V",
        ],
    ),
    ("queue", &["Q"]),
    ("usage", &["/orders-gold", ENTER, "U"]),
    ("exhaustion", &["W"]),
    ("findings", &["F"]),
    (
        "history",
        &["/orders-gold", ENTER, "r", "+20%", ENTER, "v", CTRL_S, "H"],
    ),
    ("keys", &["/orders-gold", ENTER, "A"]),
    ("help", &["?"]),
];

pub const PICTURES: &[Picture] = &[
    Picture {
        file: "recording.svg",
        title: "A plan is found, its limits are looked at, its rate is raised, reviewed, \
                sent, and undone",
        size: (100, 28),
        steps: RECORDING,
        is_recording: true,
    },
    still(
        "screen.svg",
        "The list of plans with the detail of one that has a draft",
        &[
            quiet(&["/petstore-gold", ENTER], "1 of 39"),
            quiet(&["r", "+20%", ENTER], "Staged"),
            quiet(&[ESCAPE], LOADED),
        ],
    ),
    still(
        "limits.svg",
        "The throttle matrix: which limit applies, why, and what it lets through",
        &[
            quiet(&["/orders-gold", ENTER], "1 of 39"),
            quiet(&["m"], "/invoices"),
            quiet(&["j", "j"], "Why: orders:prod /invoices/GET"),
        ],
    ),
    still(
        "form.svg",
        "The form of a plan, with the operations that its changes come to",
        &[
            quiet(&["/petstore-gold", ENTER], "1 of 39"),
            quiet(&["r", "+20%", ENTER], "Staged"),
            quiet(&["t", "x2", ENTER], "Staged"),
            quiet(&["e"], "/quota/limit"),
        ],
    ),
    still(
        "review.svg",
        "The review of a change, to the letter",
        &[
            quiet(&["/orders-gold", ENTER], "1 of 39"),
            quiet(&["r", "+20%", ENTER], "Staged"),
            quiet(&["v"], "ctrl-s sends it"),
        ],
    ),
    still(
        "bulk-review.svg",
        "One review for the drafts of many plans",
        &[
            quiet(&["/^customer", ENTER], "5 of 39"),
            quiet(&["*", "T"], "Tweak 5 marked plans"),
            quiet(&["rate x2, quota +20%", ENTER], "5 drafts not sent"),
            quiet(&["V"], "What happens"),
        ],
    ),
    still(
        "usage.svg",
        "The usage of a plan's keys, and the burn-down of one",
        &[
            quiet(&["/orders-gold", ENTER], "1 of 39"),
            quiet(&["U"], "Burn-down"),
        ],
    ),
    still(
        "history.svg",
        "The history of what was sent: one change was undone",
        &[
            quiet(&["/orders-gold", ENTER], "1 of 39"),
            quiet(&["r", "+20%", ENTER], "Staged"),
            quiet(&["v"], "ctrl-s sends it"),
            quiet(&[CTRL_S], "Sent"),
            quiet(&["b", "1000", ENTER], "Staged"),
            quiet(&["v"], "ctrl-s sends it"),
            quiet(&[CTRL_S], "Sent"),
            quiet(&["H"], "2 changes"),
            quiet(&["u"], "ctrl-s sends it"),
            quiet(&[CTRL_S], "3 changes"),
        ],
    ),
];

const RECORDING: &[Step] = &[
    Step {
        keys: &[],
        until: LOADED,
        caption: "The plans of an account",
        rest: 1800,
    },
    Step {
        keys: &["/gold", ENTER],
        until: "3 of 39",
        caption: "Find a plan",
        rest: 1400,
    },
    Step {
        keys: &["m"],
        until: "every other method",
        caption: "See which limit applies, for every method and stage",
        rest: 2200,
    },
    Step {
        keys: &["j", "j"],
        until: "/invoices/GET",
        caption: "and why",
        rest: 2600,
    },
    Step {
        keys: &[ESCAPE, "r", "+20%", ENTER],
        until: "Staged",
        caption: "Raise the rate of the plan",
        rest: 1600,
    },
    Step {
        keys: &["v"],
        until: "ctrl-s sends it",
        caption: "Read what would be sent",
        rest: 3600,
    },
    Step {
        keys: &[CTRL_S],
        until: "Sent",
        caption: "Send it",
        rest: 2000,
    },
    Step {
        keys: &["H"],
        until: "History",
        caption: "Look at what was sent",
        rest: 2400,
    },
    Step {
        keys: &["u"],
        until: "ctrl-s sends it",
        caption: "Undo it: that is reviewed too",
        rest: 2600,
    },
    Step {
        keys: &[CTRL_S],
        until: "undone",
        caption: "and sent",
        rest: 3000,
    },
];

const fn still(file: &'static str, title: &'static str, steps: &'static [Step]) -> Picture {
    Picture {
        file,
        title,
        size: WIDE,
        steps,
        is_recording: false,
    }
}

/// A step of a still: nobody watches it.
const fn quiet(keys: &'static [&'static str], until: &'static str) -> Step {
    Step {
        keys,
        until,
        caption: "",
        rest: 0,
    }
}
