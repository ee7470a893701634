//! How large a part of a mail is on its way.

/// The longest line of either encoding (RFC 2045 §6.7, §6.8).
const MAX_LINE: usize = 76;

/// How the bytes of a text are written in ASCII.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::notify) enum Transfer {
    /// Best for Latin letters.
    QuotedPrintable,
    /// Best for all others.
    Base64,
}

impl Transfer {
    /// The shorter one, and the most bytes that it takes; lines of `text` end in LF here and in
    /// CRLF on the way.
    pub(in crate::notify) fn of(text: &str) -> (Self, usize) {
        let (quoted, base64) = (quoted_printable(text), base64(text));
        if quoted <= base64 {
            (Self::QuotedPrintable, quoted)
        } else {
            (Self::Base64, base64)
        }
    }
}

fn base64(text: &str) -> usize {
    let breaks = text.bytes().filter(|&byte| byte == b'\n').count();
    let letters = (text.len() + breaks).div_ceil(3) * 4;
    letters + letters.div_ceil(MAX_LINE) * "\r\n".len()
}

fn quoted_printable(text: &str) -> usize {
    text.split('\n').map(quoted_line).sum()
}

fn quoted_line(line: &str) -> usize {
    let quoted: usize = { line.bytes() }
        .map(|byte| match byte {
            b'=' => 3,
            b' ' | b'\t' | b'!'..=b'~' => 1,
            _ => 3,
        })
        .sum();
    // A break comes before a whole `=XX`; white space at a line's end is written so.
    let breaks = quoted.div_ceil(MAX_LINE - 3).saturating_sub(1);
    let last = if line.ends_with([' ', '\t']) { 2 } else { 0 };
    quoted + last + (breaks + 1) * "=\r\n".len()
}
