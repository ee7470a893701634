//! The fast way through plain English.

/// Stands in [`MAP`] for bytes that end a run.
const END: u8 = 0;

/// Lower-case letters and digits for themselves, a space for separators, [`END`] for what needs
/// the slow way: tokens of their own, dots, line breaks, anything not ASCII.
static MAP: [u8; 256] = map();

/// Bytes taken at once.
const CHUNK: usize = 8;

/// Bytes written between two copies to the output.
const BLOCK: usize = 128;

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x8080_8080_8080_8080;

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
    let mut after_space = false;
    let mut ended = false;
    while !ended && at + CHUNK <= bytes.len() {
        let mut block = Block {
            bytes: [0; BLOCK],
            written: 0,
            after_space,
        };
        while !ended && block.written + 2 * CHUNK <= BLOCK {
            let Some(chunk) = bytes[at..].first_chunk() else {
                break;
            };
            let before = if at == 0 { 0 } else { bytes[at - 1] };
            let taken = block.take(u64::from_le_bytes(*chunk), before);
            at += taken;
            ended = taken < CHUNK;
        }
        after_space = block.after_space;
        out.extend_from_slice(&block.bytes[..block.written]);
    }
    for &byte in bytes[at..].iter().take_while(|_| !ended) {
        let mapped = MAP[usize::from(byte)];
        if mapped == END {
            break;
        }
        if mapped != b' ' || !after_space {
            out.push(mapped);
        }
        after_space = mapped == b' ';
        at += 1;
    }
    if out.last() == Some(&b' ') {
        out.pop();
    }
    while !bytes[at - 1].is_ascii_alphanumeric() {
        at -= 1;
    }
    at
}

/// Some output.
struct Block {
    bytes: [u8; BLOCK],
    written: usize,
    after_space: bool,
}

impl Block {
    /// Writes eight bytes, the first in the lowest bits, and returns how many it could take.
    ///
    /// Every step works on all eight at once; a flag is the high bit of its byte. No sum leaves
    /// its byte, since the high bits of the summands are clear.
    #[inline]
    fn take(&mut self, chunk: u64, before: u8) -> usize {
        let low = chunk & !HIGH;
        let from = |value: u64, least: u8| (value + ONES * u64::from(0x80 - least)) & HIGH;
        let among = |value: u64, first: u8, last: u8| from(value, first) & !from(value, last + 1);
        let upper = among(low, b'A', b'Z');
        let lower = low | (upper >> 2);
        let word = among(lower, b'a', b'z') | among(low, b'0', b'9');
        let after_upper = (upper << 8) | if before.is_ascii_uppercase() { 0x80 } else { 0 };
        let dot = among(low, b'.', b'.') & after_upper;
        let symbol = among(low, b'#', b'&') | among(low, b'+', b'+') | among(low, b'@', b'@');
        let line = among(low, b'\n', 0x0c);
        let ends = (chunk & HIGH) | dot | symbol | line;
        let taken = ends.trailing_zeros() as usize / 8;
        let word_bytes = word | (word - (word >> 7));
        let mapped = (lower & word_bytes) | ((ONES * u64::from(b' ')) & !word_bytes);
        let spaces = !word & HIGH & first_bytes(taken);
        let doubled = spaces & ((spaces << 8) | if self.after_space { 0x80 } else { 0 });
        self.put(mapped, doubled, taken);
        if taken > 0 {
            self.after_space = spaces >> (8 * taken - 1) & 1 == 1;
        }
        taken
    }

    /// Writes the first `count` bytes but those that are flagged.
    fn put(&mut self, mut mapped: u64, mut flagged: u64, mut count: usize) {
        while flagged != 0 {
            let kept = flagged.trailing_zeros() as usize / 8;
            self.write(mapped, kept);
            count -= kept + 1;
            mapped = mapped >> (8 * kept) >> 8;
            flagged = flagged >> (8 * kept) >> 8;
        }
        self.write(mapped, count);
    }

    fn write(&mut self, mapped: u64, count: usize) {
        // All eight are written, which costs less than a copy of unknown length.
        self.bytes[self.written..self.written + CHUNK].copy_from_slice(&mapped.to_le_bytes());
        self.written += count;
    }
}

/// All bits of the first `count` bytes.
const fn first_bytes(count: usize) -> u64 {
    if count == CHUNK {
        u64::MAX
    } else {
        (1 << (8 * count)) - 1
    }
}
