use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use serde::Deserialize;
use url::Url;

use crate::{HostPort, Secret};

/// One upstream registry, as the configuration describes it. Certificates are
/// always verified for `https`; there is no setting that switches it off.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UpstreamConfig {
    /// The registry's name in references, such as `docker.io` or
    /// `registry.example.com:5000`.
    pub registry: String,

    /// Where it is reached. Default: `https://` and the name
    /// (`https://registry-1.docker.io` for Docker Hub). With `http://` what is
    /// pulled can be changed on its way and credentials can be read; use it
    /// only inside one machine or for tests.
    #[serde(default)]
    pub url: Option<BaseUrl>,

    /// Hosts (`host` or `host:port`) that may be the upstream's token service,
    /// besides the upstream itself and hosts on the same registrable domain
    /// and the usual port. They get the upstream's credentials.
    #[serde(default)]
    pub realms: Vec<HostPort>,

    /// Hosts (`host` or `host:port`) that the upstream may redirect to although
    /// their address is not a public one, such as an object store in the same
    /// network. Hosts with public addresses need not be listed.
    #[serde(default)]
    pub redirects: Vec<HostPort>,

    /// The user name of the site's own account at the upstream, if any.
    #[serde(default)]
    pub username: Option<String>,

    /// The password or access token of that account. Give this or
    /// `password_file`.
    #[serde(default)]
    pub password: Option<Secret>,

    /// A file with the password or access token. A line end at its end is left
    /// out.
    #[serde(default)]
    pub password_file: Option<PathBuf>,

    /// Certificates (PEM) of authorities that are trusted for this upstream, its
    /// token service and where it redirects to, besides the system's. Give this
    /// or `ca_file`.
    #[serde(default)]
    pub ca: Option<String>,

    /// A file with such certificates.
    #[serde(default)]
    pub ca_file: Option<PathBuf>,

    /// How long connecting may take, such as `10s`.
    #[serde(default = "connect_timeout", with = "friendly")]
    pub connect_timeout: Duration,

    /// How long an answer may pause, such as `30s`: until its first byte, and
    /// between any two.
    #[serde(default = "read_timeout", with = "friendly")]
    pub read_timeout: Duration,

    /// Whether the proxy in the environment (`HTTPS_PROXY`, `HTTP_PROXY`,
    /// `ALL_PROXY`, `NO_PROXY`) is used.
    #[serde(default)]
    pub proxy: ProxySetting,
}

use jiff::fmt::serde::unsigned_duration::friendly::compact::required as friendly;

fn connect_timeout() -> Duration {
    Duration::from_secs(10)
}

fn read_timeout() -> Duration {
    Duration::from_secs(30)
}

/// Whether requests to an upstream go through a proxy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ProxySetting {
    /// The proxy that the environment names, if it names one. The proxy then
    /// resolves names, so only it can keep redirects out of the inner network.
    #[default]
    System,
    /// Always connect directly.
    None,
}

impl UpstreamConfig {
    /// A registry reached at `https://` and its name, without credentials.
    pub fn new(registry: impl Into<String>) -> Self {
        Self {
            registry: registry.into(),
            url: None,
            realms: Vec::new(),
            redirects: Vec::new(),
            username: None,
            password: None,
            password_file: None,
            ca: None,
            ca_file: None,
            connect_timeout: connect_timeout(),
            read_timeout: read_timeout(),
            proxy: ProxySetting::default(),
        }
    }

    /// Docker Hub, without credentials. Its token service, `auth.docker.io`, is
    /// on its own registrable domain and need not be listed.
    pub fn docker_hub() -> Self {
        Self::new("docker.io")
    }

    /// Reads `password_file` and `ca_file` through `read` and puts what they
    /// hold into `password` and `ca`.
    pub fn read_files(
        &mut self,
        read: impl Fn(&Path) -> std::io::Result<Vec<u8>>,
    ) -> Result<(), ConfigError> {
        if let Some(path) = self.password_file.take() {
            if self.password.is_some() {
                return Err(ConfigError::Both("password", "password_file"));
            }
            self.password = Some(read_password(&path, &read)?);
        }
        if let Some(path) = self.ca_file.take() {
            if self.ca.is_some() {
                return Err(ConfigError::Both("ca", "ca_file"));
            }
            self.ca = Some(text(&path, &read)?);
        }
        Ok(())
    }
}

/// Reads a file that holds a password or access token and nothing else. A line
/// end at its end is left out.
pub fn read_password(
    path: &Path,
    read: impl Fn(&Path) -> std::io::Result<Vec<u8>>,
) -> Result<Secret, ConfigError> {
    let mut password = text(path, read)?;
    let kept = password.trim_end_matches(['\r', '\n']).len();
    password.truncate(kept);
    Ok(Secret::from(password))
}

fn text(
    path: &Path,
    read: impl Fn(&Path) -> std::io::Result<Vec<u8>>,
) -> Result<String, ConfigError> {
    let unread = |reason: String| ConfigError::File {
        path: path.to_owned(),
        reason,
    };
    let bytes = read(path).map_err(|error| unread(error.to_string()))?;
    String::from_utf8(bytes).map_err(|_| unread("it is not UTF-8 text".to_owned()))
}

/// The address of a registry: `http` or `https`, a host, perhaps a port and a
/// path, and nothing that could be a secret.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct BaseUrl(Url);

impl BaseUrl {
    pub(crate) fn url(&self) -> &Url {
        &self.0
    }
}

impl FromStr for BaseUrl {
    type Err = ConfigError;

    fn from_str(text: &str) -> Result<Self, ConfigError> {
        let url = Url::parse(text).map_err(|_| ConfigError::Url("it is not an address"))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(ConfigError::Url(
                "it has to begin with https:// (or http://)",
            ));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(ConfigError::Url(
                "credentials belong into `username` and `password_file`",
            ));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(ConfigError::Url("it may not have a ? or # part"));
        }
        Ok(Self(url))
    }
}

impl TryFrom<String> for BaseUrl {
    type Error = ConfigError;

    fn try_from(text: String) -> Result<Self, ConfigError> {
        text.parse()
    }
}

impl fmt::Debug for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str())
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str())
    }
}

/// Why an upstream can not be used as configured.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// `registry` is no registry's name.
    #[error("`registry` is not valid: {0}")]
    Registry(String),

    /// One of several upstreams can not be used.
    #[error("{registry:?}: {reason}")]
    Of {
        /// Its `registry`, as it was given.
        registry: String,
        /// What is wrong.
        #[source]
        reason: Box<ConfigError>,
    },

    /// Two upstreams have the same registry.
    #[error("the registry {0} is configured twice")]
    Twice(String),

    /// `url` can not be used. The text does not repeat it, as it may hold a
    /// password.
    #[error("`url` is not valid: {0}")]
    Url(&'static str),

    /// `username` can not be sent.
    #[error("`username` may not be empty nor hold a colon or control characters")]
    Username,

    /// `password` can not be sent.
    #[error("`password` may not hold control characters such as line ends")]
    Password,

    /// One of `username` and `password` is missing.
    #[error("`username` and `password` (or `password_file`) belong together; one is missing")]
    HalfALogin,

    /// A value is given twice, in two ways.
    #[error("give `{0}` or `{1}`, not both")]
    Both(&'static str, &'static str),

    /// A file could not be read.
    #[error("{} could not be read: {reason}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        reason: String,
    },

    /// A file is named whose content nobody has read; see
    /// [`UpstreamConfig::read_files`].
    #[error("the file for `{0}` has not been read")]
    Unread(&'static str),

    /// `ca` is not made of PEM certificates.
    #[error("`ca` holds no valid certificate in PEM form")]
    Ca,

    /// The HTTP client can not be made.
    #[error("the HTTP client can not be made: {0}")]
    Client(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<UpstreamConfig, toml::de::Error> {
        toml::from_str(text)
    }

    #[test]
    fn the_name_alone_is_a_configuration() {
        let config = read("registry = 'quay.io'").unwrap();
        assert_eq!(config.registry, "quay.io");
        assert_eq!(config.connect_timeout, Duration::from_secs(10));
        assert_eq!(config.proxy, ProxySetting::System);
    }

    #[test]
    fn every_setting_is_read() {
        let config = read(
            "registry = 'registry.acme.example'\nurl = 'http://10.0.0.5:5000'\n\
             realms = ['auth.acme.example', '10.0.0.6:5001']\nredirects = ['minio:9000']\n\
             username = 'robot'\npassword = 'swordfish'\nca = 'x'\nconnect_timeout = '2s'\n\
             read_timeout = '1m 30s'\nproxy = 'none'",
        )
        .unwrap();
        assert_eq!(config.read_timeout, Duration::from_secs(90));
        assert_eq!(config.realms[1].to_string(), "10.0.0.6:5001");
        assert_eq!(config.proxy, ProxySetting::None);
    }

    #[test]
    fn a_setting_that_does_not_exist_is_an_error() {
        for unknown in ["tls_verify = false", "insecure = true", "realm = 'x'"] {
            assert!(
                read(&format!("registry = 'quay.io'\n{unknown}")).is_err(),
                "{unknown}"
            );
        }
    }

    #[test]
    fn an_address_with_credentials_is_refused_without_repeating_them() {
        for url in [
            "https://robot:swordfish@quay.io",
            "https://quay.io/?key=swordfish",
        ] {
            let error = url.parse::<BaseUrl>().unwrap_err();
            assert!(!format!("{error} {error:?}").contains("swordfish"));
        }
    }

    #[test]
    fn secrets_are_not_in_the_debug_print() {
        let config = read("registry = 'quay.io'\nusername='robot'\npassword='swordfish'").unwrap();
        assert!(!format!("{config:?}").contains("swordfish"));
    }

    #[test]
    fn files_are_read_once_and_lose_their_last_line_end() {
        let mut config = UpstreamConfig::new("quay.io");
        config.password_file = Some("secret".into());
        config.ca_file = Some("ca.pem".into());
        config
            .read_files(|path| Ok(format!("{}\n", path.display()).into_bytes()))
            .unwrap();
        assert_eq!(config.password.unwrap().reveal(), "secret");
        assert_eq!(config.ca.as_deref(), Some("ca.pem\n"));

        let mut both = UpstreamConfig::new("quay.io");
        both.password = Some("a".into());
        both.password_file = Some("secret".into());
        assert!(matches!(
            both.read_files(|_| Ok(Vec::new())),
            Err(ConfigError::Both(..))
        ));
    }
}
