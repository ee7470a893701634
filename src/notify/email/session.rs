//! One SMTP session (RFC 5321): greeting, EHLO, STARTTLS, AUTH, mails, QUIT.
//!
//! lettre makes the commands and reads the replies; the order, the timeouts and the verdicts are
//! ours, because lettre's own connection (0.11.23) waits for ever on a mute server, fails the whole
//! mail for one refused recipient, and keeps bytes it read before STARTTLS.

use std::{fmt::Display, io, time::Duration};

use lettre::{
    Address,
    transport::smtp::{
        authentication::{Credentials, Mechanism},
        commands::{Auth, Data, Ehlo, Mail, Quit, Rcpt, Starttls},
        extension::{ClientId, Extension, ServerInfo},
        response::Response,
    },
};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    time,
};

use super::{
    fault::{Fault, Phase, Reply},
    wire::{Tls, Wire, within},
};
use crate::notify::render::clean;

/// The largest reply that is read, as in Postfix (`smtp_response_limit` is 100 kB there).
const MAX_REPLY_BYTES: u64 = 64 * 1024;
/// How much of a reply's text is kept.
const MAX_REPLY_CHARS: usize = 200;
/// How long a server may take to say goodbye.
pub(super) const QUIT_TIMEOUT: Duration = Duration::from_secs(2);
/// How often a server may ask during AUTH: LOGIN asks twice.
const MAX_CHALLENGES: usize = 3;

/// Timeouts of a session.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// Of every command.
    pub(super) command: Duration,
    /// Of the answer after the final dot.
    pub(super) data: Duration,
}

/// What became of one recipient.
#[derive(Debug)]
pub(super) enum Verdict {
    Accepted,
    Deferred(Reply),
    Refused(Reply),
}

/// What became of one mail.
#[derive(Debug)]
pub(super) struct Delivery {
    /// In the order of the recipients.
    pub(super) verdicts: Vec<Verdict>,
    /// The answer after the final dot; `None` if no recipient was left to send it to.
    pub(super) taken: Option<Reply>,
}

/// A connection that has been greeted.
pub(super) struct Session {
    wire: BufReader<Box<dyn Wire>>,
    server: ServerInfo,
    limits: Limits,
}

impl Session {
    /// Greets the server on a fresh connection. With `start_tls` nothing but EHLO is said before
    /// the connection is encrypted.
    pub(super) async fn open(
        wire: Box<dyn Wire>,
        client: &ClientId,
        start_tls: Option<&Tls>,
        limits: Limits,
    ) -> Result<Self, Fault> {
        let mut session = Self {
            wire: BufReader::new(wire),
            server: ServerInfo::default(),
            limits,
        };
        within(
            Phase::Greeting,
            limits.command,
            session.reply(Phase::Greeting),
        )
        .await?;
        session.ehlo(client).await?;
        match start_tls {
            None => Ok(session),
            Some(tls) => session.start_tls(client, tls).await,
        }
    }

    async fn start_tls(mut self, client: &ClientId, tls: &Tls) -> Result<Self, Fault> {
        if !self.server.supports_feature(Extension::StartTls) {
            return Err(Fault::NoStartTls);
        }
        self.command(Phase::StartTls, Starttls).await?;
        if !self.wire.buffer().is_empty() {
            return Err(Fault::Injected);
        }
        let encrypted = tls
            .handshake(self.wire.into_inner(), self.limits.command)
            .await?;
        self.wire = BufReader::new(encrypted);
        self.ehlo(client).await?;
        Ok(self)
    }

    async fn ehlo(&mut self, client: &ClientId) -> Result<(), Fault> {
        let response = self.command(Phase::Ehlo, Ehlo::new(client.clone())).await?;
        self.server = ServerInfo::from_response(&response).map_err(|error| Fault::Protocol {
            phase: Phase::Ehlo,
            detail: error.to_string(),
        })?;
        Ok(())
    }

    /// Logs in with PLAIN, or LOGIN where the server has nothing better.
    pub(super) async fn login(&mut self, credentials: &Credentials) -> Result<(), Fault> {
        let protocol = |error: lettre::transport::smtp::Error| Fault::Protocol {
            phase: Phase::Auth,
            detail: error.to_string(),
        };
        let mechanism = self
            .server
            .get_auth_mechanism(&[Mechanism::Plain, Mechanism::Login])
            .ok_or(Fault::NoMechanism)?;
        let auth = Auth::new(mechanism, credentials.clone(), None).map_err(protocol)?;
        let mut response = self.command(Phase::Auth, auth).await?;
        for _ in 0..MAX_CHALLENGES {
            if !response.has_code(334) {
                return Ok(());
            }
            let auth = Auth::new_from_response(mechanism, credentials.clone(), &response)
                .map_err(protocol)?;
            response = self.command(Phase::Auth, auth).await?;
        }
        Err(Fault::Protocol {
            phase: Phase::Auth,
            detail: format!("more than {MAX_CHALLENGES} challenges"),
        })
    }

    /// Begins a mail from this sender.
    pub(super) async fn sender(&mut self, from: &Address) -> Result<(), Fault> {
        let command = Mail::new(Some(from.clone()), vec![]);
        self.command(Phase::Mail, command).await.map(|_| ())
    }

    /// Hands over one mail. `message` has CRLF line ends and no 8-bit bytes.
    pub(super) async fn deliver(
        &mut self,
        from: &Address,
        to: &[Address],
        message: &[u8],
    ) -> Result<Delivery, Fault> {
        self.sender(from).await?;
        let mut verdicts = Vec::with_capacity(to.len());
        for address in to {
            verdicts.push(self.recipient(address).await?);
        }
        let mut taken = None;
        if verdicts
            .iter()
            .any(|verdict| matches!(verdict, Verdict::Accepted))
        {
            self.command(Phase::Data, Data).await?;
            taken = Some(self.content(message).await?);
        }
        Ok(Delivery { verdicts, taken })
    }

    async fn recipient(&mut self, address: &Address) -> Result<Verdict, Fault> {
        match self
            .command(Phase::Rcpt, Rcpt::new(address.clone(), vec![]))
            .await
        {
            Ok(_) => Ok(Verdict::Accepted),
            // 421: the server closes the connection (RFC 5321 §3.8), nobody gets anything.
            Err(Fault::Refused { reply, .. }) if reply.code != 421 => {
                Ok(if (400..500).contains(&reply.code) {
                    Verdict::Deferred(reply)
                } else if matches!(reply.code, 530 | 534 | 535) {
                    return Err(Fault::Refused {
                        phase: Phase::Auth,
                        reply,
                    });
                } else {
                    Verdict::Refused(reply)
                })
            }
            Err(fault) => Err(fault),
        }
    }

    async fn content(&mut self, message: &[u8]) -> Result<Reply, Fault> {
        let phase = Phase::Content;
        let bytes = stuffed(message);
        within(phase, self.limits.command, self.write(phase, &bytes)).await?;
        let response = within(phase, self.limits.data, self.reply(phase)).await?;
        Ok(in_words(&response))
    }

    /// Says goodbye; whatever comes of it, all that mattered has been answered.
    pub(super) async fn quit(mut self) {
        let phase = Phase::Content;
        let _ = time::timeout(QUIT_TIMEOUT, async {
            self.write(phase, Quit.to_string().as_bytes()).await?;
            self.reply(phase).await
        })
        .await;
    }

    /// One command and its reply, within the limit.
    async fn command(&mut self, phase: Phase, command: impl Display) -> Result<Response, Fault> {
        let line = command.to_string();
        within(phase, self.limits.command, async {
            self.write(phase, line.as_bytes()).await?;
            self.reply(phase).await
        })
        .await
    }

    async fn write(&mut self, phase: Phase, bytes: &[u8]) -> Result<(), Fault> {
        let lost = |source| Fault::Lost { phase, source };
        self.wire.write_all(bytes).await.map_err(lost)?;
        self.wire.flush().await.map_err(lost)
    }

    /// One reply of one or more lines; 4xx and 5xx are [`Fault::Refused`].
    async fn reply(&mut self, phase: Phase) -> Result<Response, Fault> {
        let lost = |source| Fault::Lost { phase, source };
        let mut lines = Vec::new();
        let mut limited = (&mut self.wire).take(MAX_REPLY_BYTES);
        loop {
            let start = lines.len();
            if limited.read_until(b'\n', &mut lines).await.map_err(lost)? == 0 {
                return Err(if limited.limit() == 0 {
                    Fault::Protocol {
                        phase,
                        detail: format!("more than {MAX_REPLY_BYTES} bytes"),
                    }
                } else {
                    lost(io::ErrorKind::UnexpectedEof.into())
                });
            }
            // "250-" goes on, "250 " or a bare "250" ends (RFC 5321 §4.2).
            if lines.get(start + 3) != Some(&b'-') {
                break;
            }
        }
        let text = String::from_utf8_lossy(&lines);
        let response: Response = text.parse().map_err(|_| Fault::Protocol {
            phase,
            detail: format!("{:?}", clean::cut(&clean::squeezed(&text), MAX_REPLY_CHARS)),
        })?;
        if response.is_positive() {
            Ok(response)
        } else {
            let reply = in_words(&response);
            Err(Fault::Refused { phase, reply })
        }
    }
}

fn in_words(response: &Response) -> Reply {
    let text: Vec<&str> = response.message().collect();
    Reply {
        code: response.code().into(),
        text: clean::cut(&clean::squeezed(&text.join(" ")), MAX_REPLY_CHARS),
    }
}

/// The message with leading dots doubled, and the final dot (RFC 5321 §4.5.2).
fn stuffed(message: &[u8]) -> Vec<u8> {
    let mut stuffed = Vec::with_capacity(message.len() + 64);
    for line in message.split_inclusive(|&byte| byte == b'\n') {
        if line.starts_with(b".") {
            stuffed.push(b'.');
        }
        stuffed.extend_from_slice(line);
    }
    if !stuffed.ends_with(b"\r\n") {
        stuffed.extend_from_slice(b"\r\n");
    }
    stuffed.extend_from_slice(b".\r\n");
    stuffed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leading_dots_are_doubled_and_one_dot_ends() {
        for (message, wire) in [
            ("a\r\n", "a\r\n.\r\n"),
            ("a", "a\r\n.\r\n"),
            (".\r\n.b\r\nc.\r\n", "..\r\n..b\r\nc.\r\n.\r\n"),
            ("", "\r\n.\r\n"),
        ] {
            assert_eq!(stuffed(message.as_bytes()), wire.as_bytes());
        }
    }
}
