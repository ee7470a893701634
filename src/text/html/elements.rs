//! What each HTML element means for plain text: a break, a paragraph, nothing to show, no trace.

/// What a tag does to the text around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Element {
    /// Ends a paragraph.
    Block,
    /// Ends a line.
    Line,
    /// Its content is no text; the number says which kind.
    Raw(usize),
    /// Says how the text before it is read, up to the next tag.
    Ruby,
    /// Is above the line: `sup`.
    Raised,
    /// Leaves no trace.
    Inline,
    /// Not an element of HTML.
    Unknown,
}

/// Elements whose content is code or markup, never shown.
pub(super) const RAW: [&str; 5] = ["script", "style", "iframe", "noembed", "noframes"];

const BLOCK: [&str; 56] = [
    "address",
    "annotation",
    "article",
    "aside",
    "blockquote",
    "body",
    "caption",
    "center",
    "dd",
    "details",
    "dialog",
    "dir",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "frameset",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "header",
    "hgroup",
    "hr",
    "html",
    "legend",
    "li",
    "listing",
    "main",
    "marquee",
    "menu",
    "nav",
    "ol",
    "option",
    "p",
    "pre",
    "search",
    "section",
    "summary",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "title",
    "tr",
    "ul",
    "xmp",
];

/// Those of formulas among them (`MathML`): each has dozens.
const INLINE: [&str; 97] = [
    "a",
    "abbr",
    "acronym",
    "area",
    "audio",
    "b",
    "base",
    "basefont",
    "bdi",
    "bdo",
    "bgsound",
    "big",
    "blink",
    "button",
    "canvas",
    "cite",
    "code",
    "col",
    "colgroup",
    "data",
    "datalist",
    "del",
    "dfn",
    "em",
    "embed",
    "font",
    "frame",
    "i",
    "img",
    "input",
    "ins",
    "kbd",
    "keygen",
    "label",
    "link",
    "map",
    "mark",
    "math",
    "menuitem",
    "merror",
    "meta",
    "meter",
    "mfrac",
    "mi",
    "mmultiscripts",
    "mn",
    "mo",
    "mover",
    "mpadded",
    "mphantom",
    "mroot",
    "mrow",
    "ms",
    "mspace",
    "msqrt",
    "mstyle",
    "msub",
    "msubsup",
    "msup",
    "mtable",
    "mtd",
    "mtext",
    "mtr",
    "munder",
    "munderover",
    "nobr",
    "noscript",
    "object",
    "output",
    "param",
    "picture",
    "progress",
    "q",
    "rb",
    "ruby",
    "s",
    "samp",
    "select",
    "semantics",
    "slot",
    "small",
    "source",
    "spacer",
    "span",
    "strike",
    "strong",
    "sub",
    "svg",
    "template",
    "textarea",
    "time",
    "track",
    "tt",
    "u",
    "var",
    "video",
    "wbr",
];

/// The longest name that is looked up: what fits in a number.
const MAX_NAME_BYTES: usize = 16;

/// Looks a name up, in any case.
pub(super) fn element(name: &str) -> Element {
    if name.len() > MAX_NAME_BYTES {
        return Element::Unknown;
    }
    let key = key(name.as_bytes());
    let mut at = place(key);
    while TABLE[at].0 != key {
        if TABLE[at].0 == 0 {
            return Element::Unknown;
        }
        at = (at + 1) % TABLE.len();
    }
    TABLE[at].1
}

/// All names, each where its key leads or behind. Most of the time of reading HTML once went into
/// comparing names as text.
static TABLE: [(u128, Element); 512] = table();

const fn table() -> [(u128, Element); 512] {
    let mut table = [(0, Element::Unknown); 512];
    let mut at = 0;
    while at < BLOCK.len() {
        insert(&mut table, BLOCK[at], Element::Block);
        at += 1;
    }
    at = 0;
    while at < INLINE.len() {
        insert(&mut table, INLINE[at], Element::Inline);
        at += 1;
    }
    at = 0;
    while at < RAW.len() {
        insert(&mut table, RAW[at], Element::Raw(at));
        at += 1;
    }
    insert(&mut table, "br", Element::Line);
    insert(&mut table, "sup", Element::Raised);
    insert(&mut table, "rt", Element::Ruby);
    insert(&mut table, "rp", Element::Ruby);
    insert(&mut table, "rtc", Element::Ruby);
    table
}

const fn insert(table: &mut [(u128, Element); 512], name: &str, element: Element) {
    let key = key(name.as_bytes());
    let mut at = place(key);
    while table[at].0 != 0 {
        at = (at + 1) % table.len();
    }
    table[at] = (key, element);
}

/// The name in lower case as a number.
const fn key(name: &[u8]) -> u128 {
    let (mut key, mut at) = (0, 0);
    while at < name.len() {
        key = key << 8 | name[at].to_ascii_lowercase() as u128;
        at += 1;
    }
    key
}

/// Where in the table a key is looked for first: nine bits that depend on the whole of it.
#[expect(clippy::cast_possible_truncation, reason = "one half after the other")]
const fn place(key: u128) -> usize {
    let both = key as u64 ^ (key >> 64) as u64;
    (both.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 55) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_are_sorted() {
        assert!(BLOCK.is_sorted() && INLINE.is_sorted());
        for name in BLOCK.iter().chain(&INLINE).chain(&RAW) {
            assert!(name.len() <= MAX_NAME_BYTES, "{name}");
            assert_ne!(element(name), Element::Unknown, "{name}");
        }
    }

    #[test]
    fn names_in_any_case() {
        for (name, expected) in [
            ("P", Element::Block),
            ("Br", Element::Line),
            ("SCRIPT", Element::Raw(0)),
            ("strong", Element::Inline),
            ("wbr", Element::Inline),
            ("rt", Element::Ruby),
            ("Sup", Element::Raised),
            ("b2b", Element::Unknown),
            ("BlockQuote", Element::Block),
            ("blockquotes", Element::Unknown),
            ("é", Element::Unknown),
        ] {
            assert_eq!(element(name), expected, "{name}");
        }
    }
}
