//! `-f json`: one document, its sums first, then services in the order of addresses.

use std::io::{self, Write as _};

use holter_model::{Differences, KeyKin, LeftAlone, Service};
use serde::Serialize;

use crate::place::Place;
use crate::sentence::Tally;
use crate::shape::{DifferenceRow, LeftAloneRow, Row, Sums, time};
use crate::waiting::Waiting;
use crate::{Document, Preamble, Summary, spelled};

/// Services wait here for their order.
#[derive(Debug, Default)]
pub(crate) struct Json {
    preamble: Preamble,
    services: Waiting,
    tally: Tally,
    differences: Option<Differences>,
    left_alone: Vec<LeftAlone>,
    kin: Vec<KeyKin>,
}

impl Document for Json {
    fn begin(&mut self, preamble: &Preamble, _: &mut Vec<u8>) -> io::Result<()> {
        self.preamble = preamble.clone();
        Ok(())
    }

    fn service(&mut self, service: &Service, _: &mut Vec<u8>) -> io::Result<()> {
        self.tally.add(service);
        self.services.add(Place::of(service), &Row::of(service))
    }

    fn left_alone(&mut self, left: &LeftAlone) {
        self.left_alone.push(left.clone());
    }

    fn kin(&mut self, kin: &[KeyKin]) {
        self.kin = kin.to_vec();
    }

    fn differences(&mut self, differences: &Differences) {
        self.differences = Some(differences.clone());
    }

    fn end(&mut self, summary: &Summary, out: &mut Vec<u8>) -> io::Result<()> {
        out.extend_from_slice(b"{\"schema\":\"holter.report/1\",\n");
        if let Some(authorized_by) = &self.preamble.authorized_by {
            out.extend_from_slice(b"\"authorized_by\":");
            spelled::json(out, authorized_by)?;
            out.extend_from_slice(b",\n");
        }
        out.extend_from_slice(b"\"summary\":");
        let policies = self.tally.policies().collect();
        spelled::json(out, &Sums { summary, policies })?;
        if let Some(differences) = &self.differences {
            let since = time(differences.since.timestamp());
            write!(out, ",\n\"differences\":{{\"since\":\"{since}\",\"items\":[")?;
            rows(differences.items.iter().map(DifferenceRow::of), out)?;
            out.push(b'}');
        }
        if !self.left_alone.is_empty() {
            out.extend_from_slice(b",\n\"left_alone\":[");
            rows(self.left_alone.iter().map(LeftAloneRow::of), out)?;
        }
        if !self.kin.is_empty() {
            out.extend_from_slice(b",\n\"key_kin\":[");
            rows(self.kin.iter(), out)?;
        }
        out.extend_from_slice(b",\n\"services\":[");
        self.services.write(out);
        out.extend_from_slice(b"\n]}\n");
        Ok(())
    }
}

/// The rest of an array, one object a line.
fn rows(rows: impl Iterator<Item = impl Serialize>, out: &mut Vec<u8>) -> io::Result<()> {
    for (index, row) in rows.enumerate() {
        out.extend_from_slice(if index == 0 { b"\n" } else { b",\n" });
        spelled::json(out, &row)?;
    }
    out.push(b']');
    Ok(())
}
