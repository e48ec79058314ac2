//! `holter account`: for the day on which nobody who looks after accounts can come in.

use std::net::SocketAddr;

use clap::Subcommand;
use holter_model::seam::{SystemClock, SystemDice};
use holter_store::Page;

use crate::exit::{Outcome, complain, say};
use crate::memory::Memory;

/// The arguments of `holter account`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    deed: Deed,
    #[command(flatten)]
    memory: Memory,
}

#[derive(Debug, Subcommand)]
enum Deed {
    /// Name the accounts
    List,
    /// Take an account's password, one-time codes and sessions away, and print a link to choose a password
    Reset {
        /// The name to sign in with
        name: String,
        /// Make it an active admin, too, that comes in by a password whatever provider is demanded
        #[arg(long)]
        admin: bool,
        /// Where the pages are served
        #[arg(long, value_name = "URL", default_value_t = default_url())]
        url: String,
    },
}

/// Where `holter serve` serves unless it is told otherwise.
fn default_url() -> String {
    format!("http://{}", SocketAddr::from(([127, 0, 0, 1], 8417)))
}

/// Runs the verb.
pub(crate) fn run(args: &Args) -> anyhow::Result<Outcome> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let store = args.memory.open().await?;
        match &args.deed {
            Deed::List => {
                let mut page = Page::first(500);
                let mut nobody = true;
                loop {
                    let listed = store.accounts(&page).await?;
                    for account in listed.rows {
                        nobody = false;
                        let active = if account.active { "" } else { ", shut out" };
                        let codes = if account.second.is_empty() {
                            "without"
                        } else {
                            "with"
                        };
                        say(&format!(
                            "{}: {}{active}, {codes} one-time codes",
                            account.name, account.role
                        ))?;
                    }
                    page.after = listed.next;
                    if page.after.is_none() {
                        break;
                    }
                }
                if nobody {
                    complain("nobody has an account yet: `holter serve` prints a link that makes the first");
                }
            }
            Deed::Reset { name, admin, url } => {
                let key = holter_web::audit_key(&args.memory.key()?);
                let by = format!("holter account (user {})", rustix::process::getuid().as_raw());
                let seams = (&SystemClock as _, &SystemDice as _);
                let path = holter_web::reset_here(&store, &key, seams, (name, *admin), &by).await?;
                complain(&format!(
                    "nothing opens {name} any more but this link, once, within an hour: {}{path}",
                    url.trim_end_matches('/')
                ));
            }
        }
        store.close().await;
        Ok(Outcome::Clean)
    })
}
