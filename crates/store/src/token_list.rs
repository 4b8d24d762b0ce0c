//! The access tokens of somebody, a part at a time.

use crate::access_tokens::{Token, TokenColumns, TokenOwner, select_tokens};
use crate::column::check_text;
use crate::error::StoreError;
use crate::search::Search;
use crate::store::Store;
use crate::window::{Part, Window};

/// The most characters of a text that is searched for.
const LONGEST: usize = 254;

impl Store {
    /// A part of somebody's access tokens that are not revoked, newest first;
    /// of those in whose label or description a text is, in any case. An empty
    /// one is in all.
    pub async fn tokens_in(
        &self,
        owner: &TokenOwner,
        text: &str,
        window: Window,
    ) -> Result<Part<Token>, StoreError> {
        let mut picture = self.db.picture().await?;
        let count = search("SELECT COUNT(*) FROM access_tokens", owner, text)?;
        let count = count.count(picture.link()).await?;
        let entries: Vec<TokenColumns> = search(select_tokens!(""), owner, text)?
            .window(picture.link(), "id DESC", window)
            .await?;
        Ok(Part {
            count,
            entries: entries
                .into_iter()
                .map(TokenColumns::read)
                .collect::<Result<_, _>>()?,
        })
    }
}

fn search<'v>(
    select: &'static str,
    owner: &'v TokenOwner,
    text: &str,
) -> Result<Search<'v>, StoreError> {
    let mut search = Search::new(select);
    match owner {
        TokenOwner::Person(id) => search.add("person = ", *id),
        TokenOwner::Organization(name) => search.add("organization = ", name),
    }
    search.condition("revoked_at IS NULL");
    if !text.is_empty() {
        check_text("search", text, LONGEST)?;
        // Nobody searches for a line break.
        search.add_holds(
            "lower(label || '\n' || description) LIKE ",
            &text.to_lowercase(),
        );
    }
    Ok(search)
}
