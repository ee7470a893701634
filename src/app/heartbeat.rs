//! A sign of life to the outside: `[health] ping`.
//!
//! A program that hangs, or a machine that is off, cannot tell anyone. So each good minute is reported
//! to a service elsewhere (healthchecks and its like), which alerts when it hears nothing.

use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior, interval_at};
use tracing::{info, warn};
use url::Url;

use super::{App, status};
use crate::http::{Http, HttpReason, HttpRequest, Method, Trust};

/// How often.
const EVERY: Duration = Duration::from_mins(1);

/// For one ping; one that takes longer would run into the next.
const TIME_LIMIT: Duration = Duration::from_secs(30);

/// An answer beyond this is not a service's "OK".
const MAX_ANSWER_BYTES: u64 = 64 * 1024;

/// What was sent so far.
#[derive(Debug, Default)]
pub struct Heartbeat {
    /// The store's refusals that earlier minutes counted.
    refusals: u64,
    /// Whether the last ping failed, which is on the log by then.
    unheard: bool,
}

/// What a minute came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Minute {
    /// Something stood still or was refused: the service hears nothing.
    Bad,
    /// Good, and nobody wants to hear it.
    Unreported,
    /// Good, and the service heard it.
    Reported,
    /// Good, but the service did not take it.
    Unheard,
}

impl Heartbeat {
    /// Ends a minute every minute, for ever.
    pub(super) async fn run(mut self, app: &App) {
        let mut minutes = interval_at(Instant::now() + EVERY, EVERY);
        minutes.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            minutes.tick().await;
            self.end_minute(app).await;
        }
    }

    /// Judges the minute that ends now, and reports a good one under the config in force.
    pub async fn end_minute(&mut self, app: &App) -> Minute {
        if !self.was_good(app).await {
            return Minute::Bad;
        }
        let in_force = app.in_force();
        let Some(url) = in_force.config.health.ping.clone() else {
            self.unheard = false;
            return Minute::Unreported;
        };
        let answer = ping(&in_force.http, url).await;
        self.log(answer.as_ref().err());
        match answer {
            Ok(()) => Minute::Reported,
            Err(_) => Minute::Unheard,
        }
    }

    /// Whether the poll loop came round, the store answers, and it refused nothing meanwhile.
    async fn was_good(&mut self, app: &App) -> bool {
        let answers = matches!(status::store_answer(app).await, Some(Ok(())));
        let refusals = app.scheduler.store_refusals();
        let before = std::mem::replace(&mut self.refusals, refusals);
        let polls = status::polls_come_round(app) && !app.scheduler.polls_are_paused();
        polls && answers && refusals == before
    }

    /// Says once that pings fail, and once that they work again.
    fn log(&mut self, fault: Option<&String>) {
        match (self.unheard, fault) {
            (false, Some(fault)) => warn!("the ping of [health] failed: {fault}"),
            (true, None) => info!("the ping of [health] is heard again"),
            _ => {}
        }
        self.unheard = fault.is_some();
    }
}

/// Asks the URL once. The fault names no part of it.
async fn ping(http: &Http, url: Url) -> Result<(), String> {
    let request = HttpRequest {
        timeout: Some(TIME_LIMIT.min(http.options().total_timeout)),
        max_body_bytes: Some(MAX_ANSWER_BYTES),
        ..HttpRequest::new(Method::GET, url, Trust::OperatorPrivate)
    };
    match http.send(request).await {
        Ok(answer) if answer.status.is_success() => Ok(()),
        Ok(answer) => Err(format!("status {}", answer.status)),
        Err(error) => Err(in_words(error.reason()).to_owned()),
    }
}

/// Not the error's own words: they name the URL.
const fn in_words(reason: HttpReason) -> &'static str {
    match reason {
        HttpReason::Dns => "its host has no address",
        HttpReason::Connect => "no connection",
        HttpReason::Proxy => "no connection through the proxy",
        HttpReason::Tls => "no TLS connection",
        HttpReason::Timeout => "no answer in time",
        HttpReason::Guard => "its address is not allowed",
        HttpReason::TooLarge | HttpReason::Crowded => "the answer is too long",
        HttpReason::Truncated => "the answer is cut",
        HttpReason::Decode => "the answer is damaged",
        HttpReason::Protocol => "the answer is not HTTP's",
    }
}

#[cfg(test)]
mod tests;
