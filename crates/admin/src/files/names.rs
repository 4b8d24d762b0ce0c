//! Names in files: how each is read, and what other programs are told of it.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use pullgate_policy::{OrganizationName, TeamName, Username};
use pullgate_reference::{Pattern, Reference, Registry, Repository};

use crate::namespaces::namespace;

/// A kind of name.
#[derive(Debug)]
pub(crate) struct Name {
    /// What it is: `pattern`.
    pub(crate) what: &'static str,
    /// What it looks like, for a program that has not our parser: a regular
    /// expression (ECMA-262) that all names match, and some that are none.
    pub(crate) regex: &'static str,
    pub(crate) examples: &'static [&'static str],
    /// The name in its one spelling, or why it is none.
    pub(crate) read: fn(&str) -> Result<String, String>,
}

/// Names of organizations, teams and people.
const PLAIN: &str = "^[a-z0-9][a-z0-9._-]{0,63}$";

/// Images and patterns of them: letters that a name can have, and a wildcard
/// at the end.
const PATTERNS: &str = r"^[A-Za-z0-9\[][A-Za-z0-9._:\[\]-]*(/[A-Za-z0-9._-]+)*(/\*\*?)?$";

pub(crate) static ORGANIZATION: Name = Name {
    what: "organization",
    regex: PLAIN,
    examples: &["acme"],
    read: |text| canonical::<OrganizationName>(text),
};

pub(crate) static TEAM: Name = Name {
    what: "team",
    regex: PLAIN,
    examples: &["data"],
    read: |text| match text {
        "owners" => Err(
            "it is made of the organization's owners, who may pull anything as it is".to_owned(),
        ),
        _ => canonical::<TeamName>(text),
    },
};

pub(crate) static USER: Name = Name {
    what: "user",
    regex: PLAIN,
    examples: &["mia"],
    read: |text| canonical::<Username>(text),
};

pub(crate) static PATTERN: Name = Name {
    what: "pattern",
    regex: PATTERNS,
    examples: &["docker.io/bitnami/*", "ghcr.io/acme/**", "nginx"],
    read: |text| canonical::<Pattern>(text),
};

pub(crate) static TRUSTED: Name = Name {
    what: "pattern outside Docker Hub",
    regex: PATTERNS,
    examples: &["quay.io/prometheus/*"],
    read: |text| {
        let pattern: Pattern = parse(text)?;
        if pattern.registry().is_docker_hub() {
            return Err(
                "on Docker Hub the badge says who is a verified publisher; put it on the allowlist instead"
                    .to_owned(),
            );
        }
        Ok(pattern.to_string())
    },
};

pub(crate) static NAMESPACE: Name = Name {
    what: "namespace",
    regex: PATTERNS,
    examples: &["docker.io/acme/**", "registry.acme.example/**"],
    read: |text| {
        let pattern = namespace(text).map_err(|error| error.to_string())?;
        Ok(pattern.to_string())
    },
};

pub(crate) static REGISTRY: Name = Name {
    what: "registry",
    regex: r"^[A-Za-z0-9\[][A-Za-z0-9._:\[\]-]*$",
    examples: &["ghcr.io", "registry.acme.example:5000"],
    read: |text| {
        let registry: Registry = parse(text)?;
        if registry.is_docker_hub() {
            return Err("Docker Hub has a switch of its own, docker_hub".to_owned());
        }
        Ok(registry.to_string())
    },
};

pub(crate) static REPOSITORY: Name = Name {
    what: "repository",
    regex: r"^[A-Za-z0-9\[][A-Za-z0-9._:\[\]-]*(/[A-Za-z0-9._-]+)*$",
    examples: &["docker.io/grafana/k6"],
    read: |text| canonical::<Repository>(text),
};

/// An image as one would type it, and so it stays.
pub(crate) static IMAGE: Name = Name {
    what: "image",
    regex: r"^[A-Za-z0-9\[][A-Za-z0-9._:\[\]@/-]*$",
    examples: &["nginx:1.27", "ghcr.io/acme/app"],
    read: |text| {
        let _: Reference = parse(text)?;
        Ok(text.to_owned())
    },
};

/// How long a day is as a text.
const DAY: usize = "2030-12-31".len();

/// A moment, or a day, which is its first moment. No finer than what is kept.
pub(crate) static MOMENT: Name = Name {
    what: "moment",
    regex: r"^[0-9]{4}-[0-9]{2}-[0-9]{2}([Tt ][0-9:.,]+([Zz]|[+-][0-9:]+))?$",
    examples: &["2030-12-31", "2030-12-31T18:00:00Z"],
    read: |text| {
        let day = match text.len() {
            DAY => text.parse::<Date>().ok(),
            _ => None,
        };
        let moment = match day {
            Some(day) => TimeZone::UTC.to_timestamp(day.into()),
            None => text.parse(),
        };
        moment
            .and_then(|moment: Timestamp| Timestamp::from_millisecond(moment.as_millisecond()))
            .map(|moment| moment.to_string())
            .map_err(|_| "write it as 2030-12-31, or as 2030-12-31T18:00:00Z".to_owned())
    },
};

fn parse<T: std::str::FromStr<Err: std::fmt::Display>>(text: &str) -> Result<T, String> {
    text.parse().map_err(|error: T::Err| error.to_string())
}

fn canonical<T>(text: &str) -> Result<String, String>
where
    T: std::str::FromStr<Err: std::fmt::Display> + std::fmt::Display,
{
    parse::<T>(text).map(|name| name.to_string())
}
