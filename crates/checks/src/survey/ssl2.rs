//! SSLv2 (draft-hickman-netscape-ssl-00): one hello with all seven kinds of ciphers.

use holter_model::Fact;
use holter_net::LineError;
use holter_wire::ssl2::{self, Answer, ClientHello, KINDS, Next};
use tokio::time::Instant;

use crate::Visit;

/// The longest answer: a certificate and a list of kinds.
const LONGEST: usize = 34 << 10;

/// An alert, in a record of TLS: the no of a peer that listens.
const ALERT: u8 = 0x15;

/// Asks; what was heard and whether that came from somebody who listens. `None`: nothing more can be learned here.
pub(super) async fn ask(visit: &mut Visit<'_>) -> Option<(Fact, bool)> {
    if visit.is_spared() {
        return None;
    }
    let mut line = visit.open().await?;
    let mut challenge = [0; 16];
    visit.dice.fill(&mut challenge);
    let mut hello = Vec::new();
    ClientHello {
        version: ssl2::VERSION,
        kinds: KINDS.to_vec(),
        challenge,
    }
    .encode(&mut hello);
    let patience = visit.patience().min(line.step());
    let until = Instant::now() + patience;
    let mut stream = Vec::new();
    let mut heard = line.send(&hello).await.map(|()| 0);
    let body = loop {
        match ssl2::next_record(&stream) {
            Next::Record(body, _) => break Some(body),
            Next::NotSsl2 => break None,
            Next::Incomplete if heard.is_err() || stream.len() > LONGEST => break None,
            Next::Incomplete => {}
        }
        let left = until.saturating_duration_since(Instant::now());
        heard = if left.is_zero() {
            Err(LineError::Silence)
        } else {
            line.receive_within(left, &mut stream).await
        };
    };
    let kinds = match body.and_then(|body| ssl2::read_answer(body).0) {
        // Whoever takes none of the kinds cannot be spoken to, and is as safe as one that does not answer.
        Some(Answer::Hello(hello)) if hello.version == ssl2::VERSION.0 => {
            Some(hello.kinds.iter().map(|kind| kind.0).collect::<Vec<u32>>())
        }
        _ => None,
    };
    visit.done(line);
    let listens = kinds.is_some() || stream.first() == Some(&ALERT);
    let fact = kinds.map_or(
        Fact::HelloRefused {
            offered: ssl2::VERSION.0,
            how: holter_model::Refusal::Nonsense,
        },
        |kinds| Fact::Ssl2 { kinds },
    );
    Some((fact, listens))
}
