//! Which state somebody means to change.

/// Which state somebody means to change: a change by somebody else in the
/// meantime is noticed and not written over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expected {
    /// Whatever it is.
    Anything,
    /// One of these, each as it was told with what was read.
    OneOf(Vec<String>),
}

impl Expected {
    /// Whether the state as it is now is what was meant.
    pub(crate) fn is(&self, now: &str) -> bool {
        match self {
            Self::Anything => true,
            Self::OneOf(states) => states.iter().any(|state| state == now),
        }
    }
}
