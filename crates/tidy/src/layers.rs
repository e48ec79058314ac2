//! Dependencies point down: a crate names only crates of a lower layer.

use std::collections::BTreeMap;
use std::process::Command;

use serde_json::Value;

use crate::tree;

/// `None` is the layer "dev": crates that are never part of what is shipped.
type Layer = Option<u64>;

#[test]
fn dependencies_point_down() {
    let metadata = metadata();
    let packages = metadata["packages"].as_array().unwrap();
    let layers: BTreeMap<&str, Layer> = packages
        .iter()
        .map(|package| (name(package), layer(package)))
        .collect();
    let mut complaints = Vec::new();
    for package in packages {
        for dependency in package["dependencies"].as_array().unwrap() {
            let Some(below) = layers.get(name(dependency)) else {
                continue;
            };
            complaints.extend(complaint(package, layers[name(package)], dependency, *below));
        }
    }
    tree::none("a crate may name only crates of a lower layer", &complaints);
}

#[test]
fn every_folder_of_crates_is_a_member_with_a_layer() {
    let metadata = metadata();
    let packages = metadata["packages"].as_array().unwrap();
    for entry in std::fs::read_dir(tree::root().join("crates")).unwrap().flatten() {
        let folder = entry.file_name().into_string().unwrap();
        assert!(
            packages
                .iter()
                .any(|package| name(package) == format!("holter-{folder}")),
            "crates/{folder} is not the package holter-{folder}"
        );
    }
}

fn complaint(package: &Value, own: Layer, dependency: &Value, below: Layer) -> Option<String> {
    let (from, to) = (name(package), name(dependency));
    match (own, below, dependency["kind"].as_str()) {
        // What is never shipped may look at everything.
        (None, _, _) => None,
        // Tests may use the lab, and what lies below.
        (Some(_), None, Some("dev")) => None,
        (Some(_), None, _) if from == "holter-cli" && to == "holter-lab" => (dependency["optional"] != true)
            .then(|| format!("{from} takes {to} in every build: make it an optional feature")),
        (Some(_), None, _) => Some(format!("{from} would ship {to}, which is for development only")),
        (Some(own), Some(below), _) => {
            (below >= own).then(|| format!("{from} (layer {own}) names {to} (layer {below})"))
        }
    }
}

fn name(value: &Value) -> &str {
    value["name"].as_str().unwrap()
}

fn layer(package: &Value) -> Layer {
    match package["metadata"]["holter"]["layer"].as_str() {
        Some("dev") => None,
        Some(number) => {
            Some(number.parse().unwrap_or_else(|_| {
                panic!("{}: layer {number:?} is neither a number nor dev", name(package))
            }))
        }
        None => panic!("{} has no package.metadata.holter.layer", name(package)),
    }
}

fn metadata() -> Value {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(tree::root())
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "cargo metadata: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).unwrap()
}
