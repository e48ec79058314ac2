//! Dovecot: imap, pop3, lmtp and sieve, each with STARTTLS, and imap and pop3 with TLS at once.

use std::net::IpAddr;

use super::leash::Stop;
use super::stage::Stage;
use super::{Entry, Service, program};
use crate::LabError;

pub(super) const ENTRY: Entry = Entry {
    name: "dovecot",
    protocols: &["imap", "tls", "pop3", "tls", "lmtp", "sieve"],
    needs_root: true,
    start,
};

fn start(address: IpAddr) -> Result<Service, LabError> {
    let mut stage = Stage::set(address)?;
    let imap = stage.plain("imap")?;
    let imaps = stage.direct("tls")?;
    let pop3 = stage.plain("pop3")?;
    let pop3s = stage.direct("tls")?;
    let lmtp = stage.plain("lmtp")?;
    let sieve = stage.plain("sieve")?;
    let listener = |name: &str, port: u16, tls: &str| {
        format!(
            "  inet_listener {name} {{\n    address = {address}\n    port = {port}\n    ssl = {tls}\n  }}\n"
        )
    };
    let conf = stage.write(
        "dovecot.conf",
        &format!(
            "protocols = imap pop3 lmtp sieve\nbase_dir = {run}\nstate_dir = {state}\nlog_path = /dev/stderr\n\
             ssl = yes\nssl_cert = <{cert}\nssl_key = <{key}\nmail_location = maildir:{mail}\n\
             passdb {{\n  driver = static\n  args = password=lab\n}}\n\
             userdb {{\n  driver = static\n  args = uid=nobody gid=nogroup home={mail}\n}}\n\
             service imap-login {{\n{imap}{imaps}}}\nservice pop3-login {{\n{pop3}{pop3s}}}\n\
             service lmtp {{\n{lmtp}}}\nservice managesieve-login {{\n{sieve}}}\n",
            run = stage.folder("run")?,
            state = stage.folder("state")?,
            mail = stage.folder("mail")?,
            cert = stage.path("cert.pem"),
            key = stage.path("key.pem"),
            imap = listener("imap", imap, "no"),
            imaps = listener("imaps", imaps, "yes"),
            pop3 = listener("pop3", pop3, "no"),
            pop3s = listener("pop3s", pop3s, "yes"),
            lmtp = listener("lmtp", lmtp, "no"),
            sieve = listener("sieve", sieve, "no"),
        ),
    )?;
    let mut command = stage.command(program::find("dovecot")?);
    command.args(["-F", "-c", &conf]);
    // It would wait for its sessions on TERM; nothing of it outlives its folder.
    stage.start(ENTRY.name, &mut command, Stop::Kill)
}
