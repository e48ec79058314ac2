//! Names to addresses, by the machine's own resolver.

use std::net::IpAddr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Which addresses of a name count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Family {
    /// Both.
    #[default]
    Any,
    /// IPv4 only.
    V4,
    /// IPv6 only.
    V6,
}

/// The addresses of a name, each once, in the resolver's order.
///
/// # Errors
/// In words, when the resolver does not know the name or does not answer.
pub async fn resolve(name: &str, family: Family, wait: Duration) -> Result<Vec<IpAddr>, String> {
    let found = tokio::time::timeout(wait, tokio::net::lookup_host((name, 0)))
        .await
        .map_err(|_| {
            format!(
                "the name service did not answer for {name} within {} s",
                wait.as_secs()
            )
        })?
        .map_err(|_| format!("no address is known for the name {name}; is it spelled right?"))?;
    let mut addresses: Vec<IpAddr> = Vec::new();
    for address in found.map(|socket| socket.ip()) {
        let wanted = match family {
            Family::Any => true,
            Family::V4 => address.is_ipv4(),
            Family::V6 => address.is_ipv6(),
        };
        if wanted && !addresses.contains(&address) {
            addresses.push(address);
        }
    }
    if addresses.is_empty() {
        return Err(format!("the name {name} has no address of the kind asked for"));
    }
    Ok(addresses)
}
