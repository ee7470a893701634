//! What a poll comes to: everything it writes, decided in one place. Pure.

use std::time::Duration;

use jiff::Timestamp;

use super::{
    Poller,
    alerts::{self, Budget},
    cooling::{self, Cooling},
    health::OriginContext,
    language::Languages,
    missed, moved, next_due,
    recognise::{Recognised, Record},
    visit::{Answer, Reading},
};
use crate::{
    model::time,
    model::{AlertFeed, Feed, Item},
    schedule::{self, DueReason, LastPoll, Rhythm},
    store::{
        Continuity, FeedState, KnownItem, NewItem, PollClaim, PollCommit, PollRead, PollResult,
        Revision,
    },
};

/// When a feed is asked again for whose document there was no place.
const PUT_OFF_FOR: Duration = Duration::from_mins(1);

impl Poller {
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
        let every = self
            .rhythm(feed, polled_at)
            .unshortened(&last.learned, polled_at);
        let continuity = missed::after(every, feed, state, &answer, polled_at);
        let moved = moved::after(state, &answer, polled_at);
        let known = continuity.as_ref().unwrap_or(&state.continuity);
        last.learned.shorten = known.pace;
        let (next_due_at, due_reason) = self.next_due(feed, state, known, &last);
        let health = &self.rules.health;
        let cooling = cooling::cool(claim.refusals, answer.failure(), committed_at);
        let next_try = cooling
            .until
            .map_or(next_due_at, |until| until.max(next_due_at));
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
                told_failing: decision.told_failing,
                gone: failure.gone,
            },
        };
        PollCommit {
            committed_at,
            next_due_at,
            due_reason: due_reason.as_str().to_owned(),
            learned: last.learned,
            notices: decision.notices,
            told_with: decision.told_with,
            outage: context.outage().cloned(),
            health: decision.health,
            // A gap is filled where it was found.
            moved: moved.filter(|_| known.fill.is_none()),
            continuity,
            ..self.commit(claim, polled_at, cooling, result)
        }
    }

    /// The commit of a poll that we had no memory for: the feed is as it was, and comes again soon.
    pub(super) fn put_off(&self, claim: &PollClaim, polled_at: Timestamp) -> PollCommit {
        let cooling = cooling::cool(claim.refusals, None, polled_at);
        let commit = self.commit(claim, polled_at, cooling, PollResult::PutOff);
        PollCommit {
            next_due_at: time::add(commit.committed_at, PUT_OFF_FOR),
            due_reason: "put off".to_owned(),
            ..commit
        }
    }

    /// The commit of a claim, due again at once and with nothing but its result.
    pub(super) fn commit(
        &self,
        claim: &PollClaim,
        polled_at: Timestamp,
        cooling: Cooling,
        result: PollResult,
    ) -> PollCommit {
        PollCommit {
            origin: claim.origin,
            fence: claim.fence,
            feed: claim.feed.id,
            url: claim.feed.url.clone(),
            told: claim.feed.told(),
            polled_at,
            committed_at: self.clock.now(),
            next_due_at: polled_at,
            due_reason: String::new(),
            learned: claim.feed.learned,
            gap: self.rules.gap,
            origin_not_before: cooling.until,
            cools_domain: cooling.whole_domain,
            refusals: cooling.refusals,
            unreachable: cooling.unreachable,
            outage: None,
            result,
            notices: Vec::new(),
            told_with: Vec::new(),
            health: claim.feed.health,
            continuity: None,
            moved: None,
        }
    }

    /// When the feed is due again, and why then: at once where there is a gap to fill.
    pub(super) fn next_due(
        &self,
        feed: &Feed,
        state: &FeedState,
        continuity: &Continuity,
        last: &LastPoll,
    ) -> (Timestamp, DueReason) {
        if continuity.fill.is_some() {
            return (last.at, DueReason::Missed);
        }
        let rhythm = self.rhythm(feed, last.at);
        let plan = schedule::plan(last, &rhythm);
        next_due::log(feed, state, last, &plan);
        next_due::log_hints(feed, state, last, &rhythm);
        (plan.due_at, plan.reason)
    }

    fn rhythm<'a>(&self, feed: &'a Feed, polled_at: Timestamp) -> Rhythm<'a> {
        Rhythm::of(feed, self.rules.max_interval, polled_at)
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
            recognised,
            ..
        } = reading;
        let title = parsed.title.clone().filter(|title| !title.is_empty());
        let source = alerts::source(feed, title.as_deref());
        let items = parsed.items.len() + recognised.unread.len();
        let items_total = u32::try_from(items).unwrap_or(u32::MAX);
        let warnings = serde_json::to_string(&parsed.warnings).expect("plain data serializes");
        let asked = alerts::allowed(feed, state, &parsed, &recognised.judgement);
        let asks_edits =
            state.baseline.is_done() || alerts::is_same_feed(state, &recognised.judgement);
        let Recognised {
            judgement,
            records,
            stale,
            ..
        } = recognised;
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
            new.alert = alerts::find(&self.rules, &source, &new.item, seen_at, &mut budget);
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
            alert: budget.and_then(|budget| {
                alerts::find_update(&self.rules, source, &before, &item, budget)
            }),
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
