//! CycloneDX: its devices, and the system that the document is about, are assets.

use serde_json::Value;

use super::Listed;

/// Deeper than this nobody nests; a hostile document might.
const DEEPEST: usize = 16;
/// More than any network of one's own has.
const MOST: usize = 1 << 20;

/// Reads a document.
#[must_use]
pub fn read(document: &Value) -> (Vec<Listed>, Vec<String>) {
    let mut found = Vec::new();
    let mut passed = 0;
    if let Some(subject) = document.pointer("/metadata/component") {
        component(subject, 0, &mut found, &mut passed);
    }
    for one in array(document, "components") {
        component(one, 0, &mut found, &mut passed);
    }
    let mut oddities = Vec::new();
    if passed > 0 {
        oddities.push(format!(
            "{passed} components are parts of something, not assets of their own"
        ));
    }
    (found, oddities)
}

fn component(value: &Value, depth: usize, found: &mut Vec<Listed>, passed: &mut u64) {
    if depth > DEEPEST || found.len() >= MOST {
        return;
    }
    let kind = text(value, "type");
    if matches!(
        kind.as_str(),
        "device" | "platform" | "operating-system" | "firmware"
    ) && depth == 0
        || kind == "device"
    {
        found.push(device(value));
    } else {
        *passed += 1;
    }
    for inner in array(value, "components") {
        component(inner, depth + 1, found, passed);
    }
}

fn device(value: &Value) -> Listed {
    let mut listed = Listed {
        label: text(value, "name"),
        product: text(value, "name"),
        version: text(value, "version"),
        vendor: value
            .pointer("/manufacturer/name")
            .or_else(|| value.pointer("/supplier/name"))
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned(),
        role: text(value, "description"),
        ..Listed::default()
    };
    if listed.vendor.is_empty() {
        listed.vendor = text(value, "publisher");
    }
    let reference = text(value, "bom-ref");
    let serial = property(value, &["serial", "serialnumber"]);
    if !serial.is_empty() {
        listed.id = format!("serial:{serial}");
    } else if !reference.is_empty() {
        listed.id = format!("bom:{reference}");
    }
    for word in ["ip", "address", "ipaddress", "ipv4", "ipv6"] {
        let address = property(value, &[word]);
        if let Ok(address) = address.parse::<std::net::IpAddr>() {
            listed.addresses.push(address.to_canonical().to_string());
        }
    }
    let host = property(value, &["hostname", "fqdn", "dnsname"]);
    if let Some(host) = holter_inventory::host_name(&host) {
        listed.names.push(host);
    }
    listed.owner = property(value, &["owner"]);
    listed.department = property(value, &["department"]);
    listed.site = property(value, &["site", "location"]);
    listed
}

/// A property by the last part of its name, however it is spelled: "acme:device:Serial-Number".
fn property(value: &Value, names: &[&str]) -> String {
    let plain = |name: &str| {
        let last = name.rsplit([':', '/', '.']).next().unwrap_or(name);
        last.chars()
            .filter(char::is_ascii_alphanumeric)
            .collect::<String>()
            .to_ascii_lowercase()
    };
    array(value, "properties")
        .iter()
        .find(|property| names.contains(&plain(&text(property, "name")).as_str()))
        .map(|property| text(property, "value"))
        .unwrap_or_default()
}

fn array<'a>(value: &'a Value, field: &str) -> &'a [Value] {
    value
        .get(field)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

fn text(value: &Value, field: &str) -> String {
    let text = value.get(field).and_then(Value::as_str).unwrap_or_default();
    text.trim().chars().take(500).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_device_with_its_address_is_an_asset() {
        let (found, oddities) = read(&json!({
            "bomFormat": "CycloneDX",
            "components": [
                { "type": "device", "name": "Infusomat", "version": "3.1", "bom-ref": "pump-7",
                  "manufacturer": { "name": "Pumps Inc" },
                  "properties": [
                    { "name": "acme:device:IP-Address", "value": "10.0.0.7" },
                    { "name": "hostname", "value": "pump7.hospital.example" } ],
                  "components": [{ "type": "library", "name": "openssl" }] },
                { "type": "library", "name": "zlib" } ]
        }));
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].addresses, ["10.0.0.7"]);
        assert_eq!(found[0].names, ["pump7.hospital.example"]);
        assert_eq!(
            (found[0].id.as_str(), found[0].vendor.as_str()),
            ("bom:pump-7", "Pumps Inc")
        );
        assert!(oddities[0].starts_with("2 components"), "{oddities:?}");
        assert!(read(&json!({ "bomFormat": 3, "components": "x" })).0.is_empty());
    }
}
