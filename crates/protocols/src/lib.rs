//! How each protocol reaches TLS, one file each.
