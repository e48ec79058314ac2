//! What peers, files and people call things is shown on every page, in every answer, every document and on the terminal,
//! and does nothing anywhere.
//!
//! Each place is looked at twice: with words that do harm where they are not taken for words, and with as many plain ones.
//! A page may have no element, attribute or way out that it has not with the plain ones; a table no cell that is a formula;
//! and nothing that reaches a terminal may have a letter that acts on one.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod command;
#[path = "hostile/deeds.rs"]
mod deeds;
#[path = "hostile/inert.rs"]
mod inert;
#[allow(dead_code, reason = "it has conversations for other tests too")]
#[path = "listen/packets.rs"]
mod packets;
#[path = "hostile/peer.rs"]
mod peer;
#[path = "hostile/remembered.rs"]
mod remembered;
#[allow(dead_code, reason = "no server is started anew here")]
mod served;
#[path = "served/table.rs"]
mod table;
#[path = "hostile/words.rs"]
mod words;

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::panic::catch_unwind;
use std::path::Path;

use command::{command, said};
use deeds::{lists, says};
use holter_store::Store;
use inert::{Made, as_a_table, as_json, on_a_terminal};
use packets::{Conversation, file};
use peer::{Way, associated, hl7};
use served::{Answer, Asker, Served, escaped};
use table::routes;
use words::{PLAIN, TRICKS, line, long};

/// A house whose things are called so, and its admin.
async fn house(folder: &Path, words: &[&str]) -> (Served, Asker) {
    let db = folder.join("holter.db").display().to_string();
    let store = Store::open(&db).await.unwrap();
    remembered::fill(&store, words).await;
    store.close().await;
    Served::set_up(&db, folder)
}

/// Every address of the server, some of them with the word in them.
fn addresses(count: usize, word: &str) -> Vec<String> {
    let word = escaped(word);
    let filters = [
        "words",
        "state",
        "severity",
        "flaw",
        "department",
        "site",
        "criticality",
        "who",
        "due",
        "after",
        "done",
        "to",
    ];
    let query: Vec<String> = filters.iter().map(|name| format!("{name}={word}")).collect();
    let mut all = Vec::new();
    for route in routes() {
        let named = route.replace("{name}", &word).replace("{token}", &word);
        for number in 1..=count {
            all.push(named.replace("{id}", &number.to_string()));
            if !route.contains("{id}") {
                break;
            }
        }
        all.push(format!("{}?{}", named.replace("{id}", "1"), query.join("&")));
        all.push(named.replace("{id}", &word));
    }
    all.retain(|path| !path.contains("/static/style"));
    all
}

fn is_page(answer: &Answer) -> bool {
    answer.head.contains("text/html")
}

/// What is no page does nothing by itself: it is said what it is, and that it is nothing else.
fn does_nothing(what: &str, answer: &Answer) {
    assert!(
        answer.status < 500,
        "{what}: {} {:.300}",
        answer.status,
        answer.body
    );
    on_a_terminal(what, &answer.head.replace("\r\n", "\n"));
    if answer.head.contains("application/json") || answer.head.contains("application/problem+json") {
        as_json(what, &answer.body);
    } else if !is_page(answer) {
        on_a_terminal(what, &answer.body);
    }
    assert!(
        answer.head.contains("x-content-type-options: nosniff"),
        "{what}: {}",
        answer.head
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_pages_and_in_the_api() {
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let (plain, mut calm) = house(folders[0].path(), &PLAIN).await;
    let (strange, mut admin) = house(folders[1].path(), &TRICKS).await;
    let (mut calm_token, mut token) = (calm.by_token(), admin.by_token());
    let usual: Vec<(String, Answer)> = says(&mut calm, &mut calm_token, PLAIN[0]);
    for word in TRICKS {
        // As much is said there as here.
        says(&mut calm, &mut calm_token, PLAIN[0]);
        for ((what, said), (_, usual)) in says(&mut admin, &mut token, word).iter().zip(&usual) {
            let what = format!("{what}, {word:?}");
            does_nothing(&what, said);
            // Where it was refused it is another page than where it was not; and what was strange about a list is said.
            if is_page(said) && said.status == usual.status {
                let other = format!(
                    "{}<p class=wrong role=alert><p><ul><li><h2><div class=said role=status>",
                    usual.body
                );
                Made::of(&what, &said.body).is_within(&Made::of(&what, &other), &what);
            }
        }
    }
    let (mut pages, mut answers, mut faults) = (0, 0, Vec::new());
    for (number, word) in TRICKS.iter().enumerate() {
        // Numbers are walked through once; what stands in an address, with each word.
        let count = if number == 0 { TRICKS.len() } else { 1 };
        let both = addresses(count, word).into_iter().zip(addresses(count, PLAIN[0]));
        for (path, usual) in both.filter(|(path, usual)| number == 0 || path != usual) {
            let path = path.as_str();
            let said = admin.open(path).unwrap();
            let usual = is_page(&said).then(|| calm.open(&usual).unwrap());
            let what = format!("{path:.60}, {word:?}");
            // All that is wrong is told at once, and not what comes first.
            let looked = catch_unwind(|| {
                does_nothing(&what, &said);
                if let Some(usual) = &usual {
                    Made::of(&what, &said.body).is_within(&Made::of(&what, &usual.body), &what);
                }
            });
            faults.extend(looked.is_err().then_some(what));
            pages += usize::from(usual.is_some());
            answers += usize::from(usual.is_none());
        }
    }
    assert!(
        faults.is_empty(),
        "{} faults: {}",
        faults.len(),
        faults.join("\n")
    );
    // The words were there to be shown.
    for path in [
        "/findings",
        "/assets",
        "/scans",
        "/people",
        "/map",
        "/assets/1",
        "/findings/1",
        "/scans/1",
    ] {
        let said = admin.open(path).unwrap();
        assert!(said.body.contains("&lt;script&gt;"), "{path} does not show them");
    }
    assert!(pages > 300 && answers > 200, "{pages} pages, {answers} answers");
    drop((plain, strange));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_too_long_is_cut_or_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (_served, mut admin) = house(folder.path(), &["a word"]).await;
    let mut token = admin.by_token();
    let long = long();
    let quoted = serde_json::to_string(&long).unwrap();
    for list in [
        format!("name,address,role\n{long},127.99.99.9,{long}\n"),
        format!("address,role\n127.99.99.9,{long}\n"),
        format!(
            "{{\"results\": [{{\"id\": 1, \"name\": {quoted}, \"role\": {{\"name\": {quoted}}}, \"primary_ip\": {{\"address\": \"127.99.99.7/24\"}}}}]}}"
        ),
    ] {
        does_nothing(
            "a long list",
            &token.send("/api/v1/assets/import", "text/plain", &list).unwrap(),
        );
    }
    let body = format!("{{\"deed\": \"comment\", \"text\": {quoted}}}");
    does_nothing(
        "a long comment",
        &token
            .send("/api/v1/findings/1/events", "application/json", &body)
            .unwrap(),
    );
    for path in [
        "/",
        "/assets",
        "/assets/1",
        "/findings",
        "/findings/1",
        "/people",
        "/scans",
        "/audit",
        "/api/v1/assets",
        "/api/v1/audit",
    ] {
        let said = admin.open(path).unwrap();
        does_nothing(path, &said);
        Made::of(path, &said.body);
        assert!(said.body.len() < 1 << 20, "{path} has {} bytes", said.body.len());
    }
}

/// Scans peers that are called so, in one form.
fn scan(folder: &Path, form: &str) -> command::Said {
    let state = folder.join("state");
    let run = command(&format!(
        "scan --no-config -f {form} --check heartbleed --check certificate --check http-headers"
    ))
    .arg("--state")
    .arg(&state)
    .arg("--inventory")
    .arg(folder.join("inventory.csv"))
    .arg("-i")
    .arg(folder.join("targets"))
    .output()
    .unwrap();
    let run = said(run);
    assert!(matches!(run.code, Some(0 | 1 | 3)), "{form}: {run:?}");
    run
}

/// What a client and a server of SSH say first.
fn banner(words: &str) -> Vec<u8> {
    format!("SSH-2.0-{words}\r\n").into_bytes()
}

/// A clinical web service that is spoken to without TLS.
fn web(words: &str) -> Vec<u8> {
    format!(
        "GET /fhir/Patient?name={words} HTTP/1.1\r\nHost: {words}\r\nUser-Agent: {words}\r\nAccept: application/fhir+json\r\n\
         Authorization: Basic {words}\r\n\r\n"
    )
    .into_bytes()
}

/// Starts a peer for each of the words, and writes down where they are and what they are called.
fn neighbourhood(folder: &Path, network: u8, words: &[&str]) {
    let (mut targets, mut inventory) = (String::new(), "address,role,department,owner,note\n".to_owned());
    // What is said before TLS is read by few; of the headers every kind matters.
    for (way, protocol, host, every) in [
        (Way::Https, "https", 0, 1),
        (Way::Https, "fhir", 40, 4),
        (Way::Smtp, "smtp", 80, 4),
        (Way::Mllp, "mllp", 120, 4),
        (Way::Dicom, "dicom", 140, 4),
        (Way::Ssh, "tls", 160, 4),
        (Way::Ftp, "ftp", 180, 4),
    ] {
        for (number, word) in (1..).zip(words).step_by(every) {
            let address = format!("127.9.{network}.{}", host + number);
            let port = peer::start(&address, 0, word, way);
            writeln!(targets, "{address}:{port} {protocol}").unwrap();
            let cell = format!("\"{}\"", line(word).replace('"', "\"\""));
            writeln!(inventory, "{address},{cell},{cell},{cell},{cell}").unwrap();
        }
    }
    std::fs::write(folder.join("targets"), targets).unwrap();
    std::fs::write(folder.join("inventory.csv"), inventory).unwrap();
}

#[test]
fn in_every_form_of_a_scan() {
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    neighbourhood(folders[0].path(), 7, &PLAIN);
    neighbourhood(folders[1].path(), 8, &TRICKS);
    let usual = Made::of("html", &scan(folders[0].path(), "html").out);
    for form in ["text", "json", "jsonl", "csv", "sarif", "html", "cyclonedx"] {
        let run = scan(folders[1].path(), form);
        on_a_terminal("what it says beside", &run.err);
        match form {
            "text" => on_a_terminal(form, &run.out),
            "csv" => as_a_table(form, &run.out),
            "html" => {
                assert!(
                    run.out.contains("&lt;script&gt;") || run.out.contains("&lt;script>"),
                    "the words are not there"
                );
                Made::of(form, &run.out).is_within(&usual, form);
            }
            _ => as_json(form, &run.out),
        }
        assert!(run.out.contains("alert(1)"), "{form} does not show the words");
    }
}

#[test]
fn in_every_form_of_listening() {
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let mut usual = None;
    for (folder, words) in folders.iter().zip([PLAIN, TRICKS]) {
        let mut names = Vec::new();
        for (number, word) in words.iter().enumerate() {
            let name: String = line(word).replace('/', "|").chars().take(60).collect();
            let path = folder.path().join(format!("{number} {name}.pcap"));
            std::fs::write(&path, file(&Conversation::calling_itself(word))).unwrap();
            names.push(path);
            let path = folder.path().join(format!("{number} {name}.log"));
            let word = line(word).replace('\t', " ");
            let log = format!(
                "#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tversion\tcipher\tserver_name\tsubject\tissuer\n\
                 1396980000.5\tC1\t192.0.2.7\t41459\t192.0.2.1\t443\tTLSv12\t{word}\t{word}\tCN={word}\tCN={word}\n"
            );
            std::fs::write(&path, log).unwrap();
            names.push(path);
            let path = folder.path().join(format!("{number} {name} in the clear.pcap"));
            let said = [
                hl7(&line(&word)),
                associated(&line(&word)),
                banner(&line(&word)),
                web(&line(&word)),
            ];
            std::fs::write(&path, file(&Conversation::in_the_clear(&said))).unwrap();
            names.push(path);
        }
        for form in ["text", "json", "jsonl", "csv", "html"] {
            let run = said(
                command(&format!("listen -f {form} --sha256"))
                    .args(&names)
                    .output()
                    .unwrap(),
            );
            assert!(matches!(run.code, Some(0 | 1 | 3)), "{form}: {run:?}");
            on_a_terminal("what it says beside", &run.err);
            match form {
                "text" => on_a_terminal(form, &run.out),
                "csv" => as_a_table(form, &run.out),
                "html" => match &usual {
                    None => usual = Some(Made::of(form, &run.out)),
                    Some(usual) => Made::of(form, &run.out).is_within(usual, form),
                },
                _ => as_json(form, &run.out),
            }
            assert!(
                words == PLAIN || run.out.contains("alert(1)"),
                "{form} does not show the words"
            );
        }
    }
}

/// Runs it with a word that it must refuse, or at least not act upon.
fn complains(folder: &Path, arguments: &str, words: &[&OsStr]) {
    let run = command(arguments)
        .args(words)
        .current_dir(folder)
        .output()
        .unwrap();
    let what = format!("{arguments} {words:?}");
    for stream in [run.stdout, run.stderr] {
        on_a_terminal(
            &what,
            &String::from_utf8(stream).unwrap_or_else(|_| panic!("{what}: no text")),
        );
    }
}

#[test]
fn in_what_is_said_on_a_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let long = long();
    // What is markup elsewhere is none here; one such word is enough.
    let acting = TRICKS
        .into_iter()
        .filter(|word| word.contains(|letter: char| letter.is_control() || !letter.is_ascii()));
    for word in acting.chain([TRICKS[0], long.as_str()]) {
        // No argument holds a NUL, and the system takes none of a megabyte.
        let argument: String = word.replace('\0', "").chars().take(4000).collect();
        let argument = OsStr::new(&argument);
        let list = folder.path().join("list");
        std::fs::write(&list, word).unwrap();
        let table = folder.path().join("table.csv");
        std::fs::write(&table, &lists(word)[0]).unwrap();
        let broken = folder.path().join("broken.csv");
        std::fs::write(
            &broken,
            format!("address,fragility\n10.0.0.1,\"{}\"\n", word.replace('"', "\"\"")),
        )
        .unwrap();
        let nmap = folder.path().join("nmap.xml");
        std::fs::write(&nmap, &lists(word)[2]).unwrap();
        let db = folder.path().join("holter.db");
        for (arguments, words) in [
            ("scan --no-config --no-state -p 1", vec![argument]),
            (
                "scan --no-config --no-state --sni",
                vec![argument, OsStr::new("127.0.0.1:1")],
            ),
            (
                "scan --no-config --no-state --check",
                vec![argument, OsStr::new("127.0.0.1:1")],
            ),
            (
                "scan --no-config --no-state -p",
                vec![argument, OsStr::new("127.0.0.1:1")],
            ),
            (
                "scan --no-config --no-state 127.0.0.1:1 --exclude",
                vec![argument],
            ),
            ("scan --no-config --no-state -p 1 -i", vec![list.as_os_str()]),
            ("scan --no-config --no-state -p 1 -i", vec![table.as_os_str()]),
            (
                "scan --no-config --no-state 127.0.0.1:1 --inventory",
                vec![table.as_os_str()],
            ),
            (
                "scan --no-config --no-state 127.0.0.1:1 --inventory",
                vec![broken.as_os_str()],
            ),
            ("scan --no-config --no-state --nmap-xml", vec![list.as_os_str()]),
            (
                "scan --no-config --state",
                vec![folder.path().as_os_str(), OsStr::new("--resume"), argument],
            ),
            ("scan --config", vec![list.as_os_str(), OsStr::new("127.0.0.1:1")]),
            ("listen", vec![argument]),
            ("listen", vec![list.as_os_str()]),
            ("listen --sessions", vec![list.as_os_str()]),
            ("explain", vec![argument]),
            ("restore --db", vec![db.as_os_str(), list.as_os_str()]),
            ("backup --db", vec![argument, list.as_os_str()]),
            ("serve --listen", vec![argument]),
            ("audit", vec![argument]),
            ("", vec![argument]),
        ] {
            complains(folder.path(), arguments, &words);
        }
        // What nmap found would be asked: only whether it is read is of interest.
        complains(
            folder.path(),
            "scan --no-config --no-state 127.0.0.1:1 --inventory",
            &[nmap.as_os_str()],
        );
    }
}
