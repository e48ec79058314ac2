//! Who may do what. This table and the table of routes are the only places that say so.

use std::fmt;
use std::str::FromStr;

/// What somebody is here for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Reads.
    Viewer,
    /// Scans, and works on everybody's findings.
    Operator,
    /// Answers for one department, and works on its findings.
    Owner,
    /// Approves what is accepted, and reads the audit log.
    Compliance,
    /// Does everything, and looks after accounts.
    Admin,
}

/// What a route lets somebody do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Deed {
    /// Look at systems and findings.
    See,
    /// Look at what is counted over all departments together.
    Count,
    /// Look after one's own account.
    Oneself,
    /// Say something about a finding.
    Comment,
    /// Move a finding on: assign, begin, ask for acceptance, measure now.
    Work,
    /// Change what is known of systems, and bring in lists of them.
    Describe,
    /// Start and stop scans.
    Scan,
    /// Approve what somebody else wants accepted.
    Approve,
    /// Read the audit log.
    Audit,
    /// Accounts, departments, settings.
    Administer,
}

impl Role {
    /// Every role, the weakest first.
    pub const ALL: [Self; 5] = [
        Self::Viewer,
        Self::Operator,
        Self::Owner,
        Self::Compliance,
        Self::Admin,
    ];

    /// Its name, as it is stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Operator => "operator",
            Self::Owner => "owner",
            Self::Compliance => "compliance",
            Self::Admin => "admin",
        }
    }

    /// What it means, for whoever gives it.
    pub(crate) const fn about(self) -> &'static str {
        match self {
            Self::Viewer => "reads everything, changes nothing",
            Self::Operator => "scans, and works on every department's findings",
            Self::Owner => "works on the findings of one department, and sees no other",
            Self::Compliance => "approves accepted risks and reads the audit log",
            Self::Admin => "does everything, and looks after accounts and settings",
        }
    }

    /// Whether this role may do that.
    pub(crate) const fn may(self, deed: Deed) -> bool {
        use Deed::{Administer, Approve, Audit, Comment, Count, Describe, Oneself, Scan, See, Work};
        match (self, deed) {
            (_, See | Oneself) | (Self::Admin, _) => true,
            (Self::Viewer, Count)
            | (Self::Operator, Count | Comment | Work | Describe | Scan)
            | (Self::Owner, Comment | Work | Describe)
            | (Self::Compliance, Count | Comment | Approve | Audit) => true,
            (_, Count | Comment | Work | Describe | Scan | Approve | Audit | Administer) => false,
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Role {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|role| role.as_str() == text);
        found.ok_or_else(|| format!("there is no role {text:?}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_but_the_admin_does_everything() {
        use Deed::{Administer, Approve, Audit, Comment, Count, Describe, Oneself, Scan, See, Work};
        let all = [
            See, Count, Oneself, Comment, Work, Describe, Scan, Approve, Audit, Administer,
        ];
        let may = |role: Role| all.into_iter().filter(|deed| role.may(*deed)).collect::<Vec<_>>();
        assert_eq!(may(Role::Viewer), [See, Count, Oneself]);
        assert_eq!(
            may(Role::Operator),
            [See, Count, Oneself, Comment, Work, Describe, Scan]
        );
        assert_eq!(may(Role::Owner), [See, Oneself, Comment, Work, Describe]);
        assert_eq!(
            may(Role::Compliance),
            [See, Count, Oneself, Comment, Approve, Audit]
        );
        assert_eq!(may(Role::Admin), all);
        for role in Role::ALL {
            assert_eq!(role.as_str().parse(), Ok(role));
        }
    }
}
