//! What earlier runs saw of services that only time gives a meaning, out of the store.

use holter_engine::Earlier;
use holter_model::Endpoint;
use holter_store::{Store, StoreError};

/// So many services are read at once.
const AT_ONCE: u32 = 500;

/// Adds what is remembered of the services that are going to be asked.
///
/// # Errors
/// When the database does not answer.
pub async fn recall(
    store: &Store,
    asks: impl Fn(Endpoint, Option<&str>) -> bool,
    earlier: &mut Earlier,
) -> Result<(), StoreError> {
    let mut after = 0;
    loop {
        let keys = store.ticket_keys(after, AT_ONCE).await?;
        let Some(last) = keys.last() else { return Ok(()) };
        after = last.service;
        for key in &keys {
            let name = Some(key.name.as_str()).filter(|name| !name.is_empty());
            if asks(key.endpoint, name) {
                earlier.note((key.endpoint, name), &key.observations());
            }
        }
    }
}
