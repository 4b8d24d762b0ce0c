//! The time of day, as a parameter.

use std::sync::Arc;

use jiff::Timestamp;

/// Tells the time. A parameter, so that a test can move it.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// The clock of the machine.
pub fn system_clock() -> Clock {
    Arc::new(Timestamp::now)
}
