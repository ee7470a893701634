//! Lines cut to what a service takes.
//!
//! Text is cut between grapheme clusters (UAX #29), before it is escaped and marked up: no half
//! emoji, no half entity and no open tag can come out.

use unicode_segmentation::UnicodeSegmentation;

use super::markup::Markup;
use crate::notify::render::{Line, Span};

const ELLIPSIS: &str = "…";

/// What a service counts its lengths in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Unicode scalar values.
    Chars,
    /// UTF-16 code units: an emoji is two or more.
    Utf16,
    /// Bytes of UTF-8.
    Bytes,
}

impl Unit {
    /// Every unit.
    pub const ALL: [Self; 3] = [Self::Chars, Self::Utf16, Self::Bytes];

    /// The name as written in a preset.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Chars => "chars",
            Self::Utf16 => "utf16",
            Self::Bytes => "bytes",
        }
    }

    /// The length of `text`.
    pub(super) fn length(self, text: &str) -> usize {
        match self {
            Self::Chars => text.chars().count(),
            Self::Utf16 => text.encode_utf16().count(),
            Self::Bytes => text.len(),
        }
    }
}

/// How a service counts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Measure {
    pub(super) markup: Markup,
    pub(super) unit: Unit,
    /// Whether the text counts alone, without its markup.
    pub(super) is_text_only: bool,
}

impl Measure {
    pub(super) fn line(self, line: &[Span]) -> usize {
        if self.is_text_only {
            return line.iter().map(|span| self.unit.length(&span.text)).sum();
        }
        self.unit.length(&self.markup.line(line))
    }

    fn newline(self) -> usize {
        if self.is_text_only {
            return 1;
        }
        self.unit.length(self.markup.newline())
    }
}

/// As many lines as fit in `limit`, the last one cut where something is left out.
pub(super) fn fit(lines: Vec<Line>, limit: usize, measure: Measure) -> Vec<Line> {
    let mut fitted: Vec<Line> = Vec::new();
    // What is left for the next line, and what there was for the one before it.
    let (mut left, mut before) = (Some(limit), limit);
    for line in lines {
        let length = measure.line(&line);
        if let Some(room) = left.filter(|room| length <= *room) {
            fitted.push(line);
            before = room;
            left = (room - length).checked_sub(measure.newline());
            continue;
        }
        if let Some(cut) = left.and_then(|room| cut(&line, room, measure)) {
            fitted.push(cut);
        } else if let Some(last) = fitted.pop() {
            // Not even an ellipsis fits: it takes the place of the end of the line before.
            fitted.push(cut(&last, before, measure).unwrap_or(last));
        }
        break;
    }
    fitted
}

/// The start of a plain text that fits in `limit`, with an ellipsis.
pub(super) fn cut_text(text: &str, limit: usize, unit: Unit) -> String {
    let measure = Measure {
        markup: Markup::Plain,
        unit,
        is_text_only: false,
    };
    let line = vec![Span {
        text: text.to_owned(),
        is_bold: false,
        link: None,
    }];
    Markup::Plain.lines(&fit(vec![line], limit, measure))
}

/// The longest start of a line that fits in `room` with an ellipsis; nothing if none does.
fn cut(line: &[Span], room: usize, measure: Measure) -> Option<Line> {
    let graphemes = line.iter().flat_map(|span| span.text.graphemes(true));
    // Each counts for one at least, in every unit: no more than these need be looked at.
    let (mut fits, mut most) = (None, graphemes.take(room).count());
    let mut least = 0_usize;
    while least <= most {
        let middle = least.midpoint(most);
        let start = start(line, middle);
        if measure.line(&start) <= room {
            fits = Some(start);
            least = middle + 1;
        } else if middle == 0 {
            break;
        } else {
            most = middle - 1;
        }
    }
    fits
}

/// The first graphemes of a line, and an ellipsis behind them.
fn start(line: &[Span], graphemes: usize) -> Line {
    let mut left = graphemes;
    let mut start: Line = Vec::new();
    for span in line {
        let kept: Vec<&str> = span.text.graphemes(true).take(left).collect();
        left -= kept.len();
        if !kept.is_empty() {
            start.push(Span {
                text: kept.concat(),
                ..span.clone()
            });
        }
        if left == 0 {
            break;
        }
    }
    match start.last_mut() {
        Some(last) => last.text = format!("{}{ELLIPSIS}", last.text.trim_end()),
        None => start.push(Span {
            text: ELLIPSIS.to_owned(),
            is_bold: false,
            link: None,
        }),
    }
    start
}
