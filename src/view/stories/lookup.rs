//! The story that is meant: by its number, or by an item of it.

use super::super::{
    explain::lookup::{self, Found},
    number::Number,
    words::one_line,
};
use super::missing::NoStory;
use crate::{
    model::{ItemId, StoryId},
    store::Store,
};

/// The number of a story that this is.
pub(crate) fn number(name: &str) -> Option<StoryId> {
    match Number::read(name)? {
        Number::Story(id) => Some(id),
        Number::Bare(number) => Some(StoryId(number)),
        _ => None,
    }
}

/// The stories of this number, or of the items of this name: a link may be that of several.
pub(crate) async fn stories(name: &str, store: &Store) -> Result<Vec<StoryId>, NoStory> {
    if let Some(number) = number(name)
        && let Some(id) = store.story_number(number).await?
    {
        return Ok(vec![id]);
    }
    if let Some(Number::Story(id)) = Number::read(name) {
        return Err(NoStory::Unknown(id.to_string()));
    }
    let mut found = Vec::new();
    for (_, story) in members(name, store).await? {
        if !found.contains(&story) {
            found.push(story);
        }
    }
    Ok(found)
}

/// The one story of this number, or of the item of this name.
pub(crate) async fn story(name: &str, store: &Store) -> Result<StoryId, NoStory> {
    let found = stories(name, store).await?;
    match found[..] {
        [only] => Ok(only),
        _ => Err(NoStory::Several {
            name: one_line(name, 300),
            items: found.into_iter().map(ItemId::from).collect(),
        }),
    }
}

/// The same, but under the number that was asked for: it may be that of a story that was merged.
pub(crate) async fn named(name: &str, store: &Store) -> Result<StoryId, NoStory> {
    let found = story(name, store).await?;
    match number(name) {
        Some(number) if store.story_number(number).await?.is_some() => Ok(number),
        _ => Ok(found),
    }
}

/// The one item of this name that is in a story. Where several are in one, it is the first of them.
pub(crate) async fn item(name: &str, store: &Store) -> Result<ItemId, NoStory> {
    let members = members(name, store).await?;
    let (first, of) = members[0];
    if members.iter().all(|(_, story)| *story == of) {
        return Ok(first);
    }
    Err(NoStory::Several {
        name: one_line(name, 300),
        items: members.into_iter().map(|(item, _)| item).collect(),
    })
}

/// The items of this name that are in stories, at least one, with their stories.
async fn members(name: &str, store: &Store) -> Result<Vec<(ItemId, StoryId)>, NoStory> {
    let number = lookup::item_number(name);
    let items = match (number, lookup::find(name, store).await?) {
        // It is in its story also after it was deleted.
        (Some(number), _) => vec![number],
        (None, Found::Items { items, .. }) => items.iter().map(|it| it.stored.id).collect(),
        (None, Found::Notice(_) | Found::Gone | Found::Unknown) => Vec::new(),
    };
    let mut members = Vec::new();
    for item in &items {
        let found = store.story_of(*item).await?;
        members.extend(found.map(|story| (*item, story)));
    }
    match (members.is_empty(), items.first()) {
        (false, _) => Ok(members),
        (true, Some(item)) if number.is_none() || store.kept_item(*item).await?.is_some() => {
            Err(NoStory::NoMember(*item))
        }
        (true, _) => Err(NoStory::Unknown(one_line(name, 300))),
    }
}
