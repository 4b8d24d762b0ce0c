use std::collections::BTreeMap;
use std::io;

use crate::root::Root;

/// Who has an account on a machine, by `/etc/passwd` and `/etc/group`.
///
/// Accounts of a directory (LDAP and the like) are not in these files and are
/// known by their number alone.
#[derive(Clone, Debug, Default)]
pub struct People {
    accounts: Vec<Account>,
    groups: BTreeMap<u32, (String, Vec<String>)>,
}

#[derive(Clone, Debug)]
struct Account {
    name: String,
    uid: u32,
    gid: u32,
    home: String,
}

impl People {
    /// Reads them.
    pub fn of(root: &Root) -> io::Result<Self> {
        let accounts = root.text("/etc/passwd")?.unwrap_or_default();
        let groups = root.text("/etc/group")?.unwrap_or_default();
        Ok(Self {
            accounts: accounts.lines().filter_map(account).collect(),
            groups: groups.lines().filter_map(group).collect(),
        })
    }

    /// A user's name, or number.
    pub fn user(&self, uid: u32) -> String {
        let found = self.accounts.iter().find(|account| account.uid == uid);
        found.map_or_else(|| uid.to_string(), |account| account.name.clone())
    }

    /// A group's name, or number.
    pub fn group(&self, gid: u32) -> String {
        let found = self.groups.get(&gid);
        found.map_or_else(|| gid.to_string(), |(name, _)| name.clone())
    }

    /// Who belongs to a group of this name: by the group's list, and as their
    /// first group.
    pub fn members(&self, group: &str) -> Vec<String> {
        let mut members = Vec::new();
        for (gid, (name, listed)) in &self.groups {
            if name == group {
                let first = self.accounts.iter().filter(|account| account.gid == *gid);
                members.extend(first.map(|account| account.name.clone()));
                members.extend(listed.iter().cloned());
            }
        }
        members.sort();
        members.dedup();
        members
    }

    /// Each account's name and home folder.
    pub fn homes(&self) -> impl Iterator<Item = (&str, &str)> {
        let accounts = self.accounts.iter();
        accounts.map(|account| (account.name.as_str(), account.home.as_str()))
    }
}

fn account(line: &str) -> Option<Account> {
    let fields: Vec<&str> = line.split(':').collect();
    let [name, _, uid, gid, _, home, ..] = fields.as_slice() else {
        return None;
    };
    Some(Account {
        name: (*name).to_owned(),
        uid: uid.parse().ok()?,
        gid: gid.parse().ok()?,
        home: (*home).to_owned(),
    })
}

fn group(line: &str) -> Option<(u32, (String, Vec<String>))> {
    let fields: Vec<&str> = line.split(':').collect();
    let [name, _, gid, members] = fields.as_slice() else {
        return None;
    };
    let members = members.split(',').filter(|member| !member.is_empty());
    let members = members.map(str::to_owned).collect();
    Some((gid.parse().ok()?, ((*name).to_owned(), members)))
}
