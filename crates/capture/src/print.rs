//! Fingerprints of hellos by which others name clients and servers: JA3 and JA3S (MD5 over code points), and JA4.
//!
//! The other members of JA4's family stand under another licence and are left out.

use std::fmt::Write as _;

use holter_legacy::digest::md5;
use holter_wire::client_hello::ClientHello;
use holter_wire::extension::Extension;
use holter_wire::reader::Reader;
use holter_wire::server_hello::ServerHello;
use holter_wire::{ExtensionType, Version};
use sha2::{Digest as _, Sha256};

/// How the hello travelled, as JA4 writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carrier {
    /// TLS over a stream.
    Tcp,
    /// DTLS.
    Datagrams,
}

/// Values that mean nothing and change from hello to hello (RFC 8701).
#[must_use]
pub const fn is_grease(code: u16) -> bool {
    code & 0x0f0f == 0x0a0a && code >> 8 == code & 0xff
}

/// The JA3 of a ClientHello.
#[must_use]
pub fn ja3(hello: &ClientHello) -> [u8; 16] {
    let mut text = String::with_capacity(256);
    let _ = write!(text, "{}", hello.version.0);
    joined(&mut text, hello.suites.iter().map(|suite| suite.0));
    joined(
        &mut text,
        hello.extensions.iter().map(|extension| extension.kind.0),
    );
    joined(
        &mut text,
        codes(hello, ExtensionType::SUPPORTED_GROUPS).into_iter(),
    );
    let formats = body(hello, ExtensionType::EC_POINT_FORMATS).and_then(|body| Reader::new(body).vec8());
    joined(
        &mut text,
        formats
            .unwrap_or_default()
            .iter()
            .map(|format| u16::from(*format)),
    );
    md5(text.as_bytes())
}

/// The JA3S of a ServerHello.
#[must_use]
pub fn ja3s(hello: &ServerHello) -> [u8; 16] {
    let mut text = String::with_capacity(64);
    let _ = write!(text, "{},{}", hello.legacy_version.0, hello.suite.0);
    joined(
        &mut text,
        hello.extensions.iter().map(|extension| extension.kind.0),
    );
    md5(text.as_bytes())
}

/// The JA4 of a ClientHello.
#[must_use]
pub fn ja4(hello: &ClientHello, carrier: Carrier) -> String {
    let mut suites: Vec<u16> = hello
        .suites
        .iter()
        .map(|suite| suite.0)
        .filter(|code| !is_grease(*code))
        .collect();
    let kinds: Vec<u16> = hello
        .extensions
        .iter()
        .map(|extension| extension.kind.0)
        .filter(|code| !is_grease(*code))
        .collect();
    let named = kinds.contains(&ExtensionType::SERVER_NAME.0);
    let mut text = String::with_capacity(36);
    text.push(match carrier {
        Carrier::Tcp => 't',
        Carrier::Datagrams => 'd',
    });
    text.push_str(version(hello));
    text.push(if named { 'd' } else { 'i' });
    let _ = write!(text, "{:02}{:02}", suites.len().min(99), kinds.len().min(99));
    let [first, last] = protocol(hello);
    text.extend([first, last, '_']);
    suites.sort_unstable();
    cut_hash(&mut text, &listed(&suites));
    text.push('_');
    let mut others: Vec<u16> = kinds
        .into_iter()
        .filter(|code| *code != ExtensionType::SERVER_NAME.0 && *code != ExtensionType::ALPN.0)
        .collect();
    others.sort_unstable();
    let schemes = codes(hello, ExtensionType::SIGNATURE_ALGORITHMS);
    let mut last = listed(&others);
    if !schemes.is_empty() {
        last.push('_');
        last.push_str(&listed(&schemes));
    }
    cut_hash(&mut text, &last);
    text
}

/// The versions that a hello offers, without those that mean nothing.
#[must_use]
pub fn offered_versions(hello: &ClientHello) -> Vec<Version> {
    let listed = body(hello, ExtensionType::SUPPORTED_VERSIONS).and_then(|body| Reader::new(body).vec8());
    match listed {
        Some(list) => list
            .as_chunks::<2>()
            .0
            .iter()
            .map(|pair| u16::from_be_bytes(*pair))
            .filter(|code| !is_grease(*code))
            .map(Version)
            .collect(),
        None => vec![hello.version],
    }
}

/// The code points of an extension that is one list of them with its length before it.
pub(crate) fn codes(hello: &ClientHello, kind: ExtensionType) -> Vec<u16> {
    let list = body(hello, kind).and_then(|body| Reader::new(body).vec16());
    list.unwrap_or_default()
        .as_chunks::<2>()
        .0
        .iter()
        .map(|pair| u16::from_be_bytes(*pair))
        .filter(|code| !is_grease(*code))
        .collect()
}

fn body(hello: &ClientHello, kind: ExtensionType) -> Option<&[u8]> {
    find(&hello.extensions, kind).map(|extension| extension.body.as_slice())
}

pub(crate) fn find(extensions: &[Extension], kind: ExtensionType) -> Option<&Extension> {
    extensions.iter().find(|extension| extension.kind == kind)
}

fn joined(text: &mut String, codes: impl Iterator<Item = u16>) {
    text.push(',');
    for (place, code) in codes.filter(|code| !is_grease(*code)).enumerate() {
        if place > 0 {
            text.push('-');
        }
        let _ = write!(text, "{code}");
    }
}

fn listed(codes: &[u16]) -> String {
    let mut text = String::with_capacity(5 * codes.len());
    for (place, code) in codes.iter().enumerate() {
        let comma = if place > 0 { "," } else { "" };
        let _ = write!(text, "{comma}{code:04x}");
    }
    text
}

/// The first twelve digits of its SHA-256; zeros for nothing.
fn cut_hash(text: &mut String, of: &str) {
    if of.is_empty() {
        text.push_str("000000000000");
        return;
    }
    for byte in Sha256::digest(of.as_bytes()).iter().take(6) {
        let _ = write!(text, "{byte:02x}");
    }
}

fn version(hello: &ClientHello) -> &'static str {
    // Drafts of TLS 1.3 from the 16th on count, and have no name of their own.
    let known = offered_versions(hello)
        .into_iter()
        .filter(|version| version.name().is_some() || (0x7f10..0x8000).contains(&version.0));
    match known.max().unwrap_or(hello.version).0 {
        0x0304 => "13",
        0x0303 => "12",
        0x0302 => "11",
        0x0301 => "10",
        0x0300 => "s3",
        0x0002 => "s2",
        0xfeff => "d1",
        0xfefd => "d2",
        0xfefc => "d3",
        _ => "00",
    }
}

/// The first and the last character of the first application protocol.
fn protocol(hello: &ClientHello) -> [char; 2] {
    let name = find(&hello.extensions, ExtensionType::ALPN).and_then(Extension::protocol);
    let Some((Some(first), Some(last))) = name.map(|name| (name.first(), name.last())) else {
        return ['0', '0'];
    };
    if first.is_ascii_alphanumeric() && last.is_ascii_alphanumeric() {
        return [char::from(*first), char::from(*last)];
    }
    let digit = |half: u8| char::from_digit(half.into(), 16).unwrap_or('0');
    [digit(first >> 4), digit(last & 15)]
}
