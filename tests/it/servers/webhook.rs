//! A receiver of webhooks that answers as the test says.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use super::http::{Answer, HttpServer, Request};
use crate::watchdog::Watchdog;

/// Words, and what is answered to a body with one of them.
type Refused = Option<(Vec<String>, Answer)>;

/// Answers 204 until the test says otherwise.
pub(crate) struct WebhookServer {
    server: HttpServer,
    answer: Arc<Mutex<Answer>>,
    refused: Arc<Mutex<Refused>>,
}

impl WebhookServer {
    pub(crate) async fn start() -> Self {
        let answer = Arc::new(Mutex::new(Answer::status(204)));
        let refused: Arc<Mutex<Refused>> = Arc::default();
        let server = HttpServer::start({
            let (answer, refused) = (Arc::clone(&answer), Arc::clone(&refused));
            move |request| {
                let refused = refused.lock().expect("not poisoned");
                let body = String::from_utf8_lossy(&request.body);
                match &*refused {
                    Some((words, refusal)) if words.iter().any(|word| body.contains(word)) => {
                        refusal.clone()
                    }
                    _ => answer.lock().expect("not poisoned").clone(),
                }
            }
        })
        .await;
        Self {
            server,
            answer,
            refused,
        }
    }

    pub(crate) fn url(&self) -> String {
        self.server.url("/hook")
    }

    /// Answers this from now on.
    pub(crate) fn answer_with(&self, answer: Answer) {
        *self.answer.lock().expect("not poisoned") = answer;
    }

    /// Answers this to what has the word in it, and takes all else.
    pub(crate) fn answer_unless(&self, word: &str, status: u16) {
        self.refuse(&[word.to_owned()], status);
    }

    /// The same with several words.
    pub(crate) fn refuse(&self, words: &[String], status: u16) {
        self.answer_with(Answer::status(204));
        let refused = Some((words.to_vec(), Answer::status(status)));
        *self.refused.lock().expect("not poisoned") = refused;
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        self.server.requests()
    }

    /// Waits until so many have arrived.
    pub(crate) async fn wait_for(&self, count: usize) {
        let watchdog = Watchdog::start();
        while self.requests().len() < count {
            assert!(watchdog.is_patient(), "nothing arrives");
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
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
