use super::*;
use crate::model::{DeliveryId, DeliveryKey, Event, Notice, TestPing};

const MIDDLE: f64 = 0.5;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).expect("in range")
}

/// A delivery that is tried since 0 s, at its n-th attempt.
fn claim(attempt: u32, failures: u32, failing_since: Option<i64>) -> DeliveryClaim {
    DeliveryClaim {
        id: DeliveryId(7),
        fence: 3,
        attempt,
        failures: attempt - 1,
        failing_since: (attempt > 1).then(|| at(0)),
        may_expire: true,
        waiting_since: at(-9_999_999),
        receiver: ReceiverState {
            name: "desk".into(),
            failures,
            failing_since: failing_since.map(at),
            notified_failing: false,
            through: None,
            refusals: 0,
        },
        notice: Notice {
            key: DeliveryKey("store-7".into()),
            timestamp: at(0),
            event: Event::TestPing(TestPing {
                receiver: "desk".into(),
                message: String::new(),
            }),
            accepted: Vec::new(),
            thread: None,
        },
    }
}

fn failed(reason: SendReason, retry: Retry) -> Outcome {
    Err(SendError {
        reason,
        retry,
        detail: "status 503".into(),
        accepted: Vec::new(),
        refused: Vec::new(),
    })
}

/// Some took it, the others are to be asked again.
fn partly_taken() -> Outcome {
    busy(None).map_err(|error| SendError {
        accepted: vec!["one@example.org".into()],
        ..error
    })
}

fn busy(after: Option<u64>) -> Outcome {
    let after = after.map(Duration::from_secs);
    failed(SendReason::Busy, Retry::Later { after })
}

fn seconds(due: Timestamp, now: i64) -> u64 {
    time::elapsed(at(now), due).as_secs()
}

fn due(to: &SettleTo) -> Timestamp {
    match to {
        SettleTo::Later { due, .. } => *due,
        other => panic!("not later: {other:?}"),
    }
}

#[test]
fn a_receipt_heals_the_receiver_and_keeps_what_was_refused() {
    let receipt = Receipt {
        answer: "250 queued".into(),
        accepted: vec!["desk@example.org".into()],
        refused: vec![Refusal {
            recipient: "gone@example.org".into(),
            answer: "550 no such user".into(),
        }],
        detour: None,
    };
    let reception = Reception {
        is_whole: true,
        accepted: receipt.accepted.clone(),
        refused: receipt.refused.clone(),
    };
    let verdict = of(&claim(4, 9, Some(0)), Ok(receipt), at(60), MIDDLE);
    let missing = "gone@example.org refused: 550 no such user";
    let expected = SettleTo::Delivered {
        answer: format!("250 queued; {missing}"),
        missing: Some(missing.to_owned()),
    };
    assert_eq!(verdict.to, expected);
    let healed = ReceiverUpdate {
        reception,
        ..ReceiverUpdate::default()
    };
    assert_eq!(verdict.receiver, healed);
}

/// A full mailbox must not keep the alerts from everybody else of its receiver.
#[test]
fn who_is_left_of_a_mail_waits_alone() {
    for (failures, failing_since) in [(0, None), (5, Some(-3600))] {
        let mut claim = claim(9, failures, failing_since);
        claim.notice.accepted = vec!["desk@example.org".into()];
        for reason in [SendReason::Busy, SendReason::Refused] {
            let verdict = of(
                &claim,
                failed(reason, Retry::Later { after: None }),
                at(600),
                MIDDLE,
            );
            assert!(seconds(due(&verdict.to), 600) > 0);
            let receiver = verdict.receiver;
            assert_eq!((receiver.due, receiver.failures), (None, failures));
            assert_eq!(receiver.failing_since, failing_since.map(at));
            assert!(verdict.tell.is_none() && !receiver.notified_failing);
        }
        let lost = failed(SendReason::Connect, Retry::Later { after: None });
        let verdict = of(&claim, lost, at(600), MIDDLE);
        assert_eq!(verdict.receiver.failures, failures + 1, "nobody answers");
    }
}

#[test]
fn a_detour_delivers_and_is_notified_like_any_failure() {
    let by_backup = |claim: &DeliveryClaim, now: i64, retry| {
        let error = SendError {
            reason: SendReason::Connect,
            retry,
            detail: "mail server \"mail\": refused".into(),
            accepted: Vec::new(),
            refused: Vec::new(),
        };
        let through = "backup".to_owned();
        let receipt = Receipt {
            answer: "250 queued".into(),
            detour: Some(Detour { through, error }),
            ..Receipt::default()
        };
        of(claim, Ok(receipt), at(now), MIDDLE)
    };
    let later = Retry::Later { after: None };
    let first = by_backup(&claim(1, 0, None), 60, later);
    let answer = "250 queued; mail server \"mail\": refused".to_owned();
    let missing = None;
    assert_eq!(first.to, SettleTo::Delivered { answer, missing });
    let update = &first.receiver;
    let expected = (None, 0, Some(at(60)), Some("backup"));
    let found = (update.due, update.failures, update.failing_since);
    assert_eq!(
        (found.0, found.1, found.2, update.through.as_deref()),
        expected
    );
    assert!(first.tell.is_none(), "it may pass");

    let mut claim = claim(1, 0, Some(60));
    claim.receiver.through = update.through.clone();
    let limit = 60 + 15 * 60;
    assert!(by_backup(&claim, limit - 1, later).tell.is_none());
    let verdict = by_backup(&claim, limit, later);
    let trouble = verdict.tell.expect("a quarter of an hour");
    assert_eq!(
        (trouble.since, trouble.through.as_deref()),
        (at(60), Some("backup"))
    );
    assert!(verdict.receiver.notified_failing);
    claim.receiver.notified_failing = true;
    assert!(by_backup(&claim, 9_999, later).tell.is_none(), "once");
    claim.receiver.notified_failing = false;
    assert!(
        by_backup(&claim, 61, Retry::ReceiverBroken).tell.is_some(),
        "at once"
    );
    // A refusal, a day later, has nothing to do with it.
    let refused = failed(SendReason::Refused, Retry::Never);
    let verdict = of(&claim, refused, at(90_000), MIDDLE);
    assert_eq!(
        (verdict.receiver.failing_since, verdict.tell.is_some()),
        (Some(at(90_000)), false)
    );
}

#[test]
fn the_breaker_opens_at_the_third_failure_in_a_row() {
    let probe = |failures| {
        let verdict = of(&claim(1, failures, Some(0)), busy(None), at(60), MIDDLE);
        verdict.receiver.due.map(|due| seconds(due, 60))
    };
    assert_eq!([0, 1].map(probe), [None, None], "others are still tried");
    assert_eq!([2, 3, 4, 5, 99].map(probe), [5, 15, 30, 50, 50].map(Some));
}

#[test]
fn a_delivery_has_its_own_back_off_so_that_one_bad_notice_blocks_no_other() {
    let wait = |attempt| {
        seconds(
            due(&of(&claim(attempt, 0, None), busy(None), at(60), MIDDLE).to),
            60,
        )
    };
    assert_eq!([1, 2, 3, 4, 40].map(wait), [5, 15, 30, 50, 50]);
}

#[test]
fn retry_after_holds_the_whole_receiver_for_an_hour_at_most() {
    let held = |after| {
        let verdict = of(&claim(1, 0, None), busy(Some(after)), at(60), MIDDLE);
        let receiver = verdict.receiver.due.expect("held");
        assert_eq!(receiver, due(&verdict.to));
        seconds(receiver, 60)
    };
    assert_eq!([0, 600, 999_999].map(held), [5, 600, 3600]);
}

#[test]
fn what_some_recipients_accepted_is_remembered() {
    let verdict = of(&claim(1, 0, None), partly_taken(), at(60), MIDDLE);
    let SettleTo::Later { accepted, .. } = verdict.to else {
        panic!("later");
    };
    assert_eq!(accepted, ["one@example.org"]);
}

/// Or a server that takes three recipients a mail opens the breaker with every third story.
#[test]
fn a_receiver_that_took_a_mail_for_some_is_well() {
    for (failures, failing_since) in [(0, None), (2, Some(0)), (9, Some(-9000))] {
        let claim = claim(1, failures, failing_since);
        let verdict = of(&claim, partly_taken(), at(60), MIDDLE);
        let well = ReceiverUpdate {
            reception: Reception {
                accepted: vec!["one@example.org".into()],
                ..Reception::default()
            },
            ..ReceiverUpdate::default()
        };
        assert_eq!(verdict.receiver, well);
        assert!(verdict.tell.is_none());
        assert_eq!(seconds(due(&verdict.to), 60), 5, "its own back-off");
    }
    let mut old = claim(9, 9, Some(-9000));
    old.failing_since = Some(at(-999_999));
    let last = of(&old, partly_taken(), at(60), MIDDLE);
    assert!(matches!(last.to, SettleTo::Dead { .. }));
    assert_eq!(last.receiver.failures, 10, "the next answer will say");
    let mut by_backup = claim(1, 0, Some(0));
    by_backup.receiver.through = Some("backup".into());
    let verdict = of(&by_backup, partly_taken(), at(60), MIDDLE);
    let found = (verdict.receiver.failing_since, verdict.receiver.through);
    assert_eq!(found, (Some(at(0)), Some("backup".into())));
}

#[test]
fn a_refusal_kills_the_notice_and_clears_the_receiver() {
    let refused = failed(SendReason::Refused, Retry::Never);
    let verdict = of(&claim(1, 2, Some(0)), refused, at(60), MIDDLE);
    assert!(matches!(
        verdict.to,
        SettleTo::Dead {
            reason: SendReason::Refused,
            ..
        }
    ));
    let ReceiverUpdate {
        due,
        failures,
        failing_since,
        notified_failing,
        ..
    } = verdict.receiver;
    let cleared = (due, failures, failing_since, notified_failing);
    assert_eq!(cleared, (None, 0, Some(at(60)), false), "its first refusal");
    assert!(verdict.tell.is_none());
}

/// The verdict at `now` on a refusal by a receiver that has refused another notice since 0 s.
fn refused_again(failures: u32, is_notified: bool, reason: SendReason, now: i64) -> Verdict {
    let mut claim = claim(1, failures, Some(0));
    claim.receiver.refusals = 1;
    claim.receiver.notified_failing = is_notified;
    of(&claim, failed(reason, Retry::Never), at(now), MIDDLE)
}

#[test]
fn the_second_refusal_in_a_row_keeps_the_notice_and_is_a_failing_receiver() {
    let second = refused_again(0, false, SendReason::Refused, 60);
    assert_eq!(seconds(due(&second.to), 60), 5, "it is tried again");
    let found = (second.receiver.failures, second.receiver.failing_since);
    assert_eq!(found, (1, Some(at(0))), "since the first refusal");
    assert!(second.tell.is_none());
    let open = refused_again(2, false, SendReason::Refused, 60)
        .receiver
        .due;
    assert_eq!(
        open.map(|due| seconds(due, 60)),
        Some(5),
        "then only probed"
    );
}

#[test]
fn a_receiver_that_refuses_everything_is_notified_after_a_quarter_of_an_hour() {
    // Whatever the reason: a template that fails takes nothing either.
    for reason in [SendReason::Refused, SendReason::Auth, SendReason::Render] {
        assert!(refused_again(9, false, reason, 899).tell.is_none());
        let verdict = refused_again(9, false, reason, 900);
        let trouble = verdict.tell.expect("notified");
        assert_eq!((trouble.reason, trouble.since), (reason, at(0)));
        assert!(verdict.receiver.notified_failing);
        assert!(refused_again(9, true, reason, 9000).tell.is_none(), "once");
    }
}

/// A digest of so many, at a receiver that has refused some in a row.
fn of_digest(count: u32, refusals: u32, retry: Retry) -> Verdict {
    let mut claim = claim(1, 0, Some(0));
    claim.receiver.refusals = refusals;
    claim.notice.event = Event::DigestReady(Box::new(crate::model::DigestReady {
        hold: crate::model::DeferReason::Flood,
        since: at(0),
        until: at(0),
        alerts: Vec::new(),
        priority: crate::model::Priority::default(),
        count,
    }));
    of(&claim, failed(SendReason::Refused, retry), at(60), MIDDLE)
}

/// Else hundreds of stories are lost to a receiver whose server takes 100 kB at once.
#[test]
fn a_digest_that_is_too_large_is_sent_in_halves_whatever_was_refused_before() {
    let two = of_digest(2, 99, Retry::TooLarge);
    assert!(matches!(two.to, SettleTo::Halves { .. }));
    let found = (two.receiver.refusals, two.receiver.failing_since);
    assert_eq!(found, (99, Some(at(0))), "who refuses all goes on doing so");
    assert!(two.receiver.due.is_none() && two.tell.is_none());
    assert!(
        matches!(of_digest(1, 1, Retry::TooLarge).to, SettleTo::Later { .. }),
        "like any refusal"
    );
    let lone = of(
        &claim(1, 0, None),
        failed(SendReason::Refused, Retry::TooLarge),
        at(60),
        MIDDLE,
    );
    assert!(matches!(lone.to, SettleTo::Dead { .. }));
}

/// One story must not take ninety-nine others with it, and a receiver that takes nothing no digest
/// apart.
#[test]
fn a_digest_that_is_not_wanted_is_sent_in_halves_until_so_many_are_refused_in_a_row() {
    for refusals in [0, 1, 15] {
        let two = of_digest(2, refusals, Retry::Unwanted);
        assert!(matches!(two.to, SettleTo::Halves { .. }), "{refusals}");
        let receiver = two.receiver;
        assert_eq!(
            (receiver.refusals, receiver.failing_since, receiver.due),
            (refusals + 1, Some(at(0)), None)
        );
    }
    let kept = of_digest(2, 16, Retry::Unwanted);
    assert!(matches!(kept.to, SettleTo::Later { .. }), "{kept:?}");
    assert_eq!((kept.receiver.failures, kept.receiver.refusals), (1, 17));
    let never = of_digest(2, 0, Retry::Never);
    assert!(matches!(never.to, SettleTo::Dead { .. }), "not its content");
    // The story itself: at once where it is the first that is refused, else when another was taken.
    let story = of_digest(1, 0, Retry::Unwanted);
    assert!(matches!(story.to, SettleTo::Dead { .. }));
    assert_eq!(story.receiver.refusals, 1);
    let second = of_digest(1, 1, Retry::Unwanted);
    assert!(matches!(second.to, SettleTo::Later { .. }));
}

/// Others were notified that it fails, and it refuses one notice before it fails on, or is well.
#[test]
fn one_refusal_does_not_end_a_failure_that_others_know_of() {
    let mut claim = claim(1, 9, Some(0));
    claim.receiver.notified_failing = true;
    let refused = failed(SendReason::Refused, Retry::Unwanted);
    let receiver = of(&claim, refused, at(9000), MIDDLE).receiver;
    assert_eq!(
        (receiver.notified_failing, receiver.failing_since),
        (true, Some(at(0)))
    );
}

#[test]
fn a_failure_after_refusals_counts_from_itself() {
    let verdict = of(&claim(1, 0, Some(0)), busy(None), at(7200), MIDDLE);
    assert_eq!(verdict.receiver.failing_since, Some(at(7200)));
    assert!(verdict.tell.is_none());
}

#[test]
fn three_days_of_trying_are_the_end_for_those_who_have_nothing() {
    let last = i64::try_from(DELIVERY_EXPIRES_AFTER.as_secs()).expect("three days");
    let verdict = |now| of(&claim(900, 900, Some(0)), partly_taken(), at(now), MIDDLE).to;
    assert!(matches!(verdict(last - 1), SettleTo::Later { .. }));
    let expected = SettleTo::Dead {
        reason: SendReason::Expired,
        detail: "status 503".into(),
        accepted: vec!["one@example.org".into()],
    };
    assert_eq!(verdict(last), expected);
    let mut just_begun = claim(900, 900, Some(0));
    just_begun.may_expire = false;
    let kept = of(&just_begun, partly_taken(), at(2 * last), MIDDLE).to;
    assert!(matches!(kept, SettleTo::Later { .. }), "{kept:?}");
}

/// It waited for years; the receiver has failed as long.
#[test]
fn while_nobody_tries_no_time_runs() {
    let first = of(&claim(1, 900, Some(-9_999_999)), busy(None), at(0), MIDDLE);
    assert_eq!(seconds(due(&first.to), 0), 5, "its own back-off begins");
    // An attempt that a crash cut off is none.
    let mut lost = claim(2, 0, None);
    (lost.failures, lost.failing_since) = (0, None);
    let year = 365 * 24 * 60 * 60;
    let second = of(&lost, busy(None), at(year), MIDDLE);
    assert_eq!(seconds(due(&second.to), year), 5);
}

#[test]
fn others_are_notified_once_after_a_quarter_of_an_hour() {
    let notified = |now, notified_failing| {
        let mut claim = claim(9, 9, Some(0));
        claim.receiver.notified_failing = notified_failing;
        let verdict = of(&claim, busy(None), at(now), MIDDLE);
        (verdict.tell.is_some(), verdict.receiver.notified_failing)
    };
    assert_eq!(notified(899, false), (false, false));
    assert_eq!(notified(900, false), (true, true));
    assert_eq!(notified(9000, true), (false, true));
}

#[test]
fn a_broken_receiver_is_notified_at_once_and_keeps_everything() {
    let verdict = |reason| {
        of(
            &claim(1, 0, None),
            failed(reason, Retry::ReceiverBroken),
            at(0),
            MIDDLE,
        )
    };
    let auth = verdict(SendReason::Auth);
    assert!(auth.tell.is_some() && !auth.receiver.off);
    assert_eq!(seconds(due(&auth.to), 0), BROKEN_PROBE.as_secs());
    assert!(
        verdict(SendReason::Gone).receiver.off,
        "410: not even probed"
    );
}

#[test]
fn the_next_try_is_after_the_pause_of_the_receiver_and_none_where_there_is_none() {
    let verdict = |attempt, outcome| of(&claim(attempt, attempt - 1, None), outcome, at(1), MIDDLE);
    let first = verdict(1, busy(None));
    assert_eq!(first.next_try(), Some(due(&first.to)), "no pause yet");
    let paused = verdict(9, busy(Some(900)));
    assert_eq!(paused.next_try().map(|due| seconds(due, 1)), Some(900));
    let broken = verdict(1, failed(SendReason::Auth, Retry::ReceiverBroken));
    assert_eq!(broken.next_try(), broken.receiver.due);
    let gone = verdict(1, failed(SendReason::Gone, Retry::ReceiverBroken));
    assert_eq!(gone.next_try(), None);
    let given_up = verdict(1, failed(SendReason::Refused, Retry::Never));
    assert_eq!(given_up.next_try(), None);
}
