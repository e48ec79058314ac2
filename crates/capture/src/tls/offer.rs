//! What a ClientHello offers: all that is remembered of it.

use holter_wire::client_hello::ClientHello;
use holter_wire::reader::Reader;
use holter_wire::{CipherSuite, ExtensionType, Version};

use crate::print::{self, Carrier};

/// No name of the DNS is longer; what is longer is no name.
pub(crate) const LONGEST_NAME: usize = 255;

/// What a client offers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Offer {
    /// The newest version of those that everybody knows.
    pub(crate) newest: Version,
    pub(crate) versions: Box<[u16]>,
    pub(crate) suites: Box<[u16]>,
    pub(crate) ja3: [u8; 16],
    pub(crate) ja4: Box<str>,
    pub(crate) heartbeat: Option<u8>,
    pub(crate) compression: bool,
    /// It says that it has fallen back (RFC 7507).
    pub(crate) fell_back: bool,
    pub(crate) renegotiation: bool,
    pub(crate) master_secret: bool,
}

impl Offer {
    /// Reads the body of a ClientHello, and the name that it asks for. `None`: not even its suites are there.
    pub(crate) fn read(body: &[u8], datagram: bool) -> Option<(Self, Option<Box<str>>)> {
        let (hello, _) = ClientHello::read(body, datagram);
        if hello.compression.is_empty() && hello.suites.is_empty() {
            return None;
        }
        let carrier = if datagram {
            Carrier::Datagrams
        } else {
            Carrier::Tcp
        };
        let versions = print::offered_versions(&hello);
        // Drafts and experiments do not count: what a server declines of them says nothing.
        let settled = |version: &&Version| version.name().is_some();
        let newest = if datagram {
            versions.iter().filter(settled).min()
        } else {
            versions.iter().filter(settled).max()
        };
        let has = |kind| print::find(&hello.extensions, kind).is_some();
        let name = print::find(&hello.extensions, ExtensionType::SERVER_NAME);
        let name = name.and_then(|extension| host_name(&extension.body));
        let offer = Self {
            newest: newest.copied().unwrap_or(hello.version),
            versions: versions.iter().map(|version| version.0).collect(),
            suites: hello
                .suites
                .iter()
                .map(|suite| suite.0)
                .filter(|code| !print::is_grease(*code))
                .collect(),
            ja3: print::ja3(&hello),
            ja4: print::ja4(&hello, carrier).into(),
            heartbeat: print::find(&hello.extensions, ExtensionType::HEARTBEAT)
                .map(|extension| extension.body.first().copied().unwrap_or(0)),
            compression: hello.compression.iter().any(|method| *method != 0),
            fell_back: hello.suites.contains(&CipherSuite::FALLBACK_SCSV),
            renegotiation: has(ExtensionType::RENEGOTIATION_INFO)
                || hello.suites.contains(&CipherSuite::EMPTY_RENEGOTIATION_INFO_SCSV),
            master_secret: has(ExtensionType::EXTENDED_MASTER_SECRET),
        };
        Some((offer, name))
    }
}

/// Text of a peer's, bounded; what is no text is marked as such.
pub(crate) fn bounded(bytes: &[u8]) -> String {
    let cut = bytes.get(..LONGEST_NAME).unwrap_or(bytes);
    String::from_utf8_lossy(cut).into_owned()
}

/// The name in the body of `server_name`.
pub(crate) fn host_name(body: &[u8]) -> Option<Box<str>> {
    const HOST_NAME: u8 = 0;
    let mut list = Reader::new(Reader::new(body).vec16()?);
    (list.u8()? == HOST_NAME).then_some(())?;
    let name = list.vec16().filter(|name| !name.is_empty())?;
    Some(bounded(name).into())
}
