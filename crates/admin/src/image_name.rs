//! Names of images, as people type them.

use std::sync::Arc;

use pullgate_reference::{GatewayNames, Reference};

use crate::admin::{Admin, Result};
use crate::error::AdminError;

impl Admin {
    /// The services, knowing by which hosts the gateway is reached: an image
    /// that is named through it is what the gateway serves by that name.
    #[must_use]
    pub fn with_gateway(mut self, gateway: GatewayNames) -> Self {
        self.gateway = Arc::new(gateway);
        self
    }

    /// Reads the name of an image as somebody types it to pull it, through the
    /// gateway or not.
    pub fn read_image(&self, typed: &str) -> Result<Reference> {
        self.gateway
            .read(typed)
            .map_err(|error| AdminError::Invalid(format!("{typed:?} is not an image: {error}")))
    }
}
