//! A part of a long list.

/// Which part of a list is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// How many entries stand before it.
    pub offset: u64,
    /// The most entries that it has.
    pub limit: u32,
}

/// A part of a list, and how long the list is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part<T> {
    /// How many entries the whole list has.
    pub count: u64,
    /// The entries of the part.
    pub entries: Vec<T>,
}

impl Window {
    /// The same window on two lists of which one follows the other, `first`
    /// being the length of the one that comes first.
    #[must_use]
    pub fn over_two(self, first: u64) -> (Self, Self) {
        let left = first.saturating_sub(self.offset).min(self.limit.into());
        let left = u32::try_from(left).unwrap_or(self.limit);
        let one = Self {
            limit: left,
            ..self
        };
        let other = Self {
            offset: self.offset.saturating_sub(first),
            limit: self.limit - left,
        };
        (one, other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_falls_on_the_first_list_on_both_or_on_the_second() {
        let window = |offset, limit| Window { offset, limit };
        for (asked, first, one, other) in [
            (window(0, 10), 25, window(0, 10), window(0, 0)),
            (window(20, 10), 25, window(20, 5), window(0, 5)),
            (window(30, 10), 25, window(30, 0), window(5, 10)),
            (window(0, 10), 0, window(0, 0), window(0, 10)),
            (
                window(u64::MAX, 10),
                25,
                window(u64::MAX, 0),
                window(u64::MAX - 25, 10),
            ),
        ] {
            assert_eq!(asked.over_two(first), (one, other), "{asked:?} {first}");
        }
    }
}
