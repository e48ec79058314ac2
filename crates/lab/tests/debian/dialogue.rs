//! The shortest dialogue of each protocol that leads to TLS: written here a second time on purpose, so that the
//! servers are proven without the code that they will prove.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

/// Speaks until the next byte must be TLS.
pub(crate) fn upgrade(stream: &mut TcpStream, protocol: &str) -> Result<(), String> {
    match protocol {
        "smtp" => mail(stream, "EHLO"),
        "lmtp" => mail(stream, "LHLO"),
        "imap" => lines(stream, "* OK", &[("a STARTTLS\r\n", "a OK")]),
        "pop3" => lines(stream, "+OK", &[("STLS\r\n", "+OK")]),
        "ftp" => lines(stream, "220", &[("AUTH TLS\r\n", "234")]),
        "nntp" => lines(stream, "20", &[("STARTTLS\r\n", "382")]),
        "sieve" => {
            until(stream, "\nOK").and_then(|()| until(stream, "\n"))?;
            lines(stream, "", &[("STARTTLS\r\n", "OK")])
        }
        "irc" => {
            say(stream, b"STARTTLS\r\n")?;
            until(stream, " 670 ").and_then(|()| until(stream, "\n"))
        }
        "xmpp" => xmpp(stream, "jabber:client"),
        "xmpp-server" => xmpp(stream, "jabber:server"),
        "ldap" => {
            say(
                stream,
                b"\x30\x1d\x02\x01\x01\x77\x18\x80\x161.3.6.1.4.1.1466.20037",
            )?;
            let [_, length] = exactly(stream)?;
            let answer = some(stream, usize::from(length))?;
            // The message id, then an ExtendedResponse whose first element is resultCode success.
            expect(
                answer.get(3) == Some(&0x78) && answer.get(5..8) == Some(&[0x0a, 1, 0]),
                &answer,
            )
        }
        "postgres" => {
            say(stream, &[0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f])?;
            let answer: [u8; 1] = exactly(stream)?;
            expect(answer == *b"S", &answer)
        }
        "mysql" => {
            let [low, middle, high, _] = exactly(stream)?;
            let greeting = some(
                stream,
                usize::from(low) | usize::from(middle) << 8 | usize::from(high) << 16,
            )?;
            expect(greeting.first() == Some(&10), &greeting)?;
            let mut request = vec![32, 0, 0, 1, 0x05, 0xae, 0x03, 0x00, 0, 0, 0, 1, 0x21];
            request.resize(36, 0);
            say(stream, &request)
        }
        "rdp" => {
            say(
                stream,
                &[3, 0, 0, 19, 14, 0xe0, 0, 0, 0, 0, 0, 1, 0, 8, 0, 1, 0, 0, 0],
            )?;
            let answer: [u8; 19] = exactly(stream)?;
            expect(answer[5] == 0xd0 && answer[11] == 2, &answer)
        }
        // TLS begins at once.
        "amqps" => Ok(()),
        other => Err(format!("no dialogue for {other}")),
    }
}

fn mail(stream: &mut TcpStream, hello: &str) -> Result<(), String> {
    until(stream, "\n")?;
    say(stream, format!("{hello} lab.example\r\n").as_bytes())?;
    until(stream, "250 ").and_then(|()| until(stream, "\n"))?;
    lines(stream, "", &[("STARTTLS\r\n", "220")])
}

fn xmpp(stream: &mut TcpStream, kind: &str) -> Result<(), String> {
    let open = format!(
        "<?xml version='1.0'?><stream:stream to='{}' from='other.example' version='1.0' xmlns='{kind}' \
         xmlns:stream='http://etherx.jabber.org/streams'>",
        holter_lab::debian::HOST
    );
    say(stream, open.as_bytes())?;
    until(stream, "</stream:features>")?;
    say(stream, b"<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>")?;
    until(stream, "<proceed").and_then(|()| until(stream, ">"))
}

/// A greeting, then commands, each with the beginning of the one line that answers it.
fn lines(stream: &mut TcpStream, greeting: &str, commands: &[(&str, &str)]) -> Result<(), String> {
    if !greeting.is_empty() {
        begins(stream, greeting)?;
    }
    for (command, answer) in commands {
        say(stream, command.as_bytes())?;
        begins(stream, answer)?;
    }
    Ok(())
}

fn begins(stream: &mut TcpStream, start: &str) -> Result<(), String> {
    let line = read_until(stream, "\n")?;
    expect(line.starts_with(start.as_bytes()), &line)
}

fn until(stream: &mut TcpStream, end: &str) -> Result<(), String> {
    read_until(stream, end).map(drop)
}

/// Byte by byte, so that nothing behind the end is taken.
fn read_until(stream: &mut TcpStream, end: &str) -> Result<Vec<u8>, String> {
    let mut read = Vec::new();
    while !read.ends_with(end.as_bytes()) {
        let byte: [u8; 1] =
            exactly(stream).map_err(|error| format!("{error} after {:?}", String::from_utf8_lossy(&read)))?;
        read.extend(byte);
        expect(read.len() < 65_536, b"no end in sight")?;
    }
    Ok(read)
}

fn exactly<const N: usize>(stream: &mut TcpStream) -> Result<[u8; N], String> {
    let mut bytes = [0; N];
    stream.read_exact(&mut bytes).map_err(|error| error.to_string())?;
    Ok(bytes)
}

fn some(stream: &mut TcpStream, count: usize) -> Result<Vec<u8>, String> {
    let mut bytes = vec![0; count];
    stream.read_exact(&mut bytes).map_err(|error| error.to_string())?;
    Ok(bytes)
}

fn say(stream: &mut TcpStream, bytes: &[u8]) -> Result<(), String> {
    stream.write_all(bytes).map_err(|error| error.to_string())
}

fn expect(right: bool, answer: &[u8]) -> Result<(), String> {
    if right {
        Ok(())
    } else {
        Err(format!("unexpected answer {:?}", String::from_utf8_lossy(answer)))
    }
}
