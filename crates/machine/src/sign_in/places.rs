use std::io;

use pullgate_signin::{
    LINUX_FILE, ListShape, MAC_FILE, MAC_PLIST, MAC_PROFILE, Platform, Reading, WINDOWS_FILE,
    WINDOWS_KEY,
};

use crate::root::Root;

/// A place where the list can stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// Its path, as the platform writes it.
    pub(super) path: &'static str,
    /// What it is.
    pub(super) kind: PlaceKind,
}

/// What a place is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PlaceKind {
    /// `registry.json`, which is there for the list alone.
    RegistryJson,
    /// A property list, which may hold other settings as well.
    PropertyList(ListShape),
    /// A key of the Windows registry.
    RegistryKey,
}

impl PlaceKind {
    /// What a file of this kind says; nothing if it holds no list.
    pub(super) fn read(self, content: &[u8]) -> Option<Reading> {
        match self {
            Self::RegistryJson => Some(Reading::of(content)),
            Self::PropertyList(shape) => {
                let reading = Reading::of_property_list(content, shape);
                (!reading.holds_none()).then_some(reading)
            }
            Self::RegistryKey => Reading::of_registry_export(content),
        }
    }
}

/// The places of a platform, the one that counts most first.
pub(super) fn places(platform: Platform) -> Vec<Place> {
    let file = |path| Place {
        path,
        kind: PlaceKind::RegistryJson,
    };
    let list = |path, shape| Place {
        path,
        kind: PlaceKind::PropertyList(shape),
    };
    match platform {
        Platform::Linux => vec![file(LINUX_FILE)],
        Platform::Mac => vec![
            list(MAC_PROFILE, ListShape::Text),
            list(MAC_PLIST, ListShape::Array),
            file(MAC_FILE),
        ],
        Platform::Windows => vec![
            Place {
                path: WINDOWS_KEY,
                kind: PlaceKind::RegistryKey,
            },
            file(WINDOWS_FILE),
        ],
    }
}

/// Where people put the file on this platform, and nothing looks.
pub(super) fn wrong_places(platform: Platform) -> &'static [&'static str] {
    match platform {
        Platform::Linux => &[
            "/usr/share/docker-desktop/registry.json",
            "/etc/docker/registry.json",
            "/etc/docker-desktop/registry.json",
            "/usr/local/share/docker-desktop/registry/registry.json",
            MAC_FILE,
        ],
        Platform::Mac => &[LINUX_FILE, "/etc/docker/registry.json"],
        Platform::Windows => &[],
    }
}

/// Where a path of the platform's is in the folder that is the machine's `/`,
/// or its `C:\`. Windows and macOS do not tell letters' cases apart, and a
/// folder that a machine was collected into does.
pub(super) fn in_root(root: &Root, platform: Platform, path: &str) -> io::Result<String> {
    if platform == Platform::Linux {
        return Ok(path.to_owned());
    }
    let path = path.strip_prefix("C:").unwrap_or(path);
    let mut found = String::new();
    for name in path.split(['/', '\\']).filter(|name| !name.is_empty()) {
        let names = root.list(if found.is_empty() { "/" } else { &found })?;
        let mut alike = names
            .iter()
            .filter(|there| there.eq_ignore_ascii_case(name));
        let there = names.iter().find(|there| *there == name);
        let there = there.or_else(|| alike.next()).map_or(name, String::as_str);
        found.push('/');
        found.push_str(there);
    }
    Ok(found)
}

/// A path in the folder, as the platform writes it.
pub(super) fn shown(platform: Platform, path: &str) -> String {
    match platform {
        Platform::Windows => format!("C:{}", path.replace('/', "\\")),
        Platform::Mac | Platform::Linux => path.to_owned(),
    }
}
