//! Receivers of what Holter sends: a Postfix that takes every letter for the lab's domain, over TLS alone, and an
//! rsyslog that writes down what it hears by TLS, TCP and UDP. The certificate is the caller's: it is the one who must
//! rely on it.

use std::fs;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use super::account::Account;
use super::certificate::HOST;
use super::leash::Stop;
use super::passwords;
use super::stage::Stage;
use super::{Service, program};
use crate::LabError;

pub use super::passwords::Login;

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// A running mail server.
#[derive(Debug)]
pub struct MailServer {
    /// Where STARTTLS is offered, and asked for.
    pub starttls: SocketAddr,
    /// Where TLS begins at once.
    pub implicit: SocketAddr,
    letters: PathBuf,
    _service: Service,
}

/// A running log server.
#[derive(Debug)]
pub struct LogServer {
    /// Where TLS begins at once.
    pub tls: SocketAddr,
    /// Plain, TCP.
    pub tcp: SocketAddr,
    /// Plain, UDP.
    pub udp: SocketAddr,
    lines: PathBuf,
    _service: Service,
}

const QUEUE: &[&str] = &[
    "active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming", "maildrop", "pid",
    "private", "public", "saved", "trace",
];

impl MailServer {
    /// Starts one, with this key and this certificate in PEM. It wants root, as Postfix does.
    ///
    /// # Errors
    /// When Postfix is not installed, or does not start.
    pub fn start(key: &str, certificate: &str) -> Result<Self, LabError> {
        Self::open(key, certificate, "", None)
    }

    /// The same, and it takes mail from nobody but who signs in so.
    ///
    /// # Errors
    /// When Postfix or Dovecot, which it asks, is not installed, or does not start.
    pub fn guarded(key: &str, certificate: &str, login: Login<'_>) -> Result<Self, LabError> {
        let (address, passwords) = passwords::start(HERE, login)?;
        let more = format!(
            "smtpd_sasl_auth_enable = yes\nsmtpd_sasl_type = dovecot\nsmtpd_sasl_path = inet:{address}\n\
             smtpd_tls_auth_only = yes\nsmtpd_client_restrictions = permit_sasl_authenticated, reject\n"
        );
        Self::open(key, certificate, &more, Some(passwords))
    }

    fn open(key: &str, certificate: &str, more: &str, passwords: Option<Service>) -> Result<Self, LabError> {
        let mut stage = Stage::set(HERE)?;
        stage.write("cert.pem", certificate)?;
        stage.write("key.pem", key)?;
        let starttls = SocketAddr::new(HERE, stage.plain("smtp")?);
        let implicit = SocketAddr::new(HERE, stage.direct("tls")?);
        let account = Account::named("postfix")?;
        let (uid, gid) = account.map_or((0, 0), Account::numbers);
        let queue = stage.folder("queue")?;
        for name in QUEUE {
            stage.folder(&format!("queue/{name}"))?;
        }
        let (data, letters) = (stage.folder("data")?, stage.folder("letters")?);
        let etc = stage.folder("etc")?;
        stage.write(
            "etc/main.cf",
            &format!(
                "compatibility_level = 3.6\nqueue_directory = {queue}\ndata_directory = {data}\n\
                 command_directory = /usr/sbin\ndaemon_directory = /usr/lib/postfix/sbin\n\
                 mail_owner = postfix\nsetgid_group = postdrop\n\
                 inet_interfaces = 127.0.0.1\ninet_protocols = ipv4\nmyhostname = mail.{HOST}\nmydestination =\n\
                 alias_maps =\nalias_database =\nmynetworks = 127.0.0.0/8\n\
                 virtual_mailbox_domains = {HOST}\nvirtual_mailbox_base = {letters}\n\
                 virtual_mailbox_maps = static:all/\nvirtual_minimum_uid = 1\n\
                 virtual_uid_maps = static:{uid}\nvirtual_gid_maps = static:{gid}\n\
                 smtpd_recipient_restrictions = reject_unauth_destination\nsmtpd_peername_lookup = no\n\
                 smtpd_tls_security_level = encrypt\nsmtpd_tls_chain_files = {key}, {cert}\n\
                 maillog_file = {log}\nmaillog_file_prefixes = {home}\n{more}",
                key = stage.path("key.pem"),
                cert = stage.path("cert.pem"),
                home = stage.home().display(),
                log = stage.path("server.log"),
            ),
        )?;
        stage.write(
            "etc/master.cf",
            &format!(
                "{} inet n - n - - smtpd\n\
                 {} inet n - n - - smtpd\n  -o smtpd_tls_wrappermode=yes\n\
                 cleanup unix n - n - 0 cleanup\n\
                 qmgr unix n - n 300 1 qmgr\n\
                 tlsmgr unix - - n 1000? 1 tlsmgr\n\
                 rewrite unix - - n - - trivial-rewrite\n\
                 bounce unix - - n - 0 bounce\n\
                 defer unix - - n - 0 bounce\n\
                 trace unix - - n - 0 bounce\n\
                 proxymap unix - - n - - proxymap\n\
                 error unix - - n - - error\n\
                 retry unix - - n - - error\n\
                 virtual unix - n n - - virtual\n\
                 anvil unix - - n - 1 anvil\n\
                 postlog unix-dgram n - n - 1 postlogd\n",
                starttls.port(),
                implicit.port(),
            ),
        )?;
        if let Some(account) = account {
            for name in QUEUE.iter().filter(|name| **name != "pid") {
                account.take(&stage.home().join("queue").join(name))?;
            }
            account.take(data.as_ref())?;
            account.take(letters.as_ref())?;
        }
        let mut command = stage.command(program::find("master")?);
        command.args(["-c", &etc, "-d"]);
        let service = stage.start("postfix", &mut command, Stop::Kill)?;
        Ok(Self {
            starttls,
            implicit,
            letters: PathBuf::from(letters).join("all").join("new"),
            _service: match passwords {
                Some(passwords) => service.lean_on(passwords),
                None => service,
            },
        })
    }

    /// Every letter that it has, as it came.
    #[must_use]
    pub fn letters(&self) -> Vec<Vec<u8>> {
        let entries = fs::read_dir(&self.letters).into_iter().flatten().flatten();
        entries.filter_map(|entry| fs::read(entry.path()).ok()).collect()
    }
}

impl LogServer {
    /// Starts one, with this key and this certificate in PEM.
    ///
    /// # Errors
    /// When rsyslog is not installed, or does not start.
    pub fn start(key: &str, certificate: &str) -> Result<Self, LabError> {
        let mut stage = Stage::set(HERE)?;
        stage.write("cert.pem", certificate)?;
        stage.write("key.pem", key)?;
        let tls = SocketAddr::new(HERE, stage.direct("syslog")?);
        let tcp = SocketAddr::new(HERE, stage.plain("syslog")?);
        // A UDP port is no door that can be knocked at: it is free where the TCP port beside is.
        let udp = SocketAddr::new(HERE, super::port::free(HERE)?);
        let conf = stage.write(
            "rsyslog.conf",
            &format!(
                "global(workDirectory=\"{home}\" DefaultNetstreamDriverCAFile=\"{cert}\"\n    \
                 DefaultNetstreamDriverCertFile=\"{cert}\" DefaultNetstreamDriverKeyFile=\"{key}\")\n\
                 module(load=\"imtcp\")\nmodule(load=\"imudp\")\n\
                 template(name=\"all\" type=\"string\" string=\"%pri-text%|%app-name%|%msgid%|%structured-data%|%msg%\\n\")\n\
                 input(type=\"imtcp\" address=\"127.0.0.1\" port=\"{tls}\" StreamDriver.Name=\"gtls\" StreamDriver.Mode=\"1\" StreamDriver.AuthMode=\"anon\")\n\
                 input(type=\"imtcp\" address=\"127.0.0.1\" port=\"{tcp}\")\n\
                 input(type=\"imudp\" address=\"127.0.0.1\" port=\"{udp}\")\n\
                 action(type=\"omfile\" file=\"{log}\" template=\"all\" asyncWriting=\"off\" flushOnTXEnd=\"on\")\n",
                home = stage.home().display(),
                cert = stage.path("cert.pem"),
                key = stage.path("key.pem"),
                log = stage.path("messages"),
                tls = tls.port(),
                tcp = tcp.port(),
                udp = udp.port(),
            ),
        )?;
        let lines = stage.home().join("messages");
        let mut command = stage.command(program::find("rsyslogd")?);
        command.args(["-n", "-f", &conf, "-i", &stage.path("rsyslogd.pid")]);
        Ok(Self {
            tls,
            tcp,
            udp,
            lines,
            _service: stage.start("rsyslog", &mut command, Stop::Term)?,
        })
    }

    /// Every line that it has written: priority, program, kind, data and words, with bars between.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let text = fs::read_to_string(&self.lines).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }
}

/// Whether this process may start a [`MailServer`].
#[must_use]
pub fn may_have_mail() -> bool {
    super::account::is_root()
}
