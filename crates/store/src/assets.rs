//! Assets: the systems behind services, whose they are, and how much depends on them.

use std::collections::{BTreeMap, BTreeSet};

use holter_model::{Criticality, Fragility};
use jiff::Timestamp;
use sqlx::AnyConnection;
use sqlx::any::AnyRow;

use crate::moment::micros;
use crate::sql::{Read as _, Sql, Value, json, short};
use crate::{Listed, Page, Store, StoreError, Writing};

/// What is said of an asset.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AssetAbout {
    /// Its name for people.
    pub name: String,
    /// The site that it stands at.
    pub site: Option<i64>,
    /// The department that it belongs to.
    pub department: Option<i64>,
    /// The person who answers for it.
    pub owner: Option<i64>,
    /// The product that it is.
    pub product: Option<i64>,
    /// What it is there for: "infusion pump gateway".
    pub role: String,
    /// Whatever else is to be said.
    pub note: String,
    /// How much depends on it.
    pub criticality: Option<Criticality>,
    /// How carefully it must be touched.
    pub fragility: Option<Fragility>,
    /// Whether patients' records are on it.
    pub holds_ephi: Option<bool>,
    /// Whether it can be reached from the internet.
    pub internet_facing: Option<bool>,
    /// Whether it stands at a patient's or an employee's home.
    pub at_home: Option<bool>,
    /// Whether it is a VPN gateway or a portal: what strangers knock at.
    pub front_door: Option<bool>,
}

/// An asset as it is remembered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownAsset {
    /// Its number.
    pub id: i64,
    /// What is said of it.
    pub about: AssetAbout,
    /// The fields that a person has set: no scan and no import writes over them.
    pub by_hand: BTreeSet<String>,
    /// When it was first remembered.
    pub created: Timestamp,
    /// When one of its services last answered.
    pub seen: Option<Timestamp>,
    /// The asset that it turned out to be.
    pub merged_into: Option<i64>,
    /// How many services it has.
    pub services: i64,
    /// How many findings somebody still has to do something about.
    pub live_findings: i64,
    /// The weight of the heaviest of them.
    pub weight: i64,
    /// The names of its site, department, owner and product.
    pub named: AssetNames,
}

/// Names that stand beside an asset in a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AssetNames {
    /// Its site's.
    pub site: Option<String>,
    /// Its department's.
    pub department: Option<String>,
    /// Its owner's.
    pub owner: Option<String>,
    /// Its product's, with vendor and version where they are known.
    pub product: Option<String>,
}

/// Which assets. Conditions add up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AssetFilter {
    /// At this site.
    pub site: Option<i64>,
    /// Of this department.
    pub department: Option<i64>,
    /// Of this owner.
    pub owner: Option<i64>,
    /// This product.
    pub product: Option<i64>,
    /// Of this criticality.
    pub criticality: Option<Criticality>,
    /// With these words in a name, an address or the role.
    pub search: Option<String>,
}

const COLUMNS: &str = "SELECT asset.id, asset.name, asset.site, asset.department, asset.owner, asset.product, \
     asset.role, asset.note, criticality, fragility, holds_ephi, internet_facing, at_home, front_door, by_hand, created, \
     seen, merged_into, services, live_findings, weight, site.name AS site_name, department.name AS department_name, \
     person.name AS owner_name, vendor.name AS vendor_name, product.name AS product_name, product.version AS product_version \
     FROM asset LEFT JOIN site ON site.id = asset.site LEFT JOIN department ON department.id = asset.department \
     LEFT JOIN person ON person.id = asset.owner LEFT JOIN product ON product.id = asset.product \
     LEFT JOIN vendor ON vendor.id = product.vendor";

impl Writing {
    /// Adds an asset.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn add_asset(&mut self, about: &AssetAbout, at: Timestamp) -> Result<i64, StoreError> {
        let mut sql = Sql::new(
            "INSERT INTO asset (name, site, department, owner, product, role, note, criticality, fragility, holds_ephi, \
             internet_facing, at_home, front_door, search, created) VALUES",
        );
        let mut row = values(about);
        row.push(short(&about.name).to_lowercase().into());
        row.push(micros(at).into());
        sql.rows([row]);
        sql.add(" RETURNING id");
        let id = self.one_number(sql).await?;
        self.count_asset(about, 1);
        Ok(id)
    }

    /// An asset.
    ///
    /// # Errors
    /// When there is none with this number, or the database refuses.
    pub async fn asset(&mut self, id: i64) -> Result<KnownAsset, StoreError> {
        one(id, self.connection()).await
    }

    /// Writes what is said of an asset, and which of it a person has said; its findings move with it.
    ///
    /// # Errors
    /// When there is none with this number, or the database refuses.
    pub async fn update_asset(
        &mut self,
        id: i64,
        about: &AssetAbout,
        by_hand: &BTreeSet<String>,
    ) -> Result<(), StoreError> {
        let before = self.asset(id).await?;
        let mut sql = Sql::new("UPDATE asset SET by_hand = ");
        sql.bind(json(by_hand)?);
        for (field, value) in FIELDS.iter().zip(values(about)) {
            sql.add(", ").add(field).add(" = ").bind(value);
        }
        sql.add(" WHERE id = ").bind(id);
        sql.run(self.connection()).await?;
        if before.merged_into.is_none() {
            self.count_asset(&before.about, -1);
            self.count_asset(about, 1);
        }
        if (before.about.site, before.about.department) != (about.site, about.department) {
            self.move_findings(id, about.site, about.department).await?;
            self.move_interfaces(id, about.site, about.department).await?;
        }
        if before.about.name != about.name {
            self.refresh_search(id).await?;
        }
        Ok(())
    }

    /// Notes that services of an asset answered.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn see_asset(&mut self, id: i64, at: Timestamp) -> Result<(), StoreError> {
        let mut sql = Sql::new("UPDATE asset SET seen = ");
        sql.bind(micros(at)).add(" WHERE id = ").bind(id);
        sql.add(" AND (seen IS NULL OR seen < ").bind(micros(at)).add(")");
        sql.run(self.connection()).await.map(drop)
    }

    /// Puts together anew what a search for an asset looks through.
    pub(crate) async fn refresh_search(&mut self, id: i64) -> Result<(), StoreError> {
        const MOST: usize = 1000;
        let asset = self.asset(id).await?;
        let mut words = format!("{} {}", short(&asset.about.name), short(&asset.about.role)).to_lowercase();
        for mark in self.marks_of(id).await? {
            if matches!(mark.kind.as_str(), "address" | "name") && words.len() < MOST {
                words.push(' ');
                words.push_str(&mark.value);
            }
        }
        let mut sql = Sql::new("UPDATE asset SET search = ");
        sql.bind(words).add(" WHERE id = ").bind(id);
        sql.run(self.connection()).await.map(drop)
    }
}

impl Store {
    /// An asset.
    ///
    /// # Errors
    /// When there is none with this number, or the database does not answer.
    pub async fn asset(&self, id: i64) -> Result<KnownAsset, StoreError> {
        one(id, &mut *self.reader().await?).await
    }

    /// The assets that have these numbers, by them.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn assets_numbered(
        &self,
        ids: &BTreeSet<i64>,
    ) -> Result<BTreeMap<i64, KnownAsset>, StoreError> {
        let mut sql = Sql::new(COLUMNS);
        sql.add(" WHERE asset.id IN ").numbers(ids.iter().copied());
        let rows = sql.all(&mut *self.reader().await?).await?;
        rows.iter()
            .map(|row| asset(row).map(|asset| (asset.id, asset)))
            .collect()
    }

    /// Assets, those with the heaviest findings first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn assets(&self, filter: &AssetFilter, page: &Page) -> Result<Listed<KnownAsset>, StoreError> {
        // The page is cut first, by an index alone, and only then is the rest looked up.
        let mut sql = Sql::new(COLUMNS);
        sql.add(" JOIN (SELECT id AS picked FROM asset WHERE merged_into IS NULL");
        for (column, value) in [
            (" AND site = ", filter.site),
            (" AND department = ", filter.department),
            (" AND owner = ", filter.owner),
            (" AND product = ", filter.product),
            (" AND criticality = ", filter.criticality.map(place)),
        ] {
            if let Some(value) = value {
                sql.add(column).bind(value);
            }
        }
        if let Some(words) = &filter.search {
            for word in words.to_lowercase().split_whitespace().take(8) {
                sql.add(" AND search LIKE ").bind(format!("%{}%", literal(word)));
                sql.add(" ESCAPE '!'");
            }
        }
        if let Some((weight, id)) = page.place() {
            sql.add(" AND (weight, id) < (")
                .bind(weight)
                .add(", ")
                .bind(id)
                .add(")");
        }
        sql.add(" ORDER BY weight DESC, id DESC LIMIT ")
            .bind(page.limit());
        sql.add(") AS page ON page.picked = asset.id ORDER BY weight DESC, asset.id DESC");
        let rows = sql.all(&mut *self.reader().await?).await?;
        let assets: Vec<KnownAsset> = rows.iter().map(asset).collect::<Result<_, _>>()?;
        Ok(page.cut(assets, |asset| (asset.weight, asset.id)))
    }
}

/// The columns of [`AssetAbout`], as [`values`] has them.
const FIELDS: [&str; 13] = [
    "name",
    "site",
    "department",
    "owner",
    "product",
    "role",
    "note",
    "criticality",
    "fragility",
    "holds_ephi",
    "internet_facing",
    "at_home",
    "front_door",
];

fn values(about: &AssetAbout) -> Vec<Value> {
    let truth = |value: Option<bool>| value.map(i64::from).into();
    vec![
        about.name.as_str().into(),
        about.site.into(),
        about.department.into(),
        about.owner.into(),
        about.product.into(),
        about.role.as_str().into(),
        about.note.as_str().into(),
        about.criticality.map(place).into(),
        about.fragility.map(delicacy).into(),
        truth(about.holds_ephi),
        truth(about.internet_facing),
        truth(about.at_home),
        truth(about.front_door),
    ]
}

/// A grade as a number: its place in the list of all.
pub(crate) fn place(grade: Criticality) -> i64 {
    index(&Criticality::ALL, grade)
}

fn delicacy(class: Fragility) -> i64 {
    index(&Fragility::ALL, class)
}

fn index<T: PartialEq>(all: &[T], one: T) -> i64 {
    let found = all.iter().position(|other| *other == one);
    found.and_then(|place| i64::try_from(place).ok()).unwrap_or(0)
}

/// The grade of a number.
pub(crate) fn grade_at(place: Option<i64>) -> Option<Criticality> {
    at(&Criticality::ALL, place)
}

fn at<T: Copy>(all: &[T], place: Option<i64>) -> Option<T> {
    all.get(usize::try_from(place?).ok()?).copied()
}

/// A word in which LIKE finds nothing special.
pub(crate) fn literal(word: &str) -> String {
    word.replace('!', "!!").replace('%', "!%").replace('_', "!_")
}

async fn one(id: i64, connection: &mut AnyConnection) -> Result<KnownAsset, StoreError> {
    let mut sql = Sql::new(COLUMNS);
    sql.add(" WHERE asset.id = ").bind(id);
    let rows = sql.all(connection).await?;
    asset(rows.first().ok_or_else(|| StoreError::missing("asset", id))?)
}

fn asset(row: &AnyRow) -> Result<KnownAsset, StoreError> {
    let parts = ["vendor_name", "product_name", "product_version"];
    let parts: Vec<String> = parts
        .into_iter()
        .filter_map(|column| row.maybe_text(column).transpose())
        .collect::<Result<_, _>>()?;
    let product = parts.join(" ").trim().to_owned();
    Ok(KnownAsset {
        id: row.number("id")?,
        about: AssetAbout {
            name: row.text("name")?,
            site: row.maybe_number("site")?,
            department: row.maybe_number("department")?,
            owner: row.maybe_number("owner")?,
            product: row.maybe_number("product")?,
            role: row.text("role")?,
            note: row.text("note")?,
            criticality: grade_at(row.maybe_number("criticality")?),
            fragility: at(&Fragility::ALL, row.maybe_number("fragility")?),
            holds_ephi: row.maybe_truth("holds_ephi")?,
            internet_facing: row.maybe_truth("internet_facing")?,
            at_home: row.maybe_truth("at_home")?,
            front_door: row.maybe_truth("front_door")?,
        },
        by_hand: row.json("by_hand")?,
        created: row.moment("created")?,
        seen: row.maybe_moment("seen")?,
        merged_into: row.maybe_number("merged_into")?,
        services: row.number("services")?,
        live_findings: row.number("live_findings")?,
        weight: row.number("weight")?,
        named: AssetNames {
            site: row.maybe_text("site_name")?,
            department: row.maybe_text("department_name")?,
            owner: row.maybe_text("owner_name")?,
            product: Some(product).filter(|name| !name.is_empty()),
        },
    })
}
