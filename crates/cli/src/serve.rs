//! `holter serve`: the pages and the API over what is remembered.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use anyhow::{Context as _, anyhow};
use holter_engine::{Runs, Stop};
use holter_model::seam::{SystemClock, SystemDice};
use holter_web::{OwnCertificate, Ready, ServeError, Serving, Tls};
use jiff::tz::TimeZone;

use crate::bounded;
use crate::config::Config;
use crate::exit::{Outcome, complain};
use crate::memory::{Memory, write_secret};
use crate::scan;

/// The arguments of `holter serve`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    memory: Memory,
    /// Where to listen; anything but this machine's own address is served over TLS
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8417", value_parser = address)]
    listen: SocketAddr,
    /// The certificate to show, with its chain (PEM) [default: one of Holter's own, where TLS is needed]
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// Its private key (PEM)
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// Serve over TLS on this machine's own address too
    #[arg(long)]
    tls: bool,
    /// The settings of scans that are started from a page [default: holter.toml in this folder, the user's, the machine's]
    #[arg(long, value_name = "FILE", conflicts_with = "no_config")]
    config: Option<PathBuf>,
    /// Read no holter.toml
    #[arg(long)]
    no_config: bool,
}

fn address(text: &str) -> Result<SocketAddr, &'static str> {
    text.parse()
        .map_err(|_| "write an address and a port, like 10.20.0.5:8417 or [::1]:8417")
}

/// Runs the verb.
pub(crate) fn run(args: &Args) -> anyhow::Result<Outcome> {
    let config = if args.no_config {
        Config::default()
    } else {
        Config::load(args.config.as_deref())?
    };
    let mut rules = scan::rules(&config)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .context("cannot start: the system gave no event loop")?;
    let stop = Stop::default();
    scan::interrupt::watch(stop.clone());
    let served = runtime.block_on(async {
        let store = args.memory.open().await?;
        let folder = args.memory.beside("runs")?;
        match Runs::in_folder(&folder) {
            Ok(runs) => rules.runs = Some(runs),
            Err(error) => complain(&format!(
                "a scan that is broken off cannot be gone on with: {} cannot be used: {error}",
                folder.display()
            )),
        }
        let serving = Serving {
            store,
            key: args.memory.key()?,
            listen: args.listen,
            tls: certificate(args)?,
            zone: TimeZone::system(),
            rules,
            clock: Box::new(SystemClock),
            dice: Box::new(SystemDice),
        };
        holter_web::serve(serving, say, &stop)
            .await
            .map_err(|error| match error {
                ServeError::Listen { .. } => anyhow!("{error}; --listen names another address or port"),
                error => error.into(),
            })
    });
    runtime.shutdown_background();
    served.map(|()| Outcome::Clean)
}

fn say(ready: &Ready) {
    complain(&format!("serving {}", ready.url));
    if let Some(fingerprint) = &ready.fingerprint {
        complain(&format!("its certificate's SHA-256 fingerprint is {fingerprint}"));
    }
    if let Some(link) = &ready.setup {
        complain(&format!(
            "nobody has an account yet; make the first one here, once: {link}"
        ));
    }
}

fn certificate(args: &Args) -> anyhow::Result<Option<Tls>> {
    let read = |path: &PathBuf| {
        bounded::bytes(path, bounded::CERTIFICATES)
            .with_context(|| format!("{} cannot be read", path.display()))
    };
    if let Some((certificate, key)) = args.tls_cert.as_ref().zip(args.tls_key.as_ref()) {
        return Ok(Some(Tls {
            certificate: read(certificate)?,
            key: read(key)?,
            is_given: true,
        }));
    }
    if args.listen.ip().is_loopback() && !args.tls {
        return Ok(None);
    }
    let (certificate, key) = (args.memory.beside("tls.pem")?, args.memory.beside("tls.key")?);
    if !certificate.exists() || !key.exists() {
        let made = OwnCertificate::make(names(args.listen.ip())).context("a certificate of Holter's own")?;
        write_secret(&key, made.key.as_bytes())?;
        write_secret(&certificate, made.certificate.as_bytes())?;
    }
    Ok(Some(Tls {
        certificate: read(&certificate)?,
        key: read(&key)?,
        is_given: false,
    }))
}

/// What the certificate is for: the address that is listened on, and the names by which this machine knows itself.
fn names(listen: IpAddr) -> Vec<String> {
    let mut names = vec!["localhost".to_owned(), "127.0.0.1".to_owned(), "::1".to_owned()];
    let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
    let plain = |name: &String| {
        !name.is_empty()
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-.".contains(&byte))
    };
    names.extend(Some(host).filter(plain));
    if !listen.is_unspecified() {
        names.push(listen.to_string());
    }
    names
}
