//! What the page is made from, at one moment.

use jiff::{SignedDuration, Timestamp};

use super::{super::shown::Now, MOST};
use crate::{
    app::Live,
    model::{Alert, ConfigFailing, StoreFailing},
    store::{
        AlertLag, AlertSearch, Condition, DeliveryState, FeedCounts, FeedFilter, FeedStatus,
        OutboxSearch, Overview, ReceiverStatus, Store, StoreError, Summary, Vitals,
    },
    view::{mutes::Mutes, trouble},
    web::Context,
};

/// Alerts whose way is drawn.
const LAGS: u32 = 50;

/// What the page is made from.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) live: Live,
    /// Why the service does not do its work, where it says so itself.
    pub(super) unready: Option<String>,
    pub(super) store_failing: Option<StoreFailing>,
    pub(super) config_failing: Option<ConfigFailing>,
    pub(super) overview: Overview,
    pub(super) counts: FeedCounts,
    pub(super) failing: Vec<FeedStatus>,
    pub(super) silent: Vec<FeedStatus>,
    pub(super) gone: Vec<FeedStatus>,
    pub(super) receivers: Vec<ReceiverStatus>,
    pub(super) summary: Summary,
    pub(super) vitals: Vitals,
    /// When the newest dead delivery was given up.
    pub(super) last_dead: Option<Timestamp>,
    pub(super) mutes: Mutes,
    pub(super) next_poll: Option<Timestamp>,
    pub(super) newest: Vec<(Alert, Timestamp)>,
    pub(super) lags: Vec<AlertLag>,
    /// From then on nobody was notified yet of feeds that fail.
    lately: Timestamp,
    /// How many feeds fail only since then.
    pub(super) failing_lately: u64,
}

impl Known {
    pub(super) async fn of(context: &Context, now: &Now) -> Result<Self, StoreError> {
        let (app, store) = (&context.app, context.app.store());
        let day_ago = now.at.saturating_sub(SignedDuration::from_hours(24));
        let overview = store.overview(day_ago.expect("hours always subtract"), most());
        let overview = overview.await?;
        let failing = named(store, &overview.failing).await?;
        let search = AlertSearch::default();
        let dead = OutboxSearch {
            state: Some(DeliveryState::Dead),
            receiver: None,
        };
        let failing_after = app.config().health.failing;
        let lately = now.at.checked_sub(failing_after).unwrap_or(Timestamp::MIN);
        let last_dead = store.outbox_page(dead, None, 1).await?;
        Ok(Self {
            live: app.live(),
            unready: app.unready().await,
            store_failing: trouble::now(store, true).await?,
            config_failing: store.config_issue().await?,
            counts: store.feed_counts().await?,
            failing,
            silent: of_condition(store, Condition::Silent).await?,
            gone: of_condition(store, Condition::Gone).await?,
            receivers: store.receivers().await?,
            summary: store.summary().await?,
            vitals: store.vitals().await?,
            last_dead: last_dead.first().and_then(|it| it.settled_at),
            mutes: Mutes::in_force(store, now.at).await?,
            next_poll: store.next_poll_due().await?,
            newest: store.alert_page(search, None, MOST).await?.alerts,
            lags: store.alert_lags(LAGS).await?,
            failing_lately: store.failing_since(lately).await?,
            lately,
            overview,
        })
    }
}

impl Known {
    /// Whether a failing feed fails for so long that someone was notified.
    pub(super) fn is_lasting(&self, feed: &FeedStatus) -> bool {
        feed.failing_since.is_some_and(|since| since <= self.lately)
    }
}

fn most() -> u32 {
    u32::try_from(MOST).expect("a small constant")
}

/// These feeds, in this order.
async fn named(store: &Store, names: &[String]) -> Result<Vec<FeedStatus>, StoreError> {
    let filter = FeedFilter {
        names: Some(names.to_vec()),
        ..FeedFilter::default()
    };
    let mut feeds = store.feed_page(filter, None, most()).await?;
    feeds.sort_by_key(|feed| names.iter().position(|name| *name == feed.name));
    Ok(feeds)
}

async fn of_condition(store: &Store, condition: Condition) -> Result<Vec<FeedStatus>, StoreError> {
    let filter = FeedFilter {
        conditions: vec![condition],
        ..FeedFilter::default()
    };
    store.feed_page(filter, None, most()).await
}
