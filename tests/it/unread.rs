//! Of a document of which most stands there as it did only the rest is read. Random lives of feeds,
//! each shown as two: one that can be read so, and one whose language is to be found from all its
//! headlines, which is read whole at every poll. They must tell the same.

mod lives;

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    sync::{Arc, Mutex},
};

use proptest::{
    strategy::{Strategy as _, ValueTree as _},
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
use lives::{Life, VISITS, life};

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
    let mut config = String::from("[poll]\nper_host = \"0s\"\n[health]\nnotify = []\n[feed]\n");
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
