//! html5ever is the judge: on clean bodies the text is, word for word and paragraph for paragraph,
//! what is in its tree.

use std::fmt::Write as _;

use fastrand::Rng;
use html5ever::{ParseOpts, parse_document, tendril::TendrilSink, tree_builder::TreeBuilderOpts};
use markup5ever_rcdom::{Handle, NodeData, RcDom};

use super::super::to_plain;

/// Bodies written by hand, with a line of `%%` between two.
const BODIES: &str = include_str!(concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/tests/fixtures/article-bodies.html"
));

/// How many bodies are generated beside those written by hand.
const GENERATED: u64 = 200;

const BLOCKS: &str = " address article aside blockquote body caption center dd details dialog dir \
    div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 head header hgroup hr html \
    legend li main menu nav ol option p pre search section summary table tbody td tfoot th thead \
    title tr ul ";
const HIDDEN: &str = " script style iframe noembed noframes rt rp rtc template ";

/// Stands for the end of a paragraph and of a line in the text of a tree.
const PARAGRAPH: char = '\u{e000}';
const LINE: char = '\u{e001}';

/// The text of the document's tree, paragraph by paragraph, word by word.
fn judged(html: &str) -> Vec<Vec<String>> {
    let options = ParseOpts {
        tree_builder: TreeBuilderOpts {
            scripting_enabled: false,
            ..TreeBuilderOpts::default()
        },
        ..ParseOpts::default()
    };
    let tree = parse_document(RcDom::default(), options).one(html);
    let mut text = String::new();
    collect(&tree.document, &mut text);
    let mut paragraphs = vec![Vec::new()];
    for part in text.split(PARAGRAPH) {
        let mut lines = part.split(LINE).map(words).peekable();
        while let Some(line) = lines.next() {
            let is_blank = line.is_empty();
            paragraphs.last_mut().expect("never empty").extend(line);
            if is_blank && lines.peek().is_some() {
                paragraphs.push(Vec::new());
            }
        }
        paragraphs.push(Vec::new());
    }
    paragraphs.retain(|paragraph| !paragraph.is_empty());
    paragraphs
}

fn collect(node: &Handle, text: &mut String) {
    let mut is_block = false;
    match &node.data {
        NodeData::Text { contents } => text.push_str(&contents.borrow()),
        NodeData::Element { name, .. } => {
            let name = format!(" {} ", name.local);
            if HIDDEN.contains(&name) {
                return;
            }
            if name == " br " {
                text.push(LINE);
            }
            is_block = BLOCKS.contains(&name);
        }
        _ => {}
    }
    text.extend(is_block.then_some(PARAGRAPH));
    for child in node.children.borrow().iter() {
        collect(child, text);
    }
    text.extend(is_block.then_some(PARAGRAPH));
}

fn words(line: &str) -> Vec<String> {
    line.split_whitespace().map(str::to_owned).collect()
}

/// Digits above the line as the other one writes them, which knows no line.
fn lowered(c: char) -> char {
    match c {
        '¹' => '1',
        '²' => '2',
        '³' => '3',
        '⁰' | '⁴'..='⁹' => char::from_digit(c as u32 - '⁰' as u32, 10).unwrap_or(c),
        _ => c,
    }
}

fn ours(html: &str) -> Vec<Vec<String>> {
    let plain: String = to_plain(html).chars().map(lowered).collect();
    let paragraphs = plain.split("\n\n").map(words);
    paragraphs.filter(|words| !words.is_empty()).collect()
}

#[test]
fn bodies_written_by_hand() {
    let bodies: Vec<&str> = BODIES.split("\n%%\n").collect();
    assert!(bodies.len() >= 40, "{}", bodies.len());
    for body in bodies {
        assert!(!judged(body).is_empty(), "{body}");
        assert_eq!(ours(body), judged(body), "{body}");
    }
}

#[test]
fn generated_bodies() {
    for seed in 0..GENERATED {
        let body = Body(Rng::with_seed(seed)).article();
        assert_eq!(ours(&body), judged(&body), "seed {seed}: {body}");
    }
}

const WORDS: [&str; 24] = [
    "minister",
    "Koizumi",
    "visited",
    "the",
    "base",
    "Straße",
    "Łódź",
    "小泉進次郎",
    "防衛省は",
    "Зеленський",
    "القاهرة",
    "ירושלים",
    "กรุงเทพ",
    "AT&amp;T",
    "it&rsquo;s",
    "&#8220;no&#8221;",
    "&mdash;",
    "caf&eacute;",
    "5&nbsp;km",
    "&#x2014;",
    "1&#160;000",
    "a &lt; b",
    "&euro;5",
    "R&D,",
];

/// Writes articles as editors' tools do.
struct Body(Rng);

impl Body {
    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.0.usize(..of.len())]
    }

    fn several(&mut self, most: usize, mut each: impl FnMut(&mut Self) -> String) -> String {
        let mut text = String::new();
        for _ in 0..self.0.usize(1..=most) {
            text.push_str(&each(self));
        }
        text
    }

    fn article(&mut self) -> String {
        self.several(11, |body| body.block(0))
    }

    fn block(&mut self, depth: usize) -> String {
        let space = self.one(&["", "\n", "\n\n    ", " "]);
        let nested = |body: &mut Self| body.several(3, |body| body.block(depth + 1));
        let kind = self.0.usize(..if depth < 4 { 16 } else { 8 });
        let block = match kind {
            0..=4 => format!("<p{}>{}</p>", self.attributes(), self.inline(0)),
            5 => format!("<h2>{}</h2>", self.inline(0)),
            6 => format!("<pre>{}\n  {}</pre>", self.inline(1), self.inline(1)),
            7 => self.nothing().to_owned(),
            8 => self.list(),
            9 => self.table(),
            10 => format!("<blockquote cite=\"x\">{}</blockquote>", nested(self)),
            11 => format!(
                "<figure><img src=\"a.jpg\" alt=\"a > b\"><figcaption>{}</figcaption></figure>",
                self.inline(0)
            ),
            12 | 13 => format!("<div{}>{}</div>", self.attributes(), nested(self)),
            14 => format!(
                "<section><header>{}</header>{}</section>",
                self.inline(0),
                nested(self)
            ),
            _ => format!(
                "<dl><dt>{}</dt><dd>{}</dd></dl>",
                self.inline(0),
                self.inline(0)
            ),
        };
        block + space
    }

    fn list(&mut self) -> String {
        let name = self.one(&["ul", "ol"]);
        let close = self.one(&["</li>", "</li>\n", ""]);
        let items = self.several(5, |body| format!("<li>{}{close}", body.inline(0)));
        format!("<{name}>{items}</{name}>")
    }

    fn table(&mut self) -> String {
        let cell = |body: &mut Self| format!("<td>{}</td>", body.inline(0));
        let rows = self.several(3, |body| format!("<tr>{}</tr>\n", body.several(3, cell)));
        let head = "<thead><tr><th>x</th></tr></thead>";
        let caption = self.inline(1);
        format!("<table><caption>{caption}</caption>{head}<tbody>{rows}</tbody></table>")
    }

    fn nothing(&mut self) -> &'static str {
        self.one(&[
            "<script>if (a < b && c > d) { x(\"<p>no</p>\"); }</script>",
            "<style type=\"text/css\">p > a { color: red }</style>",
            "<!-- no <p>text</p> -->",
            "<hr/>",
            "<iframe src=\"https://example.org/?a=1&amp;b=2\" allowfullscreen>no</iframe>",
            "<img src=a.png alt='no text' /><br />",
        ])
    }

    fn attributes(&mut self) -> &'static str {
        self.one(&[
            "",
            " class=\"a b\"",
            " style='color: #333'",
            " data-x=\"a > b\"",
            " id=x hidden",
        ])
    }

    fn inline(&mut self, depth: usize) -> String {
        let mut text = String::new();
        for _ in 0..self.0.usize(1..9) {
            let word = self.one(&WORDS);
            let between = self.one(&[" ", " ", " ", "", "\n", ", "]);
            text.push_str(word);
            text.push_str(between);
            if depth < 3 && self.0.u8(..4) == 0 {
                let name =
                    self.one(&["b", "em", "strong", "span", "i", "a", "sup", "code", "mark"]);
                let attributes = self.attributes();
                let inner = self.inline(depth + 1);
                let _ = write!(text, "<{name}{attributes}>{inner}</{name}>");
            }
            match self.0.u8(..30) {
                0 => text.push_str("<br>"),
                1 => text.push_str("<br /><br />"),
                2 => text.push_str("<wbr>"),
                3 => text.push_str("<!-- no -->"),
                4 => text.push_str("<ruby>小泉<rp>(</rp><rt>こいずみ</rt><rp>)</rp></ruby>"),
                _ => {}
            }
        }
        text
    }
}
