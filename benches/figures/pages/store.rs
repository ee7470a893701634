//! The store of some months of many feeds: made by SQL, which is quicker than by months of polls.

use std::{
    fmt::Write as _,
    fs,
    net::{SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    sync::Arc,
    thread::sleep,
    time::{Duration, Instant},
};

use fivebells::{
    app::App,
    clock::{Clock, SystemClock},
    config::{self, Environment},
};
use rusqlite::Connection;

use super::publisher::{BROKEN, Publisher};
use crate::process::Daemon;

const WATCHES: usize = 50;
const HOSTS: usize = 500;

/// How large it is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Size {
    pub(crate) feeds: usize,
    pub(crate) items: usize,
}

impl Size {
    /// Whether a feed fails, in the store and at its publisher: 200 of all do. Its id is one more.
    const fn is_broken(self, feed: usize) -> bool {
        (feed + 1) % (self.feeds / 200 + 1) == 3
    }
}

/// One installation with such a store.
#[derive(Debug)]
pub(crate) struct Desk {
    config: PathBuf,
    store: PathBuf,
    address: SocketAddr,
    pub(crate) size: Size,
    pub(crate) every: u64,
}

/// The program over it.
#[derive(Debug)]
pub(crate) struct Running {
    pub(crate) daemon: Daemon,
    pub(crate) address: SocketAddr,
}

impl Desk {
    /// The one in this folder, or a new one.
    pub(crate) fn at(folder: &Path, publisher: &Publisher, size: Size, every: u64) -> Self {
        let folder = folder.join(format!("{}-{}", size.feeds, size.items));
        fs::create_dir_all(&folder).expect("a folder");
        let free = TcpListener::bind("127.0.0.1:0").and_then(|it| it.local_addr());
        let desk = Self {
            config: folder.join("fivebells.toml"),
            store: folder.join("fivebells.db"),
            address: free.expect("a port"),
            size,
            every,
        };
        fs::write(&desk.config, desk.text(publisher.address())).expect("a config");
        let made = folder.join("made");
        if !made.exists() {
            desk.make();
            fs::write(made, "").expect("written");
        }
        desk
    }

    pub(crate) fn start(&self) -> Running {
        self.schedule();
        let daemon = Daemon::start(&self.config);
        let started = Instant::now();
        while TcpStream::connect(self.address).is_err() {
            assert!(started.elapsed() < Duration::from_mins(5), "it never opens");
            sleep(Duration::from_millis(50));
        }
        Running {
            daemon,
            address: self.address,
        }
    }

    fn text(&self, proxy: SocketAddr) -> String {
        let every = if self.every == 0 { 3600 } else { self.every };
        let mut text = format!(
            "timezone = \"UTC\"\n[web]\nlisten = \"{}\"\n\
             [poll]\nproxy = \"http://{proxy}\"\nevery = \"{every}s\"\nper_host = \"0s\"\n\
             [keep]\nitems = \"365d\"\n[receiver]\nscreen = {{ stdout = true }}\n[watch]\n",
            self.address
        );
        for watch in 0..WATCHES {
            writeln!(text, "w{watch:02} = \"Term-{watch:02}\"").expect("a String takes all");
        }
        text.push_str("[feed]\n");
        for feed in 0..self.size.feeds {
            let host = feed % HOSTS;
            let of = if self.size.is_broken(feed) {
                BROKEN
            } else {
                "w"
            };
            writeln!(
                text,
                "f{feed:05} = \"http://{of}{host}.example.org/{feed}\""
            )
            .expect("a String takes all");
        }
        text
    }

    fn make(&self) {
        for end in ["", "-wal", "-shm"] {
            let _ = fs::remove_file(self.store.with_extension(format!("db{end}")));
        }
        let started = Instant::now();
        let loaded = config::load(&self.config, &Environment::of_process());
        let loaded = loaded.unwrap_or_else(|errors| panic!("{}", errors.report.render(false)));
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        runtime.block_on(async {
            let clock: Arc<dyn Clock> = Arc::new(SystemClock);
            let app = App::open(loaded, clock).await.expect("it opens");
            app.close().await;
        });
        let store = Connection::open(&self.store).expect("the store");
        store.execute_batch(FAST).expect("set");
        let now = SystemClock.now().as_millisecond().to_string();
        let (feeds, items) = (self.size.feeds.to_string(), self.size.items.to_string());
        for (what, sql) in FILL {
            let sql = sql.replace(":now", &now).replace(":feeds", &feeds);
            let sql = sql.replace(":items", &items);
            store
                .execute_batch(&sql)
                .unwrap_or_else(|error| panic!("{what}: {error}"));
        }
        println!("made in {} s\n", started.elapsed().as_secs());
    }

    /// Spreads the polls to come over the interval; without polls they are far away.
    fn schedule(&self) {
        let store = Connection::open(&self.store).expect("the store");
        let now = SystemClock.now().as_millisecond();
        let within = i64::try_from(self.every * 1000).expect("short");
        let sql = if self.every == 0 {
            format!("UPDATE feed SET due = {now} + 86400000 * 10")
        } else {
            format!("UPDATE feed SET due = {now} + id * 7919 % {within}")
        };
        store.execute_batch(&sql).expect("scheduled");
        let origins = "UPDATE origin SET not_before = 0, due = coalesce((SELECT min(due) FROM feed \
                       WHERE origin = origin.id AND active = 1 AND gone = 0), due)";
        store.execute_batch(origins).expect("scheduled");
    }
}

const FAST: &str = "PRAGMA synchronous = OFF; PRAGMA cache_size = -400000;";

/// Statements, each with what it fills. What was seen is spread over 60 days.
const FILL: [(&str, &str); 9] = [
    (
        "feeds",
        "UPDATE feed SET title = 'A wire of the example, number ' || id, baseline_at = :now - 5184000000,
           polled_at = :now - id, succeeded_at = :now - id, changed_at = :now - id * 1000,
           etag = x'0102030405060708', format = 'rss', language = 'en';
         UPDATE feed SET failures = 12, failing_since = :now - 7200000, succeeded_at = :now - 7300000,
           status = 503, reason = 'status', error = 'status 503 Service Unavailable'
           WHERE id % (:feeds / 200 + 1) = 3;",
    ),
    (
        "items",
        "INSERT INTO item (id, feed, text_hash, guid, title, link, authors, categories, published,
           summary, content, language, seen_at)
         WITH RECURSIVE r (n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM r WHERE n < :items)
         SELECT n, n * 7 % :feeds + 1, randomblob(16), 'guid-' || n,
           printf('Story %07d of Term-%02d in the harbour today', n, CASE n % 10 WHEN 0 THEN n / 10 % 50 ELSE 99 END),
           'https://news.example.org/' || n, '[\"Jane Roe\"]', '[\"Ports\"]',
           :now - 5184000000 + n * (5184000000 / :items) - 60000,
           'The harbour master said on Sunday that number ' || n || ' is expected.',
           'Officials in both capitals expect talks about it. Officials in both capitals expect talks about it. Officials in both capitals expect talks about it.',
           'en', :now - 5184000000 + n * (5184000000 / :items) FROM r;",
    ),
    (
        "fingerprints",
        "INSERT INTO fingerprint (feed, item, alias, recognition, whole, guid, link, title, date, text, seen_at)
         SELECT feed, id, 0, 0, random(), random(), random(), random(), random(), random(), seen_at
           FROM item ORDER BY feed, id;",
    ),
    (
        "alerts",
        "INSERT INTO alert (item, feed, priority, created_at, data)
         SELECT i.id, i.feed, i.id / 10 % 4, i.seen_at + 900, json_object(
           'id', CAST(i.id / 10 AS TEXT), 'priority', json_array('routine', 'urgent', 'bulletin', 'flash') ->> (i.id / 10 % 4),
           'watches', json_array(printf('w%02d', i.id / 10 % 50)),
           'matches', json_array(json_object('watch', printf('w%02d', i.id / 10 % 50),
             'term', printf('Term-%02d', i.id / 10 % 50), 'field', 'title',
             'text', printf('Term-%02d', i.id / 10 % 50), 'range', json_array(17, 24),
             'context', json_object('text', i.title, 'range', json_array(17, 24)))),
           'item', json_object('id', CAST(i.id AS TEXT), 'guid', i.guid, 'title', i.title, 'link', i.link,
             'authors', json(i.authors), 'categories', json(i.categories),
             'published', strftime('%Y-%m-%dT%H:%M:%SZ', i.published / 1000, 'unixepoch'), 'updated', NULL,
             'seen', strftime('%Y-%m-%dT%H:%M:%SZ', i.seen_at / 1000, 'unixepoch'),
             'summary', i.summary, 'language', 'en'),
           'feed', json_object('name', f.name, 'title', f.title, 'url', f.url, 'tags', json_array()),
           'also', json_array())
         FROM item i JOIN feed f ON f.id = i.feed WHERE i.id % 10 = 0 ORDER BY i.id;
         INSERT INTO alert_watch (item, watch, alert)
         SELECT item, printf('w%02d', item / 10 % 50), id FROM alert;",
    ),
    (
        "deliveries",
        "INSERT INTO delivery (receiver, alert, kind, priority, state, due, created_at, waiting_since,
           settled_at, attempts, reason, detail, payload, place)
         SELECT (SELECT id FROM receiver WHERE name = 'screen'), id, 'alert.matched', priority,
           CASE WHEN id % 200 = 0 THEN 'pending' WHEN id % 20 = 1 THEN 'dead' ELSE 'delivered' END,
           CASE WHEN id % 200 = 0 THEN :now + 864000000 ELSE created_at END, created_at, created_at,
           CASE WHEN id % 200 = 0 THEN NULL ELSE created_at + 2000 END, 1,
           CASE WHEN id % 20 = 1 THEN 'status' END, CASE WHEN id % 20 = 1 THEN 'status 500' END,
           json_object('timestamp', strftime('%Y-%m-%dT%H:%M:%SZ', created_at / 1000, 'unixepoch'),
             'type', 'alert.matched', 'data', json(data)), 0
         FROM alert WHERE id > (SELECT max(id) FROM alert) - 20000;",
    ),
    ("watches", "UPDATE watch SET since = since - 5184000000;"),
    (
        "mutes",
        "INSERT INTO mute (kind, name, since, until, comment)
         VALUES ('watch', 'w03', :now - 3600000, :now + 86400000, 'the fair'),
                ('feed', 'f00004', :now - 3600000, :now + 86400000, NULL);",
    ),
    (
        "counts",
        "UPDATE feed SET polls = (SELECT unhex(group_concat(printf('%02X%02X%02X%02X%02X%02X',
               (:now / 1000 - n * 60) & 255, (:now / 1000 - n * 60) >> 8 & 255,
               (:now / 1000 - n * 60) >> 16 & 255, (:now / 1000 - n * 60) >> 24,
               n % 3, CASE n % 3 WHEN 2 THEN n % 7 ELSE 0 END), ''))
             FROM (WITH RECURSIVE r (n) AS (VALUES (0) UNION ALL SELECT n + 1 FROM r WHERE n < 29)
                   SELECT n FROM r));
         UPDATE feed SET kept_items = (SELECT count(*) FROM item i WHERE i.feed = feed.id),
           kept_alerts = (SELECT count(*) FROM alert a WHERE a.feed = feed.id);
         UPDATE alert_watch SET made_at = (SELECT created_at FROM alert a WHERE a.id = alert);",
    ),
    ("statistics", "PRAGMA wal_checkpoint(TRUNCATE);"),
];
