//! The cells that the terminal takes for a character of ambiguous width: asked for before
//! the first frame, by where the cursor stands behind two of them.
//!
//! Another reader of the terminal's answers would take the keys of the operator, so this one
//! gives back what was typed meanwhile, and ends soon. An answer that comes later is no
//! keys: crossterm takes reports of the cursor out.

use std::io::{self, ErrorKind, Read, Write};
use std::thread;
use std::time::{Duration, Instant};

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use rustix::fs::{Mode, OFlags};

use super::background::deadline;

/// Writes two such characters at the begin of the first line, and asks for the cursor.
pub(super) const QUESTION: &[u8] = "\x1b[1;1H\u{2500}\u{b7}\x1b[6n".as_bytes();

/// Takes them away again.
pub(super) const ERASE: &[u8] = b"\x1b[1;1H\x1b[2K";

/// The column behind both where each takes one cell.
const NARROW: u16 = 3;

/// A report of which a part is here gets so much more time, as its rest would be keys.
const PATIENCE: Duration = Duration::from_secs(1);

/// The pause before what has not come is looked for again.
const PAUSE: Duration = Duration::from_millis(1);

/// The answer of a terminal.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Answered {
    /// True if it takes two cells.
    pub is_wide: bool,
    /// The keys that were typed meanwhile.
    pub keys: Vec<Event>,
}

/// Asks the terminal. Where it does not answer, a character takes one cell.
pub(super) fn ask(output: &mut impl Write) -> io::Result<Answered> {
    output.write_all(QUESTION)?;
    output.flush()?;
    let answered = listen(Instant::now());
    output.write_all(ERASE)?;
    Ok(answered)
}

/// Waits for the answer, at a way to the terminal that never blocks.
fn listen(asked: Instant) -> Answered {
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    let Ok(terminal) = rustix::fs::open("/dev/tty", flags, Mode::empty()) else {
        return Answered::default();
    };
    let mut terminal = std::fs::File::from(terminal);
    let mut came = Vec::new();
    let mut some = [0; 256];
    while !is_answered(&came) {
        match terminal.read(&mut some) {
            Ok(0) => break,
            Ok(count) => came.extend(some.iter().take(count)),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                let more = if is_begun(&came) {
                    PATIENCE
                } else {
                    Duration::ZERO
                };
                if asked.elapsed() > deadline() + more {
                    break;
                }
                thread::sleep(PAUSE);
            }
            Err(_) => break,
        }
    }
    answered(&came)
}

/// A report of the cursor among bytes: where it stands, and its column.
fn report(came: &[u8]) -> Option<(std::ops::Range<usize>, u16)> {
    (0..came.len()).find_map(|from| {
        let rest = came.get(from..)?.strip_prefix(b"\x1b[")?;
        let end = rest.iter().position(|byte| *byte == b'R')?;
        let place = std::str::from_utf8(rest.get(..end)?).ok()?;
        let (row, column) = place.split_once(';')?;
        row.parse::<u16>().ok()?;
        Some((from..from + 2 + end + 1, column.parse().ok()?))
    })
}

fn is_answered(came: &[u8]) -> bool {
    report(came).is_some()
}

/// Returns true if bytes end in what may become a report.
fn is_begun(came: &[u8]) -> bool {
    let Some(from) = came.iter().rposition(|byte| *byte == b'\x1b') else {
        return false;
    };
    let rest = came.get(from + 1..).unwrap_or_default();
    let digits = rest.strip_prefix(b"[").unwrap_or(rest);
    digits
        .iter()
        .all(|byte| byte.is_ascii_digit() || *byte == b';')
}

/// The meaning of what came.
fn answered(came: &[u8]) -> Answered {
    let Some((place, column)) = report(came) else {
        return Answered {
            is_wide: false,
            keys: keys(came),
        };
    };
    let before = came.get(..place.start).unwrap_or_default();
    let after = came.get(place.end..).unwrap_or_default();
    let mut typed = keys(before);
    typed.extend(keys(after));
    Answered {
        is_wide: column > NARROW,
        keys: typed,
    }
}

/// The keys that bytes are: letters, enter, tab, backspace, escape, and those with ctrl. A
/// key that sends a longer sequence is left out.
fn keys(bytes: &[u8]) -> Vec<Event> {
    let text = String::from_utf8_lossy(bytes);
    let mut letters = text.chars().peekable();
    let mut keys = Vec::new();
    while let Some(letter) = letters.next() {
        let (code, modifiers) = match letter {
            '\r' | '\n' => (KeyCode::Enter, KeyModifiers::NONE),
            '\t' => (KeyCode::Tab, KeyModifiers::NONE),
            '\x7f' => (KeyCode::Backspace, KeyModifiers::NONE),
            '\x1b' if letters.next_if(|next| matches!(next, '[' | 'O')).is_some() => {
                // The sequence ends with its first letter or a tilde.
                while letters
                    .next_if(|next| !(next.is_ascii_alphabetic() || *next == '~'))
                    .is_some()
                {}
                letters.next();
                continue;
            }
            '\x1b' => (KeyCode::Esc, KeyModifiers::NONE),
            '\x01'..='\x1a' => {
                let letter = char::from(b'a' - 1 + u8::try_from(letter).unwrap_or(1));
                (KeyCode::Char(letter), KeyModifiers::CONTROL)
            }
            letter if letter.is_control() => continue,
            letter => (KeyCode::Char(letter), KeyModifiers::NONE),
        };
        keys.push(Event::Key(KeyEvent::new(code, modifiers)));
    }
    keys
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(codes: &[KeyCode]) -> Vec<Event> {
        let key = |code: &KeyCode| Event::Key(KeyEvent::new(*code, KeyModifiers::NONE));
        codes.iter().map(key).collect()
    }

    #[test]
    fn a_report_says_how_wide_and_the_keys_around_it_stay() {
        for (came, is_wide, keys) in [
            (&b"\x1b[1;3R"[..], false, vec![]),
            (b"\x1b[1;5R", true, vec![]),
            // Only the dot, or only the line, takes two.
            (b"\x1b[1;4R", true, vec![]),
            (
                b"j\x1b[1;5Rk\r",
                true,
                vec![KeyCode::Char('j'), KeyCode::Char('k'), KeyCode::Enter],
            ),
            (b"\x1b[A\x1bOBx", false, vec![KeyCode::Char('x')]),
            (b"\x1b", false, vec![KeyCode::Esc]),
            (b"", false, vec![]),
        ] {
            let keys = typed(&keys);
            assert_eq!(answered(came), Answered { is_wide, keys }, "{came:?}");
        }
        let ctrl_c = KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL);
        assert_eq!(answered(b"\x03").keys, [Event::Key(ctrl_c)]);
    }

    #[test]
    fn a_report_in_parts_is_waited_for() {
        for part in [&b"\x1b"[..], b"\x1b[", b"\x1b[1;", b"x\x1b[12;3"] {
            assert!(is_begun(part) && !is_answered(part), "{part:?}");
        }
        for other in [&b""[..], b"x", b"\x1b[A", b"\x1b[1;3R"] {
            assert!(!is_begun(other), "{other:?}");
        }
    }
}
