//! Postfix: smtp with STARTTLS, and with TLS at once. It takes no mail: every recipient is refused.

use std::net::{IpAddr, SocketAddr};
use std::path::Path;

use super::account::Account;
use super::leash::Stop;
use super::stage::Stage;
use super::{Entry, HOST, Service, program};
use crate::LabError;

pub(super) const ENTRY: Entry = Entry {
    name: "postfix",
    protocols: &["smtp", "tls"],
    needs_root: true,
    start,
};

/// The queue's folders that an SMTP daemon alone needs.
const QUEUE: &[&str] = &["pid", "private", "public", "incoming", "active", "maildrop"];

fn start(address: IpAddr) -> Result<Service, LabError> {
    let mut stage = Stage::set(address)?;
    let smtp = SocketAddr::new(address, stage.plain("smtp")?);
    let smtps = SocketAddr::new(address, stage.direct("tls")?);
    let etc = stage.folder("etc")?;
    let queue = stage.folder("queue")?;
    let data = stage.folder("data")?;
    let account = Account::named("postfix")?;
    for name in QUEUE {
        let folder = stage.folder(&format!("queue/{name}"))?;
        // The head's own lock lies in `pid`, which must stay root's.
        if let Some(account) = account.filter(|_| *name != "pid") {
            account.take(Path::new(&folder))?;
        }
    }
    if let Some(account) = account {
        account.take(Path::new(&data))?;
    }
    stage.write(
        "etc/main.cf",
        &format!(
            "compatibility_level = 3.6\nqueue_directory = {queue}\ndata_directory = {data}\n\
             command_directory = /usr/sbin\ndaemon_directory = /usr/lib/postfix/sbin\n\
             mail_owner = postfix\nsetgid_group = postdrop\n\
             inet_interfaces = {address}\ninet_protocols = all\nmyhostname = mail.{HOST}\nmydestination =\n\
             alias_maps =\nalias_database =\nlocal_recipient_maps =\nmynetworks =\n\
             smtpd_recipient_restrictions = reject\nsmtpd_peername_lookup = no\n\
             smtpd_tls_security_level = may\nsmtpd_tls_chain_files = {key}, {cert}\n\
             maillog_file = {log}\nmaillog_file_prefixes = {home}\n",
            key = stage.path("key.pem"),
            cert = stage.path("cert.pem"),
            home = stage.home().display(),
            log = stage.path("server.log"),
        ),
    )?;
    stage.write(
        "etc/master.cf",
        &format!(
            "{smtp} inet n - n - - smtpd\n\
             {smtps} inet n - n - - smtpd\n  -o smtpd_tls_wrappermode=yes\n\
             tlsmgr unix - - n 1000? 1 tlsmgr\n\
             rewrite unix - - n - - trivial-rewrite\n\
             proxymap unix - - n - - proxymap\n\
             anvil unix - - n - 1 anvil\n\
             postlog unix-dgram n - n - 1 postlogd\n"
        ),
    )?;
    let mut command = stage.command(program::find("master")?);
    // Without `-d` it would begin a session, which the head of a process group may not.
    command.args(["-c", &etc, "-d"]);
    // It would wait for its sessions on TERM; nothing of it outlives its folder.
    stage.start(ENTRY.name, &mut command, Stop::Kill)
}
