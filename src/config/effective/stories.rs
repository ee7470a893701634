//! Publishers, and what is said of stories, in the config in effect.

use super::Writer;
use crate::{
    config::{
        strings::{key, quoted},
        units::duration_text,
    },
    model::{Corroborate, CountFrom, Escalate, ReceiverStories, Watch},
    publisher::{Publishers, shown_host},
};

impl Writer {
    pub(super) fn publishers(&mut self, publishers: &Publishers) {
        if !publishers.families().is_empty() {
            self.line("\n[publisher]");
        }
        for family in publishers.families() {
            let domains: Vec<String> = { family.domains.iter() }
                .map(|domain| shown_host(domain))
                .collect();
            self.strings(&key(&family.name), domains.iter().map(String::as_str));
        }
    }

    pub(super) fn stories_of_watch(&mut self, watch: &Watch) {
        if let Some(stories) = watch.stories {
            self.string("stories", stories.as_str());
        }
        if let Some(corroborate) = &watch.corroborate {
            self.value("corroborate", &corroborated(corroborate));
        }
        if let Some(escalate) = &watch.escalate {
            self.value("escalate", &escalated(escalate));
        }
    }

    pub(super) fn stories_of_receiver(&mut self, stories: Option<&ReceiverStories>) {
        let stories = stories.copied().unwrap_or_default();
        if let Some(mode) = stories.mode {
            self.string("stories", mode.as_str());
        }
        if stories.sources {
            self.value("sources", "true");
        }
    }
}

fn corroborated(rule: &Corroborate) -> String {
    let from = rule.from.iter().map(|from| match from {
        CountFrom::Tag(tag) => quoted(&format!("#{tag}")),
        CountFrom::Publisher(name) => quoted(name),
    });
    let from: Vec<String> = from.collect();
    let from = if from.is_empty() {
        String::new()
    } else {
        format!(", from = [{}]", from.join(", "))
    };
    format!(
        "{{ publishers = {}, within = {}, else = {}{from}, passes = {} }}",
        rule.publishers,
        quoted(&duration_text(rule.within)),
        quoted(rule.otherwise.as_str()),
        quoted(rule.passes.as_str()),
    )
}

fn escalated(rule: &Escalate) -> String {
    format!(
        "{{ publishers = {}, within = {}, priority = {} }}",
        rule.publishers,
        quoted(&duration_text(rule.within)),
        quoted(rule.priority.as_str()),
    )
}
