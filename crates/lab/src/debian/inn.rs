//! INN's reader daemon nnrpd: nntp with STARTTLS. Its package is unpacked in the lab's cache and not installed.

use std::net::IpAddr;

use super::leash::Stop;
use super::stage::Stage;
use super::{Entry, HOST, Service, program};
use crate::LabError;

pub(super) const ENTRY: Entry = Entry {
    name: "inn",
    protocols: &["nntp"],
    needs_root: true,
    start,
};

const GROUPS: &str =
    "control 0000000000 0000000001 n\njunk 0000000000 0000000001 n\nlab.test 0000000000 0000000001 y\n";

fn start(address: IpAddr) -> Result<Service, LabError> {
    let mut stage = Stage::set(address)?;
    let port = stage.plain("nntp")?;
    let package = program::cached("debian/inn2/usr/lib/news")?;
    for name in [
        "db", "filter", "log", "run", "spool", "articles", "overview", "tmp",
    ] {
        stage.folder(name)?;
    }
    let inn = stage.write(
        "inn.conf",
        &format!(
            "mta: \"/bin/true\"\ndomain: {HOST}\nfromhost: {HOST}\npathhost: news.{HOST}\npathnews: {package}\n\
             pathdb: {db}\npathetc: {home}\npathfilter: {filter}\npathlog: {log}\npathrun: {run}\npathspool: {spool}\n\
             patharticles: {articles}\npathoverview: {overview}\npathtmp: {tmp}\n\
             hismethod: hisv6\nenableoverview: true\novmethod: tradindexed\nnnrpdloadlimit: 0\n\
             readerswhenstopped: true\ntlscertfile: {cert}\ntlskeyfile: {key}\n",
            package = package.display(),
            home = stage.home().display(),
            db = stage.path("db"),
            filter = stage.path("filter"),
            log = stage.path("log"),
            run = stage.path("run"),
            spool = stage.path("spool"),
            articles = stage.path("articles"),
            overview = stage.path("overview"),
            tmp = stage.path("tmp"),
            cert = stage.path("cert.pem"),
            key = stage.path("key.pem"),
        ),
    )?;
    stage.write(
        "readers.conf",
        "auth all {\n  default: guest\n}\naccess all {\n  users: \"*\"\n  newsgroups: \"*\"\n}\n",
    )?;
    stage.write(
        "storage.conf",
        "method tradspool {\n  class: 0\n  newsgroups: *\n}\n",
    )?;
    stage.write("db/active", GROUPS)?;
    stage.write("db/newsgroups", "lab.test\tFor the lab\n")?;
    for empty in ["db/active.times", "db/history", "spool/tradspool.map"] {
        stage.write(empty, "")?;
    }
    // Both programs become that account by themselves; it may not be allowed into the cache.
    stage.give_to("news")?;
    // It answers nobody without an overview, which only this program begins.
    let mut first = stage.command(package.join("bin/makehistory"));
    first
        .args(["-F", "-O", "-x"])
        .env("INNCONF", &inn)
        .env("LD_LIBRARY_PATH", &package);
    stage.prepare(&mut first)?;
    let mut command = stage.command(package.join("bin/nnrpd"));
    command
        .args(["-D", "-f", "-p", &port.to_string()])
        .args([if address.is_ipv4() { "-b" } else { "-6" }, &address.to_string()])
        .args(["-c", "readers.conf"])
        .env("INNCONF", &inn)
        .env("LD_LIBRARY_PATH", &package);
    stage.start(ENTRY.name, &mut command, Stop::Term)
}
