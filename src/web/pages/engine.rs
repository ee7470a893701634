//! The templates, and what all of them are given.

use std::sync::LazyLock;

use minijinja::{Environment, UndefinedBehavior, syntax::SyntaxConfig, value::Serde};
use serde::Serialize;

use super::{Asked, marks};
use crate::{
    clock::{Clock as _, SystemClock},
    web::Context,
};

/// Every template, by the name it is called by. Names end in `.html`: that is what turns escaping on.
const TEMPLATES: &[(&str, &str)] = &[
    ("alerts.html", include_str!("templates/alerts.html")),
    ("feed.html", include_str!("templates/feed.html")),
    ("feeds.html", include_str!("templates/feeds.html")),
    ("find.html", include_str!("templates/find.html")),
    ("frame.html", include_str!("templates/frame.html")),
    ("login.html", include_str!("templates/login.html")),
    ("mutes.html", include_str!("templates/mutes.html")),
    ("now.html", include_str!("templates/now.html")),
    ("outbox.html", include_str!("templates/outbox.html")),
    ("outbox_ask.html", include_str!("templates/outbox_ask.html")),
    ("report.html", include_str!("templates/report.html")),
    ("stories.html", include_str!("templates/stories.html")),
    ("story.html", include_str!("templates/story.html")),
    ("trouble.html", include_str!("templates/trouble.html")),
    ("try.html", include_str!("templates/try.html")),
    ("watch.html", include_str!("templates/watch.html")),
    ("watches.html", include_str!("templates/watches.html")),
    ("why.html", include_str!("templates/why.html")),
];

static ENGINE: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut engine = Environment::new();
    engine.set_undefined_behavior(UndefinedBehavior::Strict);
    let syntax = SyntaxConfig::builder()
        .trim_blocks(true)
        .lstrip_blocks(true)
        .build();
    engine.set_syntax(syntax.expect("blocks alone"));
    engine.add_filter("coded", marks::coded);
    engine.add_filter("linked", marks::linked);
    for (name, source) in TEMPLATES {
        engine
            .add_template(name, source)
            .expect("a template of ours compiles");
    }
    engine
});
/// The navigation, in the order in which people ask.
const LINKS: [(&str, &str); 9] = [
    ("/", "Now"),
    ("/alerts", "Alerts"),
    ("/stories", "Stories"),
    ("/watches", "Watches"),
    ("/try", "Try"),
    ("/feeds", "Feeds"),
    ("/outbox", "Outbox"),
    ("/mutes", "Mutes"),
    ("/report", "Report"),
];

#[derive(Debug, Serialize)]
struct Link {
    path: &'static str,
    name: &'static str,
    is_here: bool,
}

/// The links, with the page that this path is of marked.
fn links(path: &str) -> Vec<Link> {
    let is_here = |link: &str| {
        let below = path
            .strip_prefix(link)
            .is_some_and(|rest| rest.starts_with('/'));
        path == link || (link != "/" && below)
    };
    let link = |(path, name)| Link {
        path,
        name,
        is_here: is_here(path),
    };
    LINKS.map(link).into()
}

/// What the frame around every page shows.
#[derive(Debug, Serialize)]
struct Frame<'a> {
    links: Vec<Link>,
    #[serde(flatten)]
    who: Who<'a>,
    is_wall: bool,
    version: &'static str,
    now: String,
}

/// Who looks at it.
#[derive(Debug, Serialize)]
struct Who<'a> {
    user: Option<&'a str>,
    may_act: bool,
    has_session: bool,
    is_known: bool,
}

/// What a template is given.
#[derive(Serialize)]
struct Values<'a, T> {
    frame: &'a Frame<'a>,
    #[serde(flatten)]
    matter: T,
}

/// What the frame is given, beside itself.
#[derive(Serialize)]
struct Framed<'a> {
    title: &'a str,
    body: String,
}

/// The page of this title: its matter by its template, within the frame.
pub(super) fn render<T: Serialize>(
    context: &Context,
    asked: &Asked,
    (title, template): (&str, &str),
    matter: T,
) -> String {
    let zone = context.app.config().timezone.clone();
    let now = SystemClock.now().to_zoned(zone);
    let frame = Frame {
        links: links(&asked.path),
        who: Who {
            user: asked.visitor.name.as_deref(),
            may_act: asked.visitor.may_act(),
            has_session: asked.visitor.has_session,
            is_known: asked.visitor.is_known,
        },
        is_wall: asked.params.get("wall").is_some(),
        version: env!("CARGO_PKG_VERSION"),
        now: now.strftime("%Y-%m-%d %H:%M:%S %Z").to_string(),
    };
    let body = filled(template, &frame, matter);
    filled("frame.html", &frame, Framed { title, body })
}

fn filled<T: Serialize>(template: &str, frame: &Frame<'_>, matter: T) -> String {
    let template = ENGINE.get_template(template).expect("a template of ours");
    let values = Values { frame, matter };
    template
        .render(Serde(values))
        .expect("a template of ours renders")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is called so is made here: a body that is rendered already, and charts.
    #[test]
    fn nothing_but_what_is_made_here_is_taken_as_markup() {
        for (name, source) in TEMPLATES {
            for (at, _) in source.match_indices("safe") {
                let line = source[..at].lines().last().unwrap_or_default();
                let of = line.rsplit("{{").next().unwrap_or_default();
                let of = of.trim().trim_end_matches('|').trim();
                let is_ours = of == "body" || of.ends_with("_svg");
                assert!(is_ours, "{name}: {of:?} is text of others");
            }
            assert!(!source.contains("autoescape"), "{name}");
        }
    }

    #[test]
    fn the_navigation_marks_the_page_and_those_below_it() {
        let here = |path| {
            let here = links(path).into_iter().filter(|link| link.is_here);
            here.map(|link| link.name).collect::<Vec<_>>()
        };
        assert_eq!(here("/"), ["Now"]);
        assert_eq!(here("/feeds"), ["Feeds"]);
        assert_eq!(here("/feeds/nhk"), ["Feeds"]);
        assert_eq!(here("/feedsx"), [""; 0]);
    }
}
