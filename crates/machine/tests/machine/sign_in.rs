//! `registry.json`, broken in every way that has a name.

use pullgate_machine::sign_in::{Report, Verdict, install, remove, verify};
use pullgate_machine::{Owner, PutError, Removed};
use pullgate_signin::Organizations;

use super::image::Image;

const FILE: &str = "/usr/share/docker-desktop/registry/registry.json";
const FOLDER: &str = "/usr/share/docker-desktop/registry";
const GOOD: &str = "{\"allowedOrgs\":[\"acme\"]}\n";

fn good() -> Image {
    let image = Image::new();
    image.write(FILE, GOOD);
    image
}

fn look(image: &Image) -> Report {
    verify(&image.root(), image.owner).unwrap()
}

/// Names of what is wrong, and where.
fn found(report: &Report) -> Vec<(&str, &str)> {
    let problems = report.problems();
    problems
        .map(|problem| (problem.name, problem.path.as_str()))
        .collect()
}

#[test]
fn a_good_file_enforces() {
    let report = look(&good());
    assert_eq!(report.verdict, Verdict::Enforced);
    assert_eq!(found(&report), []);
    assert_eq!(report.organizations()[0].as_str(), "acme");
    let paths: Vec<&str> = report.sources[0]
        .steps
        .iter()
        .map(|step| step.path.as_str())
        .collect();
    assert_eq!(
        paths,
        [
            FILE,
            FOLDER,
            "/usr/share/docker-desktop",
            "/usr/share",
            "/usr",
            "/"
        ]
    );
}

/// What is done to a machine with a good file, what it comes to, and the names
/// and places of what is wrong.
type Case = (
    &'static str,
    fn(&Image),
    Verdict,
    &'static [(&'static str, &'static str)],
);

const CASES: &[Case] = &[
    (
        "no file",
        |image| std::fs::remove_file(image.path(FILE)).unwrap(),
        Verdict::Absent,
        &[("absent", FILE)],
    ),
    (
        "no folder",
        |image| std::fs::remove_dir_all(image.path("/usr/share")).unwrap(),
        Verdict::Absent,
        &[("absent", FILE)],
    ),
    (
        "everybody writes the file",
        |image| image.mode(FILE, 0o646),
        Verdict::Weak,
        &[("everybody-writes", FILE)],
    ),
    (
        "nobody else reads the file",
        |image| image.mode(FILE, 0o600),
        Verdict::Broken,
        &[("not-readable", FILE)],
    ),
    (
        "everybody writes the folder",
        |image| image.mode(FOLDER, 0o757),
        Verdict::Weak,
        &[("folder-everybody-writes", FOLDER)],
    ),
    (
        "everybody writes a folder far above, though with the sticky bit",
        |image| image.mode("/usr/share", 0o1777),
        Verdict::Weak,
        &[("folder-everybody-writes", "/usr/share")],
    ),
    (
        "nobody else looks into the folder",
        |image| image.mode(FOLDER, 0o700),
        Verdict::Broken,
        &[("folder-not-readable", FOLDER)],
    ),
    (
        "the file is a link to a good one",
        |image| {
            image.write("/home/mia/registry.json", GOOD);
            std::fs::remove_file(image.path(FILE)).unwrap();
            image.link(FILE, "/home/mia/registry.json");
        },
        Verdict::Weak,
        &[("link", FILE)],
    ),
    (
        "the file is a link to nothing",
        |image| {
            std::fs::remove_file(image.path(FILE)).unwrap();
            image.link(FILE, "/home/mia/registry.json");
        },
        Verdict::Broken,
        &[("link", FILE), ("absent", FILE)],
    ),
    (
        "a folder is a link",
        |image| {
            image.folder("/home/mia");
            let (from, to) = (image.path(FOLDER), image.path("/home/mia/registry"));
            std::fs::rename(from, to).unwrap();
            image.link(FOLDER, "/home/mia/registry");
        },
        Verdict::Weak,
        &[("folder-link", FOLDER)],
    ),
    (
        "the file is a folder",
        |image| {
            std::fs::remove_file(image.path(FILE)).unwrap();
            image.folder(FILE);
        },
        Verdict::Broken,
        &[("not-a-file", FILE), ("absent", FILE)],
    ),
    (
        "a byte-order mark",
        |image| image.write(FILE, format!("\u{feff}{GOOD}")),
        Verdict::Broken,
        &[("byte-order-mark", FILE)],
    ),
    (
        "UTF-16, as PowerShell writes it",
        |image| image.write(FILE, b"\xff\xfe{\0}\0"),
        Verdict::Broken,
        &[("byte-order-mark", FILE), ("not-utf-8", FILE)],
    ),
    (
        "empty",
        |image| image.write(FILE, ""),
        Verdict::Broken,
        &[("empty", FILE)],
    ),
    (
        "half of it",
        |image| image.write(FILE, "{\"allowedOrgs\":[\"acme\""),
        Verdict::Broken,
        &[("not-json", FILE)],
    ),
    (
        "a list alone",
        |image| image.write(FILE, "[\"acme\"]"),
        Verdict::Broken,
        &[("not-an-object", FILE)],
    ),
    (
        "another spelling of the key",
        |image| image.write(FILE, "{\"AllowedOrgs\":[\"acme\"]}"),
        Verdict::Broken,
        &[("wrong-key", FILE), ("no-allowed-orgs", FILE)],
    ),
    (
        "the key twice",
        |image| image.write(FILE, "{\"allowedOrgs\":[\"a\"],\"allowedOrgs\":[]}"),
        Verdict::Broken,
        &[("key-twice", FILE), ("no-organizations", FILE)],
    ),
    (
        "a name in capitals",
        |image| image.write(FILE, "{\"allowedOrgs\":[\"Acme\"]}"),
        Verdict::Broken,
        &[("uppercase-name", FILE)],
    ),
    (
        "the names in one text",
        |image| image.write(FILE, "{\"allowedOrgs\":\"acme;other\"}"),
        Verdict::Broken,
        &[("not-a-list", FILE)],
    ),
    (
        "a name twice",
        |image| image.write(FILE, "{\"allowedOrgs\":[\"acme\",\"acme\"]}"),
        Verdict::Enforced,
        &[("name-twice", FILE)],
    ),
    (
        "another file where nothing looks",
        |image| image.write("/etc/docker/registry.json", GOOD),
        Verdict::Enforced,
        &[("misplaced", "/etc/docker/registry.json")],
    ),
    (
        "the file only where nothing looks",
        |image| {
            std::fs::remove_file(image.path(FILE)).unwrap();
            image.write("/usr/share/docker-desktop/registry.json", GOOD);
        },
        Verdict::Absent,
        &[
            ("absent", FILE),
            ("misplaced", "/usr/share/docker-desktop/registry.json"),
        ],
    ),
];

#[test]
fn each_way_to_be_broken_is_found_by_its_name() {
    for (what, breaks, verdict, expected) in CASES {
        let image = good();
        breaks(&image);
        let report = look(&image);
        assert_eq!(found(&report), *expected, "{what}");
        assert_eq!(report.verdict, *verdict, "{what}");
        for problem in report.problems() {
            assert!(
                !problem.what.is_empty() && !problem.mend.is_empty(),
                "{what}"
            );
        }
    }
}

/// Who owns the file or a folder of it may change who writes it.
#[test]
fn an_owner_who_is_not_root_is_found_at_each_step() {
    let image = good();
    let somebody = Owner {
        uid: image.owner.uid + 1,
        gid: image.owner.gid + 1,
    };
    image.mode(FILE, 0o664);
    image.mode(FOLDER, 0o775);
    let report = verify(&image.root(), somebody).unwrap();
    assert_eq!(report.verdict, Verdict::Weak);
    let names = found(&report);
    for expected in [
        ("owner", FILE),
        ("group-writes", FILE),
        ("folder-owner", FOLDER),
        ("folder-group-writes", FOLDER),
        ("folder-owner", "/"),
    ] {
        assert!(names.contains(&expected), "{expected:?}: {names:?}");
    }
    // The owner's own group is a group, too: others can be in it.
    let report = look(&image);
    assert_eq!(report.verdict, Verdict::Weak);
    let expected = [("group-writes", FILE), ("folder-group-writes", FOLDER)];
    assert_eq!(found(&report), expected);
}

#[test]
fn what_is_installed_is_enforced_and_goes_again_without_a_trace() {
    let image = Image::new();
    let before = image.all();
    let organizations = Organizations::read(["acme", "acme-labs"]).unwrap();
    install(&image.root(), &organizations, image.owner).unwrap();
    assert_eq!(
        image.read(FILE),
        "{\"allowedOrgs\":[\"acme\",\"acme-labs\"]}\n"
    );
    assert_eq!((image.mode_of(FILE), image.mode_of(FOLDER)), (0o644, 0o755));
    assert_eq!(look(&image).verdict, Verdict::Enforced);
    // Over one that is broken.
    image.write(FILE, "{");
    image.mode(FILE, 0o666);
    image.mode(FOLDER, 0o777);
    install(&image.root(), &organizations, image.owner).unwrap();
    assert_eq!(look(&image).verdict, Verdict::Enforced);

    std::fs::remove_dir_all(image.path("/usr")).unwrap();
    install(&image.root(), &organizations, image.owner).unwrap();
    assert_eq!(remove(&image.root()).unwrap(), Removed::Gone);
    assert_eq!(remove(&image.root()).unwrap(), Removed::NotThere);
    assert_eq!(look(&image).verdict, Verdict::Absent);
    std::fs::remove_dir_all(image.path("/usr")).unwrap();
    assert_eq!(image.all(), before);
}

#[test]
fn installing_follows_no_link() {
    let organizations = Organizations::read(["acme"]).unwrap();
    for (link, to) in [
        (FILE, "/etc/shadow"),
        (FOLDER, "/home/mia"),
        ("/usr/share/docker-desktop", "/home/mia"),
    ] {
        let image = Image::new();
        image.write("/etc/shadow", "secret\n");
        image.folder("/home/mia");
        image.mode("/home/mia", 0o700);
        image.link(link, to);
        let error = install(&image.root(), &organizations, image.owner).unwrap_err();
        assert!(
            matches!(&error, PutError::Link(path) if path == link),
            "{error}"
        );
        assert_eq!(image.read("/etc/shadow"), "secret\n");
        assert_eq!(image.mode_of("/home/mia"), 0o700, "{link}");
        assert!(image.root().list("/home/mia").unwrap().is_empty());
    }
}
