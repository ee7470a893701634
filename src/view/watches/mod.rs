//! Watches: what they found among the stored items, and what needs attention in them.

pub(crate) mod remark;
pub(crate) mod survey;

use std::borrow::Cow;

use jiff::{Timestamp, tz::TimeZone};
use serde::Serialize;

use super::{mutes::Mutes, when};
use crate::{
    config::Config,
    model::{MuteKind, Watch, to_second},
    store::WatchHits,
};
use remark::{Remark, remarks};
use survey::{NearItem, Survey, Surveyed};

/// A watch, what it found among the stored items, and what needs attention in it.
#[derive(Debug, Serialize)]
pub(crate) struct WatchView<'a> {
    pub(crate) watch: &'a str,
    pub(crate) expression: &'a str,
    pub(crate) enabled: bool,
    pub(crate) since: Option<Timestamp>,
    /// What only the items say; `None` where none was looked at.
    pub(crate) items: Option<u64>,
    pub(crate) matched: Option<u64>,
    pub(crate) per_day: Option<f64>,
    pub(crate) alerts: u64,
    pub(crate) alerts_kept: u64,
    pub(crate) last_alert: Option<Timestamp>,
    pub(crate) muted_until: Option<Timestamp>,
    pub(crate) remarks: Cow<'a, [Remark]>,
    pub(crate) nearly: Option<u64>,
    pub(crate) near_misses: Option<&'a [NearItem]>,
}

impl<'a> WatchView<'a> {
    /// As far as it is known without a look at items. `hits` are those since then.
    pub(crate) fn listed(
        watch: &'a Watch,
        since: Option<Timestamp>,
        hits: &WatchHits,
        mutes: &Mutes,
        config: &Config,
    ) -> Self {
        let is_off = config.off.has_watch(&watch.name);
        let never = (hits.alerts == 0).then_some(Remark::NeverFired);
        let remark = if is_off { Some(Remark::Off) } else { never };
        Self {
            watch: &watch.name,
            expression: &watch.expression,
            enabled: !is_off,
            since: since.map(to_second),
            items: None,
            matched: None,
            per_day: None,
            alerts: hits.by_span.iter().sum(),
            alerts_kept: hits.alerts,
            last_alert: hits.last_at.map(to_second),
            muted_until: muted_until(mutes, watch),
            remarks: remark.into_iter().collect(),
            nearly: None,
            near_misses: None,
        }
    }
}

fn muted_until(mutes: &Mutes, watch: &Watch) -> Option<Timestamp> {
    let mute = mutes.of(MuteKind::Watch, &watch.name);
    mute.map(|mute| to_second(mute.until))
}

/// A survey with what belongs to it.
#[derive(Debug)]
pub(crate) struct WatchViews<'a> {
    pub(crate) survey: Survey<'a>,
    remarks: Vec<Vec<Remark>>,
    /// From when on the items that were read are all that came.
    since: Option<Timestamp>,
    mutes: Mutes,
    pub(crate) now: Timestamp,
    pub(crate) zone: &'a TimeZone,
}

impl<'a> WatchViews<'a> {
    /// `since`: from when on the items are all that came.
    pub(crate) fn of(
        survey: Survey<'a>,
        since: Option<Timestamp>,
        mutes: Mutes,
        config: &'a Config,
        now: Timestamp,
    ) -> Self {
        Self {
            remarks: remarks(&survey, config),
            since: survey.rest.map(|rest| rest.seen_at).or(since),
            survey,
            mutes,
            now,
            zone: &config.timezone,
        }
    }

    /// Each watch with what needs attention, in config order.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&Surveyed<'a>, &[Remark])> {
        let remarks = self.remarks.iter().map(Vec::as_slice);
        self.survey.watches.iter().zip(remarks)
    }

    /// Those that nearly matched something, without those that are off.
    pub(crate) fn near(&self) -> impl Iterator<Item = &Surveyed<'a>> {
        self.all()
            .filter(|(it, remarks)| !it.examples.is_empty() && !remarks.contains(&Remark::Off))
            .map(|(it, _)| it)
    }

    pub(crate) fn view<'b>(&'b self, it: &'b Surveyed<'_>, remarks: &'b [Remark]) -> WatchView<'b> {
        WatchView {
            watch: &it.watch.name,
            expression: &it.watch.expression,
            enabled: !remarks.contains(&Remark::Off),
            since: self.since.map(to_second),
            items: Some(self.survey.items_of(it.watch)),
            matched: Some(it.matched),
            per_day: it.rate.per_day(),
            alerts: it.record.as_ref().map_or(0, |record| record.recent),
            alerts_kept: it.record.as_ref().map_or(0, |record| record.alerts),
            last_alert: it.record.as_ref().map(|record| to_second(record.last_at)),
            muted_until: muted_until(&self.mutes, it.watch),
            remarks: remarks.into(),
            nearly: Some(it.nearly),
            near_misses: Some(&it.examples),
        }
    }

    /// ` since …`, or nothing where there is no item.
    pub(crate) fn span(&self) -> String {
        let since = self
            .since
            .map(|since| format!(" since {}", when::at(since, self.zone)));
        since.unwrap_or_default()
    }

    /// Until when it is muted, and what that has suppressed; `None` where it is not.
    pub(crate) fn muted(&self, it: &Surveyed<'_>) -> Option<String> {
        self.mutes.fact(MuteKind::Watch, &it.watch.name, self.zone)
    }

    /// What needs care, and that it is muted.
    pub(crate) fn remarks(&self, it: &Surveyed<'_>, remarks: &[Remark]) -> String {
        let muted = self.mutes.remark(MuteKind::Watch, &it.watch.name, self.now);
        let remarks = remarks.iter().map(ToString::to_string);
        let remarks: Vec<String> = muted.into_iter().chain(remarks).collect();
        remarks.join("; ")
    }
}

/// How many items it matched, and how many of them with the first poll of a feed.
pub(crate) fn matched(it: &Surveyed<'_>) -> String {
    let in_baseline = it.matched - it.rate.total();
    if in_baseline == 0 {
        return it.matched.to_string();
    }
    format!(
        "{}, {in_baseline} of them with the first poll of a feed",
        it.matched
    )
}

/// What needs attention.
pub(crate) fn in_words(remarks: &[Remark]) -> String {
    let words: Vec<String> = remarks.iter().map(ToString::to_string).collect();
    words.join("; ")
}
