//! The HTML part of a mail: one column that every mail program shows alike.
//!
//! The story comes first: what is at the top is also what an inbox shows of a mail. A digest
//! keeps below the size at which Gmail cuts a mail and hides the rest: its sentences are shortened
//! around their hits as far as needed, and what still does not fit is counted and left to the plain
//! part.

use super::{
    alert::{Also, Origin, Quote, web_link},
    digest::{Several, Story, Topic},
    page::Page,
    runs::{excerpt, plain},
    sheet::Sheet,
    style::{DARK, LIGHT},
    transfer::Transfer,
};
use crate::model::Priority;

/// The most bytes of the part as it is sent. Gmail cuts at 102 kB.
pub(super) const MAX_BYTES: usize = 100_000;

/// The most facts that are shown: an alert has one for each of its watches.
const MAX_FACTS: usize = 40;

/// The lengths of a digest's sentences that are tried, in characters; with zero there are none.
const SENTENCES: [usize; 5] = [280, 160, 100, 60, 0];

const START: &str = concat!(
    "\n<meta charset=\"utf-8\">\n",
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n",
    "<meta name=\"color-scheme\" content=\"light dark\">\n",
    "<meta name=\"supported-color-schemes\" content=\"light dark\">\n",
);
const END: &str = "</div>\n</body>\n</html>\n";

/// How much of a digest is shown.
#[derive(Clone, Copy)]
struct Room {
    /// Characters of a sentence.
    sentence: usize,
    /// Stories.
    stories: usize,
}

/// The whole document.
pub(super) fn html(sheet: &Sheet) -> String {
    let Some(several) = &sheet.several else {
        return document(sheet, |page| story_of_its_own(page, sheet));
    };
    let all = several.topics.iter().map(|topic| topic.stories.len()).sum();
    let shown = |room: Room| document(sheet, |page| stories(page, several, all, room));
    let fits = |page: &String| Transfer::of(page).1 <= MAX_BYTES;
    let whole = SENTENCES.map(|sentence| Room {
        sentence,
        stories: all,
    });
    if let Some(page) = whole.into_iter().map(shown).find(fits) {
        return page;
    }
    let bare = |stories| Room {
        sentence: 0,
        stories,
    };
    // The first number that does not fit, between none and all.
    let (mut fitting, mut too_many) = (0, all);
    while fitting + 1 < too_many {
        let middle = fitting.midpoint(too_many);
        if fits(&shown(bare(middle))) {
            fitting = middle;
        } else {
            too_many = middle;
        }
    }
    shown(bare(fitting))
}

fn document(sheet: &Sheet, body: impl FnOnce(&mut Page)) -> String {
    let mut page = Page(String::from("<!DOCTYPE html>\n<html lang=\"en\">\n"));
    // The title's language; the title alone would be the place, but programs look for a bare one.
    let language = sheet.origin.as_ref().map(|origin| origin.language.as_str());
    page.spoken("<head", language.unwrap_or("en")).markup(START);
    let headline = plain(&sheet.headline);
    page.markup("<title>");
    match &sheet.several {
        Some(several) => page.text(&several.lead.join(": ")),
        None => page.text(&headline),
    };
    page.markup("</title>\n").markup(LIGHT).markup(DARK);
    page.markup("</head>\n<body>\n<div class=\"sheet\">\n");
    body(&mut page);
    facts(&mut page, sheet);
    if !sheet.also.is_empty() {
        page.markup("<p style=\"margin:20px 0 4px\"><small>Also in</small></p>\n");
    }
    for story in &sheet.also {
        also(&mut page, story);
    }
    page.markup("<p class=\"foot\"><small>Fivebells. ")
        .text(&sheet.footer);
    page.markup("</small></p>\n").markup(END);
    page.0
}

fn story_of_its_own(page: &mut Page, sheet: &Sheet) {
    let language = sheet.origin.as_ref().map(|origin| origin.language.as_str());
    let language = language.unwrap_or("en");
    page.spoken("<h1", language);
    page.linked(sheet.link.as_deref(), |page| {
        page.runs(&sheet.headline);
    });
    page.markup("</h1>\n");
    if let Some(origin) = &sheet.origin {
        read_at(page, origin, sheet.priority);
    }
    if let Some(update) = &sheet.update {
        page.markup("<p><strong>Update</strong>: ")
            .words(update)
            .markup("</p>\n");
    }
    if let Some(standing) = &sheet.standing {
        page.markup("<p><strong>Story</strong>: ")
            .words(standing)
            .markup("</p>\n");
    }
    for quote in &sheet.quotes {
        sentence(page, quote, language);
    }
}

fn read_at(page: &mut Page, origin: &Origin, priority: Priority) {
    page.markup("<p><small>")
        .spoken("<span", &origin.language)
        .words(&origin.source);
    page.markup("</span>, ").text(&origin.time);
    grade(page, priority);
    page.markup("</small></p>\n");
}

fn grade(page: &mut Page, priority: Priority) {
    if priority > Priority::Routine {
        page.markup("\u{a0}· <b>")
            .text(priority.as_str())
            .markup("</b>");
    }
}

fn sentence(page: &mut Page, quote: &Quote, language: &str) {
    page.markup("<blockquote>")
        .spoken("<span", language)
        .runs(&quote.runs);
    page.markup("</span><br><small>").text(quote.field.as_str());
    page.markup("</small></blockquote>\n");
}

/// The stories of a digest, as far as there is room.
fn stories(page: &mut Page, several: &Several, all: usize, room: Room) {
    let mut left = room.stories;
    for topic in &several.topics {
        let shown = topic.stories.len().min(left);
        left -= shown;
        if shown > 0 {
            topic_of(page, topic, shown, room.sentence);
        }
    }
    let hidden = all - room.stories;
    if hidden > 0 {
        let hidden = hidden.to_string();
        page.markup("<p><strong>")
            .text(&hidden)
            .markup(" more</strong> do not fit here, for ");
        page.markup(
            "mail programs cut what is longer. They stand in the plain text of this mail, ",
        );
        page.markup("and in <code>fivebells alerts</code>.</p>\n");
    }
}

fn topic_of(page: &mut Page, topic: &Topic, shown: usize, sentence: usize) {
    page.markup("<h2>").words(&topic.name).markup("</h2>\n");
    for of_topic in topic.stories.iter().take(shown) {
        story(page, of_topic, sentence);
    }
}

fn story(page: &mut Page, story: &Story, sentence: usize) {
    if story.is_under {
        page.markup("<div style=\"margin-left:24px\">\n");
    }
    page.spoken("<p", &story.language);
    page.linked(story.link.as_deref(), |page| {
        page.runs(&story.headline);
    });
    page.markup("<br><small>").words(&story.source);
    page.ours(&story.language, |page| {
        page.markup(", ").text(&story.time);
        grade(page, story.priority);
    });
    page.markup("</small>");
    if let Some(update) = &story.update {
        page.markup("<br><strong>Update</strong>: ").words(update);
    }
    if let Some(standing) = &story.standing {
        page.markup("<br><small>Story: ")
            .words(standing)
            .markup("</small>");
    }
    if let Some(quote) = story.quote.as_ref().filter(|_| sentence > 0) {
        page.markup("<br><q>")
            .runs(&excerpt(&quote.runs, sentence))
            .markup("</q>");
    }
    page.markup("</p>\n");
    if story.is_under {
        page.markup("</div>\n");
    }
}

fn facts(page: &mut Page, sheet: &Sheet) {
    if sheet.facts.is_empty() {
        return;
    }
    page.markup("<table>\n");
    for (label, value) in sheet.facts.iter().take(MAX_FACTS) {
        page.markup("<tr><th scope=\"row\" align=\"left\" valign=\"top\">")
            .markup(label);
        page.markup("</th><td>");
        let link = (*label == "URL").then(|| web_link(value)).flatten();
        page.linked(link.as_deref(), |page| fact(page, value));
        page.markup("</td></tr>\n");
    }
    page.markup("</table>\n");
    let hidden = sheet.facts.len().saturating_sub(MAX_FACTS);
    if hidden > 0 {
        let hidden = hidden.to_string();
        page.markup("<p>and ")
            .text(&hidden)
            .markup(" more in the plain text of this mail</p>\n");
    }
}

/// What is in backticks is to be typed.
fn fact(page: &mut Page, value: &str) {
    let parts: Vec<&str> = value.split('`').collect();
    if parts.len().is_multiple_of(2) {
        page.words(value);
        return;
    }
    for (at, part) in parts.into_iter().enumerate() {
        match at % 2 {
            0 => page.words(part),
            _ => page.markup("<code>").words(part).markup("</code>"),
        };
    }
}

fn also(page: &mut Page, story: &Also) {
    page.markup("<div class=\"also\">")
        .words(&story.source)
        .markup(": ");
    page.linked(story.link.as_deref(), |page| {
        page.words(&story.title);
    });
    page.markup("</div>\n");
}
