//! AUTH: with a password, or with a token.

use lettre::transport::smtp::{
    authentication::{Credentials, Mechanism},
    commands::Auth,
};

use super::{
    fault::{Fault, Phase},
    session::Session,
};

/// How often a server may ask during AUTH: LOGIN asks twice.
const MAX_CHALLENGES: usize = 3;

impl Session {
    /// Logs in with PLAIN, or LOGIN where the server has nothing better.
    pub(super) async fn login(&mut self, credentials: &Credentials) -> Result<(), Fault> {
        let mechanism = self
            .server
            .get_auth_mechanism(&[Mechanism::Plain, Mechanism::Login])
            .ok_or(Fault::NoMechanism("AUTH PLAIN and no AUTH LOGIN"))?;
        let auth =
            Auth::new(mechanism, credentials.clone(), None).map_err(|error| protocol(&error))?;
        let mut response = self.command(Phase::Auth, auth).await?;
        for _ in 0..MAX_CHALLENGES {
            if !response.has_code(334) {
                return Ok(());
            }
            let auth = Auth::new_from_response(mechanism, credentials.clone(), &response)
                .map_err(|error| protocol(&error))?;
            response = self.command(Phase::Auth, auth).await?;
        }
        Err(Fault::Protocol {
            phase: Phase::Auth,
            detail: format!("more than {MAX_CHALLENGES} challenges"),
        })
    }

    /// Logs in with XOAUTH2, whose password is a token.
    pub(super) async fn login_with_token(&mut self, token: Credentials) -> Result<(), Fault> {
        if !self.server.supports_auth_mechanism(Mechanism::Xoauth2) {
            return Err(Fault::NoMechanism("AUTH XOAUTH2"));
        }
        let auth = Auth::new(Mechanism::Xoauth2, token, None).map_err(|error| protocol(&error))?;
        let response = self.command(Phase::Auth, auth).await?;
        if !response.has_code(334) {
            return Ok(());
        }
        // Gmail says why in a question; the refusal comes after an empty answer to it.
        let response = self.command(Phase::Auth, "\r\n").await?;
        Err(Fault::Protocol {
            phase: Phase::Auth,
            detail: format!("{} after a refusal", response.code()),
        })
    }
}

fn protocol(error: &lettre::transport::smtp::Error) -> Fault {
    Fault::Protocol {
        phase: Phase::Auth,
        detail: error.to_string(),
    }
}
