//! Lists of interfaces: those in clear text first, and among them the latest known.

use super::{COLUMNS, Linked, Secrecy, linked};
use crate::sql::{Read as _, Sql};
use crate::{Listed, Page, Store, StoreError};

/// Which interfaces. Conditions add up; what is said of one end is said of the same end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InterfaceFilter {
    /// One end is this asset;
    pub asset: Option<i64>,
    /// it is of this department, 0: of none;
    pub department: Option<i64>,
    /// it is at this site, 0: at none.
    pub site: Option<i64>,
    /// The other end is of this department, 0: of none;
    pub with_department: Option<i64>,
    /// it is at this site, 0: at none.
    pub with_site: Option<i64>,
    /// Over this protocol.
    pub protocol: Option<String>,
    /// How it is on the way.
    pub secrecy: Option<Secrecy>,
}

/// The columns of the end that is asked for, and of the other one, looked from both sides.
const SIDES: [[&str; 5]; 2] = [
    [
        " AND from_asset = ",
        " AND from_department = ",
        " AND from_site = ",
        " AND to_department = ",
        " AND to_site = ",
    ],
    [
        " AND to_asset = ",
        " AND to_department = ",
        " AND to_site = ",
        " AND from_department = ",
        " AND from_site = ",
    ],
];

impl Store {
    /// Interfaces, those in clear text first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn interfaces(
        &self,
        filter: &InterfaceFilter,
        page: &Page,
    ) -> Result<Listed<Linked>, StoreError> {
        // The page is cut first, by indices alone, and only then is the rest looked up. Each side of what is asked for has
        // an index of its own, so that both are asked and laid together.
        let mut sql = Sql::new(COLUMNS);
        sql.add(" JOIN (SELECT picked FROM (");
        for (number, columns) in SIDES.iter().enumerate().take(filter.sides()) {
            if number > 0 {
                sql.add(" UNION ");
            }
            sql.add(
                "SELECT id AS picked, bare AS place FROM (SELECT id, bare FROM interface WHERE bare >= 0",
            );
            filter.conditions(&mut sql, columns);
            if let Some((bare, id)) = page.place() {
                sql.add(" AND (bare, id) < (")
                    .bind(bare)
                    .add(", ")
                    .bind(id)
                    .add(")");
            }
            sql.add(" ORDER BY bare DESC, id DESC LIMIT ").bind(page.limit());
            sql.add(if number == 0 { ") AS one" } else { ") AS other" });
        }
        sql.add(") AS sides ORDER BY place DESC, picked DESC LIMIT ")
            .bind(page.limit());
        sql.add(") AS page ON page.picked = interface.id ORDER BY interface.bare DESC, interface.id DESC");
        let rows = sql.all(&mut *self.reader().await?).await?;
        let all: Vec<Linked> = rows.iter().map(linked).collect::<Result<_, _>>()?;
        let place = |one: &Linked| (Secrecy::of(one.interface.encrypted).bare(), one.interface.id);
        Ok(page.cut(all, place))
    }

    /// How many interfaces an asset has. They are counted one by one, which for one asset is quick.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn interfaces_of(&self, filter: &InterfaceFilter) -> Result<i64, StoreError> {
        let mut sql = Sql::new("SELECT COUNT(*) AS interfaces FROM (");
        for (number, columns) in SIDES.iter().enumerate().take(filter.sides()) {
            if number > 0 {
                sql.add(" UNION ");
            }
            sql.add("SELECT id FROM interface WHERE bare >= 0");
            filter.conditions(&mut sql, columns);
        }
        sql.add(") AS sides");
        let rows = sql.all(&mut *self.reader().await?).await?;
        rows.first().map_or(Ok(0), |row| row.number("interfaces"))
    }
}

impl InterfaceFilter {
    /// From how many sides one has to look.
    fn sides(&self) -> usize {
        let ends = [
            self.asset,
            self.department,
            self.site,
            self.with_department,
            self.with_site,
        ];
        1 + usize::from(ends.iter().any(Option::is_some))
    }

    fn conditions(
        &self,
        sql: &mut Sql,
        [asset, department, site, with_department, with_site]: &[&'static str; 5],
    ) {
        for (column, value) in [
            (asset, self.asset),
            (department, self.department),
            (site, self.site),
            (with_department, self.with_department),
            (with_site, self.with_site),
        ] {
            if let Some(value) = value {
                sql.add(column).bind(value);
            }
        }
        if let Some(protocol) = &self.protocol {
            // Where an end is given, its index is the one to go by, and this text keeps the other one out of the way.
            sql.add(if self.sides() > 1 {
                " AND protocol || '' = "
            } else {
                " AND protocol = "
            });
            sql.bind(protocol.as_str());
        }
        if let Some(secrecy) = self.secrecy {
            sql.add(" AND bare = ").bind(secrecy.bare());
        }
    }
}
