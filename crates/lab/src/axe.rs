//! axe-core: looks at a page in a browser for what shuts people out. Its licence (MPL 2.0) lets it be run, and it is not
//! kept with Holter: tests fetch it.

use std::path::PathBuf;

use crate::LabError;
use crate::npm::{self, Package};

/// The version that pages are held against.
pub const PACKAGE: Package = Package {
    name: "axe-core",
    version: "4.14.1",
    sha512: "1477dafa598d8d065f273d6af302aa203c02e83131707b7fa648cd41bd3d6b734f8c22a0dab86ee6a6f64b8afbe804b214d36db85a2826965edfb3a0b9d546b5",
};

/// The script, fetched the first time.
///
/// # Errors
/// See [`npm::obtain`].
pub fn script() -> Result<PathBuf, LabError> {
    Ok(npm::obtain(&PACKAGE)?.join("axe.min.js"))
}
