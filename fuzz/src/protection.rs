//! Protected records: what was sealed opens, and nothing that a peer makes up does.

use holter_handshake::Suite;
use holter_handshake::keys::Keys;
use holter_handshake::protect::Protection;
use holter_wire::record::LONGEST_PLAINTEXT;
use holter_wire::{CipherSuite, ContentType, Version};

/// Every cipher and every MAC.
const SUITES: [u16; 9] = [
    0x0004, 0x0005, 0x000a, 0x002f, 0x0035, 0x003c, 0x009c, 0xc030, 0xcca8,
];
const VERSIONS: [Version; 4] = [Version::SSL3, Version::TLS10, Version::TLS11, Version::TLS12];

/// Opens `data` as the body of a record, and seals it as a text, under each suite and version.
pub fn run(data: &[u8]) {
    run_tls13(data);
    for version in VERSIONS {
        for suite in SUITES.iter().filter_map(|code| Suite::of(CipherSuite(*code))) {
            if suite.least_version() > version {
                continue;
            }
            let text = data.get(..LONGEST_PLAINTEXT).unwrap_or(data);
            assert_eq!(there_and_back(&suite, version, text).as_deref(), Some(text));
            let opened =
                protection(&suite, version).map(|mut theirs| theirs.open(BEAT, version, data).is_ok());
            assert_eq!(opened, Some(false));
        }
    }
}

/// The same in TLS 1.3, where a record's content is hidden.
fn run_tls13(data: &[u8]) {
    let text = data.get(..LONGEST_PLAINTEXT).unwrap_or(data);
    for code in [0x1301, 0x1302, 0x1303] {
        let protection = || {
            let suite = Suite::of(CipherSuite(code))?;
            let lengths = suite.key_lengths(Version::TLS13);
            let keys = Keys {
                mac: Vec::new(),
                key: vec![8; lengths.key],
                iv: vec![7; lengths.iv],
            };
            Protection::tls13(&suite, keys).ok()
        };
        let version = Version::TLS12;
        let sealed = protection().and_then(|mut ours| ours.seal(BEAT, version, text).ok());
        let back = sealed.and_then(|sealed| protection()?.open(BEAT, version, &sealed).ok());
        assert_eq!(back.as_deref(), Some(text));
        let opened = protection().map(|mut theirs| theirs.open(BEAT, version, data).is_ok());
        assert_eq!(opened, Some(false));
    }
}

const BEAT: ContentType = ContentType::HEARTBEAT;

fn there_and_back(suite: &Suite, version: Version, text: &[u8]) -> Option<Vec<u8>> {
    let sealed = protection(suite, version)?.seal(BEAT, version, text).ok()?;
    protection(suite, version)?.open(BEAT, version, &sealed).ok()
}

fn protection(suite: &Suite, version: Version) -> Option<Protection> {
    let lengths = suite.key_lengths(version);
    let keys = Keys {
        mac: vec![9; lengths.mac],
        key: vec![8; lengths.key],
        iv: vec![7; lengths.iv],
    };
    Protection::new(suite, version, keys, [4; 32]).ok()
}
