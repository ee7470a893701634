//! What publishers do to their feeds, polled twice: no false alert, no story lost.

use std::sync::{Arc, Mutex};

use crate::{
    servers::{
        http::{Answer, HttpServer},
        webhook::WebhookServer,
    },
    world::World,
};

/// A feed before and after, and the headlines that are news by the second poll. Every headline
/// has the watched word in it.
struct Trap {
    name: &'static str,
    before: String,
    after: String,
    news: &'static [&'static str],
}

fn trap(name: &'static str, before: &str, after: &str, news: &'static [&'static str]) -> Trap {
    Trap {
        name,
        before: before.to_owned(),
        after: after.to_owned(),
        news,
    }
}

fn rss(items: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>Wire</title>\
         <link>https://wire.example/</link>{items}</channel></rss>"
    )
}

fn atom(entries: &str) -> String {
    format!(
        "<feed xmlns=\"http://www.w3.org/2005/Atom\"><title>Wire</title><id>urn:wire</id>\
         <updated>2026-11-22T06:00:00Z</updated>{entries}</feed>"
    )
}

/// An RSS item: guid and link where not empty, headline, minute of publication where given.
fn item(guid: &str, link: &str, title: &str, minute: Option<u8>) -> String {
    let element = |name: &str, value: &str| match value {
        "" => String::new(),
        value => format!("<{name}>{value}</{name}>"),
    };
    let date = minute.map_or_else(String::new, |minute| {
        format!("<pubDate>Sun, 22 Nov 2026 06:{minute:02}:00 GMT</pubDate>")
    });
    let (guid, link, title) = (
        element("guid", guid),
        element("link", link),
        element("title", title),
    );
    format!("<item>{guid}{link}{title}{date}<description>Text.</description></item>")
}

fn identity_traps() -> Vec<Trap> {
    let a = "https://wire.example/a";
    let known = item("g1", a, "Koizumi one", Some(1));
    let edited = item("g1", a, "Koizumi one, updated", Some(2));
    let new = item("g2", "https://wire.example/b", "Koizumi two", Some(3));
    let token = item(
        "",
        "https://wire.example/a?utm_source=rss&amp;utm_medium=feed",
        "Koizumi one",
        None,
    );
    let by_link = item("", a, "Koizumi one", None);
    let secure = item("", "http://wire.example/a#top", "Koizumi one", None);
    let by_title = item("", "", "Koizumi one", Some(1));
    let by_text = item("", "", "Koizumi one", None);
    let shared = |title: &str, link: &str| item("home", link, title, None);
    let new_guid = item("g1?session=77", a, "Koizumi one", Some(1));
    let live = item("g9", a, "Koizumi two", Some(9));
    vec![
        trap(
            "a new item",
            &rss(&known),
            &rss(&(new.clone() + &known)),
            &["Koizumi two"],
        ),
        trap("a title edit", &rss(&known), &rss(&edited), &[]),
        trap(
            "a title edit without a guid",
            &rss(&by_link),
            &rss(&by_link.replace("one", "one, updated")),
            &[],
        ),
        trap(
            "tracking parameters in the link",
            &rss(&by_link),
            &rss(&token),
            &[],
        ),
        trap(
            "http to https, a fragment",
            &rss(&secure),
            &rss(&by_link),
            &[],
        ),
        trap(
            "white space around the guid",
            &rss(&known),
            &rss(&known.replace("g1", "\n g1 ")),
            &[],
        ),
        trap("a session in the guid", &rss(&known), &rss(&new_guid), &[]),
        trap(
            "a live page: same link, new guid, new headline",
            &rss(&known),
            &rss(&live),
            &["Koizumi two"],
        ),
        trap(
            "neither guid nor link",
            &rss(&by_title),
            &rss(&(item("", "", "Koizumi two", Some(3)) + &by_title)),
            &["Koizumi two"],
        ),
        trap(
            "nothing but texts",
            &rss(&by_text),
            &rss(&(item("", "", "Koizumi two", None) + &by_text)),
            &["Koizumi two"],
        ),
        trap(
            "one guid on every item",
            &rss(&(shared("Koizumi one", a) + &shared("Koizumi two", "https://wire.example/b"))),
            &rss(&(shared("Koizumi three", "https://wire.example/c") + &shared("Koizumi one", a))),
            &["Koizumi three"],
        ),
        trap(
            "the same item twice",
            &rss(&known),
            &rss(&(new.clone() + &new + &known)),
            &["Koizumi two"],
        ),
        trap(
            "a recurring headline under a new guid and link",
            &rss(&known),
            &rss(&(item("g5", "https://wire.example/e", "Koizumi one", Some(40)) + &known)),
            &["Koizumi one"],
        ),
        trap(
            "dates that move",
            &rss(&known),
            &rss(&known.replace("06:01", "09:59")),
            &[],
        ),
        trap(
            "the feed's own link on every item",
            &rss(&item("", "https://wire.example/", "Koizumi one", None)),
            &rss(&item("", "https://wire.example/", "Koizumi two", None)),
            &["Koizumi two"],
        ),
    ]
}

/// The same among items that stay as they are, which are then not read again.
fn among_others(trap: &Trap) -> Trap {
    let others: String = (0..9)
        .map(|n| {
            item(
                &format!("o{n}"),
                &format!("https://wire.example/o{n}"),
                &format!("Other {n}"),
                None,
            )
        })
        .collect();
    let others = others + "</channel>";
    Trap {
        before: trap.before.replace("</channel>", &others),
        after: trap.after.replace("</channel>", &others),
        ..*trap
    }
}

fn reading_traps() -> Vec<Trap> {
    let known = item("g1", "https://wire.example/a", "Koizumi one", Some(1));
    let new = item("g2", "https://wire.example/b", "Koizumi two", Some(3));
    let both = rss(&(new.clone() + &known));
    let entry = |id: &str, title: &str| {
        format!(
            "<entry><id> {id} </id><title>{title}</title><updated>2026-11-22T06:00:00Z</updated></entry>"
        )
    };
    let rdf = |items: &str| {
        format!(
            "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" \
             xmlns=\"http://purl.org/rss/1.0/\"><channel><title>Wire</title></channel>{items}</rdf:RDF>"
        )
    };
    let rdf_item = |about: &str, title: &str| {
        format!(
            "<item rdf:about=\"{about}\"><title>{title}</title><link>https://wire.example/{about}</link></item>"
        )
    };
    vec![
        trap(
            "a bare ampersand",
            &rss(&known),
            &both.replace("Koizumi two", "Koizumi & two"),
            &["Koizumi & two"],
        ),
        trap(
            "truncated",
            &rss(&known),
            both.split("</channel>").next().expect("a part"),
            &["Koizumi two"],
        ),
        trap(
            "no version, a comment first",
            &rss(&known),
            &both
                .replace(" version=\"2.0\"", "")
                .replace("<rss", "<!-- x --><rss"),
            &["Koizumi two"],
        ),
        trap(
            "a non-ASCII letter beside an address",
            &rss(&known),
            &both.replace(
                "<description>",
                "<author>desk@wire.example（編集部）</author><description>",
            ),
            &["Koizumi two"],
        ),
        trap(
            "an Atom id with space around",
            &atom(&entry("urn:1", "Koizumi one")),
            &atom(
                &(entry("urn:2", "Koizumi two") + &entry("urn:1", "Koizumi one").replace(' ', "")),
            ),
            &["Koizumi two"],
        ),
        trap(
            "Atom by https",
            &atom(&entry("urn:1", "Koizumi one")),
            &atom(&(entry("urn:2", "Koizumi two") + &entry("urn:1", "Koizumi one")))
                .replace("http://www.w3.org", "https://www.w3.org"),
            &["Koizumi two"],
        ),
        trap(
            "RDF",
            &rdf(&rdf_item("a", "Koizumi one")),
            &rdf(&(rdf_item("b", "Koizumi two") + &rdf_item("a", "Koizumi one"))),
            &["Koizumi two"],
        ),
        trap(
            "from RSS to Atom, ids kept",
            &rss(&known),
            &atom(&(entry("g2", "Koizumi two") + &entry("g1", "Koizumi one"))),
            &["Koizumi two"],
        ),
        trap(
            "JSON with numbers for ids",
            r#"{"version":"http://jsonfeed.org/version/1","items":[{"id":1,"title":"Koizumi one"}]}"#,
            r#"{"version":"https://jsonfeed.org/version/1.1","title":"W","items":[{"id":2,"title":"Koizumi two"},{"id":"1","title":"Koizumi one"}]}"#,
            &["Koizumi two"],
        ),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn what_publishers_do_makes_no_false_alert_and_loses_no_story() {
    let (feed, body) = publisher().await;
    let hook = WebhookServer::start().await;
    let others: Vec<Trap> = identity_traps().iter().map(among_others).collect();
    let traps = identity_traps().into_iter().chain(reading_traps());
    for trap in traps.chain(others) {
        let sent_before = hook.titles().len();
        set(&body, &trap.before);
        let mut world = World::open(&format!(
            "[feed]\nwire = \"{}\"\n[watch]\nk = \"Koizumi\"\n[receiver.hook]\nwebhook = \"{}\"\n",
            feed.url("/"),
            hook.url()
        ))
        .await;
        assert_eq!(world.poll().await.good, 1, "{}: the first poll", trap.name);
        set(&body, &trap.after);
        // The third poll sees the second's document again: what was sent is not sent again.
        for round in 2..4 {
            world.advance(30);
            assert_eq!(world.poll().await.good, 1, "{}: poll {round}", trap.name);
            world.deliver().await;
        }
        assert_eq!(hook.titles()[sent_before..], *trap.news, "{}", trap.name);
        world.close().await;
    }
}

/// A server that answers with the body, without validators.
async fn publisher() -> (HttpServer, Arc<Mutex<String>>) {
    let body = Arc::new(Mutex::new(String::new()));
    let shown = Arc::clone(&body);
    let server = HttpServer::start(move |_| Answer::Reply {
        status: 200,
        headers: Vec::new(),
        body: shown.lock().expect("not poisoned").clone().into_bytes(),
    })
    .await;
    (server, body)
}

fn set(body: &Mutex<String>, text: &str) {
    text.clone_into(&mut body.lock().expect("not poisoned"));
}
