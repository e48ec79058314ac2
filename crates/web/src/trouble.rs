//! What a page says when it cannot do what was asked. The guard puts it into the form that the caller reads.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use holter_model::seam::NoChance;
use holter_store::StoreError;

/// Why not.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// There is no such thing, or it is none of the caller's business.
    Missing,
    /// The caller may not.
    Denied,
    /// What was sent makes no sense.
    Wrong(String),
    /// Somebody did something else meanwhile, or it does not fit the state of things.
    Conflict(String),
    /// Too often.
    Often(i64),
    /// Our own fault.
    Own(String),
    /// The database does not answer now.
    Away,
    /// The database has no room left.
    Full,
}

/// What to say, beside the status.
#[derive(Clone, Debug)]
pub(crate) struct Said(pub(crate) String);

impl Trouble {
    fn parts(&self) -> (StatusCode, String) {
        match self {
            Self::Missing => (
                StatusCode::NOT_FOUND,
                "There is no such page, or it is not for you.".to_owned(),
            ),
            Self::Denied => (StatusCode::FORBIDDEN, "Your account may not do that.".to_owned()),
            Self::Wrong(why) => (StatusCode::BAD_REQUEST, why.clone()),
            Self::Conflict(why) => (StatusCode::CONFLICT, why.clone()),
            Self::Often(seconds) => (
                StatusCode::TOO_MANY_REQUESTS,
                format!("That was tried too often. Wait {seconds} seconds, then try again."),
            ),
            Self::Own(why) => (
                StatusCode::INTERNAL_SERVER_ERROR,
                format!("Holter could not do that: {why}."),
            ),
            Self::Away => (
                StatusCode::SERVICE_UNAVAILABLE,
                "The database does not answer just now. Nothing is lost; try again in a moment.".to_owned(),
            ),
            Self::Full => (
                StatusCode::SERVICE_UNAVAILABLE,
                "The disk that holds Holter's database is full, so this was not kept. What was kept before is there. Make room on the disk, then try again.".to_owned(),
            ),
        }
    }
}

impl std::fmt::Display for Trouble {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.parts().1)
    }
}

impl IntoResponse for Trouble {
    fn into_response(self) -> Response {
        let (status, said) = self.parts();
        let mut response = status.into_response();
        response.extensions_mut().insert(Said(said));
        response
    }
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Full(_) => Self::Full,
            error if error.is_away() => Self::Away,
            StoreError::Missing { .. } => Self::Missing,
            StoreError::Conflict(why) => Self::Conflict(why),
            error => Self::Own(error.to_string()),
        }
    }
}

impl From<NoChance> for Trouble {
    fn from(error: NoChance) -> Self {
        Self::Own(error.to_string())
    }
}
