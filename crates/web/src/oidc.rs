//! Signing in with a provider (OpenID Connect Core 1.0, the authorization code with PKCE): there, by the browser, and back
//! with a code, for which the provider tells this server who it was. What it tells is believed once its signature, its
//! name, its addressee, its time and this browser's own question are right.

mod claims;
mod discovery;
mod enter;
mod errand;
mod fetch;

pub(crate) use self::claims::Claims;
pub(crate) use self::discovery::{Provided, Providers};
pub(crate) use self::enter::{bind, enter};
pub(crate) use self::errand::Errand;

use holter_model::seam::NoChance;

use crate::access::provider::{Provider, SECRET};
use crate::app::App;
use crate::trouble::Trouble;

/// Where a provider sends the browser back to.
pub(crate) const BACK: &str = "/login/provider/back";

/// Why somebody was not let in by a provider. What the provider said beside it is not repeated.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refused {
    /// It cannot be asked.
    #[error("the provider does not answer as one: {0}")]
    Away(String),
    /// It, or somebody in its name, said something that is not to be believed.
    #[error("what came back is not to be believed: {0}")]
    Unbelieved(&'static str),
    /// It sent the browser back without a code.
    #[error("the provider did not sign anybody in")]
    Denied,
    /// Nobody here is meant.
    #[error("{0}")]
    Unknown(&'static str),
    /// Our own fault.
    #[error("{0}")]
    Own(Trouble),
}

impl<E: Into<Trouble>> From<E> for Refused {
    fn from(error: E) -> Self {
        Self::Own(error.into())
    }
}

/// What a provider sent the browser back with.
#[derive(Debug, Default, serde::Deserialize)]
pub(crate) struct Returned {
    #[serde(default)]
    pub(crate) code: String,
    #[serde(default)]
    pub(crate) state: String,
    /// Which provider it was (RFC 9207).
    pub(crate) iss: Option<String>,
    #[serde(default)]
    pub(crate) error: String,
}

/// Where the browser is sent to.
pub(crate) async fn leave(app: &App, provider: &Provider, errand: &Errand) -> Result<String, Refused> {
    let known = app.providers.known(app, provider).await?;
    let asked = [
        ("response_type", "code"),
        ("client_id", &provider.client),
        ("redirect_uri", &back_to(app, provider)),
        ("scope", provider.scopes()),
        ("state", &errand.state),
        ("nonce", &errand.nonce),
        ("code_challenge", &errand.challenge()),
        ("code_challenge_method", "S256"),
    ];
    let query = serde_urlencoded::to_string(asked).map_err(|error| Refused::Away(error.to_string()))?;
    let start = &known.provided.authorization_endpoint;
    let joint = if start.contains('?') { '&' } else { '?' };
    Ok(format!("{start}{joint}{query}"))
}

/// Who it was, by the word of the provider.
pub(crate) async fn come_back(
    app: &App,
    provider: &Provider,
    errand: &Errand,
    returned: &Returned,
) -> Result<Claims, Refused> {
    if !errand.is_of(&returned.state) {
        return Err(Refused::Unbelieved(
            "it answers another question than this browser's",
        ));
    }
    let known = app.providers.known(app, provider).await?;
    match &returned.iss {
        Some(issuer) if *issuer != provider.issuer => {
            return Err(Refused::Unbelieved("another provider answers"));
        }
        None if known.provided.authorization_response_iss_parameter_supported => {
            return Err(Refused::Unbelieved("the provider does not say who it is"));
        }
        _ => {}
    }
    if !returned.error.is_empty() || returned.code.is_empty() {
        return Err(Refused::Denied);
    }
    let secret = match provider.secret.as_str() {
        "" => String::new(),
        sealed => app
            .key
            .open(sealed, SECRET)
            .map_err(|error| Trouble::Own(error.to_string()))?,
    };
    let tokens = fetch::tokens(
        &known.provided,
        (&provider.client, &secret),
        &[
            ("grant_type", "authorization_code"),
            ("code", &returned.code),
            ("redirect_uri", &back_to(app, provider)),
            ("code_verifier", &errand.verifier),
        ],
    )
    .await?;
    let wanted = claims::Wanted {
        issuer: &provider.issuer,
        client: &provider.client,
        nonce: &errand.nonce,
        now: app.clock.now(),
    };
    let keys = app.providers.keys_for(app, provider, &tokens.id_token).await?;
    let mut claims = claims::believed(&tokens.id_token, &keys, &wanted)?;
    // Some providers say little in the token, and the rest to whoever holds the other one.
    if let Some(endpoint) = &known.provided.userinfo_endpoint
        && !claims.is_whole(if provider.roles.is_empty() {
            ""
        } else {
            provider.groups()
        })
    {
        let more = fetch::userinfo(endpoint, &tokens.access_token).await?;
        claims.add(more)?;
    }
    Ok(claims)
}

/// Where the provider sends the browser: as people reach this server, and as the provider was told.
pub(crate) fn back_to(app: &App, provider: &Provider) -> String {
    let here = match provider.here.as_str() {
        "" => &app.url,
        here => here,
    };
    format!("{}{BACK}", here.trim_end_matches('/'))
}

/// A new errand of this browser.
pub(crate) fn errand(app: &App, to: &str, account: Option<i64>) -> Result<Errand, NoChance> {
    Errand::new(app.dice.as_ref(), app.clock.now(), to, account)
}
