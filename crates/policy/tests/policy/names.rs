//! Names of organizations, teams and people, and the words of the rules.

use pullgate_policy::{
    Badge, Category, OrganizationName, Outcome, PublisherCategory, Role, TeamName, Username,
};
use serde::Serialize;

#[test]
fn names_are_lowercase_letters_digits_dots_underscores_and_dashes() {
    let longest = "a".repeat(64);
    for name in ["a", "0", "acme", "acme-2", "a.b_c-d", "7up", &longest] {
        let parsed: OrganizationName = name.parse().expect(name);
        assert_eq!(parsed.as_str(), name);
        assert_eq!(parsed.to_string(), name);
        assert!(name.parse::<TeamName>().is_ok());
        assert!(name.parse::<Username>().is_ok());
    }
}

#[test]
fn other_names_are_refused_and_never_repaired() {
    let too_long = "a".repeat(65);
    for name in [
        "",
        "Acme",
        "ACME",
        " acme",
        "acme ",
        "ac me",
        "-acme",
        ".acme",
        "_acme",
        "acme/dev",
        "acme\n",
        "acme\0",
        "ac%6de",
        "\u{430}cme",
        "acm\u{e9}",
        "mia@acme.example",
        &too_long,
    ] {
        assert!(name.parse::<OrganizationName>().is_err(), "{name:?}");
        assert!(name.parse::<TeamName>().is_err(), "{name:?}");
        assert!(name.parse::<Username>().is_err(), "{name:?}");
        let document = serde_json::to_string(name).expect("JSON");
        assert!(
            serde_json::from_str::<OrganizationName>(&document).is_err(),
            "{name:?}"
        );
    }
}

#[test]
fn a_refusal_says_what_a_name_is_and_stays_short() {
    let error = "Acme".parse::<TeamName>().expect_err("not lowercase");
    insta::assert_snapshot!(error, @r#"team name "Acme" is not valid: use 1 to 64 lowercase letters, digits, '.', '_' and '-', beginning with a letter or a digit"#);
    let endless = "A\n".repeat(1_000_000);
    let error = endless.parse::<Username>().expect_err("too long");
    assert!(error.to_string().len() < 400);
    assert!(!error.to_string().contains('\n'));
}

#[test]
fn a_name_stands_as_text_in_a_document() {
    let name: Username = serde_json::from_str(r#""mia""#).expect("a name");
    assert_eq!(serde_json::to_string(&name).expect("JSON"), r#""mia""#);
}

fn in_json(word: impl Serialize) -> String {
    match serde_json::to_value(word) {
        Ok(serde_json::Value::String(word)) => word,
        other => panic!("{other:?} is no word"),
    }
}

#[test]
fn a_word_is_the_same_in_json_in_the_database_and_on_the_screen() {
    for badge in [
        Badge::VerifiedPublisher,
        Badge::SponsoredOss,
        Badge::None,
        Badge::Unknown,
    ] {
        assert_eq!(in_json(badge), badge.as_str());
        assert_eq!(badge.to_string(), badge.as_str());
        assert_eq!(badge.as_str().parse::<Badge>(), Ok(badge));
    }
    for category in [
        Category::Organization,
        Category::Official,
        Category::VerifiedPublisher,
        Category::SponsoredOss,
        Category::Community,
    ] {
        assert_eq!(in_json(category), category.as_str());
        assert_eq!(category.to_string(), category.as_str());
    }
    for category in PublisherCategory::ALL {
        assert_eq!(in_json(category), Category::from(category).as_str());
    }
    for outcome in [Outcome::Allowed, Outcome::Monitored, Outcome::Denied] {
        assert_eq!(in_json(outcome), outcome.as_str());
        assert_eq!(outcome.to_string(), outcome.as_str());
    }
    for rule in crate::sentences::RULES {
        assert_eq!(in_json(rule), rule.as_str());
        assert_eq!(rule.to_string(), rule.as_str());
    }
    assert_eq!(in_json(Role::Owner), "owner");
    assert_eq!(in_json(Role::Member), "member");
}

#[test]
fn a_badge_of_another_word_is_refused_with_the_words_there_are() {
    let error = "open_source".parse::<Badge>().expect_err("not our word");
    insta::assert_snapshot!(error, @r#""open_source" is not one of: verified_publisher, sponsored_oss, none, unknown"#);
}
