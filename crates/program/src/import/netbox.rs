//! NetBox: what its API answers for devices and virtual machines (`/api/dcim/devices/`), a page or all of it.

use holter_inventory::host_name;
use serde_json::Value;

use super::Listed;

/// More than any network of one's own has.
const MOST: usize = 1 << 20;

/// Reads an answer; `None`: it is none of NetBox's.
#[must_use]
pub fn read(document: &Value) -> Option<(Vec<Listed>, Vec<String>)> {
    let rows = match document {
        Value::Array(rows) => rows,
        _ => document.get("results")?.as_array()?,
    };
    let is_device = |row: &&Value| {
        row.get("device_type").is_some() || row.get("vcpus").is_some() || row.get("primary_ip").is_some()
    };
    if !rows.is_empty() && rows.iter().find(is_device).is_none() {
        return None;
    }
    let found: Vec<Listed> = rows.iter().filter(is_device).take(MOST).map(device).collect();
    let left = rows.len() - found.len();
    let mut oddities = Vec::new();
    if left > 0 {
        oddities.push(format!("{left} rows are neither devices nor virtual machines"));
    }
    Some((found, oddities))
}

fn device(row: &Value) -> Listed {
    let name = text(row, "/name");
    let kind = if row.get("vcpus").is_some() {
        "vm"
    } else {
        "device"
    };
    let mut listed = Listed {
        id: row
            .get("id")
            .and_then(Value::as_i64)
            .map(|id| format!("netbox:{kind}:{id}"))
            .unwrap_or_default(),
        names: host_name(&name).into_iter().collect(),
        label: name,
        role: first(row, &["/role/name", "/role/display", "/device_role/name"]),
        site: first(row, &["/site/name", "/site/display"]),
        department: first(row, &["/tenant/name", "/tenant/display"]),
        owner: first(row, &["/owner/name", "/custom_fields/owner", "/contact/name"]),
        vendor: text(row, "/device_type/manufacturer/name"),
        product: first(
            row,
            &["/device_type/model", "/device_type/display", "/platform/name"],
        ),
        version: text(row, "/custom_fields/version"),
        criticality: text(row, "/custom_fields/criticality").parse().ok(),
        fragility: text(row, "/custom_fields/fragility").parse().ok(),
        ..Listed::default()
    };
    for field in [
        "/primary_ip4/address",
        "/primary_ip6/address",
        "/primary_ip/address",
    ] {
        let address = text(row, field);
        let address = address.split('/').next().unwrap_or_default();
        if let Ok(address) = address.parse::<std::net::IpAddr>() {
            let address = address.to_canonical().to_string();
            if !listed.addresses.contains(&address) {
                listed.addresses.push(address);
            }
        }
    }
    if let Some(name) = host_name(&text(row, "/primary_ip/dns_name")) {
        listed.names.push(name);
    }
    listed
}

fn first(row: &Value, places: &[&str]) -> String {
    let mut found = places.iter().map(|place| text(row, place));
    found.find(|text| !text.is_empty()).unwrap_or_default()
}

fn text(row: &Value, place: &str) -> String {
    let text = row.pointer(place).and_then(Value::as_str).unwrap_or_default();
    text.trim().chars().take(500).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_device_is_an_asset_with_its_site() {
        let (found, _) = read(&json!({ "count": 1, "results": [{
            "id": 17, "name": "ct-scanner-1",
            "device_type": { "manufacturer": { "name": "Scanners" }, "model": "CT 64" },
            "role": { "name": "Imaging" }, "site": { "name": "West" }, "tenant": { "name": "Radiology" },
            "primary_ip": { "address": "10.0.4.9/24" }, "primary_ip4": { "address": "10.0.4.9/24" },
            "custom_fields": { "criticality": "high", "fragility": "do-not-touch" }
        }]}))
        .unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].addresses, ["10.0.4.9"]);
        assert_eq!(
            (found[0].id.as_str(), found[0].department.as_str()),
            ("netbox:device:17", "Radiology")
        );
        assert_eq!(found[0].criticality.map(|grade| grade.as_str()), Some("high"));
        assert!(read(&json!({ "results": [{ "vlan": 3 }] })).is_none());
        assert!(read(&json!({ "results": {} })).is_none());
    }
}
