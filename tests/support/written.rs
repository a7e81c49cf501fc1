//! What a program wrote to its terminal.

/// The parameters of every SGR sequence: what colours and weights were set.
pub fn renditions(bytes: &[u8]) -> Vec<u32> {
    let text = String::from_utf8_lossy(bytes);
    let sequences = text.split("\x1b[").skip(1);
    let renditions = sequences.filter_map(|sequence| {
        let end = sequence.find(|c: char| !c.is_ascii_digit() && c != ';')?;
        sequence[end..].starts_with('m').then_some(&sequence[..end])
    });
    let parameters = renditions.flat_map(|parameters| parameters.split(';'));
    parameters
        .filter_map(|number| number.parse().ok())
        .collect()
}

/// Whether one of them is a colour, the terminal's default ones apart.
pub fn has_colours(renditions: &[u32]) -> bool {
    let is_colour = |number: &u32| matches!(number, 30..=38 | 40..=48 | 90..=107);
    renditions.iter().any(is_colour)
}

/// Whether borders and bars are drawn with more than ASCII.
pub fn draws_boxes(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    text.contains(|c: char| ('\u{2500}'..='\u{259f}').contains(&c))
}
