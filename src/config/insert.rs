//! Lines for `[feed]`, put into the text of a config; all else of it stays as it is, byte for byte.

use toml_edit::{Document, Item, Table};

use super::propose::Proposal;

/// Why there is no place for a feed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InsertError {
    /// Something in the text is no TOML.
    #[error("it is no TOML")]
    NotToml,
    /// `feed` is no table that lines can be added to.
    #[error("`feed` is in braces there; help: write [feed] and its lines below it")]
    Closed,
}

/// Where the lines go.
enum Room {
    /// Behind the line that holds this byte, each with this in front.
    Behind(usize, &'static str),
    /// At the end, with a header of their own.
    AtEnd,
}

/// The text with these feeds below its `[feed]`, or below a new one at its end.
pub(super) fn insert(text: &str, feeds: &[Proposal]) -> Result<String, InsertError> {
    let document = Document::parse(text).map_err(|_| InsertError::NotToml)?;
    let room = match document.get("feed") {
        None => Room::AtEnd,
        Some(Item::Table(table)) => room_in(table),
        Some(_) => return Err(InsertError::Closed),
    };
    let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let (at, mut lines) = match room {
        Room::Behind(byte, prefix) => {
            let lines = feeds.iter().map(|feed| format!("{prefix}{}", feed.line()));
            (line_end(text, byte), lines.collect::<Vec<_>>())
        }
        Room::AtEnd => {
            let lines = feeds.iter().map(Proposal::line);
            let header = [String::new(), "[feed]".to_owned()].into_iter();
            let header = header.skip(usize::from(text.trim().is_empty()));
            (text.len(), header.chain(lines).collect())
        }
    };
    let (before, after) = text.split_at(at);
    if !before.is_empty() && !before.ends_with('\n') {
        lines.insert(0, String::new());
    }
    let mut inserted = lines.join(newline);
    inserted.push_str(newline);
    Ok(format!("{before}{inserted}{after}"))
}

/// Behind the last line of the table itself; a table that only the headers of its feeds
/// make has none.
fn room_in(table: &Table) -> Room {
    let header = table.span().filter(|_| !table.is_implicit());
    let last = ends(table).max();
    if table.is_dotted() {
        return last.map_or(Room::AtEnd, |end| Room::Behind(end, "feed."));
    }
    match header {
        Some(header) => Room::Behind(last.unwrap_or(header.end).max(header.end), ""),
        None => Room::AtEnd,
    }
}

/// Where the values end that are in the table itself, not below a header of their own.
fn ends(table: &Table) -> Box<dyn Iterator<Item = usize> + '_> {
    Box::new(table.iter().flat_map(|(_, item)| match item {
        Item::Value(value) => Box::new(value.span().map(|span| span.end).into_iter()),
        Item::Table(dotted) if dotted.is_dotted() => ends(dotted),
        _ => Box::new(std::iter::empty()) as Box<dyn Iterator<Item = usize>>,
    }))
}

/// The first byte behind the line in which a value ends.
fn line_end(text: &str, byte: usize) -> usize {
    let rest = &text.as_bytes()[byte..];
    memchr::memchr(b'\n', rest).map_or(text.len(), |newline| byte + newline + 1)
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::*;
    use crate::config::Proposals;

    fn feeds() -> Vec<Proposal> {
        let mut proposals = Proposals::default();
        let mut feed = |name: &str, tags: &[String]| {
            let url = Url::parse(&format!("https://{name}.example/")).expect("a URL");
            proposals.propose(name, &url, tags).expect("usable")
        };
        vec![feed("x", &[]), feed("y", &["t".to_owned()])]
    }

    const X: &str = "x = \"https://x.example/\"";
    const Y: &str = "y = { url = \"https://y.example/\", tags = [\"t\"] }";

    #[test]
    fn lines_stand_behind_the_last_of_the_table_and_nothing_else_changes() {
        for (text, expected) in [
            ("", "[feed]\nX\nY\n"),
            ("# only a comment", "# only a comment\n\n[feed]\nX\nY\n"),
            ("[feed]", "[feed]\nX\nY\n"),
            ("[watch]\nw = 'a'\n", "[watch]\nw = 'a'\n\n[feed]\nX\nY\n"),
            (
                "[feed] # ours\n# a = 'u'\n\n# watches\n[watch]\n",
                "[feed] # ours\nX\nY\n# a = 'u'\n\n# watches\n[watch]\n",
            ),
            (
                "[feed]\na   = 'u' # first\n\nb = { url = 'u' }  # last\n# z = 'u'\n\n[watch]\nw='a'",
                "[feed]\na   = 'u' # first\n\nb = { url = 'u' }  # last\nX\nY\n# z = 'u'\n\n[watch]\nw='a'",
            ),
            (
                "[feed]\na = { url = 'u', tags = [\n  't', # one\n] }\n[feed.b]\nurl = 'u'\n",
                "[feed]\na = { url = 'u', tags = [\n  't', # one\n] }\nX\nY\n[feed.b]\nurl = 'u'\n",
            ),
            (
                "[feed.b]\nurl = 'u'\n[feed]\na.url = 'u'\na.every = '1h'",
                "[feed.b]\nurl = 'u'\n[feed]\na.url = 'u'\na.every = '1h'\nX\nY\n",
            ),
            (
                "[feed.b]\nurl = 'u'\n[watch]\nw = 'a'\n",
                "[feed.b]\nurl = 'u'\n[watch]\nw = 'a'\n\n[feed]\nX\nY\n",
            ),
            (
                "feed.a = 'u'\nfeed.b.url = 'u'\nwatch.w = 'a'\n",
                "feed.a = 'u'\nfeed.b.url = 'u'\nfeed.X\nfeed.Y\nwatch.w = 'a'\n",
            ),
            ("[feed]\r\na = 'u'\r\n", "[feed]\r\na = 'u'\r\nX\r\nY\r\n"),
        ] {
            let expected = expected.replace('X', X).replace('Y', Y);
            let found = insert(text, &feeds()).expect("a place");
            assert_eq!(found, expected, "{text}");
            let table: toml::Table = found.parse().expect("TOML");
            assert!(table["feed"].get("y").is_some(), "{found}");
        }
    }

    #[test]
    fn where_no_line_can_be_added_nothing_is() {
        for (text, expected) in [
            ("feed = { a = 'u' }", InsertError::Closed),
            ("[[feed]]\nname = 'a'", InsertError::Closed),
            ("feed = 'u'", InsertError::Closed),
            ("[feed", InsertError::NotToml),
        ] {
            assert_eq!(insert(text, &feeds()), Err(expected), "{text}");
        }
    }
}
