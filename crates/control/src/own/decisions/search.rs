//! Which decisions are looked for, as a query says it.

use jiff::Timestamp;
use pullgate_admin::{DecisionSearch, TableFormat};
use pullgate_policy::{Category, Outcome, Rule};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::input::name;
use crate::problem::Problem;

/// What can be asked for.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum PullAction {
    /// A manifest: what a person would call a pull.
    Manifest,
    /// A blob of an image.
    Blob,
    /// The list of tags.
    Tags,
    /// What refers to an image.
    Referrers,
    /// A container or a service, at a Docker Engine.
    Run,
}

impl PullAction {
    fn as_str(self) -> &'static str {
        match self {
            Self::Manifest => "manifest",
            Self::Blob => "blob",
            Self::Tags => "tags",
            Self::Referrers => "referrers",
            Self::Run => "run",
        }
    }
}

/// Declares a query that looks for decisions, with more in it. A query with a
/// misspelt name is refused, for it would find more than was asked for; so the
/// names stand in each of them.
macro_rules! search_query {
    ($(#[$doc:meta])* $query:ident { $($(#[$more_doc:meta])* $more:ident: $type:ty,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Deserialize, IntoParams)]
        #[into_params(parameter_in = Query)]
        #[serde(deny_unknown_fields)]
        pub(super) struct $query {
            /// About which repository, as one would type it: `nginx`.
            repository: Option<String>,
            /// The user name of whoever asked.
            person: Option<String>,
            /// Of whoever is in this team now; `owners` is one.
            team: Option<String>,
            /// Who asked, as decisions name them: `token:acme/ci`.
            subject: Option<String>,
            /// How it ended.
            outcome: Option<Outcome>,
            /// The rule that decided.
            rule: Option<Rule>,
            /// The category.
            category: Option<Category>,
            /// A part of what the client calls itself, in any case.
            client: Option<String>,
            /// What was asked for.
            #[param(inline)]
            action: Option<PullAction>,
            /// From this moment on.
            #[param(value_type = Option<String>, format = DateTime)]
            since: Option<Timestamp>,
            /// Up to and without this moment.
            #[param(value_type = Option<String>, format = DateTime)]
            until: Option<Timestamp>,
            $($(#[$more_doc])* pub(super) $more: $type,)+
        }

        impl $query {
            /// What is looked for.
            pub(super) fn search(&self) -> Result<DecisionSearch, Problem> {
                let repository = self.repository.as_deref();
                let person = self.person.as_deref();
                let team = self.team.as_deref();
                Ok(DecisionSearch {
                    repository: repository.map(|text| name("repository", text)).transpose()?,
                    person: person.map(|text| name("user name", text)).transpose()?,
                    team: team.map(|text| name("team name", text)).transpose()?,
                    subject: self.subject.clone(),
                    outcome: self.outcome,
                    rule: self.rule,
                    category: self.category,
                    client: self.client.clone(),
                    action: self.action.map(|action| action.as_str().to_owned()),
                    since: self.since,
                    until: self.until,
                })
            }
        }
    };
}

search_query! {
    /// Which decisions, and which page of them.
    SearchQuery {
        /// Where the page begins: `cursor` of the address in `next`.
        cursor: Option<String>,
        /// How many decisions a page has, at most 1000; 100 unless said.
        #[param(minimum = 1, maximum = 1000)]
        page_size: Option<u32>,
    }
}

search_query! {
    /// Which decisions, and how they are written.
    ExportQuery {
        /// `csv` unless said.
        #[param(inline)]
        format: Option<ExportFormat>,
    }
}

/// How decisions are written.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum ExportFormat {
    /// Comma-separated values, for a spreadsheet.
    Csv,
    /// A JSON object in each line, for a program.
    Jsonl,
}

impl From<ExportFormat> for TableFormat {
    fn from(format: ExportFormat) -> Self {
        match format {
            ExportFormat::Csv => Self::Csv,
            ExportFormat::Jsonl => Self::JsonLines,
        }
    }
}
