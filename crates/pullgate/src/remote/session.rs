//! The sign-in that is kept between commands.

use std::ffi::OsString;
use std::fs;
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jiff::Timestamp;
use pullgate_identity::Secret;
use rustix::fs::OFlags;
use serde::{Deserialize, Serialize};

use crate::failure::Failure;

/// Where somebody has signed in, and the session they got.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Session {
    /// The server's address, without a trailing slash.
    pub(crate) server: String,
    /// The name it was signed in with.
    pub(crate) username: String,
    /// What every request brings.
    #[serde(with = "secret_text")]
    pub(super) token: Secret,
    /// The certificate authority of the server, if it is not a public one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) ca: Option<PathBuf>,
}

impl Session {
    /// When the session ends, by its own word: the server decides.
    pub(crate) fn ends_at(&self) -> Option<Timestamp> {
        #[derive(Deserialize)]
        struct Claims {
            exp: i64,
        }
        let payload = self.token.expose().split('.').nth(1)?;
        let payload = BASE64_URL_SAFE_NO_PAD.decode(payload).ok()?;
        let claims: Claims = serde_json::from_slice(&payload).ok()?;
        Timestamp::from_second(claims.exp).ok()
    }

    /// Keeps it, for this user of the machine alone.
    pub(super) fn save(&self) -> Result<(), Failure> {
        let file = file()?;
        let written = write(&file, self);
        written.map_err(|error| {
            Failure::new(format!(
                "the sign-in cannot be kept in {}: {error}",
                file.display()
            ))
        })
    }
}

/// The sign-in that was kept, if there is one.
pub(crate) fn saved() -> Result<Option<Session>, Failure> {
    let file = file()?;
    read(&file, fs::read_to_string(&file))
}

/// The sign-in that somebody else has kept, if there is one: root reads it for
/// the person, and nothing but the person's own file.
pub(crate) fn saved_by(file: &Path, uid: u32) -> Result<Option<Session>, Failure> {
    read(file, text_of(file, uid))
}

fn text_of(file: &Path, uid: u32) -> io::Result<String> {
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    let mut opened = fs::OpenOptions::new()
        .read(true)
        .custom_flags(flags.bits().cast_signed())
        .open(file)?;
    let seen = opened.metadata()?;
    if !seen.is_file() || seen.uid() != uid {
        return Err(io::Error::other("it belongs to somebody else"));
    }
    let mut text = String::new();
    opened.read_to_string(&mut text)?;
    Ok(text)
}

fn read(file: &Path, text: io::Result<String>) -> Result<Option<Session>, Failure> {
    let text = match text {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => {
            return Err(Failure::new(format!(
                "the sign-in in {} cannot be read: {error}",
                file.display()
            )));
        }
    };
    // What serde says could quote the token.
    serde_json::from_str(&text).map(Some).map_err(|_| {
        Failure::new(format!(
            "the sign-in in {} is not one that this program has written",
            file.display()
        ))
        .hint("sign in again with pullgate login SERVER")
    })
}

/// The sign-in that was kept, where there has to be one.
pub(crate) fn signed_in() -> Result<Session, Failure> {
    saved()?.ok_or_else(|| {
        Failure::new("you have not signed in").hint("sign in with pullgate login SERVER")
    })
}

/// Forgets it.
pub(super) fn forget() -> Result<(), Failure> {
    let file = file()?;
    match fs::remove_file(&file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Failure::new(format!(
            "{} cannot be removed: {error}",
            file.display()
        ))),
        _ => Ok(()),
    }
}

/// Nobody sees half a file, nor one that others can read.
fn write(file: &Path, session: &Session) -> io::Result<()> {
    let folder = file.parent().unwrap_or(Path::new("."));
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)?;
    let mut temporary = tempfile::NamedTempFile::new_in(folder)?;
    serde_json::to_writer_pretty(&mut temporary, session)?;
    temporary.write_all(b"\n")?;
    temporary.as_file().sync_all()?;
    temporary.persist(file).map_err(|error| error.error)?;
    Ok(())
}

fn file() -> Result<PathBuf, Failure> {
    let set = |name| std::env::var_os(name).filter(|value: &OsString| !value.is_empty());
    let folder = set("XDG_CONFIG_HOME")
        .map(PathBuf::from)
        .filter(|folder| folder.is_absolute())
        .or_else(|| set("HOME").map(|home| PathBuf::from(home).join(".config")));
    let folder = folder.ok_or_else(|| {
        Failure::usage("there is no place to keep the sign-in")
            .hint("set HOME or XDG_CONFIG_HOME to a folder of yours")
    })?;
    Ok(folder.join("pullgate").join("login.json"))
}

/// A secret as its text, in the one file that is made for it.
mod secret_text {
    use pullgate_identity::Secret;
    use serde::de::{Deserialize, Deserializer};
    use serde::ser::Serializer;

    pub(super) fn serialize<S: Serializer>(
        secret: &Secret,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(secret.expose())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Secret, D::Error> {
        String::deserialize(deserializer).map(Secret::from)
    }
}
