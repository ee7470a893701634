//! Everything with the keyboard alone.

use super::{
    Faults,
    driver::{self, Browser},
    story::{Story, TOKEN},
};

/// The keys of `WebDriver`.
const TAB: &str = "\u{e004}";
const ENTER: &str = "\u{e007}";

/// No page has so much to go through.
const MOST: usize = 400;

impl Browser {
    /// Goes on with Tab until this has the focus; false where it never has.
    fn reach(&self, selector: &str) -> bool {
        let at = format!("document.activeElement.matches({selector:?})");
        // From the top, wherever the page put the focus.
        self.value("document.activeElement.blur()");
        for _ in 0..MOST {
            if self.value(&at) == true {
                return true;
            }
            self.press(TAB);
        }
        false
    }

    /// Reaches a field and writes into it.
    fn fill(&self, selector: &str, text: &str) {
        assert!(self.reach(selector), "{}: no way to {selector}", self.url());
        self.value("document.activeElement.select && document.activeElement.select()");
        self.press(text);
    }

    /// Reaches a button and presses it; waits for the next page.
    fn act(&self, selector: &str) {
        assert!(self.reach(selector), "{}: no way to {selector}", self.url());
        self.value("window.before = true");
        self.press(ENTER);
        for _ in 0..200 {
            let is_next = "window.before === undefined && document.readyState === 'complete'";
            if self.value(is_next) == true {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(25));
        }
        panic!("{}: {selector} leads nowhere", self.url());
    }

    /// Shows the token at the login.
    pub(super) fn enter(&self) {
        self.fill("#token", TOKEN);
        self.act("form[action='/login'] button");
    }

    fn says(&self, words: &str) -> bool {
        let text = self.value("document.querySelector('main').innerText");
        text.as_str()
            .unwrap_or_default()
            .to_lowercase()
            .contains(&words.to_lowercase())
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Debian's chromium, as .ci/run has it"]
async fn whatever_can_be_pressed_is_reached_by_tab_and_shows_that_it_is() {
    if !driver::is_here() {
        println!("SKIPPED: no Chromium here");
        return;
    }
    let story = Story::tell("").await;
    let browser = Browser::start();
    let mut faults = Faults::default();
    for width in [360, 1600] {
        browser.look(width, "light");
        for (name, path) in story.paths() {
            browser.open(&story.url(&path));
            let page = format!("{name}-{width} {path}");
            let reached = browser.value(REACHABLE);
            let reached = reached.as_u64().unwrap_or_default();
            for _ in 0..=reached.min(MOST as u64) {
                browser.press(TAB);
                browser.value(NOTE);
            }
            let missed = browser.value(MISSED);
            for missed in missed.as_array().into_iter().flatten() {
                faults.add(&page, missed);
            }
        }
    }
    faults.none();
}

/// How much there is to press; in `window.all`.
const REACHABLE: &str = "(window.all = [...document.querySelectorAll('a[href], button, \
    input:not([type=hidden]), select, textarea, summary')].filter(it => it.checkVisibility())\
    .filter(it => it.type !== 'radio' || it.checked), window.seen = new Set(), window.dull = [], \
    window.all.length)";

/// Notes what has the focus, and whether anything shows it.
const NOTE: &str = "(() => { const it = document.activeElement; window.seen.add(it); \
    const style = getComputedStyle(it); \
    if (it !== document.body && style.outlineStyle === 'none' && style.boxShadow === 'none') \
      window.dull.push('no mark of the focus: ' + it.outerHTML.slice(0, 100)); \
    const box = it.getBoundingClientRect(); \
    if (it !== document.body && (box.width === 0 || box.right < 0)) \
      window.dull.push('focus out of sight: ' + it.outerHTML.slice(0, 100)); })()";

const MISSED: &str = "window.all.filter(it => !window.seen.has(it))\
    .map(it => 'not reached: ' + it.outerHTML.slice(0, 100)).concat(window.dull).slice(0, 5)";

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Debian's chromium, as .ci/run has it"]
async fn a_night_is_worked_through_with_the_keyboard_alone() {
    if !driver::is_here() {
        println!("SKIPPED: no Chromium here");
        return;
    }
    let story = Story::tell_those_with_a_token().await;
    let browser = Browser::start();
    browser.look(1600, "light");

    browser.open(&story.url("/watches/koizumi"));
    assert!(browser.url().contains("/login?next="), "{}", browser.url());
    browser.fill("#token", "not the right one");
    browser.act("form[action='/login'] button");
    assert!(browser.says("not right"));
    browser.enter();
    assert_eq!(browser.url(), story.url("/watches/koizumi"));

    mutes(&story, &browser);
    outbox(&story, &browser);
    polls(&story, &browser);

    browser.open(&story.url("/try"));
    browser.fill("main form [name=q]", "Koizumi");
    browser.act("main form:has([name=q]) button");
    assert!(browser.says("Koizumi meets Hegseth"), "{}", browser.url());

    browser.fill("#find", "https://news.example.org/0");
    browser.act(".find button");
    assert!(browser.says("Koizumi meets Hegseth"), "{}", browser.url());

    browser.act("form[action='/logout'] button");
    browser.open(&story.url("/alerts"));
    assert!(browser.url().contains("/login"), "{}", browser.url());
}

const MUTED: &str =
    "SELECT count(*) FROM mute WHERE kind = 'watch' AND name = 'koizumi' AND ended_at IS NULL";

fn mutes(story: &Story, browser: &Browser) {
    assert_eq!(story.number(MUTED), 0);
    browser.fill("form[action='/mutes'] [name=for]", "8h");
    browser.fill("form[action='/mutes'] [name=comment]", "the night");
    browser.act("form[action='/mutes'] button");
    assert_eq!(story.number(MUTED), 1, "{}", browser.url());
    browser.open(&story.url("/mutes"));
    let open = "SELECT count(*) FROM mute WHERE ended_at IS NULL";
    let before = story.number(open);
    browser.act("form[action^='/mutes/'][action$='/lift'] button");
    assert_eq!(story.number(open), before - 1, "{}", browser.url());
}

fn outbox(story: &Story, browser: &Browser) {
    let dead = "SELECT count(*) FROM delivery WHERE state = 'dead'";
    assert_eq!(story.number(dead), 1);
    browser.open(&story.url("/outbox?state=dead"));
    browser.act("a[href^='/outbox/drop']");
    assert_eq!(story.number(dead), 1, "the page asks first");
    browser.act("form[action^='/outbox/drop'] button");
    assert_eq!(story.number(dead), 0, "{}", browser.url());
}

fn polls(story: &Story, browser: &Browser) {
    browser.open(&story.url("/feeds/wire"));
    let asked = "SELECT max(polled_at) FROM feed WHERE name = 'wire'";
    let before = story.number(asked);
    browser.act("form[action='/feeds/wire/poll'] button");
    for _ in 0..400 {
        if story.number(asked) > before {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    panic!("{}: it is not polled", browser.url());
}
