//! Which text of an item goes where: one line for each way in which publishers write it.

mod labels;
mod others;
mod texts;

use super::*;

const RSS: &str = "<rss version='2.0' xmlns:media='http://search.yahoo.com/mrss/' \
    xmlns:itunes='http://www.itunes.com/dtds/podcast-1.0.dtd' \
    xmlns:p='https://podcastindex.org/namespace/1.0' \
    xmlns:prism='http://prismstandard.org/namespaces/basic/2.0/' \
    xmlns:c='urn:oasis:names:tc:emergency:cap:1.2' xmlns:g='http://www.georss.org/georss' \
    xmlns:gp='http://www.google.com/schemas/play-podcasts/1.0'>\
    <channel><link>https://e.org/</link><item>";

/// What an RSS item's inside is read as, empty fields left out.
fn rss(inside: &str) -> String {
    shown(&parsed(&format!("{RSS}{inside}</item></channel></rss>")))
}

fn atom(inside: &str) -> String {
    let start = "<feed xmlns='http://www.w3.org/2005/Atom' \
                 xmlns:media='http://search.yahoo.com/mrss/'><entry>";
    shown(&parsed(&format!("{start}{inside}</entry></feed>")))
}

fn shown(feed: &ParsedFeed) -> String {
    let item = &feed.items[0].item;
    let fields = [
        ("t", item.title.clone()),
        ("s", item.summary.clone()),
        ("c", item.content.replace("\n\n", " / ")),
        ("by", item.authors.join(" / ")),
        ("in", item.categories.join(" / ")),
    ];
    let fields = fields.iter().filter(|(_, text)| !text.is_empty());
    let fields: Vec<String> = fields
        .map(|(name, text)| format!("{name}: {text}"))
        .collect();
    fields.join("; ")
}
