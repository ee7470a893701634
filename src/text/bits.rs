//! Sixty-four bytes at a time: the compiler makes vector instructions of loops over such blocks.

/// How many bytes make a block.
pub(crate) const BLOCK: usize = 64;

/// The first bytes, and `fill` where there are fewer than a block.
#[inline]
pub(crate) fn block(bytes: &[u8], fill: u8) -> [u8; BLOCK] {
    bytes.first_chunk().copied().unwrap_or_else(|| {
        let mut block = [fill; BLOCK];
        block[..bytes.len()].copy_from_slice(bytes);
        block
    })
}

/// A number with a bit for each byte of the block, the first the lowest: whether it is flagged.
#[inline]
pub(crate) fn bits(block: &[u8; BLOCK], is_flagged: impl Fn(u8) -> bool) -> u64 {
    bits_of_two(block, block, |byte, _| is_flagged(byte))
}

/// The same for each byte of the block together with the one of the other block.
#[inline]
pub(crate) fn bits_of_two(
    block: &[u8; BLOCK],
    other: &[u8; BLOCK],
    is_flagged: impl Fn(u8, u8) -> bool,
) -> u64 {
    /// Brings the lowest bits of eight bytes together in the highest byte.
    const GATHER: u64 = 0x0102_0408_1020_4080;
    let mut flags = [0; BLOCK];
    for (flag, (byte, other)) in flags.iter_mut().zip(block.iter().zip(other)) {
        *flag = u8::from(is_flagged(*byte, *other));
    }
    let eights = flags.chunks_exact(8).enumerate();
    eights.fold(0, |bits, (at, eight)| {
        let eight = u64::from_le_bytes(eight.try_into().expect("eight bytes"));
        bits | (eight.wrapping_mul(GATHER) >> 56) << (8 * at)
    })
}

/// The lowest `count` bits.
#[inline]
pub(crate) const fn lowest(count: usize) -> u64 {
    if count >= BLOCK {
        u64::MAX
    } else {
        (1 << count) - 1
    }
}

/// The positions of the bits that are set, from the lowest.
pub(crate) fn ones(mut bits: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let at = bits.trailing_zeros() as usize;
        bits &= bits.wrapping_sub(1);
        (at < BLOCK).then_some(at)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_stand_for_bytes() {
        for flagged in [
            vec![],
            vec![0],
            vec![63],
            vec![7, 8, 9, 31, 32, 62],
            (0..64).collect(),
        ] {
            let mut block = [b'a'; BLOCK];
            for &at in &flagged {
                block[at] = b' ';
            }
            let spaces = bits(&block, |byte| byte == b' ');
            assert_eq!(ones(spaces).collect::<Vec<_>>(), flagged);
        }
        assert_eq!([lowest(0), lowest(3), lowest(64)], [0, 7, u64::MAX]);
    }
}
