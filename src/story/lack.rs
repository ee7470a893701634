//! What lacked where an item was not joined, in words for people.

use std::{fmt, time::Duration};

/// Why an item was not joined.
#[derive(Debug, Clone, PartialEq)]
pub enum Lack {
    /// The last item of the story came so long before.
    Quiet(Duration, Duration),
    /// The story began so long before.
    Long(Duration, Duration),
    /// How near it is to the nearest item, and what is needed.
    Nearest(f32, f32),
    /// How near it is to the story as a whole, and what is needed.
    Whole(f32, f32),
    /// So many rare words are in both, and so many are needed.
    Words(usize, usize),
    /// None of these is a name, a number or in a title.
    Weak,
    /// One of them has too few words.
    Short,
    /// It is nearer to the story that it is in.
    Nearer,
    /// Nothing, by what is kept by now.
    Nothing,
    /// Its feed has the text already.
    SameFeed,
    /// Figures differ, or words that turn the meaning.
    Figures,
    /// The names differ.
    Names,
    /// So many phrases of so many are in both, and so many are needed.
    Phrases(usize, usize, usize),
    /// Another copy of that text has other figures.
    Changed,
}

impl fmt::Display for Lack {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hours = |it: &Duration| it.as_secs() / 3_600;
        // What is a little too low must not look like enough.
        let low = |it: &f32| (it * 100.0).floor() / 100.0;
        match self {
            Self::Quiet(came, most) => write!(
                formatter,
                "its last item came {} hours before, {} at most",
                hours(came),
                hours(most)
            ),
            Self::Long(began, most) => write!(
                formatter,
                "it began {} hours before, {} at most",
                hours(began),
                hours(most)
            ),
            Self::Nearest(found, needed) => {
                let found = low(found);
                write!(
                    formatter,
                    "{found:.2} of {needed:.2} needed to its nearest item"
                )
            }
            Self::Whole(found, needed) => {
                let found = low(found);
                write!(
                    formatter,
                    "{found:.2} of {needed:.2} needed to the story as a whole"
                )
            }
            Self::Words(found, needed) => {
                write!(formatter, "{found} of {needed} rare words in both")
            }
            Self::Weak => {
                formatter.write_str("what both have is no name, number or word of a title")
            }
            Self::Short => formatter.write_str("too few words to compare"),
            Self::Nearer => formatter.write_str("it is nearer to its own story"),
            Self::Nothing => formatter.write_str("near enough by what is kept today"),
            Self::SameFeed => formatter.write_str("the same feed: its second item is a follow-up"),
            Self::Figures => formatter.write_str("other figures, a denial or a correction"),
            Self::Names => formatter.write_str("other names"),
            Self::Phrases(shared, of, needed) => {
                write!(formatter, "{shared} of {of} phrases, {needed} needed")
            }
            Self::Changed => formatter.write_str("another copy of that text has other figures"),
        }
    }
}
