//! Pages, in Docker Hub's shape.

use http::Uri;
use pullgate_admin::Window;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::problem::Problem;

/// The most entries of a page.
pub(crate) const LARGEST: u32 = 100;

/// Which page is asked for.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PageQuery {
    /// Which page, from 1 on.
    #[param(minimum = 1)]
    page: Option<u32>,
    /// How many entries a page has, at most 100.
    #[param(minimum = 1, maximum = 100)]
    page_size: Option<u32>,
}

/// A page of a list that has been read as a whole.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Page<T> {
    /// How many there are on all pages.
    pub(crate) count: u64,
    /// Where the next page is; null on the last.
    #[schema(required)]
    pub(crate) next: Option<String>,
    /// Where the page before is; null on the first.
    #[schema(required)]
    pub(crate) previous: Option<String>,
    /// The entries.
    pub(crate) results: Vec<T>,
}

/// A page that has been checked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted {
    pub(crate) number: u32,
    pub(crate) size: u32,
}

impl PageQuery {
    /// The page that is asked for: the first with `size` entries, unless said.
    pub(crate) fn wanted(self, size: u32) -> Result<Wanted, Problem> {
        let number = self.page.unwrap_or(1);
        let size = self.page_size.unwrap_or(size);
        // The description says int32, whose largest number this is.
        let numbers = 1..=i32::MAX.unsigned_abs();
        if !numbers.contains(&number) || size == 0 || size > LARGEST {
            return Err(Problem::bad_request(format!(
                "pages are numbered from 1 on and have 1 to {LARGEST} entries"
            )));
        }
        Ok(Wanted { number, size })
    }
}

impl Wanted {
    /// How many entries stand before this page.
    pub(crate) fn offset(self) -> usize {
        let offset = u64::from(self.number - 1) * u64::from(self.size);
        usize::try_from(offset).unwrap_or(usize::MAX)
    }

    /// The part of the list that this page shows.
    pub(crate) fn window(self) -> Window {
        Window {
            offset: self.offset() as u64,
            limit: self.size,
        }
    }

    /// Cuts this page out of all entries. `base` is the address at which this
    /// server is reached, `uri` what was asked.
    pub(crate) fn of<T>(self, all: Vec<T>, base: &str, uri: &Uri) -> Page<T> {
        let count = all.len() as u64;
        let results = all.into_iter().skip(self.offset());
        let results = results.take(self.size as usize).collect();
        self.holding(results, count, base, uri)
    }

    /// This page, of which the entries have been read alone. There are
    /// `count` on all pages.
    pub(crate) fn holding<T>(self, results: Vec<T>, count: u64, base: &str, uri: &Uri) -> Page<T> {
        let end = self.offset() as u64 + u64::from(self.size);
        let link = |number: u32| Some(self.link(number, base, uri));
        Page {
            count,
            next: (end < count).then(|| link(self.number + 1)).flatten(),
            previous: (self.number > 1).then(|| link(self.number - 1)).flatten(),
            results,
        }
    }

    /// The address of another page of the same question.
    fn link(self, number: u32, base: &str, uri: &Uri) -> String {
        let (number, size) = (number.to_string(), self.size.to_string());
        link(base, uri, &[("page", &number), ("page_size", &size)])
    }
}

/// The address of the same question with these parameters, which need no
/// escape, in place of those it has.
pub(crate) fn link(base: &str, uri: &Uri, parameters: &[(&str, &str)]) -> String {
    let others = uri.query().into_iter().flat_map(|query| query.split('&'));
    let others = others.filter(|pair| {
        let name = pair.split('=').next().unwrap_or_default();
        !pair.is_empty() && parameters.iter().all(|(other, _)| *other != name)
    });
    let mut query: Vec<String> = others.map(str::to_owned).collect();
    let new = parameters
        .iter()
        .map(|(name, value)| format!("{name}={value}"));
    query.extend(new);
    format!("{base}{}?{}", uri.path(), query.join("&"))
}
