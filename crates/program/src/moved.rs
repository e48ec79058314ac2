//! What shows up at another place: the strongest evidence first (the key, then the name), and only where one thing went
//! and one thing came is it the same. Whatever else is left to a person.

use holter_store::{AssetEvent, KnownService, NewScan, NewTask, StoreError, Writing};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::due::Deadlines;
use crate::ingest::{JUDGE, PASSIVE, Seen, Taken};
use crate::scope;
use crate::verdicts::{self, Judged};

/// So many are settled in one transaction.
const AT_ONCE: u32 = 100;

/// What evidence makes of a service at a new place. `gone`: services with the same evidence that were asked for in this
/// run and did not answer where they were; `unasked`: those that were not asked for; `new`: how many new ones have it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meant {
    /// It is the one that went.
    Moved,
    /// It is another one.
    Another,
    /// A person must say.
    Unclear,
}

/// Decides; pure.
#[must_use]
pub(crate) const fn meant(gone: usize, unasked: usize, new: usize) -> Meant {
    match (gone, unasked, new) {
        (1, 0, 1) => Meant::Moved,
        // All that have it are where they were: they share it.
        (0, 0, _) => Meant::Another,
        _ => Meant::Unclear,
    }
}

/// The service whose key stands at this place now, where that is another asset's and this one's was another: then
/// nothing that is measured here closes anything, until a person has said whose place it is. Assets that shared the old
/// key may share the new one, and so may one that was seen at its own place since the scan began.
pub(crate) async fn rival(
    writing: &mut Writing,
    known: &KnownService,
    seen: &Seen,
    started: Timestamp,
) -> Result<Option<i64>, StoreError> {
    if known.key.is_empty() || seen.key.is_empty() || known.key == seen.key {
        return Ok(None);
    }
    let had_the_old: Vec<i64> = writing
        .marked("key", &known.key)
        .await?
        .iter()
        .map(|mark| mark.asset)
        .collect();
    for other in writing.services_with_key(&seen.key).await? {
        let other = writing.service(other).await?;
        let shares =
            other.asset == known.asset || other.last_seen >= started || had_the_old.contains(&other.asset);
        if !shares {
            return Ok(Some(other.id));
        }
    }
    Ok(None)
}

/// Whether something else that is known has the same key or name.
pub(crate) async fn is_known_elsewhere(
    writing: &mut Writing,
    known: &KnownService,
    seen: &Seen,
) -> Result<bool, StoreError> {
    if !seen.answered {
        return Ok(false);
    }
    let kin = kin(writing, &seen.key, &seen.name, known).await?;
    Ok(!kin.is_empty())
}

/// Leaves to a person whose place it is.
pub(crate) async fn doubt(
    writing: &mut Writing,
    known: &KnownService,
    (rival, key): (i64, &str),
    at: Timestamp,
) -> Result<(), StoreError> {
    let other = writing.service(rival).await?;
    let text = format!(
        "At {} there is now the key that was known from {}. Say whether they are one system, or which of them is here now; until then nothing that is measured here closes a finding.",
        known.endpoint, other.endpoint
    );
    let detail = json!({ "others": [other.asset], "service": known.id, "key": key });
    task(writing, known, &text, detail, at).await
}

/// Settles a handful of visits that waited for the scan's end; how many there were.
pub(crate) async fn settle(
    writing: &mut Writing,
    scan: i64,
    about: &NewScan,
    deadlines: &Deadlines,
    taken: &mut Taken,
) -> Result<usize, StoreError> {
    let (declared, started) = (&about.scope, about.started);
    let waiting = writing.unsettled(scan, AT_ONCE).await?;
    for visit in &waiting {
        let noted = writing.service(visit.about.service).await?;
        let others = kin(writing, &noted.key, &noted.name, &noted).await?;
        let (mut gone, mut unasked, mut new) = (Vec::new(), 0, 1);
        for other in others {
            if other.first_seen >= started {
                new += 1;
            } else if other.last_seen >= started {
                // It is where it was.
            } else if scope::declares_place(declared, other.endpoint, &other.name)
                && !declared.targets.is_empty()
            {
                gone.push(other);
            } else {
                unasked += 1;
            }
        }
        let service = match (meant(gone.len(), unasked, new), gone.as_slice()) {
            (Meant::Moved, [old]) => move_service(writing, &noted, old, visit.about.started).await?,
            (Meant::Unclear, _) => {
                let evidence = if noted.key.is_empty() {
                    "the name"
                } else {
                    "the key"
                };
                let text = format!(
                    "{} shows {evidence} of a system that is known from elsewhere. It may have moved, or they may share it. Merge the two assets if they are one.",
                    noted.endpoint
                );
                let others = kin(writing, &noted.key, &noted.name, &noted).await?;
                let assets: Vec<i64> = others.iter().map(|other| other.asset).collect();
                let detail = json!({ "others": assets, "service": noted.id });
                task(writing, &noted, &text, detail, visit.about.started).await?;
                noted
            }
            _ => noted,
        };
        writing
            .judge_visit(visit.id, &visit.about.judgements, JUDGE)
            .await?;
        if about.method == PASSIVE {
            // What was heard was applied when it was heard.
            continue;
        }
        let asset = writing.asset(service.asset).await?;
        let judged = Judged {
            visit: visit.id,
            at: visit.about.started,
            attempt: visit.about.attempt,
            judgements: &visit.about.judgements,
            is_same: true,
            is_latest: true,
            heard: None,
        };
        let changes = verdicts::apply(writing, (&asset, &service), &judged, declared, deadlines).await?;
        taken.opened += changes.opened;
        taken.fixed += changes.fixed;
        taken.back += changes.back;
    }
    Ok(waiting.len())
}

/// The old service goes to the new place, with its findings and its history; what was noted there becomes its visits.
async fn move_service(
    writing: &mut Writing,
    noted: &KnownService,
    old: &KnownService,
    at: Timestamp,
) -> Result<KnownService, StoreError> {
    writing.absorb_service(noted, old.id).await?;
    let after = KnownService {
        id: old.id,
        asset: old.asset,
        first_seen: old.first_seen,
        ..noted.clone()
    };
    writing.update_service(&after).await?;
    let detail = json!({
        "from": old.endpoint.to_string(),
        "to": noted.endpoint.to_string(),
        "by": if noted.key.is_empty() { "name" } else { "key" },
    });
    let event = |asset, kind: &str| AssetEvent {
        id: 0,
        asset,
        at,
        actor: None,
        kind: kind.to_owned(),
        detail: detail.clone(),
    };
    writing.add_asset_event(&event(old.asset, "moved")).await?;
    let stayed = writing.services_of(noted.asset).await?;
    if noted.asset == old.asset {
        return Ok(after);
    }
    let address = noted.endpoint.address.to_canonical().to_string();
    if stayed.is_empty() {
        // It was made for this one alone, in this very scan.
        writing.add_asset_event(&event(noted.asset, "merged")).await?;
        writing.merge_assets(noted.asset, old.asset).await?;
    } else {
        writing.mark_asset(old.asset, "address", &address, at).await?;
    }
    let left = old.endpoint.address.to_canonical().to_string();
    let here = writing.services_of(old.asset).await?;
    if left != address
        && here
            .iter()
            .all(|other| other.endpoint.address != old.endpoint.address)
    {
        writing.unmark_asset(old.asset, "address", &left).await?;
    }
    writing.see_asset(old.asset, at).await?;
    Ok(after)
}

/// Other services that do the same job and show the same evidence: the key where there is one, else the name.
async fn kin(
    writing: &mut Writing,
    key: &str,
    name: &str,
    known: &KnownService,
) -> Result<Vec<KnownService>, StoreError> {
    let ids = if !key.is_empty() {
        writing.services_with_key(key).await?
    } else if !name.is_empty() {
        writing.services_named(name).await?
    } else {
        Vec::new()
    };
    let mut others = Vec::new();
    for id in ids {
        let other = writing.service(id).await?;
        let same_job = other.endpoint.port == known.endpoint.port
            && other.endpoint.transport == known.endpoint.transport
            && other.protocol == known.protocol;
        // A name that is asked for at one address beside the bare address is one service under two names.
        if other.id != known.id && same_job && other.endpoint.address != known.endpoint.address {
            others.push(other);
        }
    }
    Ok(others)
}

async fn task(
    writing: &mut Writing,
    known: &KnownService,
    text: &str,
    detail: Value,
    at: Timestamp,
) -> Result<(), StoreError> {
    let asset = writing.asset(known.asset).await?;
    let task = NewTask {
        kind: "identity".to_owned(),
        key: format!("service:{}", known.id),
        finding: None,
        asset: Some(known.asset),
        department: asset.about.department,
        text: text.to_owned(),
        detail,
        created: at,
    };
    writing.add_task(&task).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_that_went_and_one_that_came_are_the_same() {
        assert_eq!(meant(1, 0, 1), Meant::Moved);
        assert_eq!(meant(0, 0, 3), Meant::Another);
        for (gone, unasked, new) in [(2, 0, 1), (1, 0, 2), (1, 1, 1), (0, 1, 1)] {
            assert_eq!(meant(gone, unasked, new), Meant::Unclear);
        }
    }
}
