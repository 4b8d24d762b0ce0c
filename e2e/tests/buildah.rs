//! buildah builds, with `location` in its `registries.conf`.

use pullgate_e2e::{Buildah, stories};

stories!(Buildah::new);

#[test]
fn a_denial_is_the_end() {
    stories::a_denial_is_the_end(Buildah::new);
}
