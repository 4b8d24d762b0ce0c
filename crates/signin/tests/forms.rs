//! What an administrator of acme hands to their machines.

#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use std::process::Command;

use pullgate_signin::{Artifact, Form, InvalidOrganizations, Organizations, Platform, artifacts};

fn organizations(names: &[&str]) -> Organizations {
    Organizations::read(names.iter().copied()).unwrap()
}

fn form(platform: Platform, form: Form) -> Artifact {
    let all = artifacts(platform, &organizations(&["acme", "acme-labs"]));
    all.into_iter().find(|found| found.form == form).unwrap()
}

#[test]
fn registry_json_is_the_same_everywhere_and_lies_where_docker_desktop_looks() {
    for (platform, path) in [
        (
            Platform::Windows,
            r"C:\ProgramData\DockerDesktop\registry.json",
        ),
        (
            Platform::Mac,
            "/Library/Application Support/com.docker.docker/registry.json",
        ),
        (
            Platform::Linux,
            "/usr/share/docker-desktop/registry/registry.json",
        ),
    ] {
        let file = form(platform, Form::RegistryJson);
        assert_eq!(file.path, path);
        assert_eq!(file.text, "{\"allowedOrgs\":[\"acme\",\"acme-labs\"]}\n");
        assert!(!file.text.starts_with('\u{feff}'));
    }
}

#[test]
fn the_place_that_counts_most_comes_first() {
    for platform in Platform::ALL {
        let all = artifacts(platform, &organizations(&["acme"]));
        let ranks: Vec<u8> = all.iter().map(|artifact| artifact.form.rank()).collect();
        assert!(ranks.is_sorted(), "{platform:?} {ranks:?}");
        assert!(all.iter().all(|artifact| artifact.text.ends_with('\n')));
    }
    let first = |platform| artifacts(platform, &organizations(&["acme"]))[0].form;
    assert_eq!(first(Platform::Mac), Form::ConfigurationProfile);
    assert_eq!(first(Platform::Windows).rank(), 1);
    assert_eq!(first(Platform::Linux), Form::Shell);
}

#[test]
fn the_registry_key_is_a_multi_string() {
    let file = form(Platform::Windows, Form::RegistryKey);
    let (_, value) = file.text.split_once("\"allowedOrgs\"=hex(7):").unwrap();
    let plain: String = value
        .chars()
        .filter(|letter| letter.is_ascii_hexdigit() || *letter == ',')
        .collect();
    let bytes: Vec<u8> = plain
        .split(',')
        .map(|byte| u8::from_str_radix(byte, 16).unwrap())
        .collect();
    let units: Vec<u16> = bytes
        .chunks(2)
        .map(|pair| u16::from_le_bytes([pair[0], pair[1]]))
        .collect();
    let text = String::from_utf16(&units).unwrap();
    assert_eq!(text, "acme\0acme-labs\0\0");
    let script = form(Platform::Windows, Form::RegistryKeyScript).text;
    assert!(script.contains("-PropertyType MultiString"));
    assert!(script.contains("@('acme', 'acme-labs')"));
}

#[test]
fn the_profile_joins_names_and_the_list_has_them_apart() {
    let profile = form(Platform::Mac, Form::ConfigurationProfile).text;
    assert!(profile.contains("<string>com.docker.config</string>"));
    assert!(profile.contains("<key>allowedOrgs</key>\n      <string>acme;acme-labs</string>"));
    let list = form(Platform::Mac, Form::Plist);
    assert_eq!(
        list.path,
        "/Library/Application Support/com.docker.docker/desktop.plist"
    );
    let array = "<array>\n    <string>acme</string>\n    <string>acme-labs</string>\n  </array>";
    assert!(list.text.contains(array), "{}", list.text);
    for text in [profile, list.text] {
        for tag in ["dict", "array", "string", "key", "plist"] {
            let (open, close) = (format!("<{tag}"), format!("</{tag}>"));
            assert_eq!(text.matches(&*open).count(), text.matches(&*close).count());
        }
    }
}

#[test]
fn a_profile_is_told_from_another_and_stays_itself() {
    let profile = |names: &[&str]| {
        artifacts(Platform::Mac, &organizations(names))[0]
            .text
            .clone()
    };
    assert_eq!(profile(&["acme"]), profile(&["acme"]));
    let uuids = |text: &str| -> Vec<String> {
        text.split("<key>PayloadUUID</key>")
            .skip(1)
            .map(|rest| rest.split(['>', '<']).nth(2).unwrap().to_owned())
            .collect()
    };
    let (one, other) = (uuids(&profile(&["acme"])), uuids(&profile(&["other"])));
    assert_eq!((one.len(), one[0].len()), (2, 36));
    assert!(one[0] != one[1] && one[0] != other[0]);
}

/// The scripts for macOS and Linux are run, with their folder and owner put
/// elsewhere, and write what they should.
#[test]
fn the_shell_scripts_write_the_file() {
    for platform in [Platform::Mac, Platform::Linux] {
        let script = form(platform, Form::Shell);
        let folder = std::env::temp_dir().join(format!(
            "pullgate signin {} {}",
            platform.as_str(),
            std::process::id()
        ));
        let (real, _) = script.path.rsplit_once('/').unwrap();
        let text = script.text.replace(real, folder.to_str().unwrap());
        let text = text
            .replace("chown root:wheel", "true")
            .replace("chown root:root", "true");
        let done = Command::new("sh").args(["-c", &text]).status().unwrap();
        assert!(done.success());
        let written = std::fs::read_to_string(folder.join("registry.json")).unwrap();
        assert_eq!(written, form(platform, Form::RegistryJson).text);
        std::fs::remove_dir_all(folder).unwrap();
    }
}

#[test]
fn names_that_could_mean_something_in_a_script_are_refused() {
    for name in [
        "Acme", "a'b", "a\"b", "a;b", "a b", "$(id)", "a<b", "", "a\nb", "\u{e4}",
    ] {
        let refused = Organizations::read([name]).unwrap_err();
        assert!(matches!(refused, InvalidOrganizations::Name(_)), "{name:?}");
    }
    assert_eq!(Organizations::read([]), Err(InvalidOrganizations::None));
    let twice = organizations(&["acme", "other", "acme"]);
    assert_eq!(twice.names().collect::<Vec<_>>(), ["acme", "other"]);
}

#[test]
fn a_platform_is_found_by_its_word() {
    for platform in Platform::ALL {
        assert_eq!(platform.as_str().parse(), Ok(platform));
    }
    assert!("beos".parse::<Platform>().is_err());
}
