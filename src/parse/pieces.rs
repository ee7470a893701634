//! A document cut into its items without being parsed.
//!
//! Most of a document that has changed is what the last one held. A caller that remembers the
//! pieces of the last one can take those out and parse the rest, which is a document too:
//! [`Pieces::without`].
//!
//! Only plain documents are cut: XML in UTF-8 whose items are opened and closed one by one, by one
//! name and nothing else. For any other the answer is `None`, and the caller parses it whole. The
//! caller also checks that the rest holds as many items as were left in it.
//!
//! This is not the tokenizer of `repair`, for two reasons. That one makes something of every fault,
//! so it cannot say that a document is not plain. And it reads each tag to its end, attributes and
//! quotes, one byte after the other; the cut is made so as not to do that, and jumps from `<` to
//! `<`.

use std::{ops::Range, str};

use memchr::{memchr, memmem};

/// The most items that a document is cut into; a longer one is read whole.
pub const MAX_PIECES: usize = 1_000;

/// A document's items as they are marked up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pieces<'a> {
    document: &'a [u8],
    items: Vec<Range<usize>>,
}

impl<'a> Pieces<'a> {
    /// Cuts a document; `None` where it is not plain what its items are.
    pub fn cut(document: &'a [u8]) -> Option<Self> {
        // A part of valid UTF-8 is decoded as the whole is.
        str::from_utf8(document).ok()?;
        let mut items = Vec::new();
        let (mut name, mut open) = (None, None);
        let mut at = 0;
        while let Some(step) = memchr(b'<', &document[at..]) {
            at += step;
            let rest = &document[at..];
            match rest.get(1) {
                Some(b'!') => at += passed_over(rest)?,
                Some(b'/') => match name.and_then(|name| end_of_item(rest, name)) {
                    Some(length) => {
                        at += length;
                        items.push(open.take()?..at);
                    }
                    None => at += 2,
                },
                _ => {
                    if let Some(tag) = start_of_item(rest, name) {
                        if open.replace(at).is_some() || items.len() == MAX_PIECES {
                            return None;
                        }
                        name = Some(tag);
                    }
                    at += 1;
                }
            }
        }
        (open.is_none() && !items.is_empty()).then_some(Self { document, items })
    }

    /// The items, in the document's order.
    pub fn iter(&self) -> impl Iterator<Item = &'a [u8]> {
        self.items.iter().map(|range| &self.document[range.clone()])
    }

    /// The document without some of its items.
    pub fn without(&self, is_left_out: impl Fn(usize) -> bool) -> Vec<u8> {
        let mut rest = Vec::new();
        let mut from = 0;
        for (number, item) in self.items.iter().enumerate() {
            if is_left_out(number) {
                rest.extend_from_slice(&self.document[from..item.start]);
                from = item.end;
            }
        }
        rest.extend_from_slice(&self.document[from..]);
        rest
    }
}

/// The length of CDATA or a comment, whose contents are no tags, and 1 for anything else that
/// starts so; `None` where it has no end.
fn passed_over(text: &[u8]) -> Option<usize> {
    let marks = [("<![CDATA[", "]]>"), ("<!--", "-->")];
    let found = marks
        .iter()
        .find(|(start, _)| text.starts_with(start.as_bytes()));
    let Some((_, end)) = found else {
        return Some(1);
    };
    Some(memmem::find(text, end.as_bytes())? + end.len())
}

/// The name of the item that starts here; once one has been seen, only that.
fn start_of_item(text: &[u8], name: Option<&'static str>) -> Option<&'static str> {
    let is_open = |name: &&str| {
        let rest = text[1..].strip_prefix(name.as_bytes());
        let next = rest.and_then(|rest| rest.first());
        next.is_some_and(|it| *it == b'>' || it.is_ascii_whitespace())
    };
    let names: &[_] = if name.is_some() {
        name.as_slice()
    } else {
        &["item", "entry"]
    };
    names.iter().copied().find(is_open)
}

/// The length of the end tag of an item.
fn end_of_item(text: &[u8], name: &str) -> Option<usize> {
    let rest = text.strip_prefix(b"</")?.strip_prefix(name.as_bytes())?;
    (rest.first() == Some(&b'>')).then_some(name.len() + "</>".len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(document: &str) -> Option<Vec<&str>> {
        let pieces = Pieces::cut(document.as_bytes())?;
        let text = |item| str::from_utf8(item).expect("it was");
        Some(pieces.iter().map(text).collect())
    }

    #[test]
    fn items_and_entries_are_cut_out() {
        let rss =
            "<rss><channel><items/><item>\n<a/></item>\n\n<item x='1'>b</item></channel></rss>";
        let cut = pieces(rss).expect("plain");
        assert_eq!(cut, ["<item>\n<a/></item>", "<item x='1'>b</item>"]);
        let atom = "<feed><title/><entry><id>1</id></entry></feed>";
        assert_eq!(pieces(atom).expect("plain"), ["<entry><id>1</id></entry>"]);
    }

    #[test]
    fn what_is_left_is_the_rest_of_the_document() {
        let rss = "<rss> <item>1</item> <item>2</item> <item>3</item> </rss>";
        let pieces = Pieces::cut(rss.as_bytes()).expect("plain");
        let without = |left_out: &[usize]| {
            let rest = pieces.without(|number| left_out.contains(&number));
            String::from_utf8(rest).expect("UTF-8")
        };
        assert_eq!(without(&[]), rss);
        assert_eq!(without(&[0, 2]), "<rss>  <item>2</item>  </rss>");
        assert_eq!(without(&[0, 1, 2]), "<rss>    </rss>");
    }

    #[test]
    fn what_is_not_plain_is_not_cut() {
        for document in [
            "",
            "{\"items\": []}",
            "<rss><channel></channel></rss>",
            "<rss><item/></rss>",
            "<rss><item>1",
            "<rss><item>1</item >",
            "<rss><item>1<item>2</item></rss>",
            "<rss><item>1</item></item></rss>",
            "<rss><item><![CDATA[1</item></rss>",
            "<rss><item><!-- 1</item></rss>",
            "<rss><!-- <item>1</item> --></rss>",
        ] {
            assert_eq!(pieces(document), None, "{document}");
        }
        assert_eq!(Pieces::cut(b"<rss><item>\xff</item></rss>"), None);
    }

    #[test]
    fn tags_in_cdata_and_comments_are_none() {
        let item = "<item><![CDATA[</item><item>]]></item>";
        let rss = format!("<rss><!-- <item> -->{item}<!-- </item> --></rss>");
        assert_eq!(pieces(&rss).expect("plain"), [item]);
    }

    #[test]
    fn a_document_of_many_pieces_is_read_whole() {
        let document = |items| format!("<rss>{}</rss>", "<item></item>".repeat(items));
        assert!(pieces(&document(MAX_PIECES)).is_some());
        assert_eq!(pieces(&document(MAX_PIECES + 1)), None);
    }
}
