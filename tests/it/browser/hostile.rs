//! Markup, links and marks that a feed may bring, each of which would set `window.acted` if a page
//! took it for its own.

use std::fmt::Write as _;

/// Titles; plain text after the feed is read.
pub(super) const TITLES: [&str; 9] = [
    "Koizumi <script>window.acted = 1</script>",
    "Koizumi <img src=\"x\" onerror=\"window.acted = 1\">",
    "Koizumi \" onmouseover=\"window.acted = 1\" autofocus onfocus=\"window.acted = 1",
    "Koizumi ' onfocus='window.acted = 1' tabindex='1",
    "Koizumi </title></td></table></main><script>window.acted = 1</script>",
    "Koizumi </svg><svg onload=\"window.acted = 1\">",
    "Koizumi {{ frame.version }} {% set x = 1 %} ${window.acted = 1}",
    "Koizumi <meta http-equiv=\"refresh\" content=\"0; url=/login\">",
    "Koizumi \u{202e}txet desrever\u{202c} \u{2066}isolated",
];

/// Links of items.
pub(super) const LINKS: [&str; 6] = [
    "javascript:window.acted=1//Koizumi",
    "JavaScript:window.acted=1",
    "data:text/html,<script>window.acted=1</script>",
    "vbscript:window.acted=1",
    "https://news.example.org/\" onmouseover=\"window.acted = 1",
    "//news.example.org/Koizumi",
];

/// What they call themselves in a page, if one of them became an element there.
pub(super) const TRACES: &str = "window.acted !== undefined || \
    document.querySelector('script, iframe, object, embed, base, form form, main meta, \
    [onerror], [onload], [onfocus], [onmouseover], [onclick], img:not([src^=\"/\"])') !== null || \
    [...document.querySelectorAll('[href], [src], [action], [formaction]')].some(it => \
      ['href', 'src', 'action', 'formaction'].some(name => it.hasAttribute(name) && \
        !/^(https?:\\/\\/|\\/(?!\\/)|#|\\?)/.test(it.getAttribute(name))))";

/// All of them, as a feed that itself is called so.
pub(super) fn feed() -> String {
    let mut items = String::new();
    for (at, title) in TITLES.iter().enumerate() {
        item(&mut items, at, title, "https://news.example.org/of-titles");
    }
    for (at, link) in LINKS.iter().enumerate() {
        item(
            &mut items,
            100 + at,
            &format!("Koizumi with link {at}"),
            link,
        );
    }
    let title = escape(&escape(TITLES[4]));
    format!("<rss version=\"2.0\"><channel><title>{title}</title>{items}</channel></rss>")
}

/// Twice, as titles with markup are: the first is XML's, the second HTML's.
fn item(items: &mut String, at: usize, title: &str, link: &str) {
    let title = escape(&escape(title));
    let label = escape(TITLES[1]);
    write!(
        items,
        "<item><guid isPermaLink=\"false\">h{at}</guid><title>{title}</title><link>{}</link>\
         <author>{label}</author><category>{label}</category>\
         <description>{title}</description></item>",
        escape(link)
    )
    .expect("a String takes everything");
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
