//! THREATS.md, "JWT": what is signed otherwise than by us, for another
//! purpose, service or time, is refused.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use pullgate_identity::{AccessClaim, BearerError};
use serde_json::{Value, json};

use crate::world::{SERVICE, World};

const DAY: i64 = 24 * 60 * 60;

/// Writes tokens with our own key, and with whatever is wrong with them.
struct Forge {
    kid: String,
    ours: EncodingKey,
    theirs: EncodingKey,
    claims: Value,
}

impl Forge {
    async fn new(world: &World) -> Self {
        let key = world.store.signing_keys().await.unwrap().remove(0);
        let random = SystemRandom::new();
        let theirs = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random);
        let now = world.now().as_second();
        Self {
            kid: key.kid,
            ours: EncodingKey::from_ec_der(key.private_der.reveal()),
            theirs: EncodingKey::from_ec_der(theirs.unwrap().as_ref()),
            claims: json!({
                "iss": "pullgate",
                "sub": format!("person:{}", world.id_of("mia")),
                "aud": SERVICE,
                "iat": now,
                "nbf": now,
                "exp": now + 300,
                "jti": "0",
                "epoch": world.identity.directory().person_named("mia").unwrap().credentials_epoch,
            }),
        }
    }

    fn header(&self) -> Header {
        Header {
            typ: Some("at+jwt".into()),
            kid: Some(self.kid.clone()),
            ..Header::new(Algorithm::ES256)
        }
    }

    fn sign(&self, header: &Header, key: &EncodingKey) -> String {
        jsonwebtoken::encode(header, &self.claims, key).unwrap()
    }

    /// With a header of ours but for the change.
    fn with_header(&self, change: impl FnOnce(&mut Header)) -> String {
        let mut header = self.header();
        change(&mut header);
        self.sign(&header, &self.ours)
    }

    /// With claims of ours but for one; `null` leaves it out.
    fn with_claim(&self, name: &str, value: Value) -> String {
        let mut claims = self.claims.clone();
        if value.is_null() {
            claims.as_object_mut().unwrap().remove(name);
        } else {
            claims[name] = value;
        }
        jsonwebtoken::encode(&self.header(), &claims, &self.ours).unwrap()
    }

    /// Unsigned, with any header.
    fn unsigned(&self, header: &Value) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        format!("{}.{}.", part(header), part(&self.claims))
    }
}

#[tokio::test]
async fn jwt_what_the_forge_writes_unchanged_is_accepted() {
    let world = World::new().await;
    let forge = Forge::new(&world).await;
    let token = forge.sign(&forge.header(), &forge.ours);
    let mia = world.identity.verify_bearer(&token, SERVICE).unwrap();
    assert_eq!(mia.to_string(), "person:mia");
}

#[tokio::test]
async fn jwt_signed_otherwise_is_refused() {
    let world = World::new().await;
    let forge = Forge::new(&world).await;
    let jwks = world.identity.jwks();
    let public = &jwks["keys"][0];
    let coordinate = |name: &str| {
        URL_SAFE_NO_PAD
            .decode(public[name].as_str().unwrap())
            .unwrap()
    };
    let point = [vec![4], coordinate("x"), coordinate("y")].concat();
    let hs256 = Header {
        alg: Algorithm::HS256,
        ..forge.header()
    };
    let none = |alg: &str| forge.unsigned(&json!({"alg": alg, "typ": "at+jwt", "kid": forge.kid}));
    let signed = forge.sign(&forge.header(), &forge.ours);
    let (message, signature) = signed.rsplit_once('.').unwrap();
    let other_claims = forge.with_claim("sub", json!(format!("person:{}", world.id_of("olga"))));
    let (other_message, _) = other_claims.rsplit_once('.').unwrap();

    let table = [
        ("none", none("none"), BearerError::Malformed),
        ("NONE", none("NONE"), BearerError::Malformed),
        ("RS256 by name", none("RS256"), BearerError::WrongAlgorithm),
        ("ES384 by name", none("ES384"), BearerError::WrongAlgorithm),
        (
            "HS256 with the public key as its secret",
            forge.sign(&hs256, &EncodingKey::from_secret(&point)),
            BearerError::WrongAlgorithm,
        ),
        (
            "HS256 with the published set as its secret",
            forge.sign(
                &hs256,
                &EncodingKey::from_secret(jwks.to_string().as_bytes()),
            ),
            BearerError::WrongAlgorithm,
        ),
        (
            "another key under our key's name",
            forge.sign(&forge.header(), &forge.theirs),
            BearerError::WrongSignature,
        ),
        (
            "no signature",
            format!("{message}."),
            BearerError::WrongSignature,
        ),
        (
            "the signature of other claims",
            format!("{other_message}.{signature}"),
            BearerError::WrongSignature,
        ),
        (
            "a signature of zeros",
            format!("{message}.{}", URL_SAFE_NO_PAD.encode([0; 64])),
            BearerError::WrongSignature,
        ),
        (
            "unknown kid",
            forge.with_header(|header| header.kid = Some("another".into())),
            BearerError::UnknownKey,
        ),
        (
            "no kid",
            forge.with_header(|header| header.kid = None),
            BearerError::Malformed,
        ),
    ];
    for (what, token, why) in table {
        let refused = world.identity.verify_bearer(&token, SERVICE);
        assert_eq!(refused, Err(why), "{what}");
    }
}

/// CVE-2025-24976: the key was taken from the token's own header.
#[tokio::test]
async fn jwt_a_key_in_the_tokens_own_header_is_refused() {
    let world = World::new().await;
    let forge = Forge::new(&world).await;
    let jwk = jsonwebtoken::jwk::Jwk::from_encoding_key(&forge.theirs, Algorithm::ES256).unwrap();
    let brought = [
        ("jwk", serde_json::to_value(&jwk).unwrap()),
        ("jku", json!("https://evil.example/jwks")),
        ("x5u", json!("https://evil.example/x5u")),
        ("x5c", json!(["AAAA"])),
        ("crit", json!(["exp"])),
    ];
    for (what, value) in brought {
        for kid in [Some(forge.kid.clone()), Some("theirs".into()), None] {
            let mut header = forge.header();
            header.kid = kid;
            header.extras.insert(what, &value);
            for key in [&forge.theirs, &forge.ours] {
                let token = forge.sign(&header, key);
                let refused = world.identity.verify_bearer(&token, SERVICE);
                assert_eq!(refused, Err(BearerError::Malformed), "{what}");
            }
        }
    }
}

#[tokio::test]
async fn jwt_claims_that_are_not_for_us_or_not_now_are_refused() {
    let world = World::new().await;
    let forge = Forge::new(&world).await;
    let now = world.now().as_second();
    let unknown = "person:00000000-0000-7000-8000-000000000000";
    let table = [
        ("iss", json!("another"), Err(BearerError::WrongIssuer)),
        (
            "iss",
            json!(["pullgate", "another"]),
            Err(BearerError::Malformed),
        ),
        ("iss", Value::Null, Err(BearerError::Malformed)),
        ("aud", json!("another"), Err(BearerError::WrongAudience)),
        ("aud", json!(""), Err(BearerError::WrongAudience)),
        ("aud", json!([SERVICE]), Err(BearerError::Malformed)),
        ("aud", Value::Null, Err(BearerError::Malformed)),
        ("exp", json!(now - 59), Ok(())),
        ("exp", json!(now - 60), Err(BearerError::Expired)),
        ("exp", json!(0), Err(BearerError::Expired)),
        ("exp", json!(i64::MIN), Err(BearerError::Malformed)),
        ("exp", json!("never"), Err(BearerError::Malformed)),
        ("exp", Value::Null, Err(BearerError::Malformed)),
        ("nbf", json!(now + 60), Ok(())),
        ("nbf", json!(now + 61), Err(BearerError::NotYetValid)),
        ("nbf", json!(i64::MAX), Err(BearerError::NotYetValid)),
        ("nbf", Value::Null, Err(BearerError::Malformed)),
        ("sub", json!(unknown), Err(BearerError::Revoked)),
        ("sub", json!("mia"), Err(BearerError::Malformed)),
        ("sub", json!("person:mia"), Err(BearerError::Malformed)),
        ("sub", json!(""), Err(BearerError::Malformed)),
        ("sub", Value::Null, Err(BearerError::Malformed)),
        ("epoch", json!(99), Err(BearerError::Revoked)),
        ("epoch", Value::Null, Err(BearerError::Malformed)),
        (
            "token_id",
            json!("00000000-0000-7000-8000-000000000000"),
            Err(BearerError::Revoked),
        ),
    ];
    for (claim, value, expected) in table {
        let token = forge.with_claim(claim, value.clone());
        for _ in 0..2 {
            let outcome = world.identity.verify_bearer(&token, SERVICE).map(drop);
            assert_eq!(outcome, expected, "{claim}: {value}");
        }
    }
}

#[tokio::test]
async fn jwt_a_machines_token_id_is_not_taken_for_a_persons_nor_the_other_way_round() {
    let world = World::new().await;
    let forge = Forge::new(&world).await;
    let machine = world.organization_token().await;
    let personal = world
        .personal_token("olga", pullgate_identity::Scope::RepoRead)
        .await;
    for token in [
        forge.with_claim("token_id", json!(machine.id)),
        forge.with_claim("token_id", json!(personal.id)),
    ] {
        let refused = world.identity.verify_bearer(&token, SERVICE);
        assert_eq!(refused, Err(BearerError::Revoked));
    }
    let mut forge = forge;
    forge.claims.as_object_mut().unwrap().remove("epoch");
    let token = forge.with_claim("sub", json!(format!("token:{}", personal.id)));
    let refused = world.identity.verify_bearer(&token, SERVICE);
    assert_eq!(refused, Err(BearerError::Revoked));
}

#[tokio::test]
async fn jwt_no_token_serves_another_purpose() {
    let world = World::new().await;
    let mia = world.mia().await;
    let identity = &world.identity;
    let bearer = world.bearer(&mia);
    let session = identity.issue_session(&mia).unwrap().token;
    let refresh = identity.issue_refresh(&mia).unwrap();
    let refresh = refresh.expose();
    for _ in 0..2 {
        assert_eq!(identity.verify_bearer(&bearer, SERVICE).as_ref(), Ok(&mia));
        assert_eq!(identity.verify_session(&session).as_ref(), Ok(&mia));
        assert_eq!(identity.redeem_refresh(refresh).as_ref(), Ok(&mia));
        for other in [session.as_str(), refresh] {
            let refused = identity.verify_bearer(other, SERVICE);
            assert_eq!(refused, Err(BearerError::WrongType));
        }
        for other in [bearer.as_str(), refresh] {
            let refused = identity.verify_session(other);
            assert_eq!(refused, Err(BearerError::WrongType));
        }
        for other in [bearer.as_str(), session.as_str()] {
            let refused = identity.redeem_refresh(other);
            assert_eq!(refused, Err(BearerError::WrongType));
        }
    }
    let forge = Forge::new(&world).await;
    for typ in [None, Some("JWT"), Some("AT+JWT"), Some("")] {
        let token = forge.with_header(|header| header.typ = typ.map(str::to_owned));
        let refused = identity.verify_bearer(&token, SERVICE);
        assert_eq!(refused, Err(BearerError::WrongType), "{typ:?}");
    }
}

#[tokio::test]
async fn jwt_each_kind_lasts_as_long_as_it_is_set_to() {
    let world = World::new().await;
    let identity = &world.identity;
    let mia = world.mia().await;
    let bearer = identity.issue_bearer(&mia, SERVICE, &[]).unwrap();
    assert_eq!(bearer.expires_in.as_secs(), 300);
    assert_eq!(bearer.issued_at, world.now());
    let session = identity.issue_session(&mia).unwrap().token;
    let refresh = identity.issue_refresh(&mia).unwrap();
    let expired = || {
        [
            identity.verify_bearer(&bearer.token, SERVICE),
            identity.verify_session(&session),
            identity.redeem_refresh(refresh.expose()),
        ]
        .map(|outcome| outcome == Err(BearerError::Expired))
    };
    world.let_pass(359);
    assert_eq!(expired(), [false, false, false]);
    world.let_pass(1);
    assert_eq!(expired(), [true, false, false]);
    world.let_pass(DAY - 300);
    assert_eq!(expired(), [true, true, false]);
    world.let_pass(89 * DAY);
    assert_eq!(expired(), [true, true, true]);
}

#[tokio::test]
async fn jwt_what_is_no_token_at_all_is_malformed() {
    let world = World::new().await;
    let good = world.bearer(&world.mia().await);
    let long = "a".repeat(1 << 20);
    let access = vec![
        AccessClaim {
            kind: "repository".into(),
            name: "x".repeat(200),
            actions: vec!["pull".into()],
        };
        100
    ];
    let too_much = world
        .identity
        .issue_bearer(&world.mia().await, SERVICE, &access);
    for token in [
        "",
        ".",
        "..",
        "...",
        "a.b.c",
        "é.é.é",
        "\0",
        &good[1..],
        &format!("{good}.{good}"),
        &format!(" {good}"),
        &long,
        &format!("{long}.{long}.{long}"),
        &too_much.unwrap().token,
    ] {
        let refused = world.identity.verify_bearer(token, SERVICE);
        assert_eq!(refused, Err(BearerError::Malformed));
    }
}

/// The hot path does no cryptography with keys: one signature for a thousand
/// requests.
#[tokio::test]
async fn a_token_that_is_brought_again_is_verified_once() {
    let world = World::new().await;
    let mia = world.mia().await;
    let bearer = world.bearer(&mia);
    let before = world.identity.counters().signatures_verified;
    for _ in 0..1000 {
        assert_eq!(
            world.identity.verify_bearer(&bearer, SERVICE).as_ref(),
            Ok(&mia)
        );
    }
    let refused = world.identity.verify_bearer(&bearer, "another");
    assert_eq!(refused, Err(BearerError::WrongAudience));
    assert_eq!(world.identity.counters().signatures_verified, before + 1);
}
