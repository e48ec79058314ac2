//! EncryptedExtensions of TLS 1.3 (RFC 8446 section 4.3.1).

use crate::Oddity;
use crate::extension::{self, Extension};
use crate::reader::Reader;

/// Reads a body.
#[must_use]
pub fn read(body: &[u8]) -> (Vec<Extension>, Vec<Oddity>) {
    let (mut reader, mut oddities) = (Reader::new(body), Vec::new());
    let list = extension::read_list(&mut reader, "the EncryptedExtensions", &mut oddities);
    if oddities.is_empty() && !reader.is_empty() {
        oddities.push(Oddity::Trailing("the EncryptedExtensions", reader.rest().len()));
    }
    (list, oddities)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ExtensionType;

    #[test]
    fn a_list_is_read_and_may_be_empty() {
        let (list, oddities) = read(b"\x00\x04\x00\x2a\x00\x00");
        assert!(oddities.is_empty());
        assert_eq!(
            list.first().map(|extension| extension.kind),
            Some(ExtensionType::EARLY_DATA)
        );
        assert_eq!(read(b"\x00\x00"), (Vec::new(), Vec::new()));
        assert_eq!(
            read(b"\x00\x00x").1,
            [Oddity::Trailing("the EncryptedExtensions", 1)]
        );
    }
}
