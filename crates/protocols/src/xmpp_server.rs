//! XMPP with STARTTLS between servers (RFC 6120 section 5; on 5270 XEP-0368).
//!
//! ```text
//! C: <stream:stream to='ward.example' xmlns='jabber:server' version='1.0' …>
//! S: <stream:stream …><stream:features><starttls …/></stream:features>
//! C: <starttls …/>
//! S: <proceed …/>                  TLS begins
//! ```

use crate::{Protocol, xmpp};

/// Messages between houses.
pub(crate) static PROTOCOL: Protocol = Protocol {
    id: "xmpp-server",
    direct_id: Some("xmpps-server"),
    name: "XMPP between servers",
    clear_name: "XMPP between servers",
    about: "messages between houses",
    upgrade_ports: &[5269],
    direct_ports: &[5270],
    open: Some(|line, asking| Box::pin(xmpp::upgrade(line, asking, "jabber:server"))),
    recognise: |words| xmpp::speaks(words, "jabber:server"),
};

#[cfg(test)]
mod tests {
    use super::PROTOCOL;
    use crate::script::{C, S, check};

    #[test]
    fn it_says_that_it_is_a_server() {
        let hello = C(
            b"<?xml version='1.0'?><stream:stream to='ward.example' xmlns='jabber:server' \
            xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>",
        );
        let without = S(b"<stream:stream id='1'><stream:features/>");
        check(
            &PROTOCOL,
            &[hello, without],
            "declined: it does not list STARTTLS",
        );
        let unlike = S(b"<stream:stream><stream:error><x/></stream:error>");
        check(&PROTOCOL, &[hello, unlike], "turned away: it ended the stream");
        check(
            &PROTOCOL,
            &[hello, S(b"+OK pop\r\n")],
            "not spoken: +OK pop\\r\\n",
        );
    }
}
