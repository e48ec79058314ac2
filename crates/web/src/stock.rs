//! What pages need beside themselves: a style, a script and a sign for the browser's tab. A name carries the hash of what it names, so that a browser
//! may keep it for ever.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::{HeaderName, header};
use axum::response::{IntoResponse, Response};
use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};

use crate::trouble::Trouble;

/// Something that is served as it is.
pub(crate) struct Ware {
    name: String,
    kind: &'static str,
    bytes: &'static [u8],
}

/// The style.
pub(crate) static STYLE: LazyLock<Ware> = LazyLock::new(|| {
    Ware::new(
        "style",
        "css",
        "text/css; charset=utf-8",
        include_bytes!("static/style.css"),
    )
});

/// The script.
pub(crate) static SCRIPT: LazyLock<Ware> = LazyLock::new(|| {
    Ware::new(
        "live",
        "js",
        "text/javascript; charset=utf-8",
        include_bytes!("static/live.js"),
    )
});

/// The sign.
pub(crate) static ICON: LazyLock<Ware> =
    LazyLock::new(|| Ware::new("icon", "svg", "image/svg+xml", include_bytes!("static/icon.svg")));

impl Ware {
    fn new(name: &str, ending: &str, kind: &'static str, bytes: &'static [u8]) -> Self {
        let hash = HEXLOWER.encode(&Sha256::digest(bytes));
        let short = hash.get(..16).unwrap_or(&hash);
        Self {
            name: format!("{name}-{short}.{ending}"),
            kind,
            bytes,
        }
    }

    /// Where it is.
    pub(crate) fn path(&self) -> String {
        format!("/static/{}", self.name)
    }
}

/// Serves one.
pub(crate) async fn show(Path(name): Path<String>) -> Result<Response, Trouble> {
    let all = [&*STYLE, &*SCRIPT, &*ICON];
    let ware = all
        .into_iter()
        .find(|ware| ware.name == name)
        .ok_or(Trouble::Missing)?;
    let headers: [(HeaderName, &str); 2] = [
        (header::CONTENT_TYPE, ware.kind),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
    ];
    Ok((headers, ware.bytes).into_response())
}
