//! The status in words.

use jiff::{Timestamp, tz::TimeZone};

use super::{
    super::{receivers, when, words::one_line},
    FeedCounts, SinceRead, State, StatusView,
};

impl StatusView<'_> {
    /// All of it in words, each with its name before it; what belongs to the one before has none.
    pub(crate) fn facts(&self, zone: &TimeZone, now: Timestamp) -> Vec<(&'static str, String)> {
        let moment = |at: Option<Timestamp>| when::moment(at, now, zone);
        let waiting = match self.oldest_waiting {
            None => "none waiting".to_owned(),
            oldest => format!(
                "{} waiting, since {}",
                self.deliveries_waiting,
                moment(oldest)
            ),
        };
        let mut lines = vec![("service", self.service(&moment))];
        lines.extend(self.config_lines(&moment));
        lines.push(("feeds", self.feeds.in_words()));
        let mut name = "receivers";
        for line in receivers::in_words(&self.receivers, zone, now) {
            lines.push((std::mem::take(&mut name), line));
        }
        let mut name = "muted";
        for mute in &self.mutes {
            let until = moment(Some(mute.until));
            let text = format!("{} {} until {until}", mute.kind, mute.name);
            lines.push((std::mem::take(&mut name), text));
        }
        lines.push(("alerts", self.alerts.to_string()));
        lines.push((
            "deliveries",
            format!("{waiting}, {} dead", self.deliveries_dead),
        ));
        lines.push(("last poll", moment(self.last_poll)));
        lines.push(("heartbeat", moment(self.last_written)));
        let mebibytes = self.store_bytes.div_ceil(1 << 20);
        lines.push((
            "store",
            format!("{}, {mebibytes} MiB", self.store.display()),
        ));
        if let Some(unanswered) = self.unanswered {
            lines.push(("answer", format!("none: {}", one_line(unanswered, 300))));
        }
        if let Some(trouble) = self.store_failing {
            let since = moment(Some(trouble.since));
            let error = one_line(&trouble.error, 300);
            lines.push((
                "trouble",
                format!("no feed is polled since {since}: {error}"),
            ));
        }
        if self.store_failing.is_none() && self.polls_paused == Some(true) {
            let text = "no feed is polled: the store's disk is in trouble";
            lines.push(("trouble", text.to_owned()));
        }
        lines
    }

    fn service(&self, moment: &dyn Fn(Option<Timestamp>) -> String) -> String {
        match self.state {
            State::Running => format!("running since {}", moment(self.started)),
            State::Stuck => format!("stuck: nothing written since {}", moment(self.last_written)),
            State::Stopped if self.stopped.is_none() => "not running, and never was".to_owned(),
            State::Stopped => match self.fault {
                Some(fault) => format!("not running; failed {}: {fault}", moment(self.stopped)),
                None => format!("not running; stopped {}", moment(self.stopped)),
            },
            State::Killed => format!(
                "not running; it ended unexpectedly after {}",
                moment(self.last_written)
            ),
        }
    }

    fn config_lines(
        &self,
        moment: &dyn Fn(Option<Timestamp>) -> String,
    ) -> Vec<(&'static str, String)> {
        let path = self.config.display();
        let read = self
            .config_loaded
            .map(|at| format!(", read {}", moment(Some(at))));
        let mut lines = vec![("config", format!("{path}{}", read.unwrap_or_default()))];
        let since = match (self.since, self.refused) {
            (SinceRead::Same, _) => None,
            (SinceRead::Mended, None) => Some("changed since; `fivebells reload` takes it"),
            (SinceRead::Mended, Some(_)) => {
                Some("changed since the refusal; `fivebells reload` tries it again")
            }
            (SinceRead::Broken, None) => Some("changed since, with errors: see `fivebells check`"),
            (SinceRead::Broken, Some(_)) => {
                Some("changed since the refusal, still with errors: see `fivebells check`")
            }
        };
        let of_fault = |what: String, error: &str| {
            let errors = error.lines().map(|line| ("", one_line(line, 300)));
            std::iter::once(("", what))
                .chain(errors)
                .collect::<Vec<_>>()
        };
        match (self.refused, self.config_failing) {
            (Some(refused), _) => {
                let at = moment(Some(refused.at));
                let what = format!("reload refused {at}, the old one is in force:");
                lines.extend(of_fault(what, &refused.error));
            }
            (None, Some(failing)) => {
                let what = format!("its tests fail since {}:", moment(Some(failing.since)));
                lines.extend(of_fault(what, &failing.error));
            }
            (None, None) => {}
        }
        lines.extend(since.map(|what| ("", what.to_owned())));
        lines
    }
}

impl FeedCounts {
    /// `38 ok, 1 failing`.
    pub(crate) fn in_words(self) -> String {
        let Self {
            ok,
            failing,
            silent,
            gone,
            new,
            off,
        } = self;
        let counts = [
            (ok, "ok"),
            (failing, "failing"),
            (silent, "silent"),
            (gone, "gone"),
            (new, "not polled yet"),
            (off, "off"),
        ];
        let counts = counts
            .iter()
            .filter(|(count, what)| *count > 0 || *what == "ok");
        let counts: Vec<String> = counts
            .map(|(count, what)| format!("{count} {what}"))
            .collect();
        counts.join(", ")
    }
}
