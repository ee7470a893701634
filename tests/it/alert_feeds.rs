//! The alerts as feeds: of the form that RFC 4287 asks for, and read back by Fivebells itself.

use std::collections::HashSet;

use jiff::Timestamp;
use quick_xml::{Reader, events::Event};
use ring::hmac;
use tempfile::TempDir;
use url::Url;

use crate::{
    desk::{json, run},
    servers::{
        feed::FeedServer,
        watched::{Answer, Watched, ask},
        webhook::WebhookServer,
    },
    watchdog::Watchdog,
};

const TOKEN: &str = "reader-0123456789abcdef";

/// A daemon that can end and begin again: its store and token are outside its folder.
struct Station {
    lasting: TempDir,
    config: String,
    daemon: Option<Watched>,
}

impl Station {
    /// With `{folder}` in the config as the folder of what lasts.
    fn start(config: &str) -> Self {
        let lasting = TempDir::new().expect("a folder");
        std::fs::write(lasting.path().join("token"), TOKEN).expect("written");
        let folder = lasting.path().to_str().expect("UTF-8");
        let config = format!(
            "timezone = \"UTC\"\n[store]\nurl = \"sqlite:{folder}/bells.db\"\n\
             [poll]\nper_host = \"1ms\"\n{}",
            config.replace("{folder}", folder)
        );
        let daemon = Some(Watched::start(&config));
        let station = Self {
            lasting,
            config,
            daemon,
        };
        station.daemon().logged(" is running", 0);
        station
    }

    fn daemon(&self) -> &Watched {
        self.daemon.as_ref().expect("it runs")
    }

    fn restart(&mut self) {
        let mut daemon = self.daemon.take().expect("it runs");
        daemon.signal("-TERM");
        assert_eq!(daemon.ended(), Some(0));
        self.daemon = Some(Watched::start(&self.config));
        self.daemon().logged(" is running", 0);
        assert!(self.lasting.path().join("bells.db").exists());
    }

    fn prints(&self, arguments: &[&str]) -> Vec<serde_json::Value> {
        let config = self.daemon().path();
        let config = config.to_str().expect("UTF-8");
        json(&run(
            &[&["-c", config, "--format", "json"], arguments].concat()
        ))
    }

    fn poll(&self) {
        let polled = self.prints(&["poll"]);
        assert!(polled.iter().all(|it| it["error"].is_null()), "{polled:?}");
    }

    fn titles(&self) -> Vec<String> {
        let alerts = self.prints(&["alerts"]).into_iter();
        let title = |alert: serde_json::Value| alert["item"]["title"].as_str().map(str::to_owned);
        alerts.filter_map(title).collect()
    }
}

/// A port that nobody listens at now.
fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").port()
}

fn hex(bytes: &[u8]) -> String {
    let bytes = bytes.iter().map(|byte| format!("{byte:02x}"));
    bytes.collect::<Vec<_>>().concat()
}

/// The key of the feeds under [`TOKEN`].
fn key() -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, TOKEN.as_bytes());
    let tag = hmac::sign(&key, b"fivebells feeds of alerts");
    hex(&tag.as_ref()[..16])
}

fn first(feed: &FeedServer, port: u16) -> Station {
    Station::start(&format!(
        "[feed]\nwire = {{ url = \"{}\", allow_private = true, initial = \"all\", tags = [\"gov\"] }}\n\
         [watch]\npm = \"Koizumi\"\n\
         quake = {{ match = \"earthquake\", priority = \"flash\", on_update = \"match\" }}\n\
         [receiver]\nscreen = {{ stdout = true }}\n\
         [web]\nlisten = \"127.0.0.1:{port}\"\nhosts = [\"bells\"]\n\
         read_token = {{ file = \"{{folder}}/token\" }}\n",
        feed.url()
    ))
}

/// A story that alerts again, by an edit, is the same entry; and so it is after restarts of both.
async fn read_back(path: &str) {
    let (feed, port) = (FeedServer::start().await, free_port());
    feed.publish("Koizumi speaks");
    let mut one = first(&feed, port);
    one.poll();
    let hook = WebhookServer::start().await;
    let url = format!("http://127.0.0.1:{port}{path}?key={}", key());
    let mut two = Station::start(&format!(
        "[feed]\nbells = {{ url = \"{url}\", allow_private = true, initial = \"all\" }}\n\
         [watch]\npm = {{ match = \"Koizumi\", on_update = \"match\" }}\n\
         [receiver.hook]\nwebhook = \"{}\"\n",
        hook.url()
    ));
    two.poll();
    assert_eq!(two.titles(), ["Koizumi speaks"], "{path}");

    feed.edit(0, 1, "Koizumi speaks of the earthquake", "Story 1.");
    one.poll();
    assert_eq!(one.titles().len(), 2, "the edit alerts at the first");
    two.poll();
    assert_eq!(two.titles(), ["Koizumi speaks"], "{path}");
    one.restart();
    two.poll();
    two.restart();
    two.poll();
    assert_eq!(two.titles(), ["Koizumi speaks"], "{path}");

    feed.publish("Koizumi again");
    one.poll();
    two.poll();
    assert_eq!(two.titles(), ["Koizumi speaks", "Koizumi again"], "{path}");
    let watchdog = Watchdog::start();
    while hook.titles().len() < 2 {
        assert!(watchdog.is_patient(), "{:?}", hook.titles());
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert_eq!(hook.titles(), ["Koizumi speaks", "Koizumi again"], "{path}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_daemon_reads_the_atom_feed_of_the_first_and_alerts_each_story_once() {
    read_back("/alerts.atom").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_daemon_reads_the_json_feed_of_the_first_and_alerts_each_story_once() {
    read_back("/alerts.json").await;
}

fn get(port: u16, path: &str, headers: &str) -> Answer {
    let address = format!("127.0.0.1:{port}");
    ask(&address, &format!("GET {path}"), headers)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_feeds_have_filters_tags_and_a_key_that_opens_nothing_else() {
    let (feed, port) = (FeedServer::start().await, free_port());
    feed.publish("Koizumi speaks");
    feed.publish("Earthquake off the coast");
    let station = first(&feed, port);
    station.poll();
    let key = key();
    let entries = |query: &str| {
        let answer = get(port, &format!("/alerts.atom?key={key}{query}"), "");
        (answer.status, answer.body.matches("<entry").count())
    };
    for (query, wanted) in [
        ("", (200, 2)),
        ("&watch=pm", (200, 1)),
        ("&watch=pm&watch=quake", (200, 2)),
        ("&tag=gov", (200, 2)),
        ("&priority=flash", (200, 1)),
        ("&watch=pm&priority=flash", (200, 0)),
        ("&watch=nobody", (404, 0)),
        ("&tag=nothing", (404, 0)),
        ("&priority=high", (404, 0)),
    ] {
        assert_eq!(entries(query), wanted, "{query}");
    }
    for path in ["/alerts.atom", "/alerts.json"] {
        let keyed = format!("{path}?key={key}");
        let answer = get(port, &keyed, "");
        assert!(!answer.body.contains(&key), "the key is nobody else's");
        let tag = answer
            .head
            .lines()
            .find_map(|line| line.strip_prefix("etag: "));
        let known = format!("If-None-Match: {}\r\n", tag.expect("a tag"));
        assert_eq!(get(port, &keyed, &known).status, 304, "{path}");
        assert_eq!(get(port, path, "").status, 401, "{path}");
        assert_eq!(
            get(port, &format!("{path}?key={}", "0".repeat(32)), "").status,
            401
        );
    }
    assert_eq!(
        get(port, &format!("/api/v1/alerts?key={key}"), "").status,
        401
    );
}

/// What the validator of the W3C asks of an element's children.
#[derive(Debug, Default)]
struct Element {
    ids: Vec<String>,
    titles: Vec<String>,
    updated: Vec<String>,
    authors: usize,
    /// `rel`, `type` and `href`.
    links: Vec<(String, String, String)>,
    terms: Vec<String>,
    contents: usize,
}

/// The feed, and its entries.
fn read(atom: &str) -> (Element, Vec<Element>) {
    let mut reader = Reader::from_str(atom);
    let (mut feed, mut entries): (Element, Vec<Element>) = Default::default();
    let (mut path, mut text) = (Vec::<String>::new(), String::new());
    loop {
        let event = reader.read_event().expect("well-formed");
        let (start, is_empty) = match &event {
            Event::Start(start) => (start, false),
            Event::Empty(start) => (start, true),
            Event::Text(piece) => {
                text.push_str(piece);
                continue;
            }
            Event::GeneralRef(name) => {
                text.extend(["&", name, ";"]);
                continue;
            }
            Event::End(_) => {
                let name = path.pop().expect("it began");
                let inner = std::mem::take(&mut text);
                let element = match path.last().map(String::as_str) {
                    Some("feed") => &mut feed,
                    Some("entry") => entries.last_mut().expect("one"),
                    _ => continue,
                };
                match name.as_str() {
                    "id" => element.ids.push(inner),
                    "title" => element.titles.push(inner),
                    "updated" | "published" => {
                        inner.parse::<Timestamp>().expect("a time of RFC 3339");
                        if name == "updated" {
                            element.updated.push(inner);
                        }
                    }
                    "author" => element.authors += 1,
                    "content" => element.contents += 1,
                    _ => {}
                }
                continue;
            }
            Event::Eof => break,
            _ => continue,
        };
        let name = start.name().as_ref().to_owned();
        let attribute = |wanted: &str| {
            let attribute = start.try_get_attribute(wanted).expect("well-formed");
            let value = attribute.map(|it| it.value.into_owned());
            value.unwrap_or_default()
        };
        if name == "feed" {
            assert_eq!(attribute("xmlns"), "http://www.w3.org/2005/Atom");
        }
        if name == "entry" {
            entries.push(Element::default());
        }
        let element = entries.last_mut().unwrap_or(&mut feed);
        match name.as_str() {
            "link" => {
                let link = [attribute("rel"), attribute("type"), attribute("href")];
                let [rel, media_type, href] = link;
                element.links.push((rel, media_type, href));
            }
            "category" => element.terms.push(attribute("term")),
            _ => {}
        }
        if !is_empty {
            text.clear();
            path.push(name);
        }
    }
    (feed, entries)
}

fn assert_valid(element: &Element, what: &str) {
    assert_eq!(element.ids.len(), 1, "{what}: 4.1.1 and 4.1.2");
    assert_eq!(element.titles.len(), 1, "{what}: 4.1.1 and 4.1.2");
    assert!(
        !element.titles[0].trim().is_empty(),
        "{what}: a title says something"
    );
    assert_eq!(element.updated.len(), 1, "{what}: 4.1.1 and 4.1.2");
    assert!(element.authors > 0, "{what}: 4.1.1");
    assert!(
        element.ids[0].starts_with("urn:uuid:"),
        "{what}: 4.2.6, an IRI"
    );
    let mut alternates = HashSet::new();
    for (rel, media_type, href) in &element.links {
        Url::parse(&href.replace("&amp;", "&")).expect("an address");
        let is_first = rel != "alternate" || alternates.insert(media_type);
        assert!(is_first, "{what}: one alternate of a type, 4.1.1 and 4.1.2");
    }
    assert!(
        element.terms.iter().all(|term| !term.is_empty()),
        "{what}: 4.2.2"
    );
}

/// Whatever a publisher puts in a title.
#[tokio::test(flavor = "multi_thread")]
async fn the_atom_feed_is_as_rfc_4287_asks_whatever_stands_in_titles() {
    let (feed, port) = (FeedServer::start().await, free_port());
    for title in [
        "Koizumi &amp;lt;script&amp;gt;alert(1)&amp;lt;/script&amp;gt;",
        "Koizumi &lt;b&gt;speaks&lt;/b&gt; &amp;amp; eats",
        "Koizumi ]]&gt; \"quoted\" 'twice'",
        "Koizumi \u{202e}backwards\u{202c} 👩‍👩‍👧 \u{85}",
        "<![CDATA[Koizumi & <i>others</i>]]>",
        "Koizumi &#x1;control&#x8;&#xb;",
    ] {
        feed.publish(title);
    }
    let station = first(&feed, port);
    station.poll();
    let answer = get(port, &format!("/alerts.atom?key={}", key()), "");
    assert!(
        answer
            .head
            .contains("content-type: application/atom+xml; charset=utf-8")
    );
    let (top, entries) = read(&answer.body);
    assert_valid(&top, "the feed");
    let own = top.links.iter().filter(|(rel, ..)| rel == "self");
    assert_eq!(own.count(), 1, "one self link");
    assert_eq!(entries.len(), station.titles().len());
    assert!(entries.len() >= 5, "{}", answer.body);
    let mut ids: HashSet<&String> = top.ids.iter().collect();
    for entry in &entries {
        assert_valid(entry, &entry.titles.concat());
        assert_eq!(entry.contents, 1, "4.1.2: one content");
        assert!(ids.insert(&entry.ids[0]), "an id of its own");
        assert!(
            entry.updated[0] <= top.updated[0],
            "the feed's is the newest"
        );
    }
    let is_legible = |sign: char| {
        matches!(sign, '\n' | '\r' | '\t')
            || (sign >= ' ' && !matches!(sign, '\u{fffe}' | '\u{ffff}'))
    };
    assert!(answer.body.chars().all(is_legible), "XML 1.0, 2.2");
}
