//! `nmap -oX`, read as a stream: entities are never expanded, nothing is built in memory but the host that is being
//! read, and where an interrupted nmap broke off, the hosts before it count.

use std::borrow::Cow;
use std::net::IpAddr;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::host_key::HostKeys;
use super::service::Answer;
use super::{LeftOut, Open};
use crate::ReadError;
use crate::read::Found;

/// nmap's own elements lie less than half as deep, those of its scripts too.
const DEEPEST: usize = 64;

/// A host while it is read.
#[derive(Debug, Default)]
struct Host {
    down: bool,
    address: Option<IpAddr>,
    /// What the user called it, or else what its address is called.
    name: Option<String>,
    open: Vec<Open>,
    port: Option<Port>,
    keys: HostKeys,
}

/// A port while it is read.
#[derive(Debug)]
struct Port {
    open: Open,
    is_open: bool,
}

/// Reads what `-oX` wrote.
pub(crate) fn read(text: &str, found: &mut Found) -> Result<(), ReadError> {
    let mut reader = Reader::from_str(text);
    let mut left_out = LeftOut::default();
    let mut depth = 0usize;
    let mut host: Option<Host> = None;
    let breaks = loop {
        match reader.read_event() {
            Ok(Event::Start(element)) => {
                depth += 1;
                if depth > DEEPEST {
                    let line = line_at(text, reader.buffer_position());
                    return Err(ReadError::at(line, "elements lie deeper than nmap's ever do"));
                }
                begin(&element, &mut host);
            }
            Ok(Event::Empty(element)) => {
                begin(&element, &mut host);
                end(element.local_name().into_inner(), &mut host, &mut left_out, found)?;
            }
            Ok(Event::End(element)) => {
                depth = depth.saturating_sub(1);
                end(element.local_name().into_inner(), &mut host, &mut left_out, found)?;
            }
            Ok(Event::Text(text)) => {
                if let Some(host) = &mut host {
                    host.keys.text(&text);
                }
            }
            Ok(Event::DocType(kind)) if kind.contains('[') => {
                let line = line_at(text, reader.buffer_position());
                return Err(ReadError::at(
                    line,
                    "it declares entities, which nmap's XML never does",
                ));
            }
            Ok(Event::Eof) if depth > 0 => break true,
            Ok(Event::Eof) => break false,
            Ok(_) => {}
            Err(_) => break true,
        }
    };
    if breaks {
        end("host", &mut host, &mut left_out, found)?;
        let line = line_at(text, reader.buffer_position());
        found.oddities.at(
            line,
            "the file breaks off or is damaged here; what stands before it was read",
        );
    }
    left_out.tell(found);
    Ok(())
}

fn begin(element: &BytesStart<'_>, host: &mut Option<Host>) {
    let name = element.local_name().into_inner();
    if name == "host" {
        *host = Some(Host::default());
    }
    let Some(host) = host else {
        return;
    };
    match name {
        "status" => host.down = attribute(element, "state").is_some_and(|state| state == "down"),
        "address" if attribute(element, "addrtype").is_none_or(|kind| kind != "mac") => {
            let address = attribute(element, "addr").and_then(|address| address.parse().ok());
            host.address = host.address.or(address);
        }
        "hostname" => {
            let by_user = attribute(element, "type").is_some_and(|kind| kind == "user");
            if host.name.is_none() || by_user {
                host.name = attribute(element, "name").map(Into::into);
            }
        }
        "port" => host.port = port(element),
        "state" => {
            let is_open = attribute(element, "state").is_some_and(|state| state == "open");
            if let Some(port) = &mut host.port {
                port.is_open = is_open;
            }
        }
        "script" => host.keys.script(attribute(element, "id").as_deref()),
        "table" => host.keys.table(),
        "elem" => host.keys.element(attribute(element, "key").as_deref()),
        "service" => {
            if let Some(port) = &mut host.port {
                port.open.answer = answer(element);
            }
        }
        _ => {}
    }
}

fn end(
    name: &str,
    host: &mut Option<Host>,
    left_out: &mut LeftOut,
    found: &mut Found,
) -> Result<(), ReadError> {
    if let Some(host) = host {
        host.keys.end(name);
    }
    if name == "port"
        && let Some(host) = host
        && let Some(port) = host.port.take().filter(|port| port.is_open)
    {
        host.open.push(port.open);
    }
    if name == "host"
        && let Some(host) = host.take().filter(|host| !host.down)
        && let Some(address) = host.address
    {
        let about = (host.name.as_deref(), host.keys.fingerprints);
        super::host(address, about, &host.open, left_out, found)?;
    }
    Ok(())
}

fn port(element: &BytesStart<'_>) -> Option<Port> {
    let open = Open {
        port: super::port(&attribute(element, "portid")?)?,
        transport: super::transport(&attribute(element, "protocol")?)?,
        answer: Answer::default(),
    };
    Some(Port { open, is_open: false })
}

fn answer(element: &BytesStart<'_>) -> Answer {
    let is = |name, value| attribute(element, name).is_some_and(|found| found == value);
    Answer {
        name: attribute(element, "name").unwrap_or_default().into(),
        heard: is("method", "probed"),
        in_tls: is("tunnel", "ssl"),
    }
}

/// As it stands there: what would have to be unescaped is neither an address nor a name.
fn attribute<'a>(element: &'a BytesStart<'_>, name: &str) -> Option<Cow<'a, str>> {
    element
        .try_get_attribute(name)
        .ok()
        .flatten()
        .map(|found| found.value)
}

fn line_at(text: &str, byte: u64) -> u64 {
    let end = usize::try_from(byte).unwrap_or(usize::MAX).min(text.len());
    let before = text.bytes().take(end);
    1 + before.map(|byte| u64::from(byte == b'\n')).sum::<u64>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Form, Read, read_as};

    fn told(text: &str) -> Result<Read, ReadError> {
        read_as(Form::NmapXml, text, &|_| Ok(()))
    }

    const HOST: &str = "<nmaprun>\n<host><status state='up'/><address addr='10.0.0.5' addrtype='ipv4'/>\
        <address addr='02:00:00:00:00:01' addrtype='mac'/>\
        <hostnames><hostname name='pump.example' type='user'/><hostname name='x.example' type='PTR'/></hostnames>\
        <ports><port protocol='tcp' portid='443'><state state='open'/></port>\
        <port protocol='udp' portid='4433'><state state='open'/></port>\
        <port protocol='udp' portid='53'><state state='open|filtered'/></port></ports></host>\n";

    fn texts(read: &Read) -> Vec<&str> {
        read.targets.iter().map(|target| target.text.as_str()).collect()
    }

    #[test]
    fn a_host_that_is_up_gives_its_open_ports() {
        let read = told(&format!("{HOST}</nmaprun>")).unwrap();
        assert_eq!(texts(&read), ["10.0.0.5:443", "10.0.0.5:4433/udp"]);
        assert_eq!(read.assets[0].name.as_deref(), Some("pump.example"));
        assert_eq!((read.assets.len(), read.oddities.len()), (1, 0));
        let down = HOST.replace("'up'", "'down'");
        assert_eq!(texts(&told(&format!("{down}</nmaprun>")).unwrap()), [""; 0]);
        let six = HOST.replace("10.0.0.5", "2001:db8::5");
        let read = told(&format!("{six}</nmaprun>")).unwrap();
        assert_eq!(texts(&read), ["[2001:db8::5]:443", "[2001:db8::5]:4433/udp"]);
    }

    #[test]
    fn what_stands_before_a_break_counts() {
        let broken = format!("{HOST}{}", HOST.replace("<nmaprun>\n", "").replace("0.5", "0.6"));
        let broken = broken.split_at(broken.len() - 90).0;
        let read = told(broken).unwrap();
        assert_eq!(
            texts(&read),
            ["10.0.0.5:443", "10.0.0.5:4433/udp", "10.0.0.6:443"]
        );
        assert_eq!(read.oddities.len(), 1);
        assert!(
            read.oddities[0].what.contains("breaks off"),
            "{:?}",
            read.oddities
        );
        assert_eq!(read.oddities[0].line, Some(3));
    }

    #[test]
    fn tricks_with_xml_are_refused() {
        let entities = "<!DOCTYPE nmaprun [\n<!ENTITY a 'aaaa'>]><nmaprun/>";
        assert!(told(entities).unwrap_err().what.contains("declares entities"));
        let deep = format!("<nmaprun>{}", "<table>".repeat(1 << 16));
        assert!(told(&deep).unwrap_err().what.contains("deeper"));
        let many: String = (0..1 << 16).map(|number| format!(" a{number}='x'")).collect();
        assert_eq!(
            told(&format!("<nmaprun><host{many}/></nmaprun>"))
                .unwrap()
                .targets,
            []
        );
        let injected = HOST.replace("pump.example", "pump&#10;example");
        assert_eq!(told(&format!("{injected}</nmaprun>")).unwrap().assets, []);
    }

    #[test]
    fn host_keys_are_known_by_their_fingerprints() {
        // As nmap 7.93 writes it; the fingerprint is what `ssh-keygen -l` says of this key.
        let key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl";
        let script = format!(
            "<script id='ssh-hostkey' output='x'><table><elem key='type'>ssh-ed25519</elem><elem key='key'>{key}</elem></table>\
             <table key='Key comparison with known_hosts file'><table><elem key='key'>{}</elem></table></table></script>",
            key.replace("OMqq", "OMqr")
        );
        let told_of = |host: &str| told(&format!("{host}</nmaprun>")).unwrap().assets;
        let keyed = HOST.replace(
            "<state state='open'/></port>",
            &format!("<state state='open'/>{script}</port>"),
        );
        let assets = told_of(&keyed);
        assert_eq!(
            assets[0].host_keys,
            ["SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU"]
        );
        let other = keyed.replace("ssh-hostkey", "banner");
        assert_eq!(told_of(&other)[0].host_keys, [""; 0]);
    }

    #[test]
    fn a_hint_or_a_script_is_no_host() {
        let hint = "<nmaprun><hosthint><status state='up'/><address addr='10.0.0.5' addrtype='ipv4'/></hosthint>\
            <port protocol='tcp' portid='443'><state state='open'/></port></nmaprun>";
        let read = told(hint).unwrap();
        assert_eq!((read.targets.len(), read.assets.len()), (0, 0));
    }
}
