//! What systemd is told about a service.

use std::collections::BTreeMap;
use std::io;

use crate::root::Root;

/// Where units are, what counts most first.
const FOLDERS: [&str; 5] = [
    "/etc/systemd/system",
    "/run/systemd/system",
    "/usr/local/lib/systemd/system",
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

/// The files that a unit is read from: its own, and then its drop-ins, in the
/// order in which they count. None if there is no such unit.
pub(super) fn files(root: &Root, unit: &str) -> io::Result<Vec<String>> {
    let mut files = Vec::new();
    for folder in FOLDERS {
        let file = format!("{folder}/{unit}");
        if root.seen(&file)?.is_some() {
            files.push(file);
            break;
        }
    }
    // A drop-in takes the place of one of the same name that counts less, and
    // all are read in the order of their names, wherever they are.
    let mut drop_ins = BTreeMap::new();
    let kind = unit.rsplit('.').next().unwrap_or_default();
    for folder in [format!("{unit}.d"), format!("{kind}.d")] {
        for above in FOLDERS {
            let folder = format!("{above}/{folder}");
            for name in root.list(&folder)? {
                if is_conf(&name) {
                    let file = format!("{folder}/{name}");
                    drop_ins.entry(name).or_insert(file);
                }
            }
        }
    }
    files.extend(drop_ins.into_values());
    Ok(files)
}

/// All settings of a unit, in the order in which they count.
pub(super) fn settings(root: &Root, unit: &str) -> io::Result<Vec<Setting>> {
    let mut settings = Vec::new();
    for file in files(root, unit)? {
        if let Some(text) = root.text(&file)? {
            read(&file, &text, &mut settings);
        }
    }
    Ok(settings)
}

/// Whether programs that read a folder of `*.conf` read a file of this name.
pub(super) fn is_conf(name: &str) -> bool {
    let stem = name.strip_suffix(".conf");
    stem.is_some_and(|stem| !stem.is_empty() && !stem.starts_with('.'))
}

/// The words of a value: what stands in quotation marks is one.
pub(super) fn words(value: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for letter in value.chars() {
        match quote {
            Some(mark) if letter == mark => quote = None,
            None if letter == '"' || letter == '\'' => {
                quote = Some(letter);
                word.get_or_insert_default();
            }
            None if letter.is_whitespace() => words.extend(word.take()),
            _ => word.get_or_insert_default().push(letter),
        }
    }
    words.extend(word);
    words
}

/// The variables that a unit gives to its program, each with where it stands.
/// `more` are files of variables that are read in any case, where they are.
pub(super) fn environment(
    root: &Root,
    settings: &[Setting],
    more: &[&str],
) -> io::Result<BTreeMap<String, (String, String)>> {
    let mut variables = BTreeMap::new();
    let mut files: Vec<String> = more.iter().map(|file| (*file).to_owned()).collect();
    for setting in settings {
        match setting.key.as_str() {
            "Environment" => {
                for assignment in words(&setting.value) {
                    if let Some((name, value)) = assignment.split_once('=') {
                        let told = (value.to_owned(), setting.file.clone());
                        variables.insert(name.to_owned(), told);
                    }
                }
            }
            "EnvironmentFile" => {
                let file = setting.value.trim_start_matches('-');
                files.push(file.to_owned());
            }
            _ => {}
        }
    }
    // A file counts before what stands in the unit.
    for file in files {
        let text = root.text(&file)?.unwrap_or_default();
        for line in text.replace("\\\n", " ").lines().map(str::trim) {
            let line = line.strip_prefix("export ").unwrap_or(line).trim_start();
            if line.starts_with(['#', ';']) {
                continue;
            }
            if let Some((name, value)) = line.split_once('=') {
                let value = words(value.trim()).join(" ");
                variables.insert(name.trim().to_owned(), (value, file.clone()));
            }
        }
    }
    for setting in settings {
        if setting.key == "UnsetEnvironment" {
            for taken in words(&setting.value) {
                let name = taken.split('=').next().unwrap_or_default();
                variables.remove(name);
            }
        }
    }
    Ok(variables)
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
