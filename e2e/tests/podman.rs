//! podman, with `location` in its `registries.conf`.

use pullgate_e2e::{Podman, stories};

stories!(Podman::new);
