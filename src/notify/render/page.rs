//! HTML that can only be made of our own markup and other people's text.

use super::runs::Run;

/// A document under way.
pub(super) struct Page(pub(super) String);

impl Page {
    /// Markup: `&'static`, so it is ours.
    pub(super) fn markup(&mut self, markup: &'static str) -> &mut Self {
        self.0.push_str(markup);
        self
    }

    /// Text, also inside a quoted attribute: escaped.
    pub(super) fn text(&mut self, text: &str) -> &mut Self {
        self.0.push_str(&htmlize::escape_all_quotes(text));
        self
    }

    /// The start of an element whose text is in this language: `start` is a tag without its end.
    pub(super) fn spoken(&mut self, start: &'static str, language: &str) -> &mut Self {
        self.markup(start);
        if !language.eq_ignore_ascii_case(OURS) {
            self.markup(" lang=\"").text(language).markup("\"");
        }
        self.markup(">")
    }

    /// Words of the program among such in this language.
    pub(super) fn ours(&mut self, around: &str, content: impl FnOnce(&mut Self)) -> &mut Self {
        let is_other = !around.eq_ignore_ascii_case(OURS);
        if is_other {
            self.markup("<span lang=\"").markup(OURS).markup("\">");
        }
        content(self);
        if is_other {
            self.markup("</span>");
        }
        self
    }

    /// A stranger's words. Such as are written from right to left stand apart, or they would turn
    /// around what follows and be turned around by what precedes them.
    fn apart(&mut self, is_turned: bool, content: impl FnOnce(&mut Self)) -> &mut Self {
        if is_turned {
            self.markup("<span dir=\"auto\">");
        }
        content(self);
        if is_turned {
            self.markup("</span>");
        }
        self
    }

    /// One stranger's text.
    pub(super) fn words(&mut self, text: &str) -> &mut Self {
        self.apart(turns(text), |page| {
            page.text(text);
        })
    }

    /// A stranger's text with its hits marked.
    pub(super) fn runs(&mut self, runs: &[Run]) -> &mut Self {
        self.apart(runs.iter().any(|run| turns(&run.text)), |page| {
            for run in runs {
                if run.is_hit {
                    page.markup("<mark>").text(&run.text).markup("</mark>");
                } else {
                    page.text(&run.text);
                }
            }
        })
    }

    /// What `content` writes, as a link where there is one.
    pub(super) fn linked(
        &mut self,
        link: Option<&str>,
        content: impl FnOnce(&mut Self),
    ) -> &mut Self {
        if let Some(link) = link {
            self.markup("<a href=\"").text(link).markup("\">");
        }
        content(self);
        if link.is_some() {
            self.markup("</a>");
        }
        self
    }
}

/// The language of the program's own words, and of the document.
const OURS: &str = "en";

/// Whether any of it is written from right to left: the blocks of Hebrew, Arabic and their like
/// (Unicode 17, `DerivedBidiClass`), and the marks that ask for that direction.
fn turns(text: &str) -> bool {
    text.chars().any(|it| {
        matches!(it, '\u{590}'..='\u{8ff}' | '\u{200f}' | '\u{fb1d}'..='\u{fdff}'
            | '\u{fe70}'..='\u{feff}' | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
    })
}
