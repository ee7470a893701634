//! Tables and lists, headers and names, taken for each other: `[[watch]]`, `watch = "…"`, a key
//! that is among names.

use super::{
    problem::{Problem, SourceLocation},
    schema::{ENTITY, FEED, Key, Kind, RECEIVER, TOP, Table, WATCH},
    strings::{key as as_key, quoted},
    value::Value,
};

/// Reports a value that should be a table of names.
pub(super) fn report_no_table<T>(value: Value<'_>) -> Option<T> {
    let what = value.name();
    if !value.is_list() {
        return value.mismatch_with(Kind::Table, &below(what));
    }
    let mut elements = value.elements();
    let Some(first) = elements.find(Value::is_table) else {
        return value.mismatch_with(Kind::Table, &below(what));
    };
    let entries = first.entries().unwrap_or_default();
    let name = entries.iter().find(|entry| entry.name() == "name");
    let name = name.filter(|name| name.is_string());
    let name = name.and_then(|name| Some(name.text(Kind::String)?.text));
    let written = as_key(name.unwrap_or("NAME"));
    let message = format!("`{what}` is one table of names, not a list of tables");
    let without = if name.is_some() {
        ", without `name`"
    } else {
        ""
    };
    let help = format!("write [{what}.{written}] in place of [[{what}]]{without}");
    let problem = Problem::error(value.key_place(), message).help(help);
    value.context.report(problem);
    None
}

/// How such a table is written.
fn below(what: &str) -> String {
    let entry = match what {
        "feed" => "NAME = \"https://example.org/feed.xml\"",
        "watch" => "NAME = \"an expression\"",
        "entity" => "NAME = [\"a name\", \"another\"]",
        "receiver" => "NAME = { email = [\"you@example.org\"] }",
        "publisher" => "NAME = [\"example.org\", \"example.com\"]",
        _ => return format!("write [{what}.NAME] and its keys below it"),
    };
    format!("write [{what}] and below it {entry}")
}

/// Reports an entry whose name is a key, of the top or of one entry: nobody calls a watch `notify`.
/// Says whether it is not to be read as an entry.
pub(super) fn report_key_as_name(entry: Value<'_>, what: &str) -> bool {
    let own: &Table = match what {
        "feed" => &FEED,
        "watch" => &WATCH,
        "entity" => &ENTITY,
        "receiver" => &RECEIVER,
        _ => return false,
    };
    let name = entry.name();
    let is_in = |table: &Table| table.keys.iter().any(|key| key.name == name);
    let is_setting = |kind| !matches!(kind, Kind::Table | Kind::Tables);
    let mut of_top = TOP.keys.iter();
    let of_top = of_top.any(|key| key.name == name && is_setting(key.kind));
    if entry.is_table() || !(of_top || is_in(own)) {
        return false;
    }
    let help = if of_top {
        format!("`{name}` the setting belongs at the top of the file, before the first [table]")
    } else {
        format!("`{name}` is a key of one {what}: write it below [{what}.NAME]")
    };
    let is_meant = is_entry(entry, what) && !(what == "entity" && is_in(own));
    let message = if is_meant {
        format!("`{name}` below [{what}] is a {what} of that name")
    } else {
        format!("`{name}` is below [{what}], where each line is a {what}")
    };
    let problem = if is_meant {
        Problem::warning(entry.key_place(), message)
    } else {
        Problem::error(entry.key_place(), message)
    };
    entry.context.report(problem.help(help));
    !is_meant
}

/// Reports an entry whose name has a dot and no quotes, which TOML takes for a table in a table:
/// `u.s = "US"`. Says whether it is one.
pub(super) fn report_dotted(entry: Value<'_>, what: &str) -> bool {
    let own: &[Key] = match what {
        "feed" => FEED.keys,
        "watch" => WATCH.keys,
        "entity" => ENTITY.keys,
        "receiver" => RECEIVER.keys,
        "publisher" => &[],
        _ => return false,
    };
    let place = entry.key_place();
    let (Some(span), true) = (&place.span, entry.is_table()) else {
        return false;
    };
    let text = &entry.context.sources.get(entry.file).text;
    let behind = text[span.end..].strip_prefix('.').unwrap_or_default();
    let end = behind.find(|letter: char| "=]\"' \t\r\n".contains(letter));
    let Some(rest) = end
        .map(|end| &behind[..end])
        .filter(|rest| !rest.is_empty())
    else {
        return false;
    };
    let first = rest.split('.').next().unwrap_or(rest);
    if own.iter().any(|key| key.name == first) {
        return false;
    }
    let name = quoted(&format!("{}.{rest}", entry.name()));
    let line = &text[text[..span.start].rfind('\n').map_or(0, |at| at + 1)..];
    let help = if line.trim_start().starts_with('[') {
        format!("write [{what}.{name}]")
    } else {
        format!("write {name} = …")
    };
    let place = SourceLocation::new(entry.file, span.start..span.end + 1 + rest.len());
    let problem = Problem::error(place, "a name with a dot in it needs quotes").help(help);
    entry.context.report(problem);
    true
}

/// Whether the string can be the short form of an entry.
fn is_entry(entry: Value<'_>, what: &str) -> bool {
    let is_url = || {
        let text = entry.text(Kind::String).map_or("", |text| text.text.trim());
        ["http:", "https:", "file:"]
            .iter()
            .any(|scheme| text.starts_with(scheme))
    };
    match what {
        "watch" => entry.is_string(),
        "feed" => entry.is_string() && is_url(),
        "entity" => entry.is_string() || entry.is_list(),
        _ => false,
    }
}

/// Reports a value that cannot be an entry of this kind; says whether it did.
pub(super) fn report_no_entry(entry: Value<'_>, what: &str) -> bool {
    let (is_one, kind) = match what {
        "receiver" => (entry.is_table(), Kind::Table),
        _ => (entry.is_table() || entry.is_string(), Kind::StringOrTable),
    };
    if !is_one {
        let help = entry_help(entry, what);
        let name = as_key(entry.name());
        let usual = || match what {
            "feed" => format!("write {name} = \"https://example.org/feed.xml\""),
            "watch" => format!("write {name} = \"an expression\""),
            _ => format!("write {name} = {{ email = [\"you@example.org\"] }}"),
        };
        let help = help.unwrap_or_else(usual);
        let _: Option<()> = entry.mismatch_with(kind, &help);
    }
    !is_one
}

/// What to write in the place of a value that is no entry of this kind.
fn entry_help(entry: Value<'_>, what: &str) -> Option<String> {
    let name = as_key(entry.name());
    let texts: Vec<String> = entry
        .elements()
        .filter(Value::is_string)
        .filter_map(|element| Some(element.text(Kind::String)?.text.to_owned()))
        .collect();
    let (first, all) = (texts.first()?, quoted_list(&texts));
    Some(match what {
        "watch" => format!("write {name} = {{ any = {all} }}, or one string with OR between"),
        "feed" => format!("a feed has one URL: write {name} = {}", quoted(first)),
        "receiver" if first.contains('@') && !first.contains(':') => {
            format!("write {name} = {{ email = {all} }}")
        }
        "receiver" if first.starts_with("http") => {
            format!("write {name} = {{ webhook = {} }}", quoted(first))
        }
        "receiver" => format!("write {name} = {{ stdout = true }}, or where to send in its place"),
        _ => return None,
    })
}

/// What to write in the place of a text that is no bare mail address.
pub(super) fn address_help(text: &str) -> String {
    if text.contains([',', ';']) {
        let parts = text.split([',', ';']).map(str::trim);
        let parts: Vec<String> = parts.filter(|it| !it.is_empty()).map(bare).collect();
        return format!("write each as a string of its own: {}", quoted_list(&parts));
    }
    let bare = bare(text);
    if bare != text && bare.contains('@') {
        return format!("write the bare address: {}", quoted(&bare));
    }
    "write the bare address, such as \"desk@example.org\"".to_owned()
}

/// The address without a name before it, and without `mailto:`.
fn bare(text: &str) -> String {
    let inner = text
        .rsplit_once('<')
        .and_then(|(_, rest)| rest.split_once('>'));
    let inner = inner.map_or(text, |(inner, _)| inner).trim();
    inner.strip_prefix("mailto:").unwrap_or(inner).to_owned()
}

fn quoted_list(texts: &[String]) -> String {
    let texts: Vec<String> = texts.iter().map(|text| quoted(text)).collect();
    format!("[{}]", texts.join(", "))
}

#[cfg(test)]
mod tests {
    use super::address_help;

    #[test]
    fn an_address_is_shown_bare_and_several_apart() {
        for (text, expected) in [
            ("mailto:a@x.org", "write the bare address: \"a@x.org\""),
            ("Desk <a@x.org>", "write the bare address: \"a@x.org\""),
            (
                "a@x.org; B <b@x.org>",
                "write each as a string of its own: [\"a@x.org\", \"b@x.org\"]",
            ),
            (
                "desk",
                "write the bare address, such as \"desk@example.org\"",
            ),
        ] {
            assert_eq!(address_help(text), expected, "{text}");
        }
    }
}
