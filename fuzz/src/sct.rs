//! SCT lists: an SCT takes 47 bytes, and there is none without them.

use holter_cert::sct;

/// Reads `data` as a list, and as a list in an OCTET STRING.
pub fn run(data: &[u8]) {
    for (list, _) in [sct::read(data), sct::read_wrapped(data)] {
        assert!(list.len() * 47 <= data.len());
    }
}
