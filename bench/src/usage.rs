//! What the run cost: processor time, memory, and the report of it.

use std::io;
use std::time::Duration;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use rustix::time::{ClockId, clock_gettime};

use crate::crowd::Tally;

/// Asks for enough file descriptors; a refusal shows later as unreached endpoints.
pub(crate) fn allow_open_files(connections: usize) {
    let limit = getrlimit(Resource::Nofile);
    let wanted = Some(connections as u64 + 64);
    if limit.current.is_some() && limit.current < wanted {
        let current = limit.maximum.map_or(wanted, |most| wanted.min(Some(most)));
        let _ = setrlimit(
            Resource::Nofile,
            Rlimit {
                current,
                maximum: limit.maximum,
            },
        );
    }
}

/// One `name value` a line, for people and for `side-by-side`.
pub(crate) fn report(tally: &Tally, wall: Duration) -> io::Result<String> {
    let cpu = processor_seconds();
    let endpoints = f64::from(tally.endpoints());
    let memory = peak_kib(&std::fs::read_to_string("/proc/self/status")?)
        .ok_or_else(|| io::Error::other("no VmHWM in /proc/self/status"))?;
    Ok(format!(
        "endpoints {}\naffected {}\nfixed {}\nnot_offered {}\ninconclusive {}\nunreached {}\n\
         wall_s {:.4}\nendpoints_per_s {:.1}\ncpu_s {cpu:.4}\ncpu_ms_per_endpoint {:.4}\nmax_rss_kib {memory}\n",
        tally.endpoints(),
        tally.affected,
        tally.fixed,
        tally.not_offered,
        tally.inconclusive,
        tally.unreached,
        wall.as_secs_f64(),
        endpoints / wall.as_secs_f64(),
        cpu * 1000.0 / endpoints,
    ))
}

fn processor_seconds() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(
        u64::try_from(time.tv_sec).unwrap_or(0),
        u32::try_from(time.tv_nsec).unwrap_or(0),
    )
    .as_secs_f64()
}

fn peak_kib(status: &str) -> Option<u64> {
    status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?
        .split_whitespace()
        .next()?
        .parse()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_peak_is_read_from_its_line() {
        assert_eq!(
            peak_kib("VmPeak:\t  900 kB\nVmHWM:\t    812 kB\nVmRSS:\t 1 kB\n"),
            Some(812)
        );
        assert_eq!(peak_kib("VmPeak:\t 900 kB\n"), None);
    }

    #[test]
    fn a_report_has_what_it_counted() {
        let tally = Tally {
            affected: 3,
            fixed: 1,
            ..Tally::default()
        };
        let report = report(&tally, Duration::from_secs(2)).unwrap();
        assert!(
            report.starts_with("endpoints 4\naffected 3\nfixed 1\n"),
            "{report}"
        );
        assert!(report.contains("endpoints_per_s 2.0\n"), "{report}");
    }
}
