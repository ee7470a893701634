//! `[web]` and `[control]`: where the running service answers, and who may ask it.

use std::{
    collections::BTreeSet,
    fmt,
    net::{IpAddr, SocketAddr},
    path::PathBuf,
};

use super::{
    problem::Problem,
    section::Section,
    value::{Text, Value},
};
use crate::model::Secret;

/// A token that is shorter can be guessed over a network.
const MIN_TOKEN_CHARS: usize = 16;

/// How an address is written.
const HOW: &str = "write \"127.0.0.1:9464\", \"[::1]:9464\" or \"unix:/run/fivebells/web.sock\"";

/// `[web]`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WebOptions {
    /// Where it listens, each once; nowhere if there is none.
    pub listen: Vec<WebAddress>,
    /// Whether the metrics have series for each feed.
    pub per_feed: bool,
    /// What a request for the metrics has to show; nothing if there is none.
    pub token: Option<Secret>,
}

/// Where to listen.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WebAddress {
    /// An address and a port; the system chooses the port where it is 0.
    Tcp(SocketAddr),
    /// A Unix socket at this path.
    Unix(PathBuf),
}

impl WebAddress {
    /// Whether only this machine can reach it.
    fn is_local(&self) -> bool {
        match self {
            Self::Tcp(address) => address.ip().to_canonical().is_loopback(),
            Self::Unix(_) => true,
        }
    }
}

impl fmt::Display for WebAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(address) => address.fmt(formatter),
            Self::Unix(path) => write!(formatter, "unix:{}", path.display()),
        }
    }
}

/// Reads `[web]`.
pub(super) fn read_web(section: Option<&Section<'_>>) -> WebOptions {
    let Some(section) = section else {
        return WebOptions::default();
    };
    let listen = section.get("listen");
    if listen.is_none() {
        let help = format!("nothing is served without it; {HOW}");
        let message = format!("{} has no `listen`", section.title);
        let problem = Problem::warning(section.place.clone(), message).help(help);
        section.context.report(problem);
    }
    let token = section.get("token");
    let is_guarded = token.is_some();
    WebOptions {
        listen: listen.map_or_else(Vec::new, |listen| read_listen(listen, is_guarded)),
        per_feed: section.boolean("per_feed").unwrap_or_default(),
        token: token.and_then(read_token),
    }
}

fn read_listen(value: Value<'_>, is_guarded: bool) -> Vec<WebAddress> {
    let mut known = BTreeSet::new();
    let mut addresses = Vec::new();
    for text in value.strings().unwrap_or_default() {
        let Some(address) = read_address(&text) else {
            continue;
        };
        if !address.is_local() && !is_guarded {
            text.error_with(
                format!("others can reach {address}, and nobody would be asked who they are"),
                "listen on \"127.0.0.1\", or ask for a token: `token = { file = \"web-token\" }`",
            );
        }
        // Each port 0 is another one.
        let is_any_port = matches!(address, WebAddress::Tcp(tcp) if tcp.port() == 0);
        if known.insert(address.clone()) || is_any_port {
            addresses.push(address);
        } else {
            text.error(format!("{address} is there twice"));
        }
    }
    addresses
}

fn read_address(text: &Text<'_>) -> Option<WebAddress> {
    let written = text.text.trim();
    if let Some(path) = written.strip_prefix("unix:") {
        if path.is_empty() || path.ends_with('/') {
            text.error_with(format!("{written:?} names no socket"), HOW);
            return None;
        }
        return Some(WebAddress::Unix(text.resolve(path)));
    }
    if let Ok(address) = written.parse() {
        return Some(WebAddress::Tcp(address));
    }
    let message = format!("{written:?} is not an address to listen on");
    text.error_with(message, meant(written).unwrap_or_else(|| HOW.to_owned()));
    None
}

/// What to write in the place of what is nearly an address.
fn meant(written: &str) -> Option<String> {
    let mut schemes = ["http://", "https://"].iter();
    let bare = schemes.find_map(|scheme| written.strip_prefix(scheme));
    let bare = bare.unwrap_or(written).trim_end_matches('/');
    if let Ok(ip) = bare.trim_matches(['[', ']']).parse::<IpAddr>() {
        let address = SocketAddr::new(ip, 9464);
        return Some(format!("a port is missing: write \"{address}\""));
    }
    if bare.starts_with('/') && bare == written {
        return Some(format!("write \"unix:{written}\" for a Unix socket"));
    }
    let (host, port) = match bare.rsplit_once(':') {
        Some((host, port)) => (host, port),
        None => ("", bare),
    };
    let port: u16 = port.parse().ok()?;
    let host = match host {
        "" | "localhost" => "127.0.0.1",
        "*" => "0.0.0.0",
        host if host.parse::<IpAddr>().is_ok_and(|ip| ip.is_ipv6()) => {
            return Some(format!("write \"[{host}]:{port}\""));
        }
        host if host.parse::<IpAddr>().is_ok() => host,
        _ => return Some("write an IP address, not a name".to_owned()),
    };
    Some(format!("write \"{host}:{port}\""))
}

/// A bearer token: RFC 6750, 2.1.
fn read_token(value: Value<'_>) -> Option<Secret> {
    let token = value.secret()?;
    let text = token.expose();
    if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        let help = "write letters, digits and signs of ASCII, without spaces";
        value.error_concealed("the token holds what no header can carry", help);
        return None;
    }
    if text.len() < MIN_TOKEN_CHARS {
        let message = format!("the token is shorter than {MIN_TOKEN_CHARS} characters");
        value.error_concealed(message, "make one with `openssl rand -hex 32`");
        return None;
    }
    Some(token)
}

/// Who may open the control socket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ControlOptions {
    /// The permissions of its file.
    pub mode: u32,
    /// The group of its file, by name or number; the service's own if not set.
    pub group: Option<String>,
}

impl Default for ControlOptions {
    /// Its user, its group and root.
    fn default() -> Self {
        Self {
            mode: 0o660,
            group: None,
        }
    }
}

/// Reads `[control]`.
pub(super) fn read_control(section: Option<&Section<'_>>) -> ControlOptions {
    let default = ControlOptions::default();
    let mode = section.and_then(|section| section.string("mode"));
    let group = section.and_then(|section| section.string("group"));
    ControlOptions {
        mode: mode.and_then(read_mode).unwrap_or(default.mode),
        group: group.and_then(read_group),
    }
}

/// Permissions without which the service's own user could not ask it are none.
fn read_mode(text: Text<'_>) -> Option<u32> {
    let written = text.text.trim();
    let mode = u32::from_str_radix(written, 8).ok();
    let mode = mode.filter(|mode| written.len() <= 4 && (0o600..=0o777).contains(mode));
    if mode.is_none() {
        let help = "write what chmod takes, such as \"0660\", from \"0600\" to \"0777\"";
        text.error_with(format!("{written:?} is no mode of a socket"), help);
    }
    mode
}

fn read_group(text: Text<'_>) -> Option<String> {
    let written = text.text.trim();
    if written.is_empty() {
        text.error_with(
            "`group` is empty",
            "delete it to keep the service's own group",
        );
        return None;
    }
    Some(written.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_help_for_what_is_nearly_an_address_says_how() {
        for (written, help) in [
            ("http://127.0.0.1:9464/", "write \"127.0.0.1:9464\""),
            ("localhost:9464", "write \"127.0.0.1:9464\""),
            (":9464", "write \"127.0.0.1:9464\""),
            ("9464", "write \"127.0.0.1:9464\""),
            ("*:9464", "write \"0.0.0.0:9464\""),
            ("127.0.0.1", "a port is missing: write \"127.0.0.1:9464\""),
            ("[::1]", "a port is missing: write \"[::1]:9464\""),
            ("::", "a port is missing: write \"[::]:9464\""),
            (
                "/run/web.sock",
                "write \"unix:/run/web.sock\" for a Unix socket",
            ),
            ("bells.example.org:9464", "write an IP address, not a name"),
        ] {
            assert_eq!(meant(written).as_deref(), Some(help), "{written}");
        }
        assert_eq!(meant("127.0.0.1:99999"), None);
    }

    #[test]
    fn what_others_can_reach_is_known() {
        for (address, is_local) in [
            ("127.0.0.1:9464", true),
            ("127.8.8.8:9464", true),
            ("[::1]:9464", true),
            ("[::ffff:127.0.0.1]:9464", true),
            ("0.0.0.0:9464", false),
            ("[::]:9464", false),
            ("192.168.1.2:9464", false),
            ("[::ffff:192.168.1.2]:9464", false),
        ] {
            let parsed = WebAddress::Tcp(address.parse().expect("an address"));
            assert_eq!(parsed.is_local(), is_local, "{address}");
        }
    }
}
