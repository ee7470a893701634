//! The pages in a real browser: how they look on small and large screens, light and dark, what it
//! complains of, what its keyboard reaches, and that no text of a feed ever acts.
//!
//! `AXE_JS` is the path of axe-core's `axe.min.js`; `SCREENSHOTS` a folder that gets a picture of every
//! page.

mod driver;
mod hostile;
mod keyboard;
mod story;

use driver::Browser;
use serde_json::Value;
use story::{Story, pictures};

const WIDTHS: [u32; 3] = [360, 800, 1600];

/// What the browser says of every page that is not found, or that a visitor's mistake led to.
const OF_STATUS: &str = "Failed to load resource: the server responded with a status of 4";

/// What is wrong with each page, so that one run tells it all.
#[derive(Default)]
struct Faults(Vec<String>);

impl Faults {
    fn add(&mut self, page: &str, what: impl std::fmt::Display) {
        self.0.push(format!("{page}: {what}"));
    }

    fn none(self) {
        assert!(
            self.0.is_empty(),
            "{} faults\n{}",
            self.0.len(),
            self.0.join("\n")
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Debian's chromium, as .ci/run has it"]
async fn every_page_fits_its_screen_and_the_browser_has_nothing_to_say() {
    if !driver::is_here() {
        println!("SKIPPED: no Chromium here");
        return;
    }
    let axe = axe();
    if axe.is_none() {
        println!("SKIPPED: axe-core, for AXE_JS does not say where it is");
    }
    let story = Story::tell_those_with_a_token().await;
    let browser = Browser::start();
    let mut faults = Faults::default();
    let mut paths = story.paths();
    paths.insert(0, ("login", "/login?next=%2Falerts".to_owned()));
    for (at, (name, path)) in paths.into_iter().enumerate() {
        if at == 1 {
            browser.enter();
        }
        for scheme in ["light", "dark"] {
            for width in WIDTHS {
                let page = format!("{name}-{scheme}-{width} {path}");
                browser.look(width, scheme);
                browser.open(&story.url(&path));
                look(&browser, &story, &page, &mut faults);
                if let Some(folder) = pictures() {
                    browser.photograph(&folder.join(format!("{name}-{scheme}-{width}.png")));
                }
                if let Some(axe) = &axe {
                    accessible(&browser, axe, &page, &mut faults);
                }
            }
        }
    }
    faults.none();
}

/// What can be said of a page by itself.
fn look(browser: &Browser, story: &Story, page: &str, faults: &mut Faults) {
    let status = "performance.getEntriesByType('navigation')[0].responseStatus";
    let status = browser.value(status);
    // What a visitor wrote may be no expression, and lead nowhere.
    let wanted = match page.split_once('-').map(|(name, _)| name) {
        Some("missing" | "nowhere") => 404,
        _ if page.contains("-broken-") => 422,
        _ => 200,
    };
    let is_wrong = wanted != 200;
    if status != wanted {
        faults.add(page, format!("status {status}"));
        browser.complaints();
        return;
    }
    let wide = browser.value(
        "document.documentElement.scrollWidth <= innerWidth ? null : \
         document.documentElement.scrollWidth + ' px: ' + [...document.querySelectorAll('body *')]\
         .filter(it => it.getBoundingClientRect().right > innerWidth + 1).slice(0, 4)\
         .map(it => it.tagName + '.' + it.className + ' ' + it.textContent.trim().slice(0, 40)).join(' | ')",
    );
    if !wide.is_null() {
        faults.add(page, format!("it scrolls sideways: {wide}"));
    }
    for complaint in browser.complaints() {
        if !(is_wrong && complaint.contains(OF_STATUS)) {
            faults.add(page, complaint);
        }
    }
    let asked = browser.value("performance.getEntriesByType('resource').map(it => it.name)");
    for asked in asked.as_array().into_iter().flatten() {
        let asked = asked.as_str().unwrap_or_default();
        if !asked.starts_with(&story.url("/")) {
            faults.add(page, format!("it asked for {asked}"));
        }
    }
    let headings = browser.value("document.querySelectorAll('h1').length");
    if headings != 1 {
        faults.add(page, format!("{headings} headings h1"));
    }
}

/// axe-core; without it a page is looked at without it.
fn axe() -> Option<String> {
    let path = std::env::var_os("AXE_JS")?;
    Some(std::fs::read_to_string(path).expect("axe-core"))
}

/// What axe-core finds serious or critical. Browsers' drivers put it in beside the page's policy. A
/// wall screen is asked for by its address, and is there to show itself anew; the same page without
/// `?wall` does not.
fn accessible(browser: &Browser, axe: &str, page: &str, faults: &mut Faults) {
    browser.awaited(&format!("{axe};\narguments[arguments.length - 1](null);"));
    let found = browser.awaited(
        "const done = arguments[arguments.length - 1];
         const rules = {'meta-refresh': {enabled: !location.search.includes('wall')}};
         axe.run(document, {preload: false, resultTypes: ['violations'], rules}).then(
           it => done(it.violations.filter(it => ['serious', 'critical'].includes(it.impact))
             .map(it => it.id + ': ' + it.nodes.slice(0, 3).map(it => it.html.slice(0, 150)).join(' | '))),
           error => done(['axe failed: ' + error]));",
    );
    assert!(found.is_array(), "{page}: axe-core answered {found}");
    for violation in found.as_array().into_iter().flatten() {
        faults.add(page, violation);
    }
    // What it said itself is not the page's.
    browser.complaints();
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Debian's chromium, as .ci/run has it"]
async fn no_text_of_a_feed_acts_in_a_page() {
    if !driver::is_here() {
        println!("SKIPPED: no Chromium here");
        return;
    }
    let story = Story::tell("").await;
    let browser = Browser::start();
    browser.look(800, "light");
    let mut faults = Faults::default();
    let mut paths = story.paths();
    paths.push(("hostile feed", "/feeds/hostile".to_owned()));
    for at in 0..hostile::TITLES.len() + hostile::LINKS.len() {
        let sql =
            format!("SELECT id FROM item WHERE guid LIKE 'h%' ORDER BY id LIMIT 1 OFFSET {at}");
        paths.push(("hostile item", format!("/items/{}", story.number(&sql))));
    }
    for title in hostile::TITLES.iter().chain(&hostile::LINKS) {
        let text: String = url::form_urlencoded::byte_serialize(title.as_bytes()).collect();
        for path in [
            "/items?q=",
            "/try?q=",
            "/alerts?words=",
            "/alerts?watch=",
            "/feeds?words=",
            "/login?next=",
        ] {
            paths.push(("a visitor's text", format!("{path}{text}")));
        }
    }
    for (name, path) in paths {
        browser.open(&story.url(&path));
        let page = format!("{name} {path}");
        let wanted = story.url(&path);
        if browser.value("document.contentType") != "text/html" {
            faults.add(&page, "it is no page");
            continue;
        }
        if browser.value(hostile::TRACES) != Value::Bool(false) {
            faults.add(
                &page,
                browser.value("document.querySelector('main').innerHTML"),
            );
        }
        // A login that nobody needs leads on, to a place of ours.
        let wanted = wanted.replace("/login?next=", "/?");
        if !browser
            .url()
            .starts_with(wanted.split('?').next().unwrap_or_default())
        {
            faults.add(&page, format!("it led to {}", browser.url()));
        }
        for complaint in browser.complaints() {
            if !complaint.contains(OF_STATUS) {
                faults.add(&page, complaint);
            }
        }
    }
    faults.none();
}
