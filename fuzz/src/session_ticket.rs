//! A ticket is a part of its message, in both forms.

use holter_wire::session_ticket::Ticket;

/// Reads `data` as the body of a NewSessionTicket.
pub fn run(data: &[u8]) {
    for (ticket, oddities) in [Ticket::read(data), Ticket::read_tls13(data)] {
        match ticket {
            Some(ticket) => assert!(ticket.ticket.len() + ticket.nonce.len() < data.len()),
            None => assert!(!oddities.is_empty()),
        }
    }
}
