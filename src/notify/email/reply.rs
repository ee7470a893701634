//! A server's replies: read, brought into one form, and what their codes say.

use std::{fmt, io};

use lettre::transport::smtp::response::Response;
use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt};

use super::fault::{Fault, Phase};
use crate::notify::render::clean;

/// The largest reply that is read, as in Postfix (`smtp_response_limit` is 100 kB there).
const MAX_REPLY_BYTES: u64 = 64 * 1024;
/// How much of a reply's text is kept.
const MAX_REPLY_CHARS: usize = 200;

/// A server's reply: its code and its text on one clean line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reply {
    pub(super) code: u16,
    pub(super) text: String,
}

impl Reply {
    pub(super) fn new(response: &Response) -> Self {
        let text: Vec<&str> = response.message().collect();
        Self {
            code: response.code().into(),
            text: clean::cut(&clean::squeezed(&text.join(" ")), MAX_REPLY_CHARS),
        }
    }

    /// Subject and detail of the enhanced status (RFC 3463), such as `[1, 1]` of `5.1.1`. It
    /// stands first (RFC 2034 §4); qmail writes `(#5.1.1)` at the end.
    pub(super) fn status(&self) -> Option<[u16; 2]> {
        let mut words = self.text.split_whitespace();
        let first = words.next()?;
        status(first).or_else(|| words.filter(|word| word.contains('#')).find_map(status))
    }
}

fn status(word: &str) -> Option<[u16; 2]> {
    let word = word.trim_matches(|edge: char| !edge.is_ascii_digit());
    let mut parts = word.split('.').map(|part| part.parse::<u16>().ok());
    match [parts.next(), parts.next(), parts.next(), parts.next()] {
        [Some(Some(2 | 4 | 5)), Some(subject), Some(detail), None] => Some([subject?, detail?]),
        _ => None,
    }
}

impl fmt::Display for Reply {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.text.as_str() {
            "" => write!(formatter, "{}", self.code),
            text => write!(formatter, "{} {text}", self.code),
        }
    }
}

/// Reads one reply of one or more lines. One that is not what the phase wants is a fault: 4xx and
/// 5xx [`Fault::Refused`], any other [`Fault::Unexpected`].
pub(super) async fn read(
    wire: &mut (impl AsyncBufRead + Unpin),
    phase: Phase,
) -> Result<Response, Fault> {
    let lost = |source| Fault::Lost { phase, source };
    let mut lines = Vec::new();
    let mut limited = wire.take(MAX_REPLY_BYTES);
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
    let response = parsed(&text).ok_or_else(|| Fault::Protocol {
        phase,
        detail: format!("{:?}", clean::cut(&clean::squeezed(&text), MAX_REPLY_CHARS)),
    })?;
    let reply = Reply::new(&response);
    if phase.takes(reply.code) {
        Ok(response)
    } else if response.is_positive() {
        Err(Fault::Unexpected { phase, reply })
    } else {
        Err(Fault::Refused { phase, reply })
    }
}

/// lettre (0.11.23) wants a space after the last code, which a server may leave out, and one code
/// on all lines; a client looks for the last line and passes over those before it (RFC 5321
/// §4.2.1).
fn parsed(text: &str) -> Option<Response> {
    let code = text.lines().next_back()?.get(..3)?;
    let mut lines = text.lines().peekable();
    let mut whole = String::with_capacity(text.len() + 8);
    while let Some(line) = lines.next() {
        let (mark, rest) = match (lines.peek(), line.get(3..)?) {
            (Some(_), rest) => ("-", rest.strip_prefix('-')?),
            (None, "") => (" ", ""),
            (None, rest) => (" ", rest.strip_prefix(' ')?),
        };
        whole.extend([code, mark, rest, "\r\n"]);
    }
    whole.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> Option<String> {
        parsed(text).map(|response| Reply::new(&response).to_string())
    }

    #[test]
    fn replies_as_servers_write_them() {
        for (text, reply) in [
            ("250 2.1.0 ok\r\n", "250 2.1.0 ok"),
            ("250\r\n", "250"),
            ("250 \r\n", "250"),
            ("250-a\r\n250-b\r\n250\r\n", "250 a b"),
            ("250-\r\n250 b\r\n", "250 b"),
            ("250 a\n", "250 a"),
            ("550-5.1.1 no\r\n551 nobody\r\n", "551 5.1.1 no nobody"),
            ("250 \u{fffd} é\r\n", "250 \u{fffd} é"),
        ] {
            assert_eq!(said(text).as_deref(), Some(reply), "{text:?}");
        }
        for text in [
            "",
            "\r\n",
            "25\r\n",
            "250ok\r\n",
            "HTTP/1.1 400 Bad Request\r\n",
            "650 what\r\n",
            "é50 x\r\n",
        ] {
            assert_eq!(said(text), None, "{text:?}");
        }
    }

    #[test]
    fn the_enhanced_status_where_there_is_one() {
        for (text, status) in [
            ("5.1.1 nobody", Some([1, 1])),
            ("5.7.708: no", Some([7, 708])),
            (
                "sorry, no mailbox here by that name. (#5.1.1)",
                Some([1, 1]),
            ),
            ("no such user", None),
            ("127.0.0.1 is not welcome", None),
            ("see 5.1.1 of the manual", None),
            ("9.1.1 what", None),
            ("", None),
        ] {
            let text = text.to_owned();
            let reply = Reply { code: 550, text };
            assert_eq!(reply.status(), status, "{reply}");
        }
    }
}
