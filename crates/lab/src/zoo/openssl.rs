//! OpenSSL's `tls1_process_heartbeat`, before and after April 2014, with the memory and the write buffer around it.

use super::beat::{self, Beat};
use super::memory::Memory;
use super::noise::Noise;
use super::record::{self, HEARTBEAT};
use super::write_buffer::WriteBuffer;

/// The heartbeat part of one connection to an OpenSSL server.
#[derive(Debug)]
pub(crate) struct OpenSsl {
    checks: bool,
    memory: Memory,
    /// None over datagrams.
    buffer: Option<WriteBuffer>,
    noise: Noise,
}

impl OpenSsl {
    /// 1.0.1 to 1.0.1f: echoes as many bytes as are claimed.
    pub(crate) fn affected() -> Self {
        Self {
            checks: false,
            memory: Memory::of_secrets(),
            buffer: Some(WriteBuffer::default()),
            noise: Noise::new(1),
        }
    }

    /// 1.0.1g and later: drops a heartbeat that does not bring its payload and 16 bytes of padding.
    pub(crate) fn patched() -> Self {
        Self {
            checks: true,
            ..Self::affected()
        }
    }

    /// The same over datagrams, where nothing is held back.
    pub(crate) fn without_buffer(self) -> Self {
        Self { buffer: None, ..self }
    }

    /// The heartbeat messages that answer this one: none or one.
    pub(crate) fn answer(&mut self, beat: &Beat) -> Option<Vec<u8>> {
        self.memory.take_in(&beat.body);
        if self.checks && !beat.is_proper() {
            return None;
        }
        let padding = beat::random_padding(&mut self.noise);
        Some(beat::response(&self.memory.payload(beat.claimed), &padding))
    }

    /// The bytes that go to the network now, in records.
    pub(crate) fn write(&mut self, beat: &Beat) -> Vec<u8> {
        let Some(answer) = self.answer(beat) else {
            return Vec::new();
        };
        let mut out = Vec::new();
        for record in record::records(HEARTBEAT, beat.version, &answer) {
            match &mut self.buffer {
                Some(buffer) => out.extend(buffer.write(&record)),
                None => out.extend(record),
            }
        }
        out
    }
}
