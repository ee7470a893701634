use std::io::Write;

use flate2::{
    Compression,
    write::{DeflateEncoder, GzEncoder, ZlibEncoder},
};
use proptest::prelude::*;
use reqwest::header::HeaderValue;

use super::*;

const LIMIT: u64 = 1024 * 1024;

/// Long enough that every coder compresses it in earnest.
fn feed() -> Vec<u8> {
    let mut feed = b"<?xml version='1.0'?><rss version='2.0'><channel>".to_vec();
    for number in 0..500 {
        write!(feed, "<item><title>Story {number}</title></item>").expect("a Vec takes all");
    }
    feed.extend_from_slice(b"</channel></rss>");
    feed
}

fn gzip(plain: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(plain).expect("a Vec takes all");
    encoder.finish().expect("a Vec takes all")
}

fn zlib(plain: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(plain).expect("a Vec takes all");
    encoder.finish().expect("a Vec takes all")
}

fn raw_deflate(plain: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(plain).expect("a Vec takes all");
    encoder.finish().expect("a Vec takes all")
}

fn brotli(plain: &[u8]) -> Vec<u8> {
    let mut coded = Vec::new();
    let mut reader = plain;
    brotli::BrotliCompress(
        &mut reader,
        &mut coded,
        &brotli::enc::BrotliEncoderParams::default(),
    )
    .expect("a Vec takes all");
    coded
}

fn zstd(plain: &[u8]) -> Vec<u8> {
    zstd::encode_all(plain, 3).expect("a Vec takes all")
}

fn decode_as(encodings: &[&str], raw: Vec<u8>, limit: u64) -> Result<Vec<u8>, DecodeError> {
    let mut headers = HeaderMap::new();
    for encoding in encodings {
        headers.append(
            CONTENT_ENCODING,
            HeaderValue::from_str(encoding).expect("a value"),
        );
    }
    decode(&headers, raw, limit)
}

/// What a body is called, and the body.
fn every_coding() -> Vec<(&'static str, Vec<u8>)> {
    let feed = feed();
    vec![
        ("gzip", gzip(&feed)),
        ("x-gzip", gzip(&feed)),
        ("deflate", zlib(&feed)),
        ("deflate", raw_deflate(&feed)),
        ("br", brotli(&feed)),
        ("zstd", zstd(&feed)),
    ]
}

#[test]
fn every_coding_is_undone() {
    for (name, raw) in every_coding() {
        assert_eq!(decode_as(&[name], raw, LIMIT), Ok(feed()), "{name}");
    }
}

#[test]
fn identity_and_no_coding_leave_the_body_as_it_is() {
    for encodings in [&[][..], &["identity"], &[""], &["identity, "]] {
        assert_eq!(decode_as(encodings, feed(), LIMIT), Ok(feed()));
    }
}

#[test]
fn all_members_of_a_gzip_body_are_read() {
    let feed = feed();
    let (first, second) = feed.split_at(feed.len() / 3);
    let raw = [gzip(first), gzip(b""), gzip(second)].concat();
    assert_eq!(decode_as(&["gzip"], raw, LIMIT), Ok(feed));
}

#[test]
fn padding_after_the_last_member_is_no_part_of_the_body() {
    let raw = [gzip(&feed()), vec![0; 7]].concat();
    assert_eq!(decode_as(&["gzip"], raw, LIMIT), Ok(feed()));
}

#[test]
fn stacked_codings_are_undone_from_the_outside() {
    let twice = gzip(&gzip(&feed()));
    for encodings in [&["gzip, gzip"][..], &["gzip", "gzip"], &["GZIP,x-gzip"]] {
        assert_eq!(decode_as(encodings, twice.clone(), LIMIT), Ok(feed()));
    }
    let mixed = zstd(&brotli(&feed()));
    assert_eq!(decode_as(&["br, zstd"], mixed, LIMIT), Ok(feed()));
}

#[test]
fn the_stack_has_a_bound() {
    let mut raw = feed();
    for _ in 0..MAX_CODINGS {
        raw = gzip(&raw);
    }
    let names = ["gzip"; MAX_CODINGS].join(", ");
    assert_eq!(decode_as(&[&names], raw.clone(), LIMIT), Ok(feed()));
    let one_more = format!("{names}, gzip");
    assert_eq!(
        decode_as(&[&one_more], gzip(&raw), LIMIT),
        Err(DecodeError::TooManyCodings {
            count: MAX_CODINGS + 1
        })
    );
}

#[test]
fn gzip_members_have_a_bound() {
    let members = gzip(b"x").repeat(MAX_GZIP_MEMBERS);
    assert_eq!(
        decode_as(&["gzip"], members.clone(), LIMIT),
        Ok(vec![b'x'; MAX_GZIP_MEMBERS])
    );
    let one_more = [members, gzip(b"x")].concat();
    assert_eq!(
        decode_as(&["gzip"], one_more, LIMIT),
        Err(DecodeError::Corrupt {
            coding: "gzip".into()
        })
    );
}

#[test]
fn plain_text_under_any_label_is_plain() {
    let utf16 = [0xff, 0xfe, b'<', 0, b'r', 0].to_vec();
    for plain in [feed(), b" {\"version\":1}".to_vec(), utf16] {
        for name in [
            "gzip", "x-gzip", "deflate", "br", "zstd", "gzip, br", "utf-8", "none",
        ] {
            assert_eq!(
                decode_as(&[name], plain.clone(), LIMIT),
                Ok(plain.clone()),
                "{name}"
            );
        }
    }
    // A body compressed once but labelled twice.
    assert_eq!(decode_as(&["gzip, gzip"], gzip(&feed()), LIMIT), Ok(feed()));
}

#[test]
fn a_coding_that_no_header_names_is_undone() {
    let feed = feed();
    for (coding, raw) in [
        ("gzip", gzip(&feed)),
        ("zstd", zstd(&feed)),
        ("zlib", zlib(&feed)),
        ("brotli", brotli(&feed)),
        ("gzip in gzip", gzip(&gzip(&feed))),
    ] {
        assert!(is_disguised(&raw), "{coding}");
        assert_eq!(decode_as(&[], raw, LIMIT), Ok(feed.clone()), "{coding}");
    }
    let twice = gzip(&gzip(&feed));
    assert_eq!(decode_as(&["gzip"], twice, LIMIT), Ok(feed), "named once");
}

#[test]
fn what_is_not_coded_is_left_alone_and_what_is_too_large_is_cut() {
    let utf16: Vec<u8> = "<rss/>".encode_utf16().flat_map(u16::to_be_bytes).collect();
    for plain in [
        &b"x^2 + y"[..],
        &utf16,
        b"\x1b$B%K%e\x1b(B",
        b"\x06",
        b"\0\x01\x02",
    ] {
        assert_eq!(decode_as(&[], plain.to_vec(), LIMIT), Ok(plain.to_vec()));
    }
    for bomb in [
        gzip(&[b' '; 5000]),
        zstd(&[b' '; 5000]),
        zlib(&[b' '; 5000]),
    ] {
        let cut = decode_as(&[], bomb, 4999);
        assert_eq!(cut, Err(DecodeError::TooLarge { limit: 4999 }));
    }
    let mut layers = b"<rss/>".to_vec();
    for _ in 0..=MAX_CODINGS {
        layers = gzip(&layers);
    }
    let left = decode_as(&[], layers, LIMIT).expect("some of it");
    assert!(left.starts_with(&[0x1f, 0x8b]), "the stack has a bound");
}

#[test]
fn an_empty_body_is_empty_whatever_its_label() {
    for (name, _) in every_coding() {
        assert_eq!(decode_as(&[name], vec![], LIMIT), Ok(vec![]), "{name}");
    }
}

#[test]
fn a_coded_body_cut_anywhere_is_truncated_and_never_a_shorter_body() {
    for (name, raw) in every_coding() {
        for length in [20, raw.len() / 2, raw.len() - 9, raw.len() - 1] {
            let cut = decode_as(&[name], raw[..length].to_vec(), LIMIT);
            let expected = Err(DecodeError::Truncated {
                coding: name.trim_start_matches("x-").into(),
            });
            assert_eq!(cut, expected, "{name} cut at {length} of {}", raw.len());
        }
    }
}

#[test]
fn damaged_bodies_are_corrupt() {
    for name in ["gzip", "deflate", "br", "zstd", "compress"] {
        let noise = vec![0x07; 600];
        let coding = if name == "compress" {
            "\"compress\""
        } else {
            name
        };
        assert_eq!(
            decode_as(&[name], noise, LIMIT),
            Err(DecodeError::Corrupt {
                coding: coding.into()
            })
        );
    }
    let (name, shown) = ("x".repeat(5_000), "x".repeat(MAX_CODING_CHARS));
    let error = decode_as(&[&name], vec![0x07], LIMIT).expect_err("not known");
    assert_eq!(
        error.to_string(),
        format!("body is not the \"{shown}\" that it claims to be")
    );
    let mut flipped = gzip(&feed());
    let middle = flipped.len() / 2;
    flipped[middle] ^= 0xff;
    assert!(decode_as(&["gzip"], flipped, LIMIT).is_err());
}

#[test]
fn the_limit_is_exact_for_every_coding() {
    let length = feed().len() as u64;
    for (name, raw) in every_coding() {
        assert_eq!(
            decode_as(&[name], raw.clone(), length),
            Ok(feed()),
            "{name}"
        );
        assert_eq!(
            decode_as(&[name], raw, length - 1),
            Err(DecodeError::TooLarge { limit: length - 1 }),
            "{name}"
        );
    }
}

#[test]
fn bombs_are_cut_at_the_limit() {
    let zeros = vec![0; 64 * 1024 * 1024];
    for (name, bomb) in [
        ("gzip", gzip(&zeros)),
        ("deflate", zlib(&zeros)),
        ("zstd", zstd(&zeros)),
        ("gzip, gzip", gzip(&gzip(&zeros))),
        // The inner layer is short, what lies between is not.
        ("gzip, br", brotli(&gzip(&gzip(&[])).repeat(60_000))),
    ] {
        assert!((bomb.len() as u64) < LIMIT, "{name} is no bomb");
        assert_eq!(
            decode_as(&[name], bomb, LIMIT),
            Err(DecodeError::TooLarge { limit: LIMIT }),
            "{name}"
        );
    }
}

#[test]
fn memory_stays_bounded_while_a_bomb_is_cut() {
    let bomb = gzip(&vec![0; 16 * 1024 * 1024]);
    let mut body = Vec::new();
    assert_eq!(
        drain(GzDecoder::new(bomb.as_slice()), &mut body, 1000),
        Err(Fault::TooLarge)
    );
    assert_eq!(body.len(), 1001);
    assert!(body.capacity() < 4096, "{}", body.capacity());
}

/// Large-window brotli is an extension beyond RFC 7932: windows of up to 1 GiB, chosen by the peer.
#[test]
fn a_brotli_window_beyond_the_standard_is_refused() {
    let parameters = brotli::enc::BrotliEncoderParams {
        large_window: true,
        lgwin: 28,
        ..Default::default()
    };
    let mut coded = Vec::new();
    brotli::BrotliCompress(&mut feed().as_slice(), &mut coded, &parameters).expect("coded");
    assert_eq!(
        decode_as(&["br"], coded, LIMIT),
        Err(DecodeError::Corrupt {
            coding: "br".into()
        })
    );
}

#[test]
fn a_zstd_window_beyond_the_standard_is_refused() {
    let coded_with = |window_log| {
        let mut encoder = zstd::Encoder::new(Vec::new(), 3).expect("an encoder");
        encoder.window_log(window_log).expect("a window");
        encoder.write_all(&feed()).expect("a Vec takes all");
        encoder.finish().expect("a Vec takes all")
    };
    let at_the_bound = coded_with(MAX_ZSTD_WINDOW_LOG);
    assert_eq!(decode_as(&["zstd"], at_the_bound, LIMIT), Ok(feed()));
    let beyond = coded_with(MAX_ZSTD_WINDOW_LOG + 1);
    assert_eq!(
        decode_as(&["zstd"], beyond, LIMIT),
        Err(DecodeError::Corrupt {
            coding: "zstd".into()
        })
    );
}

proptest! {
    /// What the fuzzer looks for: bodies that are nearly of a coding.
    #[test]
    fn no_body_panics_or_grows_over_the_limit(
        coding in prop::sample::select(vec!["gzip", "deflate", "br", "zstd", "gzip, br", ""]),
        whole in prop::sample::select(vec![gzip(&feed()), zlib(&feed()), brotli(&feed()), zstd(&feed())]),
        at in any::<prop::sample::Index>(),
        byte in any::<u8>(),
        end in any::<prop::sample::Index>(),
    ) {
        let mut body = whole;
        let at = at.index(body.len());
        body[at] = byte;
        body.truncate(end.index(body.len() + 1));
        let longest = body.len().max(1000);
        if let Ok(decoded) = decode_as(&[coding], body, 1000) {
            prop_assert!(decoded.len() <= longest);
        }
    }
}
