//! Prints how fast matching is, next to what others need for the same work in the same run.
//!
//! Run with `cargo bench --bench matching`. Two programs run alternately, so that a busy machine is
//! busy for both. Of each the fastest run counts, since whatever else runs only adds to its time.
//! One core is used. The head of `news.rs` says what is read and what is looked for. Ours is [`Matcher::find`], all of it:
//! reading the fields, finding terms, evaluating watches and locating the hits of those that are
//! satisfied in the source; theirs counts the hits in canonical text that we have folded.

#![expect(clippy::print_stdout, reason = "it prints a table")]
#![expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "figures are rounded anyway, and ranks are small and positive"
)]

mod news;
mod peers;

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use fivebells::{
    matcher::{ItemText, Matcher},
    model::{Field, OnUpdate, Priority, Watch},
    text::{Lines, fold_into, to_plain},
};
use peak_alloc::PeakAlloc;

use news::News;
use peers::Automaton;

const ITEMS: usize = 500;
const ITEM_BYTES: usize = 1_900;
const TURNS: usize = 25;

/// Counts the bytes in use, while times are taken too: what that costs them has not been measured.
#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// A title and a text.
type Item = (String, String);

fn main() {
    let mut news = News::new();
    let items: Vec<Item> = (0..ITEMS)
        .map(|_| (news.sentence(9), news.text(ITEM_BYTES)))
        .collect();
    println!("items of {} bytes on average\n", bytes(&items) / ITEMS);
    println!("| MB/s | ours | theirs | |\n|---|--:|--:|---|");
    folding(&items);
    html(&items);
    println!("\n| terms | items/s | fold + daachorse | watches hit an item |\n|--:|--:|--:|--:|");
    for terms in [10, 1_000, 10_000, 100_000] {
        finding(&mut news, terms, &items);
    }
    println!("\n| watches of 6 terms | µs an item | watches hit an item |\n|--:|--:|--:|");
    for count in [1_000, 10_000, 100_000] {
        let watches: Vec<_> = (0..count).map(|_| watch(&news.expression())).collect();
        evaluating(&count.to_string(), &watches, &items);
    }
    let regexes: Vec<_> = (0..1_000)
        .map(|number| watch(&news.regex(number)))
        .collect();
    evaluating("1,000 of a regular expression", &regexes, &items);
    compiling(&mut news);
}

fn bytes(items: &[Item]) -> usize {
    items
        .iter()
        .map(|(title, content)| title.len() + content.len())
        .sum()
}

fn watch(expression: &str) -> Watch {
    Watch {
        name: "watch".to_owned(),
        expression: expression.to_owned(),
        fields: Field::DEFAULT.to_vec(),
        feeds: None,
        priority: Priority::Routine,
        notify: Vec::new(),
        stories: None,
        corroborate: None,
        escalate: None,
        on_update: OnUpdate::Never,
    }
}

/// The seconds of the fastest run of each.
fn fastest<const N: usize>(mut runs: [&mut dyn FnMut(); N]) -> [f64; N] {
    let mut times = [Duration::MAX; N];
    for _ in 0..TURNS {
        for (run, time) in runs.iter_mut().zip(&mut times) {
            let before = Instant::now();
            run();
            *time = before.elapsed().min(*time);
        }
    }
    times.map(|time| time.as_secs_f64())
}

/// How many watches all items together satisfy.
fn find(matcher: &Matcher, items: &[Item]) -> usize {
    let one = |(title, content): &Item| {
        let item = ItemText {
            title,
            content,
            ..ItemText::default()
        };
        matcher.find(black_box(&item)).len()
    };
    items.iter().map(one).sum()
}

fn finding(news: &mut News, terms: usize, items: &[Item]) {
    let terms: Vec<String> = (0..terms).map(|_| news.term()).collect();
    let watches: Vec<_> = terms.iter().map(|term| watch(term)).collect();
    let matcher = Matcher::compile(&watches, &[]).expect("the expressions are good");
    let mut automaton = Automaton::new(terms.iter().map(String::as_str));
    let mut hits = 0;
    let [ours, theirs] = fastest([&mut || hits = find(&matcher, items), &mut || {
        for (title, content) in items {
            black_box(automaton.find(title, content));
        }
    }]);
    let count = items.len() as f64;
    println!(
        "| {} | {:.0} | {:.0} | {:.4} |",
        terms.len(),
        count / ours,
        count / theirs,
        hits as f64 / count
    );
}

fn evaluating(name: &str, watches: &[Watch], items: &[Item]) {
    let matcher = Matcher::compile(watches, &[]).expect("the expressions are good");
    let mut hits = 0;
    let [time] = fastest([&mut || hits = find(&matcher, items)]);
    let count = items.len() as f64;
    println!(
        "| {name} | {:.1} | {:.3} |",
        time / count * 1e6,
        hits as f64 / count
    );
}

fn folding(items: &[Item]) {
    let english: String = items.iter().map(|(_, content)| content.as_str()).collect();
    let multilingual = MULTILINGUAL.repeat(2_000);
    let mut canonical = String::new();
    for (name, text) in [("English", english), ("multilingual", multilingual)] {
        let texts: Vec<&str> = pieces(&text).collect();
        let times = fastest([
            &mut || {
                for text in &texts {
                    fold_into(black_box(text), Lines::Wrapped, &mut canonical);
                }
            },
            &mut || {
                for text in &texts {
                    black_box(peers::icu_fold(black_box(text)));
                }
            },
        ]);
        row(&format!("fold, {name}"), text.len(), times, "ICU4X");
    }
}

/// A text in pieces of an item's size.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let (piece, behind) = rest.split_at(rest.floor_char_boundary(ITEM_BYTES));
        rest = behind;
        (!piece.is_empty()).then_some(piece)
    })
}

fn row(name: &str, bytes: usize, times: [f64; 2], peer: &str) {
    let [ours, theirs] = times.map(|time| bytes as f64 / time / 1e6);
    println!("| {name} | {ours:.0} | {theirs:.0} | {peer} |");
}

fn html(items: &[Item]) {
    let pages: Vec<String> = items
        .iter()
        .map(|(title, content)| page(title, content))
        .collect();
    let times = fastest([
        &mut || {
            for page in &pages {
                black_box(to_plain(black_box(page)));
            }
        },
        &mut || {
            for page in &pages {
                black_box(peers::html5ever_text(black_box(page)));
            }
        },
    ]);
    let bytes = pages.iter().map(String::len).sum();
    row("HTML to text", bytes, times, "html5ever's tokenizer");
}

/// An article's body as feeds carry it.
fn page(title: &str, content: &str) -> String {
    let mut page = format!("<h2 class=\"headline\">{title}</h2>\n");
    for (number, sentence) in content.split(". ").enumerate() {
        let paragraph = match number % 5 {
            0 => format!("<p>{sentence} &mdash; <em>officials</em> said.</p>\n"),
            1 => {
                format!("<p class=\"story-body\">{sentence}, &#8220;they&rsquo;d say&#8221;.</p>\n")
            }
            2 => format!(
                "<p>{sentence}, <a href=\"https://example.org/a?b=1&amp;c=2\">more</a>.</p>\n"
            ),
            _ => format!("<p>{sentence}.</p>\n"),
        };
        page.push_str(&paragraph);
    }
    page
}

fn compiling(news: &mut News) {
    let alone: Vec<_> = (0..100_000).map(|_| watch(&news.term())).collect();
    let by_six: Vec<_> = (0..100_000 / 6)
        .map(|_| watch(&news.expression()))
        .collect();
    println!("\n| compile 100,000 terms | ms | MB kept | MB at most |\n|---|--:|--:|--:|");
    for (name, watches) in [("a watch each", alone), ("6 a watch", by_six)] {
        let before = MEMORY.current_usage();
        MEMORY.reset_peak_usage();
        let kept = Matcher::compile(&watches, &[]).expect("the expressions are good");
        let used = [MEMORY.current_usage(), MEMORY.peak_usage()];
        let [kept_bytes, most] = used.map(|bytes| (bytes - before) as f64 / 1e6);
        drop(kept);
        let [time] = fastest([&mut || drop(Matcher::compile(black_box(&watches), &[]))]);
        println!(
            "| {name} | {:.0} | {kept_bytes:.1} | {most:.1} |",
            time * 1e3
        );
    }
}

const MULTILINGUAL: &str = "防衛相は火曜日、島に新しく置かれたレーダー基地を視察した。両政府は費用について協議を続けている。\
Le ministre a inspecté la nouvelle station radar mardi, a déclaré son cabinet à Genève. \
Министр осмотрел новую станцию во вторник, сообщили в его ведомстве. \
زار وزير الدفاع الجزيرة يوم الثلاثاء لتفقد محطة الرادار الجديدة. \
국방장관은 화요일에 섬을 방문해 새 레이더 기지를 점검했다. ";
