//! What a service is asked before it is sent anything.

use super::{
    PresetPart, Service, answer,
    request::{Rendered, url},
};
use crate::{
    http::{Method, header::CONTENT_TYPE},
    model::SendError,
    notify::hook::{self, Call},
};

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
