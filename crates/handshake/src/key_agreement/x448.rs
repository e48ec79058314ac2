//! X448 (RFC 7748 section 5): the Montgomery ladder over the numbers of `crypto-bigint`. The crates that have it are of before 2020, or not
//! released yet. It takes time that shows the secret, which is one of a measuring device and protects nothing.

use crypto_bigint::modular::{ConstMontyForm, ConstMontyParams as _};
use crypto_bigint::{Encoding as _, U448, const_monty_params};
use holter_model::seam::Dice;

/// The length of scalars, points and secrets.
const LENGTH: usize = 56;

const_monty_params!(
    Prime,
    U448,
    "fffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "2^448 - 2^224 - 1."
);

type Number = ConstMontyForm<Prime, { Prime::LIMBS }>;

/// The point that all others are multiples of.
const BASE: U448 = U448::from_u8(5);

/// The curve's constant, (156326 - 2) / 4.
const A24: Number = Number::new(&U448::from_u32(39_081));

/// Our half of an exchange.
pub(crate) struct Secret(U448);

impl Secret {
    pub(super) fn new(dice: &dyn Dice) -> Self {
        let mut bytes = [0; LENGTH];
        dice.fill(&mut bytes);
        Self(scalar(bytes))
    }

    pub(super) fn point(&self) -> Vec<u8> {
        multiply(&self.0, &BASE)
    }

    /// `None` when the peer's point has not the length of one. Every number of that length is one.
    pub(super) fn agree_on(&self, point: &[u8]) -> Option<Vec<u8>> {
        let point = <[u8; LENGTH]>::try_from(point).ok()?;
        Some(multiply(&self.0, &U448::from_le_bytes(point.into())))
    }
}

/// A multiple of 4 in the upper half of its range.
fn scalar(mut bytes: [u8; LENGTH]) -> U448 {
    let [first, .., last] = &mut bytes;
    *first &= 0xfc;
    *last |= 0x80;
    U448::from_le_bytes(bytes.into())
}

/// The names are those of RFC 7748, whose points are fractions: x over z.
fn multiply(scalar: &U448, point: &U448) -> Vec<u8> {
    let x1 = Number::new(point);
    let mut low = (Number::ONE, Number::ZERO);
    let mut high = (x1, Number::ONE);
    let mut swapped = false;
    for place in (0..U448::BITS).rev() {
        let bit = scalar.bit_vartime(place);
        if bit != swapped {
            std::mem::swap(&mut low, &mut high);
        }
        swapped = bit;
        let (a, b) = (low.0 + low.1, low.0 - low.1);
        let (c, d) = (high.0 + high.1, high.0 - high.1);
        let (da, cb) = (d * a, c * b);
        let (aa, bb) = (a.square(), b.square());
        let e = aa - bb;
        high = ((da + cb).square(), x1 * (da - cb).square());
        low = (aa * bb, e * (aa + A24 * e));
    }
    if swapped {
        std::mem::swap(&mut low, &mut high);
    }
    // What nothing can be divided by gives zero, as the RFC's power does.
    let inverse = low.1.invert_vartime().into_option().unwrap_or(Number::ZERO);
    (low.0 * inverse).retrieve().to_le_bytes().as_ref().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::unhex;

    fn number(hex: &str) -> [u8; LENGTH] {
        unhex(hex).try_into().unwrap()
    }

    #[test]
    fn multiples_are_those_of_rfc_7748() {
        // Section 5.2.
        for (bytes, point, expected) in [
            (
                "3d262fddf9ec8e88495266fea19a34d28882acef045104d0d1aae121700a779c984c24f8cdd78fbff44943eba368f54b29259a4f1c600ad3",
                "06fce640fa3487bfda5f6cf2d5263f8aad88334cbd07437f020f08f9814dc031ddbdc38c19c6da2583fa5429db94ada18aa7a7fb4ef8a086",
                "ce3e4ff95a60dc6697da1db1d85e6afbdf79b50a2412d7546d5f239fe14fbaadeb445fc66a01b0779d98223961111e21766282f73dd96b6f",
            ),
            (
                "203d494428b8399352665ddca42f9de8fef600908e0d461cb021f8c538345dd77c3e4806e25f46d3315c44e0a5b4371282dd2c8d5be3095f",
                "0fbcc2f993cd56d3305b0b7d9e55d4c1a8fb5dbb52f8e9a1e9b6201b165d015894e56c4d3570bee52fe205e28a78b91cdfbde71ce8d157db",
                "884a02576239ff7a2f2f63b2db6a9ff37047ac13568e1e30fe63c4a7ad1b3ee3a5700df34321d62077e63633c575c1c954514e99da7c179d",
            ),
        ] {
            let point = U448::from_le_bytes(number(point).into());
            assert_eq!(multiply(&scalar(number(bytes)), &point), unhex(expected));
        }
        // Section 6.2, Alice.
        let alice = Secret(scalar(number(
            "9a8f4925d1519f5775cf46b04b5800d4ee9ee8bae8bc5565d498c28dd9c9baf574a9419744897391006382a6f127ab1d9ac2d8c0a598726b",
        )));
        assert_eq!(
            alice.point(),
            unhex(
                "9b08f7cc31b7e3e67d22d5aea121074a273bd2b83de09c63faa73d2c22c5d9bbc836647241d953d40c5b12da88120d53177f80e532c41fa0"
            )
        );
    }

    #[test]
    fn hostile_points_are_taken_as_numbers() {
        let secret = Secret(scalar([7; LENGTH]));
        // Zero, one, and numbers at the prime and above it.
        assert_eq!(secret.agree_on(&[0; LENGTH]), Some(vec![0; LENGTH]));
        for byte in [1, 0xfe, 0xff] {
            assert!(secret.agree_on(&[byte; LENGTH]).is_some());
        }
        assert_eq!(secret.agree_on(&[1; LENGTH - 1]), None);
        assert_eq!(secret.agree_on(&[1; LENGTH + 1]), None);
        assert_eq!(secret.agree_on(&[]), None);
    }
}
