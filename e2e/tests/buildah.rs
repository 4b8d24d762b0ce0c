//! buildah builds, with `location` in its `registries.conf`.

use pullgate_e2e::{Buildah, stories};

stories!(Buildah::new);
