//! The clients of the registry against the real ones, where this machine has them: each is let speak to a listener on
//! loopback, and its hello is read. A client of another version than the registry's is skipped, and it says so.

#![allow(clippy::unwrap_used, reason = "a test may fail loudly where it stands")]

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use holter_policy::{Client, clients};
use holter_wire::client_hello::ClientHello;
use holter_wire::{ExtensionType, NamedGroup, SignatureScheme};

/// How a client is had to say hello, and how it is known that it is the registry's.
struct Real {
    id: &'static str,
    program: &'static str,
    /// What prints its version.
    version: &'static [&'static str],
    /// What must stand in there.
    is: &'static [&'static str],
    /// How it connects; PORT stands for the port.
    connects: &'static [&'static str],
}

const REAL: [Real; 8] = [
    Real {
        id: "openssl-3.0",
        program: "openssl",
        version: &["version"],
        is: &["OpenSSL 3.0."],
        connects: &["s_client", "-connect", "localhost:PORT"],
    },
    Real {
        id: "gnutls-3.7",
        program: "gnutls-cli",
        version: &["--version"],
        is: &["gnutls-cli 3.7."],
        connects: &["--insecure", "-p", "PORT", "localhost"],
    },
    Real {
        id: "curl-7.88",
        program: "curl",
        version: &["--version"],
        is: &["curl 7.88.", "OpenSSL/3.0."],
        connects: &["-sk", "https://localhost:PORT/"],
    },
    Real {
        id: "node-20",
        program: "node",
        version: &["-p", "process.version + ' ' + process.versions.openssl"],
        is: &["v20.", " 3.0."],
        connects: &[
            "-e",
            "require('https').get('https://localhost:PORT/').on('error', () => {})",
        ],
    },
    Real {
        id: "python-3",
        program: "python3",
        version: &[
            "-c",
            "import ssl, sys; print(sys.version_info >= (3, 10), ssl.OPENSSL_VERSION)",
        ],
        is: &["True OpenSSL 3.0."],
        connects: &[
            "-c",
            "import urllib.request; urllib.request.urlopen('https://localhost:PORT/', timeout=5)",
        ],
    },
    Real {
        id: "dcmtk-3.6",
        program: "echoscu",
        version: &["--version"],
        is: &["v3.6.7", "OpenSSL 3.0."],
        connects: &["+tla", "-ic", "localhost", "PORT"],
    },
    Real {
        id: "java-17",
        program: "java",
        version: &["-version"],
        is: &["version \"17."],
        connects: &["FOLDER/Hello.java", "PORT"],
    },
    Real {
        id: "chrome-156",
        program: "chromium",
        version: &["--version"],
        is: &["Chromium 156."],
        connects: &[
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            // It must reach nobody but us.
            "--disable-background-networking",
            "--disable-component-update",
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost",
            "--user-data-dir=FOLDER",
            "https://localhost:PORT/",
        ],
    },
];

const JAVA: &str = "import javax.net.ssl.*; public class Hello { public static void main(String[] a) throws Exception {
    ((SSLSocket) SSLSocketFactory.getDefault().createSocket(\"localhost\", Integer.parseInt(a[0]))).startHandshake(); } }";

#[test]
fn real_clients_say_hello_as_the_registry_has_it() {
    let mut said = 0;
    for real in REAL {
        let client = clients().iter().find(|client| client.id == real.id).unwrap();
        if let Err(why) = is_there(&real) {
            let _ = writeln!(std::io::stderr(), "{}: skipped: {why}", real.id);
            continue;
        }
        match hello(&real) {
            Some(hello) => {
                compare(client, &hello);
                said += 1;
            }
            None => {
                let _ = writeln!(std::io::stderr(), "{}: skipped: it said no hello", real.id);
            }
        }
    }
    let _ = writeln!(std::io::stderr(), "{said} of {} clients said hello", REAL.len());
}

fn is_there(real: &Real) -> Result<(), String> {
    let output = Command::new(real.program)
        .args(real.version)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("{}: {error}", real.program))?;
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    match real.is.iter().find(|version| !said.contains(*version)) {
        Some(version) => Err(format!("this is no {version:?}")),
        None => Ok(()),
    }
}

fn compare(client: &Client, hello: &ClientHello) {
    let id = &client.id;
    let suites: Vec<_> = hello
        .suites
        .iter()
        .copied()
        .filter(|suite| suite.name().is_some() && !suite.is_signal())
        .collect();
    assert_eq!(suites, client.suites, "{id}: suites");
    let groups: Vec<_> = list(hello, ExtensionType::SUPPORTED_GROUPS)
        .into_iter()
        .map(NamedGroup)
        .filter(|group| group.name().is_some())
        .collect();
    assert_eq!(groups, client.groups, "{id}: groups");
    let schemes: Vec<_> = list(hello, ExtensionType::SIGNATURE_ALGORITHMS)
        .into_iter()
        .map(SignatureScheme)
        .filter(|scheme| scheme.name().is_some())
        .collect();
    assert_eq!(schemes, client.schemes, "{id}: schemes");
}

/// The numbers of two bytes in an extension whose body is a list of them.
fn list(hello: &ClientHello, kind: ExtensionType) -> Vec<u16> {
    let extension = hello.extensions.iter().find(|extension| extension.kind == kind);
    let body = extension.map_or(&[][..], |extension| extension.body.get(2..).unwrap_or_default());
    body.as_chunks::<2>()
        .0
        .iter()
        .map(|pair| u16::from_be_bytes(*pair))
        .collect()
}

fn hello(real: &Real) -> Option<ClientHello> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("Hello.java"), JAVA).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    let place = folder.path().display().to_string();
    let arguments = real
        .connects
        .iter()
        .map(|argument| argument.replace("PORT", &port).replace("FOLDER", &place));
    let child = Command::new(real.program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let _child = Ended(child);
    let deadline = Instant::now() + Duration::from_secs(180);
    while Instant::now() < deadline {
        match listener.accept() {
            Ok((stream, _)) => {
                if let Some(hello) = read(stream) {
                    return Some(hello);
                }
            }
            Err(_) => std::thread::sleep(Duration::from_millis(20)),
        }
    }
    None
}

/// One record with a ClientHello; all of these clients' hellos fit into one.
fn read(mut stream: TcpStream) -> Option<ClientHello> {
    stream.set_nonblocking(false).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(60))).ok()?;
    let mut head = [0; 5];
    stream.read_exact(&mut head).ok()?;
    let [0x16, _, _, high, low] = head else {
        return None;
    };
    let mut body = vec![0; usize::from(u16::from_be_bytes([high, low]))];
    stream.read_exact(&mut body).ok()?;
    let (hello, oddities) = ClientHello::read(body.get(4..)?, false);
    assert!(oddities.is_empty(), "{oddities:?}");
    Some(hello)
}

/// A process that ends with its test.
struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
