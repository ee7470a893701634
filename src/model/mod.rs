//! The words everything else is written in: plain data, no I/O, no clock.
//!
//! One name per thing, the same in code, config, SQL, logs and docs. Nothing here knows how it is
//! fetched, stored or sent.

mod access;
mod alert;
mod alert_story;
mod bounds;
mod delivery;
mod digest;
mod feed;
mod item;
mod mute;
mod notice;
mod origin;
mod priority;
mod receiver;
mod report;
mod story;
mod story_sources;
pub mod time;
mod trouble;
mod watch;

pub use access::{Access, ClientCertificate, Login, Proxy, Secret, Transport};
pub use alert::{Alert, AlertFeed, AlertId, AlertItem, Context, Match, Update, to_second};
pub use alert_story::{AlertStory, AlsoIn, StoryId, StoryRole};
pub use bounds::MAX_MATCHES;
pub use delivery::{
    DeliveryId, DeliveryKey, Detour, Outcome, Receipt, Refusal, Retry, SendError, SendReason,
};
pub use digest::{DeferReason, DigestReady};
pub use feed::{Feed, FeedId, HealthIssue, Hint, Identity, Initial, OriginId, Silent};
pub use item::{Fingerprint, IdentifiedBy, IdentityKey, Item, ItemId, Remembered, TextHash};
pub use mute::{MuteEnded, MuteId, MuteKind, ParseMuteKindError, ReportedMute};
pub use notice::{
    Event, FeedEmpty, FeedFailing, FeedItemsMissed, FeedRebased, FeedRecovered, FeedSilent,
    NetworkFailing, NetworkRecovered, Notice, TestPing,
};
pub use origin::Origin;
pub use priority::{ParsePriorityError, Priority};
pub use receiver::{ReceiverFailing, ReceiverMissed, ReceiverRecovered};
pub use report::{
    ReportReady, ReportedFeed, ReportedFirst, ReportedReceiver, ReportedSilence, ReportedWatch,
};
pub use story::{Corroborate, CountFrom, Escalate, Otherwise, ReceiverStories, Stories};
pub use story_sources::StorySources;
pub use trouble::{
    ConfigFailing, ConfigReason, ConfigRecovered, StoreFailing, StoreReason, StoreRecovered,
};
pub use watch::{Field, OnUpdate, ParseFieldError, Watch};
