//! SSH host keys in a list: by one that is its own a machine is known again at another address. Makers ship devices that
//! all have the same one, and machines are copied with theirs: such a key identifies nobody.

use std::collections::{BTreeMap, BTreeSet};

use holter_store::{NewTask, StoreError, Writing};
use jiff::Timestamp;
use serde_json::json;

use super::Listed;

/// The kind of mark.
pub(super) const KIND: &str = "host_key";

/// The keys that several systems of a list show.
#[derive(Debug)]
pub struct Shared(BTreeSet<String>);

impl Shared {
    /// Those of a list, which must be the whole of it.
    #[must_use]
    pub fn of(listed: &[Listed]) -> Self {
        let mut times = BTreeMap::<&str, usize>::new();
        for one in listed {
            let own: BTreeSet<&str> = one.host_keys.iter().map(String::as_str).collect();
            for key in own {
                *times.entry(key).or_default() += 1;
            }
        }
        let shared = times.into_iter().filter(|(_, times)| *times > 1);
        Self(shared.map(|(key, _)| key.to_owned()).collect())
    }

    /// What is to be said of them.
    pub fn oddities(&self) -> impl Iterator<Item = String> {
        self.0.iter().map(|key| {
            format!("several systems show the SSH host key {key}: it identifies none of them, and whoever owns one can pass for the others")
        })
    }

    /// A system without the keys that it shares.
    pub(super) fn taken_from(&self, one: &Listed) -> Listed {
        let mut one = one.clone();
        one.host_keys.retain(|key| !self.0.contains(key));
        one
    }
}

/// The asset that is known at the address of a system whose key is another asset's: whether it is that one, which took
/// over the address, or a copy of it, a person must say.
pub(super) async fn stands_apart(
    writing: &mut Writing,
    one: &Listed,
    by_key: &BTreeSet<i64>,
    at: Timestamp,
) -> Result<Option<i64>, StoreError> {
    let (Some(key), Some(owner), 1) = (one.host_keys.first(), by_key.first(), by_key.len()) else {
        return Ok(None);
    };
    let has_key = writing.marks_of(*owner).await?;
    let has_key = has_key
        .iter()
        .any(|mark| mark.kind == KIND && one.host_keys.contains(&mark.value));
    if !has_key {
        return Ok(None);
    }
    let mut here = BTreeSet::new();
    for address in &one.addresses {
        let marks = writing.marked("address", address).await?;
        here.extend(marks.iter().map(|mark| mark.asset));
    }
    let (Some(other), 1) = (here.first(), here.len()) else {
        return Ok(None);
    };
    if other == owner {
        return Ok(None);
    }
    let asset = writing.asset(*other).await?;
    let text = format!(
        "At {} there is now the SSH host key {key} of another system that is known. Say whether they are one: merge them if they are.",
        one.addresses.join(", ")
    );
    let task = NewTask {
        kind: "identity".to_owned(),
        key: format!("asset:{other}:{key}"),
        finding: None,
        asset: Some(*other),
        department: asset.about.department,
        text,
        detail: json!({ "others": [owner], "host_key": key }),
        created: at,
    };
    writing.add_task(&task).await?;
    Ok(Some(*other))
}
