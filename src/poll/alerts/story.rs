//! What a poll says of the story of an item that alerts.

use url::Url;

use super::{Hit, PollRules};
use crate::{
    model::{AlertFeed, Item, Stories},
    publisher,
    store::{AlertReceiver, NewStory, StoryRule},
};

/// What places an item in a story; `None` where nobody asks for stories.
pub(super) fn story(
    rules: &PollRules,
    hits: &[Hit<'_>],
    receivers: &[AlertReceiver],
    feed: &AlertFeed,
    item: &Item,
) -> Option<NewStory> {
    let asked: Vec<StoryRule> = hits.iter().filter_map(rule).collect();
    let mut modes = receivers.iter().flat_map(|receiver| &receiver.modes);
    if asked.is_empty() && modes.all(|mode| *mode == Stories::Off) {
        return None;
    }
    let url = Url::parse(&feed.url).ok();
    let found = publisher::of_item(&rules.stories.publishers, item, url.as_ref());
    Some(NewStory {
        publisher: found.publisher,
        origin: found.origin,
        rules: asked,
    })
}

/// What a watch asks; `None` where it asks nothing.
fn rule(hit: &Hit<'_>) -> Option<StoryRule> {
    let (corroborate, escalate) = (hit.watch.corroborate.clone(), hit.watch.escalate);
    (corroborate.is_some() || escalate.is_some()).then(|| StoryRule {
        watch: hit.watch.name.clone(),
        corroborate,
        escalate,
    })
}
