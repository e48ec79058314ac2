//! Makes one table of Debian's weak RSA keys: `debian-table BITS MACHINE FILE OUT`, where MACHINE is le64, le32 or be32 and FILE is
//! read, unreadable or missing. It does what `openssl genrsa` of 0.9.8c-1 to 0.9.8g-8 did, for each of 32,768 processes; a file
//! that was cut off is gone on with.

use std::io::Write as _;

use holter_cert::weak::debian::{Machine, Origin, RandomFile, modulus, short_hash};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, bits, machine, file, out] = arguments.as_slice() else {
        return Err("debian-table BITS MACHINE FILE OUT".into());
    };
    let bits: u32 = bits.parse()?;
    let machine = match machine.as_str() {
        "le64" => Machine::Little64,
        "le32" => Machine::Little32,
        "be32" => Machine::Big32,
        _ => return Err("le64, le32 or be32".into()),
    };
    let file = match file.as_str() {
        "read" => RandomFile::Read,
        "unreadable" => RandomFile::Unreadable,
        "missing" => RandomFile::Missing,
        _ => return Err("read, unreadable or missing".into()),
    };
    let mut out = std::fs::OpenOptions::new().create(true).append(true).open(out)?;
    let done = u16::try_from(out.metadata()?.len() / 3)?;
    for process in done..32_768 {
        let origin = Origin {
            machine,
            process,
            file,
        };
        let modulus = modulus(origin, bits).ok_or("a size that is not made")?;
        out.write_all(&short_hash(&modulus))?;
    }
    Ok(())
}
