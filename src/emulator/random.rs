//! Numbers and ids that look random and are the same every time.

const LETTERS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
const WIDE_LETTERS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// One step of the `SplitMix64` generator: neighbouring inputs give unrelated outputs.
pub(super) fn mix(input: u64) -> u64 {
    let mut z = input.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A number for a text (FNV-1a, then mixed).
pub(super) fn mix_text(text: &str) -> u64 {
    mix(text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    }))
}

fn spell(mut seed: u64, length: usize, letters: &[u8]) -> String {
    let base = letters.len() as u64;
    (0..length)
        .map(|_| {
            seed = mix(seed);
            let at = usize::try_from(seed % base).unwrap_or(0);
            char::from(letters.get(at).copied().unwrap_or(b'0'))
        })
        .collect()
}

/// An id as API Gateway makes them: lower-case letters and digits.
pub(super) fn id(seed: u64, length: usize) -> String {
    spell(mix(seed), length, LETTERS)
}

/// The value of an API key: 40 letters and digits.
pub(super) fn key_value(seed: u64) -> String {
    spell(mix(seed ^ 0x6b65_795f), 40, WIDE_LETTERS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_repeatable_and_differ() {
        assert_eq!(id(1, 6), id(1, 6));
        assert_ne!(id(1, 6), id(2, 6));
        assert_eq!(id(7, 10).len(), 10);
        assert!(
            id(7, 10)
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
        );
        assert_eq!(key_value(3).len(), 40);
    }
}
