//! What a policy should decide, as a file: its tests.

mod shape;

use pullgate_policy::{Category, OrganizationName, Outcome, Role, Rule, TeamName, Username};
use pullgate_reference::Reference;
use serde::{Deserialize, Serialize};

use crate::files::{self, FileError};
use crate::policy_file::PolicyFile;

pub(crate) use shape::{CASES, DRAFT_TEST};

/// Cases that a policy is tested with, as a file.
#[derive(Clone, Debug, PartialEq)]
pub struct CasesFile {
    /// Whose policy they are for.
    pub organization: OrganizationName,
    /// The cases.
    pub cases: Vec<Case>,
    /// In which line of the file each begins.
    pub lines: Vec<usize>,
}

/// One case: who pulls what, and what should be decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// Which image, as one would type it.
    pub image: Image,
    /// A person, with their role and teams of now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<Username>,
    /// A member who is in this team and no other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team: Option<TeamName>,
    /// Somebody with this role who is in no team.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// How the decision should end.
    pub outcome: Outcome,
    /// Which rule should decide; any if it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<Rule>,
    /// Which category the image should have; any if it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<Category>,
    /// Why it matters, for whoever sees it fail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// An image as somebody has typed it, which names one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Image(String);

impl Image {
    /// As it was typed.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What it names; none for what did not come through a reader.
    pub(crate) fn reference(&self) -> Option<Reference> {
        self.0.parse().ok()
    }
}

/// The file as serde knows it.
#[derive(Deserialize)]
struct Document {
    #[serde(rename = "pullgate")]
    _version: String,
    organization: OrganizationName,
    cases: Vec<Case>,
}

impl CasesFile {
    /// Reads a file.
    pub fn read(text: &str) -> Result<Self, FileError> {
        let read: files::Read<Document> = files::read(text, &CASES)?;
        let lines = read.lines_of("cases");
        let Document {
            organization,
            cases,
            ..
        } = read.value;
        Ok(Self {
            organization,
            cases,
            lines,
        })
    }
}

/// Cases to be tested, with the policy that they are to be tested with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicyTest {
    /// The cases.
    pub cases: Vec<Case>,
    /// A file that has not been applied; without one the policy as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<PolicyFile>,
}

impl PolicyTest {
    /// Reads the body of a request: YAML, of which JSON is a part.
    pub fn read(text: &str) -> Result<Self, FileError> {
        files::read(text, &DRAFT_TEST).map(|read| read.value)
    }
}

impl Case {
    /// Who pulls, as it is told.
    pub fn who(&self) -> String {
        match (&self.user, &self.team, self.role) {
            (Some(user), ..) => format!("user {user}"),
            (_, Some(team), _) => format!("team {team}"),
            (.., Some(Role::Owner)) => "role owner".to_owned(),
            _ => "role member".to_owned(),
        }
    }
}
