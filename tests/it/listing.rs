//! Lists on the command line: which alerts, in which form, and the numbers by which they are called.

use serde_json::json as value;

use crate::desk::{Desk, code, json, stderr, stdout};

/// Two feeds with a tag each, three alerts, one receiver.
fn desk() -> Desk {
    let desk = Desk::new(
        "timezone = \"Asia/Tokyo\"\n[feed]\n\
         wire = { url = \"file:wire.xml\", initial = \"all\", tags = [\"asia\"] }\n\
         nhk = { url = \"file:nhk.xml\", initial = \"all\", tags = [\"asia\", \"japan\"] }\n\
         [watch]\nkoizumi = \"Koizumi\"\nhegseth = \"Hegseth\"\n\
         [receiver]\nscreen = { stdout = true }\n",
    );
    let rss = |items: &[(&str, &str)]| {
        let item = |(id, title): &(&str, &str)| {
            format!("<item><guid>{id}</guid><title>{title}</title></item>")
        };
        let items: String = items.iter().map(item).collect();
        format!("<rss version=\"2.0\"><channel><title>t</title>{items}</channel></rss>")
    };
    let wire = [("1", "Koizumi, Hegseth meet"), ("2", "=Hegseth()")];
    desk.write("wire.xml", &rss(&wire));
    desk.write("nhk.xml", &rss(&[("3", "Koizumi &quot;speaks&quot;")]));
    assert_eq!(code(&desk.run(&["run", "--once"])), 0);
    desk
}

fn titles(desk: &Desk, arguments: &[&str]) -> Vec<String> {
    let output = desk.run(&[&["--format", "json", "alerts"], arguments].concat());
    assert_eq!(code(&output), 0, "{arguments:?}: {}", stderr(&output));
    let titles = json(&output)
        .into_iter()
        .map(|it| it["item"]["title"].to_string());
    let mut titles: Vec<String> = titles.map(|it| it.chars().take(4).collect()).collect();
    titles.sort_unstable();
    titles
}

#[test]
fn alerts_are_chosen_by_time_watch_feed_tag_and_receiver() {
    let desk = desk();
    let (koizumi, hegseth) = ("\"Koi", "\"=He");
    for (arguments, wanted) in [
        (&[][..], &[hegseth, koizumi, koizumi][..]),
        (&["--watch", "hegseth"], &[hegseth, koizumi]),
        (
            &["--watch", "hegseth", "--watch", "koizumi"],
            &[hegseth, koizumi, koizumi],
        ),
        (&["--feed", "nhk"], &[koizumi]),
        (&["--tag", "japan"], &[koizumi]),
        (&["--tag", "asia"], &[hegseth, koizumi, koizumi]),
        (&["--tag", "japan", "--feed", "wire"], &[]),
        (
            &["--receiver", "screen", "--watch", "koizumi"],
            &[koizumi, koizumi],
        ),
        (&["--since", "yesterday"], &[hegseth, koizumi, koizumi]),
        (&["--until", "2h"], &[]),
        (&["--since", "2020-01-01", "--until", "2020-01-02"], &[]),
        (
            &["--since", "1h", "--until", "now", "--feed", "nhk"],
            &[koizumi],
        ),
        (&["-n", "1", "--feed", "nhk"], &[koizumi]),
    ] {
        assert_eq!(titles(&desk, arguments), wanted, "{arguments:?}");
    }
    let newest = titles(&desk, &["-n", "2"]).len();
    assert_eq!(newest, 2);
    let unknown = desk.run(&["alerts", "--tag", "jpan"]);
    assert!(
        stderr(&unknown).contains("did you mean \"japan\"?"),
        "{}",
        stderr(&unknown)
    );
    assert_eq!(code(&desk.run(&["alerts", "--since", "soon"])), 2);
    for (arguments, said) in [
        (
            &["alerts", "--since", "1m", "--until", "5m"][..],
            "is after --until",
        ),
        (&["alerts", "--since", "tomorrow", "-f"], "is in the future"),
        (&["watches", "--since", "tomorrow"], "is in the future"),
        (
            &["search", "Koizumi", "--since", "tomorrow"],
            "is in the future",
        ),
        (
            &["try", "Koizumi", "--since", "tomorrow"],
            "is in the future",
        ),
    ] {
        let refused = desk.run(arguments);
        let (code, notified) = (code(&refused), stderr(&refused));
        assert!(
            code == 2 && notified.contains(said),
            "{arguments:?} {code} {notified}"
        );
    }
}

#[test]
fn alerts_are_a_sheet_that_no_spreadsheet_runs() {
    let desk = desk();
    let sheet = stdout(&desk.run(&["alerts", "--format", "csv"]));
    let mut lines = sheet.split("\r\n");
    let heading = lines.next().expect("a heading");
    assert!(
        heading.starts_with("alert,made,priority,watches,feed,tags,title,"),
        "{heading}"
    );
    assert!(sheet.contains(",'=Hegseth(),"), "{sheet}");
    assert!(sheet.contains(",\"Koizumi \"\"speaks\"\"\","), "{sheet}");
    assert!(sheet.contains(",asia; japan,"), "{sheet}");
    assert_eq!(sheet.matches("\r\n").count(), 4, "{sheet}");
    let refused = desk.run(&["feeds", "--format", "csv"]);
    assert_eq!(code(&refused), 2, "{}", stderr(&refused));
}

#[test]
fn a_number_of_another_kind_is_distinguished_and_leads_to_the_right_one() {
    let desk = desk();
    let table = stdout(&desk.run(&["outbox", "--state", "delivered"]));
    assert!(table.contains("\nd1 "), "{table}");
    for (number, kind) in [("a1", "an alert"), ("#1", "an item")] {
        let refused = desk.run(&["outbox", "retry", number]);
        let said =
            format!("{number} is the number of {kind}; did you mean its delivery d1 for screen?");
        assert!(stderr(&refused).contains(&said), "{}", stderr(&refused));
        assert_eq!(code(&refused), 2);
    }
    let line = json(&desk.run(&["--format", "json", "outbox", "--state", "delivered"])).remove(0);
    let key = line["key"].as_str().expect("a text").to_owned();
    let id = format!("d{}", line["id"]);
    for number in [key.as_str(), &id, &line["id"].to_string()] {
        let reached = desk.run(&["outbox", "drop", number]);
        let said = format!("delivery {id} is delivered\n");
        assert_eq!(stderr(&reached), said, "{number}");
    }
    let alert = line["alert"].to_string();
    for number in [&format!("a{alert}"), &id, &key] {
        let explained = json(&desk.run(&["--format", "json", "explain", number]));
        assert_eq!(explained[0]["alerted"], value!(true), "{number}");
    }
    assert_eq!(code(&desk.run(&["outbox", "retry", "none"])), 2);
    let gone = stdout(&desk.run(&["explain", "a99"]));
    assert!(gone.contains("there is no alert a99"), "{gone}");
}

#[test]
fn several_things_are_muted_at_once_or_none_of_them() {
    let desk = desk();
    let refused = desk.run(&["mute", "watch", "koizumi", "hegset", "--for", "1h"]);
    assert!(
        stderr(&refused).contains("did you mean \"hegseth\"?"),
        "{}",
        stderr(&refused)
    );
    assert_eq!(stdout(&desk.run(&["mute"])), "nothing is muted\n");
    assert_eq!(
        code(&desk.run(&["mute", "watch", "koizumi", "hegseth", "--for", "1h"])),
        0
    );
    assert_eq!(
        code(&desk.run(&["mute", "tag", "japan", "--until", "tomorrow"])),
        0
    );
    let mutes = json(&desk.run(&["--format", "json", "mutes"]));
    assert_eq!(mutes.len(), 3);
    assert_eq!(
        (&mutes[2]["kind"], &mutes[2]["name"]),
        (&value!("tag"), &value!("japan"))
    );
    let feeds = stdout(&desk.run(&["feeds"]));
    assert_eq!(
        feeds.matches("muted, ends in").count(),
        1,
        "the one feed with the tag: {feeds}"
    );
    let refused = desk.run(&["unmute", "watch", "koizumi", "hegset"]);
    assert_eq!(code(&refused), 1, "{}", stderr(&refused));
    assert_eq!(json(&desk.run(&["--format", "json", "mutes"])).len(), 3);
    assert_eq!(
        code(&desk.run(&["unmute", "watch", "koizumi", "hegseth"])),
        0
    );
    assert_eq!(
        code(&desk.run(&["unmute", "watch", "koizumi"])),
        1,
        "it is not muted"
    );
    assert_eq!(code(&desk.run(&["unmute", "tag", "japan"])), 0);
}

#[test]
fn colours_are_where_they_are_asked_for() {
    let desk = desk();
    let colored = |arguments: &[&str]| stdout(&desk.run(arguments)).contains('\x1b');
    assert!(!colored(&["alerts"]), "a pipe");
    assert!(colored(&["alerts", "--color", "always"]));
    assert!(!colored(&["alerts", "--color", "never"]));
    assert!(!colored(&["feeds", "--color", "always"]), "all is well");
}

#[test]
fn a_preview_is_of_any_kind_and_the_html_of_a_mail_goes_to_files() {
    let desk = Desk::new(
        "notify = [\"screen\", \"desk\"]\n[feed]\nwire = \"file:wire.xml\"\n[watch]\nkoizumi = \"Koizumi\"\n\
         [receiver]\ndesk = { email = [\"desk@example.org\"] }\nscreen = { stdout = true }\n\
         [mail]\nserver = \"mail.example.org\"\nfrom = \"bells@example.org\"\n",
    );
    let shown = stdout(&desk.run(&[
        "preview",
        "screen",
        "--kind",
        "feed.silent",
        "--kind",
        "test",
    ]));
    assert!(shown.contains("── feed.silent: terminal ──"), "{shown}");
    assert!(shown.contains("── test: terminal ──"), "{shown}");
    let place = |name: &str| desk.path(name).to_str().expect("UTF-8").to_owned();
    let one = desk.run(&["preview", "desk", "--html", &place("one.html")]);
    assert_eq!(code(&one), 0, "{}", stderr(&one));
    assert!(
        desk.read("one.html").starts_with("<!"),
        "{}",
        desk.read("one.html")
    );
    let all = desk.run(&["preview", "desk", "--kind", "all", "--html", &place("all")]);
    assert_eq!(code(&all), 0, "{}", stderr(&all));
    for name in [
        "alert",
        "update",
        "digest",
        "config.failing",
        "report-2",
        "test",
    ] {
        assert!(
            desk.read(&format!("all/{name}.html")).contains("</html>"),
            "{name}"
        );
    }
    let none = desk.run(&["preview", "screen", "--html", &place("none.html")]);
    assert!(stderr(&none).contains("gets no HTML"), "{}", stderr(&none));
    let several = [
        "preview",
        "desk",
        "--kind",
        "all",
        "--html",
        &place("one.html"),
    ];
    assert_eq!(code(&desk.run(&several)), 1, "a file in the folder's place");
}
