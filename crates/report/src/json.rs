//! `-f json`: one document, its sums first.

use std::io;

use holter_model::{LeftAlone, Service};

use crate::shape::{Left, Row};
use crate::spelled;
use crate::{Document, Preamble, Summary};

/// Services wait here as JSON, which takes a fraction of the memory that they take as values.
#[derive(Debug, Default)]
pub(crate) struct Json {
    preamble: Preamble,
    services: Vec<u8>,
    left: Vec<LeftAlone>,
}

impl Document for Json {
    fn begin(&mut self, preamble: &Preamble, _: &mut Vec<u8>) -> io::Result<()> {
        self.preamble = preamble.clone();
        Ok(())
    }

    fn service(&mut self, service: &Service, _: &mut Vec<u8>) -> io::Result<()> {
        self.services
            .extend_from_slice(if self.services.is_empty() { b"\n" } else { b",\n" });
        spelled::json(&mut self.services, &Row::of(service))
    }

    fn left_alone(&mut self, left: &LeftAlone) {
        self.left.push(left.clone());
    }

    fn end(&mut self, summary: &Summary, out: &mut Vec<u8>) -> io::Result<()> {
        out.extend_from_slice(b"{\"schema\":\"holter.report/1\",\n");
        if let Some(authorized_by) = &self.preamble.authorized_by {
            out.extend_from_slice(b"\"authorized_by\":");
            spelled::json(out, authorized_by)?;
            out.extend_from_slice(b",\n");
        }
        out.extend_from_slice(b"\"summary\":");
        serde_json::to_writer(&mut *out, summary)?;
        if !self.left.is_empty() {
            out.extend_from_slice(b",\n\"left_alone\":");
            let left: Vec<Left<'_>> = self.left.iter().map(Left::of).collect();
            spelled::json(out, &left)?;
        }
        out.extend_from_slice(b",\n\"services\":[");
        out.append(&mut self.services);
        out.extend_from_slice(b"\n]}\n");
        Ok(())
    }
}
