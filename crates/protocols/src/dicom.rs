//! DICOM over TLS (PS3.15 annex B): TLS at once.
//!
//! ```text
//! TLS begins                       C: A-ASSOCIATE-RQ   S: A-ASSOCIATE-AC
//! in clear text instead            C: ClientHello      S: 07 00 00000004 … (A-ABORT)
//! ```
//!
//! 2762 is IANA's port for it. 11112 is where archives listen, with TLS or without. 104 is left out: what
//! listens there is plain, and often a modality that a stray hello may upset.

use crate::Protocol;

/// Images between modalities, archives and viewers.
pub(crate) static PROTOCOL: Protocol = Protocol {
    id: "dicom",
    direct_id: None,
    name: "DICOM over TLS",
    clear_name: "DICOM",
    about: "images between modalities, archives and viewers",
    upgrade_ports: &[],
    direct_ports: &[2762, 11112],
    open: None,
    recognise: |words| {
        // A whole A-ABORT or A-ASSOCIATE-RJ: both have four bytes after their length.
        matches!(words, [3 | 7, 0, 0, 0, 0, 4, 0, _, _, _])
    },
};
