//! Templates that a config holds: a fault of one, where it is written.

use std::ops::Range;

use super::{problem::Problem, value::Text};
use crate::notify::TemplateError;

/// A template that does not work is found out here, not by an alert that is lost.
pub(super) fn report_template(template: &Text<'_>, fault: &TemplateError) {
    let place = match (&fault.range, fault.line) {
        (Some(range), _) => template.place_of(range),
        (None, Some(line)) => template.place_of(&line_of(template.text, line)),
        (None, None) => template.place(),
    };
    let message = format!("the template is wrong: {fault}");
    let problem = Problem::error(place, message);
    template.value.context.report(problem);
}

/// The bytes of a line of `text`, counted from 1, without the space around it.
fn line_of(text: &str, line: usize) -> Range<usize> {
    let start = text
        .split_inclusive('\n')
        .take(line.saturating_sub(1))
        .map(str::len)
        .sum();
    let line = text[start..].lines().next().unwrap_or("");
    let start = start + line.len() - line.trim_start().len();
    start..start + line.trim().len()
}

#[cfg(test)]
mod tests {
    use super::line_of;

    #[test]
    fn a_line_without_the_space_around_it() {
        let text = "{\n  {{ a }}\r\n\n}";
        assert_eq!(&text[line_of(text, 1)], "{");
        assert_eq!(&text[line_of(text, 2)], "{{ a }}");
        assert_eq!(&text[line_of(text, 3)], "");
        assert_eq!(&text[line_of(text, 4)], "}");
        assert_eq!(&text[line_of(text, 9)], "");
        assert_eq!(&text[line_of(text, 0)], "{");
    }
}
