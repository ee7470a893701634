//! Prints a config of many feeds and watches, to measure how fast one is checked.
//!
//! `many 10000 > many.toml`; docs/performance.md has the figures.

use clap::Args;

/// Words that the watches look for are made of these.
const SYLLABLES: [&str; 10] = [
    "ko", "izu", "mi", "he", "gse", "th", "ta", "ka", "ishi", "ba",
];

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Feeds, and watches.
    #[arg(default_value_t = 10_000)]
    count: usize,
}

pub(crate) fn print(arguments: &Arguments) {
    let count = arguments.count;
    println!("[feed]");
    for number in 0..count {
        let (host, tag) = (number / 4, number % 40);
        println!(
            "f{number} = {{ url = \"https://host-{host}.example/feed/{number}.xml\", tags = [\"t{tag}\"] }}"
        );
    }
    println!("[watch]");
    for number in 0..count {
        let (one, two) = (word(number), word(number + count));
        match number % 10 {
            0 => println!("w{number} = {{ match = \"{one} OR {two}\", feeds = [\"f{number}\"] }}"),
            1 => println!("w{number} = '(\"{one} {two}\" OR {one}*) NOT {two}'"),
            2 => println!("w{number} = {{ any = [\"{one}\", \"{two}\"], priority = \"urgent\" }}"),
            3 => println!("w{number} = '{one} NEAR/5 {two}'"),
            _ => println!("w{number} = \"{one}\""),
        }
    }
    println!("[receiver]\nscreen = {{ stdout = true }}");
}

/// A word of its own for each number.
fn word(mut number: usize) -> String {
    let mut word = String::new();
    loop {
        word.push_str(SYLLABLES[number % 10]);
        number /= 10;
        if number == 0 {
            return word;
        }
    }
}
