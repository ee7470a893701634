//! An expression that somebody tries, and where it hits.

use crate::{
    matcher::{Entity, ItemLists, ItemText, Matcher, Query, QueryError, WatchMatch, matches},
    model::{Field, Match, OnUpdate, Priority, Watch},
    store::KeptItem,
};

/// The watch that an expression would be, and what is probably not meant in it. Where no field is
/// named it reads those of a watch that names none.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn as_watch(
    expression: &str,
    fields: &[Field],
    entities: &[Entity],
) -> Result<(Watch, Vec<QueryError>), QueryError> {
    let query = Query::parse(expression, entities)?;
    let asked = |field: &Field| fields.is_empty() || fields.contains(field);
    let all = if fields.is_empty() {
        &Field::DEFAULT[..]
    } else {
        &Field::ALL[..]
    };
    let watch = Watch {
        name: "try".to_owned(),
        expression: expression.to_owned(),
        fields: all.iter().copied().filter(asked).collect(),
        feeds: None,
        priority: Priority::Routine,
        on_update: OnUpdate::default(),
        notify: Vec::new(),
        stories: None,
        corroborate: None,
        escalate: None,
    };
    Ok((watch, query.warnings()))
}

/// Where each of these watches hits a stored item: its number, and its hits.
pub(crate) fn found(
    matcher: &Matcher,
    watches: &[Watch],
    kept: &KeptItem,
) -> Vec<(usize, Vec<Match>)> {
    let item = &kept.stored.item;
    let lists = ItemLists::of(item);
    found_in(matcher, watches, &lists.text(&kept.feed, item))
}

/// The same of a text.
pub(crate) fn found_in(
    matcher: &Matcher,
    watches: &[Watch],
    text: &ItemText<'_>,
) -> Vec<(usize, Vec<Match>)> {
    let found = matcher.find(text).into_iter();
    let hits = |found: WatchMatch| {
        let name = &watches[found.watch].name;
        (found.watch, matches(text, name, &found))
    };
    found.map(hits).collect()
}
