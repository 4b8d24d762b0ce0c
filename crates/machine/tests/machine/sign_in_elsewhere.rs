//! Macs and Windows machines, by their files.

use pullgate_machine::Owner;
use pullgate_machine::sign_in::{Looked, Presence, Report, Rights, Verdict, verify_on};
use pullgate_policy::OrganizationName;
use pullgate_signin::Platform;

use super::image::Image;

const PROFILE: &str = "/Library/Managed Preferences/com.docker.config.plist";
const FOLDER: &str = "/Library/Application Support/com.docker.docker";
const PLIST: &str = "/Library/Application Support/com.docker.docker/desktop.plist";
const MAC_FILE: &str = "/Library/Application Support/com.docker.docker/registry.json";
const IN_WINDOWS: &str = "/ProgramData/DockerDesktop/registry.json";
const WINDOWS_FILE: &str = r"C:\ProgramData\DockerDesktop\registry.json";
const KEY: &str = r"HKLM\SOFTWARE\Policies\Docker\Docker Desktop";
const GOOD: &str = "{\"allowedOrgs\":[\"acme\"]}\n";

fn plist(value: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?><plist version=\"1.0\"><dict><key>allowedOrgs</key>{value}</dict></plist>"
    )
}

fn profile(names: &str) -> String {
    plist(&format!("<string>{names}</string>"))
}

fn array(name: &str) -> String {
    plist(&format!("<array><string>{name}</string></array>"))
}

fn look(image: &Image, platform: Platform, registry: Option<&str>) -> Report {
    verify_on(&Looked {
        platform,
        root: &image.root(),
        registry: registry.map(str::as_bytes),
        owner: image.owner,
    })
    .unwrap()
}

/// Names of what is wrong, and where.
fn found(report: &Report) -> Vec<(&str, &str)> {
    let problems = report.problems();
    problems
        .map(|problem| (problem.name, problem.path.as_str()))
        .collect()
}

/// The organizations that count, and where they stand.
fn counts(report: &Report) -> (Vec<&str>, &str) {
    let names = report.organizations().iter().map(OrganizationName::as_str);
    let path = report.counts().map_or("", |source| &source.path);
    (names.collect(), path)
}

/// A Mac with a list in every place, each naming its own.
fn mac() -> Image {
    let image = Image::new();
    image.write(PROFILE, profile("by-profile;acme"));
    image.write(PLIST, array("by-plist"));
    image.write(MAC_FILE, "{\"allowedOrgs\":[\"by-file\"]}");
    image
}

#[test]
fn on_a_mac_the_profile_counts_then_the_property_list_then_the_file() {
    let image = mac();
    let remove = |path: &str| std::fs::remove_file(image.path(path)).unwrap();
    for (names, path) in [
        (&["by-profile", "acme"][..], PROFILE),
        (&["by-plist"], PLIST),
        (&["by-file"], MAC_FILE),
    ] {
        let report = look(&image, Platform::Mac, None);
        assert_eq!(report.verdict, Verdict::Enforced);
        assert_eq!(counts(&report), (names.to_vec(), path));
        assert_eq!(found(&report), []);
        let above: Vec<&str> = report
            .counts()
            .unwrap()
            .steps
            .iter()
            .map(|step| &*step.path)
            .collect();
        assert_eq!((above[0], above[above.len() - 1]), (path, "/"));
        remove(path);
    }
    let report = look(&image, Platform::Mac, None);
    assert_eq!(report.verdict, Verdict::Absent);
    assert_eq!(found(&report), [("absent", PROFILE)]);
}

/// What is done to a Mac with a list in every place, what it comes to, and what
/// is wrong, where.
type Case = (
    &'static str,
    fn(&Image),
    Verdict,
    &'static [(&'static str, &'static str)],
);

const MACS: &[Case] = &[
    (
        "a profile that is half there",
        |image| image.write(PROFILE, "<plist><dict>"),
        Verdict::Broken,
        &[("not-plist", PROFILE)],
    ),
    (
        "a profile with an array, which is the other list's shape",
        |image| image.write(PROFILE, array("acme")),
        Verdict::Broken,
        &[("not-a-list", PROFILE)],
    ),
    (
        "a profile that names one in capitals",
        |image| image.write(PROFILE, profile("Acme")),
        Verdict::Broken,
        &[("uppercase-name", PROFILE)],
    ),
    (
        "a profile of an empty text",
        |image| image.write(PROFILE, profile("")),
        Verdict::Broken,
        &[("no-organizations", PROFILE)],
    ),
    (
        "a profile that everybody writes",
        |image| image.mode(PROFILE, 0o666),
        Verdict::Weak,
        &[("everybody-writes", PROFILE)],
    ),
    (
        "a profile for other settings alone: what is below counts",
        |image| {
            image.write(
                PROFILE,
                "<plist><dict><key>autoStart</key><true/></dict></plist>",
            );
        },
        Verdict::Enforced,
        &[],
    ),
    (
        "the same, which everybody could write a list into",
        |image| {
            image.write(PROFILE, "<plist><dict/></plist>");
            image.mode(PROFILE, 0o666);
        },
        Verdict::Weak,
        &[("everybody-writes", PROFILE)],
    ),
    (
        "lists below the profile that are broken and written by everybody",
        |image| {
            image.write(PLIST, "");
            image.write(MAC_FILE, "{");
            image.mode(MAC_FILE, 0o666);
        },
        Verdict::Enforced,
        &[],
    ),
    (
        "a property list that nobody else reads",
        |image| {
            std::fs::remove_file(image.path(PROFILE)).unwrap();
            image.mode(PLIST, 0o600);
        },
        Verdict::Broken,
        &[("not-readable", PLIST)],
    ),
    (
        "a property list in a folder that everybody writes",
        |image| {
            std::fs::remove_file(image.path(PROFILE)).unwrap();
            image.mode(FOLDER, 0o777);
        },
        Verdict::Weak,
        &[("folder-everybody-writes", FOLDER)],
    ),
    (
        "a file alone, with a byte-order mark",
        |image| {
            std::fs::remove_file(image.path(PROFILE)).unwrap();
            std::fs::remove_file(image.path(PLIST)).unwrap();
            image.write(MAC_FILE, format!("\u{feff}{GOOD}"));
        },
        Verdict::Broken,
        &[("byte-order-mark", MAC_FILE)],
    ),
    (
        "a file alone that is a link",
        |image| {
            std::fs::remove_dir_all(image.path("/Library")).unwrap();
            image.write("/Users/mia/registry.json", GOOD);
            image.link(MAC_FILE, "/Users/mia/registry.json");
        },
        Verdict::Weak,
        &[("link", MAC_FILE)],
    ),
    (
        "the file where Linux has it",
        |image| image.write("/usr/share/docker-desktop/registry/registry.json", GOOD),
        Verdict::Enforced,
        &[(
            "misplaced",
            "/usr/share/docker-desktop/registry/registry.json",
        )],
    ),
];

#[test]
fn each_way_for_a_mac_to_be_broken_is_found_by_its_name() {
    for (what, breaks, verdict, expected) in MACS {
        let image = mac();
        breaks(&image);
        let report = look(&image, Platform::Mac, None);
        assert_eq!(found(&report), *expected, "{what}");
        assert_eq!(report.verdict, *verdict, "{what}");
    }
}

#[test]
fn what_is_to_be_done_on_a_mac_can_be_typed_there() {
    let image = mac();
    let somebody = Owner {
        uid: image.owner.uid + 1,
        gid: image.owner.gid + 1,
    };
    let report = verify_on(&Looked {
        platform: Platform::Mac,
        root: &image.root(),
        registry: None,
        owner: somebody,
    })
    .unwrap();
    assert_eq!(report.verdict, Verdict::Weak);
    let mends: Vec<&str> = report.problems().map(|problem| &*problem.mend).collect();
    let chown = format!("Run: chown root:wheel '{PROFILE}'");
    assert!(mends.contains(&&*chown), "{mends:?}");
    image.write(PROFILE, "");
    let report = look(&image, Platform::Mac, None);
    let mend = &report.problems().next().unwrap().mend;
    assert!(
        mend.ends_with("pullgate signin generate --org ORGANIZATION --for macos"),
        "{mend}"
    );
}

fn export(of: &str) -> String {
    format!(
        "Windows Registry Editor Version 5.00\n\n[HKEY_LOCAL_MACHINE\\SOFTWARE\\Policies]\n{of}\n"
    )
}

fn key(value: &str) -> String {
    export(&format!(
        "\n[HKEY_LOCAL_MACHINE\\SOFTWARE\\Policies\\Docker\\Docker Desktop]\n\"allowedOrgs\"={value}"
    ))
}

/// `acme`, as a multi-string.
const ACME: &str = "hex(7):61,00,63,00,6d,00,65,00,00,00,00,00";

#[test]
fn on_windows_the_registry_counts_before_the_file_and_what_is_not_seen_is_said() {
    let with_file = Image::new();
    with_file.write(IN_WINDOWS, "{\"allowedOrgs\":[\"by-file\"]}");
    let without = Image::new();
    let (set, unset) = (key(ACME), export(""));
    let file_unseen = ("owner-unseen", WINDOWS_FILE);
    let key_unseen = ("registry-unseen", KEY);
    for (image, registry, verdict, expected, problems) in [
        (
            &with_file,
            Some(&set),
            Verdict::Enforced,
            (vec!["acme"], KEY),
            vec![],
        ),
        (
            &without,
            Some(&set),
            Verdict::Enforced,
            (vec!["acme"], KEY),
            vec![],
        ),
        (
            &with_file,
            Some(&unset),
            Verdict::Unseen,
            (vec!["by-file"], WINDOWS_FILE),
            vec![file_unseen],
        ),
        (
            &with_file,
            None,
            Verdict::Unseen,
            (vec!["by-file"], WINDOWS_FILE),
            vec![key_unseen, file_unseen],
        ),
        (
            &without,
            None,
            Verdict::Unseen,
            (vec![], ""),
            vec![key_unseen],
        ),
        (
            &without,
            Some(&unset),
            Verdict::Absent,
            (vec![], ""),
            vec![("absent", KEY)],
        ),
    ] {
        let report = look(image, Platform::Windows, registry.map(String::as_str));
        assert_eq!(counts(&report), expected);
        assert_eq!(found(&report), problems);
        assert_eq!(report.verdict, verdict);
        assert!(
            report
                .sources
                .iter()
                .all(|source| source.rights == Rights::Unseen)
        );
    }
    let report = look(&without, Platform::Windows, None);
    assert_eq!(report.sources[0].presence, Presence::Unseen);
    assert_eq!(report.sources[1].presence, Presence::Absent);
}

#[test]
fn each_way_for_windows_to_be_broken_is_found_by_its_name() {
    let image = Image::new();
    image.write(IN_WINDOWS, GOOD);
    for (registry, name) in [
        (key("\"acme\""), "not-a-list"),
        (key("hex(7):00,00"), "no-organizations"),
        (key(&ACME.replacen("61", "41", 1)), "uppercase-name"),
        (String::new(), "empty"),
        ("not an export".to_owned(), "not-reg"),
        (export("").replace("\\Policies", "\\Classes"), "not-covered"),
    ] {
        let report = look(&image, Platform::Windows, Some(&registry));
        assert_eq!(found(&report), [(name, KEY)]);
        assert_eq!(report.verdict, Verdict::Broken, "{name}");
    }
    let unset = export("");
    for (content, name) in [
        (format!("\u{feff}{GOOD}"), "byte-order-mark"),
        ("{".to_owned(), "not-json"),
        ("{}".to_owned(), "no-allowed-orgs"),
    ] {
        image.write(IN_WINDOWS, content);
        let report = look(&image, Platform::Windows, Some(&unset));
        assert_eq!(
            found(&report),
            [("owner-unseen", WINDOWS_FILE), (name, WINDOWS_FILE)]
        );
        assert_eq!(report.verdict, Verdict::Broken, "{name}");
    }
}

/// A disk of Windows tells no cases apart; the folder it was copied to does.
#[test]
fn a_file_of_windows_is_found_in_whatever_case_it_was_collected() {
    let image = Image::new();
    image.write("/programdata/DOCKERDESKTOP/Registry.json", GOOD);
    let report = look(&image, Platform::Windows, Some(&export("")));
    let path = r"C:\programdata\DOCKERDESKTOP\Registry.json";
    assert_eq!(counts(&report), (vec!["acme"], path));
    let steps: Vec<&str> = report
        .counts()
        .unwrap()
        .steps
        .iter()
        .map(|step| &*step.path)
        .collect();
    assert_eq!(
        steps,
        [
            path,
            r"C:\programdata\DOCKERDESKTOP",
            r"C:\programdata",
            r"C:\"
        ]
    );
}
