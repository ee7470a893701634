//! The receivers, and the book they keep of what they took and in which life of the daemon.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex},
    time::Duration,
};

use fastrand::Rng;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    sync::Notify,
};

use crate::{
    http::{Answer, HttpServer, Request},
    tally::{End, Tally},
};

/// How many of a hundred requests are answered with HTTP 500.
const REFUSED_PERCENT: u32 = 30;

/// Every receiver's webhook.
pub(crate) struct Hook {
    server: HttpServer,
    book: Arc<Mutex<Book>>,
    asked: Arc<Notify>,
}

struct Book {
    random: Rng,
    most_refusals: usize,
    /// How often each notice was refused.
    refusals: HashMap<String, usize>,
    /// The last time each story was taken.
    taken: HashMap<String, Taken>,
    /// How the lives ended that have; the next one's number is their count.
    ends: Vec<End>,
    /// The lives that sent something.
    busy: HashSet<usize>,
    /// Repeats that a kill of this life explains.
    repeats: HashMap<usize, usize>,
    tally: Tally,
}

struct Taken {
    id: String,
    life: usize,
}

impl Hook {
    /// Refuses by chance, but each notice at most so often.
    pub(crate) async fn start(random: Rng, most_refusals: usize) -> Self {
        let asked = Arc::new(Notify::new());
        let book = Arc::new(Mutex::new(Book {
            random,
            most_refusals,
            refusals: HashMap::new(),
            taken: HashMap::new(),
            ends: Vec::new(),
            busy: HashSet::new(),
            repeats: HashMap::new(),
            tally: Tally::default(),
        }));
        let server = HttpServer::start({
            let (book, asked) = (Arc::clone(&book), Arc::clone(&asked));
            move |request| {
                if request.method != "POST" {
                    return Answer::status(204);
                }
                asked.notify_waiters();
                let taken = book.lock().expect("not poisoned").take(request);
                Answer::status(if taken { 204 } else { 500 })
            }
        })
        .await;
        Self {
            server,
            book,
            asked,
        }
    }

    pub(crate) fn url(&self) -> String {
        self.server.url("/hook")
    }

    /// Waits for a request that is about to be answered.
    pub(crate) async fn next_request(&self) {
        self.asked.notified().await;
    }

    /// Closes the book on a life of the daemon, once everything it has sent is answered.
    pub(crate) async fn life_ended(&self, end: End) {
        // Connections are accepted in order: with this one served, all of the dead daemon's are open.
        let mut marker = TcpStream::connect(self.server.address)
            .await
            .expect("it listens");
        marker
            .write_all(b"GET / HTTP/1.1\r\n\r\n")
            .await
            .expect("it reads");
        marker.read_u8().await.expect("it answers");
        drop(marker);
        while self.server.open() > 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        self.book.lock().expect("not poisoned").ends.push(end);
    }

    /// Refuses nothing from now on.
    pub(crate) fn take_everything(&self) {
        self.book.lock().expect("not poisoned").most_refusals = 0;
    }

    /// How many different stories were taken.
    pub(crate) fn stories(&self) -> usize {
        self.book.lock().expect("not poisoned").taken.len()
    }

    /// What the book says.
    pub(crate) fn tally(&self) -> Tally {
        let book = self.book.lock().expect("not poisoned");
        Tally {
            arrived: book.taken.len(),
            busy_kills: book.busy_kills(),
            worst_kill: book.repeats.values().copied().max().unwrap_or_default(),
            ..book.tally.clone()
        }
    }
}

impl Book {
    fn busy_kills(&self) -> usize {
        let busy = self.busy.iter().filter_map(|&life| self.ends.get(life));
        busy.filter(|end| **end == End::Kill).count()
    }

    /// Whether this request is taken.
    fn take(&mut self, request: &Request) -> bool {
        self.tally.requests += 1;
        self.busy.insert(self.ends.len());
        let id = request.header("webhook-id").expect("an id").to_owned();
        let refusals = self.refusals.entry(id.clone()).or_default();
        if *refusals < self.most_refusals && self.random.u32(..100) < REFUSED_PERCENT {
            *refusals += 1;
            self.tally.refused += 1;
            return false;
        }
        let title = request.json()["data"]["item"]["title"].to_string();
        let taken = Taken {
            id,
            life: self.ends.len(),
        };
        if let Some(before) = self.taken.get(&title) {
            self.tally.other_ids += usize::from(before.id != taken.id);
            match self.ends.get(before.life) {
                Some(End::Kill) => {
                    self.tally.after_kill += 1;
                    *self.repeats.entry(before.life).or_default() += 1;
                }
                Some(End::Term) => self.tally.after_term += 1,
                None => self.tally.without_cause += 1,
            }
        }
        self.taken.insert(title, taken);
        true
    }
}
