/// What was found out about one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// A name for it that does not change.
    pub name: &'static str,
    /// Whether it holds.
    pub verdict: Verdict,
    /// What was looked at: a file, a socket, a program.
    pub subject: String,
    /// What was found, as a sentence.
    pub what: String,
    /// What to do about it, as a sentence; empty if nothing has to be done.
    pub mend: String,
}

/// Whether something holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// It enforces.
    Holds,
    /// It is no hole, and worth knowing.
    Note,
    /// It could not be found out.
    Unknown,
    /// It can be walked around.
    Open,
}

impl Verdict {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::Note => "note",
            Self::Unknown => "unknown",
            Self::Open => "open",
        }
    }
}

impl Finding {
    /// Something that enforces.
    pub fn holds(name: &'static str, subject: impl Into<String>, what: impl Into<String>) -> Self {
        Self::new(Verdict::Holds, name, subject, what, "")
    }

    /// Something that is no hole and worth knowing.
    pub fn note(
        name: &'static str,
        subject: impl Into<String>,
        what: impl Into<String>,
        mend: impl Into<String>,
    ) -> Self {
        Self::new(Verdict::Note, name, subject, what, mend)
    }

    /// Something that could not be found out.
    pub fn unknown(
        name: &'static str,
        subject: impl Into<String>,
        what: impl Into<String>,
        mend: impl Into<String>,
    ) -> Self {
        Self::new(Verdict::Unknown, name, subject, what, mend)
    }

    /// A way around.
    pub fn open(
        name: &'static str,
        subject: impl Into<String>,
        what: impl Into<String>,
        mend: impl Into<String>,
    ) -> Self {
        Self::new(Verdict::Open, name, subject, what, mend)
    }

    fn new(
        verdict: Verdict,
        name: &'static str,
        subject: impl Into<String>,
        what: impl Into<String>,
        mend: impl Into<String>,
    ) -> Self {
        Self {
            name,
            verdict,
            subject: subject.into(),
            what: what.into(),
            mend: mend.into(),
        }
    }
}
