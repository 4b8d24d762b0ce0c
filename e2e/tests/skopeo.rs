//! skopeo, with `location` in the file given by `--registries-conf`.

use pullgate_e2e::{Skopeo, stories};

stories!(Skopeo::new);
