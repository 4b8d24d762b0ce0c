//! The table of the rules read literally: slow, without any index, and apart
//! from the code that it is compared with.

use pullgate_policy::{
    Badge, Covers, Exception, Mode, Outcome, Permission, PolicyParts, PublisherCategory, Role,
    Rule, Switch, TeamName,
};
use pullgate_reference::Pattern;

use crate::acme::Pull;

/// How a pull ends, by which rule, and the team that it rests on.
type Reading = (Outcome, Rule, Option<TeamName>);

/// Reads the table from its top to its end.
pub(crate) fn read(parts: &PolicyParts, role: Role, teams: &[TeamName], pull: &Pull) -> Reading {
    if role == Role::Owner {
        return (Outcome::Allowed, Rule::Owner, None);
    }
    let ram = &parts.settings.ram;
    let registry = pull.repository.registry();
    let listed = if registry.as_str() == "docker.io" {
        ram.docker_hub == Permission::Allowed
    } else {
        ram.registries.contains(registry)
    };
    let unlisted = ram.enabled == Switch::On && !listed;
    if unlisted && ram.mode == Mode::Enforce {
        return (Outcome::Denied, Rule::Registry, None);
    }
    let by_image = images(parts, teams, pull);
    if unlisted && by_image.0 != Outcome::Denied {
        return (Outcome::Monitored, Rule::Registry, None);
    }
    by_image
}

fn images(parts: &PolicyParts, teams: &[TeamName], pull: &Pull) -> Reading {
    let iam = &parts.settings.iam;
    if iam.enabled == Switch::Off {
        return (Outcome::Allowed, Rule::Disabled, None);
    }
    if names(&parts.namespaces, pull) {
        return (Outcome::Allowed, Rule::OrganizationImage, None);
    }
    if iam.allowlist == Switch::On {
        if names(&parts.allowlist, pull) {
            return (Outcome::Allowed, Rule::Allowlist, None);
        }
        for (team, additions) in added(parts, teams) {
            if names(&additions.allowlist, pull) {
                return (Outcome::Allowed, Rule::Allowlist, Some(team.clone()));
            }
        }
    }
    if let Some(covers) = excepted(&parts.exceptions, teams, pull) {
        let team = match covers {
            Covers::Team(team) => Some(team),
            Covers::Organization | Covers::Person(_) => None,
        };
        return (Outcome::Allowed, Rule::Exception, team);
    }
    by_category(parts, teams, pull)
}

fn by_category(parts: &PolicyParts, teams: &[TeamName], pull: &Pull) -> Reading {
    let iam = &parts.settings.iam;
    let denied = match iam.mode {
        Mode::Enforce => Outcome::Denied,
        Mode::Monitor => Outcome::Monitored,
    };
    let hub = pull.repository.registry().as_str() == "docker.io";
    let components: Vec<&str> = pull.repository.components().collect();
    let official = hub && components.len() == 2 && components[0] == "library";
    let verified = if hub {
        pull.badge == Badge::VerifiedPublisher
    } else {
        names(&parts.settings.trusted, pull)
    };
    let sponsored = hub && pull.badge == Badge::SponsoredOss;
    let (category, permission, rule) = if official {
        (PublisherCategory::Official, iam.official, Rule::Official)
    } else if verified {
        (
            PublisherCategory::VerifiedPublisher,
            iam.verified_publisher,
            Rule::VerifiedPublisher,
        )
    } else if sponsored {
        (
            PublisherCategory::SponsoredOss,
            iam.sponsored_oss,
            Rule::SponsoredOss,
        )
    } else {
        return (denied, Rule::Community, None);
    };
    if permission == Permission::Allowed {
        return (Outcome::Allowed, rule, None);
    }
    for (team, additions) in added(parts, teams) {
        if additions.categories.contains(&category) {
            return (Outcome::Allowed, rule, Some(team.clone()));
        }
    }
    (denied, rule, None)
}

fn names(patterns: &[Pattern], pull: &Pull) -> bool {
    patterns
        .iter()
        .any(|pattern| pattern.matches(&pull.repository))
}

/// Each of the person's teams, in their order, with what it adds.
fn added<'a>(
    parts: &'a PolicyParts,
    teams: &'a [TeamName],
) -> impl Iterator<Item = &'a (TeamName, pullgate_policy::TeamAdditions)> {
    teams
        .iter()
        .filter_map(|team| parts.teams.iter().find(|(name, _)| name == team))
}

/// Whom an exception covers that allows the pull: one for the organization
/// before one for a team before one for the person.
fn excepted(exceptions: &[Exception], teams: &[TeamName], pull: &Pull) -> Option<Covers> {
    let everybody = std::iter::once(Covers::Organization);
    let teams = teams.iter().cloned().map(Covers::Team);
    let person = pull.person.iter().cloned().map(Covers::Person);
    everybody.chain(teams).chain(person).find(|covers| {
        exceptions.iter().any(|exception| {
            exception.covers == *covers
                && exception.repository == pull.repository
                && exception.ends_at > pull.at
        })
    })
}
