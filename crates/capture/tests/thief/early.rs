//! Keys that are changed before any are agreed, and what the server makes of it.

use holter_capture::Side;
use holter_model::Verdict;
use holter_wire::{ContentType, HandshakeType, handshake};

use crate::invented::{Kind, Play};
use crate::packets::{connection, heard, lossy};
use crate::tap::Piece;

fn verdict(pieces: &[Piece]) -> Option<Verdict> {
    let heard = heard(&connection(pieces));
    let said = heard.subjects.iter().flat_map(|subject| &subject.verdicts);
    said.filter(|said| said.flaw == "CVE-2014-0224")
        .map(|said| said.verdict)
        .next()
}

fn too_early(goes_on: &dyn Fn(&mut Play)) -> Vec<Piece> {
    let mut play = Play::begin(Kind::Clear);
    play.say(Side::Opener, ContentType::CHANGE_CIPHER_SPEC, &[1]);
    goes_on(&mut play);
    play.pieces
}

#[test]
fn who_goes_on_is_affected_and_who_refuses_is_not() {
    let goes_on = too_early(&|play| play.say(Side::Answerer, ContentType::CHANGE_CIPHER_SPEC, &[1]));
    assert_eq!(verdict(&goes_on), Some(Verdict::Affected));
    let refuses = too_early(&|play| play.say(Side::Answerer, ContentType::ALERT, &[2, 10]));
    assert_eq!(verdict(&refuses), Some(Verdict::NotAffected));
    let decrypts = too_early(&|play| play.say(Side::Answerer, ContentType::ALERT, &[2, 20]));
    assert_eq!(verdict(&decrypts), Some(Verdict::Inconclusive));
    assert_eq!(verdict(&too_early(&|_| {})), Some(Verdict::Inconclusive));
}

#[test]
fn ordinary_handshakes_are_not_accused_and_nor_are_torn_ones() {
    assert_eq!(verdict(&Play::begin(Kind::Gcm).pieces), None);
    // The server changes first where a session is taken up again.
    let mut play = Play::begin(Kind::Clear);
    let mut share = Vec::new();
    handshake::encode(&mut share, HandshakeType::CLIENT_KEY_EXCHANGE, |out| {
        out.extend([9; 66])
    });
    play.say(Side::Opener, ContentType::HANDSHAKE, &share);
    play.say(Side::Opener, ContentType::CHANGE_CIPHER_SPEC, &[1]);
    play.say(Side::Answerer, ContentType::CHANGE_CIPHER_SPEC, &[1]);
    let packets = connection(&play.pieces);
    for seed in 0..60 {
        let torn = lossy(&packets, 3, &mut crate::packets::Chance(seed));
        let heard = heard(&torn);
        let accused = heard.subjects.iter().flat_map(|subject| &subject.verdicts);
        assert!(accused.clone().all(|said| said.flaw != "CVE-2014-0224"), "{seed}");
    }
}
