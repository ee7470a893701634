//! What messages show of the texts that strangers write: no secret, and no more than people read.

use url::Url;

/// The longest part of a message that a stranger writes, in characters: a Location may have
/// 60,000, a certificate hundreds of names.
const MAX_SHOWN_CHARS: usize = 300;

/// The URL as messages may show it: without user, password, query and fragment, and not longer
/// than people read.
pub fn bare_url(url: &Url) -> String {
    let mut bare = url.clone();
    bare.set_query(None);
    bare.set_fragment(None);
    // Both fail only for URLs that cannot have a user at all.
    let _ = bare.set_username("");
    let _ = bare.set_password(None);
    shorten(bare.into())
}

/// Cuts what a stranger wrote to a length fit for a message.
pub(super) fn shorten(mut text: String) -> String {
    if let Some((end, _)) = text.char_indices().nth(MAX_SHOWN_CHARS) {
        text.truncate(end);
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_url_shows_no_secret() {
        let url = Url::parse("https://user:pass@example.org:8443/feed?key=s3cret#part");
        assert_eq!(
            bare_url(&url.expect("a URL")),
            "https://example.org:8443/feed"
        );
        let mail = Url::parse("mailto:a@example.org?subject=x").expect("a URL");
        assert_eq!(bare_url(&mail), "mailto:a@example.org");
    }

    #[test]
    fn what_strangers_write_is_cut_to_its_bound() {
        let fits = "語".repeat(MAX_SHOWN_CHARS);
        assert_eq!(shorten(fits.clone()), fits);
        assert_eq!(shorten(fits.clone() + "x"), fits + "…");
        let long = format!("https://example.org/{}", "x".repeat(60_000));
        let shown = bare_url(&Url::parse(&long).expect("a URL"));
        assert_eq!(shown.chars().count(), MAX_SHOWN_CHARS + 1);
    }
}
