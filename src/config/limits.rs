//! Every bound on what a config may hold or ask for.

use std::{ops::RangeInclusive, time::Duration};

/// Bytes of one config file.
pub const MAX_FILE_BYTES: u64 = 16 * 1024 * 1024;
/// Files of one config, includes and all.
pub const MAX_FILES: usize = 1_000;
/// Bytes of a secret's file.
pub const MAX_SECRET_BYTES: u64 = 64 * 1024;
/// Characters of a feed's, watch's or receiver's name, or of a tag.
pub const MAX_NAME_CHARS: usize = 100;
/// Keys that sign a webhook at the same time: the old one and the new one.
pub const MAX_WEBHOOK_SECRETS: usize = 2;
/// Problems that one report holds; a config with more is not a config.
pub const MAX_PROBLEMS: usize = 1_000;

/// Bytes of a Standard Webhooks key (the specification's "between 24 and 64 bytes").
pub const WEBHOOK_KEY_BYTES: RangeInclusive<usize> = 24..=64;
/// Between two polls of a feed.
pub const EVERY: RangeInclusive<Duration> = Duration::from_secs(10)..=days(30);
/// Between two requests to one origin.
pub const PER_HOST: RangeInclusive<Duration> = Duration::ZERO..=Duration::from_mins(10);
/// The longest wait between polls that a server can ask for.
pub const MAX_INTERVAL: RangeInclusive<Duration> = Duration::from_mins(1)..=days(30);
/// One HTTP request or one step of a mail session.
pub const TIMEOUT: RangeInclusive<Duration> = Duration::from_secs(1)..=Duration::from_mins(10);
/// A feed's body after decoding.
pub const MAX_SIZE: RangeInclusive<u64> = 1024..=1024 * 1024 * 1024;
/// Polls at once.
pub const PARALLEL: RangeInclusive<u64> = 1..=4096;
/// Items of the first poll that are matched.
pub const INITIAL: RangeInclusive<u64> = 1..=10_000;
/// How long something is kept.
pub const KEEP: RangeInclusive<Duration> = days(1)..=days(365 * 100);
/// The longest part of a preset's request.
pub const MAX_PRESET_LENGTH: usize = 1024 * 1024;
/// A limit of a preset: with less, nothing is said.
pub const PRESET_LENGTH: RangeInclusive<u64> = 16..=MAX_PRESET_LENGTH as u64;
/// How long a feed may fail before someone is notified.
pub const FAILING: RangeInclusive<Duration> = Duration::from_mins(1)..=days(30);
/// `silent` of `[health]` and of a feed.
pub const SILENT: RangeInclusive<Duration> = Duration::from_hours(1)..=days(365);
/// Alerts at which a digest is made early: no more than go into one.
pub const DIGEST_COUNT: RangeInclusive<usize> = 2..=crate::delivery_policy::MAX_FOLD;
/// `every` of a digest.
pub const DIGEST_EVERY: RangeInclusive<Duration> = Duration::from_mins(1)..=days(7);
/// Entries of `quiet`.
pub const MAX_QUIET_HOURS: usize = 20;
/// Notices that `at_most` allows: the times of so many are read before each.
pub const AT_MOST: RangeInclusive<u64> = 1..=1_000;
/// The span that `at_most` counts in; deliveries are kept at least as long as the longest.
pub const AT_MOST_PER: RangeInclusive<Duration> = Duration::from_secs(1)..=days(1);
/// How long a first alert waits for others.
pub const GROUP_WAIT: RangeInclusive<Duration> = Duration::from_secs(1)..=Duration::from_hours(1);
/// Publishers that an alert waits for.
pub const PUBLISHERS: RangeInclusive<u64> = 2..=20;
/// How long an alert waits for other publishers.
pub const CORROBORATED_WITHIN: RangeInclusive<Duration> = Duration::from_mins(1)..=days(7);

/// `std` names no unit above the hour yet.
const fn days(count: u64) -> Duration {
    Duration::from_hours(24 * count)
}
