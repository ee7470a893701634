//! A receiver of webhooks that answers what it is told to.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use super::http::{Answer, HttpServer, Request};

/// Answers 204 until told otherwise.
pub(crate) struct WebhookServer {
    server: HttpServer,
    answer: Arc<Mutex<Answer>>,
}

impl WebhookServer {
    pub(crate) async fn start() -> Self {
        let answer = Arc::new(Mutex::new(Answer::status(204)));
        let server = HttpServer::start({
            let answer = Arc::clone(&answer);
            move |_| answer.lock().expect("not poisoned").clone()
        })
        .await;
        Self { server, answer }
    }

    pub(crate) fn url(&self) -> String {
        self.server.url("/hook")
    }

    /// Answers this from now on.
    pub(crate) fn answer_with(&self, answer: Answer) {
        *self.answer.lock().expect("not poisoned") = answer;
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        self.server.requests()
    }

    /// The titles that arrived, in order.
    pub(crate) fn titles(&self) -> Vec<String> {
        let title = |request: &Request| {
            request.json()["data"]["item"]["title"]
                .as_str()
                .unwrap_or_default()
                .to_owned()
        };
        self.requests().iter().map(title).collect()
    }

    /// How often each webhook id arrived.
    pub(crate) fn ids(&self) -> HashMap<String, usize> {
        let mut ids = HashMap::new();
        for request in self.requests() {
            let id = request.header("webhook-id").expect("an id").to_owned();
            *ids.entry(id).or_default() += 1;
        }
        ids
    }
}
