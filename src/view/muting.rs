//! What a person may ask of a mute: a name that exists, an end, a comment.

use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use super::{ViewError, names, stories::lookup, when, words::one_line};
use crate::{config::Config, model::MuteKind, store::Store};

/// The longest mute, in days: ten years. What is meant for longer is meant for the config.
const MAX_DAYS: i64 = 3650;

/// The longest comment, in characters.
pub(crate) const MAX_COMMENT_CHARS: usize = 500;

/// Why it is not muted so.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum MuteRefusal {
    /// The end is years away.
    #[error("that is too far away, at most {MAX_DAYS} days")]
    TooFar,
    /// The end is no time to come.
    #[error("{0} is past")]
    Past(String),
    /// The comment says nothing.
    #[error("it is empty")]
    EmptyComment,
    /// The comment is too long.
    #[error("it has {0} characters, at most {MAX_COMMENT_CHARS} are kept")]
    LongComment(usize),
}

/// The end of a mute, if it may end then; `None` is behind the end of time.
pub(crate) fn end(
    until: Option<Timestamp>,
    now: Timestamp,
    zone: &TimeZone,
) -> Result<Timestamp, MuteRefusal> {
    let latest = now.saturating_add(SignedDuration::from_hours(24 * MAX_DAYS));
    let latest = latest.expect("hours always add");
    let until = until.filter(|until| *until <= latest);
    let until = until.ok_or(MuteRefusal::TooFar)?;
    if until <= now {
        return Err(MuteRefusal::Past(when::at(until, zone)));
    }
    Ok(until)
}

/// The comment as it is kept: on one line.
pub(crate) fn comment(text: &str) -> Result<String, MuteRefusal> {
    let text = one_line(text, usize::MAX);
    match text.chars().count() {
        0 => Err(MuteRefusal::EmptyComment),
        1..=MAX_COMMENT_CHARS => Ok(text),
        length => Err(MuteRefusal::LongComment(length)),
    }
}

/// The names as mutes have them: of a story the number by which it is found now. Refuses each name that
/// neither the config nor the store has, nor a mute (`muted`): it would mute nothing.
pub(crate) async fn named(
    config: &Config,
    store: &Store,
    kind: MuteKind,
    names: &[String],
    muted: impl IntoIterator<Item = String>,
) -> Result<Vec<String>, ViewError> {
    let mut known = match kind {
        MuteKind::Watch => names::watches(config, store).await?,
        MuteKind::Feed => names::feeds(config, store).await?,
        MuteKind::Tag => names::tags(config),
        MuteKind::Receiver => names::receivers(config, store).await?,
        MuteKind::Story => {
            let muted: Vec<String> = muted.into_iter().collect();
            return stories_of(names, &muted, store).await;
        }
    };
    known.extend(muted);
    names::check_all(kind.as_str(), names, &known)?;
    Ok(names.to_vec())
}

/// The stories of these numbers or links, those that are muted first: one that was muted may have been
/// merged since.
async fn stories_of(
    names: &[String],
    muted: &[String],
    store: &Store,
) -> Result<Vec<String>, ViewError> {
    let mut stories = Vec::with_capacity(names.len());
    for name in names {
        let digits = name.trim_start_matches(['s', 'S', '#']);
        let of_mute = muted.iter().find(|muted| muted[1..] == *digits);
        stories.push(match of_mute {
            Some(muted) => muted.clone(),
            None => lookup::story(name, store).await?.to_string(),
        });
    }
    Ok(stories)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mute_lasts_ten_years_at_most_and_ends_in_the_future() {
        let now: Timestamp = "2026-11-22T07:00:00Z".parse().expect("a time");
        let longest = now + SignedDuration::from_hours(24 * 3650);
        let second = SignedDuration::from_secs(1);
        for (until, wanted) in [
            (Some(longest), Ok(longest)),
            (Some(longest + second), Err(MuteRefusal::TooFar)),
            (None, Err(MuteRefusal::TooFar)),
            (Some(now + second), Ok(now + second)),
            (
                Some(now),
                Err(MuteRefusal::Past("2026-11-22 07:00:00 UTC".to_owned())),
            ),
        ] {
            assert_eq!(end(until, now, &TimeZone::UTC), wanted, "{until:?}");
        }
    }

    #[test]
    fn a_comment_is_one_line_of_at_most_500_characters() {
        assert_eq!(comment(" two\nlines ").as_deref(), Ok("two lines"));
        assert!(comment(&"é".repeat(MAX_COMMENT_CHARS)).is_ok());
        assert_eq!(
            comment(&"é".repeat(MAX_COMMENT_CHARS + 1)),
            Err(MuteRefusal::LongComment(501))
        );
        assert_eq!(comment(" \n"), Err(MuteRefusal::EmptyComment));
    }
}
