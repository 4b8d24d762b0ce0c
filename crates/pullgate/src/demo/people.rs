//! Who pulls in the demo, and what.

use pullgate_identity::Secret;

/// Somebody who pulls.
#[derive(Clone, Debug)]
pub(super) struct Actor {
    /// What they are: `owner`, `member`, `stranger`.
    pub(super) role: &'static str,
    /// How they sign in; a stranger does not.
    pub(super) account: Option<Account>,
}

/// An account of the demo.
#[derive(Clone, Debug)]
pub(super) struct Account {
    pub(super) username: &'static str,
    pub(super) password: Secret,
}

/// An image of the demo, and what the policy says of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Exhibit {
    pub(super) path: &'static str,
    pub(super) about: &'static str,
    /// Whether a member may pull it. An owner always may, a stranger never.
    pub(super) member_may: bool,
}

/// The images of the demo, one of each category.
pub(super) const EXHIBITS: [Exhibit; 5] = [
    Exhibit {
        path: "library/hello",
        about: "a Docker Official Image",
        member_may: true,
    },
    Exhibit {
        path: "shipyard/crane",
        about: "of a verified publisher",
        member_may: true,
    },
    Exhibit {
        path: "lighthouse/lamp",
        about: "Docker-Sponsored Open Source",
        member_may: false,
    },
    Exhibit {
        path: "evil/miner",
        about: "a community image",
        member_may: false,
    },
    Exhibit {
        path: "acme/app",
        about: "acme's own image",
        member_may: true,
    },
];

impl Exhibit {
    /// What should come out when this actor pulls it.
    pub(super) fn may_be_pulled_by(&self, actor: &Actor) -> bool {
        match actor.role {
            "owner" => true,
            "member" => self.member_may,
            _ => false,
        }
    }
}
