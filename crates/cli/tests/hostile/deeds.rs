//! What people and programs say to the server, with a strange word in every place that has room for one.

use crate::served::{Answer, Asker};

/// Lists with this word in every field, as the programs write them that Holter reads.
pub(crate) fn lists(word: &str) -> Vec<String> {
    let quoted = serde_json::to_string(word).unwrap();
    let cell = format!("\"{}\"", word.replace('"', "\"\""));
    let xml = word
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('"', "&quot;");
    vec![
        format!("name,address,role,department,owner,site,vendor,product,note\n{cell},127.99.99.9,{cell},{cell},{cell},{cell},{cell},{cell},{cell}\n"),
        format!("{cell},address\n{cell},{cell}\n"),
        format!(
            "<?xml version=\"1.0\"?><nmaprun scanner=\"nmap\" args=\"{xml}\"><host><status state=\"up\"/><address addr=\"127.99.99.8\" addrtype=\"ipv4\"/>\
             <hostnames><hostname name=\"{xml}\" type=\"PTR\"/></hostnames><ports><port protocol=\"tcp\" portid=\"443\"><state state=\"open\"/>\
             <service name=\"{xml}\" product=\"{xml}\" version=\"{xml}\" extrainfo=\"{xml}\"/></port>\
             <port protocol=\"tcp\" portid=\"22\"><state state=\"open\"/><service name=\"ssh\" product=\"{xml}\"/>\
             <script id=\"ssh-hostkey\" output=\"{xml}\"><table><elem key=\"type\">{xml}</elem><elem key=\"key\">{xml}</elem>\
             <elem key=\"fingerprint\">{xml}</elem></table></script></port></ports></host></nmaprun>"
        ),
        format!(
            "{{\"bomFormat\": \"CycloneDX\", \"specVersion\": \"1.6\", \"components\": [{{\"type\": \"device\", \"bom-ref\": {quoted}, \
             \"name\": {quoted}, \"version\": {quoted}, \"description\": {quoted}, \"supplier\": {{\"name\": {quoted}}}}}]}}"
        ),
        format!(
            "{{\"count\": 1, \"next\": null, \"previous\": null, \"results\": [{{\"id\": 1, \"name\": {quoted}, \"display\": {quoted}, \
             \"site\": {{\"name\": {quoted}}}, \"role\": {{\"name\": {quoted}}}, \"tenant\": {{\"name\": {quoted}}}, \
             \"device_type\": {{\"model\": {quoted}, \"manufacturer\": {{\"name\": {quoted}}}}}, \"primary_ip\": {{\"address\": \"127.99.99.7/24\"}}}}]}}"
        ),
        // Half of a character: no text at all.
        "{\"count\": 1, \"next\": null, \"previous\": null, \"results\": [{\"id\": 2, \"name\": \"a\\ud800b\"}]}".to_owned(),
    ]
}

/// What somebody says of things, and what a stranger tries.
pub(crate) fn says(admin: &mut Asker, token: &mut Asker, word: &str) -> Vec<(String, Answer)> {
    let mut all = Vec::new();
    let quoted = serde_json::to_string(word).unwrap();
    for (number, list) in lists(word).iter().enumerate() {
        let said = token
            .send("/api/v1/assets/import", "application/octet-stream", list)
            .unwrap();
        all.push((format!("the list {number}, to the API"), said));
        all.push((
            format!("the list {number}"),
            admin.fill("/assets/import", "/assets/import", &[("list", list)]),
        ));
    }
    for (path, body) in [
        (
            "/api/v1/findings/1/events",
            format!("{{\"deed\": \"comment\", \"text\": {quoted}}}"),
        ),
        ("/api/v1/findings/1/events", format!("{{\"deed\": {quoted}}}")),
        (
            "/api/v1/assets/1",
            format!(
                "{{\"name\": {quoted}, \"role\": {quoted}, \"note\": {quoted}, \"owner\": {quoted}, \"site\": {quoted}}}"
            ),
        ),
        ("/api/v1/departments", format!("{{\"name\": {quoted}}}")),
        (
            "/api/v1/people",
            format!("{{\"shown\": {quoted}, \"email\": {quoted}, \"name\": {quoted}, \"role\": {quoted}}}"),
        ),
        (
            "/api/v1/scans",
            format!("{{\"targets\": {quoted}, \"label\": {quoted}, \"authorised\": {quoted}}}"),
        ),
    ] {
        all.push((
            format!("{path} with {body:.40}"),
            token.send(path, "application/json", &body).unwrap(),
        ));
    }
    let scan = [
        ("targets", word),
        ("label", word),
        ("profile", word),
        ("protocol", word),
        ("authorised", word),
    ];
    all.push(("a scan".to_owned(), admin.fill("/scans", "/scans", &scan)));
    all.push((
        "a rule".to_owned(),
        admin.fill("/settings", "/settings", &[("deadlines", word)]),
    ));
    all.push((
        "a token".to_owned(),
        admin.fill(
            "/account",
            "/account/tokens",
            &[("name", word), ("role", "viewer"), ("days", "1")],
        ),
    ));
    all
}
