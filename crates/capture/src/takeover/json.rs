//! Logs of JSON objects: one a line, or an array of them.

use std::{
    fmt,
    io::{BufRead, Read},
};

use serde::de::{Deserializer as _, SeqAccess, Visitor};
use serde_json::Value;

use super::{
    columns::Columns,
    log::{Log, LogError, Numbers},
    record::{Bounded, Budget},
};

/// Longer lines are not a log.
pub(super) const LONGEST_LINE: u64 = 1 << 20;

/// An array is read up to here.
const LONGEST_ARRAY: u64 = 1 << 30;

impl Log {
    /// One JSON object a line.
    pub(super) fn lines(&mut self, mut from: impl BufRead, columns: &Columns) -> Result<(), LogError> {
        let mut members = Members::new(columns);
        let mut raw = Vec::new();
        for line in 1.. {
            raw.clear();
            if self.full() || from.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut raw)? == 0 {
                break;
            }
            while raw.len() as u64 == LONGEST_LINE && !raw.ends_with(b"\n") {
                // Too long for a line of a log: what is left of it is passed over, a piece at a time.
                let mut rest = Vec::new();
                if from.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut rest)? == 0
                    || rest.ends_with(b"\n")
                {
                    break;
                }
            }
            let text = raw.trim_ascii();
            let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
            match serde_json::from_slice(text) {
                _ if text.is_empty() => {}
                Ok(object) => members.take(self, line, &object)?,
                Err(_) => self.pass_over(line),
            }
        }
        Ok(())
    }

    /// A JSON array of objects, one of which is held at a time.
    pub(super) fn array(&mut self, from: impl Read, columns: &Columns) -> Result<(), LogError> {
        let mut members = Members::new(columns);
        let mut trouble = None;
        let budget = Budget::new();
        let renewed = budget.clone();
        let elements = Elements(|place, object: &Value| {
            renewed.renew();
            if self.full() {
                return false;
            }
            match members.take(self, place, object) {
                Ok(()) => true,
                Err(error) => {
                    trouble = Some(error);
                    false
                }
            }
        });
        let from = Bounded::new(from.take(LONGEST_ARRAY), budget);
        let read = serde_json::Deserializer::from_reader(from).deserialize_seq(elements);
        match (trouble, read) {
            (Some(error), _) => Err(error),
            (None, Err(_)) if !self.cut => {
                self.cut = true;
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

/// Takes uses out of JSON objects, whose first one says what their members are called.
struct Members<'a> {
    columns: &'a Columns,
    names: Option<[String; 3]>,
    numbers: Numbers,
}

impl<'a> Members<'a> {
    fn new(columns: &'a Columns) -> Self {
        Self {
            columns,
            names: None,
            numbers: Numbers::default(),
        }
    }

    fn take(&mut self, log: &mut Log, line: u64, object: &Value) -> Result<(), LogError> {
        let flat = flat(object);
        let names = match &self.names {
            Some(names) => names,
            None => {
                let all: Vec<&str> = flat.iter().map(|(name, _)| name.as_str()).collect();
                self.names.insert(self.columns.choose(&all)?)
            }
        };
        let member = |wanted: &str| {
            flat.iter()
                .find(|(name, _)| name == wanted)
                .map_or("", |(_, text)| text)
        };
        let [time, session, source] = names.each_ref().map(|name| member(name));
        log.take(&mut self.numbers, line, time, session, source);
        Ok(())
    }
}

/// Visits the elements of an array one by one, as long as it is told to go on.
struct Elements<F>(F);

impl<'de, F: FnMut(u64, &Value) -> bool> Visitor<'de> for Elements<F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of objects")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut elements: A) -> Result<(), A::Error> {
        for place in 1.. {
            match elements.next_element()? {
                Some(object) if (self.0)(place, &object) => {}
                _ => break,
            }
        }
        Ok(())
    }
}

/// The members of an object, and those of objects in it as `outer.inner`.
fn flat(object: &Value) -> Vec<(String, String)> {
    let mut members = Vec::new();
    for (name, value) in object.as_object().into_iter().flatten() {
        match value {
            Value::Object(inner) => {
                members.extend(
                    inner
                        .iter()
                        .filter_map(|(under, value)| Some((format!("{name}.{under}"), plain(value)?))),
                );
            }
            value => members.extend(plain(value).map(|text| (name.clone(), text))),
        }
    }
    members
}

/// A value as text, where it is one.
fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
