//! News that is made up, and the watches of people who read it.
//!
//! The text has the measures of English news feeds (472,000 characters of 214 real summaries):
//! 332 words in 2,000 bytes, 11 in 100 of them longer than 8 letters, a comma every 22 words, a
//! full stop every 25, a capital on every eighth, a few characters that are not ASCII. How often a
//! word occurs falls with its rank (Zipf's law), and the hundred first are the English ones.
//!
//! People, places and companies are 200,000 names of one to three words, as rare by rank as words
//! are; every 25 words hold a name. Watches are for names, each as likely as any other, so
//! most are for somebody hardly ever in the news: a watch for one name hits one item in tens of
//! thousands, which is an alert every day or two from 10,000 items a day.

use rand::{RngExt, SeedableRng, rngs::StdRng};

const WORDS: usize = 50_000;
const NAMES: usize = 200_000;
const FIRST_NAMES: usize = 2_000;
const WORDS_TO_A_NAME: u32 = 25;

/// The most frequent English words.
const COMMON: &str = "the of and to in a is that for it as was with be by on not he his but at are \
this have from or had an they which one you were her all she there would their we him been has \
when who will more no if out so said what up its about into than them can only other new some \
could time these two may then do first any my now such like our over man me even most made after";

const SYLLABLES: [&str; 64] = [
    "a", "be", "co", "de", "el", "fi", "ga", "ho", "in", "jo", "ka", "lo", "mi", "ne", "or", "pu",
    "qua", "re", "si", "ta", "un", "va", "wi", "ya", "ze", "an", "ber", "con", "dis", "en", "for",
    "gen", "har", "im", "jan", "kor", "lin", "mar", "nor", "os", "per", "ran", "ser", "ti", "ul",
    "ver", "wes", "yor", "men", "tion", "ing", "al", "ly", "ment", "sh", "tra", "est", "er", "ed",
    "s", "ous", "ic", "pre", "com",
];

/// Makes text and expressions up, the same in every run.
pub(crate) struct News {
    random: StdRng,
    words: Vec<String>,
    names: Vec<String>,
}

/// Different words, longer ones later.
fn words(random: &mut StdRng) -> Vec<String> {
    let mut words: Vec<String> = COMMON.split_whitespace().map(str::to_owned).collect();
    let mut known: std::collections::HashSet<String> = words.iter().cloned().collect();
    while words.len() < WORDS {
        let most = 2 + words.len().ilog10() as usize / 2;
        let syllables = random.random_range(2..=most);
        let word: String = (0..syllables)
            .map(|_| SYLLABLES[random.random_range(0..SYLLABLES.len())])
            .collect();
        if known.insert(word.clone()) {
            words.push(word);
        }
    }
    words
}

fn capitalised(word: &str) -> String {
    let (first, rest) = word.split_at(1);
    first.to_uppercase() + rest
}

/// Names, no two the same; surnames and places are no ordinary words.
fn names(random: &mut StdRng, words: &[String]) -> Vec<String> {
    let mut part = |from: std::ops::Range<usize>| capitalised(&words[random.random_range(from)]);
    let names = (0..NAMES).map(|number| {
        let own = format!("{}{}", part(100..WORDS), part(100..WORDS).to_lowercase());
        match number % 10 {
            0..4 => own,
            4..7 => format!("{} {own}", part(100..100 + FIRST_NAMES)),
            7 => format!("{} {}", part(1_000..WORDS), part(1_000..WORDS)),
            8 => format!("{} of {own}", part(100..500)),
            _ => format!("{own}-{}", number % 90 + 10),
        }
    });
    names.collect()
}

impl News {
    pub(crate) fn new() -> Self {
        let mut random = StdRng::seed_from_u64(7);
        let words = words(&mut random);
        let names = names(&mut random, &words);
        Self {
            random,
            words,
            names,
        }
    }

    /// The number of something whose frequency falls with its number.
    fn rank(&mut self, from: usize, to: usize) -> usize {
        let (least, most) = ((from as f64).ln(), (to as f64).ln());
        self.random.random_range(least..most).exp() as usize - 1
    }

    pub(crate) fn sentence(&mut self, words: usize) -> String {
        let mut sentence = String::new();
        for at in 0..words {
            let word = if self.random.random_range(0..WORDS_TO_A_NAME) == 0 {
                let rank = self.rank(1, NAMES + 1);
                self.names[rank].clone()
            } else {
                let rank = self.rank(1, WORDS + 1);
                self.words[rank].clone()
            };
            let kind = self.random.random_range(0..200);
            sentence.push_str(&if at == 0 || kind < 8 {
                capitalised(&word)
            } else {
                word
            });
            sentence.push_str(match kind {
                10..20 => ", ",
                20..23 => "-",
                23 | 24 => "’s ",
                25 => "'s ",
                26 => " — ",
                27 => ": ",
                28 => " (",
                29 => ") ",
                30 => "é ",
                _ => " ",
            });
        }
        sentence.truncate(
            sentence
                .trim_end_matches([' ', ',', '-', '(', ':', '—'])
                .len(),
        );
        sentence
    }

    pub(crate) fn text(&mut self, bytes: usize) -> String {
        let mut text = String::new();
        while text.len() < bytes {
            let words = self.random.random_range(12..38);
            let sentence = self.sentence(words);
            text.push_str(&sentence);
            text.push_str(". ");
        }
        text
    }

    /// A name that a watch looks for; a few are written in Japanese.
    pub(crate) fn term(&mut self) -> String {
        let number = self.random.random_range(0..NAMES);
        if number % 20 == 19 {
            return format!("機関{number}");
        }
        format!("\"{}\"", self.names[number])
    }

    /// Somebody, together with what it is about.
    pub(crate) fn expression(&mut self) -> String {
        let [first, second, third] = std::array::from_fn(|_| self.term());
        let [about, other, excluded] = std::array::from_fn(|_| {
            let rank = self.rank(100, WORDS + 1);
            self.words[rank].clone()
        });
        format!("({first} OR {second} OR {third}) AND ({about} OR {other}) NOT {excluded}")
    }

    pub(crate) fn regex(&mut self, number: usize) -> String {
        let [word, other] = std::array::from_fn(|_| {
            let at = self.random.random_range(0..NAMES / 10) * 10;
            self.names[at].clone()
        });
        match number % 3 {
            0 => format!("content:/{word}-?[0-9]+[A-C]?/"),
            1 => format!("content:/(?:{word}|{other})\\w* said/"),
            _ => format!("content:/\\b{word}\\s+(?:of|at)\\s+{other}/"),
        }
    }
}
