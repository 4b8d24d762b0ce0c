//! The `Range` header, for blobs.

use std::ops::Range;

/// What part of a blob is asked for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// All of it: no range, or one that may be ignored (RFC 9110, 14.2).
    Whole,
    /// This part of it.
    Part(Range<u64>),
    /// A part that the blob does not have.
    Unsatisfiable,
}

impl Wanted {
    /// Reads a `Range` header for something of that size. Several ranges at
    /// once and units other than bytes are ignored, as RFC 9110 permits.
    pub(crate) fn of(header: Option<&str>, size: u64) -> Self {
        let Some(spec) = header.and_then(|header| header.trim().strip_prefix("bytes=")) else {
            return Self::Whole;
        };
        let Some((first, last)) = spec.trim().split_once('-') else {
            return Self::Whole;
        };
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(first) || !digits(last) {
            return Self::Whole;
        }
        // A number that is too long for 64 bits is beyond any blob's end.
        let number = |text: &str| text.parse::<u64>().unwrap_or(u64::MAX);
        let (start, end) = match (first.is_empty(), last.is_empty()) {
            (true, true) => return Self::Whole,
            (true, false) => (size.saturating_sub(number(last)), size),
            (false, true) => (number(first), size),
            (false, false) if number(last) < number(first) => return Self::Whole,
            (false, false) => (number(first), number(last).saturating_add(1).min(size)),
        };
        if start < end {
            Self::Part(start..end)
        } else {
            Self::Unsatisfiable
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_http_has_them() {
        let of = |header| Wanted::of(Some(header), 100);
        assert_eq!(Wanted::of(None, 100), Wanted::Whole);
        assert_eq!(of("bytes=0-0"), Wanted::Part(0..1));
        assert_eq!(of("bytes=10-19"), Wanted::Part(10..20));
        assert_eq!(of("bytes=90-"), Wanted::Part(90..100));
        assert_eq!(of("bytes=-10"), Wanted::Part(90..100));
        assert_eq!(of("bytes=-1000"), Wanted::Part(0..100));
        assert_eq!(of("bytes=50-1000"), Wanted::Part(50..100));
        assert_eq!(
            of("bytes=0-99999999999999999999999999"),
            Wanted::Part(0..100)
        );
    }

    #[test]
    fn ranges_that_cannot_be_served_are_told_from_those_to_ignore() {
        let of = |header| Wanted::of(Some(header), 100);
        assert_eq!(of("bytes=100-"), Wanted::Unsatisfiable);
        assert_eq!(of("bytes=-0"), Wanted::Unsatisfiable);
        assert_eq!(of("bytes=99999999999999999999-"), Wanted::Unsatisfiable);
        assert_eq!(Wanted::of(Some("bytes=0-"), 0), Wanted::Unsatisfiable);
        for ignored in [
            "bytes=",
            "bytes=-",
            "bytes=5-2",
            "bytes=0-1,5-6",
            "lines=1-2",
            "bytes=a-b",
            "bytes=+1-2",
        ] {
            assert_eq!(of(ignored), Wanted::Whole, "{ignored}");
        }
    }
}
