//! Requests as they are stored.

use pullgate_policy::OrganizationName;

use crate::column::Place;
use crate::error::StoreError;
use crate::exceptions::read_covers;
use crate::ids::RequestId;
use crate::requests::{AccessRequest, Became, Closed, RequestFilter, RequestState};
use crate::search::Search;
use crate::store::Store;
use crate::window::{Part, Window};

/// Open ones first, then the newest.
const ORDER: &str = "CASE requests.state WHEN 'open' THEN 0 ELSE 1 END, requests.id DESC";

const SELECT: &str = "SELECT requests.id, requests.organization, requests.person, people.username,
         requests.repository, requests.asked, requests.state, requests.closed_by,
         requests.closed_at, requests.answer, requests.exception,
         exceptions.team AS covered_team, exceptions.person AS covered_person, exceptions.ends_at
     FROM requests
     JOIN people ON people.id = requests.person
     LEFT JOIN exceptions ON exceptions.id = requests.exception";

/// The columns of a request and of the exception that it became.
#[derive(sqlx::FromRow)]
struct RequestColumns {
    id: String,
    organization: String,
    person: String,
    username: String,
    repository: String,
    asked: String,
    state: String,
    closed_by: Option<String>,
    closed_at: Option<i64>,
    answer: String,
    exception: Option<String>,
    covered_team: Option<String>,
    covered_person: Option<String>,
    ends_at: Option<i64>,
}

impl RequestColumns {
    fn read(self) -> Result<AccessRequest, StoreError> {
        let place = Place {
            what: "request",
            name: &self.id,
        };
        let state: RequestState = place.word(&self.state)?;
        let became = match (&self.exception, self.ends_at) {
            (Some(id), Some(ends_at)) => Some(Became {
                exception: place.parse(id)?,
                covers: read_covers(
                    place,
                    self.covered_team.as_deref(),
                    self.covered_person.as_deref(),
                )?,
                ends_at: place.time(ends_at)?,
            }),
            _ => None,
        };
        let closed = match (&self.closed_by, self.closed_at) {
            (Some(by), Some(at)) => Some(Closed {
                by: place.parse(by)?,
                at: place.time(at)?,
                answer: self.answer,
                became,
            }),
            _ => None,
        };
        Ok(AccessRequest {
            id: place.parse(&self.id)?,
            organization: place.parse(&self.organization)?,
            person: place.parse(&self.person)?,
            username: place.parse(&self.username)?,
            repository: place.parse(&self.repository)?,
            asked: place.json(&self.asked)?,
            state,
            closed,
        })
    }
}

impl RequestFilter {
    /// Adds what is looked for.
    fn narrow<'f>(&'f self, mut search: Search<'f>) -> Search<'f> {
        if let Some(organization) = &self.organization {
            search.add("requests.organization = ", organization);
        }
        if let Some(person) = self.person {
            search.add("requests.person = ", person);
        }
        if let Some(repository) = &self.repository {
            search.add("requests.repository = ", repository);
        }
        if let Some(state) = self.state {
            search.add("requests.state = ", state.as_str());
        }
        search
    }
}

impl Store {
    /// The requests that are looked for: open ones first, then the newest.
    pub async fn requests(
        &self,
        filter: &RequestFilter,
        window: Window,
    ) -> Result<Part<AccessRequest>, StoreError> {
        let mut picture = self.db.picture().await?;
        let count = filter.narrow(Search::new("SELECT COUNT(*) FROM requests"));
        let count = count.count(picture.link()).await?;
        let found: Vec<RequestColumns> = filter
            .narrow(Search::new(SELECT))
            .window(picture.link(), ORDER, window)
            .await?;
        picture.commit().await?;
        let entries = found.into_iter().map(RequestColumns::read);
        Ok(Part {
            count,
            entries: entries.collect::<Result<_, _>>()?,
        })
    }

    /// How many requests to an organization are open.
    pub async fn count_open_requests(
        &self,
        organization: &OrganizationName,
    ) -> Result<u64, StoreError> {
        let mut search = Search::new("SELECT COUNT(*) FROM requests");
        search.add("organization = ", organization);
        search.condition("state = 'open'");
        search.count(self.db.reader().await?.link()).await
    }

    /// One request, of whichever organization.
    pub async fn request(&self, id: RequestId) -> Result<Option<AccessRequest>, StoreError> {
        let mut search = Search::new(SELECT);
        search.add("requests.id = ", id);
        let found: Option<RequestColumns> = search.first(self.db.reader().await?.link()).await?;
        found.map(RequestColumns::read).transpose()
    }
}
