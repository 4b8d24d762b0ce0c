//! The server: its listeners, and everything that runs behind them.

mod certificate;
mod connections;
mod ending;
mod first_link;
mod forwarded;
mod gateway_names;
mod machinery;
mod operations;
mod parts;
mod poke;
mod serve;

pub(crate) use connections::{Handler, Listener};
pub(crate) use ending::{End, Phase};
pub(crate) use gateway_names::gateway_names;
pub(crate) use parts::{Parts, open_catalog, open_identity, open_store};
pub(crate) use poke::{Poked, poke};
pub(crate) use serve::{EndSignals, Running, serve, start};
