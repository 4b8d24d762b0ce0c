//! Which token services may get an upstream's credentials. A registry names
//! its token service itself, in the `realm` of its challenge, so a registry
//! (or whoever answers in its place) could name any host
//! (CVE-2026-33540, CVE-2026-48978).

use url::{Host, Url};

use crate::HostPort;
use crate::origin::{default_port, entry_for, host_of, shown};

/// Why a realm is not asked for a token.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum RealmRefused {
    #[error("its token service {0} does not use https")]
    NotHttps(String),
    #[error("the address of its token service holds a user name or password")]
    UserInfo,
    #[error(
        "it wants its credentials sent to {host}, which is not its own domain; \
         if that is right, list \"{entry}\" in `realms` of this upstream"
    )]
    OtherHost { host: String, entry: String },
}

/// Whether `realm` may be asked for a token for the registry at `upstream`.
pub(crate) fn permit(realm: &Url, upstream: &Url, listed: &[HostPort]) -> Result<(), RealmRefused> {
    let secure = match realm.scheme() {
        "https" => true,
        "http" => upstream.scheme() == "http",
        _ => false,
    };
    if !secure {
        return Err(RealmRefused::NotHttps(shown(realm)));
    }
    if !realm.username().is_empty() || realm.password().is_some() {
        return Err(RealmRefused::UserInfo);
    }
    let permitted = realm.origin() == upstream.origin()
        || listed.iter().any(|entry| entry.matches(realm))
        || is_same_site(realm, upstream);
    if permitted {
        Ok(())
    } else {
        Err(RealmRefused::OtherHost {
            host: shown(realm),
            entry: entry_for(realm),
        })
    }
}

/// Both are names on one registrable domain, and the realm's port is the usual
/// one or the registry's. Addresses and names without a registrable domain
/// (`localhost`, `registry.corp`) are never on the same site as another host.
fn is_same_site(realm: &Url, upstream: &Url) -> bool {
    let (Some(Host::Domain(realm_host)), Some(Host::Domain(upstream_host))) =
        (host_of(realm), host_of(upstream))
    else {
        return false;
    };
    let port = realm.port_or_known_default();
    let usual_port =
        port == default_port(realm.scheme()) || port == upstream.port_or_known_default();
    let sites = (
        registrable_domain(&realm_host),
        registrable_domain(&upstream_host),
    );
    usual_port && matches!(sites, (Some(one), Some(other)) if one == other)
}

/// The part of a name that one owner registered: `docker.io` of
/// `auth.docker.io`.
fn registrable_domain(host: &str) -> Option<&str> {
    if SHARED.iter().any(|suffix| is_below(host, suffix)) {
        // Each name below is another customer's: only the very same host.
        return Some(host);
    }
    let domain = psl::domain(host.as_bytes())?;
    if !domain.suffix().is_known() {
        return None;
    }
    std::str::from_utf8(domain.as_bytes()).ok()
}

fn is_below(host: &str, suffix: &str) -> bool {
    host.strip_suffix(suffix)
        .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// Domains under which registries or storage of different customers stand side
/// by side, and which the public suffix list does not have (or not for all
/// that is under them).
const SHARED: &[&str] = &[
    "aliyuncs.com",
    "amazonaws.com",
    "amazonaws.com.cn",
    "azurecr.cn",
    "azurecr.io",
    "azurecr.us",
    "cloudflarestorage.com",
    "googleapis.com",
    "jfrog.io",
    "myhuaweicloud.com",
    "ocir.io",
    "pkg.dev",
    "scw.cloud",
    "tencentcloudcr.com",
    "windows.net",
];

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn check(upstream: &str, realm: &str, listed: &[&str]) -> Result<(), RealmRefused> {
        let listed: Vec<HostPort> = listed.iter().map(|entry| entry.parse().unwrap()).collect();
        permit(
            &Url::parse(realm).unwrap(),
            &Url::parse(upstream).unwrap(),
            &listed,
        )
    }

    #[rstest]
    #[case("https://registry-1.docker.io", "https://auth.docker.io/token")]
    #[case("https://ghcr.io", "https://ghcr.io/token")]
    #[case("https://registry.gitlab.com", "https://gitlab.com/jwt/auth")]
    #[case("https://registry.acme.co.uk", "https://auth.acme.co.uk/token")]
    #[case(
        "https://registry.acme.example.com:5000",
        "https://auth.acme.example.com/token"
    )]
    #[case("https://registry.docker.io", "https://AUTH.Docker.IO./token")]
    #[case("https://acme.azurecr.io", "https://acme.azurecr.io/oauth2/token")]
    #[case("https://registry.corp", "https://registry.corp/token")]
    #[case("https://10.0.0.5:5000", "https://10.0.0.5:5000/token")]
    #[case("http://127.0.0.1:5000", "http://127.0.0.1:5000/token")]
    #[case("http://localhost:5000", "http://localhost:5000/token")]
    fn a_realm_of_the_upstreams_own_is_permitted(#[case] upstream: &str, #[case] realm: &str) {
        assert_eq!(check(upstream, realm, &[]), Ok(()));
    }

    #[rstest]
    #[case::another_domain("https://registry-1.docker.io", "https://evil.example/token")]
    #[case::name_as_prefix("https://registry-1.docker.io", "https://docker.io.evil.example/token")]
    #[case::name_as_end("https://registry-1.docker.io", "https://evildocker.io/token")]
    #[case::public_suffix("https://registry.acme.co.uk", "https://evil.co.uk/token")]
    #[case::the_suffix_itself("https://registry.acme.co.uk", "https://co.uk/token")]
    #[case::hosting("https://acme.github.io", "https://evil.github.io/token")]
    #[case::hosted_registries("https://acme.azurecr.io", "https://evil.azurecr.io/oauth2/token")]
    #[case::hosted_artifacts("https://acme.jfrog.io", "https://evil.jfrog.io/token")]
    #[case::regions("https://us-docker.pkg.dev", "https://evil.pkg.dev/token")]
    #[case::cloud(
        "https://1.dkr.ecr.us-east-1.amazonaws.com",
        "https://evil.execute-api.us-east-1.amazonaws.com/token"
    )]
    #[case::odd_port("https://registry-1.docker.io", "https://auth.docker.io:8443/token")]
    #[case::inner_name("https://registry.corp", "https://auth.corp/token")]
    #[case::cluster_name(
        "https://registry.a.svc.cluster.local",
        "https://evil.b.svc.cluster.local/"
    )]
    #[case::single_label("https://registry", "https://auth/token")]
    #[case::address("https://registry-1.docker.io", "https://198.51.100.7/token")]
    #[case::odd_address("https://registry-1.docker.io", "https://0x7f.1/token")]
    #[case::metadata("https://registry-1.docker.io", "https://169.254.169.254/token")]
    #[case::address_v6("https://registry-1.docker.io", "https://[::1]/token")]
    #[case::localhost("https://registry-1.docker.io", "https://localhost/token")]
    #[case::below_localhost("https://registry-1.docker.io", "https://auth.localhost/token")]
    #[case::neighbour_address("https://10.0.0.5", "https://10.0.0.6/token")]
    #[case::neighbour_port("http://127.0.0.1:5000", "http://127.0.0.1:5001/token")]
    #[case::user_before_host(
        "https://registry-1.docker.io",
        "https://evil.example\\@auth.docker.io/"
    )]
    fn a_realm_elsewhere_is_refused(#[case] upstream: &str, #[case] realm: &str) {
        let refused = check(upstream, realm, &[]).unwrap_err();
        assert!(
            matches!(refused, RealmRefused::OtherHost { .. }),
            "{refused}"
        );
        assert!(refused.to_string().contains("`realms`"), "{refused}");
    }

    #[rstest]
    #[case("https://registry-1.docker.io", "http://auth.docker.io/token", &[])]
    #[case("https://registry-1.docker.io", "http://auth.docker.io/token", &["auth.docker.io:80"])]
    #[case("https://registry-1.docker.io", "ftp://auth.docker.io/token", &[])]
    #[case("https://registry-1.docker.io", "file:///etc/passwd", &[])]
    #[case("http://127.0.0.1:5000", "gopher://127.0.0.1:5000/", &[])]
    fn a_realm_without_https_is_refused_even_if_listed(
        #[case] upstream: &str,
        #[case] realm: &str,
        #[case] listed: &[&str],
    ) {
        let refused = check(upstream, realm, listed).unwrap_err();
        assert!(matches!(refused, RealmRefused::NotHttps(_)), "{refused}");
    }

    #[rstest]
    #[case("https://x@auth.docker.io/token")]
    #[case("https://x:swordfish@auth.docker.io/token")]
    fn a_realm_with_a_user_is_refused(#[case] realm: &str) {
        let refused = check("https://registry-1.docker.io", realm, &[]).unwrap_err();
        assert_eq!(refused, RealmRefused::UserInfo);
        assert!(!refused.to_string().contains("swordfish"));
    }

    #[rstest]
    #[case("https://registry.corp", "https://auth.corp/token", "auth.corp")]
    #[case(
        "https://acme.azurecr.io",
        "https://login.acme.example/t",
        "login.acme.example"
    )]
    #[case(
        "https://registry.corp",
        "https://10.0.0.6:5001/token",
        "10.0.0.6:5001"
    )]
    #[case(
        "http://127.0.0.1:5000",
        "http://127.0.0.1:5001/token",
        "127.0.0.1:5001"
    )]
    fn a_listed_realm_is_permitted(
        #[case] upstream: &str,
        #[case] realm: &str,
        #[case] entry: &str,
    ) {
        assert_eq!(check(upstream, realm, &[entry]), Ok(()));
    }

    #[test]
    fn a_listed_host_does_not_list_its_other_ports() {
        assert!(
            check(
                "https://registry.corp",
                "https://auth.corp:8443/",
                &["auth.corp"]
            )
            .is_err()
        );
        assert!(
            check(
                "https://registry.corp",
                "https://auth.corp/",
                &["auth.corp:8443"]
            )
            .is_err()
        );
    }
}
