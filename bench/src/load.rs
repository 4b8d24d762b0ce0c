//! What else the machine does while servers are measured.

use std::time::Duration;

use crate::cpu;
use crate::failure::Failure;

/// Shares of the processors' time, from 0 to 1.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Load {
    /// Work that is not this benchmark's.
    pub(crate) others: f64,
    /// Time that the hypervisor gave to other machines.
    pub(crate) stolen: f64,
}

/// Does something, and tells what else the machine did meanwhile.
pub(crate) fn beside<T>(work: impl FnOnce() -> Result<T, Failure>) -> Result<(T, Load), Failure> {
    let before = (cpu::whole()?, cpu::used_by(std::process::id())?);
    let done = work()?;
    let after = (cpu::whole()?, cpu::used_by(std::process::id())?);
    let ours = after.1.saturating_sub(before.1);
    let busy = after.0.busy.saturating_sub(before.0.busy);
    let all = after.0.all.saturating_sub(before.0.all);
    let share = |part: Duration| part.as_secs_f64() / all.as_secs_f64().max(0.01);
    let load = Load {
        others: share(busy.saturating_sub(ours)),
        stolen: share(after.0.stolen.saturating_sub(before.0.stolen)),
    };
    Ok((done, load))
}
