//! The subject line.

use super::{clean, runs, sheet::Sheet};
use crate::model::Priority;

/// The longest list of watches, in characters.
const MAX_TAGS_CHARS: usize = 60;
/// The longest title, in characters: phones show about 40, Gmail on a desk about 70.
const MAX_TITLE_CHARS: usize = 160;
/// The longest feed title, in characters.
const MAX_SOURCE_CHARS: usize = 60;

/// `[koizumi, hegseth] Title — Feed title` or `[5 alerts] Title, and 4 more`, on one line; from
/// urgent up with the priority before it, for an inbox shows little more.
pub(super) fn subject(sheet: &Sheet) -> String {
    let is_of_stories = sheet.origin.is_some() || sheet.several.is_some();
    match sheet.priority {
        priority if is_of_stories && priority > Priority::Routine => {
            let priority = priority.as_str().to_uppercase();
            format!("{priority} {}", plain(sheet))
        }
        _ => plain(sheet),
    }
}

fn plain(sheet: &Sheet) -> String {
    if let Some(several) = &sheet.several {
        let [count, first] = &several.lead;
        return format!("[{count}] {first}");
    }
    let tags = clean::cut(&clean::squeezed(&sheet.tags.join(", ")), MAX_TAGS_CHARS);
    let title = clean::cut(
        &clean::squeezed(&runs::plain(&sheet.headline)),
        MAX_TITLE_CHARS,
    );
    let update = sheet.update.as_ref().map_or("", |_| "Update: ");
    let source = sheet.origin.as_ref();
    let source = source.map(|origin| clean::squeezed(&origin.title));
    match source.as_deref() {
        None | Some("") => format!("[{tags}] {update}{title}"),
        Some(source) => format!(
            "[{tags}] {update}{title} — {}",
            clean::cut(source, MAX_SOURCE_CHARS)
        ),
    }
}
