//! FHIR (HL7 FHIR R4 section 3.2), which is HTTPS with clinical resources: TLS at once.
//!
//! ```text
//! TLS begins                       C: GET /metadata   S: CapabilityStatement
//! ```
//!
//! It has no port of its own and says nothing that other web services do not, so it is spoken only on request.

use crate::Protocol;

/// Clinical resources for apps and other systems.
pub(crate) static PROTOCOL: Protocol = Protocol {
    id: "fhir",
    direct_id: None,
    name: "FHIR",
    clear_name: "FHIR",
    about: "clinical resources for apps and other systems",
    upgrade_ports: &[],
    direct_ports: &[],
    open: None,
    recognise: |_| false,
};
