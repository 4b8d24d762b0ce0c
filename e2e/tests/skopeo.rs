//! skopeo, with `location` in the file given by `--registries-conf`.

use pullgate_e2e::{Skopeo, stories};

stories!(Skopeo::new);

#[test]
fn a_denial_is_the_end() {
    stories::a_denial_is_the_end(Skopeo::new);
}
