//! One mail server, and the login at it: a password, or tokens.

use std::net::{IpAddr, Ipv6Addr};

use url::Url;

use super::MailNames;
use crate::{
    config::{
        limits::TIMEOUT,
        problem::Problem,
        schema::{Kind, OAUTH},
        section::Section,
        settings::read_ca_file,
        urls::url_fault,
        value::{Text, Value},
        webhooks::has_login,
    },
    notify::{self, MailAuth, MailLogin, MailOAuth, MailOptions, MailSecurity},
};

/// TLS from the first byte (RFC 8314).
const SUBMISSIONS_PORT: u16 = 465;

/// Reads `[mail]` or `[mail.NAME]`. `from` is `[mail]`'s.
pub(super) fn read_server(
    section: &Section<'_>,
    name: &str,
    from: Option<&str>,
    names: &MailNames<'_>,
) -> Option<MailOptions> {
    let login = read_login(section);
    let hello = section.string("hello").and_then(read_hello);
    let ca_file = section.get("ca_file").and_then(read_ca_file);
    let timeout = section.duration("timeout", &TIMEOUT);
    let fallback = section
        .string("fallback")
        .and_then(|text| read_fallback(text, name, names));
    let own = match name {
        MailOptions::MAIN => None,
        _ => section.get("from").and_then(read_sender),
    };
    let from = own.or_else(|| from.map(str::to_owned));
    if from.is_none() {
        section.require("from", "such as from = \"Fivebells <bells@example.org>\"");
    }
    let server = section
        .require("server", "such as server = \"mail.example.org\"")
        .and_then(|value| read_address(value.string()?));
    let (host, port) = server?;
    let security = read_security(section, &host, port)?;
    Some(MailOptions {
        name: name.to_owned(),
        host,
        port: port.unwrap_or(default_port(security)),
        security,
        login,
        from: from?,
        hello,
        ca_file,
        timeout: timeout.unwrap_or(MailOptions::TIMEOUT),
        data_timeout: MailOptions::DATA_TIMEOUT,
        fallback,
    })
}

fn read_fallback(text: Text<'_>, name: &str, names: &MailNames<'_>) -> Option<String> {
    let fallback = names.choose(text)?;
    if fallback == name {
        text.error("a mail server cannot be its own fallback");
        return None;
    }
    Some(fallback)
}

const fn default_port(security: MailSecurity) -> u16 {
    match security {
        MailSecurity::StartTls => 587,
        MailSecurity::Implicit => SUBMISSIONS_PORT,
        MailSecurity::Plain => 25,
    }
}

/// Reads `from`.
pub(super) fn read_sender(value: Value<'_>) -> Option<String> {
    let text = value.string()?;
    if !notify::is_sender(text.text) {
        let help = "such as \"bells@example.org\" or \"Fivebells <bells@example.org>\"";
        text.error_with(format!("{:?} is not a mail address", text.text), help);
        return None;
    }
    Some(text.text.to_owned())
}

fn read_hello(text: Text<'_>) -> Option<String> {
    if !notify::is_hello(text.text) {
        let help = "such as \"mon.example.org\", or an address: \"[192.0.2.1]\"";
        let message = format!("{:?} is no full domain name in ASCII", text.text);
        text.error_with(message, help);
        return None;
    }
    Some(text.text.to_owned())
}

/// `host`, `host:port`, `[::1]:port` or a bare IPv6 address.
fn read_address(text: Text<'_>) -> Option<(String, Option<u16>)> {
    let address = split_address(text.text);
    if address.is_none() {
        let help = "such as \"mail.example.org\" or \"mail.example.org:465\"";
        text.error_with(format!("{:?} is not a mail server", text.text), help);
    }
    address
}

fn split_address(text: &str) -> Option<(String, Option<u16>)> {
    if text.parse::<Ipv6Addr>().is_ok() {
        return Some((text.to_owned(), None));
    }
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) if !text.ends_with(']') => {
            (host, Some(port.parse().ok().filter(|&port| port != 0)?))
        }
        _ => (text, None),
    };
    let bracketed = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'));
    if let Some(address) = bracketed {
        address.parse::<Ipv6Addr>().ok()?;
        return Some((address.to_owned(), port));
    }
    let is_host = url::Host::parse(host).is_ok() && !host.contains(':');
    is_host.then(|| (host.to_owned(), port))
}

fn read_security(section: &Section<'_>, host: &str, port: Option<u16>) -> Option<MailSecurity> {
    let loopback = is_loopback(host);
    let Some(value) = section.get("security") else {
        return Some(match port {
            Some(SUBMISSIONS_PORT) => MailSecurity::Implicit,
            _ if loopback => MailSecurity::Plain,
            _ => MailSecurity::StartTls,
        });
    };
    let text = value.text(Kind::String)?;
    let all = [
        MailSecurity::StartTls,
        MailSecurity::Implicit,
        MailSecurity::Plain,
    ];
    let named = text.one_of("kind of security", &all.map(MailSecurity::as_str))?;
    let security = all.into_iter().find(|one| one.as_str() == named)?;
    if security == MailSecurity::Plain && !loopback {
        let help = "use \"starttls\" or \"implicit\"; plain is for a server on this machine";
        let message = format!("mail would cross the network to {host:?} unprotected");
        text.error_with(message, help);
        return None;
    }
    Some(security)
}

fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || host
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

const PASSWORD: &str = "password = { env = \"NAME\" }";

/// Reads `username` and what proves it.
fn read_login(section: &Section<'_>) -> Option<MailLogin> {
    let username = section.get("username");
    // The faults of both are worth knowing, whatever else is wrong.
    let password = section.get("password").map(|value| (value, value.secret()));
    let oauth = section.get("oauth").map(|value| (value, read_oauth(value)));
    let (value, missing) = match (username, password, oauth) {
        (_, Some(_), Some((value, _))) => {
            let message = "a login has a password or oauth, not both";
            let problem = Problem::error(value.key_place(), message);
            section.context.report(problem);
            return None;
        }
        (Some(username), Some((_, password)), None) => {
            return login(username, MailAuth::Password(password?));
        }
        (Some(username), None, Some((_, oauth))) => {
            return login(username, MailAuth::OAuth(oauth?));
        }
        (Some(username), None, None) => (username, PASSWORD),
        (None, Some((value, _)), None) | (None, None, Some((value, _))) => {
            (value, "username = \"…\"")
        }
        (None, None, None) => return None,
    };
    let message = format!(
        "`{}` is alone: a login has a username, and a password or oauth",
        value.name()
    );
    let problem = Problem::error(value.key_place(), message).help(format!("add {missing}"));
    section.context.report_absence(problem);
    None
}

fn login(username: Value<'_>, auth: MailAuth) -> Option<MailLogin> {
    Some(MailLogin {
        username: username.string()?.text.to_owned(),
        auth,
    })
}

fn read_oauth(value: Value<'_>) -> Option<MailOAuth> {
    let section = value.section("`oauth`".to_owned(), &OAUTH)?;
    let token_url = section
        .require(
            "token_url",
            "such as token_url = \"https://login.example.org/token\"",
        )
        .and_then(|value| read_token_url(value.string()?));
    let client_id = section
        .require("client_id", "such as client_id = \"fivebells\"")
        .and_then(Value::string);
    let client_secret = read(section.get("client_secret"), Value::secret);
    let refresh_token = read(section.get("refresh_token"), Value::secret);
    if client_secret == Ok(None) && refresh_token == Ok(None) {
        let help = "such as client_secret = { env = \"NAME\" }";
        section.require("client_secret", help);
        return None;
    }
    let scope = read(section.get("scope"), Value::string);
    Some(MailOAuth {
        token_url: token_url?,
        client_id: client_id?.text.to_owned(),
        client_secret: client_secret.ok()?,
        refresh_token: refresh_token.ok()?,
        scope: scope.ok()?.map(|scope| scope.text.to_owned()),
    })
}

/// What need not be there; `Err` where it is and cannot be read.
fn read<'a, T>(
    value: Option<Value<'a>>,
    read: impl Fn(Value<'a>) -> Option<T>,
) -> Result<Option<T>, ()> {
    value.map(|value| read(value).ok_or(())).transpose()
}

fn read_token_url(text: Text<'_>) -> Option<Url> {
    let fault = match Url::parse(text.text) {
        Err(error) => url_fault(error),
        Ok(url) if has_login(&url) => "it holds a user name or password".to_owned(),
        Ok(url) if !is_protected(&url) => {
            "secrets go there: it must be https:, or http: to an address of this machine".to_owned()
        }
        Ok(url) => return Some(url),
    };
    text.error(format!("`token_url` cannot be this: {fault}"));
    None
}

fn is_protected(url: &Url) -> bool {
    match (url.scheme(), url.host()) {
        ("https", Some(_)) => true,
        ("http", Some(url::Host::Ipv4(address))) => address.is_loopback(),
        ("http", Some(url::Host::Ipv6(address))) => address.is_loopback(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::split_address;

    #[test]
    fn servers_as_people_write_them() {
        for (text, host, port) in [
            ("mail.example.org", "mail.example.org", None),
            ("mail.example.org:465", "mail.example.org", Some(465)),
            ("127.0.0.1:2525", "127.0.0.1", Some(2525)),
            ("::1", "::1", None),
            ("[::1]:25", "::1", Some(25)),
            ("[::1]", "::1", None),
        ] {
            let expected = Some((host.to_owned(), port));
            assert_eq!(split_address(text), expected, "{text}");
        }
        for text in [
            "",
            "a b",
            "smtp://mail.example.org",
            "mail:0",
            "mail:65536",
            "mail:x",
            "[a]",
            "me@mail",
        ] {
            assert_eq!(split_address(text), None, "{text}");
        }
    }
}
