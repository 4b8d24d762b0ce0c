//! How an administrator sets up acme, from nothing.

use super::site::{Site, plain};

#[test]
fn acme_from_nothing() {
    let site = Site::new();

    // A user whose password is made: it alone is on standard output.
    let done = site.run("user create olga --email olga@acme.example");
    assert_eq!(done.code, 0, "{done:?}");
    assert_eq!(done.out.trim_end().len(), 29, "{done:?}");
    assert_eq!(
        done.err,
        "Created the user olga. The password is shown only this once; keep it, or pass it on to them:\n"
    );
    // And one whose password is given.
    let done = site.typing(
        "user create mia --password-stdin",
        "correct horse battery\n",
    );
    assert_eq!(done.out, "Created the user mia.\n");
    assert_eq!(done.err, "");
    site.typing(
        "user create max --password-stdin",
        "correct horse battery\n",
    );

    assert_eq!(
        site.ok("org create acme --owner olga --display-name 'Acme Ltd'"),
        "Created the organization acme with the owner olga. Its policy is off; switch it on with: \
         pullgate policy set acme --iam on\n"
    );
    assert_eq!(
        site.ok("member add acme mia"),
        "mia belongs to acme now, as member.\n"
    );
    assert_eq!(
        site.ok("member add acme mia"),
        "mia belongs to acme already, as member; nothing was changed.\n"
    );
    site.ok("member add acme max");
    assert_eq!(
        site.ok("member add acme max --role owner"),
        "max in acme: member → owner\n"
    );
    assert_eq!(
        site.told("member list acme"),
        "MEMBER  ROLE    SINCE             EMAIL\n\
         max     owner   DATE\n\
         mia     member  DATE\n\
         olga    owner   DATE  olga@acme.example\n"
    );
    assert_eq!(
        site.ok("member remove acme max"),
        "max does not belong to acme any more.\n"
    );

    assert_eq!(
        site.ok("namespace add acme docker.io/acme registry.acme.example"),
        "docker.io/acme/** is a namespace of acme now.\n\
         registry.acme.example/** is a namespace of acme now.\n"
    );
    assert_eq!(
        site.told("namespace list acme"),
        "NAMESPACE                 SINCE\n\
         docker.io/acme/**         DATE\n\
         registry.acme.example/**  DATE\n"
    );
    assert_eq!(
        site.ok("namespace remove acme registry.acme.example"),
        "registry.acme.example/** is not a namespace of acme any more.\n"
    );
}

#[test]
fn a_team_may_pull_more_than_its_organization() {
    let site = Site::of_acme();
    assert_eq!(
        site.ok("team create acme data"),
        "Created the team data of acme.\n"
    );
    assert_eq!(
        site.ok("team add acme data mia"),
        "mia is in the team data of acme now.\n"
    );
    let done = site.run("team allow acme data 'jupyter/*' quay.io/jupyter/lab");
    assert_eq!(
        done.out,
        "Added docker.io/jupyter/* to the allowlist of the team data.\n\
         Added quay.io/jupyter/lab to the allowlist of the team data.\n"
    );
    assert!(
        done.err.contains("pullgate policy set acme --allowlist on"),
        "{done:?}"
    );
    assert_eq!(
        site.ok("team set acme data --sponsored-oss allowed"),
        "sponsored oss: allowed for the team data\n"
    );
    assert_eq!(
        site.ok("team list acme"),
        "TEAM  MEMBERS  ALSO ALLOWED\n\
         data  mia      sponsored_oss, docker.io/jupyter/*, quay.io/jupyter/lab\n"
    );
    assert_eq!(
        site.ok("team disallow acme data quay.io/jupyter/lab"),
        "Took quay.io/jupyter/lab off the allowlist of the team data.\n"
    );
    assert_eq!(
        site.ok("team set acme data --sponsored-oss inherit"),
        "sponsored oss: for the team data as for all of acme\n"
    );
    assert_eq!(
        site.ok("team remove acme data mia"),
        "mia is not in the team data of acme any more.\n"
    );
    assert_eq!(
        site.ok("team list acme"),
        "TEAM  MEMBERS  ALSO ALLOWED\n\
         data  none     docker.io/jupyter/*\n"
    );
    assert_eq!(
        site.ok("team delete acme data"),
        "Deleted the team data of acme.\n"
    );
}

#[test]
fn a_policy_is_changed_shown_and_remembered() {
    let site = Site::of_acme();
    assert_eq!(
        site.ok("policy set acme --iam on --verified-publisher restricted --mode enforce"),
        "Changed the policy of acme (version 2):\n  \
           Image Access Management: off → on\n  \
           verified publisher: allowed → restricted\n"
    );
    assert_eq!(
        site.ok("policy set acme --iam on"),
        "The policy of acme is so already; nothing was changed.\n"
    );

    let done = site.run("policy allow acme 'bitnami/*' --note 'charts of the shop'");
    assert_eq!(
        done.out,
        "Added docker.io/bitnami/* to the allowlist of acme.\n"
    );
    assert!(
        done.err.contains("pullgate policy set acme --allowlist on"),
        "{done:?}"
    );
    site.ok("policy set acme --allowlist on");
    let done = site.run("policy allow acme 'bitnami/*' nginx");
    assert_eq!(
        done.out,
        "docker.io/bitnami/* is on the allowlist of acme already.\n\
         Added docker.io/library/nginx to the allowlist of acme.\n"
    );
    assert_eq!(done.err, "", "the allowlist is on by now");
    site.ok("policy disallow acme nginx");
    assert_eq!(
        site.ok("policy trust acme 'quay.io/prometheus/*'"),
        "Changed the policy of acme (version 4):\n  trusted: added quay.io/prometheus/*\n"
    );
    assert_eq!(
        site.ok("policy registry add acme ghcr.io"),
        "Changed the policy of acme (version 5):\n  registries: added ghcr.io\n"
    );
    site.ok("policy set acme --ram on --ram-mode monitor --docker-hub restricted");
    site.ok("namespace add acme docker.io/acme");
    assert_eq!(
        site.told("policy show acme"),
        "policy of                   acme
version                     6, changed DATE

Image Access Management     on
  mode                      enforce
  official                  allowed
  verified publisher        restricted
  sponsored OSS             restricted
  community                 restricted
  allowlist                 on, 1 entry
Registry Access Management  on
  mode                      monitor
  Docker Hub                restricted
  registries                ghcr.io
trusted                     quay.io/prometheus/*
namespaces                  docker.io/acme/**
exceptions                  none

ALLOWLIST            ADDED             NOTE
docker.io/bitnami/*  DATE  charts of the shop
"
    );
    assert_eq!(
        site.ok("policy untrust acme 'quay.io/prometheus/*'"),
        "Changed the policy of acme (version 7):\n  trusted: removed quay.io/prometheus/*\n"
    );
    assert_eq!(
        site.ok("policy registry remove acme ghcr.io"),
        "Changed the policy of acme (version 8):\n  registries: removed ghcr.io\n"
    );

    assert_eq!(
        site.told("policy history acme"),
        "DATE  command line: settings changed
    registries: removed ghcr.io
DATE  command line: settings changed
    trusted: removed quay.io/prometheus/*
DATE  command line: namespace added: docker.io/acme/**
DATE  command line: settings changed
    Docker Hub: allowed → restricted
    Registry Access Management: off → on
    registry mode: enforce → monitor
DATE  command line: settings changed
    registries: added ghcr.io
DATE  command line: settings changed
    trusted: added quay.io/prometheus/*
DATE  command line: allowlist removed
    docker.io/library/nginx
DATE  command line: allowlist added
    docker.io/library/nginx
DATE  command line: settings changed
    allowlist: off → on
DATE  command line: allowlist added
    docker.io/bitnami/* (charts of the shop)
DATE  command line: settings changed
    Image Access Management: off → on
    verified publisher: allowed → restricted
DATE  command line: organization created: acme
    display_name: acme
    owner: olga
"
    );
    let latest = site.told("policy history acme --limit 1");
    assert_eq!(latest.lines().count(), 2, "{latest}");
}

#[test]
fn an_exception_is_made_listed_and_ended() {
    let site = Site::of_acme();
    site.ok("team create acme data");
    let made =
        site.ok("exception add acme evil/miner:1.0 --until 2099-12-31 --reason 'malware analysis'");
    assert_eq!(
        plain(&made),
        "Made the exception ID: docker.io/evil/miner may be pulled by all members until DATE UTC.\n"
    );
    assert!(made.contains("2099-12-31 00:00"), "{made}");
    site.ok("exception add acme grafana/k6 --until 7d --reason load --team data");
    site.ok("exception add acme grafana/k6 --until 12h --reason load --user mia");
    let list = site.told("exception list acme");
    for expected in [
        "ID            ENDS              FOR          IMAGE                 REASON\n",
        "ID  DATE  all members  docker.io/evil/miner  malware analysis\n",
        "ID  DATE  team data    docker.io/grafana/k6  load\n",
        "ID  DATE  mia          docker.io/grafana/k6  load\n",
    ] {
        assert!(list.contains(expected), "{expected:?} in:\n{list}");
    }
    let id = made.split([' ', ':']).nth(3).unwrap();
    assert_eq!(
        site.told(&format!("exception end acme {id}")),
        "Ended the exception ID for docker.io/evil/miner.\n"
    );
    assert!(!site.ok("exception list acme").contains("evil/miner"));
    assert!(site.ok("exception list acme --all").contains("has ended"));
}

#[test]
fn a_token_is_made_listed_and_revoked() {
    let site = Site::of_acme();
    let done = site.run("token create --org acme --label ci --expires 90d --scope repo:read");
    assert_eq!(done.code, 0, "{done:?}");
    assert!(
        done.out.starts_with("pgo_") && done.out.len() == 47,
        "{done:?}"
    );
    assert_eq!(
        plain(&done.err),
        "Created the access token ID (ci) of acme; it ends DATE UTC. It is shown only this once:\n"
    );
    let id = done.err.split(' ').nth(4).unwrap().to_owned();
    let done = site.run("token create --user mia --label 'laptop of mia'");
    assert!(done.out.starts_with("pgp_"), "{done:?}");
    assert!(done.err.contains("does not end"), "{done:?}");

    assert_eq!(
        site.told("token list --org acme"),
        "ID            SCOPES     LAST USED  ENDS              LABEL\n\
         ID  repo:read  never      DATE  ci\n"
    );
    assert_eq!(
        site.told(&format!("token disable --org acme {id}")),
        "Switched the access token ID (ci) off.\n"
    );
    assert!(site.ok("token list --org acme").contains("switched off"));
    assert_eq!(
        site.told(&format!("token enable --org acme {id}")),
        "Switched the access token ID (ci) on.\n"
    );
    assert!(!site.ok("token list --org acme").contains("switched off"));
    assert_eq!(
        site.told(&format!("token revoke --org acme {id}")),
        "Revoked the access token ID (ci).\n"
    );
    assert_eq!(
        site.told(&format!("token revoke --org acme {id}")),
        "The access token ID (ci) was revoked before.\n"
    );
    assert!(site.ok("token list --org acme").contains("revoked"));
    let again = site.run(&format!("token enable --org acme {id}"));
    assert_eq!(again.code, 3, "{again:?}");
    assert!(again.err.contains("was revoked"), "{again:?}");
    assert!(site.ok("token list --user mia").contains("laptop of mia"));
}

#[test]
fn a_user_is_disabled_and_enabled() {
    let site = Site::of_acme();
    assert_eq!(
        site.ok("user disable mia"),
        "Disabled the user mia: no sign-in, session or access token of theirs counts any more.\n"
    );
    assert_eq!(
        site.told("user list"),
        "USER  STATUS    SITE ROLE  SINCE             EMAIL\n\
         mia   disabled  none       DATE\n\
         olga  active    none       DATE\n"
    );
    assert!(site.ok("member list acme").contains("mia (disabled)"));
    assert_eq!(
        site.ok("user enable mia"),
        "Enabled the user mia: they can sign in again. Earlier sessions stay ended.\n"
    );
    let done = site.typing(
        "user password mia --password-stdin",
        "another horse battery\n",
    );
    assert_eq!(
        done.out,
        "Changed the password of mia; earlier sign-ins have ended.\n"
    );
}

#[test]
fn an_organization_at_a_glance() {
    let site = Site::of_acme();
    site.ok("policy set acme --iam on --mode monitor");
    site.ok("namespace add acme docker.io/acme");
    site.ok("team create acme data");
    assert_eq!(
        site.told("org show acme"),
        "organization  acme
name          acme
since         DATE
members       2
owners        olga
teams         data
namespaces    docker.io/acme/**
policy        Image Access Management on (monitor): official allowed, verified publisher allowed, sponsored OSS restricted; Registry Access Management off
"
    );
    assert_eq!(
        site.told("org list"),
        "ORGANIZATION  MEMBERS  SINCE             NAME\n\
         acme          2        DATE  acme\n"
    );
}
