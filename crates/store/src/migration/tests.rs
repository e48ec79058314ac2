//! Every step, taken upon a database that an earlier Holter filled, and backups of every earlier schema, on both databases.

use std::collections::BTreeMap;
use std::io::Cursor;
use std::sync::LazyLock;
use std::time::Duration;

use holter_lab::debian::Database;
use sqlx::{Any, AnyConnection, Connection as _, Executor as _, Row as _, SqlSafeStr as _};

use super::*;
use crate::sql::{Read as _, Sql};
use crate::tables::TABLES;
use crate::{Fold, InterfaceFilter, Store};

type Step = (i64, &'static str, &'static str);
/// The rows of each table, column by column, in no order.
type Contents = BTreeMap<String, Vec<BTreeMap<String, String>>>;

/// What a Holter that knew a step could have written with it.
const FILLED: &[(i64, &str)] = &[
    (1, include_str!("filled/0001.sql")),
    (2, include_str!("filled/0002.sql")),
    (3, include_str!("filled/0003.sql")),
    (20, include_str!("filled/0020.sql")),
    (100, include_str!("filled/0100.sql")),
    (110, include_str!("filled/0110.sql")),
    (120, include_str!("filled/0120.sql")),
    (160, include_str!("filled/0160.sql")),
];

/// Tables that no backup holds.
const LEFT_OUT: [&str; 3] = ["failure", "schema_step", "session"];

static SERVER: LazyLock<Database> = LazyLock::new(|| Database::start().unwrap());

/// The schemas of all that have been at work: up to each step in turn, and the one that had accounts before the steps
/// with smaller numbers came.
fn schemas() -> Vec<Vec<Step>> {
    let mut all: Vec<Vec<Step>> = (1..=STEPS.len()).map(|count| STEPS[..count].to_vec()).collect();
    let accounts_first = STEPS.iter().filter(|(step, ..)| [1, 2, 3, 100].contains(step));
    all.push(accounts_first.copied().collect());
    all
}

fn name_of(steps: &[Step]) -> String {
    let numbers: Vec<String> = steps.iter().map(|(step, ..)| step.to_string()).collect();
    numbers.join("_")
}

/// Lets a database grow as it would have, each step upon what the ones before it had filled.
async fn grown(url: &str, steps: &[Step]) -> Store {
    for count in 1..=steps.len() {
        let store = Store::open_by(url, &steps[..count]).await.unwrap();
        let (step, ..) = steps[count - 1];
        if let Some((_, text)) = FILLED.iter().find(|(filled, _)| *filled == step) {
            let mut writing = store.write_alone().await.unwrap();
            let text = AssertSqlSafe(*text).into_sql_str();
            writing.connection().execute(sqlx::raw_sql(text)).await.unwrap();
            writing.commit().await.unwrap();
        }
        store.close().await;
    }
    Store::open_by(url, steps).await.unwrap()
}

async fn tables(store: &Store) -> Vec<String> {
    let mut sql = Sql::new(match store.dialect() {
        Dialect::Sqlite => "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'",
        Dialect::Postgres => {
            "SELECT CAST(table_name AS TEXT) AS name FROM information_schema.tables WHERE table_schema = 'public'"
        }
    });
    sql.add(" ORDER BY 1");
    let rows = sql.all(&mut store.reader().await.unwrap()).await.unwrap();
    rows.iter().map(|row| row.text("name").unwrap()).collect()
}

async fn contents(store: &Store) -> Contents {
    let mut reader = store.reader().await.unwrap();
    let mut contents = Contents::new();
    for table in tables(store).await {
        if table == TABLE {
            continue;
        }
        let text = AssertSqlSafe(format!("SELECT * FROM {table}"));
        let rows = sqlx::query::<Any>(text).fetch_all(&mut *reader).await.unwrap();
        let mut rows: Vec<BTreeMap<String, String>> = rows
            .iter()
            .map(|row| {
                let columns = sqlx::Row::columns(row).iter();
                let names = columns.map(|column| sqlx::Column::name(column).to_owned());
                let values = crate::backup::values(row).unwrap();
                names.zip(values.iter().map(ToString::to_string)).collect()
            })
            .collect();
        rows.sort();
        contents.insert(table, rows);
    }
    contents
}

/// What there was before is there after: the same rows, with the same values in the columns of then.
fn nothing_is_lost(before: &Contents, after: &Contents, which: &str) {
    for (table, rows) in before {
        let columns: Vec<&String> = rows.first().into_iter().flat_map(BTreeMap::keys).collect();
        let mut kept: Vec<BTreeMap<String, String>> = after[table]
            .iter()
            .map(|row| {
                columns
                    .iter()
                    .map(|name| ((*name).clone(), row[*name].clone()))
                    .collect()
            })
            .collect();
        kept.sort();
        assert_eq!(&kept, rows, "{table} of {which}");
    }
}

/// What a list of a page shows of the interfaces is what the places of their ends say.
async fn interfaces_are_in_their_places(store: &Store, which: &str) {
    let ways = store
        .ways(Fold::Department, &InterfaceFilter::default())
        .await
        .unwrap();
    let ways: Vec<_> = ways
        .iter()
        .map(|way| (way.from, way.to, way.interfaces, way.clear, way.protocols))
        .collect();
    let expected = [
        (Some(1), Some(2), 1, 1, 1),
        (None, Some(1), 1, 1, 1),
        (None, Some(2), 1, 1, 1),
        (Some(2), Some(1), 2, 0, 2),
    ];
    assert_eq!(ways.len(), expected.len(), "{which}: {ways:?}");
    assert!(expected.iter().all(|way| ways.contains(way)), "{which}: {ways:?}");
    let of = InterfaceFilter {
        department: Some(1),
        ..InterfaceFilter::default()
    };
    let listed = store.interfaces(&of, &crate::Page::default()).await.unwrap();
    assert_eq!(listed.rows.len(), 4, "{which}");
}

/// A new place for a database.
struct Place {
    url: String,
    _folder: Option<tempfile::TempDir>,
}

impl Place {
    fn new(dialect: Dialect, name: &str) -> Self {
        if dialect == Dialect::Postgres {
            return Self {
                url: SERVER.create(name).unwrap(),
                _folder: None,
            };
        }
        let folder = tempfile::tempdir().unwrap();
        Self {
            url: folder.path().join("holter.db").to_str().unwrap().to_owned(),
            _folder: Some(folder),
        }
    }
}

async fn every_earlier_database_and_backup_goes_on(dialect: Dialect) {
    for steps in schemas() {
        let which = name_of(&steps);
        let place = Place::new(dialect, &format!("grown_{which}"));
        let earlier = grown(&place.url, &steps).await;
        let before = contents(&earlier).await;
        let there = tables(&earlier).await;
        assert!(
            before.values().flatten().count() >= 30,
            "{which} is hardly filled"
        );

        // The backup that it would have written.
        let held: Vec<&str> = TABLES
            .into_iter()
            .filter(|table| there.iter().any(|one| one == table))
            .collect();
        let newest = steps.iter().map(|(step, ..)| *step).max().unwrap();
        let mut file = Vec::new();
        earlier.write_tables(&mut file, newest, &held).await.unwrap();
        earlier.close().await;

        let store = Store::open(&place.url).await.unwrap();
        let after = contents(&store).await;
        nothing_is_lost(&before, &after, &which);
        interfaces_are_in_their_places(&store, &which).await;
        store.check().await.unwrap();

        // What comes back from that backup is what the database has become, whichever it comes back to.
        for into in [Dialect::Sqlite, Dialect::Postgres] {
            let place = Place::new(into, &format!("restored_{dialect:?}_{which}").to_lowercase());
            let other = Store::open(&place.url).await.unwrap();
            other.restore(&mut Cursor::new(&file)).await.unwrap();
            let mut restored = contents(&other).await;
            let mut expected = after.clone();
            for table in LEFT_OUT {
                restored.remove(table);
                expected.remove(table);
            }
            assert_eq!(restored, expected, "{which} into {into:?}");
            other.close().await;
        }

        // And it is worked with: what is new has a number of its own.
        let mut writing = store.write_alone().await.unwrap();
        assert_eq!(writing.department_named("Pharmacy").await.unwrap(), 4, "{which}");
        writing.commit().await.unwrap();
        store.close().await;
    }
}

#[tokio::test]
async fn every_earlier_file_and_backup_goes_on() {
    every_earlier_database_and_backup_goes_on(Dialect::Sqlite).await;
}

#[tokio::test]
async fn every_earlier_database_of_postgres_and_backup_goes_on() {
    every_earlier_database_and_backup_goes_on(Dialect::Postgres).await;
}

#[tokio::test]
async fn every_table_is_filled() {
    let place = Place::new(Dialect::Sqlite, "");
    let store = grown(&place.url, STEPS).await;
    for (table, rows) in contents(&store).await {
        assert!(!rows.is_empty(), "{table} is empty: filled/ wants a row for it");
    }
}

#[tokio::test]
async fn a_backup_of_a_newer_holter_is_refused_in_one_line() {
    for dialect in [Dialect::Sqlite, Dialect::Postgres] {
        let place = Place::new(dialect, "newer_backup");
        let store = Store::open(&place.url).await.unwrap();
        for head in [
            format!("{{\"schema\":\"holter.backup/1\",\"step\":{}}}\n", latest() + 1),
            "{\"schema\":\"holter.backup/2\",\"made\":\"otherwise\"}\n".to_owned(),
        ] {
            let file = format!("{head}{{\"table\":\"planet\",\"columns\":[\"id\"]}}\n[1]\n{{\"rows\":1}}\n");
            let error = store.restore(&mut file.as_bytes()).await.unwrap_err().to_string();
            assert_eq!(
                error,
                "it cannot be restored: a newer Holter has written it; restore it with that one"
            );
        }
        // Nothing of it is there, and a backup that is known still goes in.
        let other = Place::new(Dialect::Sqlite, "");
        let full = grown(&other.url, STEPS).await;
        let mut file = Vec::new();
        full.backup(&mut file).await.unwrap();
        store.restore(&mut file.as_slice()).await.unwrap();
    }
}

#[tokio::test]
async fn a_database_of_a_newer_holter_is_refused_in_one_line() {
    for dialect in [Dialect::Sqlite, Dialect::Postgres] {
        let place = Place::new(dialect, "newer");
        let store = grown(&place.url, STEPS).await;
        let before = contents(&store).await;
        store.close().await;
        let newer = [STEPS, &[(9999, "planets", "CREATE TABLE planet (id {ID})")]].concat();
        Store::open_by(&place.url, &newer).await.unwrap().close().await;
        let error = Store::open(&place.url).await.unwrap_err().to_string();
        assert!(
            error.contains("written by a newer Holter") && error.contains("9999"),
            "{error}"
        );
        assert!(!error.contains('\n') && !error.contains("holter@"), "{error}");
        let store = Store::open_by(&place.url, &newer).await.unwrap();
        nothing_is_lost(&before, &contents(&store).await, "what was refused");
    }
}

/// Where the child of the next test finds what it works on.
const TORN: &str = "HOLTER_TEST_TORN";
/// The steps of before that one, which touches rows.
fn earlier() -> &'static [Step] {
    let touches = STEPS.iter().position(|(step, ..)| *step == PLACES).unwrap();
    &STEPS[..touches]
}

#[tokio::test]
#[ignore = "it is the child of the test below"]
#[allow(clippy::disallowed_methods, reason = "a test, which is its own child")]
async fn child() {
    let Ok(path) = std::env::var(TORN) else { return };
    sqlx::any::install_default_drivers();
    let mut connection = AnyConnection::connect(&format!("sqlite://{path}")).await.unwrap();
    // So little room that what is not committed is on the disk already.
    for text in [
        "PRAGMA journal_mode = WAL",
        "PRAGMA cache_size = 1",
        "PRAGMA cache_spill = 1",
    ] {
        connection.execute(text).await.unwrap();
    }
    let mut alone = connection.begin_with(Dialect::Sqlite.begin()).await.unwrap();
    take(&mut alone, Dialect::Sqlite, &path, STEPS).await.unwrap();
    std::fs::write(format!("{path}.middle"), "").unwrap();
    std::future::pending::<()>().await;
}

#[tokio::test]
async fn a_file_whose_step_was_torn_is_as_before_and_goes_on() {
    let place = Place::new(Dialect::Sqlite, "");
    let store = grown(&place.url, earlier()).await;
    let before = contents(&store).await;
    store.close().await;
    for _ in 0..3 {
        let mut child = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["migration::tests::child", "--exact", "--ignored"])
            .env(TORN, &place.url)
            .stdout(std::process::Stdio::null())
            .spawn()
            .unwrap();
        let middle = format!("{}.middle", place.url);
        while !std::path::Path::new(&middle).exists() {
            assert!(child.try_wait().unwrap().is_none(), "the child has ended");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        child.kill().unwrap();
        child.wait().unwrap();
        std::fs::remove_file(middle).unwrap();
        let store = Store::open_by(&place.url, earlier()).await.unwrap();
        assert_eq!(contents(&store).await, before);
        store.close().await;
    }
    let store = Store::open(&place.url).await.unwrap();
    nothing_is_lost(&before, &contents(&store).await, "a torn one");
    interfaces_are_in_their_places(&store, "a torn one").await;
    store.check().await.unwrap();
}

/// Holds a table, so that a step comes to its middle and no further.
async fn held(url: &str) -> AnyConnection {
    let mut holder = AnyConnection::connect(url).await.unwrap();
    let text = "BEGIN; LOCK TABLE asset IN ACCESS EXCLUSIVE MODE";
    holder.execute(sqlx::raw_sql(text)).await.unwrap();
    holder
}

/// Until the step waits for what is held.
async fn in_the_middle(holder: &mut AnyConnection) {
    loop {
        let waiting = "SELECT COUNT(*) FROM pg_locks WHERE NOT granted";
        let row = sqlx::query(waiting).fetch_one(&mut *holder).await.unwrap();
        if row.get::<i64, _>(0) > 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn a_step_of_postgres_that_was_torn_is_as_before_and_goes_on() {
    let mut server = Database::start().unwrap();
    let url = server.create("torn").unwrap();
    let store = grown(&url, earlier()).await;
    let before = contents(&store).await;
    store.close().await;

    // Holter is killed.
    let mut holder = held(&url).await;
    let opening = tokio::spawn({
        let url = url.clone();
        async move { Store::open(&url).await.map(drop) }
    });
    in_the_middle(&mut holder).await;
    opening.abort();
    drop(opening.await);
    holder.close().await.unwrap();
    let store = Store::open_by(&url, earlier()).await.unwrap();
    assert_eq!(contents(&store).await, before);
    store.close().await;

    // PostgreSQL is killed.
    let mut holder = held(&url).await;
    let opening = tokio::spawn({
        let url = url.clone();
        async move { Store::open(&url).await.map(drop) }
    });
    in_the_middle(&mut holder).await;
    server.kill();
    let error = opening.await.unwrap().unwrap_err();
    assert!(!error.to_string().contains('\n'), "{error}");
    drop(holder);
    server.start_again().unwrap();

    let store = Store::open(&url).await.unwrap();
    nothing_is_lost(&before, &contents(&store).await, "a torn one");
    interfaces_are_in_their_places(&store, "a torn one").await;
    store.check().await.unwrap();
}

#[tokio::test]
async fn several_that_open_a_new_database_of_postgres_at_once_all_find_it_set_up() {
    for round in 0..3 {
        let place = Place::new(Dialect::Postgres, &format!("at_once_{round}"));
        let mut opening = tokio::task::JoinSet::new();
        for _ in 0..6 {
            let url = place.url.clone();
            opening.spawn(async move {
                let store = Store::open(&url).await.unwrap();
                store.answers().await.unwrap();
                store.close().await;
            });
        }
        while let Some(opened) = opening.join_next().await {
            opened.unwrap();
        }
    }
}
