//! Reads `WWW-Authenticate` (RFC 9110, 11.6.1): several challenges in one
//! header or in several, parameters as tokens or quoted strings.

use http::HeaderMap;
use http::header::WWW_AUTHENTICATE;

/// What a registry asks for, of the schemes that registries use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Challenge {
    /// A token from the token service at `realm`.
    Bearer {
        realm: String,
        service: Option<String>,
    },
    /// A user name and password.
    Basic,
}

/// A challenge that can not be read or answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ChallengeError {
    #[error("it answered 401 without a challenge that says how to sign in")]
    Missing,
    #[error("its challenge is too long")]
    TooLong,
    #[error("its challenge is not well-formed")]
    Malformed,
    #[error("its challenge names a parameter twice")]
    Twice,
    #[error("its challenge asks for a token and names no realm to get it from")]
    NoRealm,
    #[error("its challenge asks for a way of signing in other than Bearer and Basic")]
    OtherScheme,
}

/// The most that is read of all challenges together, in bytes.
const LIMIT: usize = 8 * 1024;

/// The challenge to answer: Bearer if it is offered, else Basic.
pub(crate) fn challenge(headers: &HeaderMap) -> Result<Challenge, ChallengeError> {
    let mut all = Vec::new();
    let mut length = 0;
    for value in headers.get_all(WWW_AUTHENTICATE) {
        length += value.len();
        if length > LIMIT {
            return Err(ChallengeError::TooLong);
        }
        let text = value.to_str().map_err(|_| ChallengeError::Malformed)?;
        Reader { rest: text }.challenges(&mut all)?;
    }
    if all.is_empty() {
        return Err(ChallengeError::Missing);
    }
    if let Some(bearer) = all.iter().find(|one| one.is("bearer")) {
        return Ok(Challenge::Bearer {
            realm: bearer
                .parameter("realm")
                .filter(|realm| !realm.is_empty())
                .ok_or(ChallengeError::NoRealm)?
                .to_owned(),
            service: bearer.parameter("service").map(str::to_owned),
        });
    }
    if all.iter().any(|one| one.is("basic")) {
        return Ok(Challenge::Basic);
    }
    Err(ChallengeError::OtherScheme)
}

struct Raw<'a> {
    scheme: &'a str,
    parameters: Vec<(&'a str, String)>,
}

impl<'a> Raw<'a> {
    fn is(&self, scheme: &str) -> bool {
        self.scheme.eq_ignore_ascii_case(scheme)
    }

    fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters
            .iter()
            .find(|(found, _)| found.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    fn set(&mut self, name: &'a str, value: String) -> Result<(), ChallengeError> {
        if self.parameter(name).is_some() {
            return Err(ChallengeError::Twice);
        }
        self.parameters.push((name, value));
        Ok(())
    }
}

struct Reader<'a> {
    rest: &'a str,
}

impl<'a> Reader<'a> {
    fn challenges(&mut self, all: &mut Vec<Raw<'a>>) -> Result<(), ChallengeError> {
        let first = all.len();
        loop {
            self.skip(|c| matches!(c, ' ' | '\t' | ','));
            if self.rest.is_empty() {
                return Ok(());
            }
            let word = self.take(is_token);
            if word.is_empty() {
                return Err(ChallengeError::Malformed);
            }
            self.skip(is_blank);
            let Some(after) = self.rest.strip_prefix('=') else {
                all.push(Raw {
                    scheme: word,
                    parameters: Vec::new(),
                });
                continue;
            };
            // A parameter belongs to a challenge of the same header.
            let Some(current) = all.get_mut(first..).and_then(<[_]>::last_mut) else {
                return Err(ChallengeError::Malformed);
            };
            self.rest = after;
            self.skip(is_blank);
            if matches!(self.rest.chars().next(), None | Some(',' | '=')) {
                // The padding of a token68, which neither scheme here uses.
                self.skip(|c| c == '=');
            } else {
                let value = self.value()?;
                current.set(word, value)?;
            }
        }
    }

    fn value(&mut self) -> Result<String, ChallengeError> {
        let Some(quoted) = self.rest.strip_prefix('"') else {
            // Some registries leave out the quotes around an address.
            let value = self.take(|c| !is_blank(c) && c != ',' && c != '"');
            if value.is_empty() || self.rest.starts_with('"') {
                return Err(ChallengeError::Malformed);
            }
            return Ok(value.to_owned());
        };
        let mut value = String::new();
        let mut chars = quoted.char_indices();
        while let Some((at, c)) = chars.next() {
            match c {
                '"' => {
                    self.rest = &quoted[at + 1..];
                    return Ok(value);
                }
                '\\' => match chars.next() {
                    Some((_, escaped)) => value.push(escaped),
                    None => break,
                },
                _ => value.push(c),
            }
        }
        Err(ChallengeError::Malformed)
    }

    fn take(&mut self, belongs: impl Fn(char) -> bool) -> &'a str {
        let end = self.rest.find(|c| !belongs(c)).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at(end);
        self.rest = rest;
        taken
    }

    fn skip(&mut self, belongs: impl Fn(char) -> bool) {
        self.rest = self.rest.trim_start_matches(belongs);
    }
}

fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t')
}

/// A character of a token (RFC 9110, 5.6.2) or of a token68.
fn is_token(c: char) -> bool {
    c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~/".contains(c)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    fn read(values: &[&str]) -> Result<Challenge, ChallengeError> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(WWW_AUTHENTICATE, HeaderValue::from_str(value).unwrap());
        }
        challenge(&headers)
    }

    fn bearer(realm: &str, service: Option<&str>) -> Challenge {
        Challenge::Bearer {
            realm: realm.to_owned(),
            service: service.map(str::to_owned),
        }
    }

    #[rstest]
    #[case::docker_hub(
        &[r#"Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:library/nginx:pull""#],
        bearer("https://auth.docker.io/token", Some("registry.docker.io"))
    )]
    #[case::lower_case_and_blanks(
        &[r#"bearer  Realm = "https://a.example/t" , SERVICE=x"#],
        bearer("https://a.example/t", Some("x"))
    )]
    #[case::no_quotes(&["Bearer realm=https://a.example/t,service=x"], bearer("https://a.example/t", Some("x")))]
    #[case::no_service(&[r#"Bearer realm="https://a.example/t""#], bearer("https://a.example/t", None))]
    #[case::comma_and_escape_in_quotes(
        &[r#"Bearer realm="https://a.example/t?a=1,2\"",service="a \"b\", c""#],
        bearer("https://a.example/t?a=1,2\"", Some("a \"b\", c"))
    )]
    #[case::basic_first(
        &[r#"Basic realm="x", Bearer realm="https://a.example/t""#],
        bearer("https://a.example/t", None)
    )]
    #[case::two_headers(
        &[r#"Basic realm="x""#, r#"Bearer realm="https://a.example/t""#],
        bearer("https://a.example/t", None)
    )]
    #[case::another_scheme_with_token68(&["Negotiate YWJj==, Basic realm=\"x\""], Challenge::Basic)]
    #[case::basic_without_realm(&["Basic"], Challenge::Basic)]
    fn challenges_of_registries_are_read(#[case] values: &[&str], #[case] expected: Challenge) {
        assert_eq!(read(values), Ok(expected));
    }

    #[rstest]
    #[case::none(&[], ChallengeError::Missing)]
    #[case::empty(&[""], ChallengeError::Missing)]
    #[case::open_quote(&[r#"Bearer realm="https://a.example"#], ChallengeError::Malformed)]
    #[case::only_a_parameter(&[r#"realm="https://a.example/""#], ChallengeError::Malformed)]
    #[case::parameter_of_no_challenge(&["Bearer", r#"realm="https://a.example/""#], ChallengeError::Malformed)]
    #[case::noise(&["\"\"\""], ChallengeError::Malformed)]
    #[case::bracket(&["<html>"], ChallengeError::Malformed)]
    #[case::two_realms(
        &[r#"Bearer realm="https://a.example/",realm="https://b.example/""#],
        ChallengeError::Twice
    )]
    #[case::no_realm(&[r#"Bearer service="x""#], ChallengeError::NoRealm)]
    #[case::empty_realm(&[r#"Bearer realm="""#], ChallengeError::NoRealm)]
    #[case::digest(&[r#"Digest realm="x", nonce="y""#], ChallengeError::OtherScheme)]
    fn what_can_not_be_read_is_an_error(#[case] values: &[&str], #[case] expected: ChallengeError) {
        assert_eq!(read(values), Err(expected));
    }

    #[test]
    fn a_challenge_of_many_kilobytes_is_refused() {
        let long = format!("Bearer realm=\"https://a.example/{}\"", "a".repeat(LIMIT));
        assert_eq!(read(&[&long]), Err(ChallengeError::TooLong));
    }

    proptest! {
        #[test]
        fn nothing_panics(text in "[ -~\\t]{0,200}") {
            let _ = read(&[&text]);
        }
    }
}
