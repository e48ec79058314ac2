//! Leases of a Windows server, as `Get-DhcpServerv4Lease | Export-Csv` writes them.

use std::net::IpAddr;

use super::{Lease, Leases};
use crate::ReadError;
use crate::oddity::quoted;
use crate::read::Found;
use crate::table::Table;

/// Whether these are the headings of such a file.
pub(crate) fn is(columns: &[String]) -> bool {
    ["IPAddress", "AddressState"]
        .iter()
        .all(|name| place(columns, name).is_some())
}

/// Reads the file.
pub(crate) fn read(text: &str, found: &mut Found) -> Result<(), ReadError> {
    let Some(mut table) = Table::of(text) else {
        return Err(ReadError::whole(
            "the leases begin with a line of headings, and there is none",
        ));
    };
    let column = |name: &str| place(table.columns(), name);
    let (Some(address), Some(state)) = (column("IPAddress"), column("AddressState")) else {
        return Err(ReadError::whole(
            "there are no columns \"IPAddress\" and \"AddressState\": export all columns",
        ));
    };
    let name = column("HostName");
    let mut leases = Leases::default();
    while let Some(row) = table.next_row()? {
        let Ok(address) = row.cell(address).parse::<IpAddr>() else {
            let why = format!("{} is no address", quoted(row.cell(address)));
            found.oddities.at(row.line, why);
            continue;
        };
        let lease = Lease {
            // "Active" and "ActiveReservation"; "InactiveReservation", "Declined" and "Expired" are not.
            active: row.cell(state).to_ascii_lowercase().starts_with("active"),
            name: name.map(|name| row.cell(name).to_owned()),
        };
        leases.push(address, lease);
    }
    leases.tell(found)
}

fn place(columns: &[String], name: &str) -> Option<usize> {
    columns
        .iter()
        .position(|column| column.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use crate::{Form, read};

    #[test]
    fn what_powershell_exports_is_read() {
        let text = "#TYPE Microsoft.Management.Infrastructure.CimInstance#root/Microsoft/Windows/DHCP/DhcpServerv4Lease\r\n\
            \"IPAddress\",\"ScopeId\",\"AddressState\",\"ClientId\",\"HostName\",\"LeaseExpiryTime\"\r\n\
            \"10.20.0.5\",\"10.20.0.0\",\"Active\",\"02-00\",\"pump-5.ward.example\",\"11/30/2026 1:00:00 AM\"\r\n\
            \"10.20.0.6\",\"10.20.0.0\",\"ActiveReservation\",\"02-00\",\"\",\r\n\
            \"10.20.0.7\",\"10.20.0.0\",\"InactiveReservation\",\"02-00\",\"archive\",\r\n";
        // Windows' shell writes 16 bits a character where it is asked for Unicode.
        let wide: Vec<u8> = std::iter::once(0xfeff)
            .chain(text.encode_utf16())
            .flat_map(u16::to_le_bytes)
            .collect();
        for bytes in [text.as_bytes(), &wide] {
            let read = read(bytes, &|_| Ok(())).unwrap();
            assert_eq!((read.form, read.targets.len()), (Form::WindowsDhcp, 2));
            assert_eq!(read.assets[0].name.as_deref(), Some("pump-5.ward.example"));
            assert_eq!(read.assets[1].name, None);
            assert_eq!(read.oddities[0].what, "1 of 3 leases are not active and left out");
        }
    }
}
