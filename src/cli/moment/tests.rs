use super::*;

fn at(text: &str) -> Timestamp {
    text.parse().expect(text)
}

#[test]
fn a_time_of_day_is_the_next_in_the_zone_also_where_clocks_change() {
    let berlin = TimeZone::get("Europe/Berlin").expect("a zone");
    for (now, text, wanted) in [
        ("2026-11-22T02:00Z", "08:00", "2026-11-22T07:00:00Z"),
        ("2026-11-22T06:59:59.9Z", "08:00", "2026-11-22T07:00:00Z"),
        ("2026-11-22T07:00:00Z", "08:00", "2026-11-23T07:00:00Z"),
        ("2026-11-22T23:30:00Z", "08:00", "2026-11-23T07:00:00Z"),
        // Clocks go back in this night, and there is no 02:30 in that one.
        ("2026-10-24T22:00:00Z", "08:00", "2026-10-25T07:00:00Z"),
        ("2026-03-28T22:00:00Z", "02:30", "2026-03-29T01:30:00Z"),
    ] {
        let end = moment(text).expect(text).coming(at(now), &berlin);
        assert_eq!(end, Some(at(wanted)), "{now} {text}");
    }
}

#[test]
fn what_has_been_and_what_is_to_come_are_told_apart() {
    let tokyo = TimeZone::get("Asia/Tokyo").expect("a zone");
    // 15:30 in Tokyo.
    let now = at("2026-11-22T06:30:00Z");
    for (text, past, coming) in [
        ("2h", "2026-11-22T04:30:00Z", "2026-11-22T08:30:00Z"),
        ("30d", "2026-10-23T06:30:00Z", "2026-12-22T06:30:00Z"),
        ("now", "2026-11-22T06:30:00Z", "2026-11-22T06:30:00Z"),
        ("15:30", "2026-11-22T06:30:00Z", "2026-11-23T06:30:00Z"),
        ("8:00", "2026-11-21T23:00:00Z", "2026-11-22T23:00:00Z"),
        ("16:00", "2026-11-21T07:00:00Z", "2026-11-22T07:00:00Z"),
    ] {
        let moment = moment(text).expect(text);
        assert_eq!(moment.past(now, &tokyo), at(past), "{text}");
        assert_eq!(moment.coming(now, &tokyo), Some(at(coming)), "{text}");
    }
    for (text, wanted) in [
        ("yesterday", "2026-11-20T15:00:00Z"),
        ("today", "2026-11-21T15:00:00Z"),
        ("tomorrow", "2026-11-22T15:00:00Z"),
        ("2026-12-01", "2026-11-30T15:00:00Z"),
        ("2026-12-01T08:00", "2026-11-30T23:00:00Z"),
        ("2026-12-01 08:00:30", "2026-11-30T23:00:30Z"),
        ("2026-12-01T08:00Z", "2026-12-01T08:00:00Z"),
        ("2026-12-01T08:00-05:00", "2026-12-01T13:00:00Z"),
        ("2026-12-01T08:00[Europe/Berlin]", "2026-12-01T07:00:00Z"),
    ] {
        let moment = moment(text).expect(text);
        assert_eq!(moment.past(now, &tokyo), at(wanted), "{text}");
        assert_eq!(moment.coming(now, &tokyo), Some(at(wanted)), "{text}");
    }
    let longest = Moment::Span(Duration::MAX);
    assert_eq!(longest.past(now, &tokyo), Timestamp::MIN);
    assert_eq!(longest.coming(now, &tokyo), None);
}

#[test]
fn what_names_no_moment_is_refused() {
    for text in [
        "",
        "24:00",
        "08:60",
        "08",
        "8am",
        "0800",
        "soon",
        "2026-13-01",
        "-2h",
        "Yesterday",
        "2026-12-01T08:00[Asia/Tokio]",
    ] {
        assert_eq!(moment(text), Err(NoMoment), "{text}");
    }
}

#[test]
fn a_span_that_can_hold_nothing_is_a_slip_and_said_so() {
    let now = at("2026-11-22T06:30:00Z");
    for (since, until, wanted) in [
        (Some("5m"), Some("1m"), None),
        (Some("1h"), Some("now"), None),
        (Some("now"), None, None),
        (None, Some("tomorrow"), None),
        (Some("yesterday"), Some("tomorrow"), None),
        (
            Some("1m"),
            Some("5m"),
            Some("2026-11-22 06:29:00 UTC is after --until 2026-11-22 06:25:00 UTC"),
        ),
        (Some("08:00"), Some("yesterday"), Some("is after --until")),
        (Some("1d"), Some("24h"), Some("is the same as --until")),
        (Some("tomorrow"), None, Some("is in the future")),
        (Some("tomorrow"), Some("1m"), Some("is in the future")),
    ] {
        let of = |text: &str| moment(text).expect(text);
        let found = span(since.map(of), until.map(of), now, &TimeZone::UTC);
        let fault = found.err().map(|error| (error.code(), error.to_string()));
        let is_so = match (&fault, wanted) {
            (None, None) => true,
            (Some((2, text)), Some(wanted)) => text.contains(wanted) && text.contains("help: "),
            _ => false,
        };
        assert!(is_so, "{since:?} {until:?}: {fault:?}");
    }
}
