//! Pictures where people would rather look than read: SVG within the page, without a script.
//!
//! Each says in words what it shows, for those who do not see it, and each bar says its value where
//! the pointer rests. Colours come from the style sheet, by class.

use std::fmt::Write as _;

use minijinja::HtmlEscape;

/// Between two bars, of the width of one.
const GAP: f64 = 0.25;

/// The least height of a bar that is not nothing, of the whole.
const LEAST: f64 = 0.06;

/// A bar.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Bar {
    /// How high it is.
    pub(super) value: f64,
    /// Its colour: `bar`, `ok`, `new`, `fail`, `wait` or `none`.
    pub(super) class: &'static str,
    /// What is shown where the pointer rests.
    pub(super) label: String,
}

/// Bars side by side, in `width` by `height` units, the highest as high as the picture. `words` say
/// the whole.
pub(super) fn bars(bars: &[Bar], [width, height]: [f64; 2], class: &str, words: &str) -> String {
    let highest = bars.iter().map(|bar| bar.value).fold(0.0, f64::max);
    let step = width / count(bars.len().max(1));
    let mut svg = open([width, height], class, words);
    for (index, bar) in bars.iter().enumerate() {
        let share = if highest > 0.0 {
            bar.value / highest
        } else {
            0.0
        };
        let share = if bar.value > 0.0 {
            share.max(LEAST)
        } else {
            0.0
        };
        // What is nothing is a line at the bottom: there was a moment, and nothing in it.
        let tall = (share * height).max(1.5);
        let _ = write!(
            svg,
            "<rect class=\"{}\" x=\"{:.2}\" y=\"{:.2}\" width=\"{:.2}\" height=\"{:.2}\">\
             <title>{}</title></rect>",
            bar.class,
            count(index) * step,
            height - tall,
            step * (1.0 - GAP),
            tall,
            HtmlEscape(&bar.label),
        );
    }
    svg.push_str("</svg>");
    svg
}

/// The same in few bytes, for a table with one in each row: one shape, without a label for each bar.
pub(super) fn strip(values: &[u64], [width, height]: [f64; 2], words: &str) -> String {
    let highest = values.iter().copied().max().unwrap_or(0).max(1);
    let step = width / count(values.len().max(1));
    let mut svg = open([width, height], "inline", words);
    let _ = write!(
        svg,
        "<path class=\"none\" d=\"M0 {:.0}h{width}v-1H0z\"/>",
        height
    );
    let mut bars = String::new();
    for (index, value) in values.iter().enumerate().filter(|(_, value)| **value > 0) {
        let tall = (ratio(*value, highest) * height).max(height * LEAST);
        let (left, wide) = (count(index) * step, step * (1.0 - GAP));
        let _ = write!(
            bars,
            "M{left:.0} {height:.0}v-{tall:.0}h{wide:.0}V{height:.0}z"
        );
    }
    if !bars.is_empty() {
        let _ = write!(svg, "<path class=\"bar\" d=\"{bars}\"/>");
    }
    svg.push_str("</svg>");
    svg
}

fn ratio(value: u64, of: u64) -> f64 {
    let float = |it: u64| u32::try_from(it).map_or(f64::from(u32::MAX), f64::from);
    float(value) / float(of)
}

/// Points from left to right on a scale of time that grows tenfold from line to line: seconds,
/// minutes and days can be distinguished. Values are in seconds.
pub(super) fn lags(points: &[(f64, String)], [width, height]: [f64; 2], words: &str) -> String {
    const LINES: [(f64, &str); 5] = [
        (1.0, "1 s"),
        (60.0, "1 min"),
        (3_600.0, "1 h"),
        (86_400.0, "1 d"),
        (864_000.0, "10 d"),
    ];
    const MARGIN: f64 = 38.0;
    let top = points.iter().map(|(value, _)| *value).fold(60.0, f64::max);
    let up = |value: f64| height - 4.0 - (value.max(1.0).ln() / (top * 1.2).ln()) * (height - 14.0);
    let mut svg = open([width, height], "chart", words);
    for (value, name) in LINES.iter().filter(|(value, _)| *value <= top * 1.2) {
        let y = up(*value);
        let _ = write!(
            svg,
            "<line class=\"axis\" x1=\"{MARGIN}\" x2=\"{width}\" y1=\"{y:.1}\" y2=\"{y:.1}\"/>\
             <text x=\"0\" y=\"{:.1}\">{name}</text>",
            y + 3.0,
        );
    }
    let step = (width - MARGIN - 6.0) / count(points.len().max(2) - 1);
    for (index, (value, label)) in points.iter().enumerate() {
        let _ = write!(
            svg,
            "<circle class=\"dot\" cx=\"{:.1}\" cy=\"{:.1}\" r=\"2.5\"><title>{}</title></circle>",
            MARGIN + 3.0 + count(index) * step,
            up(*value),
            HtmlEscape(label),
        );
    }
    svg.push_str("</svg>");
    svg
}

fn open([width, height]: [f64; 2], class: &str, words: &str) -> String {
    format!(
        "<svg class=\"{class}\" viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"{}\">",
        HtmlEscape(words)
    )
}

/// No chart has more bars than a float counts.
fn count(number: usize) -> f64 {
    u32::try_from(number).map_or(f64::MAX, f64::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bar(value: f64, label: &str) -> Bar {
        Bar {
            value,
            class: "bar",
            label: label.to_owned(),
        }
    }

    #[test]
    fn bars_are_as_high_as_their_share_of_the_highest() {
        let all = [
            bar(0.0, "none"),
            bar(5.0, "five"),
            bar(10.0, "ten"),
            bar(0.1, "few"),
        ];
        let svg = bars(&all, [40.0, 100.0], "inline", "4 bars");
        let heights: Vec<&str> = svg
            .split("<rect")
            .skip(1)
            .filter_map(|rect| rect.split("height=\"").nth(1)?.split('"').next())
            .collect();
        assert_eq!(heights, ["1.50", "50.00", "100.00", "6.00"]);
        assert!(svg.contains("aria-label=\"4 bars\""));
    }

    #[test]
    fn a_strip_draws_only_the_days_with_something() {
        let svg = strip(&[0, 5, 0, 10], [40.0, 20.0], "15 alerts");
        assert!(
            svg.contains("d=\"M10 20v-10h8V20zM30 20v-20h8V20z\""),
            "{svg}"
        );
        assert!(!strip(&[0, 0], [40.0, 20.0], "none").contains("\"bar\""));
        assert!(!strip(&[], [40.0, 20.0], "none").contains("NaN"));
    }

    #[test]
    fn text_of_others_is_text_in_a_picture_too() {
        let svg = bars(
            &[bar(1.0, "<script>\"&")],
            [1.0, 1.0],
            "inline",
            "a \"<b>\"",
        );
        assert!(svg.contains("&lt;script&gt;&quot;&amp;"), "{svg}");
        assert!(
            svg.contains("aria-label=\"a &quot;&lt;b&gt;&quot;\""),
            "{svg}"
        );
    }

    #[test]
    fn lags_of_seconds_and_of_days_differ() {
        let points = [(2.0, "fast".to_owned()), (86_400.0, "slow".to_owned())];
        let svg = lags(&points, [400.0, 120.0], "two alerts");
        let heights: Vec<f64> = svg
            .split("cy=\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next()?.parse().ok())
            .collect();
        assert!(heights[0] - heights[1] > 50.0, "{heights:?}");
        assert!(svg.contains(">1 d<") && !svg.contains(">10 d<"), "{svg}");
        assert!(!lags(&[], [400.0, 120.0], "none").contains("NaN"));
    }
}
