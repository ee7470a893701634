//! What a notice calls itself: an alert's number, a delivery's, or its own id.

use jiff::Timestamp;

use super::{
    super::{
        Answer, number,
        number::Number,
        outbox::{self, DeliveryLine},
        output::{Output, one_line},
        when,
    },
    CliError, MAX_ITEMS,
};
use crate::{
    config::Config,
    model::{Alert, AlertId, DeliveryId, Event, ItemId},
    store::{DeliveryState, DeliveryStatus, KeptItem, Store},
};

/// What is known by such a name.
pub(super) enum Named {
    /// The items that it tells of.
    Items(Vec<KeptItem>),
    /// It tells of no item that is kept: of a feed in trouble, say.
    Notice(Box<DeliveryStatus>),
    /// There is none.
    Nothing,
}

/// What an alert's number (`a1842`), a delivery's (`d2031`) or a notice's id (`k3v9q2xw-2031`) names.
pub(super) async fn named(name: &str, store: &Store) -> Result<Named, CliError> {
    let delivery = match Number::read(name) {
        Some(Number::Alert(id)) => {
            let alert = store.alert(id).await?.into_iter().collect();
            let items = items(alert, store).await?;
            return Ok(if items.is_empty() {
                Named::Nothing
            } else {
                Named::Items(items)
            });
        }
        Some(Number::Delivery(id)) => store.delivery(id).await?,
        Some(Number::Notice(id)) => number::of_notice(name, id, store).await?,
        Some(Number::Item(_) | Number::Bare(_)) | None => None,
    };
    let Some(delivery) = delivery else {
        return Ok(Named::Nothing);
    };
    let alerts = match delivery.notice.as_ref().map(|notice| &notice.event) {
        Some(Event::Alert(alert)) => vec![(**alert).clone()],
        Some(Event::DigestReady(digest)) => digest.alerts.clone(),
        _ => Vec::new(),
    };
    let items = items(alerts, store).await?;
    Ok(if items.is_empty() {
        Named::Notice(Box::new(delivery))
    } else {
        Named::Items(items)
    })
}

async fn items(alerts: Vec<Alert>, store: &Store) -> Result<Vec<KeptItem>, CliError> {
    let mut items = Vec::new();
    for alert in alerts.into_iter().take(MAX_ITEMS as usize) {
        if let Ok(number) = alert.item.id.parse() {
            items.extend(store.kept_item(ItemId(number)).await?);
        }
    }
    Ok(items)
}

/// What else bears a number that no item has.
pub(super) async fn others(number: i64, store: &Store) -> Result<Vec<String>, CliError> {
    let (alert, delivery) = (AlertId(number), DeliveryId(number));
    let alert = store.alert(alert).await?.map(|_| alert.to_string());
    let delivery = store.delivery(delivery).await?;
    let delivery = delivery.map(|it| format!("{} for {}", it.id, it.receiver));
    Ok(alert.into_iter().chain(delivery).collect())
}

/// Says what becomes of a notice that tells of no item.
pub(super) async fn tell(
    delivery: &DeliveryStatus,
    store: &Store,
    config: &Config,
    now: Timestamp,
    output: &Output,
) -> Answer {
    let receivers = outbox::receivers(store).await?;
    let receiver = receivers.get(&delivery.receiver);
    let line = DeliveryLine::of(delivery, None, receiver);
    output.print(&line, |_| {
        let made = when::at(delivery.created_at, &config.timezone);
        let moment = outbox::moment(delivery, None, receiver, now);
        let tries = match delivery.attempts.len() {
            1 => "1 try".to_owned(),
            tries => format!("{tries} tries"),
        };
        let answer = delivery.detail.as_deref().map(|it| one_line(it, 300));
        let answer = answer.map(|it| format!(": {it}")).unwrap_or_default();
        format!(
            "{} for {}: {}\n  {}, made {made}; it is about no kept item\n  {}, {moment}, {tries}{answer}\n\
             help: `fivebells outbox --attempts` shows every try",
            delivery.id,
            delivery.receiver,
            outbox::title(delivery),
            delivery.kind,
            delivery.state,
        )
    })?;
    Ok(matches!(
        delivery.state,
        DeliveryState::Delivered | DeliveryState::Pending
    ))
}
