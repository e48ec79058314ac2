//! A tape that can be read prints to one that reads the same.

use holter_net::tape::Tape;

/// Reads `data` as a tape's text.
pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    match Tape::parse(text) {
        Ok(tape) => assert_eq!(Tape::parse(&tape.print()), Ok(tape)),
        Err(error) => assert!((1..=text.lines().count()).contains(&error.line)),
    }
}
