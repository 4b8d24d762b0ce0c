//! Writing where somebody may have prepared something.

use pullgate_machine::{PutError, Removed};

use super::image::Image;

const FILE: &str = "/etc/docker/daemon.json";

#[test]
fn a_file_comes_whole_with_its_folders_and_permissions() {
    let image = Image::new();
    let made = image.root().put(FILE, b"{}\n", 0o644, image.owner).unwrap();
    assert_eq!(made, ["/etc/docker"]);
    assert_eq!(image.read(FILE), "{}\n");
    assert_eq!(image.mode_of(FILE), 0o644);
    assert_eq!(image.mode_of("/etc/docker"), 0o755);
    let made = image.root().put(FILE, b"[]\n", 0o600, image.owner).unwrap();
    assert!(made.is_empty());
    assert_eq!(
        (image.read(FILE).as_str(), image.mode_of(FILE)),
        ("[]\n", 0o600)
    );
    let names = image.root().list("/etc/docker").unwrap();
    assert_eq!(names, ["daemon.json"], "nothing else is left");
    assert_eq!(image.root().remove(FILE).unwrap(), Removed::Gone);
    assert_eq!(image.root().remove(FILE).unwrap(), Removed::NotThere);
}

#[test]
fn nothing_is_written_through_a_link() {
    let image = Image::new();
    image.write("/etc/shadow", "secret\n");
    image.folder("/srv/elsewhere");
    image.link(FILE, "/etc/shadow");
    let error = image
        .root()
        .put(FILE, b"x", 0o644, image.owner)
        .unwrap_err();
    assert!(matches!(error, PutError::Link(path) if path == FILE));
    image.link("/etc/containers", "/srv/elsewhere");
    let path = "/etc/containers/registries.conf.d/pullgate.conf";
    let error = image
        .root()
        .put(path, b"x", 0o644, image.owner)
        .unwrap_err();
    assert!(
        matches!(&error, PutError::Link(path) if path == "/etc/containers"),
        "{error}"
    );
    assert_eq!(image.read("/etc/shadow"), "secret\n");
    assert!(image.root().list("/srv/elsewhere").unwrap().is_empty());
    // A link is removed, and not what it leads to.
    assert_eq!(image.root().remove(FILE).unwrap(), Removed::Gone);
    assert!(image.has("/etc/shadow"));
}

#[test]
fn what_is_in_the_way_is_named() {
    let image = Image::new();
    image.folder(FILE);
    let error = image
        .root()
        .put(FILE, b"x", 0o644, image.owner)
        .unwrap_err();
    assert!(error.to_string().contains("is not a file"), "{error}");
    image.write("/etc/containers", "a file");
    let path = "/etc/containers/registries.conf";
    let error = image
        .root()
        .put(path, b"x", 0o644, image.owner)
        .unwrap_err();
    assert!(error.to_string().contains("/etc/containers"), "{error}");
    assert!(error.to_string().contains("is not a folder"), "{error}");
}

/// An image is looked at from outside, where its links would lead elsewhere.
#[test]
fn no_link_leads_out_of_an_image() {
    let image = Image::new();
    let outside = tempfile::tempdir().unwrap();
    let secret = outside.path().join("secret");
    std::fs::write(&secret, "of the machine that looks").unwrap();
    image.link("/etc/docker/daemon.json", secret.to_str().unwrap());
    image.link("/etc/up", "../../../../../../../../../../etc/passwd");
    let root = image.root();
    assert_eq!(root.read("/etc/docker/daemon.json").unwrap(), None);
    let passwd = root.text("/etc/up").unwrap().unwrap();
    assert!(passwd.contains("mia"), "the image's own: {passwd}");
}
