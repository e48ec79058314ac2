//! Whatever a file of the user's holds: it is read or refused in one line, a target is one that can be typed, and nothing
//! that must not be touched is a target.

use holter_inventory::{Form, Inventory, decode, read, read_as, targets};
use holter_model::target::Place;
use holter_model::{Fragility, Target};

/// The form of text by its looks does not lead to every reader, so each gets the text.
const FORMS: [Form; 8] = [
    Form::List,
    Form::NmapXml,
    Form::NmapGrepable,
    Form::Dhcpd,
    Form::Dnsmasq,
    Form::Kea,
    Form::WindowsDhcp,
    Form::Csv,
];

/// Reads `data` as a file by its looks, and as one of every form.
pub fn run(data: &[u8]) {
    let known = |protocol: &str| match protocol {
        "https" | "dicom" => Ok(()),
        other => Err(format!("there is no protocol {other:?}")),
    };
    if let Err(error) = read(data, &known) {
        assert!(!error.to_string().contains('\n'), "{error}");
    }
    let Some(text) = decode(data) else {
        return;
    };
    let lines = u64::try_from(text.lines().count()).unwrap_or(u64::MAX);
    for form in FORMS {
        let Ok(read) = read_as(form, &text, &known) else {
            continue;
        };
        for oddity in &read.oddities {
            assert!(!oddity.what.contains('\n'), "{oddity}");
            assert!(
                oddity.line.is_none_or(|line| (1..=lines + 1).contains(&line)),
                "{oddity}"
            );
        }
        for target in &read.targets {
            assert_ne!(target.port, Some(0));
            assert!(places(target).is_ok_and(|again| again), "{target:?}");
        }
        if form == Form::Csv {
            look_up(Inventory::new(read.assets));
        }
    }
}

/// Whether a target's text stands for its place.
fn places(target: &Target) -> Result<bool, String> {
    let again = targets(&target.text, &|_| Ok(()))?;
    Ok(again.iter().any(|again| match (&again.place, &target.place) {
        (Place::Address(address), Place::Range(range)) => range.contains(address),
        (again, place) => again == place,
    }))
}

/// An asset is found where it says that it is, as delicate as it says or more so.
fn look_up(inventory: Inventory) {
    for asset in inventory.assets() {
        let address = match asset.place {
            Place::Address(address) => address,
            Place::Range(range) if range.prefix_len() == range.max_prefix_len() => range.addr(),
            _ => continue,
        };
        let about = inventory.about(address, None, asset.port.unwrap_or(1));
        if asset.port.is_some() {
            assert!(about.fragility >= asset.fragility);
        }
    }
    for (range, port) in inventory.untouchable() {
        if let Some(port) = port {
            assert!(inventory.fragility(range.addr(), None, port).is_some());
        }
    }
    let classes = inventory.assets().iter().filter_map(|asset| asset.fragility);
    assert!(classes.max() == Some(Fragility::DoNotTouch) || inventory.untouchable().next().is_none());
}
