//! URLs in the config: what is wrong with one, proxies, and where to report signs of life.

use url::Url;

use super::{schema::Kind, value::Value};
use crate::model::Proxy;

/// The library's words, but for the fault that is the most common.
pub(super) fn url_fault(error: url::ParseError) -> String {
    match error {
        url::ParseError::RelativeUrlWithoutBase => {
            "it does not begin with https:// or the like".to_owned()
        }
        _ => error.to_string(),
    }
}

/// Reads a feed's proxy; `"none"` is none.
pub(super) fn read_proxy_or_none(value: Value<'_>) -> Option<Proxy> {
    if value.is_string() && value.text(Kind::String)?.text.trim() == "none" {
        return None;
    }
    read_proxy(value)
}

/// Reads a proxy: its URL, or a secret that is one.
pub(super) fn read_proxy(value: Value<'_>) -> Option<Proxy> {
    let is_secret = !value.is_string();
    let (shown, url) = if value.is_string() {
        let text = value.string()?.text.trim();
        (format!("{text:?}"), Url::parse(text))
    } else if value.is_table() {
        let secret = value.secret()?;
        ("the secret".to_owned(), Url::parse(secret.expose().trim()))
    } else {
        return value.mismatch(Kind::StringOrSecret);
    };
    let help = "such as \"http://proxy.example.org:3128\" or \"socks5h://127.0.0.1:9050\"";
    let url = match url {
        Ok(url) => url,
        Err(error) => {
            value.error_with(format!("{shown} is not a URL: {}", url_fault(error)), help);
            return None;
        }
    };
    let has_login = !url.username().is_empty() || url.password().is_some();
    let is_bare = matches!(url.path(), "" | "/") && url.query().is_none();
    if has_login && !is_secret {
        let help = "write proxy = { env = \"NAME\" } with the whole URL in the variable";
        let message = "the URL holds a user name or password, which is a secret";
        value.error_concealed(message, help);
    } else if !matches!(url.scheme(), "http" | "https" | "socks5" | "socks5h") {
        value.error_with(
            format!("{shown} is no http, https, socks5 or socks5h proxy"),
            help,
        );
    } else if url.host_str().is_none_or(str::is_empty) || !is_bare {
        value.error_with(
            format!("{shown} is more or less than a proxy's host and port"),
            help,
        );
    } else {
        return Some(Proxy { url, is_secret });
    }
    None
}

/// Reads `ping`: a URL, or a secret that is one. It is a secret either way, so no message shows it.
pub(super) fn read_ping(value: Value<'_>) -> Option<Url> {
    let url = if value.is_string() {
        Url::parse(value.string()?.text.trim())
    } else if value.is_table() {
        Url::parse(value.secret()?.expose().trim())
    } else {
        return value.mismatch(Kind::StringOrSecret);
    };
    let fault = match url {
        Err(error) => format!("`ping` is not a URL: {}", url_fault(error)),
        Ok(url) if matches!(url.scheme(), "http" | "https") => return Some(url),
        Ok(_) => "`ping` is not an http: or https: URL".to_owned(),
    };
    let help = "copy the ping URL of the check from your monitoring service";
    value.error_concealed(fault, help);
    None
}
