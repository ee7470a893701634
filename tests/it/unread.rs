//! Where most of a document is unchanged, only the rest is read. Random lives of feeds, each shown
//! as two: one that can be read in part, and one whose language is found from all its headlines, so
//! that it is read whole at every poll. Both must give the same alerts.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    sync::{Arc, Mutex},
};

use jiff::{SignedDuration, Timestamp};
use proptest::{
    prelude::*,
    strategy::ValueTree as _,
    test_runner::{Config, TestRunner},
};

use crate::{
    identity::round,
    servers::{
        http::{Answer, HttpServer},
        webhook::WebhookServer,
    },
    world::World,
};

const LIVES: usize = 120;

fn document(items: &str, language: &str) -> String {
    format!(
        "<rss version=\"2.0\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\"><channel>\
         <title>T</title><link>https://site.example/</link>{language}{items}</channel></rss>"
    )
}

/// A feed's name begins with its kind and ends with the number of its life.
const KINDS: [(char, &str); 2] = [('p', "<language>en</language>"), ('w', "")];

async fn open(
    lives: Vec<Vec<String>>,
    visit: Arc<Mutex<usize>>,
) -> (World, WebhookServer, HttpServer) {
    let count = lives.len();
    let server = HttpServer::start(move |request| {
        let (kind, life) = request.path[1..].split_at(1);
        let language = KINDS.iter().find(|(sign, _)| kind.starts_with(*sign));
        let life: usize = life.parse().expect("a number");
        let items = &lives[life][*visit.lock().expect("not poisoned")];
        let (_, language) = language.expect("one of them");
        Answer::Reply {
            status: 200,
            headers: vec![("Content-Type", "application/rss+xml".to_owned())],
            body: document(items, language).into_bytes(),
        }
    })
    .await;
    let hook = WebhookServer::start().await;
    let mut config = String::from(
        "stories = \"off\"\n[poll]\nper_host = \"0s\"\n[health]\nnotify = []\n[feed]\n",
    );
    for (kind, _) in KINDS {
        for life in 0..count {
            let url = server.url(&format!("/{kind}{life}"));
            writeln!(config, "{kind}{life} = \"{url}\"").expect("a string");
        }
    }
    config += "[watch]\nall = 'title:/./'\n";
    writeln!(config, "[receiver.hook]\nwebhook = \"{}\"", hook.url()).expect("a string");
    (World::open(&config).await, hook, server)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_alerted_does_not_depend_on_how_much_of_a_document_is_read() {
    let mut runner = TestRunner::new(Config::default());
    let lives: Vec<Life> = (0..LIVES)
        .map(|_| life().new_tree(&mut runner).expect("a life").current())
        .collect();
    let documents = lives.iter().map(Life::documents).collect();
    let visit = Arc::new(Mutex::new(0));
    let (world, hook, _server) = open(documents, Arc::clone(&visit)).await;
    let mut before = 0;
    for at in 0..=VISITS {
        *visit.lock().expect("not poisoned") = at;
        world.advance(61);
        round(&world, KINDS.len() * LIVES).await;
        let requests = hook.requests();
        let mut notified: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for request in &requests[before..] {
            let notice = request.json();
            let data = &notice["data"];
            let feed = data["feed"]["name"].as_str().unwrap_or_default().to_owned();
            let item = format!("{} {}", data["item"]["title"], data["item"]["summary"]);
            notified.entry(feed).or_default().push(item);
        }
        before = requests.len();
        for (number, life) in lives.iter().enumerate() {
            let [parts, whole] = KINDS.map(|(kind, _)| {
                let mut notified = notified
                    .remove(&format!("{kind}{number}"))
                    .unwrap_or_default();
                notified.sort();
                notified
            });
            assert_eq!(parts, whole, "visit {at} of {life:?}");
        }
    }
    assert!(before > LIVES, "much was sent");
}

const VISITS: usize = 9;
const STORIES: usize = 14;

/// How a feed names its stories.
#[derive(Debug, Clone, Copy)]
struct Style {
    guid: Name,
    link: Name,
    /// So many stories share each title, each text and each date.
    titles: usize,
    texts: usize,
    dates: Option<usize>,
}

#[derive(Debug, Clone, Copy)]
enum Name {
    None,
    Own,
    /// Of every third story.
    Shared,
    /// Its place in the document.
    Place,
}

/// A story as the document shows it at one visit.
#[derive(Debug, Clone, Copy)]
struct Story {
    number: usize,
    title: usize,
    text: usize,
    address: usize,
    /// What is no part of a fingerprint.
    comments: usize,
    is_shown: bool,
}

#[derive(Debug, Clone, Copy)]
enum Step {
    Publish,
    Retitle(usize),
    Rewrite(usize),
    Move(usize),
    Comment(usize),
    Drop(usize),
    Return(usize),
    Swap(usize),
}

/// A feed over time.
#[derive(Debug, Clone)]
struct Life {
    style: Style,
    visits: Vec<Vec<Step>>,
}

fn life() -> impl Strategy<Value = Life> {
    use Name::{None, Own, Place, Shared};
    let name = || prop::sample::select(vec![None, Own, Own, Shared, Place]);
    let share = || prop::sample::select(vec![1, 1, 2, 100]);
    let dates = prop::option::of(share());
    let style = (name(), name(), share(), share(), dates);
    let visits = prop::collection::vec(prop::collection::vec(step(), 0..4), VISITS);
    (style, visits).prop_map(|((guid, link, titles, texts, dates), visits)| Life {
        style: Style {
            guid,
            link,
            titles,
            texts,
            dates,
        },
        visits,
    })
}

fn step() -> impl Strategy<Value = Step> {
    let at = 0..STORIES;
    prop_oneof![
        6 => Just(Step::Publish),
        1 => at.clone().prop_map(Step::Retitle),
        1 => at.clone().prop_map(Step::Rewrite),
        1 => at.clone().prop_map(Step::Move),
        1 => at.clone().prop_map(Step::Comment),
        2 => at.clone().prop_map(Step::Drop),
        1 => at.clone().prop_map(Step::Return),
        1 => at.prop_map(Step::Swap),
    ]
}

impl Life {
    /// Its documents' items, the first one's before any step.
    fn documents(&self) -> Vec<String> {
        let mut stories: Vec<Story> = (0..STORIES - 4).map(Story::new).collect();
        let mut documents = vec![self.items(&stories)];
        for visit in &self.visits {
            for step in visit {
                step.take(&mut stories);
            }
            documents.push(self.items(&stories));
        }
        documents
    }

    fn items(&self, stories: &[Story]) -> String {
        let shown = stories.iter().rev().filter(|it| it.is_shown).take(STORIES);
        let places = shown.enumerate();
        places
            .map(|(place, story)| story.xml(self.style, place))
            .collect()
    }
}

impl Step {
    /// The places count from the latest story.
    fn take(self, stories: &mut Vec<Story>) {
        let last = stories.len() - 1;
        match self {
            Self::Publish => stories.push(Story::new(last + 1)),
            Self::Retitle(at) => stories[last.saturating_sub(at)].title += 1,
            Self::Rewrite(at) => stories[last.saturating_sub(at)].text += 1,
            Self::Move(at) => stories[last.saturating_sub(at)].address += 1,
            Self::Comment(at) => stories[last.saturating_sub(at)].comments += 1,
            Self::Drop(at) => stories[last.saturating_sub(at)].is_shown = false,
            Self::Return(at) => stories[last.saturating_sub(at)].is_shown = true,
            Self::Swap(at) => stories.swap(last.saturating_sub(at), last),
        }
    }
}

impl Story {
    const fn new(number: usize) -> Self {
        Self {
            number,
            title: 0,
            text: 0,
            address: 0,
            comments: 0,
            is_shown: true,
        }
    }

    fn xml(&self, style: Style, place: usize) -> String {
        let number = self.number;
        let mut xml = String::from("<item>");
        let name = |name: Name| match name {
            Name::None => None,
            Name::Own => Some(format!("{number}-{}", self.address)),
            Name::Shared => Some(format!("s{}", number % 3)),
            Name::Place => Some(place.to_string()),
        };
        if let Some(guid) = name(style.guid) {
            write!(xml, "<guid isPermaLink=\"false\">{guid}</guid>").expect("a string");
        }
        if let Some(link) = name(style.link) {
            write!(xml, "<link>https://site.example/{link}</link>").expect("a string");
        }
        if let Some(dates) = style.dates {
            let day: Timestamp = "2026-10-01T00:00:00Z".parse().expect("a time");
            let minutes = i64::try_from(number / dates).expect("small") * 61;
            let date = day + SignedDuration::from_mins(minutes);
            write!(xml, "<dc:date>{date}</dc:date>").expect("a string");
        }
        let (title, text) = (number / style.titles, number / style.texts);
        write!(
            xml,
            "<title>Title {title}.{}</title><description>Text {text}.{}</description>\
             <comments>https://site.example/c/{}</comments></item>",
            self.title, self.text, self.comments
        )
        .expect("a string");
        xml
    }
}
