//! What the programs of a running machine say. Nothing here asks them: who
//! looks at a machine that runs has asked, and brings what was said.

/// What was heard on a machine that runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Running {
    /// What is on the agent's socket.
    pub plugin: PluginHeard,
    /// Each Engine that runs.
    pub engines: Vec<EngineHeard>,
}

/// What was heard on the agent's socket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PluginHeard {
    /// An authorization plugin.
    Answer,
    /// No plugin, for this reason.
    Nothing(String),
    /// It could not be asked, for this reason.
    Unasked(String),
}

/// An Engine that was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EngineHeard {
    /// Its socket.
    pub socket: String,
    /// What it said, or why nothing was heard.
    pub said: Result<EngineSaid, String>,
}

/// What an Engine says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EngineSaid {
    /// Its version, as `29.2.1`.
    pub version: String,
    /// Whether it asks the agent.
    pub asks: Asks,
    /// Its proxy for connections without encryption; empty for none.
    pub http_proxy: String,
    /// Its proxy for encrypted connections; empty for none.
    pub https_proxy: String,
    /// For what it uses none.
    pub no_proxy: String,
}

/// Whether an Engine asks the agent before it does something.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Asks {
    /// It did when it was tried.
    Agent,
    /// It did what it was asked to without the agent.
    #[default]
    Nobody,
    /// It was tried, and the answer does not tell.
    Unclear(String),
}

impl EngineSaid {
    /// Whether it is at least of this version. What cannot be read is taken to
    /// be as new as can be, for newer ones ask less.
    pub(super) fn is_from(&self, major: u32, minor: u32) -> bool {
        let mut numbers = self.version.split(['.', '-', '+', '~']);
        let mut number = || numbers.next().and_then(|part| part.parse::<u32>().ok());
        match (number(), number()) {
            (Some(its_major), Some(its_minor)) => (its_major, its_minor) >= (major, minor),
            (Some(its_major), None) => its_major > major,
            (None, _) => true,
        }
    }
}
