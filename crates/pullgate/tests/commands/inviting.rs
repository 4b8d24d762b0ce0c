//! How an administrator invites people from the terminal.

use super::site::{Site, plain};

const LINK: &str = "https://pullgate.acme.example/invite/";

#[test]
fn one_link_is_alone_on_standard_output() {
    let site = Site::of_acme();
    site.ok("team create acme data");
    let done = site.run("invite create acme ann@acme.example --team data");
    assert_eq!(done.code, 0, "{done:?}");
    let secret = done.out.trim_end().strip_prefix(LINK).unwrap();
    assert_eq!(secret.len(), 43, "{done:?}");
    assert_eq!(
        plain(&done.err),
        "Invited ann@acme.example into acme, as member and into the team data, until DATE UTC.\n\
         The link is shown only this once; pass it on:\n"
    );
    assert_eq!(
        site.told("invite list acme"),
        "ID            ROLE    TEAM  INVITED BY    LINK ENDS         INVITEE\n\
         ID  member  data  command line  DATE  ann@acme.example\n"
    );
    for file in std::fs::read_dir(site.path("data")).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap_or_default();
        let kept = bytes
            .windows(secret.len())
            .any(|window| window == secret.as_bytes());
        assert!(!kept, "the secret is kept as it is");
    }
}

#[test]
fn several_are_listed_with_their_links_and_the_others_told() {
    let site = Site::of_acme();
    let line = "invite create acme ann@acme.example mia 'no body' sam --role owner";
    let tried = site.run(&format!("{line} --dry-run"));
    assert_eq!(
        tried.out,
        "ann@acme.example would be invited into acme, as owner.\n\
         sam would be invited into acme, as owner.\n"
    );
    assert!(site.ok("invite list acme").is_empty());

    let done = site.run(line);
    assert_eq!(done.code, 1, "{done:?}");
    let lines: Vec<&str> = done.out.lines().collect();
    assert_eq!(lines.len(), 3, "{done:?}");
    assert!(
        lines[1].starts_with("ann@acme.example  https://"),
        "{done:?}"
    );
    assert!(lines[2].contains(LINK), "{done:?}");
    for part in [
        "mia belongs to acme already; nothing was changed.\n",
        "no body is neither an e-mail address nor a user name",
    ] {
        assert!(done.err.contains(part), "{part}: {done:?}");
    }
    let again = site.run("invite create acme sam");
    assert_eq!((again.code, &*again.out), (0, ""), "{again:?}");
    assert!(
        again.err.contains("pullgate invite resend acme "),
        "{again:?}"
    );
}

#[test]
fn an_invite_is_resent_and_withdrawn() {
    let site = Site::of_acme();
    let first = site.run("invite create acme ann@acme.example").out;
    let list = site.ok("invite list acme");
    let id = list.lines().nth(1).unwrap().split(' ').next().unwrap();
    let done = site.run(&format!("invite resend acme {id}"));
    assert_eq!(done.code, 0, "{done:?}");
    assert!(done.out.starts_with(LINK), "{done:?}");
    assert_ne!(done.out, first);
    assert!(done.err.contains("the old one counts no more"), "{done:?}");
    assert_eq!(
        site.ok(&format!("invite revoke acme {id}")),
        "Withdrew the invite of ann@acme.example; its link counts no more.\n"
    );
    let gone = site.run(&format!("invite revoke acme {id}"));
    assert_eq!(gone.code, 3, "{gone:?}");
    assert!(gone.err.contains("there is no invite"), "{gone:?}");
    let none = site.run("invite list acme");
    assert_eq!((none.code, &*none.out), (0, ""), "{none:?}");
    assert!(none.err.contains("pullgate invite create acme"), "{none:?}");
}

#[test]
fn nobody_is_invited_to_what_is_not_there() {
    let site = Site::of_acme();
    for (line, part) in [
        (
            "invite create acne ann@acme.example",
            "there is no organization acne",
        ),
        (
            "invite create acme ann@acme.example --team data",
            "there is no team data",
        ),
        ("invite list acne", "there is no organization acne"),
        ("invite resend acme 0123", "there is no invite 0123"),
    ] {
        let done = site.run(line);
        assert_eq!(done.code, 3, "{line}: {done:?}");
        assert!(done.err.contains(part), "{line}: {done:?}");
        assert_eq!(done.out, "", "{line}");
    }
    let done = site.run("invite create acme");
    assert_eq!(done.code, 2, "{done:?}");
}
