//! `[web]` and `[control]`: where the running service answers, and who may ask it.

use std::{
    collections::BTreeSet,
    fmt,
    net::{IpAddr, SocketAddr},
    path::PathBuf,
};

use url::Url;

use super::{
    problem::Problem,
    schema::WEB_PROXY,
    section::Section,
    value::{Text, Value},
};
use crate::model::Secret;

/// A token that is shorter can be guessed over a network.
const MIN_TOKEN_CHARS: usize = 16;

/// How an address is written.
const HOW: &str = "write \"127.0.0.1:9464\", \"[::1]:9464\" or \"unix:/run/fivebells/web.sock\"";

/// `[web]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebOptions {
    /// Where it listens, each once; nowhere if there is none.
    pub listen: Vec<WebAddress>,
    /// Whether pages, the API and the feeds of alerts are served, beside metrics and health.
    pub pages: bool,
    /// The names by which browsers reach it, in lower case, without port.
    pub hosts: Vec<String>,
    /// How people and programs show who they are.
    pub login: WebLogin,
    /// Whether the metrics have series for each feed.
    pub per_feed: bool,
    /// What a request for the metrics has to show; nothing if there is none.
    pub token: Option<Secret>,
}

impl Default for WebOptions {
    fn default() -> Self {
        Self {
            listen: Vec::new(),
            pages: true,
            hosts: Vec::new(),
            login: WebLogin::default(),
            per_feed: false,
            token: None,
        }
    }
}

/// How people and programs show who they are. Where nothing of it is set, everyone who reaches an
/// address may do everything; such an address is of this machine alone.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WebLogin {
    /// Who shows it may see everything.
    pub read_token: Option<Secret>,
    /// Who shows it may act, too.
    pub act_token: Option<Secret>,
    /// A proxy that has asked who they are.
    pub proxy: Option<TrustedProxy>,
}

impl WebLogin {
    /// Whether anybody has to show anything.
    pub const fn is_asked(&self) -> bool {
        self.read_token.is_some() || self.act_token.is_some() || self.proxy.is_some()
    }
}

/// A proxy in front that names the user of each request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustedProxy {
    /// The header it names them in, in lower case.
    pub header: String,
    /// Where its requests come from; nobody else's header is read.
    pub from: Vec<ProxyPeer>,
    /// The users who may act; all others may only see.
    pub act: Vec<String>,
}

/// Where requests of a proxy come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProxyPeer {
    /// A Unix socket of `listen`.
    Unix,
    /// This address.
    Ip(IpAddr),
}

/// Where to listen.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WebAddress {
    /// An address and a port; the system chooses the port where it is 0.
    Tcp(SocketAddr),
    /// A Unix socket at this path.
    Unix(PathBuf),
    /// The sockets that systemd passes.
    Systemd,
}

impl WebAddress {
    /// Whether only this machine can reach it.
    fn is_local(&self) -> bool {
        match self {
            Self::Tcp(address) => address.ip().to_canonical().is_loopback(),
            // Of those of systemd it is known when they are there.
            Self::Unix(_) | Self::Systemd => true,
        }
    }
}

impl fmt::Display for ProxyPeer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unix => formatter.write_str("unix"),
            Self::Ip(address) => address.fmt(formatter),
        }
    }
}

impl fmt::Display for WebAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(address) => address.fmt(formatter),
            Self::Unix(path) => write!(formatter, "unix:{}", path.display()),
            Self::Systemd => formatter.write_str("systemd"),
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
    let pages = section.boolean("pages").unwrap_or(true);
    let keys = ["read_token", "act_token", "proxy"];
    let is_asked = keys.iter().any(|key| section.get(key).is_some());
    let open = match (pages, is_asked, token.is_some()) {
        (true, false, _) => Some(
            "listen on \"127.0.0.1\", or say who may read and act: `act_token = { file = \"act-token\" }`; \
             or serve metrics alone: `pages = false` and `token = { file = \"web-token\" }`",
        ),
        (false, false, false) => {
            Some("listen on \"127.0.0.1\", or ask for a token: `token = { file = \"web-token\" }`")
        }
        _ => None,
    };
    let hosts = section.strings("hosts").unwrap_or_default();
    WebOptions {
        listen: listen.map_or_else(Vec::new, |listen| read_listen(listen, open)),
        pages,
        hosts: hosts
            .into_iter()
            .filter_map(|text| read_host(&text))
            .collect(),
        login: WebLogin {
            read_token: section.get("read_token").and_then(read_token),
            act_token: section.get("act_token").and_then(read_token),
            proxy: section.get("proxy").and_then(read_proxy),
        },
        per_feed: section.boolean("per_feed").unwrap_or_default(),
        token: token.and_then(read_token),
    }
}

/// A name as browsers put it into `Host`.
fn read_host(text: &Text<'_>) -> Option<String> {
    let host = text.text.trim();
    let url = Url::parse(&format!("http://{host}/")).ok();
    let url = url.filter(|url| {
        url.port().is_none()
            && url.path() == "/"
            && url.username().is_empty()
            && url.query().is_none()
    });
    let name = url.and_then(|url| url.host_str().map(str::to_owned));
    if name.is_none() || host.contains(['/', '*']) {
        text.error_with(
            format!("{host:?} is no host name"),
            "write the name alone, as it stands in the browser's address: \"alerts.example.org\"",
        );
        return None;
    }
    name
}

/// Reads `proxy`.
fn read_proxy(value: Value<'_>) -> Option<TrustedProxy> {
    let section = value.section("`proxy`".to_owned(), &WEB_PROXY)?;
    let header = section.require(
        "header",
        "write the header it sets: `header = \"Remote-User\"`",
    );
    let header = header
        .and_then(Value::string)
        .and_then(|text| read_header(&text));
    let help = "write where its requests come from: `from = [\"127.0.0.1\"]`, or \"unix\"";
    let from = section.require("from", help).and_then(|place| {
        let from = place.strings();
        if from.as_ref().is_some_and(Vec::is_empty) {
            place.error_with("`from` names nobody".to_owned(), help);
        }
        from
    });
    let from = from.unwrap_or_default().into_iter().filter_map(|text| {
        let peer = match text.text.trim() {
            "unix" => Some(ProxyPeer::Unix),
            address => address.parse().ok().map(ProxyPeer::Ip),
        };
        if peer.is_none() {
            text.error_with(format!("{:?} is not an IP address", text.text), help);
        }
        peer
    });
    let from = from.collect();
    let act = section.strings("act").unwrap_or_default();
    let act = act.into_iter().map(|text| text.text.trim().to_owned());
    Some(TrustedProxy {
        header: header?,
        from,
        act: act.collect(),
    })
}

/// RFC 9110, 5.1.
fn read_header(text: &Text<'_>) -> Option<String> {
    let name = text.text.trim().to_ascii_lowercase();
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    if name.is_empty() || !name.bytes().all(is_token) {
        let message = format!("{:?} is no name of a header", text.text);
        text.error_with(
            message,
            "write it as the proxy sends it, such as \"Remote-User\"",
        );
        return None;
    }
    if matches!(
        name.as_str(),
        "host" | "authorization" | "cookie" | "origin"
    ) {
        let message = format!("the header {:?} is one that browsers set", text.text);
        text.error_with(
            message,
            "name a header that only the proxy sets, such as \"Remote-User\"",
        );
        return None;
    }
    Some(name)
}

/// `open` says what to do about an address that others reach, where nobody would be asked who they
/// are.
fn read_listen(value: Value<'_>, open: Option<&str>) -> Vec<WebAddress> {
    let mut known = BTreeSet::new();
    let mut addresses = Vec::new();
    for text in value.strings().unwrap_or_default() {
        let Some(address) = read_address(&text) else {
            continue;
        };
        if let (false, Some(help)) = (address.is_local(), open) {
            let message =
                format!("others can reach {address}, and nobody would be asked who they are");
            text.error_with(message, help);
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
    if written == "systemd" {
        return Some(WebAddress::Systemd);
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
