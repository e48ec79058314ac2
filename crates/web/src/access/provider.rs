//! A provider of sign-ins (OpenID Connect): which one, whom it may let in, and as what. What it says is obeyed in every
//! build; talking to it is behind the feature `oidc`.

use holter_store::{Account, Store};
use serde::{Deserialize, Serialize};

#[cfg(any(test, feature = "oidc"))]
use crate::role::Role;
use crate::trouble::Trouble;

/// The setting that it is kept in.
pub(crate) const SETTING: &str = "provider";
/// What its sealed secret is sealed as.
#[cfg(feature = "oidc")]
pub(crate) const SECRET: &str = "secret of the provider";

/// A provider, and what it may do here.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Provider {
    /// Its address, which is its name as well; empty: there is none.
    pub(crate) issuer: String,
    /// What it calls this server.
    pub(crate) client: String,
    /// The sealed secret; empty: it was given none.
    pub(crate) secret: String,
    /// What people call it.
    pub(crate) label: String,
    /// Where people reach this server; empty: where it listens.
    pub(crate) here: String,
    /// What it is asked for; empty: what it must be.
    pub(crate) scopes: String,
    /// The claim that says in which groups somebody is.
    pub(crate) groups: String,
    /// What those in a group may do: the first that fits counts.
    pub(crate) roles: Vec<Mapped>,
    /// Whether it may bring people whom nobody here knows.
    pub(crate) takes_in: bool,
    /// As what, where no group says so.
    pub(crate) newcomer: String,
    /// Whether nobody else comes in by a password,
    pub(crate) only: bool,
    /// but this account: for the day on which the provider is away.
    pub(crate) emergency: String,
}

/// What those in a group may do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Mapped {
    pub(crate) group: String,
    pub(crate) role: String,
    /// The department that an owner answers for; empty: as it was.
    #[serde(default)]
    pub(crate) department: String,
}

impl Provider {
    /// The one that is set up, if any.
    pub(crate) async fn of(store: &Store) -> Result<Option<Self>, Trouble> {
        let Some(text) = store.setting(SETTING).await? else {
            return Ok(None);
        };
        let read: Self = serde_json::from_str(&text).map_err(|error| Trouble::Own(error.to_string()))?;
        Ok(Some(read).filter(|provider| !provider.issuer.is_empty()))
    }

    /// What it is asked for.
    #[cfg(feature = "oidc")]
    pub(crate) fn scopes(&self) -> &str {
        match self.scopes.as_str() {
            "" => "openid email profile",
            scopes => scopes,
        }
    }

    /// The claim that says in which groups somebody is.
    #[cfg(feature = "oidc")]
    pub(crate) fn groups(&self) -> &str {
        match self.groups.as_str() {
            "" => "groups",
            groups => groups,
        }
    }

    /// What its groups make of somebody.
    #[cfg(any(test, feature = "oidc"))]
    pub(crate) fn mapped(&self, groups: &[String]) -> Option<&Mapped> {
        self.roles.iter().find(|mapped| groups.contains(&mapped.group))
    }
}

/// Reads who may do what, a group a line: `radiology-it = owner of Radiology`.
#[cfg(any(test, feature = "oidc"))]
pub(crate) fn read_roles(text: &str) -> Result<Vec<Mapped>, Trouble> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.take(200).map(read_role).collect()
}

#[cfg(any(test, feature = "oidc"))]
fn read_role(line: &str) -> Result<Mapped, Trouble> {
    let wrong = |why: &str| Trouble::Wrong(format!("{line:?} cannot be read: {why}."));
    let (group, means) = line
        .rsplit_once('=')
        .ok_or_else(|| wrong("write GROUP = ROLE, or GROUP = owner of DEPARTMENT"))?;
    let (role, department) = match means.split_once(" of ") {
        Some((role, department)) => (role.trim(), department.trim()),
        None => (means.trim(), ""),
    };
    let parsed: Role = role.parse().map_err(|why: String| wrong(&why))?;
    let is_owner = parsed == Role::Owner;
    match (group.trim(), department) {
        ("", _) => Err(wrong("it names no group")),
        (_, department) if !department.is_empty() && !is_owner => {
            Err(wrong("only an owner has a department to answer for"))
        }
        (group, department) => Ok(Mapped {
            group: group.to_owned(),
            role: parsed.to_string(),
            department: department.to_owned(),
        }),
    }
}

/// The same, as it is written.
#[cfg(any(test, feature = "oidc"))]
pub(crate) fn written(roles: &[Mapped]) -> String {
    let line = |mapped: &Mapped| match mapped.department.as_str() {
        "" => format!("{} = {}", mapped.group, mapped.role),
        department => format!("{} = {} of {department}", mapped.group, mapped.role),
    };
    roles.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// Whether a password opens this account, once it is right.
pub(crate) async fn lets_in_by_password(store: &Store, account: &Account) -> Result<bool, Trouble> {
    let provider = Provider::of(store).await?;
    Ok(provider.is_none_or(|provider| !provider.only || provider.emergency == account.name))
}

/// What people call the provider that they can sign in with.
pub(crate) async fn offered(store: &Store) -> Result<Option<String>, Trouble> {
    if cfg!(not(feature = "oidc")) {
        return Ok(None);
    }
    let provider = Provider::of(store).await?;
    Ok(provider.map(|provider| match provider.label.as_str() {
        "" => provider.issuer,
        _ => provider.label,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_are_read_as_they_are_written() {
        let text = "it = admin\ncn=rad,dc=example = owner of Radiology\n\nall = viewer";
        let roles = read_roles(text).unwrap();
        assert_eq!(roles[1].group, "cn=rad,dc=example");
        assert_eq!(
            (roles[1].role.as_str(), roles[1].department.as_str()),
            ("owner", "Radiology")
        );
        assert_eq!(written(&roles), text.replace("\n\n", "\n"));
        for wrong in ["it", "= admin", "it = king", "it = viewer of Radiology"] {
            assert!(read_roles(wrong).is_err(), "{wrong}");
        }
        let provider = Provider {
            roles,
            ..Provider::default()
        };
        let mapped = |groups: &[&str]| {
            let groups: Vec<String> = groups.iter().map(|group| (*group).to_owned()).collect();
            provider.mapped(&groups).map(|mapped| mapped.role.clone())
        };
        assert_eq!(mapped(&["all", "it"]).as_deref(), Some("admin"));
        assert_eq!(mapped(&["ALL", "al", ""]), None);
    }
}
