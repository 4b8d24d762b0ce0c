//! The files that pages are made of besides their text.
//!
//! They are in the binary. Each has a hash of its content in its name, so a
//! browser keeps it for good and still gets the new one with a new version.

use std::sync::LazyLock;

use aws_lc_rs::digest;
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use http::HeaderValue;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};

use crate::failure::Failure;

/// Half a year, and never asked again.
const FOR_GOOD: HeaderValue = HeaderValue::from_static("public, max-age=15552000, immutable");

/// One file.
struct Asset {
    name: &'static str,
    kind: &'static str,
    content_type: &'static str,
    content: &'static str,
}

/// The stylesheet, in the order in which one rule may refine another.
const STYLE: &str = concat!(
    include_str!("../assets/css/tokens.css"),
    include_str!("../assets/css/base.css"),
    include_str!("../assets/css/shell.css"),
    include_str!("../assets/css/forms.css"),
    include_str!("../assets/css/components.css"),
    include_str!("../assets/css/lists.css"),
    include_str!("../assets/css/policy.css"),
    include_str!("../assets/css/requests.css"),
);

const ASSETS: [Asset; 4] = [
    Asset {
        name: "console",
        kind: "css",
        content_type: "text/css; charset=utf-8",
        content: STYLE,
    },
    Asset {
        name: "console",
        kind: "js",
        content_type: "text/javascript; charset=utf-8",
        content: include_str!("../assets/console.js"),
    },
    Asset {
        name: "htmx",
        kind: "js",
        content_type: "text/javascript; charset=utf-8",
        content: include_str!("../assets/htmx.min.js"),
    },
    Asset {
        name: "icon",
        kind: "svg",
        content_type: "image/svg+xml",
        content: include_str!("../assets/icon.svg"),
    },
];

/// Where each file is found.
pub(crate) struct Addresses {
    pub(crate) style: String,
    pub(crate) script: String,
    pub(crate) htmx: String,
    pub(crate) icon: String,
}

/// Where each file of this version is found.
pub(crate) static ADDRESSES: LazyLock<Addresses> = LazyLock::new(|| {
    let [style, script, htmx, icon] = ASSETS.map(|asset| format!("/assets/{}", asset.file_name()));
    Addresses {
        style,
        script,
        htmx,
        icon,
    }
});

impl Asset {
    fn file_name(&self) -> String {
        let hash = digest::digest(&digest::SHA256, self.content.as_bytes());
        let hash: String = hash.as_ref()[..8]
            .iter()
            .fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
        format!("{}-{hash}.{}", self.name, self.kind)
    }
}

/// `GET /assets/{name}`.
pub(crate) async fn serve(Path(name): Path<String>) -> Result<Response, Failure> {
    static NAMES: LazyLock<[String; 4]> = LazyLock::new(|| ASSETS.map(|asset| asset.file_name()));
    let place = NAMES.iter().position(|known| *known == name);
    let asset = place.and_then(|place| ASSETS.into_iter().nth(place));
    let asset = asset.ok_or(Failure::NotFound(None))?;
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static(asset.content_type)),
        (CACHE_CONTROL, FOR_GOOD),
    ];
    Ok((headers, asset.content).into_response())
}
