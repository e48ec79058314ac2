//! Code points as newtypes: a value that no registry knows survives, prints in hex and is evidence.

include!(concat!(env!("OUT_DIR"), "/registry.rs"));

/// Declares a code point: the number on the wire, its registry and the values that the code itself names.
macro_rules! code_point {
    ($(#[$doc:meta])* $name:ident($int:ty) in $table:ident { $($(#[$item:meta])* $constant:ident = $value:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub $int);

        impl $name {
            $($(#[$item])* pub const $constant: Self = Self($value);)*

            /// The registry's name for this value, if it has one.
            #[must_use]
            pub fn name(self) -> Option<&'static str> {
                name_in(&$table, self.0.into())
            }

            /// The value that the registry calls so.
            #[must_use]
            pub fn named(name: &str) -> Option<Self> {
                let row = $table.iter().find(|row| row.1 == name)?;
                <$int>::try_from(row.0).ok().map(Self)
            }

            /// Every value that the registry names, in the order of their codes.
            pub fn registered() -> impl Iterator<Item = Self> {
                $table.iter().filter_map(|(code, _)| <$int>::try_from(*code).ok().map(Self))
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                match self.name() {
                    Some(name) => f.write_str(name),
                    None => write!(f, "0x{:0width$x}", self.0, width = size_of::<$int>() * 2),
                }
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{}({self})", stringify!($name))
            }
        }
    };
}

code_point! {
    /// A protocol version as records and hellos carry it (RFC 6101, 2246, 4346, 5246, 8446; RFC 4347, 6347).
    Version(u16) in VERSIONS {
        /// SSL 3.0.
        SSL3 = 0x0300,
        /// TLS 1.0.
        TLS10 = 0x0301,
        /// TLS 1.1.
        TLS11 = 0x0302,
        /// TLS 1.2.
        TLS12 = 0x0303,
        /// TLS 1.3.
        TLS13 = 0x0304,
        /// DTLS 1.0; its number counts downwards.
        DTLS10 = 0xfeff,
        /// DTLS 1.2.
        DTLS12 = 0xfefd,
    }
}

impl Version {
    /// Whether it is one of DTLS, which datagrams carry.
    #[must_use]
    pub const fn is_datagram(self) -> bool {
        self.0 >> 8 == 0xfe
    }

    /// The version of TLS whose keys, hashes and messages it has: DTLS 1.0 is made of TLS 1.1, and DTLS 1.2 of TLS 1.2 (RFC
    /// 4347 and RFC 6347, section 1).
    #[must_use]
    pub const fn rules(self) -> Self {
        match self {
            Self::DTLS10 => Self::TLS11,
            Self::DTLS12 => Self::TLS12,
            other => other,
        }
    }
}

code_point! {
    /// What a record carries (RFC 8446 section 5.1, RFC 6520 section 7).
    ContentType(u8) in CONTENT_TYPES {
        /// Switches to the negotiated keys.
        CHANGE_CIPHER_SPEC = 0x14,
        /// An alert.
        ALERT = 0x15,
        /// Handshake messages.
        HANDSHAKE = 0x16,
        /// Application data.
        APPLICATION_DATA = 0x17,
        /// A heartbeat (RFC 6520).
        HEARTBEAT = 0x18,
    }
}

code_point! {
    /// What a handshake message is (RFC 8446 section 4).
    HandshakeType(u8) in HANDSHAKE_TYPES {
        /// The server would like to negotiate again.
        HELLO_REQUEST = 0x00,
        /// The client's first message.
        CLIENT_HELLO = 0x01,
        /// The server's answer to it.
        SERVER_HELLO = 0x02,
        /// DTLS: come again with this cookie (RFC 6347 section 4.2.1).
        HELLO_VERIFY_REQUEST = 0x03,
        /// A session ticket.
        NEW_SESSION_TICKET = 0x04,
        /// TLS 1.3: no more early data comes.
        END_OF_EARLY_DATA = 0x05,
        /// TLS 1.3: extensions that need not stand in the open.
        ENCRYPTED_EXTENSIONS = 0x08,
        /// A certificate chain.
        CERTIFICATE = 0x0b,
        /// Ephemeral key-exchange parameters.
        SERVER_KEY_EXCHANGE = 0x0c,
        /// The server wants to see the client's certificate.
        CERTIFICATE_REQUEST = 0x0d,
        /// The end of the server's first flight, up to TLS 1.2.
        SERVER_HELLO_DONE = 0x0e,
        /// Proof that the client holds its certificate's key.
        CERTIFICATE_VERIFY = 0x0f,
        /// The client's share of the key exchange.
        CLIENT_KEY_EXCHANGE = 0x10,
        /// The end of a handshake.
        FINISHED = 0x14,
        /// A stapled OCSP response (RFC 6066 section 8).
        CERTIFICATE_STATUS = 0x16,
        /// TLS 1.3: the sender goes on under new keys.
        KEY_UPDATE = 0x18,
        /// TLS 1.3: stands for a first hello in the transcript after a retry (RFC 8446 section 4.4.1).
        MESSAGE_HASH = 0xfe,
    }
}

code_point! {
    /// Why a peer complains (RFC 8446 section 6).
    AlertDescription(u8) in ALERTS {
        /// An orderly goodbye.
        CLOSE_NOTIFY = 0x00,
        /// A message that does not belong here.
        UNEXPECTED_MESSAGE = 0x0a,
        /// A record that is not protected by its keys.
        BAD_RECORD_MAC = 0x14,
        /// No agreement on parameters.
        HANDSHAKE_FAILURE = 0x28,
        /// A version that the peer does not speak.
        PROTOCOL_VERSION = 0x46,
        /// What was offered is too weak for the peer.
        INSUFFICIENT_SECURITY = 0x47,
        /// A fault of the peer's own.
        INTERNAL_ERROR = 0x50,
        /// The peer does not negotiate again (RFC 5246 section 7.2.2).
        NO_RENEGOTIATION = 0x64,
        /// The peer does not know the name asked for.
        UNRECOGNIZED_NAME = 0x70,
        /// None of the protocols named is spoken (RFC 7301 section 3.2).
        NO_APPLICATION_PROTOCOL = 0x78,
    }
}

code_point! {
    /// An extension of a hello (RFC 8446 section 4.2).
    ExtensionType(u16) in EXTENSIONS {
        /// The name that the client wants to reach (RFC 6066 section 3).
        SERVER_NAME = 0x0000,
        /// Authentication cut to ten bytes (RFC 6066 section 7).
        TRUNCATED_HMAC = 0x0004,
        /// The wish for a stapled OCSP response (RFC 6066 section 8).
        STATUS_REQUEST = 0x0005,
        /// Key-exchange groups (RFC 8422, RFC 8446).
        SUPPORTED_GROUPS = 0x000a,
        /// Elliptic-curve point formats (RFC 8422).
        EC_POINT_FORMATS = 0x000b,
        /// Signature algorithms (RFC 8446 section 4.2.3).
        SIGNATURE_ALGORITHMS = 0x000d,
        /// Willingness to answer heartbeats (RFC 6520 section 2).
        HEARTBEAT = 0x000f,
        /// Application protocols (RFC 7301).
        ALPN = 0x0010,
        /// Signed certificate timestamps (RFC 6962 section 3.3.1).
        SCT = 0x0012,
        /// Padding of the hello (RFC 7685).
        PADDING = 0x0015,
        /// Records that are encrypted first and authenticated then (RFC 7366).
        ENCRYPT_THEN_MAC = 0x0016,
        /// Extended master secret (RFC 7627).
        EXTENDED_MASTER_SECRET = 0x0017,
        /// Session tickets (RFC 5077).
        SESSION_TICKET = 0x0023,
        /// The session to resume since TLS 1.3.
        PRE_SHARED_KEY = 0x0029,
        /// Data before the handshake is finished.
        EARLY_DATA = 0x002a,
        /// The real version since TLS 1.3.
        SUPPORTED_VERSIONS = 0x002b,
        /// What a server wants to hear again after a retry.
        COOKIE = 0x002c,
        /// Pre-shared-key modes.
        PSK_KEY_EXCHANGE_MODES = 0x002d,
        /// Key shares.
        KEY_SHARE = 0x0033,
        /// Secure renegotiation (RFC 5746).
        RENEGOTIATION_INFO = 0xff01,
    }
}

code_point! {
    /// A key-exchange group (RFC 8446 section 4.2.7).
    NamedGroup(u16) in GROUPS {
        /// The curve of Bitcoin.
        SECP256K1 = 0x0016,
        /// NIST P-256.
        SECP256R1 = 0x0017,
        /// NIST P-384.
        SECP384R1 = 0x0018,
        /// NIST P-521.
        SECP521R1 = 0x0019,
        /// Brainpool's curve of 256 bits, up to TLS 1.2 (RFC 7027).
        BRAINPOOL_P256R1 = 0x001a,
        /// Brainpool's curve of 384 bits, up to TLS 1.2 (RFC 7027).
        BRAINPOOL_P384R1 = 0x001b,
        /// Brainpool's curve of 512 bits, up to TLS 1.2 (RFC 7027).
        BRAINPOOL_P512R1 = 0x001c,
        /// Curve25519.
        X25519 = 0x001d,
        /// Curve448.
        X448 = 0x001e,
        /// Brainpool's curve of 256 bits in TLS 1.3 (RFC 8734).
        BRAINPOOL_P256R1_TLS13 = 0x001f,
        /// Brainpool's curve of 384 bits in TLS 1.3 (RFC 8734).
        BRAINPOOL_P384R1_TLS13 = 0x0020,
        /// Brainpool's curve of 512 bits in TLS 1.3 (RFC 8734).
        BRAINPOOL_P512R1_TLS13 = 0x0021,
        /// A field of 2,048 bits (RFC 7919).
        FFDHE2048 = 0x0100,
        /// A field of 3,072 bits (RFC 7919).
        FFDHE3072 = 0x0101,
        /// A field of 4,096 bits (RFC 7919).
        FFDHE4096 = 0x0102,
        /// A field of 6,144 bits (RFC 7919).
        FFDHE6144 = 0x0103,
        /// A field of 8,192 bits (RFC 7919).
        FFDHE8192 = 0x0104,
        /// ML-KEM-512 (draft-ietf-tls-mlkem).
        MLKEM512 = 0x0200,
        /// ML-KEM-768 (draft-ietf-tls-mlkem).
        MLKEM768 = 0x0201,
        /// ML-KEM-1024 (draft-ietf-tls-mlkem).
        MLKEM1024 = 0x0202,
        /// P-256 and ML-KEM-768 together (draft-ietf-tls-ecdhe-mlkem).
        SECP256R1_MLKEM768 = 0x11eb,
        /// Curve25519 and ML-KEM-768 together (draft-ietf-tls-ecdhe-mlkem).
        X25519_MLKEM768 = 0x11ec,
        /// P-384 and ML-KEM-1024 together (draft-ietf-tls-ecdhe-mlkem).
        SECP384R1_MLKEM1024 = 0x11ed,
    }
}

code_point! {
    /// A signature scheme (RFC 8446 section 4.2.3); before that a pair of hash and algorithm (RFC 5246).
    SignatureScheme(u16) in SIGNATURE_SCHEMES {
        /// RSA PKCS#1 with SHA-1.
        RSA_PKCS1_SHA1 = 0x0201,
        /// RSA PKCS#1 with SHA-256.
        RSA_PKCS1_SHA256 = 0x0401,
        /// ECDSA on P-256 with SHA-256.
        ECDSA_SECP256R1_SHA256 = 0x0403,
        /// ECDSA on P-384 with SHA-384.
        ECDSA_SECP384R1_SHA384 = 0x0503,
    }
}

code_point! {
    /// A cipher suite (RFC 8446 appendix B.4 and the IANA registry).
    CipherSuite(u16) in SUITES {
        /// Signals secure renegotiation without an extension (RFC 5746 section 3.3).
        EMPTY_RENEGOTIATION_INFO_SCSV = 0x00ff,
        /// Signals that the client has fallen back to a lower version (RFC 7507).
        FALLBACK_SCSV = 0x5600,
    }
}

pub(crate) fn name_in(table: &'static [(u32, &'static str)], code: u32) -> Option<&'static str> {
    table
        .binary_search_by_key(&code, |row| row.0)
        .ok()
        .and_then(|row| table.get(row))
        .map(|row| row.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_value_prints_its_name_and_an_unknown_one_its_number() {
        assert_eq!(Version::TLS12.to_string(), "TLS 1.2");
        assert_eq!(Version(0x0399).to_string(), "0x0399");
        assert_eq!(CipherSuite(0x002f).to_string(), "TLS_RSA_WITH_AES_128_CBC_SHA");
        assert_eq!(format!("{:?}", AlertDescription(0xfe)), "AlertDescription(0xfe)");
    }

    #[test]
    fn the_whole_registry_is_there() {
        assert!(CipherSuite::registered().count() > 340);
        assert!(
            CipherSuite::registered().all(|suite| suite.name().and_then(CipherSuite::named) == Some(suite))
        );
        assert_eq!(CipherSuite::named("TLS_RSA_WITH_NOTHING"), None);
    }
}
