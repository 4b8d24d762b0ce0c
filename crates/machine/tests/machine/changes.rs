//! Configurations that are written and taken back.

use pullgate_machine::changes::{ChangeError, LEDGER, Ledger, Undone, Wanted, apply, undo};

use super::image::Image;

const DAEMON: &str = "/etc/docker/daemon.json";
const HOSTS: &str = "/etc/containerd/certs.d/docker.io/hosts.toml";
const GATEWAY: &str = "http://gateway.acme.example:5000";

fn wanted(path: &str, text: &str) -> Wanted {
    Wanted {
        path: path.to_owned(),
        text: text.to_owned(),
    }
}

fn insecure() -> Wanted {
    wanted(
        DAEMON,
        "{\"insecure-registries\":[\"gateway.acme.example:5000\"]}",
    )
}

fn hosts() -> Wanted {
    wanted(
        HOSTS,
        "server = \"http://gateway.acme.example:5000\"\n\n[host]\n",
    )
}

#[test]
fn what_was_there_is_kept_and_comes_back() {
    let image = Image::new();
    image.write(DAEMON, "{\n  \"bip\": \"172.26.0.1/16\"\n}\n");
    image.mode(DAEMON, 0o640);
    let before = image.all();
    let (root, owner) = (image.root(), image.owner);
    let files = [insecure(), hosts()];
    let applied = apply(&root, "docker", GATEWAY, &files, owner).unwrap();
    assert!(applied.iter().all(|file| file.was_written));
    assert_eq!(
        applied[0].kept.as_deref(),
        Some("/etc/docker/daemon.json.before-client-config")
    );
    assert_eq!(applied[1].kept, None);
    let daemon: serde_json::Value = serde_json::from_str(&image.read(DAEMON)).unwrap();
    assert_eq!(daemon["bip"], "172.26.0.1/16");
    assert_eq!(
        daemon["insecure-registries"][0],
        "gateway.acme.example:5000"
    );
    assert_eq!(image.mode_of(DAEMON), 0o640);
    assert_eq!(image.read(HOSTS), hosts().text);
    assert_eq!(Ledger::read(&root).unwrap().gateway, GATEWAY);

    let after = image.all();
    let again = apply(&root, "docker", GATEWAY, &files, owner).unwrap();
    assert!(again.iter().all(|file| !file.was_written));
    assert_eq!(image.all(), after, "twice is once");

    let undone = undo(&root, "docker", owner).unwrap();
    assert_eq!(
        undone,
        [
            Undone::Restored(DAEMON.to_owned()),
            Undone::Removed(HOSTS.to_owned())
        ]
    );
    assert_eq!(image.all(), before, "files, folders and the ledger");
    assert_eq!(image.mode_of(DAEMON), 0o640);
    assert!(undo(&root, "docker", owner).unwrap().is_empty());
}

#[test]
fn a_file_that_two_clients_need_stays_until_the_second_is_undone() {
    let image = Image::new();
    let (root, owner) = (image.root(), image.owner);
    apply(&root, "containerd", GATEWAY, &[hosts()], owner).unwrap();
    apply(&root, "kubernetes", GATEWAY, &[hosts()], owner).unwrap();
    let left = undo(&root, "containerd", owner).unwrap();
    assert_eq!(
        left,
        [Undone::StillNeeded(
            HOSTS.to_owned(),
            vec!["kubernetes".to_owned()]
        )]
    );
    assert!(image.has(HOSTS));
    undo(&root, "kubernetes", owner).unwrap();
    assert!(!image.has(HOSTS) && !image.has(LEDGER));
}

#[test]
fn what_somebody_has_changed_since_is_theirs() {
    let image = Image::new();
    image.write(DAEMON, "{}\n");
    let (root, owner) = (image.root(), image.owner);
    apply(&root, "docker", GATEWAY, &[insecure()], owner).unwrap();
    let theirs = image.read(DAEMON).replace('{', "{\n  \"debug\": true,");
    image.write(DAEMON, &theirs);
    // Also if it is applied again in between.
    apply(&root, "docker", GATEWAY, &[insecure()], owner).unwrap();
    let undone = undo(&root, "docker", owner).unwrap();
    let kept = "/etc/docker/daemon.json.before-client-config".to_owned();
    assert_eq!(
        undone,
        [Undone::Changed(DAEMON.to_owned(), Some(kept.clone()))]
    );
    assert_eq!(image.read(DAEMON), theirs);
    assert_eq!(image.read(&kept), "{}\n");
}

#[test]
fn another_gateway_takes_the_place_of_the_first_and_undo_goes_back_before_both() {
    let image = Image::new();
    image.write(HOSTS, "server = \"https://registry-1.docker.io\"\n");
    let before = image.all();
    let (root, owner) = (image.root(), image.owner);
    apply(&root, "containerd", GATEWAY, &[hosts()], owner).unwrap();
    let second = wanted(HOSTS, "server = \"https://other.example\"\n\n[host]\n");
    apply(
        &root,
        "containerd",
        "https://other.example",
        &[second],
        owner,
    )
    .unwrap();
    assert!(image.read(HOSTS).contains("other.example"));
    undo(&root, "containerd", owner).unwrap();
    assert_eq!(image.all(), before);
}

#[test]
fn what_cannot_be_merged_leaves_the_machine_as_it_is() {
    let image = Image::new();
    image.write(DAEMON, "{ not json");
    let before = image.all();
    let files = [hosts(), insecure()];
    let error = apply(&image.root(), "docker", GATEWAY, &files, image.owner).unwrap_err();
    assert!(
        matches!(&error, ChangeError::Unmergeable(path, _) if path == DAEMON),
        "{error}"
    );
    assert_eq!(image.all(), before);
}

/// The ledger is written first: whatever a run did that was cut off can be
/// taken back.
#[test]
fn a_run_that_was_cut_off_can_be_taken_back() {
    let image = Image::new();
    image.write(DAEMON, "{}\n");
    let (root, owner) = (image.root(), image.owner);
    apply(&root, "docker", GATEWAY, &[insecure(), hosts()], owner).unwrap();
    // As if it had ended before the first of the two files.
    image.write(DAEMON, "{}\n");
    std::fs::remove_file(image.path("/etc/docker/daemon.json.before-client-config")).unwrap();
    let undone = undo(&root, "docker", owner).unwrap();
    let restored = [
        Undone::Restored(DAEMON.to_owned()),
        Undone::Removed(HOSTS.to_owned()),
    ];
    assert_eq!(undone, restored);
    assert!(!image.has(HOSTS) && !image.has(LEDGER));
    assert_eq!(image.read(DAEMON), "{}\n");
}

#[test]
fn a_link_ends_it_before_anything_is_written_there() {
    let image = Image::new();
    image.write("/srv/daemon.json", "{}\n");
    image.link(DAEMON, "/srv/daemon.json");
    let error = apply(&image.root(), "docker", GATEWAY, &[insecure()], image.owner).unwrap_err();
    assert!(matches!(error, ChangeError::Put(_)), "{error}");
    assert_eq!(image.read("/srv/daemon.json"), "{}\n");
    assert!(!image.has(LEDGER));
    assert_eq!(image.root().list("/etc/docker").unwrap(), ["daemon.json"]);
}
