//! tcpdump on a host's own cable: every packet that it sent or that came to it.

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use super::packet::Packet;
use super::{Host, LAN, pcap};
use crate::command::run;
use crate::{LabError, Server};

/// A running capture. Dropping it ends it and throws it away.
#[derive(Debug)]
pub struct Capture {
    tcpdump: Server,
    file: PathBuf,
    /// Sends the packet that says that all before it were written.
    mark: Command,
    mark_at: IpAddr,
}

impl Capture {
    /// Starts tcpdump on the host and waits until it listens.
    ///
    /// # Errors
    /// [`LabError::Command`] when tcpdump ends, [`LabError::NotReady`] when it never listens, [`LabError::File`].
    pub fn start(host: &Host) -> Result<Self, LabError> {
        let home = tempfile::tempdir().map_err(|source| LabError::File {
            path: std::env::temp_dir(),
            source,
        })?;
        let file = home.path().join("capture.pcap");
        let mut tcpdump = Command::new("tcpdump");
        tcpdump
            // No look-ups; each packet at once, and written at once; as root, whom the folder belongs to; headers only;
            // 16 MiB for the moments in which it does not get to run.
            .args([
                "-n",
                "--immediate-mode",
                "-U",
                "-Z",
                "root",
                "-s",
                "160",
                "-B",
                "16384",
            ])
            .args(["-i", LAN, "-w"])
            .arg(&file);
        let nowhere = (host.address, 0).into();
        let tcpdump = Server::spawn("tcpdump", &mut host.within(&tcpdump), nowhere, Some(home))?
            .wait_for_words("listening on")?;
        let [a, b, c, _] = host.address.octets();
        let mark_at = Ipv4Addr::new(a, b, c, 254);
        let mut bash = Command::new("bash");
        bash.args(["-c", &format!("echo > /dev/udp/{mark_at}/9")]);
        Ok(Self {
            tcpdump,
            file,
            mark: host.within(&bash),
            mark_at: mark_at.into(),
        })
    }

    /// Ends it and gives back every packet, the first one first.
    ///
    /// # Errors
    /// [`LabError::Command`] when packets were lost or tcpdump does not come to an end, [`LabError::NotReady`] when it
    /// does not come to the end of the packets.
    pub fn end(mut self) -> Result<Vec<Packet>, LabError> {
        // The host sends a packet to an address that nobody has, or at least asks who has it. Once that is in the file,
        // all that went before it is.
        run(&mut self.mark)?;
        let (file, mark) = (self.file.clone(), self.mark_at);
        let is_mark = move |packet: &Packet| packet.to == Some(mark);
        self.tcpdump.wait_until(LIMIT, |_| {
            pcap::read(&file).is_ok_and(|packets| packets.iter().any(&is_mark))
        })?;
        let pid = self.tcpdump.pid().unwrap_or_default();
        run(Command::new("sh").args(["-c", &format!("kill -s INT {pid}")]))?;
        let start = Instant::now();
        while self.tcpdump.is_running() && start.elapsed() < LIMIT {
            std::thread::sleep(Duration::from_millis(5));
        }
        // Its last words are how many packets the kernel had to drop.
        let words = self.tcpdump.log();
        if !words
            .lines()
            .any(|line| line.trim() == "0 packets dropped by kernel")
        {
            return Err(LabError::Command {
                command: "tcpdump".to_owned(),
                reason: format!("the capture is not whole: {words}"),
            });
        }
        let mut packets = pcap::read(&self.file)?;
        let end = packets.iter().position(is_mark).unwrap_or(packets.len());
        packets.truncate(end);
        Ok(packets)
    }
}

/// What takes longer has failed, on whatever machine.
const LIMIT: Duration = Duration::from_secs(120);
