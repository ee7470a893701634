//! What it costs to read a feed: `cargo bench --bench micro -- 'feed of 30'`.

use std::{fmt::Write as _, hint::black_box};

use criterion::{Criterion, Throughput, criterion_group};
use fivebells::parse::{Document, parse};
use jiff::Timestamp;
use url::Url;

/// A news feed of 30 items and about 25 KB, the size of the median real one.
fn feed() -> String {
    let mut feed = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rss version=\"2.0\" \
         xmlns:dc=\"http://purl.org/dc/elements/1.1/\" \
         xmlns:content=\"http://purl.org/rss/1.0/modules/content/\">\n<channel>\n\
         <title>Defence wire</title><link>https://example.org/</link><language>en</language>\n",
    );
    for item in 0..30 {
        write!(
            feed,
            "<item>\n<title>Shinjir\u{14d} Koizumi meets Hegseth, part {item}</title>\n\
             <link>https://example.org/news/{item}?a=1&amp;utm_source=rss</link>\n\
             <guid isPermaLink=\"false\">https://example.org/?p={item}</guid>\n\
             <pubDate>Sun, 22 Nov 2026 06:{item:02}:00 +0000</pubDate>\n\
             <dc:creator><![CDATA[Jane Roe]]></dc:creator><category>Defence</category>\n\
             <description><![CDATA[<p>The minister said on Sunday that the alliance &#8217;s \
             course was set.</p>]]></description>\n\
             <content:encoded><![CDATA[<p>The minister said on Sunday that the alliance&#8217;s \
             course was set.</p><p>{}</p>]]></content:encoded>\n</item>\n",
            "Officials in both capitals expect talks. ".repeat(7)
        )
        .expect("a String takes everything");
    }
    feed.push_str("</channel></rss>\n");
    feed
}

fn parsing(criterion: &mut Criterion) {
    let feed = feed();
    let url = Url::parse("https://example.org/feed").expect("a URL");
    let now: Timestamp = "2026-11-22T12:00:00Z".parse().expect("RFC 3339");
    let document = Document {
        bytes: feed.as_bytes(),
        content_type: None,
        url: &url,
    };
    let items = parse(&document, now).expect("a feed").items.len();
    assert_eq!((items, feed.len() / 1000), (30, 25));

    let mut group = criterion.benchmark_group("feed of 30 items, 25 KB");
    group.throughput(Throughput::Bytes(feed.len() as u64));
    group.bench_function("ours, bytes to items with keys", |bencher| {
        bencher.iter(|| parse(black_box(&document), now));
    });
    group.bench_function("feed-rs alone", |bencher| {
        bencher.iter(|| feed_rs::parser::parse(black_box(feed.as_bytes())));
    });
    group.finish();
}

criterion_group!(benches, parsing);
