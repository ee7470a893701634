//! A desk with 40 feeds in a wire storm: 60 events in some 900 items within a day, as copies, as reports of
//! others, as what follows, and a false alarm that is taken back. Three receivers with `stories` off,
//! copies and all. Nothing that a person would call news may be missing for any of them.
//!
//! `cargo test --test it -- storm:: --nocapture` prints how many alerts each receives.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    sync::{Arc, Mutex},
};

use crate::{
    servers::{
        http::{Answer, HttpServer},
        webhook::WebhookServer,
    },
    world::World,
};

const FEEDS: usize = 40;
const EVENTS: usize = 60;
/// Steps of half an hour.
const STEPS: usize = 30;

/// What an item says: of which event, and which text of it. Copies have the same.
type Text = (usize, &'static str);

#[derive(Clone)]
struct Shown {
    step: usize,
    feed: usize,
    text: Text,
    title: String,
    body: String,
}

/// Words that make events distinct. Invented, so that no two events share a name.
fn name(rng: &mut fastrand::Rng, syllables: usize) -> String {
    const STARTS: [&str; 16] = [
        "Ka", "Vel", "Tor", "Bran", "Mi", "Osh", "Pel", "Du", "Har", "Lin", "Sor", "Ej", "Wex",
        "Ru", "Gom", "Ya",
    ];
    const ENDS: [&str; 16] = [
        "mora", "dern", "lius", "kov", "bert", "ina", "ston", "goro", "vik", "mund", "sala", "tek",
        "nari", "fell", "quist", "zan",
    ];
    let mut name = String::from(STARTS[rng.usize(..16)]);
    for _ in 1..syllables {
        name += ENDS[rng.usize(..16)];
    }
    name
}

struct Event {
    place: String,
    person: String,
    office: String,
    thing: &'static str,
    figure: u32,
}

impl Event {
    fn new(rng: &mut fastrand::Rng) -> Self {
        const THINGS: [&str; 12] = [
            "a ferry fire",
            "a port strike",
            "a bank collapse",
            "a missile test",
            "an election recount",
            "a dam breach",
            "a cyber attack on hospitals",
            "a border skirmish",
            "a gas leak",
            "a train derailment",
            "a coup attempt",
            "an oil spill",
        ];
        Self {
            place: name(rng, 3),
            person: format!("{} {}", name(rng, 2), name(rng, 3)),
            office: name(rng, 2),
            thing: THINGS[rng.usize(..12)],
            figure: rng.u32(12..900),
        }
    }

    /// Title and body of one of its texts.
    fn text(&self, which: &'static str) -> (String, String) {
        let Self {
            place,
            person,
            office,
            thing,
            figure,
        } = self;
        match which {
            "wire" => (
                format!("Koizumi sends help to {place} after {thing}"),
                format!(
                    "Defence minister Koizumi ordered two units to {place} on Monday after {thing} that hit \
                    {figure} people, spokesman {person} said. The {office} agency asked residents to stay \
                    away from the northern district while teams search it, and neighbouring towns opened \
                    their schools for families who cannot return before the weekend."
                ),
            ),
            "report" => (
                format!("{place}: what we know so far about {thing}"),
                format!(
                    "Streets in {place} were empty this morning. {person}, who speaks for the \
                    administration, confirmed {thing} and thanked Koizumi for his offer of soldiers. \
                    Our reporter saw buses leave for the coast; staff of {office} handed out water and \
                    blankets to those who waited in the rain."
                ),
            ),
            "other" => (
                format!("After {thing}, {place} asks who is to blame"),
                format!(
                    "Who knew what in {place} and when? Opposition leaders want {person} to answer in \
                    parliament. Inspectors of {office} had warned of {thing} in spring, letters show, but \
                    nobody in the ministry of Koizumi replied to them."
                ),
            ),
            "update" => (
                format!("Koizumi sends help to {place} after {thing}"),
                format!(
                    "Defence minister Koizumi ordered two units to {place} on Monday after {thing} that hit \
                    {} people, spokesman {person} said. The {office} agency asked residents to stay away \
                    from the northern district while teams search it, and neighbouring towns opened their \
                    schools for families who cannot return before the weekend.",
                    figure + 57
                ),
            ),
            "denial" => (
                format!(
                    "Correction: no {} in {place}",
                    thing.trim_start_matches(['a', 'n', ' '])
                ),
                format!(
                    "CORRECTION: Defence minister Koizumi did not order units to {place} on Monday, and there \
                    was no {}, spokesman {person} said. The {office} agency had published a drill by \
                    mistake.",
                    thing.trim_start_matches(['a', 'n', ' '])
                ),
            ),
            _ => unreachable!("no such text"),
        }
    }
}

/// As feeds print it: another headline, a dateline, a cut, a call to subscribe.
fn printed(
    rng: &mut fastrand::Rng,
    feed: usize,
    (title, body): (String, String),
) -> (String, String) {
    let title = match rng.u8(..4) {
        0 => format!("LIVE: {title}"),
        1 => format!(
            "{title} - Paper {}",
            char::from(b'A' + u8::try_from(feed % 26).expect("small"))
        ),
        _ => title,
    };
    let body = match rng.u8(..5) {
        0 => format!("TOKYO (Kyodo) - {body}"),
        1 => format!("{body} Subscribe to read all of our reports."),
        2 => body
            .rsplit_once(", and ")
            .map_or(body.clone(), |(start, _)| format!("{start}.")),
        _ => body,
    };
    (title, body)
}

fn storm() -> Vec<Shown> {
    let mut rng = fastrand::Rng::with_seed(17);
    let mut all = Vec::new();
    for number in 0..EVENTS {
        let event = Event::new(&mut rng);
        let begin = rng.usize(1..STEPS - 12);
        let is_false = number % 20 == 7;
        let plan: &[(&'static str, usize, usize)] = if is_false {
            &[("wire", 0, 9), ("denial", 4, 6)]
        } else {
            &[
                ("wire", 0, 9),
                ("report", 1, 2),
                ("other", 3, 1),
                ("update", 6, 3),
            ]
        };
        let mut feeds: Vec<usize> = (0..FEEDS).collect();
        rng.shuffle(&mut feeds);
        for (which, later, copies) in plan {
            for _ in 0..*copies {
                // A feed brings each text once; most feeds bring one text of an event.
                let feed = feeds.pop().expect("more feeds than items of an event");
                let (title, body) = printed(&mut rng, feed, event.text(which));
                let step = begin + later + rng.usize(..3);
                all.push(Shown {
                    step,
                    feed,
                    text: (number, which),
                    title,
                    body,
                });
            }
        }
    }
    all
}

fn document(shown: &[Shown], feed: usize, step: usize) -> String {
    let mut items = String::new();
    for (number, item) in shown.iter().enumerate().rev() {
        if item.feed == feed && item.step <= step {
            write!(
                items,
                "<item><guid>{number}</guid><title>{}</title><link>https://paper{feed}.example/news/{number}-of-the-day</link>\
                 <description>{}</description></item>",
                item.title, item.body
            )
            .expect("a string");
        }
    }
    format!("<rss version=\"2.0\"><channel><title>Paper {feed}</title>{items}</channel></rss>")
}

async fn open(
    shown: Arc<Vec<Shown>>,
    step: Arc<Mutex<usize>>,
) -> (World, [WebhookServer; 3], HttpServer) {
    let server = HttpServer::start(move |request| {
        let feed: usize = request.path[1..].parse().expect("a number");
        Answer::Reply {
            status: 200,
            headers: vec![("Content-Type", "application/rss+xml".to_owned())],
            body: document(&shown, feed, *step.lock().expect("not poisoned")).into_bytes(),
        }
    })
    .await;
    let hooks = [
        WebhookServer::start().await,
        WebhookServer::start().await,
        WebhookServer::start().await,
    ];
    let mut config = String::from(
        "notify = [\"off\", \"copies\", \"all\"]\n[poll]\nper_host = \"0s\"\n[health]\nnotify = []\n[feed]\n",
    );
    for feed in 0..FEEDS {
        let url = server.url(&format!("/{feed}"));
        writeln!(config, "f{feed} = {{ url = \"{url}\", every = \"30m\" }}").expect("a string");
    }
    config += "[watch]\nk = 'Koizumi'\n";
    for (mode, hook) in ["off", "copies", "all"].into_iter().zip(&hooks) {
        writeln!(
            config,
            "[receiver.{mode}]\nwebhook = \"{}\"\nstories = \"{mode}\"",
            hook.url()
        )
        .expect("a string");
    }
    (World::open(&config).await, hooks, server)
}

/// The number of each item that a receiver was sent, and how many notices that took.
fn received(hook: &WebhookServer) -> (BTreeSet<usize>, usize) {
    let mut items = BTreeSet::new();
    let requests = hook.requests();
    for request in &requests {
        let notice = request.json();
        let data = &notice["data"];
        let alerts = match data["alerts"].as_array() {
            Some(alerts) => alerts.clone(),
            None => vec![data.clone()],
        };
        for alert in alerts {
            let guid = alert["item"]["guid"].as_str().expect("it has one");
            items.insert(guid.parse().expect("a number"));
        }
    }
    (items, requests.len())
}

/// How many of these items have a text that no other of them has.
fn texts(shown: &[Shown], items: &BTreeSet<usize>) -> BTreeMap<Text, usize> {
    let mut texts = BTreeMap::new();
    for item in items {
        *texts.entry(shown[*item].text).or_default() += 1;
    }
    texts
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_wire_storm_nothing_new_is_missing_and_most_copies_are_folded() {
    let shown = Arc::new(storm());
    let step = Arc::new(Mutex::new(0));
    let (mut world, hooks, _server) = open(Arc::clone(&shown), Arc::clone(&step)).await;
    for at in 0..STEPS + 16 {
        *step.lock().expect("not poisoned") = at;
        if at == STEPS / 2 {
            world.restart().await;
        }
        crate::identity::round(&world, FEEDS).await;
        world.advance(30);
        while world.deliver().await > 0 {}
    }
    let everything = (0..shown.len()).collect();
    let expected = texts(&shown, &everything);
    let mut table = format!("{} items, {} texts\n", shown.len(), expected.len());
    let mut notices = Vec::new();
    for (mode, hook) in ["off", "copies", "all"].into_iter().zip(&hooks) {
        let (items, sent) = received(hook);
        let texts = texts(&shown, &items);
        writeln!(table, "{mode}: {sent} notices of {} items", items.len()).expect("a string");
        let missing: Vec<&Text> = expected
            .keys()
            .filter(|text| !texts.contains_key(*text))
            .collect();
        assert!(
            missing.is_empty(),
            "{mode}: nobody sent {missing:?}\n{table}"
        );
        notices.push((sent, items.len()));
    }
    println!("{table}");
    assert_eq!(notices[0], (shown.len(), shown.len()), "off is every alert");
    let copies = notices[1].0;
    assert!(
        copies < expected.len() * 5 / 4,
        "copies are folded\n{table}"
    );
    assert!(
        notices[2].0 < copies,
        "and what follows is summed up\n{table}"
    );
}
