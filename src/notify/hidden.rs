//! A receiver's secrets, hidden in what strangers answer.
//!
//! A debug page repeats the request, a proxy the URL, a mail server the login; the answer goes to the
//! log, to `outbox` and to other receivers. So whatever it holds of a secret is hidden there, also
//! percent-encoded, in base64, in hex, or as a string of JSON or HTML.

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD},
};
use url::Url;

use super::{Notifier, PreviewPart, Reaching, ReceiverKind, RenderError, Sending};
use crate::model::{Notice, Outcome, Refusal, Secret};

/// A shorter secret would be found in every other word.
const LEAST_HIDDEN: usize = 4;

/// A segment of a path that is no plain word has at least so many characters.
const LEAST_SEGMENT: usize = 6;

/// What marks the end of an answer that was cut.
const ELLIPSIS: char = '…';

/// The forms in which secrets may come back, the longest first.
#[derive(Debug, Default)]
pub(super) struct Hidden(Vec<String>);

impl Hidden {
    /// The secrets of a receiver, and of the mail servers that it may go through.
    pub(super) fn of(kind: &ReceiverKind, mail: &[Secret]) -> Self {
        let mut hidden = Self::default();
        match kind {
            ReceiverKind::Webhook(webhook) => {
                hidden.url(&webhook.url, webhook.url_is_secret);
                hidden.headers(&webhook.headers);
                webhook
                    .secrets
                    .iter()
                    .for_each(|it| hidden.value(it.expose()));
            }
            ReceiverKind::Preset(preset) => {
                hidden.headers(&preset.headers);
                for value in preset.values.iter().filter(|value| value.is_secret) {
                    hidden.value(value.value.expose());
                }
            }
            ReceiverKind::Email(_) => mail.iter().for_each(|it| hidden.value(it.expose())),
            ReceiverKind::Exec(_) | ReceiverKind::Terminal => {}
        }
        hidden.0.sort_by_key(|form| std::cmp::Reverse(form.len()));
        hidden.0.dedup();
        hidden
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn headers(&mut self, headers: &[(String, Secret)]) {
        for (_, value) in headers {
            self.value(value.expose());
            // `Bearer TOKEN`, `Basic BASE64`.
            let Some((_, word)) = value.expose().split_once(' ') else {
                continue;
            };
            self.value(word);
            let login = STANDARD.decode(word).ok().map(String::from_utf8);
            if let Some(Ok(login)) = login {
                self.value(&login);
                self.value(login.split_once(':').map_or("", |(_, password)| password));
            }
        }
    }

    /// A secret value; where it is a URL, its parts too.
    fn value(&mut self, value: &str) {
        match Url::parse(value) {
            Ok(url) if url.has_host() => self.url(&url, true),
            _ => {}
        }
        self.add(value.trim());
    }

    /// Of a URL the password and the query are always secret, the rest where it came from a secret.
    fn url(&mut self, url: &Url, is_secret: bool) {
        self.add(url.password().unwrap_or_default());
        for (_, value) in url.query_pairs() {
            self.add(&value);
        }
        self.add(url.query().unwrap_or_default());
        if !is_secret {
            return;
        }
        self.add(url.as_str());
        let path = url.path();
        let segments = path.split('/').filter(|segment| is_no_word(segment));
        segments.for_each(|segment| self.add(segment));
        if is_no_word(path) {
            self.add(path);
        }
        self.add(url.host_str().unwrap_or_default());
    }

    fn add(&mut self, secret: &str) {
        if secret.len() >= LEAST_HIDDEN {
            let forms = forms(secret).into_iter();
            self.0
                .extend(forms.filter(|form| form.len() >= LEAST_HIDDEN));
        }
    }

    /// The text without the secrets, also where one was cut off before an ellipsis.
    pub(super) fn hide(&self, text: &str) -> String {
        let hide = |text: String, form: &String| text.replace(form, Secret::HIDDEN);
        let text = self.0.iter().fold(text.to_owned(), hide);
        let pieces: Vec<&str> = text.split(ELLIPSIS).collect();
        let (last, cut) = pieces.split_last().expect("a split has a piece");
        let cut = cut.iter().map(|piece| self.without_end(piece));
        cut.map(|piece| format!("{piece}{ELLIPSIS}"))
            .chain([(*last).to_owned()])
            .collect()
    }

    fn without_end(&self, text: &str) -> String {
        let begun = |form: &String| {
            let ends = form.char_indices().map(|(at, _)| at);
            let mut ends = ends.filter(|at| *at >= LEAST_HIDDEN).rev();
            ends.find(|at| text.ends_with(&form[..*at]))
        };
        match self.0.iter().filter_map(begun).max() {
            Some(length) => text[..text.len() - length].to_owned() + Secret::HIDDEN,
            None => text.to_owned(),
        }
    }

    fn hide_in(&self, outcome: Outcome) -> Outcome {
        match outcome {
            Ok(mut receipt) => {
                receipt.answer = self.hide(&receipt.answer);
                self.hide_refusals(&mut receipt.refused);
                if let Some(detour) = &mut receipt.detour {
                    detour.error.detail = self.hide(&detour.error.detail);
                }
                Ok(receipt)
            }
            Err(mut error) => {
                error.detail = self.hide(&error.detail);
                self.hide_refusals(&mut error.refused);
                Err(error)
            }
        }
    }

    fn hide_refusals(&self, refusals: &mut [Refusal]) {
        for refusal in refusals {
            refusal.answer = self.hide(&refusal.answer);
        }
    }
}

/// Whether a part of a path is more than `hooks` or `services`.
fn is_no_word(part: &str) -> bool {
    let is_mixed = part.contains(|c: char| c.is_ascii_digit() || c.is_ascii_uppercase());
    part.len() >= LEAST_SEGMENT && (is_mixed || part.len() >= 2 * LEAST_SEGMENT)
}

/// A secret as it may come back.
fn forms(secret: &str) -> Vec<String> {
    let json = serde_json::to_string(secret).expect("a string");
    let json = json.trim_matches('"').to_owned();
    let html = secret.replace('&', "&amp;").replace('<', "&lt;");
    let html = html.replace('>', "&gt;");
    let hex: Vec<String> = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
    let hex = hex.concat();
    let mut forms = vec![
        json.replace('/', "\\/"),
        unicode_escaped(&json),
        json,
        html.replace('"', "&quot;").replace('\'', "&#39;"),
        html.replace('"', "&#34;").replace('\'', "&#x27;"),
        html,
        hex.to_uppercase(),
        hex,
        secret.to_owned(),
    ];
    for kept in ["-._~", "-._~/", "-._~!$&'()*+,;=:@/?"] {
        let encoded = percent_encoded(secret, kept);
        forms.extend([encoded.to_lowercase(), encoded.replace("%20", "+"), encoded]);
    }
    forms.extend((0..3).flat_map(|offset| in_base64(secret, offset)));
    forms.sort_unstable();
    forms.dedup();
    forms
}

/// As many libraries write what could end a script.
fn unicode_escaped(json: &str) -> String {
    let escape = |text: String, c: char| text.replace(c, &format!("\\u{:04x}", u32::from(c)));
    ['<', '>', '&', '\'', '=']
        .into_iter()
        .fold(json.to_owned(), escape)
}

fn percent_encoded(text: &str, kept: &str) -> String {
    let encode = |byte: u8| {
        let c = char::from(byte);
        if c.is_ascii_alphanumeric() || kept.contains(c) && c.is_ascii() {
            c.to_string()
        } else {
            format!("%{byte:02X}")
        }
    };
    text.bytes().map(encode).collect::<Vec<_>>().concat()
}

/// The characters of base64 that only the secret decides, where so many bytes stand before it.
fn in_base64(secret: &str, offset: usize) -> Vec<String> {
    let bytes = [&[0; 2][..offset], secret.as_bytes()].concat();
    let from = (offset * 8).div_ceil(6);
    let to = bytes.len() * 8 / 6;
    let decided = |text: String| text.get(from..to).unwrap_or_default().to_owned();
    vec![
        decided(STANDARD_NO_PAD.encode(&bytes)),
        decided(URL_SAFE_NO_PAD.encode(&bytes)),
    ]
}

/// A way to a receiver that does not repeat its secrets.
pub(super) struct Discreet {
    pub(super) inner: Box<dyn Notifier>,
    pub(super) hidden: Hidden,
}

impl Notifier for Discreet {
    fn send<'a>(&'a self, notice: &'a Notice) -> Sending<'a> {
        Box::pin(async move { self.hidden.hide_in(self.inner.send(notice).await) })
    }

    fn close_idle(&self) -> std::pin::Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        self.inner.close_idle()
    }

    fn reach(&self) -> Reaching<'_> {
        Box::pin(async move {
            let reached = self.inner.reach().await?;
            Some(reached.map_err(|mut error| {
                error.detail = self.hidden.hide(&error.detail);
                error
            }))
        })
    }

    fn preview(&self, notice: &Notice) -> Result<Vec<PreviewPart>, RenderError> {
        self.inner.preview(notice)
    }

    fn timeout(&self) -> std::time::Duration {
        self.inner.timeout()
    }
}

#[cfg(test)]
mod tests;
