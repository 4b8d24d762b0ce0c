use std::fmt;
use std::str::FromStr;

/// A file or a script for one place where Docker Desktop looks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Artifact {
    /// What kind.
    pub form: Form,
    /// A name to save it under.
    pub file_name: &'static str,
    /// Where it belongs, or what it writes.
    pub path: &'static str,
    /// Who may change it there.
    pub permissions: &'static str,
    /// What to do with it.
    pub how: &'static str,
    /// The text, with a line break at its end.
    pub text: String,
}

/// What kind of file or script.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Form {
    /// A Windows registry key, as a `.reg` file.
    RegistryKey,
    /// A PowerShell script that writes that key.
    RegistryKeyScript,
    /// A configuration profile for macOS.
    ConfigurationProfile,
    /// A property list for macOS.
    Plist,
    /// The file `registry.json` itself.
    RegistryJson,
    /// A PowerShell script that writes `registry.json`.
    PowerShell,
    /// A shell script that writes `registry.json`.
    Shell,
}

impl Form {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::RegistryJson,
        Self::Shell,
        Self::PowerShell,
        Self::RegistryKey,
        Self::RegistryKeyScript,
        Self::ConfigurationProfile,
        Self::Plist,
    ];

    /// The word for it in a command.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::RegistryKey => "reg",
            Self::RegistryKeyScript => "reg-powershell",
            Self::ConfigurationProfile => "mobileconfig",
            Self::Plist => "plist",
            Self::RegistryJson => "registry-json",
            Self::PowerShell => "powershell",
            Self::Shell => "shell",
        }
    }

    /// Its name, as people write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::RegistryKey => "Registry key",
            Self::RegistryKeyScript => "Registry key, by PowerShell",
            Self::ConfigurationProfile => "Configuration profile",
            Self::Plist => "Property list",
            Self::RegistryJson => "registry.json",
            Self::PowerShell => "registry.json, by PowerShell",
            Self::Shell => "registry.json, by a shell script",
        }
    }

    /// Which place it is about, 1 being the one that counts before all others
    /// of its platform. Two forms of one place have the same.
    pub fn rank(self) -> u8 {
        match self {
            Self::RegistryKey | Self::RegistryKeyScript | Self::ConfigurationProfile => 1,
            Self::Plist => 2,
            Self::RegistryJson | Self::PowerShell | Self::Shell => 3,
        }
    }
}

/// A text that names no form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownForm;

impl fmt::Display for UnknownForm {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = Form::ALL.map(Form::as_str).join(", ");
        write!(formatter, "that is no form; use one of {words}")
    }
}

impl std::error::Error for UnknownForm {}

impl FromStr for Form {
    type Err = UnknownForm;

    fn from_str(text: &str) -> Result<Self, UnknownForm> {
        let mut all = Self::ALL.into_iter();
        all.find(|form| form.as_str() == text).ok_or(UnknownForm)
    }
}
