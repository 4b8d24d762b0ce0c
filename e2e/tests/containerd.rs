//! containerd, by a `hosts.toml` whose only server is the gateway.

use pullgate_e2e::{Containerd, stories};

stories!(Containerd::start);

#[test]
fn a_denial_is_the_end() {
    stories::a_denial_is_the_end(Containerd::start);
}
