//! A receiver of webhooks that notes what it hears, and whom a test may have do something before it answers.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};

/// What it heard: headers in lower case and a body.
#[derive(Clone, Debug)]
pub(super) struct Heard {
    headers: Vec<(String, String)>,
    pub(super) body: String,
}

impl Heard {
    pub(super) fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map_or("", |(_, value)| value.as_str())
    }
}

/// Starts one. `before` is called with each request before it is answered.
pub(super) fn start(mut before: impl FnMut(&Heard) + Send + 'static) -> (SocketAddr, Receiver<Heard>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (tell, told) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            // Whoever was killed while it spoke said nothing.
            let Some(heard) = hear(&stream) else { continue };
            before(&heard);
            if tell.send(heard).is_err() {
                return;
            }
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
        }
    });
    (address, told)
}

fn hear(stream: &TcpStream) -> Option<Heard> {
    let mut reader = BufReader::new(stream);
    let mut next = || {
        let mut text = String::new();
        let length = reader.read_line(&mut text).ok()?;
        (length > 0).then(|| text.trim_end().to_owned())
    };
    next()?;
    let mut headers = Vec::new();
    loop {
        let line = next()?;
        let Some((name, value)) = line.split_once(": ") else {
            break;
        };
        headers.push((name.to_lowercase(), value.to_owned()));
    }
    let mut heard = Heard {
        headers,
        body: String::new(),
    };
    let mut bytes = vec![0; heard.header("content-length").parse().ok()?];
    reader.read_exact(&mut bytes).ok()?;
    heard.body = String::from_utf8(bytes).ok()?;
    Some(heard)
}
