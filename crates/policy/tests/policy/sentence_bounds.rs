//! A sentence fits into an HTTP status line, and its link leads where it says.

use pullgate_policy::{
    Badge, Category, MAX_SENTENCE, OrganizationName, Outcome, Rule, TeamName, Verdict,
};
use pullgate_reference::Repository;

use crate::acme::repository;
use crate::sentences::{CONSOLE, Names, RULES, sentence};

#[test]
fn the_link_names_the_repository_and_no_other() {
    let names = Names::acme();
    let denied = names.verdict(Outcome::Denied, Rule::Community, Category::Community);
    let table = [
        ("nginx", "nginx"),
        ("evil/miner", "evil/miner"),
        ("docker.io/library/a/b", "library/a/b"),
        ("ghcr.io/evil/miner", "ghcr.io/evil/miner"),
        ("localhost:5000/app", "localhost:5000/app"),
        ("[2001:db8::1]:5000/app", "%5B2001:db8::1%5D:5000/app"),
        // Without docker.io, what follows would be read as a registry.
        (
            "docker.io/ghcr.io/evil/miner",
            "docker.io/ghcr.io/evil/miner",
        ),
        ("docker.io/localhost/miner", "docker.io/localhost/miner"),
        ("docker.io/my.name/app", "docker.io/my.name/app"),
    ];
    for (name, shown) in table {
        let line = sentence(&denied, name);
        let (_, image) = line.split_once("/request?image=").expect("a link");
        assert_eq!(image, shown);
        let typed = image.replace("%5B", "[").replace("%5D", "]");
        assert_eq!(repository(&typed), repository(name));
    }

    // Without library/, this would be read as an image's identifier.
    let hexadecimal = format!("docker.io/library/{}", "a".repeat(64));
    assert!(sentence(&denied, &hexadecimal).ends_with(&format!("=library/{}", "a".repeat(64))));
}

#[test]
fn an_address_that_does_not_fit_into_the_line_is_left_out() {
    let names = Names::acme();
    let denied = names.verdict(Outcome::Denied, Rule::Community, Category::Community);
    let endless = format!("https://{}.example", "a".repeat(2000));
    for console in [
        "",
        "/",
        "https://acme.example/\r\nSet-Cookie: a=b",
        "https://acme.example/with blanks",
        "https://\u{430}cme.example",
        "https://acme.example/\u{7f}",
        &endless,
    ] {
        let line = denied.sentence(&repository("evil/miner"), Some(console));
        assert!(
            line.ends_with("restricted by acme. Ask an owner."),
            "{line}"
        );
    }
    let line = denied.sentence(
        &repository("evil/miner"),
        Some("https://acme.example/pullgate/"),
    );
    assert!(line.ends_with(": https://acme.example/pullgate/request?image=evil/miner"));
}

#[test]
fn a_name_that_does_not_fit_into_the_link_is_left_to_be_typed() {
    let names = Names::acme();
    let denied = names.verdict(Outcome::Denied, Rule::Community, Category::Community);
    let longest = format!("{}/{}", host_of(255), path_of(255));
    let line = sentence(&denied, &longest);
    assert!(
        line.ends_with("or request access: https://pullgate.acme.example/request"),
        "{line}"
    );
}

/// A host of that many characters.
fn host_of(length: usize) -> String {
    let host = "a.".repeat(length / 2);
    format!("{host}{}", "a".repeat(length - host.len()))
}

/// A path of that many characters.
fn path_of(length: usize) -> String {
    let path = "a/".repeat(length / 2 - 1);
    format!("{path}{}", "a".repeat(length - path.len()))
}

/// Names as long as they can be, and odd ones.
fn long_and_odd_repositories() -> Vec<Repository> {
    let ghcr = format!("ghcr.io/{}", path_of(255 - "ghcr.io/".len()));
    assert_eq!(ghcr.len(), 255);
    let hub = format!("docker.io/{}", path_of(255));
    let even = format!("{}/{}", host_of(127), path_of(127));
    let longest = format!("{}/{}", host_of(255), path_of(255));
    let host = format!("{}/a", host_of(253));
    [
        "nginx",
        "evil/miner",
        "[2001:db8::1]:5000/app",
        "localhost/a__b/c---d",
        &ghcr,
        &hub,
        &even,
        &longest,
        &host,
    ]
    .into_iter()
    .map(repository)
    .collect()
}

#[test]
fn every_sentence_is_one_bounded_line_of_printable_ascii() {
    let organization: OrganizationName = "o".repeat(64).parse().expect("a name");
    let team: TeamName = "t".repeat(64).parse().expect("a name");
    let console = format!("https://{}", "c".repeat(200));
    let consoles = [
        None,
        Some(CONSOLE),
        Some(console.as_str()),
        Some("https://acme.example/\n\u{430}"),
    ];
    let mut longest = 0;
    for repository in long_and_odd_repositories() {
        for (outcome, rule, category, badge) in every_combination() {
            for team in [None, Some(&team)] {
                let verdict = Verdict {
                    outcome,
                    rule,
                    category,
                    badge,
                    organization: Some(&organization),
                    team,
                };
                for console in consoles {
                    let line = verdict.sentence(&repository, console);
                    assert!(
                        line.bytes().all(|byte| matches!(byte, b' '..=b'~')),
                        "{line:?}"
                    );
                    assert!(line.len() < MAX_SENTENCE, "{} bytes: {line}", line.len());
                    longest = longest.max(line.len());
                }
            }
        }
    }
    assert!(longest > 800, "the bound was tried: {longest}");
}

#[test]
fn a_name_of_255_characters_keeps_its_link() {
    let names = Names::acme();
    for repository in long_and_odd_repositories() {
        if repository.as_str().len() > 255 {
            continue;
        }
        let denied = |rule| names.verdict(Outcome::Denied, rule, Category::Community);
        let line = denied(Rule::Community).sentence(&repository, Some(CONSOLE));
        assert!(line.contains(repository.as_str()), "{line}");
        assert!(line.contains("/request?image="), "{line}");
        // No request can open a registry.
        let line = denied(Rule::Registry).sentence(&repository, Some(CONSOLE));
        assert!(line.contains(repository.as_str()), "{line}");
        assert!(
            line.ends_with("Ask an owner to allow the registry."),
            "{line}"
        );
    }
}

/// All that the types can hold, whether or not a decision can come to it.
fn every_combination() -> Vec<(Outcome, Rule, Category, Badge)> {
    let mut all = Vec::new();
    for outcome in [Outcome::Allowed, Outcome::Monitored, Outcome::Denied] {
        for rule in RULES {
            for category in [
                Category::Organization,
                Category::Official,
                Category::VerifiedPublisher,
                Category::SponsoredOss,
                Category::Community,
            ] {
                for badge in [Badge::None, Badge::Unknown] {
                    all.push((outcome, rule, category, badge));
                }
            }
        }
    }
    all
}
