//! `pullgate agent setup`, on machines that are folders.

use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::PathBuf;

use super::machine::as_root;
use super::site::Site;

const DAEMON: &str = "machine/etc/docker/daemon.json";
const BACKUP: &str = "machine/etc/docker/daemon.json.before-pullgate";

const APPLY: &str = "agent setup --server pullgate.acme.example --program /usr/local/bin/pullgate \
                     --apply --root machine";
const UNDO: &str = "agent setup --undo --root machine";

/// A machine whose `daemon.json` says this, for whoever it says.
fn machine(text: &str, mode: u32) -> Site {
    as_root();
    let site = Site::new();
    for folder in ["machine/etc/docker", "machine/etc/systemd/system"] {
        std::fs::create_dir_all(site.path(folder)).unwrap();
    }
    std::fs::write(site.path(DAEMON), text).unwrap();
    let permissions = std::fs::Permissions::from_mode(mode);
    std::fs::set_permissions(site.path(DAEMON), permissions).unwrap();
    site
}

fn daemon(site: &Site) -> String {
    std::fs::read_to_string(site.path(DAEMON)).unwrap()
}

fn mode(site: &Site, path: &str) -> u32 {
    std::fs::metadata(site.path(path)).unwrap().mode() & 0o7777
}

/// Everything on the machine, as it is.
fn everything(site: &Site) -> Vec<(PathBuf, u32, Vec<u8>)> {
    let mut all = Vec::new();
    let mut open = vec![site.path("machine")];
    while let Some(path) = open.pop() {
        let seen = std::fs::symlink_metadata(&path).unwrap();
        let mut content = Vec::new();
        if seen.is_dir() {
            let entries = std::fs::read_dir(&path).unwrap();
            open.extend(entries.map(|entry| entry.unwrap().path()));
        } else if seen.is_symlink() {
            content = std::fs::read_link(&path)
                .unwrap()
                .into_os_string()
                .into_encoded_bytes();
        } else {
            content = std::fs::read(&path).unwrap();
        }
        all.push((path, seen.mode(), content));
    }
    all.sort();
    all
}

#[test]
fn what_was_there_comes_back_byte_for_byte_with_its_permissions() {
    for (text, mode_before) in [
        ("{}", 0o644),
        ("{}\n", 0o600),
        ("", 0o644),
        (" \n", 0o644),
        ("{ \"debug\":true,\n\t\"log-level\" : \"warn\" }", 0o640),
        (
            "{\"proxies\":{\"http-proxy\":\"http://mia:hunter2@proxy:8080\"}}",
            0o600,
        ),
        (
            "{\"authorization-plugins\":[\"other\", \"more\"],\"labels\":[\"a=b\"]}\n",
            0o644,
        ),
        ("{\"authorization-plugins\":[]}\n", 0o444),
        ("{\"labels\":[\"\u{e9}=\u{1f433}\"]}", 0o644),
    ] {
        let site = machine(text, mode_before);
        let before = everything(&site);
        site.ok(APPLY);
        let read: serde_json::Value = serde_json::from_str(&daemon(&site)).unwrap();
        let plugins = read["authorization-plugins"].as_array().unwrap();
        assert_eq!(plugins.last().unwrap(), "pullgate", "{text:?}: last of all");
        assert_eq!(text.contains("other"), plugins.len() == 3, "{text:?}");
        for file in [DAEMON, BACKUP] {
            assert_eq!(mode(&site, file), mode_before, "{file} of {text:?}");
        }
        let once = everything(&site);
        site.ok(APPLY);
        assert_eq!(everything(&site), once, "twice is once: {text:?}");

        site.ok(UNDO);
        assert_eq!(everything(&site), before, "{text:?}");
        let again = site.ok(UNDO);
        assert_eq!(again, "Nothing was set up here; nothing was changed.\n");
        assert_eq!(everything(&site), before, "{text:?}");
    }
}

#[test]
fn what_others_could_write_they_cannot_write_any_more() {
    let site = machine("{\"debug\":true}", 0o666);
    std::os::unix::fs::chown(site.path(DAEMON), Some(1000), Some(1000)).unwrap();
    site.ok(APPLY);
    for file in [DAEMON, BACKUP] {
        assert_eq!(mode(&site, file), 0o644);
        assert_eq!(std::fs::metadata(site.path(file)).unwrap().uid(), 0);
    }
    site.ok(UNDO);
    assert_eq!(daemon(&site), "{\"debug\":true}");
    assert_eq!(mode(&site, DAEMON), 0o644);
}

#[test]
fn where_there_was_nothing_no_file_is_left() {
    let site = machine("", 0o644);
    std::fs::remove_dir_all(site.path("machine/etc")).unwrap();
    site.ok(APPLY);
    assert_eq!(mode(&site, DAEMON), 0o644);
    assert!(!site.path(BACKUP).exists());
    let unit = "machine/etc/systemd/system/pullgate-agent.service";
    assert!(site.path(unit).is_file());
    site.ok(UNDO);
    for gone in [DAEMON, unit, "machine/etc/pullgate"] {
        assert!(!site.path(gone).exists(), "{gone}");
    }
}

/// What is wrong, what makes it so, and what is said of it.
type Wreck = (&'static str, fn(&Site), &'static str);

const WRECKS: &[Wreck] = &[
    (
        "comments",
        |site| std::fs::write(site.path(DAEMON), "{\n  // ours\n  \"debug\": true\n}").unwrap(),
        "daemon.json is left as it is: it is not the JSON object",
    ),
    (
        "half of it",
        |site| std::fs::write(site.path(DAEMON), "{\"debug\": ").unwrap(),
        "daemon.json is left as it is",
    ),
    (
        "a list",
        |site| std::fs::write(site.path(DAEMON), "[]").unwrap(),
        "daemon.json is left as it is",
    ),
    (
        "a byte-order mark",
        |site| std::fs::write(site.path(DAEMON), "\u{feff}{}").unwrap(),
        "daemon.json is left as it is",
    ),
    (
        "no UTF-8",
        |site| std::fs::write(site.path(DAEMON), b"{\"a\":\"\xff\"}").unwrap(),
        "it is not UTF-8",
    ),
    (
        "one plugin as a text",
        |site| {
            std::fs::write(site.path(DAEMON), "{\"authorization-plugins\":\"a\"}").unwrap();
        },
        "authorization-plugins in it is no list of names",
    ),
    (
        "a link",
        |site| {
            std::fs::rename(site.path(DAEMON), site.path("machine/etc/real.json")).unwrap();
            symlink("/etc/real.json", site.path(DAEMON)).unwrap();
        },
        "/etc/docker/daemon.json is a link, and links are not followed",
    ),
    (
        "a link to nothing",
        |site| {
            std::fs::remove_file(site.path(DAEMON)).unwrap();
            symlink("/etc/shadow", site.path(DAEMON)).unwrap();
        },
        "/etc/docker/daemon.json is a link, and links are not followed",
    ),
    (
        "a folder that is a link",
        |site| {
            let (from, to) = (site.path("machine/etc/docker"), site.path("machine/srv"));
            std::fs::rename(from, to).unwrap();
            symlink("/srv", site.path("machine/etc/docker")).unwrap();
        },
        "/etc/docker is a link, and links are not followed",
    ),
    (
        "a folder in its place",
        |site| {
            std::fs::remove_file(site.path(DAEMON)).unwrap();
            std::fs::create_dir(site.path(DAEMON)).unwrap();
        },
        "/etc/docker/daemon.json is in the way: it is not a file",
    ),
    (
        "a file in its folder's place",
        |site| {
            std::fs::remove_dir_all(site.path("machine/etc/docker")).unwrap();
            std::fs::write(site.path("machine/etc/docker"), "").unwrap();
        },
        "/etc/docker is in the way: it is not a folder",
    ),
];

#[test]
fn what_cannot_be_changed_safely_is_named_and_nothing_is_changed() {
    for (what, wreck, part) in WRECKS {
        let site = machine("{\"debug\":true}", 0o644);
        wreck(&site);
        let before = everything(&site);
        for line in [APPLY, UNDO, &APPLY.replace("--apply ", "")] {
            let done = site.run(line);
            assert_eq!(done.code, 3, "{what}: {line}: {done:?}");
            assert!(done.err.contains(part), "{what}: {done:?}");
            assert_eq!(everything(&site), before, "{what}: {line}");
        }
    }
}

/// What somebody has changed since is theirs, and stays.
#[test]
fn what_was_changed_since_stays_without_the_plugin() {
    for (after, left) in [
        (
            "{\"authorization-plugins\":[\"pullgate\",\"new\"],\"debug\":false}",
            serde_json::json!({"authorization-plugins": ["new"], "debug": false}),
        ),
        (
            "{\"authorization-plugins\":[\"pullgate\"],\"mtu\":1400}",
            serde_json::json!({"mtu": 1400}),
        ),
        ("{\"mtu\":1400}", serde_json::json!({"mtu": 1400})),
    ] {
        let site = machine("{\"debug\":true}", 0o644);
        site.ok(APPLY);
        std::fs::write(site.path(DAEMON), after).unwrap();
        site.ok(UNDO);
        let read: serde_json::Value = serde_json::from_str(&daemon(&site)).unwrap();
        assert_eq!(read, left, "{after}");
        assert!(!site.path(BACKUP).exists());
    }
}

#[test]
fn nothing_is_changed_unless_it_is_asked_for() {
    let site = machine("{\"debug\":true}", 0o644);
    let before = everything(&site);
    let done = site.run(&APPLY.replace("--apply ", ""));
    assert_eq!(done.code, 0, "{done:?}");
    for part in [
        "# /etc/pullgate/agent.toml\n",
        "server = \"https://pullgate.acme.example\"",
        "ExecStart=/usr/local/bin/pullgate agent run\n",
        "\"authorization-plugins\": [\n    \"pullgate\"\n  ]",
        "# and then\nsystemctl daemon-reload\n",
    ] {
        assert!(done.out.contains(part), "{part}: {}", done.out);
    }
    assert!(done.err.contains("Nothing was changed."), "{done:?}");
    assert_eq!(everything(&site), before);
}

#[test]
fn root_runs_no_program_that_others_can_change_or_that_the_unit_does_not_see() {
    let site = machine("{}", 0o644);
    let with = |program: &str| APPLY.replace("/usr/local/bin/pullgate", program);
    let before = everything(&site);
    for (program, code, part) in [
        (
            "/home/mia/pullgate",
            2,
            "is in a folder that the unit is kept from",
        ),
        (
            "/root/pullgate",
            2,
            "is in a folder that the unit is kept from",
        ),
        ("pullgate", 2, "is no full path"),
        ("'/opt/my programs/pullgate'", 2, "is no full path"),
    ] {
        let done = site.run(&with(program));
        assert_eq!(done.code, code, "{done:?}");
        assert!(done.err.contains(part), "{done:?}");
        assert!(done.err.contains("--program"), "{done:?}");
        assert_eq!(everything(&site), before);
    }
    // It is looked at where it is there; a machine may get it later.
    let absent = site.run(APPLY);
    assert!(absent.err.contains("not on that machine yet"), "{absent:?}");
    site.ok(UNDO);
    std::fs::create_dir_all(site.path("machine/usr/local/bin")).unwrap();
    let program = site.path("machine/usr/local/bin/pullgate");
    std::fs::write(&program, "").unwrap();
    for (path, mode, part) in [
        (&program, 0o777, "everybody can change it"),
        (
            &site.path("machine/usr/local/bin"),
            0o777,
            "another file into this folder",
        ),
    ] {
        let good = std::fs::metadata(path).unwrap().permissions();
        let weak = std::fs::Permissions::from_mode(mode);
        std::fs::set_permissions(path, weak).unwrap();
        let done = site.run(APPLY);
        assert_eq!(done.code, 3, "{done:?}");
        assert!(done.err.contains(part), "{done:?}");
        assert!(done.err.contains("install -m 0755"), "{done:?}");
        std::fs::set_permissions(path, good).unwrap();
    }
    let there = site.run(APPLY);
    assert_eq!(there.code, 0, "{there:?}");
    assert!(!there.err.contains("not on that machine"), "{there:?}");
}

/// Sessions end with the agent; what the server does not know yet stays.
#[test]
fn undoing_forgets_sessions_and_keeps_what_was_not_reported() {
    let site = machine("{}", 0o644);
    let before = everything(&site);
    site.ok(APPLY);
    let state = "machine/var/lib/pullgate-agent";
    std::fs::create_dir_all(site.path(&format!("{state}/reports"))).unwrap();
    std::fs::write(site.path(&format!("{state}/sessions.json")), "[]").unwrap();
    std::fs::write(site.path(&format!("{state}/reports/mia.waiting")), "{}\n").unwrap();
    let undone = site.run(UNDO);
    assert_eq!(undone.code, 0, "{undone:?}");
    assert!(
        undone
            .err
            .contains("decisions that the server was not told of"),
        "{undone:?}"
    );
    assert!(!site.path(&format!("{state}/sessions.json")).exists());
    assert!(site.path(&format!("{state}/reports/mia.waiting")).exists());
    std::fs::remove_file(site.path(&format!("{state}/reports/mia.waiting"))).unwrap();
    site.ok(UNDO);
    assert!(!site.path(state).exists());
    std::fs::remove_dir_all(site.path("machine/var")).unwrap();
    assert_eq!(everything(&site), before);
}

/// Settings that somebody has written are theirs.
#[test]
fn settings_of_ones_own_are_kept_and_come_back() {
    const SETTINGS: &str = "machine/etc/pullgate/agent.toml";
    let own = "server = \"https://pullgate.acme.example\"\nhold = \"8h\"\n";
    let site = machine("{}", 0o644);
    std::fs::create_dir_all(site.path("machine/etc/pullgate")).unwrap();
    std::fs::write(site.path(SETTINGS), own).unwrap();
    let before = everything(&site);
    let told = site.ok(APPLY);
    assert!(told.contains("somebody had changed it"), "{told}");
    // Other options are no change of somebody's.
    let told = site.ok(&format!("{APPLY} --allow build"));
    assert!(!told.contains("somebody had changed it"), "{told}");
    let made = std::fs::read_to_string(site.path(SETTINGS)).unwrap();
    assert!(made.contains("build = \"allowed\""), "{made}");
    site.ok(UNDO);
    assert_eq!(everything(&site), before);

    // Changed after it was made: it stays.
    std::fs::remove_file(site.path(SETTINGS)).unwrap();
    site.ok(APPLY);
    std::fs::write(site.path(SETTINGS), own).unwrap();
    let undone = site.run(UNDO);
    assert_eq!(undone.code, 0, "{undone:?}");
    assert!(
        undone.err.contains("is left: somebody has changed it"),
        "{undone:?}"
    );
    assert_eq!(everything(&site), before);
}

/// An image's links lead nowhere but into the image, and nothing is written
/// through one.
#[test]
fn nothing_is_written_through_a_link_of_an_image() {
    for link in ["machine/etc", "machine/etc/pullgate", "machine/etc/systemd"] {
        let site = machine("{}", 0o644);
        std::fs::create_dir(site.path("elsewhere")).unwrap();
        let _ = std::fs::remove_dir_all(site.path(link));
        symlink(site.path("elsewhere"), site.path(link)).unwrap();
        let done = site.run(APPLY);
        assert_eq!(done.code, 3, "{link}: {done:?}");
        assert!(
            done.err.contains("is a link, and links are not followed"),
            "{done:?}"
        );
        assert_eq!(
            std::fs::read_dir(site.path("elsewhere")).unwrap().count(),
            0,
            "{link}"
        );
        if link != "machine/etc" {
            assert_eq!(daemon(&site), "{}", "{link}");
        }
    }
}
