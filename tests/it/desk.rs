//! The program as a user runs it: a folder with a config, arguments in, output out.

use std::{path::PathBuf, process::Output};

use assert_cmd::Command;
use serde_json::Value;
use tempfile::TempDir;

pub(crate) const SAMPLE: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0"><channel><title>Sample Wire</title><link>https://wire.example.org/</link><language>en</language>
<item><guid isPermaLink="false">s-2</guid><title>Shinjirō Koizumi meets Hegseth</title><link>https://wire.example.org/2</link>
<pubDate>Sun, 22 Nov 2026 06:30:00 GMT</pubDate><category>Defence</category><description>&lt;p&gt;In &lt;b&gt;Tokyo&lt;/b&gt;.&lt;/p&gt;</description></item>
<item><guid isPermaLink="false">s-1</guid><title>Weather</title><link>https://wire.example.org/1</link></item>
</channel></rss>"#;

/// A folder with a config and a feed.
pub(crate) struct Desk(TempDir);

impl Desk {
    pub(crate) fn new(config: &str) -> Self {
        let desk = Self(TempDir::new().expect("a folder"));
        std::fs::write(desk.path("fivebells.toml"), config).expect("written");
        std::fs::write(desk.path("sample.xml"), SAMPLE).expect("written");
        desk
    }

    pub(crate) fn sample() -> Self {
        Self::new(
            "[feed]\nsample = { url = \"file:sample.xml\", initial = \"all\" }\n\
             [watch]\nkoizumi = \"Koizumi\"\n[receiver]\nscreen = { stdout = true }\n",
        )
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).expect("written");
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).expect("read")
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        let config = self.path("fivebells.toml");
        run(&[&["-c", config.to_str().expect("UTF-8")], arguments].concat())
    }
}

pub(crate) fn run(arguments: &[&str]) -> Output {
    let mut command = Command::cargo_bin("fivebells").expect("built");
    command.args(arguments).output().expect("it runs")
}

/// The time of this machine, which the program uses.
pub(crate) fn now() -> jiff::Timestamp {
    fivebells::clock::Clock::now(&fivebells::clock::SystemClock)
}

pub(crate) fn code(output: &Output) -> i32 {
    output.status.code().expect("no signal")
}

pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("UTF-8")
}

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("UTF-8")
}

/// One object per line.
pub(crate) fn json(output: &Output) -> Vec<Value> {
    stdout(output)
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect()
}
