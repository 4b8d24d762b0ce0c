//! Secrets are printed once, when they are made, and never again.

use super::site::Site;

#[test]
fn a_secret_is_in_no_list_and_in_no_file() {
    let site = Site::new();
    let password = site.run("user create olga").out.trim().to_owned();
    let changed = site.run("user password olga").out.trim().to_owned();
    assert_ne!(password, changed);
    site.ok("org create acme --owner olga");
    let token = site.run("token create --org acme --label ci").out;
    let token = token.trim().to_owned();
    let personal = site.run("token create --user olga --label ci").out;
    let personal = personal.trim().to_owned();
    let secrets = [&password, &changed, &token, &personal];
    for line in [
        "user list",
        "org list",
        "org show acme",
        "member list acme",
        "token list --org acme",
        "token list --user olga",
        "policy show acme",
        "policy show acme --format json",
        "policy history acme --limit 100",
        "decisions --format json",
        "catalog export",
        "-vv token list --org acme",
        "-vv explain nginx --as olga",
    ] {
        let done = site.run(line);
        assert_eq!(done.code, 0, "{line}: {done:?}");
        for text in [&done.out, &done.err] {
            for secret in secrets {
                assert!(!text.contains(secret.as_str()), "{line} shows {secret}");
            }
            assert!(!text.contains("$argon2"), "{line} shows a hash");
        }
    }
    for file in std::fs::read_dir(site.path("data")).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap_or_default();
        for secret in secrets {
            let kept = bytes
                .windows(secret.len())
                .any(|window| window == secret.as_bytes());
            assert!(!kept, "a secret is kept as it is");
        }
    }
}

#[test]
fn the_password_of_the_database_is_not_repeated() {
    let site = Site::new();
    for url in [
        "postgres://pullgate:hunter2@127.0.0.1:9/state?connect_timeout=1",
        "postgres://pullgate:hunter2@127.0.0.1:9/state",
        "mysql://pullgate:hunter2@127.0.0.1:9/state",
        "postgres://pullgate:hunter2@[::/state",
    ] {
        let mut command = site.command("-vv org list");
        command.env("PULLGATE_DATABASE", url);
        let done = super::site::finish(command, "");
        assert_ne!(done.code, 0, "{done:?}");
        assert!(!done.err.contains("hunter2"), "{done:?}");
        assert!(!done.err.contains("panicked"), "{done:?}");
    }
}

#[test]
fn the_data_folder_is_nobody_elses() {
    use std::os::unix::fs::PermissionsExt;

    let site = Site::of_acme();
    let mode = std::fs::metadata(site.path("data"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o077, 0, "{mode:o}");
}
