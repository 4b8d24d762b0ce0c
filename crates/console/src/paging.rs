//! The pages of a long list, of which a service reads one at a time.

use pullgate_admin::Window;
use url::form_urlencoded;

use crate::fields::Fields;

/// How many entries a page has.
const SIZE: u32 = 25;

/// Which page of a list is looked at: `page` in its address.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Paging {
    number: u32,
}

/// The pages around it, as `ui::pages` shows them.
#[derive(Clone, Debug)]
pub(crate) struct Pages {
    /// The address of the page before; empty on the first.
    pub(crate) before: String,
    /// The address of the next; empty on the last.
    pub(crate) after: String,
    /// How many there are, and which of them are shown.
    pub(crate) told: String,
}

impl Paging {
    /// The page that an address names; the first if it names none.
    pub(crate) fn read(query: &Fields) -> Self {
        let number = query.text("page").parse().unwrap_or(1);
        Self {
            number: number.max(1),
        }
    }

    /// What a service is asked for.
    pub(crate) fn window(self) -> Window {
        Window {
            offset: self.offset(),
            limit: SIZE,
        }
    }

    /// The pages around it, of a list of `count` entries at this address with
    /// these parameters. None if all are on one page.
    pub(crate) fn pages(self, path: &str, with: &[(&str, &str)], count: u64) -> Option<Pages> {
        let end = self.offset().saturating_add(SIZE.into()).min(count);
        if self.number == 1 && end == count {
            return None;
        }
        let link = |there: bool, number: u32| {
            if !there {
                return String::new();
            }
            let number = number.to_string();
            let mut with = with.to_vec();
            with.push(("page", &number));
            address(path, &with)
        };
        Some(Pages {
            before: link(self.number > 1, self.number.saturating_sub(1)),
            after: link(end < count, self.number.saturating_add(1)),
            told: if self.offset() < count {
                format!("{} to {end} of {count}", self.offset() + 1)
            } else {
                format!("nothing here: there are {count}")
            },
        })
    }

    fn offset(self) -> u64 {
        u64::from(self.number - 1) * u64::from(SIZE)
    }
}

/// A path with these parameters; those that are empty are left out.
pub(crate) fn address(path: &str, with: &[(&str, &str)]) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(with.iter().filter(|(_, value)| !value.is_empty()));
    match query.finish() {
        empty if empty.is_empty() => path.to_owned(),
        query => format!("{path}?{query}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pages(number: &str, count: u64) -> Option<(String, String, String)> {
        let query = Fields::of_query(Some(&format!("page={number}")));
        let pages = Paging::read(&query).pages("/list", &[("state", "open"), ("q", "")], count);
        pages.map(|pages| (pages.before, pages.after, pages.told))
    }

    #[test]
    fn a_long_list_is_walked_from_page_to_page() {
        let page = |number: u32| format!("/list?state=open&page={number}");
        let none = String::new;
        for nothing_to_turn in [0, 1, 25] {
            assert_eq!(pages("1", nothing_to_turn), None);
        }
        let first = Some((none(), page(2), "1 to 25 of 60".to_owned()));
        for read in ["1", "0", "", "-3", "x", "99999999999999"] {
            assert_eq!(pages(read, 60), first, "{read}");
        }
        assert_eq!(
            pages("3", 60),
            Some((page(2), none(), "51 to 60 of 60".to_owned()))
        );
        let (before, after, told) = pages("9", 60).unwrap();
        assert_eq!((before, after), (page(8), none()), "one can go back");
        assert!(told.contains("60"));
    }

    #[test]
    fn what_is_typed_cannot_change_an_address() {
        assert_eq!(
            address("/request", &[("image", "a&b=\"<c>#?d"), ("page", "")]),
            "/request?image=a%26b%3D%22%3Cc%3E%23%3Fd"
        );
    }
}
