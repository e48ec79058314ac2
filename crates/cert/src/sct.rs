//! Signed certificate timestamps (RFC 6962 section 3.3): in a certificate, in a TLS extension, in an OCSP response.

use holter_wire::reader::Reader;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::Oddity;
use crate::fields::{Fields, tag};
use crate::number::hex;

/// More than any log policy asks for.
const MOST: usize = 32;

/// A log's promise to show a certificate to everybody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sct {
    /// The log's name: SHA-256 of its key, in hexadecimal.
    pub log: String,
    /// When it promised; `None` for a time that there is none of.
    pub at: Option<Timestamp>,
    /// Its version; 0 is RFC 6962's v1.
    pub version: u8,
}

/// Reads a SignedCertificateTimestampList, as the TLS extension `signed_certificate_timestamp` carries it.
#[must_use]
pub fn read(list: &[u8]) -> (Vec<Sct>, Vec<Oddity>) {
    let (mut scts, mut oddities) = (Vec::new(), Vec::new());
    let mut outer = Reader::new(list);
    let Some(body) = outer.vec16() else {
        return (scts, vec![Oddity::Truncated("the SCT list")]);
    };
    if !outer.is_empty() {
        oddities.push(Oddity::Trailing("the SCT list", outer.rest().len()));
    }
    let mut body = Reader::new(body);
    while !body.is_empty() {
        if scts.len() == MOST {
            oddities.push(Oddity::TooMany("the SCT list"));
            break;
        }
        let Some(entry) = body.vec16() else {
            oddities.push(Oddity::Truncated("an SCT"));
            break;
        };
        match one(Reader::new(entry)) {
            Some(sct) => scts.push(sct),
            None => oddities.push(Oddity::Truncated("an SCT")),
        }
    }
    (scts, oddities)
}

/// Reads the list inside of an X.509 or OCSP extension, where an OCTET STRING stands around it.
#[must_use]
pub fn read_wrapped(value: &[u8]) -> (Vec<Sct>, Vec<Oddity>) {
    match Fields(value).take(tag::OCTET_STRING) {
        Some(list) => read(list.content),
        None => (Vec::new(), vec![Oddity::Truncated("the SCT list")]),
    }
}

fn one(mut entry: Reader<'_>) -> Option<Sct> {
    let version = entry.u8()?;
    let log = hex(&entry.array::<32>()?);
    let milliseconds = u64::from_be_bytes(entry.array()?);
    // Extensions, then a signature: hash, scheme, octets.
    entry.vec16()?;
    entry.u16()?;
    entry.vec16()?;
    Some(Sct {
        log,
        at: i64::try_from(milliseconds)
            .ok()
            .and_then(|milliseconds| Timestamp::from_millisecond(milliseconds).ok()),
        version,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_read_and_its_end_noticed() {
        let mut entry = vec![0];
        entry.extend([7; 32]);
        entry.extend(1_400_000_000_000_u64.to_be_bytes());
        entry.extend([0, 0, 4, 3, 0, 2, 1, 2]);
        let mut list = vec![0, u8::try_from(entry.len()).unwrap()];
        list.extend(&entry);
        list.extend([0, 3, 1, 2, 3]);
        let mut whole = vec![0, u8::try_from(list.len()).unwrap()];
        whole.extend(&list);
        let (scts, oddities) = read(&whole);
        assert_eq!(scts.len(), 1);
        assert_eq!(scts[0].log, "07".repeat(32));
        assert_eq!(scts[0].at.unwrap().to_string(), "2014-05-13T16:53:20Z");
        assert_eq!(oddities, [Oddity::Truncated("an SCT")]);
        let wrapped = [&[4, u8::try_from(whole.len()).unwrap()], &whole[..]].concat();
        assert_eq!(read_wrapped(&wrapped).0, scts);
    }
}
