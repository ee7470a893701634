//! The keys of `[feed.NAME]` that say how it is reached, and what is shown there.

use url::Url;

use super::{
    environment::Secrets,
    headers::{fits_a_header, read_headers, refusal},
    problem::Problem,
    section::Section,
    settings::read_ca_file,
    urls::read_proxy_or_none,
    value::Value,
};
use crate::{
    http,
    model::{Access, ClientCertificate, Login, Proxy, Secret, Transport},
};

/// Reads a feed's access; `default` is the proxy of `[poll]`.
pub(super) fn read_access(section: &Section<'_>, default: Option<&Proxy>) -> Access {
    let headers = section
        .get("headers")
        .and_then(|headers| read_headers(headers, refusal));
    let login = read_login(section);
    let headers = headers.unwrap_or_default();
    if login.is_some()
        && let Some(value) = section.get("headers")
        && headers
            .iter()
            .any(|(name, _)| name.eq_ignore_ascii_case("authorization"))
    {
        value.error("the feed has a login, which is sent as Authorization");
    }
    let proxy = match section.get("proxy") {
        Some(value) => read_proxy_or_none(value),
        None => default.cloned(),
    };
    Access {
        headers,
        login,
        transport: Transport {
            ca_file: section.get("ca_file").and_then(read_ca_file),
            certificate: read_certificate(section, proxy.as_ref()),
            proxy,
            http2: section.boolean("http2").unwrap_or(true),
        },
    }
}

/// Reports what is of no use, or of no good, with the feed's URL.
pub(super) fn check_access(section: &Section<'_>, url: &Url, access: &Access) {
    const KEYS: [&str; 9] = [
        "headers",
        "username",
        "password",
        "bearer",
        "client_cert",
        "client_key",
        "ca_file",
        "proxy",
        "http2",
    ];
    if url.scheme() == "file" {
        for value in KEYS.into_iter().filter_map(|key| section.get(key)) {
            let message = format!(
                "`{}` is of use to an http: or https: feed only",
                value.name()
            );
            section
                .context
                .report(Problem::error(value.key_place(), message));
        }
    }
    if url.scheme() != "http" {
        return;
    }
    if let Some(value) = section.get("client_cert") {
        value.error("only an https: feed can ask for a certificate");
    }
    let secret = ["headers", "password", "bearer"];
    if access.has_credentials()
        && !is_on_this_machine(url)
        && let Some(value) = secret.into_iter().find_map(|key| section.get(key))
    {
        let message = format!("`{}` crosses the network unprotected", value.name());
        let help = "use the feed's https: URL, if it has one";
        let problem = Problem::warning(value.key_place(), message).help(help);
        section.context.report(problem);
    }
}

fn is_on_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

fn read_login(section: &Section<'_>) -> Option<Login> {
    let [username, password, bearer] =
        ["username", "password", "bearer"].map(|key| section.get(key));
    if let (Some(bearer), Some(other)) = (bearer, username.or(password)) {
        let problem = Problem::error(
            bearer.key_place(),
            "`bearer` takes the place of a username and password",
        )
        .related(other.key_place(), "the other login");
        section.context.report(problem);
        return None;
    }
    if let Some(bearer) = bearer {
        return read_token(bearer).map(Login::Bearer);
    }
    let (lonely, missing) = match (username, password) {
        (Some(username), Some(password)) => return read_basic(username, password),
        (Some(username), None) => (username, "password = { env = \"NAME\" }"),
        (None, Some(password)) => {
            // Its own faults are worth knowing too.
            let _ = password.secret();
            (password, "username = \"…\"")
        }
        (None, None) => return None,
    };
    let message = format!(
        "`{}` is alone: a login has a username and a password",
        lonely.name()
    );
    let problem = Problem::error(lonely.key_place(), message).help(format!("add {missing}"));
    section.context.report_absence(problem);
    None
}

fn read_token(value: Value<'_>) -> Option<Secret> {
    let token = value.secret()?;
    let is_token = fits_a_header(&token) && !token.expose().contains([' ', '\t']);
    if !is_token {
        value.error("the secret of `bearer` is no token: it holds a space or more than a line");
    }
    is_token.then_some(token)
}

/// RFC 7617 §2: no colon in the name, no control character in either.
fn read_basic(username: Value<'_>, password: Value<'_>) -> Option<Login> {
    let name = username.string();
    let secret = password.secret()?;
    let name = name?.text;
    if name.contains(':') || name.contains(char::is_control) {
        username.error("a username holds neither a colon nor control characters");
        return None;
    }
    if secret.expose().contains(char::is_control) {
        password.error("the secret of `password` holds control characters");
        return None;
    }
    Some(Login::Basic {
        username: name.to_owned(),
        password: secret,
    })
}

fn read_certificate(section: &Section<'_>, proxy: Option<&Proxy>) -> Option<ClientCertificate> {
    let key = section.get("client_key");
    let Some(certificate) = section.get("client_cert") else {
        if let Some(key) = key {
            let message = "`client_key` is the key of a `client_cert`, which is not there";
            let problem = Problem::error(key.key_place(), message);
            section.context.report_absence(problem);
        }
        return None;
    };
    let file = certificate.path()?;
    let key = match key {
        Some(key) => key.path()?,
        None => file.clone(),
    };
    let read = ClientCertificate {
        certificate: file,
        key,
    };
    if section.context.environment.secrets() == Secrets::None {
        return Some(read);
    }
    if let Err(error) = http::check_certificate(&read) {
        certificate.error(error.to_string());
        return None;
    }
    if proxy.is_some_and(|proxy| proxy.url.scheme() == "https") {
        let help = "reach the proxy over http:, socks5: or socks5h:, or write proxy = \"none\"";
        let message = "an https: proxy could ask for the certificate that is the feed's alone";
        certificate.error_with(message, help);
        return None;
    }
    Some(read)
}
