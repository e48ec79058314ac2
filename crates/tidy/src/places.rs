//! The tree knows nothing of the machine that it was written on, and no registry's address: registries are
//! reached through their own clients.

use crate::tree;

#[test]
fn no_file_names_a_machine_or_a_registry() {
    // Put together here, so that this file does not accuse itself.
    let places = [
        ["/wo", "rk/"].concat(),
        ["/ro", "ot/"].concat(),
        ["/ho", "me/"].concat(),
        ["registry.npm", "js.org"].concat(),
        ["pypi", ".org"].concat(),
        ["static.crates", ".io"].concat(),
        ["index.crates", ".io"].concat(),
        ["deb.debian", ".org"].concat(),
    ];
    // A home that is plainly an example.
    let example = ["/ho", "me/x"].concat();
    let mut complaints = Vec::new();
    for file in tree::files() {
        if file.name() == "Cargo.lock" {
            continue;
        }
        for (index, line) in file.text.lines().enumerate() {
            let line = line.replace(&example, "");
            if let Some(place) = places.iter().find(|place| line.contains(place.as_str())) {
                complaints.push(format!("{}:{} names {place}", file.path, index + 1));
            }
        }
    }
    tree::none("no machine's paths, no registry's address", &complaints);
}
