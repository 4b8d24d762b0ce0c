//! Policies as files, with the database and from a place that has only the
//! network.

use serde_json::Value;

use super::server::{Server, laptop, login};
use super::site::{Done, Site, finish, password_of};

const EXAMPLES: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../docs/examples/policy-as-files"
);

fn example(name: &str) -> String {
    std::fs::read_to_string(format!("{EXAMPLES}/{name}")).unwrap()
}

/// Writes a file into a site's folder.
fn write(site: &Site, name: &str, text: &str) {
    std::fs::write(site.path(name), text).unwrap();
}

fn refused(done: &Done, code: i32, part: &str) {
    assert_eq!(done.code, code, "{done:?}");
    assert!(done.err.contains(part), "{part:?} in {done:?}");
    assert_eq!(done.out, "", "{done:?}");
}

/// The story of a policy that moves into a file: the same with the database
/// and from afar. `site` runs the commands.
fn a_policy_lives_in_a_file(site: &Site) {
    // From the organization into a file.
    let first = site.ok("export acme");
    write(site, "acme.yaml", &first);
    assert_eq!(
        site.ok("apply -f acme.yaml"),
        "The policy of acme is so already; nothing was changed.\n"
    );

    // Looked at, and left.
    write(site, "acme.yaml", &example("acme.yaml"));
    let tried = site.run("apply -f acme.yaml --dry-run");
    assert_eq!(tried.code, 0, "{tried:?}");
    assert_eq!(
        tried.out,
        "This would change the policy of acme:
  team data: is made, with no members yet
  allowlist: added docker.io/bitnami/redis (the cart of the shop)
  allowlist: added ghcr.io/acme-labs/**
  allowlist: off → on
  Image Access Management: off → on
  Registry Access Management: off → on
  registries: added ghcr.io
  registries: added quay.io
  registries: added registry.acme.example:5000
  team data, allowlist: added docker.io/jupyter/*
  team data, categories: added sponsored_oss
  trusted: added quay.io/prometheus/*
"
    );
    assert_eq!(site.ok("export acme"), first);
    let exactly = tried.err.split("pullgate ").nth(1).unwrap().trim();
    assert!(
        exactly.starts_with("apply -f acme.yaml --if-state "),
        "{tried:?}"
    );

    // Tested before it is applied.
    write(site, "cases.yaml", &example("cases.yaml"));
    let failing = site.run("policy test -f cases.yaml");
    assert_eq!(failing.code, 1, "by the policy as it is: {failing:?}");
    let tested = site.ok("policy test -f cases.yaml --policy acme.yaml");
    assert_eq!(
        tested,
        "ok    nginx:1.27, role member: allowed, official
ok    quay.io/prometheus/node-exporter, role member: allowed, verified publisher
ok    docker.io/evil/miner, role member: denied, community
ok    registry.example/tool, role member: denied, registry
ok    jupyter/base-notebook, team data: allowed, allowlist, of the team data
ok    jupyter/base-notebook, role member: denied, community
ok    docker.io/evil/miner, role owner: allowed, owner
7 of 7 cases are as they should be.
"
    );

    // Applied, exactly what was shown.
    let done = site.ok(exactly);
    assert_eq!(done, tried.out.replace("This would change", "Changed"));
    assert_eq!(
        site.ok("export acme").replace("namespaces: []\n\n", ""),
        example("acme.yaml")
    );
    assert_eq!(site.ok("policy test -f cases.yaml"), tested);
    refused(&site.run(exactly), 3, "in the meantime");

    // What fails says what, why and where.
    let cases =
        example("cases.yaml").replace("outcome: denied\n    why", "outcome: allowed\n    why");
    write(site, "cases.yaml", &cases);
    let done = site.run("policy test -f cases.yaml");
    assert_eq!(done.code, 1, "{done:?}");
    assert!(
        done.out.contains(
            "FAIL  docker.io/evil/miner, role member: denied, community
      expected allowed, and it is denied by the rule community
      community images go on the allowlist one by one
      cases.yaml:16
"
        ),
        "{}",
        done.out
    );
    assert!(
        done.out
            .ends_with("1 of 7 cases are not as they should be.\n")
    );
    let done = site.run("policy test -f cases.yaml --format json");
    assert_eq!(done.code, 1, "{done:?}");
    let report: Value = serde_json::from_str(&done.out).unwrap();
    assert_eq!(
        (&report["passed"], &report["failed"]),
        (&6.into(), &1.into())
    );
}

#[test]
fn a_policy_lives_in_a_file_beside_the_database() {
    let site = Site::of_acme();
    a_policy_lives_in_a_file(&site);
    let history = site.told("policy history acme --limit 1");
    assert!(
        history.starts_with("DATE  command line: policy applied\n"),
        "{history}"
    );
}

#[test]
fn a_policy_lives_in_a_file_far_from_the_database() {
    let site = Site::of_acme();
    let server = Server::start(&site);
    let laptop = laptop();
    login(&laptop, &server, "olga");
    a_policy_lives_in_a_file(&laptop);
    let history = site.told("policy history acme --limit 1");
    assert!(
        history.starts_with("DATE  olga: policy applied\n"),
        "{history}"
    );
}

#[test]
fn what_is_applied_here_holds_on_the_server_when_the_command_returns() {
    let site = Site::of_acme();
    let server = Server::start(&site);
    let laptop = laptop();
    login(&laptop, &server, "mia");
    write(&site, "acme.yaml", &example("acme.yaml"));
    assert_eq!(laptop.run("explain evil/miner").code, 0);
    site.ok("apply -f acme.yaml");
    assert_eq!(laptop.run("explain evil/miner").code, 1);
}

#[test]
fn a_program_applies_with_an_access_token_that_may() {
    let site = Site::of_acme();
    let server = Server::start(&site);
    let laptop = laptop();
    write(&laptop, "acme.yaml", &example("acme.yaml"));
    write(&laptop, "cases.yaml", &example("cases.yaml"));
    for (scope, code) in [("repo:read", 3), ("repo:admin", 0)] {
        let token = site.ok(&format!(
            "token create --user olga --label ci --scope {scope}"
        ));
        let line = format!("login {} -u olga --password-stdin", server.control);
        assert_eq!(laptop.typing(&line, &token).code, 0);
        // What changes nothing takes no more than an owner's token.
        laptop.ok("policy test -f cases.yaml --policy acme.yaml");
        laptop.ok("apply -f acme.yaml --dry-run");
        let done = laptop.run("apply -f acme.yaml");
        assert_eq!(done.code, code, "{done:?}");
        if code != 0 {
            assert!(done.err.contains("repo:admin"), "{done:?}");
            assert!(site.ok("export acme").contains("enabled: off"));
        }
    }
    assert!(site.ok("export acme").contains("enabled: on"));
}

#[test]
fn a_member_reads_and_a_stranger_does_not_even_that() {
    let site = Site::of_acme();
    let typed = site.typing("user create sam --password-stdin", &password_of("sam"));
    assert_eq!(typed.code, 0);
    let server = Server::start(&site);
    let before = site.ok("export acme");
    let laptop = laptop();
    write(&laptop, "acme.yaml", &example("acme.yaml"));
    write(&laptop, "cases.yaml", &example("cases.yaml"));
    login(&laptop, &server, "mia");
    assert_eq!(laptop.ok("export acme"), before);
    refused(
        &laptop.run("export acme --with-exceptions"),
        3,
        "only an owner",
    );
    for command in [
        "apply -f acme.yaml",
        "apply -f acme.yaml --dry-run",
        "policy test -f cases.yaml",
    ] {
        refused(&laptop.run(command), 3, "you are a member");
    }
    login(&laptop, &server, "sam");
    for command in [
        "export acme",
        "apply -f acme.yaml",
        "apply -f acme.yaml --dry-run",
        "policy test -f cases.yaml",
    ] {
        refused(&laptop.run(command), 3, "there is no organization acme");
    }
    assert_eq!(site.ok("export acme"), before);
}

#[test]
fn a_mistake_is_shown_with_its_line() {
    let site = Site::of_acme();
    write(
        &site,
        "acme.yaml",
        "pullgate: policy/v1\norganization: acme\niam:\n  enabled: yes\n",
    );
    let done = site.run("apply -f acme.yaml");
    assert_eq!(done.code, 2, "{done:?}");
    assert_eq!(
        done.err,
        "pullgate: acme.yaml:4:3: iam lacks mode, official, verified_publisher, sponsored_oss, allowlist
    4 |   enabled: yes
      |   ^
acme.yaml:4:12: enabled cannot be \"yes\"; expected on or off
    4 |   enabled: yes
      |            ^^^
"
    );
    for (command, input, part) in [
        ("apply -f none.yaml", "", "none.yaml cannot be read"),
        ("apply -f -", "", "standard input:1:1: the file is empty"),
        (
            "policy test -f -",
            "cases: []",
            "lacks pullgate, organization",
        ),
        (
            "policy test -f acme.yaml",
            "",
            "pullgate cannot be \"policy/v1\"",
        ),
    ] {
        let done = site.typing(command, input);
        assert_eq!(done.code, 2, "{command}: {done:?}");
        assert!(done.err.contains(part), "{part:?} in {done:?}");
    }
    // The cases of one organization are none of another's policy.
    write(&site, "cases.yaml", &example("cases.yaml"));
    let other = example("acme.yaml").replace("organization: acme", "organization: other");
    write(&site, "other.yaml", &other);
    let done = site.run("policy test -f cases.yaml --policy other.yaml");
    refused(&done, 2, "is that of other, and the cases are for acme");
    refused(
        &site.run("apply -f other.yaml"),
        3,
        "there is no organization other",
    );
}

#[test]
fn a_file_is_read_from_a_pipe_and_nobody_is_nowhere() {
    let site = Site::of_acme();
    let done = site.typing("apply -f -", &example("acme.yaml"));
    assert_eq!(done.code, 0, "{done:?}");
    assert!(
        done.out.starts_with("Changed the policy of acme:\n"),
        "{done:?}"
    );
    let nowhere = laptop();
    for command in ["export acme", "apply -f -"] {
        let done = nowhere.typing(command, &example("acme.yaml"));
        refused(&done, 3, "pullgate login SERVER");
    }
    // What a file may hold is said without any of that.
    for kind in ["policy", "cases"] {
        let schema: Value = serde_json::from_str(&nowhere.ok(&format!("schema {kind}"))).unwrap();
        let golden = format!("{EXAMPLES}/../../schema/{kind}.schema.json");
        let golden: Value = serde_json::from_slice(&std::fs::read(golden).unwrap()).unwrap();
        assert_eq!(schema, golden);
    }
}

#[test]
fn exceptions_are_in_a_file_only_where_they_are_asked_for() {
    let site = Site::of_acme();
    site.ok("exception add acme evil/miner --until 2099-12-31 --reason analysis --user mia");
    let without = site.ok("export acme");
    assert!(!without.contains("exceptions"), "{without}");
    let with = site.ok("export acme --with-exceptions");
    assert_eq!(
        with.strip_prefix(&without).unwrap(),
        "
exceptions:
  - repository: docker.io/evil/miner
    user: mia
    ends: 2099-12-31T00:00:00Z
    reason: analysis
"
    );
    write(&site, "acme.yaml", &without);
    site.ok("apply -f acme.yaml");
    assert!(site.ok("exception list acme").contains("evil/miner"));
    write(&site, "acme.yaml", &format!("{without}\nexceptions: []\n"));
    assert_eq!(
        site.ok("apply -f acme.yaml"),
        "Changed the policy of acme:\n  exceptions: removed docker.io/evil/miner for mia until 2099-12-31 00:00 (analysis)\n"
    );
    assert_eq!(site.ok("exception list acme"), "");
}

/// Runs one of the example's scripts in a clone of the example.
fn script(clone: &Site, name: &str, server: &Server, token: &str) -> Done {
    let folder = std::path::Path::new(env!("CARGO_BIN_EXE_pullgate"));
    let folder = folder.parent().unwrap().display();
    let mut command = std::process::Command::new(format!("{EXAMPLES}/{name}"));
    command
        .env_clear()
        .env("PATH", format!("{folder}:/usr/bin:/bin"))
        .env("HOME", clone.path(""))
        .env("PULLGATE_SERVER", &server.control)
        .env("PULLGATE_USER", "olga")
        .env("PULLGATE_TOKEN", token.trim())
        .current_dir(clone.path(""));
    finish(command, "")
}

#[test]
fn the_scripts_of_the_guide_do_what_it_says() {
    let site = Site::of_acme();
    let server = Server::start(&site);
    let token = |scope: &str| {
        site.ok(&format!(
            "token create --user olga --label ci --scope {scope} --expires 90d"
        ))
    };
    let (reads, changes) = (token("repo:read"), token("repo:admin"));
    let clone = laptop();
    write(&clone, "acme.yaml", &example("acme.yaml"));
    write(&clone, "cases.yaml", &example("cases.yaml"));

    let checked = script(&clone, "check.sh", &server, &reads);
    assert_eq!(checked.code, 0, "{checked:?}");
    assert!(
        checked
            .out
            .contains("7 of 7 cases are as they should be.\nThis would change")
    );
    assert!(site.ok("export acme").contains("enabled: off"));
    // With the token for checks nothing is deployed.
    assert_eq!(script(&clone, "deploy.sh", &server, &reads).code, 3);
    assert!(site.ok("export acme").contains("enabled: off"));
    let deployed = script(&clone, "deploy.sh", &server, &changes);
    assert_eq!(deployed.code, 0, "{deployed:?}");
    assert!(site.ok("export acme").contains("enabled: on"));

    // A change that does not decide what it should gets no further.
    let careless = example("acme.yaml").replace("bitnami/redis", "evil/*");
    write(&clone, "acme.yaml", &careless);
    for name in ["check.sh", "deploy.sh"] {
        let done = script(&clone, name, &server, &changes);
        assert_eq!(done.code, 1, "{done:?}");
        assert!(done.out.contains("FAIL  docker.io/evil/miner"), "{done:?}");
    }
    assert!(site.ok("export acme").contains("bitnami/redis"));
}
