//! The regular expressions of all watches, each compiled once.
//!
//! Those that no term is the anchor for are looked for in every text, so they are first filtered by
//! the literals in them.

use std::collections::HashMap;

use regex::Regex;

use crate::matcher::syntax::{compile_regex, regex_parts};

/// All regular expressions of all watches, each once.
#[derive(Default)]
pub(in crate::matcher) struct Regexes {
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
    pub(in crate::matcher) fn number(&mut self, written: &str) -> u32 {
        let next = u32::try_from(self.written.len()).expect("fewer than 2^32 expressions");
        *self.numbers.entry(written.to_owned()).or_insert_with(|| {
            self.written.push(written.to_owned());
            next
        })
    }

    pub(in crate::matcher) fn len(&self) -> usize {
        self.written.len()
    }

    /// Compiles them; `free` are those that are looked for in every text.
    pub(in crate::matcher) fn build(self, free: &[u32]) -> Regexes {
        let compiled =
            |written: &String| compile_regex(written).expect("the parser has compiled it");
        let mut regexes = Regexes {
            all: self.written.iter().map(compiled).collect(),
            ..Regexes::default()
        };
        let mut filter = regex_filtered::Builder::new();
        for &number in free {
            let (body, ignores_case) = regex_parts(&self.written[number as usize]);
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

    pub(in crate::matcher) fn get(&self, number: u32) -> &Regex {
        &self.all[number as usize]
    }

    /// Whether any must be looked for in every text.
    pub(in crate::matcher) fn looks_everywhere(&self) -> bool {
        self.filter.is_some() || !self.unfiltered.is_empty()
    }

    /// Those of the ones looked for everywhere that are in the text.
    pub(in crate::matcher) fn find(&self, text: &str, found: &mut Vec<u32>) {
        if let Some(filter) = &self.filter {
            found.extend(filter.matching(text).map(|(at, _)| self.filtered[at]));
        }
        let matches = |number: &u32| self.get(*number).is_match(text);
        found.extend(self.unfiltered.iter().copied().filter(matches));
    }
}
