//! A server, a browser in front of it, and somebody who looks closely.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use holter_lab::axe;
use holter_lab::browser::Browser;

use crate::command::{command, signal};
use crate::eye::{self, Eye};

/// What takes longer has failed, on whatever machine: no wait for something that comes is as long.
const PATIENCE: Duration = Duration::from_secs(300);
const WIDE: u32 = 1280;
/// As wide as a page is at 400 per cent on a usual screen (WCAG 2.2, 1.4.10).
const NARROW: u32 = 320;

/// One browser at a time: what waits for another's turn of the processor looks slow, and is not.
static TURN: Mutex<()> = Mutex::new(());

/// A server with a browser.
pub(crate) struct Office {
    server: Child,
    pub(crate) browser: Browser,
    pub(crate) url: String,
    setup: String,
    eye: Eye,
    pictures: Option<PathBuf>,
    /// What shuts people out, page by page.
    faults: RefCell<Vec<String>>,
    /// The paths of all pages that were looked at.
    seen: RefCell<BTreeSet<String>>,
    folder: tempfile::TempDir,
    _turn: MutexGuard<'static, ()>,
}

impl Drop for Office {
    fn drop(&mut self) {
        signal("-TERM", self.server.id());
        let _ = self.server.wait();
    }
}

impl Office {
    pub(crate) fn open() -> Self {
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        let folder = tempfile::tempdir().unwrap();
        let db = folder.path().join("holter.db");
        let mut server = command("serve --no-config --listen 127.0.0.1:0 --db")
            .arg(&db)
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(server.stderr.take().unwrap()).lines();
        let mut said = |words: &str| {
            let line = lines
                .find(|line| line.as_ref().unwrap().contains(words))
                .unwrap()
                .unwrap();
            line.split_whitespace().last().unwrap().to_owned()
        };
        let (url, setup) = (said("serving "), said("/setup/"));
        // It may say more: nobody reads it, and it must not wait for a reader.
        std::thread::spawn(move || lines.for_each(drop));
        let pictures = std::env::var_os("HOLTER_PICTURES").map(PathBuf::from);
        Self {
            server,
            browser: Browser::start().unwrap(),
            url,
            setup,
            eye: Eye::new(std::fs::read_to_string(axe::script().unwrap()).unwrap()),
            pictures,
            faults: RefCell::default(),
            seen: RefCell::default(),
            folder,
            _turn: turn,
        }
    }

    /// The first start, up to the form.
    pub(crate) fn begin(&self) {
        self.browser.open(&self.setup).unwrap();
    }

    /// Fills the form of the first start in.
    pub(crate) fn set_up(&self) {
        for (field, text) in [
            ("#shown", "Mira López"),
            ("#name", "mira"),
            ("#password", "gravel otter lamp tuesday"),
        ] {
            self.types(field, text);
        }
        self.press("form button");
    }

    pub(crate) fn scan(&self, target: &str) {
        self.types("#targets", target);
        self.press("form[action='/scans'] button");
        self.sees("h1", "Scan");
    }

    /// Listens to a capture, and remembers what it heard beside the server.
    pub(crate) fn hears(&self, capture: &[u8]) {
        let path = self.folder().join("heard.pcap");
        std::fs::write(&path, capture).unwrap();
        let db = self.folder().join("holter.db");
        let heard = command("listen -q -f jsonl")
            .arg(path)
            .arg("--db")
            .arg(db)
            .output()
            .unwrap();
        assert_eq!(heard.status.code(), Some(1), "{heard:?}");
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn go(&self, path: &str) {
        self.browser.open(&format!("{}{path}", self.url)).unwrap();
    }

    pub(crate) fn path(&self) -> String {
        let url = self.browser.url().unwrap();
        let path = url.strip_prefix(&self.url).unwrap();
        path.split('?').next().unwrap().to_owned()
    }

    /// Presses on what leads to a page, and waits for that: the driver may answer while the old one still stands.
    pub(crate) fn press(&self, selector: &str) {
        self.browser.run("window.isLeft = true").unwrap();
        self.ticks(selector);
        self.waits_until(|| {
            let is_there = "return !window.isLeft && document.readyState === 'complete'";
            // Between two pages nobody answers.
            (self.browser.run(is_there).ok()? == true).then_some(())
        });
    }

    /// Presses on what leads nowhere.
    pub(crate) fn ticks(&self, selector: &str) {
        self.browser
            .press(selector)
            .unwrap_or_else(|error| panic!("{selector}: {error}\n{}", self.text()));
    }

    pub(crate) fn types(&self, selector: &str, text: &str) {
        self.browser
            .type_into(selector, text)
            .unwrap_or_else(|error| panic!("{selector}: {error}\n{}", self.text()));
    }

    /// Unfolds what is folded, and fills a form in.
    pub(crate) fn fills(&self, fields: &[(&str, &str)]) {
        self.browser
            .run("for (const one of document.querySelectorAll('details')) one.open = true")
            .unwrap();
        for (selector, text) in fields {
            self.types(selector, text);
        }
    }

    /// Until these words stand there, on this page or on one that it leads to by itself.
    pub(crate) fn sees(&self, selector: &str, words: &str) {
        let begun = Instant::now();
        loop {
            // Between two pages there may be nothing.
            let text = self.browser.text(selector).unwrap_or_default();
            if text.contains(words) {
                return;
            }
            assert!(
                begun.elapsed() < PATIENCE,
                "no {words:?} in {selector}:\n{}",
                self.text()
            );
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// Until the page is one that stays: one that shows what is under way looks again by itself, and between two looks
    /// there is none.
    pub(crate) fn waits_until_it_stays(&self) {
        self.waits_until(|| {
            let stays = "return document.readyState === 'complete' && !!document.querySelector('main') \
                         && !document.querySelector('[data-again],[data-live]')";
            (self.browser.run(stays).ok()? == true).then_some(())
        });
    }

    /// Until this finds something.
    pub(crate) fn waits_until<T>(&self, mut look: impl FnMut() -> Option<T>) -> T {
        let begun = Instant::now();
        loop {
            if let Some(found) = look() {
                return found;
            }
            assert!(begun.elapsed() < PATIENCE, "it never came:\n{}", self.text());
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// A picture, where the tester wants some.
    pub(crate) fn picture(&self, name: &str) {
        self.pictured(name, false, WIDE);
    }

    /// Holds the page against WCAG 2.2 AA, light and dark, wide and narrow; goes through it by keyboard, and asks the console.
    /// A page that looks again by itself would go away under the eyes.
    pub(crate) fn look(&self, name: &str) {
        self.waits_until_it_stays();
        self.look_meanwhile(name);
    }

    /// The same of a page that shows something that is under way, and has no end in sight.
    pub(crate) fn look_meanwhile(&self, name: &str) {
        self.faults_of(name, &eye::complaints(&self.browser));
        self.seen.borrow_mut().insert(self.path());
        for (is_dark, width) in [(false, WIDE), (true, WIDE), (true, NARROW), (false, NARROW)] {
            self.browser.look(is_dark, width).unwrap();
            let place = format!("{name}, {}, {width} wide", if is_dark { "dark" } else { "light" });
            self.pictured(name, is_dark, width);
            self.faults_of(&place, &self.eye.sees(&self.browser));
            if !is_dark {
                self.faults_of(&place, &eye::by_keyboard(&self.browser));
            }
        }
        self.browser.look(false, WIDE).unwrap();
        self.faults_of(name, &eye::complaints(&self.browser));
    }

    /// What the console said by now is somebody else's, or meant.
    pub(crate) fn forgives(&self) {
        self.browser.console().unwrap();
    }

    /// Nothing that was looked at shuts anybody out.
    pub(crate) fn was_accessible(&self) {
        let faults = self.faults.borrow();
        assert!(faults.is_empty(), "{}", faults.join("\n"));
    }

    /// Whether a page of this route was looked at.
    pub(crate) fn has_seen(&self, route: &str) -> bool {
        let is_number = |part: &str| part.bytes().all(|letter| letter.is_ascii_digit());
        let is_of = |path: &String| {
            let (parts, wanted): (Vec<&str>, Vec<&str>) =
                (path.split('/').collect(), route.split('/').collect());
            parts.len() == wanted.len()
                && parts.iter().zip(wanted).all(|(part, wanted)| match wanted {
                    "{token}" => true,
                    "{id}" => is_number(part),
                    _ => *part == wanted,
                })
        };
        self.seen.borrow().iter().any(is_of)
    }

    pub(crate) fn text(&self) -> String {
        self.browser.text("body").unwrap_or_default()
    }

    fn faults_of(&self, place: &str, found: &[String]) {
        let mut faults = self.faults.borrow_mut();
        faults.extend(found.iter().map(|one| format!("{place}: {one}")));
    }

    fn pictured(&self, name: &str, is_dark: bool, width: u32) {
        if let Some(folder) = &self.pictures {
            let way = if is_dark { "dark" } else { "light" };
            let path = folder.join(format!("{name}-{way}-{width}.png"));
            self.browser.picture(&path, width).unwrap();
        }
    }
}
