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
}

/// As `plutil -lint` does, and what it holds, read by a parser of its own.
#[test]
fn property_lists_are_what_a_parser_of_them_reads() {
    let parsed = |form: Artifact| {
        let value = plist::Value::from_reader_xml(form.text.as_bytes()).unwrap();
        value.into_dictionary().unwrap()
    };
    let list = parsed(self::form(Platform::Mac, Form::Plist));
    let names: Vec<&str> = list["allowedOrgs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|name| name.as_string().unwrap())
        .collect();
    assert_eq!((names, list.len()), (vec!["acme", "acme-labs"], 1));

    let profile = parsed(self::form(Platform::Mac, Form::ConfigurationProfile));
    let text = |key: &str| profile[key].as_string().unwrap();
    assert_eq!(text("PayloadType"), "Configuration");
    assert_eq!(text("PayloadScope"), "System");
    assert_eq!(profile["PayloadRemovalDisallowed"].as_boolean(), Some(true));
    let payload = profile["PayloadContent"].as_array().unwrap()[0]
        .as_dictionary()
        .unwrap();
    let inner = |key: &str| payload[key].as_string().unwrap();
    assert_eq!(inner("PayloadType"), "com.docker.config");
    assert_eq!(inner("allowedOrgs"), "acme;acme-labs");
    assert_ne!(inner("PayloadUUID"), text("PayloadUUID"));
    for dictionary in [&profile, payload] {
        assert_eq!(dictionary["PayloadVersion"].as_signed_integer(), Some(1));
        assert!(dictionary.contains_key("PayloadIdentifier"));
    }
}

#[test]
fn shellcheck_has_nothing_to_say_of_the_shell_scripts() {
    use std::io::Write;
    use std::process::Stdio;

    for platform in [Platform::Mac, Platform::Linux] {
        let mut shellcheck = Command::new("shellcheck")
            .args(["--severity=style", "-"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("shellcheck is missing. Install it: apt-get install shellcheck");
        let script = form(platform, Form::Shell).text;
        let mut stdin = shellcheck.stdin.take().unwrap();
        stdin.write_all(script.as_bytes()).unwrap();
        drop(stdin);
        let done = shellcheck.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&done.stdout);
        assert!(done.status.success(), "{platform:?}: {said}");
    }
}

/// What runs as administrator ends at the first thing that goes wrong, and
/// leaves nobody else the owner of what counts.
#[test]
fn the_powershell_script_takes_the_folder_and_the_file_from_whoever_made_them() {
    let script = form(Platform::Windows, Form::PowerShell).text;
    assert!(script.starts_with("$ErrorActionPreference = 'Stop'\n"));
    for owned in ["$folder", "$file"] {
        let line = format!("icacls {owned} /setowner '*S-1-5-32-544'");
        assert!(script.contains(&line), "{script}");
    }
    assert!(script.contains("(New-Object Text.UTF8Encoding $false)"));
    assert!(script.contains("/inheritance:r /grant:r"), "{script}");
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
        assert!(pullgate_signin::Reading::of(written.as_bytes()).is_sound());
        let mode = |path: &std::path::Path| {
            use std::os::unix::fs::PermissionsExt;
            std::fs::metadata(path).unwrap().permissions().mode() & 0o7777
        };
        assert_eq!(mode(&folder), 0o755);
        assert_eq!(mode(&folder.join("registry.json")), 0o644);
        let left = std::fs::read_dir(&folder).unwrap().count();
        assert_eq!(left, 1, "nothing but the file");
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

#[test]
fn a_form_is_found_by_its_word() {
    for form in Form::ALL {
        assert_eq!(form.as_str().parse(), Ok(form));
    }
    assert!("exe".parse::<Form>().is_err());
}
