//! Writes the length-prefixed vectors of TLS. Lengths are filled in after the body is known.

/// Appends what `body` writes behind its length in one byte. A longer body is cut at 255 bytes.
pub fn vec8(out: &mut Vec<u8>, body: impl FnOnce(&mut Vec<u8>)) {
    prefixed::<1>(out, body);
}

/// Appends what `body` writes behind its length in two bytes. A longer body is cut at 65,535 bytes.
pub fn vec16(out: &mut Vec<u8>, body: impl FnOnce(&mut Vec<u8>)) {
    prefixed::<2>(out, body);
}

/// Appends what `body` writes behind its length in three bytes. A longer body is cut at 16,777,215 bytes.
pub fn vec24(out: &mut Vec<u8>, body: impl FnOnce(&mut Vec<u8>)) {
    prefixed::<3>(out, body);
}

/// Appends a 24-bit number.
pub fn u24(out: &mut Vec<u8>, number: usize) {
    out.extend(low_bytes::<3>(number));
}

fn prefixed<const N: usize>(out: &mut Vec<u8>, body: impl FnOnce(&mut Vec<u8>)) {
    let start = out.len();
    out.extend([0; N]);
    body(out);
    let longest = (1 << (8 * N)) - 1;
    out.truncate(start + N + longest);
    let length = out.len() - start - N;
    if let Some(prefix) = out.get_mut(start..start + N) {
        prefix.copy_from_slice(&low_bytes::<N>(length));
    }
}

fn low_bytes<const N: usize>(number: usize) -> [u8; N] {
    let all = number.to_be_bytes();
    all.last_chunk::<N>().copied().unwrap_or([0; N])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nested_vectors_carry_their_lengths() {
        let mut out = Vec::new();
        vec16(&mut out, |out| vec8(out, |out| out.extend(b"abc")));
        assert_eq!(out, b"\x00\x04\x03abc");
    }
}
