//! A site whose pages a test puts there one by one.

use std::{
    collections::HashMap,
    ops::RangeInclusive,
    sync::{Arc, Mutex},
};

use super::http::{Answer, HttpServer, Request};

/// Answers 404 where nothing was put.
pub(crate) struct Site {
    server: HttpServer,
    pages: Arc<Mutex<HashMap<String, Answer>>>,
}

impl Site {
    pub(crate) async fn start() -> Self {
        let pages = Arc::new(Mutex::new(HashMap::new()));
        let server = HttpServer::start({
            let pages: Arc<Mutex<HashMap<String, Answer>>> = Arc::clone(&pages);
            move |request| {
                let pages = pages.lock().expect("not poisoned");
                let page = pages.get(&request.path).cloned();
                page.unwrap_or_else(|| Answer::status(404))
            }
        })
        .await;
        Self { server, pages }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        self.server.url(path)
    }

    /// Answers this under the path from now on.
    pub(crate) fn put(&self, path: &str, answer: Answer) {
        let mut pages = self.pages.lock().expect("not poisoned");
        pages.insert(path.to_owned(), answer);
    }

    /// The paths that were asked for since `before` requests.
    pub(crate) fn asked_since(&self, before: usize) -> Vec<String> {
        let requests = self.server.requests().into_iter().skip(before);
        requests.map(|request| request.path).collect()
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        self.server.requests()
    }
}

/// A document, with or without headers.
pub(crate) fn document(body: String, headers: &[(&'static str, &str)]) -> Answer {
    let headers = headers.iter();
    Answer::Reply {
        status: 200,
        headers: headers
            .map(|(name, value)| (*name, (*value).to_owned()))
            .collect(),
        body: body.into_bytes(),
    }
}

/// A status with headers and without a body.
pub(crate) fn status(status: u16, headers: &[(&'static str, &str)]) -> Answer {
    let headers = headers.iter();
    Answer::Reply {
        status,
        headers: headers
            .map(|(name, value)| (*name, (*value).to_owned()))
            .collect(),
        body: Vec::new(),
    }
}

/// A feed of these items, the latest on top; with an archive before it.
pub(crate) fn feed(numbers: &[RangeInclusive<u32>], archive: Option<&str>) -> String {
    let items: String = numbers
        .iter()
        .flat_map(|numbers| numbers.clone().rev().map(item))
        .collect();
    let link = archive.map_or_else(String::new, |archive| {
        format!("<atom:link rel=\"prev-archive\" href=\"{archive}\"/>")
    });
    format!(
        "<rss version=\"2.0\" xmlns:atom=\"http://www.w3.org/2005/Atom\"><channel>\
         <title>Wire</title>{link}{items}</channel></rss>"
    )
}

/// Item N of the site is dated N minutes after midnight of the day at whose 07:00 a test begins.
fn item(number: u32) -> String {
    format!(
        "<item><guid isPermaLink=\"false\">item-{number}</guid><title>Story {number}</title>\
         <pubDate>Sun, 22 Nov 2026 {:02}:{:02}:00 GMT</pubDate></item>",
        number / 60,
        number % 60
    )
}
