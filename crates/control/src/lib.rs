//! The API for people and tools.
//!
//! Where Docker Hub has a path for something, this has the same one with the
//! same shapes, so that a tool written for Docker Hub works when it is pointed
//! here. What the Hub does not have stands under `/api/v1`.
//!
//! So far: signing in (`POST /v2/users/login`, `POST /v2/auth/token`), who has
//! signed in (`GET /v2/user/`, `GET /v2/user/orgs/`), what would be decided
//! about an image and why (`GET /api/v1/explain`), and the page that the link
//! in a denial leads to (`GET /request`).
//!
//! Every path answers with and without a trailing slash.

mod api;
mod authorized;
mod explain;
mod login;
mod problem;
mod request_page;
mod user;

pub use api::{Client, Control};
pub use explain::Explanation;
