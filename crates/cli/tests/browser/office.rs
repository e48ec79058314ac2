//! A server, a browser in front of it, and somebody who looks closely.

use std::cell::RefCell;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use holter_lab::axe;
use holter_lab::browser::Browser;

use crate::command::{command, signal};

/// What takes longer has failed.
const PATIENCE: Duration = Duration::from_secs(60);

/// A server with a browser.
pub(crate) struct Office {
    server: Child,
    browser: Browser,
    url: String,
    setup: String,
    axe: String,
    pictures: Option<PathBuf>,
    /// What shuts people out, page by page.
    faults: RefCell<Vec<String>>,
    folder: tempfile::TempDir,
}

impl Drop for Office {
    fn drop(&mut self) {
        signal("-TERM", self.server.id());
        let _ = self.server.wait();
    }
}

impl Office {
    pub(crate) fn open() -> Self {
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
            axe: std::fs::read_to_string(axe::script().unwrap()).unwrap(),
            pictures,
            faults: RefCell::default(),
            folder,
        }
    }

    pub(crate) fn set_up(&self) {
        self.browser.open(&self.setup).unwrap();
        self.look("set-up");
        for (field, text) in [
            ("#shown", "Mira López"),
            ("#name", "mira"),
            ("#password", "gravel otter lamp tuesday"),
        ] {
            self.browser.type_into(field, text).unwrap();
        }
        self.press("form button");
    }

    pub(crate) fn scan(&self, target: &str) {
        self.browser.type_into("#targets", target).unwrap();
        self.press("form[action='/scans'] button");
        self.sees("h1", "Scan");
    }

    /// Listens to a capture, and remembers what it heard beside the server.
    pub(crate) fn hears(&self, capture: &[u8]) {
        let path = self.folder.path().join("heard.pcap");
        std::fs::write(&path, capture).unwrap();
        let db = self.folder.path().join("holter.db");
        let heard = command("listen -q -f jsonl")
            .arg(path)
            .arg("--db")
            .arg(db)
            .output()
            .unwrap();
        assert_eq!(heard.status.code(), Some(1), "{heard:?}");
    }

    pub(crate) fn go(&self, path: &str) {
        self.browser.open(&format!("{}{path}", self.url)).unwrap();
    }

    pub(crate) fn path(&self) -> String {
        let url = self.browser.url().unwrap();
        let path = url.strip_prefix(&self.url).unwrap();
        path.split('?').next().unwrap().to_owned()
    }

    pub(crate) fn press(&self, selector: &str) {
        self.browser
            .press(selector)
            .unwrap_or_else(|error| panic!("{selector}: {error}\n{}", self.text()));
    }

    pub(crate) fn sees(&self, selector: &str, words: &str) {
        self.waits(selector, words, Duration::from_secs(5));
    }

    pub(crate) fn waits_for(&self, selector: &str, words: &str) {
        self.waits(selector, words, PATIENCE);
    }

    /// Until the page says that nothing is being measured any more. It looks again by itself.
    pub(crate) fn waits_until_measured(&self) {
        let begun = Instant::now();
        while self.text().contains("Being measured") {
            assert!(begun.elapsed() < PATIENCE, "it is measured for ever");
            std::thread::sleep(Duration::from_millis(200));
        }
    }

    /// Holds the page against WCAG 2.2 AA, light and dark, wide and narrow.
    pub(crate) fn look(&self, name: &str) {
        for (is_dark, width) in [(false, 1280), (true, 1280), (false, 390)] {
            self.browser.look(is_dark, width).unwrap();
            self.faults.borrow_mut().extend(self.faults(name, is_dark, width));
            if let Some(folder) = &self.pictures {
                let way = if is_dark { "dark" } else { "light" };
                let path = folder.join(format!("{name}-{way}-{width}.png"));
                self.browser.picture(&path, width).unwrap();
            }
        }
        self.browser.look(false, 1280).unwrap();
    }

    /// Nothing that was looked at shuts anybody out.
    pub(crate) fn was_accessible(&self) {
        let faults = self.faults.borrow();
        assert!(faults.is_empty(), "{}", faults.join("\n"));
    }

    fn faults(&self, name: &str, is_dark: bool, width: u32) -> Vec<String> {
        let wide = self
            .browser
            .run("return document.documentElement.scrollWidth > innerWidth")
            .unwrap();
        let tags = "['wcag2a','wcag2aa','wcag21a','wcag21aa','wcag22aa','best-practice']";
        let script = format!(
            "{}; const done = arguments[arguments.length - 1]; axe.run(document, {{ runOnly: {tags} }}).then((found) => \
             done(found.violations.map((one) => one.id + ': ' + one.help + ' at ' + one.nodes.slice(0, 3).map((node) => \
             node.target + ' (' + (node.any[0] || {{}}).message + ')').join(', '))));",
            self.axe
        );
        let found = self.browser.run_until_called(&script).unwrap();
        let place = format!("{name}, {}, {width} wide", if is_dark { "dark" } else { "light" });
        let found = found.as_array().unwrap().iter();
        let mut faults: Vec<String> = found
            .map(|one| format!("{place}: {}", one.as_str().unwrap()))
            .collect();
        if wide == true {
            faults.push(format!("{place}: it is wider than the window"));
        }
        faults
    }

    fn waits(&self, selector: &str, words: &str, most: Duration) {
        let begun = Instant::now();
        loop {
            // Between two pages there may be nothing.
            let text = self.browser.text(selector).unwrap_or_default();
            if text.contains(words) {
                return;
            }
            assert!(
                begun.elapsed() < most,
                "no {words:?} in {selector}:\n{}",
                self.text()
            );
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    fn text(&self) -> String {
        self.browser.text("body").unwrap_or_default()
    }
}
