//! `holter serve` as its users start it, and somebody who asks it over HTTP.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::Duration;

use crate::command::command;

const PASSWORD: &str = "gravel otter lamp tuesday";
/// What takes longer has failed, on whatever machine.
const PATIENCE: Duration = Duration::from_secs(300);

/// A server.
pub(crate) struct Served {
    child: Child,
    address: String,
}

/// What it answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

/// Somebody who asks: with a session's cookies, with a token, or as a stranger.
#[derive(Clone, Default)]
pub(crate) struct Asker {
    address: String,
    cookies: BTreeMap<String, String>,
    token: Option<String>,
}

impl Served {
    /// Starts it upon a database, its state in this folder.
    pub(crate) fn start(db: &str, state: &Path) -> Self {
        Self::start_until(db, state, "serving ").0
    }

    /// The same, and the line with these words, which is the last one that is waited for.
    fn start_until(db: &str, state: &Path, words: &str) -> (Self, String) {
        let mut child = command("serve --no-config --listen 127.0.0.1:0 --db")
            .arg(db)
            .env("HOLTER_STATE", state)
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap())
            .lines()
            .map_while(Result::ok);
        let mut line = lines.find(|line| line.contains("serving http://")).unwrap();
        let address = line.rsplit_once("http://").unwrap().1.to_owned();
        if !line.contains(words) {
            line = lines.find(|line| line.contains(words)).unwrap();
        }
        // It may say more: nobody reads it, and it must not wait for a reader.
        std::thread::spawn(move || lines.for_each(drop));
        (Self { child, address }, line)
    }

    /// Starts it for the first time, makes an admin, and signs in as one.
    pub(crate) fn set_up(db: &str, state: &Path) -> (Self, Asker) {
        let (served, line) = Self::start_until(db, state, "/setup/");
        let link = format!("/setup/{}", line.rsplit_once("/setup/").unwrap().1);
        let mut admin = served.stranger();
        let form = [("shown", "Mira"), ("name", "mira"), ("password", PASSWORD)];
        let said = admin.fill(&link, &link, &form);
        assert_eq!(said.status, 303, "{said:?}");
        (served, admin)
    }

    /// Somebody who has not signed in.
    pub(crate) fn stranger(&self) -> Asker {
        Asker {
            address: self.address.clone(),
            ..Asker::default()
        }
    }

    /// Ends it at once, as a machine that loses power does.
    pub(crate) fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.kill();
    }
}

impl Asker {
    /// The same person at a server that was started anew.
    pub(crate) fn at(&self, served: &Served) -> Self {
        Self {
            address: served.address.clone(),
            ..self.clone()
        }
    }

    /// The same person, by a token of the API.
    pub(crate) fn by_token(&mut self) -> Self {
        let form = [("name", "script"), ("role", "admin"), ("days", "1")];
        let said = self.fill("/account", "/account/tokens", &form);
        let (_, token) = said.body.split_once("id=\"token\">").unwrap();
        Self {
            address: self.address.clone(),
            cookies: BTreeMap::new(),
            token: Some(token.split('<').next().unwrap().to_owned()),
        }
    }

    /// Opens a page; none when the server is gone.
    pub(crate) fn open(&mut self, path: &str) -> Option<Answer> {
        self.ask("GET", path, "text/plain", &[])
    }

    /// Sends something to the API; none when the server is gone.
    pub(crate) fn send(&mut self, path: &str, kind: &str, body: &str) -> Option<Answer> {
        self.ask("POST", path, kind, body.as_bytes())
    }

    /// Fills in a form of a page.
    pub(crate) fn fill(&mut self, page: &str, to: &str, form: &[(&str, &str)]) -> Answer {
        let said = self.open(page).unwrap();
        let (_, key) = said
            .body
            .split_once("name=\"form_key\" value=\"")
            .unwrap_or_else(|| panic!("{page}: {said:?}"));
        let key = key.split('"').next().unwrap().to_owned();
        let mut fields = vec![format!("form_key={}", escaped(&key))];
        fields.extend(
            form.iter()
                .map(|(name, value)| format!("{name}={}", escaped(value))),
        );
        let body = fields.join("&");
        self.ask("POST", to, "application/x-www-form-urlencoded", body.as_bytes())
            .unwrap()
    }

    fn ask(&mut self, method: &str, path: &str, kind: &str, body: &[u8]) -> Option<Answer> {
        let mut line = TcpStream::connect(&self.address).ok()?;
        line.set_read_timeout(Some(PATIENCE)).unwrap();
        // Version 1.0, so that an answer is as long as the line lasts.
        let mut head = format!(
            "{method} {path} HTTP/1.0\r\nHost: {}\r\nContent-Length: {}\r\n",
            self.address,
            body.len()
        );
        if method == "POST" {
            head += &format!("Content-Type: {kind}\r\n");
        }
        if let Some(token) = &self.token {
            head += &format!("Authorization: Bearer {token}\r\n");
        }
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        if !cookies.is_empty() {
            head += &format!("Cookie: {}\r\n", cookies.join("; "));
        }
        line.write_all(format!("{head}\r\n").as_bytes()).ok()?;
        line.write_all(body).ok()?;
        let mut answer = Vec::new();
        line.read_to_end(&mut answer).ok()?;
        let answer = String::from_utf8(answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n")?;
        for cookie in head.lines().filter_map(|line| line.strip_prefix("set-cookie: ")) {
            let (name, value) = cookie.split(';').next()?.split_once('=')?;
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        Some(Answer {
            status: head.split(' ').nth(1)?.parse().ok()?,
            head: head.to_owned(),
            body: body.to_owned(),
        })
    }
}

/// A value within a form.
pub(crate) fn escaped(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}
