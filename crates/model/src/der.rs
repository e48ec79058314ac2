//! DER as a fact: a certificate or a signed response, as it was sent.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Bytes of DER; base64 where they are written down. Whoever sent them sent them to everybody.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Der(pub Vec<u8>);

impl std::fmt::Debug for Der {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Der({} bytes)", self.0.len())
    }
}

impl Serialize for Der {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Der {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        STANDARD.decode(text).map(Self).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_down_is_read_again() {
        let der = Der(vec![0x30, 0x03, 0x02, 0x01, 0xff]);
        let text = serde_json::to_string(&der).unwrap();
        assert_eq!(text, "\"MAMCAf8=\"");
        assert_eq!(serde_json::from_str::<Der>(&text).unwrap(), der);
        assert!(serde_json::from_str::<Der>("\"?\"").is_err());
    }
}
