//! A healthy receiver beside one that never answers: from the feed's document to the webhook.

use std::fmt::Write as _;

use tempfile::TempDir;

use super::{
    row,
    servers::{BURST, Servers},
};
use crate::process::Daemon;

/// Documents of one run, ten seconds apart: the shortest interval there is.
const DOCUMENTS: usize = 3;

pub(crate) fn print(runs: usize) {
    let (mut alone, mut beside, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..runs {
        let (well, with_dead) = (p99(false), p99(true));
        alone.push(well);
        beside.push(with_dead);
        ratios.push(with_dead / well);
    }
    row(
        "ms from feed to webhook, 100 alerts at once, p99, alone",
        alone,
        0,
        "",
    );
    row(
        "the same beside a receiver that never answers",
        beside,
        0,
        "",
    );
    row("as a multiple of alone", ratios, 2, "1.2");
}

fn p99(with_dead: bool) -> f64 {
    let mut servers = Servers::start();
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("fivebells.toml");
    std::fs::write(&path, config(servers.http, with_dead)).expect("written");
    let _daemon = Daemon::start(&path);
    let latencies = (0..DOCUMENTS * BURST).map(|_| servers.next_latency());
    let mut latencies: Vec<f64> = latencies.collect();
    latencies.sort_by(f64::total_cmp);
    latencies[latencies.len() * 99 / 100]
}

fn config(port: u16, with_dead: bool) -> String {
    let at = |path| format!("http://127.0.0.1:{port}/{path}");
    let notified = if with_dead {
        "\"well\", \"dead\""
    } else {
        "\"well\""
    };
    let mut config = format!(
        "notify = [{notified}]\n[feed]\n\
         f = {{ url = \"{}\", initial = \"all\", every = \"10s\" }}\n\
         [watch]\nw = \"Koizumi\"\n[health]\nnotify = []\n\
         [receiver]\nwell = {{ webhook = \"{}\" }}\n",
        at("feed"),
        at("timed")
    );
    if with_dead {
        writeln!(config, "dead = {{ webhook = \"{}\" }}", at("mute")).expect("a String");
    }
    config
}
