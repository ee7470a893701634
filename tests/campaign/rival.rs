//! A second process that writes to the store: it takes the write lock at random instants, keeps it
//! for a while and gives it back, as a backup tool or somebody with `sqlite3` does.

use std::{
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use fastrand::Rng;
use rusqlite::Connection;

/// The store that the process is to open.
const STORE: &str = "FIVEBELLS_RIVAL_STORE";
/// How long it may keep the lock, in milliseconds.
const LONGEST: &str = "FIVEBELLS_RIVAL_MS";
/// What its instants follow from.
const SEED: &str = "FIVEBELLS_RIVAL_SEED";

/// Between two locks at most.
const GAP: Duration = Duration::from_millis(200);

/// The process; it is killed, in the middle of a transaction too, when this is dropped.
pub(crate) struct Rival(Child);

impl Rival {
    pub(crate) fn start(store: &Path, longest: Duration, random: &mut Rng) -> Self {
        let own = std::env::current_exe().expect("this program");
        let rival = Command::new(own)
            .args(["--ignored", "--exact", "rival::as_a_process"])
            .env(STORE, store)
            .env(LONGEST, longest.as_millis().to_string())
            .env(SEED, random.u64(..).to_string())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        Self(rival.expect("it starts"))
    }
}

impl Drop for Rival {
    fn drop(&mut self) {
        // One that could not go on has ended by itself.
        let ended = self.0.try_wait().expect("a child");
        let _ = self.0.kill();
        let _ = self.0.wait();
        assert!(
            ended.is_none() || std::thread::panicking(),
            "the rival had ended by itself: {ended:?}"
        );
    }
}

#[test]
#[ignore = "the campaign starts it as a process of its own"]
fn as_a_process() {
    let Some(store) = std::env::var_os(STORE).map(PathBuf::from) else {
        return;
    };
    let longest = Duration::from_millis(number(LONGEST));
    let mut random = Rng::with_seed(number(SEED));
    while !store.exists() {
        std::thread::sleep(GAP);
    }
    let connection = Connection::open(&store).expect("a store");
    connection
        .busy_timeout(Duration::from_mins(1))
        .expect("set");
    loop {
        std::thread::sleep(GAP.mul_f64(random.f64()));
        // Before the first schema it is not yet in the mode in which others can read meanwhile.
        if connection.execute_batch("BEGIN IMMEDIATE").is_err() {
            continue;
        }
        let most = match random.u32(..20) {
            0 => longest,
            1..4 => longest / 10,
            _ => longest / 100,
        };
        std::thread::sleep(most.mul_f64(random.f64()));
        connection.execute_batch("ROLLBACK").expect("given back");
    }
}

fn number(name: &str) -> u64 {
    let value = std::env::var(name).expect("set by the campaign");
    value.parse().expect("a number")
}
