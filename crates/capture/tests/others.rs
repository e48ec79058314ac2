//! Lines as Zeek (scripts/policy/protocols/ssl/heartbleed.zeek) and Suricata 7 (rules/tls-events.rules) really write them.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that panics has failed"
)]

use holter_capture::captured::Kind;
use holter_capture::subject::{End, Subject};
use holter_capture::{Ladder, Part, others};
use holter_model::Basis;

fn subjects(kind: Kind, log: &str) -> Vec<Subject> {
    assert_eq!(others::kind(log.as_bytes()), Some(kind));
    let (read, parts) = others::read(log.as_bytes(), kind, "log".to_owned());
    assert_eq!(read.sources[0].trouble, None);
    parts
        .filter_map(|part| match part {
            Part::Subject(subject) => Some(*subject),
            _ => None,
        })
        .collect()
}

/// How far what is said of one goes, and its requests and answers.
fn told(subjects: &[Subject], address: &str, role: End) -> (Ladder, u64, u64) {
    let is =
        |subject: &&Subject| subject.subject.address.to_string() == address && subject.subject.role == role;
    let subject = subjects.iter().find(is).unwrap();
    let said = subject
        .verdicts
        .iter()
        .find(|said| said.flaw == "CVE-2014-0160")
        .unwrap();
    assert_eq!(said.basis, Basis::Statement);
    let weight = said.weight.unwrap();
    assert_eq!((weight.leaked_min, weight.leaked_max), (0, 0));
    (weight.ladder, weight.attempts, weight.answers)
}

const NOTICE: &str = "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tnotice\n#open\t2026-11-22-11-00-00\n\
#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tfuid\tfile_mime_type\tfile_desc\tproto\tnote\tmsg\tsub\tsrc\tdst\tp\tn\tpeer_descr\tactions\temail_dest\tsuppress_for\tremote_location.country_code\tremote_location.region\tremote_location.city\tremote_location.latitude\tremote_location.longitude\n\
#types\ttime\tstring\taddr\tport\taddr\tport\tstring\tstring\tstring\tenum\tenum\tstring\tstring\taddr\taddr\tport\tcount\tstring\tset[enum]\tset[string]\tinterval\tstring\tstring\tstring\tdouble\tdouble\n";

/// One connection's notice, from 192.0.2.7 to this server.
fn notice(server: &str, uid: &str, note: &str, message: &str) -> String {
    format!(
        "1795345200.123456\t{uid}\t192.0.2.7\t41459\t{server}\t443\t-\t-\t-\ttcp\tHeartbleed::{note}\t{message}\t-\t192.0.2.7\t{server}\t443\t-\t-\tNotice::ACTION_LOG\t(empty)\t3600.000000\t-\t-\t-\t-\t-\n"
    )
}

#[test]
fn every_notice_of_zeeks_script_goes_as_far_as_it_proves() {
    let (attack, success) = ("SSL_Heartbeat_Attack", "SSL_Heartbeat_Attack_Success");
    let log = [
        NOTICE.to_owned(),
        notice("192.0.2.1", "CHhAvVGS1DHFjwGM9", attack, "An TLS heartbleed attack was detected! Record length 16368. Payload length 16365"),
        notice("192.0.2.1", "CHhAvVGS1DHFjwGM9", success, "An TLS heartbleed attack detected before was probably exploited. Message length: 16384. Payload length: 16365"),
        notice("192.0.2.2", "C2", attack, "Heartbeat request before encryption. Probable Scan without exploit attempt. Message length: 35. Payload length: 16"),
        notice("192.0.2.3", "C3", attack, "Heartbeat before ciphertext. Probable attack or scan. Length: 32, is_client: 1"),
        notice("192.0.2.3", "C3", "SSL_Heartbeat_Odd_Length", "Heartbeat message smaller than minimum required length. Probable attack. Message length: 32. Required length: 48. Cipher: TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA. Cipher match: /^?(_256_CBC_SHA$)$?/"),
        notice("192.0.2.3", "C3", success, "An encrypted TLS heartbleed attack was probably detected! First packet client record length 32, first packet server record length 16416. Time: 0.035413"),
        notice("192.0.2.4", "C4", attack, "Heartbeat within first minute. Possible attack or scan. Length: 62, is_client: 0, time: 1.0 sec 2.0 msecs"),
        notice("192.0.2.5", "C5", "SSL_Heartbeat_Many_Requests", "More than 3 heartbeat requests without replies from server. Possible attack. Client count: 4, server count: 0"),
    ]
    .concat();
    let subjects = subjects(Kind::Zeek, &log);
    let of = |server: &str| told(&subjects, server, End::Server);
    assert_eq!(of("192.0.2.1"), (Ladder::AttemptUnanswered, 1, 1));
    assert_eq!(of("192.0.2.2"), (Ladder::BenignHeartbeat, 0, 0));
    assert_eq!(of("192.0.2.3"), (Ladder::AttemptUnanswered, 1, 1));
    // What the server sent is aimed at the client.
    assert_eq!(
        told(&subjects, "192.0.2.7", End::Client),
        (Ladder::Suspicious, 1, 0)
    );
    assert_eq!(of("192.0.2.5"), (Ladder::Suspicious, 1, 0));
}

#[test]
fn a_line_of_zeeks_ssl_log_is_inventory() {
    let hash = "95cb443934beda97627688546191ab1d3989a835592cebdd2434f9ad41324ce1";
    let log = format!(
        "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tssl\n#open\t2026-11-22-11-00-00\n\
         #fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tversion\tcipher\tcurve\tserver_name\tresumed\tlast_alert\tnext_protocol\testablished\tssl_history\tcert_chain_fps\tclient_cert_chain_fps\tsni_matches_cert\n\
         #types\ttime\tstring\taddr\tport\taddr\tport\tstring\tstring\tstring\tstring\tbool\tstring\tstring\tbool\tstring\tvector[string]\tvector[string]\tbool\n\
         1795345200.5\tC9\t192.0.2.7\t56637\t192.0.2.1\t443\tTLSv12\tTLS_RSA_WITH_RC4_128_MD5\t-\tehr.example\tF\t-\thttp/1.1\tT\tCsxnGi\t{hash}\t(empty)\tT\n#close\t2026-11-22-12-00-00\n"
    );
    let subjects = subjects(Kind::Zeek, &log);
    let inventory = &subjects[0].inventory;
    assert_eq!(inventory.names, ["ehr.example"]);
    assert_eq!(inventory.chains, [[hash]]);
    assert_eq!(inventory.versions, ["TLS 1.2"]);
    assert!(
        subjects[0]
            .verdicts
            .iter()
            .any(|said| said.flaw == "CVE-2015-2808")
    );
}

/// An event of Suricata, whose flow 192.0.2.7 opened to this server.
fn event(server: &str, flow: u64, to_client: bool, kind: &str, about: &str) -> String {
    let client = ("192.0.2.7", 41_459);
    let (from, to) = if to_client {
        ((server, 443), client)
    } else {
        (client, (server, 443))
    };
    format!(
        "{{\"timestamp\":\"2026-11-22T11:00:00.863864+0000\",\"flow_id\":{flow},\"pcap_cnt\":22,\"event_type\":\"{kind}\",\"src_ip\":\"{}\",\"src_port\":{},\"dest_ip\":\"{}\",\"dest_port\":{},\"proto\":\"TCP\",\"pkt_src\":\"wire/pcap\",\"metadata\":{{\"flowints\":{{\"tls.anomaly.count\":1}}}},\"tx_id\":0,{about},\"app_proto\":\"tls\",\"direction\":\"{}\",\"flow\":{{\"pkts_toserver\":14,\"pkts_toclient\":8,\"bytes_toserver\":17572,\"bytes_toclient\":4191,\"start\":\"2026-11-22T11:00:00.644842+0000\",\"src_ip\":\"192.0.2.7\",\"dest_ip\":\"{server}\",\"src_port\":41459,\"dest_port\":443}}}}\n",
        from.0,
        from.1,
        to.0,
        to.1,
        if to_client { "to_client" } else { "to_server" },
    )
}

fn alert(sid: u32) -> String {
    format!(
        "\"alert\":{{\"action\":\"allowed\",\"gid\":1,\"signature_id\":{sid},\"rev\":1,\"signature\":\"SURICATA TLS invalid heartbeat encountered, possible exploit attempt (heartbleed)\",\"category\":\"Generic Protocol Command Decode\",\"severity\":3}}"
    )
}

#[test]
fn every_event_of_suricatas_goes_as_far_as_it_proves() {
    let anomaly = |name: &str| {
        format!(
            "\"anomaly\":{{\"app_proto\":\"tls\",\"type\":\"applayer\",\"event\":\"{name}\",\"layer\":\"proto_parser\"}}"
        )
    };
    let log = [
        event("192.0.2.1", 1, false, "alert", &alert(2_230_012)),
        event("192.0.2.2", 2, true, "alert", &alert(2_230_013)),
        event("192.0.2.3", 3, true, "alert", &alert(2_230_014)),
        event(
            "192.0.2.4",
            4,
            false,
            "anomaly",
            &anomaly("OVERFLOW_HEARTBEAT_MESSAGE"),
        ),
        event(
            "192.0.2.5",
            5,
            false,
            "anomaly",
            &anomaly("invalid_heartbeat_message"),
        ),
        event(
            "192.0.2.6",
            6,
            true,
            "anomaly",
            &anomaly("DATALEAK_HEARTBEAT_MISMATCH"),
        ),
        event("192.0.2.8", 8, false, "anomaly", &anomaly("HEARTBEAT_MESSAGE")),
        event("192.0.2.9", 9, false, "anomaly", &anomaly("INVALID_RECORD_TYPE")),
    ]
    .concat();
    let subjects = subjects(Kind::Suricata, &log);
    let of = |server: &str| told(&subjects, server, End::Server);
    for server in ["192.0.2.1", "192.0.2.4"] {
        assert_eq!(of(server), (Ladder::AttemptUnanswered, 1, 0), "{server}");
    }
    for server in ["192.0.2.2", "192.0.2.5"] {
        assert_eq!(of(server), (Ladder::Suspicious, 1, 0), "{server}");
    }
    for server in ["192.0.2.3", "192.0.2.6"] {
        assert_eq!(of(server), (Ladder::Suspicious, 1, 1), "{server}");
    }
    assert_eq!(of("192.0.2.8"), (Ladder::BenignHeartbeat, 0, 0));
    assert_eq!(subjects.len(), 7);
}
