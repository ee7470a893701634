//! The login at a mail server: a password, or tokens.

use url::Url;

use crate::{
    config::{
        problem::Problem, schema::OAUTH, section::Section, urls::url_fault, value::Text,
        value::Value, webhooks::has_login,
    },
    notify::{MailAuth, MailLogin, MailOAuth},
};

const PASSWORD: &str = "password = { env = \"NAME\" }";

/// Reads `username` and what proves it.
pub(super) fn read_login(section: &Section<'_>) -> Option<MailLogin> {
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
        "`{}` stands alone: a login has a username, and a password or oauth",
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
