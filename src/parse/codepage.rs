//! Code pages of DOS and the old Macintosh: not in the WHATWG Encoding Standard, and so not in
//! `encoding_rs`, but declared by feeds of old software and read by other feed readers.

/// A line for each: its labels, a tab, and the characters of the bytes 128 to 255.
const PAGES: &str = include_str!("codepages.tsv");

/// The upper half of a single-byte encoding whose lower half is ASCII.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct CodePage(&'static str);

impl CodePage {
    /// The code page of that label, if it is one.
    pub(super) fn for_label(label: &[u8]) -> Option<Self> {
        let label = label.trim_ascii();
        PAGES.lines().find_map(|line| {
            let (labels, upper) = line.split_once('\t')?;
            let mut labels = labels.split(' ');
            labels
                .any(|name| same(name.as_bytes(), label))
                .then_some(Self(upper))
        })
    }

    /// The text. Bytes without a character become U+FFFD.
    pub(super) fn decode(self, bytes: &[u8]) -> String {
        let upper: Vec<char> = self.0.chars().collect();
        let character = |byte: &u8| match byte.checked_sub(0x80) {
            Some(at) => upper[usize::from(at)],
            None => char::from(*byte),
        };
        bytes.iter().map(character).collect()
    }
}

/// Whether two labels are the same but for case and `_` in place of `-`.
fn same(name: &[u8], label: &[u8]) -> bool {
    let plain = |byte: &u8| {
        if *byte == b'_' {
            b'-'
        } else {
            byte.to_ascii_lowercase()
        }
    };
    name.len() == label.len() && name.iter().map(plain).eq(label.iter().map(plain))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(label: &str, bytes: &[u8]) -> Option<String> {
        Some(CodePage::for_label(label.as_bytes())?.decode(bytes))
    }

    #[test]
    fn reads_by_label() {
        assert_eq!(decoded("cp437", b"caf\x82"), Some("café".into()));
        assert_eq!(decoded(" IBM437 ", b"\x80"), Some("Ç".into()));
        assert_eq!(decoded("cp_is", b"\x80"), Some("Ç".into()));
        assert_eq!(decoded("MacCyrillic", b"\x80"), Some("А".into()));
        assert_eq!(decoded("utf-8", b""), None);
    }

    #[test]
    fn every_page_has_every_byte() {
        assert_eq!(PAGES.lines().count(), 25);
        for line in PAGES.lines() {
            let (labels, upper) = line.split_once('\t').expect("a tab");
            assert_eq!(upper.chars().count(), 128, "{labels}");
        }
    }
}
