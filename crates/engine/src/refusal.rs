//! Why a call is refused for itself, whoever sends it.

use pullgate_reference::NameError;

/// The most that is repeated of what somebody else wrote, in characters.
const SHOWN: usize = 120;

/// A call that is not understood. What is not understood is denied.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The path is not one that can be read in one way only.
    #[error("the address of this call cannot be read, and what cannot be read is denied")]
    Address,
    /// The query is not one that can be read in one way only.
    #[error("the query of this call cannot be read, and what cannot be read is denied")]
    Query,
    /// Such a call is not known.
    #[error("{0} is no call that Pullgate knows, and what it does not know is denied")]
    Unknown(String),
    /// The body decides, and the Engine has not shown it.
    #[error(
        "the body of this call was not shown to Pullgate, because it is empty, longer than 1 MiB, streamed or no JSON; what cannot be seen is denied"
    )]
    BodyHidden,
    /// There may be a body that overrides the query.
    #[error(
        "this call may carry a form that Pullgate is not shown, and what cannot be seen is denied; send it without a body"
    )]
    HiddenForm,
    /// The body is not what the Engine expects.
    #[error("the body of this call cannot be read ({0}), and what cannot be read is denied")]
    Body(String),
    /// One thing is said twice, so it is not clear which holds.
    #[error("this call says {0} more than once, and what can be read in two ways is denied")]
    Twice(String),
    /// What a service ran before is to run again, and nothing in the call says
    /// what that was.
    #[error(
        "a rollback does not say which image it brings back, and what cannot be decided is denied; name the image: docker service update --image"
    )]
    Rollback,
    /// An Engine plugin of the agent's own name would be asked in its place.
    #[error("an Engine plugin may not be called {0}: the Engine would ask it instead of Pullgate")]
    OwnName(String),
    /// An image should be named, and none is.
    #[error("this call names no image, and what cannot be decided is denied")]
    NoImage,
    /// What should name an image does not.
    #[error("{name:?} does not name an image: {why}")]
    NotAnImage {
        /// What stands there, shortened.
        name: String,
        /// What is wrong with it.
        why: String,
    },
}

impl Refusal {
    pub(crate) fn not_an_image(name: &str, why: &NameError) -> Self {
        Self::NotAnImage {
            name: name.chars().take(SHOWN).collect(),
            why: why.to_string(),
        }
    }

    pub(crate) fn unknown(method: &str, path: &str) -> Self {
        let shown = format!("{method} {path}");
        let plain = |letter: char| {
            if letter.is_ascii_graphic() {
                letter
            } else {
                ' '
            }
        };
        Self::Unknown(shown.chars().take(SHOWN).map(plain).collect())
    }
}
