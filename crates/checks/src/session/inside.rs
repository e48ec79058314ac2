//! What TLS carries on a port that means nothing: mail and file servers speak first there, web services wait to be asked.

use holter_handshake::Session;
use holter_net::Line;
use holter_protocols::speaker;
use holter_wire::ContentType;
use tokio::time::Instant;
use zeroize::Zeroize as _;

use super::http2;
use crate::Visit;

/// No greeting that gives a protocol away is longer.
const LONGEST: usize = 4 << 10;

/// Listens for a greeting, and notes whose it is. Whether a silent service is to be asked for a page: not one that is
/// delicate or stands at a port of such, where a row of text may be printed or taken for an order.
pub(super) async fn is_asked(visit: &mut Visit<'_>, line: &mut Line, session: &mut Session) -> bool {
    let until = Instant::now() + visit.short_patience();
    let mut words = Vec::new();
    let mut ended = false;
    while Instant::now() < until && words.len() < LONGEST {
        let left = until.saturating_duration_since(Instant::now());
        match session.receive(line, left).await {
            Ok((content, mut text)) => {
                if content == ContentType::APPLICATION_DATA {
                    let room = LONGEST.saturating_sub(words.len());
                    words.extend_from_slice(text.get(..room.min(text.len())).unwrap_or_default());
                }
                text.zeroize();
                // A greeting is one row at least.
                if words.contains(&b'\n') {
                    break;
                }
            }
            Err(error) => {
                ended = !error.is_silence();
                break;
            }
        }
    }
    http2::note_turned_away(visit, session, &words);
    if let Some(protocol) = speaker(&words) {
        visit.found_inside(protocol.id);
    }
    let silent = words.is_empty() && !ended;
    words.zeroize();
    silent && !visit.is_delicate()
}
