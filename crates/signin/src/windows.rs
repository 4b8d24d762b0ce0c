//! Windows: a policy key of the machine, or `registry.json`.

use crate::artifact::{Artifact, Form};
use crate::organizations::Organizations;
use crate::registry_export::WINDOWS_KEY;
use crate::registry_json::{self, WINDOWS_FILE};

const KEY_PERMISSIONS: &str = "administrators alone write below Policies";
const FILE_PERMISSIONS: &str = "administrators and the system write, users read";

pub(crate) fn artifacts(organizations: &Organizations) -> Vec<Artifact> {
    vec![
        Artifact {
            form: Form::RegistryKeyScript,
            file_name: "docker-desktop-sign-in.ps1",
            path: WINDOWS_KEY,
            permissions: KEY_PERMISSIONS,
            how: "Run it in PowerShell as administrator, or hand it to Intune. Docker Desktop looks at its next start.",
            text: key_script(organizations),
        },
        Artifact {
            form: Form::RegistryKey,
            file_name: "docker-desktop-sign-in.reg",
            path: WINDOWS_KEY,
            permissions: KEY_PERMISSIONS,
            how: "Import it with reg import as administrator, or set the same multi-string value by group policy.",
            text: key_file(organizations),
        },
        Artifact {
            form: Form::PowerShell,
            file_name: "docker-desktop-registry-json.ps1",
            path: WINDOWS_FILE,
            permissions: FILE_PERMISSIONS,
            how: "Run it in PowerShell as administrator.",
            text: file_script(organizations),
        },
        Artifact {
            form: Form::RegistryJson,
            file_name: "registry.json",
            path: WINDOWS_FILE,
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
///
/// What somebody else has made there stays theirs until it is taken from them:
/// who owns a file may change who may write it, and who owns a junction may
/// turn it. So junctions and links are refused, before the folder is taken and
/// after, and in the end owner and text are read back. `icacls` is a program
/// of its own, whose failure ends no script: its exit code is looked at.
fn file_script(organizations: &Organizations) -> String {
    let json = registry_json::text(organizations);
    format!(
        r#"$ErrorActionPreference = 'Stop'
$folder = 'C:\ProgramData\DockerDesktop'
$file = "$folder\registry.json"
$json = '{json}'
$administrators = 'S-1-5-32-544'

function Set-Permission {{
    # The exit code of a program ends no script by itself.
    & icacls.exe @args | Out-Null
    if ($LASTEXITCODE -ne 0) {{ throw "icacls $args ended with $LASTEXITCODE" }}
}}

function Assert-NoLink([string] $Path) {{
    # Whoever owns a junction or a link may turn it to somewhere else.
    $item = Get-Item -LiteralPath $Path -Force -ErrorAction SilentlyContinue
    if ($item -and ($item.Attributes -band [IO.FileAttributes]::ReparsePoint)) {{
        throw "$Path is a junction or a link; remove it and run this again"
    }}
}}

function Assert-Owner([string] $Path) {{
    $owner = (Get-Acl -LiteralPath $Path).GetOwner([Security.Principal.SecurityIdentifier])
    if ($owner.Value -ne $administrators) {{ throw "$Path belongs to $owner, not to administrators" }}
}}

# The folder belongs to administrators, whoever has made it.
Assert-NoLink $folder
New-Item -ItemType Directory -Path $folder -Force | Out-Null
Set-Permission $folder '/setowner' "*$administrators" '/L'
Set-Permission $folder '/reset' '/L'
Assert-NoLink $folder

Assert-NoLink $file
if (Test-Path -LiteralPath $file -PathType Container) {{
    throw "$file is a folder; remove it and run this again"
}}
if (Test-Path -LiteralPath $file) {{ Remove-Item -LiteralPath $file -Force }}
# UTF-8 without a byte-order mark, into a file that nobody else has made.
$bytes = (New-Object Text.UTF8Encoding $false).GetBytes($json)
$stream = New-Object IO.FileStream $file, 'CreateNew', 'Write', 'None'
try {{ $stream.Write($bytes, 0, $bytes.Length) }} finally {{ $stream.Dispose() }}
# Administrators and the system write, users read.
Set-Permission $file '/setowner' "*$administrators" '/L'
Set-Permission $file '/inheritance:r' '/grant:r' "*${{administrators}}:F" '*S-1-5-18:F' '*S-1-5-32-545:R'

# What counts is what is there now.
Assert-NoLink $folder
Assert-Owner $folder
Assert-NoLink $file
Assert-Owner $file
if ([IO.File]::ReadAllText($file) -cne $json) {{ throw "$file does not hold what was written" }}
"#
    )
}
