//! Regular expressions over the original text, in linear time.

use std::collections::HashMap;

use regex::{Regex, RegexBuilder};

/// How large a compiled expression may be.
const MAX_REGEX_BYTES: usize = 1 << 20;

/// Compiles one. It is written with its flag, `/…/` or `/…/i`.
///
/// # Errors
/// What is wrong with it, on one line.
pub(super) fn compile(written: &str) -> Result<Regex, String> {
    let (body, ignores_case) = parts(written);
    RegexBuilder::new(&body)
        .case_insensitive(ignores_case)
        .size_limit(MAX_REGEX_BYTES)
        .build()
        .map_err(|error| reason(&error))
}

/// What stands between the slashes, and whether an `i` follows them.
fn parts(written: &str) -> (String, bool) {
    let ignores_case = written.ends_with("/i");
    let body = written.strip_prefix('/').unwrap_or(written);
    let body = body
        .strip_suffix('i')
        .filter(|_| ignores_case)
        .unwrap_or(body);
    let body = body.strip_suffix('/').unwrap_or(body);
    (body.replace("\\/", "/"), ignores_case)
}

fn reason(error: &regex::Error) -> String {
    if let regex::Error::CompiledTooBig(_) = error {
        return format!("larger than {} KB once compiled", MAX_REGEX_BYTES / 1024);
    }
    let text = error.to_string();
    let last = text.lines().next_back().unwrap_or_default();
    last.trim_start_matches("error: ").to_owned()
}

/// All regular expressions of all watches, each once.
#[derive(Default)]
pub(super) struct Regexes {
    all: Vec<Regex>,
    /// Those that must be looked for in every text, and can be filtered by the literals in them.
    filter: Option<regex_filtered::Regexes>,
    filtered: Vec<u32>,
    /// Those that must be tried one by one.
    unfiltered: Vec<u32>,
}

/// Gives each distinct expression a number.
#[derive(Default)]
pub(super) struct Builder {
    numbers: HashMap<String, u32>,
    written: Vec<String>,
}

impl Builder {
    pub(super) fn number(&mut self, written: &str) -> u32 {
        let next = u32::try_from(self.written.len()).expect("fewer than 2^32 expressions");
        *self.numbers.entry(written.to_owned()).or_insert_with(|| {
            self.written.push(written.to_owned());
            next
        })
    }

    pub(super) fn len(&self) -> usize {
        self.written.len()
    }

    /// Compiles them; `free` are those that are looked for in every text.
    pub(super) fn build(self, free: &[u32]) -> Regexes {
        let compiled = |written: &String| compile(written).expect("the parser has compiled it");
        let mut regexes = Regexes {
            all: self.written.iter().map(compiled).collect(),
            ..Regexes::default()
        };
        let mut filter = regex_filtered::Builder::new();
        for &number in free {
            let (body, ignores_case) = parts(&self.written[number as usize]);
            // The filter ignores the case of ASCII letters only.
            let flag = if ignores_case { "(?i)" } else { "" };
            let pushed = if body.is_ascii() {
                regex_filtered::Builder::new()
                    .push(&format!("{flag}{body}"))
                    .is_ok()
            } else {
                false
            };
            if pushed {
                filter = filter
                    .push(&format!("{flag}{body}"))
                    .expect("the same was pushed just now");
                regexes.filtered.push(number);
            } else {
                regexes.unfiltered.push(number);
            }
        }
        if !regexes.filtered.is_empty() {
            regexes.filter = filter.build().ok();
            if regexes.filter.is_none() {
                regexes.unfiltered.append(&mut regexes.filtered);
            }
        }
        regexes
    }
}

impl Regexes {
    pub(super) fn builder() -> Builder {
        Builder::default()
    }

    pub(super) fn get(&self, number: u32) -> &Regex {
        &self.all[number as usize]
    }

    /// Whether any must be looked for in every text.
    pub(super) fn looks_everywhere(&self) -> bool {
        self.filter.is_some() || !self.unfiltered.is_empty()
    }

    /// Those of the ones looked for everywhere that are in the text.
    pub(super) fn find(&self, text: &str, found: &mut Vec<u32>) {
        if let Some(filter) = &self.filter {
            found.extend(filter.matching(text).map(|(at, _)| self.filtered[at]));
        }
        let matches = |number: &u32| self.get(*number).is_match(text);
        found.extend(self.unfiltered.iter().copied().filter(matches));
    }
}
