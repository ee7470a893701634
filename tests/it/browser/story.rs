//! A newsroom in which everything that a page can show has happened.

use std::{fmt::Write as _, path::Path};

use rusqlite::{Connection, OpenFlags};

use super::hostile;
use crate::{
    desk::{code, run},
    servers::{
        site::{Site, document, status},
        watched::Watched,
        webhook::WebhookServer,
    },
    watchdog::Watchdog,
};

/// A secret that opens everything.
pub(super) const TOKEN: &str = "0123456789abcdef-act";

/// Enough for a second page of every list.
const FEEDS: usize = 60;

/// Alerts of the wires, each with its trouble for who lays out a page.
const TITLES: [&str; 7] = [
    "Koizumi meets Hegseth in Tokyo",
    "小泉進次郎防衛相とヘグセス長官が東京で会談、日米同盟の抑止力の強化で一致し共同記者会見を開く Koizumi",
    "وزير الدفاع الياباني كويزومي Koizumi يلتقي نظيره الأمريكي في طوكيو",
    "שר ההגנה של יפן Koizumi נפגש עם עמיתו",
    "Koizumi: AT&amp;amp;T &lt;i&gt;and&lt;/i&gt; R&amp;amp;D, 3 &amp;lt; 4",
    "Koizumi-Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaftsvorsitzender",
    "Dead letter: Koizumi says nothing",
];

/// The daemon, and what it reads and tells.
pub(super) struct Story {
    pub(super) daemon: Watched,
    pub(super) address: String,
    _site: Site,
    _hook: WebhookServer,
}

impl Story {
    /// With these lines in `[web]`.
    pub(super) async fn tell(web: &str) -> Self {
        let (site, hook) = (Site::start().await, WebhookServer::start().await);
        hook.answer_unless("Dead letter", 400);
        publish(&site);
        let daemon = Watched::start(&config(&site, &hook, web));
        let address = daemon.address();
        let story = Self {
            daemon,
            address,
            _site: site,
            _hook: hook,
        };
        let alerts = TITLES.len() + hostile::TITLES.len() + hostile::LINKS.len();
        story.wait("SELECT count(*) FROM alert", alerts).await;
        story
            .wait(
                "SELECT count(*) FROM feed WHERE polled_at IS NOT NULL",
                FEEDS + 4,
            )
            .await;
        story
            .wait("SELECT count(*) FROM delivery WHERE state = 'dead'", 1)
            .await;
        story.run(&[
            "mute",
            "watch",
            "noisy",
            "--for",
            "8h",
            "--comment",
            "the fair <b>of</b> the year",
        ]);
        story.run(&["mute", "feed", "feed-07", "--for", "2h"]);
        story
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The same behind a login, as the act token opens it.
    pub(super) async fn tell_those_with_a_token() -> Self {
        let folder = tempfile::TempDir::new().expect("a folder");
        let file = folder.path().join("token");
        std::fs::write(&file, TOKEN).expect("written");
        // It is read once.
        Self::tell(&format!("act_token = {{ file = \"{}\" }}", file.display())).await
    }

    /// A command beside the daemon.
    pub(super) fn run(&self, arguments: &[&str]) {
        let config = self.daemon.path();
        let config = config.to_str().expect("UTF-8");
        let output = run(&[&["-c", config], arguments].concat());
        assert_eq!(code(&output), 0, "{arguments:?}: {output:?}");
    }

    /// A number from the store.
    pub(super) fn number(&self, sql: &str) -> i64 {
        let path = self.daemon.folder().join("fivebells.db");
        let store = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY);
        let store = store.expect("the store");
        store
            .query_row(sql, [], |row| row.get(0))
            .expect("a number")
    }

    /// Waits until the store has at least so many.
    pub(super) async fn wait(&self, sql: &str, least: usize) {
        let watchdog = Watchdog::start();
        let least = i64::try_from(least).expect("few");
        while self.number(sql) < least {
            assert!(watchdog.is_patient(), "{sql}: {}", self.number(sql));
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    }

    /// Every page, each in the states that look different.
    pub(super) fn paths(&self) -> Vec<(&'static str, String)> {
        let item = |title: &str| {
            let sql = format!("SELECT min(id) FROM item WHERE title LIKE '{title}%'");
            format!("/items/{}", self.number(&sql))
        };
        let fixed = [
            ("now", "/"),
            ("wall", "/?wall"),
            ("alerts", "/alerts"),
            ("alerts-of-watch", "/alerts?watch=koizumi"),
            ("alerts-none", "/alerts?words=nothing-of-this"),
            ("watches", "/watches"),
            ("watch", "/watches/koizumi"),
            ("watch-long", "/watches/long"),
            ("watch-muted", "/watches/noisy"),
            ("try-empty", "/try"),
            ("try", "/try?q=Koizumi"),
            ("try-broken", "/try?q=%22Koizumi+AND"),
            ("feeds", "/feeds"),
            ("feeds-found", "/feeds?words=Wire+1"),
            ("feeds-failing", "/feeds?state=failing"),
            ("feed", "/feeds/wire"),
            ("feed-failing", "/feeds/fails"),
            ("feed-muted", "/feeds/feed-07"),
            ("outbox", "/outbox"),
            ("outbox-dead", "/outbox?state=dead"),
            ("outbox-drop", "/outbox/drop?state=dead&receiver=desk"),
            ("mutes", "/mutes"),
            ("report", "/report"),
            ("missing", "/feeds/feed-99"),
            ("nowhere", "/no/such/page"),
            ("unseen", "/items?q=https%3A%2F%2Fnews.example.org%2Fnever"),
        ];
        let mut paths = fixed.map(|(name, path)| (name, path.to_owned())).to_vec();
        paths.push(("item-alerted", item("Koizumi meets")));
        paths.push(("item-quiet", item("Sports")));
        paths.push(("item-japanese", item("小泉")));
        paths
    }
}

fn config(site: &Site, hook: &WebhookServer, web: &str) -> String {
    let mut text = format!(
        "timezone = \"UTC\"\n[poll]\nper_host = \"0s\"\n[web]\nlisten = \"127.0.0.1:0\"\n{web}\n\
         [receiver]\ndesk = {{ webhook = \"{}\" }}\nscreen = {{ stdout = true }}\n\
         [watch]\nkoizumi = {{ match = \"Koizumi\", priority = \"urgent\", notify = \"desk\" }}\n\
         noisy = {{ match = \"weather OR rain\", notify = \"screen\" }}\n\
         long = {{ match = \"{}\", notify = \"screen\" }}\n[feed]\n",
        hook.url(),
        long_expression()
    );
    let mut feed = |name: &str| {
        let url = site.url(&format!("/{name}.xml"));
        writeln!(text, "{name} = {{ url = \"{url}\", initial = \"all\" }}").expect("a String");
    };
    for name in ["wire", "hostile", "fails", "gone"] {
        feed(name);
    }
    for number in 1..=FEEDS {
        feed(&format!("feed-{number:02}"));
    }
    text
}

fn long_expression() -> String {
    let names: Vec<String> = (1..=80).map(|it| format!("Minister-{it}")).collect();
    format!("({}) NOT (obituary OR anniversary)", names.join(" OR "))
}

fn publish(site: &Site) {
    let wire: String = TITLES
        .iter()
        .enumerate()
        .map(|(at, title)| item(at, title))
        .collect();
    site.put("/wire.xml", feed("The wire", &wire));
    site.put("/hostile.xml", document(hostile::feed(), &[]));
    site.put("/fails.xml", status(500, &[]));
    site.put("/gone.xml", status(410, &[]));
    for number in 1..=FEEDS {
        let about = if number % 2 == 0 { "Weather" } else { "Sports" };
        let item =
            format!("<item><guid>{number}</guid><title>{about} of day {number}</title></item>");
        site.put(
            &format!("/feed-{number:02}.xml"),
            feed(&format!("Wire {number}"), &item),
        );
    }
}

fn item(at: usize, title: &str) -> String {
    format!(
        "<item><guid isPermaLink=\"false\">{at}</guid><title>{title}</title>\
         <link>https://news.example.org/{at}</link><description>&lt;p&gt;The minister, \
         &lt;b&gt;Koizumi&lt;/b&gt;, spoke at length.&lt;/p&gt;</description></item>"
    )
}

fn feed(title: &str, items: &str) -> crate::servers::http::Answer {
    let text =
        format!("<rss version=\"2.0\"><channel><title>{title}</title>{items}</channel></rss>");
    document(text, &[])
}

/// Where pictures go, if anyone wants them.
pub(super) fn pictures() -> Option<std::path::PathBuf> {
    let folder = std::env::var_os("SCREENSHOTS")?;
    let folder = Path::new(&folder).to_owned();
    std::fs::create_dir_all(&folder).expect("a folder");
    Some(folder)
}
