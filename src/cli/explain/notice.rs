//! What a notice calls itself.

use super::{CliError, MAX_ITEMS};
use crate::{
    model::{Alert, AlertId, DeliveryId, Event, ItemId},
    store::{AlertFilter, KeptItem, Order, Store},
};

/// Before an alert's number, so that it is not taken for an item's.
pub(super) const ALERT: char = 'a';

/// The items of the alert that is named by its number (`a1842`), or of the notice that is named by its
/// id (`k3v9q2xw-1842`); none where there is no such one, or it is about no item.
pub(super) async fn items(name: &str, store: &Store) -> Result<Vec<KeptItem>, CliError> {
    let mut alerts = alert(name, store).await?;
    if alerts.is_empty() {
        alerts = notice(name, store).await?;
    }
    let mut items = Vec::new();
    for alert in alerts.into_iter().take(MAX_ITEMS as usize) {
        let Ok(number) = alert.item.id.parse() else {
            continue;
        };
        items.extend(store.kept_item(ItemId(number)).await?);
    }
    Ok(items)
}

async fn alert(name: &str, store: &Store) -> Result<Vec<Alert>, CliError> {
    let Some(number) = alert_number(name) else {
        return Ok(Vec::new());
    };
    let filter = AlertFilter {
        after: Some(AlertId(number.saturating_sub(1))),
        watch: None,
        feed: None,
        muted: false,
        order: Order::OldestFirst,
        limit: 1,
    };
    let mut found = store.alerts(filter).await?;
    found.retain(|alert| alert.id == number.to_string());
    Ok(found)
}

async fn notice(name: &str, store: &Store) -> Result<Vec<Alert>, CliError> {
    let number = name.rsplit_once('-').map(|(_, number)| number.parse());
    let Some(Ok(number)) = number else {
        return Ok(Vec::new());
    };
    let delivery = store.delivery(DeliveryId(number)).await?;
    let delivery = delivery.filter(|delivery| delivery.key.0 == name);
    let event = delivery.and_then(|delivery| delivery.notice);
    Ok(match event.map(|notice| notice.event) {
        Some(Event::Alert(alert)) => vec![*alert],
        Some(Event::DigestReady(digest)) => digest.alerts,
        _ => Vec::new(),
    })
}

fn alert_number(name: &str) -> Option<i64> {
    let number = name.strip_prefix([ALERT, ALERT.to_ascii_uppercase()])?;
    let is_number = number.bytes().all(|byte| byte.is_ascii_digit());
    number.parse().ok().filter(|_| is_number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alerts_number_is_no_items() {
        for (name, number) in [
            ("a1842", Some(1842)),
            ("A7", Some(7)),
            ("7", None),
            ("#7", None),
            ("a", None),
            ("a+7", None),
            ("a7b", None),
            ("k3v9q2xw-7", None),
            ("a99999999999999999999", None),
        ] {
            assert_eq!(alert_number(name), number, "{name}");
        }
    }
}
