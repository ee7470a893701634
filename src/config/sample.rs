//! `[[test]]`: headlines, and the watches they must match.

use std::collections::{BTreeSet, HashSet};

use super::{
    Config,
    problem::{Location, Problem},
    schema::Kind,
    section::Section,
};
use crate::{
    matcher::{ItemText, Matcher},
    text,
};

/// One `[[test]]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigTest {
    /// The headline; may be empty.
    pub title: String,
    /// The short text; may be empty.
    pub summary: String,
    /// The full text; may be empty.
    pub content: String,
    /// The feed that has it; `None`: any feed.
    pub feed: Option<String>,
    /// BCP 47 tag; where it is not given, it is detected.
    pub lang: Option<String>,
    /// Names of exactly the watches it must match.
    pub expect: Vec<String>,
    /// Where it is written.
    pub place: Location,
}

/// What became of one `[[test]]`; the lists are in config order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestResult {
    /// Its index in [`Config::tests`].
    pub test: usize,
    /// Its headline.
    pub title: String,
    /// The watches it names.
    pub expected: Vec<String>,
    /// The watches that matched.
    pub got: Vec<String>,
    /// Expected, but did not match.
    pub missing: Vec<String>,
    /// Matched, but not expected.
    pub surplus: Vec<String>,
    /// Where it is written.
    pub place: Location,
}

impl TestResult {
    /// Whether exactly the expected watches matched.
    pub fn passed(&self) -> bool {
        self.missing.is_empty() && self.surplus.is_empty()
    }

    /// What is wrong with it, in a line; `None` where it passed.
    pub fn fault(&self) -> Option<String> {
        let named = |what: &str, names: &[String]| {
            (!names.is_empty()).then(|| format!("{what}: {}", names.join(", ")))
        };
        let faults: Vec<String> = named("should match, but does not", &self.missing)
            .into_iter()
            .chain(named("matches, but should not", &self.surplus))
            .collect();
        let (path, line) = (self.place.path.display(), self.place.line);
        let (title, faults) = (&self.title, faults.join("; "));
        (!self.passed()).then(|| format!("{path}:{line}: {title:?}: {faults}"))
    }
}

/// Reads one `[[test]]`.
pub(super) fn read_test(
    section: &Section<'_>,
    feeds: &[&str],
    watches: &[&str],
) -> Option<ConfigTest> {
    let text = |key| {
        let value = section.get(key)?.text(Kind::String)?;
        Some(value.text.to_owned())
    };
    let keys = ["title", "summary", "content"];
    if keys.iter().all(|key| section.get(key).is_none()) {
        let message = "a [[test]] needs a `title`, a `summary` or a `content`";
        section
            .context
            .report_absence(Problem::error(section.place.clone(), message));
    }
    let [title, summary, content] = keys.map(text).map(Option::unwrap_or_default);
    let lang = text("lang");
    let feed = section.string("feed");
    if let Some(feed) = feed
        && !feeds.contains(&feed.text)
    {
        let known = feeds.iter().copied();
        section
            .context
            .report_unknown(feed.place(), "feed", feed.text, known);
    }
    let expect = section
        .require(
            "expect",
            "name the watches it must match, or write expect = []",
        )?
        .strings()?;
    for name in expect.iter().filter(|name| !watches.contains(&name.text)) {
        let known = watches.iter().copied();
        section
            .context
            .report_unknown(name.place(), "watch", name.text, known);
    }
    Some(ConfigTest {
        title,
        summary,
        content,
        feed: feed.map(|feed| feed.text.to_owned()),
        lang,
        expect: expect.iter().map(|name| name.text.to_owned()).collect(),
        place: section.context.sources.locate(&section.place),
    })
}

/// Runs every `[[test]]`. `matcher` is compiled from `config.watches`.
///
/// Watches that are off are tried too, so that to switch one off, or on, fails no test.
pub fn run_tests(config: &Config, matcher: &Matcher) -> Vec<TestResult> {
    if config.tests.is_empty() || config.off.watches.is_empty() {
        return run(config, matcher);
    }
    let (config, matcher) = config.clone().with_watches_off();
    run(&config, &matcher)
}

fn run(config: &Config, matcher: &Matcher) -> Vec<TestResult> {
    let tests = config.tests.iter().enumerate();
    tests
        .map(|(index, test)| run_test(index, test, config, matcher))
        .collect()
}

fn run_test(index: usize, test: &ConfigTest, config: &Config, matcher: &Matcher) -> TestResult {
    let lang = language(test);
    let hits: BTreeSet<usize> = feeds_to_try(test, config)
        .into_iter()
        .flat_map(|feed| matcher.find(&item_text(test, feed, &lang)))
        .map(|found| found.watch)
        .collect();
    let expect: HashSet<&str> = test.expect.iter().map(String::as_str).collect();
    let names = |keep: &dyn Fn(usize, &str) -> bool| {
        let watches = config.watches.iter().enumerate();
        let kept = watches.filter(|(watch, named)| keep(*watch, &named.name));
        kept.map(|(_, watch)| watch.name.clone())
            .collect::<Vec<_>>()
    };
    TestResult {
        test: index,
        title: test.title.clone(),
        expected: names(&|_, name| expect.contains(name)),
        got: names(&|watch, _| hits.contains(&watch)),
        missing: names(&|watch, name| expect.contains(name) && !hits.contains(&watch)),
        surplus: names(&|watch, name| !expect.contains(name) && hits.contains(&watch)),
        place: test.place.clone(),
    }
}

/// A test that names no feed is about the words only: it is tried in one feed of every watch that
/// reads some feeds, so that the feed of a story decides nothing.
fn feeds_to_try<'a>(test: &'a ConfigTest, config: &'a Config) -> BTreeSet<&'a str> {
    if let Some(feed) = &test.feed {
        return BTreeSet::from([feed.as_str()]);
    }
    let of_watches = config
        .watches
        .iter()
        .filter_map(|watch| watch.feeds.as_ref()?.first());
    let mut feeds: BTreeSet<&str> = of_watches.map(String::as_str).collect();
    feeds.insert("");
    feeds
}

/// As written, or else detected as it is when an item is polled.
fn language(test: &ConfigTest) -> String {
    let texts = [&*test.title, &*test.summary, &*test.content];
    let detected = || text::language(None, &texts);
    test.lang.clone().or_else(detected).unwrap_or_default()
}

fn item_text<'a>(test: &'a ConfigTest, feed: &'a str, lang: &'a str) -> ItemText<'a> {
    ItemText {
        feed,
        title: &test.title,
        summary: &test.summary,
        content: &test.content,
        lang,
        ..ItemText::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Environment, load};

    fn quickstart() -> Config {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/config/quickstart.toml");
        let loaded = load(path.as_ref(), &Environment::default());
        loaded.expect("the quickstart").config
    }

    #[test]
    fn a_test_that_names_no_feed_is_tried_where_each_watch_reads() {
        let mut config = quickstart();
        config.watches[0].feeds = Some(vec!["nhk".to_owned(), "usni".to_owned()]);
        let mut test = config.tests[0].clone();
        assert_eq!(feeds_to_try(&test, &config), BTreeSet::from(["", "nhk"]));
        test.feed = Some("usni".to_owned());
        assert_eq!(feeds_to_try(&test, &config), BTreeSet::from(["usni"]));
    }

    #[test]
    fn the_language_is_the_one_given_or_else_detected() {
        let mut config = quickstart();
        config.watches.truncate(1);
        config.watches[0].expression = "Koizumi lang:ja OR 会談 lang:ja".to_owned();
        let matcher = Matcher::compile(&config.watches, &[]).expect("a good expression");
        config.tests.truncate(1);
        let mut got = |title: &str, lang: Option<&str>| {
            config.tests[0].title = title.to_owned();
            config.tests[0].lang = lang.map(str::to_owned);
            !run_tests(&config, &matcher)[0].got.is_empty()
        };
        assert!(got("Koizumi", Some("ja-JP")));
        assert!(!got("Koizumi", Some("en")));
        assert!(!got("Koizumi", None));
        assert!(got("防衛相が米国防長官と会談", None));
    }

    #[test]
    fn what_is_expected_is_compared_with_what_matches() {
        let mut config = quickstart();
        let matcher =
            Matcher::compile(&config.watches, &config.entities).expect("watches that compile");
        config.tests.truncate(1);
        config.tests[0].title = "nothing of the kind".to_owned();
        let [result] = &run_tests(&config, &matcher)[..] else {
            panic!("one test, one result");
        };
        assert!(!result.passed());
        assert_eq!(result.expected, ["hegseth", "koizumi"]);
        assert_eq!(result.missing, ["hegseth", "koizumi"]);
        assert!(result.got.is_empty() && result.surplus.is_empty());
        assert_eq!(result.place.line, 33);
        let fault = result.fault().expect("it fails");
        assert!(
            fault.ends_with(
                "quickstart.toml:33: \"nothing of the kind\": should match, but does not: hegseth, koizumi"
            ),
            "{fault}"
        );
    }
}
