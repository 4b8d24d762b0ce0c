//! The pages of a long list, and the addresses that lead to them.
//!
//! What is searched and filtered for stands in the address, so that a page
//! can be kept, sent on and reloaded.

use pullgate_admin::Window;
use url::form_urlencoded::Serializer;

use crate::fields::Fields;

/// How many entries a page has.
pub(crate) const PAGE: u32 = 50;

/// Which page of a list is asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PageNumber(u64);

/// Where the other pages are, and what this one shows.
#[derive(Debug, Default)]
pub(crate) struct Pages {
    /// The address of the page before; empty if this is the first.
    pub(crate) before: String,
    /// The address of the next page; empty if this is the last.
    pub(crate) after: String,
    /// `51 to 100 of 1,234`.
    pub(crate) told: String,
}

impl PageNumber {
    /// The one that a query asks for as `page`; the first, if it asks for
    /// none.
    pub(crate) fn of(query: &Fields) -> Self {
        Self(query.text("page").parse().unwrap_or(1).max(1))
    }

    /// Which entries are on it.
    pub(crate) fn window(self) -> Window {
        Window {
            offset: (self.0 - 1).saturating_mul(PAGE.into()),
            limit: PAGE,
        }
    }

    /// The pages around it in a list of so many entries, at an address that
    /// keeps the rest of its query.
    pub(crate) fn pages(self, path: &str, query: &Fields, count: u64) -> Pages {
        let page = |number: u64| {
            let number = number.to_string();
            let kept = query.pairs().filter(|(name, _)| *name != "page");
            address(path, kept.chain([("page", number.as_str())]))
        };
        let begin = self.window().offset;
        let end = begin.saturating_add(PAGE.into()).min(count);
        let last = count.div_ceil(PAGE.into()).max(1);
        Pages {
            before: match self.0 {
                1 => String::new(),
                number => page((number - 1).min(last)),
            },
            after: match self.0 {
                number if number < last => page(number + 1),
                _ => String::new(),
            },
            told: match count {
                _ if begin >= count => number(count),
                _ if count <= PAGE.into() => number(count),
                _ => format!(
                    "{} to {} of {}",
                    number(begin + 1),
                    number(end),
                    number(count)
                ),
            },
        }
    }
}

impl Pages {
    /// Whether there are others.
    pub(crate) fn are_several(&self) -> bool {
        !self.before.is_empty() || !self.after.is_empty()
    }
}

/// An address with a query; what is empty is left out.
pub(crate) fn address<'a>(
    path: &str,
    query: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> String {
    let mut text = Serializer::new(String::new());
    text.extend_pairs(query.into_iter().filter(|(_, value)| !value.is_empty()));
    let query = text.finish();
    if query.is_empty() {
        path.to_owned()
    } else {
        format!("{path}?{query}")
    }
}

/// A number as people write it: `1,234,567`.
pub(crate) fn number(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 member`, `1,234 members`.
pub(crate) fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{} {}", number(count), if count == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pages(query: &str, count: u64) -> [String; 3] {
        let query = Fields::of_query(Some(query));
        let Pages {
            before,
            after,
            told,
        } = PageNumber::of(&query).pages("/members", &query, count);
        [before, after, told]
    }

    #[test]
    fn the_pages_of_a_list_keep_what_is_searched_for() {
        for (query, count, before, after, told) in [
            ("", 7, "", "", "7"),
            ("", 120, "", "/members?page=2", "1 to 50 of 120"),
            (
                "search=a%26b&page=2&role=",
                120,
                "/members?search=a%26b&page=1",
                "/members?search=a%26b&page=3",
                "51 to 100 of 120",
            ),
            ("page=3", 120, "/members?page=2", "", "101 to 120 of 120"),
            ("page=9", 120, "/members?page=3", "", "120"),
            (
                "page=-1",
                1_234_567,
                "",
                "/members?page=2",
                "1 to 50 of 1,234,567",
            ),
            ("page=18446744073709551615", 3, "/members?page=1", "", "3"),
        ] {
            assert_eq!(pages(query, count), [before, after, told], "{query}");
        }
    }

    #[test]
    fn numbers_are_read_by_people() {
        for (count, text) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1,000"),
            (10_000_000, "10,000,000"),
        ] {
            assert_eq!(number(count), text);
        }
    }
}
