//! What the names of HTML elements mean for plain text.

/// What a tag does to the text around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Element {
    /// Ends a paragraph.
    Block,
    /// Ends a line.
    Line,
    /// Its content is no text; the number tells the kinds apart.
    Raw(usize),
    /// Says how the text before it is read, up to the next tag.
    Ruby,
    /// Leaves no trace.
    Inline,
    /// Not an element of HTML.
    Unknown,
}

/// Elements whose content is code or markup, never shown.
pub(super) const RAW: [&str; 5] = ["script", "style", "iframe", "noembed", "noframes"];

const BLOCK: [&str; 51] = [
    "address",
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
    "main",
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
];

const INLINE: [&str; 63] = [
    "a", "abbr", "acronym", "area", "audio", "b", "base", "bdi", "bdo", "big", "button", "canvas",
    "cite", "code", "col", "colgroup", "data", "datalist", "del", "dfn", "em", "embed", "font",
    "i", "img", "input", "ins", "kbd", "label", "link", "map", "mark", "meta", "meter", "noscript",
    "object", "output", "param", "picture", "progress", "q", "ruby", "s", "samp", "select", "slot",
    "small", "source", "span", "strike", "strong", "sub", "sup", "svg", "template", "textarea",
    "time", "track", "tt", "u", "var", "video", "wbr",
];

/// The longest name of an element (`blockquote`, `figcaption`).
const MAX_NAME_BYTES: usize = 10;

/// Looks a name up, in any case.
pub(super) fn element(name: &str) -> Element {
    let mut lower = [0; MAX_NAME_BYTES];
    let Some(lower) = lower.get_mut(..name.len()) else {
        return Element::Unknown;
    };
    lower.copy_from_slice(name.as_bytes());
    lower.make_ascii_lowercase();
    let name = std::str::from_utf8(lower).expect("lower case leaves UTF-8 as it is");
    if BLOCK.binary_search(&name).is_ok() {
        Element::Block
    } else if name == "br" {
        Element::Line
    } else if matches!(name, "rt" | "rp" | "rtc") {
        Element::Ruby
    } else if let Some(kind) = RAW.iter().position(|raw| *raw == name) {
        Element::Raw(kind)
    } else if INLINE.binary_search(&name).is_ok() {
        Element::Inline
    } else {
        Element::Unknown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_are_sorted() {
        assert!(BLOCK.is_sorted() && INLINE.is_sorted());
        let longest = BLOCK.iter().chain(&INLINE).map(|name| name.len()).max();
        assert_eq!(longest, Some(MAX_NAME_BYTES));
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
            ("b2b", Element::Unknown),
            ("BlockQuote", Element::Block),
            ("blockquotes", Element::Unknown),
            ("é", Element::Unknown),
        ] {
            assert_eq!(element(name), expected, "{name}");
        }
    }
}
