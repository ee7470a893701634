use std::time::Duration;

use jiff::civil::time;

use super::*;

pub(crate) fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).expect("compiled in")
}

pub(crate) fn moment(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

/// A local time in Berlin, whose clocks change on 2026-03-29 and 2026-10-25.
pub(crate) fn berlin(text: &str) -> Timestamp {
    let local: jiff::civil::DateTime = text.parse().expect("a time");
    let zoned = local.to_zoned(zone("Europe/Berlin"));
    zoned.expect("in range").timestamp()
}

/// 22:30 to 06:30.
fn night(days: Weekdays) -> Window {
    Window {
        days,
        from: time(22, 30, 0, 0),
        to: time(6, 30, 0, 0),
    }
}

#[test]
fn when_clocks_go_forward_a_skipped_time_comes_as_much_later() {
    let times = DailyTimes {
        days: Weekdays::ALL,
        times: vec![time(2, 30, 0, 0)],
    };
    let berlin_zone = zone("Europe/Berlin");
    let evening = berlin("2026-03-28T20:00");
    // 02:30 does not exist on the 29th; 03:30 summer time is 01:30 UTC.
    assert_eq!(
        times.next(evening, &berlin_zone),
        moment("2026-03-29T01:30:00Z")
    );
    let night = night(Weekdays::ALL);
    let inside = berlin("2026-03-28T23:00");
    let end = night.end_around(inside, &berlin_zone).expect("inside");
    assert_eq!(end, moment("2026-03-29T04:30:00Z"), "06:30 summer time");
}

#[test]
fn when_clocks_go_back_a_time_that_comes_twice_counts_once() {
    let times = DailyTimes {
        days: Weekdays::ALL,
        times: vec![time(2, 30, 0, 0)],
    };
    let berlin_zone = zone("Europe/Berlin");
    let first = moment("2026-10-25T00:30:00Z");
    assert_eq!(times.next(berlin("2026-10-24T20:00"), &berlin_zone), first);
    let after = first + Duration::from_secs(1);
    let tomorrow = moment("2026-10-26T01:30:00Z");
    assert_eq!(
        times.next(after, &berlin_zone),
        tomorrow,
        "not again at the second 02:30"
    );
    let night = night(Weekdays::ALL);
    let end = night.end_around(berlin("2026-10-24T23:00"), &berlin_zone);
    assert_eq!(
        end,
        Some(moment("2026-10-25T05:30:00Z")),
        "06:30 winter time"
    );
}

#[test]
fn days_of_the_week_are_those_on_which_hours_begin() {
    let days = Weekdays::of([Weekday::Friday]);
    let night = night(days);
    let zone = zone("Europe/Berlin");
    let saturday = berlin("2026-11-21T05:00");
    assert_eq!(
        night.end_around(saturday, &zone),
        Some(berlin("2026-11-21T06:30"))
    );
    assert_eq!(night.end_around(berlin("2026-11-21T23:00"), &zone), None);
    assert_eq!(night.end_around(berlin("2026-11-21T06:30"), &zone), None);
    let weekly = DailyTimes {
        days,
        times: vec![time(9, 0, 0, 0)],
    };
    let next = weekly.next(berlin("2026-11-20T09:01"), &zone);
    assert_eq!(next, berlin("2026-11-27T09:00"));
    assert_eq!(days.days().collect::<Vec<_>>(), [Weekday::Friday]);
}
