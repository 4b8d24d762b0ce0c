//! Two servers behind nginx, configured as docs/replicas.md shows it: one is
//! killed, both are restarted, and pulls go on.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stderr,
    reason = "a story that cannot go on fails where it stands; measured times are printed"
)]

use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use pullgate_e2e::wire::{End, Line, ask};
use pullgate_e2e::{Balancer, Folder, Image, Outcome, Pair, Person, eventually, run, tool};

/// skopeo, which does not try again by itself when a layer is cut.
fn copy(port: u16, person: &Person, path: &str, folder: &Folder, name: &str) -> Outcome {
    let mut command = Command::new(tool("skopeo", "skopeo"));
    command
        .args(["copy", "--src-tls-verify=false", "--src-creds"])
        .arg(format!("{}:{}", person.username, person.secret))
        .arg(format!("docker://127.0.0.1:{port}/{path}"))
        .arg(format!("dir:{}", folder.join(name).display()));
    run(&command)
}

#[test]
fn clients_that_try_again_pull_although_a_replica_is_killed() {
    let pair = Pair::start();
    // More than the system keeps in buffers between here and there, and slow,
    // so that the kill meets pulls half-way.
    let image = Image::of_size("acme/large:1", 32 << 20);
    pair.site.registry.push("library/large", "1", &image);
    let balancer = Balancer::start(pair.ports(), Some(6 << 20));
    let folder = Folder::new("copies");
    let member = &pair.site.member;
    let under_way = |name: &str| {
        let files = std::fs::read_dir(folder.join(name)).into_iter().flatten();
        files.flatten().any(|file| {
            let size = file.metadata().map_or(0, |file| file.len());
            size > 1 << 20 && size < 16 << 20
        })
    };
    std::thread::scope(|scope| {
        let pulls: Vec<_> = (0..6)
            .map(|number| {
                let (folder, port) = (&folder, balancer.port());
                let name = format!("copy-{number}");
                scope.spawn(move || {
                    let copy = || copy(port, member, "library/large:1", folder, &name);
                    let first = copy();
                    if first.succeeded() {
                        return (first, 0);
                    }
                    (copy(), 1)
                })
            })
            .collect();
        eventually("layers on their way", || {
            (0..6)
                .filter(|number| under_way(&format!("copy-{number}")))
                .count()
                >= 4
        });
        pair.other.process().kill();
        let mut cut: u32 = 0;
        for pull in pulls {
            let (last, again) = pull.join().unwrap();
            last.expect_success();
            cut += again;
        }
        eprintln!("{cut} of 6 pulls were cut, and succeeded when they were tried again");
    });
    let layer = image.blobs[1].digest.trim_start_matches("sha256:");
    for number in 0..6 {
        let copied = folder.join(format!("copy-{number}/{layer}"));
        assert_eq!(std::fs::read(copied).unwrap(), image.blobs[1].bytes);
    }
}

#[test]
fn a_rolling_restart_breaks_no_pull() {
    let mut pair = Pair::start_with(|setting| setting.top.push_str("drain_delay = '1s'\n"));
    let balancer = Balancer::start(pair.ports(), None);
    let port = balancer.port();
    let token = pair.site.bearer(Some(&pair.site.member));
    let image = pair.site.image("library/base").clone();
    let (member, folder) = (pair.site.member.clone(), Folder::new("copies"));
    let over = AtomicBool::new(false);
    let pulled = AtomicU64::new(0);
    let copied = AtomicU64::new(0);
    let pull = |line: &mut Option<Line>| {
        let manifest = image.manifest.digest();
        let mut targets = vec!["manifests/1".to_owned(), format!("manifests/{manifest}")];
        targets.extend(
            image
                .blobs
                .iter()
                .map(|blob| format!("blobs/{}", blob.digest)),
        );
        for target in targets {
            let request = ask("GET", &format!("/v2/library/base/{target}"))
                .bearer(&token)
                .header("accept", image.manifest.media_type);
            // A connection to nginx is kept, or made anew for each request.
            let answer = match line {
                Some(line) => request.on(line).unwrap(),
                None => request.to(port),
            };
            assert_eq!(answer.status, 200, "{target}: {}", answer.text());
            assert_eq!(answer.end, End::Whole, "{target}");
        }
        pulled.fetch_add(1, Ordering::Relaxed);
    };
    std::thread::scope(|scope| {
        let (over, copied, member, folder, pull) = (&over, &copied, &member, &folder, &pull);
        for number in 0..6 {
            scope.spawn(move || {
                while !over.load(Ordering::Relaxed) {
                    let mut line = (number % 2 == 0).then(|| Line::to(port).unwrap());
                    for _ in 0..20 {
                        pull(&mut line);
                    }
                }
            });
        }
        scope.spawn(move || {
            while !over.load(Ordering::Relaxed) {
                copy(port, member, "library/base:1", folder, "skopeo").expect_success();
                copied.fetch_add(1, Ordering::Relaxed);
            }
        });
        let stop = OnDrop(over);
        for _ in 0..2 {
            for gateway in [&mut pair.site.gateway, &mut pair.other] {
                gateway.restart();
                eventually("the balancer has taken it in again", || {
                    gateway.metric("pullgate_decisions_total") > Some(0)
                });
            }
        }
        drop(stop);
    });
    eprintln!(
        "4 restarts in the middle of {} pulls and {} of skopeo's",
        pulled.load(Ordering::Relaxed),
        copied.load(Ordering::Relaxed)
    );
    assert!(copied.load(Ordering::Relaxed) > 0);
}

/// Ends the threads of a scope, also when what they were for has failed.
struct OnDrop<'a>(&'a AtomicBool);

impl Drop for OnDrop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
