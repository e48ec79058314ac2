//! Moves bytes between two connections, both ways, until both ends are done.

use std::thread;

use crate::zoo::line::{Ended, Line};

/// Joins a client to a server. `up` and `down` get what each side sent and pass it on, in whatever shape.
pub(crate) fn join<U, D>(client: &mut Line, server: &mut Line, mut up: U, mut down: D) -> Result<(), Ended>
where
    U: FnMut(&[u8], &mut Line) -> Result<(), Ended>,
    D: FnMut(&[u8], &mut Line) -> Result<(), Ended> + Send,
{
    let mut client_out = client.twin()?;
    let mut server_in = server.twin()?;
    thread::scope(|scope| {
        scope.spawn(move || pass(&mut server_in, &mut client_out, &mut down));
        pass(client, server, &mut up);
    });
    Ok(())
}

/// Passes bytes on unchanged.
pub(crate) fn as_is(bytes: &[u8], to: &mut Line) -> Result<(), Ended> {
    to.send(bytes)
}

fn pass<F>(from: &mut Line, to: &mut Line, shape: &mut F)
where
    F: FnMut(&[u8], &mut Line) -> Result<(), Ended>,
{
    let mut buffer = vec![0; 16_384];
    loop {
        let moved = match from.read(&mut buffer) {
            // An orderly end goes on as an orderly end; the other direction may still have something to say.
            Ok(0) => return to.finish(),
            Ok(count) => shape(buffer.get(..count).unwrap_or_default(), to),
            Err(Ended) => Err(Ended),
        };
        if moved.is_err() {
            // A broken side breaks the other, so that neither thread waits for ever.
            from.hang_up();
            return to.hang_up();
        }
    }
}
