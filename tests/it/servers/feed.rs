//! A well-behaved publisher: RSS with an ETag, 304 where nothing changed.

use std::sync::{Arc, Mutex};

use super::http::{Answer, HttpServer, Request};

/// Items of one feed, newest first, behind `/feed.xml`.
pub(crate) struct FeedServer {
    server: HttpServer,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    items: Vec<String>,
    version: u32,
    fault: Option<Answer>,
}

impl FeedServer {
    pub(crate) async fn start() -> Self {
        let state = Arc::new(Mutex::new(State::default()));
        let server = HttpServer::start({
            let state = Arc::clone(&state);
            move |request| state.lock().expect("not poisoned").answer(request)
        })
        .await;
        Self { server, state }
    }

    pub(crate) fn url(&self) -> String {
        self.server.url("/feed.xml")
    }

    /// Publishes an item with this headline; its guid is the running number.
    pub(crate) fn publish(&self, title: &str) {
        let mut state = self.state.lock().expect("not poisoned");
        state.version += 1;
        let number = state.version;
        let item = item(number, title, &format!("Story {number}."));
        state.items.insert(0, item);
    }

    /// Gives the item at this place, the newest being 0, another headline and text; it keeps its
    /// guid, link and date.
    pub(crate) fn edit(&self, place: usize, number: u32, title: &str, text: &str) {
        let mut state = self.state.lock().expect("not poisoned");
        state.version += 1;
        state.items[place] = item(number, title, text);
    }

    /// Puts another guid on every item.
    pub(crate) fn rename_all(&self) {
        let mut state = self.state.lock().expect("not poisoned");
        state.version += 1;
        let version = state.version;
        for item in &mut state.items {
            *item = item
                .replace(">item-", &format!(">renamed-{version}-"))
                .replace("https://news.example.org/", "https://new.example.org/");
        }
    }

    /// Answers this instead of the feed, until `None`.
    pub(crate) fn fail_with(&self, fault: Option<Answer>) {
        self.state.lock().expect("not poisoned").fault = fault;
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        self.server.requests()
    }
}

fn item(number: u32, title: &str, text: &str) -> String {
    format!(
        "<item><guid isPermaLink=\"false\">item-{number}</guid><title>{title}</title>\
             <link>https://news.example.org/{number}</link>\
             <pubDate>Sun, 22 Nov 2026 06:{:02}:00 GMT</pubDate>\
             <description>&lt;p&gt;{text}&lt;/p&gt;</description></item>",
        number % 60
    )
}

impl State {
    fn answer(&self, request: &Request) -> Answer {
        if let Some(fault) = &self.fault {
            return fault.clone();
        }
        let etag = format!("\"v{}\"", self.version);
        if request.header("if-none-match") == Some(&etag) {
            return Answer::Reply {
                status: 304,
                headers: vec![("ETag", etag)],
                body: Vec::new(),
            };
        }
        let body = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><rss version=\"2.0\"><channel>\
             <title>Example Wire</title><link>https://news.example.org/</link>\
             <language>en</language>{}</channel></rss>",
            self.items.concat()
        );
        Answer::Reply {
            status: 200,
            headers: vec![
                ("ETag", etag),
                ("Content-Type", "application/rss+xml".to_owned()),
            ],
            body: body.into_bytes(),
        }
    }
}
