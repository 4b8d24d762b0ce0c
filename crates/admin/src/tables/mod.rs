//! What people take along: members, decisions and changes as tables.
//!
//! A table is written a part at a time: however long it is, a few of its rows
//! are in memory.

mod changes;
mod csv;
mod decisions;
mod members;

use std::str::FromStr;

use futures_util::Stream;
use futures_util::stream::try_unfold;
use pullgate_policy::OrganizationName;
use pullgate_store::DecisionRecord;

use crate::admin::{Admin, Result};
use crate::all_members::AllMembers;
use crate::audit::{AllChanges, ChangeSearch, ToldChange};
use crate::caller::Caller;
use crate::decisions::{AllDecisions, DecisionSearch};
use crate::error::AdminError;

/// How a table is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TableFormat {
    /// Comma-separated values (RFC 4180) with a row of names. A cell that a
    /// spreadsheet would take for a formula begins with an apostrophe.
    Csv,
    /// A JSON object in each line.
    JsonLines,
}

impl TableFormat {
    /// What a file in it is called at its end.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::JsonLines => "jsonl",
        }
    }

    /// Its media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::JsonLines => "application/jsonl",
        }
    }
}

/// A text that is the ending of no table's file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("tables are csv or jsonl")]
pub struct UnknownFormat;

impl FromStr for TableFormat {
    type Err = UnknownFormat;

    fn from_str(text: &str) -> std::result::Result<Self, UnknownFormat> {
        match text {
            "csv" => Ok(Self::Csv),
            "jsonl" => Ok(Self::JsonLines),
            _ => Err(UnknownFormat),
        }
    }
}

/// A table, to be taken a part at a time.
#[derive(Debug)]
pub struct Table {
    rows: Rows,
    format: TableFormat,
    place: Place,
}

#[derive(Debug)]
enum Rows {
    Members(AllMembers),
    Decisions(Vec<DecisionRecord>, AllDecisions),
    Changes(Vec<ToldChange>, AllChanges),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Begin,
    Within,
    End,
}

impl Table {
    fn new(rows: Rows, format: TableFormat) -> Self {
        Self {
            rows,
            format,
            place: Place::Begin,
        }
    }

    /// The next part; none after the last. The right to see it is asked for
    /// again where that can be lost meanwhile.
    pub async fn next(&mut self) -> Result<Option<String>> {
        let mut text = String::new();
        if self.place == Place::Begin && self.format == TableFormat::Csv {
            match &self.rows {
                Rows::Members(_) => csv::row(members::COLUMNS, &mut text),
                Rows::Decisions(..) => csv::row(decisions::COLUMNS, &mut text),
                Rows::Changes(..) => csv::row(changes::COLUMNS, &mut text),
            }
        }
        if self.place != Place::End {
            self.place = if self.write_rows(&mut text).await? {
                Place::Within
            } else {
                Place::End
            };
        }
        Ok(Some(text).filter(|text| !text.is_empty()))
    }

    /// The parts, one after the other as they are asked for. One that fails is
    /// logged, and is the last.
    pub fn stream(self) -> impl Stream<Item = Result<String>> + Send + 'static {
        try_unfold(self, |mut table| async {
            let part = table.next().await.inspect_err(|error| {
                tracing::error!(%error, "a table broke off");
            })?;
            Ok(part.map(|text| (text, table)))
        })
    }

    /// Writes the next rows, and says whether there were any.
    async fn write_rows(&mut self, text: &mut String) -> Result<bool> {
        let format = self.format;
        match &mut self.rows {
            Rows::Members(all) => {
                let listed = all.next().await?;
                for one in &listed {
                    csv::row(members::cells(one).iter().map(String::as_str), text);
                }
                Ok(!listed.is_empty())
            }
            Rows::Decisions(first, all) => {
                let mut decisions = std::mem::take(first);
                if decisions.is_empty() {
                    decisions = all.next().await?;
                }
                for decision in &decisions {
                    let cells = decisions::cells;
                    line(format, decision, |one| cells(one).into(), text)?;
                }
                Ok(!decisions.is_empty())
            }
            Rows::Changes(first, all) => {
                let mut told = std::mem::take(first);
                if told.is_empty() {
                    told = all.next().await?;
                }
                for change in &told {
                    let cells = changes::cells;
                    match format {
                        TableFormat::Csv => line(format, &(), |()| cells(change).into(), text)?,
                        TableFormat::JsonLines => {
                            line(format, &changes::json(change), |_| Vec::new(), text)?;
                        }
                    }
                }
                Ok(!told.is_empty())
            }
        }
    }
}

fn line<T: serde::Serialize>(
    format: TableFormat,
    one: &T,
    cells: impl Fn(&T) -> Vec<String>,
    text: &mut String,
) -> Result<()> {
    match format {
        TableFormat::Csv => csv::row(cells(one).iter().map(String::as_str), text),
        TableFormat::JsonLines => {
            let json = serde_json::to_string(one);
            text.push_str(&json.map_err(|error| AdminError::Unavailable(error.to_string()))?);
            text.push('\n');
        }
    }
    Ok(())
}

impl Admin {
    /// All members by name, and after them those who were invited, as
    /// comma-separated values with Docker Hub's columns; for owners.
    pub async fn members_table(
        &self,
        caller: &Caller,
        organization: &OrganizationName,
    ) -> Result<Table> {
        let all = self.all_members(caller, organization).await?;
        Ok(Table::new(Rows::Members(all), TableFormat::Csv))
    }

    /// All decisions that are found, newest first: an owner sees all, a member
    /// their own. What is refused is refused now.
    pub async fn decisions_table(
        &self,
        caller: Caller,
        organization: OrganizationName,
        search: DecisionSearch,
        format: TableFormat,
    ) -> Result<Table> {
        let mut all = self.all_decisions(caller, organization, search);
        let first = all.next().await?;
        Ok(Table::new(Rows::Decisions(first, all), format))
    }

    /// All changes that are found, newest first; for owners. What is refused
    /// is refused now.
    pub async fn changes_table(
        &self,
        caller: Caller,
        organization: OrganizationName,
        search: ChangeSearch,
        format: TableFormat,
    ) -> Result<Table> {
        let mut all = self.all_changes(caller, organization, search);
        let first = all.next().await?;
        Ok(Table::new(Rows::Changes(first, all), format))
    }
}
