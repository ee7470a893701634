//! Text as matching sees it.
