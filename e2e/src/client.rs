use std::path::PathBuf;

use serde_json::Value;

use crate::{Outcome, Person, Platform};

/// A container client that pulls images of Docker Hub through the gateway.
///
/// People are kept apart: what one has signed in to is not there for another.
/// `None` is a stranger, who has never signed in.
pub trait Client {
    /// Signs in with the client's own command, which stores the credentials.
    fn sign_in(&self, person: &Person) -> Outcome;

    /// The file in which the client has stored a person's credentials, for
    /// clients that store any.
    fn credentials(&self, person: &Person) -> Option<PathBuf>;

    /// Pulls an image, or builds from it. `name` is what stands after
    /// `docker.io/`, with a tag or a digest.
    fn pull(&self, person: Option<&Person>, name: &str) -> Outcome;

    /// What the client prints directly before the gateway's sentence: how it
    /// understood the denial.
    fn understood(&self) -> &'static str;

    /// The label `holds` of what the last pull of `name` brought.
    fn holds(&self, name: &str) -> String;
}

/// A client whose own configuration sends it to the gateway, so that people
/// go on writing the name that an image really has.
pub trait Configured: Client {
    /// Pulls an image by its whole name: registry, path, and a tag or digest.
    fn pull_image(&self, person: Option<&Person>, image: &str) -> Outcome;

    /// The label `holds` of what the last pull of that image brought.
    fn image_holds(&self, image: &str) -> String;
}

/// Follows an index, a manifest and its configuration by digest, as a client
/// of this machine's platform does, to the label `holds`.
pub(crate) fn label_holds(digest: &str, fetch: &dyn Fn(&str) -> Vec<u8>) -> String {
    let content: Value = serde_json::from_slice(&fetch(digest))
        .unwrap_or_else(|error| panic!("{digest} is not JSON: {error}"));
    if let Some(label) = content["config"]["Labels"]["holds"].as_str() {
        return label.to_owned();
    }
    let here = Platform::Here.architecture();
    let next = content["config"]["digest"].as_str().or_else(|| {
        let manifests = content["manifests"].as_array()?;
        let fits = manifests
            .iter()
            .find(|entry| entry["platform"]["architecture"] == here)?;
        fits["digest"].as_str()
    });
    match next {
        Some(next) => label_holds(next, fetch),
        None => panic!("{digest} leads to no label: {content}"),
    }
}
