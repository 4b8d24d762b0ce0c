//! The organizations of a snapshot: a handful of questions for all of them
//! together, put into place by name.

use std::collections::HashMap;

use jiff::Timestamp;
use pullgate_policy::{Exception, PolicyParts, Role, Settings, TeamAdditions, TeamName};
use pullgate_reference::Pattern;

use crate::column::Place;
use crate::db::Work;
use crate::error::StoreError;
use crate::exceptions::read_exception;
use crate::link::values;
use crate::snapshot::OrganizationRow;

/// An organization that is being put together.
struct Draft {
    row: OrganizationRow,
    settings: Option<Settings>,
    namespaces: Vec<Pattern>,
    allowlist: Vec<Pattern>,
    exceptions: Vec<Exception>,
    teams: Vec<(TeamName, TeamAdditions)>,
    /// The first part of the policy that could not be read.
    fault: Option<String>,
}

impl Draft {
    fn new(row: OrganizationRow) -> Self {
        Self {
            row,
            settings: None,
            namespaces: Vec::new(),
            allowlist: Vec::new(),
            exceptions: Vec::new(),
            teams: Vec::new(),
            fault: None,
        }
    }

    /// A part of the policy, unless it cannot be read: then neither can the
    /// policy.
    fn part<T>(&mut self, part: Result<T, StoreError>) -> Option<T> {
        part.map_err(|error| {
            tracing::error!(%error, "the policy of an organization cannot be read");
            self.fault.get_or_insert_with(|| error.to_string());
        })
        .ok()
    }

    fn finish(mut self) -> OrganizationRow {
        self.row.policy = match (self.fault, self.settings) {
            (Some(fault), _) => Err(fault),
            (None, None) => Err(format!("{} has no settings", self.row.name)),
            (None, Some(settings)) => Ok(PolicyParts {
                organization: self.row.name.clone(),
                namespaces: self.namespaces,
                settings,
                allowlist: self.allowlist,
                exceptions: self.exceptions,
                teams: self.teams,
            }),
        };
        self.row
    }
}

/// The drafts by name, and their order.
struct Drafts(HashMap<String, Draft>);

impl Drafts {
    /// Hands rows to the organizations that their first column names.
    fn hand_out<R>(
        &mut self,
        what: &'static str,
        rows: &[R],
        name: impl Fn(&R) -> &str,
        take: impl Fn(&mut Draft, Place<'_>, &R),
    ) {
        for row in rows {
            let name = name(row);
            // All rows are of one moment and refer to an organization of it.
            if let Some(draft) = self.0.get_mut(name) {
                take(draft, Place { what, name }, row);
            }
        }
    }
}

/// All organizations of a picture, by name, without the exceptions that have
/// ended.
pub(crate) async fn read(
    picture: &mut Work,
    now: Timestamp,
) -> Result<Vec<OrganizationRow>, StoreError> {
    let mut drafts = organizations(picture).await?;
    let namespaces: Vec<(String, String)> = picture
        .link()
        .all("SELECT organization, pattern FROM namespaces", values![])
        .await?;
    drafts.hand_out("namespaces", &namespaces, first, |draft, place, row| {
        let pattern = draft.part(place.parse(&row.1));
        draft.namespaces.extend(pattern);
    });
    let allowlist: Vec<(String, String)> = picture
        .link()
        .all("SELECT organization, pattern FROM allowlist", values![])
        .await?;
    drafts.hand_out("allowlist", &allowlist, first, |draft, place, row| {
        let pattern = draft.part(place.parse(&row.1));
        draft.allowlist.extend(pattern);
    });
    exceptions(picture, &mut drafts, now).await?;
    teams(picture, &mut drafts).await?;
    members(picture, &mut drafts).await?;
    let mut rows: Vec<_> = drafts.0.into_values().map(Draft::finish).collect();
    rows.sort_unstable_by(|one, other| one.name.cmp(&other.name));
    Ok(rows)
}

fn first(row: &(String, String)) -> &str {
    &row.0
}

async fn organizations(picture: &mut Work) -> Result<Drafts, StoreError> {
    let rows: Vec<(String, String, Option<String>)> = picture
        .link()
        .all(
            "SELECT organizations.name, organizations.display_name, policies.settings
             FROM organizations
             LEFT JOIN policies ON policies.organization = organizations.name",
            values![],
        )
        .await?;
    let mut drafts = HashMap::with_capacity(rows.len());
    for (name, display_name, settings) in rows {
        let place = Place {
            what: "settings",
            name: &name,
        };
        let mut draft = Draft::new(OrganizationRow {
            name: place.parse(&name)?,
            display_name,
            policy: Err(String::new()),
            members: Vec::new(),
            team_members: Vec::new(),
        });
        if let Some(settings) = settings {
            draft.settings = draft.part(place.json(&settings));
        }
        drafts.insert(name, draft);
    }
    Ok(Drafts(drafts))
}

type ExceptionColumns = (String, String, Option<String>, Option<String>, i64);

async fn exceptions(
    picture: &mut Work,
    drafts: &mut Drafts,
    now: Timestamp,
) -> Result<(), StoreError> {
    let rows: Vec<ExceptionColumns> = picture
        .link()
        .all(
            "SELECT organization, repository, team, person, ends_at
             FROM exceptions WHERE ends_at > $1",
            values![now],
        )
        .await?;
    drafts.hand_out(
        "exceptions",
        &rows,
        |row| &row.0,
        |draft, place, row| {
            let (_, repository, team, person, ends_at) = row;
            let covers = (team.as_deref(), person.as_deref());
            let exception = draft.part(read_exception(place, repository, covers, *ends_at));
            draft.exceptions.extend(exception);
        },
    );
    Ok(())
}

async fn teams(picture: &mut Work, drafts: &mut Drafts) -> Result<(), StoreError> {
    let rows: Vec<(String, String, String)> = picture
        .link()
        .all("SELECT organization, name, additions FROM teams", values![])
        .await?;
    drafts.hand_out(
        "teams",
        &rows,
        |row| &row.0,
        |draft, place, row| {
            let team: Option<TeamName> = draft.part(place.parse(&row.1));
            let additions: Option<TeamAdditions> = draft.part(place.json(&row.2));
            if let (Some(team), Some(additions)) = (team, additions)
                && additions != TeamAdditions::default()
            {
                draft.teams.push((team, additions));
            }
        },
    );
    Ok(())
}

async fn members(picture: &mut Work, drafts: &mut Drafts) -> Result<(), StoreError> {
    let rows: Vec<(String, String, String)> = picture
        .link()
        .all("SELECT organization, person, role FROM members", values![])
        .await?;
    drafts.hand_out(
        "members",
        &rows,
        |row| &row.0,
        |draft, place, row| {
            // Who has no readable id is nobody who could ask.
            let person = draft.part(place.parse(&row.1));
            // Bound by the policy, which then cannot be read, rather than not
            // bound at all.
            let role = draft.part(place.word(&row.2)).unwrap_or(Role::Member);
            let member = person.map(|person| (person, role));
            draft.row.members.extend(member);
        },
    );
    let rows: Vec<(String, String, String)> = picture
        .link()
        .all(
            "SELECT organization, team, person FROM team_members",
            values![],
        )
        .await?;
    drafts.hand_out(
        "members of teams",
        &rows,
        |row| &row.0,
        |draft, place, row| {
            let team = draft.part(place.parse(&row.1));
            let person = draft.part(place.parse(&row.2));
            draft.row.team_members.extend(team.zip(person));
        },
    );
    Ok(())
}
