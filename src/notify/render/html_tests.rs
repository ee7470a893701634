//! The HTML of mails: what comes first, what language it is in, how large it gets.

use jiff::tz::TimeZone;

use super::{MailContent, Transfer, html::MAX_BYTES, mail};
use crate::{
    model::{Alert, Event, Notice},
    notify::sample::{every_kind, sample_digest, sample_notice},
};

fn shown(notice: &Notice) -> MailContent {
    mail(notice, &TimeZone::UTC)
}

fn altered(change: impl FnOnce(&mut Alert)) -> Notice {
    let mut notice = sample_notice("2026-11-22T06:41:07Z".parse().expect("a time"));
    if let Event::Alert(alert) = &mut notice.event {
        change(alert);
    }
    notice
}

/// The sample digest with `number` alerts, each changed.
fn digest(number: usize, change: impl Fn(usize, &mut Alert)) -> Notice {
    let mut notice = sample_digest("2026-11-22T06:41:07Z".parse().expect("a time"));
    let Event::DigestReady(digest) = &mut notice.event else {
        panic!("a digest");
    };
    let mixed = digest.alerts.clone().into_iter().cycle();
    digest.alerts = mixed.take(number).collect();
    digest.count = u32::try_from(number).expect("few");
    for (at, alert) in digest.alerts.iter_mut().enumerate() {
        change(at, alert);
    }
    notice
}

/// A digest as a Japanese desk gets it: every headline and every sentence as long as there.
fn japanese(number: usize, title_chars: usize) -> Notice {
    digest(number, |at, alert| {
        alert.item.title = format!("{}{at:05}号", "防".repeat(title_chars));
        alert.item.link = Some(format!("https://news.example/html/20261130/k{at:05}.html"));
        alert.item.language = Some("ja".to_owned());
        for hit in &mut alert.matches {
            hit.context.text = "日米同盟の抑止力を強化。".repeat(23);
            hit.context.range = [120, 122];
        }
    })
}

fn body(html: &str) -> &str {
    html.split_once("<body>").expect("a body").1
}

#[test]
fn what_an_inbox_shows_of_a_mail_is_the_story() {
    let first = |notice: &Notice| {
        let content = shown(notice);
        let text = crate::text::to_plain(body(&content.html));
        text.trim().lines().next().unwrap_or_default().to_owned()
    };
    assert!(first(&altered(|_| {})).starts_with("Shinjirō Koizumi and Pete"));
    let digest = digest(3, |_, _| {});
    assert_eq!(first(&digest), "koizumi, hegseth");
    let content = shown(&digest);
    for of_digest in [body(&content.html), &content.text] {
        let place = |words: &str| of_digest.find(words).unwrap_or_else(|| panic!("{words}"));
        assert!(place("Pete") < place("3 alerts, collected"));
        assert!(place("防衛相") < place("3 alerts, collected"));
    }
}

#[test]
fn source_and_time_stand_there_once() {
    for published in [Some("2026-11-22T06:30:07Z"), None] {
        let html = shown(&altered(|alert| {
            alert.item.published = published.map(|time| time.parse().expect("a time"));
        }))
        .html;
        let time = if published.is_some() {
            "06:30"
        } else {
            "seen Sun 22 Nov 2026, 06:41"
        };
        for once in ["The Diplomat", time, "06:41"] {
            assert_eq!(html.matches(once).count(), 1, "{once} in {html}");
        }
    }
}

#[test]
fn every_document_has_a_title() {
    for notice in every_kind() {
        let html = shown(&notice).html;
        let title = html.split("</title>").next().expect("a head");
        let title = title.rsplit('>').next().expect("a title");
        assert!(title.len() > 8, "{}: {title:?}", notice.event.kind());
    }
    let html = shown(&digest(3, |_, _| {})).html;
    assert!(html.contains("<title>3 alerts: Shinjirō Koizumi"), "{html}");
}

#[test]
fn a_storys_language_stands_around_its_words() {
    let html = |language: Option<&str>| {
        shown(&altered(|alert| {
            alert.item.language = language.map(str::to_owned);
        }))
        .html
    };
    let japanese = html(Some("ja"));
    for place in [
        "<head lang=\"ja\">",
        "<h1 lang=\"ja\">",
        "<span lang=\"ja\">Japan&apos;s",
    ] {
        assert!(japanese.contains(place), "{place} in {japanese}");
    }
    assert!(
        japanese.contains("<html lang=\"en\">"),
        "our own words are English"
    );
    assert!(!body(&html(Some("en"))).contains("lang="));
    // Unknown is not English, nor is what is no tag at all.
    for unknown in [None, Some("\" onload=\""), Some("japanese language")] {
        assert!(html(unknown).contains("<h1 lang=\"\">"), "{unknown:?}");
    }
    let languages = ["zh-Hant", "ko", "en"];
    let digest = digest(3, |at, alert| {
        alert.item.language = Some(languages[at].to_owned());
    });
    let html = shown(&digest).html;
    for place in ["<p lang=\"zh-Hant\"><a", "<p lang=\"ko\"><a", "<p><a"] {
        assert_eq!(html.matches(place).count(), 1, "{place} in {html}");
    }
}

/// Gmail shows the first 102 kB of a mail and hides the rest behind a link.
#[test]
fn a_hundred_japanese_stories_are_shown_whole() {
    let content = shown(&japanese(100, 50));
    assert!(Transfer::of(&content.html).1 <= MAX_BYTES);
    for at in 0..100 {
        assert!(content.html.contains(&format!("{at:05}号</a>")), "{at}");
        assert!(content.html.contains(&format!("k{at:05}.html\">")), "{at}");
    }
    let sentences = content.html.matches("<mark>").count();
    assert!(sentences >= 100, "{sentences} sentences with their hits");
    assert!(!content.html.contains("do not fit"));
}

#[test]
fn stories_that_do_not_fit_are_counted_and_stand_in_the_text() {
    let content = shown(&japanese(400, 300));
    let size = Transfer::of(&content.html).1;
    assert!((90_000..=MAX_BYTES).contains(&size), "{size}");
    let stories = content.html.matches("号</a>").count();
    let more = 400 - stories;
    assert!(stories > 50, "{stories}");
    assert!(
        content
            .html
            .contains(&format!("<strong>{more} more</strong> do not fit"))
    );
    assert_eq!(content.text.matches("号\n").count(), 400);
}

#[test]
fn a_story_that_alone_is_too_long_leaves_a_mail_that_says_so() {
    let notice = digest(1, |_, alert| {
        alert.watches = (0..1000).map(|at| format!("{at:0100}")).collect();
    });
    let html = shown(&notice).html;
    assert!(html.contains("<strong>1 more</strong>"), "{}", html.len());
}

#[test]
fn a_failing_notice_has_its_commands_set_apart_and_its_address_to_click() {
    let failing = shown(&every_kind()[1]).html;
    for part in [
        "<code>fivebells fetch nhk</code> asks it now",
        "<a href=\"https://www3.nhk.or.jp/rss/news/cat0.xml\">https://www3",
        ">Next try</th><td>Sun 22 Nov 2026, 06:41 UTC</td>",
    ] {
        assert!(failing.contains(part), "{part} in {failing}");
    }
}

#[test]
fn an_alert_of_very_many_watches_names_some_and_counts_the_others() {
    let content = shown(&altered(|alert| {
        alert.watches = (0..1500).map(|at| format!("watch-{at}")).collect();
    }));
    assert!(Transfer::of(&content.html).1 <= MAX_BYTES);
    assert!(
        content.html.contains("and 1462 more in the plain text"),
        "{}",
        content.html
    );
    assert!(content.text.contains("watch-1499"));
}

/// The estimate decides what fits, so it may be too high and never too low.
#[test]
fn the_size_on_the_way_is_known_before() {
    use lettre::message::{Body, header::ContentTransferEncoding};

    let mut texts = vec![
        "a \n=\n \n".repeat(40),
        "é".repeat(500),
        "a".repeat(500),
        String::new(),
        shown(&japanese(100, 50)).html,
    ];
    texts.extend(every_kind().iter().flat_map(|notice| {
        let content = shown(notice);
        [content.text, content.html]
    }));
    for text in texts {
        let (chosen, estimate) = Transfer::of(&text);
        let sizes = [
            ContentTransferEncoding::QuotedPrintable,
            ContentTransferEncoding::Base64,
        ]
        .map(|encoding| {
            let body = Body::new_with_encoding(text.clone(), encoding);
            body.expect("both can").into_vec().len()
        });
        let (size, other) = match chosen {
            Transfer::QuotedPrintable => (sizes[0], sizes[1]),
            Transfer::Base64 => (sizes[1], sizes[0]),
        };
        assert!(
            size <= estimate && estimate <= size + size / 10 + 8,
            "{size} {estimate}"
        );
        assert!(size <= other + other / 10 + 8, "{size} {other}");
    }
}
