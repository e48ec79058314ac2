//! What standard error can show of progress. A bar is drawn only where a line can be taken back.

use std::io::{self, IsTerminal as _, Write as _};
use std::sync::{Mutex, PoisonError};

use indicatif::{ProgressDrawTarget, ProgressStyle, TermLike};

/// A bar, and what is said beside it, want so many columns.
const ROOM: u16 = 72;
/// Where the system says nothing of it.
const USUAL: u16 = 80;
/// So many columns are left free at the right. A terminal shows `^C` where the cursor is: at the very edge that would break
/// the line, and what is then taken back is another one.
const EDGE: u16 = 4;

/// How progress is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Screen {
    /// A line now and then: a file, a pipe, or a terminal that takes nothing back (`TERM=dumb`).
    Lines,
    /// Words that change, and no bar: it would not fit.
    Narrow,
    /// A bar.
    Wide,
}

impl Screen {
    /// What this process has.
    pub(crate) fn here() -> Self {
        // As programs agree on it: no name is a terminal of which nothing is known.
        let name = std::env::var_os("TERM");
        let is_dumb = name.is_none_or(|name| name.is_empty() || name == "dumb");
        if is_dumb || !io::stderr().is_terminal() {
            Self::Lines
        } else if width() < ROOM {
            Self::Narrow
        } else {
            Self::Wide
        }
    }
}

/// How progress is drawn: with blocks where the terminal's language has them, else with what every keyboard has. In
/// `form`, `{bar}` is the bar.
pub(crate) fn style(form: &str) -> Option<ProgressStyle> {
    let has_blocks = has_blocks();
    let bar = if has_blocks { "{bar:30}" } else { "[{bar:28}]" };
    let style = ProgressStyle::with_template(&form.replace("{bar}", bar)).ok()?;
    Some(if has_blocks {
        style
    } else {
        style.progress_chars("#>.").tick_chars("|/-\\ ")
    })
}

/// Whether letters go out in UTF-8, by the first of the three that says anything; where none does, nobody knows.
fn has_blocks() -> bool {
    let said = ["LC_ALL", "LC_CTYPE", "LANG"]
        .into_iter()
        .filter_map(std::env::var_os)
        .find(|said| !said.is_empty());
    said.is_some_and(|said| {
        let said = said.to_string_lossy().to_ascii_lowercase();
        said.contains("utf-8") || said.contains("utf8")
    })
}

/// Where progress is drawn, so often a second at most.
pub(crate) fn target(often: u8) -> ProgressDrawTarget {
    ProgressDrawTarget::term_like_with_hz(Box::new(Margin::default()), often)
}

fn width() -> u16 {
    terminal_size::terminal_size_of(io::stderr()).map_or(USUAL, |(width, _)| width.0)
}

/// Standard error as a terminal that ends before its edge. What is drawn goes out in one piece.
#[derive(Debug, Default)]
struct Margin(Mutex<String>);

impl Margin {
    fn put(&self, text: &str) -> io::Result<()> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push_str(text);
        Ok(())
    }

    /// A control sequence of ECMA-48 with a number, where there is anything to do.
    fn control(&self, number: usize, verb: char) -> io::Result<()> {
        if number == 0 {
            return Ok(());
        }
        self.put(&format!("\u{1b}[{number}{verb}"))
    }
}

impl TermLike for Margin {
    fn width(&self) -> u16 {
        width().saturating_sub(EDGE).max(1)
    }

    fn move_cursor_up(&self, n: usize) -> io::Result<()> {
        self.control(n, 'A')
    }

    fn move_cursor_down(&self, n: usize) -> io::Result<()> {
        self.control(n, 'B')
    }

    fn move_cursor_right(&self, n: usize) -> io::Result<()> {
        self.control(n, 'C')
    }

    fn move_cursor_left(&self, n: usize) -> io::Result<()> {
        self.control(n, 'D')
    }

    fn write_line(&self, text: &str) -> io::Result<()> {
        self.put(text)?;
        self.put("\n")
    }

    fn write_str(&self, text: &str) -> io::Result<()> {
        self.put(text)
    }

    fn clear_line(&self) -> io::Result<()> {
        self.put("\r\u{1b}[2K")
    }

    fn flush(&self) -> io::Result<()> {
        let text = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        let mut out = io::stderr().lock();
        out.write_all(text.as_bytes())?;
        out.flush()
    }
}
