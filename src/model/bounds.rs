//! How much one alert may hold, whatever its feed says, and what is cut first.

use super::{Alert, AlertItem, Context, Field, Match};

/// The most matches of an alert, over all its watches.
pub const MAX_MATCHES: usize = 32;

/// The most bytes of a summary, of all authors, and of all categories of an alert: a feed may have
/// megabytes of each.
const MAX_SUMMARY_BYTES: usize = 64 << 10;
const MAX_LABELS_BYTES: usize = 16 << 10;

/// What a brief alert has of its story: enough to know it by.
const MAX_BRIEF_TITLE_BYTES: usize = 4 << 10;
const MAX_BRIEF_LINK_BYTES: usize = 4 << 10;

impl Alert {
    /// Cuts what is beyond the bounds of a notice. The ranges of matches still count in the whole
    /// text.
    pub fn bound(&mut self) {
        let item = &mut self.item;
        cut(&mut item.summary, MAX_SUMMARY_BYTES);
        fit(&mut item.authors, MAX_LABELS_BYTES);
        fit(&mut item.categories, MAX_LABELS_BYTES);
        for hit in &mut self.matches {
            clip(hit);
        }
    }

    /// Cuts it to what distinguishes one story of very many: its title, its link, and at most
    /// `matches` of its matches, of each watch one, that in the title first. Of its summary the
    /// beginning stays where no match quotes the story.
    pub fn brief(&mut self, matches: usize) {
        let mut kept: Vec<Match> = Vec::new();
        let in_title = |hit: &Match| hit.field == Field::Title;
        self.matches.sort_by_key(|hit| !in_title(hit));
        for hit in std::mem::take(&mut self.matches) {
            if kept.len() < matches && kept.iter().all(|other| other.watch != hit.watch) {
                kept.push(hit);
            }
        }
        self.matches = kept;
        self.item.authors.clear();
        self.item.categories.clear();
        let AlertItem {
            title, link, guid, ..
        } = &mut self.item;
        cut(title, MAX_BRIEF_TITLE_BYTES);
        // Half an address leads elsewhere.
        for address in [link, guid] {
            address.take_if(|it| it.len() > MAX_BRIEF_LINK_BYTES);
        }
        let quotes = |hit: &Match| hit.field != Field::Title;
        if self.matches.iter().any(quotes) {
            self.item.summary.clear();
        }
        self.shorten_also();
        self.shorten_summary();
        self.bound();
    }

    /// How many bytes of text it holds, roughly.
    pub fn weight(&self) -> usize {
        let of_match = |hit: &Match| hit.text.len() + hit.term.len() + hit.context.text.len();
        let item = &self.item;
        let texts = [&item.summary, &item.title].into_iter();
        let texts = texts.chain(&item.authors).chain(&item.categories);
        let texts = texts.chain(&item.link).chain(&item.guid);
        self.matches.iter().map(of_match).sum::<usize>() + texts.map(String::len).sum::<usize>()
    }
}

/// A regular expression may hit a whole article.
fn clip(hit: &mut Match) {
    if let Some((end, _)) = hit.text.char_indices().nth(Context::MAX_CHARS) {
        hit.text.truncate(end);
    }
}

fn cut(text: &mut String, limit: usize) {
    if text.len() > limit {
        text.truncate(text.floor_char_boundary(limit - '…'.len_utf8()));
        text.push('…');
    }
}

/// Leaves the labels that fit, the first first.
fn fit(labels: &mut Vec<String>, limit: usize) {
    let mut bytes = 0;
    labels.retain(|label| {
        bytes += label.len();
        bytes <= limit
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Item;

    fn hit(watch: &str, field: Field, text: &str) -> Match {
        Match {
            watch: watch.into(),
            term: "k".into(),
            field,
            text: text.into(),
            range: [0, 1],
            context: Context {
                text: "k".into(),
                range: [0, 1],
            },
        }
    }

    #[test]
    fn what_a_feed_says_without_end_is_cut_and_what_fits_is_not() {
        let label = "x".repeat(MAX_LABELS_BYTES / 2);
        let item = |more: usize| Item {
            summary: "s".repeat(MAX_SUMMARY_BYTES + more),
            categories: vec![label.clone(); 2 + more],
            ..Item::default()
        };
        let long = "学".repeat(Context::MAX_CHARS);
        let mut fits = Alert::for_test(&item(0), vec![hit("a", Field::Summary, &long)]);
        let before = fits.clone();
        fits.bound();
        assert_eq!(fits, before);

        let mut long = Alert::for_test(&item(1), vec![hit("a", Field::Summary, &(long + "学"))]);
        long.bound();
        assert_eq!(long.item.summary.len(), MAX_SUMMARY_BYTES);
        assert!(long.item.summary.ends_with('…'));
        assert_eq!(long.item.categories.len(), 2);
        assert_eq!(long.matches[0].text.chars().count(), Context::MAX_CHARS);
    }

    #[test]
    fn a_brief_alert_has_a_match_of_each_watch_the_title_s_first() {
        let item = Item {
            title: "Koizumi".into(),
            summary: "s".repeat(1_000),
            link: Some("l".repeat(MAX_BRIEF_LINK_BYTES + 1)),
            guid: Some("g".repeat(MAX_BRIEF_LINK_BYTES)),
            ..Item::default()
        };
        let hits = vec![
            hit("a", Field::Summary, "1"),
            hit("a", Field::Summary, "2"),
            hit("b", Field::Summary, "3"),
            hit("a", Field::Title, "4"),
        ];
        let mut brief = Alert::for_test(&item, hits.clone());
        brief.brief(8);
        let kept: Vec<_> = brief.matches.iter().map(|hit| &hit.text[..]).collect();
        assert_eq!(kept, ["4", "3"]);
        assert_eq!(brief.item.summary, "", "a match quotes it");
        assert_eq!(
            (brief.item.link, brief.item.title),
            (None, item.title.clone())
        );
        assert_eq!(brief.item.guid, item.guid);
        let mut least = Alert::for_test(&item, hits);
        least.brief(1);
        assert_eq!(least.matches.len(), 1);
        let summary = least.item.summary.chars().count();
        assert_eq!(summary, Context::MAX_CHARS);
    }
}
