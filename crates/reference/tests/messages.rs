//! What a person reads when a name is refused.

use pullgate_reference::{Pattern, Reference, Repository};

#[test]
fn a_refusal_says_which_part_is_wrong_and_what_is_expected() {
    let hex = "a".repeat(64);
    for (name, message) in [
        (
            "",
            "the name is empty; expected one such as nginx, acme/app:1.2 or ghcr.io/acme/app",
        ),
        (
            "my app",
            "the character space at position 3 is not allowed; names are written with ASCII letters, digits and . _ - / : @",
        ),
        (
            "a%2fb",
            "the character % at position 2 is not allowed; names are written with ASCII letters, digits and . _ - / : @",
        ),
        (
            &hex,
            "64 hexadecimal digits are the id of an image and not the name of one; to pull by digest, write name@sha256:...",
        ),
        (
            "https://ghcr.io/acme/app",
            "a name has no scheme; write it without https://",
        ),
        (
            "bad-.io/app",
            r#""bad-.io" is not a registry; expected a host such as ghcr.io, registry.example:5000 or [::1]:5000"#,
        ),
        (
            "a_b.c/app",
            r#""a_b.c" looks like a registry but is no host, so the name belongs to no registry; expected a host such as ghcr.io"#,
        ),
        (
            "ghcr.io/",
            "the repository is missing; expected a path such as library/nginx",
        ),
        (
            "ghcr.io/a//b",
            r#"the repository "a//b" has an empty component; expected single slashes between components"#,
        ),
        (
            "ghcr.io/Acme/app",
            r#"the repository "Acme/app" has an uppercase letter; repository names are lowercase"#,
        ),
        (
            "acme/_app",
            r#"the component "_app" is malformed; expected lowercase letters and digits, joined by one dot, one or two underscores, or dashes"#,
        ),
        (
            "nginx:-x",
            r#"the tag "-x" is malformed; expected 1 to 128 letters, digits, underscores, dots and dashes, not starting with a dot or a dash"#,
        ),
        (
            "nginx@md5:00",
            r#"the digest "md5:00" is malformed; expected sha256:, sha384: or sha512: and hexadecimal digits"#,
        ),
        (
            "nginx@sha384:00",
            "the sha384 digest is malformed; expected 96 lowercase hexadecimal digits",
        ),
    ] {
        assert_eq!(Reference::parse(name).unwrap_err().to_string(), message);
    }
    assert_eq!(
        Reference::parse(&format!("ghcr.io/{}", "a".repeat(256)))
            .unwrap_err()
            .to_string(),
        "the repository has 256 characters; 255 are allowed"
    );
    assert_eq!(
        Repository::parse("nginx:1").unwrap_err().to_string(),
        r#""nginx:1" names a tag or a digest; expected a repository alone"#
    );
    assert_eq!(
        Pattern::parse("acme*").unwrap_err().to_string(),
        r#""acme*" has a wildcard in the wrong place; expected * or ** as the whole last component, as in ghcr.io/acme/*"#
    );
}

#[test]
fn a_message_stays_short_and_printable_whatever_the_name_holds() {
    let long = format!("ghcr.io/{}", "A".repeat(1 << 20));
    for name in [long.as_str(), "\u{1b}[31mred", "\u{202e}xnign", "a\r\nb"] {
        let message = Reference::parse(name).unwrap_err().to_string();
        assert!(message.len() < 300, "{message}");
        assert!(
            message.bytes().all(|b| (b' '..=b'~').contains(&b)),
            "{message}"
        );
    }
}
