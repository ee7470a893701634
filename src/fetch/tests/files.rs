//! `file:` feeds.

use std::{fs, path::Path, process::Command};

use tempfile::{NamedTempFile, tempdir};

use super::*;

fn url(path: &Path) -> Url {
    Url::from_file_path(path).expect("an absolute path")
}

fn file(contents: &[u8]) -> (NamedTempFile, Url) {
    let file = NamedTempFile::with_suffix(" 新.xml").expect("a file");
    fs::write(file.path(), contents).expect("written");
    let url = url(file.path());
    (file, url)
}

#[tokio::test]
async fn a_file_is_a_document() {
    let (_file, url) = file(b"<rss/>");
    let document = document(&first(&url)).await;
    assert_eq!(document.body, b"<rss/>");
    assert_eq!(document.page.final_url, url);
    assert_eq!((document.page.status, document.content_type), (200, None));
}

/// Written twice within one tick of the file system's clock, and of the same length.
#[tokio::test]
async fn a_file_is_unchanged_exactly_while_its_bytes_are() {
    let (file, url) = file(b"Koizumi");
    let etag = document(&first(&url)).await.page.etag;
    let again = FetchRequest {
        etag: etag.as_deref(),
        ..first(&url)
    };
    assert_eq!(unchanged(&again).await.etag, etag);

    fs::write(file.path(), b"Hegseth").expect("written");
    let changed = document(&again).await;
    assert_eq!(changed.body, b"Hegseth");
    assert_ne!(changed.page.etag, etag);
}

#[tokio::test]
async fn the_size_limit_of_a_file_is_exact() {
    let (_file, url) = file(b"12345");
    for (limit, fits) in [(5, true), (4, false)] {
        let options = HttpOptions {
            max_body_bytes: limit,
            ..HttpOptions::default()
        };
        let fetched = fetcher_with(&options).fetch(&first(&url)).await;
        match fetched {
            Ok(_) => assert!(fits),
            Err(error) => assert_eq!((error.reason, fits), (FetchReason::TooLarge, false)),
        }
    }
}

#[tokio::test]
async fn only_regular_files_are_read() {
    let directory = tempdir().expect("a directory");
    let pipe = directory.path().join("pipe");
    let made = Command::new("mkfifo")
        .arg(&pipe)
        .status()
        .expect("mkfifo is there");
    assert!(made.success());
    for path in [directory.path(), &pipe, Path::new("/dev/zero")] {
        let error = failure(&first(&url(path))).await;
        assert_eq!(error.reason, FetchReason::File);
        assert_eq!(
            error.message,
            format!("{} is not a regular file", path.display())
        );
    }
}

#[tokio::test]
async fn a_missing_file_is_named() {
    let error = failure(&first(&url(Path::new("/nonexistent/feed.xml")))).await;
    assert_eq!(error.reason, FetchReason::File);
    assert_eq!(
        error.message,
        "/nonexistent/feed.xml: No such file or directory (os error 2)"
    );
}

#[tokio::test]
async fn a_file_on_another_host_is_refused() {
    let url = Url::parse("file://server/share/feed.xml").expect("a URL");
    let error = failure(&first(&url)).await;
    assert_eq!(error.reason, FetchReason::File);
}

#[tokio::test]
async fn other_schemes_are_refused() {
    let url = Url::parse("ftp://example.org/feed.xml").expect("a URL");
    let error = failure(&first(&url)).await;
    assert_eq!(error.reason, FetchReason::Guard);
    assert_eq!(error.message, "ftp: is not an address on the web");
}
