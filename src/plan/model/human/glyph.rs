//! The characters that numbers are typed and pasted with, as the ASCII that they stand for.

/// The zeros of the scripts of the world (Unicode 16, category Nd); nine digits follow each.
const ZEROS: [u32; 65] = [
    0x660, 0x6F0, 0x7C0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xB66, 0xBE6, 0xC66, 0xCE6, 0xD66, 0xDE6,
    0xE50, 0xED0, 0xF20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90, 0x1B50,
    0x1BB0, 0x1C40, 0x1C50, 0xA620, 0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0xFF10,
    0x1_04A0, 0x1_0D30, 0x1_1066, 0x1_10F0, 0x1_1136, 0x1_11D0, 0x1_12F0, 0x1_1450, 0x1_14D0,
    0x1_1650, 0x1_16C0, 0x1_1730, 0x1_18E0, 0x1_1950, 0x1_1C50, 0x1_1D50, 0x1_1DA0, 0x1_6A60,
    0x1_6AC0, 0x1_6B50, 0x1_D7CE, 0x1_D7D8, 0x1_D7E2, 0x1_D7EC, 0x1_D7F6, 0x1_E140, 0x1_E2F0,
    0x1_E950, 0x1_FBF0,
];

/// A text with its digits, signs and separators as ASCII has them.
pub(super) fn plain(text: &str) -> String {
    text.trim().chars().filter_map(ascii).collect()
}

/// Returns true for a character that parts thousands and is no blank of a keyboard: the
/// words of a line are not parted by it where it stands between digits.
#[must_use]
pub fn joins_digits(c: char) -> bool {
    !c.is_ascii() && !is_line_break(c) && matches!(ascii(c), Some(' ' | '\''))
}

/// Returns true for a character that ends a line.
#[must_use]
pub fn is_line_break(c: char) -> bool {
    matches!(
        c,
        '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}'
    )
}

/// The ASCII that a character stands for; `None` for what is not seen and means nothing.
fn ascii(c: char) -> Option<char> {
    Some(match c {
        _ if c.is_ascii() => c,
        // Marks of direction, soft hyphens and joiners, which come along from web pages.
        '\u{ad}'
        | '\u{61c}'
        | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{2064}'
        | '\u{2066}'..='\u{2069}'
        | '\u{feff}' => return None,
        _ if is_line_break(c) => c,
        _ if c.is_whitespace() => ' ',
        '−' | '‐' | '‑' | '‒' | '–' | '—' | '―' | '﹘' | '﹣' | '➖' => '-',
        '﹢' | '➕' => '+',
        '×' | '✕' | '✖' => 'x',
        '∗' | '⁎' | '﹡' => '*',
        '÷' | '⁄' | '∕' => '/',
        '٪' | '﹪' => '%',
        // The Arabic separator of thousands parts nothing else.
        '‘' | '’' | '‛' | 'ʼ' | 'ʹ' | '′' | '´' | '٬' => '\'',
        '،' | '、' | '﹐' | '﹑' => ',',
        '٫' | '。' | '﹒' => '.',
        // The full-width forms of ASCII.
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0)?,
        _ => digit(c).unwrap_or(c),
    })
}

/// The ASCII digit of a digit of any script.
fn digit(c: char) -> Option<char> {
    let code = u32::from(c);
    let value = ZEROS
        .iter()
        .filter_map(|zero| code.checked_sub(*zero))
        .find(|value| *value < 10)?;
    char::from_digit(value, 10)
}
