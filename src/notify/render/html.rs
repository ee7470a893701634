//! The HTML part of a mail: one column that every mail program shows alike.
//!
//! Inline styles only (Gmail drops style sheets where they are long or in a forwarded mail), system
//! fonts, no image, nothing remote. Text and background take the reader's own colours, so dark mode
//! is the mail program's; every colour of ours has a contrast of at least 4 to 1 on white and on
//! near-black (`#121212`), and the mark brings its own background.

use super::{
    alert::{Also, Quote},
    digest::{Story, Topic},
    runs::Run,
    sheet::Sheet,
};
use crate::model::Priority;

const HEAD: &str = concat!(
    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n",
    "<meta charset=\"utf-8\">\n",
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n",
    "<meta name=\"color-scheme\" content=\"light dark\">\n",
    "<meta name=\"supported-color-schemes\" content=\"light dark\">\n",
    "<title></title>\n</head>\n",
    "<body style=\"margin:0;padding:0;color-scheme:light dark;\">\n",
    "<div style=\"max-width:600px;margin:0 auto;padding:24px 20px;",
    "font-family:-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,'Noto Sans',",
    "'Hiragino Sans','Noto Sans CJK JP','Yu Gothic',Helvetica,Arial,sans-serif;",
    "font-size:16px;line-height:1.5;overflow-wrap:anywhere;\">\n",
);
const FOOT: &str = "</div>\n</body>\n</html>\n";

const TAGS: &str = "<p style=\"margin:0 0 6px;font-size:13px;color:#7a7a7a;\">";
const HEADLINE: &str =
    "<h1 style=\"margin:0 0 6px;font-size:22px;line-height:1.4;font-weight:600;\">";
const SOURCE: &str = "<p style=\"margin:0 0 20px;font-size:14px;color:#7a7a7a;\">";
const UPDATE: &str = "<p style=\"margin:0 0 20px;font-size:14px;\"><strong>Update</strong>: ";
const TOPIC: &str = concat!(
    "<h2 style=\"margin:24px 0 10px;padding-bottom:4px;border-bottom:1px solid #8a8a8a55;",
    "font-size:16px;line-height:1.3;font-weight:600;\">"
);
const STORY: &str = "<p style=\"margin:0 0 14px;font-size:15px;line-height:1.4;\">";
const DETAIL: &str = "<br><span style=\"font-size:13px;color:#7a7a7a;\">";
const STORY_UPDATE: &str = "<br><span style=\"font-size:13px;\"><strong>Update</strong>: ";
const STORY_QUOTE: &str = "<br><span style=\"font-size:14px;\">";
const PRIORITY: &str = "<strong style=\"color:#e0392e;\">";
const LINK_STYLE: &str = "\" style=\"color:#1a73e8;text-decoration:none;\">";
const QUOTE: &str = concat!(
    "<blockquote style=\"margin:0 0 14px;padding:2px 0 2px 14px;",
    "border-left:3px solid #d9a400;\">"
);
const FIELD: &str = "<span style=\"font-size:12px;color:#7a7a7a;\">";
const MARK: &str = concat!(
    "<mark style=\"background-color:#ffe27a;color:#1a1a1a;",
    "padding:0 2px;border-radius:2px;\">"
);
const TABLE: &str = concat!(
    "<table role=\"presentation\" cellpadding=\"0\" cellspacing=\"0\" ",
    "style=\"margin:20px 0 0;border-collapse:collapse;font-size:14px;line-height:1.45;\">\n"
);
const LABEL: &str = concat!(
    "<tr><td style=\"padding:2px 16px 2px 0;color:#7a7a7a;",
    "vertical-align:top;white-space:nowrap;\">"
);
const VALUE: &str = "</td><td style=\"padding:2px 0;vertical-align:top;\">";
const ALSO: &str = "<p style=\"margin:20px 0 4px;font-size:13px;color:#7a7a7a;\">Also in</p>\n";
const ALSO_ITEM: &str = "<p style=\"margin:0 0 4px;font-size:14px;\">";
const FOOTER: &str = concat!(
    "<p style=\"margin:24px 0 0;padding-top:10px;border-top:1px solid #8a8a8a55;",
    "font-size:12px;color:#7a7a7a;\">Fivebells. "
);

/// The whole document.
pub(super) fn html(sheet: &Sheet) -> String {
    let mut page = Page(String::from(HEAD));
    tags(&mut page, sheet);
    headline(&mut page, sheet);
    for quote in &sheet.quotes {
        sentence(&mut page, quote);
    }
    // Why and of what time comes before a hundred stories.
    facts(&mut page, sheet);
    for of_watch in sheet.several.iter().flat_map(|several| &several.topics) {
        topic(&mut page, of_watch);
    }
    if !sheet.also.is_empty() {
        page.markup(ALSO);
    }
    for story in &sheet.also {
        also(&mut page, story);
    }
    page.markup(FOOTER).text(&sheet.footer).markup("</p>\n");
    page.markup(FOOT);
    page.0
}

/// HTML that can only be made of our own markup and other people's text.
struct Page(String);

impl Page {
    /// Markup: `&'static`, so it is ours.
    fn markup(&mut self, markup: &'static str) -> &mut Self {
        self.0.push_str(markup);
        self
    }

    /// Text, also inside a quoted attribute: escaped.
    fn text(&mut self, text: &str) -> &mut Self {
        self.0.push_str(&htmlize::escape_all_quotes(text));
        self
    }

    /// A stranger's words. Such as are written from right to left stand apart, or they would turn
    /// around what follows and be turned around by what stands before them.
    fn apart(&mut self, is_turned: bool, content: impl FnOnce(&mut Self)) -> &mut Self {
        if is_turned {
            self.markup("<span dir=\"auto\">");
        }
        content(self);
        if is_turned {
            self.markup("</span>");
        }
        self
    }

    /// One stranger's text.
    fn words(&mut self, text: &str) -> &mut Self {
        self.apart(turns(text), |page| {
            page.text(text);
        })
    }

    fn runs(&mut self, runs: &[Run]) -> &mut Self {
        self.apart(runs.iter().any(|run| turns(&run.text)), |page| {
            for run in runs {
                if run.is_hit {
                    page.markup(MARK).text(&run.text).markup("</mark>");
                } else {
                    page.text(&run.text);
                }
            }
        })
    }

    /// What `content` writes, as a link where there is one.
    fn linked(&mut self, link: Option<&str>, content: impl FnOnce(&mut Self)) -> &mut Self {
        if let Some(link) = link {
            self.markup("<a href=\"").text(link).markup(LINK_STYLE);
        }
        content(self);
        if link.is_some() {
            self.markup("</a>");
        }
        self
    }
}

/// Whether any of it is written from right to left: the blocks of Hebrew, Arabic and their like
/// (Unicode 17, `DerivedBidiClass`), and the marks that ask for that direction.
fn turns(text: &str) -> bool {
    text.chars().any(|it| {
        matches!(it, '\u{590}'..='\u{8ff}' | '\u{200f}' | '\u{fb1d}'..='\u{fdff}'
            | '\u{fe70}'..='\u{feff}' | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
    })
}

fn tags(page: &mut Page, sheet: &Sheet) {
    page.markup(TAGS).text(&sheet.tags.join(", "));
    if sheet.priority > Priority::Routine {
        page.markup(" · ")
            .markup(PRIORITY)
            .text(sheet.priority.as_str())
            .markup("</strong>");
    }
    page.markup("</p>\n");
}

fn headline(page: &mut Page, sheet: &Sheet) {
    page.markup(HEADLINE)
        .linked(sheet.link.as_deref(), |page| {
            page.runs(&sheet.headline);
        })
        .markup("</h1>\n");
    let Some(source) = &sheet.source else { return };
    page.markup(SOURCE).words(source);
    if let Some(published) = &sheet.published {
        page.markup(", ").text(published);
    }
    page.markup("</p>\n");
    if let Some(update) = &sheet.update {
        page.markup(UPDATE).words(update).markup("</p>\n");
    }
}

fn sentence(page: &mut Page, quote: &Quote) {
    page.markup(QUOTE)
        .runs(&quote.runs)
        .markup("<br>")
        .markup(FIELD)
        .text(quote.field.as_str())
        .markup("</span></blockquote>\n");
}

fn topic(page: &mut Page, topic: &Topic) {
    page.markup(TOPIC).text(&topic.name).markup("</h2>\n");
    for of_topic in &topic.stories {
        story(page, of_topic);
    }
}

fn story(page: &mut Page, story: &Story) {
    page.markup(STORY).linked(story.link.as_deref(), |page| {
        page.runs(&story.headline);
    });
    page.markup(DETAIL).words(&story.source);
    if story.priority > Priority::Routine {
        page.markup(" · ").markup(PRIORITY);
        page.text(story.priority.as_str()).markup("</strong>");
    }
    page.markup("</span>");
    if let Some(update) = &story.update {
        page.markup(STORY_UPDATE).words(update).markup("</span>");
    }
    if let Some(quote) = &story.quote {
        page.markup(STORY_QUOTE).runs(&quote.runs).markup("</span>");
    }
    page.markup("</p>\n");
}

fn facts(page: &mut Page, sheet: &Sheet) {
    page.markup(TABLE);
    for (label, value) in &sheet.facts {
        page.markup(LABEL)
            .markup(label)
            .markup(VALUE)
            .words(value)
            .markup("</td></tr>\n");
    }
    page.markup("</table>\n");
}

fn also(page: &mut Page, story: &Also) {
    page.markup(ALSO_ITEM)
        .words(&story.feed)
        .markup(": ")
        .linked(story.link.as_deref(), |page| {
            page.words(&story.title);
        })
        .markup("</p>\n");
}
