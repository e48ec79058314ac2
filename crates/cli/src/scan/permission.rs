//! Whose the targets are. Somebody else's are scanned only with somebody's word for it.

use anyhow::{Context as _, bail};
use holter_engine::Visits;
use jiff::Zoned;

use super::job::Job;

/// So many are named in the one line that refuses.
const FIRST: usize = 3;

/// Refuses what is neither private nor the user's own nor authorised. Names may be looked up for it; nothing else
/// is sent.
pub(crate) async fn check(visits: &Visits, job: &Job, authorized: bool) -> anyhow::Result<()> {
    if authorized {
        return Ok(());
    }
    let foreign = job
        .own
        .foreign(visits, &job.args.exclude, job.args.family())
        .await;
    if let Some(said) = refusal(&foreign) {
        bail!(said);
    }
    Ok(())
}

/// The same of all addresses that are known before a scan waits for its hour: nobody should learn only then that it
/// may not begin.
pub(crate) async fn foresee(jobs: &[Job], now: &Zoned) -> anyhow::Result<()> {
    for job in jobs {
        let plan = job.awaited(now);
        if plan.targets.is_empty() {
            continue;
        }
        let (visits, _) = plan.lay_out().await?;
        let checked = check(&visits, job, job.args.authorized_by.is_some()).await;
        match &job.turn.name {
            Some(name) => checked.with_context(|| format!("schedule {name:?}"))?,
            None => checked?,
        }
    }
    Ok(())
}

fn refusal(foreign: &[String]) -> Option<String> {
    let (are, there) = match foreign {
        [] => return None,
        [_] => ("is neither a private address", "it"),
        _ => ("are neither private addresses", "them"),
    };
    let named = foreign
        .iter()
        .take(FIRST)
        .map(String::as_str)
        .collect::<Vec<_>>()
        .join(", ");
    let more = match foreign.len().saturating_sub(FIRST) {
        0 => String::new(),
        more => format!(
            " and {} more",
            holter_report::number(u64::try_from(more).unwrap_or(u64::MAX))
        ),
    };
    Some(format!(
        "{named}{more} {are} nor named as your own in holter.toml: add {there} there under own = […], or say who allowed the scan: --authorized-by \"who, on what ground\""
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_are_named_and_the_rest_counted() {
        let of = |count: usize| refusal(&vec!["203.0.113.9".to_owned(); count]);
        assert_eq!(of(0), None);
        assert!(
            of(1)
                .unwrap()
                .starts_with("203.0.113.9 is neither a private address nor")
        );
        assert!(
            of(3)
                .unwrap()
                .starts_with("203.0.113.9, 203.0.113.9, 203.0.113.9 are neither")
        );
        assert!(
            of(1503)
                .unwrap()
                .contains("203.0.113.9 and 1,500 more are neither")
        );
    }
}
