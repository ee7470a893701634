//! Whether start tags and end tags match, outside texts. Reading does not depend on it.

/// The elements that are open.
#[derive(Debug, Default)]
pub(super) struct Nesting<'a> {
    open: Vec<&'a str>,
    /// Open elements that are too deep to be remembered.
    deeper: usize,
}

/// Levels that are remembered; the deepest of 73 real feeds has 6.
const MAX_LEVELS: usize = 64;

impl<'a> Nesting<'a> {
    pub(super) fn open(&mut self, name: &'a str) {
        if self.open.len() == MAX_LEVELS {
            self.deeper += 1;
        } else {
            self.open.push(name);
        }
    }

    /// Closes an element; `false` if another was to be closed first, or none of that name is open.
    pub(super) fn close(&mut self, name: &str) -> bool {
        if self.deeper > 0 {
            self.deeper -= 1;
            return true;
        }
        let place = self.open.iter().rposition(|open| *open == name);
        let is_innermost = place.is_some_and(|place| place + 1 == self.open.len());
        self.open.truncate(place.unwrap_or(self.open.len()));
        is_innermost
    }

    /// The innermost element.
    pub(super) fn innermost(&self) -> Option<&'a str> {
        self.open.last().copied().filter(|_| self.deeper == 0)
    }

    /// Forgets the innermost element: that it was not closed is known.
    pub(super) fn give_up(&mut self) {
        if self.deeper > 0 {
            self.deeper -= 1;
        } else {
            self.open.pop();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What `close` says of each end tag.
    fn closed(tags: &str) -> Vec<bool> {
        let mut nesting = Nesting::default();
        let mut closed = Vec::new();
        for tag in tags.split_whitespace() {
            match tag.strip_prefix('/') {
                Some(name) => closed.push(nesting.close(name)),
                None => nesting.open(tag),
            }
        }
        closed
    }

    #[test]
    fn what_does_not_match_is_reported_once() {
        assert_eq!(closed("a b /b c /c /a"), [true, true, true]);
        assert_eq!(closed("a b c /a /a"), [false, false]);
        assert_eq!(closed("a /b b /b /a"), [false, true, true]);
        assert_eq!(closed("a /A /a"), [false, true]);
    }

    #[test]
    fn what_is_too_deep_is_taken_to_match() {
        let deep = |levels| "a ".repeat(levels) + &"/a ".repeat(levels);
        assert!(!closed(&(deep(MAX_LEVELS) + "/a")).last().expect("one"));
        assert_eq!(closed(&deep(MAX_LEVELS + 9)), [true; MAX_LEVELS + 9]);
    }
}
