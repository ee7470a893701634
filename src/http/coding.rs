//! Content codings (RFC 9110 §8.4): bytes as sent to bytes as meant.
//!
//! Done here and not in the HTTP library, which stops after the first member of a gzip body,
//! leaves `x-gzip` and stacked codings as they are, refuses raw deflate, and knows no limit. The
//! memory used is bounded: every layer's output counts against the same limit, and the windows
//! are held to what HTTP allows (brotli 16 MiB, zstd 8 MiB).

use std::{
    borrow::Cow,
    fmt,
    io::{self, Read},
};

use brotli_decompressor::{BrotliDecompressStream, BrotliResult, BrotliState, StandardAlloc};
use flate2::bufread::{DeflateDecoder, GzDecoder, ZlibDecoder};
use reqwest::header::{CONTENT_ENCODING, HeaderMap};

/// What every request says it takes.
pub(super) const ACCEPT_ENCODING: &str = "gzip, deflate, br, zstd";

/// Codings on top of each other. Two are a server that compresses what is already compressed;
/// more are an attack.
pub(super) const MAX_CODINGS: usize = 4;

/// Members of one gzip body. A member costs a fresh inflate state however short it is.
const MAX_GZIP_MEMBERS: usize = 4_096;

/// How much of the name of a coding that we don't know is shown.
const MAX_CODING_CHARS: usize = 32;

/// RFC 9659: a decoder for HTTP supports, and may insist on, a window of at most 8 MiB.
const MAX_ZSTD_WINDOW_LOG: u32 = 23;

/// What can go wrong between the bytes as sent and the bytes as meant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// Longer than the limit, before or after decoding.
    #[error("body is larger than {limit} bytes")]
    TooLarge {
        /// The limit.
        limit: u64,
    },
    /// The coded stream has no end.
    #[error("{coding} body ends early")]
    Truncated {
        /// Which coding.
        coding: String,
    },
    /// Neither in this coding nor plain text.
    #[error("body is not the {coding} that it claims to be")]
    Corrupt {
        /// Which coding.
        coding: String,
    },
    /// More than a server has reason to.
    #[error("body claims {count} content codings on top of each other, more than {MAX_CODINGS}")]
    TooManyCodings {
        /// How many.
        count: usize,
    },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Coding {
    Gzip,
    Deflate,
    Brotli,
    Zstd,
    Unknown(String),
}

impl fmt::Display for Coding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Gzip => formatter.write_str("gzip"),
            Self::Deflate => formatter.write_str("deflate"),
            Self::Brotli => formatter.write_str("br"),
            Self::Zstd => formatter.write_str("zstd"),
            Self::Unknown(name) => write!(formatter, "{name:?}"),
        }
    }
}

/// Undoes every content coding that the headers name, and what they forget to.
pub(super) fn decode(
    headers: &HeaderMap,
    raw: Vec<u8>,
    limit: u64,
) -> Result<Vec<u8>, DecodeError> {
    let codings = codings(headers)?;
    if codings.is_empty() && !is_disguised(&raw) {
        return Ok(raw);
    }
    undo_all(&codings, &raw, limit)
}

/// [`decode`], for the fuzzer: `named` is the value of Content-Encoding.
///
/// # Errors
/// As for every body.
#[cfg(fuzzing)]
pub fn decode_for_fuzzing(named: &str, raw: Vec<u8>, limit: u64) -> Result<Vec<u8>, DecodeError> {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_ENCODING, named.parse().expect("a header's value"));
    decode(&headers, raw, limit)
}

/// Whether a body may be coded although no header says so.
pub(super) fn is_disguised(body: &[u8]) -> bool {
    coding_by_magic(body).is_some() || !reads_as_text(body)
}

/// The coding that a body's first bytes give away; no text begins so. Brotli has no sign.
fn coding_by_magic(body: &[u8]) -> Option<Coding> {
    match body {
        [0x1f, 0x8b, 0x08, ..] => Some(Coding::Gzip),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Some(Coding::Zstd),
        // RFC 1950 §2.2: deflate with a window of 32 KiB, and the check of both bytes.
        [0x78, 0x01 | 0x5e | 0x9c | 0xda, ..] => Some(Coding::Deflate),
        _ => None,
    }
}

/// Undoes these, the outermost first, and then what no header named: servers serve `.gz` files as
/// they are, and compress what was compressed. No layer may be longer than `limit` bytes.
///
/// What fails to decode but reads as text was never coded: it is taken as it is.
pub(super) fn undo_all(codings: &[Coding], raw: &[u8], limit: u64) -> Result<Vec<u8>, DecodeError> {
    let mut body = undo_named(codings, raw, limit)?;
    for _ in codings.len()..MAX_CODINGS {
        match coding_by_magic(&body) {
            Some(coding) => body = undo_named(&[coding], &body, limit)?,
            None => break,
        }
    }
    if codings.is_empty()
        && !reads_as_text(&body)
        && let Ok(text) = unbrotli(&body, limit)
        && text.trim_ascii_start().starts_with(b"<")
        && reads_as_text(&text)
    {
        body = text;
    }
    Ok(body)
}

fn undo_named(codings: &[Coding], raw: &[u8], limit: u64) -> Result<Vec<u8>, DecodeError> {
    let body = codings
        .iter()
        .rev()
        .try_fold(Cow::Borrowed(raw), |body, coding| {
            if body.is_empty() {
                return Ok(body);
            }
            match undo(coding, &body, limit) {
                Ok(decoded) => Ok(Cow::Owned(decoded)),
                Err(Fault::TooLarge) => Err(DecodeError::TooLarge { limit }),
                Err(_) if reads_as_text(&body) => Ok(body),
                Err(Fault::Truncated) => Err(DecodeError::Truncated {
                    coding: coding.to_string(),
                }),
                Err(Fault::Corrupt) => Err(DecodeError::Corrupt {
                    coding: coding.to_string(),
                }),
            }
        });
    body.map(Cow::into_owned)
}

/// In the order they were applied; `identity` left out.
pub(super) fn codings(headers: &HeaderMap) -> Result<Vec<Coding>, DecodeError> {
    let codings: Vec<Coding> = headers
        .get_all(CONTENT_ENCODING)
        .iter()
        .flat_map(|value| value.as_bytes().split(|&byte| byte == b','))
        .map(|name| String::from_utf8_lossy(name.trim_ascii()).to_ascii_lowercase())
        .filter_map(|name| match name.as_str() {
            "" | "identity" => None,
            "gzip" | "x-gzip" => Some(Coding::Gzip),
            "deflate" => Some(Coding::Deflate),
            "br" => Some(Coding::Brotli),
            "zstd" => Some(Coding::Zstd),
            _ => Some(Coding::Unknown(
                name.chars().take(MAX_CODING_CHARS).collect(),
            )),
        })
        .collect();
    match codings.len() {
        0..=MAX_CODINGS => Ok(codings),
        count => Err(DecodeError::TooManyCodings { count }),
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Fault {
    TooLarge,
    Truncated,
    Corrupt,
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::UnexpectedEof => Self::Truncated,
            _ => Self::Corrupt,
        }
    }
}

fn undo(coding: &Coding, raw: &[u8], limit: u64) -> Result<Vec<u8>, Fault> {
    match coding {
        Coding::Gzip => gunzip(raw, limit),
        Coding::Deflate => inflate(raw, limit),
        Coding::Brotli => unbrotli(raw, limit),
        Coding::Zstd => unzstd(raw, limit),
        Coding::Unknown(_) => Err(Fault::Corrupt),
    }
}

/// All members (RFC 1952 §2.2), where the common decoders stop after the first. What follows the
/// last member and does not start another (some servers pad) is no part of the body.
fn gunzip(raw: &[u8], limit: u64) -> Result<Vec<u8>, Fault> {
    const MAGIC: [u8; 2] = [0x1f, 0x8b];
    let (mut body, mut rest) = (Vec::new(), raw);
    for _ in 0..MAX_GZIP_MEMBERS {
        let mut member = GzDecoder::new(rest);
        drain(&mut member, &mut body, limit)?;
        rest = member.into_inner();
        if !rest.starts_with(&MAGIC) {
            return Ok(body);
        }
    }
    Err(Fault::Corrupt)
}

/// RFC 9110 §8.4.1.2 means the zlib format; some servers send the bare deflate stream.
fn inflate(raw: &[u8], limit: u64) -> Result<Vec<u8>, Fault> {
    let mut body = Vec::new();
    match drain(ZlibDecoder::new(raw), &mut body, limit) {
        Err(Fault::Corrupt) => {
            body.clear();
            drain(DeflateDecoder::new(raw), &mut body, limit)?;
        }
        other => other?,
    }
    Ok(body)
}

fn unzstd(raw: &[u8], limit: u64) -> Result<Vec<u8>, Fault> {
    let mut body = Vec::new();
    let mut decoder = zstd::stream::read::Decoder::with_buffer(raw)?;
    decoder.window_log_max(MAX_ZSTD_WINDOW_LOG)?;
    drain(decoder, &mut body, limit)?;
    Ok(body)
}

/// By the streaming call itself: behind the crate's `Read`, a stream that ends early and one that
/// is corrupt look the same, and windows of up to 1 GiB are let through.
fn unbrotli(raw: &[u8], limit: u64) -> Result<Vec<u8>, Fault> {
    let mut state = BrotliState::new_strict(
        StandardAlloc::default(),
        StandardAlloc::default(),
        StandardAlloc::default(),
    );
    let (mut body, mut chunk) = (Vec::new(), vec![0; 64 * 1024]);
    let (mut unread, mut position, mut total) = (raw.len(), 0, 0);
    loop {
        let (mut room, mut filled) = (chunk.len(), 0);
        let result = BrotliDecompressStream(
            &mut unread,
            &mut position,
            raw,
            &mut room,
            &mut filled,
            &mut chunk,
            &mut total,
            &mut state,
        );
        body.extend_from_slice(&chunk[..filled]);
        if body.len() as u64 > limit {
            return Err(Fault::TooLarge);
        }
        match result {
            BrotliResult::ResultSuccess => return Ok(body),
            BrotliResult::NeedsMoreOutput => {}
            BrotliResult::NeedsMoreInput => return Err(Fault::Truncated),
            BrotliResult::ResultFailure => return Err(Fault::Corrupt),
        }
    }
}

/// Reads to the end, but never more than one byte beyond the limit.
fn drain(reader: impl Read, body: &mut Vec<u8>, limit: u64) -> Result<(), Fault> {
    let left = limit.saturating_sub(body.len() as u64);
    reader.take(left.saturating_add(1)).read_to_end(body)?;
    if body.len() as u64 > limit {
        return Err(Fault::TooLarge);
    }
    Ok(())
}

/// Whether the beginning has no byte that only binary data has, or a UTF-16 mark.
fn reads_as_text(body: &[u8]) -> bool {
    let beginning = &body[..body.len().min(512)];
    let is_text = |&byte: &u8| byte >= b' ' || matches!(byte, b'\t' | b'\n' | b'\r' | 0x0c);
    body.starts_with(&[0xff, 0xfe])
        || body.starts_with(&[0xfe, 0xff])
        || beginning.iter().all(is_text)
}

#[cfg(test)]
#[path = "tests/coding.rs"]
mod tests;
