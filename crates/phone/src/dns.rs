//! What a name's owner says in the DNS of certificates: CAA (RFC 8659) and TLSA (RFC 6698).

use hickory_resolver::proto::rr::{RData, RecordType};

use crate::{Phone, PhoneError};

/// More records than this are passed over.
const MOST: usize = 64;

/// A CAA record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caa {
    /// "issue", "issuewild", "iodef" or another.
    pub tag: String,
    /// Its value: the authority that may issue, with its parameters.
    pub value: String,
    /// Whether an authority that does not understand it must not issue.
    pub critical: bool,
}

/// A TLSA record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tlsa {
    /// 0 and 1 constrain, 2 and 3 replace the usual authorities (RFC 7671 section 2.1).
    pub usage: u8,
    /// 0: the whole certificate, 1: its public key.
    pub selector: u8,
    /// 0: as it is, 1: SHA-256, 2: SHA-512.
    pub matching: u8,
    /// What must match.
    pub data: Vec<u8>,
}

/// TLSA records, and whether the name server vouches for them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tlsas {
    /// The records.
    pub records: Vec<Tlsa>,
    /// Whether the name server says that it has verified them (RFC 4035 section 3.2.3).
    pub authenticated: bool,
}

impl Phone {
    /// The CAA records that count for a name: its own or those of the nearest domain above (RFC 8659 section 3).
    ///
    /// # Errors
    /// [`PhoneError::Dns`].
    pub async fn caa(&self, name: &str) -> Result<Vec<Caa>, PhoneError> {
        let mut domain = name.trim_end_matches('.');
        // A name has at most 127 labels, and each step takes one.
        while !domain.is_empty() {
            let records = self.records(domain, RecordType::CAA).await?.0;
            let found: Vec<Caa> = records.iter().filter_map(caa).take(MOST).collect();
            if !found.is_empty() {
                return Ok(found);
            }
            domain = domain.split_once('.').map_or("", |(_, above)| above);
        }
        Ok(Vec::new())
    }

    /// The TLSA records of a port.
    ///
    /// # Errors
    /// [`PhoneError::Dns`].
    pub async fn tlsa(&self, name: &str, port: u16, transport: &str) -> Result<Tlsas, PhoneError> {
        let name = format!("_{port}._{transport}.{}", name.trim_end_matches('.'));
        let (records, authenticated) = self.records(&name, RecordType::TLSA).await?;
        Ok(Tlsas {
            records: records.iter().filter_map(tlsa).take(MOST).collect(),
            authenticated,
        })
    }

    /// The records of a name; none where the DNS says that there are none.
    async fn records(&self, name: &str, kind: RecordType) -> Result<(Vec<RData>, bool), PhoneError> {
        match self.resolver.lookup(format!("{name}."), kind).await {
            Ok(found) => {
                let data = found.answers().iter().map(|record| record.data.clone()).collect();
                Ok((data, found.message().metadata.authentic_data))
            }
            Err(error) if error.is_no_records_found() => Ok((Vec::new(), false)),
            Err(error) => Err(PhoneError::Dns(error.to_string())),
        }
    }
}

fn caa(data: &RData) -> Option<Caa> {
    let RData::CAA(caa) = data else { return None };
    Some(Caa {
        tag: caa.tag.clone(),
        value: String::from_utf8_lossy(&caa.value).chars().take(512).collect(),
        critical: caa.issuer_critical,
    })
}

fn tlsa(data: &RData) -> Option<Tlsa> {
    let RData::TLSA(tlsa) = data else { return None };
    Some(Tlsa {
        usage: tlsa.cert_usage.into(),
        selector: tlsa.selector.into(),
        matching: tlsa.matching.into(),
        data: tlsa.cert_data.clone(),
    })
}
