//! Extensions that came under protection, and what they say, are parts of their message.

use holter_wire::{certificate_status, encrypted_extensions};

/// Reads `data` as the body of EncryptedExtensions, and as that of a CertificateStatus.
pub fn run(data: &[u8]) {
    let (list, _) = encrypted_extensions::read(data);
    for extension in &list {
        assert!(extension.body.len() < data.len());
        let share = extension.server_share().map_or(0, |(_, share)| share.len());
        let stamps: usize = extension.timestamps().iter().map(|stamp| stamp.len()).sum();
        let protocol = extension.protocol().map_or(0, <[u8]>::len);
        let _ = extension.retry_group();
        assert!(share.max(stamps).max(protocol) <= extension.body.len());
    }
    let (response, oddities) = certificate_status::read(data);
    match response {
        Some(response) => assert!(response.len() < data.len()),
        None => assert!(!oddities.is_empty()),
    }
}
