//! The feed that every publisher shows: 30 items and 25 KB, gzipped.

use std::{
    collections::HashMap,
    fmt::Write as _,
    io::Write as _,
    sync::{Arc, Mutex},
};

use flate2::{Compression, write::GzEncoder};

/// Items in a document, as in the median real feed twice over.
pub(crate) const ITEMS: usize = 30;

/// Every version of the document, made when first asked for. Version `n` shows the items `n` to
/// `n + 29`, the newest on top: from one to the next, one item is new.
#[derive(Debug, Default)]
pub(crate) struct Documents(Mutex<HashMap<usize, Arc<[u8]>>>);

impl Documents {
    pub(crate) fn gzipped(&self, version: usize) -> Arc<[u8]> {
        let mut documents = self.0.lock().expect("no holder panics");
        Arc::clone(documents.entry(version).or_insert_with(|| gzip(version)))
    }
}

/// The guid of the newest item of a version.
pub(crate) fn newest(version: usize) -> String {
    guid(version + ITEMS - 1)
}

fn guid(item: usize) -> String {
    format!("https://example.org/?p={item}")
}

fn gzip(version: usize) -> Arc<[u8]> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder
        .write_all(document(version).as_bytes())
        .and_then(|()| encoder.finish())
        .expect("a Vec takes everything")
        .into()
}

fn document(version: usize) -> String {
    let mut feed = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rss version=\"2.0\" \
         xmlns:dc=\"http://purl.org/dc/elements/1.1/\" \
         xmlns:content=\"http://purl.org/rss/1.0/modules/content/\">\n<channel>\n\
         <title>Defence wire</title><link>https://example.org/</link><language>en</language>\n",
    );
    for item in (version..version + ITEMS).rev() {
        write!(
            feed,
            "<item>\n<title>Shinjir\u{14d} Koizumi meets Hegseth, part {item}</title>\n\
             <link>https://example.org/news/{item}?a=1&amp;utm_source=rss</link>\n\
             <guid isPermaLink=\"false\">{}</guid>\n\
             <pubDate>Sun, 22 Nov 2026 06:{:02}:00 +0000</pubDate>\n\
             <dc:creator><![CDATA[Jane Roe]]></dc:creator><category>Defence</category>\n\
             <description><![CDATA[<p>The minister said on Sunday that the alliance &#8217;s \
             course was set.</p>]]></description>\n\
             <content:encoded><![CDATA[<p>The minister said on Sunday that the alliance&#8217;s \
             course was set.</p><p>{}</p>]]></content:encoded>\n</item>\n",
            guid(item),
            item % 60,
            "Officials in both capitals expect talks. ".repeat(7)
        )
        .expect("a String takes everything");
    }
    feed.push_str("</channel></rss>\n");
    feed
}
