//! Numbers that name things. Each kind has its sign, so that none is taken for another: `#12` is an
//! item, `a12` an alert, `d12` a delivery, `s12` a story; a notice's id, such as `k3v9q2xw-12`, is its delivery's.

use crate::{
    model::{AlertId, DeliveryId, ItemId, StoryId},
    store::{AlertRecord, DeliveryStatus, Store, StoreError},
};

/// What a number names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Number {
    Item(ItemId),
    Alert(AlertId),
    Delivery(DeliveryId),
    Story(StoryId),
    /// By the id of its notice, which is one of this store's only if the rest of it is right.
    Notice(DeliveryId),
    /// Without a sign: of the kind that the command is about.
    Bare(i64),
}

impl Number {
    /// What this names, if it has the form of a number.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let number = |digits: &str| {
            let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
            digits.parse().ok().filter(|_| is_number)
        };
        if let Some(bare) = number(text) {
            return Some(Self::Bare(bare));
        }
        if let Some((store, digits)) = text.rsplit_once('-') {
            let is_store = !store.is_empty() && store.bytes().all(|it| it.is_ascii_alphanumeric());
            return number(digits)
                .filter(|_| is_store)
                .map(|id| Self::Notice(DeliveryId(id)));
        }
        let mut rest = text.chars();
        let sign = rest.next()?;
        let id = number(rest.as_str())?;
        match sign {
            '#' => Some(Self::Item(ItemId(id))),
            'a' | 'A' => Some(Self::Alert(AlertId(id))),
            'd' | 'D' => Some(Self::Delivery(DeliveryId(id))),
            's' | 'S' => Some(Self::Story(StoryId(id))),
            _ => None,
        }
    }
}

/// A number that names no delivery.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NumberError {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There is no such notice.
    #[error("there is no notice {0}")]
    NoNotice(String),
    /// It has no form of a number.
    #[error("{0:?} is no number of a delivery; help: `fivebells outbox` shows them, such as d17")]
    NoNumber(String),
    /// It is the number of something else.
    #[error("{text} is the number of {kind}{}", instead(.meant))]
    OfAnother {
        /// What was typed.
        text: String,
        /// Of what it is.
        kind: &'static str,
        /// The deliveries of that: `d17 for desk`.
        meant: Vec<String>,
    },
}

/// The delivery that this names; where it names something else, which deliveries may be meant.
pub(crate) async fn delivery(text: &str, store: &Store) -> Result<DeliveryId, NumberError> {
    match Number::read(text) {
        Some(Number::Bare(id)) => Ok(DeliveryId(id)),
        Some(Number::Delivery(id)) => Ok(id),
        Some(Number::Notice(id)) => {
            let found = of_notice(text, id, store).await?;
            let none = || NumberError::NoNotice(text.to_owned());
            found.map(|delivery| delivery.id).ok_or_else(none)
        }
        Some(Number::Alert(id)) => {
            let record = alert(id, store).await?;
            let meant = record.iter().flat_map(|it| &it.deliveries);
            Err(of_another(text, "an alert", meant))
        }
        Some(Number::Item(id)) => {
            let record = store.item_record(id).await?;
            let alerts = record.iter().flat_map(|record| &record.alerts);
            let meant = alerts.flat_map(|alert| &alert.deliveries);
            Err(of_another(text, "an item", meant))
        }
        Some(Number::Story(_)) => Err(of_another(text, "a story", std::iter::empty())),
        None => Err(NumberError::NoNumber(text.to_owned())),
    }
}

/// The delivery whose notice has this id.
pub(crate) async fn of_notice(
    text: &str,
    id: DeliveryId,
    store: &Store,
) -> Result<Option<DeliveryStatus>, StoreError> {
    let delivery = store.delivery(id).await?;
    Ok(delivery.filter(|delivery| delivery.key.0 == text))
}

/// An alert with its deliveries.
pub(crate) async fn alert(id: AlertId, store: &Store) -> Result<Option<AlertRecord>, StoreError> {
    let alert = store.alert(id).await?;
    let Some(item) = alert.and_then(|alert| alert.item.id.parse().ok()) else {
        return Ok(None);
    };
    let alerts = store.item_record(ItemId(item)).await?;
    let mut alerts = alerts.into_iter().flat_map(|record| record.alerts);
    Ok(alerts.find(|alert| alert.id == id))
}

fn of_another<'a>(
    text: &str,
    kind: &'static str,
    meant: impl Iterator<Item = &'a DeliveryStatus>,
) -> NumberError {
    let meant = meant.map(|it| format!("{} for {}", it.id, it.receiver));
    NumberError::OfAnother {
        text: text.to_owned(),
        kind,
        meant: meant.collect(),
    }
}

fn instead(meant: &[String]) -> String {
    match meant {
        [] => ", not of a delivery".to_owned(),
        [one] => format!("; did you mean its delivery {one}?"),
        several => format!(
            "; did you mean one of its deliveries: {}?",
            several.join(", ")
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_number_has_its_sign() {
        for (text, wanted) in [
            ("12", Some(Number::Bare(12))),
            ("#12", Some(Number::Item(ItemId(12)))),
            ("a12", Some(Number::Alert(AlertId(12)))),
            ("A12", Some(Number::Alert(AlertId(12)))),
            ("d12", Some(Number::Delivery(DeliveryId(12)))),
            ("D12", Some(Number::Delivery(DeliveryId(12)))),
            ("s12", Some(Number::Story(StoryId(12)))),
            ("k3v9q2xw-12", Some(Number::Notice(DeliveryId(12)))),
            ("", None),
            ("a", None),
            ("-12", None),
            ("a+12", None),
            ("a12b", None),
            ("x12", None),
            ("é12", None),
            ("F-35 jets-12", None),
            ("99999999999999999999", None),
            ("d99999999999999999999", None),
        ] {
            assert_eq!(Number::read(text), wanted, "{text}");
        }
    }
}
