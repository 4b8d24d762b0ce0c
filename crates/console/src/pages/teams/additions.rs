//! What a team may pull beyond the organization's policy.

use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use pullgate_policy::{
    Category, OrganizationName, PublisherCategory, Role, TeamAdditions, TeamName,
};
use pullgate_reference::Pattern;

use super::{OWNERS, address, named};
use crate::failure::{Failure, sentence};
use crate::fields::{Fields, Query};
use crate::list::{PAGE, PageNumber, Pages, counted};
use crate::page::{Typed, form_again, page};
use crate::shell::Shell;
use crate::visit::Visit;
use crate::words;

/// The categories that a team can be given, with what each means.
const CATEGORIES: [(PublisherCategory, &str); 3] = [
    (
        PublisherCategory::Official,
        "A curated set of images, as nginx and postgres.",
    ),
    (
        PublisherCategory::VerifiedPublisher,
        "Images of publishers that Docker has verified, and of the registries that owners trust.",
    ),
    (
        PublisherCategory::SponsoredOss,
        "Images of open-source projects that Docker sponsors.",
    ),
];

/// A category, as the page offers it.
struct Offer {
    word: String,
    title: &'static str,
    meaning: &'static str,
    on: bool,
}

#[derive(Template)]
#[template(path = "team_additions.html")]
struct AdditionsPage {
    shell: Shell,
    organization: String,
    team: String,
    is_owner: bool,
    categories: Vec<Offer>,
    search: String,
    counted: String,
    count: usize,
    entries: Vec<String>,
    pages: Pages,
    typed: Typed,
}

/// `GET …/teams/{team}/additions`.
pub(super) async fn show(
    visit: Visit,
    Path((organization, team)): Path<(String, String)>,
    Query(query): Query,
) -> Result<Response, Failure> {
    let (organization, team, role) = named(&visit, &organization, &team)?;
    if team.as_str() == OWNERS {
        // Owners pull everything; there is nothing to add.
        return Err(Failure::NotFound(None));
    }
    let found = additions_page(&visit, &organization, &team, role, &query).await?;
    Ok(page(&found))
}

/// `POST …/additions/categories`: gives it these and takes the others.
pub(super) async fn set_categories(
    visit: Visit,
    Path((organization, team)): Path<(String, String)>,
    fields: Fields,
) -> Result<Response, Failure> {
    let (organization, team, _) = named(&visit, &organization, &team)?;
    let all = CATEGORIES.map(|(category, _)| category);
    let is_on = |category: &PublisherCategory| {
        let mut ticked = fields.all("category");
        ticked.any(|word| word == Category::from(*category).as_str())
    };
    let (add, remove) = all.into_iter().partition(is_on);
    let change = |categories| TeamAdditions {
        categories,
        ..TeamAdditions::default()
    };
    let text =
        format!("What {team} may pull in addition is saved, and holds from the next pull on.");
    changed(
        &visit,
        &organization,
        &team,
        change(add),
        &change(remove),
        text,
    )
    .await
}

/// `POST …/additions/entries`: adds entries, one or many.
pub(super) async fn add_entries(
    visit: Visit,
    Path((organization, team)): Path<(String, String)>,
    fields: Fields,
) -> Result<Response, Failure> {
    let (organization, team, role) = named(&visit, &organization, &team)?;
    let typed = fields.text("entries");
    let read = typed.split_whitespace().map(|text| {
        let text = text.trim_end_matches(',');
        Pattern::parse(text).map_err(|error| format!("{text}: {error}"))
    });
    let read: Result<Vec<Pattern>, String> = read.collect();
    let mistake = match read {
        Err(message) => message,
        Ok(entries) if entries.is_empty() => {
            "write the image's name, as redis or ghcr.io/acme/*".to_owned()
        }
        Ok(entries) => {
            let text = match entries.as_slice() {
                [only] => {
                    format!("{only} is on the list of {team}, and holds from the next pull on.")
                }
                many => format!(
                    "{} entries are on the list of {team}, and hold from the next pull on.",
                    many.len()
                ),
            };
            let add = TeamAdditions {
                allowlist: entries,
                ..TeamAdditions::default()
            };
            let remove = TeamAdditions::default();
            return changed(&visit, &organization, &team, add, &remove, text).await;
        }
    };
    let nothing = Fields::default();
    let again = additions_page(&visit, &organization, &team, role, &nothing).await?;
    Ok(form_again(&AdditionsPage {
        typed: Typed::wrong(typed, sentence(&mistake)),
        ..again
    }))
}

/// `POST …/additions/entries/remove`.
pub(super) async fn remove_entry(
    visit: Visit,
    Path((organization, team)): Path<(String, String)>,
    fields: Fields,
) -> Result<Response, Failure> {
    let (organization, team, _) = named(&visit, &organization, &team)?;
    let entry = Pattern::parse(fields.text("entry")).map_err(|_| Failure::NotFound(None))?;
    let text = format!("{entry} is not on the list of {team} any more.");
    let remove = TeamAdditions {
        allowlist: vec![entry],
        ..TeamAdditions::default()
    };
    let add = TeamAdditions::default();
    changed(&visit, &organization, &team, add, &remove, text).await
}

async fn changed(
    visit: &Visit,
    organization: &OrganizationName,
    team: &TeamName,
    add: TeamAdditions,
    remove: &TeamAdditions,
    text: String,
) -> Result<Response, Failure> {
    let admin = &visit.services.admin;
    admin
        .change_team_additions(&visit.caller(), organization, team, add, remove)
        .await?;
    let path = format!("{}/additions", address(organization, team));
    Ok(visit.done(&path, text))
}

async fn additions_page(
    visit: &Visit,
    organization: &OrganizationName,
    team: &TeamName,
    role: Role,
    query: &Fields,
) -> Result<AdditionsPage, Failure> {
    let admin = &visit.services.admin;
    let additions = admin
        .team_additions(&visit.caller(), organization, team)
        .await?;
    let search = query.text("search").to_lowercase();
    let all = additions.allowlist.iter().map(ToString::to_string);
    let found: Vec<String> = all.filter(|entry| entry.contains(&search)).collect();
    let number = PageNumber::of(query);
    let path = format!("{}/additions", address(organization, team));
    let skipped = usize::try_from(number.window().offset).unwrap_or(usize::MAX);
    Ok(AdditionsPage {
        organization: organization.to_string(),
        team: team.to_string(),
        is_owner: role == Role::Owner,
        categories: CATEGORIES
            .map(|(category, meaning)| Offer {
                word: Category::from(category).to_string(),
                title: words::category(category.into()).text,
                meaning,
                on: additions.categories.contains(&category),
            })
            .into(),
        search: query.text("search").to_owned(),
        counted: counted(found.len() as u64, "entry", "entries"),
        count: found.len(),
        pages: number.pages(&path, query, found.len() as u64),
        entries: found
            .into_iter()
            .skip(skipped)
            .take(PAGE as usize)
            .collect(),
        typed: Typed::default(),
        shell: visit.shell(format!("What team {team} may pull in addition")),
    })
}
