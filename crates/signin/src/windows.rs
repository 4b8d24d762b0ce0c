//! Windows: a policy key of the machine, or `registry.json`.

use crate::artifact::{Artifact, Form};
use crate::organizations::Organizations;
use crate::registry_json;

const KEY_PERMISSIONS: &str = "administrators alone write below Policies";
const FILE_PERMISSIONS: &str = "administrators and the system write, users read";

pub(crate) fn artifacts(organizations: &Organizations) -> Vec<Artifact> {
    vec![
        Artifact {
            form: Form::RegistryKeyScript,
            file_name: "docker-desktop-sign-in.ps1",
            path: r"HKLM\SOFTWARE\Policies\Docker\Docker Desktop",
            permissions: KEY_PERMISSIONS,
            how: "Run it in PowerShell as administrator, or hand it to Intune. Docker Desktop looks at its next start.",
            text: key_script(organizations),
        },
        Artifact {
            form: Form::RegistryKey,
            file_name: "docker-desktop-sign-in.reg",
            path: r"HKLM\SOFTWARE\Policies\Docker\Docker Desktop",
            permissions: KEY_PERMISSIONS,
            how: "Import it with reg import as administrator, or set the same multi-string value by group policy.",
            text: key_file(organizations),
        },
        Artifact {
            form: Form::PowerShell,
            file_name: "docker-desktop-registry-json.ps1",
            path: r"C:\ProgramData\DockerDesktop\registry.json",
            permissions: FILE_PERMISSIONS,
            how: "Run it in PowerShell as administrator.",
            text: file_script(organizations),
        },
        Artifact {
            form: Form::RegistryJson,
            file_name: "registry.json",
            path: r"C:\ProgramData\DockerDesktop\registry.json",
            permissions: FILE_PERMISSIONS,
            how: "Put it there with your own tools, as UTF-8 without a byte-order mark.",
            text: registry_json::text(organizations) + "\n",
        },
    ]
}

/// A key that is there keeps its other values, which `New-Item -Force` would
/// take away.
fn key_script(organizations: &Organizations) -> String {
    let names = organizations.joined(|name| format!("'{name}'"), ", ");
    format!(
        "$key = 'HKLM:\\SOFTWARE\\Policies\\Docker\\Docker Desktop'\n\
         if (-not (Test-Path $key)) {{ New-Item -Path $key -Force | Out-Null }}\n\
         New-ItemProperty -Path $key -Name 'allowedOrgs' -PropertyType MultiString `\n    \
         -Value @({names}) -Force | Out-Null\n"
    )
}

/// A multi-string value is UTF-16, each string and then the whole ended by a
/// NUL.
fn key_file(organizations: &Organizations) -> String {
    let strings = organizations.joined(|name| format!("{name}\0"), "") + "\0";
    let bytes: Vec<String> = strings
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    // As the registry editor breaks lines.
    let lines: Vec<String> = bytes.chunks(24).map(|line| line.join(",")).collect();
    format!(
        "Windows Registry Editor Version 5.00\n\n\
         [HKEY_LOCAL_MACHINE\\SOFTWARE\\Policies\\Docker\\Docker Desktop]\n\
         \"allowedOrgs\"=hex(7):{}\n",
        lines.join(",\\\n  ")
    )
}

/// Groups by their numbers, which are the same in every language of Windows.
/// What somebody else has made there stays theirs until it is taken from them:
/// who owns a file may change who may write it.
fn file_script(organizations: &Organizations) -> String {
    let json = registry_json::text(organizations);
    format!(
        "$ErrorActionPreference = 'Stop'\n\
         $folder = 'C:\\ProgramData\\DockerDesktop'\n\
         $file = \"$folder\\registry.json\"\n\
         New-Item -ItemType Directory -Path $folder -Force | Out-Null\n\
         # The folder belongs to administrators, whoever has made it.\n\
         icacls $folder /setowner '*S-1-5-32-544' | Out-Null\n\
         icacls $folder /reset | Out-Null\n\
         if (Test-Path -Path $file) {{ Remove-Item -Path $file -Force }}\n\
         # UTF-8 without a byte-order mark.\n\
         [IO.File]::WriteAllText($file, '{json}', (New-Object Text.UTF8Encoding $false))\n\
         icacls $file /setowner '*S-1-5-32-544' | Out-Null\n\
         # Administrators and the system write, users read.\n\
         icacls $file /inheritance:r /grant:r '*S-1-5-32-544:F' '*S-1-5-18:F' '*S-1-5-32-545:R' | Out-Null\n"
    )
}
