//! `-f text`: a person's answer.

use std::io::{self, Write as _};

use holter_model::Service;

use crate::{Document, Look, Summary};

/// What a person reads.
#[derive(Debug)]
pub(crate) struct Text {
    look: Look,
    services: Vec<Service>,
}

impl Text {
    /// Nothing yet.
    pub(crate) const fn new(look: Look) -> Self {
        Self {
            look,
            services: Vec::new(),
        }
    }
}

impl Document for Text {
    fn service(&mut self, service: &Service, _: &mut Vec<u8>) -> io::Result<()> {
        self.services.push(service.clone());
        Ok(())
    }

    fn end(&mut self, summary: &Summary, out: &mut Vec<u8>) -> io::Result<()> {
        let _ = self.look;
        writeln!(out, "{} of {} services affected", summary.affected, summary.services)?;
        for service in &self.services {
            let verdict = service.worst().map_or("not asked", |verdict| verdict.as_str());
            writeln!(out, "{verdict:14} {} {}", service.target, service.attempt.explain())?;
        }
        Ok(())
    }
}
