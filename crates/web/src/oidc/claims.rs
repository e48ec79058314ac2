//! What a provider says of somebody, and whether it is to be believed: pure, but for the time that is handed in.

use jiff::Timestamp;
use jsonwebtoken::jwk::{Jwk, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde_json::{Map, Value};

use super::Refused;

/// Clocks differ by so many seconds.
const LEEWAY: i64 = 60;
/// What was signed longer ago is not of this errand.
const OLDEST: i64 = 15 * 60;
/// A larger token is none.
const LARGEST: usize = 256 << 10;
/// Signatures that a provider may use; those with a shared secret, and none at all, are not among them.
const SIGNATURES: [Algorithm; 9] = [
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::PS384,
    Algorithm::PS512,
    Algorithm::ES256,
    Algorithm::ES384,
    Algorithm::EdDSA,
];

/// What must be so.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted<'a> {
    pub(super) issuer: &'a str,
    pub(super) client: &'a str,
    pub(super) nonce: &'a str,
    pub(super) now: Timestamp,
}

/// What a provider says of somebody.
#[derive(Clone, Debug)]
pub(crate) struct Claims {
    /// What it calls them, for good.
    pub(crate) subject: String,
    all: Map<String, Value>,
}

/// The keys that may have signed a token: the one that it names; or all, where it names none.
pub(super) fn keys_for(token: &str, keys: &[Jwk]) -> Result<Vec<Jwk>, Refused> {
    let head = head(token)?;
    let signs = |key: &&Jwk| {
        let named = head.kid.is_none() || key.common.key_id == head.kid;
        named && !matches!(key.common.public_key_use, Some(PublicKeyUse::Encryption))
    };
    Ok(keys.iter().filter(signs).cloned().collect())
}

fn head(token: &str) -> Result<jsonwebtoken::Header, Refused> {
    if token.len() > LARGEST {
        return Err(Refused::Unbelieved("its token is too large"));
    }
    let head = decode_header(token).map_err(|_| Refused::Unbelieved("its token cannot be read"))?;
    match SIGNATURES.contains(&head.alg) {
        true => Ok(head),
        false => Err(Refused::Unbelieved("its token is not signed by a key of its own")),
    }
}

/// What it says, where all of it is as it must be (OpenID Connect Core 1.0, section 3.1.3.7).
pub(super) fn believed(token: &str, keys: &[Jwk], wanted: &Wanted<'_>) -> Result<Claims, Refused> {
    let head = head(token)?;
    // Times are looked at below, by the clock that is handed in; names, too, so that each refusal says which it was.
    let mut rules = Validation::new(head.alg);
    rules.validate_exp = false;
    rules.validate_aud = false;
    rules.required_spec_claims.clear();
    let all = keys
        .iter()
        .filter_map(|key| DecodingKey::from_jwk(key).ok())
        .find_map(|key| decode::<Map<String, Value>>(token, &key, &rules).ok())
        .map(|read| read.claims);
    let all = all.ok_or(Refused::Unbelieved("no key of the provider has signed it"))?;
    let text = |name: &str| all.get(name).and_then(Value::as_str);
    let at = |name: &str| all.get(name).and_then(Value::as_f64).map(whole);
    let now = wanted.now.as_second();
    let refused = |why| Err(Refused::Unbelieved(why));
    if text("iss") != Some(wanted.issuer) {
        return refused("another provider has signed it");
    }
    let audience = match all.get("aud") {
        Some(Value::String(one)) => vec![one.as_str()],
        Some(Value::Array(many)) => many.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let party = text("azp");
    if !audience.contains(&wanted.client)
        || party.is_some_and(|party| party != wanted.client)
        || (audience.len() > 1 && party.is_none())
    {
        return refused("it is meant for another server");
    }
    if at("exp").is_none_or(|expires| expires.saturating_add(LEEWAY) <= now) {
        return refused("it has expired");
    }
    if at("nbf").is_some_and(|begins| begins.saturating_sub(LEEWAY) > now) {
        return refused("it is not valid yet");
    }
    if at("iat").is_none_or(|made| made.saturating_sub(LEEWAY) > now || made.saturating_add(OLDEST) < now) {
        return refused("it was made at another time");
    }
    if text("nonce") != Some(wanted.nonce) {
        return refused("it answers another browser's question");
    }
    match text("sub").map(str::to_owned) {
        Some(subject) if (1..=255).contains(&subject.len()) => Ok(Claims { subject, all }),
        _ => refused("it does not say who it is about"),
    }
}

#[allow(
    clippy::cast_possible_truncation,
    reason = "a time with a fraction is cut to its second, and one that no i64 holds to its ends"
)]
const fn whole(seconds: f64) -> i64 {
    seconds as i64
}

impl Claims {
    /// Whether nothing that matters here is left unsaid.
    pub(super) fn is_whole(&self, groups: &str) -> bool {
        self.all.contains_key("email") && (groups.is_empty() || self.all.contains_key(groups))
    }

    /// What the provider said elsewhere of the same person; what was signed stands.
    pub(super) fn add(&mut self, more: Map<String, Value>) -> Result<(), Refused> {
        if more.get("sub").and_then(Value::as_str) != Some(self.subject.as_str()) {
            return Err(Refused::Unbelieved("it speaks of somebody else"));
        }
        for (name, value) in more {
            self.all.entry(name).or_insert(value);
        }
        Ok(())
    }

    /// The address for e-mail, where the provider has seen that it is theirs.
    pub(crate) fn verified_email(&self) -> Option<String> {
        let verified = match self.all.get("email_verified") {
            Some(Value::Bool(verified)) => *verified,
            Some(Value::String(word)) => word == "true",
            _ => false,
        };
        let email = self.text("email").filter(|email| email.contains('@'));
        email
            .filter(|_| verified)
            .map(|email| email.trim().to_lowercase())
    }

    /// What people call them.
    pub(crate) fn name(&self) -> Option<&str> {
        self.text("name").map(str::trim).filter(|name| !name.is_empty())
    }

    /// What they are called where they sign in.
    pub(crate) fn short_name(&self) -> Option<&str> {
        self.text("preferred_username")
    }

    /// The groups that they are in.
    pub(crate) fn groups(&self, claim: &str) -> Vec<String> {
        match self.all.get(claim) {
            Some(Value::String(one)) => vec![one.clone()],
            Some(Value::Array(many)) => {
                let texts = many.iter().filter_map(Value::as_str);
                texts.take(2000).map(str::to_owned).collect()
            }
            _ => Vec::new(),
        }
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.all.get(name).and_then(Value::as_str)
    }
}
