//! What is wrong with a URL, in words.

/// The library's words, but for the fault that is the most common.
pub(super) fn url_fault(error: url::ParseError) -> String {
    match error {
        url::ParseError::RelativeUrlWithoutBase => {
            "it does not begin with https:// or the like".to_owned()
        }
        _ => error.to_string(),
    }
}
