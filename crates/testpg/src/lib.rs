//! A real PostgreSQL server for tests.
//!
//! [`Server::shared`] is one server for all tests of a process, and
//! [`Server::create_database`] gives each test a database of its own. A test
//! that stops and starts its server again begins one with [`Server::start`].
//!
//! The server listens on a free loopback port, keeps its data in a temporary
//! folder and writes nothing through to the disk. It ends with the test
//! process, however that ends: a shell stands between the two, is told by the
//! kernel that its parent is gone, stops the server and removes the folder.
//!
//! PostgreSQL refuses to run as root, so as root it is run as the system's user
//! `postgres`. Where it is missing the tests fail, and say how to install it.

mod programs;
mod server;

pub use server::Server;
