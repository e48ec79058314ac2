//! Debian's Chromium without a window, led over WebDriver (W3C) through its driver.
//!
//! WebDriver is JSON over HTTP; the crates that speak it are under the MPL, which `deny.toml` does not allow.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

use crate::LabError;

/// A step that takes longer has failed, on whatever machine.
const LONGEST: Duration = Duration::from_secs(300);

/// The key under which the standard names an element.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// A browser.
#[derive(Debug)]
pub struct Browser {
    driver: Child,
    address: SocketAddr,
    session: String,
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.call("DELETE", "", &Value::Null);
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

/// Whether this machine has one.
#[must_use]
pub fn is_here() -> bool {
    ["chromium", "chromedriver"].iter().all(|program| {
        let asked = Command::new(program)
            .arg("--version")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        asked.is_ok_and(|status| status.success())
    })
}

impl Browser {
    /// Starts one.
    ///
    /// # Errors
    /// When there is none, or it does not start.
    pub fn start() -> Result<Self, LabError> {
        let driver = Command::new("chromedriver")
            .arg("--port=0")
            // In which order a date is typed, whoever runs the tests.
            .env("LANGUAGE", "en_US")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| failed("start", &error))?;
        let mut browser = Self {
            driver,
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            session: String::new(),
        };
        // It looks for a port itself, which nobody can take meanwhile, and says which it is once it listens.
        let port = browser.driver.stdout.take().and_then(listening_on);
        browser
            .address
            .set_port(port.ok_or_else(|| failed("start", &"chromedriver does not listen"))?);
        // The longest is the driver's to say too: its own is half a minute for a script.
        let longest = u64::try_from(LONGEST.as_millis()).unwrap_or(u64::MAX);
        let wanted = json!({ "capabilities": { "alwaysMatch": {
            "browserName": "chrome",
            "acceptInsecureCerts": true,
            "timeouts": { "script": longest, "pageLoad": longest },
            "goog:loggingPrefs": { "browser": "ALL" },
            "goog:chromeOptions": { "args": [
                "--headless=new", "--disable-gpu", "--hide-scrollbars", "--no-sandbox", "--disable-dev-shm-usage",
                "--window-size=1280,1000", "--lang=en",
                // Nobody but this machine is asked for anything, whatever a page names.
                "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
            ] },
        } } });
        let made = browser.ask("POST", "/session", &wanted)?;
        browser.session = word(&made, "sessionId").to_owned();
        Ok(browser)
    }

    /// Opens an address and waits until it is there.
    ///
    /// # Errors
    /// When it cannot.
    pub fn open(&self, url: &str) -> Result<(), LabError> {
        self.call("POST", "/url", &json!({ "url": url })).map(drop)
    }

    /// Where it is.
    ///
    /// # Errors
    /// When the browser does not answer.
    pub fn url(&self) -> Result<String, LabError> {
        Ok(self
            .call("GET", "/url", &Value::Null)?
            .as_str()
            .unwrap_or_default()
            .to_owned())
    }

    /// Presses on the first thing that this CSS selector finds.
    ///
    /// # Errors
    /// When there is none, or it cannot be pressed on.
    pub fn press(&self, selector: &str) -> Result<(), LabError> {
        let element = self.element(selector)?;
        self.call("POST", &format!("/element/{element}/click"), &json!({}))
            .map(drop)
    }

    /// Types into it.
    ///
    /// # Errors
    /// As [`Browser::press`].
    pub fn type_into(&self, selector: &str, text: &str) -> Result<(), LabError> {
        let element = self.element(selector)?;
        self.call(
            "POST",
            &format!("/element/{element}/value"),
            &json!({ "text": text }),
        )
        .map(drop)
    }

    /// Presses the key of tabulation so many times, wherever the focus is.
    ///
    /// # Errors
    /// When the browser does not answer.
    pub fn tab(&self, times: usize) -> Result<(), LabError> {
        self.strike("\u{e004}", times)
    }

    /// Presses the key of return.
    ///
    /// # Errors
    /// When the browser does not answer.
    pub fn enter(&self) -> Result<(), LabError> {
        self.strike("\u{e007}", 1)
    }

    /// What stands in its console since it was last asked: what failed, and what the page was not allowed.
    ///
    /// # Errors
    /// When the browser does not answer.
    pub fn console(&self) -> Result<Vec<String>, LabError> {
        let said = self.call("POST", "/se/log", &json!({ "type": "browser" }))?;
        let said = said.as_array().map(Vec::as_slice).unwrap_or_default();
        Ok(said.iter().map(|line| word(line, "message").to_owned()).collect())
    }

    /// Whether scripts of pages run; those of this driver do so all the same.
    ///
    /// # Errors
    /// When the browser refuses.
    pub fn scripts(&self, run: bool) -> Result<(), LabError> {
        self.devtools("Emulation.setScriptExecutionDisabled", &json!({ "value": !run }))
            .map(drop)
    }

    /// Forgets everybody's cookies, as another browser would not have them.
    ///
    /// # Errors
    /// When the browser refuses.
    pub fn forget(&self) -> Result<(), LabError> {
        self.devtools("Network.clearBrowserCookies", &json!({})).map(drop)
    }

    /// The text that a person sees there.
    ///
    /// # Errors
    /// As [`Browser::press`].
    pub fn text(&self, selector: &str) -> Result<String, LabError> {
        let element = self.element(selector)?;
        let text = self.call("GET", &format!("/element/{element}/text"), &Value::Null)?;
        Ok(text.as_str().unwrap_or_default().to_owned())
    }

    /// Runs a script and returns what it returns.
    ///
    /// # Errors
    /// When it throws.
    pub fn run(&self, script: &str) -> Result<Value, LabError> {
        self.call("POST", "/execute/sync", &json!({ "script": script, "args": [] }))
    }

    /// Runs a script that calls back with its result.
    ///
    /// # Errors
    /// When it throws, or does not call.
    pub fn run_until_called(&self, script: &str) -> Result<Value, LabError> {
        self.call("POST", "/execute/async", &json!({ "script": script, "args": [] }))
    }

    /// Light or dark, and how wide.
    ///
    /// # Errors
    /// When the browser refuses.
    pub fn look(&self, is_dark: bool, width: u32) -> Result<(), LabError> {
        let scheme = if is_dark { "dark" } else { "light" };
        let features = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
        self.devtools("Emulation.setEmulatedMedia", &json!({ "features": features }))?;
        self.size(width, 1000)
    }

    /// A picture of the whole page.
    ///
    /// # Errors
    /// When it cannot be made or written.
    pub fn picture(&self, path: &Path, width: u32) -> Result<(), LabError> {
        const TALLEST: u64 = 4000;
        let height = self.run("return document.documentElement.scrollHeight")?;
        let height = height.as_u64().unwrap_or(1000).min(TALLEST);
        self.size(width, u32::try_from(height).unwrap_or(1000))?;
        let shot = self.devtools("Page.captureScreenshot", &json!({ "format": "png" }))?;
        let bytes = base64(word(&shot, "data"));
        std::fs::write(path, bytes).map_err(|source| crate::error::at(path, source))?;
        self.size(width, 1000)
    }

    fn strike(&self, key: &str, times: usize) -> Result<(), LabError> {
        let once = [
            json!({ "type": "keyDown", "value": key }),
            json!({ "type": "keyUp", "value": key }),
        ];
        let strokes: Vec<Value> = once
            .iter()
            .cycle()
            .take(times.saturating_mul(2))
            .cloned()
            .collect();
        let keys = json!([{ "type": "key", "id": "keyboard", "actions": strokes }]);
        self.call("POST", "/actions", &json!({ "actions": keys }))
            .map(drop)
    }

    fn size(&self, width: u32, height: u32) -> Result<(), LabError> {
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.devtools("Emulation.setDeviceMetricsOverride", &size)
            .map(drop)
    }

    fn devtools(&self, command: &str, params: &Value) -> Result<Value, LabError> {
        self.call(
            "POST",
            "/goog/cdp/execute",
            &json!({ "cmd": command, "params": params }),
        )
    }

    fn element(&self, selector: &str) -> Result<String, LabError> {
        let wanted = json!({ "using": "css selector", "value": selector });
        let found = self.call("POST", "/element", &wanted)?;
        Ok(word(&found, ELEMENT).to_owned())
    }

    fn call(&self, method: &str, path: &str, body: &Value) -> Result<Value, LabError> {
        self.ask(method, &format!("/session/{}{path}", self.session), body)
    }

    fn ask(&self, method: &str, path: &str, body: &Value) -> Result<Value, LabError> {
        let wrong = |why: &dyn std::fmt::Display| failed(&format!("{method} {path}"), why);
        let text = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
             Connection: close\r\n\r\n{text}",
            self.address,
            text.len()
        );
        let mut stream = TcpStream::connect(self.address).map_err(|error| wrong(&error))?;
        let _ = stream.set_read_timeout(Some(LONGEST));
        stream
            .write_all(request.as_bytes())
            .map_err(|error| wrong(&error))?;
        let mut reader = BufReader::new(stream);
        let mut length = 0;
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).map_err(|error| wrong(&error))?;
            if line.trim().is_empty() {
                break;
            }
            if let Some((name, value)) = line.split_once(':')
                && name.eq_ignore_ascii_case("content-length")
            {
                length = value.trim().parse().unwrap_or(0);
            }
        }
        let mut said = Vec::new();
        reader
            .take(length)
            .read_to_end(&mut said)
            .map_err(|error| wrong(&error))?;
        let mut value: Value = serde_json::from_slice(&said).map_err(|error| wrong(&error))?;
        let value = value.get_mut("value").map(Value::take).unwrap_or_default();
        match word(&value, "error") {
            "" => Ok(value),
            error => Err(wrong(&format!("{error}: {}", word(&value, "message")))),
        }
    }
}

/// The port that the driver says it listens on. What else it says is read by nobody, and it must not wait for a reader.
fn listening_on(said: ChildStdout) -> Option<u16> {
    const WORDS: &str = "was started successfully on port ";
    let mut lines = BufReader::new(said).lines().map_while(Result::ok);
    let port = lines.find_map(|line| {
        let (_, port) = line.split_once(WORDS)?;
        port.trim_end_matches('.').parse().ok()
    });
    std::thread::spawn(move || lines.for_each(drop));
    port
}

/// A text of an object; empty where there is none.
fn word<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn failed(what: &str, why: &dyn std::fmt::Display) -> LabError {
    LabError::Command {
        command: format!("chromedriver: {what}"),
        reason: why.to_string(),
    }
}

/// Base64 as browsers write it.
fn base64(text: &str) -> Vec<u8> {
    let (mut bits, mut count, mut bytes) = (0u32, 0, Vec::with_capacity(text.len() / 4 * 3));
    for letter in text.bytes() {
        let value = match letter {
            b'A'..=b'Z' => letter - b'A',
            b'a'..=b'z' => letter - b'a' + 26,
            b'0'..=b'9' => letter - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => continue,
        };
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.extend((bits >> count & 0xff).to_le_bytes().first());
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_read() {
        assert_eq!(base64("SG9sdGVyIQ=="), b"Holter!");
        assert_eq!(base64("AP8Q/+8="), [0, 255, 16, 255, 239]);
    }
}
