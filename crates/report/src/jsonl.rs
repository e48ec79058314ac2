//! `-f jsonl`: one object a line, written as soon as it is decided.

use std::io;

use holter_model::Service;

use crate::shape::Row;
use crate::{Document, Summary, spelled};

/// Objects, one a line.
#[derive(Debug)]
pub(crate) struct Jsonl;

impl Document for Jsonl {
    fn service(&mut self, service: &Service, out: &mut Vec<u8>) -> io::Result<()> {
        spelled::json(out, &Row::of(service))?;
        out.push(b'\n');
        Ok(())
    }

    fn end(&mut self, _: &Summary, _: &mut Vec<u8>) -> io::Result<()> {
        Ok(())
    }
}
