//! MQTT over TLS (MQTT 3.1.1 and 5.0, port 8883): TLS at once.
//!
//! ```text
//! TLS begins                       C: CONNECT   S: CONNACK 20 02 …
//! ```

use crate::Protocol;

/// Gateways of monitors and of location tags.
pub(crate) static PROTOCOL: Protocol = Protocol {
    id: "mqtt",
    direct_id: None,
    name: "MQTT over TLS",
    clear_name: "MQTT",
    about: "gateways of monitors, sensors and location tags",
    upgrade_ports: &[],
    direct_ports: &[8883],
    open: None,
    recognise: |words| {
        // A whole CONNACK of MQTT 3.1.1: two bytes follow, the first of them a flag.
        matches!(words, [0x20, 2, 0 | 1, 0..=5])
    },
};
