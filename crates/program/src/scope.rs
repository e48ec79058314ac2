//! What a scan declared: it closes nothing outside of it.

use holter_model::target::Place;
use holter_model::{Endpoint, Target};
use holter_store::Scope;

/// Whether a scan declared to ask this check. One that named none is taken at what it answered.
#[must_use]
pub fn declares_check(scope: &Scope, check: &str) -> bool {
    scope.checks.is_empty() || scope.checks.iter().any(|declared| declared == check)
}

/// Whether a scan declared this place: as an address, within a range, or by name. One that named no target is taken at
/// where it was.
#[must_use]
pub fn declares_place(scope: &Scope, endpoint: Endpoint, name: &str) -> bool {
    let address = endpoint.address;
    scope.targets.is_empty()
        || scope.targets.iter().any(|target| {
            let Ok(target) = target.parse::<Target>() else {
                return false;
            };
            if target.port.is_some_and(|port| port != endpoint.port) {
                return false;
            }
            match target.place {
                Place::Name(declared) => !name.is_empty() && declared.eq_ignore_ascii_case(name),
                Place::Address(declared) => declared.to_canonical() == address.to_canonical(),
                Place::Range(range) => range.contains(&address) || range.contains(&address.to_canonical()),
            }
        })
}

#[cfg(test)]
mod tests {
    use holter_model::Transport;

    use super::*;

    #[test]
    fn a_scan_declares_what_it_names() {
        let scope = |targets: &[&str]| Scope {
            targets: targets.iter().map(|target| (*target).to_owned()).collect(),
            checks: vec!["heartbleed".to_owned()],
        };
        let at = |port| Endpoint {
            address: "10.0.0.7".parse().unwrap(),
            port,
            transport: Transport::Tcp,
        };
        for (targets, declared) in [
            (&["10.0.0.0/24"][..], true),
            (&["10.0.1.0/24", "https://10.0.0.7:8443"], true),
            (&["https://10.0.0.7:8444"], false),
            (&["Portal.example"], true),
            (&["10.0.1.0/24"], false),
            (&["nonsense//"], false),
            (&[], true),
        ] {
            assert_eq!(
                declares_place(&scope(targets), at(8443), "portal.example"),
                declared,
                "{targets:?}"
            );
        }
        assert!(declares_check(&scope(&[]), "heartbleed"));
        assert!(!declares_check(&scope(&[]), "robot"));
        assert!(declares_check(&Scope::default(), "robot"));
    }
}
