//! In which order what was heard is told, one thing after the other: whoever takes it need not hold all of it.

use std::iter::Peekable;
use std::net::IpAddr;
use std::vec::IntoIter;

use super::judged::Judged;
use super::seen::{Offers, interface};
use super::{Part, client, service};
use crate::Moment;
use crate::book::aside::Aside;
use crate::book::client::Client;
use crate::book::keys::Keys;
use crate::book::server::Server;
use crate::book::{Beyond, Book, Pair, Passed, Totals};
use crate::subject::{End, Subject, Who};

/// What is kept from one telling to the next.
#[derive(Debug, Default)]
pub(crate) struct Teller {
    judged: Judged,
    offers: Offers,
}

impl Teller {
    /// What was handed on to make room.
    pub(crate) fn handed_on(&mut self, book: &mut Book, seconds: f64) -> impl Iterator<Item = Part> {
        let aside = std::mem::take(&mut book.aside);
        let book = &*book;
        let Aside {
            servers,
            clients,
            pairs,
        } = aside;
        self.judged.follow(book.certificates.generation());
        let keys = keys(book, servers.iter());
        let Self { judged, offers } = self;
        let servers = servers
            .into_iter()
            .map(move |server| subject(service(book, &keys, judged, &server, seconds)));
        let clients = clients
            .into_iter()
            .map(|(address, client)| Part::Client(offers.client(&book.clients, address, &client)));
        let pairs = pairs
            .into_iter()
            .map(|(pair, passed)| Part::Interface(interface(&pair, &passed)));
        servers.chain(clients).chain(pairs)
    }

    /// What is new of those that are still remembered, as far as it is known by now.
    pub(crate) fn news(
        &mut self,
        book: &mut Book,
        seconds: f64,
        span: Option<(Moment, Moment)>,
    ) -> impl Iterator<Item = Subject> {
        let servers = book.servers.iter_mut().enumerate();
        let told: Vec<usize> = servers
            .filter_map(|(place, server)| server.as_mut()?.has_news().then_some(place))
            .collect();
        let asked: Vec<IpAddr> = book
            .victims
            .iter_mut()
            .filter_map(|(address, (_, _, evidence))| evidence.has_news().then_some(*address))
            .collect();
        let book = &*book;
        self.judged.follow(book.certificates.generation());
        let server = |place: &usize| book.servers.get(*place)?.as_ref();
        let keys = keys(book, told.iter().filter_map(server));
        let judged = &mut self.judged;
        let servers = told
            .into_iter()
            .filter_map(|place| book.servers.get(place)?.as_ref())
            .map(move |server| service(book, &keys, judged, server, seconds));
        let victims = asked.into_iter().filter_map(move |address| {
            let (port, transport, evidence) = book.victims.get(&address)?;
            Some(client(
                book,
                who(address, *port),
                *transport,
                evidence,
                seconds,
                span,
            ))
        });
        servers.chain(victims).map(|subject| Subject {
            so_far: true,
            ..subject
        })
    }

    /// All the rest, when nothing more will be heard.
    pub(crate) fn rest(self, mut book: Book, seconds: f64, span: Option<(Moment, Moment)>) -> Rest {
        let aside = std::mem::take(&mut book.aside);
        let mut servers: Vec<Server> = std::mem::take(&mut book.servers).into_iter().flatten().collect();
        let told = servers.iter().chain(&aside.servers);
        let keys = book.keys.exposed(&book.certificates, told, servers.iter());
        book.keys = Keys::default();
        servers.extend(aside.servers);
        servers.sort_unstable_by_key(|server| (server.address, server.transport));
        let mut victims: Vec<_> = book
            .victims
            .iter()
            .map(|(address, (port, ..))| (*address, *port))
            .collect();
        victims.sort_unstable();
        let mut clients: Vec<_> = std::mem::take(&mut book.clients.clients).into_iter().collect();
        let victims_were = clients
            .iter()
            .filter(|(address, _)| book.victims.contains_key(address));
        // What they offer is said of those that were asked, too.
        let known = victims_were
            .map(|(address, client)| (*address, client.clone()))
            .collect();
        clients.extend(aside.clients);
        clients.sort_unstable_by_key(|(address, _)| *address);
        let mut pairs: Vec<_> = std::mem::take(&mut book.pairs)
            .into_iter()
            .chain(aside.pairs)
            .collect();
        pairs.sort_unstable_by_key(|(pair, _)| *pair);
        book.clients.clients = known;
        let mut teller = self;
        teller.judged.follow(book.certificates.generation());
        Rest {
            teller,
            keys,
            seconds,
            span,
            servers: servers.into_iter().peekable(),
            victims: victims.into_iter().peekable(),
            clients: clients.into_iter(),
            pairs: pairs.into_iter(),
            book,
        }
    }
}

/// All that is still to be told of a capture that is over: subjects in the order of their addresses, then clients, then interfaces.
/// Each is made when it is asked for.
#[derive(Debug)]
pub struct Rest {
    teller: Teller,
    book: Book,
    keys: Keys,
    seconds: f64,
    span: Option<(Moment, Moment)>,
    servers: Peekable<IntoIter<Server>>,
    victims: Peekable<IntoIter<(IpAddr, u16)>>,
    clients: IntoIter<(IpAddr, Client)>,
    pairs: IntoIter<(Pair, Passed)>,
}

impl Rest {
    /// Flows, counted.
    #[must_use]
    pub const fn totals(&self) -> Totals {
        self.book.totals
    }

    /// What the bounds kept from being remembered.
    #[must_use]
    pub const fn beyond(&self) -> Beyond {
        self.book.beyond
    }

    fn subject(&mut self) -> Option<Subject> {
        let server = self
            .servers
            .peek()
            .map(|server| (server.address.ip(), server.address.port(), End::Server));
        let victim = self
            .victims
            .peek()
            .map(|(address, port)| (*address, *port, End::Client));
        match (server, victim) {
            (Some(server), Some(victim)) if victim < server => self.victim(),
            (None, _) => self.victim(),
            _ => {
                let server = self.servers.next()?;
                let judged = &mut self.teller.judged;
                Some(service(&self.book, &self.keys, judged, &server, self.seconds))
            }
        }
    }

    fn victim(&mut self) -> Option<Subject> {
        let (address, port) = self.victims.next()?;
        let (_, transport, evidence) = self.book.victims.get(&address)?;
        let who = who(address, port);
        Some(client(
            &self.book,
            who,
            *transport,
            evidence,
            self.seconds,
            self.span,
        ))
    }
}

impl Iterator for Rest {
    type Item = Part;

    fn next(&mut self) -> Option<Part> {
        if let Some(told) = self.subject() {
            return Some(subject(told));
        }
        if let Some((address, client)) = self.clients.next() {
            let seen = self.teller.offers.client(&self.book.clients, address, &client);
            return Some(Part::Client(seen));
        }
        let (pair, passed) = self.pairs.next()?;
        Some(Part::Interface(interface(&pair, &passed)))
    }
}

/// The keys that were exposed with these servers, as far as they are known by now.
fn keys<'a>(book: &Book, told: impl Iterator<Item = &'a Server>) -> Keys {
    book.keys
        .exposed(&book.certificates, told, book.servers.iter().flatten())
}

fn subject(subject: Subject) -> Part {
    Part::Subject(Box::new(subject))
}

const fn who(address: IpAddr, port: u16) -> Who {
    Who {
        address,
        port,
        role: End::Client,
    }
}
