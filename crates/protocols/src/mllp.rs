//! HL7 v2 over MLLP (HL7 Minimal Lower Layer Protocol) inside TLS, as IHE ITI-19 has it: TLS at once.
//!
//! ```text
//! TLS begins                       C: 0B MSH|… 1C 0D   S: 0B MSH|… MSA|AA 1C 0D
//! ```
//!
//! No port says whether an interface uses TLS; these two are where interfaces are found. A plain one passes
//! over a hello, which has no start block, and stays silent or closes.

use crate::Protocol;

/// Admissions, orders and results between systems.
pub(crate) static PROTOCOL: Protocol = Protocol {
    id: "mllp",
    direct_id: None,
    name: "HL7 v2 over MLLP and TLS",
    clear_name: "HL7 v2 (MLLP)",
    about: "admissions, orders, results and bills between systems",
    upgrade_ports: &[],
    direct_ports: &[2575, 6661],
    open: None,
    recognise: |words| words.starts_with(b"\x0bMSH|"),
};
