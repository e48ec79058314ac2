//! Runs each test on both databases: a file in a folder of its own, and a real PostgreSQL of the lab.

use std::sync::LazyLock;

use holter_lab::debian::Database;
use holter_store::Store;
use tempfile::TempDir;

/// One server for all tests of this program; it ends when the program does.
static SERVER: LazyLock<Database> = LazyLock::new(|| Database::start().unwrap());

/// A new file, and the folder that it lives in.
pub(crate) async fn sqlite() -> (Store, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("holter.db");
    (Store::open(path.to_str().unwrap()).await.unwrap(), folder)
}

/// A new database of the server.
pub(crate) async fn postgres(name: &str) -> Store {
    Store::open(&SERVER.create(name).unwrap()).await.unwrap()
}

/// Makes two tests of each function: one a database.
#[macro_export]
macro_rules! on_both {
    ($($test:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test]
            async fn $test() {
                let (store, _folder) = $crate::both::sqlite().await;
                super::$test(store).await;
            })*
        }

        mod postgres {
            $(#[tokio::test]
            async fn $test() {
                super::$test($crate::both::postgres(stringify!($test)).await).await;
            })*
        }
    };
}
