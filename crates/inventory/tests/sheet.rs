//! CSV inventories as people keep them: what becomes a target, what an asset, what is said, and what ends it all.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use holter_inventory::{Form, Read, ReadError, read};
use holter_model::{Asset, Criticality, Fragility};

fn told(text: &str) -> Result<Read, ReadError> {
    read(text.as_bytes(), &|protocol| match protocol {
        "https" => Ok(()),
        other => Err(format!("there is no protocol {other:?}")),
    })
}

fn texts(read: &Read) -> Vec<&str> {
    read.targets.iter().map(|target| target.text.as_str()).collect()
}

fn oddities(read: &Read) -> Vec<String> {
    read.oddities.iter().map(ToString::to_string).collect()
}

#[test]
fn a_table_of_a_hospital() {
    let read = read(include_bytes!("../../../fuzz/corpus/inventory/csv"), &|_| Ok(())).unwrap();
    assert_eq!(read.form, Form::Csv);
    assert_eq!(
        texts(&read),
        [
            "10.20.0.10:443",
            "10.20.0.10:8443",
            "10.20.0.11:2762",
            "10.20.0.11:11112"
        ]
    );
    assert_eq!(
        oddities(&read),
        [
            "line 6: \"x\" is no port from 1 to 65535, so nothing there is asked",
            "line 6: the criticality \"lowest\" is not low, medium, high, highest or life, and left out",
            "1 do-not-touch, never asked",
            "1 fragile, asked only where a port stands beside them or the command names them",
        ]
    );
    let Asset {
        port,
        name,
        role,
        criticality,
        fragility,
        owner,
        department,
        ..
    } = &read.assets[0];
    assert_eq!(*port, Some(443));
    assert_eq!(name.as_deref(), Some("ehr.example"));
    assert_eq!(role.as_deref(), Some("the record itself"));
    assert_eq!(*criticality, Some(Criticality::Highest));
    assert_eq!(*fragility, Some(Fragility::Careful));
    assert_eq!(owner.as_deref(), Some("IT; night shift"));
    assert_eq!(*department, None);
    let classes: Vec<Option<Fragility>> = read.assets.iter().map(|asset| asset.fragility).collect();
    let (careful, never, fragile) = (Fragility::Careful, Fragility::DoNotTouch, Fragility::Fragile);
    assert_eq!(
        classes,
        [
            Some(careful),
            Some(careful),
            Some(careful),
            Some(careful),
            Some(never),
            Some(fragile),
            None
        ]
    );
}

#[test]
fn a_row_comes_to_targets() {
    for (row, expected) in [
        ("10.0.0.1,,", &["10.0.0.1"][..]),
        ("10.0.0.0/24,,443", &["10.0.0.0/24"]),
        ("10.0.0.1-2,,443/udp", &["10.0.0.1-2", "10.0.0.1-2"]),
        ("2001:db8::5,,443", &["[2001:db8::5]:443"]),
        ("pump.example,,", &["pump.example"]),
        (",pump.example,8443", &["pump.example:8443"]),
        ("https://pump.example,,", &["https://pump.example"]),
        ("10.0.0.1:8443,,", &["10.0.0.1:8443"]),
        ("10.0.0.1:8443,,443", &["10.0.0.1:443"]),
        (",,", &[]),
        (" , ,", &[]),
    ] {
        let read = told(&format!("address,name,port\n{row}\n")).unwrap();
        assert_eq!(
            (texts(&read), oddities(&read)),
            (expected.to_vec(), vec![]),
            "{row}"
        );
        assert_eq!(read.assets.is_empty(), expected.is_empty(), "{row}");
        let port = row.rsplit([',', '/']).find(|word| word.starts_with("443"));
        let with = read.targets.iter().all(|target| target.port == Some(443));
        assert!(port.is_none() || with, "{row}");
    }
}

#[test]
fn what_cannot_be_used_is_left_out_with_a_word() {
    for (row, targets, assets, said) in [
        (
            "10.0.0.256,,",
            0,
            0,
            "line 2: left out: \"10.0.0.256\" is neither",
        ),
        (
            ",Pump 3,",
            0,
            0,
            "line 2: left out: it has no address, and \"Pump 3\" is no host name",
        ),
        (
            ",,443",
            0,
            0,
            "line 2: left out: it has neither an address nor a name",
        ),
        (
            "10.0.0.1,Pump 3,",
            1,
            1,
            "line 2: \"Pump 3\" is no host name and left out",
        ),
        ("10.0.0.1,,443 x", 1, 2, "line 2: \"x\" is no port"),
        ("10.0.0.1,,x", 0, 1, "line 2: \"x\" is no port"),
        ("gopher://10.0.0.1,,", 0, 0, "there is no protocol"),
        ("10.0.0.0/7,,", 0, 0, "of /8 or smaller"),
    ] {
        let read = told(&format!("address,name,port\n{row}\n")).unwrap();
        assert_eq!(
            (read.targets.len(), read.assets.len()),
            (targets, assets),
            "{row}"
        );
        let oddities = oddities(&read);
        assert!(
            oddities.len() == 1 && oddities[0].contains(said),
            "{row}: {oddities:?}"
        );
    }
}

#[test]
fn a_slip_about_what_must_not_be_touched_ends_it() {
    for (table, line, said) in [
        (
            "ip,fragility\n10.0.0.1,careful\n10.0.0.2,do-not-tuoch\n",
            Some(3),
            "do-not-tuoch",
        ),
        ("ip,fragility,care\n10.0.0.1,careful,no\n", Some(2), "\"no\""),
        (
            "ip,fragilty\n10.0.0.1,\n10.0.0.2,Do Not Touch\n",
            Some(3),
            "not read",
        ),
        (
            "ip,fragility,role\n10.0.0.1,,ward 3,do-not-touch\n",
            Some(2),
            "not read",
        ),
        (
            "ip,role,fragility\n10.0.0.1,ward 3, bed 2,do-not-touch\n",
            Some(2),
            "bed 2",
        ),
        (
            "ip,name,fragility\n10.0.0.256,,do-not-touch\n",
            Some(2),
            "10.0.0.256",
        ),
        (
            "ip,name,fragility\n,,fragile\n",
            Some(2),
            "neither an address nor a name",
        ),
        (
            "ip,role,fragility\n10.0.0.1,\"12,\n10.0.0.2,b,do-not-touch\n",
            Some(2),
            "quotation mark",
        ),
    ] {
        let error = told(table).unwrap_err();
        assert!(
            error.line == line && error.what.contains(said),
            "{table}: {error}"
        );
    }
}

#[test]
fn what_must_not_be_touched_is_no_target() {
    for (class, port, asked) in [
        ("do-not-touch", "", false),
        ("do-not-touch", "443", false),
        ("do-not-touch", "x", false),
        ("fragile", "", false),
        ("fragile", "x", false),
        ("fragile", "443", true),
        ("careful", "", true),
        ("", "", true),
    ] {
        let read = told(&format!("ip,port,fragility\n10.0.0.1,{port},{class}\n")).unwrap();
        assert_eq!(!read.targets.is_empty(), asked, "{class} {port}");
        assert_eq!(read.assets.len(), 1);
    }
    // A port that cannot be read may be any: all of them are spared.
    let read = told("ip,port,fragility\n10.0.0.1,443 x,do-not-touch\n").unwrap();
    let ports: Vec<Option<u16>> = read.assets.iter().map(|asset| asset.port).collect();
    assert_eq!(ports, [Some(443), None]);
}

#[test]
fn two_rows_of_one_system_are_read_in_favour_of_the_system() {
    let header = "ip,port,fragility";
    for (one, other, asked) in [
        ("10.0.0.1,,fragile", "10.0.0.1,,robust", &[][..]),
        ("10.0.0.1,,", "10.0.0.1,,fragile", &[]),
        ("10.0.0.1,,fragile", "10.0.0.1,443,", &["10.0.0.1:443"]),
        ("10.0.0.1,,fragile", "10.0.0.2,,", &["10.0.0.2"]),
    ] {
        let read = told(&format!("{header}\n{one}\n{other}\n")).unwrap();
        assert_eq!(texts(&read), asked, "{one} {other}");
    }
}

#[test]
fn a_text_is_one_line_and_not_endless() {
    let long = "\u{e4}".repeat(100_000);
    let read = told(&format!("ip,role,owner\n10.0.0.1,{long},\"two\n lines\"\n")).unwrap();
    let role = read.assets[0].role.as_deref().unwrap();
    assert_eq!(role.chars().count(), 120);
    assert_eq!(read.assets[0].owner.as_deref(), Some("two lines"));
    assert!(oddities(&read)[0].contains("is cut after 120 characters"));
}

#[test]
fn an_address_and_a_name_in_columns_of_one_meaning_belong_together() {
    for table in [
        "host,ip\npump.example,10.0.0.1\n",
        "ip,host\n10.0.0.1,pump.example\n",
    ] {
        let read = told(table).unwrap();
        assert_eq!(texts(&read), ["10.0.0.1"], "{table}");
        assert_eq!(read.assets[0].name.as_deref(), Some("pump.example"), "{table}");
    }
    let read = told("ip,range\n10.0.0.1,10.0.0.2\n").unwrap();
    assert!(read.targets.is_empty() && oddities(&read)[0].contains("second address"));
}

#[test]
fn columns_that_are_not_read_are_named() {
    let read = told("Serial,IP,Warranty\n1,10.0.0.1,2027\n").unwrap();
    assert_eq!(
        oddities(&read),
        ["not read: the columns \"Serial\", \"Warranty\""]
    );
}

#[test]
fn a_row_cannot_come_to_endless_ports() {
    let ports: Vec<String> = (1..=65535).map(|port: u16| port.to_string()).collect();
    let table = format!("ip,port\n10.0.0.1-10.0.3.254,{}\n", ports.join(" "));
    assert!(told(&table).unwrap_err().what.contains("too many ports"));
}
