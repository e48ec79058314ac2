//! Certificate chains with one fault each, from an internal CA of the lab's: root, intermediate, server.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::certificate::{Certificate, KeyKind};
use crate::command::run;
use crate::error::at;
use crate::{LabError, cache};

/// The name that every certificate of the table is for, but the one with the wrong name.
pub const HOST: &str = "server.holter.example";

/// The last digit counts the lab's own recipe: a change of it makes all anew.
const NAME: &str = "truth-chains-1";
const CONFIGURATION: &str = include_str!("../../assets/truth/authority.cnf");

/// What a server shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Chain {
    /// The lab's shared certificate, self-signed: RSA, 2,048 bits.
    #[default]
    SelfSigned,
    /// The lab's shared self-signed certificate on P-256.
    SelfSignedEcdsa,
    /// What [`crate::debian`] makes for its servers: self-signed, for `lab.example`.
    Debian,
    /// Server and intermediate, nothing wrong but that the CA is an internal one.
    Internal,
    /// Ended in 2021.
    Expired,
    /// For another host.
    WrongName,
    /// The name stands in the subject alone.
    CommonNameOnly,
    /// Signed with SHA-1.
    Sha1,
    /// RSA with 1,024 bits.
    Rsa1024,
    /// RSA with 512 bits, which export suites use as it is.
    Rsa512,
    /// ECDSA on P-256.
    Ecdsa,
    /// Ed25519.
    Ed25519,
    /// The intermediate is not sent.
    Incomplete,
    /// The root is sent before the intermediate.
    Reversed,
    /// The root is sent too, which nobody needs.
    SurplusRoot,
    /// Promises a stapled OCSP response (RFC 7633).
    MustStaple,
}

/// What differs from a certificate that nobody can find fault with.
struct Recipe {
    name: &'static str,
    key: &'static [&'static str],
    arguments: &'static [&'static str],
    host: &'static str,
    alternative: bool,
    feature: bool,
}

const PLAIN: Recipe = Recipe {
    name: "internal",
    key: &["-newkey", "rsa:2048"],
    arguments: &[],
    host: HOST,
    alternative: true,
    feature: false,
};

const RECIPES: [Recipe; 9] = [
    PLAIN,
    Recipe {
        name: "expired",
        arguments: &["-startdate", "20200101000000Z", "-enddate", "20210101000000Z"],
        ..PLAIN
    },
    Recipe {
        name: "wrong-name",
        host: "elsewhere.holter.example",
        ..PLAIN
    },
    Recipe {
        name: "common-name-only",
        alternative: false,
        ..PLAIN
    },
    Recipe {
        name: "sha1",
        arguments: &["-md", "sha1"],
        ..PLAIN
    },
    Recipe {
        name: "rsa-1024",
        key: &["-newkey", "rsa:1024"],
        ..PLAIN
    },
    Recipe {
        name: "ecdsa",
        key: &["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"],
        ..PLAIN
    },
    Recipe {
        name: "ed25519",
        key: &["-newkey", "ed25519"],
        ..PLAIN
    },
    Recipe {
        name: "must-staple",
        feature: true,
        ..PLAIN
    },
];

impl Chain {
    /// Key and certificates as files; `None` where the server makes its own.
    ///
    /// # Errors
    /// What the openssl program can say.
    pub fn files(self) -> Result<Option<Certificate>, LabError> {
        let (key, chain) = match self {
            Self::Debian => return Ok(None),
            Self::SelfSigned => return Certificate::shared(KeyKind::Rsa).map(Some),
            Self::SelfSignedEcdsa => return Certificate::shared(KeyKind::Ecdsa).map(Some),
            Self::Internal => ("internal", "internal"),
            Self::Expired => ("expired", "expired"),
            Self::WrongName => ("wrong-name", "wrong-name"),
            Self::CommonNameOnly => ("common-name-only", "common-name-only"),
            Self::Sha1 => ("sha1", "sha1"),
            Self::Rsa1024 => ("rsa-1024", "rsa-1024"),
            Self::Rsa512 => ("rsa-512", "rsa-512"),
            Self::Ecdsa => ("ecdsa", "ecdsa"),
            Self::Ed25519 => ("ed25519", "ed25519"),
            Self::Incomplete => ("internal", "incomplete"),
            Self::Reversed => ("internal", "reversed"),
            Self::SurplusRoot => ("internal", "surplus-root"),
            Self::MustStaple => ("must-staple", "must-staple"),
        };
        let folder = folder()?;
        Ok(Some(Certificate {
            key: folder.join(format!("{key}.key")),
            chain: folder.join(format!("{chain}.pem")),
        }))
    }
}

impl Chain {
    /// The certificates behind the server's own, where a program wants them apart.
    ///
    /// # Errors
    /// What the openssl program can say.
    pub fn rest(self) -> Result<Option<PathBuf>, LabError> {
        let name = match self {
            Self::Debian | Self::SelfSigned | Self::SelfSignedEcdsa | Self::Rsa512 | Self::Incomplete => {
                return Ok(None);
            }
            Self::Reversed => "reversed.rest",
            Self::SurplusRoot => "surplus-root.rest",
            _ => "intermediate.crt",
        };
        Ok(Some(folder()?.join(name)))
    }
}

/// The root of the lab's internal CA, which whoever trusts that CA reads.
///
/// # Errors
/// What the openssl program can say.
pub(super) fn root() -> Result<PathBuf, LabError> {
    Ok(folder()?.join("root.crt"))
}

/// A stapled response for [`Chain::MustStaple`]: good for ten years.
///
/// # Errors
/// What the openssl program can say.
pub(super) fn staple() -> Result<PathBuf, LabError> {
    Ok(folder()?.join("staple.der"))
}

fn folder() -> Result<PathBuf, LabError> {
    cache::obtain(NAME, make)
}

fn make(folder: &Path) -> Result<(), LabError> {
    write(&folder.join("authority.cnf"), CONFIGURATION)?;
    write(&folder.join("index.txt"), "")?;
    request(folder, "root", PLAIN.key, "Holter lab root", "")?;
    sign(folder, "root", "root", "authority", &["-selfsign"])?;
    request(folder, "intermediate", PLAIN.key, "Holter lab CA", "")?;
    sign(folder, "intermediate", "root", "authority", &[])?;
    let part = |name: &str| read(&folder.join(format!("{name}.crt")));
    let (root, intermediate) = (part("root")?, part("intermediate")?);
    for recipe in &RECIPES {
        let mut extensions = Vec::new();
        if recipe.alternative {
            extensions.push(format!("subjectAltName=DNS:{}", recipe.host));
        }
        if recipe.feature {
            extensions.push("tlsfeature=status_request".to_owned());
        }
        request(
            folder,
            recipe.name,
            recipe.key,
            recipe.host,
            &extensions.join("\n"),
        )?;
        sign(folder, recipe.name, "intermediate", "server", recipe.arguments)?;
        let chain = [part(recipe.name)?, intermediate.clone()].concat();
        write(&folder.join(format!("{}.pem", recipe.name)), &chain)?;
    }
    let own = part("internal")?;
    write(&folder.join("incomplete.pem"), &own)?;
    for (name, rest) in [
        ("reversed", [&*root, &*intermediate].concat()),
        ("surplus-root", [&*intermediate, &*root].concat()),
    ] {
        write(&folder.join(format!("{name}.rest")), &rest)?;
        write(&folder.join(format!("{name}.pem")), &[&*own, &*rest].concat())?;
    }
    smallest(folder)?;
    run(openssl(folder)
        .args(["ocsp", "-index", "index.txt", "-CA", "intermediate.crt"])
        .args(["-rsigner", "intermediate.crt", "-rkey", "intermediate.key"])
        .args(["-issuer", "intermediate.crt", "-cert", "must-staple.crt"])
        .args(["-ndays", "3650", "-respout", "staple.der"]))?;
    Ok(())
}

/// 512 bits are too few for what `openssl req` signs by default; it signs itself with SHA-1.
fn smallest(folder: &Path) -> Result<(), LabError> {
    run(openssl(folder)
        .args([
            "req", "-x509", "-nodes", "-sha1", "-days", "3650", "-newkey", "rsa:512",
        ])
        .args(["-subj", &format!("/O=Holter lab/CN={HOST}")])
        .args(["-addext", &format!("subjectAltName=DNS:{HOST}")])
        .args(["-keyout", "rsa-512.key", "-out", "rsa-512.pem"]))?;
    Ok(())
}

fn request(
    folder: &Path,
    name: &str,
    key: &[&str],
    common_name: &str,
    extensions: &str,
) -> Result<(), LabError> {
    let mut command = openssl(folder);
    command
        .args(["req", "-new", "-nodes", "-sha256", "-config", "authority.cnf"])
        .args(key)
        .args(["-subj", &format!("/O=Holter lab/CN={common_name}")])
        .args(["-keyout", &format!("{name}.key"), "-out", &format!("{name}.csr")]);
    for extension in extensions.lines() {
        command.args(["-addext", extension]);
    }
    run(&mut command)?;
    Ok(())
}

fn sign(folder: &Path, name: &str, by: &str, section: &str, more: &[&str]) -> Result<(), LabError> {
    run(openssl(folder)
        .args(["ca", "-batch", "-notext", "-config", "authority.cnf"])
        .args(["-cert", &format!("{by}.crt"), "-keyfile", &format!("{by}.key")])
        .args(["-extensions", section, "-in", &format!("{name}.csr")])
        .args(["-out", &format!("{name}.crt")])
        .args(more))?;
    Ok(())
}

fn openssl(folder: &Path) -> Command {
    let mut command = Command::new("openssl");
    command.current_dir(folder);
    command
}

fn read(path: &Path) -> Result<String, LabError> {
    fs::read_to_string(path).map_err(|source| at(path, source))
}

fn write(path: &Path, text: &str) -> Result<(), LabError> {
    fs::write(path, text).map_err(|source| at(path, source))
}
