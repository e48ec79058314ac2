//! The history of findings: an event, and what it gives to tell, in one transaction.

use holter_store::{NewEvent, StoreError, Writing};

use crate::notices;

/// Writes both.
pub(crate) async fn write(writing: &mut Writing, events: &[NewEvent]) -> Result<(), StoreError> {
    writing.add_events(events).await?;
    writing.add_notices(&notices::of_events(events)).await
}
