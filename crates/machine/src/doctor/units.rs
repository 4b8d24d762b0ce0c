//! What systemd is told about a service.

use std::io;

use crate::root::Root;

/// Where units are, what counts most first.
const FOLDERS: [&str; 4] = [
    "/etc/systemd/system",
    "/run/systemd/system",
    "/usr/lib/systemd/system",
    "/lib/systemd/system",
];

/// A setting of a unit, with the file that it stands in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Setting {
    pub(super) file: String,
    pub(super) key: String,
    pub(super) value: String,
}

/// All settings of a unit, of its drop-ins after its own.
pub(super) fn settings(root: &Root, unit: &str) -> io::Result<Vec<Setting>> {
    let mut settings = Vec::new();
    for folder in FOLDERS {
        let file = format!("{folder}/{unit}");
        if let Some(text) = root.text(&file)? {
            read(&file, &text, &mut settings);
            break;
        }
    }
    for folder in FOLDERS {
        let folder = format!("{folder}/{unit}.d");
        for name in root.list(&folder)? {
            let file = format!("{folder}/{name}");
            if !is_conf(&name) {
                continue;
            }
            if let Some(text) = root.text(&file)? {
                read(&file, &text, &mut settings);
            }
        }
    }
    Ok(settings)
}

/// Whether programs that read a folder of `*.conf` read a file of this name.
pub(super) fn is_conf(name: &str) -> bool {
    let stem = name.strip_suffix(".conf");
    stem.is_some_and(|stem| !stem.is_empty() && !stem.starts_with('.'))
}

fn read(file: &str, text: &str, settings: &mut Vec<Setting>) {
    let text = text.replace("\\\n", " ");
    for line in text.lines().map(str::trim) {
        if line.starts_with(['#', ';', '[']) {
            continue;
        }
        let Some((key, value)) = line.split_once('=') else {
            continue;
        };
        let (key, value) = (key.trim().to_owned(), value.trim().to_owned());
        if value.is_empty() {
            // An empty value takes back what was set before.
            settings.retain(|setting| setting.key != key);
            continue;
        }
        settings.push(Setting {
            file: file.to_owned(),
            key,
            value,
        });
    }
}
