//! Vendors and their products, in versions.

use crate::sql::{Sql, short};
use crate::{StoreError, Writing};

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
