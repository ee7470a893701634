//! What a poll comes to: everything it writes, decided in one place. Pure but for the jitter.

use jiff::Timestamp;

use super::{
    Poller, alerts,
    recognise::{Recognised, Record},
    visit::{Answer, Reading},
};
use crate::{
    cadence::{self, PollWish, Rhythm},
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
        let wish = wish(&answer, state.failures);
        let (next_due_at, due_reason) =
            cadence::next_poll(polled_at, self.rhythm(feed), wish, fastrand::f64());
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
            next_due_at,
            due_reason: due_reason.as_str().to_owned(),
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
            ..
        } = reading;
        let title = parsed.title.clone().filter(|title| !title.is_empty());
        let source = alerts::source(feed, title.as_deref());
        let items = parsed.items.len() + recognised.unread.len();
        let items_total = u32::try_from(items).unwrap_or(u32::MAX);
        let warnings = serde_json::to_string(&parsed.warnings).expect("plain data serializes");
        let alerted = alerts::allowed(feed, state, &parsed, &recognised.judgement);
        let Recognised {
            judgement, records, ..
        } = recognised;
        let (mut seen, mut known, mut news) = (Vec::new(), Vec::new(), Vec::new());
        let items = std::mem::take(&mut parsed.items).into_iter().zip(records);
        for (((item, record), new), alerted) in items.zip(judgement.new).zip(alerted) {
            let keys = item.keys.all_by(feed.identity);
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

    fn rhythm(&self, feed: &Feed) -> Rhythm {
        Rhythm {
            every: feed.every,
            max_interval: self.rules.max_interval,
            phase: phase(&feed.name),
        }
    }
}

/// A feed's place within its interval: constant for a name, even over all names.
fn phase(name: &str) -> f64 {
    let digest = ring::digest::digest(&ring::digest::SHA256, name.as_bytes());
    let mut first = [0; 4];
    first.copy_from_slice(&digest.as_ref()[..4]);
    f64::from(u32::from_be_bytes(first)) / f64::from(u32::MAX)
}

fn wish(answer: &Answer, failures: u32) -> PollWish {
    match answer {
        Answer::Unchanged { freshness, .. } => PollWish::Good {
            freshness: *freshness,
            ttl: None,
        },
        Answer::Read(reading) => PollWish::Good {
            freshness: reading.document.page.freshness,
            ttl: reading.parsed.ttl,
        },
        Answer::Failed(failure) => PollWish::Failed {
            failures: failures.saturating_add(1),
            retry_at: failure.retry_at,
        },
    }
}
