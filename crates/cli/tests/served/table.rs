//! The server's one table of routes, as its source has it: what is added there is tested here.

/// Every path that only shows.
pub(crate) fn routes() -> Vec<String> {
    let table = concat!(env!("CARGO_MANIFEST_DIR"), "/../web/src/routes.rs");
    let table = std::fs::read_to_string(table).unwrap();
    let routes: Vec<String> = table
        .split(" get(")
        .skip(1)
        .filter_map(|rest| rest.trim_start().strip_prefix('"')?.split('"').next())
        .map(str::to_owned)
        .collect();
    assert!(routes.len() > 30, "{routes:?}");
    routes
}
