use url::Url;

use super::*;
use crate::config::Proposals;

fn feeds() -> Vec<Proposal> {
    let mut proposals = Proposals::default();
    let mut feed = |name: &str, tags: &[String]| {
        let url = Url::parse(&format!("https://{name}.example/")).expect("a URL");
        proposals.propose(name, &url, tags).expect("usable")
    };
    vec![feed("x", &[]), feed("y", &["t".to_owned()])]
}

const X: &str = "x = \"https://x.example/\"";
const Y: &str = "y = { url = \"https://y.example/\", tags = [\"t\"] }";

#[test]
fn lines_stand_behind_the_last_of_the_table_and_nothing_else_changes() {
    for (text, expected) in [
        ("", "[feed]\nX\nY\n"),
        ("# only a comment", "# only a comment\n\n[feed]\nX\nY\n"),
        ("[feed]", "[feed]\nX\nY\n"),
        ("[watch]\nw = 'a'\n", "[watch]\nw = 'a'\n\n[feed]\nX\nY\n"),
        (
            "[feed] # ours\n# a = 'u'\n\n# watches\n[watch]\n",
            "[feed] # ours\nX\nY\n# a = 'u'\n\n# watches\n[watch]\n",
        ),
        (
            "[feed]\na   = 'u' # first\n\nb = { url = 'u' }  # last\n# z = 'u'\n\n[watch]\nw='a'",
            "[feed]\na   = 'u' # first\n\nb = { url = 'u' }  # last\nX\nY\n# z = 'u'\n\n[watch]\nw='a'",
        ),
        (
            "[feed]\na = { url = 'u', tags = [\n  't', # one\n] }\n[feed.b]\nurl = 'u'\n",
            "[feed]\na = { url = 'u', tags = [\n  't', # one\n] }\nX\nY\n[feed.b]\nurl = 'u'\n",
        ),
        (
            "[feed.b]\nurl = 'u'\n[feed]\na.url = 'u'\na.every = '1h'",
            "[feed.b]\nurl = 'u'\n[feed]\na.url = 'u'\na.every = '1h'\nX\nY\n",
        ),
        (
            "[feed.b]\nurl = 'u'\n[watch]\nw = 'a'\n",
            "[feed.b]\nurl = 'u'\n[watch]\nw = 'a'\n\n[feed]\nX\nY\n",
        ),
        (
            "feed.a = 'u'\nfeed.b.url = 'u'\nwatch.w = 'a'\n",
            "feed.a = 'u'\nfeed.b.url = 'u'\nfeed.X\nfeed.Y\nwatch.w = 'a'\n",
        ),
        ("[feed]\r\na = 'u'\r\n", "[feed]\r\na = 'u'\r\nX\r\nY\r\n"),
    ] {
        let expected = expected.replace('X', X).replace('Y', Y);
        let found = insert(text, &feeds()).expect("a place");
        assert_eq!(found, expected, "{text}");
        let table: toml::Table = found.parse().expect("TOML");
        assert!(table["feed"].get("y").is_some(), "{found}");
    }
}

#[test]
fn where_no_line_can_be_added_nothing_is() {
    for (text, expected) in [
        ("feed = { a = 'u' }", InsertError::Closed),
        ("[[feed]]\nname = 'a'", InsertError::Closed),
        ("feed = 'u'", InsertError::Closed),
        ("[feed", InsertError::NotToml),
    ] {
        assert_eq!(insert(text, &feeds()), Err(expected), "{text}");
    }
}
