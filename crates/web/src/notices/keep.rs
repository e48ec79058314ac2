//! Channels as they are set up and changed, for the page and for the API alike. Secrets are sealed before they are kept,
//! and never shown again.

use data_encoding::BASE64;
use holter_model::Severity;
use holter_notify::{Channel as Way, Shape};
use holter_program::notices::letter::Content;
use holter_program::notices::round;
use holter_program::notices::{Kind, inert};
use holter_store::{Channel, NewMessage};
use serde::Deserialize;
use serde_json::Value as Json;
use utoipa::ToSchema;

use crate::access::seal::Broken;
use crate::app::App;
use crate::guard::Caller;
use crate::trouble::Trouble;

/// So many channels there are at most: every notice is held against each of them.
const MOST: usize = 500;

/// A channel as somebody wants it.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub(crate) struct Wanted {
    /// "mail", "webhook", "jira", "servicenow" or "syslog"; it never changes.
    pub(crate) kind: String,
    /// What it is called here.
    pub(crate) name: String,
    /// Where and how; what belongs there, docs/notices.md says.
    #[schema(value_type = Object)]
    pub(crate) config: Json,
    /// The password, token or key; none: as it was, and for a signed webhook that is new, one of Holter's making.
    #[serde(default)]
    pub(crate) secret: Option<String>,
    /// Which kinds of notices go there; mail goes by what people wish.
    #[serde(default)]
    pub(crate) hears: Vec<String>,
    /// The least severity that goes there.
    #[serde(default)]
    pub(crate) severity: Option<String>,
    /// The one department whose notices go there.
    #[serde(default)]
    pub(crate) department: Option<i64>,
    /// Whether anything goes there.
    #[serde(default = "yes")]
    pub(crate) active: bool,
}

const fn yes() -> bool {
    true
}

/// Sets one up: its number, and the secret where Holter has made it, which is shown this once.
pub(crate) async fn add(
    app: &App,
    caller: &Caller,
    mut wanted: Wanted,
) -> Result<(i64, Option<String>), Trouble> {
    let way = read(&wanted)?;
    if app.store.channels().await?.len() >= MOST {
        return Err(Trouble::Conflict(format!(
            "There are {MOST} channels already: change one that is not used."
        )));
    }
    let mut made = None;
    if let (Way::Webhook(hook), true) = (&way, wanted.secret.as_deref().unwrap_or_default().is_empty())
        && hook.shape == Shape::Holter
    {
        let mut bytes = [0; 32];
        app.dice.secret(&mut bytes)?;
        made = Some(format!("whsec_{}", BASE64.encode(&bytes)));
        wanted.secret.clone_from(&made);
    }
    let mut channel = shaped(app, &wanted, 0, String::new())?;
    let mut doing = app.begin().await?;
    channel.id = doing.add_channel(&channel).await?;
    channel.secret = sealed(app, channel.id, wanted.secret.as_deref())?.unwrap_or_default();
    doing.update_channel(&channel).await?;
    let about = format!("{} to {}", channel.kind, way.place());
    doing
        .keep(caller, "channel.added", format!("channel {}", channel.id), about)
        .await?;
    Ok((channel.id, made))
}

/// Changes one. A secret that was not typed stays, unless the channel leads to somewhere else now: then whoever changed
/// it could have it sent to themselves.
pub(crate) async fn change(app: &App, caller: &Caller, id: i64, wanted: Wanted) -> Result<(), Trouble> {
    let before = app.store.channel(id).await?;
    if before.kind != wanted.kind {
        return Err(Trouble::Wrong(
            "What kind of channel it is does not change.".to_owned(),
        ));
    }
    let way = read(&wanted)?;
    let was = Way::read(&before.kind, &before.config).map(|way| way.place());
    let typed = sealed(app, id, wanted.secret.as_deref())?;
    if typed.is_none() && !before.secret.is_empty() && was.as_deref() != Ok(way.place().as_str()) {
        return Err(Trouble::Wrong(
            "It leads somewhere else now: type its password or token again.".to_owned(),
        ));
    }
    let mut channel = shaped(app, &wanted, id, typed.unwrap_or_else(|| before.secret.clone()))?;
    channel.created = before.created;
    let mut doing = app.begin().await?;
    doing.update_channel(&channel).await?;
    let about = format!(
        "{} to {}{}",
        channel.kind,
        way.place(),
        if channel.active { "" } else { ", switched off" }
    );
    doing
        .keep(caller, "channel.changed", format!("channel {id}"), about)
        .await?;
    Ok(())
}

/// Puts a trial into the outbox, by the way that everything goes. Mail goes to whoever tries.
pub(crate) async fn trial(app: &App, caller: &Caller, id: i64) -> Result<(), Trouble> {
    let channel = app.store.channel(id).await?;
    let actor = caller.actor()?;
    let address = match channel.kind == round::MAIL {
        false => String::new(),
        true => app.store.person(actor.person).await?.email.ok_or_else(|| {
            Trouble::Conflict(
                "You have no address of mail to which a trial could go: set it on the page of people."
                    .to_owned(),
            )
        })?,
    };
    if !channel.active {
        return Err(Trouble::Conflict("It is switched off.".to_owned()));
    }
    let content = Content::Trial {
        by: inert::line(&actor.shown),
    };
    let message = NewMessage {
        key: round::key(app.dice.as_ref())?,
        channel: id,
        person: Some(actor.person),
        address,
        subject: "A trial".to_owned(),
        finding: None,
        content: serde_json::to_value(content).map_err(|error| Trouble::Own(error.to_string()))?,
        created: app.clock.now(),
    };
    let mut doing = app.begin().await?;
    doing.add_messages(&[message]).await?;
    doing
        .keep(caller, "channel.tried", format!("channel {id}"), "")
        .await?;
    Ok(())
}

/// Has a message tried now.
pub(crate) async fn again(app: &App, caller: &Caller, id: i64) -> Result<(), Trouble> {
    let mut doing = app.begin().await?;
    if !doing.retry_message(id, app.clock.now()).await? {
        return Err(Trouble::Conflict("It was sent, or is being sent.".to_owned()));
    }
    doing
        .keep(caller, "message.again", format!("message {id}"), "")
        .await?;
    Ok(())
}

/// Has all of a channel's messages tried now that failed or wait for their next try: how many those are. Their keys stay,
/// by which a receiver drops what it has.
pub(crate) async fn again_all(app: &App, caller: &Caller, id: i64) -> Result<u64, Trouble> {
    let channel = app.store.channel(id).await?;
    if !channel.active {
        return Err(Trouble::Conflict("It is switched off.".to_owned()));
    }
    let mut doing = app.begin().await?;
    let messages = doing.retry_messages(id, app.clock.now()).await?;
    if messages == 0 {
        return Err(Trouble::Conflict("None of its messages has failed.".to_owned()));
    }
    let detail = format!("messages: {messages}");
    doing
        .keep(caller, "channel.again", format!("channel {id}"), detail)
        .await?;
    Ok(messages)
}

/// A channel's secret, opened.
pub(super) fn secret(app: &App, channel: &Channel) -> Result<String, Broken> {
    match channel.secret.as_str() {
        "" => Ok(String::new()),
        sealed => app.key.open(sealed, &of(channel.id)),
    }
}

fn of(id: i64) -> String {
    format!("secret of channel {id}")
}

/// What was typed, sealed; `None`: nothing was.
fn sealed(app: &App, id: i64, secret: Option<&str>) -> Result<Option<String>, Trouble> {
    let typed = secret.map(str::trim).filter(|secret| !secret.is_empty());
    let seal = |secret| app.key.seal(secret, &of(id), app.dice.as_ref());
    Ok(typed.map(seal).transpose()?)
}

fn read(wanted: &Wanted) -> Result<Way, Trouble> {
    Way::read(&wanted.kind, &wanted.config)
        .map_err(|wrong| Trouble::Wrong(format!("That will not do: {wrong}.")))
}

fn shaped(app: &App, wanted: &Wanted, id: i64, secret: String) -> Result<Channel, Trouble> {
    let name = inert::line(&wanted.name);
    if name.is_empty() {
        return Err(Trouble::Wrong("A channel needs a name.".to_owned()));
    }
    if let Some(unknown) = wanted.hears.iter().find(|kind| Kind::named(kind).is_none()) {
        return Err(Trouble::Wrong(format!("There is no kind of notice {unknown:?}.")));
    }
    let wish = wanted.severity.as_deref().filter(|wish| !wish.is_empty());
    let severity = match wish {
        None => Some(Severity::Info),
        Some(wish) => Severity::ALL
            .into_iter()
            .find(|severity| severity.as_str() == wish),
    };
    Ok(Channel {
        id,
        kind: wanted.kind.clone(),
        name,
        config: wanted.config.clone(),
        secret,
        hears: wanted.hears.clone(),
        severity: severity.ok_or_else(|| Trouble::Wrong("There is no such severity.".to_owned()))?,
        department: wanted.department,
        active: wanted.active,
        created: app.clock.now(),
    })
}
