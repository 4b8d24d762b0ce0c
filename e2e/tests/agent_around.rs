//! The known ways around an authorization plugin, tried on real Engines: what
//! an older one does not show, a newer one may, and what is denied by both is
//! denied.

#![allow(clippy::expect_used, reason = "a test may stop at the first surprise")]

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::LazyLock;
use std::time::Duration;

use pullgate_e2e::engine_call::EngineAnswer;
use pullgate_e2e::{Agent, AgentSetting, Engine, Site, on_engines};

const JSON: (&str, &str) = ("Content-Type", "application/json");
const FORM: (&str, &str) = ("Content-Type", "application/x-www-form-urlencoded");

on_engines! {
    the_known_ways_around_a_plugin:
        own Own, trixie Trixie, forky Forky, forky_containerd ForkyContainerd;
}

fn the_known_ways_around_a_plugin(engine: Engine) {
    let tempted = Tempted::on(engine);
    by_the_body(&tempted);
    by_bodies_that_are_not_shown(&tempted);
    by_forms(&tempted);
    by_queries_and_paths(&tempted);
    by_the_build_service(&tempted);
    by_images_that_are_there(&tempted);
    // What is meant well goes through all the same.
    assert_eq!(tempted.made(), 0, "a container was made");
    let body = format!(r#"{{"Image":"{}","Cmd":["x"]}}"#, tempted.good);
    tempted.create(&[JSON], &body).expect_done();
    assert_eq!(tempted.made(), 1);
}

/// An Engine that holds a good and a bad image, with mia signed in.
struct Tempted {
    site: &'static Site,
    agent: Agent,
    good: String,
    bad: String,
}

impl Tempted {
    fn on(engine: Engine) -> Self {
        static SITE: LazyLock<Site> = LazyLock::new(Site::start);
        let site: &Site = &SITE;
        let gateway = site.gateway.address();
        let (good, bad) = (
            format!("{gateway}/library/base:1"),
            format!("{gateway}/evil/miner:1"),
        );
        let agent = Agent::start_on(engine, site, &AgentSetting::default());
        agent.sign_in_to_both(site, &site.owner);
        for image in [&good, &bad] {
            agent.docker(&site.owner, &["pull", image]).expect_success();
        }
        agent.sign_in_to_both(site, &site.member);
        Self {
            site,
            agent,
            good,
            bad,
        }
    }

    /// What is read about the bad image.
    fn evil(&self) -> String {
        self.site.community("evil/miner")
    }

    /// How many containers there are.
    fn made(&self) -> usize {
        let listed = self
            .agent
            .docker(&self.site.member, &["ps", "--all", "--quiet"]);
        listed.expect_success().lines().count()
    }

    /// The names of the images that the Engine holds.
    fn held(&self) -> BTreeSet<String> {
        let arguments = ["images", "--format", "{{.Repository}}:{{.Tag}}"];
        let listed = self.agent.docker(&self.site.member, &arguments);
        let names = listed.expect_success().lines().map(str::to_owned);
        names.collect()
    }

    fn create(&self, headers: &[(&str, &str)], body: &str) -> EngineAnswer {
        self.post(&self.agent.uri("/containers/create"), headers, body)
    }

    fn post(&self, uri: &str, headers: &[(&str, &str)], body: &str) -> EngineAnswer {
        self.agent.call("POST", uri, headers, body.as_bytes())
    }
}

/// The same, streamed.
fn chunked(body: &str) -> String {
    format!("{:x}\r\n{body}\r\n0\r\n\r\n", body.len())
}

const STREAMED: (&str, &str) = ("Transfer-Encoding", "chunked");

/// JSON keys in another case, and twice; and what follows the first document.
fn by_the_body(tempted: &Tempted) {
    let (good, bad) = (&tempted.good, &tempted.bad);
    tempted
        .create(&[JSON], &format!(r#"{{"iMAGE":"{bad}"}}"#))
        .expect_denied(&tempted.evil());
    for body in [
        format!(r#"{{"Image":"{good}","Image":"{bad}"}}"#),
        format!(r#"{{"Image":"{good}","image":"{bad}"}}"#),
        format!(r#"{{"image":"{bad}","Image":"{good}"}}"#),
    ] {
        tempted
            .create(&[JSON], &body)
            .expect_denied("more than once");
    }
    for (first, second) in [(bad, good), (good, bad)] {
        let two = format!(r#"{{"Image":"{first}"}}{{"Image":"{second}"}}"#);
        tempted
            .create(&[JSON], &two)
            .expect_denied("cannot be read");
    }
    // Mounted beside an image that may be run.
    let mount = format!(r#"[{{"Type":"image","Source":"{bad}","Target":"/x"}}]"#);
    for body in [
        format!(r#"{{"Image":"{good}","HostConfig":{{"Mounts":{mount}}}}}"#),
        format!(r#"{{"Image":"{good}","mounts":{mount}}}"#),
    ] {
        tempted
            .create(&[JSON], &body)
            .expect_denied(&tempted.evil());
    }
}

/// A body that the Engine acts on and does not show: too long, and on some
/// versions streamed, or under an address that it takes for a sign-in.
fn by_bodies_that_are_not_shown(tempted: &Tempted) {
    let body = format!(r#"{{"Image":"{}"}}"#, tempted.bad);
    let of_length = |length: usize| {
        let begin = format!(r#"{{"Image":"{}","Labels":{{"x":""#, tempted.bad);
        let end = r#""}}"#;
        let filler = "x".repeat(length - begin.len() - end.len());
        format!("{begin}{filler}{end}")
    };
    // Around what each version shows at most, and far beyond.
    for length in [
        1024 * 1024 - 1,
        1024 * 1024,
        1024 * 1024 + 1,
        4 * 1024 * 1024 - 1,
        4 * 1024 * 1024 + 1,
        20 * 1024 * 1024,
    ] {
        let long = of_length(length);
        for (how, answer) in [
            ("whole", tempted.create(&[JSON], &long)),
            (
                "streamed",
                tempted.create(&[JSON, STREAMED], &chunked(&long)),
            ),
        ] {
            let is_denied = answer.text.contains("authorization denied by plugin")
                || answer.text.contains("too large for authorization plugin");
            assert!(
                is_denied && answer.status >= 400,
                "{length} bytes, {how}: {}",
                answer.text
            );
        }
    }
    let create = tempted.agent.uri("/containers/create");
    let streamed = tempted.create(&[JSON, STREAMED], &chunked(&body));
    let as_sign_in = tempted.post(&format!("{create}?x=/auth"), &[JSON], &body);
    for answer in [streamed, as_sign_in] {
        assert_eq!(answer.status, 403, "{}", answer.text);
    }
    for kind in [
        "application/json; x=\"",
        "text/plain",
        "application/json, text/plain",
    ] {
        let answer = tempted.create(&[("Content-Type", kind)], &body);
        assert!(answer.status >= 400, "{kind}: {}", answer.text);
    }
    tempted.create(&[], "").expect_denied("was not shown");
}

/// A form that overrides the query, alone and behind another type.
fn by_forms(tempted: &Tempted) {
    let of_bad = pull_of(&tempted.bad);
    let pull = tempted
        .agent
        .uri(&format!("/images/create?{}", pull_of(&tempted.good)));
    for headers in [&[FORM][..], &[FORM, JSON]] {
        tempted
            .post(&pull, headers, &of_bad)
            .expect_denied("may carry a form");
    }
    tempted
        .post(&pull, &[FORM, STREAMED], &chunked(&of_bad))
        .expect_denied("may carry a form");
    let import = tempted.agent.uri("/images/create?fromSrc=-&repo=x");
    tempted
        .post(&import, &[FORM], &of_bad)
        .expect_denied("docker import");
}

fn pull_of(image: &str) -> String {
    format!("fromImage={}&tag=1", image.trim_end_matches(":1"))
}

/// Query keys twice, and escaped; paths escaped, and with any version.
fn by_queries_and_paths(tempted: &Tempted) {
    let of_bad = pull_of(&tempted.bad);
    let of_good = pull_of(&tempted.good);
    let create = tempted.agent.uri("/images/create");
    tempted
        .post(&format!("{create}?{of_good}&{of_bad}"), &[], "")
        .expect_denied("more than once");
    let escaped = of_bad.replace("fromImage", "from%49mage");
    for uri in [
        tempted.agent.uri(&format!("/images/%63reate?{escaped}")),
        format!("/images/create?{of_bad}"),
        format!("/v1.24/images/create?{of_bad}"),
        format!("/v1.40/images/create?{of_bad}"),
        // For another machine than this one.
        format!("{create}?{of_bad}&platform=linux%2Farm64"),
    ] {
        tempted.post(&uri, &[], "").expect_denied(&tempted.evil());
    }
    let version = tempted.agent.engine.api();
    let slash = format!("/v{version}%2fimages%2Fcreate?{of_bad}");
    let answer = tempted.post(&slash, &[], "");
    assert!(
        answer.status == 403 || answer.status == 404,
        "{}",
        answer.text
    );
    tempted
        .post(&format!("http://engine{create}?{of_bad}"), &[], "")
        .expect_denied("address of this call");
}

/// A session, the stream that BuildKit speaks, and HTTP/2 without asking.
fn by_the_build_service(tempted: &Tempted) {
    let upgrade = &[("Upgrade", "h2c"), ("Connection", "Upgrade")];
    for uri in [tempted.agent.uri("/session"), "/session".to_owned()] {
        tempted
            .post(&uri, upgrade, "")
            .expect_denied("docker build");
    }
    let answer = tempted.post("/grpc", upgrade, "");
    assert_ne!(answer.status, 101, "{}", answer.text);
    assert!(
        !speaks_http2(&tempted.agent.engine.socket()),
        "this Engine can be told a header twice: see docs/agent.md, HTTP/2"
    );
    let build = tempted.agent.uri("/build?remote=http://127.0.0.1:1/x");
    tempted.post(&build, &[], "").expect_denied("docker build");
}

/// Whether HTTP/2 is answered with HTTP/2 (RFC 9113, section 3.3).
fn speaks_http2(socket: &Path) -> bool {
    const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    const SETTINGS: u8 = 4;
    let mut stream = UnixStream::connect(socket).expect("the Engine listens");
    stream
        .set_read_timeout(Some(Duration::from_secs(20)))
        .expect("a timeout can be set");
    stream.write_all(PREFACE).expect("it is sent");
    // An empty frame of settings.
    let _ = stream.write_all(&[0, 0, 0, SETTINGS, 0, 0, 0, 0, 0]);
    let mut answer = [0; 4];
    stream.read_exact(&mut answer).is_ok() && answer[3] == SETTINGS
}

/// Names and beginnings of IDs of what is there already, and what would make
/// it look as if it came from elsewhere.
fn by_images_that_are_there(tempted: &Tempted) {
    let (site, evil) = (tempted.site, tempted.evil());
    let mia = &site.member;
    let docker = |arguments: &[&str]| tempted.agent.docker(mia, arguments);
    let id = docker(&["images", "--quiet", "--no-trunc", &tempted.bad]);
    let id = id.expect_success().trim().to_owned();
    let hex = id.trim_start_matches("sha256:");
    for name in [&tempted.bad, &id, hex, &hex[..12]] {
        let uri = tempted
            .agent
            .uri(&format!("/images/{name}/tag?repo=acme/app&tag=1"));
        tempted.post(&uri, &[], "").expect_denied(&evil);
        for platform in ["", "?platform=linux/arm64"] {
            let uri = tempted.agent.uri(&format!("/containers/create{platform}"));
            let body = format!(r#"{{"Image":"{name}"}}"#);
            tempted.post(&uri, &[JSON], &body).expect_denied(&evil);
        }
    }
    let held = tempted.held();
    assert!(held.contains(&tempted.good), "{held:?}");
    assert!(!held.contains("acme/app:1"), "{held:?}");
}
