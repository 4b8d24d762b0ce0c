//! Who looks after the installation is said at its terminal.

use super::site::Site;

#[test]
fn a_site_administrator_is_made_and_unmade() {
    let site = Site::of_acme();
    let done = site.ok("user set olga --site-administrator on");
    assert_eq!(done, "olga is a site administrator now.\n");
    let list = site.ok("user list");
    let of = |name: &str| list.lines().find(|line| line.starts_with(name)).unwrap();
    assert!(of("olga").contains("administrator"), "{list}");
    assert!(!of("mia").contains("administrator"), "{list}");
    site.ok("user set olga --site-administrator off");
    assert!(!site.ok("user list").contains("administrator"));
    let nobody = site.run("user set max --site-administrator on");
    assert_eq!(nobody.code, 3);
    assert!(nobody.err.contains("there is no user max"), "{nobody:?}");
}
