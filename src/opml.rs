//! Lists of feeds as other programs write and read them: OPML 2.0 (<http://opml.org/spec2.opml>).
//!
//! A folder is a tag of the feeds in it, a nested one adds another; so is each part of a
//! `category`. A feed that is off is a comment. A list is read leniently: attributes in any case,
//! with or without quotes, bare `&`. What follows a fault that cannot be read over is missing, and
//! the result says so.

use quick_xml::{
    Reader,
    events::{BytesStart, Event},
};

/// Folders in folders that count as tags; feeds below are read all the same.
const MAX_DEPTH: usize = 32;

/// No list of use is longer.
const MAX_FEEDS: usize = 50_000;

/// A feed in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpmlFeed {
    /// What the list calls it; may be empty.
    pub title: String,
    /// As written; not yet known to be a URL.
    pub url: String,
    /// Its folders from the outside in, then its categories, each once.
    pub tags: Vec<String>,
    /// Whether the list names it without having it read: a comment, in the words of OPML.
    pub is_off: bool,
}

/// What a list holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OpmlList {
    /// In the order of the list; one that is in several folders is here as often.
    pub feeds: Vec<OpmlFeed>,
    /// The other lists that it includes, as written; they are not read: who wrote one list has no
    /// say in what else is fetched.
    pub lists: Vec<String>,
    /// Where reading had to end before the list did, in bytes.
    pub ended_at: Option<u64>,
}

/// No list.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpmlError {
    /// Neither `opml` nor an `outline` is in it.
    #[error("this is no OPML")]
    NotOpml,
}

/// Reads a list.
///
/// # Errors
/// [`NotOpml`](OpmlError::NotOpml); a damaged list is no error.
pub fn read(text: &str) -> Result<OpmlList, OpmlError> {
    let mut reader = Reader::from_str(text);
    let config = reader.config_mut();
    config.check_end_names = false;
    config.allow_unmatched_ends = true;
    config.allow_dangling_amp = true;
    let mut list = OpmlList::default();
    let mut folders = Folders::default();
    let mut is_opml = false;
    loop {
        match reader.read_event() {
            Ok(Event::Start(tag)) if is_outline(&tag) => {
                is_opml = true;
                let outline = Outline::of(&tag);
                let is_off = outline.is_comment();
                let folder = list.add(outline, &folders);
                folders.enter(folder, is_off);
            }
            Ok(Event::Empty(tag)) if is_outline(&tag) => {
                is_opml = true;
                list.add(Outline::of(&tag), &folders);
            }
            Ok(Event::Start(tag) | Event::Empty(tag)) => {
                is_opml |= tag.local_name().as_ref().eq_ignore_ascii_case("opml");
            }
            Ok(Event::End(tag)) if is_named_outline(tag.local_name().as_ref()) => folders.leave(),
            Ok(Event::Eof) => break,
            Ok(_) => {}
            Err(_) => {
                list.ended_at = Some(reader.error_position());
                break;
            }
        }
        if list.feeds.len() + list.lists.len() >= MAX_FEEDS {
            list.ended_at = Some(reader.buffer_position());
            break;
        }
    }
    is_opml.then_some(list).ok_or(OpmlError::NotOpml)
}

fn is_outline(tag: &BytesStart<'_>) -> bool {
    is_named_outline(tag.local_name().as_ref())
}

fn is_named_outline(name: &str) -> bool {
    name.eq_ignore_ascii_case("outline")
}

/// The folders that are open.
#[derive(Default)]
struct Folders {
    /// `None` for one without a name, and for a feed that holds outlines.
    open: Vec<Option<String>>,
    /// How many were open before the outermost that is a comment; what is in it is one too.
    off_from: Option<usize>,
    /// Those below the deepest that counts.
    deeper: usize,
}

impl Folders {
    fn enter(&mut self, name: Option<String>, is_off: bool) {
        if is_off && self.off_from.is_none() {
            self.off_from = Some(self.open.len() + self.deeper);
        }
        if self.open.len() < MAX_DEPTH {
            self.open.push(name);
        } else {
            self.deeper += 1;
        }
    }

    fn leave(&mut self) {
        if self.deeper > 0 {
            self.deeper -= 1;
        } else {
            self.open.pop();
        }
        if self.off_from == Some(self.open.len() + self.deeper) {
            self.off_from = None;
        }
    }
}

impl OpmlList {
    /// Adds the feed that an outline is; gives its name where it is a folder.
    fn add(&mut self, outline: Outline, folders: &Folders) -> Option<String> {
        let is_off = outline.is_comment() || folders.off_from.is_some();
        if let Some(list) = outline.list() {
            self.lists.push(list.to_owned());
            return None;
        }
        let title = outline.text.or(outline.title).unwrap_or_default();
        let Some(url) = outline.url else {
            return Some(title).filter(|title| !title.is_empty());
        };
        let mut tags: Vec<String> = Vec::new();
        let categories = outline.category.unwrap_or_default();
        let categories = categories.split([',', '/']).map(one_line);
        for tag in folders.open.iter().flatten().cloned().chain(categories) {
            if !tag.is_empty() && !tags.contains(&tag) {
                tags.push(tag);
            }
        }
        self.feeds.push(OpmlFeed {
            title,
            url,
            tags,
            is_off,
        });
        None
    }
}

/// The attributes that matter.
#[derive(Default)]
struct Outline {
    text: Option<String>,
    title: Option<String>,
    url: Option<String>,
    category: Option<String>,
    kind: Option<String>,
    comment: Option<String>,
    /// Of another list, or of a page.
    other_url: Option<String>,
}

impl Outline {
    fn of(tag: &BytesStart<'_>) -> Self {
        let mut outline = Self::default();
        for attribute in tag.html_attributes().with_checks(false).flatten() {
            let field = match attribute.key.as_ref().to_ascii_lowercase().as_str() {
                "text" => &mut outline.text,
                "title" => &mut outline.title,
                "xmlurl" => &mut outline.url,
                "category" => &mut outline.category,
                "type" => &mut outline.kind,
                "iscomment" => &mut outline.comment,
                "url" => &mut outline.other_url,
                _ => continue,
            };
            let value = one_line(&htmlize::unescape_attribute(&*attribute.value));
            if !value.is_empty() {
                field.get_or_insert(value);
            }
        }
        outline
    }

    /// Whether it is switched off, with all that is in it (OPML 2.0, `isComment`).
    fn is_comment(&self) -> bool {
        let comment = self.comment.as_deref();
        comment.is_some_and(|it| it.eq_ignore_ascii_case("true"))
    }

    /// The list to be included here: of type `include`, or a `link` whose address ends so (OPML
    /// 2.0, "What is a type=include outline?").
    fn list(&self) -> Option<&str> {
        let is = |kind: &str| {
            self.kind
                .as_deref()
                .is_some_and(|it| it.eq_ignore_ascii_case(kind))
        };
        let url = self.other_url.as_deref().filter(|_| self.url.is_none())?;
        let path = url.split(['?', '#']).next().unwrap_or_default();
        let is_list = path.to_ascii_lowercase().ends_with(".opml");
        (is("include") || (is("link") && is_list)).then_some(url)
    }
}

fn one_line(text: &str) -> String {
    let words = text.split(|c: char| c.is_whitespace() || c.is_control());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    words.join(" ")
}

/// Writes a list that [`read`] reads back, but for the order: every feed is in the folder of
/// its first tag and has all of them as `category`; one that a category cannot express, for its
/// comma or slash, is one more folder with the feed in it.
pub fn write(feeds: &[OpmlFeed]) -> String {
    let mut folders: Vec<(&str, Vec<&OpmlFeed>)> = Vec::new();
    let mut alone = Vec::new();
    for feed in feeds {
        let first = feed.tags.first();
        let others = feed.tags.iter().skip(1).filter(|tag| !is_category(tag));
        for tag in first.into_iter().chain(others) {
            match folders.iter_mut().find(|(folder, _)| folder == tag) {
                Some((_, inside)) => inside.push(feed),
                None => folders.push((tag, vec![feed])),
            }
        }
        if first.is_none() {
            alone.push(feed);
        }
    }
    let mut text = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<opml version=\"2.0\">\n\
         <head><title>Fivebells</title></head>\n<body>\n",
    );
    for feed in alone {
        text += &outline(feed, "");
    }
    for (folder, inside) in folders {
        let name = escaped(folder);
        text.extend([
            "<outline text=\"",
            &name,
            "\" title=\"",
            &name,
            "\">
",
        ]);
        for feed in inside {
            text += &outline(feed, "  ");
        }
        text += "</outline>\n";
    }
    text + "</body>\n</opml>"
}

fn is_category(tag: &str) -> bool {
    !tag.contains([',', '/'])
}

fn outline(feed: &OpmlFeed, indent: &str) -> String {
    let title = escaped(&feed.title);
    let categories = feed.tags.iter().filter(|tag| is_category(tag));
    let categories: Vec<String> = categories.map(|tag| format!("/{}", escaped(tag))).collect();
    let category = match categories.as_slice() {
        [] => String::new(),
        categories => format!(" category=\"{}\"", categories.join(",")),
    };
    let comment = if feed.is_off {
        " isComment=\"true\""
    } else {
        ""
    };
    format!(
        "{indent}<outline type=\"rss\" text=\"{title}\" title=\"{title}\" xmlUrl=\"{}\"{category}{comment}/>\n",
        escaped(&feed.url)
    )
}

fn escaped(text: &str) -> String {
    htmlize::escape_all_quotes(text).into_owned()
}

#[cfg(test)]
mod tests;
