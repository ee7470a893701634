//! Services: Slack, Telegram, ntfy and whatever else takes a message by one HTTP request.
//!
//! A service is data ([`Preset`]): a template for each part of the request, limits, and expressions
//! over the answer. No code here knows a service by name but [`Markup`], which is how a service
//! reads text, and thus how a stranger's text is kept from being read as markup or as a mention.
//!
//! **In:** a [`Notice`]. **Out:** the same request on every attempt. Where the service has a place
//! for it, the notice's key goes along, so that it drops a repeat.

mod answer;
mod check;
mod data;
mod fit;
mod markup;
mod names;
mod request;

use std::{fmt, sync::Arc, time::Duration};

use bytes::Bytes;
use jiff::{Timestamp, tz::TimeZone};

use self::{
    names::{Subject, Values},
    request::{Rendered, Templates, in_plain_words, url},
};
use super::{
    Notifier, NotifyContext, PresetOptions, PreviewPart, Reaching, RenderError, Sending,
    TemplateError,
    hook::{self, Call, Caller},
    render::{self, Message},
};
use crate::{
    clock::Clock,
    http::HeaderMap,
    model::{Notice, Outcome, Secret, SendError},
};

pub use check::check_preset;
pub use data::{BUILTIN_PRESETS, Grade, Limits, Parameter, Preset};
pub use fit::Unit;
pub use markup::Markup;

/// Headers of a receiver's own that a preset's request does not take.
const RESERVED: [&str; 4] = ["content-length", "transfer-encoding", "connection", "host"];
/// A secret shorter than this could stand in an answer by chance.
const LEAST_HIDDEN: usize = 6;

/// A part of a preset that can be wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PresetPart {
    /// `url`.
    Url,
    /// `body`.
    Body,
    /// One of `headers`.
    Header(String),
    /// One of `parameters`.
    Parameter(String),
    /// `probe`.
    Probe,
    /// One of [`Preset::expressions`].
    Expression(&'static str),
}

impl PresetPart {
    fn failed(self, error: TemplateError) -> PresetError {
        PresetError { part: self, error }
    }

    fn wrong(self, fault: impl Into<String>) -> PresetError {
        self.failed(TemplateError {
            message: fault.into(),
            line: None,
            range: None,
        })
    }
}

impl fmt::Display for PresetPart {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Url => formatter.write_str("`url`"),
            Self::Body => formatter.write_str("`body`"),
            Self::Header(name) => write!(formatter, "the header {name:?}"),
            Self::Parameter(name) => write!(formatter, "the parameter {name:?}"),
            Self::Probe => formatter.write_str("`probe`"),
            Self::Expression(name) => write!(formatter, "`{name}`"),
        }
    }
}

/// A preset that does not work.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{part}: {error}")]
pub struct PresetError {
    /// Which part.
    pub part: PresetPart,
    /// What is wrong with it, and where in it.
    pub error: TemplateError,
}

/// A receiver of a service.
pub(super) struct Service {
    preset: Arc<Preset>,
    templates: Templates,
    options: PresetOptions,
    headers: HeaderMap,
    caller: Caller,
    timezone: TimeZone,
    clock: Arc<dyn Clock>,
}

impl Service {
    pub(super) fn new(
        options: &PresetOptions,
        context: &NotifyContext,
    ) -> Result<Self, PresetError> {
        let mut headers = HeaderMap::new();
        for (name, value) in &options.headers {
            let part = PresetPart::Header(name.clone());
            let (name, value) = hook::header(name, value, &RESERVED)
                .ok_or_else(|| part.wrong("it cannot be set"))?;
            headers.insert(name, value);
        }
        Ok(Self {
            preset: Arc::clone(&options.preset),
            templates: Templates::new(&options.preset)?,
            options: options.clone(),
            headers,
            caller: Caller::new(context, options.allow_private, options.timeout),
            timezone: context.timezone.clone(),
            clock: Arc::clone(&context.clock),
        })
    }

    async fn post(&self, notice: &Notice) -> Outcome {
        let now = self.clock.now();
        let made = self.render(notice, true, now).map_err(hook::unrendered)?;
        let (rendered, fault) = made;
        let (shown, _) = self.render(notice, false, now).map_err(hook::unrendered)?;
        self.ask_before(&rendered, &shown).await?;
        let url = url(&rendered.url, PresetPart::Url).map_err(hook::unrendered)?;
        let is_secret = rendered.url != shown.url;
        let shown_url = (!is_secret).then(|| url.clone());
        let mut headers = rendered.headers;
        headers.extend(self.headers.clone());
        let call = Call {
            method: self.preset.method.into(),
            url,
            is_secret,
            headers,
            body: (!rendered.body.is_empty()).then(|| Bytes::from(rendered.body)),
        };
        let outcome = match self.caller.send(call).await {
            Err(outcome) => outcome,
            Ok(response) => {
                let now = self.clock.now();
                answer::read(&self.preset, &response, shown_url.as_ref(), now)
            }
        };
        let outcome = outcome.map_err(|mut error| {
            error.detail = self.without_secrets(error.detail);
            error
        });
        hook::with_fault(outcome, fault.as_ref())
    }

    /// Connects to where a notice would go.
    async fn connect(&self) -> Result<(), SendError> {
        let now = self.clock.now();
        let notice = super::sample_notice(now);
        let (real, _) = self.render(&notice, true, now).map_err(hook::unrendered)?;
        let (shown, _) = self.render(&notice, false, now).map_err(hook::unrendered)?;
        let url = url(&real.url, PresetPart::Url).map_err(hook::unrendered)?;
        self.caller.reach(&url, real.url != shown.url).await
    }

    /// A service may repeat in its answer what it was sent.
    fn without_secrets(&self, text: String) -> String {
        let secrets = self.options.values.iter().filter(|value| value.is_secret);
        let secrets = secrets.map(|value| value.value.expose());
        secrets
            .filter(|secret| secret.len() >= LEAST_HIDDEN)
            .fold(text, |text, secret| text.replace(secret, Secret::HIDDEN))
    }

    /// What is sent; and why in plain words, where a template fails on this notice.
    fn render(
        &self,
        notice: &Notice,
        is_real: bool,
        now: Timestamp,
    ) -> Result<(Rendered, Option<TemplateError>), PresetError> {
        let values = self.options.shown(is_real);
        let message = render::message(notice, &self.timezone);
        let made = |message: &Message| {
            self.templates.render(Subject {
                preset: &self.preset,
                values: &values,
                notice,
                message,
                now,
            })
        };
        let fault = match made(&message) {
            Ok(rendered) => return Ok((rendered, None)),
            Err(fault) => fault,
        };
        // It is read by those the service shows it to.
        let error = TemplateError {
            message: self.without_secrets(fault.to_string()),
            ..fault.error.clone()
        };
        let plain = made(&in_plain_words(message, error.note()));
        plain
            .map(|rendered| (rendered, Some(error)))
            .map_err(|_| fault)
    }

    /// The headers as they are sent, the secret ones marked so.
    fn marked_headers(&self, real: HeaderMap, shown: &HeaderMap) -> HeaderMap {
        let mut headers = real;
        for (name, value) in &mut headers {
            value.set_sensitive(shown.get(name) != Some(value));
        }
        headers.extend(self.headers.clone());
        headers
    }
}

impl PresetOptions {
    /// The URL of its requests, to see whether it is one.
    ///
    /// # Errors
    /// [`PresetError`], which does not show it.
    pub fn check_url(&self) -> Result<(), PresetError> {
        let templates = Templates::new(&self.preset)?;
        let notice = super::sample_notice(Timestamp::UNIX_EPOCH);
        let message = render::message(&notice, &TimeZone::UTC);
        let rendered = templates.render(Subject {
            preset: &self.preset,
            values: &self.shown(true),
            notice: &notice,
            message: &message,
            now: notice.timestamp,
        })?;
        rendered.check()
    }

    /// The parameters; those from secrets as they are or hidden.
    fn shown(&self, is_real: bool) -> Values<'_> {
        let mut values: Values<'_> = self
            .preset
            .parameters
            .iter()
            .map(|parameter| (parameter.name.as_str(), parameter.default.as_deref()))
            .collect();
        for given in &self.values {
            let value = if given.is_secret && !is_real {
                Secret::HIDDEN
            } else {
                given.value.expose()
            };
            values.insert(&given.name, Some(value));
        }
        values
    }
}

impl Notifier for Service {
    fn send<'a>(&'a self, notice: &'a Notice) -> Sending<'a> {
        Box::pin(self.post(notice))
    }

    fn reach(&self) -> Reaching<'_> {
        Box::pin(async { Some(self.connect().await) })
    }

    fn preview(&self, notice: &Notice) -> Result<Vec<PreviewPart>, RenderError> {
        let now = self.clock.now();
        let (real, _) = self.render(notice, true, now)?;
        let (shown, _) = self.render(notice, false, now)?;
        let url = match shown.url.as_str() {
            "" => Secret::HIDDEN.to_owned(),
            url => url.replace("%3Chidden%3E", Secret::HIDDEN),
        };
        let mut headers = format!("{} {url}\n", self.preset.method);
        hook::show_headers(
            &mut headers,
            &self.marked_headers(real.headers, &shown.headers),
        );
        Ok(hook::preview(headers, &shown.body))
    }

    fn timeout(&self) -> Duration {
        let requests = if self.preset.probe.is_some() { 2 } else { 1 };
        self.caller.timeout() * requests
    }
}
