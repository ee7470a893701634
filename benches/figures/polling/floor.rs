//! The floors: bare loops with the libraries that Fivebells uses, one feed after the other on one
//! thread, with nothing around them that is not in their names.

use std::io::Read;

use feed_rs::model::Entry;
use flate2::read::GzDecoder;
use reqwest::{
    Certificate, Client, StatusCode,
    header::{ACCEPT_ENCODING, IF_MODIFIED_SINCE, IF_NONE_MATCH},
};
use rusqlite::{Connection, params};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use super::publisher_process::Publishers;

/// Feeds stored in one transaction.
const BATCH: usize = 64;

#[derive(Debug)]
pub(crate) struct Floor {
    runtime: Runtime,
    client: Client,
}

impl Floor {
    /// reqwest as it comes, but for the authority that it is to trust.
    pub(crate) fn new(publishers: &Publishers) -> Self {
        let pem = std::fs::read(publishers.ca_file()).expect("the publishers wrote it");
        // For reqwest's own TLS settings; Fivebells brings its own.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let authority = Certificate::from_pem(&pem).expect("PEM");
        let client = Client::builder().tls_certs_merge([authority]).build();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        Self {
            runtime: runtime.expect("a runtime"),
            client: client.expect("a client"),
        }
    }

    /// GET with validators, all unchanged.
    pub(crate) fn unchanged(&self, urls: &[String]) {
        self.runtime.block_on(async {
            for url in urls {
                let request = self
                    .client
                    .get(url)
                    .header(IF_NONE_MATCH, "\"v1\"")
                    .header(IF_MODIFIED_SINCE, "Sun, 22 Nov 2026 06:00:00 GMT");
                let answer = request.send().await.expect("an answer");
                assert_eq!(answer.status(), StatusCode::NOT_MODIFIED);
            }
        });
    }

    /// GET, gunzip and SHA-256, all the same.
    pub(crate) fn same(&self, urls: &[String]) {
        self.runtime.block_on(async {
            let mut hash = None;
            for url in urls {
                let document = self.get(url).await;
                let digest = ring::digest::digest(&ring::digest::SHA256, &document);
                let digest = digest.as_ref().to_vec();
                assert_eq!(*hash.get_or_insert_with(|| digest.clone()), digest);
            }
        });
    }

    /// GET, gunzip, feed-rs, and every item that is not there yet into SQLite. Returns how many
    /// were not.
    pub(crate) fn store(&self, urls: &[String], into: &Shelf) -> usize {
        self.runtime.block_on(async {
            let mut news = 0;
            for (batch, urls) in urls.chunks(BATCH).enumerate() {
                into.0.execute_batch("BEGIN").expect("begun");
                for (number, url) in urls.iter().enumerate() {
                    let document = self.get(url).await;
                    let feed = feed_rs::parser::parse(document.as_slice()).expect("a feed");
                    let place = i64::try_from(batch * BATCH + number).expect("a small number");
                    let put = |item| into.put(place, item);
                    news += feed.entries.iter().map(put).sum::<usize>();
                }
                into.0.execute_batch("COMMIT").expect("committed");
            }
            news
        })
    }

    async fn get(&self, url: &str) -> Vec<u8> {
        let request = self.client.get(url).header(ACCEPT_ENCODING, "gzip");
        let mut answer = request.send().await.expect("an answer");
        let mut gzipped = Vec::new();
        while let Some(chunk) = answer.chunk().await.expect("a body") {
            gzipped.extend_from_slice(&chunk);
        }
        let mut document = Vec::new();
        let mut gunzip = GzDecoder::new(gzipped.as_slice());
        gunzip.read_to_end(&mut document).expect("gzip");
        document
    }
}

/// The floor's store: WAL and `synchronous=FULL` like ours, one table, one index.
#[derive(Debug)]
pub(crate) struct Shelf(
    Connection,
    #[expect(dead_code, reason = "dropped last")] TempDir,
);

impl Shelf {
    pub(crate) fn new() -> Self {
        let folder = TempDir::new().expect("a folder");
        let connection = Connection::open(folder.path().join("floor.db")).expect("opened");
        connection
            .execute_batch(
                "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
                 CREATE TABLE item (
                   feed INTEGER NOT NULL, guid TEXT NOT NULL, title TEXT, link TEXT,
                   published INTEGER, summary TEXT, content TEXT, UNIQUE (feed, guid)) STRICT",
            )
            .expect("made");
        Self(connection, folder)
    }

    /// Returns 1 for an item that was not there.
    fn put(&self, feed: i64, item: &Entry) -> usize {
        let sql = "INSERT OR IGNORE INTO item VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
        let mut statement = self.0.prepare_cached(sql).expect("SQL");
        let text = |text: &Option<feed_rs::model::Text>| text.as_ref().map(|it| it.content.clone());
        let row = params![
            feed,
            item.id,
            text(&item.title),
            item.links.first().map(|link| &link.href),
            item.published.map(|at| at.timestamp()),
            text(&item.summary),
            item.content.as_ref().and_then(|it| it.body.as_ref()),
        ];
        statement.execute(row).expect("inserted")
    }
}
