//! Who was there when memory went out: sessions that were open then, not such as had just ended or began later.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod forge;

use forge::flows::{message, record};
use forge::{ACK, CLIENT, FIN, RST, SERVER, SYN, ip, packet, tcp};
use holter_capture::{Bounds, Hearing, Limits, Listening, Side};

/// Packets of many connections to one server, a millisecond apart.
#[derive(Default)]
struct Wire(Vec<Vec<u8>>);

/// One connection.
struct Session {
    port: u16,
    next: [u32; 2],
}

impl Wire {
    fn send(&mut self, session: &mut Session, side: Side, flags: u8, data: &[u8]) {
        let [own, other] = session.next;
        let packet = match side {
            Side::Opener => ip(
                CLIENT,
                SERVER,
                6,
                &tcp([session.port, 443], own, other, flags, data),
            ),
            Side::Answerer => ip(
                SERVER,
                CLIENT,
                6,
                &tcp([443, session.port], other, own, flags, data),
            ),
        };
        let one = u32::from(flags & (SYN | FIN) != 0);
        session.next[usize::from(side == Side::Answerer)] += u32::try_from(data.len()).unwrap() + one;
        self.0.push(packet);
    }

    fn open(&mut self, port: u16) -> Session {
        let mut session = Session {
            port,
            next: [1000, 9000],
        };
        let client = [&[3, 2][..], &[7; 32], &[0, 0, 2, 0, 0x2f, 1, 0]].concat();
        let server = [&[3, 2][..], &[8; 32], &[0, 0, 0x2f, 0]].concat();
        self.send(&mut session, Side::Opener, SYN, &[]);
        self.send(&mut session, Side::Answerer, SYN | ACK, &[]);
        self.send(&mut session, Side::Opener, ACK, &record(22, &message(1, &client)));
        self.send(
            &mut session,
            Side::Answerer,
            ACK,
            &record(22, &message(2, &server)),
        );
        session
    }

    fn close(&mut self, mut session: Session) {
        self.send(&mut session, Side::Opener, FIN | ACK, &[]);
        self.send(&mut session, Side::Answerer, FIN | ACK, &[]);
        self.send(&mut session, Side::Opener, ACK, &[]);
    }

    fn steal(&mut self, session: &mut Session) {
        self.send(session, Side::Opener, ACK, &record(24, &[1, 0, 200]));
        let answer = [vec![2, 0, 200], vec![b'x'; 216]].concat();
        self.send(session, Side::Answerer, ACK, &record(24, &answer));
    }

    fn exposed(self) -> u64 {
        let mut hearing = Hearing::new(Listening::new(Bounds::default()), Limits::default());
        for (at, bytes) in (0..).zip(&self.0) {
            hearing.packet(&packet(at * 1_000_000, bytes));
        }
        let heard = hearing.finish().0.finish();
        assert_eq!(heard.subjects.len(), 1);
        let exposure = heard.subjects[0].verdicts[0].exposure.as_ref();
        exposure.unwrap().sessions
    }
}

#[test]
fn who_had_just_left_and_who_came_later_was_not_there() {
    let mut wire = Wire::default();
    let left = wire.open(1);
    wire.close(left);
    let mut reset = wire.open(2);
    wire.send(&mut reset, Side::Answerer, RST | ACK, &[]);
    let stays = wire.open(3);
    let mut thief = wire.open(4);
    wire.steal(&mut thief);
    let comes = wire.open(5);
    wire.steal(&mut thief);
    let later = wire.open(6);
    wire.close(stays);
    wire.close(comes);
    wire.close(thief);
    wire.close(later);
    // The one that stays, the one that comes in between, and the thief's.
    assert_eq!(wire.exposed(), 3);
}

#[test]
fn a_reset_that_nobody_believed_ends_nothing() {
    let mut wire = Wire::default();
    let mut stays = wire.open(1);
    wire.send(&mut stays, Side::Opener, RST, &[]);
    wire.send(&mut stays, Side::Opener, ACK, &record(22, &[14, 0, 0, 0]));
    let mut thief = wire.open(2);
    wire.steal(&mut thief);
    assert_eq!(wire.exposed(), 2);
}

#[test]
fn two_thieves_are_one_window() {
    let mut wire = Wire::default();
    let mut first = wire.open(1);
    let mut second = wire.open(2);
    wire.steal(&mut first);
    let between = wire.open(3);
    wire.close(between);
    wire.steal(&mut second);
    let later = wire.open(4);
    // The one that began last is over first.
    wire.close(second);
    wire.close(first);
    wire.close(later);
    assert_eq!(wire.exposed(), 3);
}
