//! What a scalar is: a text, or one of the things that YAML makes of a plain
//! word.
//!
//! Source: YAML 1.2.2, section 10.3.2, the core schema's tag resolution. By it
//! `on`, `off`, `yes` and `no` are texts.

/// What a scalar is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Null,
    Truth,
    Number,
}

impl Kind {
    /// What a word without quotes is.
    pub(super) fn of_plain(word: &str) -> Self {
        match word {
            "" | "~" | "null" | "Null" | "NULL" => Self::Null,
            "true" | "True" | "TRUE" | "false" | "False" | "FALSE" => Self::Truth,
            _ if is_number(word) => Self::Number,
            _ => Self::Text,
        }
    }
}

fn is_number(word: &str) -> bool {
    let unsigned = word.strip_prefix(['-', '+']).unwrap_or(word);
    if matches!(unsigned, ".inf" | ".Inf" | ".INF")
        || matches!(word, ".nan" | ".NaN" | ".NAN")
        || all(word.strip_prefix("0o"), |c| matches!(c, '0'..='7'))
        || all(word.strip_prefix("0x"), |c| c.is_ascii_hexdigit())
    {
        return true;
    }
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let exponent = exponent.map(|text| text.strip_prefix(['-', '+']).unwrap_or(text));
    let (whole, part) = match mantissa.split_once('.') {
        Some((whole, part)) => (whole, Some(part)),
        None => (mantissa, None),
    };
    let digit = |c: char| c.is_ascii_digit();
    (!whole.is_empty() || part.is_some_and(|part| !part.is_empty()))
        && whole.chars().all(digit)
        && part.is_none_or(|part| part.chars().all(digit))
        && (exponent.is_none() || all(exponent, digit))
}

/// Whether there is a text of one or more such characters.
fn all(text: Option<&str>, is: impl Fn(char) -> bool) -> bool {
    text.is_some_and(|text| !text.is_empty() && text.chars().all(is))
}

#[cfg(test)]
mod tests {
    use super::Kind;

    #[test]
    fn plain_words_are_what_the_core_schema_says() {
        for (kind, words) in [
            (Kind::Null, &["", "~", "null", "NULL"][..]),
            (Kind::Truth, &["true", "False", "TRUE"]),
            (
                Kind::Number,
                &[
                    "0", "-12", "+7", "0o17", "0xfF", "1.", ".5", "-1.5e+3", "1e9", ".inf",
                    "-.INF", ".nan",
                ],
            ),
            (
                Kind::Text,
                &[
                    "on",
                    "off",
                    "yes",
                    "nULL",
                    "tRUE",
                    "-",
                    ".",
                    "1.2.3",
                    "0o8",
                    "0x",
                    "1e",
                    "e9",
                    "-.nan",
                    "2026-11-24",
                    "12:30",
                    "nginx:1.27",
                ],
            ),
        ] {
            for word in words {
                assert_eq!(Kind::of_plain(word), kind, "{word:?}");
            }
        }
    }
}
