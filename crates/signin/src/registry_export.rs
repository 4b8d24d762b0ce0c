//! The list in an export of the Windows registry, as `reg export` and the
//! registry editor write it.

use serde_json::Value;

use crate::fault::Fault;
use crate::reading::{KEY, Reading};

/// Where the list stands in the registry.
pub const WINDOWS_KEY: &str = r"HKLM\SOFTWARE\Policies\Docker\Docker Desktop";

/// The same as an export writes it: the names of the keys from the top on.
const PATH: [&str; 5] = [
    "HKEY_LOCAL_MACHINE",
    "SOFTWARE",
    "Policies",
    "Docker",
    "Docker Desktop",
];

/// The longest export that is read, in bytes: other programs have policies, too.
const LONGEST: usize = 64 * 1024 * 1024;

const VERSION_4: &str = "REGEDIT4";
const VERSION_5: &str = "Windows Registry Editor Version 5.00";

impl Reading {
    /// Reads an export. None if the registry holds no list: that is only known
    /// from an export that covers the key, by itself or with a key above it.
    pub fn of_registry_export(content: &[u8]) -> Option<Self> {
        match values(content) {
            Ok(found) if found.is_empty() => None,
            Ok(found) => {
                let mut reading = Self::default();
                let pairs = found.into_iter().map(|value| (KEY.to_owned(), value));
                reading.read(pairs.collect());
                Some(reading)
            }
            Err(fault) => Some(Self {
                organizations: Vec::new(),
                faults: vec![fault],
            }),
        }
    }
}

/// Every value of that name under the key.
fn values(content: &[u8]) -> Result<Vec<Value>, Fault> {
    if content.len() > LONGEST {
        return Err(Fault::TooLong);
    }
    let text = decoded(content)?;
    let mut lines = text
        .lines()
        .map(str::trim_end)
        .filter(|line| !line.is_empty());
    let version = match lines.next() {
        None => return Err(Fault::Empty),
        Some(VERSION_4) => VERSION_4,
        Some(VERSION_5) => VERSION_5,
        Some(_) => return Err(wrong("it does not begin as one")),
    };
    let (mut covers, mut is_ours) = (false, false);
    let mut found = Vec::new();
    while let Some(line) = lines.next() {
        if let Some(key) = line
            .strip_prefix('[')
            .and_then(|line| line.strip_suffix(']'))
        {
            let depth = depth(key);
            is_ours = depth == Some(PATH.len());
            covers |= depth.is_some();
            continue;
        }
        // A value in several lines.
        let mut whole = line.to_owned();
        while whole.ends_with('\\') {
            whole.pop();
            whole.push_str(
                lines
                    .next()
                    .ok_or_else(|| wrong("it breaks off"))?
                    .trim_start(),
            );
        }
        let Some((name, data)) = named(&whole) else {
            continue;
        };
        // Names in the registry are the same in any case.
        if is_ours && name.eq_ignore_ascii_case(KEY) {
            found.push(list(data, version)?);
        }
    }
    if covers {
        Ok(found)
    } else {
        Err(Fault::NotCovered)
    }
}

/// How many of the path's names this key is, if it is one of the path.
fn depth(key: &str) -> Option<usize> {
    let names: Vec<&str> = key.split('\\').collect();
    let mut both = names.iter().zip(PATH);
    let is_of_the_path =
        names.len() <= PATH.len() && both.all(|(name, ours)| name.eq_ignore_ascii_case(ours));
    is_of_the_path.then_some(names.len())
}

/// The export as text: UTF-16 as `reg export` writes it, or UTF-8 of somebody
/// who has converted it.
fn decoded(content: &[u8]) -> Result<String, Fault> {
    let unreadable = || wrong("it is neither UTF-16 nor UTF-8");
    if let Some(content) = content.strip_prefix(&[0xff, 0xfe]) {
        return utf16(content).ok_or_else(unreadable);
    }
    let content = content
        .strip_prefix("\u{feff}".as_bytes())
        .unwrap_or(content);
    String::from_utf8(content.to_vec()).map_err(|_| unreadable())
}

fn utf16(bytes: &[u8]) -> Option<String> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let units = pairs.iter().map(|pair| u16::from_le_bytes(*pair));
    let text = char::decode_utf16(units).collect::<Result<String, _>>();
    text.ok().filter(|_| rest.is_empty())
}

/// A value's name and its data.
fn named(line: &str) -> Option<(String, &str)> {
    let mut name = String::new();
    let mut letters = line.strip_prefix('"')?.chars();
    loop {
        match letters.next()? {
            '"' => return Some((name, letters.as_str().strip_prefix('=')?)),
            '\\' => name.push(letters.next()?),
            letter => name.push(letter),
        }
    }
}

/// The strings of a multi-string value; what is of another kind is no list.
fn list(data: &str, version: &str) -> Result<Value, Fault> {
    let Some(digits) = data.strip_prefix("hex(7):") else {
        return Ok(Value::Null);
    };
    let bytes: Option<Vec<u8>> = digits
        .split(',')
        .map(str::trim)
        .filter(|byte| !byte.is_empty())
        .map(|byte| u8::from_str_radix(byte, 16).ok())
        .collect();
    let text = bytes.and_then(|bytes| match version {
        VERSION_4 => String::from_utf8(bytes).ok(),
        _ => utf16(&bytes),
    });
    let text = text.ok_or_else(|| wrong("the value is no text"))?;
    // Each string ends with a NUL, and so does the list.
    let names = text.split('\0').filter(|name| !name.is_empty());
    Ok(names.collect())
}

fn wrong(why: &str) -> Fault {
    Fault::NotRegistryExport(why.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Form, Organizations, Platform, artifacts};

    /// As `reg export` writes it.
    fn exported(text: &str) -> Vec<u8> {
        let text = format!("\u{feff}{}", text.replace('\n', "\r\n"));
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    }

    fn written_here() -> String {
        let organizations = Organizations::read(["acme", "acme-labs-of-the-north"]).unwrap();
        let mut all = artifacts(Platform::Windows, &organizations).into_iter();
        all.find(|artifact| artifact.form == Form::RegistryKey)
            .unwrap()
            .text
    }

    fn found(content: &[u8]) -> Option<(Vec<String>, Vec<&'static str>)> {
        let reading = Reading::of_registry_export(content)?;
        let names = reading.organizations().iter().map(ToString::to_string);
        let faults = reading.faults().iter().map(Fault::name);
        Some((names.collect(), faults.collect()))
    }

    #[test]
    fn what_is_written_here_is_read_here() {
        let text = written_here();
        assert!(text.contains("\\\n"), "in several lines");
        let names = vec!["acme".to_owned(), "acme-labs-of-the-north".to_owned()];
        let lower = text
            .replace("SOFTWARE", "software")
            .replace("allowedOrgs", "AllowedOrgs");
        for content in [text.clone().into_bytes(), exported(&text), exported(&lower)] {
            assert_eq!(found(&content), Some((names.clone(), vec![])));
        }
        let old = "REGEDIT4\n\n[HKEY_LOCAL_MACHINE\\SOFTWARE\\Policies\\Docker\\Docker Desktop]\n\"allowedOrgs\"=hex(7):61,63,6d,65,00,00\n";
        assert_eq!(
            found(old.as_bytes()),
            Some((vec!["acme".to_owned()], vec![]))
        );
    }

    #[test]
    fn each_fault_is_found_by_its_name_and_no_list_is_known_only_from_what_covers_it() {
        const ACME: &str = "hex(7):61,00,63,00,6d,00,65,00,00,00";
        const KEY: &str = "[HKEY_LOCAL_MACHINE\\SOFTWARE\\Policies\\Docker\\Docker Desktop]";
        let with = |rest: &str| format!("{VERSION_5}\n\n{rest}\n");
        let of = |value: &str| with(&format!("{KEY}\n\"allowedOrgs\"={value}"));
        let long = "x".repeat(LONGEST + 1);
        for (text, expected) in [
            (String::new(), Some(&["empty"][..])),
            (long, Some(&["too-long"])),
            ("[HKEY_LOCAL_MACHINE]\n".to_owned(), Some(&["not-reg"])),
            (
                "{\"allowedOrgs\":[\"acme\"]}".to_owned(),
                Some(&["not-reg"]),
            ),
            (
                with("[HKEY_LOCAL_MACHINE\\SOFTWARE\\Policies\\Google]"),
                Some(&["not-covered"]),
            ),
            (
                with("[HKEY_CURRENT_USER\\SOFTWARE\\Policies]"),
                Some(&["not-covered"]),
            ),
            (with("[HKEY_LOCAL_MACHINE\\SOFTWARE\\Policies]"), None),
            (with(KEY), None),
            (with(&format!("{KEY}\n\"other\"=hex(7):61,00,00,00")), None),
            (
                with(&format!(
                    "{KEY}\n[{}]\n\"allowedOrgs\"=\"x\"",
                    "HKEY_LOCAL_MACHINE\\SOFTWARE\\Policies\\Docker\\Docker Desktop\\More"
                )),
                None,
            ),
            (of("\"acme\""), Some(&["not-a-list"])),
            (of("dword:00000001"), Some(&["not-a-list"])),
            (of("hex(7):"), Some(&["no-organizations"])),
            (of("hex(7):00,00"), Some(&["no-organizations"])),
            (of("hex(7):zz,00"), Some(&["not-reg"])),
            (of("hex(7):61"), Some(&["not-reg"])),
            (of("hex(7):61,00,\\"), Some(&["not-reg"])),
            (of(&ACME.replacen("61", "41", 1)), Some(&["uppercase-name"])),
            (
                of(&format!("{ACME}\n\"ALLOWEDORGS\"={ACME}")),
                Some(&["key-twice"]),
            ),
        ] {
            let shown: String = text.chars().take(160).collect();
            let faults = found(text.as_bytes()).map(|(_, faults)| faults);
            assert_eq!(faults.as_deref(), expected, "{shown}");
        }
        assert_eq!(found(b"\xff\xfea").unwrap().1, ["not-reg"], "half a letter");
        assert_eq!(found(b"\xff").unwrap().1, ["not-reg"]);
    }
}
