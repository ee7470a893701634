use std::{
    sync::{
        atomic::{AtomicUsize, Ordering},
        mpsc as blocking,
    },
    time::Duration,
};

use tempfile::TempDir;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::*;
use crate::{
    clock::SystemClock,
    config::{self, Environment},
};

fn load(folder: &TempDir) -> Loaded {
    let path = folder.path().join("fivebells.toml");
    let config = "[feed]\nf = \"http://127.0.0.1:9/\"\n[watch]\nk = \"Koizumi\"\n\
                  [receiver]\nt = { stdout = true }\n";
    std::fs::write(&path, config).expect("written");
    config::load(&path, &Environment::of_process()).expect("a config")
}

/// A reload that waits until it is asked to go on, as one on a dead network disk does.
struct Slow {
    reload: Arc<Reload>,
    begun: mpsc::Receiver<()>,
    go_on: blocking::Sender<()>,
    reads: Arc<AtomicUsize>,
}

fn slow() -> Slow {
    let (answer, begun) = mpsc::channel(10);
    let (go_on, wait) = blocking::channel();
    let wait = Mutex::new(wait);
    let reads = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&reads);
    let reload = move || {
        let read = counted.fetch_add(1, Ordering::Relaxed) + 1;
        answer.blocking_send(()).expect("waited for");
        // An error: whoever let it wait is gone.
        let _ = wait.lock().expect("one at a time").recv();
        let report = format!("not there, read {read}");
        Err(Refusal {
            brief: report.clone(),
            report,
            fingerprint: None,
        })
    };
    Slow {
        reload: Arc::new(reload),
        begun,
        go_on,
        reads,
    }
}

async fn open(folder: &TempDir) -> App {
    let app = App::open(load(folder), Arc::new(SystemClock)).await;
    app.expect("the program opens")
}

#[tokio::test]
async fn a_stop_does_not_wait_for_a_reload_that_reads() {
    let folder = TempDir::new().expect("a folder");
    let app = open(&folder).await;
    let mut slow = slow();
    let (request, mut requests) = mpsc::channel(10);
    let next = async || requests.recv().await.expect("there is one");
    let stop = async {
        request.send(Request::Reload).await.expect("taken");
        slow.begun.recv().await.expect("it begins");
        request.send(Request::Stop).await.expect("taken");
    };
    // Nothing lets the reload go on.
    tokio::join!(reload_when_asked(&app, &slow.reload, next), stop);
    app.close().await;
    drop(slow.go_on);
}

#[tokio::test]
async fn what_is_asked_for_during_a_reload_is_reloaded_once_more() {
    let folder = TempDir::new().expect("a folder");
    let app = open(&folder).await;
    let mut slow = slow();
    let (request, mut requests) = mpsc::channel(10);
    let next = async || requests.recv().await.expect("there is one");
    let ask = async {
        request.send(Request::Reload).await.expect("taken");
        slow.begun.recv().await.expect("it begins");
        for _ in 0..3 {
            request.send(Request::Reload).await.expect("taken");
        }
        while request.capacity() < request.max_capacity() {
            tokio::task::yield_now().await;
        }
        slow.go_on.send(()).expect("waited for");
        slow.begun.recv().await.expect("it begins again");
        slow.go_on.send(()).expect("waited for");
        request.send(Request::Stop).await.expect("taken");
    };
    tokio::join!(reload_when_asked(&app, &slow.reload, next), ask);
    assert_eq!(slow.reads.load(Ordering::Relaxed), 2);
    app.close().await;
}

#[tokio::test]
async fn a_reload_that_panics_leaves_the_old_config() {
    assert_eq!(aside(|| 7).await, Some(7));
    let died = aside(|| assert!(std::hint::black_box(false))).await;
    assert_eq!(died, None);
}

/// The requests of those who ask, as the service hears them.
async fn next(app: &App, stop: &CancellationToken) -> Request {
    tokio::select! {
        () = app.reloads.asked() => Request::Reload,
        () = stop.cancelled() => Request::Stop,
    }
}

#[tokio::test]
async fn each_who_asks_hears_of_a_read_that_began_after_it_asked() {
    let folder = TempDir::new().expect("a folder");
    let app = open(&folder).await;
    let mut slow = slow();
    let stop = CancellationToken::new();
    let reads = |verdict: Option<Reloaded>| {
        let refusal = verdict.expect("a verdict").expect_err("refused");
        refusal.report.replace("not there, read ", "")
    };
    let ask = async {
        let mut first = pin!(app.ask_for_reload());
        tokio::select! {
            _ = &mut first => panic!("nothing lets it go on"),
            begun = slow.begun.recv() => begun.expect("it begins"),
        }
        // One of those who come later leaves.
        let left = tokio::time::timeout(Duration::ZERO, app.ask_for_reload());
        left.await.expect_err("nothing lets it go on");
        let (second, third) = (app.ask_for_reload(), app.ask_for_reload());
        let go_on = async {
            slow.go_on.send(()).expect("waited for");
            slow.begun.recv().await.expect("it begins again");
            slow.go_on.send(()).expect("waited for");
        };
        let (second, third, first, ()) = tokio::join!(second, third, first, go_on);
        assert_eq!([first, second, third].map(reads), ["1", "2", "2"]);
        stop.cancel();
    };
    tokio::join!(
        reload_when_asked(&app, &slow.reload, async || next(&app, &stop).await),
        ask
    );
    assert_eq!(slow.reads.load(Ordering::Relaxed), 2);
    app.close().await;
}

#[tokio::test]
async fn who_waits_when_the_service_ends_hears_so() {
    let folder = TempDir::new().expect("a folder");
    let app = open(&folder).await;
    let end = async { app.reloads.end() };
    let (verdict, ()) = tokio::join!(app.ask_for_reload(), end);
    assert_eq!(verdict, None);
    assert_eq!(app.ask_for_reload().await, None, "nobody will");
    app.close().await;
}
