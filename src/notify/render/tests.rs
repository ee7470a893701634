//! What people read, as snapshots; what strangers try, as rules.

use jiff::tz::TimeZone;

use super::*;
use crate::{
    model::{Alert, Event, Field, Priority, Update},
    notify::sample::{every_kind, sample_digest, sample_notice},
};

fn tokyo() -> TimeZone {
    TimeZone::get("Asia/Tokyo").unwrap()
}

fn alert() -> Notice {
    sample_notice("2026-11-22T06:41:07Z".parse().unwrap())
}

/// The sample with its alert changed.
fn altered(change: impl FnOnce(&mut Alert)) -> Notice {
    let mut notice = alert();
    if let Event::Alert(alert) = &mut notice.event {
        change(alert);
    }
    notice
}

/// Gives the alert's story the same other sources, and words like theirs.
fn in_story(alert: &mut Alert) {
    let story = alert.story.as_mut().expect("the sample has a story");
    story.also.clone_from(&alert.also);
    story.sent_because = Some(alert.also[0].title.clone());
    story.corroborated = Some(alert.also[0].title.clone());
}

#[test]
fn the_html_of_an_alert() {
    insta::assert_snapshot!(mail(&alert(), &tokyo()).html);
}

#[test]
fn the_html_of_a_report() {
    let mut all = every_kind().into_iter();
    let report = all.rfind(|it| it.event.kind() == "report.ready");
    let report = report.expect("there is one");
    insta::assert_snapshot!(mail(&report, &tokyo()).html);
}

#[test]
fn the_html_of_a_digest() {
    let digest = sample_digest("2026-11-22T06:41:07Z".parse().unwrap());
    insta::assert_snapshot!(mail(&digest, &tokyo()).html);
}

#[test]
fn a_digest_counts_all_and_stands_by_watch_the_most_urgent_first() {
    let mut notice = sample_digest("2026-11-22T06:41:07Z".parse().unwrap());
    let Event::DigestReady(digest) = &mut notice.event else {
        panic!("a digest");
    };
    digest.alerts[0].item.title = "学".repeat(121);
    let second = digest.alerts[1].clone();
    digest.alerts.push(second);
    digest.count = 4;
    let content = mail(&notice, &tokyo());
    let cut = "学".repeat(119);
    let subject = format!("URGENT [4 alerts] {cut}…, and 3 more");
    assert_eq!(content.subject, subject);
    assert!(
        content.text.starts_with("koizumi, hegseth\n==="),
        "{}",
        content.text
    );
    let topics = ["koizumi, hegseth\n===", "\nhegseth\n===", "\nkoizumi\n==="];
    let places = topics.map(|topic| content.text.find(topic).expect(topic));
    assert!(places.is_sorted(), "{}", content.text);
    let stories = content.text.matches("Pentagon: *Hegseth* to visit").count();
    assert_eq!(stories, 2);
    // One alone counts nobody else.
    let Event::DigestReady(digest) = &mut notice.event else {
        panic!("a digest");
    };
    digest.alerts.drain(..3);
    digest.count = 1;
    let subject = mail(&notice, &tokyo()).subject;
    assert_eq!(
        subject,
        "URGENT [1 alert] Pentagon: Hegseth to visit Manila after Tokyo"
    );
}

#[test]
fn every_kind_as_text() {
    let texts: Vec<String> = every_kind()
        .iter()
        .map(|notice| mail(notice, &tokyo()))
        .map(|content| format!("Subject: {}\n\n{}", content.subject, content.text))
        .collect();
    insta::assert_snapshot!(texts.join("\n==========\n"));
}

#[test]
fn every_kind_on_a_terminal() {
    let blocks: String = every_kind()
        .iter()
        .map(|notice| terminal(notice, &tokyo(), false))
        .collect();
    insta::assert_snapshot!(blocks);
}

#[test]
fn an_alert_in_colour() {
    let block = terminal(&alert(), &tokyo(), true).replace('\u{1b}', "ESC");
    insta::assert_snapshot!(block);
}

#[test]
fn an_update_says_so_and_what_changed() {
    let update = |changed: &[Field], before: Option<&str>| {
        altered(|alert| {
            alert.update = Some(Update {
                changed: changed.to_vec(),
                title_before: before.map(str::to_owned),
            });
        })
    };
    let (title, summary, content) = (Field::Title, Field::Summary, Field::Content);
    for (changed, before, words) in [
        (&[title][..], Some("<b>Agenda"), "the title was “<b>Agenda”"),
        (&[title], Some(" "), "there was no title"),
        (
            &[title, summary, content],
            Some("A\u{1b}[2J"),
            "the title was “A [2J”; summary and content changed",
        ),
        (&[content], None, "content changed"),
    ] {
        let notice = update(changed, before);
        let content = mail(&notice, &tokyo());
        assert!(
            content
                .subject
                .starts_with("URGENT [koizumi, hegseth] Update: Shinj"),
            "{}",
            content.subject
        );
        let line = format!("\nUpdate: {words}\n");
        assert!(content.text.contains(&line), "{}", content.text);
        let escaped = htmlize::escape_all_quotes(words);
        assert!(content.html.contains(&*escaped), "{}", content.html);
        let block = terminal(&notice, &tokyo(), false);
        assert!(block.contains(&format!("\nupdate: {words}\n")), "{block}");
    }
    assert!(!mail(&alert(), &tokyo()).text.contains("Update"));
}

#[test]
fn subjects_are_one_line_of_bounded_length() {
    let notice = altered(|alert| {
        alert.item.title = "小泉\r\n\t進次郎 ".repeat(500);
        alert.feed.title = "Feed ".repeat(500);
        alert.watches = vec!["watch".to_owned(); 500];
    });
    let subject = mail(&notice, &tokyo()).subject;
    assert!(!subject.contains(char::is_control));
    assert_eq!(
        subject.chars().count(),
        "URGENT [".len() + 60 + "] ".len() + 160 + 3 + 60
    );
}

#[test]
fn the_title_is_cut_at_its_bound() {
    let of = |chars| {
        let notice = altered(|alert| alert.item.title = "学".repeat(chars));
        mail(&notice, &tokyo()).subject
    };
    assert!(of(160).contains(&"学".repeat(160)) && !of(160).contains('…'));
    assert!(of(161).contains(&format!("{}…", "学".repeat(159))));
}

#[test]
fn no_markup_of_a_strangers_gets_into_the_html() {
    let attack = "<script>alert(1)</script><img src=x onerror=y>\"'><a href=javascript:z>&amp;";
    let notice = altered(|alert| {
        alert.item.title = attack.to_owned();
        alert.item.authors = vec![attack.to_owned()];
        alert.item.link = Some(format!("https://example.org/{attack}"));
        alert.feed.title = attack.to_owned();
        alert.watches = vec![attack.to_owned()];
        alert.also[0].title = attack.to_owned();
        alert.also[0].feed = attack.to_owned();
        alert.also[0].publisher = Some(attack.to_owned());
        in_story(alert);
        for hit in &mut alert.matches {
            hit.watch = attack.to_owned();
            hit.term = attack.to_owned();
            hit.context.text = attack.to_owned();
        }
    });
    let html = mail(&notice, &tokyo()).html;
    let ours = [
        "!DOCTYPE",
        "html",
        "head",
        "meta",
        "title",
        "body",
        "div",
        "p",
        "h1",
        "a",
        "mark",
        "blockquote",
        "span",
        "br",
        "table",
        "tr",
        "td",
        "strong",
        "small",
        "b",
        "q",
        "th",
        "h2",
        "style",
        "code",
    ];
    for tag in html.split('<').skip(1) {
        let name: &str = tag.trim_start_matches('/');
        let end = name.find([' ', '>', '/']).unwrap();
        assert!(ours.contains(&&name[..end]), "<{tag}");
    }
    assert!(!html.contains("href=\"javascript"));
}

#[test]
fn nobody_sees_what_only_counts_readers_and_the_stored_link_keeps_it() {
    let counted = "https://wire.example/story?id=7&utm_source=rss&fbclid=1#xtor=RSS-1";
    let mut digest = sample_digest("2026-11-22T06:41:07Z".parse().unwrap());
    let Event::DigestReady(of_digest) = &mut digest.event else {
        panic!("a digest");
    };
    of_digest.alerts[0].item.link = Some(counted.to_owned());
    let story = altered(|alert| {
        alert.item.link = Some(counted.to_owned());
        alert.also[0].link = Some(counted.to_owned());
        in_story(alert);
    });
    let untitled = altered(|alert| {
        alert.item.title.clear();
        alert.item.summary.clear();
        alert.item.link = Some(counted.to_owned());
    });
    for notice in [digest, story, untitled] {
        let content = mail(&notice, &tokyo());
        let message = message(&notice, &tokyo());
        let block = terminal(&notice, &tokyo(), false);
        let service = format!("{message:?}");
        for seen in [content.subject, content.text, content.html, block, service] {
            let is_counted = ["utm_", "fbclid", "xtor"]
                .iter()
                .any(|it| seen.contains(it));
            assert!(!is_counted, "{seen}");
        }
        let kept = serde_json::to_string(&notice.event).unwrap();
        assert!(kept.contains("utm_source"));
    }
}

#[test]
fn only_web_links_become_links() {
    for link in [
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "nonsense",
    ] {
        let notice = altered(|alert| {
            alert.item.link = Some(link.to_owned());
            alert.also.clear();
            alert.story = None;
        });
        let content = mail(&notice, &tokyo());
        assert!(!content.html.contains("href"), "{link}");
        assert!(!content.text.contains(link), "{link}");
    }
}

#[test]
fn nothing_remote_is_loaded() {
    for notice in every_kind() {
        let html = mail(&notice, &tokyo()).html;
        for loads in [
            "<img", "<link", "src=", "url(", "@import", "<script", "<iframe",
        ] {
            assert!(!html.contains(loads), "{loads}");
        }
    }
}

#[test]
fn no_escape_sequence_of_a_strangers_gets_to_the_terminal() {
    let attack = "\u{1b}]0;owned\u{7}\u{9b}2J\u{1b}[2J\r\n\u{202e}gnp.exe\u{8}";
    let notice = altered(|alert| {
        alert.item.title = attack.to_owned();
        alert.item.link = Some(format!("https://example.org/{attack}"));
        alert.feed.title = attack.to_owned();
        alert.feed.name = attack.to_owned();
        alert.watches = vec![attack.to_owned()];
        alert.also[0].title = attack.to_owned();
        alert.also[0].feed = attack.to_owned();
        alert.also[0].publisher = Some(attack.to_owned());
        in_story(alert);
        for hit in &mut alert.matches {
            hit.field = Field::Content;
            hit.context.text = attack.to_owned();
            hit.context.range = [2, 5];
        }
    });
    for text in [
        terminal(&notice, &tokyo(), false),
        mail(&notice, &tokyo()).text,
    ] {
        let acts =
            |c: char| (c.is_control() && c != '\n') || ('\u{202a}'..='\u{202e}').contains(&c);
        assert!(!text.contains(acts), "{text:?}");
    }
    let coloured = terminal(&notice, &tokyo(), true);
    let ours = ["\u{1b}[1m", "\u{1b}[1;33m", "\u{1b}[2m", "\u{1b}[0m"];
    let rest = ours
        .iter()
        .fold(coloured, |rest, ours| rest.replace(ours, ""));
    assert!(
        !rest.contains(|c: char| c.is_control() && c != '\n'),
        "{rest:?}"
    );
}

#[test]
fn bells_as_on_the_wires() {
    for (priority, bells) in [
        (Priority::Routine, "• ["),
        (Priority::Urgent, "••• URGENT ["),
        (Priority::Bulletin, "••••• BULLETIN ["),
        (Priority::Flash, "•••••••••• FLASH ["),
    ] {
        let notice = altered(|alert| alert.priority = priority);
        assert!(terminal(&notice, &tokyo(), false).starts_with(bells));
    }
}

#[test]
fn a_story_without_title_is_named_by_what_it_has() {
    let headline = |summary: &str, link: Option<&str>| {
        let notice = altered(|alert| {
            alert.item.title = " ".to_owned();
            alert.item.summary = summary.to_owned();
            alert.item.link = link.map(str::to_owned);
        });
        let text = mail(&notice, &tokyo()).text;
        text.lines().next().unwrap().to_owned()
    };
    assert_eq!(
        headline("A toot\nof two lines", None),
        "A toot of two lines"
    );
    assert_eq!(
        headline(&"x".repeat(121), None),
        format!("{}…", "x".repeat(119))
    );
    assert_eq!(
        headline("", Some("https://a.example/")),
        "https://a.example/"
    );
    assert_eq!(headline("", None), "(no title)");
}

#[test]
fn a_sentence_with_several_hits_is_quoted_once_and_the_number_is_bounded() {
    let notice = altered(|alert| {
        let first = alert.matches[1].clone();
        alert.matches = (0..10)
            .flat_map(|n| {
                let mut hit = first.clone();
                hit.field = Field::Content;
                hit.context.text = format!("Sentence {n} of ten.");
                hit.context.range = [0, 8];
                let mut other = hit.clone();
                other.context.range = [9, 10];
                [hit, other]
            })
            .collect();
    });
    let text = mail(&notice, &tokyo()).text;
    assert_eq!(text.matches("content: *Sentence* *").count(), 6);
}

/// A title in Arabic or Hebrew must not turn its line around, nor be turned around by it.
#[test]
fn what_is_written_from_right_to_left_stands_apart() {
    let html = |title: &str| {
        let notice = altered(|alert| {
            alert.matches.clear();
            title.clone_into(&mut alert.item.title);
            alert.feed.title = "الجزيرة".into();
        });
        mail(&notice, &tokyo()).html
    };
    let page = html("الوزير: 2026!");
    assert!(
        page.contains("<span dir=\"auto\">الوزير: 2026!</span></a></h1>"),
        "{page}"
    );
    assert!(
        page.contains("<span dir=\"auto\">الجزيرة (diplomat)</span></span>, Sun 22"),
        "{page}"
    );
    for title in [
        "\u{590}",
        "\u{8ff}",
        "\u{fb1d}",
        "\u{fefc}",
        "\u{1e943}",
        "\u{200f}a",
    ] {
        assert!(
            html(title).contains(&format!("auto\">{title}<")),
            "{title:?}"
        );
    }
    for title in ["Koizumi", "小泉", "\u{58f}", "\u{900}"] {
        assert!(
            html(title).contains(&format!("a=b\">{title}</a></h1>")),
            "{title:?}"
        );
    }
}

/// The matches come by watch, the story is read from its beginning.
#[test]
fn sentences_stand_in_the_order_of_the_story() {
    let notice = altered(|alert| {
        let mut second = alert.matches[0].clone();
        second.field = Field::Summary;
        second.range = [50, 54];
        second.context.text = "Second sentence.".into();
        let mut first = second.clone();
        first.range = [10, 14];
        first.context.text = "First sentence.".into();
        let mut content = first.clone();
        content.field = Field::Content;
        content.context.text = "The content.".into();
        alert.matches = vec![content, second, first];
    });
    let text = mail(&notice, &tokyo()).text.replace('*', "");
    let sentences = ["First sentence.", "Second sentence.", "The content."];
    let places = sentences.map(|sentence| text.find(sentence).expect(sentence));
    assert!(places.is_sorted(), "{text}");
}
