use super::*;

#[test]
fn polls_pause_below_64_mib_and_go_on_from_96() {
    let low = StoreState::Troubled(StoreReason::Low);
    for (free, troubled, state) in [
        (LEAST_BYTES, false, StoreState::Well),
        (LEAST_BYTES - 1, false, low),
        (ENOUGH_BYTES - 1, true, low),
        (ENOUGH_BYTES, true, StoreState::Well),
        (0, false, low),
    ] {
        assert_eq!(judge(None, Some(free), troubled), state, "{free}");
    }
    assert_eq!(judge(None, None, true), StoreState::Well);
    assert_eq!((LEAST_BYTES, ENOUGH_BYTES), (64 << 20, 96 << 20));
}

#[test]
fn a_refusal_counts_whatever_the_room() {
    for reason in [StoreReason::Full, StoreReason::ReadOnly, StoreReason::Io] {
        let state = judge(Some(reason), Some(u64::MAX), false);
        assert_eq!(state, StoreState::Troubled(reason));
    }
}

#[test]
fn a_poll_takes_two_files_at_most() {
    assert_eq!(files_needed(256), 576);
    assert_eq!(files_needed(u32::MAX), 2 * u64::from(u32::MAX) + 64);
}
