//! Scans that are started from a page: the same engine, under the same rules.

use std::future::Future;
use std::sync::Arc;

use holter_engine::Stop;

use crate::app::App;

/// What holds for every scan that is started here.
#[derive(Clone, Debug, Default)]
pub struct ScanRules {}

/// Runs scans.
pub(crate) struct Scanner {
    rules: ScanRules,
}

impl Scanner {
    pub(crate) fn new(rules: ScanRules) -> Self {
        Self { rules }
    }

    pub(crate) fn start(&self, _app: Arc<App>, _stop: Stop) -> impl Future<Output = ()> {
        let _ = &self.rules;
        async {}
    }
}
