//! The map folded by department: a box for each, and a way for all interfaces from one to another.

use std::collections::{BTreeMap, BTreeSet};

use holter_store::{Department, Linked};

use super::picture::{Picture, Tile, Way};

/// Those whose department nobody has named.
const NONE: i64 = 0;

/// What leads from one department to another.
#[derive(Default)]
struct Many {
    interfaces: usize,
    protocols: BTreeSet<String>,
    clear: bool,
}

/// The map with a box for each department.
pub(super) fn by_department(linked: &[Linked], departments: &[Department]) -> Picture {
    let mut systems = BTreeMap::<i64, BTreeSet<i64>>::new();
    let mut ways = BTreeMap::<(i64, i64), Many>::new();
    for one in linked {
        let [from, to] = one.departments.map(|department| department.unwrap_or(NONE));
        systems.entry(from).or_default().insert(one.interface.from_asset);
        systems.entry(to).or_default().insert(one.interface.to_asset);
        let many = ways.entry((from, to)).or_default();
        many.interfaces += 1;
        many.protocols.insert(one.interface.protocol.clone());
        many.clear |= one.interface.encrypted == Some(false);
    }
    let name = |id: i64| {
        let known = departments.iter().find(|department| department.id == id);
        match known {
            Some(department) => department.name.as_str(),
            None if id == NONE => "no department",
            // Whoever answers for one department knows no other.
            None => "another department",
        }
    };
    let boxes = systems.iter().map(|(id, systems)| {
        let part = Tile {
            name: format!("{} ({})", name(*id), systems.len()),
            href: if *id == NONE {
                "/map?by=systems".to_owned()
            } else {
                format!("/map?department={id}&by=systems")
            },
            is_center: false,
        };
        (*id, part)
    });
    Picture {
        boxes: boxes.collect(),
        ways: ways
            .into_iter()
            .map(|((from, to), many)| Way {
                from,
                to,
                word: words(&many),
                clear: many.clear,
            })
            .collect(),
        systems: systems.values().map(BTreeSet::len).sum(),
        interfaces: linked.len(),
    }
}

fn words(many: &Many) -> String {
    let first: Vec<&str> = many.protocols.iter().take(2).map(String::as_str).collect();
    let more = if many.protocols.len() > first.len() {
        ", …"
    } else {
        ""
    };
    format!("{} × {}{more}", many.interfaces, first.join(", "))
}
