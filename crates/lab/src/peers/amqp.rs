//! AMQP 1.0's TLS security layer (OASIS AMQP 1.0 part 5, section 5.2): a protocol header each way, then TLS.

use std::net::{IpAddr, SocketAddr};

use crate::LabError;
use crate::proxy::pump;
use crate::zoo::Running;
use crate::zoo::line::{Ended, Line};
use crate::zoo::running::serve;

/// Protocol id 2 (TLS), version 1.0.0.
const TLS_HEADER: [u8; 8] = *b"AMQP\x02\x01\x00\x00";

/// Starts a peer on a free port of `ip` that wants TLS before anything else, in front of the TLS server `upstream`.
///
/// # Errors
/// [`LabError::Listen`] when no port can be opened.
pub fn start(ip: IpAddr, upstream: SocketAddr) -> Result<Running, LabError> {
    serve(ip, move |client| {
        let asked = client.read_exactly(TLS_HEADER.len())?;
        // A peer that is asked for another layer says which one it wants, and closes (part 2, section 2.2).
        client.send(&TLS_HEADER)?;
        if asked != TLS_HEADER {
            return close(client);
        }
        let mut server = client.dial(upstream)?;
        pump::join(client, &mut server, pump::as_is, pump::as_is)
    })
}

fn close(client: &mut Line) -> Result<(), Ended> {
    client.finish();
    client.wait_for_end()
}
