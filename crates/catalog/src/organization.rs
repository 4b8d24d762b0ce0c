//! What Docker Hub says of an organization.

use pullgate_policy::Badge;
use serde::Deserialize;

use crate::hub::AskError;

/// The most of an unknown word that is repeated in a log.
const LONGEST_EXCERPT: usize = 40;

/// The two fields that count of an organization. Others come and go.
#[derive(Deserialize)]
struct Organization {
    orgname: String,
    #[serde(default)]
    badge: Option<String>,
}

/// Reads the badge from the answer to a question about a namespace.
///
/// A word that is not known here may mean anything, also less than no badge,
/// so it is no answer.
pub(crate) fn badge(answer: &[u8], asked: &str) -> Result<Badge, AskError> {
    let organization: Organization =
        serde_json::from_slice(answer).map_err(|_| AskError::Unreadable)?;
    if !organization.orgname.eq_ignore_ascii_case(asked) {
        return Err(AskError::OtherOrganization);
    }
    match organization.badge.as_deref() {
        Some("verified_publisher") => Ok(Badge::VerifiedPublisher),
        Some("open_source") => Ok(Badge::SponsoredOss),
        None | Some("") => Ok(Badge::None),
        Some(other) => {
            let excerpt: String = other.chars().take(LONGEST_EXCERPT).collect();
            Err(AskError::UnknownBadge(format!("{excerpt:?}")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_each_badge() {
        for (answer, expected) in [
            (
                r#"{"orgname":"acme","badge":"verified_publisher"}"#,
                Badge::VerifiedPublisher,
            ),
            (
                r#"{"orgname":"Acme","badge":"open_source","x":[1]}"#,
                Badge::SponsoredOss,
            ),
            (r#"{"orgname":"acme","badge":""}"#, Badge::None),
            (r#"{"orgname":"acme","badge":null}"#, Badge::None),
            (r#"{"orgname":"acme"}"#, Badge::None),
        ] {
            assert_eq!(
                badge(answer.as_bytes(), "acme").unwrap(),
                expected,
                "{answer}"
            );
        }
    }

    #[test]
    fn anything_else_is_no_answer() {
        for answer in [
            "",
            "null",
            "[]",
            "<html>please sign in</html>",
            r#"{"badge":"verified_publisher"}"#,
            r#"{"orgname":"acme","badge":true}"#,
            r#"{"orgname":"acme","badge":["verified_publisher"]}"#,
            r#"{"orgname":"acme","badge":"Verified_Publisher"}"#,
            r#"{"orgname":"acme","badge":" "}"#,
            r#"{"orgname":"acme","badge":"official"}"#,
            r#"{"orgname":"acme","badge":"","badge":"verified_publisher"}"#,
            r#"{"orgname":"acm","badge":"verified_publisher"}"#,
            r#"{"orgname":"acme ","badge":"verified_publisher"}"#,
            r#"{"orgname":"acme","badge":"verified_publisher""#,
            r#"{"orgname":"acme","badge":"verified_publisher"} {}"#,
        ] {
            assert!(badge(answer.as_bytes(), "acme").is_err(), "{answer}");
        }
    }

    #[test]
    fn an_unknown_word_is_cut_and_quoted() {
        let answer = format!(r#"{{"orgname":"acme","badge":"\n{}"}}"#, "x".repeat(1000));
        let error = badge(answer.as_bytes(), "acme").unwrap_err().to_string();
        assert!(error.len() < 100 && !error.contains('\n'), "{error}");
    }
}
