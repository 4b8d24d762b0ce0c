//! Which image a name means at the Engine, and where that came from.

use std::fmt::Write;
use std::path::Path;
use std::time::Duration;

use http::StatusCode;
use pullgate_engine::ImageName;
use reqwest::Client;
use serde::Deserialize;

use crate::origins::Origins;

/// How long the Engine may take to say. It asks this agent about that first.
const PATIENCE: Duration = Duration::from_secs(10);

/// The longest answer that is read, in bytes.
const LONGEST: usize = 4 * 1024 * 1024;

/// The images that the Engine has.
#[derive(Debug)]
pub(crate) struct Images {
    engine: Client,
    origins: Origins,
}

/// What a name means at the Engine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// No image that is there: the name itself says where it would come from.
    NotHere,
    /// An image that came from these repositories, by name and digest.
    From(Vec<String>),
    /// An image that came from no registry: it was built, loaded, imported or
    /// committed here.
    MadeHere,
}

/// The Engine could not say.
#[derive(Debug, thiserror::Error)]
#[error("the Engine could not say which image {name} is: {why}")]
pub(crate) struct CannotSay {
    name: String,
    why: String,
}

#[derive(Deserialize)]
struct Image {
    #[serde(rename = "Id", default)]
    id: String,
    #[serde(rename = "RepoDigests", default)]
    repo_digests: Option<Vec<String>>,
}

impl Images {
    /// The images of the Engine on this socket, of which some are known from
    /// before.
    pub(crate) fn new(socket: &Path, origins: Origins) -> reqwest::Result<Self> {
        let engine = Client::builder()
            .unix_socket(socket)
            .no_proxy()
            .timeout(PATIENCE)
            .build()?;
        Ok(Self { engine, origins })
    }

    /// What the name means.
    ///
    /// The Engine is asked as whoever makes a container would ask it: it takes
    /// a name first for one, then for the beginning of an ID. Where an image
    /// came from is what it says by digest; a tag can be put on any image by
    /// anybody who may use the Engine.
    pub(crate) async fn meaning(&self, name: &ImageName) -> Result<Meaning, CannotSay> {
        let cannot = |why: String| CannotSay {
            name: name.as_str().to_owned(),
            why,
        };
        let url = format!("http://engine/images/{}/json", escaped(name.as_str()));
        let mut response = self
            .engine
            .get(url)
            .send()
            .await
            .map_err(|error| cannot(error.to_string()))?;
        match response.status() {
            StatusCode::OK => {}
            StatusCode::NOT_FOUND => return Ok(Meaning::NotHere),
            status => return Err(cannot(format!("it answered {status}"))),
        }
        let mut body = Vec::new();
        while let Some(chunk) = response
            .chunk()
            .await
            .map_err(|error| cannot(error.to_string()))?
        {
            body.extend_from_slice(&chunk);
            if body.len() > LONGEST {
                return Err(cannot("it says too much".to_owned()));
            }
        }
        let image: Image =
            serde_json::from_slice(&body).map_err(|error| cannot(error.to_string()))?;
        let from = image.repo_digests.unwrap_or_default();
        if !from.is_empty() {
            self.origins.saw(&image.id, &from);
            return Ok(Meaning::From(from));
        }
        // It may have lost its names.
        Ok(match self.origins.of(&image.id) {
            Some(before) => Meaning::From(before),
            None => Meaning::MadeHere,
        })
    }
}

/// A name in a path, where only slashes stay what they are.
fn escaped(name: &str) -> String {
    let mut escaped = String::with_capacity(name.len());
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._/".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(escaped, "%{byte:02X}");
        }
    }
    escaped
}
