//! Where somebody goes on after signing in.

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

/// The longest address that is gone on to.
const LONGEST: usize = 2048;

/// What is escaped in the value of a query.
const IN_QUERY: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'&')
    .add(b'+')
    .add(b'<')
    .add(b'>')
    .add(b'?');

/// A path of this console: nothing that a browser could take for an address
/// elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Next(String);

impl Next {
    /// The path that was asked for, or the first page if it is none of ours.
    ///
    /// `//host` and `/\host` name another host to a browser, and it leaves
    /// tabs and line breaks out before it reads; so one slash, then plain
    /// visible ASCII without a backslash.
    pub(crate) fn read(asked: &str) -> Self {
        let one_slash = asked.starts_with('/') && !asked.starts_with("//");
        let plain = asked
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && byte != b'\\');
        let path = asked.split(['?', '#']).next().unwrap_or_default();
        let goes_round = matches!(path, "/sign-in" | "/sign-out" | "/setup");
        if one_slash && plain && !goes_round && asked.len() <= LONGEST {
            Self(asked.to_owned())
        } else {
            Self("/".to_owned())
        }
    }

    /// The path.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// The address of the sign-in page that leads here.
    pub(crate) fn after_sign_in(&self) -> String {
        if self.0 == "/" {
            "/sign-in".to_owned()
        } else {
            format!("/sign-in?next={}", utf8_percent_encode(&self.0, IN_QUERY))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_of_ours_is_gone_on_to() {
        for own in [
            "/connect",
            "/request?image=evil/miner",
            "/orgs/acme/activity?a=1&b=%2F",
        ] {
            assert_eq!(Next::read(own).as_str(), own);
        }
    }

    #[test]
    fn nobody_is_led_elsewhere() {
        for elsewhere in [
            "https://evil.example",
            "//evil.example",
            "///evil.example",
            "/\\evil.example",
            "\\/evil.example",
            "/\t/evil.example",
            "/\n/evil.example",
            " /connect",
            "javascript:alert(1)",
            "evil.example",
            "",
            "/b\u{e4}",
            "/a\\..\\b",
        ] {
            assert_eq!(Next::read(elsewhere).as_str(), "/", "{elsewhere:?}");
        }
        assert_eq!(Next::read(&format!("/{}", "a".repeat(4000))).as_str(), "/");
    }

    #[test]
    fn signing_in_does_not_lead_back_to_signing_in_or_out() {
        for round in ["/sign-in", "/sign-in?next=/x", "/sign-out", "/setup?key=x"] {
            assert_eq!(Next::read(round).as_str(), "/");
        }
    }

    #[test]
    fn the_way_back_survives_in_the_address() {
        let next = Next::read("/request?image=evil/miner&x=1");
        assert_eq!(
            next.after_sign_in(),
            "/sign-in?next=/request%3Fimage=evil/miner%26x=1"
        );
        assert_eq!(Next::read("/").after_sign_in(), "/sign-in");
    }
}
