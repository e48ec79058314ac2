//! The file in which Kea keeps its leases: CSV that the server appends to.

use std::net::IpAddr;

use super::{Lease, Leases};
use crate::ReadError;
use crate::oddity::quoted;
use crate::read::Found;
use crate::table::Table;

/// In `state`: given out to a client. Others are declined, reclaimed and the like.
const GIVEN_OUT: &str = "0";

/// In `lease_type`, for IPv6 only: a prefix that is delegated, which is nobody's address.
const PREFIX: &str = "2";

/// Whether these are the headings of such a file.
pub(crate) fn is(columns: &[String]) -> bool {
    ["address", "valid_lifetime", "subnet_id"]
        .iter()
        .all(|name| columns.iter().any(|column| column == name))
}

/// Reads the file.
pub(crate) fn read(text: &str, found: &mut Found) -> Result<(), ReadError> {
    let Some(mut table) = Table::of(text) else {
        return Err(ReadError::whole(
            "Kea's leases begin with a line of headings, and there is none",
        ));
    };
    let column = |name: &str| table.columns().iter().position(|column| column == name);
    let (Some(address), hostname) = (column("address"), column("hostname")) else {
        return Err(ReadError::whole("there is no column \"address\""));
    };
    let (state, kind, lifetime) = (column("state"), column("lease_type"), column("valid_lifetime"));
    let mut leases = Leases::default();
    while let Some(row) = table.next_row()? {
        let cell = |column: Option<usize>| column.map_or("", |column| row.cell(column));
        if cell(kind) == PREFIX {
            continue;
        }
        let Ok(address) = row.cell(address).parse::<IpAddr>() else {
            let why = format!("{} is no address", quoted(row.cell(address)));
            found.oddities.at(row.line, why);
            continue;
        };
        let given_out = matches!(cell(state), "" | GIVEN_OUT);
        let lease = Lease {
            // A lease that is given back is written once more, with no time left.
            active: given_out && cell(lifetime) != "0",
            name: Some(cell(hostname).to_owned()),
        };
        leases.push(address, lease);
    }
    leases.tell(found)
}

#[cfg(test)]
mod tests {
    use crate::{Form, read};

    #[test]
    fn the_last_row_of_an_address_counts() {
        let text = "address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,fqdn_rev,hostname,state,user_context,pool_id\n\
            10.20.0.5,02:00:00:00:00:05,,4000,1795313002,1,0,0,pump-5.ward.example.,0,,0\n\
            10.20.0.6,02:00:00:00:00:06,,4000,1795313002,1,0,0,old,0,,0\n\
            10.20.0.6,02:00:00:00:00:06,,0,1795313002,1,0,0,old,0,,0\n\
            10.20.0.7,,,4000,1795313002,1,0,0,,1,,0\n\
            x,,,4000,1795313002,1,0,0,,0,,0\n";
        let read = read(text.as_bytes(), &|_| Ok(())).unwrap();
        assert_eq!(read.form, Form::Kea);
        assert_eq!(read.targets.len(), 1);
        assert_eq!(read.assets[0].name.as_deref(), Some("pump-5.ward.example"));
        let oddities: Vec<String> = read.oddities.iter().map(ToString::to_string).collect();
        assert_eq!(
            oddities,
            [
                "line 6: \"x\" is no address",
                "2 of 3 leases are not active and left out"
            ]
        );
    }

    #[test]
    fn a_delegated_prefix_is_no_host() {
        let text = "address,duid,valid_lifetime,expire,subnet_id,pref_lifetime,lease_type,iaid,prefix_len,fqdn_fwd,fqdn_rev,hostname,hwaddr,state\n\
            2001:db8:1::,00:01,4000,1795313002,1,3000,2,7,56,0,0,,,0\n\
            2001:db8::5,00:01,4000,1795313002,1,3000,0,7,128,0,0,pump-5,,0\n";
        let read = read(text.as_bytes(), &|_| Ok(())).unwrap();
        let texts: Vec<&str> = read.targets.iter().map(|target| target.text.as_str()).collect();
        assert_eq!((texts, read.oddities.len()), (vec!["2001:db8::5"], 0));
    }
}
