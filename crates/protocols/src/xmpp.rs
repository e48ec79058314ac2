//! XMPP with STARTTLS between client and server (RFC 6120 section 5; on 5223 XEP-0368).
//!
//! ```text
//! C: <stream:stream to='ward.example' xmlns='jabber:client' version='1.0' …>
//! S: <stream:stream …><stream:features><starttls …/></stream:features>
//! C: <starttls …/>
//! S: <proceed …/>                  TLS begins
//! ```

use holter_net::Line;

use crate::opening::tls_begins;
use crate::packet::{self, Packet, may_be};
use crate::{Asking, Opening, Protocol};

/// Messages between staff and between systems.
pub(crate) static PROTOCOL: Protocol = Protocol {
    id: "xmpp",
    direct_id: Some("xmpps"),
    name: "XMPP",
    clear_name: "XMPP",
    about: "messages between staff",
    upgrade_ports: &[5222],
    direct_ports: &[5223],
    open: Some(|line, asking| Box::pin(upgrade(line, asking, "jabber:client"))),
    recognise: |words| speaks(words, "jabber:client"),
};

/// What a server says when a stream is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// It lists STARTTLS.
    StartTls,
    /// It lists other things.
    NoStartTls,
    /// It serves no host of the name that was asked for.
    UnknownHost,
    /// It ends the stream for another reason.
    Ended,
}

/// Reads a stream's beginning, up to the end of its features or of itself.
#[must_use]
pub fn stream(bytes: &[u8]) -> Packet<Stream> {
    if !begins_stream(bytes) {
        return Packet::Foreign;
    }
    let ends = [b"</stream:features>".as_slice(), b"<stream:features/>"];
    if let Some(end) = ends.iter().find_map(|mark| Some(find(bytes, mark)? + mark.len())) {
        let listed = find(
            bytes.get(..end).unwrap_or_default(),
            b"urn:ietf:params:xml:ns:xmpp-tls",
        );
        let stream = if listed.is_some() {
            Stream::StartTls
        } else {
            Stream::NoStartTls
        };
        return Packet::Whole(stream, end);
    }
    if find(bytes, b"</stream:error>")
        .or_else(|| find(bytes, b"</stream:stream>"))
        .is_none()
    {
        return Packet::Part;
    }
    let nameless = [b"host-unknown".as_slice(), b"host-gone", b"improper-addressing"];
    let unknown = nameless.iter().any(|why| find(bytes, why).is_some());
    Packet::Whole(
        if unknown {
            Stream::UnknownHost
        } else {
            Stream::Ended
        },
        bytes.len(),
    )
}

/// Reads the answer to `<starttls/>`: whether we may proceed.
#[must_use]
pub fn proceed(bytes: &[u8]) -> Packet<bool> {
    let text = bytes.trim_ascii_start();
    for (name, close, agreed) in [
        (b"<proceed".as_slice(), b"</proceed>".as_slice(), true),
        (b"<failure", b"</failure>", false),
    ] {
        if !may_be(text, name) {
            continue;
        }
        let end = match find(text, b">") {
            Some(end) if end > 0 && text.get(end - 1) == Some(&b'/') => Some(end + 1),
            Some(_) => find(text, close).map(|at| at + close.len()),
            None => None,
        };
        return end.map_or(Packet::Part, |end| {
            Packet::Whole(agreed, bytes.len() - text.len() + end)
        });
    }
    Packet::Foreign
}

const LONGEST_PROLOGUE: usize = 200;

/// Opens a stream in this namespace and brings it to the go-ahead.
pub(crate) async fn upgrade(line: &mut Line, asking: &Asking<'_>, namespace: &str) -> Result<(), Opening> {
    // A name that would need escaping is none.
    let harmless = |byte: u8| byte.is_ascii_alphanumeric() || b".-_:".contains(&byte);
    let name = asking
        .name
        .filter(|name| !name.is_empty() && name.bytes().all(harmless));
    let to = name.map(|name| format!(" to='{name}'")).unwrap_or_default();
    let hello = format!(
        "<?xml version='1.0'?><stream:stream{to} xmlns='{namespace}' \
         xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>"
    );
    line.send(hello.as_bytes()).await?;
    match packet::first(line, stream).await? {
        Stream::StartTls => {}
        Stream::NoStartTls => return Err(Opening::Declined("it does not list STARTTLS")),
        Stream::UnknownHost => {
            return Err(Opening::TurnedAway(
                "it serves no host of this name; name the one it serves",
            ));
        }
        Stream::Ended => return Err(Opening::TurnedAway("it ended the stream")),
    }
    line.send(b"<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>")
        .await?;
    if packet::next(line, proceed).await? {
        tls_begins(line)
    } else {
        Err(Opening::Declined("it refused STARTTLS"))
    }
}

/// Whether these words open a stream in this namespace and no other.
pub(crate) fn speaks(words: &[u8], namespace: &str) -> bool {
    let quoted = |quote: char| find(words, format!("xmlns={quote}{namespace}{quote}").as_bytes()).is_some();
    begins_stream(words) && (quoted('\'') || quoted('"'))
}

/// Whether these bytes are, as far as they go, an optional prologue and a stream.
fn begins_stream(bytes: &[u8]) -> bool {
    let mut text = bytes.trim_ascii_start();
    if text.starts_with(b"<?xml") {
        match find(text, b"?>") {
            // As it would have been judged before its end was there.
            Some(end) if end + 1 >= LONGEST_PROLOGUE => return false,
            Some(end) => text = text.get(end + 2..).unwrap_or_default().trim_ascii_start(),
            None => return text.len() < LONGEST_PROLOGUE,
        }
    } else if may_be(text, b"<?xml") {
        return true;
    }
    may_be(text, b"<stream:stream")
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}

#[cfg(test)]
mod tests {
    use super::PROTOCOL;
    use crate::script::{C, S, check};

    #[test]
    fn a_message_server_is_brought_to_tls() {
        let hello = C(
            b"<?xml version='1.0'?><stream:stream to='ward.example' xmlns='jabber:client' \
            xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>",
        );
        let ask = C(b"<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>");
        let features = S(
            b"<?xml version='1.0'?><stream:stream id='1' version='1.0'><stream:features>\
            <starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls></stream:features>",
        );
        let go = S(b"<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>");
        check(&PROTOCOL, &[hello, features, ask, go], "TLS");
        check(
            &PROTOCOL,
            &[hello, features, ask, S(b"<proceed></proceed>")],
            "TLS",
        );
        let injected = "misbehaved: it went on in clear text after its go-ahead";
        check(
            &PROTOCOL,
            &[hello, features, ask, S(b"<proceed/><message/>")],
            injected,
        );
        check(
            &PROTOCOL,
            &[hello, features, ask, S(b"<failure/></stream:stream>")],
            "declined: it refused STARTTLS",
        );
        let without = S(b"<stream:stream id='1'><stream:features/>");
        check(
            &PROTOCOL,
            &[hello, without],
            "declined: it does not list STARTTLS",
        );
        let unknown = S(b"<stream:stream><stream:error><host-unknown/></stream:error></stream:stream>");
        let name = "turned away: it serves no host of this name; name the one it serves";
        check(&PROTOCOL, &[hello, unknown], name);
        check(
            &PROTOCOL,
            &[hello, S(b"HTTP/1.1 400")],
            "not spoken: HTTP/1.1 400",
        );
        check(&PROTOCOL, &[hello, S(b"<html>")], "not spoken: <html>");
    }
}
