//! The link by which the first person sets this Pullgate up.

use crate::config::Config;
use crate::failure::Failure;

use super::serve::Running;

/// While there is nobody, says how the first person comes in: by a link that
/// works once. It is a secret, and stands where only who runs the server can
/// read it.
pub(super) async fn show(config: &Config, running: &Running) -> Result<(), Failure> {
    let link = running.parts.admin(config).new_setup_link().await;
    let link = link.map_err(|error| Failure::new(error.to_string()))?;
    let Some((secret, lifetime)) = link else {
        return Ok(());
    };
    let base = match &config.public_url {
        Some(url) => url.clone(),
        // What listens on every address is reached on this machine by its name.
        None => running
            .control_url
            .replace("//0.0.0.0:", "//localhost:")
            .replace("//[::]:", "//localhost:"),
    };
    tracing::info!(
        "nobody has an account yet. Open this link to set up the first organization and its \
         owner; it works once, for {} hours: {base}/setup?key={}",
        lifetime.as_secs() / 3600,
        secret.expose(),
    );
    Ok(())
}
