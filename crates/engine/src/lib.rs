//! Plans a scan, paces it and emits its events.
