//! Revocation lists: there are no more entries than bytes, and who is on a list is found.

use holter_cert::{Number, crl};

/// Reads `data` as a list.
pub fn run(data: &[u8]) {
    let (list, _) = crl::read(data);
    assert!(list.entries <= data.len() / 2);
    let _ = crl::look_up(data, &Number::new(data.get(..4).unwrap_or(data)));
    let _ = crl::verify_crl(data, data);
}
