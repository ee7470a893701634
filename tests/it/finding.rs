//! How feeds get into the config: from web pages, by `add`, from and to lists.

use crate::{
    desk::{Desk, code, json, stderr, stdout},
    servers::http::{Answer, HttpServer},
};

const FEED: &str = "<rss version=\"2.0\"><channel><title>Example Wire – Asia</title>\
    <item><title>Koizumi speaks</title></item></channel></rss>";

const ONE: &str = "<!DOCTYPE html><html><head><title>Wire</title>\
    <link rel=\"alternate\" type=\"application/rss+xml\" href=\"/feed.xml?a=1&amp;b=2\"></head></html>";

const TWO: &str = "<!DOCTYPE html><html><head><base href=\"/asia/\">\
    <link rel=\"alternate\" type=\"application/rss+xml\" title=\"Asia\" href=\"feed.xml\">\
    <link rel=\"alternate\" type=\"application/atom+xml\" title=\"Missing\" href=\"/gone\"></head></html>";

const NONE: &str = "<!DOCTYPE html><html><head><title>Log in</title></head></html>";

const ELSEWHERE: &str = "<!DOCTYPE html><html><head>\
    <link rel=\"alternate\" type=\"application/rss+xml\" href=\"http://127.0.0.1:1/feed\"></head></html>";

async fn site() -> HttpServer {
    HttpServer::start(|request| {
        let path = request.path.split('?').next().expect("a first part");
        let body = match path {
            "/one" => ONE,
            "/two" => TWO,
            "/none" => NONE,
            "/elsewhere" => ELSEWHERE,
            "/feed.xml" | "/asia/feed.xml" => FEED,
            _ => return Answer::status(404),
        };
        Answer::Reply {
            status: 200,
            headers: Vec::new(),
            body: body.as_bytes().to_vec(),
        }
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn fetch_follows_a_page_to_its_only_feed_and_says_so() {
    let (site, desk) = (site().await, Desk::sample());
    let output = desk.run(&["--format", "json", "fetch", &site.url("/one")]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    assert_eq!(json(&output)[0]["feed"]["title"], "Example Wire – Asia");
    let notified = format!("its feed is {}", site.url("/feed.xml?a=1&b=2"));
    assert!(stderr(&output).contains(&notified), "{}", stderr(&output));
}

#[tokio::test(flavor = "multi_thread")]
async fn fetch_lists_the_feeds_of_a_page_that_has_several() {
    let (site, desk) = (site().await, Desk::sample());
    let output = desk.run(&["fetch", &site.url("/two")]);
    assert_eq!(code(&output), 1);
    let (asia, gone) = (site.url("/asia/feed.xml"), site.url("/gone"));
    assert_eq!(stdout(&output), format!("{asia}  Asia\n{gone}  Missing\n"));
    assert!(stderr(&output).contains("2 feeds"), "{}", stderr(&output));
    let listed = json(&desk.run(&["--format", "json", "fetch", &site.url("/two")]));
    assert_eq!(
        listed[1],
        serde_json::json!({"url": gone, "title": "Missing"})
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_without_a_feed_is_an_error_with_the_pages_title() {
    let (site, desk) = (site().await, Desk::sample());
    for command in ["fetch", "add"] {
        let output = desk.run(&[command, &site.url("/none")]);
        assert_eq!((code(&output), stdout(&output).as_str()), (1, ""));
        assert!(stderr(&output).contains("Log in"), "{}", stderr(&output));
    }
}

/// What a page names is a stranger's choice: it reaches nothing inside unless it is the same host.
#[tokio::test(flavor = "multi_thread")]
async fn a_page_cannot_send_us_to_another_private_address() {
    let (site, desk) = (site().await, Desk::sample());
    for command in ["fetch", "add"] {
        let output = desk.run(&[command, &site.url("/elsewhere")]);
        assert_eq!((code(&output), stdout(&output).as_str()), (1, ""));
        assert!(stderr(&output).contains("private"), "{}", stderr(&output));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn add_prints_lines_that_fit_the_config() {
    let site = site().await;
    let url = site.url("/feed.xml");
    let desk = Desk::new(&format!(
        "[feed]\nexample-wire-asia = \"{}\"\n[watch]\nk = \"Koizumi\"\n[receiver]\nr = {{ stdout = true }}\n",
        site.url("/other")
    ));
    let direct = desk.run(&["add", &url]);
    assert_eq!(code(&direct), 0, "{}", stderr(&direct));
    assert_eq!(
        stdout(&direct),
        format!("example-wire-asia-2 = \"{url}\"\n")
    );
    let page = desk.run(&["add", &site.url("/two")]);
    let line = format!("example-wire-asia-2 = \"{}\"\n", site.url("/asia/feed.xml"));
    assert_eq!((code(&page), stdout(&page)), (0, line));
    assert!(stderr(&page).contains("left out"), "{}", stderr(&page));

    let pasted = desk
        .read("fivebells.toml")
        .replace("[watch]", &format!("{}[watch]", stdout(&direct)));
    desk.write("fivebells.toml", &pasted);
    assert_eq!(code(&desk.run(&["check"])), 0);
    let again = desk.run(&["add", &url]);
    assert_eq!((code(&again), stdout(&again).as_str()), (1, ""));
    assert!(
        stderr(&again).contains("already configured as \"example-wire-asia-2\""),
        "{}",
        stderr(&again)
    );
    // A config that is not finished yet is no reason to refuse.
    desk.write("fivebells.toml", "[feed]\n");
    let first = desk.run(&["add", &url]);
    assert_eq!(stdout(&first), format!("example-wire-asia = \"{url}\"\n"));
}

#[test]
fn import_prints_what_the_config_does_not_have() {
    let desk = Desk::new(
        "[feed]\nnhk = \"https://nhk.example/feed\"\n[watch]\nk = \"Koizumi\"\n[receiver]\nr = { stdout = true }\n",
    );
    desk.write(
        "list.opml",
        "<opml version='1.0'><body><outline text='Asia'><outline text='Japan'>\
         <outline text='The Wire' xmlUrl='https://wire.example/'/>\
         <outline text='NHK' xmlUrl='https://nhk.example/feed'/></outline>\
         <outline text='The & Wire' xmlUrl='https://wire.example/2'/></outline>\
         <outline text='Wire again' xmlUrl='https://wire.example/' category='/press'/>\
         <outline text='Odd' xmlUrl='gopher://odd.example/'/>\
         <outline text='Own' xmlUrl='file:///etc/hostname'/>\
         <outline text='Inside' xmlUrl='http://10.0.0.7/feed'/>",
    );
    let list = desk.path("list.opml");
    let list = list.to_str().expect("UTF-8");
    let output = desk.run(&["import", list]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    assert_eq!(
        stdout(&output),
        "the-wire = { url = \"https://wire.example/\", tags = [\"Asia\", \"Japan\", \"press\"] }\n\
         the-wire-2 = { url = \"https://wire.example/2\", tags = [\"Asia\"] }\n"
    );
    let notified = stderr(&output);
    assert!(
        notified.contains("https://nhk.example/feed: already configured as \"nhk\""),
        "{notified}"
    );
    assert!(
        notified.contains("gopher://odd.example/: only http"),
        "{notified}"
    );
    for inner in ["file:///etc/hostname", "http://10.0.0.7/feed"] {
        let line = format!("{inner}: not an address of the public web");
        assert!(notified.contains(&line), "{notified}");
    }
    assert!(notified.ends_with("2 feeds, 4 left out\n"), "{notified}");
    let objects = json(&desk.run(&["--format", "json", "import", list]));
    assert_eq!(objects[1]["name"], "the-wire-2");

    desk.write("list.opml", "<rss/>");
    assert_eq!(code(&desk.run(&["import", list])), 1);
    assert_eq!(code(&desk.run(&["import", "/nowhere.opml"])), 1);
}

#[test]
fn what_is_exported_imports_again() {
    let feeds = "[feed]\nalone = \"https://a.example/?x=1&y=2\"\n\
        b_2 = { url = \"https://b.example/\", tags = [\"japan\", \"官報\"] }\n\
        c = { url = \"https://c.example/\", tags = [\"a <b> & 'c'\"] }\n";
    let rest = "[watch]\nk = \"Koizumi\"\n[receiver]\nr = { stdout = true }\n";
    let desk = Desk::new(&format!("{feeds}{rest}"));
    let exported = desk.run(&["export"]);
    assert_eq!(code(&exported), 0, "{}", stderr(&exported));
    let elsewhere = Desk::new(&format!("[feed]\nx = \"https://x.example/\"\n{rest}"));
    elsewhere.write("list.opml", &stdout(&exported));
    let list = elsewhere.path("list.opml");
    let imported = elsewhere.run(&["import", list.to_str().expect("UTF-8")]);
    let table = |text: &str| text.parse::<toml::Table>().expect("TOML");
    let lines = format!("[feed]\n{}", stdout(&imported));
    assert_eq!(table(&lines), table(feeds));
    let objects = json(&desk.run(&["--format", "json", "export"]));
    assert_eq!(objects[1]["tags"], serde_json::json!(["japan", "官報"]));
}
