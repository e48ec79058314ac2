//! A provider of sign-ins that the OpenID Foundation has certified: oidc-provider, from npm, on the Node.js of this
//! machine.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::error::at;
use crate::npm::{self, Locked};
use crate::{LabError, Server};

/// What it is made of, by version and checksum.
const LOCKED: Locked = Locked {
    name: "oidc-provider-9.13.3",
    package: include_str!("../assets/provider/package.json"),
    lock: include_str!("../assets/provider/package-lock.json"),
};

/// A provider, and what it says.
#[derive(Clone, Debug)]
pub struct Provider {
    /// Where it listens, on loopback.
    pub port: u16,
    /// What it calls the one that people sign in to,
    pub client: &'static str,
    /// the secret that they share,
    pub secret: &'static str,
    /// and where browsers are sent back to.
    pub back: String,
    /// How the secret is shown: "client_secret_basic" or "client_secret_post".
    pub method: &'static str,
    /// How it signs: "RS256" or "ES256".
    pub algorithm: &'static str,
    /// Whether its token says no more than it must, and the rest is told when it is asked for.
    pub thin: bool,
    /// Everybody it knows, by the name they type, which is what it calls them for good: their other claims.
    pub people: Value,
}

impl Provider {
    /// Its name: where it is.
    #[must_use]
    pub fn issuer(&self) -> String {
        format!("http://{}", self.address())
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), self.port)
    }

    /// Starts it, with keys that it never had before.
    ///
    /// # Errors
    /// [`LabError::Missing`] without Node.js and npm; what fetching it and [`Server::start`] can say.
    pub fn start(&self) -> Result<Server, LabError> {
        let packages = npm::obtain_locked(&LOCKED)?;
        let home = tempfile::tempdir().map_err(|source| at(Path::new("a temporary folder"), source))?;
        let settings = self.write(home.path(), &packages)?;
        let mut command = Command::new("node");
        command
            .arg(home.path().join("main.mjs"))
            .arg(settings)
            .env_remove("NODE_OPTIONS")
            .env_remove("NODE_PATH");
        Server::start("oidc-provider", &mut command, self.address(), Some(home))
    }

    fn write(&self, home: &Path, packages: &Path) -> Result<PathBuf, LabError> {
        let script = home.join("main.mjs");
        let text = include_str!("../assets/provider/main.mjs");
        std::fs::write(&script, text).map_err(|source| at(&script, source))?;
        let modules = home.join("node_modules");
        std::os::unix::fs::symlink(packages.join("node_modules"), &modules)
            .map_err(|source| at(&modules, source))?;
        let wanted = json!({
            "issuer": self.issuer(),
            "port": self.port,
            "client": self.client,
            "secret": self.secret,
            "back": self.back,
            "method": self.method,
            "algorithm": self.algorithm,
            "thin": self.thin,
            "people": self.people,
        });
        let settings = home.join("provider.json");
        std::fs::write(&settings, wanted.to_string()).map_err(|source| at(&settings, source))?;
        Ok(settings)
    }
}

/// Whether this machine can run it: Node.js 20 or later, and npm.
#[must_use]
pub fn is_here() -> bool {
    let said = |program: &str| {
        let asked = Command::new(program).arg("--version").output();
        asked
            .ok()
            .map(|said| String::from_utf8_lossy(&said.stdout).into_owned())
    };
    let node = said("node").unwrap_or_default();
    let major = node.trim_start_matches('v').split('.').next();
    let major: u32 = major.and_then(|major| major.parse().ok()).unwrap_or(0);
    major >= 20 && said("npm").is_some()
}
