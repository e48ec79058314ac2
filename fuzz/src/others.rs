//! Logs of other tools: nothing panics, whatever they hold, and nothing in them is ever called a leak.

use holter_capture::Part;
use holter_capture::captured::Kind;
use holter_capture::others::{kind, read};

/// Reads the bytes as each tool's log.
pub fn run(data: &[u8]) {
    let _ = kind(data);
    for tool in [Kind::Zeek, Kind::Suricata] {
        let (_, parts) = read(data, tool, "log".to_owned());
        for part in parts {
            let Part::Subject(subject) = part else { continue };
            for said in &subject.verdicts {
                assert!(
                    said.weight
                        .is_none_or(|weight| !weight.ladder.is_leak() && weight.leaked_max == 0)
                );
            }
        }
    }
}
