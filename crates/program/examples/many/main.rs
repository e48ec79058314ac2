//! What `bench/remember` measures the pages upon: fills a database with a hospital group's worth of systems and findings,
//! and brings measurements in at a steady rate, as scans do.
//!
//! `cargo run --release -p holter-program --example many -- fill FILE|postgres://… [ASSETS FINDINGS]`
//! `cargo run --release -p holter-program --example many -- write FILE|postgres://… [ASSETS FINDINGS OBSERVATIONS/S]`

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "it is a measurement, and fails by panicking"
)]

mod fill;
mod stock;
mod write;

use holter_store::Store;

use crate::stock::Stock;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |place: usize, usual: i64| arguments.get(place).map_or(usual, |text| text.parse().unwrap());
    let stock = Stock {
        assets: number(2, 100_000),
        findings: number(3, 1_000_000),
    };
    let store = Store::open(&arguments[1]).await.unwrap();
    match arguments[0].as_str() {
        "fill" => fill::fill(&store, &stock).await,
        "write" => write::write(&store, &stock, u64::try_from(number(4, 1000)).unwrap()).await,
        other => panic!("{other}: fill or write"),
    }
    store.close().await;
}
