//! The API of a daemon that runs: the objects of the command line, what its description says, and
//! how it refuses.

mod described;
mod refused;
mod same;
mod schema;

use std::process::Output;

use serde_json::Value;

use crate::{
    desk::{json, run},
    servers::{
        feed::FeedServer,
        watched::{Answer, Watched, ask},
        webhook::WebhookServer,
    },
};

/// A daemon with something of everything.
struct Newsroom {
    daemon: Watched,
    address: String,
    feed: FeedServer,
    _hook: WebhookServer,
}

impl Newsroom {
    async fn open() -> Self {
        let (feed, hook) = (FeedServer::start().await, WebhookServer::start().await);
        for title in [
            "Koizumi speaks",
            "Nothing to see",
            "Earthquake off the coast",
        ] {
            feed.publish(title);
        }
        let config = format!(
            "timezone = \"UTC\"\n[feed]\n\
             wire = {{ url = \"{}\", allow_private = true, initial = \"all\", tags = [\"gov\"] }}\n\
             broken = {{ url = \"http://127.0.0.1:9/\", allow_private = true }}\n\
             old = {{ url = \"https://old.example/\", enabled = false }}\n\
             [watch]\npm = \"Koizumi\"\nquake = {{ match = \"earthquake\", priority = \"flash\" }}\n\
             [receiver.hook]\nwebhook = \"{}\"\n\
             [web]\nlisten = \"127.0.0.1:0\"\nhosts = [\"bells\"]\n",
            feed.url(),
            hook.url()
        );
        let daemon = Watched::start(&config);
        let address = daemon.address();
        daemon.logged("feed \"broken\":", 0);
        while hook.requests().len() < 2 {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        let room = Self {
            daemon,
            address,
            feed,
            _hook: hook,
        };
        // The second is noted after its answer was read.
        while room.get("outbox?state=pending")["deliveries"] != serde_json::json!([]) {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        room
    }

    fn ask(&self, method: &str, path: &str, headers: &str) -> Answer {
        ask(&self.address, &format!("{method} /api/v1/{path}"), headers)
    }

    /// What a path below `/api/v1/` has.
    fn get(&self, path: &str) -> Value {
        let answer = self.ask("GET", path, "");
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        parsed(&answer)
    }

    /// Reloads the config with these lines more, which belong to `[web]`.
    fn reload_with(&self, lines: &str) {
        let config = std::fs::read_to_string(self.daemon.path()).expect("read");
        self.daemon
            .reload(&format!("{config}{lines}\n"), "reloaded: ");
    }

    fn send(&self, method: &str, path: &str, body: &Value) -> Answer {
        let body = body.to_string();
        let headers = format!(
            "Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        self.ask(method, path, &headers)
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let config = self.daemon.path();
        let config = config.to_str().expect("UTF-8");
        run(&[&["-c", config, "--format", "json"], arguments].concat())
    }

    /// What a command prints, a value a line.
    fn prints(&self, arguments: &[&str]) -> Vec<Value> {
        json(&self.run(arguments))
    }
}

fn parsed(answer: &Answer) -> Value {
    serde_json::from_str(&answer.body).unwrap_or_else(|error| panic!("{error}: {}", answer.body))
}
