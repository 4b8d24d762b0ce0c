//! macOS: a configuration profile, a property list, or `registry.json`.

use crate::artifact::{Artifact, Form};
use crate::organizations::Organizations;
use crate::registry_json::{self, MAC_FILE, mac_script};

/// Where macOS keeps what a configuration profile says for Docker Desktop.
pub const MAC_PROFILE: &str = "/Library/Managed Preferences/com.docker.config.plist";

/// Where the property list stands.
pub const MAC_PLIST: &str = "/Library/Application Support/com.docker.docker/desktop.plist";

const PERMISSIONS: &str = "root alone writes, everybody reads (root:wheel, 0644)";
const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
    <!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n";

pub(crate) fn artifacts(organizations: &Organizations) -> Vec<Artifact> {
    vec![
        Artifact {
            form: Form::ConfigurationProfile,
            file_name: "docker-desktop-sign-in.mobileconfig",
            path: "System Settings, Device Management",
            permissions: "only your device management takes it away again",
            how: "Upload it to your device management as a custom profile for devices.",
            text: profile(organizations),
        },
        Artifact {
            form: Form::Plist,
            file_name: "desktop.plist",
            path: MAC_PLIST,
            permissions: PERMISSIONS,
            how: "Put it there with your own tools. Docker Desktop looks at its next start.",
            text: plist(organizations),
        },
        Artifact {
            form: Form::Shell,
            file_name: "docker-desktop-sign-in.sh",
            path: MAC_FILE,
            permissions: PERMISSIONS,
            how: "Run it with sudo.",
            text: mac_script(organizations),
        },
        Artifact {
            form: Form::RegistryJson,
            file_name: "registry.json",
            path: MAC_FILE,
            permissions: PERMISSIONS,
            how: "Put it there with your own tools, as UTF-8 without a byte-order mark.",
            text: registry_json::text(organizations) + "\n",
        },
    ]
}

fn plist(organizations: &Organizations) -> String {
    let names = organizations.joined(|name| format!("    <string>{name}</string>\n"), "");
    format!(
        "{HEAD}<plist version=\"1.0\">\n<dict>\n  <key>allowedOrgs</key>\n  <array>\n{names}  </array>\n</dict>\n</plist>\n"
    )
}

/// The identifiers stay, so that a later profile takes the place of an
/// earlier; the UUIDs follow from the organizations.
fn profile(organizations: &Organizations) -> String {
    let names = organizations.joined(str::to_owned, ";");
    let (inner, outer) = (uuid(&names, "payload"), uuid(&names, "profile"));
    format!(
        "{HEAD}<plist version=\"1.0\">\n\
         <dict>\n\
         \x20 <key>PayloadContent</key>\n\
         \x20 <array>\n\
         \x20   <dict>\n\
         \x20     <key>PayloadType</key>\n\
         \x20     <string>com.docker.config</string>\n\
         \x20     <key>PayloadIdentifier</key>\n\
         \x20     <string>pullgate.docker-desktop.sign-in.config</string>\n\
         \x20     <key>PayloadUUID</key>\n\
         \x20     <string>{inner}</string>\n\
         \x20     <key>PayloadVersion</key>\n\
         \x20     <integer>1</integer>\n\
         \x20     <key>allowedOrgs</key>\n\
         \x20     <string>{names}</string>\n\
         \x20   </dict>\n\
         \x20 </array>\n\
         \x20 <key>PayloadType</key>\n\
         \x20 <string>Configuration</string>\n\
         \x20 <key>PayloadDisplayName</key>\n\
         \x20 <string>Docker Desktop sign-in</string>\n\
         \x20 <key>PayloadIdentifier</key>\n\
         \x20 <string>pullgate.docker-desktop.sign-in</string>\n\
         \x20 <key>PayloadScope</key>\n\
         \x20 <string>System</string>\n\
         \x20 <key>PayloadRemovalDisallowed</key>\n\
         \x20 <true/>\n\
         \x20 <key>PayloadUUID</key>\n\
         \x20 <string>{outer}</string>\n\
         \x20 <key>PayloadVersion</key>\n\
         \x20 <integer>1</integer>\n\
         </dict>\n\
         </plist>\n"
    )
}

/// A UUID that is the same for the same text (version 8: of one's own making).
fn uuid(text: &str, salt: &str) -> String {
    let half = |start: &str| {
        // FNV-1a: to tell two profiles apart, not to withstand anybody.
        let bytes = start.bytes().chain(salt.bytes()).chain(text.bytes());
        bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        })
    };
    let (high, low) = (half("a"), half("b"));
    let high = (high & !0xf000) | 0x8000;
    let low = (low & !(0b11 << 62)) | (0b10 << 62);
    format!(
        "{:08X}-{:04X}-{:04X}-{:04X}-{:012X}",
        high >> 32,
        (high >> 16) & 0xffff,
        high & 0xffff,
        low >> 48,
        low & 0xffff_ffff_ffff
    )
}
