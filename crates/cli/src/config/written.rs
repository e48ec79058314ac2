//! Values that stand in `holter.toml` as text and are read as on the command line. Wrong ones keep their place.

use std::fmt;
use std::marker::PhantomData;

use clap::ValueEnum as _;
use holter_engine::{At, Authorisation, Every, QuietHours};
use holter_model::Fragility;
use ipnet::IpNet;
use serde::de::{Deserialize, Deserializer, Error, Visitor};

use crate::scan::{FormatName, PaceName, Ports, range, rate};

/// A value that was written as text.
#[derive(Clone, Debug)]
pub(crate) struct Written<T>(pub(crate) T);

/// What can be written as text.
pub(crate) trait Parse: Sized {
    /// What must stand there.
    const EXPECTED: &'static str;

    /// Reads it, or says why not.
    fn parse(text: &str) -> Result<Self, String>;
}

impl<'de, T: Parse> Deserialize<'de> for Written<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Reader<T>(PhantomData<T>);

        impl<T: Parse> Visitor<'_> for Reader<T> {
            type Value = T;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{} in quotes", T::EXPECTED)
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
                T::parse(text).map_err(E::custom)
            }
        }

        from.deserialize_str(Reader(PhantomData)).map(Self)
    }
}

/// Connections a second.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rate(pub(crate) f64);

impl<'de> Deserialize<'de> for Rate {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Reader;

        impl Visitor<'_> for Reader {
            type Value = f64;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("connections a second as a number like 20 or 0.5")
            }

            fn visit_f64<E: Error>(self, number: f64) -> Result<f64, E> {
                rate(&number.to_string()).map_err(E::custom)
            }

            fn visit_i64<E: Error>(self, number: i64) -> Result<f64, E> {
                rate(&number.to_string()).map_err(E::custom)
            }
        }

        from.deserialize_any(Reader).map(Self)
    }
}

impl Parse for IpNet {
    const EXPECTED: &'static str = "an address or a range like 192.0.2.0/24";

    fn parse(text: &str) -> Result<Self, String> {
        range(text).map_err(|why| format!("{text:?} is no range: {why}"))
    }
}

impl Parse for PaceName {
    const EXPECTED: &'static str = "gentle, normal or fast";

    fn parse(text: &str) -> Result<Self, String> {
        Self::from_str(text, true).map_err(|_| format!("{text:?} is not {}", Self::EXPECTED))
    }
}

impl Parse for FormatName {
    const EXPECTED: &'static str = "a format like json";

    fn parse(text: &str) -> Result<Self, String> {
        Self::from_str(text, true).map_err(|_| {
            let all = Self::value_variants().iter().filter_map(Self::to_possible_value);
            let names: Vec<String> = all.map(|value| value.get_name().to_owned()).collect();
            format!("{text:?} is none of the formats {}", names.join(", "))
        })
    }
}

/// Those that read themselves from text.
macro_rules! read_themselves {
    ($($type:ty: $expected:literal,)*) => {$(
        impl Parse for $type {
            const EXPECTED: &'static str = $expected;

            fn parse(text: &str) -> Result<Self, String> {
                text.parse()
            }
        }
    )*};
}

read_themselves! {
    At: "a time like 02:30 or Mon,Thu 02:30",
    Authorisation: "who allowed the scan and on what ground",
    Every: "a time like 6h or 90m",
    Fragility: "robust, careful, fragile or do-not-touch",
    Ports: "ports like 443,8443",
    QuietHours: "hours like Mon-Fri 07:00-19:00",
}
