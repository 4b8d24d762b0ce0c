/// How a client is set up, and what that is worth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guide {
    /// What to do, in order.
    pub steps: Vec<Step>,
    /// What is enforced when it is done.
    pub enforced: Vec<String>,
    /// What is not, and what closes it.
    pub open: Vec<String>,
    /// What nobody has tried yet; empty if all of it was tried.
    pub untried: Vec<String>,
}

/// One thing to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What.
    pub title: &'static str,
    /// Why, and what to mind.
    pub text: String,
    /// What to write or run.
    pub blocks: Vec<Block>,
}

/// A text to copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// Where it belongs.
    pub place: Place,
    /// The text, with a line break at its end.
    pub text: String,
}

/// Where a text belongs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A file on the machine, written by root for all to read.
    File(String),
    /// A file of the reader's own.
    Own(&'static str),
    /// A shell.
    Shell,
}

impl Step {
    pub(crate) fn new(title: &'static str, text: impl Into<String>, blocks: Vec<Block>) -> Self {
        Self {
            title,
            text: text.into(),
            blocks,
        }
    }
}

impl Block {
    pub(crate) fn shell(text: String) -> Self {
        Self {
            place: Place::Shell,
            text,
        }
    }

    pub(crate) fn file(path: impl Into<String>, text: String) -> Self {
        Self {
            place: Place::File(path.into()),
            text,
        }
    }
}

/// Sentences as a list.
pub(crate) fn sentences<const N: usize>(all: [&str; N]) -> Vec<String> {
    all.map(str::to_owned).to_vec()
}
