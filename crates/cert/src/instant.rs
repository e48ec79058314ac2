//! UTCTime and GeneralizedTime (RFC 5280 section 4.1.2.5) as the time stamps that the house uses.

use asn1_rs::FromDer as _;
use jiff::Timestamp;
use x509_parser::time::ASN1Time;

/// The time that an element holds; `None` when it holds none. "99991231235959Z", which RFC 5280 gives for "has no
/// end", lies past the last time stamp and becomes that.
pub(crate) fn read_time(element: &[u8]) -> Option<Timestamp> {
    let (_, time) = ASN1Time::from_der(element).ok()?;
    let second = time.timestamp();
    Some(Timestamp::from_second(second).unwrap_or(if second < 0 {
        Timestamp::MIN
    } else {
        Timestamp::MAX
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_and_the_end_of_time() {
        let time = |text: &str, tag: u8| {
            read_time(&[&[tag, u8::try_from(text.len()).unwrap()], text.as_bytes()].concat())
        };
        assert_eq!(
            time("140407000000Z", 0x17).unwrap().to_string(),
            "2014-04-07T00:00:00Z"
        );
        assert_eq!(
            time("20500101000000Z", 0x18).unwrap().to_string(),
            "2050-01-01T00:00:00Z"
        );
        assert_eq!(time("99991231235959Z", 0x18), Some(Timestamp::MAX));
        assert_eq!(time("yesterday", 0x17), None);
    }
}
