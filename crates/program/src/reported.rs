//! Reports that were written to a file: `holter.report/1` and lines of `holter.scan/1`, as services again. They hold
//! verdicts, and facts only in words, so that what comes in this way cannot be judged again.

use std::net::IpAddr;

use holter_model::role::Source;
use holter_model::{Attempt, Criticality, Endpoint, Fragility, Judgement, Role, Service, Transport};
use jiff::Timestamp;
use serde::Deserialize;

use crate::ProgramError;

/// A larger file is a mistake.
const LARGEST: usize = 1 << 30;

#[derive(Deserialize)]
struct Document {
    services: Vec<Row>,
}

#[derive(Deserialize)]
struct Row {
    schema: String,
    target: String,
    name: Option<String>,
    address: Option<IpAddr>,
    port: Option<u16>,
    transport: Option<Transport>,
    protocol: String,
    role: Option<String>,
    criticality: Option<Criticality>,
    fragility: Option<Fragility>,
    started: Timestamp,
    #[serde(default)]
    elapsed_ms: u64,
    #[serde(default)]
    connections: u32,
    #[serde(default)]
    bytes_sent: u64,
    #[serde(default)]
    bytes_received: u64,
    #[serde(default)]
    verdicts: Vec<Judgement>,
    #[serde(default)]
    oddities: Vec<String>,
    attempt: Attempt,
    trouble: Option<String>,
}

/// Reads a report.
///
/// # Errors
/// When it is none, or broken off in the middle.
pub fn read(bytes: &[u8]) -> Result<Vec<Service>, ProgramError> {
    let wrong =
        |error: serde_json::Error| ProgramError::Unreadable(format!("it is no report of Holter's: {error}"));
    if bytes.len() > LARGEST {
        return Err(ProgramError::Unreadable(
            "the file is larger than 1 GiB".to_owned(),
        ));
    }
    if let Ok(document) = serde_json::from_slice::<Document>(bytes) {
        return document.services.into_iter().map(service).collect();
    }
    serde_json::Deserializer::from_slice(bytes)
        .into_iter::<Row>()
        .map(|row| service(row.map_err(wrong)?))
        .collect()
}

fn service(row: Row) -> Result<Service, ProgramError> {
    if row.schema != "holter.scan/1" {
        let why = format!("its schema is {:?}, not \"holter.scan/1\"", row.schema);
        return Err(ProgramError::Unreadable(why));
    }
    let endpoint = row.address.zip(row.port).map(|(address, port)| Endpoint {
        address,
        port,
        transport: row.transport.unwrap_or(Transport::Tcp),
    });
    let role = row.role.map(|name| Role {
        name,
        criticality: row.criticality.unwrap_or(Criticality::Medium),
        fragility: row.fragility.unwrap_or(Fragility::Careful),
        source: Source::Recognised,
    });
    Ok(Service {
        target: row.target,
        endpoint,
        name: row.name,
        protocol: row.protocol,
        role,
        started: row.started,
        elapsed_ms: row.elapsed_ms,
        connections: row.connections,
        bytes_sent: row.bytes_sent,
        bytes_received: row.bytes_received,
        attempt: row.attempt,
        trouble: row.trouble,
        observations: Vec::new(),
        judgements: row.verdicts,
        assessment: None,
        not_asked: Vec::new(),
        oddities: row.oddities,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = r#"{"schema":"holter.scan/1","target":"127.0.0.1:18441","address":"127.0.0.1","port":18441,
        "transport":"tcp","protocol":"https","started":"2026-11-21T20:00:00Z","elapsed_ms":12,"reached":true,
        "connections":1,"bytes_sent":4700,"bytes_received":9800,"verdicts":[{"check":"heartbleed","flaw":"CVE-2014-0160",
        "verdict":"affected","basis":"behaviour","evidence":"it echoed","foreign_bytes":0}],
        "facts":{}, "oddities":[], "attempt":"completed"}"#;

    #[test]
    fn lines_and_documents_are_read() {
        let lines = format!("{LINE}\n{LINE}\n");
        assert_eq!(read(lines.as_bytes()).unwrap().len(), 2);
        let document = format!(r#"{{"schema":"holter.report/1","summary":{{}},"services":[{LINE}]}}"#);
        let services = read(document.as_bytes()).unwrap();
        assert_eq!(services[0].judgements[0].flaw, "CVE-2014-0160");
        assert_eq!(services[0].endpoint.unwrap().to_string(), "127.0.0.1:18441");
        assert!(read(b"{}").is_err());
        assert!(read(&lines.as_bytes()[..700]).is_err());
        assert!(read(b"").unwrap().is_empty());
    }
}
