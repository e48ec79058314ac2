//! The ClientHello of an [`Offer`], and whether a ServerHello answers it (RFC 5246 sections 7.4.1.2 and 7.4.1.3).

use holter_wire::client_hello::ClientHello;
use holter_wire::extension::Extension;
use holter_wire::server_hello::ServerHello;
use holter_wire::{CipherSuite, ExtensionType, SignatureScheme, Version};

use crate::resumption::{Name, Resumption};
use crate::{HandshakeError, Offer, Suite};

/// Every scheme there is: no signature is verified, so none need be refused.
const SCHEMES: [u16; 18] = [
    0x0403, 0x0503, 0x0603, 0x0804, 0x0805, 0x0806, 0x0807, 0x0808, 0x0401, 0x0501, 0x0601, 0x0301, 0x0203,
    0x0201, 0x0202, 0x0402, 0x0809, 0x0101,
];

/// truncated_hmac (RFC 6066 section 7) changes the protection of records.
const TRUNCATED_HMAC: ExtensionType = ExtensionType(4);

/// Hellos of these lengths hang old load balancers (RFC 7685 section 1).
const HANGING: std::ops::RangeInclusive<usize> = 256..=511;

/// The hello that makes an offer.
///
/// # Errors
/// [`HandshakeError::Unsupported`] when the offer's version is none that can be finished, or no suite is left.
pub fn client_hello(offer: &Offer<'_>, random: [u8; 32]) -> Result<ClientHello, HandshakeError> {
    if !(Version::SSL3..=Version::TLS13).contains(&offer.version.rules()) {
        return Err(HandshakeError::Unsupported(
            "a version other than SSLv3 to TLS 1.3 and DTLS 1.0 to 1.2",
        ));
    }
    let is_datagram = offer.version.is_datagram();
    let version = if is_datagram {
        offer.version
    } else {
        offer.version.min(Version::TLS12)
    };
    let mut hello = ClientHello::new(version, random);
    hello.cookie = is_datagram.then(Vec::new);
    hello.compression.clone_from(&offer.compression);
    hello.session_id = session_id(offer);
    hello.suites = offer
        .suites
        .iter()
        .copied()
        .filter(|code| Suite::of(*code).is_some_and(|suite| suite.fits(offer.version)))
        .collect();
    if hello.suites.is_empty() {
        return Err(HandshakeError::Unsupported("any of the suites to offer"));
    }
    if offer.fallback {
        hello.suites.push(CipherSuite::FALLBACK_SCSV);
    }
    if offer.version <= Version::SSL3 {
        // SSLv3 peers may refuse a hello with extensions.
        if offer.renegotiation_info {
            hello.suites.push(CipherSuite::EMPTY_RENEGOTIATION_INFO_SCSV);
        }
        return Ok(hello);
    }
    hello.extensions = extensions(offer);
    if offer.version < Version::TLS13 {
        pad(&mut hello);
    }
    Ok(hello)
}

/// The version and the suite that a ServerHello chose which answers this hello.
///
/// # Errors
/// Says which choice it is that Holter cannot finish with, or that cannot be.
pub fn chosen(hello: &ClientHello, answer: &ServerHello) -> Result<(Version, Suite), HandshakeError> {
    if answer.compression != 0 {
        return Err(HandshakeError::Compressed(answer.compression));
    }
    let offered = |kind| hello.extensions.iter().any(|ours| ours.kind == kind);
    let etm = ExtensionType::ENCRYPT_THEN_MAC;
    if answer.extension(TRUNCATED_HMAC).is_some() || answer.extension(etm).is_some() && !offered(etm) {
        return Err(HandshakeError::Unsupported(
            "the record protection that the peer chose",
        ));
    }
    let version = answer.negotiated();
    let suite =
        Suite::of(answer.suite).ok_or(HandshakeError::Unsupported("the suite that the peer chose"))?;
    if !suite.fits(version) {
        return Err(HandshakeError::PeerMisbehaved(
            "it chooses a suite that its version does not have",
        ));
    }
    Ok((version, suite))
}

fn extensions(offer: &Offer<'_>) -> Vec<Extension> {
    let mut list = Vec::new();
    list.extend(offer.server_name.map(Extension::server_name));
    list.push(Extension::supported_groups(offer.groups));
    list.push(Extension::ec_point_formats());
    if offer.version.rules() >= Version::TLS12 {
        list.push(Extension::signature_algorithms(&SCHEMES.map(SignatureScheme)));
    }
    if offer.heartbeat {
        list.push(Extension::heartbeat());
    }
    // A session goes on only as it began (RFC 7627 section 5.3).
    let extended = offer
        .resume
        .map_or(offer.extended_master_secret, |resume| resume.extended);
    if extended || offer.version.rules() >= Version::TLS13 && offer.extended_master_secret {
        list.push(Extension::empty(ExtensionType::EXTENDED_MASTER_SECRET));
    }
    if offer.renegotiation_info {
        list.push(Extension::renegotiation_info());
    }
    if offer.encrypt_then_mac {
        list.push(Extension::empty(ExtensionType::ENCRYPT_THEN_MAC));
    }
    if !offer.protocols.is_empty() {
        list.push(Extension::protocols(offer.protocols));
    }
    if offer.status_request {
        list.push(Extension::status_request());
    }
    if offer.timestamps {
        list.push(Extension::empty(ExtensionType::SCT));
    }
    let resumed = offer.resume.filter(|resume| !resume.suite().is_tls13());
    match resumed.and_then(Resumption::ticket) {
        Some(ticket) => list.push(Extension::with_ticket(&ticket.ticket)),
        None if offer.tickets => list.push(Extension::session_ticket()),
        None => {}
    }
    if offer.version.rules() >= Version::TLS13 {
        list.push(Extension::supported_versions(&versions(offer)));
        list.push(Extension::psk_modes());
    }
    list.retain(|ours| offer.extensions.iter().all(|theirs| theirs.kind != ours.kind));
    list.extend(offer.extensions.iter().cloned());
    list
}

/// The id of the session to go on with. A ticket goes with any id, which the server says again if it takes it (RFC
/// 5077 section 3.4).
fn session_id(offer: &Offer<'_>) -> Vec<u8> {
    const WITH_TICKET: [u8; 16] = *b"Holter's ticket.";
    match (&offer.session_id, offer.resume.map(Resumption::name)) {
        (Some(id), _) => id.clone(),
        (None, Some(Name::Id(id))) => id.clone(),
        (None, Some(Name::Ticket(_))) => WITH_TICKET.to_vec(),
        (None, None) => Vec::new(),
    }
}

/// TLS 1.3, and lower versions where suites are offered for them.
fn versions(offer: &Offer<'_>) -> Vec<Version> {
    let old = |code: &CipherSuite| Suite::of(*code).is_some_and(|suite| !suite.is_tls13());
    if offer.suites.iter().any(old) {
        vec![Version::TLS13, Version::TLS12, Version::TLS11, Version::TLS10]
    } else {
        vec![Version::TLS13]
    }
}

/// Lengthens a hello that would hang a load balancer.
pub(crate) fn pad(hello: &mut ClientHello) {
    let mut message = Vec::new();
    hello.encode(&mut message);
    if hello.extensions.is_empty() || !HANGING.contains(&message.len()) {
        return;
    }
    // Four bytes are the extension's own.
    let zeros = (HANGING.end() + 1).saturating_sub(message.len() + 4);
    hello.extensions.push(Extension::padding(zeros));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(hello: &ClientHello) -> ServerHello {
        ServerHello {
            legacy_version: Version::TLS12,
            random: [2; 32],
            session_id: Vec::new(),
            suite: *hello.suites.first().unwrap(),
            compression: 0,
            extensions: Vec::new(),
        }
    }

    #[test]
    fn a_hello_stays_out_of_the_lengths_that_hang_old_load_balancers() {
        let mut offer = Offer::new(Version::TLS12);
        offer.heartbeat = true;
        let mut body = Vec::new();
        client_hello(&offer, [1; 32]).unwrap().encode(&mut body);
        assert!(body.len() < 256, "{} bytes", body.len());
    }

    #[test]
    fn suites_follow_the_version() {
        let hello = client_hello(&Offer::new(Version::TLS10), [1; 32]).unwrap();
        assert!(hello.suites.contains(&CipherSuite(0x002f)));
        assert!(!hello.suites.contains(&CipherSuite(0x009c)), "GCM needs TLS 1.2");
        let hello = client_hello(&Offer::new(Version::SSL3), [1; 32]).unwrap();
        assert!(hello.extensions.is_empty());
        assert!(!hello.suites.contains(&CipherSuite(0x1301)));
        let hello = client_hello(&Offer::new(Version::TLS13), [1; 32]).unwrap();
        assert!(hello.version == Version::TLS12 && hello.suites.contains(&CipherSuite(0x1301)));
        assert!(client_hello(&Offer::new(Version(0x0305)), [1; 32]).is_err());
        let mut offer = Offer::new(Version::TLS12);
        offer.suites = &[CipherSuite(0x0003)];
        assert!(client_hello(&offer, [1; 32]).is_err());
    }

    #[test]
    fn an_extension_of_the_caller_takes_the_place_of_ours() {
        let mut offer = Offer::new(Version::TLS12);
        offer.extensions = vec![Extension::supported_groups(&[])];
        let hello = client_hello(&offer, [1; 32]).unwrap();
        let groups = hello
            .extensions
            .iter()
            .filter(|one| one.kind == ExtensionType::SUPPORTED_GROUPS);
        assert_eq!(groups.collect::<Vec<_>>(), [&Extension::supported_groups(&[])]);
    }

    #[test]
    fn only_what_was_offered_may_be_chosen() {
        let hello = client_hello(&Offer::new(Version::TLS12), [1; 32]).unwrap();
        assert!(chosen(&hello, &answer(&hello)).is_ok());
        let refused = |change: fn(&mut ServerHello)| {
            let mut answer = answer(&hello);
            change(&mut answer);
            answer.answers(&hello).is_err() || chosen(&hello, &answer).is_err()
        };
        assert!(refused(|answer| answer.legacy_version = Version::TLS13));
        assert!(refused(|answer| answer.legacy_version = Version(0x0002)));
        assert!(refused(|answer| answer.suite = CipherSuite(0x1301)));
        assert!(refused(|answer| answer.compression = 1));
        assert!(refused(|answer| {
            answer.suite = CipherSuite(0x009c);
            answer.legacy_version = Version::TLS11;
        }));
        assert!(refused(|answer| answer.extensions.push(Extension {
            kind: ExtensionType(22),
            body: Vec::new()
        })));
    }
}
