//! What is news: the table of sequences, played through the whole program.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    sync::{Arc, Mutex},
};

use jiff::{SignedDuration, Timestamp};

use crate::{
    servers::{
        http::{Answer, HttpServer, Request},
        webhook::WebhookServer,
    },
    world::World,
};

const TABLE: &str = include_str!("../fixtures/sequences.txt");

struct Sequence {
    name: &'static str,
    documents: Vec<Vec<Item>>,
}

struct Item {
    mark: Mark,
    guid: &'static str,
    link: &'static str,
    title: &'static str,
    date: &'static str,
    text: &'static str,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    Old,
    News,
    ToldInVain,
    Lost,
}

fn sequences() -> Vec<Sequence> {
    let mut sequences: Vec<Sequence> = Vec::new();
    for line in TABLE.lines().skip_while(|line| !line.starts_with('#')) {
        if let Some(name) = line.strip_prefix("# ") {
            let documents = vec![Vec::new()];
            sequences.push(Sequence { name, documents });
            continue;
        }
        let sequence = sequences.last_mut().expect("a name comes first");
        match line {
            "" => {}
            "--" => sequence.documents.push(Vec::new()),
            line => {
                let document = sequence.documents.last_mut().expect("there is one");
                document.push(Item::read(line));
            }
        }
    }
    sequences
}

impl Item {
    fn read(row: &'static str) -> Self {
        let marks = [
            ('+', Mark::News),
            ('?', Mark::ToldInVain),
            ('!', Mark::Lost),
        ];
        let marked = marks
            .iter()
            .find_map(|(sign, mark)| Some((row.strip_prefix(*sign)?, *mark)));
        let (row, mark) = marked.unwrap_or((row, Mark::Old));
        let parts: Vec<&str> = row.splitn(5, '|').collect();
        let [guid, link, title, date, text] = parts[..] else {
            panic!("no item: {row}");
        };
        let link = if link == "=" { guid } else { link };
        Self {
            mark,
            guid,
            link,
            title,
            date,
            text,
        }
    }

    fn xml(&self) -> String {
        let escape = |text: &str| text.replace('&', "&amp;");
        let element = |name: &str, text: &str| match text {
            "" => String::new(),
            text => format!("<{name}>{}</{name}>", escape(text)),
        };
        let mut xml = String::from("<item>");
        if !self.guid.is_empty() {
            let guid = escape(self.guid);
            write!(xml, "<guid isPermaLink=\"false\">{guid}</guid>").expect("a string");
        }
        let day: Timestamp = "2026-10-01T00:00:00Z".parse().expect("a time");
        let date = match self.date.strip_prefix('m') {
            Some(days) => Some(24 * 60 * days.parse::<i64>().expect("a number")),
            None => self.date.parse::<i64>().ok().map(|at| at * 61),
        };
        let date = date.map(|minutes| (day + SignedDuration::from_mins(minutes)).to_string());
        xml.push_str(&element("link", self.link));
        xml.push_str(&element("title", self.title));
        xml.push_str(&element("dc:date", &date.unwrap_or_default()));
        xml.push_str(&element("description", self.text));
        xml + "</item>"
    }
}

impl Sequence {
    fn document(&self, step: usize) -> String {
        let step = step.min(self.documents.len() - 1);
        let items: String = self.documents[step].iter().map(Item::xml).collect();
        format!(
            "<rss version=\"2.0\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\"><channel>\
             <title>T</title><link>https://site.example/</link><language>en</language>{items}\
             </channel></rss>"
        )
    }

    /// Title and text of the items with one of these marks.
    fn marked(&self, step: usize, marks: &[Mark]) -> Vec<(String, String)> {
        let items = self.documents.get(step).into_iter().flatten();
        let items = items.filter(|item| marks.contains(&item.mark));
        let mut named: Vec<_> = items
            .map(|item| (item.title.to_owned(), item.text.to_owned()))
            .collect();
        named.sort();
        named
    }
}

/// What each feed's poll alerted, by title and text.
type Notified = BTreeMap<String, Vec<(String, String)>>;

fn notified(requests: &[Request]) -> Notified {
    let mut notified = Notified::new();
    for request in requests {
        let notice = request.json();
        if notice["type"] != "alert.matched" {
            continue;
        }
        let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        let data = &notice["data"];
        let feed = notified.entry(text(&data["feed"]["name"])).or_default();
        feed.push((text(&data["item"]["title"]), text(&data["item"]["summary"])));
        feed.sort();
    }
    notified
}

/// A feed for each sequence on one server, and a watch that every item satisfies.
async fn open(
    sequences: &Arc<Vec<Sequence>>,
    step: &Arc<Mutex<usize>>,
) -> (World, WebhookServer, HttpServer) {
    let (documents, at) = (Arc::clone(sequences), Arc::clone(step));
    let server = HttpServer::start(move |request| {
        let target = request.path.as_str();
        let feed: usize = target[1..].parse().expect("a number");
        Answer::Reply {
            status: 200,
            headers: vec![("Content-Type", "application/rss+xml".to_owned())],
            body: documents[feed]
                .document(*at.lock().expect("not poisoned"))
                .into_bytes(),
        }
    })
    .await;
    let hook = WebhookServer::start().await;
    let mut config = String::from(
        "stories = \"off\"\n[poll]\nper_host = \"0s\"\n[health]\nnotify = []\n[feed]\n",
    );
    for feed in 0..sequences.len() {
        let url = server.url(&format!("/{feed}"));
        writeln!(config, "f{feed} = \"{url}\"").expect("a string");
    }
    config += "[watch]\nall = 'title:/./ OR summary:/./'\n";
    writeln!(config, "[receiver.hook]\nwebhook = \"{}\"", hook.url()).expect("a string");
    (World::open(&config).await, hook, server)
}

/// Polls all feeds once and delivers everything.
pub(crate) async fn round(world: &World, feeds: usize) {
    let mut polled = 0;
    while polled < feeds {
        let tally = world.poll().await;
        polled += tally.good + tally.failed;
        world.clock.advance(SignedDuration::from_secs(1));
    }
    while world.deliver().await > 0 {}
}

#[tokio::test(flavor = "multi_thread")]
async fn of_every_sequence_each_story_is_alerted_once() {
    println!("{}", play(24 * 60).await);
}

/// Documents that come within half a day are read for what is new where that can be alerted.
#[tokio::test(flavor = "multi_thread")]
async fn it_is_the_same_where_only_the_new_items_are_read() {
    println!("{}", play(61).await);
}

/// Shows every sequence, a document in so many minutes, and compares the alerts: the two numbers.
async fn play(minutes: i64) -> String {
    let sequences = Arc::new(sequences());
    assert!(sequences.len() >= 150, "{}", sequences.len());
    let step = Arc::new(Mutex::new(0));
    let (world, hook, _server) = open(&sequences, &step).await;
    round(&world, sequences.len()).await;
    let longest = sequences
        .iter()
        .map(|it| it.documents.len())
        .max()
        .unwrap_or(0);
    let (mut lost, mut doubled, mut wrong) = (0, 0, Vec::new());
    let mut before = hook.requests().len();
    assert_eq!(before, 0, "a baseline tells nothing");
    // Each last document is shown once more: it must bring nothing.
    for at in 1..=longest {
        *step.lock().expect("not poisoned") = at;
        world.advance(minutes);
        round(&world, sequences.len()).await;
        let requests = hook.requests();
        let notified = notified(&requests[before..]);
        before = requests.len();
        for (feed, sequence) in sequences.iter().enumerate() {
            let notified = notified
                .get(&format!("f{feed}"))
                .cloned()
                .unwrap_or_default();
            let expected = sequence.marked(at, &[Mark::News, Mark::ToldInVain]);
            lost += sequence.marked(at, &[Mark::Lost]).len();
            doubled += sequence.marked(at, &[Mark::ToldInVain]).len();
            if notified != expected {
                wrong.push(format!(
                    "{}, step {at}: alerted {notified:?}, not {expected:?}",
                    sequence.name
                ));
            }
        }
    }
    let (count, undecidable) = (sequences.len(), lost + doubled);
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    format!("{count} sequences; undecidable {undecidable}: lost {lost}, doubled {doubled}")
}
