//! `holter serve` as a process of its own, and somebody who visits its pages.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Stdio};

use crate::command::{command, signal};

const PASSWORD: &str = "gravel otter lamp tuesday";

/// A server.
pub(crate) struct Served {
    child: Child,
    address: String,
    setup: Option<String>,
}

impl Served {
    pub(crate) fn start(db: &Path) -> Self {
        let mut child = command(&format!(
            "serve --no-config --listen 127.0.0.1:0 --db {}",
            db.display()
        ))
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap())
            .lines()
            .map_while(Result::ok);
        let first = lines.next().unwrap();
        let address = first.split("http://").nth(1).unwrap().trim().to_owned();
        // Who has an account already is told of no link.
        let setup = if db.with_extension("signed").exists() {
            None
        } else {
            let link = lines.find(|line| line.contains("/setup/")).unwrap();
            Some(format!("/setup/{}", link.split("/setup/").nth(1).unwrap().trim()))
        };
        std::fs::write(db.with_extension("signed"), b"").unwrap();
        std::thread::spawn(move || lines.for_each(drop));
        Self {
            child,
            address,
            setup,
        }
    }

    pub(crate) fn kill(mut self) {
        signal("-KILL", self.child.id());
        self.child.wait().unwrap();
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Somebody with the rights of an admin.
pub(crate) struct Visitor {
    address: String,
    cookies: BTreeMap<String, String>,
}

impl Visitor {
    pub(crate) fn set_up(served: &Served) -> Self {
        let mut visitor = Self::new(served);
        let link = served.setup.clone().unwrap();
        let page = visitor.open(&link);
        let fields = [
            ("shown", "Ada"),
            ("name", "ada"),
            ("password", PASSWORD),
            ("again", PASSWORD),
        ];
        visitor.send(&link, &page, &fields);
        visitor
    }

    pub(crate) fn sign_in(served: &Served) -> Self {
        let mut visitor = Self::new(served);
        visitor.enter();
        visitor
    }

    fn new(served: &Served) -> Self {
        Self {
            address: served.address.clone(),
            cookies: BTreeMap::new(),
        }
    }

    fn enter(&mut self) {
        let page = self.open("/login");
        self.send(
            "/login",
            &page,
            &[("name", "ada"), ("password", PASSWORD), ("code", "")],
        );
        let page = self.open("/scans");
        assert!(page.contains("Start a scan"), "{page}");
    }

    /// Starts a scan of these targets: its number.
    pub(crate) fn scan(&mut self, targets: &str) -> i64 {
        let page = self.open("/scans");
        let fields = [
            ("targets", targets),
            ("profile", "heartbleed"),
            ("label", "x"),
            ("protocol", "auto"),
            ("authorised", ""),
        ];
        let said = self.send("/scans", &page, &fields);
        let place = said.split("/scans/").nth(1).unwrap_or_else(|| panic!("{said}"));
        place.split('?').next().unwrap().parse().unwrap()
    }

    pub(crate) fn open(&mut self, path: &str) -> String {
        self.ask("GET", path, "")
    }

    /// Sends a form that stands on a page and has no field.
    pub(crate) fn press(&mut self, page: &str, path: &str) {
        let said = self.send(path, page, &[]);
        assert!(said.starts_with("HTTP/1.1 303"), "{said}");
    }

    fn send(&mut self, path: &str, page: &str, fields: &[(&str, &str)]) -> String {
        let key = page.split("name=\"form_key\" value=\"").nth(1);
        let key = key
            .unwrap_or_else(|| panic!("no form: {page}"))
            .split('"')
            .next()
            .unwrap();
        let mut body = format!("form_key={}", spelled(key));
        for (name, value) in fields {
            body.push_str(&format!("&{name}={}", spelled(value)));
        }
        self.ask("POST", path, &body)
    }

    fn ask(&mut self, method: &str, path: &str, body: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nCookie: {}\r\nOrigin: http://{}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
            self.address,
            cookies.join("; "),
            self.address,
            body.len()
        )
        .unwrap();
        let mut said = Vec::new();
        stream.read_to_end(&mut said).unwrap();
        let said = String::from_utf8_lossy(&said).into_owned();
        for line in said.lines().take_while(|line| !line.is_empty()) {
            if let Some(cookie) = line.strip_prefix("set-cookie: ") {
                let (name, rest) = cookie.split_once('=').unwrap();
                self.cookies
                    .insert(name.to_owned(), rest.split(';').next().unwrap().to_owned());
            }
        }
        said
    }
}

fn spelled(text: &str) -> String {
    text.bytes()
        .map(|byte| {
            if byte.is_ascii_alphanumeric() {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect()
}
