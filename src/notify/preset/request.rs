//! The request that a preset makes of a notice, and what a service is asked before it.

use url::Url;

use super::{
    PresetError, PresetPart, Service, answer,
    data::Preset,
    names::{Names, Subject, names},
};
use crate::{
    http::{HeaderMap, HeaderName, HeaderValue, Method, header::CONTENT_TYPE},
    model::SendError,
    notify::{
        engine::{Engine, Escape, json},
        hook::{self, Call},
        options::is_json,
        render::{Message, Span, clean},
    },
};

/// How much shorter the text becomes each time the whole body is too long.
const SHRINK: (usize, usize) = (3, 4);
/// With less text than this, it is not the text that makes the body too long.
const LEAST_TEXT: usize = 16;

/// The longest title where the template failed.
const MAX_PLAIN_TITLE_CHARS: usize = 200;

/// A preset with its templates compiled.
#[derive(Debug)]
pub(super) struct Templates {
    url: Engine,
    probe: Option<Engine>,
    headers: Vec<(HeaderName, Engine)>,
    body: Option<Engine>,
    is_json: bool,
}

/// What is sent.
#[derive(Debug)]
pub(super) struct Rendered {
    /// As rendered; [`url`] makes one of it.
    pub(super) url: String,
    /// What is asked before, as rendered.
    pub(super) probe: Option<String>,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

impl Templates {
    pub(super) fn new(preset: &Preset) -> Result<Self, PresetError> {
        let compile = |part: PresetPart, source: &str| {
            Engine::new(source, Escape::Nothing).map_err(|error| part.failed(error))
        };
        let mut headers = Vec::new();
        for (name, value) in &preset.headers {
            let part = PresetPart::Header(name.clone());
            let unusable = || part.clone().wrong("it cannot be the name of a header");
            let name = HeaderName::try_from(name).map_err(|_| unusable())?;
            headers.push((name, compile(part, value)?));
        }
        let body = preset.body.as_deref();
        let types = preset.headers.iter();
        let types = types.map(|(name, value)| (name.as_str(), value.as_str()));
        Ok(Self {
            is_json: body.is_some() && is_json(types),
            url: compile(PresetPart::Url, &preset.url)?,
            probe: preset
                .probe
                .as_deref()
                .map(|probe| compile(PresetPart::Probe, probe))
                .transpose()?,
            headers,
            body: body
                .map(|body| compile(PresetPart::Body, body))
                .transpose()?,
        })
    }

    /// The same bytes for the same subject.
    pub(super) fn render(&self, subject: Subject<'_>) -> Result<Rendered, PresetError> {
        let most = subject.preset.limits.body.unwrap_or(usize::MAX);
        let mut room = most;
        loop {
            let mut names = names(subject, room);
            let body = self.body(&names)?;
            if body.len() <= most {
                if self.is_json {
                    json(&body, "text").map_err(|error| PresetPart::Body.failed(error))?;
                }
                names.body = String::from_utf8_lossy(&body).into_owned();
                return Ok(Rendered {
                    url: self.url(&names)?,
                    probe: self.probe(&names)?,
                    headers: self.headers(&names)?,
                    body,
                });
            }
            if room < LEAST_TEXT {
                let fault = format!("it has {} bytes and may have {most}", body.len());
                return Err(PresetPart::Body.wrong(fault));
            }
            room = room / SHRINK.1 * SHRINK.0;
        }
    }

    fn url(&self, names: &Names<'_>) -> Result<String, PresetError> {
        address(&self.url, PresetPart::Url, names)
    }

    fn probe(&self, names: &Names<'_>) -> Result<Option<String>, PresetError> {
        let probe = self.probe.as_ref();
        probe
            .map(|probe| address(probe, PresetPart::Probe, names))
            .transpose()
    }

    fn headers(&self, names: &Names<'_>) -> Result<HeaderMap, PresetError> {
        let mut headers = HeaderMap::new();
        if self.body.is_some() {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        for (name, engine) in &self.headers {
            let part = || PresetPart::Header(name.to_string());
            let value = engine.render(names).map_err(|error| part().failed(error))?;
            if value.is_empty() {
                continue;
            }
            let value = HeaderValue::from_bytes(&value)
                .map_err(|_| part().wrong("it holds what a header cannot"))?;
            headers.insert(name.clone(), value);
        }
        Ok(headers)
    }

    fn body(&self, names: &Names<'_>) -> Result<Vec<u8>, PresetError> {
        let Some(body) = &self.body else {
            return Ok(Vec::new());
        };
        body.render(names)
            .map_err(|error| PresetPart::Body.failed(error))
    }
}

impl Rendered {
    /// Whether its URLs are URLs.
    pub(super) fn check(&self) -> Result<(), PresetError> {
        url(&self.url, PresetPart::Url)?;
        let probe = self.probe.as_deref();
        probe.map_or(Ok(()), |probe| url(probe, PresetPart::Probe).map(drop))
    }
}

/// The URL of a request. Its fault is reported without it: it may be secret.
pub(super) fn url(rendered: &str, part: PresetPart) -> Result<Url, PresetError> {
    match Url::parse(rendered.trim()) {
        Ok(url) if matches!(url.scheme(), "http" | "https") => Ok(url),
        Ok(_) => Err(part.wrong("what it makes is not an http: or https: URL")),
        Err(error) => Err(part.wrong(format!("what it makes is not a URL: {error}"))),
    }
}

/// The same in one sentence, with why: for a template that cannot say it otherwise.
pub(super) fn in_plain_words(message: Message, note: String) -> Message {
    let line = |text: String, link: Option<String>| {
        vec![Span {
            text: clean::line(&text),
            is_bold: false,
            link,
        }]
    };
    let story = message.link.map(|link| line(link.clone(), Some(link)));
    Message {
        title: clean::cut(&message.title, MAX_PLAIN_TITLE_CHARS),
        link: None,
        tags: vec!["fivebells".to_owned()],
        priority: message.priority,
        lines: [line(note, None)].into_iter().chain(story).collect(),
    }
}

fn address(engine: &Engine, part: PresetPart, names: &Names<'_>) -> Result<String, PresetError> {
    let made = engine
        .render(names)
        .map_err(|error| part.clone().failed(error))?;
    String::from_utf8(made).map_err(|_| part.wrong("it is not UTF-8"))
}

impl Service {
    /// Asks whether a message would reach anybody. An answer that does not say hinders nothing: what
    /// it means for the message, the answer to that says too.
    ///
    /// # Errors
    /// What hinders the message: no answer, or one for which the preset's `unread` holds.
    pub(super) async fn ask_before(
        &self,
        rendered: &Rendered,
        shown: &Rendered,
    ) -> Result<(), SendError> {
        let Some(probe) = &rendered.probe else {
            return Ok(());
        };
        let mut headers = rendered.headers.clone();
        headers.remove(CONTENT_TYPE);
        headers.extend(self.headers.clone());
        let call = Call {
            method: Method::GET,
            url: url(probe, PresetPart::Probe).map_err(hook::unrendered)?,
            is_secret: rendered.probe != shown.probe,
            headers,
            body: None,
        };
        let outcome = match self.caller.send(call).await {
            Err(outcome) => outcome.map(drop),
            Ok(response) => answer::read_probe(&self.preset, &response),
        };
        outcome.map_err(|error| SendError {
            detail: self.without_secrets(error.detail),
            ..error
        })
    }
}
