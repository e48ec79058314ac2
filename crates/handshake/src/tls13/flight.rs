//! From the ServerHello of TLS 1.3 to the session (RFC 8446 sections 4.3 and 4.4).

use holter_wire::certificate_request::CertificateRequest;
use holter_wire::server_hello::ServerHello;
use holter_wire::{
    ContentType, ExtensionType, HandshakeType, NamedGroup, Version, certificate, certificate_status,
    encrypted_extensions, key_exchange,
};

use super::later::{Later, Secrets};
use super::schedule::{Hash, Schedule};
use crate::dialogue::{Dialogue, Next};
use crate::facts::Facts;
use crate::protect::Protection;
use crate::{HandshakeError, Offer, Session, Suite, client_auth};

/// What the hellos agreed on.
pub(super) struct Agreed {
    /// The handshake secret.
    pub(super) schedule: Schedule,
    pub(super) suite: Suite,
    pub(super) group: NamedGroup,
    pub(super) resumed: bool,
    pub(super) retried: bool,
    /// Whether early data was sent.
    pub(super) early: bool,
}

/// What the server said under protection.
#[derive(Default)]
struct Heard {
    facts: Facts,
    chain: Vec<Vec<u8>>,
    request: Option<CertificateRequest>,
    took_early: bool,
}

pub(super) async fn finish(
    mut dialogue: Dialogue<'_>,
    offer: &Offer<'_>,
    hello: ServerHello,
    agreed: Agreed,
) -> Result<Session, HandshakeError> {
    let (suite, hash) = (agreed.suite, Hash::of(&agreed.suite));
    let protection = |secret: &[u8]| Protection::tls13(&suite, hash.keys(&suite, secret));
    let hellos = dialogue.transcript.messages();
    let client = agreed.schedule.derive(b"c hs traffic", hellos);
    let server = agreed.schedule.derive(b"s hs traffic", hellos);
    dialogue.records.protect_reading(protection(&server)?);
    let mut heard = flight(&mut dialogue, hash, &server).await?;

    let master = agreed.schedule.followed_by(None);
    let messages = dialogue.transcript.messages();
    let client_later = master.derive(b"c ap traffic", messages);
    let server_later = master.derive(b"s ap traffic", messages);

    let mut out = Vec::new();
    if heard.took_early && agreed.early {
        dialogue.say(&mut out, HandshakeType::END_OF_EARLY_DATA, &[])?;
    } else if !agreed.early {
        // Something between that knows TLS 1.2 alone wants to see it (appendix D.4).
        dialogue
            .records
            .seal(&mut out, ContentType::CHANGE_CIPHER_SPEC, &[1])?;
    }
    dialogue.records.protect_writing(protection(&client)?);
    if let Some(request) = &heard.request {
        introduce(&mut dialogue, &mut out, offer, request, hash)?;
    }
    let digest = hash.digest(dialogue.transcript.messages());
    let finished = hash.verify_data(&client, &digest);
    dialogue.say(&mut out, HandshakeType::FINISHED, &finished)?;
    dialogue.line.send(&out).await?;

    let resumption = master.derive(b"res master", dialogue.transcript.messages());
    dialogue.records.protect_writing(protection(&client_later)?);
    dialogue.records.protect_reading(protection(&server_later)?);
    heard.facts.group = Some(agreed.group);
    heard.facts.resumed = agreed.resumed;
    heard.facts.retried = agreed.retried;
    heard.facts.extended_master_secret = true;
    heard.facts.session_id_length = hello.session_id.len();
    heard.facts.early_data_accepted = agreed.early.then_some(heard.took_early);
    Ok(Session {
        records: dialogue.records,
        version: Version::TLS13,
        suite,
        server_hello: hello,
        chain: heard.chain,
        client_certificate_requested: heard.request.is_some(),
        facts: heard.facts,
        tickets: Vec::new(),
        secret: Vec::new(),
        finished: None,
        later: Some(Later::new(
            suite,
            Secrets {
                client: client_later,
                server: server_later,
                resumption,
            },
        )),
    })
}

async fn flight(dialogue: &mut Dialogue<'_>, hash: Hash, secret: &[u8]) -> Result<Heard, HandshakeError> {
    let mut heard = Heard::default();
    loop {
        let before = hash.digest(dialogue.transcript.messages());
        let Next::Message(kind, body) = dialogue.next().await? else {
            return Err(HandshakeError::PeerMisbehaved("it changes keys out of order"));
        };
        match kind {
            HandshakeType::ENCRYPTED_EXTENSIONS => {
                let extensions = encrypted_extensions::read(&body).0;
                heard.took_early = extensions
                    .iter()
                    .any(|extension| extension.kind == ExtensionType::EARLY_DATA);
                heard.facts.hear(&extensions);
            }
            HandshakeType::CERTIFICATE_REQUEST => {
                heard.request = Some(CertificateRequest::read(&body, Version::TLS13).0);
            }
            HandshakeType::CERTIFICATE => heard.certificate(&body),
            HandshakeType::CERTIFICATE_VERIFY => heard.signature(&body),
            HandshakeType::FINISHED if body == hash.verify_data(secret, &before) => return Ok(heard),
            HandshakeType::FINISHED => {
                return Err(HandshakeError::PeerMisbehaved(
                    "its Finished does not match the handshake",
                ));
            }
            _ => {
                return Err(HandshakeError::PeerMisbehaved(
                    "its handshake messages are out of order",
                ));
            }
        }
    }
}

impl Heard {
    fn certificate(&mut self, body: &[u8]) {
        self.chain = certificate::read_tls13(body)
            .0
            .into_iter()
            .map(<[u8]>::to_vec)
            .collect();
        let extensions = certificate::read_tls13_leaf_extensions(body).0;
        self.facts.hear(&extensions);
        self.facts.ocsp_response = extensions
            .iter()
            .find(|extension| extension.kind == ExtensionType::STATUS_REQUEST)
            .and_then(|extension| certificate_status::read(&extension.body).0)
            .map(<[u8]>::to_vec);
    }

    fn signature(&mut self, body: &[u8]) {
        // The form is that of a signature in TLS 1.2.
        let signature = key_exchange::read_signature(body, Version::TLS12).0;
        self.facts.scheme = signature.and_then(|signature| signature.scheme);
        self.facts.signature_length = signature.map(|signature| signature.length);
    }
}

/// Answers a CertificateRequest, without an identity by an empty list.
fn introduce(
    dialogue: &mut Dialogue<'_>,
    out: &mut Vec<u8>,
    offer: &Offer<'_>,
    request: &CertificateRequest,
    hash: Hash,
) -> Result<(), HandshakeError> {
    let chain = client_auth::certificate_tls13(offer.identity, &request.context);
    dialogue.say(out, HandshakeType::CERTIFICATE, &chain)?;
    if let Some(identity) = offer.identity {
        let digest = hash.digest(dialogue.transcript.messages());
        let proof = client_auth::certificate_verify_tls13(identity, request, &digest)?;
        dialogue.say(out, HandshakeType::CERTIFICATE_VERIFY, &proof)?;
    }
    Ok(())
}
