//! The published schemas that Holter's documents are held against, as packages of npm carry them: fetched once by
//! version and checksum, and never committed.

use std::fs;
use std::path::Path;

use crate::LabError;
use crate::error::at;
use crate::npm::{self, Package};

/// Carries the schemas of all versions of CycloneDX.
const CYCLONEDX: Package = Package {
    name: "@cyclonedx/cyclonedx-library",
    version: "10.3.0",
    sha512: concat!(
        "4484f6f2ca755343c21da69e177c8d47093a26283f5c9f14b1801538c61a1d0f",
        "b45553afb23729d0f4d64052d4a89145f1732e77e29daba1bec2d0c087e40914"
    ),
};

/// Carries the schema of SARIF 2.1.0.
const SARIF: Package = Package {
    name: "@microsoft/jest-sarif",
    version: "1.0.0-beta.0",
    sha512: concat!(
        "0357ce84f77a21ce620e4e05f583f0d6a341e1717eefe22f891ef197caf617a4",
        "33424c7972963d2ec1a4dab1318852047016e3a559d29b058606e9004a4890f4"
    ),
};

/// The schema of SARIF 2.1.0, as JSON.
///
/// # Errors
/// Whatever keeps it from being fetched.
pub fn sarif() -> Result<String, LabError> {
    read(&npm::obtain(&SARIF)?.join("lib/schemas/sarif-2.1.0-rtm.5.json"))
}

/// The schema of CycloneDX 1.6, as JSON.
///
/// # Errors
/// Whatever keeps it from being fetched.
pub fn cyclonedx() -> Result<String, LabError> {
    read(&npm::obtain(&CYCLONEDX)?.join("res/schema/bom-1.6.SNAPSHOT.schema.json"))
}

/// What the schema of CycloneDX refers to, each with the name that it has there.
///
/// # Errors
/// Whatever keeps it from being fetched.
pub fn beside_cyclonedx() -> Result<[(&'static str, String); 2], LabError> {
    let folder = npm::obtain(&CYCLONEDX)?.join("res/schema");
    let file = |name| Ok::<_, LabError>((name, read(&folder.join(name))?));
    Ok([
        file("spdx.SNAPSHOT.schema.json")?,
        file("jsf-0.82.SNAPSHOT.schema.json")?,
    ])
}

fn read(path: &Path) -> Result<String, LabError> {
    fs::read_to_string(path).map_err(|source| at(path, source))
}
