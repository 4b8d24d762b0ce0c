//! End-to-end tests: the real `pullgate` program, a real registry behind it
//! and the real clients in front of it.
//!
//! Nothing in here knows Pullgate's crates. The program is started from its
//! file (`PULLGATE_BIN`, or what cargo built last), configured by a file and
//! its own commands, and judged by what dockerd, containerd, podman, buildah
//! and skopeo do and print. Docker Hub alone is played by stand-ins: its
//! registry by Debian's `docker-registry`, and its namespace API by [`Hub`].
//!
//! The shape of a test:
//!
//! * a [`Site`] is everything that an organization has: a registry with one
//!   image of every category, the gateway, an owner and a member with their
//!   tokens. It is cheap enough to have one for each test file;
//! * [`Elsewhere`] is a second registry, which shows whether anybody goes
//!   around the gateway;
//! * a [`Client`] pulls as somebody; each client tells the same
//!   [`stories`], so that none is proven less than another;
//! * [`wire`] speaks raw HTTP where the exact bytes matter.
//!
//! Everything lives in folders of its own under `/tmp` and listens on
//! loopback ports that were free. Whatever way a test process ends, what it
//! started ends with it: see [`Process`] and [`Folder`].
//!
//! The clients need root, and Debian's packages. What is missing fails a
//! test with the command that installs it; nothing is skipped.
#![allow(
    clippy::expect_used,
    clippy::print_stderr,
    clippy::missing_panics_doc,
    reason = "a test fails by a panic that says what went wrong"
)]

mod account;
mod agent;
mod authority;
mod balancer;
mod booted;
mod browser;
mod buildah;
mod client;
mod containerd;
mod containers;
mod docker;
mod elsewhere;
mod engine;
pub mod engine_call;
mod folder;
mod gateway;
mod hub;
pub mod hub_client;
mod images;
mod machine;
mod outcome;
mod pair;
mod podman;
mod port;
mod postgres;
mod process;
pub mod python;
mod registry;
pub mod schemathesis;
mod server;
mod site;
mod skopeo;
pub mod stories;
mod tool;
mod upstream;
mod waiting;
pub mod wire;

pub use account::Account;
pub use agent::{Agent, AgentSetting};
pub use authority::Authority;
pub use balancer::Balancer;
pub use booted::Booted;
pub use browser::Browser;
pub use buildah::Buildah;
pub use client::{Client, Configured};
pub use containerd::Containerd;
pub use docker::{Builder, DockerBuild, DockerPull, Dockerd};
pub use elsewhere::Elsewhere;
pub use engine::{Engine, Store};
pub use folder::Folder;
pub use gateway::{Gateway, Setting, pullgate};
pub use hub::{Hub, HubFault};
pub use images::{Blob, Image, Kind, Manifest, Platform};
pub use machine::Machine;
pub use outcome::{Outcome, run, run_with_input};
pub use pair::Pair;
pub use podman::Podman;
pub use port::free_port;
pub use postgres::Postgres;
pub use process::{Process, Shelter};
pub use registry::Registry;
pub use rustix::process::Signal;
pub use server::{Heard, Server};
pub use site::{Person, Site};
pub use skopeo::Skopeo;
pub use tool::tool;
pub use upstream::{Fault, Route, Upstream};
pub use waiting::eventually;
