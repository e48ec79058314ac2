//! What the user's inventory says of one service.

use holter_model::{Criticality, Fragility};

/// What is known of a service; each field comes from the entry nearest to it that says something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct About<'a> {
    /// Its host name.
    pub name: Option<&'a str>,
    /// What it is there for.
    pub role: Option<&'a str>,
    /// How much depends on it.
    pub criticality: Option<Criticality>,
    /// How carefully it must be touched.
    pub fragility: Option<Fragility>,
    /// Who answers for it.
    pub owner: Option<&'a str>,
    /// Where it belongs.
    pub department: Option<&'a str>,
}

impl<'a> About<'a> {
    /// With what an entry that is less near says of what nobody has spoken of yet.
    pub(crate) fn or(self, farther: &Self) -> Self {
        Self {
            name: self.name.or(farther.name),
            role: self.role.or(farther.role),
            criticality: self.criticality.or(farther.criticality),
            fragility: self.fragility.or(farther.fragility),
            owner: self.owner.or(farther.owner),
            department: self.department.or(farther.department),
        }
    }
}
