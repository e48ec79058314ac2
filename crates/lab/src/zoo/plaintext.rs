//! Protocols that are not TLS on the port where TLS is expected.

use std::net::IpAddr;

use super::line::{Ended, Line};
use super::peer::{Attempt, BadPeer, Expectation, Transport};
use super::running::{Running, serve};
use super::talk;
use crate::LabError;

const NOT_TLS: Expectation = Expectation {
    verdicts: &["inconclusive", "not_applicable"],
    attempt: Attempt::Either,
    why: "there is no TLS here to be affected; saying 'not affected' would promise that TLS was seen",
};

const BAD_REQUEST: &str = "<html>\r\n<head><title>400 The plain HTTP request was sent to HTTPS port</title></head>\r\n\
    <body>\r\n<center><h1>400 Bad Request</h1></center>\r\n</body>\r\n</html>\r\n";

/// HTTP's complaint about a ClientHello.
pub(crate) const HTTP: BadPeer = BadPeer {
    name: "plaintext-http",
    about: "answers a ClientHello with HTTP 400 Bad Request and a page",
    transport: Transport::Tcp,
    start: http,
    expect: NOT_TLS,
};

/// An SSH server.
pub(crate) const SSH: BadPeer = BadPeer {
    name: "ssh-banner",
    about: "greets with an SSH banner and closes on what is not SSH",
    transport: Transport::Tcp,
    start: ssh,
    expect: NOT_TLS,
};

fn http(ip: IpAddr) -> Result<Running, LabError> {
    serve(ip, |line| {
        hear_anything(line)?;
        let length = BAD_REQUEST.len();
        let head = format!(
            "HTTP/1.1 400 Bad Request\r\nServer: nginx\r\nContent-Type: text/html\r\nContent-Length: {length}\r\n\
             Connection: close\r\n\r\n"
        );
        line.send(head.as_bytes())?;
        line.send(BAD_REQUEST.as_bytes())?;
        talk::close(line)
    })
}

fn ssh(ip: IpAddr) -> Result<Running, LabError> {
    serve(ip, |line| {
        line.send(b"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n")?;
        hear_anything(line)?;
        line.send(b"Invalid SSH identification string.\r\n")?;
        talk::close(line)
    })
}

fn hear_anything(line: &mut Line) -> Result<(), Ended> {
    line.read_exactly(1).map(drop)
}
