//! Logs of sessions: nothing panics, whatever they hold, and only a session that was seen twice is ever suspected.

use holter_capture::takeover::{Columns, Log, judge};

/// Reads the bytes as a log, with columns of any name and with those that its text names.
pub fn run(data: &[u8]) {
    let named = Columns {
        time: Some("t".to_owned()),
        session: Some("s".to_owned()),
        source: Some("a".to_owned()),
    };
    for columns in [Columns::default(), named] {
        let Ok(log) = Log::read(data, &columns) else {
            continue;
        };
        for flips in judge(&log.uses) {
            assert!(flips.first <= flips.last && flips.changes > 0);
            assert!(flips.sources.len() > 1);
        }
    }
}
