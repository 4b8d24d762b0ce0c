//! A table to take along, as a file.

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use pullgate_admin::{Table, TableFormat};

/// Sends a table as a file whose name begins so, in which nothing stands that
/// a header could not. It is made while it is sent.
pub(crate) fn download(table: Table, name: &str, format: TableFormat) -> Response {
    let disposition = format!("attachment; filename=\"{name}.{}\"", format.ending());
    let headers = [
        (CONTENT_TYPE, format.media_type().to_owned()),
        (CONTENT_DISPOSITION, disposition),
    ];
    (headers, Body::from_stream(table.stream())).into_response()
}
