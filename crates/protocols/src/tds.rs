//! TDS packets around a TLS handshake (MS-TDS sections 2.2.3.1 and 3.2.5.2).
//!
//! ```text
//! 12 | status | length (2) | 00 00 | number | 00 | at most 4,088 bytes of TLS
//! ```
//!
//! Only the handshake is wrapped. Once the server's Finished has come, both sides send TLS as it is; that it
//! has come shows from the records: the first handshake record after the change of cipher.

use holter_net::Framing;

/// Wraps the handshake.
#[derive(Debug, Default)]
pub struct Tds {
    number: u8,
    records: Records,
    /// Whether TLS stands alone by now.
    bare: bool,
}

const PRELOGIN: u8 = 0x12;
const ANSWER: u8 = 0x04;
const LAST: u8 = 0x01;
const HEADER: usize = 8;
const LONGEST_SENT: usize = 4096;
const LONGEST_TAKEN: usize = 32_767;

impl Framing for Tds {
    fn wrap(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        if self.bare {
            out.extend_from_slice(bytes);
            return;
        }
        let mut chunks = bytes.chunks(LONGEST_SENT - HEADER).peekable();
        while let Some(chunk) = chunks.next() {
            let status = if chunks.peek().is_none() { LAST } else { 0 };
            let [high, low] = u16::try_from(HEADER + chunk.len())
                .unwrap_or(u16::MAX)
                .to_be_bytes();
            self.number = self.number.wrapping_add(1);
            out.extend_from_slice(&[PRELOGIN, status, high, low, 0, 0, self.number, 0]);
            out.extend_from_slice(chunk);
        }
    }

    fn unwrap(&mut self, raw: &mut Vec<u8>, out: &mut Vec<u8>) -> Result<(), &'static str> {
        let mut rest = raw.as_slice();
        while !self.bare {
            match rest.first() {
                None => break,
                // A record of TLS as it is: an alert, or what comes after the handshake.
                Some(0x14..=0x18) => {
                    self.bare = true;
                    break;
                }
                Some(&(PRELOGIN | ANSWER)) => {}
                Some(_) => return Err("a TDS packet of another kind where TLS should be"),
            }
            let Some(&[_, _, high, low, ..]) = rest.first_chunk::<HEADER>() else {
                break;
            };
            let length = usize::from(u16::from_be_bytes([high, low]));
            if !(HEADER..=LONGEST_TAKEN).contains(&length) {
                return Err("a TDS packet of an impossible length");
            }
            let Some((packet, after)) = rest.split_at_checked(length) else {
                break;
            };
            let inside = packet.get(HEADER..).unwrap_or_default();
            self.bare = self.records.end_handshake(inside);
            out.extend_from_slice(inside);
            rest = after;
        }
        if self.bare {
            out.extend_from_slice(rest);
            rest = &[];
        }
        let taken = raw.len() - rest.len();
        raw.drain(..taken);
        Ok(())
    }
}

/// Follows the server's records as far as is needed to see the handshake end.
#[derive(Debug, Default)]
struct Records {
    head: Vec<u8>,
    left: usize,
    changed: bool,
}

const HEAD: usize = 5;
const CHANGE_CIPHER_SPEC: u8 = 0x14;
const HANDSHAKE: u8 = 0x16;

impl Records {
    /// Whether with these bytes the first handshake record after the change of cipher is whole.
    fn end_handshake(&mut self, mut bytes: &[u8]) -> bool {
        while !bytes.is_empty() {
            let in_body = self.head.len() == HEAD;
            let wanted = if in_body {
                self.left
            } else {
                HEAD - self.head.len()
            };
            let (taken, rest) = bytes.split_at(wanted.min(bytes.len()));
            bytes = rest;
            if in_body {
                self.left -= taken.len();
            } else {
                self.head.extend_from_slice(taken);
            }
            if let &[kind, _, _, high, low] = self.head.as_slice() {
                if !in_body {
                    self.left = usize::from(u16::from_be_bytes([high, low]));
                }
                if self.left == 0 {
                    if self.changed && kind == HANDSHAKE {
                        return true;
                    }
                    self.changed |= kind == CHANGE_CIPHER_SPEC;
                    self.head.clear();
                }
            }
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unwrap(tds: &mut Tds, pieces: &[&[u8]]) -> Result<Vec<u8>, &'static str> {
        let (mut raw, mut out) = (Vec::new(), Vec::new());
        for piece in pieces {
            raw.extend_from_slice(piece);
            tds.unwrap(&mut raw, &mut out)?;
        }
        Ok(out)
    }

    #[test]
    fn a_long_flight_is_cut_and_put_together_again() {
        let flight = vec![0x16; 9000];
        let mut wire = Vec::new();
        Tds::default().wrap(&flight, &mut wire);
        assert_eq!(wire.len(), 9000 + 3 * HEADER);
        assert_eq!(wire[..8], [0x12, 0, 0x10, 0, 0, 0, 1, 0]);
        assert_eq!(wire[8192..8200], [0x12, 1, 0x03, 0x40, 0, 0, 3, 0]);
        let whole = unwrap(&mut Tds::default(), &[&wire]).unwrap();
        let bytewise: Vec<&[u8]> = wire.chunks(1).collect();
        assert_eq!(whole, flight);
        assert_eq!(unwrap(&mut Tds::default(), &bytewise).unwrap(), flight);
    }

    #[test]
    fn after_the_servers_finished_tls_stands_alone() {
        let mut tds = Tds::default();
        let hello = b"\x12\x01\0\x0f\0\0\x01\0\x16\x03\x03\0\x02hi";
        assert_eq!(unwrap(&mut tds, &[hello]).unwrap(), b"\x16\x03\x03\0\x02hi");
        let mut wire = Vec::new();
        tds.wrap(b"key", &mut wire);
        assert_eq!(wire, b"\x12\x01\0\x0b\0\0\x01\0key");
        let end = b"\x14\x03\x03\0\x01\x01\x16\x03\x03\0\x02ok";
        let packet = [b"\x12\x01\0\x15\0\0\x02\0".as_slice(), end].concat();
        assert_eq!(
            unwrap(&mut tds, &[&packet, b"\x17data"]).unwrap(),
            [end.as_slice(), b"\x17data"].concat()
        );
        wire.clear();
        tds.wrap(b"\x17", &mut wire);
        assert_eq!(wire, b"\x17");
    }

    #[test]
    fn what_is_no_tds_is_refused_and_an_alert_is_passed_on() {
        assert!(unwrap(&mut Tds::default(), &[b"HTTP/1.1"]).is_err());
        assert!(unwrap(&mut Tds::default(), &[b"\x12\x01\0\x07\0\0\x01\0"]).is_err());
        let alert = b"\x15\x03\x01\0\x02\x02\x28";
        assert_eq!(
            unwrap(&mut Tds::default(), &[&alert[..1], &alert[1..]]).unwrap(),
            alert
        );
    }
}
