//! SSLv2 (draft-hickman-netscape-ssl-00): one hello with all seven kinds of ciphers.

use std::time::Duration;

use holter_net::{Line, LineError};
use holter_wire::Oddity;
use holter_wire::ssl2::{self, Answer, ClientHello, KINDS, Next, ServerHello};
use tokio::time::Instant;

use crate::Visit;

/// The longest answer: a certificate and a list of kinds.
const LONGEST: usize = 34 << 10;

/// An alert, in a record of TLS: the no of a peer that listens.
const ALERT: u8 = 0x15;

/// What came of a hello in SSLv2.
pub(crate) enum Said {
    /// It speaks SSLv2; the line stands behind its hello.
    Hello(Box<(Line, ServerHello)>),
    /// It answers in SSLv2, and not as one who speaks it: nothing is known.
    Strange,
    /// It does not; whether that came from somebody who listens.
    No(bool),
}

/// Says hello; `None`: nothing more can be learned here. The line of a hello is for the caller to be done with.
pub(crate) async fn say(visit: &mut Visit<'_>) -> Option<Said> {
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
    let mut stream = Vec::new();
    let body = match line.send(&hello).await {
        Ok(()) => record(&mut line, &mut stream, patience).await,
        Err(_) => None,
    };
    Some(match body.map(|body| hello_in(&body)) {
        Some(Ok(Some(hello))) => Said::Hello(Box::new((line, hello))),
        Some(Err(why)) => {
            visit.done(line);
            visit.odd(why);
            Said::Strange
        }
        None | Some(Ok(None)) => {
            visit.done(line);
            Said::No(stream.first() == Some(&ALERT))
        }
    })
}

/// The hello in a record, if there is one. One whose lengths lie is an error.
fn hello_in(body: &[u8]) -> Result<Option<ServerHello>, &'static str> {
    let (answer, oddities) = ssl2::read_answer(body);
    let cut_short = oddities
        .iter()
        .any(|oddity| matches!(oddity, Oddity::Truncated(_)));
    match answer {
        Some(Answer::Hello(hello)) if hello.version == ssl2::VERSION.0 => {
            if cut_short {
                Err("the lengths in its hello of SSLv2 lie")
            } else {
                Ok(Some(hello))
            }
        }
        _ => Ok(None),
    }
}

/// The next record's body, taken out of the stream; `None`: none came, or something else.
pub(crate) async fn record(line: &mut Line, stream: &mut Vec<u8>, within: Duration) -> Option<Vec<u8>> {
    let until = Instant::now() + within;
    let mut heard: Result<usize, LineError> = Ok(0);
    loop {
        match ssl2::next_record(stream) {
            Next::Record(body, used) => {
                let body = body.to_vec();
                stream.drain(..used.min(stream.len()));
                return Some(body);
            }
            Next::NotSsl2 => return None,
            Next::Incomplete if heard.is_err() || stream.len() > LONGEST => return None,
            Next::Incomplete => {}
        }
        let left = until.saturating_duration_since(Instant::now());
        heard = if left.is_zero() {
            Err(LineError::Silence)
        } else {
            line.receive_within(left, stream).await
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hello_whose_lengths_lie_is_none() {
        let hello = ServerHello {
            version: ssl2::VERSION.0,
            certificate: vec![0x30, 0],
            kinds: KINDS.to_vec(),
            connection_id_length: 16,
            ..ServerHello::default()
        };
        let mut record = Vec::new();
        hello.encode(&mut record);
        let body = record.get(2..).unwrap();
        assert_eq!(hello_in(body), Ok(Some(hello)));
        for lie in [5, 7, 9] {
            let mut lying = body.to_vec();
            lying[lie] = 0xff;
            assert!(hello_in(&lying).is_err(), "the length at byte {lie}");
        }
    }
}
