//! What a person can do about a trouble, by its closed reason.

use crate::model::StoreReason;

/// About a feed that is not read.
pub(super) fn feed(name: &str, reason: &str) -> String {
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

/// About a receiver that takes nothing.
pub(super) fn receiver(name: &str, reason: &str) -> String {
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

/// About addresses that a receiver's mail server refuses.
pub(super) fn recipients(name: &str) -> String {
    format!(
        "write the address right in the config, or take it out, and reload; `fivebells send {name}` \
         tries it at once"
    )
}

/// About the store.
pub(super) const fn store(reason: StoreReason) -> &'static str {
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
        assert!(feed("nhk", "no such reason").starts_with("`fivebells fetch nhk` asks it now"));
        assert!(
            receiver("desk", "no such reason").ends_with("`fivebells send desk` tries it at once")
        );
    }
}
