//! What to write in the place of what is not TOML: the slips of those who come from other formats.

use std::ops::Range;

use crate::config::strings::{key, quoted};

/// Quotes of word processors, of other languages and of a Japanese keyboard.
const QUOTES: &str = "“”„‟‘’‚«»‹›「」『』＂＇`´";

/// The text without quotes around it that TOML does not know.
pub(super) fn unquoted(written: &str) -> &str {
    written
        .trim()
        .trim_matches(|letter| QUOTES.contains(letter))
}

/// Whether it is a truth value, but for its capitals.
pub(super) fn is_boolean(written: &str) -> bool {
    let word = written.trim();
    ["true", "false"]
        .iter()
        .any(|it| word.eq_ignore_ascii_case(it))
}

/// Whether a bare word is probably a text: `yes` and `null` are not, nor is what holds no word.
pub(super) fn is_quotable(written: &str) -> bool {
    let word = written.trim().to_lowercase();
    word.contains(char::is_alphanumeric)
        && !["yes", "no", "on", "off", "none", "null", "nil"].contains(&word.as_str())
}

/// Where a list or a table in braces begins that is still open at `at`, the innermost, if what is
/// there cannot be in one: a header, a key, the end of the file. The fault there follows from it.
pub(super) fn open_list(text: &str, at: usize) -> Option<usize> {
    let line = line_at(text, at);
    if !(is_outside(&text[line.clone()]) || text[line.end..].trim().is_empty()) {
        return None;
    }
    let mut open = Vec::new();
    let mut start = 0;
    for line in text[..line.start].split_inclusive('\n') {
        let is_header = line.trim_start().starts_with('[') && open.is_empty();
        if !is_header {
            scan(line, start, &mut open);
        }
        start += line.len();
    }
    open.last().copied()
}

/// Whether a line is a header, or a key and its value.
fn is_outside(line: &str) -> bool {
    let line = line.trim();
    let is_key = |text: &str| {
        let letters = |letter: char| letter.is_alphanumeric() || " ._-\"'".contains(letter);
        !text.trim().is_empty() && text.chars().all(letters)
    };
    let header = line.strip_prefix('[').and_then(|line| line.split_once(']'));
    let header = header.map(|(name, _)| name.trim_start_matches('['));
    let is_string = |name: &str| name.starts_with(['"', '\'']);
    header.is_some_and(|name| is_key(name) && !is_string(name))
        || line.split_once('=').is_some_and(|(name, _)| is_key(name))
}

/// Opens and closes the lists and tables of a line, without its strings and its comment.
fn scan(line: &str, start: usize, open: &mut Vec<usize>) {
    let mut quote = None;
    for (at, letter) in line.char_indices() {
        match (quote, letter) {
            (Some(end), letter) if letter == end => quote = None,
            (None, '"' | '\'') => quote = Some(letter),
            (None, '#') => return,
            (None, '[' | '{') => open.push(start + at),
            (None, ']' | '}') => drop(open.pop()),
            _ => {}
        }
    }
}

/// What is wrong with a list or a table in braces that has no end.
pub(super) fn of_open_list(text: &str, list: usize) -> (String, String) {
    if text[list..].starts_with('{') {
        let message = "this table in braces has no end";
        return (message.to_owned(), "close it with }".to_owned());
    }
    let line = line_at(text, list);
    let (behind, _) = text[list..line.end].split_at_checked(1).unwrap_or_default();
    let rest = text[list + behind.len()..line.end].trim_start();
    let help = match rest.strip_prefix('#') {
        Some(comment) => {
            let word: String = comment
                .chars()
                .take_while(|it| !",] ".contains(*it))
                .collect();
            format!(
                "# begins a comment here: write [{}]",
                quoted(&format!("#{word}"))
            )
        }
        None => "close it with ]".to_owned(),
    };
    ("this list has no end".to_owned(), help)
}

/// What to write in the place of a line that is not TOML, where that is plain.
pub(super) fn of_line(text: &str, at: usize) -> Option<String> {
    let line = &text[line_at(text, at)];
    let trimmed = line.trim();
    let behind = &text[at.min(text.len())..];
    if trimmed.starts_with("//") || trimmed.starts_with(';') || trimmed.starts_with("--") {
        return Some("a comment begins with #".to_owned());
    }
    if trimmed.starts_with('{') {
        return Some("this looks like JSON: a table is [name], below it key = value".to_owned());
    }
    if trimmed.starts_with('[') {
        return of_header(trimmed);
    }
    if behind.starts_with('＝') || trimmed.contains('＝') && !trimmed.contains('=') {
        return Some("write the = of ASCII, not the wide one".to_owned());
    }
    match trimmed.split_once('=') {
        Some((name, value)) => of_pair(name.trim(), value.trim(), behind),
        None => of_yaml(trimmed),
    }
}

/// A header with a bracket too many or too few, or words that dots should join.
fn of_header(line: &str) -> Option<String> {
    let inner = line.trim_matches(['[', ']', ' ']);
    let is_list = line.starts_with("[[") && line.trim_end().ends_with("]]");
    // Spaces take the place of dots, unless there are dots too.
    let joint = if inner.contains('.') { '.' } else { ' ' };
    let words = inner.split(joint);
    let words = words.map(|word| word.trim_matches([' ', '"', '\'']));
    let words: Vec<String> = words.filter(|word| !word.is_empty()).map(key).collect();
    let inner = words.join(".");
    (!words.is_empty()).then(|| {
        if is_list {
            format!("write [[{inner}]]")
        } else {
            format!("write [{inner}]")
        }
    })
}

fn of_yaml(line: &str) -> Option<String> {
    let line = line.strip_prefix("- ").unwrap_or(line);
    let (name, value) = line.split_once(':')?;
    let name = key(name.trim_matches([' ', '"', '\'']));
    Some(match unquoted(value).trim_matches(['"', '\'']) {
        "" => format!("write [{name}]: TOML has headers, not indentation"),
        value => format!(
            "write {name} = {}: TOML puts = between key and value",
            quoted(value)
        ),
    })
}

/// A key that needs quotes, a value with quotes in it or with something behind it.
fn of_pair(name: &str, value: &str, behind: &str) -> Option<String> {
    let is_bare = |name: &str| key(name) == name;
    let is_quoted = name.starts_with(['"', '\'']);
    if !is_quoted && !name.split('.').all(|part| is_bare(part.trim())) {
        if let Some(yaml) = name
            .contains(':')
            .then(|| of_yaml(&format!("{name}={value}")))
        {
            return yaml;
        }
        let plain = key(unquoted(name));
        return Some(format!("write {plain} = …: such a key needs quotes"));
    }
    match value {
        "True" | "TRUE" | "yes" | "Yes" | "on" | "On" => return Some("write true".to_owned()),
        "False" | "FALSE" | "no" | "No" | "off" | "Off" => return Some("write false".to_owned()),
        "null" | "None" | "nil" | "" => {
            return Some(format!("write a value, or leave `{name}` out"));
        }
        _ => {}
    }
    if behind.starts_with([';', ','])
        && behind[1..]
            .trim_start_matches(' ')
            .starts_with(['\n', '\r'])
    {
        return Some(format!(
            "nothing follows a value: delete the {:?}",
            &behind[..1]
        ));
    }
    of_string(value)
}

/// A string with its own quote in it, or a backslash that begins no escape.
fn of_string(value: &str) -> Option<String> {
    let quote = value
        .chars()
        .next()
        .filter(|letter| matches!(letter, '"' | '\''))?;
    if let Some(odd) = value
        .chars()
        .last()
        .filter(|letter| QUOTES.contains(*letter))
    {
        return Some(format!(
            "it begins with {quote} and ends with {odd}: write {quote} there too"
        ));
    }
    let inner = value.strip_prefix(quote)?.strip_suffix(quote)?;
    if !inner.contains([quote, '\\']) {
        return None;
    }
    Some(match (inner.contains('\''), quote) {
        (false, _) => format!("write it in single quotes, which take it as it is: '{inner}'"),
        (true, '\'') if !inner.contains(['"', '\\']) => {
            format!("write it in double quotes: \"{inner}\"")
        }
        _ => "write it between ''' and ''', which take all quotes as they are".to_owned(),
    })
}

fn line_at(text: &str, at: usize) -> Range<usize> {
    let at = text.floor_char_boundary(at);
    let start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let end = text[at..]
        .find('\n')
        .map_or(text.len(), |newline| at + newline);
    start..end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_another_format_is_written_in_toml() {
        for (line, expected) in [
            (
                "nhk: \"https://example.org/\"",
                "write nhk = \"https://example.org/\"",
            ),
            ("feed:", "write [feed]"),
            ("// note", "a comment begins with #"),
            ("; note", "a comment begins with #"),
            ("{\"feed\": 1}", "this looks like JSON"),
            ("[watch", "write [watch]"),
            ("[watch]]", "write [watch]"),
            ("[ watch koizumi ]", "write [watch.koizumi]"),
            ("[watch.小泉]", "write [watch.\"小泉\"]"),
            ("[watch.new york]", "write [watch.\"new york\"]"),
            ("[watch.\"new york]", "write [watch.\"new york\"]"),
            ("小泉 = \"x\"", "write \"小泉\" = …"),
            ("new york = \"x\"", "write \"new york\" = …"),
            ("w ＝ \"x\"", "write the = of ASCII"),
            ("w = 'O'Brien'", "write it in double quotes: \"O'Brien\""),
            ("w = \"\"Pete\"\"", "'\"Pete\"'"),
            ("w = \"a \"b\" '\"", "between ''' and '''"),
            ("w = \"/\\d+/\"", "'/\\d+/'"),
            ("w = \"Koizumi”", "ends with ”"),
            ("s = True", "write true"),
            ("s = null", "leave `s` out"),
        ] {
            let help = of_line(line, 0);
            let help = help.unwrap_or_default();
            assert!(help.contains(expected), "{line}: {help:?}");
        }
        assert_eq!(
            of_line("f = \"x\";\n", 7).as_deref(),
            Some("nothing follows a value: delete the \";\"")
        );
        assert_eq!(of_line("w = 5x", 0), None);
    }

    #[test]
    fn a_list_that_is_open_is_found_behind_strings_and_comments() {
        for (text, expected) in [
            ("a = [\"x\"]\n[t]", None),
            ("[t]\na = [#x]\n[u]", Some(8)),
            ("[t]\na = [#x]\nb = 1", Some(8)),
            ("a = [\n \"]\",\n[t]", Some(4)),
            ("a = [\n \"]\",\n", Some(4)),
            ("a = [\n \"x\",\n bare,", None),
            ("a = \"[\"\n[t]", None),
            ("a = 1 # [\n[t]", None),
            ("[[t]]\n[u]", None),
            ("a = { b = 'c'\n[t]", Some(4)),
            ("a = { b = ['c'\n[t]", Some(10)),
        ] {
            let text = text.to_owned() + if expected.is_none() { "\n]" } else { "" };
            let at = text.trim_end_matches(['\n', ']']).len();
            assert_eq!(open_list(&text, at), expected, "{text}");
        }
        let (_, help) = of_open_list("a = [#japan, #usa]\n", 4);
        assert_eq!(help, "# begins a comment here: write [\"#japan\"]");
    }
}
