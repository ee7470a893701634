//! The config in effect, as TOML.

mod receivers;
mod stories;

use std::fmt::Write;

use super::{
    Config, ConfigTest, WebLogin, WebOptions,
    policy::as_written,
    strings::{key, quoted},
    times::daily_texts,
    units::{duration_text, size_text},
};
use crate::{
    http::HttpOptions,
    matcher::Entity,
    model::{Access, Feed, Initial, Login, Proxy, Secret, Silent, Watch},
};

/// Everything in effect, defaults included and includes merged, as TOML for `fivebells config`.
/// Every secret is shown as `<hidden>`, so is the query of a webhook's URL.
pub fn effective(config: &Config) -> String {
    let mut writer = Writer::default();
    writer.line(&format!(
        "# The config in effect, from {}",
        config.path.display()
    ));
    if let Some(zone) = config.timezone.iana_name() {
        writer.string("timezone", zone);
    }
    writer.string("stories", config.stories.as_str());
    for (feeds, is_on) in [(&config.feeds, true), (&config.off.feeds, false)] {
        for feed in feeds {
            writer.feed(feed, is_on);
        }
    }
    for entity in &config.entities {
        writer.entity(entity);
    }
    for (watches, is_on) in [(&config.watches, true), (&config.off.watches, false)] {
        for watch in watches {
            writer.watch(watch, is_on);
        }
    }
    writer.publishers(&config.publishers);
    for preset in &config.presets {
        writer.preset(preset);
    }
    for receiver in &config.receivers {
        writer.receiver(receiver);
        let policy = config.policies.get(&receiver.name);
        for (name, value) in policy.into_iter().flat_map(as_written) {
            writer.value(name, &value);
        }
        writer.stories_of_receiver(config.receiver_stories.get(&receiver.name));
    }
    for mail in &config.mail {
        writer.mail(mail);
    }
    writer.settings(config);
    for test in &config.tests {
        writer.test(test);
    }
    writer.text
}

#[derive(Default)]
struct Writer {
    text: String,
}

impl Writer {
    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn header(&mut self, table: &str, name: &str) {
        self.line(&format!("\n[{table}.{}]", key(name)));
    }

    fn value(&mut self, name: &str, value: &str) {
        writeln!(self.text, "{name} = {value}").expect("a String takes all that is written");
    }

    fn string(&mut self, name: &str, value: &str) {
        self.value(name, &quoted(value));
    }

    fn strings<'a>(&mut self, name: &str, values: impl IntoIterator<Item = &'a str>) {
        let values: Vec<String> = values.into_iter().map(quoted).collect();
        self.value(name, &format!("[{}]", values.join(", ")));
    }

    fn duration(&mut self, name: &str, value: std::time::Duration) {
        self.string(name, &duration_text(value));
    }

    fn every(&mut self, every: std::time::Duration, at_most: Option<std::time::Duration>) {
        let Some(most) = at_most else {
            return self.duration("every", every);
        };
        let [min, max] = [every, most].map(|length| quoted(&duration_text(length)));
        self.value("every", &format!("{{ min = {min}, max = {max} }}"));
    }

    fn path(&mut self, name: &str, value: &std::path::Path) {
        self.string(name, &value.to_string_lossy());
    }

    fn silent(&mut self, silent: Silent) {
        match silent {
            Silent::Auto => self.string("silent", "auto"),
            Silent::After(length) => self.duration("silent", length),
            Silent::Never => self.string("silent", "never"),
        }
    }

    fn feed(&mut self, feed: &Feed, is_on: bool) {
        self.header("feed", &feed.name);
        self.value("enabled", &is_on.to_string());
        self.string("url", &shown(&feed.url));
        self.every(feed.every, feed.every_at_most);
        self.strings("respect", feed.respect.iter().map(|hint| hint.as_str()));
        self.strings("tags", feed.tags.iter().map(String::as_str));
        match feed.initial {
            Initial::Baseline => self.string("initial", "baseline"),
            Initial::All => self.string("initial", "all"),
            Initial::Newest(count) => self.value("initial", &count.to_string()),
        }
        self.string("identity", feed.identity.as_str());
        if let Some(silent) = feed.silent {
            self.silent(silent);
        }
        self.value("allow_private", &feed.allow_private.to_string());
        if feed.url.scheme() != "file" {
            self.access(&feed.access);
        }
    }

    fn access(&mut self, access: &Access) {
        self.hidden_table("headers", access.headers.iter().map(|(name, _)| name));
        match &access.login {
            Some(Login::Basic { username, .. }) => {
                self.string("username", username);
                self.string("password", Secret::HIDDEN);
            }
            Some(Login::Bearer(_)) => self.string("bearer", Secret::HIDDEN),
            None => {}
        }
        let transport = &access.transport;
        if let Some(certificate) = &transport.certificate {
            self.path("client_cert", &certificate.certificate);
            self.path("client_key", &certificate.key);
        }
        if let Some(path) = &transport.ca_file {
            self.path("ca_file", path);
        }
        match &transport.proxy {
            Some(proxy) => self.proxy(proxy),
            None => self.string("proxy", "none"),
        }
        self.value("http2", &transport.http2.to_string());
    }

    fn proxy(&mut self, proxy: &Proxy) {
        let shown = if proxy.is_secret {
            Secret::HIDDEN
        } else {
            proxy.url.as_str()
        };
        self.string("proxy", shown);
    }

    /// A table whose values are secrets.
    fn hidden_table<'a>(&mut self, name: &str, keys: impl Iterator<Item = &'a String>) {
        let hidden = quoted(Secret::HIDDEN);
        let entries: Vec<_> = keys
            .map(|name| format!("{} = {hidden}", key(name)))
            .collect();
        if !entries.is_empty() {
            self.value(name, &format!("{{ {} }}", entries.join(", ")));
        }
    }

    fn entity(&mut self, entity: &Entity) {
        self.header("entity", &entity.name);
        self.strings("names", entity.names.iter().map(String::as_str));
    }

    fn watch(&mut self, watch: &Watch, is_on: bool) {
        self.header("watch", &watch.name);
        self.value("enabled", &is_on.to_string());
        self.string("match", &watch.expression);
        self.strings("in", watch.fields.iter().map(|field| field.as_str()));
        if let Some(feeds) = &watch.feeds {
            self.strings("feeds", feeds.iter().map(String::as_str));
        }
        self.string("priority", watch.priority.as_str());
        self.string("on_update", watch.on_update.as_str());
        self.strings("notify", watch.notify.iter().map(String::as_str));
        self.stories_of_watch(watch);
    }

    fn settings(&mut self, config: &Config) {
        self.line("\n[poll]");
        self.every(config.poll.every.every, config.poll.every.at_most);
        self.strings(
            "respect",
            config.poll.respect.iter().map(|hint| hint.as_str()),
        );
        self.duration("per_host", config.poll.per_host);
        self.duration("max_interval", config.poll.max_interval);
        self.value("parallel", &config.poll.parallel.to_string());
        if let Some(proxy) = &config.poll.proxy {
            self.proxy(proxy);
        }
        self.http(&config.http);
        self.line("\n[health]");
        self.strings("notify", config.health.notify.iter().map(String::as_str));
        self.duration("failing", config.health.failing);
        self.silent(config.health.silent);
        if config.health.ping.is_some() {
            self.string("ping", Secret::HIDDEN);
        }
        if !config.health.report.is_empty() {
            let times: Vec<String> = config.health.report.iter().flat_map(daily_texts).collect();
            self.strings("report", times.iter().map(String::as_str));
        }
        self.web(&config.web);
        self.line("\n[keep]");
        self.duration("items", config.store.keep_items);
        self.duration("alerts", config.store.keep_alerts);
        self.line("\n[store]");
        self.string("url", &format!("sqlite:{}", config.store.path.display()));
        self.line("\n[control]");
        self.string("mode", &format!("{:04o}", config.control.mode));
        if let Some(group) = &config.control.group {
            self.string("group", group);
        }
    }

    fn web(&mut self, web: &WebOptions) {
        let addresses: Vec<String> = web.listen.iter().map(ToString::to_string).collect();
        self.line("\n[web]");
        self.strings("listen", addresses.iter().map(String::as_str));
        self.value("pages", &web.pages.to_string());
        if !web.hosts.is_empty() {
            self.strings("hosts", web.hosts.iter().map(String::as_str));
        }
        self.login(&web.login);
        self.value("per_feed", &web.per_feed.to_string());
        if web.token.is_some() {
            self.string("token", Secret::HIDDEN);
        }
    }

    fn login(&mut self, login: &WebLogin) {
        for (key, token) in [
            ("read_token", &login.read_token),
            ("act_token", &login.act_token),
        ] {
            if token.is_some() {
                self.string(key, Secret::HIDDEN);
            }
        }
        if let Some(proxy) = &login.proxy {
            let from: Vec<String> = proxy.from.iter().map(ToString::to_string).collect();
            self.string("proxy.header", &proxy.header);
            self.strings("proxy.from", from.iter().map(String::as_str));
            self.strings("proxy.act", proxy.act.iter().map(String::as_str));
        }
    }

    fn http(&mut self, http: &HttpOptions) {
        self.duration("timeout", http.total_timeout);
        self.string("max_size", &size_text(http.max_body_bytes));
        if let Some(contact) = contact(&http.user_agent) {
            self.string("contact", contact);
        }
        if let Some(path) = &http.ca_file {
            self.path("ca_file", path);
        }
    }

    fn test(&mut self, test: &ConfigTest) {
        self.line("\n[[test]]");
        for (name, text) in [
            ("title", &test.title),
            ("summary", &test.summary),
            ("content", &test.content),
        ] {
            if !text.is_empty() {
                self.string(name, text);
            }
        }
        if let Some(feed) = &test.feed {
            self.string("feed", feed);
        }
        if let Some(lang) = &test.lang {
            self.string("lang", lang);
        }
        self.strings("expect", test.expect.iter().map(String::as_str));
    }
}

/// The contact in a User-Agent that [`HttpOptions::user_agent`] made.
fn contact(user_agent: &str) -> Option<&str> {
    let (_, contact) = user_agent.split_once("; +")?;
    contact.strip_suffix(')')
}

/// A URL without its query, which may be a key.
fn shown(url: &url::Url) -> String {
    let mut bare = url.clone();
    bare.set_query(None);
    bare.set_fragment(None);
    match url.query() {
        Some(_) => format!("{bare}?{}", Secret::HIDDEN),
        None => bare.into(),
    }
}
