//! `[mail]` and `[mail.NAME]`.

use super::Writer;
use crate::{
    config::quote::quoted,
    model::Secret,
    notify::{MailAuth, MailOAuth, MailOptions},
};

impl Writer {
    pub(super) fn mail(&mut self, mail: &MailOptions) {
        match mail.name.as_str() {
            MailOptions::MAIN => self.line("\n[mail]"),
            name => self.header("mail", name),
        }
        let host = if mail.host.contains(':') {
            format!("[{}]", mail.host)
        } else {
            mail.host.clone()
        };
        self.string("server", &format!("{host}:{}", mail.port));
        self.string("security", mail.security.as_str());
        if let Some(login) = &mail.login {
            self.string("username", &login.username);
            match &login.auth {
                MailAuth::Password(_) => self.string("password", Secret::HIDDEN),
                MailAuth::OAuth(oauth) => self.value("oauth", &as_written(oauth)),
            }
        }
        self.string("from", &mail.from);
        if let Some(hello) = &mail.hello {
            self.string("hello", hello);
        }
        if let Some(path) = &mail.ca_file {
            self.path("ca_file", path);
        }
        self.duration("timeout", mail.timeout);
        if let Some(fallback) = &mail.fallback {
            self.string("fallback", fallback);
        }
    }
}

fn as_written(oauth: &MailOAuth) -> String {
    let hidden = |secret: &Option<Secret>| secret.as_ref().map(|_| Secret::HIDDEN);
    let entries = [
        ("token_url", Some(oauth.token_url.as_str())),
        ("client_id", Some(oauth.client_id.as_str())),
        ("client_secret", hidden(&oauth.client_secret)),
        ("refresh_token", hidden(&oauth.refresh_token)),
        ("scope", oauth.scope.as_deref()),
    ];
    let entries = entries
        .into_iter()
        .filter_map(|(name, value)| Some(format!("{name} = {}", quoted(value?))));
    format!("{{ {} }}", entries.collect::<Vec<_>>().join(", "))
}
