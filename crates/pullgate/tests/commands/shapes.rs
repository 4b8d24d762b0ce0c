//! What programs read.

use serde_json::{Value, json};

use super::site::Site;

fn parse(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn a_policy_as_json() {
    let site = Site::of_acme();
    site.ok("policy set acme --iam on --allowlist on");
    site.ok("policy allow acme 'bitnami/*' --note charts");
    site.ok("policy trust acme quay.io/prometheus/node");
    site.ok("policy registry add acme GHCR.io:443");
    site.ok("namespace add acme docker.io/acme");
    let mut policy = parse(&site.ok("policy show acme --format json"));
    for date in [&mut policy["changed_at"], &mut json!(null)] {
        assert!(
            date.is_null() || date.as_str().unwrap().ends_with('Z'),
            "{date}"
        );
    }
    policy["changed_at"] = Value::Null;
    policy["allowlist"][0]["added_at"] = Value::Null;
    assert_eq!(
        policy,
        json!({
            "organization": "acme",
            "version": 4,
            "changed_at": null,
            "iam": {
                "enabled": "on", "mode": "enforce", "official": "allowed",
                "verified_publisher": "allowed", "sponsored_oss": "restricted",
                "allowlist": "on",
            },
            "ram": {
                "enabled": "off", "mode": "enforce", "docker_hub": "allowed",
                "registries": ["ghcr.io"],
            },
            "trusted": ["quay.io/prometheus/node"],
            "namespaces": ["docker.io/acme/**"],
            "allowlist": [{
                "pattern": "docker.io/bitnami/*", "note": "charts",
                "added_by": "command line", "added_at": null,
            }],
        })
    );
}

#[test]
fn no_decisions_are_an_empty_list() {
    let site = Site::of_acme();
    assert_eq!(parse(&site.ok("decisions --format json")), json!([]));
}

#[test]
fn a_catalog_goes_from_one_site_to_another() {
    let site = Site::of_acme();
    let empty = parse(&site.ok("catalog export"));
    assert_eq!(empty["namespaces"], json!([]));

    let now = jiff::Timestamp::now();
    let document = json!({
        "version": 1,
        "exported_at": now,
        "namespaces": [{"namespace": "bitnami", "badge": "verified_publisher", "learnt_at": now}],
    });
    let done = site.typing("catalog import -", &document.to_string());
    assert_eq!(
        done.out,
        "Imported 1 namespace; passed over 0 that were known as recently, and 0 that were too old.\n",
        "{done:?}"
    );
    let shown = site.ok("catalog show bitnami");
    assert!(shown.contains("verified publisher"), "{shown}");
    assert!(site.ok("catalog show evil").contains("unknown"));

    site.ok("catalog export catalog.json");
    let exported = std::fs::read_to_string(site.path("catalog.json")).unwrap();
    assert_eq!(parse(&exported)["namespaces"][0]["namespace"], "bitnami");
    let other = Site::new();
    let done = other.typing("catalog import -", &exported);
    assert!(done.out.starts_with("Imported 1 namespace;"), "{done:?}");

    let done = site.typing("catalog import -", "{\"version\": 2}");
    assert_eq!(done.code, 2, "{done:?}");
    assert!(
        done.err.contains("standard input is not a catalog"),
        "{done:?}"
    );
}
