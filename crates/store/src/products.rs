//! Vendors and their products, in versions.

use crate::sql::{Read as _, Sql, short};
use crate::{Store, StoreError, Writing};

/// A product in one version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Product {
    /// Its number.
    pub id: i64,
    /// Its vendor's name; empty: unknown.
    pub vendor: String,
    /// Its name.
    pub name: String,
    /// Its version; empty: unknown.
    pub version: String,
    /// How many assets are it.
    pub assets: i64,
}

/// More than anybody reads on one page.
const MOST: i64 = 2000;

impl Writing {
    /// The product of this vendor, name and version, added where it is new.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn product_named(
        &mut self,
        vendor: &str,
        name: &str,
        version: &str,
    ) -> Result<i64, StoreError> {
        let mut sql = Sql::new("INSERT INTO vendor (name) VALUES (");
        sql.bind(short(vendor))
            .add(") ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING id");
        let vendor = self.one_number(sql).await?;
        let mut sql = Sql::new("INSERT INTO product (vendor, name, version) VALUES");
        sql.rows([vec![vendor.into(), short(name).into(), short(version).into()]]);
        sql.add(" ON CONFLICT (vendor, name, version) DO UPDATE SET name = excluded.name RETURNING id");
        self.one_number(sql).await
    }
}

impl Store {
    /// Products, by vendor and name, with how many assets are each.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn products(&self) -> Result<Vec<Product>, StoreError> {
        let mut sql = Sql::new(
            "SELECT product.id, COALESCE(vendor.name, '') AS vendor, product.name, product.version, \
             (SELECT COUNT(*) FROM asset WHERE asset.product = product.id AND merged_into IS NULL) AS assets \
             FROM product LEFT JOIN vendor ON vendor.id = product.vendor \
             ORDER BY vendor.name, product.name, product.version LIMIT ",
        );
        sql.bind(MOST);
        let rows = sql.all(&mut *self.reader().await?).await?;
        let mut products = Vec::with_capacity(rows.len());
        for row in &rows {
            products.push(Product {
                id: row.number("id")?,
                vendor: row.text("vendor")?,
                name: row.text("name")?,
                version: row.text("version")?,
                assets: row.number("assets")?,
            });
        }
        Ok(products)
    }
}
