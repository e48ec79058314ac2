//! A client that finishes TLS handshakes with any peer.
