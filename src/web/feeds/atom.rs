//! RFC 4287.

use jiff::Timestamp;
use quick_xml::{
    Writer,
    events::{BytesDecl, BytesText, Event},
};

use super::{AlertsFeed, entry::Entry};

type Xml = Writer<Vec<u8>>;
type Written = std::io::Result<()>;

/// The document.
pub(super) fn write(feed: &AlertsFeed) -> Vec<u8> {
    let mut xml = Writer::new(Vec::new());
    let written = document(&mut xml, feed);
    written.expect("memory takes what is written to it");
    xml.into_inner()
}

fn document(xml: &mut Xml, feed: &AlertsFeed) -> Written {
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("utf-8"), None)))?;
    let root = xml.create_element("feed");
    root.with_attribute(("xmlns", "http://www.w3.org/2005/Atom"))
        .write_inner_content(|xml| {
            text(xml, "id", &feed.id)?;
            text(xml, "title", &feed.title)?;
            // Without an entry the same moment each time, so that the document is the same.
            let updated = feed.entries.iter().map(|entry| entry.updated).max();
            time(xml, "updated", updated.unwrap_or(Timestamp::UNIX_EPOCH))?;
            link(xml, "self", &feed.own, Some("application/atom+xml"))?;
            link(xml, "alternate", &feed.page, Some("text/html"))?;
            xml.create_element("author")
                .write_inner_content(|xml| text(xml, "name", "Fivebells"))?;
            xml.create_element("generator")
                .with_attribute(("version", env!("CARGO_PKG_VERSION")))
                .write_text_content(BytesText::new("Fivebells"))?;
            feed.entries.iter().try_for_each(|it| entry(xml, it))
        })?;
    Ok(())
}

fn entry(xml: &mut Xml, entry: &Entry) -> Written {
    let mut element = xml.create_element("entry");
    if let Some(language) = &entry.language {
        element = element.with_attribute(("xml:lang", language.as_str()));
    }
    element.write_inner_content(|xml| {
        text(xml, "id", &entry.id)?;
        text(xml, "title", &entry.title)?;
        time(xml, "published", entry.published)?;
        time(xml, "updated", entry.updated)?;
        // An entry without a link needs `content`, which ours has: 4.1.2.
        link(
            xml,
            "alternate",
            entry.link.as_ref().unwrap_or(&entry.why),
            None,
        )?;
        if entry.link.is_some() {
            link(xml, "related", &entry.why, Some("text/html"))?;
        }
        let names: &[String] = match entry.authors.as_slice() {
            [] => std::slice::from_ref(&entry.feed),
            names => names,
        };
        for name in names {
            xml.create_element("author")
                .write_inner_content(|xml| text(xml, "name", name))?;
        }
        for (prefix, names) in [("watch:", &entry.watches), ("tag:", &entry.tags)] {
            for name in names {
                category(xml, &format!("{prefix}{name}"), name)?;
            }
        }
        let priority = entry.priority.as_str();
        category(xml, &format!("priority:{priority}"), priority)?;
        if !entry.summary.trim().is_empty() {
            text(xml, "summary", &entry.summary)?;
        }
        xml.create_element("content")
            .with_attribute(("type", "html"))
            .write_text_content(BytesText::new(&entry.content))?;
        Ok(())
    })?;
    Ok(())
}

fn text(xml: &mut Xml, name: &str, text: &str) -> Written {
    xml.create_element(name)
        .write_text_content(BytesText::new(text))
        .map(drop)
}

fn time(xml: &mut Xml, name: &str, at: Timestamp) -> Written {
    text(xml, name, &at.to_string())
}

fn link(xml: &mut Xml, rel: &str, href: &str, media_type: Option<&str>) -> Written {
    let mut element = xml.create_element("link");
    element = element
        .with_attribute(("rel", rel))
        .with_attribute(("href", href));
    if let Some(media_type) = media_type {
        element = element.with_attribute(("type", media_type));
    }
    element.write_empty().map(drop)
}

fn category(xml: &mut Xml, term: &str, label: &str) -> Written {
    let element = xml.create_element("category");
    let element = element.with_attribute(("term", term));
    element
        .with_attribute(("label", label))
        .write_empty()
        .map(drop)
}
