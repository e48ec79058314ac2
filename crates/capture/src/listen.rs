//! Listening to captures from beginning to end: the one call that everything else is behind.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use crate::book::Bounds;
use crate::coverage::Coverage;
use crate::files::hear;
use crate::heard::Heard;
use crate::hearing::Hearing;
use crate::limits::Limits;
use crate::listening::Listening;
use crate::reader::Trouble;

/// One thing to listen to.
pub struct Source<'a> {
    /// What it is called: a file's path, "-" or an interface.
    pub name: String,
    /// Its bytes.
    pub bytes: Box<dyn Read + 'a>,
}

/// How much may be remembered, below and above.
#[derive(Clone, Copy, Debug, Default)]
pub struct Memory {
    /// Of flows and packets.
    pub limits: Limits,
    /// Of what was heard.
    pub bounds: Bounds,
}

/// What one source came to.
#[derive(Clone, Debug)]
pub struct Listened {
    /// What it is called.
    pub name: String,
    /// All that was heard.
    pub heard: Heard,
    /// How much of the capture could be read.
    pub coverage: Coverage,
    /// Where it stopped being a capture.
    pub trouble: Option<Trouble>,
}

impl std::fmt::Debug for Source<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Source")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl<'a> Source<'a> {
    /// A file.
    ///
    /// # Errors
    /// What opening it says.
    pub fn file(path: &Path) -> io::Result<Self> {
        Ok(Self::new(path.display().to_string(), File::open(path)?))
    }

    /// Anything else that gives the bytes of a capture.
    pub fn new(name: impl Into<String>, bytes: impl Read + 'a) -> Self {
        Self {
            name: name.into(),
            bytes: Box::new(bytes),
        }
    }
}

/// Listens to each source by itself, one after the other, and gives each to the sink when it is over. A sink that says `false`
/// wants no more.
pub fn listen<'a>(
    sources: impl IntoIterator<Item = Source<'a>>,
    memory: Memory,
    mut sink: impl FnMut(Listened) -> bool,
) {
    for Source { name, bytes } in sources {
        let mut hearing = Hearing::new(Listening::new(memory.bounds), memory.limits);
        let (_, trouble) = hear(bytes, &mut hearing);
        let listened = finished(name, hearing, trouble);
        if !sink(listened) {
            return;
        }
    }
}

/// Listens to sources that follow on each other, as rotated captures do: flows go on from one to the next, and all come to one.
pub fn listen_on<'a>(name: &str, sources: impl IntoIterator<Item = Source<'a>>, memory: Memory) -> Listened {
    let mut hearing = Hearing::new(Listening::new(memory.bounds), memory.limits);
    let mut trouble = None;
    for source in sources {
        trouble = hear(source.bytes, &mut hearing).1.or(trouble);
    }
    finished(name.to_owned(), hearing, trouble)
}

/// Ends a hearing, and says what it came to: for whoever brings the packets himself, from an interface.
#[must_use]
pub fn finished(name: String, hearing: Hearing<Listening>, trouble: Option<Trouble>) -> Listened {
    let (listening, coverage) = hearing.finish();
    let heard = listening.finish().in_file(&name).within(&coverage);
    Listened {
        name,
        heard,
        coverage,
        trouble,
    }
}
