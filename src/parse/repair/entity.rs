//! References to characters: `&amp;`, `&#8217;`, `&eacute;`; and what only looks like one.

use std::collections::HashMap;

use memchr::memchr;

use crate::parse::faults::{WarningKind, Warnings};

/// The longest name of an HTML entity is 31 characters.
const MAX_NAME_BYTES: usize = 40;
/// Entities of a document's own; real ones define a handful.
const MAX_DEFINED: usize = 64;
/// The longest value of one; references in values are not followed, so nothing multiplies.
const MAX_VALUE_BYTES: usize = 256;
/// What all references to them may add to one document.
const MAX_EXPANDED_BYTES: usize = 1 << 20;

/// Resolves references, with the entities that the document defines.
#[derive(Debug, Default)]
pub(super) struct Entities<'a> {
    defined: HashMap<&'a str, &'a str>,
    expanded_bytes: usize,
}

impl<'a> Entities<'a> {
    /// Learns the `<!ENTITY name "value">` of a document type's internal subset.
    pub(super) fn define(&mut self, doctype: &'a str) {
        for declaration in doctype.split("<!ENTITY").skip(1).take(MAX_DEFINED) {
            let mut parts = declaration
                .trim_ascii_start()
                .splitn(2, char::is_whitespace);
            let (Some(name), Some(value)) = (parts.next(), parts.next()) else {
                continue;
            };
            let value = value.trim_ascii_start();
            // An external entity (`SYSTEM "…"`) has no quote here, and is never fetched.
            let Some(quote) = value.chars().next().filter(|c| "\"'".contains(*c)) else {
                continue;
            };
            if let Some(value) = value[1..].split(quote).next()
                && value.len() <= MAX_VALUE_BYTES
            {
                self.defined.insert(name, value);
            }
        }
    }

    /// Appends `text`, which begins at byte `at`, with its references resolved.
    pub(super) fn resolve(
        &mut self,
        text: &str,
        at: usize,
        resolved: &mut String,
        warnings: &mut Warnings,
    ) {
        let mut rest = text;
        while let Some(ampersand) = memchr(b'&', rest.as_bytes()) {
            resolved.push_str(&rest[..ampersand]);
            rest = &rest[ampersand..];
            let at = at + text.len() - rest.len();
            let length = match reference(rest) {
                Some(name) if self.push(name, resolved) => name.len() + 2,
                Some(_) => {
                    warnings.note(WarningKind::UnknownEntity, at);
                    resolved.push('&');
                    1
                }
                None => {
                    warnings.note(WarningKind::BareAmpersand, at);
                    resolved.push('&');
                    1
                }
            };
            rest = &rest[length..];
        }
        resolved.push_str(rest);
    }

    /// Notes what is wrong in a text that nobody reads.
    pub(super) fn check(&mut self, text: &str, at: usize, warnings: &mut Warnings) {
        if memchr(b'&', text.as_bytes()).is_some() {
            self.resolve(text, at, &mut String::new(), warnings);
        }
    }

    /// Appends the text that `name` refers to; `false` if there is none.
    fn push(&mut self, name: &str, resolved: &mut String) -> bool {
        match name {
            "amp" => resolved.push('&'),
            "lt" => resolved.push('<'),
            "gt" => resolved.push('>'),
            "quot" => resolved.push('"'),
            "apos" => resolved.push('\''),
            _ => {
                if let Some(number) = name.strip_prefix('#') {
                    return push_number(number, resolved);
                }
                if let Some(value) = self.defined.get(name) {
                    self.expanded_bytes += value.len();
                    if self.expanded_bytes > MAX_EXPANDED_BYTES {
                        return false;
                    }
                    resolved.push_str(value);
                    return true;
                }
                return push_html(name, resolved);
            }
        }
        true
    }
}

/// The name in `&name;` at the start of `text`.
fn reference(text: &str) -> Option<&str> {
    let name = &text.as_bytes()[1..text.len().min(MAX_NAME_BYTES)];
    let end = name
        .iter()
        .position(|byte| !byte.is_ascii_alphanumeric() && *byte != b'#')?;
    (end > 0 && name[end] == b';').then(|| &text[1..=end])
}

/// A number, read as HTML reads it: 128 to 159 are windows-1252, what can't be is U+FFFD.
fn push_number(number: &str, resolved: &mut String) -> bool {
    let (digits, radix) = match number.strip_prefix(['x', 'X']) {
        Some(digits) => (digits, 16),
        None => (number, 10),
    };
    if digits.is_empty() || !digits.chars().all(|c| c.is_digit(radix)) {
        return false;
    }
    match u32::from_str_radix(digits, radix) {
        Ok(code @ 0x80..=0x9F) => {
            let byte = [u8::try_from(code).expect("at most 0x9F")];
            let (text, _) = encoding_rs::WINDOWS_1252.decode_without_bom_handling(&byte);
            resolved.push_str(&text);
        }
        code => resolved.push(
            code.ok()
                .and_then(char::from_u32)
                .unwrap_or(char::REPLACEMENT_CHARACTER),
        ),
    }
    true
}

fn push_html(name: &str, resolved: &mut String) -> bool {
    let written = format!("&{name};");
    let text = htmlize::unescape(written.as_str());
    let is_known = !text.ends_with(';');
    if is_known {
        resolved.push_str(&text);
    }
    is_known
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolved(text: &str, doctype: &'static str) -> (String, Vec<WarningKind>) {
        let mut entities = Entities::default();
        entities.define(doctype);
        let (mut out, mut warnings) = (String::new(), Warnings::default());
        entities.resolve(text, 0, &mut out, &mut warnings);
        let kinds = warnings.into_vec().iter().map(|w| w.kind).collect();
        (out, kinds)
    }

    #[test]
    fn resolves_what_is_a_reference() {
        let cases = [
            ("AT&amp;T", "AT&T"),
            ("&lt;b&gt; &quot;&apos;", "<b> \"'"),
            ("it&#146;s it&#8217;s it&#x2019;s", "it’s it’s it’s"),
            ("Shinjir&omacr; caf&eacute;&nbsp;", "Shinjirō café\u{a0}"),
            ("&amp;eacute;", "&eacute;"),
            ("&#xD800;&#99999999999999999999;", "\u{FFFD}\u{FFFD}"),
        ];
        for (text, expected) in cases {
            assert_eq!(resolved(text, ""), (expected.to_owned(), vec![]), "{text}");
        }
    }

    #[test]
    fn keeps_what_is_none() {
        use WarningKind::{BareAmpersand, UnknownEntity};
        let cases = [
            ("AT&T", BareAmpersand),
            ("A & B", BareAmpersand),
            ("?a=1&copy=2", BareAmpersand),
            ("&", BareAmpersand),
            ("&;", BareAmpersand),
            ("&nonsense;", UnknownEntity),
            ("&#;", UnknownEntity),
            ("&#12a;", UnknownEntity),
        ];
        for (text, kind) in cases {
            assert_eq!(resolved(text, ""), (text.to_owned(), vec![kind]), "{text}");
        }
    }

    #[test]
    fn knows_the_documents_own_entities() {
        let doctype = "rss [<!ENTITY foo \"bar\"><!ENTITY ext SYSTEM \"file:///etc/passwd\">]";
        assert_eq!(resolved("&foo;", doctype).0, "bar");
        assert_eq!(resolved("&ext;", doctype).0, "&ext;");
    }

    #[test]
    fn entities_do_not_multiply() {
        let doctype = "x [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;&a;\">]";
        assert_eq!(resolved("&b;", doctype).0, "&a;&a;&a;");
        let value = "v".repeat(MAX_VALUE_BYTES);
        let doctype: &'static str = format!("x [<!ENTITY a \"{value}\">]").leak();
        let fitting = MAX_EXPANDED_BYTES / MAX_VALUE_BYTES;
        let (text, _) = resolved(&"&a;".repeat(fitting), doctype);
        assert_eq!(text.len(), MAX_EXPANDED_BYTES);
        let (text, _) = resolved(&"&a;".repeat(fitting + 1), doctype);
        assert_eq!(text.len(), MAX_EXPANDED_BYTES + "&a;".len());
        let doctype: &'static str = format!("x [<!ENTITY a \"{value}v\">]").leak();
        assert_eq!(resolved("&a;", doctype).0, "&a;");
    }
}
