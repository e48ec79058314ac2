//! What a file says, whatever its form.

use holter_model::{Asset, Target};

use crate::oddity::Oddities;
use crate::{Form, Oddity, ReadError, decode, leases, list, nmap, sheet};

/// No network of one's own has more; a file that comes to more is a mistake, and memory has an end.
const MOST: usize = 4 << 20;

/// What a file says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Read {
    /// Its form.
    pub form: Form,
    /// What may be asked, in the order of the file; never what it calls do-not-touch.
    pub targets: Vec<Target>,
    /// What is known of what.
    pub assets: Vec<Asset>,
    /// What was left out, and why.
    pub oddities: Vec<Oddity>,
}

/// Reads a file of any form, told by its looks. `known` says of a protocol that the file names whether there is such
/// a one, and if not, what to write.
///
/// # Errors
/// The file is not text, or of no form that is known, or a line of it is wrong that must not be passed over: any of a
/// plain list, and what says how carefully a system must be touched.
pub fn read(bytes: &[u8], known: &dyn Fn(&str) -> Result<(), String>) -> Result<Read, ReadError> {
    let text = decode(bytes).ok_or_else(|| ReadError::whole("it is not text in UTF-8: save it as UTF-8"))?;
    read_as(Form::of(&text)?, &text, known)
}

/// Reads text that has this form.
///
/// # Errors
/// As [`read()`].
pub fn read_as(
    form: Form,
    text: &str,
    known: &dyn Fn(&str) -> Result<(), String>,
) -> Result<Read, ReadError> {
    let mut found = Found::default();
    match form {
        Form::List => list::read(text, known, &mut found)?,
        Form::NmapXml => nmap::xml::read(text, &mut found)?,
        Form::NmapGrepable => nmap::grepable::read(text, &mut found)?,
        Form::Dhcpd => leases::dhcpd::read(text, &mut found)?,
        Form::Dnsmasq => leases::dnsmasq::read(text, &mut found)?,
        Form::Kea => leases::kea::read(text, &mut found)?,
        Form::WindowsDhcp => leases::windows::read(text, &mut found)?,
        Form::Csv => sheet::read(text, known, &mut found)?,
    }
    Ok(Read {
        form,
        targets: found.targets,
        assets: found.assets,
        oddities: found.oddities.list(),
    })
}

/// What has been read of a file so far.
#[derive(Debug, Default)]
pub(crate) struct Found {
    targets: Vec<Target>,
    assets: Vec<Asset>,
    /// What was left out so far.
    pub(crate) oddities: Oddities,
}

impl Found {
    /// One more target.
    pub(crate) fn target(&mut self, target: Target) -> Result<(), ReadError> {
        push(&mut self.targets, target, "targets")
    }

    /// Only these targets.
    pub(crate) fn keep(&mut self, wanted: impl Fn(&Target) -> bool) {
        self.targets.retain(wanted);
    }

    /// One more asset.
    pub(crate) fn asset(&mut self, asset: Asset) -> Result<(), ReadError> {
        push(&mut self.assets, asset, "assets")
    }
}

fn push<T>(list: &mut Vec<T>, one: T, called: &str) -> Result<(), ReadError> {
    if list.len() >= MOST {
        return Err(ReadError::whole(format!(
            "it comes to more than {MOST} {called}: name ranges instead, or split the file"
        )));
    }
    list.push(one);
    Ok(())
}
