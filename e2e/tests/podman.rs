//! podman, with `location` in its `registries.conf`.

use pullgate_e2e::{Podman, stories};

stories!(Podman::new);

#[test]
fn a_denial_is_the_end() {
    stories::a_denial_is_the_end(Podman::new);
}
