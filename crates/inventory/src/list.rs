//! A plain list: one target a line, behind it the protocol if need be, and remarks after `#`.

use crate::read::Found;
use crate::{ReadError, targets};

/// Reads a list. Who writes one means every line of it, so the first that is wrong ends the reading.
pub(crate) fn read(
    text: &str,
    known: &dyn Fn(&str) -> Result<(), String>,
    found: &mut Found,
) -> Result<(), ReadError> {
    for (line, number) in text.lines().zip(1..) {
        let line = line.split('#').next().unwrap_or_default();
        let mut words = line.split_whitespace();
        let Some(typed) = words.next() else {
            continue;
        };
        let wrong = |what| ReadError::at(number, what);
        let protocol = words.next();
        let at = targets(typed, known).map_err(wrong)?;
        if let Some(protocol) = protocol {
            known(protocol).map_err(wrong)?;
        }
        if let Some(more) = words.next() {
            return Err(wrong(format!(
                "{more:?} is one word too many: write a target and, if need be, its protocol"
            )));
        }
        for mut target in at {
            if let Some(protocol) = protocol {
                target.scheme = Some(protocol.to_owned());
            }
            found.target(target)?;
        }
    }
    Ok(())
}
