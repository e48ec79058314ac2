//! What a scripted device says on one connection.

use std::time::Duration;

use super::stage::Stage;
use super::{Event, Fake};
use crate::zoo::line::{Ended, Line};
use crate::zoo::record::{self, ALERT, HEARTBEAT};
use crate::zoo::talk;

/// Holds one conversation to its end.
pub(super) fn converse(stage: &Stage, line: &mut Line, port: u16, connection: usize) -> Result<(), Ended> {
    match stage.fake {
        Fake::Controller => answer(stage, line, connection, Manner::Plain),
        Fake::OfferingController => answer(stage, line, connection, Manner::Offering),
        Fake::Printer => print(stage, line, port),
        Fake::Pump => answer(stage, line, connection, Manner::Plain),
        Fake::Resetter => {
            line.reset_on_close();
            Ok(())
        }
        Fake::Slow => answer(stage, line, connection, Manner::Late),
    }
}

/// How a hello is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Manner {
    Plain,
    Offering,
    Late,
}

/// Answers a hello and listens on. A heartbeat locks up a controller, and is noted by everybody.
fn answer(stage: &Stage, line: &mut Line, connection: usize, manner: Manner) -> Result<(), Ended> {
    let (hello, mut flight) = talk::hear_plain_hello(line)?;
    stage.live();
    if manner == Manner::Late {
        line.pause(Duration::from_secs(4))?;
    }
    if manner == Manner::Offering {
        flight = flight.with_heartbeats(&hello);
    }
    if let Some(certificate) = &stage.certificate {
        flight.certificate.clone_from(certificate);
    }
    line.send(&flight.bytes())?;
    loop {
        let record = record::read(line)?;
        stage.live();
        match record.kind {
            HEARTBEAT => {
                stage.note(&Event::Heartbeat { connection });
                if stage.fake.is_controller() {
                    stage.hang("a heartbeat");
                }
            }
            ALERT => return talk::close(line),
            _ => {}
        }
    }
}

fn print(stage: &Stage, line: &mut Line, port: u16) -> Result<(), Ended> {
    if line.read(&mut [0; 4096])? > 0 {
        stage.note(&Event::Printed { port });
    }
    line.wait_for_end()
}
