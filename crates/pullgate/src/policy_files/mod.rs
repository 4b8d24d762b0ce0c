//! Policies as files: `pullgate export`, `apply`, `policy test` and `schema`.
//!
//! They work on the database if it is here, and else on the server that
//! `pullgate login` has signed in to, so that a program which tests and
//! applies what a git repository holds needs an access token and no database.

mod apply;
mod export;
mod schema;
mod test;

use std::fs;
use std::io::{self, Read};
use std::path::Path;

use pullgate_admin::FileError;

use crate::config::Config;
use crate::failure::Failure;
use crate::remote::{self, Session};
use crate::server::Parts;

pub(crate) use apply::ApplyCommand;
pub(crate) use export::ExportCommand;
pub(crate) use schema::SchemaCommand;
pub(crate) use test::TestCommand;

/// Where the policies are.
enum Place {
    /// In the database that is here.
    Here(Box<Parts>),
    /// On the server where somebody has signed in.
    There(Session),
}

impl Place {
    async fn find(config: &Config) -> Result<Self, Failure> {
        let here = crate::admin::Site::is_here(config);
        if matches!(here, Ok(true)) {
            return Ok(Self::Here(Box::new(Parts::open(config).await?)));
        }
        if let Some(session) = remote::saved_login()? {
            return Ok(Self::There(session));
        }
        here?;
        Err(remote::nowhere_to_ask(config))
    }
}

/// The largest file that is read: what is larger the reader refuses.
const LARGEST: u64 = 4 * 1024 * 1024;

/// What a file holds; `-` is standard input.
fn text_of(file: &Path) -> Result<String, Failure> {
    let unreadable = |error: &dyn std::fmt::Display| {
        Failure::usage(format!("{} cannot be read: {error}", file.display()))
            .hint("name the file with -f, or give it on standard input with -f -")
    };
    let mut text = String::new();
    let read = if file == Path::new("-") {
        io::stdin().lock().take(LARGEST).read_to_string(&mut text)
    } else {
        fs::File::open(file).and_then(|opened| opened.take(LARGEST).read_to_string(&mut text))
    };
    read.map_err(|error| unreadable(&error))?;
    Ok(text)
}

/// What is wrong with a file, each complaint with the line it is about.
fn misread(file: &Path, error: &FileError) -> Failure {
    let name = if file == Path::new("-") {
        "standard input".into()
    } else {
        file.display().to_string()
    };
    Failure::usage(error.render(&name))
}
