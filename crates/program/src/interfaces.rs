//! Interfaces that a person declares, describes and takes back. What was heard stays heard. Each is done in
//! the caller's transaction, which must be one of [`Store::write_alone`](holter_store::Store::write_alone).

use holter_store::{AssetEvent, Interface, StoreError, Writing};
use serde_json::json;

use crate::deeds::{By, ProgramError};

/// What somebody says of an interface.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Declared {
    /// Who connects.
    pub from: i64,
    /// Who answers.
    pub to: i64,
    /// The protocol, an id of the roster or a word of their own.
    pub protocol: String,
    /// The port; 0: not known.
    pub port: u16,
    /// Whether it is encrypted, where they know.
    pub encrypted: Option<bool>,
    /// What it is for.
    pub purpose: String,
}

/// Declares an interface, or what an interface that was heard is for: its number.
///
/// # Errors
/// When something is missing, both ends are one, or the database does not answer.
pub async fn declare(writing: &mut Writing, said: &Declared, by: By<'_>) -> Result<i64, ProgramError> {
    if said.protocol.trim().is_empty() {
        return Err(ProgramError::Missing("a protocol"));
    }
    if said.from == said.to {
        return Err(ProgramError::Missing(
            "another system: an interface leads from one to another",
        ));
    }
    for end in [said.from, said.to] {
        if writing.asset(end).await?.merged_into.is_some() {
            let why = format!("system {end} was merged into another one");
            return Err(StoreError::Conflict(why).into());
        }
    }
    let interface = Interface {
        id: 0,
        from_asset: said.from,
        to_asset: said.to,
        protocol: said.protocol.trim().to_owned(),
        port: said.port,
        is_declared: true,
        encrypted: said.encrypted,
        purpose: said.purpose.trim().to_owned(),
        first_seen: by.at,
        last_seen: by.at,
    };
    let id = writing.note_interface(&interface).await?;
    note(writing, (said.from, said.to), "interface_declared", id, by).await?;
    Ok(id)
}

/// Says what an interface is for and whether it is encrypted.
///
/// # Errors
/// When there is none, or the database does not answer.
pub async fn describe(
    writing: &mut Writing,
    id: i64,
    (encrypted, purpose): (Option<bool>, &str),
    by: By<'_>,
) -> Result<(), ProgramError> {
    let known = writing.interface(id).await?;
    // What was heard is known better than what is said.
    let encrypted = if known.flows > 0 {
        known.interface.encrypted
    } else {
        encrypted
    };
    writing.describe_interface(id, encrypted, purpose.trim()).await?;
    let ends = (known.interface.from_asset, known.interface.to_asset);
    note(writing, ends, "interface_described", id, by).await?;
    Ok(())
}

/// Takes back that an interface was declared. One that was heard stays on the map as what was heard.
///
/// # Errors
/// When there is none, nobody has declared it, or the database does not answer.
pub async fn withdraw(writing: &mut Writing, id: i64, by: By<'_>) -> Result<(), ProgramError> {
    let known = writing.interface(id).await?;
    if !known.interface.is_declared {
        let why = "it was heard, and nobody has declared it: only what was declared can be taken back";
        return Err(StoreError::Conflict(why.to_owned()).into());
    }
    writing.withdraw_interface(id).await?;
    let ends = (known.interface.from_asset, known.interface.to_asset);
    note(writing, ends, "interface_withdrawn", id, by).await?;
    Ok(())
}

async fn note(
    writing: &mut Writing,
    (from, to): (i64, i64),
    kind: &str,
    id: i64,
    by: By<'_>,
) -> Result<(), StoreError> {
    for asset in [from, to] {
        let event = AssetEvent {
            id: 0,
            asset,
            at: by.at,
            actor: Some(by.person),
            kind: kind.to_owned(),
            detail: json!({ "interface": id, "from": from, "to": to, "words": by.words }),
        };
        writing.add_asset_event(&event).await?;
    }
    Ok(())
}
