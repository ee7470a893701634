//! What a poll comes to: everything it writes, decided in one place. Pure.

use jiff::Timestamp;

use super::{
    Poller, alerts,
    language::Languages,
    recognise::{Recognised, Record},
    schedule,
    visit::{Answer, Reading},
};
use crate::{
    cadence::{self, Rhythm},
    model::{AlertFeed, Feed, Item},
    store::{FeedState, KnownItem, NewItem, PollClaim, PollCommit, PollRead, PollResult, Revision},
};

impl Poller {
    /// Decides everything a poll writes.
    pub(super) fn conclude(
        &self,
        feed: &Feed,
        claim: &PollClaim,
        answer: Answer,
        polled_at: Timestamp,
        committed_at: Timestamp,
    ) -> PollCommit {
        let state = &claim.feed;
        let last = schedule::last_poll(&answer, state, polled_at);
        let rhythm = Rhythm::of(feed, self.rules.max_interval, polled_at);
        let plan = cadence::plan(&last, &rhythm);
        schedule::log(feed, state, &last, &plan);
        let health = &self.rules.health;
        let (result, notices, origin_not_before) = match answer {
            Answer::Unchanged {
                status,
                etag,
                last_modified,
                by_validators,
                ..
            } => {
                let result = PollResult::Unchanged {
                    status,
                    etag,
                    last_modified,
                    by_validators,
                };
                (result, health.recovered(feed, state), None)
            }
            Answer::Read(reading) => {
                let mut notices = health.recovered(feed, state);
                notices.extend(health.rebased(feed, reading.recognised.judgement.renamed));
                let result = self.result(feed, state, *reading, committed_at);
                (result, notices, None)
            }
            Answer::Failed(failure) => {
                let notices = health.failing(feed, state, &failure, polled_at);
                let result = PollResult::Failed {
                    reason: failure.reason.to_owned(),
                    error: failure.message,
                    status: failure.status,
                    told_failing: state.told_failing || !notices.is_empty(),
                    gone: failure.gone,
                };
                (result, notices, failure.retry_at)
            }
        };
        PollCommit {
            origin: claim.origin,
            turn: claim.turn,
            feed: state.id,
            url: state.url.clone(),
            polled_at,
            committed_at,
            next_due_at: plan.due_at,
            due_reason: plan.reason.as_str().to_owned(),
            learned: last.learned,
            gap: self.rules.gap,
            origin_not_before,
            result,
            notices,
        }
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
        } = reading;
        let title = parsed.title.clone().filter(|title| !title.is_empty());
        let source = alerts::source(feed, title.as_deref());
        let items_total = u32::try_from(parsed.items.len()).unwrap_or(u32::MAX);
        let warnings = serde_json::to_string(&parsed.warnings).expect("plain data serializes");
        let alerted = alerts::allowed(feed, state, &parsed, &recognised.judgement);
        let Recognised { judgement, records } = recognised;
        let (mut seen, mut known, mut news) = (Vec::new(), Vec::new(), Vec::new());
        let languages = Languages::of(&parsed.items);
        let items = std::mem::take(&mut parsed.items).into_iter().zip(records);
        for (((mut item, record), new), alerted) in items.zip(judgement.new).zip(alerted) {
            let keys = item.keys.all_by(feed.identity);
            if new || record.before.is_some() {
                languages.settle(&mut item.item);
            }
            if !new {
                seen.extend(keys);
                known.extend(self.known_item(&source, item.item, record));
                continue;
            }
            let alert = alerted
                .then(|| alerts::find(&self.rules, &source, &item.item, seen_at))
                .flatten();
            news.push(NewItem {
                keys,
                text_hash: record.text_hash,
                item: item.item,
                alert,
            });
        }
        alerts::in_order_of_events(&mut news);
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
            seen,
            known,
            news,
            baseline: !state.baseline_done,
        }))
    }

    /// What is to be written about an item that is not new; mostly nothing.
    fn known_item(&self, source: &AlertFeed, item: Item, record: Record) -> Option<KnownItem> {
        let revision = record.before.map(|before| Revision {
            alert: alerts::find_update(&self.rules, source, &before, &item),
            text_hash: record.text_hash,
            item,
        });
        let id = record.id?;
        let keys = record.keys;
        (revision.is_some() || !keys.is_empty()).then_some(KnownItem { id, keys, revision })
    }
}
