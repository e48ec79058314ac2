//! What people do about assets: they say what is known of them, merge what is one and split what is two, each with its
//! line in the history; and what an asset is decides how much its findings weigh. Each is done in the caller's
//! transaction, which must be one of [`Store::write_alone`](holter_store::Store::write_alone).

use std::collections::BTreeSet;

use holter_model::finding::State;
use holter_store::{AssetAbout, AssetEvent, KnownAsset, KnownService, StoreError, Task, Writing};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::deeds::{By, ProgramError};
use crate::{due, weight};

/// Says what is known of an asset. The fields that are not what they were are a person's word from now on: no scan and
/// no import writes over them.
///
/// # Errors
/// Without a name, or when the database does not answer.
pub async fn edit(
    writing: &mut Writing,
    id: i64,
    about: &AssetAbout,
    by: By<'_>,
) -> Result<KnownAsset, ProgramError> {
    if about.name.trim().is_empty() {
        return Err(ProgramError::Missing("a name"));
    }
    let before = writing.asset(id).await?;
    let (old, new) = (spelled(&before.about), spelled(about));
    let mut by_hand = before.by_hand.clone();
    let mut changed = serde_json::Map::new();
    for ((field, was), (_, is)) in old.into_iter().zip(new) {
        if was != is {
            by_hand.insert(field.to_owned());
            changed.insert(field.to_owned(), json!({ "was": was, "is": is }));
        }
    }
    if !changed.is_empty() {
        writing.update_asset(id, about, &by_hand).await?;
        reweigh(writing, id).await?;
        if before.about.criticality != about.criticality {
            hasten(writing, id, by.at).await?;
        }
        note(
            writing,
            id,
            "edited",
            json!({ "changed": changed, "words": by.words }),
            by,
        )
        .await?;
    }
    Ok(writing.asset(id).await?)
}

/// Two assets are one: all that is known of the first becomes the second's.
///
/// # Errors
/// When they are the same, or one of them is merged already.
pub async fn merge(writing: &mut Writing, from: i64, into: i64, by: By<'_>) -> Result<(), ProgramError> {
    let services: Vec<i64> = writing
        .services_of(from)
        .await?
        .iter()
        .map(|service| service.id)
        .collect();
    writing.merge_assets(from, into).await?;
    let detail = json!({ "from": from, "into": into, "services": services, "words": by.words });
    note(writing, from, "merged", detail.clone(), by).await?;
    note(writing, into, "merged", detail, by).await?;
    reweigh(writing, into).await?;
    Ok(())
}

/// One asset is two: these of its services, with their findings, are a new one's. The new asset's number.
///
/// # Errors
/// When none or all of its services are named, or one that is not its own.
pub async fn split(
    writing: &mut Writing,
    asset: i64,
    services: &BTreeSet<i64>,
    name: &str,
    by: By<'_>,
) -> Result<i64, ProgramError> {
    if name.trim().is_empty() {
        return Err(ProgramError::Missing("a name"));
    }
    let all = writing.services_of(asset).await?;
    let (going, staying): (Vec<_>, Vec<_>) = all
        .into_iter()
        .partition(|service| services.contains(&service.id));
    if going.is_empty() || staying.is_empty() || going.len() != services.len() {
        let why = "some of its services, but not all, must be named";
        return Err(ProgramError::Store(StoreError::Conflict(why.to_owned())));
    }
    let about = AssetAbout {
        name: name.trim().to_owned(),
        ..writing.asset(asset).await?.about
    };
    let new = writing.add_asset(&about, by.at).await?;
    for service in &going {
        writing.give_service(service, new).await?;
        let mut marks = vec![("address", service.endpoint.address.to_canonical().to_string())];
        if !service.name.is_empty() {
            marks.push(("name", service.name.clone()));
        }
        if !service.key.is_empty() {
            marks.push(("key", service.key.clone()));
        }
        for (kind, value) in marks {
            writing.mark_asset(new, kind, &value, by.at).await?;
            let shared = staying.iter().any(|other| match kind {
                "address" => other.endpoint.address == service.endpoint.address,
                "name" => other.name == value,
                _ => other.key == value,
            });
            if !shared {
                writing.unmark_asset(asset, kind, &value).await?;
            }
        }
    }
    let ports = |services: &[KnownService]| -> BTreeSet<u16> {
        services.iter().map(|service| service.endpoint.port).collect()
    };
    let stay = ports(&staying);
    let gone: Vec<u16> = ports(&going)
        .into_iter()
        .filter(|port| !stay.contains(port))
        .collect();
    writing.give_ports(asset, new, &gone).await?;
    let detail = json!({ "from": asset, "new": new, "services": services, "words": by.words });
    note(writing, asset, "split", detail.clone(), by).await?;
    note(writing, new, "split", detail, by).await?;
    reweigh(writing, new).await?;
    Ok(new)
}

/// A person says that what stands at a service's place is the same system, with a new key: what is measured there
/// counts again.
///
/// # Errors
/// When the task is not about a key at a known place, is done already, or the database does not answer.
pub async fn confirm_key(writing: &mut Writing, task: &Task, by: By<'_>) -> Result<(), ProgramError> {
    let (service, key) = (task.about.detail.get("service"), task.about.detail.get("key"));
    let (Some(service), Some(key)) = (service.and_then(Value::as_i64), key.and_then(Value::as_str)) else {
        return Err(ProgramError::Missing("a task about a key"));
    };
    let outcome = format!("the same system, with a new key. {}", by.words);
    if !writing
        .end_task(task.id, Some(by.person), &outcome, by.at)
        .await?
    {
        let why = "the task is done already".to_owned();
        return Err(ProgramError::Store(StoreError::Conflict(why)));
    }
    let mut known = writing.service(service).await?;
    key.clone_into(&mut known.key);
    writing.update_service(&known).await?;
    writing.mark_asset(known.asset, "key", key, by.at).await?;
    let detail = json!({ "service": service, "key": key, "words": by.words });
    note(writing, known.asset, "edited", detail, by).await?;
    Ok(())
}

/// Weighs the findings of an asset anew: what it is has changed.
///
/// # Errors
/// When the database does not answer.
pub(crate) async fn reweigh(writing: &mut Writing, id: i64) -> Result<(), StoreError> {
    let about = writing.asset(id).await?.about;
    for before in writing.findings_of(id).await? {
        // What is over keeps the weight that it had.
        if before.state == State::Fixed {
            continue;
        }
        let mut after = before.clone();
        after.weight = weight::weigh(&before.flaw, before.severity, &about).sum;
        writing.update_finding(&before, &after).await?;
    }
    Ok(())
}

/// Where more depends on an asset than was known, its findings are due as soon as if they were found now. What is due
/// before that stays so: nothing is put off by a word.
///
/// # Errors
/// When the database does not answer.
pub(crate) async fn hasten(writing: &mut Writing, id: i64, at: Timestamp) -> Result<(), StoreError> {
    let deadlines = due::chosen_here(writing).await?;
    let criticality = writing.asset(id).await?.about.criticality;
    for before in writing.findings_of(id).await? {
        let soon = deadlines.due(before.severity, criticality, at);
        if before.due.is_some_and(|due| due > soon) {
            let mut after = before.clone();
            after.due = Some(soon);
            writing.update_finding(&before, &after).await?;
        }
    }
    Ok(())
}

async fn note(
    writing: &mut Writing,
    asset: i64,
    kind: &str,
    detail: Value,
    by: By<'_>,
) -> Result<(), StoreError> {
    let event = AssetEvent {
        id: 0,
        asset,
        at: by.at,
        actor: Some(by.person),
        kind: kind.to_owned(),
        detail,
    };
    writing.add_asset_event(&event).await
}

/// Every field with its value, as the history has it.
fn spelled(about: &AssetAbout) -> Vec<(&'static str, Value)> {
    vec![
        ("name", json!(about.name)),
        ("site", json!(about.site)),
        ("department", json!(about.department)),
        ("owner", json!(about.owner)),
        ("product", json!(about.product)),
        ("role", json!(about.role)),
        ("note", json!(about.note)),
        ("criticality", json!(about.criticality)),
        ("fragility", json!(about.fragility)),
        ("holds_ephi", json!(about.holds_ephi)),
        ("internet_facing", json!(about.internet_facing)),
        ("at_home", json!(about.at_home)),
        ("front_door", json!(about.front_door)),
    ]
}
