use tempfile::TempDir;

use super::*;
use crate::{
    clock::SystemClock,
    config::{self, Environment, Loaded},
};

fn load(folder: &TempDir) -> Loaded {
    let path = folder.path().join("fivebells.toml");
    let config = "[feed]\nf = \"http://127.0.0.1:9/\"\n[watch]\nk = \"Koizumi\"\n\
                  [receiver]\nt = { stdout = true }\n";
    std::fs::write(&path, config).expect("written");
    config::load(&path, &Environment::of_process()).expect("a config")
}

async fn open(folder: &TempDir) -> App {
    let app = App::open(load(folder), Arc::new(SystemClock)).await;
    app.expect("the program opens")
}

#[tokio::test]
async fn what_goes_on_is_cut_off_at_the_end_and_a_dead_part_ends_all() {
    let stop = CancellationToken::new();
    let (ended, dead) = tokio::join!(
        forever("one that goes on", &stop, std::future::pending()),
        forever("one that ends", &stop, async {}),
    );
    assert_eq!(ended, Ok(()));
    let message = dead.expect_err("nobody asked it to").to_string();
    assert!(
        message.starts_with("the one that ends has ended"),
        "{message}"
    );
}

/// As where the writer's thread has died.
#[tokio::test]
async fn a_store_without_its_threads_is_noticed() {
    let folder = TempDir::new().expect("a folder");
    let app = open(&folder).await;
    app.store.clone().close().await;
    until_closed(&app).await;
}
