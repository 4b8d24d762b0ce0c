//! Asking for what is denied, and answering, at three terminals: the member's,
//! the owner's, and the server's own.

use super::server::{Server, laptop, login};
use super::site::{Site, plain};

const IMAGE: &str = "ghcr.io/evil/miner";

/// The identifier in the first line that holds a text.
fn id_in<'l>(list: &'l str, text: &str) -> &'l str {
    let line = list.lines().find(|line| line.contains(text)).unwrap();
    line.split_whitespace().next().unwrap()
}

#[test]
fn mia_asks_and_the_owner_answers_from_her_laptop() {
    let site = Site::of_acme();
    site.ok("policy set acme --iam on");
    let server = Server::start(&site);
    let (mias, olgas) = (laptop(), laptop());
    login(&mias, &server, "mia");
    login(&olgas, &server, "olga");

    let done = mias.run(&format!(
        "request access {IMAGE}:1.0 --reason 'malware analysis'"
    ));
    assert_eq!(done.code, 0, "{done:?}");
    assert_eq!(
        plain(&done.out),
        "Asked the owners of acme to allow ghcr.io/evil/miner: request ID.\n\
         See what becomes of it with: pullgate request list\n"
    );
    let done = mias.run(&format!("request access {IMAGE} --reason 'still needed'"));
    assert!(
        plain(&done.out).starts_with(
            "Added to your request ID to the owners of acme, for ghcr.io/evil/miner.\n"
        ),
        "{done:?}"
    );
    assert_eq!(
        plain(&mias.ok("request list")),
        "ID            ASKED             ORGANIZATION  STATE  IMAGE                  ANSWER\n\
         ID  DATE  acme          open   ghcr.io/evil/miner ×2  none yet\n"
    );
    assert!(olgas.ok("whoami").ends_with(
        "\nOpen requests for access to acme: 1. See them with: pullgate request list acme\n"
    ));
    assert!(!mias.ok("whoami").contains("Open requests"));

    // The same queue from the owner's laptop and on the server.
    let queue = olgas.ok("request list acme");
    assert_eq!(
        plain(&queue),
        "ID            ASKED             WHO  STATE  IMAGE                  WHY\n\
         ID  DATE  mia  open   ghcr.io/evil/miner ×2  still needed\n"
    );
    assert_eq!(site.ok("request list acme"), queue);
    let id = id_in(&queue, "miner");
    // A member can answer nothing.
    let done = mias.run(&format!("request approve acme {id} --until 7d"));
    assert_eq!(done.code, 3, "{done:?}");
    assert!(done.err.contains("only an owner of acme"), "{done:?}");

    assert_eq!(mias.run(&format!("explain {IMAGE}")).code, 1);
    assert_eq!(
        plain(&olgas.ok(&format!(
            "request approve acme {id} --until 7d --reason 'for a week'"
        ))),
        "Approved: ghcr.io/evil/miner may be pulled by mia until DATE UTC.\n"
    );
    assert_eq!(mias.run(&format!("explain {IMAGE}")).code, 0);
    let listed = plain(&mias.ok("request list"));
    assert!(listed.ends_with("until DATE: for a week\n"), "{listed}");
    let late = site.run(&format!("request decline acme {id} --reason no"));
    assert_eq!(late.code, 3, "{late:?}");
    assert!(
        late.err
            .contains("this request was approved already, by olga"),
        "{late:?}"
    );
    assert!(!olgas.ok("whoami").contains("Open requests"));
}

#[test]
fn an_owner_answers_on_the_server_for_a_team_and_for_all() {
    let site = Site::of_acme();
    site.ok("policy set acme --iam on");
    let server = Server::start(&site);
    let mias = laptop();
    login(&mias, &server, "mia");
    site.ok("team create acme data");
    mias.ok("request access quay.io/evil/miner --reason a");
    mias.ok("request access quay.io/evil/other --reason b");
    mias.ok("request access quay.io/evil/third --reason c");
    let queue = site.ok("request list acme");
    let [miner, other, third] =
        ["evil/miner", "evil/other", "evil/third"].map(|it| id_in(&queue, it));
    let done = site.run(&format!(
        "request approve acme {miner} --until 7d --team data"
    ));
    assert_eq!(done.code, 3, "{done:?}");
    assert!(done.err.contains("is not in the team data"), "{done:?}");
    site.ok("team add acme data mia");
    let done = site.ok(&format!(
        "request approve acme {miner} --until 7d --team data"
    ));
    assert!(done.contains("may be pulled by team data until"), "{done}");
    let done = site.ok(&format!(
        "request approve acme {other} --until 2099-12-31 --everybody"
    ));
    assert!(
        done.contains("by all members until 2099-12-31 00:00 UTC"),
        "{done}"
    );
    assert_eq!(
        mias.run("explain quay.io/evil/other").code,
        0,
        "when its command returns"
    );
    assert_eq!(
        plain(&mias.ok(&format!("request withdraw {third}"))),
        "Withdrew your request ID for quay.io/evil/third.\n"
    );
    let empty = site.run("request list acme");
    assert_eq!((empty.code, empty.out.as_str()), (0, ""), "{empty:?}");
    assert!(empty.err.contains("no open requests to acme"), "{empty:?}");
    assert_eq!(site.ok("request list acme --all").lines().count(), 4);
    let all = site.ok("request list acme --all --format json");
    let all: serde_json::Value = serde_json::from_str(&all).unwrap();
    assert_eq!(all.as_array().unwrap().len(), 3);
    assert_eq!(all[0]["state"], "withdrawn");
    assert_eq!(all[0]["closed"]["by"], "person:mia");
    let history = site.ok("policy history acme");
    assert!(
        history.contains("command line: request approved: quay.io/evil/miner"),
        "{history}"
    );
}

#[test]
fn what_no_exception_can_allow_is_said_at_once() {
    let site = Site::of_acme();
    site.ok("policy set acme --iam on");
    let server = Server::start(&site);
    let mias = laptop();
    login(&mias, &server, "mia");
    let done = mias.run("request access nginx --reason x");
    assert_eq!(done.code, 3, "{done:?}");
    assert!(done.err.contains("no request is needed"), "{done:?}");
    site.ok("policy set acme --ram on");
    let done = mias.run(&format!("request access {IMAGE} --reason x"));
    assert_eq!(done.code, 3, "{done:?}");
    assert!(
        done.err.contains("does not allow the registry ghcr.io"),
        "{done:?}"
    );
    let done = site.run(&format!("exception add acme {IMAGE} --until 7d --reason x"));
    assert_eq!(done.code, 3, "{done:?}");
    assert!(
        done.err.contains("does not allow the registry ghcr.io"),
        "{done:?}"
    );
    assert_eq!(site.ok("exception list acme --all"), "");
}
