//! What is asked for and is no kept item: a notice without one, or something that was never seen or is
//! forgotten.

use jiff::Timestamp;

use super::super::{error::Answer, output::Output, terminal::wrap};
use crate::{
    config::Config,
    store::{DeliveryState, DeliveryStatus, Store},
    view::{
        explain::unseen::{NearView, Unseen, UnseenFeed},
        outbox::{self, DeliveryView},
        receivers, when,
        words::one_line,
    },
};

/// Prints what becomes of a notice that is about no stored item.
pub(super) async fn print_notice(
    delivery: &DeliveryStatus,
    store: &Store,
    config: &Config,
    now: Timestamp,
    output: &Output,
) -> Answer {
    let receivers = receivers::by_name(store).await?;
    let receiver = receivers.get(&delivery.receiver);
    let line = DeliveryView::of(delivery, None, receiver);
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
            "{} for {}: {}\n  {}, made {made}; it is about no stored item\n  {}, {moment}, {tries}{answer}\n\
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

/// What is known of it, and what to do next.
pub(super) fn in_words(unseen: &Unseen<'_>, columns: Option<usize>) -> String {
    let mut out = vec![unseen.verdict.clone()];
    out.extend(unseen.help.as_ref().map(|help| format!("help: {help}")));
    if !unseen.near.is_empty() {
        out.push(String::new());
    }
    out.extend(unseen.near.iter().flat_map(lines));
    if !unseen.feeds.is_empty() {
        out.push(String::new());
    }
    let line = |feed: &UnseenFeed| {
        let of = if feed.same_domain {
            " (of its domain)"
        } else {
            ""
        };
        format!("  {}{of}: {}", feed.feed, feed.state)
    };
    out.extend(unseen.feeds.iter().map(line));
    let wrapped = out.iter().flat_map(|line| wrap(line, columns));
    wrapped.collect::<Vec<_>>().join("\n")
}

fn lines(near: &NearView) -> [String; 2] {
    let link = near.link.as_deref().map(|link| one_line(link, 300));
    let link = link.map(|link| format!(", {link}")).unwrap_or_default();
    [
        format!("  #{} {}", near.item, near.title),
        format!("    {}{link}", near.feed),
    ]
}
