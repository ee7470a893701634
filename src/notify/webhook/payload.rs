//! The Standard Webhooks object: `{"type", "timestamp", "data"}`.

use jiff::Timestamp;
use serde::Serialize;

use crate::model::{
    Alert, ConfigFailing, ConfigRecovered, DigestReady, Event, FeedEmpty, FeedFailing,
    FeedItemsMissed, FeedRebased, FeedRecovered, FeedSilent, MuteEnded, NetworkFailing,
    NetworkRecovered, Notice, ReceiverFailing, ReceiverMissed, ReceiverRecovered, ReportReady,
    StoreFailing, StoreRecovered, StorySources, TestPing,
};

/// The body of a webhook without a template: the same bytes for the same notice.
pub(in crate::notify) fn payload(notice: &Notice) -> Vec<u8> {
    let payload = Payload {
        kind: notice.event.kind(),
        timestamp: notice.timestamp,
        data: Data::of(&notice.event),
    };
    serde_json::to_vec(&payload).expect("a struct with string keys is always JSON")
}

/// In the order of the Standard Webhooks examples, which an event's own serialisation is not.
#[derive(Serialize)]
struct Payload<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    timestamp: Timestamp,
    data: Data<'a>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Data<'a> {
    Alert(&'a Alert),
    DigestReady(&'a DigestReady),
    FeedFailing(&'a FeedFailing),
    FeedSilent(&'a FeedSilent),
    FeedEmpty(&'a FeedEmpty),
    FeedRecovered(&'a FeedRecovered),
    FeedRebased(&'a FeedRebased),
    FeedItemsMissed(&'a FeedItemsMissed),
    NetworkFailing(&'a NetworkFailing),
    NetworkRecovered(&'a NetworkRecovered),
    ReceiverFailing(&'a ReceiverFailing),
    ReceiverRecovered(&'a ReceiverRecovered),
    ReceiverMissed(&'a ReceiverMissed),
    StorySources(&'a StorySources),
    MuteEnded(&'a MuteEnded),
    StoreFailing(&'a StoreFailing),
    StoreRecovered(&'a StoreRecovered),
    ConfigFailing(&'a ConfigFailing),
    ConfigRecovered(&'a ConfigRecovered),
    ReportReady(&'a ReportReady),
    TestPing(&'a TestPing),
}

impl<'a> Data<'a> {
    fn of(event: &'a Event) -> Self {
        match event {
            Event::Alert(data) => Self::Alert(data),
            Event::DigestReady(data) => Self::DigestReady(data),
            Event::FeedFailing(data) => Self::FeedFailing(data),
            Event::FeedSilent(data) => Self::FeedSilent(data),
            Event::FeedEmpty(data) => Self::FeedEmpty(data),
            Event::FeedRecovered(data) => Self::FeedRecovered(data),
            Event::FeedRebased(data) => Self::FeedRebased(data),
            Event::FeedItemsMissed(data) => Self::FeedItemsMissed(data),
            Event::NetworkFailing(data) => Self::NetworkFailing(data),
            Event::NetworkRecovered(data) => Self::NetworkRecovered(data),
            Event::ReceiverFailing(data) => Self::ReceiverFailing(data),
            Event::ReceiverRecovered(data) => Self::ReceiverRecovered(data),
            Event::ReceiverMissed(data) => Self::ReceiverMissed(data),
            Event::StorySources(data) => Self::StorySources(data),
            Event::MuteEnded(data) => Self::MuteEnded(data),
            Event::StoreFailing(data) => Self::StoreFailing(data),
            Event::StoreRecovered(data) => Self::StoreRecovered(data),
            Event::ConfigFailing(data) => Self::ConfigFailing(data),
            Event::ConfigRecovered(data) => Self::ConfigRecovered(data),
            Event::ReportReady(data) => Self::ReportReady(data),
            Event::TestPing(data) => Self::TestPing(data),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notify::sample::every_kind;

    #[test]
    fn the_payload_of_an_alert() {
        insta::assert_snapshot!(pretty(&every_kind()[0]));
    }

    #[test]
    fn it_reads_back_as_the_event() {
        for notice in every_kind() {
            let value: serde_json::Value = serde_json::from_slice(&payload(&notice)).unwrap();
            assert_eq!(value["timestamp"], "2026-11-22T06:41:07Z");
            let event: Event = serde_json::from_value(serde_json::json!({
                "type": value["type"], "data": value["data"],
            }))
            .unwrap();
            assert_eq!(event, notice.event);
        }
    }

    #[test]
    fn the_type_comes_first_and_the_bytes_never_change() {
        for notice in every_kind() {
            let bytes = payload(&notice);
            let start = format!("{{\"type\":\"{}\",\"timestamp\":", notice.event.kind());
            assert!(bytes.starts_with(start.as_bytes()));
            assert_eq!(bytes, payload(&notice.clone()));
        }
    }

    fn pretty(notice: &Notice) -> String {
        let value: serde_json::Value = serde_json::from_slice(&payload(notice)).unwrap();
        serde_json::to_string_pretty(&value).unwrap()
    }
}
