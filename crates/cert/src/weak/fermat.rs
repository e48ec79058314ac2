//! Primes that stand close together (CVE-2022-26320, printers): Fermat's method finds them in a few steps (Böck 2023).

use crypto_bigint::BoxedUint;

use crate::Number;

/// Far more steps than any key that was found wanted, and far too few for one that was made well.
const STEPS: usize = 100;

/// A larger modulus costs more than it tells.
const MOST_BITS: u32 = 8192;

/// Whether a few steps of Fermat's method split the modulus.
#[must_use]
pub fn are_close(modulus: &Number) -> bool {
    let bits = modulus.bits();
    if modulus.is_even() || !(64..=MOST_BITS).contains(&bits) {
        return false;
    }
    // Room for the square of a root that was rounded up.
    let wide = bits.next_multiple_of(64) + 64;
    let number = |bytes: &[u8]| BoxedUint::from_be_slice(bytes, wide).ok();
    let (Some(n), Some(one)) = (number(modulus.bytes()), number(&[1])) else {
        return false;
    };
    // n = a² - b² with a just above the root of n; each step makes a one larger and a² two times a, plus one.
    let mut a = n.floor_sqrt_vartime();
    let mut square = a.wrapping_mul(&a);
    if square == n {
        return true;
    }
    for _ in 0..STEPS {
        square = square.wrapping_add(&a).wrapping_add(&a).wrapping_add(&one);
        a = a.wrapping_add(&one);
        let b = square.wrapping_sub(&n);
        if may_be_square(&b) && b.checked_sqrt_vartime().is_some() {
            return true;
        }
    }
    false
}

/// Squares are 0, 1 or 4 modulo 8, or 0, 1, 4, 9 modulo 16: three numbers of four are told at a glance.
fn may_be_square(number: &BoxedUint) -> bool {
    let last = number.to_le_bytes().first().copied().unwrap_or(0);
    matches!(last % 16, 0 | 1 | 4 | 9)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn product(p: u64, q: u64) -> Number {
        Number::new(&(u128::from(p) * u128::from(q)).to_be_bytes())
    }

    #[test]
    fn close_and_not() {
        assert!(are_close(&product(
            18_446_744_073_709_551_557,
            18_446_744_073_709_551_533
        )));
        assert!(are_close(&product(
            18_446_744_073_709_551_557,
            18_446_744_073_709_551_557
        )));
        assert!(!are_close(&product(
            18_446_744_073_709_551_557,
            13_043_817_825_332_782_349
        )));
        assert!(!are_close(&Number::default()) && !are_close(&Number::new(&[0xff; 2000])));
    }

    #[test]
    fn a_large_one() {
        // (2^521 - 1) times the number 2^300 above it: b is 2^299, and a is within one step of the root.
        let wide = |bytes: &[u8]| BoxedUint::from_be_slice(bytes, 1216).unwrap();
        let mut p = vec![0xff; 66];
        p[0] = 1;
        let mut apart = vec![0; 38];
        apart[0] = 0x04;
        let p = wide(&p);
        let close = p.wrapping_mul(p.wrapping_add(wide(&[2])));
        assert!(are_close(&Number::new(&close.to_be_bytes())));
        let far = p.wrapping_mul(p.wrapping_add(wide(&apart)));
        assert!(!are_close(&Number::new(&far.to_be_bytes())));
    }
}
