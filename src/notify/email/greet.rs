//! A session without a mail: does the server take us?

use super::{fault::Fault, server::MailServer};
use crate::{clock::Clock, model::SendError};

impl MailServer {
    /// Its name in the config.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// Where it is, as `host:port`.
    pub fn address(&self) -> String {
        self.0.address()
    }

    /// The address that its mails come from.
    pub fn sender(&self) -> String {
        self.0.from.email.to_string()
    }

    /// Goes as far as a mail's sender, then gives up the transaction: TLS, login and `from` are
    /// right if that is well. No recipient is named and nothing is sent.
    ///
    /// # Errors
    /// What a mail would have met so far.
    pub async fn greet(&self, clock: &dyn Clock) -> Result<(), SendError> {
        self.offer(clock).await.map_err(Fault::into_error)
    }

    async fn offer(&self, clock: &dyn Clock) -> Result<(), Fault> {
        let mut session = self.0.session(clock).await?;
        let offered = session.sender(&self.0.from.email, &[]).await;
        // QUIT gives up an open transaction (RFC 5321 §4.1.1.10).
        session.quit().await;
        offered
    }
}
