//! A walk through DER by structure alone, so that one field that makes no sense spoils no other.

use asn1_rs::{Any, Class, FromBer as _};

/// Universal tags that are asked for here (X.680 section 8.4).
pub(crate) mod tag {
    pub(crate) const BOOLEAN: u32 = 1;
    pub(crate) const INTEGER: u32 = 2;
    pub(crate) const BIT_STRING: u32 = 3;
    pub(crate) const OCTET_STRING: u32 = 4;
    pub(crate) const OID: u32 = 6;
    pub(crate) const ENUMERATED: u32 = 10;
    pub(crate) const SEQUENCE: u32 = 16;
    pub(crate) const SET: u32 = 17;
    pub(crate) const UTC_TIME: u32 = 23;
    pub(crate) const GENERALIZED_TIME: u32 = 24;
}

/// One element: its kind, what is in it, and all of it with its head.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Element<'a> {
    universal: bool,
    context: bool,
    tag: u32,
    /// What is in it.
    pub(crate) content: &'a [u8],
    /// All of it, with its head.
    pub(crate) whole: &'a [u8],
}

impl<'a> Element<'a> {
    /// Whether it has this universal tag.
    pub(crate) const fn is(&self, tag: u32) -> bool {
        self.universal && self.tag == tag
    }

    /// Whether it has this context-specific tag.
    pub(crate) const fn is_context(&self, tag: u32) -> bool {
        self.context && self.tag == tag
    }

    /// The fields in it.
    pub(crate) const fn fields(&self) -> Fields<'a> {
        Fields(self.content)
    }
}

/// Elements, one after the other. What cannot be read ends them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fields<'a>(pub(crate) &'a [u8]);

impl<'a> Fields<'a> {
    /// The next element, and past it.
    pub(crate) fn next(&mut self) -> Option<Element<'a>> {
        let (rest, any) = Any::from_ber(self.0).ok()?;
        let whole = self.0.get(..self.0.len().checked_sub(rest.len())?)?;
        if whole.is_empty() {
            return None;
        }
        self.0 = rest;
        Some(Element {
            universal: any.class() == Class::Universal,
            context: any.class() == Class::ContextSpecific,
            tag: any.tag().0,
            content: any.data,
            whole,
        })
    }

    /// The next element if it has this universal tag; nothing moves otherwise.
    pub(crate) fn take(&mut self, tag: u32) -> Option<Element<'a>> {
        self.take_if(|element| element.is(tag))
    }

    /// The next element if it has this context-specific tag; nothing moves otherwise.
    pub(crate) fn take_context(&mut self, tag: u32) -> Option<Element<'a>> {
        self.take_if(|element| element.is_context(tag))
    }

    /// The fields of the next element if it is a SEQUENCE.
    pub(crate) fn sequence(&mut self) -> Option<Fields<'a>> {
        self.take(tag::SEQUENCE).map(|element| element.fields())
    }

    /// The octets of the next element if it is a BIT STRING of whole octets.
    pub(crate) fn bits(&mut self) -> Option<&'a [u8]> {
        match self.take(tag::BIT_STRING)?.content.split_first()? {
            (0, octets) => Some(octets),
            _ => None,
        }
    }

    fn take_if(&mut self, wanted: impl Fn(&Element<'a>) -> bool) -> Option<Element<'a>> {
        let mut ahead = *self;
        let element = ahead.next().filter(wanted)?;
        *self = ahead;
        Some(element)
    }
}

/// An OID's dotted text; empty when it is none.
pub(crate) fn dotted(content: &[u8]) -> String {
    const LONGEST: usize = 64;
    if content.is_empty() || content.len() > LONGEST {
        return String::new();
    }
    asn1_rs::Oid::new(content.into()).to_id_string()
}
