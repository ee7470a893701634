//! What a watch nearly matched, among the newest items.

use std::time::Duration;

use serde::Serialize;

use super::super::shown::{Moment, Now, Trouble};
use crate::{
    app,
    config::Config,
    model::Watch,
    store::{ItemFilter, Store},
    view::{
        stored_items::Items,
        watches::survey::{Depth, Survey},
    },
    web::budget::Budget,
};

/// How long items are looked through for one page.
const BUDGET: Duration = Duration::from_millis(150);

/// Near misses that are shown.
const EXAMPLES: usize = 10;

/// The near misses, and how far the search came.
#[derive(Debug, Serialize)]
pub(super) struct Near {
    looked_at: u64,
    back_to: Option<Moment>,
    found: u64,
    misses: Vec<Miss>,
}

#[derive(Debug, Serialize)]
struct Miss {
    path: String,
    title: String,
    clause: String,
    reason: String,
    seen: Moment,
}

impl Near {
    pub(super) async fn of(
        watch: &Watch,
        config: &Config,
        store: &Store,
        now: &Now,
    ) -> Result<Self, Trouble> {
        // Alone: what other watches ask takes none of its time.
        let alone = Config {
            watches: vec![watch.clone()],
            ..config.clone()
        };
        let matcher = app::matcher(&alone.watches, &alone.entities).map_err(Trouble::busy)?;
        let items = Items::new(store, ItemFilter::default());
        let depth = Depth {
            only: None,
            examples: EXAMPLES,
        };
        let budget = Budget::of(BUDGET);
        let span = [now.at, now.at];
        let survey = Survey::take(&alone, &matcher, &items, span, depth, || budget.goes_on());
        let survey = survey.await?;
        let surveyed = survey.watches.into_iter().next();
        let surveyed = surveyed.ok_or_else(|| Trouble::busy("the watch is gone"))?;
        let misses = surveyed.examples.into_iter().map(|near| Miss {
            path: format!("/items/{}?{}", near.item, watch_field(&watch.name)),
            title: near.title,
            clause: near.clause,
            reason: near.reason,
            seen: now.moment(near.seen),
        });
        Ok(Self {
            looked_at: survey.items,
            back_to: survey.rest.map(|rest| now.moment(rest.seen_at)),
            found: surveyed.nearly,
            misses: misses.collect(),
        })
    }
}

fn watch_field(name: &str) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("watch", name).finish()
}
