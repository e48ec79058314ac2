//! TLS inside TDS packets: fed byte by byte equals fed whole, and what is wrapped unwraps.

use holter_net::Framing as _;
use holter_protocols::read::TdsFraming;

/// What fits one packet of ours.
const ONE: usize = 4088;

/// Unwraps `data`, and wraps it.
pub fn run(data: &[u8]) {
    let whole = unwrapped([data]);
    assert_eq!(unwrapped(data.chunks(1)), whole);
    assert!(whole.0.len() <= data.len());

    let text = data.get(..ONE).unwrap_or(data);
    let mut wrapped = Vec::new();
    TdsFraming::default().wrap(text, &mut wrapped);
    assert_eq!(unwrapped([&wrapped[..]]), (text.to_vec(), Ok(())));
}

fn unwrapped<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> (Vec<u8>, Result<(), &'static str>) {
    let (mut framing, mut raw, mut out) = (TdsFraming::default(), Vec::new(), Vec::new());
    for piece in pieces {
        raw.extend_from_slice(piece);
        if let Err(wrong) = framing.unwrap(&mut raw, &mut out) {
            return (out, Err(wrong));
        }
    }
    (out, Ok(()))
}
