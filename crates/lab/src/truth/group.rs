//! Diffie-Hellman groups, as parameter files.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::command::run;
use crate::error::at;
use crate::{LabError, cache};

/// The prime of Oakley group 2 (RFC 2409 §6.2), which half of the world shared: 1,024 bits.
const OAKLEY_2: &str = concat!(
    "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74",
    "020BBEA63B139B22514A08798E3404DDEF9519B3CD3A431B302B0A6DF25F1437",
    "4FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED",
    "EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE65381FFFFFFFFFFFFFFFF",
);

/// A group that a server uses for DHE.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Group {
    /// 512 bits, as export suites had.
    Own512,
    /// 768 bits, of its own.
    Own768,
    /// 1,024 bits, of its own.
    Own1024,
    /// 1,024 bits, the prime that everybody has.
    Oakley1024,
    /// `ffdhe2048` of RFC 7919.
    Ffdhe2048,
}

impl Group {
    /// The file, made the first time.
    ///
    /// # Errors
    /// What the openssl program can say.
    pub fn file(self) -> Result<PathBuf, LabError> {
        let name = match self {
            Self::Own512 => "512",
            Self::Own768 => "768",
            Self::Own1024 => "1024",
            Self::Oakley1024 => "oakley-1024",
            Self::Ffdhe2048 => "ffdhe2048",
        };
        let folder = cache::obtain(&format!("truth-group-{name}"), |folder| self.make(folder))?;
        Ok(folder.join("group.pem"))
    }

    fn make(self, folder: &Path) -> Result<(), LabError> {
        let mut command = Command::new("openssl");
        command.current_dir(folder);
        match self {
            Self::Own512 => command.args(["dhparam", "-out", "group.pem", "512"]),
            Self::Own768 => command.args(["dhparam", "-out", "group.pem", "768"]),
            Self::Own1024 => command.args(["dhparam", "-out", "group.pem", "1024"]),
            Self::Ffdhe2048 => command.args(["dhparam", "-out", "group.pem", "-in", "written.pem"]),
            Self::Oakley1024 => command.args([
                "dhparam",
                "-inform",
                "DER",
                "-in",
                "written.der",
                "-out",
                "group.pem",
            ]),
        };
        match self {
            Self::Oakley1024 => write_oakley(folder)?,
            Self::Ffdhe2048 => {
                run(Command::new("openssl")
                    .current_dir(folder)
                    .args(["genpkey", "-genparam", "-algorithm", "DH"])
                    .args(["-pkeyopt", "group:ffdhe2048", "-out", "written.pem"]))?;
            }
            Self::Own512 | Self::Own768 | Self::Own1024 => {}
        }
        run(&mut command)?;
        Ok(())
    }
}

fn write_oakley(folder: &Path) -> Result<(), LabError> {
    let path = folder.join("written.cnf");
    let text = format!("asn1=SEQUENCE:group\n[group]\np=INTEGER:0x{OAKLEY_2}\ng=INTEGER:2\n");
    std::fs::write(&path, text).map_err(|source| at(&path, source))?;
    run(Command::new("openssl").current_dir(folder).args([
        "asn1parse",
        "-noout",
        "-genconf",
        "written.cnf",
        "-out",
        "written.der",
    ]))?;
    Ok(())
}
