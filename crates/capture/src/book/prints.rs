//! Fingerprints of servers' hellos. A farm answers alike a million times, and each answer's is computed once.

use std::collections::HashMap;

use foldhash::quality::RandomState;
use holter_wire::server_hello::ServerHello;

use crate::print;

/// Kinds of hellos that are remembered.
const MOST: usize = 1024;

/// Longer ones are not.
const LONGEST: usize = 64;

/// All that are remembered.
#[derive(Debug, Default)]
pub(crate) struct Prints {
    known: HashMap<Box<[u16]>, [u8; 16], RandomState>,
    key: Vec<u16>,
}

impl Prints {
    /// The JA3S of a ServerHello.
    pub(crate) fn ja3s(&mut self, hello: &ServerHello) -> [u8; 16] {
        if hello.extensions.len() > LONGEST {
            return print::ja3s(hello);
        }
        self.key.clear();
        self.key.extend([hello.legacy_version.0, hello.suite.0]);
        self.key
            .extend(hello.extensions.iter().map(|extension| extension.kind.0));
        if let Some(known) = self.known.get(self.key.as_slice()) {
            return *known;
        }
        let print = print::ja3s(hello);
        if self.known.len() < MOST {
            self.known.insert(self.key.as_slice().into(), print);
        }
        print
    }
}

#[cfg(test)]
mod tests {
    use holter_wire::extension::Extension;
    use holter_wire::{CipherSuite, ExtensionType, Version};

    use super::*;

    #[test]
    fn each_kind_has_its_own_and_keeps_it() {
        let mut prints = Prints::default();
        let of = |suite, kinds: &[u16]| ServerHello {
            legacy_version: Version::TLS12,
            random: [0; 32],
            session_id: Vec::new(),
            suite: CipherSuite(suite),
            compression: 0,
            extensions: kinds
                .iter()
                .map(|kind| Extension {
                    kind: ExtensionType(*kind),
                    body: Vec::new(),
                })
                .collect(),
        };
        let long = vec![7; LONGEST + 1];
        let kinds: [&[u16]; 5] = [&[], &[15], &[15, 0xff01], &[0xff01, 15], &long];
        for _ in 0..2 {
            for suite in [0xc02f, 0x002f] {
                for kinds in kinds {
                    let hello = of(suite, kinds);
                    assert_eq!(prints.ja3s(&hello), print::ja3s(&hello));
                }
            }
        }
        assert_eq!(prints.known.len(), 8);
    }
}
