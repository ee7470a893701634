//! The fast way through plain English.

/// Stands in [`MAP`] for bytes that end a run.
const END: u8 = 0;

/// Lower-case letters and digits for themselves, a space for separators, [`END`] for what needs
/// the slow way: tokens of their own, dots, line breaks, anything not ASCII.
static MAP: [u8; 256] = map();

/// Bytes handled between two looks at the room left.
const CHUNK: usize = 64;

const fn map() -> [u8; 256] {
    let mut map = [END; 256];
    let mut byte = 0u8;
    while byte < 128 {
        map[byte as usize] = match byte {
            b'a'..=b'z' | b'0'..=b'9' => byte,
            b'A'..=b'Z' => byte.to_ascii_lowercase(),
            b'.' | b'+' | b'#' | b'@' | b'$' | b'&' | b'%' | b'\n' | 0x0b | 0x0c => END,
            _ => b' ',
        };
        byte += 1;
    }
    map
}

/// Writes words in lower case with one space between them, from the start of `bytes`, which is a
/// letter or digit, up to the end of the last word that can be taken. Returns how many bytes
/// that is.
pub(super) fn words(bytes: &[u8], out: &mut Vec<u8>) -> usize {
    let mut at = 0;
    'run: while at < bytes.len() {
        let chunk = &bytes[at..bytes.len().min(at + CHUNK)];
        let start = out.len();
        out.resize(start + chunk.len(), 0);
        let mut written = start;
        for (offset, &byte) in chunk.iter().enumerate() {
            let mapped = MAP[usize::from(byte)];
            if mapped == END {
                out.truncate(written);
                at += offset;
                break 'run;
            }
            out[written] = mapped;
            // Without a branch: a second space is overwritten by what follows it.
            let doubled = mapped == b' ' && out[written - 1] == b' ';
            written += usize::from(!doubled);
        }
        out.truncate(written);
        at += chunk.len();
    }
    if out.last() == Some(&b' ') {
        out.pop();
    }
    while !bytes[at - 1].is_ascii_alphanumeric() {
        at -= 1;
    }
    at
}
