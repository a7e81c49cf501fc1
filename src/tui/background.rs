//! The terminal's background: asked for with the first frame, and the answer found among
//! the keys, since that is where it comes.
//!
//! Nothing waits for the answer. What begins like one is held back until it is one, or is
//! none after all: then it was keys, and they go on in their order.

use std::time::{Duration, Instant};

use crossterm::event::{Event, KeyCode, KeyEventKind, KeyModifiers};

/// Asks the terminal for its background colour (OSC 11 of xterm).
pub(super) const QUESTION: &[u8] = b"\x1b]11;?\x1b\\";

/// The beginning of an answer. It ends in BEL or ESC \.
const START: &str = "\x1b]11;";

/// No answer is longer.
const LONGEST: usize = 40;

/// An answer that took longer does not count: the operator is at work by then.
const DEADLINE: Duration = Duration::from_millis(100);

/// Even an answer that does not count is no keys; after so long none comes any more.
const PATIENCE: Duration = Duration::from_secs(5);

/// The time after which what began like an answer and did not go on is keys.
pub(super) const PAUSE: Duration = Duration::from_millis(20);

/// Listens for the answer.
#[derive(Debug)]
pub(super) struct Listener {
    asked: Instant,
    deadline: Duration,
    held: Vec<Event>,
    /// The held text, as the terminal sent it.
    text: String,
}

/// The meaning of an event.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Heard {
    /// Perhaps a part of the answer.
    Part,
    /// These are keys.
    Keys(Vec<Event>),
    /// The answer: whether the background is light; `None` where it came too late or
    /// says nothing.
    Answer(Option<bool>),
}

impl Listener {
    pub(super) fn new(asked: Instant) -> Self {
        Self {
            asked,
            deadline: deadline(),
            held: Vec::new(),
            text: String::new(),
        }
    }

    /// Returns true if something is held back.
    pub(super) fn is_holding(&self) -> bool {
        !self.held.is_empty()
    }

    /// Gives what is held back: it was keys.
    pub(super) fn let_go(&mut self) -> Vec<Event> {
        self.text.clear();
        std::mem::take(&mut self.held)
    }

    /// Returns true if no answer is to be expected any more.
    pub(super) fn is_over(&self, now: Instant) -> bool {
        now.duration_since(self.asked) > PATIENCE && !self.is_holding()
    }

    /// Takes in what came.
    pub(super) fn hear(&mut self, event: Event, now: Instant) -> Heard {
        let sent = sent(&event);
        let whole = sent.as_ref().map(|sent| format!("{}{sent}", self.text));
        if let Some(whole) = whole.filter(|whole| may_become_an_answer(whole)) {
            self.held.push(event);
            self.text = whole;
            let Some(said) = answered(&self.text) else {
                return Heard::Part;
            };
            let in_time = now.duration_since(self.asked) <= self.deadline;
            let is_light = is_light(said).filter(|_| in_time);
            self.let_go();
            return Heard::Answer(is_light);
        }
        let mut keys = self.let_go();
        match sent.filter(|sent| may_become_an_answer(sent)) {
            Some(sent) => {
                self.text = sent;
                self.held.push(event);
            }
            None => keys.push(event),
        }
        if keys.is_empty() {
            Heard::Part
        } else {
            Heard::Keys(keys)
        }
    }
}

/// A slow machine makes a test of the answer no test of the deadline: in debug builds
/// `PLANGATE_ANSWER_MS` sets it.
pub(super) fn deadline() -> Duration {
    #[cfg(debug_assertions)]
    if let Some(set) = std::env::var("PLANGATE_ANSWER_MS")
        .ok()
        .and_then(|text| text.parse().ok())
    {
        return Duration::from_millis(set);
    }
    DEADLINE
}

/// The bytes that the terminal sent for this event, where they may stand in an answer.
fn sent(event: &Event) -> Option<String> {
    let Event::Key(key) = event else { return None };
    if key.kind != KeyEventKind::Press {
        return None;
    }
    // A capital letter may come with Shift beside it.
    let modifiers = key.modifiers - KeyModifiers::SHIFT;
    match (key.code, modifiers) {
        (KeyCode::Char(letter), KeyModifiers::NONE) => Some(letter.to_string()),
        // The event that crossterm makes of ESC and a letter that came together.
        (KeyCode::Char(letter), KeyModifiers::ALT) => Some(format!("\x1b{letter}")),
        // BEL is what ctrl-g sends.
        (KeyCode::Char('g'), KeyModifiers::CONTROL) => Some("\x07".to_owned()),
        (KeyCode::Esc, KeyModifiers::NONE) => Some("\x1b".to_owned()),
        _ => None,
    }
}

/// Returns true if a text is an answer, or the beginning of one.
fn may_become_an_answer(text: &str) -> bool {
    let Some(said) = text.strip_prefix(START) else {
        return START.starts_with(text);
    };
    let said = ["\x07", "\x1b\\", "\x1b"]
        .into_iter()
        .find_map(|end| said.strip_suffix(end))
        .unwrap_or(said);
    let is_of_colour = |c: char| c.is_ascii_hexdigit() || "rgba:/#".contains(c);
    said.len() <= LONGEST && said.chars().all(is_of_colour)
}

/// The color that a whole answer tells.
fn answered(text: &str) -> Option<&str> {
    let said = text.strip_prefix(START)?;
    said.strip_suffix('\x07')
        .or_else(|| said.strip_suffix("\x1b\\"))
}

/// Says if a color as `rgb:RRRR/GGGG/BBBB`, of one to four digits each, is light: black has
/// more contrast on it than white.
fn is_light(colour: &str) -> Option<bool> {
    /// The luminance on which black and white have the same contrast, by WCAG 2.
    const MIDDLE: f64 = 0.179;
    let (model, parts) = colour.split_once(':')?;
    if !matches!(model, "rgb" | "rgba") {
        return None;
    }
    let mut parts = parts.split('/').map(|digits| {
        let value = u16::from_str_radix(digits, 16).ok()?;
        let most = 16_u32.checked_pow(u32::try_from(digits.len()).ok()?)? - 1;
        let part = f64::from(value) / f64::from(most);
        // As the eye has it, near enough to tell dark from light.
        Some(part.powf(2.2))
    });
    let mut next = || parts.next().flatten();
    let (red, green, blue) = (next()?, next()?, next()?);
    Some(0.2126 * red + 0.7152 * green + 0.0722 * blue > MIDDLE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crossterm::event::KeyEvent;

    fn key(code: KeyCode, modifiers: KeyModifiers) -> Event {
        Event::Key(KeyEvent::new(code, modifiers))
    }

    /// What crossterm makes of a text.
    fn keys(text: &str) -> Vec<Event> {
        let mut events = Vec::new();
        let mut letters = text.chars();
        while let Some(letter) = letters.next() {
            events.push(match letter {
                '\x1b' => key(KeyCode::Char(letters.next().unwrap()), KeyModifiers::ALT),
                '\x07' => key(KeyCode::Char('g'), KeyModifiers::CONTROL),
                letter if letter.is_ascii_uppercase() => {
                    key(KeyCode::Char(letter), KeyModifiers::SHIFT)
                }
                letter => key(KeyCode::Char(letter), KeyModifiers::NONE),
            });
        }
        events
    }

    /// The keys that come through, and the answers.
    fn hear(
        listener: &mut Listener,
        events: Vec<Event>,
        after: Duration,
    ) -> (Vec<Event>, Vec<Option<bool>>) {
        let (mut through, mut answers) = (Vec::new(), Vec::new());
        for event in events {
            match listener.hear(event, listener.asked + after) {
                Heard::Part => {}
                Heard::Keys(keys) => through.extend(keys),
                Heard::Answer(said) => answers.push(said),
            }
        }
        (through, answers)
    }

    fn soon() -> Duration {
        Duration::from_millis(90)
    }

    #[test]
    fn an_answer_between_keys_is_taken_out_and_the_keys_stay() {
        for (said, is_light) in [
            ("rgb:ffff/ffff/ffff\x1b\\", Some(true)),
            ("rgb:FFFF/FFFF/dddd\x07", Some(true)),
            ("rgb:0000/2b2b/3636\x1b\\", Some(false)),
            ("rgb:1e/1e/1e\x07", Some(false)),
            ("rgba:f/f/f/f\x07", Some(true)),
            ("\x07", None),
            ("rgb:ffff\x07", None),
            ("rgb:12345/0/0\x07", None),
        ] {
            let mut listener = Listener::new(Instant::now());
            let text = format!("ab{START}{said}cd");
            let heard = hear(&mut listener, keys(&text), soon());
            assert_eq!(heard, (keys("abcd"), vec![is_light]), "{said:?}");
            assert!(!listener.is_holding());
        }
    }

    #[test]
    fn an_escape_that_came_alone_begins_an_answer_too() {
        let mut events = vec![key(KeyCode::Esc, KeyModifiers::NONE)];
        events.extend(keys("]11;rgb:ff/ff/ff"));
        events.push(key(KeyCode::Esc, KeyModifiers::NONE));
        events.extend(keys("\\x"));
        let mut listener = Listener::new(Instant::now());
        let heard = hear(&mut listener, events, soon());
        assert_eq!(heard, (keys("x"), vec![Some(true)]));
    }

    #[test]
    fn a_late_answer_does_not_count_and_is_no_keys_either() {
        let mut listener = Listener::new(Instant::now());
        let text = format!("a{START}rgb:ff/ff/ff\x07b");
        let heard = hear(&mut listener, keys(&text), Duration::from_millis(110));
        assert_eq!(heard, (keys("ab"), vec![None]));
    }

    #[test]
    fn what_only_begins_like_an_answer_is_keys_in_their_order() {
        for text in [
            "\x1b]x",
            "\x1b]11x",
            "\x1b]\x1b]2",
            "\x1b]11;rgb:zz",
            "\x1b[11;",
        ] {
            let mut listener = Listener::new(Instant::now());
            let (mut through, answers) = hear(&mut listener, keys(text), soon());
            through.extend(listener.let_go());
            assert_eq!((through, answers), (keys(text), Vec::new()), "{text:?}");
        }
        // Nothing is held for ever.
        let mut listener = Listener::new(Instant::now());
        let endless = format!("{START}{}", "f".repeat(1000));
        let (mut through, _) = hear(&mut listener, keys(&endless), soon());
        through.extend(listener.let_go());
        assert_eq!(through, keys(&endless));
    }

    #[test]
    fn what_is_no_key_lets_the_held_ones_go() {
        let mut listener = Listener::new(Instant::now());
        assert_eq!(
            hear(&mut listener, keys("\x1b]1"), soon()),
            (Vec::new(), Vec::new())
        );
        assert!(listener.is_holding());
        let paste = Event::Paste("1;".to_owned());
        let (through, _) = hear(&mut listener, vec![paste.clone()], soon());
        let mut want = keys("\x1b]1");
        want.push(paste);
        assert_eq!(through, want);
    }

    #[test]
    fn it_listens_only_for_a_while() {
        let now = Instant::now();
        let mut listener = Listener::new(now);
        assert!(!listener.is_over(now + Duration::from_secs(1)));
        assert!(listener.is_over(now + Duration::from_secs(6)));
        hear(&mut listener, keys("\x1b]"), soon());
        assert!(
            !listener.is_over(now + Duration::from_secs(6)),
            "it holds keys"
        );
    }
}
