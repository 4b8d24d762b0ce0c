//! A server that is told to end breaks no pull that could end.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a story that cannot go on fails where it stands"
)]

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use pullgate_e2e::wire::{Answer, Line, ask};
use pullgate_e2e::{Blob, Signal, Site, eventually};

/// More than the system keeps in buffers for a client that does not read.
const LARGE: usize = 48 << 20;

/// A blob that nobody has pulled yet.
fn large_blob(site: &Site) -> Blob {
    let blob = Blob::noise(1, LARGE);
    site.registry.push_blob("library/base", &blob);
    blob
}

/// A pull of a blob that has begun, by a client that reads no further.
struct Begun {
    stream: TcpStream,
    read: Vec<u8>,
}

impl Begun {
    fn new(site: &Site, token: &str, blob: &Blob) -> Self {
        let mut stream = TcpStream::connect(("127.0.0.1", site.gateway.port())).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_mins(1)))
            .unwrap();
        write!(
            stream,
            "GET /v2/library/base/blobs/{} HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {token}\r\n\r\n",
            blob.digest,
            site.gateway.address(),
        )
        .unwrap();
        let mut read = vec![0; 64 << 10];
        let length = stream.read(&mut read).unwrap();
        read.truncate(length);
        assert!(read.starts_with(b"HTTP/1.1 200 "), "it has begun");
        Self { stream, read }
    }

    /// Reads on to the end of the connection; gives the body.
    fn rest(mut self) -> Vec<u8> {
        // A connection that is cut gives an error after what came before.
        let _ = self.stream.read_to_end(&mut self.read);
        let head = self.read.windows(4).position(|end| end == b"\r\n\r\n");
        self.read.split_off(head.expect("a head") + 4)
    }
}

fn ready(site: &Site) -> std::io::Result<Answer> {
    ask("GET", "/readyz").send(site.gateway.operations())
}

fn manifest(site: &Site, token: &str, line: &mut Line) -> Answer {
    ask("GET", "/v2/library/base/manifests/1")
        .bearer(token)
        .header("accept", site.image("library/base").manifest.media_type)
        .on(line)
        .expect("an answer")
}

#[test]
fn who_shares_requests_out_is_told_first_and_what_runs_comes_to_its_end() {
    let site = Site::start_with(|setting| setting.top.push_str("drain_delay = '3s'\n"));
    let token = site.bearer(Some(&site.member));
    let blob = large_blob(&site);
    let running = Begun::new(&site, &token, &blob);
    let mut kept = Line::to(site.gateway.port()).unwrap();
    let before = manifest(&site, &token, &mut kept);
    assert_eq!((before.status, before.header("connection")), (200, None));
    assert_eq!(ready(&site).unwrap().status, 200);

    site.gateway.process().signal(Signal::TERM);
    eventually("not ready", || ready(&site).unwrap().status == 503);
    let text = ready(&site).unwrap().text();
    assert!(text.contains("about to end"), "{text}");
    // Whoever comes meanwhile is served and told to come elsewhere next time.
    let last = manifest(&site, &token, &mut kept);
    assert_eq!(
        (last.status, last.header("connection")),
        (200, Some("close"))
    );
    let mut new = Line::to(site.gateway.port()).unwrap();
    let answer = manifest(&site, &token, &mut new);
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("connection"), Some("close"));
    let control = ask("GET", "/v2/user/")
        .send(site.gateway.control())
        .unwrap();
    assert_eq!(control.status, 401, "the API is served for as long");

    eventually("closed", || Line::to(site.gateway.port()).is_err());
    // It is seen how it ends, for as long as a pull runs.
    assert_eq!(ready(&site).unwrap().status, 503);
    assert!(!site.gateway.process().has_ended());
    assert_eq!(Blob::new(running.rest()).digest, blob.digest);
    eventually("the end", || site.gateway.process().has_ended());
    let log = site.gateway.process().log();
    assert!(!log.contains("cut"), "{log}");
    assert!(log.contains("stopped"), "{log}");
}

#[test]
fn what_does_not_come_to_an_end_is_cut_and_said() {
    let site = Site::start_with(|setting| setting.top.push_str("drain_timeout = '1s'\n"));
    let token = site.bearer(Some(&site.member));
    let blob = large_blob(&site);
    let running = Begun::new(&site, &token, &blob);
    site.gateway.process().signal(Signal::TERM);
    eventually("the end", || site.gateway.process().has_ended());
    assert!(running.rest().len() < blob.bytes.len());
    let log = site.gateway.process().log();
    assert!(log.contains("drain_timeout"), "{log}");
    assert!(log.contains("connections=1"), "{log}");
}

#[test]
fn a_second_signal_ends_at_once() {
    let site = Site::start();
    let token = site.bearer(Some(&site.member));
    let blob = large_blob(&site);
    let running = Begun::new(&site, &token, &blob);
    site.gateway.process().signal(Signal::INT);
    eventually("closed", || Line::to(site.gateway.port()).is_err());
    assert!(!site.gateway.process().has_ended());
    site.gateway.process().signal(Signal::INT);
    eventually("the end", || site.gateway.process().has_ended());
    assert!(running.rest().len() < blob.bytes.len());
}
