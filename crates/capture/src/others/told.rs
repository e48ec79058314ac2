//! What a log says, gathered by whom it says it of.

use std::collections::HashMap;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::net::{IpAddr, SocketAddr};
use std::sync::LazyLock;

use holter_model::{Basis, Endpoint, Fact, Method, Observation, Transport};
use holter_wire::{CipherSuite, Version};
use jiff::Timestamp;

use crate::book::Beyond;
use crate::captured::Kind;
use crate::heard::{Part, judged};
use crate::heartbeat::Ladder;
use crate::subject::{
    Asker, Coverage, End, InterfaceSeen, Inventory, Manner, SCHEMA, Said, Subject, Weight, Who,
};

/// As many subjects are told apart; of what is said of others it is counted.
const MOST: usize = 16_384;

/// As many different things of one kind are kept of one subject.
const FEW: usize = 32;

/// As many connections are told apart.
const CONNECTIONS: usize = 1 << 18;

/// All that a log says.
pub(super) struct Told {
    kind: Kind,
    subjects: BTreeMap<(Who, Transport), About>,
    interfaces: BTreeMap<(IpAddr, IpAddr, u16, Transport), InterfaceSeen>,
    connections: HashSet<(String, bool)>,
    pub(super) beyond: Beyond,
    pub(super) first: Option<Timestamp>,
    pub(super) last: Option<Timestamp>,
}

/// What it says of one.
#[derive(Default)]
struct About {
    first: Option<Timestamp>,
    last: Option<Timestamp>,
    peers: BTreeSet<IpAddr>,
    ladder: Ladder,
    by: BTreeMap<IpAddr, (u64, u64)>,
    /// How often each rule spoke, in which words.
    rules: BTreeMap<String, u64>,
    sessions: u64,
    inventory: Inventory,
    hellos: BTreeSet<(u16, u16)>,
}

/// What a rule said.
pub(super) struct Word<'a> {
    /// Of whom.
    pub(super) who: Who,
    pub(super) transport: Transport,
    /// Who did it.
    pub(super) peer: IpAddr,
    pub(super) at: Option<Timestamp>,
    /// As far as the rule proves.
    pub(super) ladder: Ladder,
    /// Whether it is about a request, and whether about an answer.
    pub(super) request: bool,
    pub(super) answer: bool,
    /// The connection, by the tool's own name for it.
    pub(super) connection: &'a str,
    /// The rule and what it proves.
    pub(super) rule: String,
}

/// A TLS session that the tool saw.
#[derive(Default)]
pub(super) struct Session<'a> {
    pub(super) at: Option<Timestamp>,
    pub(super) version: Option<&'a str>,
    pub(super) suite: Option<&'a str>,
    pub(super) name: Option<&'a str>,
    pub(super) alpn: Option<&'a str>,
    pub(super) ja3s: Option<&'a str>,
    /// SHA-256 of certificates, leaf first.
    pub(super) chain: Vec<String>,
}

impl Told {
    pub(super) fn new(kind: Kind) -> Self {
        Self {
            kind,
            subjects: BTreeMap::new(),
            interfaces: BTreeMap::new(),
            connections: HashSet::new(),
            beyond: Beyond::default(),
            first: None,
            last: None,
        }
    }

    /// Takes the word of a rule.
    pub(super) fn word(&mut self, word: Word<'_>) {
        self.span(word.at);
        // Several rules speak of one request, and some of them once only.
        let mut new = |is_answer: bool| {
            let key = (word.connection.to_owned(), is_answer);
            self.connections.len() < CONNECTIONS && self.connections.insert(key)
        };
        let attempts = u64::from(word.request && new(false));
        let answers = u64::from(word.answer && new(true));
        let Some(about) = self.about(word.who, word.transport) else {
            self.beyond.evidence += 1;
            return;
        };
        about.seen(word.at, word.peer);
        about.ladder = about.ladder.max(word.ladder);
        if about.by.contains_key(&word.peer) || about.by.len() < FEW {
            let (asked, answered) = about.by.entry(word.peer).or_default();
            *asked += attempts;
            *answered += answers;
        }
        if about.rules.contains_key(&word.rule) || about.rules.len() < FEW {
            *about.rules.entry(word.rule).or_default() += 1;
        }
    }

    /// Takes a session between these two.
    pub(super) fn session(
        &mut self,
        client: IpAddr,
        server: SocketAddr,
        transport: Transport,
        session: Session<'_>,
    ) {
        self.span(session.at);
        let who = Who {
            address: server.ip(),
            port: server.port(),
            role: End::Server,
        };
        if let Some(about) = self.about(who, transport) {
            about.seen(session.at, client);
            about.session(session);
        } else {
            self.beyond.servers += 1;
            return;
        }
        let key = (client, server.ip(), server.port(), transport);
        if self.interfaces.len() >= 4 * MOST && !self.interfaces.contains_key(&key) {
            self.beyond.interfaces += 1;
            return;
        }
        let at = self.last.unwrap_or_default();
        let seen = self.interfaces.entry(key).or_insert_with(|| InterfaceSeen {
            client,
            server: server.ip(),
            port: server.port(),
            transport,
            protocol: "tls".into(),
            encrypted: true,
            sessions: 0,
            first: at,
            last: at,
        });
        seen.sessions = seen.sessions.saturating_add(1);
        seen.last = seen.last.max(at);
    }

    /// All of it, one after the other.
    pub(super) fn parts(self) -> impl Iterator<Item = Part> {
        let tool = match self.kind {
            Kind::Suricata => "Suricata",
            _ => "Zeek",
        };
        let subjects = self
            .subjects
            .into_iter()
            .map(move |((who, transport), about)| about.subject(who, transport, tool));
        let interfaces = self.interfaces.into_values().map(Part::Interface);
        subjects
            .map(|subject| Part::Subject(Box::new(subject)))
            .chain(interfaces)
    }

    fn about(&mut self, who: Who, transport: Transport) -> Option<&mut About> {
        let key = (who, transport);
        if self.subjects.len() >= MOST && !self.subjects.contains_key(&key) {
            return None;
        }
        Some(self.subjects.entry(key).or_default())
    }

    fn span(&mut self, at: Option<Timestamp>) {
        self.first = [self.first, at].into_iter().flatten().min();
        self.last = [self.last, at].into_iter().flatten().max();
    }
}

impl About {
    fn seen(&mut self, at: Option<Timestamp>, peer: IpAddr) {
        self.first = [self.first, at].into_iter().flatten().min();
        self.last = [self.last, at].into_iter().flatten().max();
        if self.peers.len() < FEW {
            self.peers.insert(peer);
        }
    }

    fn session(&mut self, session: Session<'_>) {
        self.sessions += 1;
        let version = session.version.and_then(version);
        let suite = session.suite.and_then(|name| SUITES.get(name).copied());
        let inventory = &mut self.inventory;
        for (list, item) in [
            (
                &mut inventory.versions,
                version.map(|code| Version(code).to_string()),
            ),
            (&mut inventory.suites, session.suite.map(bounded)),
            (&mut inventory.names, session.name.map(bounded)),
            (&mut inventory.alpn, session.alpn.map(bounded)),
            (&mut inventory.ja3, session.ja3s.map(bounded)),
        ] {
            if let Some(item) = item
                && list.len() < FEW
                && !list.contains(&item)
            {
                list.push(item);
            }
        }
        if !session.chain.is_empty()
            && inventory.chains.len() < FEW
            && !inventory.chains.contains(&session.chain)
        {
            inventory.chains.push(session.chain);
        }
        if let (Some(version), Some(suite)) = (version, suite)
            && self.hellos.len() < 4 * FEW
        {
            self.hellos.insert((version, suite));
        }
    }

    fn subject(self, who: Who, transport: Transport, tool: &str) -> Subject {
        let at = self.last.unwrap_or_default();
        let observations: Vec<Observation> = self
            .hellos
            .iter()
            .map(|(version, suite)| Observation {
                at,
                method: Method::Statement,
                subject: Endpoint {
                    address: who.address,
                    port: who.port,
                    transport,
                },
                fact: Fact::Hello {
                    offered: *version,
                    version: *version,
                    suite: *suite,
                    heartbeat: None,
                    extensions: Vec::new(),
                    // What the tool did not write down may have been there.
                    cut_short: true,
                    client_certificate: false,
                },
            })
            .collect();
        let mut verdicts: Vec<Said> = self.verdict(tool).into_iter().collect();
        verdicts.extend(judged::affected(&observations).into_iter().map(|said| Said {
            basis: Basis::Statement,
            evidence: format!("{tool} wrote: {}", said.evidence),
            ..said
        }));
        let mut notes = vec![format!(
            "this is {tool}'s word; no packet was seen, and what it did not write proves nothing"
        )];
        if self.last.is_none() {
            notes.push("the log says no moment that can be read".to_owned());
        }
        Subject {
            schema: SCHEMA,
            file: String::new(),
            subject: who,
            transport,
            protocol: None,
            peers: self.peers.into_iter().collect(),
            more_peers: false,
            first: self.first.unwrap_or_default(),
            last: at,
            verdicts,
            signs: Vec::new(),
            inventory: self.inventory,
            coverage: Coverage {
                sessions: self.sessions,
                notes,
                ..Coverage::default()
            },
            so_far: false,
            observations,
        }
    }

    /// What its rules come to.
    fn verdict(&self, tool: &str) -> Option<Said> {
        if self.rules.is_empty() {
            return None;
        }
        let rules: Vec<String> = self
            .rules
            .iter()
            .map(|(rule, times)| format!("{rule} ({times}×)"))
            .collect();
        let (attempts, answers) = self
            .by
            .values()
            .fold((0, 0), |(asked, answered), (a, b)| (asked + a, answered + b));
        let by = self.by.iter().filter(|(_, counts)| **counts != (0, 0));
        Some(Said {
            check: format!("{}-word", tool.to_lowercase()),
            flaw: "CVE-2014-0160".to_owned(),
            verdict: self.ladder.verdict(false),
            basis: Basis::Statement,
            weight: Some(Weight {
                ladder: self.ladder,
                attempts,
                answers,
                leaked_min: 0,
                leaked_max: 0,
                first_leak: None,
                last_leak: None,
            }),
            evidence: format!("{tool} wrote: {}", rules.join("; ")),
            by: by
                .map(|(address, (attempts, answers))| Asker {
                    address: *address,
                    manner: Manner::OnceOrTwice,
                    attempts: *attempts,
                    answers: *answers,
                    leaked_min: 0,
                    leaked_max: 0,
                })
                .collect(),
            exposure: None,
        })
    }
}

/// Suites by their names.
static SUITES: LazyLock<HashMap<&'static str, u16>> = LazyLock::new(|| {
    (0..=u16::MAX)
        .filter_map(|code| Some((CipherSuite(code).name()?, code)))
        .collect()
});

/// A version as either tool writes it.
fn version(text: &str) -> Option<u16> {
    let plain: String = text
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|letter| letter.to_ascii_lowercase())
        .collect();
    Some(match plain.as_str() {
        "sslv2" => 0x0002,
        "sslv3" => 0x0300,
        "tlsv1" | "tls1" | "tlsv10" | "tls10" => 0x0301,
        "tlsv11" | "tls11" => 0x0302,
        "tlsv12" | "tls12" => 0x0303,
        "tlsv13" | "tls13" => 0x0304,
        "dtlsv1" | "dtlsv10" | "dtls10" => 0xfeff,
        "dtlsv12" | "dtls12" => 0xfefd,
        _ => return None,
    })
}

/// A peer's text, cut where it is longer than any name.
fn bounded(text: &str) -> String {
    text.chars().take(255).collect()
}
