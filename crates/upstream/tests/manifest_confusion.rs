//! THREATS "manifest confusion": what can be read in two ways is not served.
#![allow(clippy::unwrap_used, reason = "test code outside test functions, too")]

use proptest::prelude::*;
use pullgate_upstream::{ManifestError, ManifestKind, PointsTo, inspect};
use rstest::rstest;

const OCI_INDEX: &str = "application/vnd.oci.image.index.v1+json";
const OCI_MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const DOCKER_MANIFEST: &str = "application/vnd.docker.distribution.manifest.v2+json";
const DOCKER_LIST: &str = "application/vnd.docker.distribution.manifest.list.v2+json";
const SIGNED_ONE: &str = "application/vnd.docker.distribution.manifest.v1+prettyjws";

/// `$A` and `$B` stand for descriptors, so that the tables stay readable.
fn filled(text: &str) -> Vec<u8> {
    let one = |letter: &str| {
        format!(
            r#"{{"mediaType":"application/vnd.oci.image.layer.v1.tar","digest":"sha256:{}","size":7}}"#,
            letter.repeat(64)
        )
    };
    text.replace("$A", &one("a"))
        .replace("$B", &one("b"))
        .into_bytes()
}

#[rstest]
#[case::oci_image(
    r#"{"schemaVersion":2,"config":$A,"layers":[$B]}"#,
    OCI_MANIFEST,
    ManifestKind::Image,
    2
)]
#[case::says_so_itself(
    r#"{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":$A,"layers":[]}"#,
    "application/vnd.oci.image.manifest.v1+json; charset=utf-8",
    ManifestKind::Image,
    1
)]
#[case::docker_image(
    r#"{"schemaVersion":2,"config":$A,"layers":[$B,$B]}"#,
    DOCKER_MANIFEST,
    ManifestKind::Image,
    3
)]
#[case::oci_index(
    r#"{"schemaVersion":2,"manifests":[$A,$B]}"#,
    OCI_INDEX,
    ManifestKind::Index,
    2
)]
#[case::docker_list(
    r#"{"schemaVersion":2,"manifests":[]}"#,
    DOCKER_LIST,
    ManifestKind::Index,
    0
)]
#[case::empty_list_as_go_writes_it(
    r#"{"schemaVersion":2,"config":$A,"layers":null}"#,
    OCI_MANIFEST,
    ManifestKind::Image,
    1
)]
#[case::artifact(
    r#"{"mediaType":"application/vnd.oci.artifact.manifest.v1+json","blobs":[$A]}"#,
    "application/vnd.oci.artifact.manifest.v1+json",
    ManifestKind::Other,
    1
)]
#[case::unknown_type(
    r#"{"anything":[1,{"a":2.5}]}"#,
    "application/vnd.acme.thing.v1+json",
    ManifestKind::Other,
    0
)]
fn manifests_that_say_one_thing_pass(
    #[case] text: &str,
    #[case] content_type: &str,
    #[case] kind: ManifestKind,
    #[case] references: usize,
) {
    let inspected = inspect(&filled(text), Some(content_type)).unwrap();
    assert_eq!(inspected.kind, kind);
    assert_eq!(inspected.references.len(), references);
}

#[rstest]
#[case::both(
    r#"{"schemaVersion":2,"manifests":[$A],"config":$A,"layers":[$B]}"#,
    OCI_INDEX
)]
#[case::both_as_image(
    r#"{"schemaVersion":2,"manifests":[$A],"config":$A,"layers":[$B]}"#,
    OCI_MANIFEST
)]
#[case::empty_manifests(
    r#"{"schemaVersion":2,"manifests":null,"config":$A,"layers":[$B]}"#,
    OCI_MANIFEST
)]
#[case::both_of_unknown_type(
    r#"{"manifests":[$A],"layers":[$B]}"#,
    "application/vnd.acme.thing.v1+json"
)]
#[case::artifact_and_index(r#"{"schemaVersion":2,"manifests":[$A],"blobs":[$B]}"#, OCI_INDEX)]
fn manifests_and_layers_in_one_are_refused(#[case] text: &str, #[case] content_type: &str) {
    let error = inspect(&filled(text), Some(content_type)).unwrap_err();
    assert!(matches!(error, ManifestError::TwoKinds(_)), "{error}");
}

#[rstest]
#[case::index_as_image(
    r#""mediaType":"application/vnd.oci.image.index.v1+json""#,
    OCI_MANIFEST
)]
#[case::docker_as_oci(
    r#""mediaType":"application/vnd.docker.distribution.manifest.v2+json""#,
    OCI_MANIFEST
)]
#[case::sent_as_plain_json(
    r#""mediaType":"application/vnd.oci.image.manifest.v1+json""#,
    "application/json"
)]
#[case::sent_as_page(
    r#""mediaType":"application/vnd.oci.image.manifest.v1+json""#,
    "text/html"
)]
fn a_media_type_other_than_the_content_type_is_refused(
    #[case] says: &str,
    #[case] content_type: &str,
) {
    let text = format!(r#"{{"schemaVersion":2,{says},"config":$A,"layers":[$B]}}"#);
    let error = inspect(&filled(&text), Some(content_type)).unwrap_err();
    assert!(
        matches!(error, ManifestError::MediaTypesDiffer { .. }),
        "{error}"
    );
}

#[rstest]
#[case(Some("application/json"))]
#[case(Some("application/octet-stream"))]
#[case(Some(""))]
#[case(None)]
fn a_manifest_of_no_known_type_is_refused(#[case] content_type: Option<&str>) {
    let error = inspect(
        &filled(r#"{"schemaVersion":2,"config":$A,"layers":[]}"#),
        content_type,
    );
    assert!(
        matches!(error, Err(ManifestError::NoMediaType(_))),
        "{error:?}"
    );
}

#[rstest]
#[case::layers(r#"{"schemaVersion":2,"config":$A,"layers":[$A],"layers":[$B]}"#)]
#[case::media_type(
    r#"{"schemaVersion":2,"mediaType":"a","mediaType":"b","config":$A,"layers":[]}"#
)]
#[case::deep_inside(
    r#"{"schemaVersion":2,"config":$A,"layers":[],"annotations":{"a":"1","a":"2"}}"#
)]
#[case::escaped(r#"{"schemaVersion":2,"config":$A,"layers":[$A],"\u006cayers":[$B]}"#)]
fn duplicate_keys_are_refused(#[case] text: &str) {
    let error = inspect(&filled(text), Some(OCI_MANIFEST)).unwrap_err();
    assert!(
        matches!(&error, ManifestError::NotJson(why) if why.contains("twice")),
        "{error}"
    );
}

#[rstest]
#[case::upper(r#"{"schemaVersion":2,"config":$A,"layers":[$A],"Layers":[$B]}"#)]
#[case::manifests(r#"{"schemaVersion":2,"config":$A,"layers":[$A],"MANIFESTS":[$B]}"#)]
#[case::long_s("{\"schemaVersion\":2,\"config\":$A,\"layers\":[$A],\"layer\u{17f}\":[$B]}")]
#[case::in_a_descriptor(r#"{"schemaVersion":2,"config":$A,"layers":[{"mediaType":"x","digest":"sha256:aa","Digest":"sha256:bb","size":1}]}"#)]
fn keys_that_clients_take_for_others_are_refused(#[case] text: &str) {
    let error = inspect(&filled(text), Some(OCI_MANIFEST)).unwrap_err();
    assert!(matches!(error, ManifestError::LookAlikeKey(_)), "{error}");
}

#[rstest]
#[case::short("sha256:aaaa", "7")]
#[case::long(&format!("sha256:{}", "a".repeat(65)), "7")]
#[case::wrong_for_its_algorithm(&format!("sha512:{}", "a".repeat(64)), "7")]
#[case::upper(&format!("sha256:{}", "A".repeat(64)), "7")]
#[case::unknown_algorithm(&format!("md5:{}", "a".repeat(32)), "7")]
#[case::empty("", "7")]
#[case::negative_size(&format!("sha256:{}", "a".repeat(64)), "-1")]
#[case::fraction(&format!("sha256:{}", "a".repeat(64)), "1.5")]
#[case::text_as_size(&format!("sha256:{}", "a".repeat(64)), "\"7\"")]
#[case::too_large_a_size(&format!("sha256:{}", "a".repeat(64)), "9223372036854775808")]
fn a_digest_of_the_wrong_length_or_a_size_that_is_none_is_refused(
    #[case] digest: &str,
    #[case] size: &str,
) {
    for text in [
        r#"{"schemaVersion":2,"config":$D,"layers":[]}"#,
        r#"{"schemaVersion":2,"config":$A,"layers":[$A,$D]}"#,
        r#"{"schemaVersion":2,"config":$A,"layers":[],"subject":$D}"#,
    ] {
        let broken = format!(r#"{{"mediaType":"x","digest":"{digest}","size":{size}}}"#);
        let error = inspect(&filled(&text.replace("$D", &broken)), Some(OCI_MANIFEST)).unwrap_err();
        assert!(matches!(error, ManifestError::Field(_)), "{error}");
    }
}

#[rstest]
#[case::by_version(r#"{"schemaVersion":1,"name":"x","fsLayers":[]}"#, "application/json")]
#[case::by_type(r#"{"schemaVersion":2,"config":$A,"layers":[]}"#, SIGNED_ONE)]
#[case::by_content(
    r#"{"schemaVersion":2,"fsLayers":[],"config":$A,"layers":[]}"#,
    OCI_MANIFEST
)]
fn schema_one_is_refused_with_what_to_do(#[case] text: &str, #[case] content_type: &str) {
    let error = inspect(&filled(text), Some(content_type)).unwrap_err();
    assert_eq!(error, ManifestError::SchemaOne);
    assert!(error.to_string().contains("pushed again"));
}

#[rstest]
#[case::empty("")]
#[case::page("<html></html>")]
#[case::cut(r#"{"schemaVersion":2,"#)]
#[case::more_after_it(r#"{"schemaVersion":2,"config":$A,"layers":[]}{}"#)]
#[case::array("[]")]
#[case::text("\"x\"")]
#[case::no_version(r#"{"config":$A,"layers":[]}"#)]
#[case::third_version(r#"{"schemaVersion":3,"config":$A,"layers":[]}"#)]
#[case::version_as_text(r#"{"schemaVersion":"2","config":$A,"layers":[]}"#)]
#[case::no_config(r#"{"schemaVersion":2,"layers":[]}"#)]
#[case::null_config(r#"{"schemaVersion":2,"config":null,"layers":[]}"#)]
#[case::layers_object(r#"{"schemaVersion":2,"config":$A,"layers":{}}"#)]
#[case::no_layers(r#"{"schemaVersion":2,"config":$A}"#)]
fn what_is_no_image_manifest_is_refused(#[case] text: &str) {
    assert!(inspect(&filled(text), Some(OCI_MANIFEST)).is_err());
}

#[test]
fn very_deep_nesting_is_refused_and_does_not_panic() {
    let deep = "[".repeat(100_000);
    assert!(inspect(deep.as_bytes(), Some(OCI_MANIFEST)).is_err());
}

#[test]
fn foreign_layers_keep_their_digest_and_lose_their_urls() {
    let text = format!(
        r#"{{"schemaVersion":2,"config":$A,"layers":[{{
            "mediaType":"application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
            "digest":"sha256:{}","size":9,"urls":["http://169.254.169.254/latest"]}}]}}"#,
        "c".repeat(64)
    );
    let inspected = inspect(&filled(&text), Some(DOCKER_MANIFEST)).unwrap();
    assert_eq!(inspected.references[1].points_to, PointsTo::Blob);
    assert!(!format!("{inspected:?}").contains("169.254"));
}

#[test]
fn the_subject_is_told_apart_from_the_references() {
    let text = r#"{"schemaVersion":2,"config":$A,"layers":[],"subject":$B}"#;
    let inspected = inspect(&filled(text), Some(OCI_MANIFEST)).unwrap();
    assert_eq!(inspected.references.len(), 1);
    assert_eq!(inspected.subject.unwrap().hex(), "b".repeat(64));
}

proptest! {
    #[test]
    fn nothing_panics(bytes in proptest::collection::vec(any::<u8>(), 0..300), content_type in ".{0,40}") {
        let _ = inspect(&bytes, Some(&content_type));
    }
}
