//! The server: its listeners, and everything that runs behind them.

mod certificate;
mod connections;
mod operations;
mod parts;
mod poke;
mod serve;

pub(crate) use connections::{Handler, Listener, Stop};
pub(crate) use parts::Parts;
pub(crate) use poke::poke;
pub(crate) use serve::{Running, ended_by_signal, serve, start};
