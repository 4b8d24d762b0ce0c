//! Whose sign-in the server is asked with.
//!
//! With sudo, programs see root's home folder, or the person's, as sudo is set.
//! Who looks at a machine has signed in as themselves; so it is the person who
//! called sudo that counts, and root only where it is root who looks.

use std::path::{Path, PathBuf};

use pullgate_machine::{People, Root};

use crate::failure::Failure;
use crate::remote::{self, Session};

/// Who looks, and their sign-in, if they have one.
#[derive(Debug)]
pub(super) struct Person {
    /// As a sentence begins with them, and what they have not done.
    pub(super) not_signed_in: String,
    /// How they sign in.
    pub(super) how: &'static str,
    /// Their sign-in.
    pub(super) session: Option<Session>,
}

/// Who looks at this machine.
pub(super) fn who(root: &Root) -> Result<Person, Failure> {
    let is_root = rustix::process::geteuid().is_root();
    let caller = std::env::var("SUDO_UID").ok();
    let caller = caller.and_then(|uid| uid.parse::<u32>().ok());
    if let Some(uid) = caller.filter(|uid| is_root && *uid != 0) {
        return Ok(behind_sudo(&People::of(root)?, uid));
    }
    Ok(Person {
        not_signed_in: if is_root {
            "You are root, who has not signed in".to_owned()
        } else {
            "You have not signed in".to_owned()
        },
        how: "Sign in as a member and run it again: pullgate login SERVER",
        session: remote::saved_login()?,
    })
}

fn behind_sudo(people: &People, uid: u32) -> Person {
    let name = people.user(uid);
    let mut homes = people.homes();
    let home = homes.find_map(|(other, home)| (other == name).then_some(home));
    let file = home.map(|home| file(Path::new(home)));
    let read = file.as_ref().map(|file| remote::login_of(file, uid));
    let (session, why) = match (read, &file) {
        (Some(Ok(session)), Some(file)) => (session, format!("there is no {}", file.display())),
        (Some(Err(failure)), _) => (None, failure.to_string()),
        _ => (None, "they have no home folder in /etc/passwd".to_owned()),
    };
    Person {
        not_signed_in: format!("{name}, who called sudo, has not signed in ({why})"),
        how: "Sign in as a member, without sudo, and run it again: pullgate login SERVER",
        session,
    }
}

fn file(home: &Path) -> PathBuf {
    home.join(".config").join("pullgate").join("login.json")
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{chown, symlink};

    use super::*;

    const LOGIN: &str =
        r#"{"server":"https://pullgate.acme.example","username":"mia","token":"secret"}"#;

    /// A machine with mia on it, who has a home folder.
    fn machine() -> (tempfile::TempDir, People, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().join("home/mia");
        let login = file(&home);
        std::fs::create_dir_all(login.parent().unwrap()).unwrap();
        std::fs::create_dir(folder.path().join("etc")).unwrap();
        let home = home.display();
        let passwd = format!("root:x:0:0::/root:/bin/sh\nmia:x:1000:1000::{home}:/bin/sh\n");
        std::fs::write(folder.path().join("etc/passwd"), passwd).unwrap();
        let people = People::of(&Root::open(folder.path()).unwrap()).unwrap();
        (folder, people, login)
    }

    #[test]
    fn with_sudo_the_person_s_sign_in_counts() {
        let uid = std::os::unix::fs::MetadataExt::uid(&std::fs::metadata("/proc/self").unwrap());
        assert_eq!(uid, 0, "this test gives files to others: run it as root");
        let (_folder, people, login) = machine();
        let nobody = behind_sudo(&people, 1000);
        assert!(nobody.session.is_none());
        let said = nobody.not_signed_in;
        assert!(
            said.starts_with("mia, who called sudo, has not signed in"),
            "{said}"
        );
        assert!(said.contains("login.json"), "{said}");
        assert!(nobody.how.contains("without sudo"));

        std::fs::write(&login, LOGIN).unwrap();
        chown(&login, Some(1000), Some(1000)).unwrap();
        let mia = behind_sudo(&people, 1000);
        assert_eq!(mia.session.unwrap().username, "mia");
        assert_eq!(std::fs::read_to_string(&login).unwrap(), LOGIN, "only read");
    }

    #[test]
    fn what_is_not_the_person_s_own_file_is_not_read() {
        let (folder, people, login) = machine();
        // Another's, and a link to one's own.
        std::fs::write(&login, LOGIN).unwrap();
        chown(&login, Some(1001), Some(1001)).unwrap();
        let refused = behind_sudo(&people, 1000);
        assert!(refused.session.is_none());
        let said = refused.not_signed_in;
        assert!(said.contains("belongs to somebody else"), "{said}");
        assert!(!said.contains("secret"), "{said}");
        let own = folder.path().join("own.json");
        std::fs::write(&own, LOGIN).unwrap();
        chown(&own, Some(1000), Some(1000)).unwrap();
        std::fs::remove_file(&login).unwrap();
        symlink(own, &login).unwrap();
        assert!(behind_sudo(&people, 1000).session.is_none());
        // Nor is there one of somebody who is not known here.
        let stranger = behind_sudo(&people, 4711);
        assert!(stranger.session.is_none());
        assert!(stranger.not_signed_in.starts_with("4711, who called sudo"));
    }
}
