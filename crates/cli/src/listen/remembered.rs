//! What is heard is remembered while it is heard, beside the report, by a thread of its own: whoever listens need not wait for a
//! database, and an interface does not.

use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;
use std::sync::mpsc::{
    Receiver, RecvTimeoutError, SyncSender, TryRecvError, TrySendError, channel, sync_channel,
};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::{Context as _, anyhow};
use holter_capture::subject::InterfaceSeen;
use holter_capture::{Captured, Part, SessionLog, Subject};
use holter_model::Transport;
use holter_model::seam::{Clock as _, SystemClock};
use holter_program::overheard::{self, Beginning, Overheard, Overhearing};
use holter_report::{counted, number};
use holter_store::Store;
use ipnet::IpNet;

use super::args::Args;
use crate::config::Config;
use crate::memory::Memory;

/// So much is on its way to the database at once,
const UNDER_WAY: usize = 64;
/// so much waits where the reading can wait,
const READ: usize = 256;
/// and so much where it cannot: as many services as are remembered at once while they are heard.
const HEARD: usize = 16_384;

/// What has come is written when nothing came for so long.
const PATIENCE: Duration = Duration::from_millis(400);

/// The open database, and the thread that writes into it.
pub(crate) struct Remembered {
    give: Option<SyncSender<Told>>,
    says: Receiver<Says>,
    thread: Option<JoinHandle<()>>,
    waiting: VecDeque<Told>,
    most: usize,
    /// Conversations of each pair that have been told of already.
    ways: HashMap<Way, u32>,
    every: Duration,
    /// When it was said last what is known by then, and how many packets there were.
    last: Instant,
    packets: u64,
}

/// Who speaks with whom, where.
type Way = (IpAddr, IpAddr, u16, Transport);

enum Told {
    Begins(Beginning),
    Part(Box<Part>, bool),
    Over(Box<Captured>, bool),
    Sessions(Box<SessionLog>, Option<String>),
}

enum Says {
    /// What was asked for is done, or cannot be.
    Done(anyhow::Result<String>),
    /// Nothing more of this capture will be remembered.
    Failed(anyhow::Error),
}

impl Remembered {
    /// Opens it: after rights were given up, which every thread has for itself, and before anything is heard.
    pub(crate) fn open(memory: Memory, args: &Args) -> anyhow::Result<Self> {
        let own = Config::load(None)?.own.ranges;
        let (give, told) = sync_channel(UNDER_WAY);
        let (say, says) = channel();
        let thread = std::thread::spawn(move || {
            let opened = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .context("the system gave no event loop")
                .and_then(|runtime| Ok((runtime.block_on(memory.open())?, runtime)));
            match opened {
                Ok((store, runtime)) => {
                    let _ = say.send(Says::Done(Ok(String::new())));
                    runtime.block_on(keep(&store, &own, &told, |said| drop(say.send(said))));
                }
                Err(error) => drop(say.send(Says::Done(Err(error)))),
            }
        });
        let remembered = Self {
            give: Some(give),
            says,
            thread: Some(thread),
            waiting: VecDeque::new(),
            most: if args.is_endless() { HEARD } else { READ },
            ways: HashMap::new(),
            every: args.every,
            last: Instant::now(),
            packets: 0,
        };
        remembered.wait().context("what is heard cannot be remembered")?;
        Ok(remembered)
    }

    /// A capture begins: of a file or a stream with these first bytes, or, without them, of what is heard as it happens.
    pub(crate) fn begin(&mut self, name: &str, first: Option<&[u8]>) {
        let now = SystemClock.now();
        let beginning = match first {
            Some(first) => Beginning::of(name, first, now),
            None => Beginning::unlike_any(name, now),
        };
        self.ways.clear();
        self.last = Instant::now();
        self.hand_over(Told::Begins(beginning));
    }

    /// One of the things that were heard, to the end.
    pub(crate) fn take(&mut self, mut part: Part) {
        if let Part::Interface(seen) = &mut part {
            let told = self.ways.remove(&way(seen)).unwrap_or(0);
            seen.sessions = seen.sessions.saturating_sub(told);
        }
        self.hand_over(Told::Part(Box::new(part), false));
    }

    /// What is known of a subject by now.
    pub(crate) fn so_far(&mut self, subject: Subject) {
        self.hand_over(Told::Part(Box::new(Part::Subject(Box::new(subject))), true));
    }

    /// Whether it is time to say what is known by now, and then whether no packet has come since the last time. Where the
    /// database has not taken what was said last, it is not.
    pub(crate) fn is_due(&mut self, packets: u64) -> Option<bool> {
        self.pass_on();
        if !self.waiting.is_empty() || self.last.elapsed() < self.every {
            return None;
        }
        self.last = Instant::now();
        Some(std::mem::replace(&mut self.packets, packets) == packets)
    }

    /// Who speaks with whom by now.
    pub(crate) fn ways(&mut self, ways: impl Iterator<Item = InterfaceSeen>) {
        for mut seen in ways {
            let told = self.ways.entry(way(&seen)).or_default();
            let all = std::mem::replace(told, seen.sessions);
            if seen.sessions > all {
                seen.sessions -= all;
                self.hand_over(Told::Part(Box::new(Part::Interface(seen)), true));
            }
        }
    }

    /// What went wrong, as soon as it did.
    pub(crate) fn trouble(&mut self) -> Option<anyhow::Error> {
        match self.says.try_recv() {
            Ok(Says::Failed(why)) => Some(why),
            Ok(Says::Done(_)) | Err(TryRecvError::Empty | TryRecvError::Disconnected) => None,
        }
    }

    /// A capture is over; what there is to say of it. `cut_off`: somebody stopped before its end.
    pub(crate) fn end(&mut self, captured: &Captured, cut_off: bool) -> anyhow::Result<String> {
        self.hand_over(Told::Over(Box::new(captured.clone()), cut_off));
        self.said().context("not all that was heard is remembered")
    }

    /// Remembers a log of sessions; what there is to say of it.
    pub(crate) fn sessions(&mut self, log: &SessionLog, of: Option<&str>) -> anyhow::Result<String> {
        self.hand_over(Told::Sessions(Box::new(log.clone()), of.map(str::to_owned)));
        self.said().context("the log of sessions is not remembered")
    }

    /// The answer to what was handed over last, when all before it is written.
    fn said(&mut self) -> anyhow::Result<String> {
        while let (Some(told), Some(give)) = (self.waiting.pop_front(), &self.give) {
            if give.send(told).is_err() {
                self.give = None;
            }
        }
        self.wait()
    }

    fn wait(&self) -> anyhow::Result<String> {
        let mut failed = None;
        loop {
            match self.says.recv() {
                Ok(Says::Failed(why)) => failed = Some(why),
                Ok(Says::Done(done)) => return failed.map_or(done, Err),
                Err(_) => return Err(anyhow!("the thread that writes it has failed")),
            }
        }
    }

    fn hand_over(&mut self, told: Told) {
        self.waiting.push_back(told);
        self.pass_on();
        while self.waiting.len() > self.most
            && let (Some(told), Some(give)) = (self.waiting.pop_front(), &self.give)
        {
            if give.send(told).is_err() {
                self.give = None;
            }
        }
    }

    /// Passes on what can be, without waiting.
    fn pass_on(&mut self) {
        while let (Some(give), Some(told)) = (&self.give, self.waiting.pop_front()) {
            match give.try_send(told) {
                Ok(()) => {}
                Err(TrySendError::Full(told)) => {
                    self.waiting.push_front(told);
                    return;
                }
                Err(TrySendError::Disconnected(_)) => self.give = None,
            }
        }
        if self.give.is_none() {
            self.waiting.clear();
        }
    }
}

impl Drop for Remembered {
    fn drop(&mut self) {
        self.give = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

const fn way(seen: &InterfaceSeen) -> Way {
    (seen.client, seen.server, seen.port, seen.transport)
}

/// Writes what is told until nobody tells any more.
async fn keep(store: &Store, own: &[IpNet], told: &Receiver<Told>, say: impl Fn(Says)) {
    let mut hearing: Option<Overhearing<'_>> = None;
    loop {
        let next = match told.recv_timeout(PATIENCE) {
            Ok(next) => Some(next),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => break,
        };
        let done = match (next, hearing.as_mut()) {
            (Some(Told::Begins(beginning)), _) => {
                let begun = Overhearing::begin((store, &SystemClock), beginning, own, None).await;
                begun.map(|begun| hearing = Some(begun))
            }
            (Some(Told::Part(part, so_far)), Some(hearing)) => hearing.take(*part, so_far).await,
            (None, Some(hearing)) => hearing.beat().await,
            (Some(Told::Over(captured, cut_off)), _) => {
                let ended = match hearing.take() {
                    Some(hearing) => hearing.end(&captured, cut_off).await,
                    // It has been said why.
                    None => Ok(Overheard::default()),
                };
                say(Says::Done(ended.map(|sums| words(&sums)).map_err(Into::into)));
                Ok(())
            }
            (Some(Told::Sessions(log, of)), _) => {
                let by = (None, SystemClock.now());
                let sums = overheard::sessions(store, &log, of.as_deref(), by).await;
                say(Says::Done(sums.map(|sums| words(&sums)).map_err(Into::into)));
                Ok(())
            }
            (Some(Told::Part(..)) | None, None) => Ok(()),
        };
        if let Err(error) = done {
            hearing = None;
            say(Says::Failed(error.into()));
        }
    }
    drop(hearing);
    store.close().await;
}

/// What a capture came to.
pub(crate) fn words(sums: &Overheard) -> String {
    let mut said = format!(
        "remembered: {}, {} opened, {} closed, {}",
        counted(sums.services, "service", "services"),
        counted(sums.taken.opened, "finding", "findings"),
        number(sums.taken.fixed),
        counted(sums.interfaces, "interface", "interfaces")
    );
    if sums.outside > 0 {
        said.push_str(&format!(
            "; left out, of addresses that are neither private nor named as your own in holter.toml: {}",
            counted(sums.outside, "service or interface", "services and interfaces")
        ));
    }
    said
}
