/// Where the gateway is, and who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// The gateway's host, with its port where it is not the usual one.
    pub gateway: String,
    /// How it is reached.
    pub transport: Transport,
    /// The registries that can be pulled through it, as `docker.io`.
    pub registries: Vec<String>,
    /// Whose user name stands in the commands.
    pub username: String,
    /// The certificate authority that signed the gateway's certificate, in
    /// PEM, if it is not one that machines trust by themselves.
    pub authority: Option<String>,
    /// What becomes of dockerd's own way to registries.
    pub direct: Direct,
}

/// What becomes of dockerd's own way to registries, beside the gateway's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direct {
    /// It is left; something else closes it.
    Left,
    /// dockerd is given a proxy that is not there, and told to use none for
    /// the gateway.
    Closed,
}

/// How the gateway is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// Encrypted.
    Https,
    /// Not encrypted: every client has to be told that this is meant.
    Http,
}

impl Transport {
    pub(crate) fn scheme(self) -> &'static str {
        match self {
            Self::Https => "https",
            Self::Http => "http",
        }
    }
}

impl Site {
    /// The gateway's address.
    pub(crate) fn url(&self) -> String {
        format!("{}://{}", self.transport.scheme(), self.gateway)
    }

    /// The gateway's host without its port.
    pub(crate) fn host(&self) -> &str {
        match self.gateway.rsplit_once(':') {
            Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
            _ => &self.gateway,
        }
    }

    /// The registries that a client's files can name behind the gateway's
    /// name: image names allow one port, so not those that have their own.
    pub(crate) fn nameable(&self) -> impl Iterator<Item = &str> {
        let all = self.registries.iter().map(String::as_str);
        all.filter(|registry| !registry.contains(':'))
    }

    /// A registry besides Docker Hub, for an example.
    pub(crate) fn another(&self) -> Option<&str> {
        self.nameable().find(|registry| *registry != "docker.io")
    }
}
