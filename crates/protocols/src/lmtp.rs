//! LMTP with STARTTLS (RFC 2033, RFC 3207): SMTP that says LHLO.
//!
//! ```text
//! S: 220 store.example LMTP        C: LHLO holter.invalid
//! S: 250-… 250 STARTTLS            C: STARTTLS
//! S: 220 ready                     TLS begins
//! ```

use crate::{Protocol, reply, smtp};

/// Mail on its way into mailboxes.
pub(crate) static PROTOCOL: Protocol = Protocol {
    id: "lmtp",
    direct_id: None,
    name: "LMTP",
    clear_name: "LMTP",
    about: "mail on its way into mailboxes",
    upgrade_ports: &[24],
    direct_ports: &[],
    open: Some(|line, _| Box::pin(smtp::upgrade(line, &PROTOCOL, "LHLO holter.invalid"))),
    recognise: |words| reply::has_code(words, smtp::GREETINGS) && reply::names(words, "LMTP"),
};

#[cfg(test)]
mod tests {
    use super::PROTOCOL;
    use crate::script::{C, S, check};

    #[test]
    fn a_mail_store_is_brought_to_tls() {
        let (greeting, hello) = (S(b"220 x LMTP\r\n"), C(b"LHLO holter.invalid\r\n"));
        let features = S(b"250-x\r\n250 STARTTLS\r\n");
        check(
            &PROTOCOL,
            &[greeting, hello, features, C(b"STARTTLS\r\n"), S(b"220 go\r\n")],
            "TLS",
        );
        check(
            &PROTOCOL,
            &[greeting, hello, S(b"250 x\r\n")],
            "declined: it does not list STARTTLS",
        );
        check(
            &PROTOCOL,
            &[S(b"220 x ESMTP\r\n")],
            "not spoken: 220 x ESMTP\\r\\n",
        );
    }
}
