//! What is wrong is said in one line that names it, with exit code 2, and nothing is scanned.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod command;

use command::{holter, holter_reading};

#[test]
fn one_clear_line_and_exit_2() {
    let folder = tempfile::tempdir().unwrap();
    let list = folder.path().join("targets.txt");
    std::fs::write(
        &list,
        "# the portals\n127.0.0.1:1\n\n10.0.0.1:443 https # main\nbad host\n",
    )
    .unwrap();
    let list = list.display();
    let db = folder.path().join("holter.db");
    let db = db.display();
    let wrong = [
        ("scan", "no target was given"),
        ("scan no-such-host.invalid", "no-such-host.invalid"),
        ("scan 10.0.0.0/33", "10.0.0.0/33"),
        ("scan 2001:db8::/64", "2001:db8::/64"),
        ("scan 10.0.0.256", "10.0.0.256"),
        ("scan portal:99999", "portal:99999"),
        ("scan gopher://portal", "\"gopher\""),
        ("scan 127.0.0.1 -p 443,x", "\"x\""),
        ("scan 127.0.0.1 -p 9-8", "\"9-8\""),
        ("scan 127.0.0.1 -p clinic", "the sets are all-tls, clinical,"),
        ("scan 127.0.0.0/30 -p 9100", "nothing is left to ask"),
        ("scan 127.0.0.1 --exclude here", "'here'"),
        ("scan 127.0.0.1 --protocol gopher", "'gopher'"),
        ("scan 127.0.0.1 --check nosuch", "'nosuch'"),
        ("scan 127.0.0.1 --profile fully", "'fully'"),
        ("scan 127.0.0.1 --rate 0", "'0'"),
        ("scan 127.0.0.1 --timeout soon", "'soon'"),
        ("scan 127.0.0.1 --timeout -1", "`holter scan --help`"),
        ("scan 127.0.0.1 --sni a:1", "'a:1'"),
        ("scan 127.0.0.0/30 --exclude 127.0.0.0/8 -q", "nothing is left"),
        ("scan 127.0.0.1 --exclude 127.0.0.0/8 -q", "nothing is left"),
        ("scan 127.0.0.1 --proxy ftp://x:1", "ftp://x:1"),
        ("scan 127.0.0.1 --client-cert /no/such.pem", "/no/such.pem"),
        ("scan 127.0.0.1 --bogus", "--bogus"),
        ("scan 127.0.0.1 -f xml", "'xml'"),
        ("scan 127.0.0.1 -o /no/such/folder/x", "/no/such/folder/x"),
        ("scan -i /no/such/list", "/no/such/list"),
        ("scan -4 -6 127.0.0.1", "--ipv4"),
        ("scan 127.0.0.1 --every 5s", "like 6h"),
        ("scan 127.0.0.1 --every 6h --schedule x", "--schedule"),
        ("scan 127.0.0.1 --quiet-hours 7-19", "07:00-19:00"),
        (
            "scan 127.0.0.1 --quiet-hours Mon-Fri --quiet-hours Sat,Sun",
            "whole week",
        ),
        ("scan 127.0.0.1 --authorized-by me", "who allowed"),
        ("scan 127.0.0.1 --config /no/such.toml", "/no/such.toml"),
        ("scan 127.0.0.1 --config x --no-config", "--no-config"),
        ("scan --schedule --no-config", "no holter.toml"),
        ("nosuch", "'nosuch'"),
        ("sacn", "'scan'"),
        ("127.0.0.1", "holter scan 127.0.0.1"),
        ("lab nosuch", "`holter lab --help`"),
        ("lab serve nosuch", "`holter lab serve`"),
        ("audit verify --noted 17", "'17'"),
        ("serve --listen 8417", "10.20.0.5:8417"),
        (
            "serve --db mysql://db/holter",
            "mysql is no database that Holter knows",
        ),
        (
            &format!("serve --db {list} --no-config"),
            "it is no database of SQLite's",
        ),
        (
            &format!("scan 127.0.0.1:1 --db {list} --no-config"),
            "what is found cannot be remembered",
        ),
        (
            &format!("restore {list} --db {db}"),
            &format!("{list}: it cannot be restored: it is not what `holter backup` writes"),
        ),
        (
            &format!("backup {} --db {db}", folder.path().display()),
            "cannot be written: it is a folder: name a file in it\n",
        ),
        (&format!("account reset ann --db {db}"), "nor any other"),
        (&format!("scan -i {list}"), &format!("{list}, line 5")),
    ];
    for (arguments, named) in wrong {
        let said = holter(arguments);
        assert_eq!(said.code, Some(2), "{arguments}: {said:?}");
        assert_eq!(said.err.lines().count(), 1, "{arguments}: {}", said.err);
        assert!(said.err.starts_with("holter: "), "{}", said.err);
        assert!(said.err.contains(named), "{arguments}: {}", said.err);
        assert_eq!(said.out, "", "{arguments}");
    }
}

#[test]
fn a_folder_without_captures_clears_nobody() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("notes.txt"), "nothing was captured\n").unwrap();
    let said = holter(&format!("listen -q {}", folder.path().display()));
    assert_eq!(said.code, Some(2), "{said:?}");
    assert!(said.err.contains("there is no capture in it"), "{}", said.err);
}

#[test]
fn a_database_that_cannot_be_opened_leaves_no_run_behind() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().display();
    let wrong = holter(&format!(
        "scan 127.0.0.1:1 --no-config --state {state} --db {state}"
    ));
    assert_eq!(wrong.code, Some(2), "{wrong:?}");
    let again = holter(&format!("scan 127.0.0.1:1 --no-config --state {state}"));
    assert!(!again.err.contains("was cut off"), "{}", again.err);
}

#[test]
fn a_wrong_line_on_standard_input_is_named() {
    let said = holter_reading("scan -i -", "127.0.0.1:1 https\n127.0.0.1:1 nosuch\n");
    assert_eq!(said.code, Some(2));
    assert!(
        said.err.contains("standard input, line 2") && said.err.contains("nosuch"),
        "{}",
        said.err
    );
    let said = holter_reading("scan -i -", "# nothing\n\n");
    assert_eq!((said.code, said.err.lines().count()), (Some(2), 1));
}

#[test]
fn what_is_no_list_is_said_to_be_none_and_quickly() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("list");
    let scan = format!("scan -i {}", file.display());
    std::fs::write(&file, b"\x7fELF\xff\xfe").unwrap();
    let said = holter(&scan);
    assert!(said.err.contains("is not text in UTF-8"), "{}", said.err);
    std::fs::write(&file, "a".repeat(1 << 20)).unwrap();
    let said = holter(&scan);
    assert!(
        said.err.len() < 1000 && said.err.ends_with("host name\n"),
        "{}",
        said.err
    );
    let said = holter(&format!("scan -i {}", folder.path().display()));
    assert!(said.err.contains("cannot be read"), "{}", said.err);
}

#[test]
fn a_policy_is_known_or_a_file_that_is_one() {
    let said = holter("scan 127.0.0.1 --policy nist");
    assert_eq!(said.code, Some(2));
    assert!(said.err.contains("there is no policy \"nist\"") && said.err.contains("nist-800-52r2"));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ours.toml");
    std::fs::write(
        &file,
        "name = 'Ours'\n[[rule]]\nrule = 'r'\nsource = 's'\nversion = {}\n",
    )
    .unwrap();
    let said = holter(&format!("scan 127.0.0.1 --policy {}", file.display()));
    assert_eq!(said.code, Some(2));
    assert!(
        said.err
            .contains("ours.toml, line 5, column 1: unknown field `version`"),
        "{}",
        said.err
    );
    assert_eq!(said.err.lines().count(), 1);
    let said = holter("scan 127.0.0.1 --policy nist-800-52r2 --check heartbleed");
    assert_eq!(said.code, Some(2));
}

#[test]
fn help_lists_what_the_rosters_hold() {
    let said = holter("scan --help");
    assert_eq!(said.code, Some(0));
    for protocol in holter_protocols::ALL {
        assert!(said.out.contains(protocol.about), "{}", protocol.id);
    }
    for check in holter_checks::ALL {
        assert!(said.out.contains(check.name), "{}", check.id);
    }
    for policy in holter_policy::policies() {
        assert!(said.out.contains(&policy.name), "{}", policy.id);
    }
    assert!(holter("help").out.contains("scan"));
    assert!(holter("--version").out.starts_with("holter "));
}
