use std::time::Duration;

use jiff::civil::{Time, Weekday, time};
use proptest::prelude::*;

use super::*;
use crate::calendar::{
    DailyTimes, Weekdays, Window,
    tests::{berlin, moment, zone},
};

fn policy() -> Policy {
    Policy {
        zone: zone("Europe/Berlin"),
        digest: None,
        quiet: None,
        at_most: None,
        group_wait: None,
    }
}

fn alert(id: i64, priority: Priority, since: Timestamp) -> Waiting {
    Waiting {
        id: DeliveryId(id),
        priority,
        since,
        can_fold: true,
    }
}

fn window(days: Weekdays, from: Time, to: Time) -> Window {
    Window { days, from, to }
}

fn night() -> Quiet {
    Quiet {
        hours: vec![window(Weekdays::ALL, time(22, 30, 0, 0), time(6, 30, 0, 0))],
        passes: Priority::Bulletin,
    }
}

fn morning_and_evening() -> Digest {
    Digest {
        times: vec![DailyTimes {
            days: Weekdays::ALL,
            times: vec![time(8, 0, 0, 0), time(18, 0, 0, 0)],
        }],
        every: None,
        count: None,
        passes: Priority::Flash,
    }
}

fn fold(ids: &[i64], reason: DeferReason) -> Decision {
    Decision::Fold {
        ids: ids.iter().copied().map(DeliveryId).collect(),
        reason,
    }
}

fn wait(until: Timestamp, reason: DeferReason) -> Decision {
    Decision::Defer { until, reason }
}

#[test]
fn without_a_policy_everything_goes_at_once_the_most_urgent_first() {
    let now = berlin("2026-11-22T03:00");
    let waiting = [
        alert(2, Priority::Flash, now),
        alert(1, Priority::Routine, now),
    ];
    assert_eq!(
        policy().next(now, &waiting, &[]),
        Decision::Send(DeliveryId(2))
    );
    assert_eq!(policy().next(now, &[], &[]), Decision::Idle);
    assert!(policy().is_immediate());
}

#[test]
fn quiet_hours_hold_and_summarise_and_higher_priorities_pass() {
    let policy = Policy {
        quiet: Some(night()),
        ..policy()
    };
    let deferred = [
        alert(1, Priority::Urgent, berlin("2026-11-21T23:00")),
        alert(2, Priority::Routine, berlin("2026-11-22T01:00")),
    ];
    let end = berlin("2026-11-22T06:30");
    let night = berlin("2026-11-22T03:00");
    assert_eq!(
        policy.next(night, &deferred, &[]),
        wait(end, DeferReason::Quiet)
    );
    let bulletin = alert(3, Priority::Bulletin, night);
    let with_bulletin = [bulletin, deferred[0], deferred[1]];
    assert_eq!(
        policy.next(night, &with_bulletin, &[]),
        Decision::Send(DeliveryId(3))
    );
    assert_eq!(
        policy.next(end, &deferred, &[]),
        fold(&[1, 2], DeferReason::Quiet)
    );
    // One alone needs no summary.
    assert_eq!(
        policy.next(end, &deferred[..1], &[]),
        Decision::Send(DeliveryId(1))
    );
    // What comes by day is sent by itself, even beside what the night deferred.
    let by_day = alert(4, Priority::Flash, end);
    assert_eq!(
        policy.next(end, &[by_day, deferred[0], deferred[1]], &[]),
        Decision::Send(DeliveryId(4))
    );
}

#[test]
fn quiet_hours_hold_notices_about_trouble_but_never_fold_them() {
    let policy = Policy {
        quiet: Some(night()),
        ..policy()
    };
    let trouble = Waiting {
        can_fold: false,
        ..alert(1, Priority::Urgent, berlin("2026-11-22T01:00"))
    };
    let late = alert(2, Priority::Routine, berlin("2026-11-22T01:00"));
    let end = berlin("2026-11-22T06:30");
    assert_eq!(
        policy.next(end, &[trouble, late], &[]),
        Decision::Send(DeliveryId(1))
    );
}

#[test]
fn quiet_windows_that_follow_on_one_another_are_one() {
    let weekend = window(
        Weekdays::of([Weekday::Saturday, Weekday::Sunday]),
        time(0, 0, 0, 0),
        time(23, 59, 0, 0),
    );
    let quiet = Quiet {
        hours: vec![weekend, night().hours[0]],
        ..night()
    };
    let policy = Policy {
        quiet: Some(quiet),
        ..policy()
    };
    let friday = berlin("2026-11-20T23:00");
    let deferred = [alert(1, Priority::Routine, friday)];
    let monday = berlin("2026-11-23T06:30");
    assert_eq!(
        policy.next(friday, &deferred, &[]),
        wait(monday, DeferReason::Quiet)
    );
}

#[test]
fn a_digest_collects_until_its_time_and_flash_passes() {
    let policy = Policy {
        digest: Some(morning_and_evening()),
        ..policy()
    };
    let deferred = [
        alert(1, Priority::Bulletin, berlin("2026-11-22T08:01")),
        alert(2, Priority::Routine, berlin("2026-11-22T09:00")),
    ];
    let evening = berlin("2026-11-22T18:00");
    let noon = berlin("2026-11-22T12:00");
    assert_eq!(
        policy.next(noon, &deferred, &[]),
        wait(evening, DeferReason::Digest)
    );
    assert_eq!(
        policy.next(evening, &deferred, &[]),
        fold(&[1, 2], DeferReason::Digest)
    );
    let one = fold(&[1], DeferReason::Digest);
    assert_eq!(
        policy.next(evening, &deferred[..1], &[]),
        one,
        "a digest of one"
    );
    let flash = alert(3, Priority::Flash, noon);
    assert_eq!(
        policy.next(noon, &[flash, deferred[0]], &[]),
        Decision::Send(DeliveryId(3))
    );
}

#[test]
fn a_digest_is_early_when_enough_waits_and_late_when_the_hours_are_quiet() {
    let now = berlin("2026-11-22T12:00");
    let waiting: Vec<_> = (1..=3)
        .map(|id| alert(id, Priority::Routine, now))
        .collect();
    let policy = Policy {
        digest: Some(Digest {
            count: Some(3),
            ..morning_and_evening()
        }),
        quiet: Some(Quiet {
            hours: vec![window(Weekdays::ALL, time(17, 0, 0, 0), time(19, 0, 0, 0))],
            passes: Priority::Bulletin,
        }),
        ..policy()
    };
    assert_eq!(
        policy.next(now, &waiting, &[]),
        fold(&[1, 2, 3], DeferReason::Digest)
    );
    let seven = berlin("2026-11-22T19:00");
    assert_eq!(
        policy.next(now, &waiting[..2], &[]),
        wait(seven, DeferReason::Digest)
    );
    assert_eq!(
        policy.next(seven, &waiting[..2], &[]),
        fold(&[1, 2], DeferReason::Digest)
    );
}

#[test]
fn a_digest_every_two_hours_counts_from_its_first_alert() {
    let policy = Policy {
        digest: Some(Digest {
            times: vec![],
            every: Some(Duration::from_hours(2)),
            ..morning_and_evening()
        }),
        ..policy()
    };
    let first = berlin("2026-11-22T09:17");
    let deferred = [
        alert(1, Priority::Routine, first),
        alert(2, Priority::Routine, berlin("2026-11-22T11:16")),
    ];
    let due = berlin("2026-11-22T11:17");
    assert_eq!(
        policy.next(first, &deferred, &[]),
        wait(due, DeferReason::Digest)
    );
    assert_eq!(
        policy.next(due, &deferred, &[]),
        fold(&[1, 2], DeferReason::Digest)
    );
}

fn twice_an_hour() -> Policy {
    Policy {
        at_most: Some(Rate {
            count: 2,
            per: Duration::from_hours(1),
            passes: Priority::Flash,
        }),
        ..policy()
    }
}

#[test]
fn at_most_lets_so_many_through_and_the_last_takes_the_rest_along() {
    let policy = twice_an_hour();
    let start = berlin("2026-11-22T09:00");
    let waiting: Vec<_> = (1..=4)
        .map(|id| alert(id, Priority::Urgent, start))
        .collect();
    assert_eq!(policy.memory(), 2);
    let first = policy.next(start, &waiting, &[]);
    assert_eq!(first, Decision::Send(DeliveryId(1)));
    let second = policy.next(start, &waiting[1..], &[start]);
    assert_eq!(second, fold(&[2, 3, 4], DeferReason::AtMost));
    // Alone it needs no summary.
    let alone = policy.next(start, &waiting[1..2], &[start]);
    assert_eq!(alone, Decision::Send(DeliveryId(2)));
    // An hour later it is not the last.
    let later = berlin("2026-11-22T10:00");
    let fresh = [
        alert(5, Priority::Urgent, later),
        alert(6, Priority::Urgent, later),
    ];
    let step = policy.next(later, &fresh, &[start]);
    assert_eq!(step, Decision::Send(DeliveryId(5)));
}

#[test]
fn what_comes_above_the_rate_waits_for_its_place_and_is_sent_together() {
    let policy = twice_an_hour();
    let sent = ["2026-11-22T09:00", "2026-11-22T09:01"].map(berlin);
    let now = berlin("2026-11-22T09:02");
    let waiting = [3, 4].map(|id| alert(id, Priority::Urgent, now));
    let free = berlin("2026-11-22T10:00");
    assert_eq!(
        policy.next(now, &waiting, &sent),
        wait(free, DeferReason::AtMost)
    );
    // Also where it is asked late, and the rate would let each through.
    for at in [free, berlin("2026-11-22T10:30")] {
        let step = policy.next(at, &waiting, &sent);
        assert_eq!(step, fold(&[3, 4], DeferReason::AtMost));
    }
    let flash = alert(5, Priority::Flash, now);
    assert_eq!(
        policy.next(now, &[flash], &sent),
        Decision::Send(DeliveryId(5))
    );
    // Long after, nothing is deferred.
    let late = alert(6, Priority::Urgent, berlin("2026-11-22T12:00"));
    let step = policy.next(late.since, &[late], &sent);
    assert_eq!(step, Decision::Send(DeliveryId(6)));
}

#[test]
fn a_clock_that_was_set_back_holds_nobody_for_the_time_it_was_wrong() {
    let policy = twice_an_hour();
    let now = berlin("2026-11-22T09:00");
    let wrong = ["2027-11-22T09:00", "2027-11-22T09:01"].map(berlin);
    let step = policy.next(now, &[alert(1, Priority::Urgent, now)], &wrong);
    assert_eq!(step, Decision::Send(DeliveryId(1)));
    // A step of some seconds does not make the rate forget.
    let just = ["2026-11-22T08:59", "2026-11-22T09:00:05"].map(berlin);
    let until = berlin("2026-11-22T09:59");
    let step = policy.next(now, &[alert(1, Priority::Urgent, now)], &just);
    assert_eq!(step, wait(until, DeferReason::AtMost));
}

#[test]
fn what_a_broken_receiver_missed_by_day_is_not_notified_at_night() {
    let policy = Policy {
        quiet: Some(night()),
        ..policy()
    };
    let missed = alert(1, Priority::Routine, berlin("2026-11-21T05:00"));
    let next_night = berlin("2026-11-22T02:00");
    let end = berlin("2026-11-22T06:30");
    assert_eq!(
        policy.next(next_night, &[missed], &[]),
        wait(end, DeferReason::Quiet)
    );
}

#[test]
fn what_was_attempted_waits_for_no_digest_and_no_company() {
    let policy = Policy {
        digest: Some(morning_and_evening()),
        group_wait: Some(Duration::from_mins(5)),
        quiet: Some(night()),
        ..policy()
    };
    let noon = berlin("2026-11-22T12:00");
    let attempted = Waiting {
        can_fold: false,
        ..alert(1, Priority::Routine, noon)
    };
    let deferred = alert(2, Priority::Routine, noon);
    let step = policy.next(noon, &[attempted, deferred], &[]);
    assert_eq!(step, Decision::Send(DeliveryId(1)));
    let night = berlin("2026-11-23T01:00");
    let step = policy.next(night, &[attempted], &[]);
    assert_eq!(step, wait(berlin("2026-11-23T06:30"), DeferReason::Quiet));
}

#[test]
fn a_summary_that_was_made_goes_before_the_next_is_made() {
    let policy = Policy {
        digest: Some(morning_and_evening()),
        ..policy()
    };
    let evening = berlin("2026-11-22T18:00");
    let noon = berlin("2026-11-22T12:00");
    let made = Waiting {
        can_fold: false,
        ..alert(9, Priority::Routine, evening)
    };
    let rest = alert(1, Priority::Routine, noon);
    let step = policy.next(evening, &[rest, made], &[]);
    assert_eq!(step, Decision::Send(DeliveryId(9)));
    // But not before what is more urgent.
    let urgent = alert(2, Priority::Urgent, noon);
    let step = policy.next(evening, &[urgent, rest, made], &[]);
    assert_eq!(step, fold(&[2, 1], DeferReason::Digest));
}

#[test]
fn a_burst_is_folded_after_the_group_wait() {
    let policy = Policy {
        group_wait: Some(Duration::from_secs(30)),
        ..policy()
    };
    let start = moment("2026-11-22T09:00:00Z");
    let end = moment("2026-11-22T09:00:30Z");
    let burst = [
        alert(1, Priority::Routine, start),
        alert(2, Priority::Routine, moment("2026-11-22T09:00:20Z")),
    ];
    assert_eq!(
        policy.next(start, &burst, &[]),
        wait(end, DeferReason::GroupWait)
    );
    assert_eq!(
        policy.next(end, &burst, &[]),
        fold(&[1, 2], DeferReason::GroupWait)
    );
    assert_eq!(
        policy.next(end, &burst[..1], &[]),
        Decision::Send(DeliveryId(1))
    );
}

#[test]
fn a_summary_holds_no_more_than_its_bound_and_the_rest_follows() {
    let policy = Policy {
        digest: Some(morning_and_evening()),
        ..policy()
    };
    let noon = berlin("2026-11-22T12:00");
    let count = i64::try_from(MAX_FOLD).expect("small") + 1;
    let waiting: Vec<_> = (1..=count)
        .map(|id| alert(id, Priority::Routine, noon))
        .collect();
    let Decision::Fold { ids, .. } = policy.next(berlin("2026-11-22T18:00"), &waiting, &[]) else {
        panic!("a fold");
    };
    assert_eq!(ids.len(), MAX_FOLD);
    let rest = &waiting[MAX_FOLD..];
    let evening = berlin("2026-11-22T18:00");
    assert_eq!(
        policy.next(evening, rest, &[]),
        fold(&[count], DeferReason::Digest)
    );
}

fn any_policy() -> impl Strategy<Value = Policy> {
    let quiet = proptest::option::of((0i8..24, 0i8..24)).prop_map(|hours| {
        hours
            .filter(|(from, to)| from != to)
            .map(|(from, to)| Quiet {
                hours: vec![window(
                    Weekdays::ALL,
                    time(from, 0, 0, 0),
                    time(to, 0, 0, 0),
                )],
                passes: Priority::Bulletin,
            })
    });
    let digest = (0i8..24, proptest::option::of(1usize..9), 0i8..3);
    let digest = proptest::option::of(digest).prop_map(|digest| {
        digest.map(|(hour, count, kind)| Digest {
            times: Vec::from_iter((kind != 0).then(|| DailyTimes {
                days: Weekdays::ALL,
                times: vec![time(hour, 15, 0, 0)],
            })),
            every: (kind != 1).then(|| Duration::from_mins(10 * u64::from(hour.unsigned_abs()))),
            count,
            passes: Priority::Flash,
        })
    });
    let rate = proptest::option::of(1usize..6).prop_map(|count| {
        count.map(|count| Rate {
            count,
            per: Duration::from_hours(1),
            passes: Priority::Flash,
        })
    });
    let group = proptest::option::of((0u64..120).prop_map(Duration::from_secs));
    (quiet, digest, rate, group).prop_map(|(quiet, digest, at_most, group_wait)| Policy {
        digest,
        quiet,
        at_most,
        group_wait,
        ..policy()
    })
}

/// What was sent when, most urgent first; minutes of arrival and ranks of priority go in.
fn simulate(policy: &Policy, arrivals: &[(u16, i64)]) -> Vec<(Timestamp, Vec<Waiting>)> {
    let start = berlin("2026-10-24T12:00");
    let mut to_come: Vec<Waiting> = (1..)
        .zip(arrivals)
        .map(|(id, (minute, rank))| {
            let since = start + Duration::from_mins(u64::from(*minute));
            alert(id, Priority::from_rank(*rank), since)
        })
        .collect();
    to_come.sort_by_key(|one| (one.since, one.id));
    let (mut waiting, mut sent): (Vec<Waiting>, Vec<(Timestamp, Vec<Waiting>)>) =
        Default::default();
    let mut now = start;
    loop {
        waiting.extend(to_come.extract_if(.., |one| one.since <= now));
        waiting.sort_by_key(|one| (std::cmp::Reverse(one.priority), one.id));
        let times: Vec<Timestamp> = sent.iter().map(|(at, _)| *at).collect();
        let memory = &times[times.len().saturating_sub(policy.memory())..];
        let next_arrival = to_come.first().map(|one| one.since);
        let ids = match policy.next(now, &waiting, memory) {
            Decision::Send(id) => vec![id],
            Decision::Fold { ids, .. } => ids,
            Decision::Idle => match next_arrival {
                Some(at) => {
                    now = at;
                    continue;
                }
                None => return sent,
            },
            Decision::Defer { until, .. } => {
                assert!(until > now, "a wait ends later than now");
                now = next_arrival.map_or(until, |at| at.min(until));
                continue;
            }
        };
        let taken = waiting
            .extract_if(.., |one| ids.contains(&one.id))
            .collect();
        sent.push((now, taken));
    }
}

proptest! {
    #[test]
    fn nothing_is_dropped_or_sent_twice(
        policy in any_policy(),
        arrivals in proptest::collection::vec((0u16..3000, 0i64..4), 0..60),
    ) {
        let sent = simulate(&policy, &arrivals);
        let mut ids: Vec<_> = sent.iter().flat_map(|(_, some)| some).map(|one| one.id.0).collect();
        ids.sort_unstable();
        let all: Vec<_> = (1..).take(arrivals.len()).collect();
        prop_assert_eq!(ids, all);
    }

    #[test]
    fn no_more_than_at_most_and_nothing_quiet_hours_hold(
        policy in any_policy(),
        arrivals in proptest::collection::vec((0u16..3000, 0i64..4), 0..60),
    ) {
        let sent = simulate(&policy, &arrivals);
        for (at, some) in &sent {
            let highest = some.iter().map(|one| one.priority).max().expect("not empty");
            if let Some(quiet) = &policy.quiet && highest < quiet.passes {
                let inside = quiet.hours[0].end_around(*at, &policy.zone);
                prop_assert_eq!(inside, None, "sent in quiet hours: {:?}", some);
            }
            if highest == Priority::Flash {
                prop_assert!(some.len() > 1 || *at == some[0].since, "a flash waits for nobody");
            }
            if let Some(rate) = policy.at_most && highest < rate.passes {
                let since = *at - rate.per;
                let recent = sent.iter().filter(|(other, _)| *other > since && other <= at);
                let flashes = recent.clone().filter(|(_, some)| some[0].priority >= rate.passes);
                prop_assert!(recent.count() <= rate.count + flashes.count());
            }
        }
    }
}
