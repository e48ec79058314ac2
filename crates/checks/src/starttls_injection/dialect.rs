//! How each protocol that upgrades to TLS can be asked, and what its answers look like. Harmless commands only: they
//! change nothing, before or after a log-in.

use holter_net::Framing;

/// One protocol's words.
#[derive(Debug)]
pub(super) struct Dialect {
    id: &'static str,
    /// What the command that leads to TLS begins with, in capitals and behind any tag.
    trigger: &'static str,
    /// What is sent behind it.
    behind: &'static str,
    /// How goodbye is said inside TLS.
    pub(super) goodbye: &'static str,
    /// What marks the end of the goodbye's answer.
    bye: &'static str,
    /// What shows that the other command was answered.
    sign: Sign,
}

/// What shows that a command was answered.
#[derive(Debug)]
enum Sign {
    /// A row that begins so.
    Row(&'static str),
    /// A row with these words in it.
    Words(&'static str),
    /// More rows than one that begin with one of these.
    Second([&'static str; 2]),
    /// A row with a code other than that of the goodbye's answer, before it.
    Code,
}

const DIALECTS: &[Dialect] = &[
    Dialect::coded("ftp", "AUTH ", "NOOP\r\n", "221"),
    Dialect {
        id: "imap",
        trigger: "STARTTLS",
        behind: "h1 NOOP\r\n",
        goodbye: "h2 LOGOUT\r\n",
        bye: "h2 ",
        sign: Sign::Row("h1 "),
    },
    Dialect::coded("lmtp", "STARTTLS", "NOOP\r\n", "221"),
    Dialect::coded("nntp", "STARTTLS", "DATE\r\n", "205"),
    Dialect {
        id: "pop3",
        trigger: "STLS",
        behind: "NOOP\r\n",
        goodbye: "QUIT\r\n",
        // Either answer begins so: what follows the first is waited for, and the peer closes.
        bye: "\0",
        sign: Sign::Second(["+OK", "-ERR"]),
    },
    Dialect {
        id: "sieve",
        trigger: "STARTTLS",
        behind: "NOOP \"holter\"\r\n",
        goodbye: "LOGOUT\r\n",
        bye: "\0",
        sign: Sign::Words("holter"),
    },
    Dialect::coded("smtp", "STARTTLS", "NOOP\r\n", "221"),
];

/// The words of a protocol, where it can be asked.
pub(super) fn of(id: &str) -> Option<&'static Dialect> {
    DIALECTS.iter().find(|dialect| dialect.id == id)
}

impl Dialect {
    /// A protocol whose replies begin with a code.
    const fn coded(id: &'static str, trigger: &'static str, behind: &'static str, bye: &'static str) -> Self {
        Self {
            id,
            trigger,
            behind,
            goodbye: "QUIT\r\n",
            bye,
            sign: Sign::Code,
        }
    }

    /// Whether the answer to the goodbye is there.
    pub(super) fn is_over(&self, answer: &[u8]) -> bool {
        rows(answer).any(|row| row.starts_with(self.bye.as_bytes()))
    }

    /// Whether the other command was answered, too; `None`: nothing was.
    pub(super) fn answered(&self, answer: &[u8]) -> Option<bool> {
        rows(answer).next()?;
        Some(match &self.sign {
            Sign::Row(begins) => rows(answer).any(|row| row.starts_with(begins.as_bytes())),
            Sign::Words(words) => {
                rows(answer).any(|row| row.windows(words.len()).any(|window| window == words.as_bytes()))
            }
            Sign::Second(begin) => {
                let begins = |row: &&[u8]| begin.iter().any(|begin| row.starts_with(begin.as_bytes()));
                rows(answer).filter(begins).count() > 1
            }
            Sign::Code => {
                // A server that shuts a session of its own accord (421) answers nothing by that.
                let first = rows(answer).find(|row| !row.starts_with(b"421"));
                first.is_some_and(|row| has_code(row) && !row.starts_with(self.bye.as_bytes()))
            }
        })
    }
}

/// Rows that came whole.
fn rows(answer: &[u8]) -> impl Iterator<Item = &[u8]> {
    let whole = answer.iter().rposition(|byte| *byte == b'\n').unwrap_or(0);
    let rows = answer.get(..whole).unwrap_or_default();
    rows.split(|byte| *byte == b'\n').filter(|row| !row.is_empty())
}

fn has_code(row: &[u8]) -> bool {
    row.first_chunk::<3>()
        .is_some_and(|code| code.iter().all(u8::is_ascii_digit))
}

/// Sends a harmless command behind the one that leads to TLS, in the same write; passes all else through.
pub(super) struct Behind(&'static Dialect);

impl Behind {
    pub(super) const fn new(dialect: &'static Dialect) -> Self {
        Self(dialect)
    }
}

impl Framing for Behind {
    fn wrap(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        out.extend_from_slice(bytes);
        let words = bytes.trim_ascii().to_ascii_uppercase();
        let trigger = self.0.trigger.as_bytes();
        if words.starts_with(trigger) || (words.len() < 32 && words.ends_with(trigger)) {
            out.extend_from_slice(self.0.behind.as_bytes());
        }
    }

    fn unwrap(&mut self, raw: &mut Vec<u8>, out: &mut Vec<u8>) -> Result<(), &'static str> {
        out.append(raw);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_command_that_leads_to_tls_is_added_to() {
        let sent = |id: &str, bytes: &[u8]| {
            let mut out = Vec::new();
            Behind::new(of(id).unwrap()).wrap(bytes, &mut out);
            String::from_utf8(out).unwrap()
        };
        assert_eq!(
            sent("smtp", b"EHLO holter.invalid\r\n"),
            "EHLO holter.invalid\r\n"
        );
        assert_eq!(sent("smtp", b"STARTTLS\r\n"), "STARTTLS\r\nNOOP\r\n");
        assert_eq!(sent("imap", b"a1 STARTTLS\r\n"), "a1 STARTTLS\r\nh1 NOOP\r\n");
        assert_eq!(sent("ftp", b"AUTH TLS\r\n"), "AUTH TLS\r\nNOOP\r\n");
        // A ClientHello passes as it is.
        assert_eq!(sent("smtp", b"\x16\x03\x01\x00\x02hi"), "\x16\x03\x01\x00\x02hi");
    }

    #[test]
    fn an_answer_is_told_from_that_to_the_goodbye() {
        let check = |id: &str, answer: &str, expected: Option<bool>| {
            assert_eq!(
                of(id).unwrap().answered(answer.as_bytes()),
                expected,
                "{id} {answer:?}"
            );
        };
        check("smtp", "221 bye\r\n", Some(false));
        check("smtp", "250 ok\r\n221 bye\r\n", Some(true));
        check("smtp", "421 too long\r\n", Some(false));
        check("smtp", "", None);
        check("imap", "* BYE\r\nh2 OK\r\n", Some(false));
        check("imap", "h1 OK\r\n* BYE\r\nh2 OK\r\n", Some(true));
        check("pop3", "+OK bye\r\n", Some(false));
        check("pop3", "-ERR unknown\r\n+OK bye\r\n", Some(true));
        check("sieve", "\"SIEVE\" \"x\"\r\nOK\r\nOK bye\r\n", Some(false));
        check("sieve", "OK (TAG {6}\r\nholter) done\r\nOK bye\r\n", Some(true));
        check("ftp", "530 log in\r\n221 bye\r\n", Some(true));
        check("nntp", "205 bye\r\n", Some(false));
        assert!(of("smtp").unwrap().is_over(b"221 bye\r\n"));
        assert!(!of("imap").unwrap().is_over(b"* BYE\r\n"));
    }
}
