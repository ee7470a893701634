//! How many items a document's markup shows: a second opinion on what [`repair`](super::repair)
//! finds.
//!
//! It shares no code with `repair`, not even the tokenizer: a count over the same tokens would miss
//! the items that the tokenizer loses, and those are what it is for. Where it finds more items, the
//! document is read by feed-rs too, or gets a warning.
//!
//! Nor is it [`Pieces`](super::Pieces): that one gives up at what is not plain, this one counts
//! whatever there is. One pass from `<` to `<`, in linear time, without allocation.

use memchr::{memchr, memchr_iter, memmem};

/// Counts the start tags of items and entries that are the feed's own: those without a prefix or
/// with the root element's. (`content:item` of RSS 1.0 is a piece of content.) Comments and CDATA
/// sections are passed over, and an item cut off right behind its start tag.
pub(super) fn items(text: &str) -> usize {
    let bytes = text.as_bytes();
    let (mut items, mut from) = (0, 0);
    let (mut comments, mut sections) = (Passage::new(b"-->"), Passage::new(b"]]>"));
    let mut prefix: Option<&[u8]> = None;
    let mut last = None;
    for at in memchr_iter(b'<', bytes) {
        if at < from {
            continue;
        }
        let rest = &bytes[at + 1..];
        if rest.starts_with(b"!--") {
            from = comments.end(bytes, at);
        } else if rest.starts_with(b"![CDATA[") {
            from = sections.end(bytes, at);
        } else if let Some((own, local)) = name(rest) {
            if is(local, &[b"rss", b"rdf", b"feed"]) {
                prefix = prefix.or(Some(own));
            } else if is(local, &[b"item", b"entry"]) {
                let is_own = own.is_empty() || prefix == Some(own);
                items += usize::from(is_own);
                last = if is_own { Some(rest) } else { last };
            }
        }
    }
    items - usize::from(last.is_some_and(is_cut_off))
}

/// Whether no tag is complete behind this one, whose inside begins here.
fn is_cut_off(inside: &[u8]) -> bool {
    let end = memchr(b'>', inside).unwrap_or(inside.len());
    let is_empty = inside[..end].ends_with(b"/");
    !is_empty && memchr(b'>', inside.get(end + 1..).unwrap_or_default()).is_none()
}

/// A comment or a CDATA section: what ends it, and whether that may still come.
struct Passage {
    end: &'static [u8],
    comes: bool,
}

impl Passage {
    fn new(end: &'static [u8]) -> Self {
        Self { end, comes: true }
    }

    /// Just behind its end. Without an end nothing is skipped, and the end is not searched for
    /// again.
    fn end(&mut self, bytes: &[u8], at: usize) -> usize {
        if !self.comes {
            return 0;
        }
        let found = memmem::find(&bytes[at..], self.end);
        self.comes = found.is_some();
        found.map_or(0, |found| at + found + self.end.len())
    }
}

/// Prefix and local name of the start tag whose inside begins here. Only short names are read.
fn name(inside: &[u8]) -> Option<(&[u8], &[u8])> {
    const LONGEST: usize = 32;
    let head = &inside[..inside.len().min(LONGEST)];
    let is_end = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'>' | b'/');
    let name = &head[..head.iter().position(is_end)?];
    match name.iter().position(|byte| *byte == b':') {
        Some(colon) => Some((&name[..colon], &name[colon + 1..])),
        None => Some((&[], name)),
    }
}

fn is(local: &[u8], names: &[&[u8]]) -> bool {
    names.iter().any(|name| local.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_the_feeds_own_items() {
        for (text, count) in [
            ("<rss><item/><ITEM a='b'></ITEM></rss>", 2),
            ("<a:feed><a:entry/><b:entry/></a:feed>", 1),
            ("<rdf:RDF><items/><item/><content:item/></rdf:RDF>", 1),
            ("<rss><!-- <item/> --><![CDATA[<item/>]]><item></item>", 1),
            ("<rss><item/><item><titl", 1),
            ("<rss><!-- <item/>", 1),
            ("<rss><item", 0),
            ("", 0),
        ] {
            assert_eq!(items(text), count, "{text}");
        }
    }
}
