//! containerd, by a `hosts.toml` whose only server is the gateway.

use pullgate_e2e::{Containerd, stories};

stories!(Containerd::start);
