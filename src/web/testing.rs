//! What the tests of pages, API and feeds of alerts share: the public door over a store with what a
//! test puts there. No loop runs: what the store has stays as it is.

use std::{collections::BTreeSet, sync::Arc};

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Method, Request, header::HOST},
};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use tower_service::Service as _;

use super::{Context, public};
use crate::{
    app::App,
    clock::{Clock as _, SystemClock},
    config::{self, Environment},
    store::{
        NewItem, PollCommitted, PollResult, Store,
        testing::{LEASE, news, poll, read, tamper},
    },
};

/// Two feeds of one tag, two watches, two receivers.
pub(super) const CONFIG: &str = r#"
notify = ["desk", "phone"]
[feed]
mofa = { url = "https://mofa.example/feed", tags = ["gov"] }
nhk = { url = "https://nhk.example/feed", tags = ["gov"] }
[watch]
pm = "Koizumi"
quake = { match = "earthquake", priority = "flash" }
[receiver]
desk = { stdout = true }
phone = { stdout = true }
"#;

/// A service whose public door is asked.
pub(super) struct Site {
    pub(super) context: Context,
    _folder: TempDir,
}

/// An answer, read to its end.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: String,
}

impl Answer {
    /// A header's value; empty where there is none.
    pub(super) fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value.map_or("", |value| value.to_str().expect("ASCII"))
    }

    /// What a reader sees of a page: its text without tags, on one line.
    pub(super) fn text(&self) -> String {
        let pieces = self.body.split('<');
        let text = pieces.map(|piece| piece.split_once('>').map_or(piece, |(_, text)| text));
        let text = text.collect::<Vec<_>>().join(" ");
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

impl Site {
    /// Under [`CONFIG`].
    pub(super) async fn new() -> Self {
        Self::with(CONFIG).await
    }

    /// Under this config; secrets may lie in files that `prepare` writes into the folder.
    pub(super) async fn with(config: &str) -> Self {
        Self::prepared(config, |_| {}).await
    }

    /// The same, with files in the config's folder that it names.
    pub(super) async fn prepared(config: &str, prepare: impl FnOnce(&TempDir)) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        prepare(&folder);
        let path = folder.path().join("fivebells.toml");
        std::fs::write(&path, config).expect("written");
        let loaded = config::load(&path, &Environment::of_process());
        let loaded = loaded.unwrap_or_else(|errors| panic!("{}", errors.report.render(false)));
        let app = App::open(loaded, Arc::new(SystemClock)).await;
        let context = Context {
            app: Arc::new(app.expect("the program opens")),
            stop: CancellationToken::new(),
        };
        Self {
            context,
            _folder: folder,
        }
    }

    pub(super) fn store(&self) -> &Store {
        self.context.app.store()
    }

    /// Runs a statement behind the store's back.
    pub(super) async fn tamper(&self, sql: &str) {
        tamper(self.store(), sql).await;
    }

    /// Polls a feed now, which comes to this.
    pub(super) async fn poll(&self, feed: &str, result: PollResult) -> PollCommitted {
        let (store, now) = (self.store(), SystemClock.now());
        self.tamper("UPDATE origin SET not_before = 0").await;
        store.ask(vec![feed.to_owned()], now).await.expect("asked");
        let claims = store.claim_asked(now, LEASE, 1).await;
        let claim = claims.expect("claimed").remove(0);
        let committed = store.commit_poll(poll(&claim, now, result)).await;
        committed.expect("committed")
    }

    /// A poll of a feed that brings these items; of each the number, the title, and the watches that
    /// it alerts for, to `desk` and `phone`. A number is an item's own: among all feeds none has it twice.
    pub(super) async fn read(&self, feed: &str, items: &[(u8, &str, &[&str])]) -> PollCommitted {
        let now = SystemClock.now();
        let item = |&(number, title, watches): &(u8, &str, &[&str])| {
            let mut new: NewItem = news(number, watches, &["desk", "phone"]);
            new.item.title = title.to_owned();
            new.item.published = Some(now);
            if let Some(new) = &mut new.alert {
                title.clone_into(&mut new.alert.item.title);
                new.alert.item.seen = now;
                new.alert.item.published = Some(now);
                feed.clone_into(&mut new.alert.feed.name);
                feed.clone_into(&mut new.alert.feed.title);
                new.alert.feed.url = format!("https://{feed}.example/feed");
            }
            new
        };
        let numbers: BTreeSet<u8> = items.iter().map(|(number, ..)| *number).collect();
        assert_eq!(numbers.len(), items.len(), "a number names one item");
        self.poll(feed, read(items.iter().map(item).collect()))
            .await
    }

    /// Asks for this path.
    pub(super) async fn get(&self, path: &str) -> Answer {
        self.ask(Method::GET, path, &[], "").await
    }

    /// Sends a form.
    pub(super) async fn post(&self, path: &str, form: &str) -> Answer {
        let form_type = ("content-type", "application/x-www-form-urlencoded");
        self.ask(Method::POST, path, &[form_type], form).await
    }

    /// Sends any request, as a program of this machine does.
    pub(super) async fn ask(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        if !headers.iter().any(|(name, _)| *name == "host") {
            request = request.header(HOST, "127.0.0.1:9464");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::from(body.to_owned()));
        let mut router: Router = public::router(self.context.clone());
        let answer = router.call(request.expect("a request")).await;
        let answer = answer.expect("it always answers");
        let (parts, body) = answer.into_parts();
        let body = to_bytes(body, usize::MAX).await.expect("it ends");
        Answer {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body: String::from_utf8(body.into()).expect("text"),
        }
    }
}

#[tokio::test]
async fn the_public_door_is_asked_over_what_a_test_puts_into_the_store() {
    let site = Site::new().await;
    site.read("nhk", &[(1, "Koizumi speaks", &["pm"])]).await;
    let alert = site.store().alert(crate::model::AlertId(1)).await;
    let alert = alert.expect("read").expect("there");
    assert_eq!(
        (alert.feed.name.as_str(), alert.watches.as_slice()),
        ("nhk", &["pm".to_owned()][..])
    );
    let answer = site.get("/login").await;
    assert_eq!((answer.status, answer.header("location")), (303, "/"));
    let answer = site.get("/alerts.json").await;
    assert!(answer.body.contains("Koizumi speaks"), "{}", answer.body);
    assert_eq!(site.post("/logout", "").await.status, 303);
}
