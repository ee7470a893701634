//! Prints how fast matching is, all figures of one run side by side.
//!
//! Run with `cargo run --release --example matching`. Items are about 2 KB of made-up news whose
//! words follow the law of real text: a few are everywhere, most are rare. A figure is the
//! median of several runs on one core.

#![expect(clippy::print_stdout, reason = "it prints a table")]
#![expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "figures are rounded anyway, and ranks are small and positive"
)]

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use fivebells::{
    matcher::{ItemText, Matcher},
    model::{Field, OnUpdate, Priority, Watch},
    text::{Lines, fold_into, to_plain},
};
use rand::{RngExt, SeedableRng, rngs::StdRng};

const ITEMS: usize = 500;
const RUNS: usize = 7;

fn main() {
    let mut news = News::new();
    // First: later on memory that was freed would be used again, and not count.
    compiling(&mut news);
    let items: Vec<(String, String)> = (0..ITEMS)
        .map(|_| (news.sentence(9), news.text(1_900)))
        .collect();
    println!("items of {} bytes on average", bytes(&items) / ITEMS);
    folding(&items);
    html(&items);
    println!("\n| terms | items/s | watches hit an item |\n|--:|--:|--:|");
    for terms in [10, 1_000, 10_000, 100_000] {
        let watches: Vec<_> = (0..terms).map(|_| watch(&news.term())).collect();
        let (time, hits) = finding(&watches, &items);
        println!("| {terms} | {:.0} | {hits:.2} |", 1.0 / time);
    }
    println!("\n| watches of 6 terms | µs an item | watches hit an item |\n|--:|--:|--:|");
    for count in [1_000, 10_000, 100_000] {
        let watches: Vec<_> = (0..count).map(|_| watch(&news.expression())).collect();
        let (time, hits) = finding(&watches, &items);
        println!("| {count} | {:.1} | {hits:.2} |", time * 1e6);
    }
    regexes(&mut news, &items);
}

fn bytes(items: &[(String, String)]) -> usize {
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
        on_update: OnUpdate::Never,
    }
}

/// The median time of one run.
fn median(mut run: impl FnMut()) -> Duration {
    let mut times: Vec<Duration> = (0..RUNS)
        .map(|_| {
            let before = Instant::now();
            run();
            before.elapsed()
        })
        .collect();
    times.sort_unstable();
    times[RUNS / 2]
}

/// Seconds an item, and how many watches it satisfies.
fn finding(watches: &[Watch], items: &[(String, String)]) -> (f64, f64) {
    let matcher = Matcher::compile(watches, &[]).expect("the expressions are good");
    let mut hits = 0;
    let time = median(|| {
        hits = 0;
        for (title, content) in items {
            let item = ItemText {
                title,
                content,
                ..ItemText::default()
            };
            hits += matcher.find(black_box(&item)).len();
        }
    });
    let count = items.len() as f64;
    (time.as_secs_f64() / count, hits as f64 / count)
}

fn folding(items: &[(String, String)]) {
    let multilingual = MULTILINGUAL.repeat(4);
    let mut canonical = String::new();
    let english = median(|| {
        for (_, content) in items {
            fold_into(black_box(content), Lines::Wrapped, &mut canonical);
        }
    });
    let mixed = median(|| {
        for _ in 0..ITEMS {
            fold_into(black_box(&multilingual), Lines::Wrapped, &mut canonical);
        }
    });
    let content: usize = items.iter().map(|(_, content)| content.len()).sum();
    let rate = |bytes: usize, time: Duration| bytes as f64 / time.as_secs_f64() / 1e6;
    println!(
        "fold, MB/s: English {:.0}, multilingual {:.0}",
        rate(content, english),
        rate(multilingual.len() * ITEMS, mixed)
    );
}

fn html(items: &[(String, String)]) {
    let pages: Vec<String> = items
        .iter()
        .map(|(title, content)| page(title, content))
        .collect();
    let time = median(|| {
        for page in &pages {
            black_box(to_plain(black_box(page)));
        }
    });
    let bytes: usize = pages.iter().map(String::len).sum();
    println!(
        "HTML to text, MB/s: {:.0}",
        bytes as f64 / time.as_secs_f64() / 1e6
    );
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

fn regexes(news: &mut News, items: &[(String, String)]) {
    let watches: Vec<_> = (0..1_000)
        .map(|number| {
            let (word, other) = (news.name(), news.name());
            watch(&match number % 3 {
                0 => format!("content:/{word}-?[0-9]+[A-C]?/"),
                1 => format!("content:/(?:{word}|{other})\\w* said/"),
                _ => format!("content:/\\b{word}\\s+(?:of|at)\\s+{other}/"),
            })
        })
        .collect();
    let (time, hits) = finding(&watches, items);
    println!(
        "\n1,000 regular expressions: {:.1} µs an item, {hits:.2} hit",
        time * 1e6
    );
}

fn compiling(news: &mut News) {
    let alone: Vec<_> = (0..100_000).map(|_| watch(&news.term())).collect();
    let by_six: Vec<_> = (0..100_000 / 6)
        .map(|_| watch(&news.expression()))
        .collect();
    println!("\n| compile 100,000 terms | ms | MB |\n|---|--:|--:|");
    for (name, watches) in [("a watch each", alone), ("6 a watch", by_six)] {
        let before = resident();
        let kept = Matcher::compile(&watches, &[]).expect("the expressions are good");
        let size = resident().saturating_sub(before);
        let time = median(|| drop(Matcher::compile(black_box(&watches), &[])));
        println!(
            "| {name} | {:.0} | {:.0} |",
            time.as_secs_f64() * 1e3,
            size as f64 / 1e6
        );
        drop(kept);
    }
}

/// Bytes of memory in use, where the system says (Linux).
fn resident() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = statm
        .split(' ')
        .nth(1)
        .and_then(|pages| pages.parse::<usize>().ok());
    pages.unwrap_or(0) * 4096
}

/// Makes text up.
struct News {
    random: StdRng,
    words: Vec<String>,
}

/// The most frequent English words.
const COMMON: &str = "the of and to in a is that for it as was with be by on not he his but at are \
this have from or had an they which one you were her all she there would their we him been has \
when who will more no if out so said what up its about into than them can only other new some \
could time these two may then do first any my now such like our over man me even most made after";

const MULTILINGUAL: &str = "防衛相は火曜日、島に新しく置かれたレーダー基地を視察した。両政府は費用について協議を続けている。\
Le ministre a inspecté la nouvelle station radar mardi, a déclaré son cabinet à Genève. \
Министр осмотрел новую станцию во вторник, сообщили в его ведомстве. \
زار وزير الدفاع الجزيرة يوم الثلاثاء لتفقد محطة الرادار الجديدة. \
국방장관은 화요일에 섬을 방문해 새 레이더 기지를 점검했다. ";

impl News {
    fn new() -> Self {
        let mut random = StdRng::seed_from_u64(7);
        let mut words: Vec<String> = COMMON.split_whitespace().map(str::to_owned).collect();
        let parts = [
            "an", "ber", "con", "de", "el", "for", "gen", "har", "in", "kor", "lin", "mar", "nor",
            "os", "per", "ran", "ser", "ti", "ul", "ver", "wes", "yor", "men", "tion", "ing", "al",
        ];
        while words.len() < 60_000 {
            let syllables = random.random_range(2..5);
            let word: String = (0..syllables)
                .map(|_| parts[random.random_range(0..parts.len())])
                .collect();
            words.push(word);
        }
        Self { random, words }
    }

    /// A word as often as Zipf's law has it: the rank's logarithm is evenly spread.
    fn word(&mut self) -> &str {
        let most = (self.words.len() as f64).ln();
        let rank = (self.random.random_range(0.0..1.0) * most).exp() as usize;
        &self.words[rank.min(self.words.len()) - 1]
    }

    /// A word that few items have.
    fn rare(&mut self) -> String {
        let at = self.random.random_range(5_000..self.words.len());
        self.words[at].clone()
    }

    /// A word that hardly any item has.
    fn name(&mut self) -> String {
        format!("{}{}", self.rare(), self.rare())
    }

    fn sentence(&mut self, words: usize) -> String {
        let mut sentence = String::new();
        for at in 0..words {
            let kind = self.random.random_range(0..40);
            let word = self.word();
            let (first, rest) = word.split_at(1);
            if at == 0 || kind < 3 {
                sentence.push_str(&first.to_uppercase());
            } else {
                sentence.push_str(first);
            }
            sentence.push_str(rest);
            sentence.push_str(match kind {
                3 | 4 => ", ",
                5 => "’s ",
                6 => "-",
                _ => " ",
            });
        }
        sentence.truncate(sentence.trim_end_matches([' ', ',', '-']).len());
        sentence
    }

    fn text(&mut self, bytes: usize) -> String {
        let mut text = String::new();
        while text.len() < bytes {
            let words = self.random.random_range(8..24);
            let sentence = self.sentence(words);
            text.push_str(&sentence);
            text.push_str(". ");
        }
        text
    }

    /// A term as watches have them: names that are mostly absent, some phrases, some not Latin.
    fn term(&mut self) -> String {
        let number = self.random.random_range(0..1_000_000);
        match self.random.random_range(0..10) {
            _ if number < 10_000 => self.rare(),
            0 => format!("\"{} {}\"", self.rare(), self.rare()),
            1 => format!("\"{} of {}\"", self.rare(), self.rare()),
            2 => format!("機関{number}"),
            3 => format!("{}-{number}", self.rare()),
            _ => self.name(),
        }
    }

    fn expression(&mut self) -> String {
        let [first, second, third] = std::array::from_fn(|_| self.term());
        let [place, other] = std::array::from_fn(|_| self.term());
        let excluded = self.term();
        format!("({first} OR {second} OR {third}) AND ({place} OR {other}) NOT {excluded}")
    }
}
