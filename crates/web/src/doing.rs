//! What somebody does: the change and its row of the audit log, in one transaction. Nothing is answered before both are
//! there, and neither is there without the other.

use std::ops::{Deref, DerefMut};

use holter_store::{Deed, StoreError, Writing};

use crate::app::App;
use crate::guard::Caller;

/// A change under way. Dropped without [`Doing::keep`], nothing of it was. Nobody may wait within one for anything but
/// the database.
pub(crate) struct Doing<'a> {
    app: &'a App,
    writing: Writing,
}

impl App {
    /// Begins a change.
    pub(crate) async fn begin(&self) -> Result<Doing<'_>, StoreError> {
        let writing = self.store.write_alone().await?;
        Ok(Doing { app: self, writing })
    }

    /// Writes down what changes nothing in the database: that somebody was refused, or stops a scan.
    pub(crate) async fn note(
        &self,
        caller: &Caller,
        deed: &str,
        subject: impl Into<String>,
        detail: impl Into<String>,
    ) -> Result<(), StoreError> {
        self.begin().await?.keep(caller, deed, subject, detail).await
    }
}

impl Doing<'_> {
    /// Makes it last, once all that was done is written down.
    pub(crate) async fn close(self) -> Result<(), StoreError> {
        self.writing.commit().await
    }

    /// Writes down who did what, and makes it last with the change.
    pub(crate) async fn keep(
        mut self,
        caller: &Caller,
        deed: &str,
        subject: impl Into<String>,
        detail: impl Into<String>,
    ) -> Result<(), StoreError> {
        self.add(caller, deed, subject, detail).await?;
        self.writing.commit().await
    }

    /// Writes down one of several things that are done at once.
    pub(crate) async fn add(
        &mut self,
        caller: &Caller,
        deed: &str,
        subject: impl Into<String>,
        detail: impl Into<String>,
    ) -> Result<(), StoreError> {
        let actor = caller.actor.as_ref();
        let deed = Deed {
            actor: actor.map_or_else(String::new, |actor| actor.name.clone()),
            address: caller.address.to_string(),
            deed: deed.to_owned(),
            subject: subject.into(),
            detail: detail.into(),
        };
        let now = self.app.clock.now();
        self.writing.audit(&self.app.audit_key, &deed, now).await?;
        Ok(())
    }
}

impl Deref for Doing<'_> {
    type Target = Writing;

    fn deref(&self) -> &Writing {
        &self.writing
    }
}

impl DerefMut for Doing<'_> {
    fn deref_mut(&mut self) -> &mut Writing {
        &mut self.writing
    }
}
