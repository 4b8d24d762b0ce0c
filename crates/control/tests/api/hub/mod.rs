//! Docker Hub's paths.

mod settings;
