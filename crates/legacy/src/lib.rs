//! Obsolete cryptography, quarantined.
