//! A chain is made of parts of the message, and never of more bytes than came.

use holter_wire::certificate;

/// Reads `data` as the body of a Certificate message, in both layouts.
pub fn run(data: &[u8]) {
    for (chain, oddities) in [certificate::read(data), certificate::read_tls13(data)] {
        let bytes: usize = chain.iter().map(|certificate| certificate.len() + 3).sum();
        assert!(bytes <= data.len());
        assert!(chain.len() <= 64);
        for oddity in oddities {
            let _ = oddity.to_string();
        }
    }
    let (extensions, _) = certificate::read_tls13_leaf_extensions(data);
    assert!(
        extensions
            .iter()
            .all(|extension| extension.body.len() < data.len())
    );
}
