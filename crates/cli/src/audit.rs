//! `holter audit`: the log of who did what.

use clap::Subcommand;
use holter_store::{Verified, Witness};

use crate::exit::{Outcome, complain, say};
use crate::memory::Memory;

/// The arguments of `holter audit`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    deed: Deed,
    #[command(flatten)]
    memory: Memory,
}

#[derive(Debug, Subcommand)]
enum Deed {
    /// Look through the whole log: is every row as it was written, and none missing?
    Verify {
        /// A row and its code as they were noted earlier, like 1203:9f3a…; a log whose end was cut off lacks it
        #[arg(long, value_name = "ROW:CODE", value_parser = noted)]
        noted: Option<Witness>,
    },
}

fn noted(text: &str) -> Result<Witness, &'static str> {
    Witness::parse(text).ok_or("write the number of the row and its code, as this command said them")
}

/// Runs the verb.
pub(crate) fn run(args: &Args) -> anyhow::Result<Outcome> {
    let Deed::Verify { noted } = &args.deed;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let store = args.memory.open().await?;
        let key = holter_web::audit_key(&args.memory.key()?);
        let verified = store.verify_audit(&key, noted.as_ref()).await?;
        store.close().await;
        Ok(match verified {
            Verified::Whole { rows: 0, .. } => {
                say("nothing stands in the log yet")?;
                Outcome::Clean
            }
            Verified::Whole { rows, last } => {
                say(&format!(
                    "all {rows} rows are as they were written; note this elsewhere: {rows}:{last}"
                ))?;
                Outcome::Clean
            }
            Verified::Broken { place, why } => {
                complain(&format!(
                    "row {place}: {why}; from there on the log cannot be relied on"
                ));
                Outcome::Affected
            }
        })
    })
}
