use std::sync::{
    Mutex,
    atomic::{AtomicUsize, Ordering},
    mpsc as blocking,
};

use tempfile::TempDir;
use tokio::sync::mpsc;

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

/// A reload that waits until it is told to go on, as one on a dead network disk does.
struct Slow {
    reload: Arc<Reload>,
    begun: mpsc::Receiver<()>,
    go_on: blocking::Sender<()>,
    reads: Arc<AtomicUsize>,
}

fn slow() -> Slow {
    let (told, begun) = mpsc::channel(10);
    let (go_on, wait) = blocking::channel();
    let wait = Mutex::new(wait);
    let reads = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&reads);
    let reload = move || {
        counted.fetch_add(1, Ordering::Relaxed);
        told.blocking_send(()).expect("waited for");
        // An error: whoever let it wait is gone.
        let _ = wait.lock().expect("one at a time").recv();
        let report = "not there".to_owned();
        Err(Refusal {
            brief: report.clone(),
            report,
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
    let (wish, mut wishes) = mpsc::channel(10);
    let next = async || wishes.recv().await.expect("there is one");
    let stop = async {
        wish.send(Wish::Reload).await.expect("taken");
        slow.begun.recv().await.expect("it begins");
        wish.send(Wish::Stop).await.expect("taken");
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
    let (wish, mut wishes) = mpsc::channel(10);
    let next = async || wishes.recv().await.expect("there is one");
    let ask = async {
        wish.send(Wish::Reload).await.expect("taken");
        slow.begun.recv().await.expect("it begins");
        for _ in 0..3 {
            wish.send(Wish::Reload).await.expect("taken");
        }
        while wish.capacity() < wish.max_capacity() {
            tokio::task::yield_now().await;
        }
        slow.go_on.send(()).expect("waited for");
        slow.begun.recv().await.expect("it begins again");
        slow.go_on.send(()).expect("waited for");
        wish.send(Wish::Stop).await.expect("taken");
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

#[tokio::test]
async fn what_goes_on_is_cut_off_at_the_end_and_a_dead_part_ends_all() {
    let stop = CancellationToken::new();
    let (ended, dead) = tokio::join!(
        forever("one that goes on", &stop, std::future::pending()),
        forever("one that ends", &stop, async {}),
    );
    assert_eq!(ended, Ok(()));
    let told = dead.expect_err("nobody told it to").to_string();
    assert!(told.starts_with("the one that ends has ended"), "{told}");
}

/// As where the writer's thread has died.
#[tokio::test]
async fn a_store_without_its_threads_is_noticed() {
    let folder = TempDir::new().expect("a folder");
    let app = open(&folder).await;
    app.store.clone().close().await;
    until_closed(&app).await;
}
