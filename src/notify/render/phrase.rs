//! What all words about events are made of: a sentence and facts, times, counts, and what a person can
//! do.

use jiff::{Timestamp, tz::TimeZone};

use crate::model::StoreReason;

/// An event that is no alert, in words; not yet clean.
#[derive(Debug)]
pub(in crate::notify) struct Trouble {
    /// One sentence that says what happened, and what it means where that is not plain.
    pub(in crate::notify) sentence: String,
    /// The feed it is about.
    pub(in crate::notify) feed: Option<String>,
    /// That feed's URL.
    pub(in crate::notify) url: Option<String>,
    /// Labels and values.
    pub(in crate::notify) facts: Vec<(&'static str, String)>,
}

/// A time as people write it: `Sun 22 Nov 2026, 15:30 JST`.
pub(super) fn at(time: Timestamp, timezone: &TimeZone) -> String {
    time.to_zoned(timezone.clone())
        .strftime("%a %-d %b %Y, %H:%M %Z")
        .to_string()
}

/// When it is tried next, in words.
pub(super) fn next_try(time: Option<Timestamp>, timezone: &TimeZone) -> String {
    time.map_or_else(
        || "none until the config gives it another address".to_owned(),
        |time| at(time, timezone),
    )
}

/// `1 poll`, `12 polls`.
pub(super) fn count(number: u32, noun: &str) -> String {
    match number {
        1 => format!("1 {noun}"),
        number => format!("{number} {noun}s"),
    }
}

/// What a person can do about a feed that is not read, by the closed reason.
pub(super) fn feed_advice(name: &str, reason: &str) -> String {
    let look = format!("`fivebells fetch {name}` asks it now and shows what comes");
    let more = match reason {
        "dns" => "look whether its address is written right and its host still exists",
        "proxy" => "look whether its `proxy` runs and is named right",
        "tls" => "look at the server's certificate; one of your own is named as `ca_file`",
        "guard" | "redirect" => {
            "look where it leads, and put the address that is meant in the config"
        }
        "too_large" | "too_deep" | "too_many_values" => {
            "look for a smaller feed of the site: `fivebells add SITE`"
        }
        "gone" | "html" | "not_a_feed" | "empty" | "status" => {
            "look for its new address, `fivebells add SITE` names a site's feeds, or take it out"
        }
        "login" => "give it a login, or look for one that asks for none",
        "too_many_requests" | "forbidden" | "challenge" => {
            "give it a longer `every`, or ask the site to let this program in"
        }
        "file" => "look whether the file is there and may be read",
        _ => "if it stays so, look whether the site answers in a browser, and tell its owner",
    };
    format!("{look}; {more}")
}

/// What a person can do about a receiver that takes nothing, by the closed reason.
pub(super) fn receiver_advice(name: &str, reason: &str) -> String {
    let more = match reason {
        "auth" => "renew its login, key or sender in the config",
        "tls" => "look at its server's certificate; one of your own is named as `ca_file`",
        "gone" | "refused" => "look whether its address in the config is still right",
        "guard" => "set `allow_private` where an address in your own network is meant",
        "render" => "look at its template in the config",
        "busy" | "server_error" => "its own server is in trouble: if it stays so, tell its owner",
        _ => "look whether its server runs and can be reached from here",
    };
    format!("{more}; `fivebells send {name}` tries it at once")
}

/// What a person can do about addresses that a receiver's mail server refuses.
pub(super) fn recipients_advice(name: &str) -> String {
    format!(
        "write the address right in the config, or take it out, and reload; `fivebells send {name}` \
         tries it at once"
    )
}

/// What a person can do about the store.
pub(super) const fn store_advice(reason: StoreReason) -> &'static str {
    match reason {
        StoreReason::Low | StoreReason::Full => "make room on its disk, or keep less (`[keep]`)",
        StoreReason::ReadOnly => "look in the system's log why its disk can only be read",
        StoreReason::Io => "look in the system's log what its disk has, and at your backups",
        StoreReason::Damaged | StoreReason::Gone => {
            "stop the service, put the last backup in its place, and start it again"
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_that_is_not_known_yet_still_says_what_to_do() {
        assert!(
            feed_advice("nhk", "no such reason").starts_with("`fivebells fetch nhk` asks it now")
        );
        assert!(
            receiver_advice("desk", "no such reason")
                .ends_with("`fivebells send desk` tries it at once")
        );
    }
}
