//! The floor under `holter listen`: how long it takes to read captures and to put their flows in order, for a listener that only counts.

use std::fs::File;
use std::io::{self, Write};

use holter_capture::files::hear;
use holter_capture::{Ending, Ends, Hearing, Limits, Listener, Moment, Side};

/// Counts flows and bytes.
#[derive(Default)]
struct Count {
    flows: u64,
    heard: u64,
}

impl Listener for Count {
    type Flow = ();

    fn begin(&mut self, _: &Ends, _: Moment) {
        self.flows += 1;
    }

    fn hear(&mut self, (): &mut (), _: &Ends, _: Side, _: Moment, bytes: &[u8]) {
        self.heard += bytes.len() as u64;
    }

    fn miss(&mut self, (): &mut (), _: &Ends, _: Side, _: Moment, _: u64) {}

    fn end(&mut self, (): (), _: &Ends, _: Ending) {}
}

fn main() -> io::Result<()> {
    let mut out = io::stdout().lock();
    for path in std::env::args_os().skip(1) {
        let mut hearing = Hearing::new(Count::default(), Limits::default());
        let (packets, trouble) = hear(File::open(&path)?, &mut hearing);
        let (count, coverage) = hearing.finish();
        writeln!(
            out,
            "{}: {packets} packets, {} flows, {} bytes heard, {trouble:?}, {coverage:?}",
            path.display(),
            count.flows,
            count.heard
        )?;
    }
    Ok(())
}
