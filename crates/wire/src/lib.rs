//! Bytes to and from TLS and DTLS messages, with no I/O.
