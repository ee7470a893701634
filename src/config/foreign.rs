//! What other programs call our keys, and keys that are in the wrong place: what to write instead
//! of a key that is unknown.

use super::{
    schema::{Kind, TABLES, TOP, Table},
    strings,
};
use crate::suggest::closest;

/// For each kind of table: words of other programs, and what they are called here. What is no key
/// alone is said as it is.
const FOREIGN: [(&str, &[(&str, &str)]); 13] = [
    ("feed.NAME", &FEED),
    ("entity.NAME", &ENTITY),
    ("watch.NAME", &WATCH),
    ("receiver.NAME", &RECEIVER),
    ("mail", &MAIL),
    ("mail.NAME", &MAIL),
    ("poll", &POLL),
    ("health", &HEALTH),
    ("web", &WEB),
    ("keep", &KEEP),
    (
        "store",
        &[(
            "path file filename database db dsn sqlite location uri",
            "write url = \"sqlite:PATH\"",
        )],
    ),
    ("test", &TEST),
    (
        "quiet hours",
        &[(
            "from to start end begin since until between time times",
            "write hours = \"22:30-06:30\"",
        )],
    ),
];

/// Keys that only one kind of table has: with them a table is known by what it has.
const SIGNS: [(&str, &str); 4] = [
    ("feed", "url"),
    ("watch", "match any all"),
    (
        "receiver",
        "email webhook exec stdout slack telegram discord ntfy",
    ),
    ("entity", "names"),
];

const INTERVAL: &str = "interval frequency refresh refresh_interval poll poll_interval period schedule \
                        update_interval update_every check_every check_interval cron minutes ttl delay";
const LOGIN: &str = "user login user_name smtp_user smtp_username auth_user";
const PASSWORD: &str = "pass passwd pwd smtp_password smtp_pass auth_password";

const FEED: [(&str, &str); 15] = [
    (INTERVAL, "every"),
    (
        "link href uri address xmlurl xml_url feed_url feedurl rss atom source src",
        "url",
    ),
    (
        "tag category categories label labels group groups folder folders topic",
        "tags",
    ),
    (LOGIN, "username"),
    (PASSWORD, "password"),
    (
        "token api_key apikey key bearer_token access_token",
        "bearer",
    ),
    (
        "user_agent useragent agent",
        "write `contact` in [poll]: it is part of the User-Agent",
    ),
    (
        "name title id",
        "the name belongs in the header, [feed.NAME], or before the =, NAME = \"https://…\"",
    ),
    ("active enable on", "enabled"),
    (
        "disabled disable paused pause off skip inactive",
        "write enabled = false; `fivebells mute feed NAME` silences one for a while",
    ),
    (
        "receiver receivers channel to email",
        "a feed notifies nobody: write `notify` in a watch, and `feeds` there for what it reads",
    ),
    (
        "filter filters keywords keyword query include exclude contains regex",
        "what to look for belongs in [watch]",
    ),
    (
        "verify verify_ssl ssl_verify tls_verify insecure skip_verify ca cacert ca_cert",
        "ca_file",
    ),
    ("cert certificate client_certificate", "client_cert"),
    (
        "retries retry max_retries",
        "leave it out: a poll that failed is tried again, later each time",
    ),
];

const ENTITY: [(&str, &str); 1] = [(
    "aliases alias name spellings spelling any terms also variants synonyms",
    "names",
)];

const WATCH: [(&str, &str); 19] = [
    ("active enable on", "enabled"),
    (
        "disabled disable paused pause off skip inactive mute",
        "write enabled = false; `fivebells mute watch NAME` silences one for a while",
    ),
    (
        "query pattern regex regexp expression expr term search filter string text contains include title",
        "match",
    ),
    (
        "terms keyword keywords words phrases or one_of should",
        "any",
    ),
    ("and must require required all_of", "all"),
    (
        "exclude excludes excluded not without ignore ignored except none_of",
        "none",
    ),
    (
        "to receiver receivers channel channels notifier notifiers recipients email mail target targets via send_to alert",
        "notify",
    ),
    ("feed source sources from url urls", "feeds"),
    (
        "tag tags category",
        "write feeds = [\"#TAG\"]: a tag is written with # there",
    ),
    ("field fields where scope", "in"),
    ("severity level importance urgency", "priority"),
    (
        "name id",
        "the name belongs in the header, [watch.NAME], or before the =, NAME = \"an expression\"",
    ),
    ("lang language languages", "write lang:ja in the expression"),
    (
        "case case_sensitive ignore_case exact",
        "write =Term in the expression for exactly these letters",
    ),
    ("update updates edits edited", "on_update"),
    (
        "dedup dedupe deduplicate duplicates copies fold similar",
        "stories",
    ),
    (
        "confirm confirmed confirmations corroboration corroborated publishers",
        "corroborate",
    ),
    ("escalation escalated upgrade raise", "escalate"),
    (
        "throttle rate rate_limit cooldown limit",
        "write `at_most` in a receiver",
    ),
];

const RECEIVER: [(&str, &str); 16] = [
    (
        "enabled active enable disabled disable paused pause off inactive",
        "leave it out of `notify`; `fivebells mute receiver NAME` keeps its notices back for a while",
    ),
    (
        "to recipient recipients address addresses mailto mail_to emails e_mail",
        "email",
    ),
    ("url uri hook endpoint http post", "webhook"),
    ("command cmd script program shell run", "exec"),
    ("console terminal print screen output log", "stdout"),
    (
        "type kind service channel",
        "the kind is a key itself: email = [\"…\"], webhook = \"…\", slack = …, stdout = true",
    ),
    ("token key signing_key hmac signature", "secret"),
    (
        "template payload data json message format",
        "write `body` for a webhook, `subject`, `text` and `html` for mail",
    ),
    (
        "throttle rate rate_limit ratelimit limit max max_per_hour",
        "at_most",
    ),
    ("quiet_hours silence dnd do_not_disturb mute", "quiet"),
    ("batch summary bundle schedule interval", "digest"),
    (
        "dedup dedupe deduplicate duplicates copies fold similar",
        "stories",
    ),
    (
        "smtp server host port from sender starttls tls",
        "the mail server belongs in [mail], with `server` and `from`",
    ),
    ("name id", "the name belongs in the header: [receiver.NAME]"),
    (
        "priority min_priority level severity",
        "priority belongs to a watch",
    ),
    (
        "watch watches match filter feeds feed",
        "a watch names its receivers: write `notify` there",
    ),
];

const MAIL: [(&str, &str); 9] = [
    (
        "sender from_address from_addr mail_from from_email envelope_from mailfrom",
        "from",
    ),
    (
        "host hostname smtp smtp_host smtp_server smarthost relay url address",
        "server",
    ),
    (
        "port smtp_port",
        "write it in `server`: \"mail.example.org:587\"",
    ),
    (LOGIN, "username"),
    (PASSWORD, "password"),
    (
        "tls ssl encryption starttls use_tls use_ssl secure require_tls smtp_require_tls",
        "write security = \"starttls\", \"implicit\" or \"plain\"",
    ),
    (
        "to recipients recipient email",
        "who gets mail belongs in a receiver: email = [\"desk@example.org\"]",
    ),
    ("title", "subject"),
    ("body template", "write `text` and `html`"),
];

const POLL: [(&str, &str); 5] = [
    (INTERVAL, "every"),
    (
        "workers concurrency concurrent threads jobs max_parallel",
        "parallel",
    ),
    ("pause politeness per_domain host_delay", "per_host"),
    ("user_agent useragent agent email", "contact"),
    ("max_bytes size_limit max_body limit", "max_size"),
];

const HEALTH: [(&str, &str); 3] = [
    ("to receiver receivers email alert", "notify"),
    ("heartbeat healthcheck healthchecks ping_url url", "ping"),
    ("summary daily digest", "report"),
];

const WEB: [(&str, &str); 2] = [
    (
        "address addresses addr bind bind_address host port listen_address metrics",
        "listen",
    ),
    (
        "password pass secret bearer bearer_token api_key apikey key auth",
        "token",
    ),
];

const KEEP: [(&str, &str); 2] = [
    (
        "days retention max_age history entries stories articles feeds",
        "items",
    ),
    ("alert notices deliveries", "alerts"),
];

const TEST: [(&str, &str); 3] = [
    ("input text headline example", "title"),
    ("description body", "summary"),
    (
        "watch watches match matches expected expects should_match want",
        "expect",
    ),
];

/// At the top: words of other programs, and the table that is meant.
const TOP_WORDS: [(&str, &str); 13] = [
    (
        "metrics prometheus monitoring listen telemetry statistics",
        "where the service answers belongs in [web]: listen = \"127.0.0.1:9464\"",
    ),
    ("tz time_zone zone locale", "write timezone = \"Area/City\""),
    (
        "smtp email mailer mail_server",
        "the mail server belongs in [mail]",
    ),
    (
        "channel channels notifier notifiers notification notifications destination destinations output outputs target targets recipient recipients contact contacts alert alerts alerting to",
        "who is notified is written in [receiver.NAME]",
    ),
    (
        "source sources subscription subscriptions rss url urls site sites outline opml",
        "what is read belongs in [feed]",
    ),
    (
        "rule rules filter filters keyword keywords term terms search searches query queries topic topics match any",
        "what to look for belongs in [watch]",
    ),
    (
        "database db storage state data",
        "where the state is belongs in [store]",
    ),
    (
        "log logging log_level loglevel debug verbose",
        "what is logged is said by `--log` or $FIVEBELLS_LOG",
    ),
    (
        "schedule interval refresh fetch fetcher http polling crawler cron",
        "how feeds are read belongs in [poll]",
    ),
    (
        "retention history cleanup purge",
        "how long something is kept belongs in [keep]",
    ),
    (
        "alias aliases people persons synonyms",
        "people and things under all their names belong in [entity]",
    ),
    (
        "monitoring heartbeat healthcheck healthchecks",
        "who is notified about trouble is written in [health]",
    ),
    (
        "general global globals main settings defaults default config fivebells options",
        "its keys belong at the top of the file, without a header",
    ),
];

/// What to write in the place of the unknown key `name` of a table that is shown as `title`; `more`
/// are keys of it that the config itself defines.
pub(super) fn help(title: &str, table: &Table, more: &[&str], name: &str) -> String {
    let names = || {
        table
            .keys
            .iter()
            .map(|key| key.name)
            .chain(more.iter().copied())
    };
    let plain = plain(name);
    let own = names().find(|known| self::plain(known) == plain);
    let singular = ["es", "s"].iter().find_map(|end| {
        let singular = plain.strip_suffix(end)?;
        names().find(|known| *known == singular)
    });
    own.or(singular)
        .map(|own| format!("did you mean `{own}`?"))
        .or_else(|| foreign(table, &plain))
        .or_else(|| elsewhere(title, table, &plain))
        .or_else(|| closest(name, names()).map(|meant| format!("did you mean `{meant}`?")))
        .or_else(|| foreign(table, closest(&plain, words_for(table))?))
        .unwrap_or_else(|| format!("{title} takes {}", names().collect::<Vec<_>>().join(", ")))
}

/// As keys are written here: `allow-private` and `allowPrivate` are `allow_private`.
fn plain(name: &str) -> String {
    let mut plain = String::new();
    let mut before = '_';
    for letter in name.chars() {
        if letter.is_uppercase() && before.is_lowercase() {
            plain.push('_');
        }
        let letter_is_joint = matches!(letter, '-' | ' ' | '.');
        plain.extend(if letter_is_joint { '_' } else { letter }.to_lowercase());
        before = letter;
    }
    plain
}

/// What to write in the place of a table at the top that nobody knows, by the keys it holds.
pub(super) fn help_by_keys<'k>(
    name: &str,
    mut keys: impl Iterator<Item = &'k str>,
) -> Option<String> {
    let key = keys.find_map(|key| {
        let is_sign = |(_, signs): &&(&str, &str)| signs.split(' ').any(|sign| sign == key);
        SIGNS.iter().find(is_sign)
    });
    key.map(|(kind, _)| format!("write [{kind}.{}]", strings::key(name)))
}

fn foreign_of(table: &Table) -> &'static [(&'static str, &'static str)] {
    if table.header.is_empty() {
        return &TOP_WORDS;
    }
    let mut tables = FOREIGN.iter();
    tables
        .find(|(of, _)| *of == table.header)
        .map_or(&[], |(_, words)| *words)
}

fn words_for(table: &Table) -> impl Iterator<Item = &'static str> {
    let words = foreign_of(table).iter();
    words.flat_map(|(words, _)| words.split_whitespace())
}

fn foreign(table: &Table, name: &str) -> Option<String> {
    let mut words = foreign_of(table).iter();
    let (_, ours) = words.find(|(words, _)| words.split_whitespace().any(|word| word == name))?;
    Some(if table.keys.iter().any(|key| key.name == *ours) {
        format!("did you mean `{ours}`?")
    } else {
        (*ours).to_owned()
    })
}

/// Where a key belongs that is known, but not here.
fn elsewhere(title: &str, table: &Table, name: &str) -> Option<String> {
    if table.header.contains(' ') {
        return None;
    }
    if let Some(key) = TOP.keys.iter().find(|key| key.name == name) {
        return Some(match key.kind {
            Kind::Table => format!("write [{name}] as a table of its own"),
            Kind::Tables => format!("write [[{name}]] as a table of its own"),
            _ => format!(
                "`{name}` belongs to the top of the file, before the first [table]: everything below \
                 {title} is part of it"
            ),
        });
    }
    let is_shown = |other: &&&Table| other.header != table.header && !other.header.contains(' ');
    let others: Vec<String> = TABLES
        .iter()
        .filter(is_shown)
        .filter(|other| !other.header.is_empty() && other.keys.iter().any(|key| key.name == name))
        .map(|other| format!("[{}]", other.header))
        .collect();
    (!others.is_empty()).then(|| format!("`{name}` is a key of {}", others.join(" and ")))
}

#[cfg(test)]
mod tests {
    use super::super::schema;
    use super::*;

    #[test]
    fn what_an_unknown_key_is_called_here_or_where_it_belongs() {
        for (table, name, expected) in [
            (&schema::FEED, "interval", "did you mean `every`?"),
            (
                &schema::FEED,
                "allowPrivate",
                "did you mean `allow_private`?",
            ),
            (&schema::FEED, "evry", "did you mean `every`?"),
            (&schema::FEED, "failing", "`failing` is a key of [health]"),
            (&schema::MAIL, "sender", "did you mean `from`?"),
            (&schema::RECEIVER, "to", "did you mean `email`?"),
            (
                &schema::RECEIVER,
                "every",
                "`every` is a key of [feed.NAME] and [poll]",
            ),
            (&schema::WATCH, "keywords", "did you mean `any`?"),
            (&schema::FEED, "intervall", "did you mean `every`?"),
            (&schema::WATCH, "recievers", "did you mean `notify`?"),
            (
                &schema::QUIET_TABLE,
                "from",
                "write hours = \"22:30-06:30\"",
            ),
            (&schema::WATCH, "keep", "write [keep] as a table of its own"),
            (&schema::TOP, "feeds", "did you mean `feed`?"),
            (&schema::TOP, "watches", "did you mean `watch`?"),
            (&schema::TOP, "smtp", "the mail server belongs in [mail]"),
            (
                &schema::TOP,
                "every",
                "`every` is a key of [feed.NAME] and [poll]",
            ),
            (&schema::KEEP, "xyz", "[x] takes items, alerts"),
        ] {
            assert_eq!(help("[x]", table, &[], name), expected, "{name}");
        }
        let top = help("[receiver.screen]", &schema::RECEIVER, &[], "notify");
        assert!(
            top.starts_with("`notify` belongs to the top of the file"),
            "{top}"
        );
        let own = help("[x]", &schema::RECEIVER, &["pager"], "pagr");
        assert_eq!(own, "did you mean `pager`?");
    }

    #[test]
    fn no_word_of_another_program_is_a_key_of_ours_in_the_same_table() {
        let known = |header: &str| {
            let mut tables = TABLES.iter();
            tables
                .find(|table| table.header == header)
                .expect("a table")
        };
        let of_tables = FOREIGN
            .iter()
            .map(|(header, words)| (known(header), *words));
        for (table, words) in of_tables.chain([(known(""), &TOP_WORDS[..])]) {
            let words = words.iter().flat_map(|(words, _)| words.split_whitespace());
            for word in words {
                let is_key = table.keys.iter().any(|key| key.name == word);
                assert!(!is_key, "{word} is a key of [{}]", table.header);
            }
        }
    }
}
