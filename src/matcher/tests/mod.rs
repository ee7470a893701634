mod context;
mod entities;
mod explaining;
mod finding;
mod grammar;
mod language;
mod naive;
mod parts;
mod properties;
mod terms;

use super::{Entity, ItemText, Matcher, WatchError, WatchMatch};
use crate::model::{Field, OnUpdate, Priority, Watch};

/// Every test compiles its watches here.
fn compiled(watches: &[Watch], entities: &[Entity]) -> Result<Matcher, Vec<WatchError>> {
    Matcher::compile(watches, entities)
}

fn watch(expression: &str) -> Watch {
    Watch {
        name: expression.to_owned(),
        expression: expression.to_owned(),
        fields: Field::DEFAULT.to_vec(),
        feeds: None,
        priority: Priority::Routine,
        on_update: OnUpdate::default(),
        notify: vec!["desk".to_owned()],
        stories: None,
        corroborate: None,
        escalate: None,
    }
}

fn titled(title: &str) -> ItemText<'_> {
    ItemText {
        title,
        ..ItemText::default()
    }
}

fn found(expression: &str, item: &ItemText<'_>) -> Option<WatchMatch> {
    let matcher = compiled(&[watch(expression)], &[]).expect("a good expression");
    matcher.find(item).pop()
}

fn finds(expression: &str, title: &str) -> bool {
    found(expression, &titled(title)).is_some()
}

/// What the hits of an expression say in the title, in their order.
fn hit_texts<'a>(expression: &str, title: &'a str) -> Vec<&'a str> {
    let hits = found(expression, &titled(title)).map_or_else(Vec::new, |found| found.hits);
    hits.into_iter().map(|hit| &title[hit.span]).collect()
}
