//! The two heartbeats after a ServerHelloDone: one a byte short of padding, then one in good order.

use std::time::Duration;

use holter_model::{Fact, HeartbeatAnswer, Stage};
use holter_wire::Version;
use holter_wire::heartbeat::{LEAST_PADDING, Request};

use crate::Visit;
use crate::conversation::Conversation;

/// OpenSSL keeps an answer in its 4,096-byte handshake buffer until that overflows, which takes a payload of
/// 4,073 bytes.
const PAYLOAD: usize = 4096;

/// A payload whose echo stays in that buffer: OpenSSL says nothing, stacks without the buffer answer.
const SMALL_PAYLOAD: usize = 16;

/// A service that answers heartbeats mostly does so within this.
const PROMPT: Duration = Duration::from_millis(500);

/// Probes, notes the facts, and says whether both heartbeats stayed unanswered, so that only a finished
/// handshake can tell more. `looks_foreign`: the ServerHello is not laid out as OpenSSL's.
pub(super) async fn mid_handshake(
    visit: &mut Visit<'_>,
    conversation: &mut Conversation,
    version: Version,
    looks_foreign: bool,
) -> bool {
    let wait = visit.questions.heartbeat_wait;
    let short = request(visit, PAYLOAD, LEAST_PADDING - 1);
    // On a stream nothing overtakes: the control's echo tells that the probe was dropped, and its own, if it is late, is
    // told from that. So silence need not last.
    let first = if conversation.is_datagram() {
        wait
    } else {
        wait.min(PROMPT)
    };
    let (answer, _) = conversation.beat(&short, None, first).await;
    note(visit, version, Stage::MidHandshake, &short, answer);
    match answer {
        // The two signs of another stack, its layout and Botan's zeros, contradict each other: a third decides.
        HeartbeatAnswer::Echo { zero_padding, .. }
            if looks_foreign != zero_padding && !conversation.is_datagram() =>
        {
            let small = request(visit, SMALL_PAYLOAD, LEAST_PADDING - 1);
            let (answer, _) = conversation.beat(&small, None, wait).await;
            note(visit, version, Stage::MidHandshake, &small, answer);
            false
        }
        HeartbeatAnswer::Echo { .. } | HeartbeatAnswer::Other { .. } => false,
        HeartbeatAnswer::Alert { .. } | HeartbeatAnswer::Closed => true,
        HeartbeatAnswer::Silence { .. } => {
            // Only now: a server that is fed from memory reads the next heartbeat when more bytes arrive, so the
            // control must not share the probe's write.
            let control = request(visit, PAYLOAD, LEAST_PADDING);
            let (answer, late) = conversation.beat(&control, Some(&short), wait).await;
            let answered = if late { &short } else { &control };
            note(visit, version, Stage::MidHandshake, answered, answer);
            let echoed = matches!(answer, HeartbeatAnswer::Echo { .. });
            if echoed && !late && conversation.is_lossy() {
                // The control had to be sent again, so the short one may have been lost each time, too.
                let (answer, late) = conversation.beat(&short, Some(&control), wait).await;
                let answered = if late { &control } else { &short };
                note(visit, version, Stage::MidHandshake, answered, answer);
            }
            !(echoed || matches!(answer, HeartbeatAnswer::Other { .. }))
        }
    }
}

/// A heartbeat with a payload that a peer cannot have by chance: 16 random bytes, over and over. The last of them
/// says how long the padding is, so that the echo of a control is never taken for that of a short one, however
/// bad the chance.
pub(super) fn request(visit: &Visit<'_>, payload: usize, padding: usize) -> Request {
    let mut nonce = [0; 16];
    visit.dice.fill(&mut nonce);
    let [.., mark] = &mut nonce;
    *mark = u8::try_from(padding).unwrap_or(u8::MAX);
    let mut bytes = nonce.repeat(payload.div_ceil(nonce.len()));
    bytes.truncate(payload);
    Request::new(bytes, vec![0x50; padding])
}

/// Notes a heartbeat and its answer.
pub(super) fn note(
    visit: &mut Visit<'_>,
    version: Version,
    stage: Stage,
    request: &Request,
    answer: HeartbeatAnswer,
) {
    let small = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    visit.heard(Fact::Heartbeat {
        version: version.0,
        stage,
        payload: small(request.payload().len()),
        padding: small(request.padding()),
        answer,
    });
}
