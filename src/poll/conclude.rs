//! What a poll comes to: everything it writes, decided in one place. Pure: no clock, no store, no log.

use std::time::Duration;

use jiff::Timestamp;

use super::{
    alerts::{self, Budget},
    answer::{Answer, Reading},
    gap,
    health::OriginContext,
    identify::{Identified, Record},
    language::Languages,
    moved, next_due,
    poller::PollRules,
    rate_limit,
};
use crate::{
    model::time,
    model::{AlertFeed, Feed, Item},
    schedule::{self, DueReason, LastPoll, Rhythm},
    store::{
        Continuity, FeedState, HealthUpdate, KnownItem, NewItem, NextPoll, PollClaim, PollCommit,
        PollRead, PollResult, Revision,
    },
};

/// When a feed is asked again for whose document there was no place.
const PUT_OFF_FOR: Duration = Duration::from_mins(1);

impl PollRules {
    /// Decides everything a poll writes.
    pub(super) fn conclude(
        &self,
        feed: &Feed,
        claim: &PollClaim,
        answer: Answer,
        context: &OriginContext,
        [polled_at, committed_at]: [Timestamp; 2],
    ) -> PollCommit {
        let state = &claim.feed;
        let mut last = next_due::last_poll(&answer, state, polled_at);
        if claim.outage && answer.failure().is_some_and(|it| it.unreachable) {
            // Nobody is spared by a longer wait, and the end would be noticed a day late.
            last.failures = 1;
        }
        let rhythm = self.rhythm(feed, polled_at);
        let every = rhythm.unshortened(&last.learned, polled_at);
        let continuity = gap::after(every, feed, state, &answer, polled_at);
        let moved = moved::after(state, &answer, polled_at);
        let known = continuity.as_ref().unwrap_or(&state.continuity);
        last.learned.shorten = known.pace;
        let next = next_poll(&rhythm, known, last);
        let pause = rate_limit::pause(self.gap, claim.refusals, answer.failure(), committed_at);
        let due_at = next.due_at;
        let next_try = pause.until.map_or(due_at, |until| until.max(due_at));
        let health = &self.health;
        let times = [polled_at, next_try];
        let mut decision = health.check(feed, state, &answer, context, times);
        let missed = health.items_missed(feed, claim, known, None);
        decision.notices.extend(missed);
        let result = match answer {
            Answer::Unchanged {
                status,
                etag,
                last_modified,
                by_validators,
                ..
            } => PollResult::Unchanged {
                status,
                etag,
                last_modified,
                by_validators,
            },
            Answer::Read(reading) => self.result(feed, state, *reading, committed_at),
            Answer::Failed(failure) => PollResult::Failed {
                reason: failure.reason.to_owned(),
                error: failure.message,
                status: failure.status,
                gone: failure.gone,
            },
        };
        let times = [polled_at, committed_at];
        PollCommit {
            health: HealthUpdate {
                state: decision.health,
                findings: decision.findings,
                notices: decision.notices,
                outage: context.outage().cloned(),
            },
            // A gap is filled where it was found.
            moved: moved.filter(|_| known.backfill.is_none()),
            continuity,
            ..PollCommit::of(claim, times, next, pause, result)
        }
    }

    /// The commit of a poll that we had no memory for: the feed is as it was, and comes again soon.
    pub(super) fn put_off(&self, claim: &PollClaim, times: [Timestamp; 2]) -> PollCommit {
        let [_, committed_at] = times;
        let next = NextPoll {
            due_at: time::add(committed_at, PUT_OFF_FOR),
            reason: "put off".to_owned(),
            learned: claim.feed.learned,
        };
        let pause = rate_limit::pause(self.gap, claim.refusals, None, committed_at);
        PollCommit::of(claim, times, next, pause, PollResult::PutOff)
    }

    /// What a document that was read brings: its new and its edited items, matched.
    fn result(
        &self,
        feed: &Feed,
        state: &FeedState,
        reading: Reading,
        seen_at: Timestamp,
    ) -> PollResult {
        let Reading {
            document,
            mut parsed,
            identified,
            ..
        } = reading;
        let title = parsed.title.clone().filter(|title| !title.is_empty());
        let source = alerts::source(feed, title.as_deref());
        let items = parsed.items.len() + identified.unread.len();
        let items_total = u32::try_from(items).unwrap_or(u32::MAX);
        let warnings = serde_json::to_string(&parsed.warnings).expect("plain data serializes");
        let asked = alerts::allowed(feed, state, &parsed, &identified.judgement);
        let asks_edits =
            state.baseline.is_done() || alerts::is_same_feed(state, &identified.judgement);
        let Identified {
            judgement,
            records,
            stale,
            ..
        } = identified;
        let (mut known, mut news) = (Vec::new(), Vec::new());
        let mut budget = Budget::default();
        let languages = Languages::of(&parsed.items);
        let items = std::mem::take(&mut parsed.items).into_iter().zip(records);
        for (((mut item, record), new), is_asked) in items.zip(judgement.news()).zip(asked) {
            if new || record.before.is_some() {
                languages.settle(&mut item.item);
            }
            if !new {
                let budget = asks_edits.then_some(&mut budget);
                known.extend(self.known_item(&source, item.item, record, budget));
                continue;
            }
            news.push(NewItem {
                fingerprint: item.fingerprint,
                identified_by: record.identified_by,
                text_hash: record.text_hash,
                item: item.item,
                is_baseline: !is_asked,
                alert: None,
            });
        }
        alerts::in_order_of_events(&mut news);
        for new in news.iter_mut().filter(|new| !new.is_baseline) {
            new.alert = alerts::find(self, &source, &new.item, seen_at, &mut budget);
        }
        PollResult::Read(Box::new(PollRead {
            status: document.page.status,
            etag: document.page.etag,
            last_modified: document.page.last_modified,
            body_hash: document.body_hash,
            title,
            link: parsed.link,
            language: parsed.language,
            format: parsed.format.as_str().to_owned(),
            items_total,
            warnings,
            seen: stale,
            known,
            news,
            baseline: !state.baseline.is_done(),
        }))
    }

    /// What is to be written about an item that is not new; mostly nothing.
    fn known_item(
        &self,
        source: &AlertFeed,
        item: Item,
        record: Record,
        budget: Option<&mut Budget>,
    ) -> Option<KnownItem> {
        let revision = record.before.map(|before| Revision {
            alert: budget
                .and_then(|budget| alerts::find_update(self, source, &before, &item, budget)),
            text_hash: record.text_hash,
            item,
        });
        let id = record.id?;
        let alias = record.alias;
        (revision.is_some() || alias.is_some()).then_some(KnownItem {
            id,
            alias,
            revision,
        })
    }
}

/// When a feed is polled again, and why then: at once where there is a gap to backfill.
pub(super) fn next_poll(rhythm: &Rhythm<'_>, continuity: &Continuity, last: LastPoll) -> NextPoll {
    let (due_at, reason) = if continuity.backfill.is_some() {
        (last.at, DueReason::Missed)
    } else {
        let plan = schedule::plan(&last, rhythm);
        (plan.due_at, plan.reason)
    };
    NextPoll {
        due_at,
        reason: reason.as_str().to_owned(),
        learned: last.learned,
    }
}
