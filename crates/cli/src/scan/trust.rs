//! Whose roots certificates are held against: Mozilla's, this machine's, and those in the user's files.

use std::path::PathBuf;

use anyhow::{Context as _, bail};
use holter_cert::{Store, StoreKind, Stores};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;

use crate::bounded;

/// The stores that there are. A machine without one of its own is no fault; a file of the user's that holds no
/// certificate is.
pub(super) fn stores(files: &[PathBuf]) -> anyhow::Result<Stores> {
    let users = of_user(files)?;
    // The first question need not wait for a hundred files to be read.
    let platform = std::thread::spawn(platform);
    Ok(Stores::later(move || {
        let platform = platform.join().ok().flatten();
        let all = [Some(Store::mozilla()), platform, users];
        all.into_iter().flatten().collect()
    }))
}

/// This machine's own.
fn platform() -> Option<Store> {
    let native = rustls_native_certs::load_native_certs();
    let (platform, _) = Store::from_ders(StoreKind::Platform, native.certs.iter().map(AsRef::as_ref));
    Some(platform).filter(|platform| !platform.is_empty())
}

/// What is in the user's files.
fn of_user(files: &[PathBuf]) -> anyhow::Result<Option<Store>> {
    let mut roots = Vec::new();
    for file in files {
        let bytes = bounded::bytes(file, bounded::CERTIFICATES)
            .with_context(|| format!("{} cannot be read", file.display()))?;
        let mut found: Vec<CertificateDer<'_>> = CertificateDer::pem_slice_iter(&bytes).flatten().collect();
        if found.is_empty() {
            found.push(CertificateDer::from(bytes));
        }
        if Store::from_ders(StoreKind::User, found.iter().map(AsRef::as_ref))
            .0
            .is_empty()
        {
            bail!("{} holds no certificate, in PEM or DER", file.display());
        }
        roots.extend(found.into_iter().map(CertificateDer::into_owned));
    }
    Ok((!roots.is_empty()).then(|| Store::from_ders(StoreKind::User, roots.iter().map(AsRef::as_ref)).0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(name: &str) -> PathBuf {
        PathBuf::from(env!("CARGO_MANIFEST_DIR"))
            .join("../cert/tests/made")
            .join(name)
    }

    #[test]
    fn the_users_files_are_a_store_of_their_own() {
        let stores = stores(&[made("root.pem"), made("oldroot.pem")]).unwrap();
        assert_eq!(stores.iter().next().unwrap().kind(), StoreKind::Mozilla);
        let user = stores
            .iter()
            .find(|store| store.kind() == StoreKind::User)
            .unwrap();
        assert_eq!(user.len(), 2);
    }

    #[test]
    fn a_file_without_a_certificate_is_named() {
        let error = stores(&[made("make")]).unwrap_err();
        assert!(error.to_string().contains("make holds no certificate"), "{error}");
        assert!(stores(&[made("none.pem")]).is_err());
    }
}
