//! What a provider says of itself (OpenID Connect Discovery 1.0), and the keys that it signs with now. Both are kept for a
//! while; a token under a key that is not known has them fetched anew, but not as often as somebody likes.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::jwk::{Jwk, JwkSet};
use serde::Deserialize;
use serde_json::Value;

use super::{Refused, claims, fetch};
use crate::access::provider::Provider;
use crate::app::App;

/// So long what it said holds.
const HOLDS: SignedDuration = SignedDuration::from_mins(15);
/// Keys are fetched anew no more often for the sake of a token.
const OFTEN: SignedDuration = SignedDuration::from_secs(20);
/// No honest provider has more keys.
const MOST: usize = 64;

/// What a provider says of itself.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Provided {
    pub(crate) issuer: String,
    pub(crate) authorization_endpoint: String,
    pub(crate) token_endpoint: String,
    pub(crate) jwks_uri: String,
    pub(crate) userinfo_endpoint: Option<String>,
    #[serde(default)]
    pub(crate) token_endpoint_auth_methods_supported: Option<Vec<String>>,
    #[serde(default)]
    pub(crate) authorization_response_iss_parameter_supported: bool,
}

impl Provided {
    /// Asks a provider what it is.
    pub(crate) async fn of(issuer: &str) -> Result<Self, Refused> {
        let address = format!(
            "{}/.well-known/openid-configuration",
            issuer.trim_end_matches('/')
        );
        let provided: Self = fetch::document(&address).await?;
        if provided.issuer != issuer {
            return Err(Refused::Unbelieved("it calls itself by another name"));
        }
        let asked = [
            &provided.token_endpoint,
            &provided.jwks_uri,
            &provided.authorization_endpoint,
        ];
        let wrong = asked
            .into_iter()
            .chain(&provided.userinfo_endpoint)
            .find_map(|address| fetch::objection(address));
        match wrong {
            Some(why) => Err(Refused::Away(format!("of one of its addresses, {why}"))),
            None => Ok(provided),
        }
    }

    /// Whether it takes a secret in a header, which it does unless it says otherwise.
    pub(super) fn takes_basic(&self) -> bool {
        let methods = self.token_endpoint_auth_methods_supported.as_ref();
        methods.is_none_or(|methods| methods.iter().any(|method| method == "client_secret_basic"))
    }
}

/// What is known of a provider.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    pub(crate) provided: Provided,
    keys: Vec<Jwk>,
    at: Timestamp,
}

/// What is known of the provider that is set up.
#[derive(Debug, Default)]
pub(crate) struct Providers(Mutex<Option<Arc<Known>>>);

impl Providers {
    /// What is known, asked anew where it is old.
    pub(super) async fn known(&self, app: &App, provider: &Provider) -> Result<Arc<Known>, Refused> {
        match self.kept(provider, app.clock.now(), HOLDS) {
            Some(known) => Ok(known),
            None => self.fetched(app, provider).await,
        }
    }

    /// The keys that may have signed a token.
    pub(super) async fn keys_for(
        &self,
        app: &App,
        provider: &Provider,
        token: &str,
    ) -> Result<Vec<Jwk>, Refused> {
        let known = self.known(app, provider).await?;
        let found = claims::keys_for(token, &known.keys)?;
        if !found.is_empty() || self.kept(provider, app.clock.now(), OFTEN).is_some() {
            return Ok(found);
        }
        let known = self.fetched(app, provider).await?;
        claims::keys_for(token, &known.keys)
    }

    fn kept(&self, provider: &Provider, now: Timestamp, holds: SignedDuration) -> Option<Arc<Known>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()?;
        let age = now.duration_since(kept.at);
        let good = kept.provided.issuer == provider.issuer && age < holds && !age.is_negative();
        good.then_some(kept)
    }

    async fn fetched(&self, app: &App, provider: &Provider) -> Result<Arc<Known>, Refused> {
        #[derive(Deserialize)]
        struct Keys {
            keys: Vec<Value>,
        }
        let provided = Provided::of(&provider.issuer).await?;
        let set: Keys = fetch::document(&provided.jwks_uri).await?;
        // A key of a kind that is not known must not hide the others.
        let read = set.keys.into_iter().take(MOST);
        let set = JwkSet {
            keys: read.filter_map(|key| serde_json::from_value(key).ok()).collect(),
        };
        let known = Arc::new(Known {
            provided,
            keys: set.keys,
            at: app.clock.now(),
        });
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&known));
        Ok(known)
    }
}
