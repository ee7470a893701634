//! The effective config says everything, reads back as itself, and shows no secret.

use std::path::Path;

use super::{Directory, environment, load};
use crate::config::{Config, effective};

const MARKER: &str = "s3cret-marker";

fn example(name: &str) -> Config {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    load(&path, &environment()).expect("an example").config
}

/// As another file would give it: the places of the tests differ, and what may be a key of a feed's
/// URL is hidden; nothing else may differ.
fn comparable(mut config: Config) -> Config {
    config.path = "any".into();
    for feed in &mut config.feeds {
        feed.url.set_query(None);
        feed.url.set_fragment(None);
    }
    for test in &mut config.tests {
        test.place.path = "any".into();
        (test.place.line, test.place.column) = (0, 0);
    }
    config
}

#[test]
fn a_feed_s_query_may_be_a_key_and_is_not_shown() {
    let config = example("config/quickstart.toml");
    let shown = effective(&config);
    let feed = config.feeds.iter().find_map(|feed| feed.url.query());
    assert!(!shown.contains(feed.expect("one has a query")), "{shown}");
    assert!(shown.contains("?<hidden>"), "{shown}");
}

#[test]
fn what_is_in_effect_reads_back_as_itself() {
    let directory = Directory::with("");
    let config = example("config/quickstart.toml");
    directory.write("fivebells.toml", effective(&config));
    let again = directory.load().expect("the effective config").config;
    assert_eq!(comparable(again), comparable(config));
}

/// Odd names, and every setting that is no secret.
const EVERY_SETTING: &str = r##"
timezone = "Asia/Tokyo"
on_update = "never"
stories = "off"
[feed]
"a b" = { url = "file:a.xml", initial = 7, every = "1h30m", tags = ["x y", "日本"] }
"quo\"te" = { url = "https://example.org/?a=1&b=2#c", initial = "all", identity = "title", allow_private = true }
reached = { url = "https://example.org/b", http2 = false, proxy = "none", ca_file = "ca.pem" }
[entity]
"小泉" = ["Shinjirō Koizumi", "小泉進次郎", "\"Koizumi\" \\"]
[publisher]
"日 本" = ["例え.jp", "sub.example.org"]
"bbc.com" = "bbc.co.uk"
[watch]
minister = "@小泉"
[watch.lists]
match = "a OR b"
any = ["c d", "e,f", "g | h"]
min = 2
none = "i, \"j\""
[watch."小泉"]
match = "\"a \\ b\" OR 'c'"
in = ["link", "title"]
feeds = ["#日本"]
priority = "flash"
on_update = "match"
stories = "all"
[watch.sure]
match = "sure"
corroborate = { publishers = 3, within = "90m", else = "tell", from = ["#日本", "bbc.co.uk", "reuters"], passes = "urgent" }
escalate = { publishers = 4, within = "7d", priority = "flash" }
[receiver.hook]
webhook = "https://example.org/hook"
body = '''
{"a": {{ item.title | tojson }}}
'''
allow_private = true
timeout = "5s"
digest = { when = ["Mon-Fri 08:00", "18:30", "every 2h", "50 alerts"], passes = "bulletin" }
quiet = { hours = ["22:30-06:30", "Sat,Sun 00:00-24:00"], passes = "flash" }
at_most = { rate = "20/90m", passes = "urgent" }
stories = "copies"
[receiver.mail]
email = ["a@example.org"]
digest = "every 1d"
quiet = "Fri 22:30-06:30"
at_most = "5/h"
group_wait = "30s"
[mail]
server = "[::1]:2525"
from = "Bells <b@example.org>"
hello = "mon.example.org"
timeout = "5s"
[poll]
every = "5m"
per_host = "500ms"
max_interval = "2d"
parallel = 3
timeout = "4s"
max_size = "10 MB"
contact = "ops@example.org"
proxy = "socks5h://127.0.0.1:9050"
[keep]
items = "10d"
alerts = "3y"
[store]
url = "sqlite:/tmp/x.db"
[control]
mode = "0640"
group = "adm"
[health]
notify = ["mail"]
failing = "1h"
report = ["Mon 09:00", "17:30"]
silent = "never"
[[test]]
title = "t"
feed = "a b"
lang = "ja"
expect = []
"##;

#[test]
fn odd_names_and_every_setting_read_back() {
    let directory = Directory::with(EVERY_SETTING.replace("[feed]", "notify = [\"hook\"]\n[feed]"));
    directory.write("ca.pem", authority());
    let config = directory.load().expect("a config").config;
    let proxied = config
        .feeds
        .iter()
        .map(|feed| feed.access.transport.proxy.is_some());
    assert_eq!(proxied.collect::<Vec<_>>(), [true, true, false]);
    directory.write("fivebells.toml", effective(&config));
    let again = directory.load().unwrap_or_else(|errors| panic!("{errors}"));
    assert_eq!(comparable(again.config), comparable(config));
}

#[test]
fn where_tokens_come_from_is_shown_without_its_secrets() {
    let directory = Directory::with(
        "[feed]\na = \"https://example.org/a\"\n[watch]\nb = \"B\"\n[receiver]\n\
         c = { email = \"c@example.org\" }\n\
         [mail]\nserver = \"mail.example.org\"\nfrom = \"b@example.org\"\nusername = \"b\"\n\
         [mail.oauth]\ntoken_url = \"http://127.0.0.1:1/token\"\nclient_id = \"id\"\n\
         refresh_token = { env = \"SMTP_PASSWORD\" }\n",
    );
    let text = effective(&directory.load().expect("a config").config);
    let oauth = "oauth = { token_url = \"http://127.0.0.1:1/token\", client_id = \"id\", \
                 refresh_token = \"<hidden>\" }";
    assert!(text.contains(oauth), "{text}");
    assert!(!text.contains(MARKER), "{text}");
}

#[test]
fn no_secret_is_shown() {
    let directory = Directory::with(format!(
        "[feed]\na = \"https://example.org/a\"\n[watch]\nb = \"B\"\n[receiver.c]\n\
         webhook = \"https://example.org/c?token={MARKER}\"\nsecret = {{ env = \"SIEM_KEY\" }}\n\
         headers = {{ X-Key = \"{MARKER}\", X-Other = {{ env = \"SIEM_TOKEN\" }} }}\n\
         [health]\nping = \"https://hc-ping.com/{MARKER}\"\n"
    ));
    let inline = directory.load().expect("a config").config;
    for config in [inline, example("config/fivebells.toml")] {
        let text = effective(&config);
        assert!(!text.contains(MARKER), "{text}");
        assert!(!text.contains("whsec_"), "{text}");
        assert!(text.contains("<hidden>"), "{text}");
        toml::from_str::<toml::Table>(&text).expect("TOML");
    }
}

fn authority() -> String {
    let key = rcgen::KeyPair::generate().expect("a key");
    let params = rcgen::CertificateParams::new(["authority".to_owned()]).expect("parameters");
    params.self_signed(&key).expect("a certificate").pem()
}

#[test]
fn no_secret_of_a_feed_is_shown() {
    let directory = Directory::with(
        "[feed]\n\
         a = { url = \"https://example.org/a\", username = \"me\", \
               password = { env = \"SMTP_PASSWORD\" }, proxy = { env = \"PROXY_URL\" }, \
               headers = { X-Key = { env = \"SMTP_PASSWORD\" }, Accept = \"text/xml\" } }\n\
         b = { url = \"https://example.org/b\", bearer = { env = \"SMTP_PASSWORD\" } }\n\
         [watch]\nb = \"B\"\n[receiver.c]\nstdout = true\n[poll]\nproxy = { env = \"PROXY_URL\" }\n",
    );
    let config = directory
        .load()
        .unwrap_or_else(|errors| panic!("{errors}"))
        .config;
    let text = effective(&config);
    let debug = format!("{config:?}");
    assert!(
        !text.contains(MARKER) && !debug.contains(MARKER),
        "{text}{debug}"
    );
    for line in [
        "headers = { X-Key = \"<hidden>\", Accept = \"<hidden>\" }",
        "username = \"me\"\npassword = \"<hidden>\"",
        "bearer = \"<hidden>\"",
        "proxy = \"<hidden>\"",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
}

#[test]
fn the_example_in_effect() {
    let mut config = comparable(example("config/fivebells.toml"));
    config.path = "config/fivebells.toml".into();
    config.store.path = "config/fivebells.db".into();
    insta::assert_snapshot!(effective(&config));
}
