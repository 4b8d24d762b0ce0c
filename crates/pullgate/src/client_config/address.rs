use pullgate_client_config::Transport;
use url::Url;

/// The gateway's address: its host, and its port where it is not the usual
/// one; encrypted unless it is said that it is not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct GatewayUrl {
    authority: String,
    transport: Transport,
}

impl GatewayUrl {
    /// Reads it as somebody types it. Nothing is left in it that could mean
    /// something in a configuration file.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let full = if text.contains("://") {
            text.to_owned()
        } else {
            format!("https://{text}")
        };
        let url = Url::parse(&full).map_err(|error| format!("{error}"))?;
        let transport = match url.scheme() {
            "https" => Transport::Https,
            "http" => Transport::Http,
            _ => return Err("it begins with neither https:// nor http://".to_owned()),
        };
        let host = url.host_str().filter(|host| !host.is_empty());
        let host = host.ok_or("it has no host")?;
        let is_bare = url.username().is_empty()
            && url.password().is_none()
            && url.path() == "/"
            && url.query().is_none()
            && url.fragment().is_none();
        if !is_bare {
            return Err("it is a host with a port, and nothing else".to_owned());
        }
        let authority = match url.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        };
        // A URL's host may hold a quotation mark, which would end a text in a
        // configuration file.
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-_:[]".contains(&byte);
        if !authority.bytes().all(is_plain) {
            return Err("its host has characters that are in no name of a host".to_owned());
        }
        Ok(Self {
            authority,
            transport,
        })
    }

    pub(super) fn authority(&self) -> &str {
        &self.authority
    }

    pub(super) fn transport(&self) -> Transport {
        self.transport
    }

    /// The address as it is remembered.
    pub(super) fn url(&self) -> String {
        let scheme = match self.transport {
            Transport::Https => "https",
            Transport::Http => "http",
        };
        format!("{scheme}://{}", self.authority)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_host_with_a_port() {
        for (typed, url) in [
            (
                "gateway.acme.example:5000",
                "https://gateway.acme.example:5000",
            ),
            (
                "https://Gateway.acme.example/",
                "https://gateway.acme.example",
            ),
            ("gateway.acme.example:443", "https://gateway.acme.example"),
            ("http://127.0.0.1:5000", "http://127.0.0.1:5000"),
            ("[::1]:5000", "https://[::1]:5000"),
        ] {
            assert_eq!(GatewayUrl::read(typed).unwrap().url(), url, "{typed}");
        }
        for typed in [
            "",
            "ftp://gateway.acme.example",
            "gateway.acme.example/path",
            "gateway.acme.example?a",
            "mia:secret@gateway.acme.example",
            "gateway acme",
            "a\"b",
            "https://",
        ] {
            assert!(GatewayUrl::read(typed).is_err(), "{typed}");
        }
    }
}
