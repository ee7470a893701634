//! Prints a config of so many feeds and watches, to measure how fast one is checked.
//!
//! `cargo run --release --example many -- 10000 > many.toml`; docs/performance.md has the figures.

#![expect(clippy::print_stdout, reason = "it prints a config")]

/// Words that the watches look for are made of these.
const SYLLABLES: [&str; 10] = [
    "ko", "izu", "mi", "he", "gse", "th", "ta", "ka", "ishi", "ba",
];

fn main() {
    let count = std::env::args().nth(1).and_then(|count| count.parse().ok());
    let count: usize = count.unwrap_or(10_000);
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
