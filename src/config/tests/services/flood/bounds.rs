//! What services take.

use crate::config::tests::services::hostile::acting;

/// A field, how its service counts it, and the most it takes.
pub(super) type Bound = (&'static str, fn(&str) -> usize, usize);

/// The most that each service says it takes, or that the preset's head says of it, in what it counts;
/// of a body, in bytes.
pub(super) fn bounds(name: &str) -> Vec<Bound> {
    let bytes: fn(&str) -> usize = str::len;
    let utf16: fn(&str) -> usize = |text| text.encode_utf16().count();
    let chars: fn(&str) -> usize = |text| text.chars().count();
    match name {
        "slack" => vec![("/text", utf16, 3000), ("/blocks", utf16, 40_000)],
        "discord" => vec![
            ("/embeds/0/title", utf16, 256),
            ("/embeds/0/description", utf16, 4096),
        ],
        "telegram" => vec![("/text", without_tags, 4096)],
        "matrix" => vec![("", bytes, 65_536 - 16_384)],
        "teams" => vec![("", utf16, 28 * 1024)],
        "mattermost" => vec![("/text", chars, 16_383)],
        "ntfy" => vec![("", bytes, 8191), ("/message", bytes, 4095)],
        "gotify" => vec![("/message", chars, 32_768)],
        "pushover" => vec![
            ("/message", chars, 1024),
            ("/title", chars, 250),
            ("/url", chars, 512),
        ],
        "pagerduty" => vec![
            ("", bytes, 512 * 1024),
            ("/payload/summary", utf16, 1024),
            ("/dedup_key", chars, 255),
        ],
        "zulip" => vec![("/content", chars, 10_000), ("/topic", chars, 60)],
        "apprise" => vec![("/body", utf16, 32_768 + 2048 + 1), ("/title", utf16, 250)],
        other => panic!("what does {other} take?"),
    }
}

fn without_tags(text: &str) -> usize {
    let plain: String = text
        .split('<')
        .map(|piece| piece.split_once('>').map_or(piece, |(_, text)| text))
        .collect();
    let plain = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&amp;", "&"),
    ]
    .iter()
    .fold(plain, |plain, (entity, sign)| plain.replace(entity, sign));
    // Not one of the program's entities is left.
    plain.replace('\u{200b}', "").encode_utf16().count()
}

/// Whether tags and Markdown's bold and links are closed.
pub(super) fn is_closed(name: &str, text: &str) -> bool {
    let count = |needle: &str| text.matches(needle).count();
    match name {
        "telegram" => count("<a ") == count("</a>") && count("<b>") == count("</b>"),
        "matrix" => count("<a ") == count("</a>") && count("<strong>") == count("</strong>"),
        "discord" | "mattermost" => {
            let text = acting(text);
            let count = |needle: &str| text.matches(needle).count();
            count("**") % 2 == 0 && count("[") == count("](")
        }
        "zulip" => count("**") % 2 == 0 && count("[") == count("]("),
        _ => true,
    }
}
