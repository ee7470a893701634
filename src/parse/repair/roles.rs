//! What the elements of each vocabulary mean, by their names in lower case.

use super::vocabulary::{Family, Role};

pub(super) fn core_role(lower: &[u8]) -> Role {
    match lower {
        b"rss" => Role::Root(Family::Rss),
        b"feed" => Role::Root(Family::Atom),
        b"rdf" => Role::Root(Family::Rdf),
        b"item" | b"entry" => Role::Item,
        b"title" => Role::Title,
        b"link" => Role::Link,
        b"guid" | b"id" => Role::Id,
        b"description" | b"summary" | b"abstract" => Role::Summary,
        b"content" | b"body" | b"fullitem" => Role::Content,
        b"pubdate" | b"published" | b"issued" | b"created" => Role::Published,
        b"updated" | b"modified" | b"lastbuilddate" => Role::Updated,
        b"author" | b"contributor" | b"managingeditor" | b"webmaster" => Role::Author,
        // `date`, `creator` and `subject` are Dublin Core's without its prefix.
        b"category" | b"subject" => Role::Category,
        b"date" => Role::SecondDate,
        b"creator" => Role::SecondAuthor,
        b"keywords" | b"tags" => Role::Keywords,
        b"subtitle" => Role::OtherText,
        b"enclosure" => Role::Enclosure,
        b"language" => Role::Language,
        b"generator" => Role::Generator,
        b"ttl" => Role::Ttl,
        b"hour" => Role::SkipHour,
        b"day" => Role::SkipDay,
        b"image" | b"textinput" | b"source" | b"cloud" | b"items" => Role::Foreign,
        _ => Role::Unknown,
    }
}

pub(super) fn dublin_core_role(lower: &[u8]) -> Role {
    match lower {
        b"title" => Role::Title,
        b"alternative" => Role::SecondTitle,
        b"description" | b"abstract" => Role::Summary,
        b"creator" | b"author" | b"contributor" => Role::Author,
        b"subject" => Role::Category,
        b"date" | b"created" | b"issued" | b"available" => Role::Published,
        b"modified" => Role::Updated,
        b"language" => Role::Language,
        b"identifier" => Role::SecondId,
        _ => Role::Foreign,
    }
}

pub(super) fn media_role(lower: &[u8]) -> Role {
    match lower {
        b"title" => Role::SecondTitle,
        b"description" | b"text" | b"subtitle" => Role::OtherText,
        b"keywords" => Role::Keywords,
        b"category" => Role::Category,
        b"credit" => Role::Credit,
        b"group" | b"content" => Role::Unknown,
        _ => Role::Foreign,
    }
}

pub(super) fn itunes_role(lower: &[u8]) -> Role {
    match lower {
        b"title" => Role::SecondTitle,
        b"author" => Role::SecondAuthor,
        b"summary" | b"description" => Role::SecondSummary,
        b"subtitle" => Role::OtherText,
        b"keywords" => Role::Keywords,
        b"category" => Role::Category,
        _ => Role::Foreign,
    }
}

/// PRISM 3.0: what names the story's subjects and place, and its texts.
pub(super) fn prism_role(lower: &[u8]) -> Role {
    match lower {
        b"alternatetitle" => Role::SecondTitle,
        b"teaser" | b"subtitle" => Role::OtherText,
        b"publicationname" | b"section" | b"subsection1" | b"subsection2" | b"keyword"
        | b"person" | b"organization" | b"location" | b"event" | b"object" | b"industry"
        | b"ticker" | b"genre" | b"category" | b"subject" => Role::Category,
        b"publicationdate" | b"coverdate" => Role::SecondDate,
        _ => Role::Foreign,
    }
}

pub(super) fn open_graph_role(lower: &[u8]) -> Role {
    match lower {
        b"title" => Role::SecondTitle,
        b"description" => Role::SecondSummary,
        _ => Role::Foreign,
    }
}

/// CAP 1.2, whole alerts in an item and single elements.
pub(super) fn cap_role(lower: &[u8]) -> Role {
    match lower {
        b"headline" => Role::SecondTitle,
        b"description" | b"instruction" | b"areadesc" => Role::OtherText,
        b"event" => Role::Category,
        b"sendername" => Role::SecondAuthor,
        b"sent" => Role::SecondDate,
        b"alert" | b"info" | b"area" => Role::Unknown,
        _ => Role::Foreign,
    }
}
