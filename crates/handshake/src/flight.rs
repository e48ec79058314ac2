//! What a server of SSLv3–TLS 1.2 says first: up to its ServerHelloDone, or up to its ChangeCipherSpec where it
//! resumes a session (RFC 5246 section 7.3, figures 1 and 2).

use holter_wire::certificate_request::CertificateRequest;
use holter_wire::client_hello::ClientHello;
use holter_wire::server_hello::ServerHello;
use holter_wire::session_ticket::Ticket;
use holter_wire::{HandshakeType, Oddity, Version, certificate, certificate_status};

use zeroize::Zeroize as _;

use crate::dialogue::{Dialogue, Next};
use crate::{HandshakeError, Suite, hello};

/// A server's first words.
#[derive(Debug)]
pub(crate) struct Flight {
    pub(crate) hello: ServerHello,
    pub(crate) version: Version,
    pub(crate) suite: Suite,
    pub(crate) chain: Vec<Vec<u8>>,
    pub(crate) parameters: Option<Vec<u8>>,
    pub(crate) request: Option<CertificateRequest>,
    pub(crate) status: Option<Vec<u8>>,
    pub(crate) ticket: Option<Ticket>,
    /// It changes its keys at once: the session that was offered goes on.
    pub(crate) resumes: bool,
}

impl Dialogue<'_> {
    /// The ServerHello that answers this hello, of whichever version.
    pub(crate) async fn server_hello(
        &mut self,
        offered: &ClientHello,
    ) -> Result<ServerHello, HandshakeError> {
        read_hello(self.message(HandshakeType::SERVER_HELLO).await?, offered)
    }

    /// From the hello on to the end of the flight. `may_resume` says whether a session was offered.
    pub(crate) async fn first_flight(
        &mut self,
        offered: &ClientHello,
        hello: ServerHello,
        may_resume: bool,
    ) -> Result<Flight, HandshakeError> {
        let (version, suite) = hello::chosen(offered, &hello)?;
        self.records.version = version;
        let mut flight = Flight {
            hello,
            version,
            suite,
            chain: Vec::new(),
            parameters: None,
            request: None,
            status: None,
            ticket: None,
            resumes: false,
        };
        loop {
            let (kind, body) = match self.next().await? {
                Next::Message(kind, body) => (kind, body),
                Next::ChangeCipherSpec if may_resume && flight.chain.is_empty() => {
                    flight.resumes = true;
                    return Ok(flight);
                }
                Next::ChangeCipherSpec => {
                    return Err(HandshakeError::PeerMisbehaved(
                        "it changes keys before they are agreed",
                    ));
                }
            };
            match kind {
                HandshakeType::SERVER_HELLO_DONE => return Ok(flight),
                HandshakeType::CERTIFICATE => {
                    flight.chain = certificate::read(&body)
                        .0
                        .into_iter()
                        .map(<[u8]>::to_vec)
                        .collect();
                }
                HandshakeType::SERVER_KEY_EXCHANGE => flight.parameters = Some(body),
                HandshakeType::CERTIFICATE_REQUEST => {
                    flight.request = Some(CertificateRequest::read(&body, version).0);
                }
                HandshakeType::CERTIFICATE_STATUS => {
                    flight.status = certificate_status::read(&body).0.map(<[u8]>::to_vec);
                }
                HandshakeType::NEW_SESSION_TICKET => flight.ticket = Ticket::read(&body).0,
                HandshakeType::SERVER_HELLO | HandshakeType::FINISHED => {
                    return Err(HandshakeError::PeerMisbehaved(
                        "its handshake messages are out of order",
                    ));
                }
                // Supplemental data: nothing that the handshake needs.
                _ => {}
            }
        }
    }
}

/// The ServerHello in a body, if it answers this hello: every one that a handshake rests on goes through here.
pub(crate) fn read_hello(mut body: Vec<u8>, offered: &ClientHello) -> Result<ServerHello, HandshakeError> {
    let (hello, oddities) = ServerHello::read(&body);
    // A session id may hold more than it should.
    body.zeroize();
    if oddities.contains(&Oddity::Truncated("the ServerHello")) {
        return Err(HandshakeError::PeerMisbehaved("its ServerHello is cut short"));
    }
    hello.answers(offered)?;
    Ok(hello)
}
