//! The plain part of a mail.

use std::fmt::{self, Write as _};

use super::{
    runs::{marked, plain},
    sheet::Sheet,
};

/// Headline, link, sentences with `*hits*`, facts in two columns, other sources.
pub(super) fn text(sheet: &Sheet) -> String {
    let mut text = String::new();
    write(&mut text, sheet).expect("a String takes every write");
    text
}

fn write(out: &mut String, sheet: &Sheet) -> fmt::Result {
    writeln!(out, "{}", plain(&sheet.headline))?;
    if let Some(link) = &sheet.link {
        writeln!(out, "{link}")?;
    }
    if let Some(update) = &sheet.update {
        writeln!(out, "Update: {update}")?;
    }
    for quote in &sheet.quotes {
        writeln!(out, "\n{}: {}", quote.field, marked(&quote.runs, "*", "*"))?;
    }
    writeln!(out)?;
    let width = sheet.facts.iter().map(|(label, _)| label.len()).max();
    for (label, value) in &sheet.facts {
        writeln!(out, "{label:<0$}  {value}", width.unwrap_or_default())?;
    }
    if !sheet.also.is_empty() {
        writeln!(out, "\nAlso in")?;
    }
    for also in &sheet.also {
        writeln!(out, "  {}: {}", also.feed, also.title)?;
        if let Some(link) = &also.link {
            writeln!(out, "    {link}")?;
        }
    }
    // "-- " alone on a line starts a signature: programs fold it away (RFC 3676 §4.3).
    writeln!(out, "\n-- \nFivebells. {}", sheet.footer)
}
