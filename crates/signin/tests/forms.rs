//! What an administrator of acme hands to their machines.

#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use std::fs::Permissions;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};
use std::path::{Path, PathBuf};
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
        let line = format!("Set-Permission {owned} '/setowner' \"*$administrators\"");
        assert!(script.contains(&line), "{script}");
        let read_back = format!("Assert-Owner {owned}\n");
        assert!(script.contains(&read_back), "{script}");
    }
    assert!(script.contains("(New-Object Text.UTF8Encoding $false)"));
    assert!(script.contains("'/inheritance:r' '/grant:r'"), "{script}");
}

/// A program that fails ends no script of PowerShell's by itself; and whoever
/// owns a junction may turn it, whatever is at its end.
#[test]
fn the_powershell_script_ends_where_icacls_fails_and_at_a_junction() {
    let script = form(Platform::Windows, Form::PowerShell).text;
    let calls: Vec<&str> = script
        .lines()
        .filter(|line| line.contains("icacls.exe"))
        .collect();
    assert_eq!(calls, ["    & icacls.exe @args | Out-Null"], "{script}");
    let (_, after) = script.split_once(calls[0]).unwrap();
    let checked = after.trim_start().lines().next().unwrap();
    assert!(
        checked.starts_with("if ($LASTEXITCODE -ne 0) { throw "),
        "{checked}"
    );
    let at = |part: &str| {
        let found = script.match_indices(part).map(|(at, _)| at);
        found.collect::<Vec<usize>>()
    };
    let (folder, file) = (at("Assert-NoLink $folder"), at("Assert-NoLink $file"));
    let taken = at("Set-Permission $folder '/setowner'")[0];
    let written = at("New-Object IO.FileStream")[0];
    assert!(folder[0] < at("New-Item")[0], "{script}");
    assert!(taken < folder[1] && folder[1] < written, "{script}");
    assert!(file[0] < written && written < file[1], "{script}");
    assert!(script.contains("[IO.FileAttributes]::ReparsePoint"));
    assert!(script.contains("'CreateNew'"), "nobody else's file");
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

/// A folder in which a script finds what it would find on a machine. Scripts
/// give what they write to root, so only root can try them.
struct Scratch(tempfile::TempDir);

impl Scratch {
    #[track_caller]
    fn new() -> Self {
        let uid = std::fs::metadata("/proc/self").unwrap().uid();
        assert_eq!(uid, 0, "this test runs scripts for root: run it as root");
        Self(tempfile::tempdir().unwrap())
    }

    /// Where a path of the machine really is.
    fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path.trim_start_matches('/'))
    }

    /// Runs a platform's script, with macOS' group of root's by its name here.
    fn run(&self, shell: &str, platform: Platform, programs: Option<&Path>) -> (bool, String) {
        let text = form(platform, Form::Shell).text;
        let here = self.0.path().to_str().unwrap();
        let text = text
            .replace("'/usr/share", &format!("'{here}/usr/share"))
            .replace("'/Library", &format!("'{here}/Library"))
            .replace("group='wheel'", "group='root'");
        let mut command = Command::new(shell);
        command.args(["-c", &text]);
        if let Some(first) = programs {
            let path = std::env::var("PATH").unwrap();
            command.env("PATH", format!("{}:{path}", first.display()));
        }
        let done = command.output().unwrap();
        let said = String::from_utf8(done.stderr).unwrap();
        (done.status.success(), said)
    }
}

const SHELLS: [&str; 2] = ["dash", "bash"];

/// What a person has left before the script came, the file's place given; and
/// what the script says of it, or nothing where it writes the file.
type Left = (&'static str, fn(&Path), Option<&'static str>);

const LEFT: &[Left] = &[
    ("nothing", |_| {}, None),
    (
        "a file and folders of their own, for everybody to write",
        |file| {
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, "{}").unwrap();
            for path in [file, file.parent().unwrap()] {
                chown(path, Some(1000), Some(1000)).unwrap();
                std::fs::set_permissions(path, Permissions::from_mode(0o2777)).unwrap();
            }
        },
        None,
    ),
    (
        "a folder",
        |file| std::fs::create_dir_all(file).unwrap(),
        Some("registry.json is not a file; remove it and run this again"),
    ),
    (
        "a link to a folder",
        |file| {
            let elsewhere = file.with_file_name("elsewhere");
            std::fs::create_dir_all(&elsewhere).unwrap();
            symlink(elsewhere, file).unwrap();
        },
        Some("registry.json is a link; remove it and run this again"),
    ),
    (
        "a link to a file",
        |file| {
            let elsewhere = file.with_file_name("elsewhere");
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(&elsewhere, "theirs").unwrap();
            symlink(elsewhere, file).unwrap();
        },
        Some("registry.json is a link; remove it and run this again"),
    ),
    (
        "a link that leads nowhere",
        |file| {
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            symlink("nowhere", file).unwrap();
        },
        Some("registry.json is a link; remove it and run this again"),
    ),
    (
        "a socket",
        |file| {
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            // Its path would be too long for a socket from where the test is.
            let short = tempfile::tempdir().unwrap().path().join("s");
            std::fs::create_dir_all(short.parent().unwrap()).unwrap();
            drop(std::os::unix::net::UnixListener::bind(&short).unwrap());
            std::fs::rename(short, file).unwrap();
        },
        Some("registry.json is not a file; remove it and run this again"),
    ),
    (
        "a link in the folder's place",
        |file| {
            let folder = file.parent().unwrap();
            let elsewhere = folder.with_file_name("elsewhere");
            std::fs::create_dir_all(&elsewhere).unwrap();
            symlink(elsewhere, folder).unwrap();
        },
        Some(" is a link; remove it and run this again"),
    ),
    (
        "a file in the folder's place",
        |file| {
            let folder = file.parent().unwrap();
            std::fs::create_dir_all(folder.parent().unwrap()).unwrap();
            std::fs::write(folder, "theirs").unwrap();
        },
        Some("File exists"),
    ),
];

/// The scripts for macOS and Linux are run as they are, below a folder. They
/// end with 0 only where the file is there, root's alone to change.
#[test]
fn the_shell_scripts_write_the_file_or_say_what_is_in_its_place() {
    for platform in [Platform::Mac, Platform::Linux] {
        for shell in SHELLS {
            for (what, leave, refused) in LEFT {
                let scratch = Scratch::new();
                let file = scratch.path(form(platform, Form::Shell).path);
                leave(&file);
                let before = all(scratch.0.path());
                let (done, said) = scratch.run(shell, platform, None);
                let at = format!("{shell}, {platform:?}, {what}: {said}");
                if let Some(refused) = refused {
                    assert!(!done && said.contains(refused), "{at}");
                    let changed: Vec<_> = all(scratch.0.path())
                        .into_iter()
                        .filter(|found| !before.contains(found) && !found.0.is_dir())
                        .collect();
                    assert_eq!(changed, [], "{at}");
                    continue;
                }
                assert!(done, "{at}");
                let written = std::fs::read_to_string(&file).unwrap();
                assert_eq!(written, form(platform, Form::RegistryJson).text);
                assert!(pullgate_signin::Reading::of(written.as_bytes()).is_sound());
                let folder = file.parent().unwrap();
                let left = std::fs::read_dir(folder).unwrap().count();
                assert_eq!(left, 1, "nothing but the file: {at}");
                for (path, permissions) in [(file.as_path(), 0o644), (folder, 0o755)] {
                    let seen = std::fs::symlink_metadata(path).unwrap();
                    assert_eq!((seen.uid(), seen.gid()), (0, 0), "{at}");
                    assert_eq!(seen.mode() & 0o777, permissions, "{at}");
                }
            }
        }
    }
}

/// Everything below a folder, with what it is.
fn all(folder: &Path) -> Vec<(PathBuf, Option<Vec<u8>>)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if std::fs::symlink_metadata(&path).unwrap().is_dir() {
            found.extend(all(&path));
        }
        let content = std::fs::read(&path).ok();
        found.push((path, content));
    }
    found.sort();
    found
}

#[test]
fn the_folder_above_is_taken_from_whoever_owns_it_too() {
    for shell in SHELLS {
        let scratch = Scratch::new();
        let above = scratch.path("/usr/share/docker-desktop");
        std::fs::create_dir_all(&above).unwrap();
        std::fs::set_permissions(&above, Permissions::from_mode(0o777)).unwrap();
        chown(&above, Some(1000), Some(1000)).unwrap();
        let (done, said) = scratch.run(shell, Platform::Linux, None);
        assert!(done, "{shell}: {said}");
        let seen = std::fs::metadata(&above).unwrap();
        assert_eq!((seen.uid(), seen.gid()), (0, 0), "{shell}");
        assert_eq!(seen.mode() & 0o777, 0o755, "{shell}");
        // And a link in its place is refused.
        std::fs::rename(&above, scratch.path("/elsewhere")).unwrap();
        symlink(scratch.path("/elsewhere"), &above).unwrap();
        let (done, said) = scratch.run(shell, Platform::Linux, None);
        assert!(!done && said.contains("docker-desktop is a link"), "{said}");
    }
}

/// Whatever a program on the machine does or leaves undone: what is there in
/// the end is what counts.
#[test]
fn the_shell_scripts_do_not_end_with_0_where_nothing_is_enforced() {
    for platform in [Platform::Mac, Platform::Linux] {
        for (program, does, refused) in [
            ("mv", "exit 0", "not root's alone to change"),
            (
                "mv",
                "echo '{\"allowedOrgs\":[]}' > \"$3\"; chown 0:0 \"$3\"; chmod 644 \"$3\"",
                "does not hold what was written",
            ),
            ("chmod", "exit 0", "can be changed by others than root"),
            ("chown", "exit 0", "can be changed by others than root"),
        ] {
            let scratch = Scratch::new();
            let file = scratch.path(form(platform, Form::Shell).path);
            let folder = file.parent().unwrap();
            std::fs::create_dir_all(folder).unwrap();
            std::fs::set_permissions(folder, Permissions::from_mode(0o775)).unwrap();
            chown(folder, Some(1000), Some(1000)).unwrap();
            let programs = scratch.path("/programs");
            std::fs::create_dir(&programs).unwrap();
            let fake = programs.join(program);
            std::fs::write(&fake, format!("#!/bin/sh\n{does}\n")).unwrap();
            std::fs::set_permissions(&fake, Permissions::from_mode(0o755)).unwrap();
            let (done, said) = scratch.run("sh", platform, Some(&programs));
            let at = format!("{platform:?}, {program}: {said}");
            assert!(!done && said.contains(refused), "{at}");
        }
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
