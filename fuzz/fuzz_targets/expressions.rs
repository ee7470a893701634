//! Watch expressions: no text panics, what is understood is written so that it is understood the
//! same again, and any text can be searched for it.

#![no_main]

use fivebells::{
    matcher::{ItemText, Matcher, Query},
    model::{Field, OnUpdate, Priority, Watch},
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let Ok(query) = Query::parse(text, &[]) else {
        return;
    };
    let written = query.to_string();
    let again = Query::parse(&written, &[]).expect("what is written is an expression");
    assert_eq!(again.to_string(), written);
    let watch = Watch {
        name: "fuzzed".to_owned(),
        expression: text.to_owned(),
        fields: Field::DEFAULT.to_vec(),
        feeds: None,
        priority: Priority::Routine,
        notify: Vec::new(),
        stories: None,
        corroborate: None,
        escalate: None,
        on_update: OnUpdate::Never,
    };
    let matcher = Matcher::compile(&[watch], &[]).expect("it was parsed before");
    let item = ItemText {
        title: text,
        content: &written,
        ..ItemText::default()
    };
    matcher.find(&item);
});
