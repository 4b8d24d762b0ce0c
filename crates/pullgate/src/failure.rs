//! What ends a command, and with which exit code.

use std::fmt;
use std::process::ExitCode;

/// Why a command could not do what it was asked to: what happened and why,
/// and what to do next.
#[derive(Debug)]
pub(crate) struct Failure {
    message: String,
    hint: Option<String>,
    exit: Exit,
}

/// The exit codes. They are documented in `pullgate --help`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// The answer is no: the image is denied, a name is not valid.
    No = 1,
    /// The command was not understood. clap ends with this, too.
    Usage = 2,
    /// It could not be done: something is missing, in the way, or away.
    Failed = 3,
}

impl Failure {
    /// Something that could not be done.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            hint: None,
            exit: Exit::Failed,
        }
    }

    /// A command that makes no sense as given.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self {
            exit: Exit::Usage,
            ..Self::new(message)
        }
    }

    /// The same with what to do next.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The exit code.
    pub(crate) fn exit(&self) -> ExitCode {
        self.exit.into()
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)?;
        if let Some(hint) = &self.hint {
            write!(formatter, "\n  hint: {hint}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Failure {}

macro_rules! failure_from {
    ($($error:ty => $doing:literal),+ $(,)?) => {
        $(impl From<$error> for Failure {
            fn from(error: $error) -> Self {
                Self::new(format!(concat!($doing, "{}"), error))
            }
        })+
    };
}

failure_from! {
    pullgate_store::StoreError => "",
    pullgate_admin::AdminError => "",
    pullgate_machine::PutError => "",
    pullgate_machine::changes::ChangeError => "",
    std::io::Error => "",
}
