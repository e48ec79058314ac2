//! All trust stores that certificates are held against, read by the time that somebody looks.

use std::fmt;
use std::sync::{Arc, LazyLock};

use crate::Store;

type Read = Box<dyn FnOnce() -> Vec<Store> + Send>;

/// Trust stores. A clone has the same.
#[derive(Clone)]
pub struct Stores(Arc<LazyLock<Vec<Store>, Read>>);

impl Stores {
    /// Those that are read when somebody first looks. A machine's own may take longer than a scan of one service.
    pub fn later(read: impl FnOnce() -> Vec<Store> + Send + 'static) -> Self {
        Self(Arc::new(LazyLock::new(Box::new(read))))
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = &Store> {
        self.0.iter()
    }
}

impl From<Vec<Store>> for Stores {
    fn from(stores: Vec<Store>) -> Self {
        Self::later(|| stores)
    }
}

impl fmt::Debug for Stores {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter().map(Store::kind)).finish()
    }
}
