//! Hashes that are stored: they must never change, whatever the machine or the compiler.

use std::{
    collections::HashMap,
    hash::{BuildHasherDefault, Hasher},
};

/// FNV-1a, its bits mixed at the end: neighbouring words get hashes that have nothing in common.
pub(super) fn hash(text: &[u8]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for byte in text {
        hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    mix(hash)
}

/// One hash out of two, in this order.
pub(super) const fn join(first: u64, second: u64) -> u64 {
    mix(first.rotate_left(23) ^ second.wrapping_mul(0x9e37_79b9_7f4a_7c15))
}

/// The finalizer of `SplitMix64`.
const fn mix(mut hash: u64) -> u64 {
    hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    hash ^ (hash >> 31)
}

/// A hasher for keys that are hashes already.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Hashed(u64);

impl Hasher for Hashed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = join(self.0, hash(bytes));
    }

    fn write_u32(&mut self, hash: u32) {
        self.0 = join(self.0, u64::from(hash));
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

/// A map whose keys are hashes already.
pub(super) type ByHash<K, V> = HashMap<K, V, BuildHasherDefault<Hashed>>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stores_hold_these_hashes() {
        assert_eq!(hash(b""), 0xf52a_15e9_a9b5_e89b);
        assert_eq!(hash("小泉".as_bytes()), 0x97f4_32fd_e4f5_1bde);
        assert_eq!(join(hash(b"a"), hash(b"b")), 0xcfe1_e575_ac67_d46a);
    }

    #[test]
    fn order_counts() {
        assert_ne!(join(1, 2), join(2, 1));
    }
}
