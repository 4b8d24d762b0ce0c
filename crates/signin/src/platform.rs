use std::fmt;
use std::str::FromStr;

/// What Docker Desktop runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Platform {
    /// Windows.
    Windows,
    /// macOS.
    Mac,
    /// Linux.
    Linux,
}

impl Platform {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Windows, Self::Mac, Self::Linux];

    /// The word for it in an address or a command.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Windows => "windows",
            Self::Mac => "mac",
            Self::Linux => "linux",
        }
    }

    /// Its name, as people write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Windows => "Windows",
            Self::Mac => "macOS",
            Self::Linux => "Linux",
        }
    }
}

/// A text that names no platform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownPlatform;

impl fmt::Display for UnknownPlatform {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("that is no platform; use windows, mac or linux")
    }
}

impl std::error::Error for UnknownPlatform {}

impl FromStr for Platform {
    type Err = UnknownPlatform;

    fn from_str(text: &str) -> Result<Self, UnknownPlatform> {
        let mut all = Self::ALL.into_iter();
        all.find(|platform| platform.as_str() == text)
            .ok_or(UnknownPlatform)
    }
}
