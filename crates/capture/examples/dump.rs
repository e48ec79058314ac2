//! scratch
#![allow(clippy::print_stdout, clippy::unwrap_used)]
use holter_capture::{Bounds, Hearing, Limits, Listening, files::hear};
fn main() {
    for path in std::env::args().skip(1) {
        let mut hearing = Hearing::new(Listening::new(Bounds::default()), Limits::default());
        let t = std::time::Instant::now();
        hear(std::fs::File::open(&path).unwrap(), &mut hearing);
        let (listening, coverage) = hearing.finish();
        let heard = listening.finish().in_file(&path);
        if std::env::var("T").is_ok() { println!("{path} {:?} {} bytes {:?} {:?}", t.elapsed(), coverage.bytes, heard.totals, heard.beyond); continue; }
        for s in &heard.subjects {
            if std::env::var("J").is_ok() { println!("{}", serde_json::to_string(&s).unwrap()); continue; }
            for v in &s.verdicts {
                println!("{} {}:{} {:?} {} {:?} {:?} {}", path.rsplit('/').next().unwrap(), s.subject.address, s.subject.port, s.subject.role, v.flaw, v.verdict, v.weight.map(|w| (w.ladder, w.attempts, w.answers, w.leaked_min, w.leaked_max)), v.evidence);
            }
        }
        if heard.subjects.is_empty() { println!("{} NONE flows {}", path.rsplit('/').next().unwrap(), heard.totals.flows); }
    }
}
