//! Where the ends of interfaces belong, and how many lead from one place to another: kept in step in the transaction that
//! changes it, so that an overview of a large network reads few rows.

use std::collections::BTreeMap;

use sqlx::any::AnyRow;

use super::{Interface, InterfaceFilter, Secrecy, named};
use crate::sql::{Read as _, Sql, Value};
use crate::{Store, StoreError, Writing};

/// By what sort of place a map is folded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fold {
    /// By department.
    Department,
    /// By site.
    Site,
}

/// What leads from one place to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Between {
    /// The place of who connects; `None`: nobody has said.
    pub from: Option<i64>,
    /// The place of who answers.
    pub to: Option<i64>,
    /// How many interfaces.
    pub interfaces: i64,
    /// How many of them in clear text.
    pub clear: i64,
    /// How many protocols.
    pub protocols: i64,
    /// The first of them.
    pub protocol: String,
}

/// Where an end is; 0: nobody has said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) site: i64,
    pub(super) department: i64,
}

/// What the tally needs to know of an interface.
#[derive(Debug)]
pub(super) struct Placed {
    pub(super) places: [Place; 2],
    pub(super) protocol: String,
    pub(super) secrecy: Secrecy,
    /// How many are like it.
    count: i64,
}

/// By sort of place, from where, to where, protocol and place in the order.
pub(crate) type Ways = BTreeMap<(Fold, i64, i64, String, i64), i64>;

const PLACED: &str = "SELECT from_site, to_site, from_department, to_department, protocol, bare, 1 AS interfaces FROM interface";

impl Fold {
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Department => "department",
            Self::Site => "site",
        }
    }
}

impl Place {
    const fn by(self, fold: Fold) -> i64 {
        match fold {
            Fold::Department => self.department,
            Fold::Site => self.site,
        }
    }
}

impl Writing {
    /// Counts interfaces, or takes them out of the count.
    pub(super) fn count_interfaces(
        &mut self,
        [from, to]: [Place; 2],
        protocol: &str,
        secrecy: Secrecy,
        more: i64,
    ) {
        for fold in [Fold::Department, Fold::Site] {
            let key = (
                fold,
                from.by(fold),
                to.by(fold),
                protocol.to_owned(),
                secrecy.bare(),
            );
            *self.tally.interfaces.entry(key).or_default() += more;
        }
    }

    /// The interface that this one is, if it is known.
    pub(super) async fn same_interface(&mut self, one: &Interface) -> Result<Option<Placed>, StoreError> {
        let mut sql = Sql::new(PLACED);
        sql.add(" WHERE from_asset = ").bind(one.from_asset);
        sql.add(" AND to_asset = ").bind(one.to_asset);
        sql.add(" AND protocol = ").bind(one.protocol.as_str());
        sql.add(" AND port = ").bind(i64::from(one.port));
        let rows = sql.all(self.connection()).await?;
        rows.first().map(placed).transpose()
    }

    pub(super) async fn placed_interface(&mut self, id: i64) -> Result<Option<Placed>, StoreError> {
        let mut sql = Sql::new(PLACED);
        sql.add(" WHERE id = ").bind(id);
        let rows = sql.all(self.connection()).await?;
        rows.first().map(placed).transpose()
    }

    /// Where these assets are.
    pub(super) async fn places_of(&mut self, assets: [i64; 2]) -> Result<[Place; 2], StoreError> {
        let mut places = [Place::default(); 2];
        for (asset, place) in assets.into_iter().zip(&mut places) {
            let mut sql = Sql::new(
                "SELECT COALESCE(site, 0) AS site, COALESCE(department, 0) AS department FROM asset WHERE id = ",
            );
            sql.bind(asset);
            if let Some(row) = sql.all(self.connection()).await?.first() {
                (place.site, place.department) = (row.number("site")?, row.number("department")?);
            }
        }
        Ok(places)
    }

    /// Interfaces move with their asset to another site or department.
    pub(crate) async fn move_interfaces(
        &mut self,
        asset: i64,
        site: Option<i64>,
        department: Option<i64>,
    ) -> Result<(), StoreError> {
        let new = Place {
            site: site.unwrap_or(0),
            department: department.unwrap_or(0),
        };
        let sides = [
            (
                " WHERE from_asset = ",
                "UPDATE interface SET from_site = ",
                ", from_department = ",
            ),
            (
                " WHERE to_asset = ",
                "UPDATE interface SET to_site = ",
                ", to_department = ",
            ),
        ];
        for (side, (which, update, and)) in sides.into_iter().enumerate() {
            let mut sql = Sql::new(
                "SELECT from_site, to_site, from_department, to_department, protocol, bare, COUNT(*) AS interfaces FROM interface",
            );
            sql.add(which).bind(asset);
            sql.add(" GROUP BY from_site, to_site, from_department, to_department, protocol, bare");
            for row in &sql.all(self.connection()).await? {
                let before = placed(row)?;
                self.count_interfaces(before.places, &before.protocol, before.secrecy, -before.count);
                let [from, to] = before.places;
                let after = if side == 0 { [new, to] } else { [from, new] };
                self.count_interfaces(after, &before.protocol, before.secrecy, before.count);
            }
            let mut sql = Sql::new(update);
            sql.bind(new.site).add(and).bind(new.department);
            sql.add(which).bind(asset);
            sql.run(self.connection()).await?;
        }
        Ok(())
    }

    /// Puts all interfaces in their places and counts them anew: for a backup that was written before there were any.
    pub(crate) async fn place_interfaces(&mut self) -> Result<(), StoreError> {
        for text in [
            "UPDATE interface SET from_site = (SELECT COALESCE(site, 0) FROM asset WHERE asset.id = from_asset), \
             to_site = (SELECT COALESCE(site, 0) FROM asset WHERE asset.id = to_asset), \
             from_department = (SELECT COALESCE(department, 0) FROM asset WHERE asset.id = from_asset), \
             to_department = (SELECT COALESCE(department, 0) FROM asset WHERE asset.id = to_asset), \
             bare = CASE encrypted WHEN 0 THEN 2 WHEN 1 THEN 0 ELSE 1 END",
            "DELETE FROM interface_tally",
            "INSERT INTO interface_tally (fold, from_place, to_place, protocol, bare, interfaces) \
             SELECT 'department', from_department, to_department, protocol, bare, COUNT(*) FROM interface \
             GROUP BY from_department, to_department, protocol, bare",
            "INSERT INTO interface_tally (fold, from_place, to_place, protocol, bare, interfaces) \
             SELECT 'site', from_site, to_site, protocol, bare, COUNT(*) FROM interface \
             GROUP BY from_site, to_site, protocol, bare",
        ] {
            sqlx::query(text).execute(self.connection()).await?;
        }
        Ok(())
    }

    /// Writes what the tally has to hear.
    pub(crate) async fn settle_interfaces(&mut self, ways: Ways) -> Result<(), StoreError> {
        let rows = ways.into_iter().filter(|(_, more)| *more != 0);
        let rows = rows.map(|((fold, from, to, protocol, bare), more)| -> Vec<Value> {
            vec![
                fold.word().into(),
                from.into(),
                to.into(),
                protocol.into(),
                bare.into(),
                more.into(),
            ]
        });
        self.upsert(
            "INSERT INTO interface_tally (fold, from_place, to_place, protocol, bare, interfaces) VALUES",
            rows.collect(),
            " ON CONFLICT (fold, from_place, to_place, protocol, bare) DO UPDATE \
             SET interfaces = interface_tally.interfaces + excluded.interfaces",
        )
        .await
    }
}

impl Store {
    /// What leads from where to where, folded: those with the most in clear text first. Of the filter hold the place
    /// of that sort, the protocol and how it is on the way.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn ways(&self, fold: Fold, filter: &InterfaceFilter) -> Result<Vec<Between>, StoreError> {
        let mut sql = Sql::new(
            "SELECT from_place, to_place, CAST(SUM(interfaces) AS BIGINT) AS interfaces, \
             CAST(SUM(CASE WHEN bare = 2 THEN interfaces ELSE 0 END) AS BIGINT) AS clear, \
             COUNT(DISTINCT protocol) AS protocols, MIN(protocol) AS protocol FROM interface_tally \
             WHERE interfaces > 0 AND fold = ",
        );
        sql.bind(fold.word());
        let place = match fold {
            Fold::Department => filter.department,
            Fold::Site => filter.site,
        };
        if let Some(place) = place {
            sql.add(" AND (from_place = ").bind(place);
            sql.add(" OR to_place = ").bind(place).add(")");
        }
        if let Some(protocol) = &filter.protocol {
            sql.add(" AND protocol = ").bind(protocol.as_str());
        }
        if let Some(secrecy) = filter.secrecy {
            sql.add(" AND bare = ").bind(secrecy.bare());
        }
        sql.add(" GROUP BY from_place, to_place ORDER BY clear DESC, interfaces DESC, from_place, to_place");
        let rows = sql.all(&mut *self.reader().await?).await?;
        let between = |row: &AnyRow| {
            Ok(Between {
                from: named(row.number("from_place")?),
                to: named(row.number("to_place")?),
                interfaces: row.number("interfaces")?,
                clear: row.number("clear")?,
                protocols: row.number("protocols")?,
                protocol: row.text("protocol")?,
            })
        };
        rows.iter().map(between).collect()
    }

    /// The protocols of all interfaces, or of a department's: the first five hundred.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn interface_protocols(&self, department: Option<i64>) -> Result<Vec<String>, StoreError> {
        let mut sql = Sql::new(
            "SELECT DISTINCT protocol FROM interface_tally WHERE interfaces > 0 AND fold = 'department'",
        );
        if let Some(department) = department {
            sql.add(" AND (from_place = ").bind(department);
            sql.add(" OR to_place = ").bind(department).add(")");
        }
        sql.add(" ORDER BY protocol LIMIT 500");
        let rows = sql.all(&mut *self.reader().await?).await?;
        rows.iter().map(|row| row.text("protocol")).collect()
    }
}

fn placed(row: &AnyRow) -> Result<Placed, StoreError> {
    let place = |site, department| {
        Ok::<_, StoreError>(Place {
            site: row.number(site)?,
            department: row.number(department)?,
        })
    };
    Ok(Placed {
        places: [
            place("from_site", "from_department")?,
            place("to_site", "to_department")?,
        ],
        protocol: row.text("protocol")?,
        secrecy: Secrecy::at(row.number("bare")?),
        count: row.number("interfaces")?,
    })
}
