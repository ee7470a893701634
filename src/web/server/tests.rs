use std::path::PathBuf;

use axum::routing::{get, post};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::UnixStream,
    sync::watch,
    task::JoinHandle,
};

use super::{super::Access, *};
use crate::watchdog::watchdog;

/// A door with small limits, and what may be asked at it.
struct Door {
    _folder: TempDir,
    path: PathBuf,
    stop: CancellationToken,
    serves: JoinHandle<()>,
    /// How many requests to `/wait` are under way.
    waiting: watch::Receiver<usize>,
}

const SMALL: Limits = Limits {
    connections: 2,
    head: Duration::from_millis(300),
    body: Duration::from_millis(300),
    body_bytes: 10,
    write: Duration::from_millis(300),
    grace: Duration::from_millis(300),
};

/// Counts down where its request is dropped.
struct Waits(watch::Sender<usize>);

impl Drop for Waits {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count -= 1);
    }
}

impl Door {
    fn open(limits: Limits) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("door");
        let (count, waiting) = watch::channel(0);
        let wait = async move || {
            count.send_modify(|count| *count += 1);
            let _waits = Waits(count.clone());
            std::future::pending::<()>().await;
        };
        let router = Router::new()
            .route("/", get(async || "well"))
            .route("/echo", post(async |body: String| body))
            .route("/long", get(async || "x".repeat(8 << 20)))
            .route("/wait", get(wait))
            .route(
                "/panic",
                get(async || assert!(std::hint::black_box(false), "at the disco")),
            );
        let access = Access {
            mode: 0o600,
            group: None,
        };
        let listener = Listener::unix(&path, &path, access).expect("a socket");
        let stop = CancellationToken::new();
        let serves = tokio::spawn(serve(listener, router, limits, stop.clone()));
        Self {
            _folder: folder,
            path,
            stop,
            serves,
            waiting,
        }
    }

    async fn connect(&self, request: &str) -> UnixStream {
        let mut stream = UnixStream::connect(&self.path).await.expect("connected");
        stream.write_all(request.as_bytes()).await.expect("sent");
        stream
    }

    /// What comes back until the connection is closed.
    async fn ask(&self, request: &str) -> String {
        let mut answer = String::new();
        let mut stream = self.connect(request).await;
        // A connection that is cut may break instead.
        let _ = stream.read_to_string(&mut answer).await;
        answer
    }
}

const WELL: &str = "GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
const WAIT: &str = "GET /wait HTTP/1.1\r\nhost: x\r\n\r\n";

#[tokio::test]
async fn who_says_nothing_or_half_of_it_is_cut_off() {
    let door = Door::open(SMALL);
    let kept = "GET / HTTP/1.1\r\nhost: x\r\n\r\n";
    let body =
        "POST /echo HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 9\r\n\r\n123";
    for (request, answer) in [("", ""), ("GET / HT", ""), (kept, "200"), (body, "408")] {
        let said = watchdog(request, door.ask(request)).await;
        assert!(said.contains(answer), "{request}: {said}");
    }
    assert!(door.ask(WELL).await.ends_with("well"));
}

#[tokio::test]
async fn a_body_that_is_too_long_is_refused_and_a_panic_is_one_request_s() {
    let door = Door::open(SMALL);
    let post = |length: usize| {
        let body = "x".repeat(length);
        format!(
            "POST /echo HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}"
        )
    };
    assert!(door.ask(&post(10)).await.contains("200 OK"));
    assert!(door.ask(&post(11)).await.contains("413 "));
    let chunked = |body: &str| {
        format!(
            "POST /echo HTTP/1.1\r\nhost: x\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n{body}"
        )
    };
    let long = door.ask(&chunked("b\r\n12345678901\r\n0\r\n\r\n")).await;
    assert!(long.contains("413 ") && long.contains("the body is too large"));
    let broken = door.ask(&chunked("zz\r\n")).await;
    assert!(broken.contains("400 "), "{broken}");
    let panic = WELL.replace("/ ", "/panic ");
    assert!(door.ask(&panic).await.contains("500 "));
    assert!(door.ask(WELL).await.ends_with("well"));
}

/// More than the bound wait to be taken, and a client that leaves makes room, though its request
/// never ends by itself.
#[tokio::test]
async fn a_request_that_its_client_left_is_dropped_and_makes_room() {
    let mut door = Door::open(SMALL);
    let first = door.connect(WAIT).await;
    let _second = door.connect(WAIT).await;
    let both = door.waiting.wait_for(|count| *count == 2);
    drop(both.await.expect("open"));
    // An answer must not come: nothing but time can show it.
    let third = tokio::time::timeout(Duration::from_millis(200), door.ask(WELL)).await;
    assert!(third.is_err(), "no room");
    drop(first);
    let one = door.waiting.wait_for(|count| *count == 1);
    drop(one.await.expect("open"));
    assert!(door.ask(WELL).await.ends_with("well"));
}

/// However many hold a place with nothing or half a request, and for however long they may.
#[tokio::test]
async fn who_asks_for_nothing_gives_way_and_who_is_answered_does_not() {
    let limits = Limits {
        head: Duration::from_mins(10),
        body: Duration::from_mins(10),
        ..SMALL
    };
    let mut door = Door::open(limits);
    let asks = door.connect(WAIT).await;
    let one = door.waiting.wait_for(|count| *count == 1);
    drop(one.await.expect("open"));
    let body = "POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\n123";
    let mut slow = Vec::new();
    for request in ["", "GET / HT", body, "GET / HTTP/1.1\r\nhost: x\r\n\r\n"] {
        slow.push(door.connect(request).await);
        let well = watchdog("no room", door.ask(WELL)).await;
        assert!(well.ends_with("well"), "{request}: {well}");
    }
    for stream in &mut slow[..3] {
        let said = stream.read(&mut [0; 64]).await;
        assert_eq!(said.unwrap_or(0), 0, "it was put out");
    }
    assert_eq!(*door.waiting.borrow(), 1, "its answer is still made");
    drop(asks);
}

#[tokio::test]
async fn a_peer_that_reads_nothing_is_cut_off() {
    let limits = Limits {
        connections: 1,
        ..SMALL
    };
    let door = Door::open(limits);
    let _deaf = door.connect("GET /long HTTP/1.1\r\nhost: x\r\n\r\n").await;
    let well = watchdog("no room again", door.ask(WELL)).await;
    assert!(well.ends_with("well"));
}

#[tokio::test]
async fn the_end_waits_only_a_moment_and_removes_the_socket() {
    let mut door = Door::open(SMALL);
    let _waits = door.connect(WAIT).await;
    drop(
        door.waiting
            .wait_for(|count| *count == 1)
            .await
            .expect("open"),
    );
    door.stop.cancel();
    let ended = watchdog("the end", door.serves).await;
    ended.expect("no panic");
    assert_eq!(*door.waiting.borrow(), 0, "it is cut off");
    assert!(!door.path.exists());
}
