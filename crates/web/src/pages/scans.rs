//! Scans: start one, and see what became of the others.

use std::sync::Arc;

use axum::Form;
use axum::extract::{Query, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use holter_checks::{Check, Profile};
use holter_engine::Authorisation;
use holter_model::Target;
use holter_store::{Page, Scan, ScanSums, Scope};
use maud::{Markup, html};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::guard::Caller;
use crate::role::Deed;
use crate::scanning::Wanted;
use crate::scanning::progress::Live;
use crate::shown::{Frame, form, list, moment, safe};
use crate::trouble::Trouble;

/// More lines than these are a file, which the command line reads.
const MOST: usize = 5000;

/// Which page.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Asked {
    after: Option<String>,
    done: Option<String>,
}

/// A scan as the caller may see it: whoever sees one department sees that there was a scan, and neither what others call
/// it, nor what it asked of them, nor sums over them.
pub(crate) struct Seen {
    pub(crate) scan: Scan,
    /// `None`: over more than the caller may see.
    pub(crate) sums: Option<ScanSums>,
}

impl Seen {
    pub(crate) fn by(caller: &Caller, mut scan: Scan) -> Result<Self, Trouble> {
        if caller.actor()?.department.is_none() {
            let sums = Some(scan.sums);
            return Ok(Self { scan, sums });
        }
        scan.about.label = format!("Scan {}", scan.id);
        scan.about.scope = Scope::default();
        Ok(Self { scan, sums: None })
    }
}

/// All of them.
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    Query(asked): Query<Asked>,
    caller: Caller,
) -> Result<Response, Trouble> {
    page(&app, &caller, &asked, None, &New::default()).await
}

/// A scan that is wanted.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub(crate) struct New {
    /// Hosts, addresses, ranges or URLs, parted by blanks.
    #[serde(default)]
    pub(crate) targets: String,
    /// A name for it.
    #[serde(default)]
    pub(crate) label: String,
    /// "heartbleed", "standard" or "full".
    #[serde(default)]
    pub(crate) profile: String,
    /// A protocol's id, or "auto".
    #[serde(default)]
    pub(crate) protocol: String,
    /// Who allowed it and on what ground, where it is not the user's own.
    #[serde(default)]
    pub(crate) authorised: String,
}

/// Starts one.
pub(crate) async fn start(
    State(app): State<Arc<App>>,
    caller: Caller,
    Form(new): Form<New>,
) -> Result<Response, Trouble> {
    match begin(&app, &caller, &new).await {
        Ok(id) => Ok(Redirect::to(&format!("/scans/{id}?done=scanning")).into_response()),
        Err(Trouble::Wrong(why)) => {
            let mut response = page(&app, &caller, &Asked::default(), Some(&why), &new).await?;
            *response.status_mut() = axum::http::StatusCode::BAD_REQUEST;
            Ok(response)
        }
        Err(trouble) => Err(trouble),
    }
}

/// Begins a scan, for the page and for the API.
pub(crate) async fn begin(app: &App, caller: &Caller, new: &New) -> Result<i64, Trouble> {
    let wanted = wanted(caller, new)?;
    let authorised = wanted.authorised.clone();
    let named: Vec<&str> = wanted
        .targets
        .iter()
        .map(|target| target.text.as_str())
        .take(20)
        .collect();
    let (named, count) = (named.join(", "), wanted.targets.len());
    let by = authorised.map_or_else(String::new, |by| format!("; authorised by: {by}"));
    let detail = format!("{count} targets: {named}{by}");
    app.scanner.want(app, caller, wanted, detail).await
}

fn wanted(caller: &Caller, new: &New) -> Result<Wanted, Trouble> {
    let words = new
        .targets
        .split([',', ' ', '\n', '\r', '\t'])
        .filter(|word| !word.is_empty());
    let mut targets = Vec::new();
    for word in words {
        let target: Target = word
            .parse()
            .map_err(|error| Trouble::Wrong(format!("{error}.")))?;
        targets.push(target);
        if targets.len() > MOST {
            return Err(Trouble::Wrong(format!(
                "More than {MOST} targets: name ranges instead."
            )));
        }
    }
    if targets.is_empty() {
        return Err(Trouble::Wrong(
            "Name at least one host, address or range.".to_owned(),
        ));
    }
    let authorised = match new.authorised.trim() {
        "" => None,
        words => Some(
            words
                .parse::<Authorisation>()
                .map_err(Trouble::Wrong)?
                .to_string(),
        ),
    };
    let label: String = new.label.trim().chars().take(100).collect();
    Ok(Wanted {
        label: if label.is_empty() { called(&targets) } else { label },
        targets,
        protocol: Some(new.protocol.clone()).filter(|id| !id.is_empty() && id != "auto"),
        checks: checks(&new.profile),
        authorised,
        actor: Some(caller.actor()?.person),
    })
}

/// What a scan is called that nobody gave a name: what it asks.
fn called(targets: &[Target]) -> String {
    let first = targets.first().map_or("", |target| target.text.as_str());
    let first: String = first.chars().take(80).collect();
    match targets.len().saturating_sub(1) {
        0 => format!("Scan of {first}"),
        more => format!("Scan of {first} and {more} more"),
    }
}

fn checks(profile: &str) -> Vec<&'static Check> {
    let most = match profile {
        "heartbleed" => Profile::Heartbleed,
        "full" => Profile::Full,
        _ => Profile::Standard,
    };
    holter_checks::ALL
        .iter()
        .filter(|check| check.profile <= most)
        .copied()
        .collect()
}

async fn page(
    app: &App,
    caller: &Caller,
    asked: &Asked,
    wrong: Option<&str>,
    new: &New,
) -> Result<Response, Trouble> {
    // Asked before the store is: what ends in between has ended there.
    let running = app.scanner.running();
    let listed = app
        .store
        .scans(&Page {
            after: asked.after.clone(),
            size: 30,
        })
        .await?;
    let may = caller.actor()?.may(Deed::Scan);
    let mut rows = Vec::new();
    for scan in listed.rows {
        rows.push(Seen::by(caller, scan)?);
    }
    let frame = Frame {
        title: "Scans",
        caller,
        part: "/scans",
        done: asked.done.as_deref(),
    };
    Ok(frame.around(&html! {
        h1 { "Scans" }
        p class="soft" { "A scan asks services whether they leak. It never asks for a byte that it did not send, goes to one host with one connection at a time, and leaves alone what suffers." }
        (form::wrong(wrong))
        @if may {
            div class="card" { (start_form(caller, new)) }
        }
        div class="scroll" {
            table class="stack" {
                caption { "Scans, the latest first" }
                thead { tr { th scope="col" { "Scan" } th scope="col" { "Begun" } th scope="col" { "How it ended" } th scope="col" class="n" { "Services" } th scope="col" class="n" { "Affected" } th scope="col" class="n" { "Not assessed in full" } } }
                tbody { @for seen in &rows { (row(app, seen, running.get(&seen.scan.id).map(Arc::as_ref))) } }
            }
        }
        @if rows.is_empty() { p class="soft" { "None yet." } }
        (list::pages("/scans", &[], asked.after.as_deref(), listed.next.as_deref()))
    }))
}

fn row(app: &App, seen: &Seen, live: Option<&Live>) -> Markup {
    let scan = &seen.scan;
    let sum = |of: fn(&ScanSums) -> i64| {
        seen.sums
            .as_ref()
            .map_or_else(|| "–".to_owned(), |sums| of(sums).to_string())
    };
    html! {
        tr {
            th scope="row" {
                a href={ "/scans/" (scan.id) } { (safe(&scan.about.label)) }
                br;
                span class="soft small" { (targets(scan)) }
            }
            td data-l="Begun" { (moment::at(scan.about.started, &app.zone)) }
            td data-l="How it ended" { (ending(app, scan, live)) }
            td data-l="Services" class="n" { (sum(|sums| sums.services)) }
            td data-l="Affected" class="n" { (sum(|sums| sums.affected)) }
            td data-l="Not assessed in full" class="n" { (sum(|sums| sums.inconclusive)) }
        }
    }
}

/// The first targets of a scan.
pub(crate) fn targets(scan: &Scan) -> Markup {
    let all = &scan.about.scope.targets;
    html! {
        @for (place, target) in all.iter().take(3).enumerate() { @if place > 0 { ", " } (safe(target)) }
        @if all.len() > 3 { " and " (all.len() - 3) " more" }
    }
}

/// How a scan ended, if it did; or how far it is, where it ran here when it was looked up.
pub(crate) fn ending(app: &App, scan: &Scan, live: Option<&Live>) -> Markup {
    html! {
        @match (live.map(Live::now), scan.ended, scan.whole) {
            (Some(progress), _, _) => span class="badge info" { (progress.state) },
            (None, Some(_), _) if scan.about.method == "passive" && scan.broken_off => "was broken off: the process that listened ended in the middle. What it had heard by then is kept; it closes nothing",
            (None, Some(_), _) if scan.about.method == "passive" => "was listened to; what was not heard closes nothing",
            (None, Some(_), true) => "came to its end",
            (None, Some(_), false) if scan.broken_off => "was broken off: the process that ran it ended in the middle. What it had asked by then is kept; it closes nothing that it did not ask",
            (None, Some(_), false) => "was stopped before its end; it closes nothing that it did not ask",
            (None, None, _) if held(app, scan) => "goes on in another process",
            (None, None, _) => "was cut off; it closes nothing that it did not ask",
        }
    }
}

/// Whether another process looks after it.
fn held(app: &App, scan: &Scan) -> bool {
    scan.held_until.is_some_and(|until| until > app.clock.now())
}

fn start_form(caller: &Caller, new: &New) -> Markup {
    html! {
        h2 { "Start a scan" }
        form method="post" action="/scans" {
            (form::key(caller))
            label for="targets" { "What to ask" }
            p class="hint" id="targets-hint" { "Hosts, addresses, ranges or URLs: " code { "portal.example 10.20.0.0/24 https://10.1.2.3:8443" } }
            details {
                summary { "Which addresses are ours?" }
                p { "Whoever set your network up knows its ranges. In a small practice, take the address of any computer there: on Windows, the command " code { "ipconfig" } " shows it as IPv4 address. Is it 192.168.1.23, then " code { "192.168.1.0/24" } " names all of its neighbours." }
                p { "Add the names that patients and staff use from outside, such as those of the portal and of the VPN, once you may have them asked." }
            }
            textarea id="targets" name="targets" required aria-describedby="targets-hint" spellcheck="false" { @for line in new.targets.lines() { (safe(line)) "\n" } }
            label for="profile" { "How much" }
            select id="profile" name="profile" {
                (form::option("standard", "What lets memory, keys or traffic out", new.profile != "heartbleed" && new.profile != "full"))
                (form::option("heartbleed", "Heartbleed alone: one or two connections a service", new.profile == "heartbleed"))
                (form::option("full", "All that is known of TLS: some dozens of connections a service", new.profile == "full"))
            }
            details {
                summary { "More" }
                label for="label" { "A name for it" }
                input id="label" name="label" maxlength="100" value=(safe(&new.label));
                label for="protocol" { "Protocol" }
                select id="protocol" name="protocol" {
                    (form::option("auto", "by port, and by what the service says", new.protocol.is_empty() || new.protocol == "auto"))
                    @for protocol in holter_protocols::ALL {
                        (form::option(protocol.id, protocol.name, new.protocol == protocol.id))
                    }
                }
                label for="authorised" { "Who allowed it, and on what ground" }
                p class="hint" id="authorised-hint" { "Needed for what is neither a private address nor named as your own in holter.toml. It stands in the audit log." }
                input id="authorised" name="authorised" maxlength="500" value=(safe(&new.authorised)) aria-describedby="authorised-hint";
            }
            button { "Start" }
        }
    }
}
