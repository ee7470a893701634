//! What a server that has had enough means for the rest of its feeds, and for nobody else.

use std::io::Write as _;

use jiff::SignedDuration;

use crate::{
    servers::{
        http::Answer,
        site::{Site, document, feed, status},
        webhook::WebhookServer,
    },
    world::World,
};

/// A world with the feeds `/a` and `/b` of one site, each asked every minute; polled once.
async fn two_feeds() -> (Site, World) {
    let site = Site::start().await;
    for path in ["/a", "/b"] {
        site.put(path, document(feed(&[1..=3], None), &[]));
    }
    let world = World::open(&format!(
        "[poll]\nper_host = \"1s\"\nevery = \"1m\"\n[feed]\na = \"{}\"\nb = \"{}\"\n\
         [watch]\nw = \"Koizumi\"\n[receiver]\nscreen = {{ stdout = true }}\n",
        site.url("/a"),
        site.url("/b")
    ))
    .await;
    seconds(&world, 3).await;
    assert_eq!(site.requests().len(), 2);
    (site, world)
}

/// So many seconds go by.
async fn seconds(world: &World, seconds: u32) {
    for _ in 0..seconds {
        world.poll().await;
        world.clock.advance(SignedDuration::from_secs(1));
    }
}

/// How long the site is left alone after the first answer like this, to the feed `/a`, in seconds.
async fn waited(answer: Answer) -> u32 {
    let (site, world) = two_feeds().await;
    site.put("/a", answer);
    let before = site.requests().len();
    while !site.asked_since(before).contains(&"/a".to_owned()) {
        seconds(&world, 1).await;
    }
    let before = site.requests().len();
    let mut waited = 0;
    while site.requests().len() == before {
        seconds(&world, 1).await;
        waited += 1;
        assert!(waited <= 2 * 86_400, "it is asked again");
    }
    waited
}

#[tokio::test(flavor = "multi_thread")]
async fn retry_after_with_429_or_503_pauses_the_whole_origin() {
    let date = [
        ("Date", "Sun, 22 Nov 2026 09:00:00 GMT"),
        ("Retry-After", "Sun, 22 Nov 2026 09:10:00 GMT"),
    ];
    for code in [429, 503] {
        for headers in [&[("Retry-After", "600")][..], &date[..]] {
            let waited = waited(status(code, headers)).await;
            assert!((599..=601).contains(&waited), "{code}: {waited} s");
        }
    }
    let waited = waited(status(500, &[("Retry-After", "600")])).await;
    assert!(
        waited < 100,
        "of another status it is the feed's: {waited} s"
    );
}

/// No stranger may silence another publisher by leading us to a page that is refused there.
#[tokio::test(flavor = "multi_thread")]
async fn a_429_behind_a_redirect_pauses_the_feed_that_was_led_there_and_no_host() {
    let (here, there) = (Site::start().await, Site::start().await);
    let good = || document(feed(&[1..=3], None), &[]);
    let to = there.url("/limited");
    here.put("/a", status(302, &[("Location", &to)]));
    here.put("/b", good());
    there.put("/limited", status(429, &[("Retry-After", "600")]));
    there.put("/c", good());
    let world = World::open(&format!(
        "[poll]\nper_host = \"1s\"\nevery = \"1m\"\n[feed]\n\
         a = {{ url = {:?}, allow_private = true }}\nb = {:?}\nc = {:?}\n\
         [watch]\nw = \"Koizumi\"\n[receiver]\nscreen = {{ stdout = true }}\n",
        here.url("/a"),
        here.url("/b"),
        there.url("/c")
    ))
    .await;
    let mut waited = 0;
    while there.asked_since(0).iter().all(|path| path != "/limited") {
        seconds(&world, 1).await;
        waited += 1;
        assert!(waited < 300, "the redirect is followed");
    }
    let before = [&here, &there].map(|site| site.requests().len());
    seconds(&world, 590).await;
    for (site, before, path) in [(&here, before[0], "/b"), (&there, before[1], "/c")] {
        let asked = site.asked_since(before);
        assert!(asked.len() >= 8, "{path} goes on: {asked:?}");
        assert!(asked.iter().all(|it| it == path), "{asked:?}");
    }
    seconds(&world, 200).await;
    let asked = there.asked_since(before[1]);
    assert!(asked.contains(&"/limited".to_owned()), "asked again");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_429_without_retry_after_pauses_the_origin_for_five_minutes() {
    let waited = waited(status(429, &[])).await;
    assert!((299..=301).contains(&waited), "{waited} s");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_second_403_in_a_row_pauses_the_origin() {
    let waited = waited(status(403, &[])).await;
    assert!(waited < 100, "one may be that feed's own: {waited} s");
    let (site, world) = two_feeds().await;
    for path in ["/a", "/b"] {
        site.put(path, status(403, &[]));
    }
    let before = site.requests().len();
    seconds(&world, 200).await;
    assert_eq!(site.requests().len() - before, 2);
    seconds(&world, 300).await;
    assert_eq!(site.requests().len() - before, 3, "then twice as long");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_survives_a_restart_and_nothing_is_retried_within_a_poll() {
    let (site, mut world) = two_feeds().await;
    for path in ["/a", "/b"] {
        site.put(path, status(429, &[("Retry-After", "3600")]));
    }
    let before = site.requests().len();
    seconds(&world, 150).await;
    assert_eq!(site.requests().len() - before, 1);
    world.restart().await;
    seconds(&world, 1800).await;
    assert_eq!(site.requests().len() - before, 1);
}

/// 64 MiB of zeros in a few hundred KiB; a document may have 16.
fn bomb() -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    let zeros = vec![0; 1 << 20];
    for _ in 0..64 {
        packed.write_all(&zeros).expect("into memory");
    }
    packed.finish().expect("into memory")
}

#[tokio::test(flavor = "multi_thread")]
async fn one_bad_origin_has_no_effect_on_any_other() {
    let packed = Answer::Reply {
        status: 200,
        headers: vec![("Content-Encoding", "gzip".to_owned())],
        body: bomb(),
    };
    let page = document("<html><body>Please log in</body></html>".to_owned(), &[]);
    let (healthy, hook) = (Site::start().await, WebhookServer::start().await);
    let mut feeds = vec![format!("healthy = \"{}\"", healthy.url("/feed"))];
    let mut servers = Vec::new();
    for (name, answer) in [
        ("gone", status(410, &[])),
        ("busy", status(429, &[("Retry-After", "86400")])),
        ("page", page),
        ("bomb", packed),
        ("mute", Answer::Mute),
        ("refusing", status(403, &[])),
    ] {
        let server = Site::start().await;
        server.put("/feed", answer);
        feeds.push(format!("{name} = \"{}\"", server.url("/feed")));
        servers.push(server);
    }
    let feeds = feeds.join("\n");
    let world = World::open(&format!(
        "[poll]\nevery = \"1h\"\ntimeout = \"1s\"\n[feed]\n{feeds}\n[watch]\nw = \"Story\"\n\
         [receiver.hook]\nwebhook = \"{}\"\n[health]\nfailing = \"30d\"\n",
        hook.url()
    ))
    .await;
    for hour in 0..4_u32 {
        healthy.put("/feed", document(feed(&[1 + hour..=5 + hour], None), &[]));
        let asked = healthy.requests().len();
        world.round().await;
        assert_eq!(healthy.requests().len(), asked + 1, "hour {hour}");
        world.advance(90);
    }
    let alerts = hook.titles();
    let alerts: Vec<&str> = alerts
        .iter()
        .map(String::as_str)
        .filter(|it| !it.is_empty())
        .collect();
    assert_eq!(alerts, ["Story 6", "Story 7", "Story 8"]);
    assert!(servers.iter().all(|server| !server.requests().is_empty()));
    assert_eq!(servers[0].requests().len(), 1, "410 is not asked again");
    assert_eq!(servers[1].requests().len(), 1, "nor 429 before its time");
}
