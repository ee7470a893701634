#!/bin/sh
# crates.io: feed-rs 3.0.0
#
# Guess:  `Entry::source` holds what the entry says of where it was first published: Atom's <source>, as
#         its documentation says, and RSS 2.0 <source url="...">.
# Seen:   no parser fills it. It is None for both, and for RSS 1.0 with dc:source; the URL and the text are nowhere else in the entry. Google News and other
#         collections name the publisher of an entry only there.
set -eu
t=$(mktemp -d)
trap 'rm -rf "$t"' EXIT
mkdir "$t/src"
cat >"$t/Cargo.toml" <<'C'
[package]
name = "probe"
version = "0.0.0"
edition = "2021"
[dependencies]
feed-rs = { version = "=3.0.0", default-features = false }
C
cat >"$t/src/main.rs" <<'C'
fn main() {
    for (name, text) in [
        ("RSS 2.0", r#"<rss version="2.0"><channel><title>t</title><link>https://news.example/</link><description>d</description><item><title>one</title><link>https://news.example/1</link><source url="https://paper.example/rss">Paper</source></item></channel></rss>"#),
        ("Atom", r#"<feed xmlns="http://www.w3.org/2005/Atom"><id>urn:x:f</id><title>t</title><updated>2026-11-30T00:00:00Z</updated><entry><id>urn:x:1</id><title>one</title><updated>2026-11-30T00:00:00Z</updated><source><id>https://paper.example/atom</id><title>Paper</title><link href="https://paper.example/"/></source></entry></feed>"#),
        ("RSS 1.0", r#"<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="https://news.example/"><title>t</title><link>https://news.example/</link><description>d</description></channel><item rdf:about="https://news.example/1"><title>one</title><link>https://news.example/1</link><dc:source>https://paper.example/</dc:source></item></rdf:RDF>"#),
    ] {
        let feed = feed_rs::parser::parse(text.as_bytes()).expect("it is valid");
        let entry = &feed.entries[0];
        let elsewhere = format!("{entry:?}").contains("paper.example");
        println!("{name}: source {:?}, elsewhere in the entry {elsewhere}", entry.source);
    }
}
C
expected='RSS 2.0: source None, elsewhere in the entry false
Atom: source None, elsewhere in the entry false
RSS 1.0: source None, elsewhere in the entry false'
actual=$(CARGO_TARGET_DIR="$t/target" cargo run -q --manifest-path "$t/Cargo.toml")
echo "feed-rs 3.0.0, an entry that names its source"
printf '%s\n' "$actual"
[ "$actual" = "$expected" ] || { printf 'CHANGED, it was:\n%s\n' "$expected"; exit 1; }
