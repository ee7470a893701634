//! One SMTP session (RFC 5321): greeting, EHLO, STARTTLS, AUTH, mails, QUIT.
//!
//! lettre makes the commands and reads the replies; the order, the timeouts and the verdicts are
//! ours, because lettre's own connection (0.11.23) waits for ever on a mute server, fails the whole
//! mail for one refused recipient, and keeps bytes it read before STARTTLS.

use std::{fmt::Display, time::Duration};

use lettre::{
    Address,
    transport::smtp::{
        commands::{Data, Ehlo, Mail, Quit, Rcpt, Starttls},
        extension::{ClientId, Extension, MailBodyParameter, MailParameter, ServerInfo},
        response::Response,
    },
};
use tokio::{
    io::{AsyncWriteExt, BufReader},
    time,
};

use super::{
    address::is_plain,
    fault::{Fault, Phase},
    read_reply::read_reply,
    recipient::{self, Answer, Verdict},
    reply::Reply,
    wire::{Tls, Wire, within},
};

/// How long a server may take to say goodbye.
pub(super) const QUIT_TIMEOUT: Duration = Duration::from_secs(2);

/// Timeouts of a session.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// Of every command.
    pub(super) command: Duration,
    /// Of the answer after the final dot.
    pub(super) data: Duration,
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
    pub(super) server: ServerInfo,
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
        let phase = Phase::Greeting;
        within(phase, limits.command, session.reply(phase)).await?;
        session.hello(client).await?;
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
        self.hello(client).await?;
        Ok(self)
    }

    /// EHLO; HELO where the server does not know that word, and so no extensions (RFC 5321 §3.2).
    async fn hello(&mut self, client: &ClientId) -> Result<(), Fault> {
        self.server = ServerInfo::default();
        match self.command(Phase::Ehlo, Ehlo::new(client.clone())).await {
            Ok(response) => self.server = offers(&response)?,
            Err(fault) if is_unknown(&fault) => self.helo(client).await?,
            Err(fault) => return Err(fault),
        }
        Ok(())
    }

    /// HELO. An LMTP server answers it with 500, as EHLO, and knows LHLO (RFC 2033 §4.1).
    async fn helo(&mut self, client: &ClientId) -> Result<(), Fault> {
        let helo = format!("HELO {client}\r\n");
        let Err(fault) = self.command(Phase::Helo, helo).await else {
            return Ok(());
        };
        let lhlo = format!("LHLO {client}\r\n");
        if is_unknown(&fault) && self.command(Phase::Helo, lhlo).await.is_ok() {
            return Err(Fault::Lmtp);
        }
        Err(fault)
    }

    /// Begins a mail from this sender to these recipients.
    pub(super) async fn sender(&mut self, from: &Address, to: &[Address]) -> Result<(), Fault> {
        let mut extensions = Vec::new();
        let mut addresses = std::iter::once(from).chain(to);
        if let Some(address) = addresses.find(|address| !is_plain(address)) {
            if !self.server.supports_feature(Extension::SmtpUtfEight) {
                return Err(Fault::NoSmtpUtf8(address.to_string()));
            }
            extensions.push(MailParameter::SmtpUtfEight);
            extensions.push(MailParameter::Body(MailBodyParameter::EightBitMime));
        }
        let command = Mail::new(Some(from.clone()), extensions);
        self.command(Phase::Mail, command).await.map(drop)
    }

    /// Hands over one mail. `message` has CRLF line ends, and 8-bit bytes only in its headers.
    pub(super) async fn deliver(
        &mut self,
        from: &Address,
        to: &[Address],
        message: &[u8],
    ) -> Result<Delivery, Fault> {
        self.sender(from, to).await?;
        let mut answers = Vec::with_capacity(to.len());
        for address in to {
            let has_accepted = answers.iter().any(Answer::is_accepted);
            answers.push(self.recipient(from, address, has_accepted).await?);
        }
        let verdicts = recipient::verdicts(answers)?;
        let is_accepted = |verdict: &Verdict| matches!(verdict, Verdict::Accepted);
        let mut taken = None;
        if verdicts.iter().any(is_accepted) {
            self.command(Phase::Data, Data).await?;
            taken = Some(self.content(message).await?);
        }
        Ok(Delivery { verdicts, taken })
    }

    async fn recipient(
        &mut self,
        from: &Address,
        address: &Address,
        has_accepted: bool,
    ) -> Result<Answer, Fault> {
        let rcpt = Rcpt::new(address.clone(), vec![]);
        match self.command(Phase::Rcpt, rcpt).await {
            Ok(_) => Ok(Answer::Accepted),
            // 421: the server closes the connection (RFC 5321 §3.8), nobody gets anything.
            Err(Fault::Refused { reply, .. }) if reply.code != 421 => {
                Ok(Answer::refused(reply, from, has_accepted))
            }
            Err(fault) => Err(fault),
        }
    }

    async fn content(&mut self, message: &[u8]) -> Result<Reply, Fault> {
        let phase = Phase::Content;
        let bytes = stuffed(message);
        within(phase, self.limits.command, self.write(phase, &bytes)).await?;
        let response = within(phase, self.limits.data, self.reply(phase)).await?;
        Ok(Reply::new(&response))
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
    pub(super) async fn command(
        &mut self,
        phase: Phase,
        command: impl Display,
    ) -> Result<Response, Fault> {
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

    async fn reply(&mut self, phase: Phase) -> Result<Response, Fault> {
        read_reply(&mut self.wire, phase).await
    }
}

/// Whether the server does not know the command: the replies of RFC 5321 §4.2.2 about syntax.
fn is_unknown(fault: &Fault) -> bool {
    matches!(fault, Fault::Refused { reply, .. } if (500..=504).contains(&reply.code))
}

/// What the answer to EHLO offers. Its words count in any case (RFC 5321 §4.1.1.1), for lettre
/// (0.11.23) in capitals only; a code alone offers nothing.
fn offers(response: &Response) -> Result<ServerInfo, Fault> {
    if response.first_word().is_none() {
        return Ok(ServerInfo::default());
    }
    // The older form of the offer, which some servers still make: AUTH=LOGIN.
    let capitals = |line: &str| line.to_ascii_uppercase().replacen("AUTH=", "AUTH ", 1);
    let lines = response.message().map(capitals).collect();
    ServerInfo::from_response(&Response::new(response.code(), lines)).map_err(|error| {
        Fault::Protocol {
            phase: Phase::Ehlo,
            detail: error.to_string(),
        }
    })
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

    #[test]
    fn offers_count_in_any_case() {
        for (answer, plain, utf8) in [
            ("250-mx\r\n250-AUTH PLAIN\r\n250 SMTPUTF8\r\n", true, true),
            (
                "250-mx\r\n250-auth login plain\r\n250 smtputf8\r\n",
                true,
                true,
            ),
            ("250-mx\r\n250 Auth=Plain\r\n", true, false),
            ("250-mx\r\n250 AUTH LOGIN\r\n", false, false),
            ("250 \r\n", false, false),
        ] {
            let offered = offers(&answer.parse().unwrap()).unwrap();
            let plain_is = Extension::Authentication(
                lettre::transport::smtp::authentication::Mechanism::Plain,
            );
            assert_eq!(offered.supports_feature(plain_is), plain, "{answer}");
            let utf8_is = Extension::SmtpUtfEight;
            assert_eq!(offered.supports_feature(utf8_is), utf8, "{answer}");
        }
    }
}
