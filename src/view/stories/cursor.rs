//! Where a list of stories goes on, as it stands in a link.

use jiff::Timestamp;

use crate::{model::StoryId, store::StoryCursor};

/// `3-1795000000000-812`.
pub(crate) fn text(cursor: StoryCursor) -> String {
    let last = cursor.last_at.as_millisecond();
    format!("{}-{last}-{}", cursor.independent, cursor.id.0)
}

/// The place that a link names; `None` where it names none.
pub(crate) fn read(text: &str) -> Option<StoryCursor> {
    let mut parts = text.split('-');
    let cursor = StoryCursor {
        independent: parts.next()?.parse().ok()?,
        last_at: Timestamp::from_millisecond(parts.next()?.parse().ok()?).ok()?,
        id: StoryId(parts.next()?.parse().ok()?),
    };
    parts.next().is_none().then_some(cursor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_names_the_place_that_it_was_made_of() {
        let cursor = read("3-1795000000000-812").expect("a place");
        assert_eq!((cursor.independent, cursor.id), (3, StoryId(812)));
        assert_eq!(text(cursor), "3-1795000000000-812");
        for none in [
            "",
            "3",
            "3-x-1",
            "3-1-1-1",
            "-3-1-1",
            "3-99999999999999999-1",
        ] {
            assert_eq!(read(none), None, "{none}");
        }
    }
}
