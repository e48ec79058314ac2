//! Whose words these are: at most one protocol's, with a way to TLS or none; and what gives a system away.

use holter_protocols::marks::{recognise_certificate, recognise_words};
use holter_protocols::{Start, by_id, by_words, in_clear, speaker};

/// Takes `data` as the first words of a service.
pub fn run(data: &[u8]) {
    let (way, clear) = (by_words(data), in_clear(data));
    assert_eq!(
        speaker(data).is_some(),
        way.is_some() != clear.is_some(),
        "whoever is recognised has a way to TLS or has none"
    );
    assert!(way.is_none_or(|chosen| chosen.start == Start::Upgrade));
    for mark in [recognise_words(data), recognise_certificate(data)]
        .into_iter()
        .flatten()
    {
        let there = |text: &&str| data.windows(text.len()).any(|window| window == text.as_bytes());
        assert!(mark.texts.iter().all(there), "{} is not there", mark.id);
    }
    for id in ["tls", "smtp", "telnet"] {
        if let Some(other) = by_id(id, 0).and_then(|chosen| chosen.instead(data)) {
            // Nobody is told to do again what did not work.
            assert!(other.protocol.id != id || other.start == Start::Direct);
        }
    }
}
