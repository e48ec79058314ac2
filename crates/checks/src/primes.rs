//! Primes that many servers share, by the hash of each. Pure.

/// A prime that is known by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KnownPrime {
    /// Where it comes from, like "nginx".
    pub name: &'static str,
    /// Its length.
    pub bits: u32,
}

/// Looks a prime up by its SHA-256 in hex.
pub fn known_prime(sha256: &str) -> Option<KnownPrime> {
    rows().find(|(hash, _)| *hash == sha256).map(|(_, prime)| prime)
}

fn rows() -> impl Iterator<Item = (&'static str, KnownPrime)> {
    include_str!("../../../registry/primes.tsv")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| {
            let mut cells = line.split('\t');
            let (hash, name) = (cells.next()?, cells.next()?);
            let bits = cells.next()?.parse().ok()?;
            Some((hash, KnownPrime { name, bits }))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_a_hash_a_name_and_a_length() {
        assert!(rows().count() > 90);
        for (hash, prime) in rows() {
            assert!(
                hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()),
                "{hash}"
            );
            assert!((512..=8192).contains(&prime.bits), "{prime:?}");
        }
    }

    #[test]
    fn a_prime_is_known_by_its_hash() {
        // RFC 3526 section 3.
        let group14 = "d66436f79bbd";
        let (hash, prime) = rows().find(|(hash, _)| hash.starts_with(group14)).unwrap();
        assert_eq!((prime.name, prime.bits), ("MODP group 14 of IKE", 2048));
        assert_eq!(known_prime(hash), Some(prime));
        assert_eq!(known_prime("00"), None);
    }
}
