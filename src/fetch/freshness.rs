//! How long a publisher says that its feed stays as it is (RFC 9111). What makes no sense says
//! nothing; the schedule bounds the rest.

use std::time::Duration;

use crate::http::{
    HeaderMap,
    header::{AGE, CACHE_CONTROL, DATE, EXPIRES},
    http_date,
};

/// The largest delta-seconds a recipient need understand (RFC 9111 §1.2.2): 68 years.
const MAX_SECONDS: u64 = 1 << 31;

/// How much longer an answer is fresh: `max-age`, or else Expires − Date, less Age (§4.2).
///
/// `None` where the publisher says nothing, nothing sensible, or that it is already stale
/// (`no-store`, `no-cache`, `max-age=0`). `s-maxage` speaks to shared caches; we are a private
/// one. As the publisher says: whoever obeys sets an upper bound.
pub fn freshness(headers: &HeaderMap) -> Option<Duration> {
    let directives = directives(headers);
    let forbids = |name: &str, value: &Option<String>| match name {
        "no-store" => true,
        // With field names it speaks of those fields only (§5.2.2.4).
        "no-cache" => value.is_none(),
        _ => false,
    };
    if directives.iter().any(|(name, value)| forbids(name, value)) {
        return None;
    }
    let max_age = directives
        .iter()
        .filter(|(name, _)| name == "max-age")
        .find_map(|(_, value)| seconds(value.as_deref()?.as_bytes()));
    let lifetime = max_age.or_else(|| lifetime_by_date(headers))?;
    let age = headers.get(AGE).and_then(|age| seconds(age.as_bytes()));
    lifetime
        .checked_sub(age.unwrap_or_default())
        .filter(|left| !left.is_zero())
}

fn lifetime_by_date(headers: &HeaderMap) -> Option<Duration> {
    let date = |name| http_date(headers.get(name)?.as_bytes());
    let lifetime = date(EXPIRES)?.duration_since(date(DATE)?);
    Duration::try_from(lifetime).ok()
}

fn seconds(value: &[u8]) -> Option<Duration> {
    let digits = value.trim_ascii();
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let number = std::str::from_utf8(digits)
        .ok()?
        .parse()
        .unwrap_or(MAX_SECONDS);
    Some(Duration::from_secs(number.min(MAX_SECONDS)))
}

/// The directives of Cache-Control in order, names in lower case, values without their quotes.
fn directives(headers: &HeaderMap) -> Vec<(String, Option<String>)> {
    headers
        .get_all(CACHE_CONTROL)
        .iter()
        .flat_map(|value| split_unquoted(&String::from_utf8_lossy(value.as_bytes())))
        .map(|directive| match directive.split_once('=') {
            Some((name, value)) => (
                name.trim().to_ascii_lowercase(),
                Some(value.trim().trim_matches('"').to_owned()),
            ),
            None => (directive.trim().to_ascii_lowercase(), None),
        })
        .collect()
}

/// Splits at commas outside of quotes.
fn split_unquoted(list: &str) -> Vec<String> {
    let mut is_quoted = false;
    list.split(|character| {
        is_quoted ^= character == '"';
        character == ',' && !is_quoted
    })
    .map(str::to_owned)
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::{HeaderName, HeaderValue};

    fn fresh(pairs: &[(&str, &str)]) -> Option<u64> {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(
                HeaderName::try_from(*name).expect("a name"),
                HeaderValue::try_from(*value).expect("a value"),
            );
        }
        freshness(&headers).map(|left| left.as_secs())
    }

    const DATE: (&str, &str) = ("date", "Sun, 06 Nov 1994 08:49:37 GMT");
    const EXPIRES: (&str, &str) = ("expires", "Sun, 06 Nov 1994 09:49:37 GMT");

    #[test]
    fn max_age_less_age() {
        for (cache_control, age, expected) in [
            ("max-age=600", None, Some(600)),
            ("public, Max-Age=600, must-revalidate", None, Some(600)),
            ("max-age=\"600\"", None, Some(600)),
            ("max-age=600", Some("100"), Some(500)),
            ("max-age=600", Some("600"), None),
            ("max-age=600", Some("9999"), None),
            ("max-age=600", Some("soon"), Some(600)),
            ("max-age=600", Some("-5"), Some(600)),
            ("max-age=600, max-age=60", None, Some(600)),
            ("max-age=soon, max-age=60", None, Some(60)),
            ("max-age=99999999999999999999999", None, Some(MAX_SECONDS)),
            ("max-age=2147483648", None, Some(MAX_SECONDS)),
            ("max-age=2147483649", None, Some(MAX_SECONDS)),
            ("max-age=2147483647", None, Some(MAX_SECONDS - 1)),
            (
                "no-cache=\"set-cookie, x, max-age=1\", max-age=600",
                None,
                Some(600),
            ),
        ] {
            let mut pairs = vec![("cache-control", cache_control)];
            pairs.extend(age.map(|age| ("age", age)));
            assert_eq!(fresh(&pairs), expected, "{cache_control} {age:?}");
        }
    }

    #[test]
    fn nothing_sensible_is_no_hint() {
        for cache_control in [
            "",
            "max-age",
            "max-age=",
            "max-age=-1",
            "max-age=1.5",
            "max-age=0",
            "s-maxage=600",
            "x-max-age=600",
            "no-store, max-age=600",
            "max-age=600, no-cache",
            "NO-STORE",
            "private=\"a, max-age=600\"",
        ] {
            assert_eq!(
                fresh(&[("cache-control", cache_control)]),
                None,
                "{cache_control}"
            );
        }
        assert_eq!(fresh(&[]), None);
    }

    #[test]
    fn every_cache_control_line_counts() {
        let lines = [
            ("cache-control", "public"),
            ("cache-control", "max-age=600"),
        ];
        assert_eq!(fresh(&lines), Some(600));
        let lines = [
            ("cache-control", "max-age=600"),
            ("cache-control", "no-store"),
        ];
        assert_eq!(fresh(&lines), None);
    }

    #[test]
    fn expires_counts_from_the_answers_own_date() {
        assert_eq!(fresh(&[DATE, EXPIRES]), Some(3600));
        assert_eq!(fresh(&[DATE, EXPIRES, ("age", "600")]), Some(3000));
        assert_eq!(fresh(&[EXPIRES]), None);
        for stale in [
            "0",
            "-1",
            DATE.1,
            "Sun, 06 Nov 1994 07:49:37 GMT",
            "nonsense",
        ] {
            assert_eq!(fresh(&[DATE, ("expires", stale)]), None, "{stale}");
        }
    }

    #[test]
    fn max_age_wins_over_expires_and_nonsense_does_not() {
        assert_eq!(
            fresh(&[DATE, EXPIRES, ("cache-control", "max-age=60")]),
            Some(60)
        );
        assert_eq!(
            fresh(&[DATE, EXPIRES, ("cache-control", "max-age=0")]),
            None
        );
        assert_eq!(
            fresh(&[DATE, EXPIRES, ("cache-control", "max-age=soon")]),
            Some(3600)
        );
        assert_eq!(
            fresh(&[DATE, EXPIRES, ("cache-control", "s-maxage=5")]),
            Some(3600)
        );
    }
}
