//! Reads a server's replies from the wire, whatever they end with.

use std::io;

use lettre::transport::smtp::response::Response;
use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt};

use super::{
    fault::{Fault, Phase},
    reply::{MAX_REPLY_CHARS, Reply},
};
use crate::notify::render::clean;

/// The largest reply that is read, as in Postfix (`smtp_response_limit` is 100 kB there).
const MAX_REPLY_BYTES: u64 = 64 * 1024;

/// Reads one reply of one or more lines. One that is not what the phase wants is a fault: 4xx and
/// 5xx [`Fault::Refused`], any other [`Fault::Unexpected`].
pub(super) async fn read_reply(
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

/// What is shown of a reply, or of its fault, for the fuzzer.
#[cfg(any(fuzzing, test))]
#[cfg_attr(test, expect(unreachable_pub, reason = "the fuzzer reaches it"))]
pub fn read_reply_for_fuzzing(mut bytes: &[u8]) -> String {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let runtime = runtime.expect("a runtime without drivers");
    match runtime.block_on(read_reply(&mut bytes, Phase::Mail)) {
        Ok(response) => Reply::new(&response).to_string(),
        Err(fault) => fault.to_string(),
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
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// What the fuzzer looks for, with bytes that are nearly replies.
        #[test]
        fn no_bytes_panic_and_what_is_shown_is_one_short_line(
            text in "([2-5][0-9]{2}[ -]?[ -~\\r]{0,20}\\n?){0,4}",
            rest in prop::collection::vec(any::<u8>(), 0..40),
        ) {
            let bytes = [text.as_bytes(), &rest].concat();
            let shown = read_reply_for_fuzzing(&bytes);
            prop_assert!(shown.chars().count() < 600, "{}", shown);
            prop_assert!(!shown.contains(['\r', '\n']), "{:?}", shown);
        }
    }

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
}
