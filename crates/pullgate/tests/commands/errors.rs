//! What a person reads when something is not right, and with which code the
//! command ends.

use super::site::{Site, bare, finish};

/// What was typed, the exit code, and parts of what is said.
type Case = (&'static str, i32, &'static [&'static str]);

const CASES: &[Case] = &[
    // Nothing by that name.
    (
        "org show acmee",
        3,
        &["there is no organization acmee", "there is acme"],
    ),
    (
        "org create beta --owner max",
        3,
        &[
            "there is no user max",
            "mia, olga",
            "pullgate user create max",
        ],
    ),
    ("member add acme max", 3, &["there is no user max"]),
    (
        "member add beta mia",
        3,
        &["there is no organization beta", "pullgate org create beta"],
    ),
    (
        "member remove acme max",
        3,
        &["max does not belong to acme", "pullgate member list acme"],
    ),
    (
        "team add acme dat mia",
        3,
        &["there is no team dat", "there is data"],
    ),
    (
        "team remove acme data mia",
        3,
        &["mia is not in the team data"],
    ),
    (
        "team disallow acme data nginx",
        3,
        &[
            "docker.io/library/nginx is not on the allowlist",
            "nothing was changed",
        ],
    ),
    (
        "policy disallow acme nginx",
        3,
        &[
            "is not on the allowlist of acme",
            "pullgate policy show acme",
        ],
    ),
    (
        "namespace remove acme ghcr.io/acme",
        3,
        &["is not a namespace of acme"],
    ),
    (
        "token revoke --org acme 012345",
        3,
        &["there is no token 012345", "pullgate token list --org acme"],
    ),
    (
        "exception end acme 012345",
        3,
        &[
            "there is no exception 012345",
            "pullgate exception list acme",
        ],
    ),
    // Contradictions.
    (
        "org create acme --owner mia",
        3,
        &["the organization acme exists already"],
    ),
    (
        "member remove acme olga",
        3,
        &["last owner", "make somebody else an owner first"],
    ),
    ("member add acme olga --role member", 3, &["last owner"]),
    (
        "policy trust acme 'bitnami/*'",
        3,
        &["cannot be listed as trusted", "allowlist instead"],
    ),
    (
        "policy registry add acme docker.io",
        3,
        &["switch of its own"],
    ),
    // Not understood.
    ("policy set acme", 2, &["required", "--iam"]),
    (
        "policy set acme --iam maybe",
        2,
        &["maybe", "[possible values: on, off]"],
    ),
    ("org show Acme", 2, &["\"Acme\" is not valid", "lowercase"]),
    ("policy allow acme 'docker.io/*/nginx'", 2, &["PATTERN"]),
    ("policy allow acme", 2, &["<PATTERN>"]),
    (
        "namespace add acme docker.io/library",
        2,
        &["Docker Official Images", "docker.io/acme"],
    ),
    ("token create --label ci", 2, &["--user", "--org"]),
    (
        "token create --org acme --user mia --label ci",
        2,
        &["cannot be used with"],
    ),
    (
        "token create --org acme --label ci --expires yesterday",
        2,
        &["7d", "2030-12-31"],
    ),
    (
        "token create --org acme --label ci --scope repo:destroy",
        2,
        &["repo:destroy"],
    ),
    ("token create --org acme --label ''", 2, &["label"]),
    (
        "exception add acme evil/miner --until 2020-01-01 --reason x",
        2,
        &["has passed"],
    ),
    ("exception add acme evil/miner --until 7d", 2, &["--reason"]),
    (
        "exception add acme evil/miner --until 7d --reason ''",
        2,
        &["the reason is empty"],
    ),
    (
        "exception add acme Evil/Miner --until 7d --reason x",
        2,
        &["Evil"],
    ),
    (
        "request access evil/miner --reason x",
        3,
        &["you have not signed in", "pullgate login"],
    ),
    ("request list", 3, &["you have not signed in"]),
    (
        "request list nowhere",
        3,
        &["there is no organization nowhere"],
    ),
    (
        "request approve acme 012345 --until 7d",
        3,
        &["there is no request 012345", "pullgate request list acme"],
    ),
    ("request approve acme 012345", 2, &["--until"]),
    (
        "request approve acme 012345 --until 7d --team data --everybody",
        2,
        &["cannot be used with"],
    ),
    ("request decline acme 012345", 2, &["--reason"]),
    ("decisions acme --limit 0", 2, &["0"]),
    ("explain 'a b' --as mia", 2, &["is not an image"]),
    ("explain nginx", 2, &["who would pull", "--as USER"]),
    ("explain nginx --as max", 3, &["there is no user max"]),
    ("catalog show library", 2, &["library"]),
    (
        "catalog import nowhere.json",
        3,
        &["nowhere.json cannot be read"],
    ),
    ("whoami", 3, &["you have not signed in", "pullgate login"]),
    ("login", 2, &["which server", "pullgate login"]),
    (
        "login http://pullgate.acme.example -u mia",
        2,
        &["http would show the password", "https"],
    ),
    (
        "login 127.0.0.1:9 -u mia",
        2,
        &["no terminal", "--password-stdin"],
    ),
    (
        "login 127.0.0.1:9 -u mia --ca nowhere.pem",
        2,
        &["nowhere.pem cannot be used"],
    ),
    ("serve --gateway here", 2, &["--gateway"]),
    ("serve --public-url pullgate", 2, &["pullgate", "https://"]),
    ("fly", 2, &["unrecognized subcommand"]),
];

#[test]
fn each_error_says_what_why_and_what_next() {
    let site = Site::of_acme();
    site.ok("team create acme data");
    for (line, code, parts) in CASES {
        let done = site.run(line);
        assert_eq!(done.code, *code, "{line}: {done:?}");
        assert_eq!(done.out, "", "{line} prints no answer");
        for part in *parts {
            assert!(
                done.err.contains(part),
                "{line}: {part:?} in:\n{}",
                done.err
            );
        }
        assert!(!done.err.contains("panicked"), "{line}: {}", done.err);
    }
}

#[test]
fn a_password_that_is_too_short_is_refused() {
    let site = Site::new();
    let done = site.typing("user create mia --password-stdin", "short\n");
    assert_eq!(done.code, 2, "{done:?}");
    assert!(done.err.contains("at least 12 characters"), "{done:?}");
    let done = site.typing("user create mia --password-stdin", "\n");
    assert_eq!(done.code, 2, "{done:?}");
    assert!(
        done.err.contains("no password on standard input"),
        "{done:?}"
    );
    assert_eq!(site.ok("user list"), "", "nobody was created");
}

#[test]
fn an_empty_list_says_how_to_fill_it() {
    let site = Site::of_acme();
    for (line, part) in [
        ("team list acme", "pullgate team create acme TEAM"),
        ("namespace list acme", "pullgate namespace add acme"),
        (
            "token list --org acme",
            "pullgate token create --org acme --label",
        ),
        (
            "token list --user mia",
            "pullgate token create --user mia --label",
        ),
        (
            "exception list acme",
            "pullgate exception add acme IMAGE --until",
        ),
        ("decisions acme", "no such decisions"),
    ] {
        let done = site.run(line);
        assert_eq!((done.code, done.out.as_str()), (0, ""), "{line}");
        assert!(done.err.contains(part), "{line}: {done:?}");
    }
}

#[test]
fn a_folder_without_a_site_is_told_from_a_site() {
    let site = Site::new();
    for line in ["org list", "policy show acme", "explain nginx --as mia"] {
        let done = site.run(line);
        assert_eq!(done.code, 3, "{line}: {done:?}");
        assert!(
            done.err.contains("there is no Pullgate database in"),
            "{done:?}"
        );
        assert!(done.err.contains("--data"), "{done:?}");
        assert!(!site.path("data").exists(), "looking makes nothing");
    }
}

#[test]
fn a_wrong_configuration_is_named_with_its_place() {
    let site = Site::new();
    std::fs::write(site.path("bad.toml"), "[gateway]\nprot = 1\n").unwrap();
    let done = site.run("--config bad.toml org list");
    assert_eq!(done.code, 2, "{done:?}");
    for part in ["bad.toml", "prot", "line 2"] {
        assert!(done.err.contains(part), "{part}: {done:?}");
    }
    let done = site.run("--config none.toml org list");
    assert_eq!(done.code, 2, "{done:?}");
    assert!(done.err.contains("none.toml"), "{done:?}");
    // What needs no configuration works without one.
    for command in ["reference nginx", "openapi"] {
        let done = site.run(&format!("--config none.toml {command}"));
        assert_eq!(done.code, 0, "{done:?}");
    }
}

#[test]
fn a_name_that_is_not_valid_is_a_no() {
    let site = Site::new();
    assert_eq!(site.run("reference nginx").code, 0);
    let done = site.run("reference Acme/App");
    assert_eq!(done.code, 1, "{done:?}");
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    use std::process::Stdio;

    let site = Site::of_acme();
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut command = site.command("user list");
    command.stdout(Stdio::from(writer)).stderr(Stdio::piped());
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(output.stderr.is_empty(), "{output:?}");
}

#[test]
fn without_a_home_there_is_no_place_for_a_sign_in() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = bare(folder.path());
    command.env_remove("HOME").arg("whoami");
    let done = finish(command, "");
    assert_eq!(done.code, 2, "{done:?}");
    assert!(done.err.contains("HOME"), "{done:?}");
}

#[test]
fn a_secret_that_nobody_reads_is_not_lost_in_silence() {
    use std::process::Stdio;

    let site = Site::of_acme();
    for line in ["token create --org acme --label ci", "user create max"] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut command = site.command(line);
        command.stdout(Stdio::from(writer)).stderr(Stdio::piped());
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(3), "{output:?}");
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains("cannot be shown, and is lost"), "{said}");
    }
}

#[test]
fn a_server_that_does_not_confirm_a_change_is_told_of() {
    let site = Site::of_acme();
    let silent = std::os::unix::net::UnixListener::bind(site.path("data/server.sock")).unwrap();
    let answering = std::thread::spawn(move || drop(silent.accept().unwrap()));
    let done = site.run("policy set acme --iam on");
    answering.join().unwrap();
    assert_eq!(done.code, 0, "{done:?}");
    assert!(
        done.out.starts_with("Changed the policy of acme"),
        "{done:?}"
    );
    assert!(
        done.err.contains("has not confirmed the change"),
        "{done:?}"
    );
}
