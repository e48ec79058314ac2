//! A CSV inventory: a line of headings, then a system or a range a row.
//!
//! A wrong cell is left out with a word. Only what says how carefully a system must be touched ends the reading where it
//! cannot be understood, and so does a delicate system that cannot be found: a slip there would harm somebody.

pub(crate) mod columns;
mod ports;

use std::collections::HashSet;
use std::net::IpAddr;

use holter_model::target::Place;
use holter_model::{Asset, Criticality, Fragility, Target, Transport};

use self::columns::{Column, Columns};
use self::ports::Ports;
use crate::oddity::quoted;
use crate::read::Found;
use crate::table::{Row, Table};
use crate::{ReadError, host_name, targets};

/// A row that comes to more than this is a mistake.
const MOST_OF_A_ROW: usize = 1 << 17;

/// A longer text is no role and no name; a row may repeat it for many ports.
const LONGEST: usize = 120;

/// Rows that are not asked, and why.
#[derive(Debug, Default)]
struct NotAsked {
    untouchable: u64,
    fragile: u64,
    /// Where a row calls a whole system fragile. Another row that says less of it does not make it sturdier.
    spared: HashSet<Place>,
}

/// Reads the table.
pub(crate) fn read(
    text: &str,
    known: &dyn Fn(&str) -> Result<(), String>,
    found: &mut Found,
) -> Result<(), ReadError> {
    let headings = "the table needs a first line that names its columns, one of them \"address\" or \"name\"";
    let mut table = Table::of(text).ok_or_else(|| ReadError::whole(headings))?;
    let columns = Columns::of(table.columns());
    if !columns.can_place() {
        return Err(ReadError::whole(headings));
    }
    if let Some(unread) = columns.unread(table.columns()) {
        found.oddities.whole(format!("not read: the columns {unread}"));
    }
    let mut not_asked = NotAsked::default();
    while let Some(row) = table.next_row()? {
        if (0..row.width()).any(|column| !row.cell(column).is_empty()) {
            one(&row, &columns, known, &mut not_asked, found)?;
        }
    }
    let NotAsked {
        untouchable,
        fragile,
        spared,
    } = not_asked;
    found.keep(|target| target.port.is_some() || !spared.contains(&target.place));
    if untouchable > 0 {
        found
            .oddities
            .whole(format!("{untouchable} do-not-touch, never asked"));
    }
    if fragile > 0 {
        found.oddities.whole(format!(
            "{fragile} fragile, asked only where a port stands beside them or the command names them"
        ));
    }
    Ok(())
}

fn one(
    row: &Row,
    columns: &Columns,
    known: &dyn Fn(&str) -> Result<(), String>,
    not_asked: &mut NotAsked,
    found: &mut Found,
) -> Result<(), ReadError> {
    let fragility = fragility(row, columns)?;
    let delicate = fragility >= Some(Fragility::Fragile);
    let (at, name) = match place(row, columns, known, found) {
        Ok(place) => place,
        Err(why) if delicate => return Err(ReadError::at(row.line, why)),
        Err(why) => {
            found.oddities.at(row.line, format!("left out: {why}"));
            return Ok(());
        }
    };
    let ports = Ports::of(row, columns);
    if let Some(wrong) = &ports.wrong {
        let asked = if ports.open.is_empty() {
            ", so nothing there is asked"
        } else {
            ""
        };
        let why = format!("{} is no port from 1 to 65535{asked}", quoted(wrong));
        found.oddities.at(row.line, why);
    }
    let own = at.first().and_then(|target| target.port).into_iter();
    let numbers: Vec<Option<u16>> = match ports.numbers() {
        // What cannot be read may mean any port.
        numbers if ports.wrong.is_some() => numbers.into_iter().map(Some).chain([None]).collect(),
        numbers if numbers.is_empty() => own.map(Some).chain([None]).take(1).collect(),
        numbers => numbers.into_iter().map(Some).collect(),
    };
    if at.len().saturating_mul(numbers.len()) > MOST_OF_A_ROW {
        return Err(ReadError::at(
            row.line,
            "the row comes to too many ports: name the range once, without ports",
        ));
    }
    let told = Asset {
        name,
        role: text(row, columns, Column::Role, found),
        criticality: criticality(row, columns, found),
        fragility,
        owner: text(row, columns, Column::Owner, found),
        department: text(row, columns, Column::Department, found),
        ..Asset::at(Place::Name(String::new()))
    };
    for target in &at {
        for port in &numbers {
            found.asset(Asset {
                place: target.place.clone(),
                port: *port,
                ..told.clone()
            })?;
        }
    }
    let has_port = !ports.open.is_empty() || at.iter().any(|target| target.port.is_some());
    match fragility {
        Some(Fragility::DoNotTouch) => not_asked.untouchable += 1,
        Some(Fragility::Fragile) if !has_port => {
            not_asked.fragile += 1;
            not_asked.spared.extend(at.into_iter().map(|target| target.place));
        }
        _ if ports.open.is_empty() && ports.wrong.is_some() => {}
        _ => ask(at, &ports, found)?,
    }
    Ok(())
}

/// The targets of a row: at each place each port, or all of Holter's where the row names none.
fn ask(at: Vec<Target>, ports: &Ports, found: &mut Found) -> Result<(), ReadError> {
    for target in at {
        if ports.open.is_empty() {
            found.target(target)?;
            continue;
        }
        for (port, transport) in &ports.open {
            let over = match transport {
                Transport::Tcp => "",
                Transport::Udp => "/udp",
            };
            let text = match &target.place {
                Place::Name(name) => format!("{name}:{port}{over}"),
                Place::Address(IpAddr::V4(address)) => format!("{address}:{port}{over}"),
                Place::Address(IpAddr::V6(address)) => format!("[{address}]:{port}{over}"),
                // A range cannot be written with a port, and its hosts stand for themselves.
                Place::Range(_) => target.text.clone(),
            };
            found.target(Target {
                text,
                port: Some(*port),
                transport: *transport,
                ..target.clone()
            })?;
        }
    }
    Ok(())
}

/// Where the row's system is, several ranges for one with a dash, and its host name beside an address.
fn place(
    row: &Row,
    columns: &Columns,
    known: &dyn Fn(&str) -> Result<(), String>,
    found: &mut Found,
) -> Result<(Vec<Target>, Option<String>), String> {
    let names: Vec<&str> = columns.cells(row, Column::Name).collect();
    let mut name = names.iter().find_map(|cell| host_name(cell));
    let mut at: Option<Vec<Target>> = None;
    for cell in columns.cells(row, Column::Address) {
        let here = targets(cell, known)?;
        match here.first().map(|target| &target.place) {
            // A host's name beside its address.
            Some(Place::Name(host)) if at.is_some() => name = name.or_else(|| Some(host.clone())),
            _ if at.as_ref().is_none_or(|at| is_name(at)) => {
                if let Some(Place::Name(host)) = at.iter().flatten().next().map(|target| &target.place) {
                    name = name.or_else(|| Some(host.clone()));
                }
                at = Some(here);
            }
            _ => return Err(format!("{} is a second address in one row", quoted(cell))),
        }
    }
    match (at, name) {
        (Some(at), name) => {
            if let (None, Some(cell)) = (&name, names.first()) {
                let why = format!("{} is no host name and left out", quoted(cell));
                found.oddities.at(row.line, why);
            }
            Ok((at, name))
        }
        (None, Some(name)) => Ok((targets(&name, known)?, None)),
        (None, None) => Err(match names.first() {
            Some(cell) => format!("it has no address, and {} is no host name", quoted(cell)),
            None => "it has neither an address nor a name".to_owned(),
        }),
    }
}

fn is_name(at: &[Target]) -> bool {
    at.iter().all(|target| matches!(target.place, Place::Name(_)))
}

/// The most delicate class that the row names. One that is not understood, or that stands where nothing is read, ends
/// it all.
fn fragility(row: &Row, columns: &Columns) -> Result<Option<Fragility>, ReadError> {
    let mut most = None;
    for cell in columns.cells(row, Column::Fragility) {
        let class: Fragility = cell
            .parse()
            .map_err(|why| ReadError::at(row.line, format!("the fragility {why}")))?;
        most = most.max(Some(class));
    }
    let stray = columns
        .unread_cells(row)
        .find(|cell| cell.parse() == Ok(Fragility::DoNotTouch));
    match stray {
        Some(cell) if most != Some(Fragility::DoNotTouch) => Err(ReadError::at(
            row.line,
            format!(
                "{} stands in a column that is not read: call the column \"fragility\"",
                quoted(cell)
            ),
        )),
        _ => Ok(most),
    }
}

fn criticality(row: &Row, columns: &Columns, found: &mut Found) -> Option<Criticality> {
    let cell = columns.cells(row, Column::Criticality).next()?;
    let grade = cell.parse();
    if grade.is_err() {
        found.oddities.at(
            row.line,
            format!(
                "the criticality {} is not low, medium, high, highest or life, and left out",
                quoted(cell)
            ),
        );
    }
    grade.ok()
}

/// A cell of free text in one line.
fn text(row: &Row, columns: &Columns, column: Column, found: &mut Found) -> Option<String> {
    let cell = columns.cells(row, column).next()?;
    let mut text = cell.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some((end, _)) = text.char_indices().nth(LONGEST) {
        text.truncate(end);
        let why = format!("{} is cut after {LONGEST} characters", quoted(cell));
        found.oddities.at(row.line, why);
    }
    Some(text)
}
