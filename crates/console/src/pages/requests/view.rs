//! Requests and exceptions, as pages show them.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use pullgate_admin::{AccessRequest, RequestState};
use pullgate_policy::Covers;

use crate::page::{Moment, Typed};
use crate::words::{self, Word};

/// How many days an exception lasts unless somebody chooses.
const USUAL_DAYS: i64 = 7;

/// A request.
pub(super) struct RequestView {
    pub(super) id: String,
    pub(super) href: String,
    pub(super) organization: String,
    pub(super) username: String,
    pub(super) repository: String,
    pub(super) state: Word,
    pub(super) is_open: bool,
    /// Each time it was asked, the last first; at least one.
    pub(super) asked: Vec<AskedView>,
    pub(super) closed: Option<ClosedView>,
}

/// That it was asked, once.
pub(super) struct AskedView {
    pub(super) at: Moment,
    pub(super) ago: String,
    pub(super) reference: String,
    pub(super) reason: String,
}

/// Its end.
pub(super) struct ClosedView {
    pub(super) by: String,
    pub(super) at: Moment,
    pub(super) answer: String,
    /// For whom, and until when; and whether that is over.
    pub(super) became: Option<(String, Moment, bool)>,
}

impl RequestView {
    pub(super) fn new(request: AccessRequest, now: Timestamp) -> Self {
        let asked = request.asked.into_iter().rev().map(|asked| AskedView {
            at: Moment(asked.at),
            ago: Moment(asked.at).seen_from(now),
            reference: asked.reference,
            reason: asked.reason,
        });
        Self {
            id: request.id.to_string(),
            href: format!("/orgs/{}/requests/{}", request.organization, request.id),
            organization: request.organization.to_string(),
            username: request.username.to_string(),
            repository: request.repository.to_string(),
            state: state(request.state),
            is_open: request.state == RequestState::Open,
            asked: asked.collect(),
            closed: request.closed.map(|closed| ClosedView {
                by: words::actor(&closed.by),
                at: Moment(closed.at),
                answer: closed.answer,
                became: closed.became.map(|became| {
                    let ended = became.ends_at <= now;
                    (covered(&became.covers), Moment(became.ends_at), ended)
                }),
            }),
        }
    }

    /// The last time it was asked.
    pub(super) fn last(&self) -> Option<&AskedView> {
        self.asked.first()
    }
}

/// What has become of a request.
pub(super) fn state(state: RequestState) -> Word {
    let (tone, text) = match state {
        RequestState::Open => ("accent", "Open"),
        RequestState::Approved => ("good", "Approved"),
        RequestState::Declined => ("bad", "Declined"),
        RequestState::Withdrawn => ("", "Withdrawn"),
    };
    Word { tone, text }
}

/// Whom an exception is for.
pub(super) fn covered(covers: &Covers) -> String {
    match covers {
        Covers::Organization => "all members".to_owned(),
        Covers::Team(team) => format!("the team {team}"),
        Covers::Person(person) => person.to_string(),
    }
}

/// The last day of an exception before anybody has chosen one.
pub(super) fn usual_last_day(now: Timestamp) -> Typed {
    let day = now + SignedDuration::from_hours(24 * USUAL_DAYS);
    Typed::new(TimeZone::UTC.to_datetime(day).date().to_string())
}

/// The end of an exception whose last day was typed: the midnight after it, in
/// UTC. None if it is no day.
pub(super) fn end_after(last_day: &str) -> Option<Timestamp> {
    let day: Date = last_day.parse().ok()?;
    let midnight = day.tomorrow().ok()?.at(0, 0, 0, 0);
    TimeZone::UTC.to_timestamp(midnight).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exception_lasts_through_its_last_day() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        assert_eq!(end_after("2026-12-31"), Some(at("2027-01-01T00:00:00Z")));
        assert_eq!(end_after("2028-02-28"), Some(at("2028-02-29T00:00:00Z")));
        for no_day in ["", "tomorrow", "2026-02-30", "31.12.2026", "9999-12-31"] {
            assert_eq!(end_after(no_day), None, "{no_day}");
        }
        let week = usual_last_day(at("2026-11-25T23:59:00Z"));
        assert_eq!(week.value, "2026-12-02");
    }
}
