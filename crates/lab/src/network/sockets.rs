//! The kernel's own table of TCP sockets: who listens, and who is really connected, whatever a program believes.

use std::path::Path;

/// The states that matter here, as the table writes them (`include/net/tcp_states.h` of Linux).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// Both sides may still speak.
    Established,
    /// Waits for connections.
    Listen,
}

/// How many sockets in this state one of these ports has, in the namespace of the process `process` ("self": ours).
pub(super) fn count(process: &str, state: State, ports: &[u16]) -> usize {
    let folder = Path::new("/proc").join(process).join("net");
    ["tcp", "tcp6"]
        .iter()
        .filter_map(|table| std::fs::read_to_string(folder.join(table)).ok())
        .map(|table| count_in(&table, state, ports))
        .sum()
}

fn count_in(table: &str, state: State, ports: &[u16]) -> usize {
    let wanted = match state {
        State::Established => "01",
        State::Listen => "0A",
    };
    table
        .lines()
        .filter(|line| {
            let mut fields = line.split_whitespace().skip(1);
            let local = fields.next().and_then(|local| local.rsplit_once(':'));
            let port = local.and_then(|(_, port)| u16::from_str_radix(port, 16).ok());
            port.is_some_and(|port| ports.contains(&port)) && fields.nth(1) == Some(wanted)
        })
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sockets_are_counted_by_port_and_state() {
        let table = "  sl  local_address rem_address   st tx_queue rx_queue\n\
             0: 0A004D0A:01BB 00000000:0000 0A 00000000:00000000\n\
             1: 0A004D0A:01BB C8004D0A:D2A1 01 00000000:00000000\n\
             2: 0A004D0A:01BB C8004D0A:D2A0 08 00000000:00000000\n\
             3: 0A004D0A:4646 C8004D0A:01BB 01 00000000:00000000\n";
        assert_eq!(count_in(table, State::Established, &[443]), 1);
        assert_eq!(count_in(table, State::Established, &[443, 17_990]), 2);
        assert_eq!(count_in(table, State::Listen, &[443, 17_990]), 1);
        assert_eq!(count_in(table, State::Listen, &[]), 0);
    }
}
