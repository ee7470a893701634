//! Configs: no text panics, a wrong one has a report, and of a good one the effective config is good,
//! where it hides no secret.

#![no_main]

use std::path::Path;

use fivebells::config::{Environment, check_text, effective};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let path = Path::new("fuzz.toml");
    let none: [(&str, &str); 0] = [];
    let environment = Environment::of(none).without_secrets();
    match check_text(path, text.to_owned(), &environment) {
        Err(errors) => assert!(!errors.report.render(false).is_empty()),
        Ok(loaded) => {
            let effective = effective(&loaded.config);
            if effective.contains("<hidden>") {
                return;
            }
            if let Err(errors) = check_text(path, effective, &environment) {
                panic!("{}", errors.report.render(false));
            }
        }
    }
});
